local api_errors = require "extcontacts.sandbox.api_errors"
local cjson = require "cjson"

describe("api_errors", function()
  it("have the API's error body", function()
    local err = api_errors.new("invalid.value", { value = 5, type = "limit", allowed = "10..200" })
    local text = api_errors.body(err, "ID")
    assert.matches('"details":[]', text, 1, true)
    assert.same({
      message = "Value [5] is not valid for field type [limit]. Allowable values are: 10..200",
      messageWithParams = "Value [{value}] is not valid for field type [{type}]. Allowable values are: {allowed}",
      messageParams = { value = "5", type = "limit", allowed = "10..200" },
      code = "invalid.value", status = 400, contextId = "ID", details = {}, errors = {},
    }, cjson.decode(text))
  end)

  it("have the status that the options choose for an invalid field", function()
    local ok, err = pcall(api_errors.invalid_field, { invalid_status = 400 }, "name", "too long")
    assert.is_false(ok)
    assert.is_true(api_errors.is(err))
    assert.equal(400, err.status)
    assert.equal("constraint.validation", err.code)
    assert.same({ { errorCode = "constraint.validation", fieldName = "name" } }, err.details)
  end)

  it("have a code for the status of a fault", function()
    assert.equal("service.unavailable", api_errors.of_status(503).code)
    assert.equal("internal.server.error", api_errors.of_status(500).code)
    local err = api_errors.of_status(418, "short.and.stout")
    assert.equal(418, err.status)
    assert.equal("short.and.stout", err.code)
  end)
end)
