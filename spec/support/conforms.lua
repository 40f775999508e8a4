--- Whether an answer of the sandbox is what its operation's model says: known fields of
-- the right types and formats, and those that are required.
local json = require "extcontacts.base.json"
local models = require "extcontacts.api.models"
local router = require "extcontacts.sandbox.http.router"

local conforms = {}

-- An object with an id and nothing but these fields refers to a record, and lacks what
-- the record's model requires.
local REFERENCE = { id = true, selfUri = true, name = true, version = true }

local function is_reference(value)
  for name in pairs(value) do
    if not REFERENCE[name] then
      return false
    end
  end
  return value.id ~= nil
end

local function is_array(value)
  return getmetatable(value) == json.array_mt
end

local function is_whole(value)
  if json.is_number(value) then -- an integer beyond 2^53
    value = json.tonumber(value)
  end
  return type(value) == "number" and value % 1 == 0
end

local function is_text(value)
  return type(value) == "string"
end

local SCALARS = {
  string = is_text,
  date = function(value)
    return is_text(value) and value:find "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.?%d*Z$" ~= nil
  end,
  day = function(value)
    return is_text(value) and value:find "^%d%d%d%d%-%d%d%-%d%d$" ~= nil
  end,
  uri = function(value)
    return is_text(value) and (value:find "^/" or value:find "^https?://") ~= nil
  end,
  int32 = function(value)
    return is_whole(value) and value >= -2 ^ 31 and value < 2 ^ 31
  end,
  int64 = is_whole,
  integer = is_whole,
  double = function(value)
    return type(value) == "number"
  end,
  boolean = function(value)
    return type(value) == "boolean"
  end,
}

local check

local function is_known(value, enum)
  for _, known in ipairs(enum or { value }) do
    if value == known then
      return true
    end
  end
  return false
end

-- Checks one value of a field, an element of its array or a value of its map.
local function check_value(field, value, at, problems)
  local scalar, element = SCALARS[field.type], field.type:match "^%[(.*)%]$"
  if value == json.null then
    problems[#problems + 1] = at .. " is null"
  elseif element then
    for index, item in ipairs(value) do
      check_value({ type = element }, item, ("%s[%d]"):format(at, index), problems)
    end
  elseif scalar then
    if not scalar(value) then
      problems[#problems + 1] = ("%s must be %s, is %s"):format(at, field.type, json.encode(value))
    elseif not is_known(value, field.enum) then
      problems[#problems + 1] = ("%s has an unknown value: %s"):format(at, value)
    end
  elseif models[field.type] and not at:find "%.error%.entity$" then -- repeats what was sent
    check(field.type, value, at, problems, not (at:find "entities%[%d+%]$" or at:find "%.entity$"))
  end
end

function check(name, record, at, problems, may_refer)
  local model = models[name]
  if type(record) ~= "table" or is_array(record) then
    problems[#problems + 1] = ("%s must be a %s, is %s"):format(at, name, json.encode(record))
    return
  end
  for wire, value in pairs(record) do
    local field, place = model.by_wire[wire], at .. "." .. wire
    if not field then
      problems[#problems + 1] = ("%s is no field of %s"):format(place, name)
    elseif value ~= json.null and field.shape ~= "value" and
      (type(value) ~= "table" or is_array(value) ~= (field.shape == "array")) then
      problems[#problems + 1] = ("%s must be %s, is %s"):format(place, field.shape, json.encode(value))
    elseif value == json.null or field.shape == "value" then
      check_value(field, value, place, problems)
    else
      for key, item in pairs(value) do
        check_value(field, item, ("%s[%s]"):format(place, key), problems)
      end
    end
  end
  for _, field in ipairs(model.fields) do
    if field.required and record[field.wire] == nil and not (may_refer and is_reference(record)) then
      problems[#problems + 1] = ("%s.%s is missing"):format(at, field.wire)
    end
  end
end

--- How an answer differs from the model of its operation.
---@param method string
---@param path string without the query
---@param text string the answer's body
---@return string[] problems
function conforms.check(method, path, text)
  local row, problems = router.find(method, path), {}
  if row and row.returns and text ~= "" then
    check(row.returns, assert(json.decode(text)), row.returns, problems, false)
  end
  return problems
end

return conforms
