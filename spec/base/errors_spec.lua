local errors = require "extcontacts.base.errors"

local function raised(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  return err
end

describe("an error object", function()
  it("is recognised, and is not retryable unless it says so", function()
    local err = errors.new { kind = "timeout", message = "the deadline passed" }
    assert.is_true(errors.is_error(err))
    assert.is_false(err.retryable)
    assert.is_true(errors.new({ kind = "http", message = "x", retryable = true }).retryable)
    for _, value in ipairs { "timeout", {}, 7 } do
      assert.is_false(errors.is_error(value))
    end
    assert.is_false(errors.is_error(nil))
  end)

  it("has one of the documented kinds", function()
    assert.has_error(function()
      errors.new { kind = "oops", message = "x" }
    end, "unknown error kind")
  end)

  it("reads as one line: where, what, and the facts", function()
    for text, fields in pairs {
      ["no token (auth)"] = { kind = "auth", message = "no token" },
      ["x: not found: 5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11 (http, HTTP 404)"] = { kind = "http", message = "not found.",
        operation = "x", status = 404, path = "/api/v2/people/ann@acme.example/5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11" },
      ["x: gone (http, HTTP 410)"] = { kind = "http", message = "gone", operation = "x", status = 410,
        path = "/5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11" },
      ["contacts.get: not found (http, HTTP 404, not.found, correlation id c-1)"] = {
        kind = "http", message = "not found", operation = "contacts.get", status = 404, code = "not.found",
        attempts = 1, correlation_id = "c-1",
      },
      ["GET /api/v2/x: too slow (timeout, 3 attempts)"] = {
        kind = "timeout", message = "too slow", operation = "request", method = "GET", path = "/api/v2/x",
        attempts = 3,
      },
    } do
      local err = errors.new(fields)
      assert.equal(text, tostring(err))
      assert.equal("failed: " .. text .. "!", "failed: " .. err .. "!")
    end
  end)

  it("is copied for another call", function()
    local err = errors.new { kind = "io", message = "x", code = "ENOSPC" }
    local copy = errors.copy(err)
    assert.is_true(errors.is_error(copy))
    copy.message = "y"
    assert.same({ "x", "ENOSPC" }, { err.message, copy.code })
  end)
end)

describe("errors", function()
  it("are returned as nil and an object", function()
    for _, case in ipairs {
      { "io", "ENOENT", errors.io("x: missing", "ENOENT") },
      { "invalid", "fix", errors.invalid("x: missing", "fix") },
    } do
      assert.is_nil(case[3])
      local err = case[4]
      assert.same({ case[1], case[2], "x: missing" }, { err.kind, err.code, err.message })
    end
  end)

  it("are raised as objects, without a position in the message", function()
    local row = { name = "contacts.scan", method = "GET" }
    local err = raised(errors.raise, row, "protocol", "no cursor", { status = 200 })
    assert.same({ "protocol", "no cursor", "contacts.scan", "GET", 200 },
      { err.kind, err.message, err.operation, err.method, err.status })
    assert.equal("no header (invalid)", tostring(raised(errors.raise_invalid, "no header")))
    assert.equal("x: full (io, ENOSPC)", tostring(raised(errors.check_io, nil, "x: full", "ENOSPC")))
    assert.equal(7, errors.check_io(7))
  end)

  it("that a function raises become its results", function()
    assert.same({ 1, 2 }, { errors.catch(function(a, b) return a, b end, 1, 2) })
    local result, err = errors.catch(errors.raise_invalid, "no header")
    assert.is_nil(result)
    assert.equal("no header", err.message)
  end)

  it("of another sort are raised again, with the place where they came from", function()
    local message = raised(errors.catch, function()
      return (nil).field
    end)
    assert.is_string(message)
    assert.matches("errors_spec%.lua:%d+:", message)
    assert.matches("stack traceback", message, 1, true)
  end)
end)
