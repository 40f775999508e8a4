--- Operations whose arguments decide what a call does, and whether it may be sent
-- twice.  Their rows name a rule and state the worst case.  Pure.

local effects = {}

-- Actions of a PATCH that have the same result when they are sent twice.
-- AppendToCollection may add its values again.
local REPEATABLE_CHANGES = {
  Update = true, UpdateIfEmpty = true, UpdateIfExists = true, Remove = true, RemoveFromCollection = true,
}

-- What the actions of an enrich request do.  All but Insert are repeatable, provided
-- that identifiers find the record again.
local ENRICH = { Upsert = "update", Update = "update", Merge = "merge", Insert = "create" }

local function items_of(object, name)
  local items = type(object) == "table" and object[name]
  return type(items) == "table" and items or {}
end

local function patch(args)
  local changes = items_of(args.body, "changes")
  for _, change in ipairs(changes) do
    if type(change) ~= "table" or not REPEATABLE_CHANGES[change.action] then
      return nil
    end
  end
  return "update", #changes > 0
end

-- Extend appends to a list what it has already.
local function extends(rules)
  if type(rules) ~= "table" then
    return false
  end
  for _, rule in ipairs(items_of(rules, "rules")) do
    if type(rule) ~= "table" or rule.arrayAction == "Extend" then
      return true
    end
  end
  return rules.defaultArrayAction == "Extend"
end

local function is_repeatable_enrich(request)
  return request.action ~= "Insert" and #items_of(request, "matchingIdentifiers") > 0
    and not extends(request.fieldRules)
end

-- Of the bulk operation, every item must do the same and be repeatable.
local function enrich(args, row)
  if args.values.dry_run == true then
    return "read", true, false -- a record that would be created has no id
  end
  local requests = row.batch and items_of(args.body, "entities") or { args.body }
  local effect, repeatable = nil, true
  for _, request in ipairs(requests) do
    local found = type(request) == "table" and ENRICH[request.action] or nil
    if found == nil or effect and found ~= effect then
      return nil
    end
    effect, repeatable = found, repeatable and is_repeatable_enrich(request)
  end
  return effect, repeatable
end

-- Rule → fun(args, row): effect, repeatable, id_field; nil for the worst case.
local RULES = { patch = patch, enrich = enrich }

--- Returns the row that a call goes by: the operation's, or one with another
-- effect.
---@param row extcontacts.Operation with `varies`
---@param args extcontacts.Arguments
---@return extcontacts.Operation
function effects.row_of(row, args)
  local effect, repeatable, id_field = RULES[row.varies](args, row)
  if effect == nil or effect == row.effect and repeatable == row.repeatable then
    return row
  end
  return setmetatable({ effect = effect, repeatable = repeatable, id_field = id_field }, { __index = row })
end

return effects
