local shell = require "extcontacts.base.shell"

local TEXTS = { "", "plain", "two words", "it's", "$HOME `id` \\ \"x\"", "a\nb", "'", "*?;&|", "~root/x", "a=b,c@d%" }

for _, name in ipairs { "quoted", "word" } do
  describe("shell." .. name, function()
    it("returns one word that the shell reads as the text", function()
      for _, text in ipairs(TEXTS) do
        local pipe = assert(io.popen("printf '%s.' " .. shell[name](text)))
        local read = pipe:read "*a"
        pipe:close()
        assert.equal(text .. ".", read)
      end
    end)
  end)
end

describe("shell.word", function()
  it("quotes only if it must", function()
    assert.equal("plans/tidy-1.plan", shell.word "plans/tidy-1.plan")
    assert.equal("'two words'", shell.word "two words")
  end)
end)
