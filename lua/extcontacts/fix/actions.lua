--- What a fix's `change` gives, as a list of steps: updates, creates, deletes
-- and erases.  Pure.

local lookup = require "extcontacts.fix.lookup"
local types = require "extcontacts.record.types"

local actions = {}

---@class extcontacts.fix.Step
---@field op "update"|"create"|"delete"|"erase"
---@field record table|nil of an update
---@field body table|nil of a create
---@field kind extcontacts.fix.KindName|nil of a create
---@field owner string|nil of a create: the id of the note's contact or organization
---@field unless_exists string|nil of a contact's create: nothing is created once somebody has this address

local metatable = { __name = "extcontacts.fix.step" }

local function step(fields)
  return setmetatable(fields, metatable)
end

local function is_step(value)
  return getmetatable(value) == metatable
end

--- The record is deleted; undo makes it again, with another id.
actions.delete = step { op = "delete" }

--- The record is deleted for good: no copy is kept.
actions.erase = step { op = "erase" }

--- The record becomes this one.
---@param record table
---@return extcontacts.fix.Step
function actions.update(record)
  if type(record) ~= "table" then
    error("fix.update takes the changed record, got " .. type(record), 2)
  end
  return step { op = "update", record = record }
end

--- A further record.
---@param kind extcontacts.fix.KindName
---@param body table
---@param owner string|nil of a note: the id of its contact or organization
---@param unless string|nil of a contact: an e-mail address or a number in E.164; apply creates nothing
--- where somebody has it by then
---@return extcontacts.fix.Step
function actions.create(kind, body, owner, unless)
  if not types.by_name[kind] then
    error(types.unknown(kind), 2)
  elseif type(body) ~= "table" then
    error("fix.create takes the record's fields as a table, got " .. type(body), 2)
  elseif types.by_name[kind].owner and type(owner) ~= "string" then
    error(("a %s is created with the id of its %s as the third argument"):format(kind,
      types.by_name[kind].owner), 2)
  elseif unless ~= nil and (kind ~= "contact" or type(unless) ~= "string" or not lookup.normal(unless)) then
    error("the fourth argument of fix.create is an e-mail address or a number in E.164, for a contact alone", 2)
  end
  return step { op = "create", kind = kind, body = body, owner = owner, unless_exists = unless }
end

--- A note on the record at hand.
---@param body table `noteText` and `createdBy`
---@return extcontacts.fix.Step
function actions.add_note(body)
  if type(body) ~= "table" then
    error("fix.add_note takes the note's fields as a table, got " .. type(body), 2)
  end
  return step { op = "create", note = true, body = body }
end

local HINT = "change must return nil, the changed record, fix.delete, fix.erase or an array of "
  .. "operations"

-- One operation within what `change` gave, tied to the record at hand.
local function take(one, reference)
  if not is_step(one) then
    return nil, HINT .. " made by fix.update, fix.create, fix.add_note"
  elseif one.op == "create" and one.note then
    local kind = reference and reference.kind .. "_note"
    if not types.by_name[kind] then
      return nil, "fix.add_note is for contacts and organizations"
    end
    return step { op = "create", kind = kind, owner = reference.id, body = one.body }
  elseif one.op ~= "create" and not reference then
    return nil, "there is no record to " .. one.op .. ": the row only creates"
  end
  return one
end

--- The steps that a result of `change` asks for.
---@param result any
---@param reference extcontacts.fix.Reference|nil the record at hand
---@return extcontacts.fix.Step[]|nil
---@return string|nil misuse
function actions.of(result, reference)
  if result == nil then
    return {}
  elseif type(result) ~= "table" then
    return nil, HINT .. ", not a " .. type(result)
  elseif is_step(result) then
    result = { result }
  elseif #result == 0 then
    if next(result) == nil then
      return {} -- an empty array: no operation
    elseif not reference then
      return nil, "there is no record to update: create one with fix.create(kind, body)"
    end
    return { actions.update(result) }
  end
  local out = {}
  for index, one in ipairs(result) do
    local taken, misuse = take(one, reference)
    if not taken then
      return nil, misuse
    end
    out[index] = taken
  end
  return out
end

return actions
