--- The settings of imports as records.

local api_errors = require "extcontacts.sandbox.api_errors"
local dataset = require "extcontacts.sandbox.state.dataset"
local import_mapping = require "extcontacts.sandbox.handlers.import_mapping"
local record_body = require "extcontacts.sandbox.handlers.record_body"
local server_clock = require "extcontacts.sandbox.state.server_clock"

local import_settings = {}

--- Ends the request because a field names no record.
---@param field string
---@param what string
function import_settings.reject_missing(field, what)
  api_errors.raise("bad.request", nil, {
    message = ("The %s does not exist."):format(what),
    details = { { errorCode = "not.found", fieldName = field } },
  })
end

--- The record that a field names; ends the request if it does not exist.
---@param type_name string
---@param id string
---@param field string
---@param what string
---@return table
function import_settings.require_record(type_name, id, field, what)
  local records = dataset.collections[type_name]
  local index = records:index(id)
  local record = index and records:record(index)
  return record or import_settings.reject_missing(field, what)
end

local function prepare_settings(ctx, before)
  local record = record_body.read(ctx, "ContactImportSettings")
  import_settings.require_record("external_source", record.externalSourceId, "externalSourceId", "external source")
  record.dateCreated = before and before.dateCreated or server_clock.iso()
  return record
end

local function prepare_csv_settings(ctx)
  local record = record_body.read(ctx, "CsvSettings")
  if record.externalSettingsId then
    import_settings.require_record("import_settings", record.externalSettingsId, "externalSettingsId",
      "import settings record")
  end
  for number, mapping in ipairs(record.mappings) do
    if not import_mapping.field(mapping.targetField) then
      api_errors.invalid_field(ctx.settings, ("mappings[%d].targetField"):format(number - 1),
        "contacts have no such field that an import can write")
    end
  end
  return record
end

--- The resources by the first part of an operation's short name.
---@type table<string, extcontacts.sandbox.Resource>
import_settings.resources = {
  ["imports.settings"] = { type = "import_settings", prepare = prepare_settings },
  ["imports.csv.settings"] = { type = "import_csv_settings", prepare = prepare_csv_settings },
}

return import_settings
