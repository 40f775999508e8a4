-- Patterns of conditions, compared with string.find.
local pattern = require "extcontacts.record.where.pattern"

-- A generator of the same numbers on both VMs.
local function random_of(seed)
  return function(most)
    seed = (seed * 16807) % 2147483647
    return seed % most + 1
  end
end

local CLASSES = { "a", "b", ".", "%a", "%d", "[ab]", "[^a]", "[]a]", "[%]b]", "[a-c]", "%(", "%%", "-", "*", "$", "^",
  "%s", "[^%w]", "%S" }
local OTHERS = { "%bab", "%b()", "%baa", "%f[%w]", "%f[^a]", "(", ")", "()", "(a*)" }
local SIGNS = { "", "", "*", "+", "-", "?" }
local LETTERS = { "a", "b", "c", "1", " ", "(", ")", "%", "-", "*", "$", "^", "]" }

local function random_pattern(random)
  local parts = { random(3) == 1 and "^" or "" }
  for _ = 1, random(5) - 1 do
    parts[#parts + 1] = random(5) == 1 and OTHERS[random(#OTHERS)] or CLASSES[random(#CLASSES)] .. SIGNS[random(#SIGNS)]
  end
  return table.concat(parts) .. (random(3) == 1 and "$" or "")
end

local function random_text(random)
  local letters = {}
  for index = 1, random(9) - 1 do
    letters[index] = LETTERS[random(#LETTERS)]
  end
  return table.concat(letters)
end

describe("a pattern of a condition", function()
  it("matches what string.find finds", function()
    local random, counts = random_of(42), { [true] = 0, [false] = 0, refused = 0 }
    for _ = 1, 6000 do
      local source, text = random_pattern(random), random_text(random)
      local found, problem = pattern.read(source)
      local ok, start = pcall(string.find, text, source)
      if found then
        assert.is_true(ok, source)
        local shown = ("%q in %q"):format(source, text)
        assert.equal(start ~= nil, found:matches_stepwise(text), shown)
        assert.equal(start ~= nil, found:matches(text), shown)
        counts[start ~= nil] = counts[start ~= nil] + 1
      else
        assert.matches("not a pattern of Lua: ", problem, 1, true)
        counts.refused = counts.refused + 1
      end
    end
    assert.is_true(counts[true] > 500 and counts[false] > 500 and counts.refused > 100)
  end)

  it("is refused if string.find refuses it", function()
    for source, problem in pairs {
      ["a%"] = "malformed pattern (ends with '%')", ["a[b"] = "malformed pattern (missing ']')",
      ["[]"] = "malformed pattern (missing ']')", ["[%]"] = "malformed pattern (missing ']')",
      ["%b"] = "missing arguments to '%b'", ["%ba"] = "missing arguments to '%b'",
      ["%fa"] = "missing '[' after '%f' in pattern", ["(a"] = "unfinished capture", ["a+)"] = "invalid pattern capture",
      [("()"):rep(33)] = "too many captures",
    } do
      assert.is_false((pcall(string.find, "aaaaa", source)), source)
      assert.equal("not a pattern of Lua: " .. problem, select(2, pattern.read(source)))
    end
    assert.is_true(assert(pattern.read "a)"):matches_stepwise "(a)")
    assert.equal("a condition can't refer to captures: remove %1", select(2, pattern.read "(a)%1"))
  end)

  it("takes time proportional to the text", function()
    local text = ("a"):rep(5000)
    for _, source in ipairs { ".*.*.*.*.*x", "a-a-a-a-a-x", "%b((.-.-x", ("a?"):rep(60) .. ("a"):rep(60) .. "x",
      "^(.-)%s(.-)%s(.-)%s$" } do
      assert.is_false(assert(pattern.read(source)):matches(text))
    end
    assert.is_true(assert(pattern.read ".*.*.*a"):matches(text))
    assert.is_true(assert(pattern.read(("a"):rep(300) .. "$")):matches(text))
    assert.is_false(assert(pattern.read "%b().*.*x"):matches(("("):rep(5000)))
  end)
end)
