-- docs/duplicates.md, carried out as printed: find, decide, plan, apply, plan again, undo.
local files = require "extcontacts.base.files"
local markdown = require "spec.support.markdown"
local walkthrough = require "spec.support.walkthrough"

-- The blocks of the section "From finding to undo".
local function blocks_of(path)
  local out, from, to = {}, nil, math.huge
  local number = 0
  for line in (files.read(path) .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    if line == "## From finding to undo" then
      from = number
    elseif from and line:find "^## " then
      to = math.min(to, number)
    end
  end
  for _, block in ipairs(markdown.blocks(path)) do
    if block.line > assert(from) and block.line < to then
      out[#out + 1] = block
    end
  end
  return out
end

-- Without the digest of the plan, which has the server's port in it.
local function lasting(text)
  return (text:gsub("%-%-expect %x+", "--expect SHA"):gsub("%s+$", ""))
end

describe("the page on duplicates", function()
  local place
  before_each(function()
    place = walkthrough.directory()
  end)
  after_each(function()
    walkthrough.clean(place)
  end)

  it("does what it shows", function()
    local blocks = blocks_of "docs/duplicates.md"
    assert.equal("kill $sandbox", table.remove(blocks).text)
    local steps, output = walkthrough.run(blocks, place)
    assert.equal(7, #steps, output)
    local shown = 0
    for _, step in ipairs(steps) do
      if step.shown then
        assert.equal(lasting(step.shown), lasting(step.output))
        shown = shown + 1
      end
    end
    assert.equal(4, shown)
    assert.matches("merge   2 clusters, 4 records\n", steps[2].output, 1, true)
    assert.is_true(files.exists(place .. "/review.html"))
  end)
end)
