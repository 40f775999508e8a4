--- The option `fields` of operations that read: which fields of the records are decoded.
-- Pure.

local core = require "extcontacts.core"
local field_path = require "extcontacts.base.path"
local models = require "extcontacts.api.models"
local suggest = require "extcontacts.base.suggest"

local selections = {}

-- Fields that lead from an answer to its records; of several, the first.
local LEADING = { "entities", "results", "entity" }

-- More selections than these are not kept.
local MOST = 64

-- Parts of a path; `core.json.selection` takes 32 levels, with those that lead to the records.
local MOST_PARTS = 24

-- Calls `found` with each model of records in an answer, and the path to them.
local function each_place(model, path, found)
  for _, name in ipairs(LEADING) do
    local field = model.by_wire[name]
    local inner = field and models[field.type]
    if inner then
      path[#path + 1] = name
      return each_place(inner, path, found)
    end
  end
  if model.by_wire.id or #path > 0 then
    return found(model, path)
  end
  for _, field in ipairs(model.fields) do
    local inner = field.shape == "array" and models[field.type]
    if inner and inner.by_wire.id then
      found(inner, { field.wire })
    end
  end
end

--- Why a model lacks a path; nil if it may have it.
---@param model extcontacts.Model
---@param path string[] the last part can be `*`
---@return string|nil problem
function selections.path_problem(model, path)
  if #path > MOST_PARTS then
    return ("a path has %d parts, at most %d are possible"):format(#path, MOST_PARTS)
  end
  local inner = model
  for index, name in ipairs(path) do
    if name == "*" then
      return index < #path and "'*' must be the last part of a path"
        or index == 1 and "'*' selects all fields; leave the option out" or nil
    elseif not inner then
      return ("%s has no fields; remove .%s"):format(table.concat(path, ".", 1, index - 1), name)
    end
    local field = inner.by_wire[name]
    if not field then
      local of = index > 1 and table.concat(path, ".", 1, index - 1) .. ": " or ""
      return of .. suggest.unknown("field", name, suggest.keys(inner.by_wire))
    elseif field.shape == "map" or field.type == "object" then
      return nil
    end
    inner = models[field.type]
  end
end

-- Adds a path to a tree for `core.json.selection`; a whole value includes its fields.
local function add_path(tree, path)
  local last = path[#path] == "*" and #path - 1 or #path
  for index = 1, last - 1 do
    local name = path[index]
    if tree[name] == true then
      return
    end
    tree[name] = tree[name] or {}
    tree = tree[name]
  end
  tree[path[last]] = true
end

-- The tree of an answer whose records are at `place`: everything around them is decoded.
local function around(tree, place, records)
  for index, name in ipairs(place) do
    tree["*"] = true
    tree[name] = index < #place and (tree[name] or {}) or records
    tree = tree[name]
  end
  return tree
end

-- Whether all values of a table are those of an array.
local function is_array(fields)
  local count = 0
  for index in pairs(fields) do
    if type(index) ~= "number" then
      return false
    end
    count = count + 1
  end
  return count > 0 and count == #fields
end

local function split_all(fields)
  if not is_array(fields) then
    return nil, "option 'fields' must be an array of field names: fields = { \"id\", \"workPhone.e164\" }"
  end
  local paths = {}
  for index, text in ipairs(fields) do
    if type(text) ~= "string" then
      return nil, ("option 'fields' must be an array of field names, got a %s"):format(type(text))
    end
    paths[index] = field_path.split(text)
    if #paths[index] == 0 or text:find("%.%.") or text:find("^%.") or text:find("%.$") then
      return nil, ("option 'fields': '%s' is not the path of a field"):format(text)
    end
  end
  return paths
end

local function build(row, fields)
  local paths, problem = {}, nil
  if fields then
    paths, problem = split_all(fields)
  end
  local model = row.effect == "read" and row.returns and models[row.returns]
  if not paths then
    return nil, problem
  elseif not model then
    return nil, "option 'fields' is for operations that read records"
  end
  local tree, known = {}, {}
  each_place(model, {}, function(of, place)
    local records = of.by_wire.id and { id = true } or {}
    for index, path in ipairs(paths) do
      local misuse = selections.path_problem(of, path)
      if misuse then
        problem = problem or misuse
      else
        known[index] = true
        add_path(records, path)
      end
    end
    if #place == 0 then
      tree = records
    else
      around(tree, place, records)
    end
  end)
  for index in ipairs(paths) do
    if not known[index] then
      return nil, "option 'fields': " .. (problem or "the answer has no records")
    end
  end
  return core.json.selection(tree)
end

local kept, count = {}, 0

--- The selection of an operation's answer.  The id of a record is always selected.
---@param row extcontacts.Operation
---@param fields string[]|nil paths in the records, `workPhone.e164`; nil: the id alone
---@return userdata|nil selection for `core.json.decode`
---@return string|nil misuse
function selections.of(row, fields)
  local key = not fields and row.name
  if fields and is_array(fields) then
    local ok, names = pcall(table.concat, fields, "\0")
    key = ok and row.name .. "\0" .. names
  end
  local selection = key and kept[key]
  if selection then
    return selection
  end
  local misuse
  selection, misuse = build(row, fields)
  if selection and key then
    if count >= MOST then
      kept, count = {}, 0
    end
    kept[key], count = selection, count + 1
  end
  return selection, misuse
end

return selections
