-- lua/extcontacts/meta.lua: the LuaCATS annotations of what the client
-- generates from the table, which no source file spells out: the operations,
-- their options, the iterators and the models.

local describe = require "extcontacts.api.operations.describe"
local many_names = require "extcontacts.iterate.many.names"
local models = require "extcontacts.api.models"
local operations = require "extcontacts.api.operations"
local sources = require "extcontacts.api.models.sources"

local meta = {}

local LUACATS = {
  string = "string", date = "string", uri = "string", int32 = "integer", int64 = "integer",
  integer = "integer", double = "number", day = "string", boolean = "boolean", object = "any",
  ["[string]"] = "string[]",
}

-- The type of a model's field; models outside this API are plain tables.
local function field_type(field)
  local name = LUACATS[field.type] or models[field.type] and "extcontacts." .. field.type or "table"
  if field.shape == "array" then
    return name .. "[]"
  elseif field.shape == "map" then
    return "table<string, " .. name .. ">"
  end
  return name
end

local function param_type(param)
  if param.place == "body" then
    return "extcontacts." .. param.model
  elseif param.place == "path" then
    return "string|integer"
  end
  local values = param.enum and '"' .. table.concat(param.enum, '"|"') .. '"|string'
  local name = values or LUACATS[param.type]
  if param.type == "array" then
    name = (values and "(" .. values .. ")" or LUACATS[param.items]) .. "[]"
  end
  return param.also and name .. "|" .. LUACATS[param.also] or name
end

-- "contact_id, opts"
local function arguments(row)
  return table.concat(row.positional, ", ") .. (#row.positional > 0 and ", opts" or "opts")
end

local function sentence(text)
  return text:match("%.$") and text or text .. "."
end

local function options_class(row)
  return #describe.options(row) > 0 and "extcontacts.opts." .. row.short or "extcontacts.CallOptions"
end

local function result_type(row)
  if not row.returns then
    return "true"
  end
  local record = row.returns == "Empty" and "table" or "extcontacts." .. row.returns
  return (row.returns == "Empty" or row.other_success == 204) and "true|" .. record or record
end

-- `get` of `client.contacts` as a field of its class.
local function method_field(row, verb, class)
  local typed = {}
  for index, name in ipairs(row.positional) do
    typed[index] = (", %s: %s"):format(name, param_type(row.by_name[name]))
  end
  return ("---@field %s fun(self: %s%s, opts: %s|nil): %s|nil, extcontacts.Error|nil, extcontacts.Response|nil %s")
    :format(verb, class, table.concat(typed), options_class(row), result_type(row), sentence(row.summary))
end

local RECORDS = {
  contacts = "ExternalContact", organizations = "ExternalOrganization", notes = "Note", relationships = "Relationship",
}

local ENRICH_REQUESTS = { contacts = "ContactEnrichRequest", organizations = "ExternalOrganizationEnrichRequest" }

-- `get_many` of `client.contacts` as a field of its class.
local function many_field(name, class)
  local space, verb = name:match "^(%a+)%.(%a+)_many$"
  local record, options = "extcontacts." .. RECORDS[space], "extcontacts.ManyOptions"
  local item = record
  if verb == "get" or verb == "delete" then
    item = "string|" .. record
    options = verb == "get" and "extcontacts.GetManyOptions" or options
  elseif verb == "create" then
    options = "extcontacts.CreateManyOptions"
  elseif verb == "enrich" then
    item, options = "extcontacts." .. ENRICH_REQUESTS[space], "extcontacts.EnrichManyOptions"
  end
  return ("---@field %s_many fun(self: %s, items: (%s)[]|extcontacts.Iterator|(fun(): %s), opts: %s|nil): "
    .. "extcontacts.Many Returns `item, result, err, response` for each item; sends bulk requests.")
    :format(verb, class, item, item, options)
end

-- Methods that are no operations (`extcontacts.workflows`).
local WORKFLOWS = {
  { "contacts.export", "options: extcontacts.ExportOptions", "extcontacts.ExportResult",
    "Export contacts to a file and wait for it." },
  { "organizations.export", "options: extcontacts.ExportOptions", "extcontacts.ExportResult",
    "Export organizations to a file and wait for it." },
  { "relationships.export", "options: extcontacts.ExportOptions", "extcontacts.ExportResult",
    "Export relationships to a file and wait for it." },
  { "notes.export", "options: extcontacts.ExportOptions", "extcontacts.ExportResult",
    "Export notes to a file and wait for it." },
  { "contacts.find_or_create", "identifiers: extcontacts.ContactIdentifier|extcontacts.ContactIdentifier[], "
    .. "record: extcontacts.ExternalContact, opts: extcontacts.CallOptions|nil", "extcontacts.ExternalContact",
    "Return the contact of the identifiers, or create it." },
  { "organizations.resolve", "link: extcontacts.OrganizationLink, opts: extcontacts.CallOptions|nil", "string",
    "Return the id of an organization by its external id." },
  { "import_csv", "options: extcontacts.ImportOptions", "extcontacts.ImportResult",
    "Import a CSV file: upload, dry run and, if it may continue, the import." },
}

-- The classes of `client.contacts` and so on, by path, in the table's order.
local function namespaces()
  local list, by_path = {}, { [""] = { fields = {} } }
  local function namespace(path)
    if not by_path[path] then
      local parent, name = path:match "^(.-)%.?([^.]+)$"
      local class = "extcontacts.Client." .. path
      by_path[path] = { class = class, fields = {} }
      list[#list + 1] = by_path[path]
      table.insert(namespace(parent).fields, ("---@field %s %s"):format(name, class))
    end
    return by_path[path]
  end
  for _, row in ipairs(operations.list) do
    local path, verb = describe.resource(row)
    local space = namespace(path)
    table.insert(space.fields, method_field(row, verb, space.class))
  end
  for _, name in ipairs(many_names) do
    local space = namespace(name:match "^%a+")
    table.insert(space.fields, many_field(name, space.class))
  end
  for _, workflow in ipairs(WORKFLOWS) do
    local path, verb = workflow[1]:match "^(.-)%.?([^.]+)$"
    local space = namespace(path)
    local field = "---@field %s fun(self: %s, %s): %s|nil, extcontacts.Error|nil, extcontacts.Response|nil %s"
    table.insert(space.fields, field:format(verb,
      space.class or "extcontacts.Client", workflow[2], workflow[3], workflow[4]))
  end
  return list, by_path[""].fields
end

local function put_options(put, row)
  put("---@class %s: extcontacts.CallOptions", options_class(row))
  for _, param in ipairs(describe.options(row)) do
    put("---@field %s %s|nil %s%s", param.name, param_type(param), param.doc, describe.limits(param))
  end
  put("")
end

local function put_operation(put, row)
  put("--- %s", sentence(row.summary))
  if row.note then
    put("--- %s", row.note)
  end
  put("---")
  put("--- `%s %s`, short name `client.%s`.", row.method, row.path, row.short)
  put("--- Effect: %s.", describe.effect(row))
  put("--- Permissions: %s.", describe.permissions(row, "`"))
  if row.deprecated then
    put("---@deprecated use `client.%s`", row.deprecated)
  end
  for _, name in ipairs(row.positional) do
    local param = row.by_name[name]
    put("---@param %s %s %s%s", name, param_type(param), param.doc, describe.limits(param))
  end
  put("---@param opts %s|nil", options_class(row))
  put("---@return %s|nil", result_type(row))
  put("---@return extcontacts.Error|nil")
  put("---@return extcontacts.Response|nil")
  put("function client:%s(%s) end", row.name, arguments(row))
  put("")
end

local function put_iterator(put, row)
  local record = field_type { type = models[row.returns].by_wire[row.entities].type, shape = "value" }
  put("--- Iterates over the records of `%s`, page after page. A failure raises an error object.", row.name)
  if row.instead then
    put("--- Returns up to %d records; to read more, use `client:%s`.", operations.page_window, row.instead)
  end
  for _, name in ipairs(row.positional) do
    put("---@param %s %s %s", name, param_type(row.by_name[name]), row.by_name[name].doc)
  end
  put("---@param opts %s|extcontacts.IteratorOptions|nil", options_class(row))
  put("---@return extcontacts.Iterator|fun(): %s", record)
  put("function client:%s(%s) end", row.iterator, arguments(row))
  put("")
end

local function put_model(put, model)
  put("---@class extcontacts.%s", model.name)
  for _, field in ipairs(model.fields) do
    local notes = {}
    notes[#notes + 1] = field.required and "required on a write" or nil
    notes[#notes + 1] = field.read_only and "read-only" or nil
    notes[#notes + 1] = field.enum and "one of " .. table.concat(field.enum, ", ") or nil
    put("---@field %s %s|nil%s", field.wire:match("^%a%w*$") and field.wire or ('["%s"]'):format(field.wire),
      field_type(field), #notes > 0 and " " .. table.concat(notes, "; ") or "")
  end
  put("")
end

--- The text of lua/extcontacts/meta.lua.
---@return string
function meta.text()
  local out = {
    "---@meta",
    "-- Generated by docs/generate.lua from lua/extcontacts/api. Do not edit.",
    "",
  }
  local function put(...)
    out[#out + 1] = string.format(...)
  end
  local spaces, top = namespaces()
  for _, space in ipairs(spaces) do
    put("---@class %s", space.class)
    out[#out + 1] = table.concat(space.fields, "\n")
    put("")
  end
  for _, row in ipairs(operations.list) do
    if #describe.options(row) > 0 then
      put_options(put, row)
    end
  end
  put("---@class extcontacts.Client")
  put("---@field validate boolean whether documented limits are checked before a request is sent")
  out[#out + 1] = table.concat(top, "\n")
  put("local client = {}")
  put("")
  for _, row in ipairs(operations.list) do
    put_operation(put, row)
    if row.iterator then
      put_iterator(put, row)
    end
  end
  local names = sources.names()
  table.sort(names)
  for _, name in ipairs(names) do
    put_model(put, models[name])
  end
  put("return client")
  return table.concat(out, "\n") .. "\n"
end

return meta
