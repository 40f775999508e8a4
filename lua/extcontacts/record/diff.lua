--- The difference between two states of a record, and what is done with one:
-- putting it into a record, taking it back, finding who else touched it.
-- Pure.
--
-- A difference is an array of `{ path, before, after }`; a value that is not
-- there is left out.

local canonical = require "extcontacts.record.canonical"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local field_path = require "extcontacts.base.path"
local models = require "extcontacts.api.models"
local types = require "extcontacts.record.types"

local diff = {}

local null = core.json.null

---@class extcontacts.fix.Difference
---@field path string[]
---@field before any
---@field after any

local function present(value)
  if value ~= null then
    return value
  end
end

local function sorted_keys(a, b)
  local keys, seen = {}, {}
  for _, record in ipairs { a, b } do
    for key in pairs(record) do
      if not seen[key] then
        seen[key] = true
        keys[#keys + 1] = key
      end
    end
  end
  table.sort(keys)
  return keys
end

--- A path with one name more.
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

-- Whether a field's values are taken apart: objects, with a model or without
-- (custom fields), but not what is compared whole.
local function inner_of(field, a, b)
  for _, value in pairs { a, b } do
    if type(value) ~= "table" or (getmetatable(value) == core.json.array_mt or #value > 0) then
      return nil
    end
  end
  if a == nil and b == nil then
    return nil
  elseif field and (field.shape == "map" or field.type == "object") then
    return { by_wire = {} }
  elseif not canonical.is_whole(field) then
    return models[field.type]
  end
end

local function walk(out, path, model, before, after, left_out)
  for _, key in ipairs(sorted_keys(before, after)) do
    local field = model.by_wire[key]
    if not left_out[key] and not (field and field.read_only) then
      local a, b = present(before[key]), present(after[key])
      local inner = inner_of(field, a, b)
      if inner then
        walk(out, diff.extended(path, key), inner, a or {}, b or {}, {})
      elseif a ~= b and canonical.value_text(field, a) ~= canonical.value_text(field, b) then
        out[#out + 1] = { path = diff.extended(path, key), before = deepcopy(a), after = deepcopy(b) }
      end
    end
  end
end

--- The difference between two states.
---@param kind extcontacts.fix.KindName
---@param before table
---@param after table
---@return extcontacts.fix.Difference[] sorted by path; empty where both are the same in canonical form
function diff.between(kind, before, after)
  local out = core.json.array {}
  walk(out, {}, models[types.by_name[kind].model], before, after, types.owned)
  return out
end

-- The field at a path: the last one a model is known of.
local function field_at(kind, path)
  local model, field = models[types.by_name[kind].model], nil
  for _, name in ipairs(path) do
    field = model and model.by_wire[name] or nil
    model = field and field.shape ~= "map" and models[field.type] or nil
  end
  return field
end

--- Whether two values of the field at a path are the same in canonical form.
---@param kind extcontacts.fix.KindName
---@param path string[]
---@param sent any
---@param found any
---@param rewritten boolean|nil also where the server rewrote what was sent: cut the blanks at a
--- text's ends, made a phone number out
---@return boolean
function diff.same(kind, path, sent, found, rewritten)
  local field = field_at(kind, path)
  sent, found = present(sent), present(found)
  local there = canonical.value_text(field, found)
  if canonical.value_text(field, sent) == there then
    return true
  elseif not rewritten then
    return false
  end
  return canonical.value_text(field, sent, true) == there
    or (field ~= nil and field.type == "PhoneNumber" and canonical.same_phone(sent, found))
end

--- Puts a difference into a record.
---@param record table changed
---@param differences extcontacts.fix.Difference[]
---@param side "before"|"after"|nil which values; default "after"
---@return table record
function diff.put(record, differences, side)
  for _, one in ipairs(differences) do
    field_path.put(record, one.path, one[side or "after"])
  end
  return record
end

--- Where a record stands between the two ends of a difference.
---@param kind extcontacts.fix.KindName
---@param record table
---@param differences extcontacts.fix.Difference[]
---@return "before"|"after"|"other" side
---@return string[] others names of the fields that have neither value
function diff.side(kind, record, differences)
  local at_before, at_after, others = true, true, {}
  for _, one in ipairs(differences) do
    local value = field_path.at(record, one.path)
    local is_before = diff.same(kind, one.path, one.before, value)
    local is_after = diff.same(kind, one.path, one.after, value, true)
    at_before, at_after = at_before and is_before, at_after and is_after
    if not is_before and not is_after then
      others[#others + 1] = diff.name(one.path)
    end
  end
  return at_after and "after" or at_before and "before" or "other", others
end

--- The names of the fields in which a record is not what was sent.
---@param kind extcontacts.fix.KindName
---@param sent table
---@param found table
---@return string[]
function diff.divergences(kind, sent, found)
  local names = {}
  for _, one in ipairs(diff.between(kind, sent, found)) do
    if not diff.same(kind, one.path, one.before, one.after, true) then
      names[#names + 1] = diff.name(one.path)
    end
  end
  return names
end

--- A path as people write it, `address.city`.
---@param path string[]
---@return string
function diff.name(path)
  return table.concat(path, ".")
end

--- A value as people read it: a phone's number, a text, else JSON.
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
