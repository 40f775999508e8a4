describe("the generated files", function()
  local generate = dofile "docs/generate.lua"

  for path, make in pairs(generate.files) do
    it("are fresh: " .. path, function()
      local file = assert(io.open(path, "r"))
      local text = file:read("*a")
      file:close()
      -- Not assert.equal: it would print both texts.
      assert.is_true(text == make(), "stale: run `lua5.4 docs/generate.lua`")
    end)
  end
end)
