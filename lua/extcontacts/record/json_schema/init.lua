--- Checks values against a JSON Schema (draft 4).  Pure.
--
-- `pattern` is not checked, since its regular expressions are JavaScript's.
-- `unjudged` finds it in a schema, and every unknown keyword.

local rules = require "extcontacts.record.json_schema.rules"
local unjudged = require "extcontacts.record.json_schema.unjudged"

local json_schema = { unjudged = unjudged }

--- Finds the first problem of a value.
---@param schema table
---@param value any
---@param definitions table<string, table>|nil in addition to the schema's own
---@return string|nil problem a sentence with the field's name, without its value; nil if the value is valid
function json_schema.problem(schema, value, definitions)
  local all = {}
  for _, list in ipairs { definitions or {}, type(schema.definitions) == "table" and schema.definitions or {} } do
    for name, definition in pairs(list) do
      all[name] = definition
    end
  end
  return rules.problem(schema, value, "", all)
end

return json_schema
