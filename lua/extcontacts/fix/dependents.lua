--- The dependents of a contact or organization: its notes, its relationships, and the
-- contacts that are linked to it.  The server deletes or unlinks them with the record.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local outcome = require "extcontacts.api.outcome"
local texts = require "extcontacts.base.text"

local dependents = {}

---@class extcontacts.fix.Dependents
---@field counts table<string, integer> by `notes`, `relationships`, `contacts`; without those that are 0
---@field notes table[]|nil the records
---@field relationships table[]|nil
---@field contacts string[]|nil ids of the linked contacts

---@class extcontacts.fix.DependentList
---@field field "notes"|"relationships"|"contacts"
---@field list string the client's iterator over those of one record
---@field kind extcontacts.record.TypeName|nil type of the records; nil for links

--- By type of the owner.
---@type table<string, extcontacts.fix.DependentList[]>
dependents.lists = {
  contact = { { field = "notes", list = "each_contact_note", kind = "contact_note" } },
  organization = {
    { field = "notes", list = "each_organization_note", kind = "organization_note" },
    { field = "relationships", list = "each_organization_relationship", kind = "relationship" },
    { field = "contacts", list = "each_organization_contact" },
  },
}

local NOUNS = { notes = "note", relationships = "relationship", contacts = "linked contact" }

--- What a count says, in a fixed order: `2 notes, 1 linked contact`.
---@param counts table<string, integer>
---@return string text "" without dependents
function dependents.describe(counts)
  local parts = {}
  for _, field in ipairs { "notes", "relationships", "contacts" } do
    local count = counts[field] or 0
    parts[#parts + 1] = count > 0 and texts.plural(count, NOUNS[field]) or nil
  end
  return table.concat(parts, ", ")
end

--- Sums counts.
---@param sum table<string, integer> changed
---@param counts table<string, integer>
function dependents.add_counts(sum, counts)
  for field, count in pairs(counts) do
    sum[field] = (sum[field] or 0) + count
  end
end

--- Adds one dependent.
---@param found extcontacts.fix.Dependents changed
---@param field "notes"|"relationships"|"contacts"
---@param value table|string|nil the record, or the id of a contact; nil counts it only
function dependents.add(found, field, value)
  found.counts[field] = (found.counts[field] or 0) + 1
  if value ~= nil then
    found[field] = found[field] or core.json.array {}
    found[field][#found[field] + 1] = value
  end
end

--- Whether an error says that dependents can't be read because a permission is missing.
---@param err any
---@return boolean
function dependents.is_forbidden(err)
  return errors.is_error(err) and err.kind == "auth" and err.status == 403
end

--- Reads the dependents of one record, with a request for each kind.  Raises an error
-- object for any failure but the API's own 404; of kind `limit`, when a listing can't
-- return all.
---@param client extcontacts.Client
---@param reference extcontacts.record.Reference
---@return extcontacts.fix.Dependents
function dependents.read(client, reference)
  local found = { counts = {} }
  for _, row in ipairs(dependents.lists[reference.kind] or {}) do
    local ok, err = errors.catch(function()
      for record in client[row.list](client, reference.id, { page_size = 100 }) do
        dependents.add(found, row.field, row.kind and record or record.id)
      end
      return true
    end)
    if not ok and not outcome.is_absent(err) then
      error(err, 0)
    end
  end
  return found
end

--- Visits the records that belong to a record: its notes and relationships.
---@param reference extcontacts.record.Reference of their owner
---@param found extcontacts.fix.Dependents
---@param visit fun(reference: extcontacts.record.Reference, record: table)
function dependents.each(reference, found, visit)
  for _, row in ipairs(dependents.lists[reference.kind] or {}) do
    for _, record in ipairs(row.kind and found[row.field] or {}) do
      visit({ kind = row.kind, id = record.id, owner = row.kind ~= "relationship" and reference.id or nil }, record)
    end
  end
end

return dependents
