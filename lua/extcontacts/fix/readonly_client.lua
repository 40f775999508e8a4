--- The client that a fix gets: it reads and refuses to write.

local many_names = require "extcontacts.iterate.many.names"
local operations = require "extcontacts.api.operations"
local raw_request = require "extcontacts.api.raw_request"
local workflows = require "extcontacts.workflows"

local readonly_client = {}

local function refuse(name, level)
  error(("'%s' writes, which a fix can't do while it is planned; return an action from 'change' instead")
    :format(name), level)
end

-- Whether a method only reads; `first` is its first argument.
local function is_read(name, first)
  if name == raw_request.NAME then
    return raw_request.effect(first) == "read"
  end
  if workflows.has(name) then
    return workflows.reads(name)
  elseif many_names.reads[name] ~= nil then
    return many_names.reads[name]
  end
  local row = operations.find(name)
  return not row or row.effect == "read"
end

-- `path` is the prefix of the short names below `inner`, `contacts.notes.`.
local function wrap(inner, path)
  local facade = {}
  local metatable = { __name = "extcontacts.fix.readonly_client" }
  function metatable.__index(_, name)
    local value = inner[name]
    local full_name = path .. name
    if type(value) == "table" then
      local space = wrap(value, full_name .. ".")
      rawset(facade, name, space)
      return space
    elseif type(value) ~= "function" then
      return value
    end
    return function(_, ...)
      local operation, first = full_name, ...
      if full_name == "call" then
        operation, first = ...
      end
      if not is_read(operation, first) then
        refuse(operation, 2)
      end
      return value(inner, ...)
    end
  end
  function metatable.__newindex(_, name)
    error(("'%s' of the client can't be set in a fix"):format(tostring(name)), 2)
  end
  return setmetatable(facade, metatable)
end

--- Wraps a client so that it only reads.
---@param client extcontacts.Client
---@return table
function readonly_client.wrap(client)
  return wrap(client, "")
end

return readonly_client
