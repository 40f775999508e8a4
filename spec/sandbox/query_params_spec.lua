local api_errors = require "extcontacts.sandbox.api_errors"
local query_params = require "extcontacts.sandbox.http.query_params"

local ROW = {
  params = {
    { wire = "id", place = "path", type = "string" },
    { wire = "limit", place = "query", type = "integer", min = 10, max = 200, default = 100 },
    { wire = "page", place = "query", type = "integer", min = 1, server_default = 1 },
    { wire = "all", place = "query", type = "boolean" },
    { wire = "ids", place = "query", type = "array", max_items = 3 },
    { wire = "expand", place = "query", type = "string", enum = { "author", "source" } },
    { wire = "q", place = "query", type = "string", max_length = 4 },
  },
}

-- The code of the error that a query string raises.
local function code_of(query_string, row)
  local ok, err = pcall(query_params.read, row or ROW, query_string)
  assert.is_false(ok, query_string)
  assert.is_true(api_errors.is(err))
  return err.code
end

describe("query_params.read", function()
  it("converts values by the rows, and adds defaults", function()
    assert.same({ limit = 100, page = 1 }, query_params.read(ROW, nil))
    assert.same({
      limit = 10, page = 2, all = true, ids = { "a", "b", "c" }, expand = { "source", "author" }, q = "ééé",
    }, query_params.read(ROW, "limit=10&page=%2B2&all=TRUE&ids=a,+b&ids=c&expand=source,author&q=%C3%A9%C3%A9é"))
  end)

  it("ignores names that the row does not have, and empty values", function()
    assert.same({ limit = 100, page = 1 }, query_params.read(ROW, "id=x&colour=red&limit=&q="))
  end)

  it("rejects values that break a rule of the row", function()
    for _, text in ipairs {
      "limit=9", "limit=201", "limit=x", "limit=10.5", "page=99999999999", "all=yes", "expand=other",
    } do
      assert.equal("invalid.value", code_of(text), text)
    end
    for _, text in ipairs { "ids=a,b,c,d", "q=%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9" } do
      assert.equal("bad.request", code_of(text), text)
    end
  end)

  it("rejects a missing value that is required", function()
    local row = { params = { { wire = "q", place = "query", type = "string", required = true } } }
    assert.equal("bad.request", code_of("", row))
    assert.equal("bad.request", code_of("q=", row))
    assert.same({ q = "x" }, query_params.read(row, "q=x"))
  end)
end)
