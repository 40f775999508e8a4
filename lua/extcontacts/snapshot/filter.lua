--- Which records a filtered snapshot has: those for which a condition holds, those with
-- given ids, or both; and the notes and relationships of these.

local by_ids = require "extcontacts.fix.source.by_ids"
local chosen = require "extcontacts.fix.plan.chosen"
local conditions = require "extcontacts.fix.plan.selection"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local id_key = require("extcontacts.record.normalize.id").key
local idset = require "extcontacts.base.idset"
local shallow_copy = require "extcontacts.base.shallow_copy"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"

local filter = {}

--- What a snapshot's header says about its filter.
---@class extcontacts.snapshot.FilterMark
---@field where string|nil the condition
---@field ids integer|nil how many ids were given
---@field ids_sha256 string|nil digest of these ids in alphabetical order, one per line

---@class extcontacts.snapshot.Filter
---@field mark extcontacts.snapshot.FilterMark
local Filter = {}
Filter.__index = Filter

-- The listings whose records own those of a listing.
local OWNERS = { relationships = { "organizations" }, notes = { "organizations", "contacts" } }

-- The listings whose selected records can be read by their ids alone: nothing owns them.
local BY_ID = { organizations = true, contacts = true }

local function digest_of(ids)
  local sorted = shallow_copy(ids)
  table.sort(sorted)
  return core.hash.sha256(table.concat(sorted, "\n"))
end

--- Starts a filter.  Raises an error object for a mistake in the condition or an id.
---@param where string|nil
---@param ids string[]|nil
---@return extcontacts.snapshot.Filter|nil filter nil if neither is given
function filter.new(where, ids)
  if not where and not ids then
    return nil
  end
  local self = setmetatable({ mark = { where = where }, owners = idset.new(), found = idset.new() }, Filter)
  if where then
    self.holds, self.applies, self.tested = conditions.of_any_kind(where)
  end
  if ids then
    self.chosen = chosen.new(ids)
    self.mark.ids, self.mark.ids_sha256 = #self.chosen.ids, digest_of(self.chosen.ids)
    for _, id in ipairs(where and {} or self.chosen.ids) do
      self.owners:add(id) -- of notes, also if their owners themselves are not exported
    end
  end
  return self
end

--- Whether two filters select the same records; nil stands for no filter.
---@param a extcontacts.snapshot.FilterMark|nil
---@param b extcontacts.snapshot.FilterMark|nil
---@return boolean
function filter.same(a, b)
  a, b = a or {}, b or {}
  return a.where == b.where and a.ids_sha256 == b.ids_sha256
end

--- Describes the records of a filtered snapshot.
---@param mark extcontacts.snapshot.FilterMark
---@return string
function filter.describe(mark)
  local parts = {}
  parts[1] = mark.ids and ("with %s"):format(texts.plural(mark.ids, "given id")) or nil
  parts[#parts + 1] = mark.where and ("for which `%s` holds"):format(mark.where) or nil
  return "records " .. table.concat(parts, " and ")
end

-- Whether the filter can select records of a listing by themselves.
local function applies_to(self, listing)
  return not self.applies or self.applies(types.listings[listing].kind or "contact_note")
end

--- Leaves out the listings of which the filter selects nothing, since their records lack
-- the fields that the condition names.  Raises an error object for one that was named.
---@param names string[]
---@param are_named boolean
---@return string[]
function Filter:listings(names, are_named)
  local kept, has = {}, {}
  for _, name in ipairs(names) do
    local is_selected = applies_to(self, name)
    for _, owner in ipairs(OWNERS[name] or {}) do
      is_selected = is_selected or has[owner]
    end
    if is_selected then
      kept[#kept + 1], has[name] = name, true
    elseif are_named then
      errors.raise_invalid(("where: no field of the condition is one of %s; leave them out of the listings "
        .. "(--only)%s"):format(name, OWNERS[name] and ", or add those of their owners" or ""), "where")
    end
  end
  return kept
end

--- The fields that `takes` needs of a listing's records.
---@param listing string
---@return string[]
function Filter:fields(listing)
  local kind, fields = types.listings[listing].kind, { "id" }
  for _, name in ipairs(self.tested and self.tested(kind or "contact_note") or {}) do
    fields[#fields + 1] = name
  end
  fields[#fields + 1] = kind == "relationship" and "externalOrganization.id" or nil
  return fields
end

--- How a listing is read: by the given ids, if the server can, or by a scan.
---@param client extcontacts.Client
---@param listing string
---@return extcontacts.fix.ByIds|nil reader nil for a scan
function Filter:open(client, listing)
  return self.chosen and BY_ID[listing] and by_ids.open(client, listing, self.chosen.ids) or nil
end

-- Whether the record's owner is in the snapshot.
local function has_owner(self, reference, record)
  local owner = reference.owner or reference.kind == "relationship" and types.organization_of(record)
  owner = owner and id_key(owner)
  if not owner or not self.owners:has(owner) then
    return false
  end
  self.found:add(owner)
  return true
end

--- Whether the snapshot takes a record.  Owners come before what they own.
---@param reference extcontacts.record.Reference
---@param record table
---@param is_chosen boolean|nil whether it was read by its id
---@return boolean
function Filter:takes(reference, record, is_chosen)
  local id = id_key(reference.id)
  if not is_chosen and self.chosen and self.chosen:has(id) then
    is_chosen = true
    self.found:add(id)
  end
  if (is_chosen or not self.chosen) and (not self.holds or self.holds(reference.kind, record)) then
    self.owners:add(id)
    return true
  end
  return has_owner(self, reference, record)
end

--- Remembers a record that an earlier run of the export has written.
---@param entry extcontacts.snapshot.Entry
function Filter:recall(entry)
  local id = id_key(entry.record.id)
  self.owners:add(id)
  self.found:add(id)
end

--- Notes which of the given ids a listing has, once it has been read by them.
---@param reader extcontacts.fix.ByIds
function Filter:note_found(reader)
  local absent = idset.new()
  for _, id in ipairs(reader.absent) do
    absent:add(id)
  end
  for _, id in ipairs(self.chosen.ids) do
    if not absent:has(id) then
      self.found:add(id)
    end
  end
end

--- The given ids that no record has.  (After a resume: that no record of the snapshot has.)
---@return string[]
function Filter:absent()
  return self.found:missing(self.chosen and self.chosen.ids or {})
end

return filter
