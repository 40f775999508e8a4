--- The fields of a model as a tree, and the walk over a record's values along it.  Pure.
--
-- Objects are split into their fields, `address.city`; a reference to another record
-- counts by its id; a list is one value.

local core = require "extcontacts.core"
local models = require "extcontacts.api.models"
local records = require "extcontacts.record"
local types = require "extcontacts.record.types"

local layout = {}

local null = core.json.null

-- Objects inside objects that are split.
local DEEPEST = 3

---@class extcontacts.data_profile.Node
---@field name string dotted path of the field
---@field field extcontacts.Field|nil nil for the record itself
---@field parts table<string, extcontacts.data_profile.Node>|nil of an object, by name
---@field leaves extcontacts.data_profile.Node[]|nil of an object: all fields in it that have values
---@field only "id"|nil of a reference: the part that counts
---@field is_map boolean|nil of custom fields, which no model has
---@field read_only boolean|nil
---@field model extcontacts.Model|nil of which it is a field

local function node_of(field, model, prefix, depth, all)
  local inner = field.shape == "value" and models[field.type]
  local node = { name = prefix .. field.wire, field = field, model = model,
    read_only = field.read_only or (prefix == "" and types.owned[field.wire]) or nil }
  if inner and inner.by_wire.selfUri then
    node.only, node.path = "id", node.name
    node.name = node.name .. ".id"
  elseif field.shape == "map" then
    node.is_map = true
    return node
  elseif inner and #inner.fields > 0 and depth < DEEPEST then
    node.parts, node.leaves = {}, {}
    for _, part in ipairs(inner.fields) do
      local child = node_of(part, inner, node.name .. ".", depth + 1, all)
      child.read_only = child.read_only or node.read_only
      node.parts[part.wire] = child
      for _, leaf in ipairs(child.leaves or { child }) do
        node.leaves[#node.leaves + 1] = leaf
      end
    end
    return node
  end
  all[#all + 1] = node
  return node
end

--- The fields of a kind of records.
---@param kind "contact"|"organization"
---@return extcontacts.data_profile.Node root
---@return extcontacts.data_profile.Node[] all those that have values, in the model's order
function layout.of(kind)
  local model, all = models[types.by_name[kind].model], {}
  local root = { name = "", parts = {} }
  for _, field in ipairs(model.fields) do
    root.parts[field.wire] = node_of(field, model, "", 1, all)
  end
  return root, all
end

local walk

-- The values of a field that the model lacks, or of custom fields.
local function walk_map(node, value, visit)
  if type(value) ~= "table" or records.is_array(value) then
    visit(nil, node.name, value)
    return
  end
  for name, one in pairs(value) do
    visit(nil, node.name .. "." .. tostring(name), one)
  end
end

local function walk_value(node, value, visit)
  if node.is_map then
    return walk_map(node, value, visit)
  elseif node.only and type(value) == "table" and not records.is_array(value) then
    return visit(node, node.name, value[node.only])
  elseif node.only and value ~= null then
    return visit(nil, node.path, value)
  elseif not node.parts then
    return visit(node, node.name, value)
  elseif type(value) == "table" and not records.is_array(value) then
    return walk(node, value, visit)
  elseif value == null then
    for _, leaf in ipairs(node.leaves) do
      visit(leaf, leaf.name, null)
    end
    return
  end
  visit(nil, node.name, value)
end

function walk(node, object, visit)
  for name, value in pairs(object) do
    local part = node.parts[name]
    if part then
      walk_value(part, value, visit)
    else
      local prefix = node.name ~= "" and node.name .. "." or ""
      visit(nil, prefix .. tostring(name), value)
    end
  end
end

--- Calls `visit` with each value of a record that is not absent.
---@param root extcontacts.data_profile.Node
---@param record table
---@param visit fun(node: extcontacts.data_profile.Node|nil, name: string, value: any) `node` is nil for a field that
--- the model lacks, and for a value where an object should be
function layout.walk(root, record, visit)
  walk(root, record, visit)
end

return layout
