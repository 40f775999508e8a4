--- What people call a record: a person's name and e-mail address, the name of an
-- organization.  Pure.

local contact_fields = require "extcontacts.record.contact_fields"
local texts = require "extcontacts.base.text"

local label = {}

local function text_of(value)
  value = type(value) == "string" and texts.trim(value) or ""
  return value ~= "" and value or nil
end

local function contact_name(record)
  local parts = {}
  for _, field in ipairs(contact_fields.names) do
    parts[#parts + 1] = text_of(record[field])
  end
  return #parts > 0 and table.concat(parts, " ") or nil
end

--- The name of a record.
---@param kind extcontacts.record.TypeName
---@param record table
---@return string|nil
function label.name(kind, record)
  if kind == "contact" then
    return contact_name(record)
  elseif kind == "relationship" then
    return text_of(record.relationship)
  end
  return text_of(record.name)
end

--- The first e-mail address of a contact.
---@param record table
---@return string|nil
function label.email(record)
  for _, field in ipairs(contact_fields.emails) do
    local address = text_of(record[field])
    if address then
      return address
    end
  end
end

--- The name and the e-mail address of a record: "Ann Lee <ann@acme.example>".
---@param kind extcontacts.record.TypeName
---@param record table|nil
---@return string|nil nil if it has neither
function label.of(kind, record)
  if type(record) ~= "table" then
    return nil
  end
  local name, email = label.name(kind, record), kind == "contact" and label.email(record) or nil
  if name and email then
    return ("%s <%s>"):format(name, email)
  end
  return name or email
end

--- The label of the record of a planned change, as it was before.
---@param change extcontacts.fix.Change
---@return string|nil
function label.of_change(change)
  return change.label or label.of(change.kind, change.before or change.after)
end

return label
