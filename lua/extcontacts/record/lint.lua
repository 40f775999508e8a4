--- Checks a planned change before it is sent: fields it clears, values the
-- server would reject or ignore, numbers no search will find.  Pure.

local core = require "extcontacts.core"
local diff = require "extcontacts.record.diff"
local models = require "extcontacts.api.models"
local records = require "extcontacts.record"
local server_rules = require "extcontacts.record.server_rules"
local suggest = require "extcontacts.base.suggest"
local types = require "extcontacts.record.types"

local lint = {}

---@class extcontacts.record.Warning
---@field code "cleared"|"limit"|"type"|"unknown"|"required"|"custom_field"|"unchecked"|"not_searchable"|"fix"
---@field rule extcontacts.record.Rule|nil of the server, which would reject the record
---@field path string[]|nil
---@field text string a sentence without the value

-- Digits of a phone number that the server can recognise.
local FEWEST_DIGITS, MOST_DIGITS = 7, 20

local function add(warnings, code, path, text)
  warnings[#warnings + 1] = { code = code, path = core.json.array(path), text = text }
end

local function is_searchable(written)
  local digits = #(written:gsub("%D", ""))
  return written:find("^%s*%(?%+?%d") and digits >= FEWEST_DIGITS and digits <= MOST_DIGITS
    and not written:gsub("[eE][xX][tT].*$", ""):find("%a")
end

local function check_phone(warnings, path, phone)
  local written = type(phone.e164) == "string" and phone.e164 or phone.display
  if type(written) == "string" and not is_searchable(written) then
    add(warnings, "not_searchable", path, diff.name(path) .. " is not a phone number that a search can find")
  elseif written == nil and next(phone) ~= nil then
    add(warnings, "not_searchable", path, diff.name(path) .. " has no phone number")
  end
end

local function by_path(a, b)
  local left, right = a.path and diff.name(a.path) or "", b.path and diff.name(b.path) or ""
  if left ~= right then
    return left < right
  end
  return a.code .. a.text < b.code .. b.text
end

--- Finds the values because of which the server would reject a record: the warnings
-- that have a `rule`.
---@param kind extcontacts.record.TypeName
---@param body table
---@return extcontacts.record.Warning[]
function lint.rejected(kind, body)
  local problems = server_rules.problems(kind, body)
  table.sort(problems, by_path)
  return problems
end

-- The names of a model's phone numbers.
local phone_names = {}
local function phones_of(model)
  if not phone_names[model] then
    local names = {}
    for _, field in ipairs(model.fields) do
      names[#names + 1] = field.type == "PhoneNumber" and field.wire or nil
    end
    phone_names[model] = names
  end
  return phone_names[model]
end

--- Finds values that the server would reject or ignore.
---@param kind extcontacts.record.TypeName
---@param body table
---@return extcontacts.record.Warning[]
function lint.check(kind, body)
  local warnings = server_rules.problems(kind, body)
  for _, name in ipairs(phones_of(models[types.by_name[kind].model])) do
    if type(body[name]) == "table" then
      check_phone(warnings, { name }, body[name])
    end
  end
  table.sort(warnings, by_path)
  return warnings
end

--- Finds new fields that look like misspelled ones, which the server would
-- ignore.  A field that resembles no other may be newer than this module.
---@param kind extcontacts.record.TypeName
---@param differences extcontacts.record.Difference[]
---@return extcontacts.record.Warning[]
function lint.unknown(kind, differences)
  local warnings = {}
  for _, difference in ipairs(differences) do
    local name, model = records.unknown_part(models[types.by_name[kind].model], difference.path)
    local near = name and difference.before == nil and suggest.nearest(name, suggest.keys(model.by_wire))
    if near then
      add(warnings, "unknown", difference.path, ("unknown field '%s', did you mean '%s'?"):format(
        diff.name(difference.path), near))
    end
  end
  return warnings
end

--- Finds the fields that an update clears.
---@param differences extcontacts.record.Difference[]
---@return extcontacts.record.Warning[]
function lint.cleared(differences)
  local warnings = {}
  for _, difference in ipairs(differences) do
    if difference.before ~= nil and difference.after == nil then
      add(warnings, "cleared", difference.path, diff.name(difference.path) .. " is cleared")
    end
  end
  return warnings
end

return lint
