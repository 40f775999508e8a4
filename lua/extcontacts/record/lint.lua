--- What a person should know of a planned body before it is sent: fields that
-- it clears, values the server will refuse, numbers that can't be found.  Pure.

local core = require "extcontacts.core"
local diff = require "extcontacts.record.diff"
local field_path = require "extcontacts.base.path"
local models = require "extcontacts.api.models"
local records = require "extcontacts.record"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"

local lint = {}

---@class extcontacts.fix.Warning
---@field code "cleared"|"limit"|"type"|"unknown"|"required"|"not_searchable"|"fix"
---@field path string[]|nil
---@field text string a sentence without the value

-- Characters at least and at most, by model.
local LENGTHS = {
  ExternalContact = {
    firstName = { 1, 1000 }, middleName = { 1, 1000 }, lastName = { 1, 1000 }, title = { 1, 1000 },
    salutation = { 1, 1000 }, externalSystemUrl = { 1, 1000 },
    workEmail = { 1, 256 }, personalEmail = { 1, 256 }, otherEmail = { 1, 256 },
  },
  ExternalOrganization = {
    name = { 1, 1000 }, companyType = { 1, 1000 }, industry = { 1, 1000 },
    externalSystemUrl = { 1, 1000 },
  },
  Note = { noteText = { 1, 32000 } },
  Relationship = { relationship = { 1, 100 } },
  PhoneNumber = { display = { 0, 512 }, countryCode = { 0, 4 } },
}
local EMAILS = { workEmail = true, personalEmail = true, otherEmail = true }
local MOST_EXTERNAL_IDS = 10

--- Whether a text can be an e-mail address.
---@param text string
---@return boolean
function lint.is_email(text)
  local name, host = text:match("^([^%s@<>(),;:\"%[%]\\]+)@([%w%.%-\128-\255]+)$")
  return name ~= nil and not name:find("^%.") and not name:find("%.$") and not name:find("..", 1, true)
    and host:find("^[^%.%-].*%.[^%.]*[^%.%-]$") ~= nil and not host:find("..", 1, true)
end

local function add(out, code, path, text)
  out[#out + 1] = { code = code, path = core.json.array(path), text = text }
end

local function check_text(out, path, value, range)
  local length = texts.length(value)
  if length < range[1] or length > range[2] then
    add(out, "limit", path, ("%s has %d characters, allowed are %d to %d"):format(
      diff.name(path), length, range[1], range[2]))
  end
end

local function check_phone(out, path, phone)
  for name, range in pairs(LENGTHS.PhoneNumber) do
    if type(phone[name]) == "string" then
      check_text(out, { path[1], name }, phone[name], range)
    end
  end
  local written = type(phone.e164) == "string" and phone.e164 or phone.display
  if type(written) == "string" and not written:find("^%s*%(?%+?%d") then
    add(out, "not_searchable", path, diff.name(path) .. " is not a number that can be searched for")
  elseif type(written) == "string" then
    local digits = #(written:gsub("%D", ""))
    if digits < 7 or digits > 20 or written:gsub("[eE][xX][tT].*$", ""):find("%a") then
      add(out, "not_searchable", path, diff.name(path) .. " is not a number that can be searched for")
    end
  end
end

-- The model's type → Lua's.
local TYPES = {
  string = "string", date = "string", uri = "string", boolean = "boolean", int32 = "number", int64 = "number",
  integer = "number",
}
local NAMES = {
  string = "a text", boolean = "true or false", number = "a whole number", table = "an object", array = "an array",
}

-- What a field takes, in Lua's words or as an array; nil for anything.
local function taken(field)
  if field.shape == "array" then
    return "array"
  elseif field.shape == "map" or models[field.type] then
    return "table"
  end
  return TYPES[field.type]
end

local function is_of(wanted, value)
  if wanted == "array" then
    return type(value) == "table" and (#value > 0 or next(value) == nil)
  elseif wanted == "number" then
    return type(value) == "number" and value % 1 == 0 or core.json.is_number(value)
  end
  return type(value) == wanted
end

-- Values that are of another type than their fields, also in objects within.
local function check_types(out, path, object, model)
  for name, value in pairs(object) do
    local field = model.by_wire[name]
    local wanted = field and value ~= core.json.null and taken(field)
    if wanted and not is_of(wanted, value) then
      local here = diff.extended(path, name)
      add(out, "type", here, ("%s takes %s, not a %s"):format(diff.name(here), NAMES[wanted], type(value)))
    elseif wanted == "table" and field.shape == "value" then
      check_types(out, diff.extended(path, name), value, models[field.type])
    end
  end
end

local function by_path(a, b)
  local left, right = a.path and diff.name(a.path) or "", b.path and diff.name(b.path) or ""
  if left ~= right then
    return left < right
  end
  return a.code .. a.text < b.code .. b.text
end

--- What the server may refuse of a body, or make little of.
---@param kind extcontacts.fix.KindName
---@param body table
---@return extcontacts.fix.Warning[]
function lint.check(kind, body)
  local out, model = {}, models[types.by_name[kind].model]
  check_types(out, {}, body, model)
  for name, range in pairs(LENGTHS[model.name] or {}) do
    if type(body[name]) == "string" then
      check_text(out, { name }, body[name], range)
    end
  end
  for _, field in ipairs(model.fields) do
    local path = { field.wire }
    local value = field_path.at(body, path)
    if field.required and not field.read_only and (value == nil or value == "") then
      add(out, "required", path, field.wire .. " is required")
    elseif field.type == "PhoneNumber" and type(value) == "table" then
      check_phone(out, path, value)
    elseif EMAILS[field.wire] and model.name == "ExternalContact" and type(value) == "string"
      and not lint.is_email((value:gsub("^%s+", ""):gsub("%s+$", ""))) then
      add(out, "limit", path, field.wire .. " is not an e-mail address")
    end
  end
  if type(body.externalIds) == "table" and #body.externalIds > MOST_EXTERNAL_IDS then
    add(out, "limit", { "externalIds" }, ("externalIds has %d entries, allowed are %d"):format(
      #body.externalIds, MOST_EXTERNAL_IDS))
  end
  table.sort(out, by_path)
  return out
end

--- The fields that are new and look like others mistyped, which the server would
-- pass over.  One that looks like none may simply be newer than this module.
---@param kind extcontacts.fix.KindName
---@param differences extcontacts.fix.Difference[]
---@return extcontacts.fix.Warning[]
function lint.unknown(kind, differences)
  local out = {}
  for _, one in ipairs(differences) do
    local name, model = records.unknown_part(models[types.by_name[kind].model], one.path)
    local near = name and one.before == nil and suggest.nearest(name, suggest.keys(model.by_wire))
    if near then
      add(out, "unknown", one.path, ("%s is no field that is known, did you mean '%s'?"):format(
        diff.name(one.path), near))
    end
  end
  return out
end

--- The fields that an update clears.
---@param differences extcontacts.fix.Difference[]
---@return extcontacts.fix.Warning[]
function lint.cleared(differences)
  local out = {}
  for _, one in ipairs(differences) do
    if one.before ~= nil and one.after == nil then
      add(out, "cleared", one.path, diff.name(one.path) .. " is cleared")
    end
  end
  return out
end

return lint
