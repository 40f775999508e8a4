--- The resources: the type of their records, the type of their owners, and how
-- a record is written and deleted.

local api_errors = require "extcontacts.sandbox.api_errors"
local computed_fields = require "extcontacts.sandbox.handlers.computed_fields"
local custom_field_schemas = require "extcontacts.sandbox.handlers.custom_field_schemas"
local dataset = require "extcontacts.sandbox.state.dataset"
local division_rules = require "extcontacts.sandbox.handlers.division_rules"
local divisions = require "extcontacts.sandbox.state.divisions"
local external_sources = require "extcontacts.sandbox.handlers.external_sources"
local import_settings = require "extcontacts.sandbox.handlers.import_settings"
local json = require "extcontacts.base.json"
local merge_trees = require "extcontacts.sandbox.state.merge_trees"
local record_body = require "extcontacts.sandbox.handlers.record_body"
local server_clock = require "extcontacts.sandbox.state.server_clock"

---@class extcontacts.sandbox.Resource
---@field type string the type of its records
---@field owner string|nil the type of the record that its path names
---@field gone string|nil code of the error for a record that does not exist; default `not.found`
---@field prepare fun(ctx, before: table|nil, index: integer|nil): table, integer|nil converts a request's
--- body to the record to store, and returns the index of the owner that the body names
---@field delete fun(ctx, index: integer)|nil default: deletes the record only

local resources = {}

local function set_dates(record, before)
  local now = server_clock.iso()
  record.createDate = before and before.createDate or now
  record.modifyDate = now
end

-- For models with phone numbers and custom fields.
local function preparer(model, schema_type)
  return function(ctx, before)
    local record = record_body.read(ctx, model)
    computed_fields.apply(ctx.settings, model, record)
    custom_field_schemas.apply(ctx, record, schema_type)
    external_sources.apply_ids(ctx, record, before)
    division_rules.apply(ctx, record, before)
    -- Only claims change it.
    record.identifiers = nil
    set_dates(record, before)
    return record
  end
end

local prepare_contact = preparer("ExternalContact", "contact_schema")
local prepare_organization = preparer("ExternalOrganization", "organization_schema")

local function prepare_note(ctx, before)
  local record = record_body.read(ctx, "Note")
  record.createdBy = computed_fields.user(record.createdBy)
  set_dates(record, before)
  return record
end

-- The fields of a contact's identity, which no write changes.
local IDENTITY = { "type", "canonicalContact", "mergeSet", "mergedFrom", "mergedTo" }

local function keep_identity(ctx, record, before)
  local identity = before or { type = ctx.contact_type or "Curated" }
  for _, field in ipairs(IDENTITY) do
    record[field] = identity[field]
  end
end

local function delete_members(type_name, owner)
  local records = dataset.collections[type_name]
  for _, index in ipairs(records:members(owner)) do
    records:delete(index)
  end
end

local function notes(owner, type_name)
  return { type = type_name, owner = owner, prepare = prepare_note }
end

local function schema_resource(type_name, applies_to)
  local function is_name_taken(name, index)
    local schemas = dataset.collections[type_name]
    for other = 0, schemas.next - 1 do
      local schema = other ~= index and schemas:exists(other) and schemas:record(other)
      if schema and not schema.deleted and schema.name == name then
        return true
      end
    end
  end
  return {
    type = type_name,
    prepare = function(ctx, before, index)
      local record = record_body.read(ctx, "DataSchema")
      custom_field_schemas.check_schema(record.jsonSchema)
      record.name = record.name or record.jsonSchema.title
      if before and record.version ~= before.version then
        api_errors.raise("general.conflict", {
          reason = ("version %s is not the current version %d"):format(tostring(record.version), before.version),
        })
      end
      if record.name and is_name_taken(record.name, index) then
        api_errors.raise("general.conflict", { reason = "a schema with this name exists" })
      end
      if before then
        custom_field_schemas.keep_version(type_name, index)
      end
      record.version = before and before.version + 1 or 1
      record.appliesTo = record.appliesTo or (before and before.appliesTo) or json.array { applies_to }
      if record.enabled == nil then
        record.enabled = true
      end
      record.createdBy = before and before.createdBy or computed_fields.user { id = dataset.user_id(0) }
      record.dateCreated = before and before.dateCreated or server_clock.iso()
      return record
    end,
    delete = function(ctx, index)
      local schemas = dataset.collections[type_name]
      if ctx.settings.schema_delete == "hard" then
        schemas:delete(index)
      else
        local record = schemas:record(index)
        record.deleted = true
        schemas:put(index, record)
      end
    end,
  }
end

--- The resources by the first part of an operation's short name.
---@type table<string, extcontacts.sandbox.Resource>
resources.by_name = {
  contacts = {
    type = "contact",
    gone = "contact.not.found",
    prepare = function(ctx, before)
      local record = prepare_contact(ctx, before)
      keep_identity(ctx, record, before)
      local owner
      if record.externalOrganization then
        record.externalOrganization, owner =
          computed_fields.organization(record.externalOrganization, "externalOrganization")
      end
      return record, owner
    end,
    delete = function(_, index)
      local contacts = dataset.collections.contact
      for _, ancestor in ipairs(merge_trees.remove(index)) do
        delete_members("contact_note", ancestor)
        if contacts:exists(ancestor) then
          contacts:delete(ancestor)
        end
      end
      delete_members("contact_note", index)
      contacts:delete(index)
    end,
  },
  organizations = {
    type = "organization",
    prepare = function(ctx, before)
      local record = prepare_organization(ctx, before)
      -- Only `organizations.trustor.set` and `.clear` change it.
      record.trustor = nil
      return record
    end,
    delete = function(_, index)
      delete_members("organization_note", index)
      delete_members("relationship", index)
      -- Its contacts stay, without the organization.
      local contacts = dataset.collections.contact
      for _, contact in ipairs(contacts:members(index)) do
        local record = contacts:record(contact)
        record.externalOrganization = nil
        contacts:put(contact, record)
      end
      dataset.trustors[index] = false
      dataset.collections.organization:delete(index)
    end,
  },
  ["contacts.notes"] = notes("contact", "contact_note"),
  ["organizations.notes"] = notes("organization", "organization_note"),
  relationships = {
    type = "relationship",
    prepare = function(ctx)
      local record = record_body.read(ctx, "Relationship")
      local owner
      record.user = computed_fields.user(record.user)
      record.externalOrganization, owner =
        computed_fields.organization(record.externalOrganization, "externalOrganization")
      local division = dataset.collections.organization:division(owner)
      record.division = division and divisions.reference(division, false)
      return record, owner
    end,
  },
  ["imports.settings"] = import_settings.resources["imports.settings"],
  ["imports.csv.settings"] = import_settings.resources["imports.csv.settings"],
  external_sources = { type = "external_source", prepare = external_sources.prepare },
  ["contacts.schemas"] = schema_resource("contact_schema", "CONTACT"),
  ["organizations.schemas"] = schema_resource("organization_schema", "EXTERNAL_ORGANIZATION"),
}

--- The start of a record's selfUri by its type; `{owner}` is the owner's id.
resources.uris = {
  contact = dataset.base_path .. "contacts/",
  organization = dataset.base_path .. "organizations/",
  contact_note = dataset.base_path .. "contacts/{owner}/notes/",
  organization_note = dataset.base_path .. "organizations/{owner}/notes/",
  relationship = dataset.base_path .. "relationships/",
  contact_schema = dataset.base_path .. "contacts/schemas/",
  organization_schema = dataset.base_path .. "organizations/schemas/",
  external_source = dataset.base_path .. "externalsources/",
  import_settings = dataset.base_path .. "import/settings/",
  import_csv_settings = dataset.base_path .. "import/csv/settings/",
}

return resources
