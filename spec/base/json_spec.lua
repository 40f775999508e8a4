-- The codec has its own specs (spec/core/json*_spec.lua); this is about the
-- agreement with lua-cjson, which a process makes once.
local core = require "extcontacts.core"
local json = require "extcontacts.base.json"
local script = require "spec.support.script"

-- What a process writes in which `cjson` is a table of these fields.
local function with_cjson(cjson, body)
  local running = script.start(([[
    package.loaded["cjson"] = { %s }
    local cjson, json = require "cjson", require "extcontacts.base.json"
    io.write(tostring(%s))
  ]]):format(cjson, body))
  local code, output, problem = running:finish()
  assert.equal(0, code, problem)
  return output
end

describe("json", function()
  it("is the codec of the C core", function()
    assert.equal(core.json, json)
  end)

  it("marks arrays as an installed cjson does", function()
    assert.equal("true", with_cjson("array_mt = {}", 'getmetatable(json.decode "[]") == cjson.array_mt'))
    assert.equal("[]", with_cjson("array_mt = {}", "json.encode(setmetatable({}, cjson.array_mt))"))
  end)

  it("keeps its own mark with a cjson that has none", function()
    assert.equal("extcontacts.array", with_cjson("", 'getmetatable(json.decode "[]").__name'))
  end)
end)
