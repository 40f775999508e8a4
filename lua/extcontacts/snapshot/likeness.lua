--- Whether two records may be the same one, although their content differs: a copy
-- that was changed, or a record that someone entered again.  Pure.

local canonical = require "extcontacts.record.canonical"
local contact_fields = require "extcontacts.record.contact_fields"
local email = require "extcontacts.record.normalize.email"
local name = require "extcontacts.record.normalize.name"
local new_ids = require "extcontacts.snapshot.new_ids"

local likeness = {}

local ORGANIZATION_PHONES = { "phoneNumber", "faxNumber" }
local NAMES = { contact = contact_fields.names, organization = { "name" } }
-- Fields in which most records agree.
local COMMON = { surveyOptOut = true, type = true, division = true, schema = true }

local function name_of(kind, record)
  local parts = {}
  for _, field in ipairs(NAMES[kind] or {}) do
    local key = type(record[field]) == "string" and name.key(record[field]) or ""
    parts[#parts + 1] = key ~= "" and key or nil
  end
  return #parts > 0 and table.concat(parts, " ") or nil
end

local function id_of(value)
  return type(value) == "table" and value.id or nil
end

--- What a record is known by.  Records without a common key are not alike.
---@param kind extcontacts.record.TypeName
---@param record table
---@param ids extcontacts.snapshot.NewIds
---@return string[]
function likeness.keys(kind, record, ids)
  local keys = {}
  local function add(prefix, key)
    keys[#keys + 1] = key and prefix .. key or nil
  end
  add("name ", name_of(kind, record))
  for _, field in ipairs(contact_fields.emails) do
    add("e-mail ", email.key(record[field]))
  end
  for _, field in ipairs(kind == "organization" and ORGANIZATION_PHONES or contact_fields.phones) do
    local phone = record[field]
    add("phone ", type(phone) == "table" and type(phone.e164) == "string" and phone.e164 or nil)
  end
  local user = id_of(record.user)
  if user and id_of(record.externalOrganization) then
    add("user ", user .. " " .. ids:common(new_ids.reference(record)))
  end
  return keys
end

--- Whether two records with a common key agree in at least as many fields as they
-- contradict each other in.  A field that one of them lacks does not count.
---@param kind extcontacts.record.TypeName
---@param a table
---@param b table
---@return boolean
function likeness.is_alike(kind, a, b)
  local form, other = canonical.form(kind, a, true), canonical.form(kind, b, true)
  local balance = 0
  for field, value in pairs(form) do
    if other[field] ~= nil and not COMMON[field] then
      balance = balance + (canonical.text(value) == canonical.text(other[field]) and 1 or -1)
    end
  end
  return balance >= 0
end

return likeness
