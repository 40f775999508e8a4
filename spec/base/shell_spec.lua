local shell = require "extcontacts.base.shell"

describe("shell.quoted", function()
  it("gives one word that the shell reads as the text", function()
    for _, text in ipairs { "", "plain", "two words", "it's", "$HOME `id` \\ \"x\"", "a\nb", "'", "*?;&|" } do
      local pipe = assert(io.popen("printf '%s.' " .. shell.quoted(text)))
      local read = pipe:read "*a"
      pipe:close()
      assert.equal(text .. ".", read)
    end
  end)
end)
