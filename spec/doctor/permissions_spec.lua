-- The permissions that the doctor checks, and the reads that show them.
local cjson = require "cjson"
local operations = require "extcontacts.api.operations"
local permissions = require "extcontacts.doctor.permissions"

describe("the doctor's permissions", function()
  it("checks every permission that a read of a specified operation needs", function()
    local checked = {}
    for _, check in ipairs(permissions.checks()) do
      checked[table.concat(check.permissions, " ")] = check.row
    end
    local file = assert(io.open("spec/fixtures/operations.json", "r"))
    local specified = cjson.decode(file:read "*a")
    file:close()
    for _, operation in ipairs(specified) do
      local row = operations.by_name[operation.name]
      if row.effect == "read" then
        assert.is_truthy(checked[table.concat(row.permissions, " ")], row.short)
      end
    end
  end)

  it("checks those of jobs, bulk operations, settings and graphs only by their names", function()
    local function names(groups)
      local found = {}
      for _, check in ipairs(permissions.checks(groups)) do
        for _, permission in ipairs(check.permissions) do
          found[permission] = check.row and check.row.short or "not checked"
        end
      end
      return found
    end
    local usual = names()
    for group, permission in pairs {
      settings = "externalContacts:settings:view", imports = "externalContacts:importJob:viewAll",
      graphs = "externalContacts:graphClusterScan:view", external_sources = "externalContacts:externalSource:view",
      ["contacts.divisionviews"] = "externalContacts:contact:viewAll",
      ["contacts.exports"] = "externalContacts:export:view",
    } do
      assert.is_nil(usual[permission], permission)
      assert.is_string(names({ group })[permission], permission)
    end
    assert.is_nil(names({ "contacts" })["externalContacts:export:view"])
    assert.is_string(names({ "contacts" })["externalContacts:customFields:view"])
    assert.is_string(names({ "imports" })["externalContacts:importCsvJob:add"])
    assert.equal("settings.get", names({ "settings" })["externalContacts:settings:view"])
    assert.equal("contacts.exports.list", names({ "contacts.exports" })["externalContacts:export:view"])
    -- A preview may disappear.
    assert.equal("not checked", names({ "graphs" })["externalContacts:graphClusterScan:view"])
  end)

  it("keep apart any and all of the same permissions", function()
    local rows = operations.list
    finally(function()
      operations.list = rows
    end)
    operations.list = {}
    for index, mode in ipairs { "any", "all" } do
      operations.list[index] = {
        short = "contacts.get" .. index, effect = "read", params = {},
        permissions = { "a", "b" }, permissions_mode = mode,
      }
    end
    local checks = permissions.checks()
    assert.equal(2, #checks)
    assert.equal("a or b", permissions.text(checks[1]))
    assert.equal("a and b", permissions.text(checks[2]))
  end)

  it("are shown by a read without required parameters, as short as it can be", function()
    for _, check in ipairs(permissions.checks()) do
      local is_lookup = check.row and check.row.short == "lookup.reverse"
      for _, param in ipairs(check.row and check.row.params or {}) do
        assert.is_false(param.required and not is_lookup or false, check.row.short)
        if param.name == "page_size" then
          assert.equal(param.min or 1, check.arguments[1].page_size)
        end
      end
      if is_lookup then
        assert.same({ "nobody@example.invalid", {} }, check.arguments)
      end
    end
  end)
end)
