--- The field rules of an enrich request: what becomes of each field that the stored
-- record, the request, or both have.

local api_errors = require "extcontacts.sandbox.api_errors"
local field_paths = require "extcontacts.sandbox.handlers.field_paths"
local json = require "extcontacts.base.json"
local json_values = require "extcontacts.sandbox.handlers.json_values"
local models = require "extcontacts.api.models"

local field_rules = {}

-- Fields that no enrich request changes.
local FIXED = {
  id = true, createDate = true, modifyDate = true, selfUri = true, trustor = true, division = true, identifiers = true,
}

-- Models that are one value: their parts belong together.
local WHOLE = { PhoneNumber = true, ExternalOrganization = true, DataSchema = true }

-- The most values of a list.
local MOST = { externalIds = 10 }

local CHOICES = {
  PreferProvided = function(existing, provided)
    if provided == nil then
      return existing
    end
    return provided
  end,
  AlwaysUseProvided = function(_, provided)
    return provided
  end,
  PreferExisting = function(existing, provided)
    if existing == nil then
      return provided
    end
    return existing
  end,
}

-- The existing values, then those of the request; `most` cuts it.
local function append(existing, provided, is_added, most)
  local list = json.array {}
  for _, value in ipairs(existing or {}) do
    list[#list + 1] = value
  end
  for _, value in ipairs(provided) do
    if is_added(list, value) and #list < most then
      list[#list + 1] = value
    end
  end
  return list
end

local LISTS = {
  Replace = function(_, _, provided)
    return provided
  end,
  Fill = function(_, existing, provided, most)
    return append(existing, provided, function(list, value)
      return not json_values.contains(list, value)
    end, most)
  end,
  Extend = function(ctx, existing, provided, most, path)
    if ctx.settings.enrich_overflow == "reject" and #(existing or {}) + #provided > most then
      api_errors.invalid_field(ctx.settings, path, ("at most %d values are allowed"):format(most))
    end
    return append(existing, provided, function()
      return true
    end, most)
  end,
}

-- The rules of a request by path; ends the request if one names no field.
local function read(ctx, model, rules)
  rules = rules or {}
  local by_path = {}
  for number, rule in ipairs(rules.rules or {}) do
    local names = field_paths.names(rule.field or "")
    if not names or not field_paths.find(model, names) then
      api_errors.invalid_field(ctx.settings, ("fieldRules.rules[%d].field"):format(number - 1),
        ("%s has no field %s; a path is written as $.address.city"):format(model.name, tostring(rule.field)))
    end
    by_path[table.concat(names, ".")] = rule
  end
  return {
    by_path = by_path,
    action = rules.defaultAction or "PreferProvided",
    array_action = rules.defaultArrayAction or "Fill",
  }
end

-- The action for a path: that of its own rule, of the next object around it that
-- has one, or the default.
local function action_of(rules, path, part, default)
  while path do
    local rule = rules.by_path[path]
    if rule and rule[part] then
      return rule[part]
    end
    path = path:match "^(.*)%.[^.]*$"
  end
  return default
end

local merge_model

local function merge_list(ctx, rules, existing, provided, path)
  if provided == nil then
    return existing
  end
  local action = action_of(rules, path, "arrayAction", rules.array_action)
  return LISTS[action](ctx, existing, provided, MOST[path] or math.huge, path)
end

local function merge_value(rules, existing, provided, path)
  return CHOICES[action_of(rules, path, "action", rules.action)](existing, provided)
end

local function merge_map(rules, existing, provided, path)
  local result = {}
  for _, map in ipairs { existing or {}, provided or {} } do
    for key in pairs(map) do
      result[key] = merge_value(rules, existing and existing[key], provided and provided[key], path .. "." .. key)
    end
  end
  return next(result) ~= nil and result or nil
end

local function merge_field(ctx, rules, field, existing, provided, path)
  if field.shape == "array" then
    return merge_list(ctx, rules, existing, provided, path)
  elseif field.shape == "map" then
    return merge_map(rules, existing, provided, path)
  elseif models[field.type] and not WHOLE[field.type] then
    local result = merge_model(ctx, rules, models[field.type], existing or {}, provided or {}, path .. ".")
    return next(result) ~= nil and result or nil
  end
  return merge_value(rules, existing, provided, path)
end

function merge_model(ctx, rules, model, existing, provided, prefix)
  local result = {}
  for _, field in ipairs(model.fields) do
    local name = field.wire
    if not field.read_only and not (prefix == "" and FIXED[name]) then
      result[name] = merge_field(ctx, rules, field, existing[name], provided[name], prefix .. name)
    end
  end
  return result
end

--- Applies the rules.
---@param ctx extcontacts.sandbox.Context
---@param model_name string
---@param rules table|nil the request's fieldRules
---@param existing table the stored record
---@param provided table the request's record
---@return table record without the fields that the server sets
function field_rules.apply(ctx, model_name, rules, existing, provided)
  local model = models[model_name]
  return merge_model(ctx, read(ctx, model, rules), model, existing, provided, "")
end

return field_rules
