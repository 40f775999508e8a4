--- The record that results when several records become one.  Each field has the value
-- of the first source that fills it, or the one that `field_rules` choose.  A contact's
-- phone numbers and e-mail addresses that find their own field taken move to a free one;
-- lists, and custom fields of one schema, are joined.  What finds no place is lost, and
-- listed.  Pure.
--
-- A merge on the server and a consolidation differ in the order of the sources only.

local canonical = require "extcontacts.record.canonical"
local contact_fields = require "extcontacts.record.contact_fields"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local email = require "extcontacts.record.normalize.email"
local field_rules = require "extcontacts.record.merge.field_rules"
local is_equal = require "extcontacts.base.is_equal"
local letters = require "extcontacts.base.letters"
local models = require "extcontacts.api.models"
local name = require "extcontacts.record.normalize.name"
local phone = require "extcontacts.record.normalize.phone"
local phone_region = require "extcontacts.record.phone_region"
local survivor = require "extcontacts.record.merge.survivor"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"

local combine = {}

---@class extcontacts.record.MergeSource
---@field id string|nil of the record; nil for values that the caller sets
---@field record table

---@class extcontacts.record.LostValue a value of a record that the result does not have
---@field id string of the record
---@field path string[]
---@field value any
---@field no_room boolean|nil it would be kept if there were a free field, or room in the list
---@field is_set boolean|nil the caller set the field to another value

---@class extcontacts.record.Combined
---@field record table its fields, without those that the server sets
---@field lost extcontacts.record.LostValue[] in the order of the sources

local null = core.json.null

-- The server sets these, or they belong to another field.
local LEFT_OUT = { identifiers = true, division = true, schema = true, customFields = true }
--- Most entries of the lists that have a limit.
combine.MOST = { externalIds = 10 }

local is_slot = { contact = {}, organization = {} }
for _, slots in ipairs { contact_fields.emails, contact_fields.phones } do
  for _, slot in ipairs(slots) do
    is_slot.contact[slot] = true
  end
end

------------------------------------------------------------------ same values --

-- A national number is the one of the record's own country.
local function phone_key(value, record)
  if type(value) ~= "table" then
    return canonical.text(value)
  end
  local written = type(value.e164) == "string" and value.e164 or value.display
  local extension = value.extension ~= null and value.extension
  return phone.key(value, (phone_region.of(record, value)))
    or texts.trim(tostring(written)) .. (extension and ";ext=" .. tostring(extension) or "")
end

local function email_key(value)
  return email.key(value) or letters.lower(texts.trim(tostring(value)))
end

-- Whether two values of a field say the same: spelling and blanks do not count.
local function is_same(field, a, b, record_a, record_b)
  if type(a) == "string" and type(b) == "string" and field.type == "string" then
    return name.key(a) == name.key(b)
  elseif field.type == "PhoneNumber" then
    return phone_key(a, record_a) == phone_key(b, record_b)
  end
  return canonical.value_text(field, a, true) == canonical.value_text(field, b, true)
end

local function lose(lost, source, path, value, more)
  if source.id then
    local entry = { id = source.id, path = core.json.array(path), value = deepcopy(value) }
    for key, fact in pairs(more or {}) do
      entry[key] = fact
    end
    lost[#lost + 1] = entry
  end
end

----------------------------------------------------------------- kinds of field --

-- Whether a number that the server recognises replaces the same one that it does not:
-- searches find it.  What the caller sets stays.
local function is_recognised_only_by(entry, value)
  return entry.source.id and type(value) == "table" and type(value.e164) == "string"
    and type(entry.value) == "table" and type(entry.value.e164) ~= "string"
end

-- Gives phone numbers or e-mail addresses a field each: their own, unless a source
-- that comes before has another value there, otherwise one that stays free.
local function fill_slots(out, sources, slots, key_of)
  local seen, moved = {}, {}
  for _, source in ipairs(sources) do
    for _, slot in ipairs(slots) do
      local value = source.record[slot]
      local key = survivor.is_filled(value) and key_of(value, source.record)
      local entry = key and seen[key]
      if key and not entry then
        entry = { source = source, slot = slot, value = value }
        seen[key] = entry
        if out.record[slot] == nil and not (source.id and out.cleared[slot]) then
          out.record[slot] = deepcopy(value)
          entry.is_placed = true
        else
          moved[#moved + 1] = entry
        end
      elseif entry and is_recognised_only_by(entry, value) then
        local accepts = entry.value.acceptsSMS
        entry.value = deepcopy(value)
        entry.value.acceptsSMS = value.acceptsSMS == nil and accepts or value.acceptsSMS
        out.record[entry.slot] = entry.is_placed and entry.value or out.record[entry.slot]
      end
    end
  end
  for _, move in ipairs(moved) do
    local free
    for _, slot in ipairs(slots) do
      free = free or out.record[slot] == nil and not out.cleared[slot] and slot or nil
    end
    if free then
      out.record[free] = deepcopy(move.value)
    else
      lose(out.lost, move.source, { move.slot }, move.value, { no_room = true })
    end
  end
end

-- The entries of a list in all sources, each once.
local function join_lists(out, sources, field)
  local list, seen, most = core.json.array {}, {}, combine.MOST[field.wire] or math.huge
  for _, source in ipairs(sources) do
    local value = source.record[field.wire]
    for _, entry in ipairs(type(value) == "table" and value or {}) do
      local key = canonical.value_text(field, core.json.array { entry }, true)
      if not seen[key] and #list < most then
        list[#list + 1] = deepcopy(entry)
      elseif not seen[key] then
        lose(out.lost, source, { field.wire }, entry, { no_room = true })
      end
      seen[key] = true
    end
  end
  out.record[field.wire] = #list > 0 and list or nil
end

-- The first value; a different one of a later source is lost.
local function take_first(out, sources, field)
  local wire, from = field.wire, nil
  local is_set = sources[1].id == nil and sources[1].record[wire] ~= nil or nil
  for _, source in ipairs(out.has_rules and field_rules.order(wire, sources) or sources) do
    local value = source.record[wire]
    if survivor.is_filled(value) then
      if out.record[wire] == nil and not (source.id and out.cleared[wire]) then
        out.record[wire], from = deepcopy(value), source.record
      elseif not is_same(field, out.record[wire], value, from or out.record, source.record) then
        lose(out.lost, source, { wire }, value, { is_set = is_set })
      end
    end
  end
end

local function schema_id(record)
  local schema = record.schema
  return type(schema) == "table" and schema ~= null and schema.id or nil
end

-- Custom fields of the first schema are joined; those of another one have no place.
-- Values that the caller sets belong to any schema.
local function join_custom_fields(out, sources)
  local record, set = out.record, {}
  for _, source in ipairs(sources) do
    record.schema = record.schema or schema_id(source.record) and deepcopy(source.record.schema) or nil
  end
  for _, source in ipairs(out.has_rules and field_rules.order("customFields", sources) or sources) do
    local custom = source.record.customFields
    local is_known = not source.id or schema_id(source.record) == schema_id(record)
    for key, value in pairs(type(custom) == "table" and custom or {}) do
      local kept = (record.customFields or {})[key]
      if not survivor.is_filled(value) then
        set[key] = set[key] or not source.id
      elseif is_known and kept == nil and not (source.id and set[key]) then
        record.customFields = record.customFields or {}
        record.customFields[key], set[key] = deepcopy(value), set[key] or not source.id
      elseif not is_known or not is_same({ shape = "value", type = "string" }, kept, value) then
        lose(out.lost, source, { "customFields", key }, value, { is_set = set[key] or nil })
      end
    end
  end
end

-- Fields that the model does not have stay with the first record only.
local function lose_unknown(out, sources, known)
  local first
  for _, source in ipairs(sources) do
    if source.id and not first then
      first = source.record
    elseif source.id then
      for key, value in pairs(source.record) do
        local is_kept = known[key] or not survivor.is_filled(value) or is_equal(value, first[key])
        if not is_kept then
          lose(out.lost, source, { key }, value)
        end
      end
    end
  end
end

-- Whether a field does not depend on others.
local function is_apart(kind, field)
  local wire = field.wire
  return not (field.read_only or types.owned[wire] or LEFT_OUT[wire] or is_slot[kind][wire])
end

-- By source, then by field, so that the same records give the same list.
local function sort_lost(lost, sources)
  local place = {}
  for index, source in ipairs(sources) do
    place[source.id or ""] = index
  end
  table.sort(lost, function(a, b)
    if a.id ~= b.id then
      return place[a.id] < place[b.id]
    end
    local left, right = table.concat(a.path, "."), table.concat(b.path, ".")
    if left ~= right then
      return left < right
    end
    return canonical.text(a.value) < canonical.text(b.value)
  end)
end

---@class extcontacts.record.CombineOptions
---@field override table|nil values that come before all others; null leaves a field without a value
---@field values "first"|"rules"|nil whose value a field has: that of the first record (default), or the one that
--- `field_rules` choose

--- Combines records of one type.
---@param kind "contact"|"organization"
---@param records table[] in the order in which their values count; not changed
---@param options extcontacts.record.CombineOptions|nil
---@return extcontacts.record.Combined
function combine.records(kind, records, options)
  local override = options and options.override
  local out, sources = { record = {}, lost = {}, cleared = {}, has_rules = options and options.values == "rules" }, {}
  if override then
    sources[1] = { record = override }
    for field, value in pairs(override) do
      out.cleared[field] = value == null or nil
    end
  end
  for _, record in ipairs(records) do
    sources[#sources + 1] = { id = record.id, record = record }
  end
  if kind == "contact" then
    fill_slots(out, sources, contact_fields.phones, phone_key)
    fill_slots(out, sources, contact_fields.emails, email_key)
  end
  local model = models[types.by_name[kind].model]
  for _, field in ipairs(model.fields) do
    if is_apart(kind, field) then
      local join = field.shape == "array" and join_lists or take_first
      join(out, sources, field)
    end
  end
  join_custom_fields(out, sources)
  lose_unknown(out, sources, model.by_wire)
  sort_lost(out.lost, sources)
  return { record = out.record, lost = out.lost }
end

--- Combines contacts, each field with the value of the first one that fills it.
---@param contacts table[] in the order in which their values count; not changed
---@param override table|nil values that come before all others; null leaves a field without a value
---@return extcontacts.record.Combined
function combine.contacts(contacts, override)
  return combine.records("contact", contacts, { override = override })
end

return combine
