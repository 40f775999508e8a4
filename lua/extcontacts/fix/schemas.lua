--- The schemas of custom fields, and the check of a change against them before
-- it is sent.

local core = require "extcontacts.core"
local custom_fields = require "extcontacts.record.custom_fields"
local outcome = require "extcontacts.api.outcome"

local schemas = {}

local OPERATIONS = { contact = "contacts.schemas.version", organization = "organizations.schemas.version" }

-- Reads a version of a schema: it, or the reason and whether it may exist.
-- Raises an error object if the failure concerns more than this schema.
local function read(client, kind, id, version)
  local schema, err = client:call(OPERATIONS[kind], id, tostring(version))
  if schema then
    return { schema = schema }
  elseif outcome.is_absent(err) then
    return { reason = ("version %s of its schema does not exist"):format(tostring(version)) }
  elseif outcome.of("read", err) == "refused" then
    return { reason = ("its schema can't be read (%s)"):format(err.code or err.kind), unreadable = true }
  end
  error(err, 0)
end

--- Makes the reader of records' schemas.  It reads each version once, also one that
-- can't be read.  It returns the schema; or nil, the reason, and true if the schema
-- may exist.  It raises error objects.
---@param client extcontacts.Client
---@return fun(kind: extcontacts.record.TypeName, record: table): table|nil, string|nil, boolean|nil
function schemas.reader(client)
  local known = {}
  return function(kind, record)
    local reference = record.schema
    if not OPERATIONS[kind] or type(reference) ~= "table" or type(reference.id) ~= "string" then
      return nil, "the record has no schema"
    elseif type(reference.version) ~= "number" then
      return nil, "the record's schema has no version"
    end
    local key = ("%s %s %d"):format(kind, reference.id, reference.version)
    known[key] = known[key] or read(client, kind, reference.id, reference.version)
    local found = known[key]
    return found.schema, found.reason, found.unreadable
  end
end

local function is_touched(change)
  for _, difference in ipairs(change.diff or {}) do
    if difference.path[1] == "customFields" or difference.path[1] == "schema" then
      return true
    end
  end
  return false
end

local function warning(code, rule, name, text)
  return { code = code, rule = rule, path = core.json.array { "customFields", name }, text = "customFields: " .. text }
end

-- A field that has a value.
local function given(value)
  return value ~= core.json.null and value or nil
end

--- Checks a record's custom fields against the schema that it names.
---@param kind extcontacts.record.TypeName
---@param record table
---@param read_schema fun(kind: extcontacts.record.TypeName, record: table): table|nil, string|nil, boolean|nil
---@return extcontacts.record.Warning[] problems one with the code `unchecked` if the schema can't be read
function schemas.problems(kind, record, read_schema)
  local values = type(record.customFields) == "table" and record.customFields or {}
  if given(record.schema) == nil and next(values) == nil then
    return {}
  end
  local schema, reason, unreadable = read_schema(kind, record)
  if unreadable then
    return { warning("unchecked", nil, nil, reason) }
  elseif not schema then
    return { warning("custom_field", "schema", nil, reason) }
  end
  local out = {}
  for index, problem in ipairs(custom_fields.problems(schema, values)) do
    out[index] = warning("custom_field", "custom_field", problem.name, problem.text)
  end
  return out
end

--- Checks the custom fields that a change sends, if it changes them or their schema.
---@param change extcontacts.fix.Change
---@param read_schema fun(kind: extcontacts.record.TypeName, record: table): table|nil, string|nil, boolean|nil
---@return extcontacts.record.Warning[]
function schemas.warnings(change, read_schema)
  if not is_touched(change) or type(change.after) ~= "table" then
    return {}
  end
  return schemas.problems(change.kind, change.after, read_schema)
end

return schemas
