-- The judge of linear growth, spec/support/growth.lua.
local growth = require "spec.support.growth"

local blanks = growth.text("x", " ", "x")

describe("growth", function()
  it("is found in patterns that take quadratic or cubic time", function()
    for name, pattern in pairs {
      quadratic = "^%s*(.-)%s*$", open = "%s+$", cubic = "^.- .- !$",
    } do
      local excess = growth.excess(function(text)
        return text:match(pattern)
      end, blanks)
      assert.truthy(excess, name)
    end
  end)

  it("is found in texts that are joined piece by piece", function()
    assert.truthy(growth.excess(function(text)
      local joined = ""
      for char in text:gmatch "." do
        joined = joined .. char
      end
      return joined
    end, growth.text("", "ab ")))
  end)

  it("is found in a list that is searched for each item", function()
    assert.truthy(growth.excess(function(text)
      local seen = {}
      for number in text:gmatch "%d+" do
        local known = false
        for _, other in ipairs(seen) do
          known = known or other == number
        end
        seen[#seen + 1] = number
      end
    end, growth.text("", "1 ")))
  end)

  it("is not found in linear work", function()
    for name, f in pairs {
      find = function(text)
        return text:find("y", 1, true)
      end,
      gsub = function(text)
        return text:gsub("%s", "-")
      end,
      parts = function(text)
        local parts = {}
        for char in text:gmatch "." do
          parts[#parts + 1] = { char .. #parts }
        end
        return #parts
      end,
    } do
      growth.assert_linear(name, f, blanks)
    end
  end)

  it("raises what the function raises, with the collector running again", function()
    local ok, failure = pcall(growth.excess, function()
      error("no", 0)
    end, blanks)
    assert.same({ false, "no" }, { ok, failure })
    local most, now, kept = 0, collectgarbage "count", nil
    for count = 1, 1e6 do
      if now < most then
        break
      end
      most, kept = now, ("x"):rep(1000) .. count
      now = collectgarbage "count"
    end
    assert.is_true(now < most, kept)
  end)
end)
