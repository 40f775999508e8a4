-- Takes contacts from one version of a schema to another, with custom fields
-- renamed: `tier_text` becomes `level_text`, and the record names the version
-- that has it.
--
--   extcontacts plan rename_custom_fields \
--     --set schema=4711… --set rename=tier_text=level_text,old_date=since_date -o rename.plan
--
--   schema=ID        the schema's id (must be given)
--   rename=old=new   pairs, with commas between; both names end in the same
--                    type.  May be empty: then only the version changes
--   version=0        the version to go to; 0: the newest
--   kind=contact     or organization
--
-- Before anything is planned, what would be written is checked against the JSON
-- Schema of that version: every field must be described there, and every value
-- be as it wants.  A record for which that does not hold, or that has both the
-- old and the new field with different values, is left and counted.
local core = require "extcontacts.core"
local custom_fields = require "extcontacts.tidy.custom_fields"
local deepcopy = require "extcontacts.base.deepcopy"
local fix = require "extcontacts.fix"
local suggest = require "extcontacts.base.suggest"

local null = core.json.null

local KINDS = { contact = "contacts", organization = "organizations" }

local goal, renamed, unjudged

local function stop(...)
  error(string.format(...), 0)
end

-- The version of the schema to go to.
local function read_goal(ctx)
  local options = ctx.options
  if options.schema == "" then
    stop "name the schema: --set schema=ID"
  end
  local schemas = ctx.client[KINDS[options.kind]].schemas
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
      stop("rename has pairs such as tier_text=level_text, not '%s'", pair)
    elseif custom_fields.type_of(old) ~= custom_fields.type_of(new) then
      stop("%s and %s are of different types", old, new)
    end
    local known = custom_fields.described(goal)
    if not known[new] then
      stop("version %d of the schema: %s", goal.version, suggest.unknown("field", new, suggest.keys(known)))
    end
    out[old] = new
  end
  return out
end

local function rename(fields)
  local out = {}
  for name, value in pairs(fields) do
    local new = renamed[name] or name
    if value ~= null then
      if out[new] ~= nil and out[new] ~= value then
        return nil, ("both the old and the new %s have a value"):format(new)
      end
      out[new] = value
    end
  end
  return out
end

return {
  name = "custom fields renamed between versions of their schema",
  options = { schema = "", rename = "", version = 0, kind = "contact" },

  source = function(options)
    return fix.scan(KINDS[options.kind] or stop("kind must be contact or organization"))
  end,

  prepare = function(ctx)
    goal = read_goal(ctx)
    renamed = read_pairs(ctx.options.rename)
    unjudged = custom_fields.unjudged(goal)
  end,

  filter = function(record, ctx)
    return type(record.schema) == "table" and record.schema.id == ctx.options.schema
      and type(record.customFields) == "table"
  end,

  change = function(record, ctx)
    local fields, reason = rename(record.customFields)
    reason = reason or custom_fields.problem(goal, fields)
    if reason then
      return ctx.skip(reason)
    end
    record.customFields = deepcopy(fields)
    record.schema = { id = goal.id, version = goal.version }
    for _, keyword in ipairs(unjudged) do
      ctx.warn("the schema's " .. keyword .. " was not checked")
    end
    return record
  end,
}
