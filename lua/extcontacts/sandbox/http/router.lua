--- Finds the operation of a method and path in the operation table.

local division_lookup = require "extcontacts.sandbox.division_lookup"
local form_values = require "extcontacts.sandbox.http.form_values"
local operations = require "extcontacts.api.operations"
local own_organization = require "extcontacts.sandbox.own_organization"

local router = {}

-- A tree of path segments: literal ones by name, an argument as `any`.
local tree = { literal = {} }

-- row → the wire names of its path arguments
local argument_names = {}

local function add(row)
  local node, names = tree, {}
  for segment in row.path:gmatch("[^/]+") do
    local argument = segment:match("^{(%w+)}$")
    if argument then
      names[#names + 1] = argument
      node.any = node.any or { literal = {} }
      node = node.any
    else
      node.literal[segment] = node.literal[segment] or { literal = {} }
      node = node.literal[segment]
    end
  end
  node.rows = node.rows or {}
  node.rows[row.method] = row
  argument_names[row] = names
end

for _, row in ipairs(operations.list) do
  add(row)
end
add(own_organization.row)
add(division_lookup)

-- A literal segment takes precedence over an argument: `schemas` in
-- /contacts/schemas is not a contact's id.  Arguments are added last to first.
local function descend(node, segments, at, arguments)
  local segment = segments[at]
  if segment == nil then
    return node.rows and node
  end
  local next_node = node.literal[segment]
  if next_node then
    local found = descend(next_node, segments, at + 1, arguments)
    if found then
      return found
    end
  end
  if node.any and segment ~= "" then
    local found = descend(node.any, segments, at + 1, arguments)
    if found then
      arguments[#arguments + 1] = form_values.decode_segment(segment)
      return found
    end
  end
end

--- The operation of a request.
---@param method string
---@param path string not decoded
---@return extcontacts.Operation|nil
---@return table<string, string>|string[] arguments by wire name; without an operation, the methods of the path
function router.find(method, path)
  local segments = {}
  for segment in path:gmatch("/([^/]*)") do
    segments[#segments + 1] = segment
  end
  local values = {}
  local node = descend(tree, segments, 1, values)
  if not node then
    return nil, {}
  end
  local row = node.rows[method]
  if not row then
    local methods = {}
    for name in pairs(node.rows) do
      methods[#methods + 1] = name
    end
    table.sort(methods)
    return nil, methods
  end
  local arguments = {}
  local names = argument_names[row]
  for index, name in ipairs(names) do
    arguments[name] = values[#names + 1 - index]
  end
  return row, arguments
end

return router
