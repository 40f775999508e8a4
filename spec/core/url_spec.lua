--- core.url: path templates, queries and percent-encoding.

local core = require "extcontacts.core"
local url = core.url

local NULL = core.json.null

--- Every byte, by a rule written here and not in C.
local function expected_encoding(byte)
  local char = string.char(byte)
  if char:find("^[A-Za-z0-9._~-]$") then
    return char
  end
  return string.format("%%%02X", byte)
end

-- The text as expand writes it into a path, and as query writes it into a value.
local function in_path(text)
  return assert(url.expand("{text}", { text = text }))
end

local function in_query(text)
  return (assert(url.query { { "text", text } }):gsub("^text=", ""))
end

describe("percent-encoding in a path and in a query", function()
  it("keeps the unreserved bytes and encodes each of the others", function()
    for byte = 0, 255 do
      local text = "x" .. string.char(byte) -- "." alone cannot be a segment
      assert.equal("x" .. expected_encoding(byte), in_path(text))
      assert.equal("x" .. expected_encoding(byte), in_query(text))
    end
  end)

  it("encodes bytes that would end or change a segment", function()
    assert.equal("a%2Fb%25c%3Fd%23e%2Bf%20g", in_path("a/b%c?d#e+f g"))
  end)

  it("encodes UTF-8 byte by byte", function()
    assert.equal("%C3%A9%E2%82%AC%F0%9F%98%80", in_path("\195\169\226\130\172\240\159\152\128"))
  end)

  it("encodes texts of any length", function()
    for _, length in ipairs { 1, 170, 171, 511, 512, 513, 4095, 4096, 4097, 100000 } do
      assert.equal(("%2F"):rep(length), in_path(("/"):rep(length)))
      assert.equal(("%2F"):rep(length), in_query(("/"):rep(length)))
    end
  end)
end)

describe("url.decode", function()
  it("restores every byte", function()
    local all = {}
    for byte = 0, 255 do
      all[#all + 1] = string.char(byte)
    end
    all = table.concat(all)
    assert.equal(all, url.decode(in_path(all)))
    assert.equal(all, url.decode(in_query(all), { plus = true }))
  end)

  it("reads both cases of the digits", function()
    assert.equal("\171\171/", url.decode("%ab%AB%2f"))
  end)

  it("reads + as a space only when asked", function()
    assert.equal("a+b", url.decode("a+b"))
    assert.equal("a b+", url.decode("a+b%2B", { plus = true }))
    assert.equal("a+b", url.decode("a+b", { plus = false }))
  end)

  it("rejects a broken escape and names its position", function()
    for text, at in pairs { ["%"] = 1, ["a%2"] = 2, ["%2G"] = 1, ["ok%zz"] = 3, ["%41%"] = 4, ["%%41"] = 1 } do
      local value, message = url.decode(text)
      assert.is_nil(value)
      assert.equal("two hexadecimal digits must follow the % at byte " .. at, message)
    end
  end)

  it("is strict about its arguments", function()
    assert.has_error(function() url.decode(12) end)
    assert.has_error(function() url.decode("a", "plus") end)
  end)
end)

describe("url.expand", function()
  local template = "/api/v2/externalcontacts/contacts/{contactId}/notes/{noteId}"

  it("puts each argument into one segment", function()
    assert.equal("/api/v2/externalcontacts/contacts/a%2Fb/notes/c%3Fd",
      url.expand(template, { contactId = "a/b", noteId = "c?d" }))
  end)

  it("returns a template without names unchanged", function()
    assert.equal("/a/b", url.expand("/a/b", {}))
    assert.equal("", url.expand("", {}))
  end)

  it("accepts names at either end and next to each other", function()
    assert.equal("1x2", url.expand("{a}x{b}", { a = "1", b = "2" }))
    assert.equal("12", url.expand("{a}{b}", { a = "1", b = "2" }))
  end)

  it("accepts integers", function()
    assert.equal("/v/12", url.expand("/v/{v}", { v = 12 }))
    assert.equal("/v/12", url.expand("/v/{v}", { v = 12.0 }))
    assert.equal("/v/-3", url.expand("/v/{v}", { v = -3 }))
    assert.equal("/v/0", url.expand("/v/{v}", { v = 0 }))
  end)

  it("accepts dots within a segment", function()
    assert.equal("/v/...", url.expand("/v/{v}", { v = "..." }))
    assert.equal("/v/.a", url.expand("/v/{v}", { v = ".a" }))
  end)

  it("encodes control bytes and NUL", function()
    assert.equal("/v/a%00%0D%0Ab%7F", url.expand("/v/{v}", { v = "a\0\r\nb\127" }))
  end)

  it("rejects an argument by its name and never shows the value", function()
    local cases = {
      { "", "must not be empty, '.' or '..'" },
      { ".", "must not be empty, '.' or '..'" },
      { "..", "must not be empty, '.' or '..'" },
      { 1.5, "must be a string or an integer" },
      { 1e300, "must be a string or an integer" },
      { 0 / 0, "must be a string or an integer" },
      { 1 / 0, "must be a string or an integer" },
      { true, "must be a string or an integer" },
      { { "secret" }, "must be a string or an integer" },
      { NULL, "must be a string or an integer" },
    }
    for _, case in ipairs(cases) do
      local path, message, name = url.expand(template, { contactId = "x", noteId = case[1] })
      assert.is_nil(path)
      assert.equal("path argument 'noteId' " .. case[2], message)
      assert.equal("noteId", name)
    end
  end)

  it("rejects a missing argument by its name", function()
    local path, message, name = url.expand(template, { noteId = "x" })
    assert.is_nil(path)
    assert.equal("path argument 'contactId' is missing", message)
    assert.equal("contactId", name)
  end)

  it("raises for an invalid template", function()
    for _, broken in ipairs { "/a/{b", "/a/b}", "/a/{}", "/{a{b}}", "{", "}" } do
      assert.error_matches(function() url.expand(broken, { b = "x" }) end, "brace")
    end
    assert.has_error(function() url.expand(template) end)
  end)

  it("doesn't change the arguments", function()
    local arguments = { v = 12 }
    url.expand("/{v}", arguments)
    assert.equal("number", type(arguments.v))
  end)
end)

describe("url.query", function()
  it("is empty when there is nothing to send", function()
    assert.equal("", url.query {})
    assert.equal("", url.query { { "a" }, { "b", nil } })
    assert.equal("", url.query { { "a", {} } })
  end)

  it("keeps the order and omits nil", function()
    assert.equal("b=1&a=2&c=3", url.query { { "b", "1" }, { "x" }, { "a", "2" }, { "y" }, { "c", "3" } })
  end)

  it("encodes names and values", function()
    assert.equal("a%20b=c%26d%3De", url.query { { "a b", "c&d=e" } })
    assert.equal("lookupVal=%2B15551234567", url.query { { "lookupVal", "+15551234567" } })
    assert.equal("q=%20%0A%00%C3%A9", url.query { { "q", " \n\0\195\169" } })
    assert.equal("q=", url.query { { "q", "" } })
  end)

  it("prints integers identically on both VMs", function()
    assert.equal("n=25&z=0&m=-7", url.query { { "n", 25 }, { "z", 0 }, { "m", -7 } })
    assert.equal("n=25&z=0", url.query { { "n", 25.0 }, { "z", -0.0 } })
    assert.equal("n=9007199254740992", url.query { { "n", 2 ^ 53 } })
  end)

  it("keeps all digits of an integer", function()
    local largest, smallest = rawget(math, "maxinteger"), rawget(math, "mininteger")
    if largest then
      assert.equal("n=9223372036854775807", url.query { { "n", largest } })
      assert.equal("n=-9223372036854775808", url.query { { "n", smallest } })
    end
  end)

  it("prints the shortest form of a number that reads back exactly", function()
    assert.equal("n=0.1&m=1.5", url.query { { "n", 0.1 }, { "m", 1.5 } })
    for _, value in ipairs { 1 / 3, 1e300, 5e-324, -2.5e-10, 2 ^ 63 } do
      local text = url.decode((url.query { { "n", value } }):sub(3))
      assert.equal(value, tonumber(text))
    end
  end)

  it("writes booleans as words", function()
    assert.equal("a=true&b=false", url.query { { "a", true }, { "b", false } })
  end)

  it("joins an array with commas into one value", function()
    assert.equal("expand=a,b,c", url.query { { "expand", { "a", "b", "c" } } })
    assert.equal("x=1,true,a%2Cb,%2B", url.query { { "x", { 1, true, "a,b", "+" } } })
    assert.equal("x=,", url.query { { "x", { "", "" } } })
  end)

  it("rejects values that do not fit into a query, by name", function()
    local array = "must be an array of strings, numbers or booleans without gaps"
    local scalar = "must be a string, number, boolean or an array of them"
    local cases = {
      { NULL, "is null; omit it to send nothing" },
      { { "a", NULL }, "is null; omit it to send nothing" },
      { { a = 1 }, array },
      { { "a", x = 1 }, array },
      { { "a", { "secret" } }, array },
      { 0 / 0, "must be a finite number" },
      { 1 / 0, "must be a finite number" },
      { { -1 / 0 }, "must be a finite number" },
      { print, scalar },
      { coroutine.create(print), scalar },
    }
    for _, case in ipairs(cases) do
      local text, message, name = url.query { { "ok", "1" }, { "bad one", case[1] } }
      assert.is_nil(text)
      assert.equal("query parameter 'bad one' " .. case[2], message)
      assert.equal("bad one", name)
    end
  end)

  it("raises for a list of the wrong shape", function()
    assert.has_error(function() url.query() end)
    assert.has_error(function() url.query("a=b") end)
    assert.error_matches(function() url.query { "a" } end, "name, value")
    assert.error_matches(function() url.query { { 1, "a" } } end, "name of a query parameter")
    assert.error_matches(function() url.query { { a = "b" } } end, "name of a query parameter")
  end)

  it("doesn't change the values", function()
    local values = { 1, 2 }
    url.query { { "a", values } }
    assert.equal("number", type(values[1]))
  end)

  it("accepts many and long values", function()
    local list, parts = {}, {}
    for i = 1, 2000 do
      list[i] = { "k" .. i, (" "):rep(i % 50) }
      parts[i] = "k" .. i .. "=" .. ("%20"):rep(i % 50)
    end
    assert.equal(table.concat(parts, "&"), url.query(list))
  end)
end)
