-- README.md: every block of code runs as printed.  `make check-bare` runs the
-- two commands at its top; the other `make` targets are checked for existence.
local files = require "extcontacts.base.files"
local markdown = require "spec.support.markdown"
local script = require "spec.support.script"
local walkthrough = require "spec.support.walkthrough"

describe("the README", function()
  local blocks, steps, output, place

  setup(function()
    blocks = markdown.blocks "README.md"
    place = walkthrough.directory()
    local run = {}
    for index, block in ipairs(blocks) do
      local text = block.language == "sh" and block.text:gsub('^make && eval "%$%(make %-s env%)"\n', "") or block.text
      -- The build in the environment is for one of the interpreters.
      text = text:gsub("%f[%w]lua5%.4 ", script.interpreter .. " ")
      if not text:find "^make" then
        run[#run + 1] = { language = block.language, text = text, index = index }
      end
    end
    -- `make` has been run for this suite, and its build is in the environment.
    steps, output = walkthrough.run(run, place)
  end)

  teardown(function()
    walkthrough.clean(place)
  end)

  it("starts with the two commands for a bare machine", function()
    assert.matches("^make demo +#[^\n]*\nmake test +#[^\n]*$", blocks[1].text)
  end)

  it("names targets that the Makefile has", function()
    local makefile, count = files.read "Makefile", 0
    local text = files.read "README.md":gsub("\n", " ")
    for target in text:gmatch "make ([%l%-]+)" do
      if target:find "^[dtrcin]" then
        count = count + 1
        assert.matches("\n" .. target:gsub("%-", "%%-") .. ":", makefile, nil, nil, target)
      end
    end
    assert.is_true(count >= 4)
  end)

  it("has blocks of code of these languages only", function()
    for _, block in ipairs(blocks) do
      assert.is_truthy(block.language == "sh" or block.language == "lua", "line " .. block.line)
    end
  end)

  it("runs the first script and the fix", function()
    assert.equal(2, #steps, output)
    local addresses = 0
    for _, address in steps[1].output:gmatch "([%x-]+)%s+(%S+@%S+)" do
      assert.is_not_equal(address:lower(), address)
      addresses = addresses + 1
    end
    assert.is_true(addresses > 3, steps[1].output)
    for _, name in ipairs { "lower.plan", "lower.html", "lower.plan.journal", "lower.plan.undo" } do
      assert.is_true(files.exists(place .. "/" .. name), name .. "\n" .. output)
    end
  end)
end)
