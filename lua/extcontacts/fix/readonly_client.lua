--- A client that refuses to write, for the code of a fix: what it may ask is
-- read, what it wants changed it has to return.

local operations = require "extcontacts.api.operations"
local raw_request = require "extcontacts.api.raw_request"

local readonly_client = {}

local function refuse(name, level)
  error(("a plan writes nothing: return from change what '%s' is to do"):format(name), level)
end

-- Whether a method only reads; `first` is what it is called with.
local function is_read(name, first)
  if name == raw_request.NAME then
    return raw_request.effect(first) == "read"
  end
  local row = operations.by_name[name] or operations.by_short[name]
  return not row or row.effect == "read"
end

-- `path`: the short name's beginning of the operations in this space.
local function wrap(inner, path)
  local facade = {}
  local metatable = { __name = "extcontacts.fix.reading" }
  function metatable.__index(_, name)
    local value = inner[name]
    local full = path .. name
    if type(value) == "table" then
      local space = wrap(value, full .. ".")
      rawset(facade, name, space)
      return space
    elseif type(value) ~= "function" then
      return value
    end
    return function(_, ...)
      local called, first = full, ...
      if full == "call" then
        called, first = ...
      end
      if not is_read(called, first) then
        refuse(called, 2)
      end
      return value(inner, ...)
    end
  end
  function metatable.__newindex(_, name)
    error(("'%s' of the client can't be set in a fix"):format(tostring(name)), 2)
  end
  return setmetatable(facade, metatable)
end

--- A client that only reads.
---@param client extcontacts.Client
---@return table
function readonly_client.only(client)
  return wrap(client, "")
end

return readonly_client
