-- The protocol of Redis: what is sent, what is read, and what a hostile server can do.

local resp = require "extcontacts.rate.store.redis.resp"

local null = resp.null

-- The replies in a text that arrives in pieces of a size; then "malformed" or the rest.
local function parse(text, size)
  local parser, replies = resp.parser(), {}
  for at = 1, #text, size or #text do
    parser:feed(text:sub(at, at + (size or #text) - 1))
    local found, value = parser:next()
    while found do
      replies[#replies + 1] = value
      found, value = parser:next()
    end
    if found == nil then
      return replies, "malformed"
    end
  end
  return replies, parser.length
end

local VALUES = {
  { "+OK\r\n", "OK" },
  { "+\r\n", "" },
  { ":-42\r\n", -42 },
  { "$0\r\n\r\n", "" },
  { "$6\r\na\r\nb\0c\r\n", "a\r\nb\0c" },
  { "$-1\r\n", null },
  { "*-1\r\n", null },
  { "*0\r\n", {} },
  { "*3\r\n:1\r\n$1\r\nx\r\n*1\r\n$-1\r\n", { 1, "x", { null } } },
  -- RESP3
  { "_\r\n", null },
  { "#t\r\n", true },
  { "#f\r\n", false },
  { ",1.5e3\r\n", 1500 },
  { ",-inf\r\n", -math.huge },
  { "(123456789012345678901234567890\r\n", "123456789012345678901234567890" },
  { "=7\r\ntxt:abc\r\n", "abc" },
  { "%1\r\n+key\r\n:1\r\n", { "key", 1 } },
  { "~2\r\n:1\r\n:2\r\n", { 1, 2 } },
  { "|1\r\n+ttl\r\n:3\r\n:7\r\n", 7 },
  { ">2\r\n+message\r\n+hello\r\n+OK\r\n", "OK" },
}

local MALFORMED = {
  "?x\r\n", "HTTP/1.1 400 Bad Request\r\n", "$x\r\n", "$-2\r\n", "$1\r\nab\r\n", "$3\r\nabcde\r\n", "*-2\r\n",
  "$99999999999999999999\r\n", "$1048577\r\n", "*1001\r\n", "%501\r\n" .. (":1\r\n"):rep(1002),
  "*9\r\n" .. ("*200\r\n" .. (":1\r\n"):rep(200)):rep(9), ("*1\r\n"):rep(9) .. ":1\r\n",
  ("|0\r\n"):rep(10) .. ":1\r\n",
  ":\r\n", ":1x\r\n", ":0x10\r\n", "#x\r\n", "_x\r\n", "(x\r\n", "=1\r\nx\r\n", "!-1\r\n", "*1\r\n>0\r\n",
  "+" .. ("x"):rep(5000), "\0\0\0\0",
}

describe("RESP", function()
  it("encodes commands by their lengths, whatever they contain", function()
    assert.equal("*3\r\n$3\r\nSET\r\n$4\r\na\r\nb\r\n$1\r\n7\r\n", resp.encode { "SET", "a\r\nb", 7 })
    assert.equal("*1\r\n$0\r\n\r\n", resp.encode { "" })
  end)

  for index, case in ipairs(VALUES) do
    it("reads reply " .. index .. ", in pieces of any size", function()
      for size = 1, #case[1] do
        local replies, rest = parse(case[1], size)
        assert.same({ case[2] }, replies)
        assert.equal(0, rest)
      end
    end)
  end

  it("reads many replies that arrive together", function()
    local texts, values = {}, {}
    for index, case in ipairs(VALUES) do
      texts[index], values[index] = case[1], case[2]
    end
    for _, size in ipairs { 1, 7, 4096 } do
      assert.same(values, (parse(table.concat(texts), size)))
    end
  end)

  it("waits for the rest of a reply", function()
    for _, case in ipairs(VALUES) do
      for length = 0, #case[1] - 1 do
        local replies, rest = parse(case[1]:sub(1, length), 1)
        assert.same(case[1]:find "^>" and length == #case[1] and { "OK" } or {}, replies)
        assert.is_number(rest)
      end
    end
  end)

  it("keeps of an error reply its code only, since the rest may quote a password", function()
    local replies = parse("-NOAUTH Authentication required.\r\n-ERR unknown command 'secret'\r\n"
      .. "-wrong\r\n!10\r\nOOM no mem\r\n")
    assert.equal(4, #replies)
    assert.equal("NOAUTH", resp.error_code(replies[1]))
    assert.equal("ERR", resp.error_code(replies[2]))
    assert.equal("ERR", resp.error_code(replies[3]))
    for _, reply in ipairs(replies) do
      for _, value in pairs(reply) do
        assert.is_nil(value:find "secret")
      end
    end
    assert.is_nil(resp.error_code "NOAUTH")
    assert.is_nil(resp.error_code(null))
  end)

  for index, text in ipairs(MALFORMED) do
    it("gives up on malformed bytes, case " .. index, function()
      for _, size in ipairs { #text < 1000 and 1 or 100, #text } do
        local replies, what = parse(text, size)
        assert.same({}, replies)
        assert.equal("malformed", what)
      end
    end)
  end

  it("keeps a bounded number of bytes of a reply that never ends", function()
    local parser, fed = resp.parser(), 0
    parser:feed "*9\r\n"
    local found
    repeat
      parser:feed("$60000\r\n" .. ("x"):rep(60000) .. "\r\n")
      found = parser:next()
      fed = fed + 60000
    until found == nil or found or fed > 4e6
    assert.is_true(fed < 2e6)
  end)

  it("reads a value of 512 KB in small pieces without reading it again each time", function()
    local text = ("$%d\r\n%s\r\n"):format(2 ^ 19, ("v"):rep(2 ^ 19))
    local replies = parse(text, 100)
    assert.equal(2 ^ 19, #replies[1])
  end)

  it("neither raises nor loops for any bytes", function()
    local random, parts = 12345, { "*", "$", ":", "+", "-", "%", "~", ">", "|", "#", "_", ",", "(", "=", "!", "\r\n",
      "0", "1", "2", "-1", "x", "\r", "\n", "9999", "\255", "\0", "t", "3\r\n" }
    local function pick(most)
      random = (random * 16807) % 2147483647
      return random % most + 1
    end
    for _ = 1, 3000 do
      local text = {}
      for index = 1, pick(30) do
        text[index] = parts[pick(#parts)]
      end
      text = table.concat(text)
      local whole, end_of_whole = parse(text)
      local bytes, end_of_bytes = parse(text, 1)
      assert.same(whole, bytes)
      assert.equal(end_of_whole, end_of_bytes)
    end
  end)
end)
