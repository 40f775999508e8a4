--- Differences between two states of a record: finding them, putting them into
-- a record, and checking which state a record is in.  Pure.
--
-- A difference is `{ path, before, after }`; a missing value is left out.

local canonical = require "extcontacts.record.canonical"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local field_path = require "extcontacts.base.path"
local is_equal = require "extcontacts.base.is_equal"
local models = require "extcontacts.api.models"
local records = require "extcontacts.record"
local shallow_copy = require "extcontacts.base.shallow_copy"
local types = require "extcontacts.record.types"

local diff = {}

local null = core.json.null

---@class extcontacts.record.Difference
---@field path string[]
---@field before any
---@field after any

local function present(value)
  if value ~= null then
    return value
  end
end

-- The names of the fields that may differ, sorted.  Most fields are equal as they are.
local function keys_to_compare(a, b)
  local keys = {}
  for key, value in pairs(a) do
    if b[key] ~= value then
      keys[#keys + 1] = key
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      keys[#keys + 1] = key
    end
  end
  table.sort(keys)
  return keys
end

--- Returns a path with one more name.
---@param path string[]
---@param name string
---@return string[]
function diff.extended(path, name)
  local out = core.json.array {}
  for index, part in ipairs(path) do
    out[index] = part
  end
  out[#out + 1] = name
  return out
end

-- The model for comparing two objects field by field, with or without known
-- fields; nil if the values are compared as a whole.
local function model_within(field, a, b)
  for _, value in pairs { a, b } do
    if type(value) ~= "table" or records.is_array(value) then
      return nil
    end
  end
  if a == nil and b == nil then
    return nil
  elseif field and (field.shape == "map" or field.type == "object") then
    return canonical.OPEN
  elseif not canonical.is_whole(field) then
    return models[field.type]
  end
end

-- `is_same`: compares two values that differ as they are.
local function compare(out, path, model, before, after, ignored, is_same)
  for _, key in ipairs(keys_to_compare(before, after)) do
    local field = model.by_wire[key]
    local a, b = before[key], after[key]
    if not ignored[key] and not (field and field.read_only) and not is_equal(a, b) then
      a, b = present(a), present(b)
      local within = model_within(field, a, b)
      if within then
        compare(out, diff.extended(path, key), within, a or {}, b or {}, {}, is_same)
      elseif not is_same(field, a, b) then
        out[#out + 1] = { path = diff.extended(path, key), before = deepcopy(a), after = deepcopy(b) }
      end
    end
  end
end

--- Finds the differences between two states.
---@param kind extcontacts.record.TypeName
---@param before table
---@param after table
---@return extcontacts.record.Difference[] sorted by path; empty if both have the same canonical form
function diff.between(kind, before, after)
  local out = core.json.array {}
  compare(out, {}, models[types.by_name[kind].model], before, after, types.owned, canonical.same)
  return out
end

-- Whether two values have the same canonical form, or storing the first one makes it
-- the second one: the server trims texts and recognises phone numbers.
local function is_stored(field, sent, found)
  return canonical.same(field, sent, found)
    or (field ~= nil and field.type == "PhoneNumber" and canonical.same_phone(sent, found))
    or canonical.same(field, sent, found, true)
end

-- The field at a path, as far as the models are known.
local function field_at(kind, path)
  local model, field = models[types.by_name[kind].model], nil
  for _, name in ipairs(path) do
    field = model and model.by_wire[name] or nil
    local is_open = field and (field.shape == "map" or field.type == "object")
    model = is_open and canonical.OPEN or field and models[field.type] or nil
  end
  return field
end

--- Whether two values of a field have the same canonical form.
---@param kind extcontacts.record.TypeName
---@param path string[]
---@param sent any
---@param found any
---@param rewritten boolean|nil also accept what the server rewrites: it trims texts and recognises phone
--- numbers
---@return boolean
function diff.same(kind, path, sent, found, rewritten)
  local field = field_at(kind, path)
  sent, found = present(sent), present(found)
  return is_equal(sent, found) or (rewritten and is_stored or canonical.same)(field, sent, found)
end

--- Puts one side of differences into a record.
---@param record table changed
---@param differences extcontacts.record.Difference[]
---@param side "before"|"after"|nil default "after"
---@return table record
function diff.put(record, differences, side)
  for _, difference in ipairs(differences) do
    field_path.put(record, difference.path, difference[side or "after"])
  end
  return record
end

--- Returns a record with the new side of differences, which shares with the record what
-- they leave as it is.
---@param record table
---@param differences extcontacts.record.Difference[]
---@return table record
function diff.applied(record, differences)
  local out, own = shallow_copy(record), {}
  for _, difference in ipairs(differences) do
    local name = difference.path[1]
    if #difference.path > 1 and not own[name] then
      out[name], own[name] = deepcopy(record[name]), true
    end
  end
  return diff.put(out, differences)
end

--- A copy of a record with the new values of differences.  It shares with the record
-- what they do not touch.
---@param record table
---@param differences extcontacts.record.Difference[]
---@return table
function diff.applied(record, differences)
  local out = shallow_copy(record)
  for _, difference in ipairs(differences) do
    local path, object = difference.path, out
    for index = 1, #path - 1 do
      local inner = object[path[index]]
      if type(inner) ~= "table" then
        break
      end
      object[path[index]] = shallow_copy(inner)
      object = object[path[index]]
    end
    field_path.put(out, path, difference.after)
  end
  return out
end

--- Checks which side of the differences a record is on.
---@param kind extcontacts.record.TypeName
---@param record table
---@param differences extcontacts.record.Difference[]
---@return "before"|"after"|"other" side
---@return string[] others names of the fields that have neither value
function diff.side(kind, record, differences)
  local at_before, at_after, others = true, true, {}
  for _, difference in ipairs(differences) do
    local value = field_path.at(record, difference.path)
    local is_before = diff.same(kind, difference.path, difference.before, value)
    local is_after = diff.same(kind, difference.path, difference.after, value, true)
    at_before, at_after = at_before and is_before, at_after and is_after
    if not is_before and not is_after then
      others[#others + 1] = diff.name(difference.path)
    end
  end
  return at_after and "after" or at_before and "before" or "other", others
end

-- The fields of a note or relationship that only the server sets: it is in the division
-- of what it belongs to.
local owned_by_others = shallow_copy(types.owned)
owned_by_others.division = true

--- Finds the differences that storing a record does not explain: the server trims
-- texts, recognises phone numbers, and sets the division of notes and relationships.
---@param kind extcontacts.record.TypeName
---@param sent table
---@param found table
---@return extcontacts.record.Difference[]
function diff.remaining(kind, sent, found)
  local out = core.json.array {}
  local ignored = types.movable[kind] and types.owned or owned_by_others
  compare(out, {}, models[types.by_name[kind].model], sent, found, ignored, is_stored)
  return out
end

--- Finds the fields in which a stored record differs from what was sent.
---@param kind extcontacts.record.TypeName
---@param sent table
---@param found table
---@return string[] names
function diff.divergences(kind, sent, found)
  local names = {}
  for index, difference in ipairs(diff.remaining(kind, sent, found)) do
    names[index] = diff.name(difference.path)
  end
  return names
end

--- Finds the fields in which an updated record differs from what was sent.  What came back
-- as it was, and was to stay so, needs no further comparison.
---@param kind extcontacts.record.TypeName
---@param before table the record that was updated
---@param differences extcontacts.record.Difference[] put into it
---@param sent table
---@param found table
---@return string[] names
function diff.not_stored(kind, before, differences, sent, found)
  local is_planned = {}
  for _, difference in ipairs(differences) do
    is_planned[difference.path[1]] = true
  end
  local function to_compare(record)
    local some = {}
    for key, value in pairs(record) do
      if is_planned[key] or not is_equal(found[key], before[key]) then
        some[key] = value
      end
    end
    return some
  end
  return diff.divergences(kind, to_compare(sent), to_compare(found))
end

--- Returns a path with dots, `address.city`.
---@param path string[]
---@return string
function diff.name(path)
  return table.concat(path, ".")
end

--- Returns a value for people: a phone's number, a text as it is, else JSON.
---@param value any
---@return string|nil nil for no value
function diff.text(value)
  if value == nil or value == null then
    return nil
  elseif type(value) == "string" then
    return value
  elseif type(value) == "table" and value.display ~= nil and value.display ~= null then
    local extension = value.extension
    return value.display .. (extension and extension ~= null and " ext. " .. tostring(extension) or "")
  end
  return canonical.text(value)
end

return diff
