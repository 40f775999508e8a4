--- A merge as the server carries it out: the contact that results, what the request has
-- to say so that the result does not depend on undocumented rules, and why contacts
-- can't be merged.  Pure.

local canonical = require "extcontacts.record.canonical"
local combine = require "extcontacts.record.merge.combine"
local core = require "extcontacts.core"
local ids = require "extcontacts.record.normalize.id"
local models = require "extcontacts.api.models"
local suggest = require "extcontacts.base.suggest"
local survivor = require "extcontacts.record.merge.survivor"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"

local server_merge = {}

--- Contacts of one merge.
server_merge.LEAST, server_merge.MOST = 2, 25
--- Most contacts of a merge set: those that were merged into a contact at any time,
--- and itself.
server_merge.MOST_IN_SET = 52

---@class extcontacts.record.ServerMerge: extcontacts.record.Combined
---@field override table|nil the request's `valueOverride`

local null = core.json.null
local WHOLE = { whole = true }

---------------------------------------------------------------------- result --

-- Whether the server is known to choose this value by itself: all contacts that may
-- count as the one modified last have it.
local function is_certain(field, value, ordered, latest)
  local text = canonical.value_text(field, value)
  for index = 1, latest do
    if canonical.value_text(field, ordered[index][field.wire]) ~= text then
      return false
    end
  end
  return true
end

-- What the request has to say: the caller's values, and those of the result that the
-- documented rule alone does not give.  A schema goes with its custom fields.
local function override_of(record, ordered, latest, set)
  local out, fields = {}, models.ExternalContact.by_wire
  for wire, value in pairs(record) do
    if set[wire] ~= nil or not is_certain(fields[wire], value, ordered, latest) then
      out[wire] = value
    end
  end
  if out.schema ~= nil or out.customFields ~= nil then
    out.schema, out.customFields = record.schema, record.customFields
  end
  return next(out) ~= nil and out or nil
end

--- The contact that results from a merge.
---@param contacts table[] not changed; with rules, in the order in which they complete each other
---@param override table|nil values that come before those of the contacts
---@param values "first"|"rules"|nil whose value a field has: that of the contact modified last (default), as the
--- server has it, or the one that `field_rules` choose
---@return extcontacts.record.ServerMerge
function server_merge.result(contacts, override, values)
  local ordered, latest = survivor.latest_first(contacts)
  local combined = combine.records("contact", values == "rules" and contacts or ordered,
    { override = override, values = values })
  return {
    record = combined.record,
    lost = combined.lost,
    override = override_of(combined.record, ordered, latest, override or {}),
  }
end

---------------------------------------------------------------------- limits --

local function key_of(reference)
  local id = type(reference) == "table" and reference.id
  return type(id) == "string" and ids.key(id) or nil
end

-- How many contacts the set of a merge's result has, with the result.
local function size_of_set(contacts)
  local seen, count = {}, 1
  local function add(id)
    if id and not seen[id] then
      seen[id], count = true, count + 1
    end
  end
  for _, contact in ipairs(contacts) do
    add(key_of(contact))
    for _, member in ipairs(type(contact.mergeSet) == "table" and contact.mergeSet or {}) do
      add(key_of(member))
    end
  end
  return count
end

--- Why the contacts are in different divisions; nil if they are in one.
---@param contacts table[]
---@return string|nil reason
function server_merge.division_problem(contacts)
  local first = contacts[1] and key_of(contacts[1].division)
  for index = 2, #contacts do
    if key_of(contacts[index].division) ~= first then
      return ("%s and %s are in different divisions"):format(contacts[1].id, contacts[index].id)
    end
  end
end

--- Whether a contact was merged into another one.
---@param contact table
---@return string|nil id of that one
function server_merge.merged_into(contact)
  for _, name in ipairs { "canonicalContact", "mergedTo" } do
    local id = key_of(contact[name])
    if id and id ~= key_of(contact) then
      return contact[name].id
    end
  end
end

--- Why contacts can't be merged; nil if they can.
---@param contacts table[]
---@return string|nil reason
function server_merge.problem(contacts)
  if #contacts < server_merge.LEAST or #contacts > server_merge.MOST then
    return ("%s; a merge takes %d to %d"):format(texts.plural(#contacts, "contact"), server_merge.LEAST,
      server_merge.MOST)
  end
  for _, contact in ipairs(contacts) do
    local other = server_merge.merged_into(contact)
    if other then
      return ("%s was merged into %s"):format(contact.id, other)
    end
  end
  local size = size_of_set(contacts)
  if size > server_merge.MOST_IN_SET then
    return ("the merge set would have %d contacts; at most %d are allowed"):format(size, server_merge.MOST_IN_SET)
  end
  return server_merge.division_problem(contacts)
end

--- What is wrong with the values that are to come before those of the contacts.
---@param override table
---@param may_clear boolean whether null clears a field
---@param kind "contact"|"organization"|nil default `contact`
---@return string|nil problem
function server_merge.override_problem(override, may_clear, kind)
  local model = models[types.by_name[kind or "contact"].model]
  for name, value in pairs(override) do
    local field = model.by_wire[name]
    if not field then
      return suggest.unknown("field", tostring(name), suggest.keys(model.by_wire))
    elseif field.read_only or name == "id" or name == "division" or name == "identifiers" then
      return ("%s can't be set"):format(name)
    elseif value == null and not may_clear then
      return ("a merge can't clear %s; update the contact after the merge"):format(name)
    end
  end
  local _, problem = core.json.encode(override, WHOLE)
  return problem
end

return server_merge
