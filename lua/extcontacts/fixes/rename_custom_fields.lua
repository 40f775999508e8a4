-- Renames custom fields and moves records to another version of their schema.
--
--   extcontacts plan rename_custom_fields \
--     --set schema=4711… --set rename=tier_text=level_text,old_date=since_date -o rename.plan
--
-- Options:
--   schema=ID        the schema's id (required)
--   rename=old=new   comma-separated pairs of field names; both names of a pair
--                    end in the same type. Empty: only the version changes
--   version=0        the version to move to; 0 is the newest
--   kind=contact     contact or organization
--
-- Each record is checked against the JSON Schema of the new version before it is
-- planned: the schema must have all its fields, and all values must be valid. A
-- record that fails, or has different values in an old and its new field, is skipped
-- with a reason.
local custom_fields = require "extcontacts.tidy.custom_fields"
local fix = require "extcontacts.fix"

local LISTINGS = { contact = "contacts", organization = "organizations" }

-- The new version of the schema; new names by old ones; the schema's keywords that
-- are not checked.
local schema, renamed, unjudged

local function stop(...)
  error(string.format(...), 0)
end

local function read_schema(ctx)
  local options = ctx.options
  if options.schema == "" then
    stop "option 'schema' is required (the schema's id): use --set schema=ID"
  end
  local schemas = ctx.client[LISTINGS[options.kind]].schemas
  if options.version == 0 then
    return assert(schemas:get(options.schema))
  end
  return assert(schemas:version(options.schema, tostring(options.version)))
end

local function read_pairs(text)
  local out = {}
  for pair in text:gmatch "[^,%s]+" do
    local old, new = pair:match "^([^=]+)=([^=]+)$"
    if not old then
      stop("option 'rename' takes pairs such as tier_text=level_text, not '%s'", pair)
    elseif custom_fields.type_of(old) ~= custom_fields.type_of(new) then
      stop("%s and %s have different types", old, new)
    end
    local problem = custom_fields.unknown(schema, new)
    if problem then
      stop("version %d of the schema: %s", schema.version, problem)
    end
    out[old] = new
  end
  return out
end

-- The names of the fields: those that keep their names come first, so that a new
-- field keeps its own spelling of an old one's value.
local function in_order(fields)
  local names = {}
  for name in pairs(fields) do
    names[#names + 1] = name
  end
  table.sort(names, function(a, b)
    if (renamed[a] == nil) ~= (renamed[b] == nil) then
      return renamed[a] == nil
    end
    return a < b
  end)
  return names
end

local function rename(fields)
  local out = {}
  for _, name in ipairs(in_order(fields)) do
    local new, value = renamed[name] or name, fields[name]
    if value ~= fix.null and out[new] == nil then
      out[new] = value
    elseif value ~= fix.null and not custom_fields.same(new, out[new], value) then
      return nil, ("the old and the new field %s have different values"):format(new)
    end
  end
  return out
end

return {
  name = "custom fields renamed between versions of their schema",
  options = { schema = "", rename = "", version = 0, kind = "contact" },

  source = function(options)
    return fix.scan(LISTINGS[options.kind] or stop("option 'kind' must be contact or organization"))
  end,

  prepare = function(ctx)
    schema = read_schema(ctx)
    renamed = read_pairs(ctx.options.rename)
    unjudged = custom_fields.unjudged(schema)
  end,

  needs = { "schema.id", "customFields" },
  filter = function(record, ctx)
    return type(record.schema) == "table" and record.schema.id == ctx.options.schema
      and type(record.customFields) == "table"
  end,

  change = function(record, ctx)
    local fields, reason = rename(record.customFields)
    reason = reason or custom_fields.problem(schema, fields)
    if reason then
      return ctx.skip(reason)
    end
    record.customFields = fields
    record.schema = { id = schema.id, version = schema.version }
    for _, keyword in ipairs(unjudged) do
      ctx.warn("the schema's " .. keyword .. " was not checked")
    end
    return record
  end,
}
