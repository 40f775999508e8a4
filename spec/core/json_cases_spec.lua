-- The tables of texts in fixtures/json_cases.lua and json_refused.lua, and
-- lua-cjson as the second opinion on them.
local alike = require "spec.support.alike"
local cjson = require "cjson"
local json = require "extcontacts.core".json

local accepted = dofile("spec/fixtures/json_cases.lua")
local refused = dofile("spec/fixtures/json_refused.lua")
local has_integers = _VERSION ~= "Lua 5.1" -- LuaJIT's name

local function expected(case)
  return not has_integers and case[4] or case[3] or case[2]
end

local function each_accepted(visit)
  for _, group in ipairs { "numbers", "strings", "structures" } do
    for _, case in ipairs(accepted[group]) do
      visit(case, group)
    end
  end
end

local function decode(text)
  local value, message = json.decode(text)
  assert(value ~= nil, message)
  return value
end

local function encode(value)
  return assert(json.encode(value, { sort_keys = true }))
end

local function same_number(ours, theirs)
  return ours + 0.0 == theirs
end

describe("json accepts", function()
  each_accepted(function(case, group)
    it(group .. ": " .. case[1], function()
      local text = encode(decode(case[2]))
      assert.equal(expected(case), text)
      assert.equal(text, encode(decode(text)))
    end)
  end)

  it("each case inside an array and as a field, too", function()
    each_accepted(function(case, group)
      if group ~= "structures" then
        local text = ('[%s,{"k": %s }]'):format(case[2], case[2])
        local again = ('[%s,{"k":%s}]'):format(expected(case), expected(case))
        assert.equal(again, encode(decode(text)))
      end
    end)
  end)

  it("nothing that cjson reads differently", function()
    local compared = 0
    each_accepted(function(case)
      local read, theirs = pcall(cjson.decode, case[2])
      if read then
        assert(alike(decode(case[2]), theirs, same_number), case[1])
        compared = compared + 1
      end
    end)
    assert(compared > 130, "only " .. compared .. " texts compared")
  end)
end)

describe("json refuses", function()
  for _, case in ipairs(refused) do
    it(case[1], function()
      local value, message, offset = json.decode(case[2])
      assert.is_nil(value)
      assert.equal(case[3], offset)
      assert.equal("invalid JSON at byte " .. offset .. ": ",
        message:match("^.-: "))
      assert(message:find(case[4], 1, true), message)
    end)
  end

  it("every unescaped control character in a string", function()
    for code = 0, 31 do
      local _, message, offset = json.decode('["' .. string.char(code) .. '"]')
      assert.matches("control character", message)
      assert.equal(3, offset)
      local value = json.decode(('["\\u%04x"]'):format(code))
      assert.equal(string.char(code), value[1])
    end
  end)
end)

describe("json's UTF-8", function()
  -- By the table in RFC 3629, section 4: bounds of the second byte.
  local function bounds(lead)
    if lead < 0xC2 or lead > 0xF4 then
      return nil
    end
    local low = lead == 0xE0 and 0xA0 or lead == 0xF0 and 0x90 or 0x80
    local high = lead == 0xED and 0x9F or lead == 0xF4 and 0x8F or 0xBF
    return low, high, lead < 0xE0 and 0 or lead < 0xF0 and 1 or 2
  end

  it("accepts what RFC 3629 allows, for every lead and second byte", function()
    for lead = 0x80, 0xFF do
      local low, high, more = bounds(lead)
      for second = 0x20, 0xFF do
        if second ~= 0x22 and second ~= 0x5C then
          local body = string.char(lead, second) .. ("\128"):rep(more or 0)
          local valid = low ~= nil and second >= low and second <= high
          local value = json.decode('"' .. body .. '"')
          assert(value == (valid and body or nil), body:byte(1, -1))
          local text = json.encode(body)
          assert(text == (valid and '"' .. body .. '"' or nil))
        end
      end
    end
  end)
end)

describe("json, on a truncated text,", function()
  local sample = '{"id":"4c1d","n":[-12.5e+3,0,18446744073709551616,true,'
    .. 'false,null],"t":"\\u00e9\\ud83d\\ude00\\n\195\164\226\130\172",'
    .. '"o":{"a":[[]],"b":{}}}'

  it("rejects it at every byte, at its end or at the cut value", function()
    assert.is_table(json.decode(sample))
    for length = 0, #sample - 1 do
      local value, message, offset = json.decode(sample:sub(1, length))
      assert.is_nil(value)
      assert(offset >= 1 and offset <= length + 1, message)
      -- A word, an escape or a UTF-8 sequence is at fault from its start.
      assert(offset > length - 11, message)
    end
  end)

  it("rejects it with any one byte changed to a NUL", function()
    for at = 1, #sample do
      local text = sample:sub(1, at - 1) .. "\0" .. sample:sub(at + 1)
      assert.is_nil(json.decode(text))
    end
  end)
end)

describe("json's messages", function()
  -- A word that is in no message; put wherever a text can be wrong.
  local secret = "zqxj"

  it("never contain a part of the text", function()
    for _, text in ipairs {
      secret, '"' .. secret, '{"' .. secret .. '"}', '{"' .. secret .. '":1,}',
      '["' .. secret .. '" 1]', '"' .. secret .. '\\' .. secret .. '"',
      '"\\u' .. secret .. '"', '[1' .. secret .. "]", "[]" .. secret,
      ('{"%s":1,"%s":2}'):format(secret, secret), '"' .. secret .. '\255"',
      '"' .. secret .. '\\ud800"', '"' .. secret .. '\1"', "-" .. secret,
    } do
      local value, message = json.decode(text)
      assert.is_nil(value)
      assert.is_nil(message:find(secret, 1, true))
    end
  end)
end)
