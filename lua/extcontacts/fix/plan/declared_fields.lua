--- The fields that a fix declares in `needs`: its filter is called with these alone, and a
-- record for which it returns false is not decoded in full.

local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local errors = require "extcontacts.base.errors"
local field_path = require "extcontacts.base.path"
local models = require "extcontacts.api.models"
local records = require "extcontacts.record"
local selections = require "extcontacts.api.selections"
local types = require "extcontacts.record.types"

local declared_fields = {}

---@class extcontacts.fix.DeclaredFields
---@field paths string[]
local DeclaredFields = {}
DeclaredFields.__index = DeclaredFields

-- Adds a path to a tree: true for a whole value, otherwise the tree of its fields.
local function add(tree, path, last)
  for index = 1, last - 1 do
    if tree[path[index]] == true then
      return
    end
    tree[path[index]] = tree[path[index]] or {}
    tree = tree[path[index]]
  end
  tree[path[last]] = true
end

-- What the filter gets in place of an object of which the tree's fields are declared: to
-- read another one is an error, as it would be nil whatever the record has.
local function compile(tree, place)
  local inner = {}
  for name, value in pairs(tree) do
    inner[name] = value == true or compile(value, place .. name .. ".")
  end
  return { inner = inner, metatable = { __name = "extcontacts.fix.declared_fields", __index = function(_, name)
    if tree[name] == nil and type(name) == "string" then
      error(("the filter reads '%s%s', which the fix does not declare; add \"%s%s\" to needs"):format(
        place, name, place, name), 2)
    end
  end } }
end

-- A copy of the declared fields of a value.
local function view_of(value, node)
  if type(value) ~= "table" or node == true then
    return deepcopy(value)
  elseif records.is_array(value) then
    local items = core.json.array {}
    for index, item in ipairs(value) do
      items[index] = view_of(item, node)
    end
    return items
  end
  local out = {}
  for name, inner in pairs(node.inner) do
    out[name] = view_of(value[name], inner)
  end
  return setmetatable(out, node.metatable)
end

--- Reads what a fix declares.  Raises an error object for a field that its records do not
-- have.
---@param fix extcontacts.fix.Definition
---@param kind extcontacts.record.TypeName
---@return extcontacts.fix.DeclaredFields|nil
function declared_fields.of(fix, kind)
  if not fix.needs then
    return nil
  end
  local model, tree = models[types.by_name[kind].model], { id = true }
  for _, text in ipairs(fix.needs) do
    local path = field_path.split(text)
    local problem = selections.path_problem(model, path)
    if problem then
      errors.raise_invalid(("%s: needs: %s"):format(fix.path or ("fix '%s'"):format(fix.name), problem), "fix")
    end
    add(tree, path, path[#path] == "*" and #path - 1 or #path)
  end
  return setmetatable({ paths = fix.needs, node = compile(tree, "") }, DeclaredFields)
end

--- A copy of a record with the declared fields and its id, for the filter.
---@param record table whole, or partial with at least these fields
---@return table
function DeclaredFields:view(record)
  return view_of(record, self.node)
end

return declared_fields
