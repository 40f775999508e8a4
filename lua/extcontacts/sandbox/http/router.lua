--- Finds the operation of a method and path, from the operation table.

local operations = require "extcontacts.api.operations"
local query_params = require "extcontacts.sandbox.http.query_params"

local router = {}

-- A tree of path segments: plain ones by name, arguments under `any`.
local tree = { plain = {} }

for _, row in ipairs(operations.list) do
  local node = tree
  for segment in row.path:gmatch("[^/]+") do
    local argument = segment:match("^{(%w+)}$")
    if argument then
      node.any = node.any or { plain = {}, argument = argument }
      node = node.any
    else
      node.plain[segment] = node.plain[segment] or { plain = {} }
      node = node.plain[segment]
    end
  end
  node.rows = node.rows or {}
  node.rows[row.method] = row
end

-- Plain segments win over arguments: /contacts/schemas is no contact's id.
local function descend(node, segments, at, arguments)
  local segment = segments[at]
  if segment == nil then
    return node.rows and node
  end
  local next_node = node.plain[segment]
  if next_node then
    local found = descend(next_node, segments, at + 1, arguments)
    if found then
      return found
    end
  end
  if node.any and segment ~= "" then
    local found = descend(node.any, segments, at + 1, arguments)
    if found then
      arguments[#arguments + 1] = query_params.decode_segment(segment)
      return found
    end
  end
end

local names = {}
for _, row in ipairs(operations.list) do
  local list = {}
  for argument in row.path:gmatch("{(%w+)}") do
    list[#list + 1] = argument
  end
  names[row] = list
end

--- The operation of a request.
---@param method string
---@param path string raw, as it stood in the request line
---@return extcontacts.Operation|nil
---@return table<string, string>|string[] arguments by wire name; or the path's methods when the method is not one
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
  -- They were gathered from the last to the first.
  local arguments = {}
  local wires = names[row]
  for index, wire in ipairs(wires) do
    arguments[wire] = values[#wires + 1 - index]
  end
  return row, arguments
end

return router
