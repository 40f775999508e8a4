--- The namespaces of a client: `client.contacts.notes:get(…)` is the method
-- `get` of the namespace `notes` in the namespace `contacts`.  The tree follows
-- from the operations' short names; a client's namespace objects are created
-- at first use.

local suggest = require "extcontacts.base.suggest"

local namespace = {}

---@class extcontacts.NamespaceNode
---@field spaces table<string, extcontacts.NamespaceNode>
---@field methods table<string, function> those used so far; indexing it creates one
---@field shorts table<string, string> method → short name of its operation
---@field path string `client.contacts.notes`

-- Key under which a namespace object keeps its client and its node.
local OWN = {}

local metatable = { __name = "extcontacts.namespace" }

local function new_node(path, method_of)
  local shorts = {}
  local methods = setmetatable({}, {
    __index = function(self, name)
      if shorts[name] then
        self[name] = method_of(shorts[name])
      end
      return rawget(self, name)
    end,
  })
  return { spaces = {}, methods = methods, shorts = shorts, path = path }
end

--- Builds the tree of short names.
---@param lists string[][]
---@param method_of fun(short: string): function creates the method of an operation
---@return extcontacts.NamespaceNode
function namespace.tree(lists, method_of)
  local root = new_node("client", method_of)
  for _, shorts in ipairs(lists) do
    for _, short in ipairs(shorts) do
      local node = root
      for part in short:gmatch "([%w_]+)%." do
        node.spaces[part] = node.spaces[part] or new_node(node.path .. "." .. part, method_of)
        node = node.spaces[part]
      end
      node.shorts[short:match "[%w_]+$"] = short
    end
  end
  return root
end

--- The client behind a namespace object; nil for anything else.
---@param space any
---@return extcontacts.Client|nil
function namespace.client_of(space)
  local own = type(space) == "table" and rawget(space, OWN)
  return own and own.client
end

--- Creates a namespace object.
---@param client extcontacts.Client
---@param node extcontacts.NamespaceNode
---@return table
function namespace.new(client, node)
  return setmetatable({ [OWN] = { client = client, node = node } }, metatable)
end

local function member_names(node)
  local names = {}
  for _, group in ipairs { node.shorts, node.spaces } do
    for name in pairs(group) do
      names[#names + 1] = node.path .. "." .. name
    end
  end
  return names
end

function metatable.__index(space, name)
  local own = rawget(space, OWN)
  local node = own.node
  if node.methods[name] then
    return node.methods[name]
  elseif node.spaces[name] then
    local child = namespace.new(own.client, node.spaces[name])
    rawset(space, name, child)
    return child
  end
  error(suggest.unknown("operation", node.path .. "." .. tostring(name), member_names(node)), 2)
end

function metatable.__newindex(space)
  error("the operations of " .. rawget(space, OWN).node.path .. " are read-only", 2)
end

function metatable.__tostring(space)
  return rawget(space, OWN).node.path
end

return namespace
