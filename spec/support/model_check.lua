--- Compares decoded JSON with a model of the API: every field is one of the model's
-- and has its type.

local cjson = require "cjson"
local models = require "extcontacts.api.models"

local TYPES = {
  string = "string", date = "string", day = "string", uri = "string", boolean = "boolean", int32 = "number",
  int64 = "number", integer = "number", double = "number",
}

local problem_of

local function value_problem(value, type_name, path)
  if value == cjson.null or type_name == "object" then
    return nil
  elseif models[type_name] then
    return problem_of(value, models[type_name], path)
  end
  local expected = TYPES[type_name] or type_name:find "^%[" and "table"
  if type(value) ~= expected then
    return ("%s is a %s, expected %s"):format(path, type(value), type_name)
  elseif type_name == "date" and not value:find "^%d%d%d%d%-%d%d%-%d%dT[%d:.]+Z$" then
    return ("%s is not a date: %s"):format(path, value)
  end
end

function problem_of(value, model, path)
  if type(value) ~= "table" then
    return ("%s is a %s, expected %s"):format(path, type(value), model.name)
  end
  for name, content in pairs(value) do
    local field, at = model.by_wire[name], path .. "." .. tostring(name)
    if not field then
      return ("%s is not a field of %s"):format(at, model.name)
    elseif field.shape == "value" then
      local problem = value_problem(content, field.type, at)
      if problem then
        return problem
      end
    elseif content ~= cjson.null then
      if type(content) ~= "table" then
        return ("%s is a %s, expected a table"):format(at, type(content))
      end
      for key, element in pairs(content) do
        local problem = value_problem(element, field.type, ("%s[%s]"):format(at, tostring(key)))
        if problem then
          return problem
        end
      end
    end
  end
end

--- What is wrong with a value; nil if nothing is.
---@param value any decoded with lua-cjson
---@param model_name string
---@return string|nil
return function(value, model_name)
  return problem_of(value, models[model_name], model_name)
end
