--- Updates as a PATCH, which sends the changed fields only.  A field that the plan
-- found empty is sent with the action UpdateIfEmpty: the server keeps what anyone has
-- entered since.  Pure.

local core = require "extcontacts.core"
local diff = require "extcontacts.record.diff"
local field_path = require "extcontacts.base.path"
local models = require "extcontacts.api.models"
local types = require "extcontacts.record.types"

local patches = {}

local null = core.json.null

-- Types of the fields that a PATCH is known to set.
local KNOWN = { string = true, boolean = true, int64 = true, PhoneNumber = true, ContactAddress = true }

local function is_absent(value)
  return value == nil or value == null
end

-- Whether a difference fills an empty field.
local function is_entry(difference)
  return is_absent(difference.before) and not is_absent(difference.after)
end

--- Whether a change only fills empty fields, all of which a PATCH is known to set.
---@param change extcontacts.fix.Change
---@return boolean
function patches.is_fill(change)
  if change.op ~= "update" then
    return false
  end
  local fields = models[types.by_name[change.kind].model].by_wire
  for _, difference in ipairs(change.diff) do
    local field = fields[difference.path[1]]
    if not is_entry(difference) or not field or field.shape ~= "value" or not KNOWN[field.type] then
      return false
    end
  end
  return true
end

-- The text of a path's first names; nil if a PATCH can't name them.
local function text_of(path, depth)
  local text = "$"
  for index = 1, depth do
    if not path[index]:find "^[%w_]+$" then
      return nil
    end
    text = text .. "." .. path[index]
  end
  return text
end

-- The rest of a path, within the object at a depth.
local function rest_of(path, depth)
  local rest = {}
  for index = depth + 1, #path do
    rest[#rest + 1] = path[index]
  end
  return rest
end

local function is_empty(value)
  return is_absent(value) or type(value) == "table" and next(value) == nil
end

--- The body of the PATCH.  An object that the record lacks is sent as a whole, and one
-- that keeps nothing is removed as a whole.
---@param change extcontacts.fix.Change
---@param record table as just read
---@param after table the record's writable fields with the planned values
---@return table|nil body nil if a PATCH can't name a field
function patches.body(change, record, after)
  local list, objects = core.json.array {}, {}
  for _, difference in ipairs(change.diff) do
    local path = difference.path
    local _, depth = field_path.innermost(record, path)
    local is_emptied = depth > 1 and path[1] ~= "customFields" and is_empty(after[path[1]])
    local field = text_of(path, is_emptied and 1 or depth)
    if not field then
      return nil
    elseif is_emptied then
      if not objects[field] then
        objects[field] = { field = field, action = "Remove" }
        list[#list + 1] = objects[field]
      end
    elseif depth < #path then
      if not is_absent(difference.after) then
        if not objects[field] then
          objects[field] = { field = field, action = "UpdateIfEmpty", value = {} }
          list[#list + 1] = objects[field]
        end
        field_path.put(objects[field].value, rest_of(path, depth), difference.after)
      end
    elseif is_absent(difference.after) then
      list[#list + 1] = { field = field, action = "Remove" }
    else
      list[#list + 1] = {
        field = field, action = is_entry(difference) and "UpdateIfEmpty" or "Update", value = difference.after,
      }
    end
  end
  return #list > 0 and { changes = list } or nil
end

---@class extcontacts.fix.Patched names of fields
---@field written string[] they have the planned values
---@field kept string[] they were empty, and have a value that someone else entered
---@field diverged string[] the server stored another value

--- What an answer says of the fields.
---@param change extcontacts.fix.Change
---@param record table the answer
---@return extcontacts.fix.Patched
function patches.result(change, record)
  local result = { written = {}, kept = {}, diverged = {} }
  for _, difference in ipairs(change.diff) do
    local value = field_path.at(record, difference.path)
    local list = diff.same(change.kind, difference.path, difference.after, value, true) and result.written
      or is_entry(difference) and result.kept or result.diverged
    list[#list + 1] = diff.name(difference.path)
  end
  return result
end

return patches
