local luajit = require "spec.support.luajit"

describe("multimap", function()
  it("finds every index of a text, ascending and once, after it has grown", function()
    local result = luajit [[
      local multimap = require "extcontacts.sandbox.state.multimap"
      local map = multimap.new(1)
      for index = 9999, 0, -1 do
        map:add("text " .. index % 5000, index)
        map:add("text " .. index % 5000, index)
      end
      local found, wrong = {}, 0
      for number = 0, 4999 do
        local indexes = map:find("text " .. number)
        local is_right = #indexes == 2 and indexes[1] == number and indexes[2] == number + 5000
        wrong = wrong + (is_right and 0 or 1)
      end
      return { wrong = wrong, none = #map:find "another text", first = map:find "text 0" }
    ]]
    assert.same({ wrong = 0, none = 0, first = { 0, 5000 } }, result)
  end)
end)
