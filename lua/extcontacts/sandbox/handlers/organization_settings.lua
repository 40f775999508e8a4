--- The settings of the organization, and the limits and core types of custom fields.

local api_errors = require "extcontacts.sandbox.api_errors"
local core_types = require "extcontacts.sandbox.state.core_types"
local dataset = require "extcontacts.sandbox.state.dataset"
local json = require "extcontacts.base.json"
local models = require "extcontacts.api.models"
local page_envelope = require "extcontacts.sandbox.handlers.page_envelope"
local record_body = require "extcontacts.sandbox.handlers.record_body"

local handlers = {}

handlers["settings.get"] = function()
  local settings = {}
  for _, field in ipairs(models.ExternalContactsSettings.fields) do
    settings[field.wire] = dataset.settings[field.wire] == true
  end
  return assert(json.encode(settings))
end

handlers["settings.update"] = function(ctx)
  if ctx.body then
    dataset.settings = record_body.read(ctx, "ExternalContactsSettings")
  end
  return assert(json.encode { message = "The settings were updated." })
end

handlers["settings.delete"] = function()
  dataset.settings = {}
  return assert(json.encode { message = "The settings were reset." })
end

for _, name in ipairs { "contacts", "organizations" } do
  local base = dataset.base_path .. name .. "/schemas/"

  handlers[name .. ".schemas.limits"] = function()
    local limits = { selfUri = base .. "limits" }
    for field, value in pairs(core_types.limits) do
      limits[field] = value
    end
    return assert(json.encode(limits))
  end

  handlers[name .. ".schemas.core_types"] = function(ctx)
    local texts = {}
    for number, type_name in ipairs(core_types.names) do
      texts[number] = assert(json.encode(core_types.get(type_name, base)))
    end
    return page_envelope.whole(ctx, texts)
  end

  handlers[name .. ".schemas.core_type"] = function(ctx)
    local core_type = core_types.get(ctx.arguments.coreTypeName, base)
    if not core_type then
      api_errors.raise "not.found"
    end
    return assert(json.encode(core_type))
  end
end

return handlers
