local operation_args = require "extcontacts.cli.operation_args"
local operations = require "extcontacts.api.operations"
local parser = require "extcontacts.cli.parser"

local function argparser_of(verb, row, opts)
  return parser.make({
    name = verb,
    summary = "do it",
    examples = "",
    setup = function(argparser)
      operation_args.declare(argparser, verb, row, opts)
    end,
  }, {})
end

local function names_of(elements)
  local names = {}
  for index, element in ipairs(elements) do
    names[index] = element.name
  end
  return names
end

describe("the arguments of an operation", function()
  local list = operations.by_short["contacts.list"]

  it("are its positional parameters but the body, its options the others", function()
    local arguments, options = parser.describe(argparser_of("update", operations.by_short["contacts.notes.update"]))
    assert.same({ "resource", "contact_id", "note_id" }, names_of(arguments))
    assert.same({ "--query", "--quiet", "--help" }, names_of(options))
    arguments, options = parser.describe(argparser_of("call", list))
    assert.same({ "operation" }, names_of(arguments))
    assert.same({ "--page-size", "--page-number", "--q", "--sort-order", "--expand", "--division-ids", "--query",
      "--quiet", "--help" }, names_of(options))
    assert.same({ "N", "N", "TEXT", "TEXT", "LIST", "LIST", "NAME=VALUE" }, (function()
      local values = {}
      for index, option in ipairs(options) do
        values[index] = option.value
      end
      return values
    end)())
  end)

  it("can be hidden, and the last id repeated", function()
    local _, options = parser.describe(argparser_of("list", list, { hidden = { q = true, page_size = true,
      page_number = true } }))
    assert.same({ "--sort-order", "--expand", "--division-ids", "--query", "--quiet", "--help" }, names_of(options))
    local arguments = parser.describe(argparser_of("get", operations.by_short["contacts.get"], { several = true }))
    assert.is_false(arguments[1].several)
    assert.is_true(arguments[2].several)
  end)

  it("are bound in the specified order, the options last", function()
    local args = { page_size = 5, q = "smith", expand = { "externalOrganization", "externalDataSources" },
      query = { "divisionId=x" } }
    local arguments, count = operation_args.bind(list, args)
    assert.equal(1, count)
    assert.same({ { page_size = 5, q = "smith", expand = { "externalOrganization", "externalDataSources" },
      query = { divisionId = { "x" } } } }, arguments)
    local update = operations.by_short["contacts.update"]
    arguments, count = operation_args.bind(update, { contact_id = "x" }, { body = { title = "y" } })
    assert.equal(2, count)
    assert.same(update.positional[1] == "body" and { { title = "y" }, "x" } or { "x", { title = "y" } }, arguments)
    assert.equal("contact_id", operation_args.last_id(update))
  end)
end)
