-- Base64: the vectors of RFC 4648, and every byte.
local base64 = require "extcontacts.base.base64"
local mime = require "mime"

describe("base64.encode", function()
  it("encodes the vectors of RFC 4648", function()
    for text, wanted in pairs {
      [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==", fooba = "Zm9vYmE=",
      foobar = "Zm9vYmFy",
    } do
      assert.equal(wanted, base64.encode(text))
    end
  end)

  it("takes every byte, as LuaSocket does", function()
    local bytes = {}
    for byte = 0, 255 do
      bytes[#bytes + 1] = string.char(byte, 255 - byte)
    end
    local text = table.concat(bytes)
    assert.equal((mime.b64(text)), base64.encode(text))
  end)
end)
