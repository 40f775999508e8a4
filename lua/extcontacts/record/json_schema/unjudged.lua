--- Finds the keywords of a schema that no rule checks.  Pure.

local equality = require "extcontacts.record.json_schema.equality"
local rules = require "extcontacts.record.json_schema.rules"

-- Keywords that say nothing about a value, or only with another keyword.
local IGNORED = { title = true, description = true, default = true, id = true, definitions = true, ["$schema"] = true,
  exclusiveMinimum = true, exclusiveMaximum = true, additionalItems = true }

-- Keywords that hold one schema, and those that hold several, by name or in an
-- array.
local SINGLE = { items = true, additionalProperties = true, ["not"] = true }
local SEVERAL = { properties = true, definitions = true, allOf = true, anyOf = true, oneOf = true }

local collect

local function collect_inner(found, key, value, path)
  if not SEVERAL[key] and not equality.is_array(value) then
    collect(found, value, path)
    return
  end
  for name, schema in pairs(value) do
    if type(schema) == "table" then
      collect(found, schema, SEVERAL[key] and not equality.is_array(value) and rules.extended(path, name) or path)
    end
  end
end

function collect(found, schema, path)
  for key, value in pairs(schema) do
    if not rules.by_keyword[key] and not IGNORED[key] and key:sub(1, 1) ~= "_" then
      found[#found + 1] = rules.extended(path, key)
    elseif (SINGLE[key] or SEVERAL[key]) and type(value) == "table" then
      collect_inner(found, key, value, path)
    end
  end
end

--- Returns the keywords that are not checked, each with its field:
-- `name_text.pattern`.
---@param schema table
---@return string[] sorted
return function(schema)
  local found = {}
  collect(found, schema, "")
  table.sort(found)
  return found
end
