--- Where the values of a call's parameters go in its request.  Pure.

local text = require "extcontacts.base.text"

local placement = {}

-- Whether the option `query` accepts a parameter that has an option of its own: new
-- values, and parameters that earlier versions lack.
local function is_open(param)
  return param.enum ~= nil or param.added == true
end

-- Appends the parameters of the option `query`; returns the misuse, if any.
local function bind_further(row, args)
  local query, names = args.options.query, {}
  for name in pairs(query) do
    if type(name) ~= "string" then
      return "option 'query' must map names to values: query = { divisionId = … }"
    end
    names[#names + 1] = name
  end
  table.sort(names)
  local own = {}
  for _, param in ipairs(row.params) do
    own[param.wire] = param.place == "query" and not (is_open(param) and args.values[param.name] == nil) and param
  end
  for _, name in ipairs(names) do
    if own[name] then
      return ("'%s' has an option of its own: '%s'"):format(name, own[name].name)
    end
    args.query[#args.query + 1] = { name, query[name] }
  end
end

--- Fills in the path, the query and the body from the values and the option `query`.
---@param row extcontacts.Operation
---@param args extcontacts.Arguments changed; its query is empty
---@return string|nil misuse
function placement.fill(row, args)
  for _, param in ipairs(row.params) do
    local value = args.values[param.name]
    if value ~= nil then
      if param.place == "path" then
        args.path[param.wire] = type(value) == "number" and text.whole(value) or value
      elseif param.place == "body" then
        args.body = value
      else
        args.query[#args.query + 1] = { param.wire, value }
      end
    end
  end
  return args.options.query and bind_further(row, args) or nil
end

return placement
