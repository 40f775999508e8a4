-- SHA-256 and CRC-32; the former compared with the system's own program.
local hash = require "extcontacts.core".hash

describe("core.hash", function()
  it("returns the digests of the standard", function()
    assert.equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", hash.sha256 "")
    assert.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hash.sha256 "abc")
  end)

  it("agrees with sha256sum at every length around a block boundary", function()
    local path = os.tmpname()
    for length = 50, 135 do
      local text = ("\0\255xyz"):rep(30):sub(1, length)
      local handle = assert(io.open(path, "wb"))
      handle:write(text)
      handle:close()
      local pipe = io.popen("sha256sum <" .. path)
      local expected = pipe:read("*a"):match "^%x+"
      pipe:close()
      assert.equal(expected, hash.sha256(text), length)
      local pieces = hash.new()
      local step = length % 13 + 1
      for at = 1, length, step do
        assert.equal(hash.sha256(text:sub(1, at - 1)), pieces:digest())
        pieces:add(text:sub(at, at + step - 1))
      end
      assert.equal(expected, pieces:digest(), length)
    end
    os.remove(path)
  end)

  it("returns the CRC-32 of the standard, of a text in any pieces", function()
    assert.equal(0xcbf43926, hash.crc32 "123456789")
    assert.equal(0, hash.crc32 "")
    local text = ("\0\255xyz"):rep(10)
    for at = 0, #text do
      assert.equal(hash.crc32(text), hash.crc32(text:sub(at + 1), hash.crc32(text:sub(1, at))))
      assert.equal(hash.crc32(text:sub(1, at)), hash.crc32(text, 0, at))
    end
    assert.error_matches(function() hash.crc32("x", 2 ^ 32) end, "must be a checksum")
    assert.error_matches(function() hash.crc32("x", 0, 2) end, "at most the length")
  end)

  it("seals a JSON object with a checksum, and takes the beginning of a text", function()
    local line, crc = hash.seal('{"a":1}', 7)
    assert.equal(hash.crc32('{"a":1', 7), crc)
    assert.equal(('{"a":1,"crc":"%08x"}\n'):format(crc), line)
    assert.equal(hash.sha256 "abc", hash.new():add("abcdef", 3):digest())
    assert.equal(hash.sha256 "", hash.new():add("abc", 0):digest())
    assert.error_matches(function() hash.seal("", 0) end, "must be an object")
    assert.error_matches(function() hash.seal("{}", -1) end, "must be a checksum")
    assert.error_matches(function() hash.new():add("abc", 4) end, "at most the length")
  end)
end)
