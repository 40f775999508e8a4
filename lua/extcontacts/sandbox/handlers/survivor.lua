--- The record that results when contacts are merged: each field comes from the
-- override, then from the contact that was modified last.

local api_errors = require "extcontacts.sandbox.api_errors"
local json = require "extcontacts.base.json"
local json_values = require "extcontacts.sandbox.handlers.json_values"
local models = require "extcontacts.api.models"

local PHONES = { "workPhone", "cellPhone", "homePhone", "otherPhone" }
local EMAILS = { "workEmail", "personalEmail", "otherEmail" }

-- Fields that no merge carries over: the server sets them.
local OWN = { id = true, createDate = true, modifyDate = true, selfUri = true, identifiers = true }

-- The most values of a list.
local MOST = { externalIds = 10 }

local is_slot = {}
for _, slots in ipairs { PHONES, EMAILS } do
  for _, slot in ipairs(slots) do
    is_slot[slot] = true
  end
end

-- What makes two phone numbers or e-mail addresses the same.
local function key_of(value)
  if type(value) == "table" then
    return value.e164 or value.display or ""
  end
  return value:lower()
end

-- Gives phone numbers or e-mail addresses a field each: their own, if a contact that
-- comes before does not have another value there, otherwise one that is free.
local function fill_slots(ctx, record, sources, slots)
  local seen, moved = {}, {}
  for _, source in ipairs(sources) do
    for _, slot in ipairs(slots) do
      local value = source[slot]
      local key = value ~= nil and key_of(value)
      if key and not seen[key] then
        seen[key] = true
        if record[slot] == nil then
          record[slot] = value
        else
          moved[#moved + 1] = { slot = slot, value = value }
        end
      end
    end
  end
  for _, move in ipairs(moved) do
    local free
    for _, slot in ipairs(slots) do
      free = free or record[slot] == nil and slot or nil
    end
    if free then
      record[free] = move.value
    elseif ctx.settings.merge_overflow == "reject" then
      api_errors.raise("general.conflict", { reason = ("no field is free for %s"):format(move.slot) })
    end
  end
end

-- The values of a list in all contacts, each once.
local function join(ctx, name, sources)
  local list = json.array {}
  for _, source in ipairs(sources) do
    for _, value in ipairs(source[name] or {}) do
      if not json_values.contains(list, value) then
        list[#list + 1] = value
      end
    end
  end
  if MOST[name] and #list > MOST[name] then
    if ctx.settings.merge_overflow == "reject" then
      api_errors.raise("general.conflict", { reason = ("%s would have more than %d values"):format(name, MOST[name]) })
    end
    for position = #list, MOST[name] + 1, -1 do
      list[position] = nil
    end
  end
  return #list > 0 and list or nil
end

-- Custom fields of contacts with the same schema are joined.
local function join_custom_fields(record, sources)
  for _, source in ipairs(sources) do
    if source.schema and not record.schema then
      record.schema = source.schema
    end
    if source.customFields and record.schema and json_values.equal(source.schema, record.schema) then
      record.customFields = record.customFields or {}
      for key, value in pairs(source.customFields) do
        if record.customFields[key] == nil then
          record.customFields[key] = value
        end
      end
    end
  end
end

--- Merges contacts.
---@param ctx extcontacts.sandbox.Context
---@param contacts table[] in any order; sorted in place, the one modified last first
---@param override table|nil the values that come before all others
---@return table record without the fields that the server sets
local function survivor(ctx, contacts, override)
  local place = {}
  for position, contact in ipairs(contacts) do
    place[contact] = position
  end
  table.sort(contacts, function(left, right)
    if left.modifyDate == right.modifyDate then
      return place[left] < place[right]
    end
    return left.modifyDate > right.modifyDate
  end)
  local sources = { override }
  for _, contact in ipairs(contacts) do
    sources[#sources + 1] = contact
  end
  -- The contacts whose values count; an empty field of the latest may stay empty.
  local counted = sources
  if ctx.settings.merge_gaps == "leave" then
    counted = override and { override, contacts[1] } or { contacts[1] }
  end
  local record = {}
  fill_slots(ctx, record, sources, PHONES)
  fill_slots(ctx, record, sources, EMAILS)
  for _, field in ipairs(models.ExternalContact.fields) do
    local name = field.wire
    if field.shape == "array" and not OWN[name] and not field.read_only then
      record[name] = join(ctx, name, sources)
    elseif not OWN[name] and not field.read_only and not is_slot[name] and name ~= "customFields" and name ~= "schema"
    then
      for _, source in ipairs(counted) do
        if record[name] == nil then
          record[name] = source[name]
        end
      end
    end
  end
  join_custom_fields(record, counted)
  return record
end

return survivor
