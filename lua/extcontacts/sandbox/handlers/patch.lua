--- PATCH: changes single fields of a record, which is then stored as PUT stores
-- it.

local api_errors = require "extcontacts.sandbox.api_errors"
local dataset = require "extcontacts.sandbox.state.dataset"
local field_paths = require "extcontacts.sandbox.handlers.field_paths"
local locate = require "extcontacts.sandbox.handlers.locate"
local models = require "extcontacts.api.models"
local patch_actions = require "extcontacts.sandbox.handlers.patch_actions"
local record_store = require "extcontacts.sandbox.handlers.record_store"

---@class extcontacts.sandbox.Change
---@field path string as sent, `$.address.city`
---@field names string[] of the path
---@field field extcontacts.Field the last one
---@field action string
---@field value any

local function reject(ctx, number, part, reason, code)
  api_errors.invalid_field(ctx.settings, ("changes[%d].%s"):format(number, part), reason, code)
end

-- A change of the request; nil if it is ignored.
local function read_change(ctx, model, sent, number)
  if type(sent) ~= "table" then
    api_errors.raise("bad.request", nil, { message = ("The field changes[%d] is not an object."):format(number) })
  end
  for _, part in ipairs { "field", "action" } do
    if type(sent[part]) ~= "string" or sent[part] == "" then
      reject(ctx, number, part, "the field is required", "required")
    end
  end
  local names = field_paths.names(sent.field)
  if not names then
    reject(ctx, number, "field", "it must be a path such as $.address.city", "invalid.path")
  end
  local field, is_fixed = field_paths.find(model, names)
  if not field then
    reject(ctx, number, "field", ("%s has no field %s"):format(model.name, sent.field), "unknown.field")
  elseif not patch_actions.exists(sent.action) then
    reject(ctx, number, "action", "the action is unknown", "unknown.action")
  elseif is_fixed then
    if ctx.settings.patch_fixed == "reject" then
      reject(ctx, number, "field", "the field can't be changed", "read.only")
    end
    return nil
  end
  local change = { path = sent.field, names = names, field = field, action = sent.action, value = sent.value }
  local reason, code, part = patch_actions.problem(change, ctx.settings)
  if reason then
    reject(ctx, number, part, reason, code)
  end
  return change
end

-- Ends the request if two changes exclude each other.
local function check_pairs(ctx, sent)
  for number, outer in ipairs(sent) do
    for other, inner in ipairs(sent) do
      local is_parent = inner.field:sub(1, #outer.field + 1) == outer.field .. "."
      local is_twice = other > number and inner.field == outer.field and ctx.settings.patch_twice == "reject"
      if is_parent or is_twice then
        api_errors.raise("general.conflict", {
          reason = is_parent and ("%s contains %s"):format(outer.field, inner.field)
            or ("%s is changed twice"):format(outer.field),
        })
      end
    end
  end
end

local function read_changes(ctx, model)
  local sent = ctx.body.changes
  if type(sent) ~= "table" or #sent == 0 then
    api_errors.invalid_field(ctx.settings, "changes", "it must be an array with at least one change", "required")
  end
  local changes = {}
  for number, change in ipairs(sent) do
    changes[#changes + 1] = read_change(ctx, model, change, number - 1)
  end
  check_pairs(ctx, sent)
  return changes
end

-- The fields that changes concern.
local function fields_of(changes)
  local is_changed = {}
  for _, change in ipairs(changes) do
    is_changed[change.names[1]] = true
  end
  return is_changed
end

local function apply(ctx, resource, index, owner, changes)
  local body = dataset.collections[resource.type]:record(index)
  for _, change in ipairs(changes) do
    patch_actions.apply(body, change, ctx.settings)
  end
  local aside = ctx.settings.patch_checks == "changes" and record_store.set_aside(body, fields_of(changes)) or nil
  record_store.replace(record_store.with_body(ctx, body), resource, index, owner, aside)
end

--- Answers a PATCH.
---@param ctx extcontacts.sandbox.Context
---@param resource extcontacts.sandbox.Resource
---@return string JSON
local function patch(ctx, resource)
  local index, owner = locate.member(ctx, resource)
  local changes = read_changes(ctx, models[ctx.row.returns])
  if ctx.settings.patch_partial then
    for _, change in ipairs(changes) do
      apply(ctx, resource, index, owner, { change })
    end
  else
    apply(ctx, resource, index, owner, changes)
  end
  return dataset.collections[resource.type]:text(index)
end

return patch
