--- The resources: which kind of record each is, where it hangs, and what
-- becomes of a body that is written to it.

local server_clock = require "extcontacts.sandbox.state.server_clock"
local dataset = require "extcontacts.sandbox.state.dataset"
local api_errors = require "extcontacts.sandbox.api_errors"
local json = require "extcontacts.base.json"
local computed_fields = require "extcontacts.sandbox.handlers.computed_fields"
local custom_field_schemas = require "extcontacts.sandbox.handlers.custom_field_schemas"
local record_body = require "extcontacts.sandbox.handlers.record_body"

local resources = {}

-- What the server sets on every record with dates.
local function stamp(record, before)
  local now = server_clock.iso()
  record.createDate = before and before.createDate or now
  record.modifyDate = now
end

-- A body as a record with the fields the server owns.
local function prepare_person(model, schema_kind)
  return function(ctx, before)
    local record = record_body.record(ctx, model)
    computed_fields.record(ctx.settings, model, record)
    computed_fields.custom_fields(ctx, record, schema_kind)
    stamp(record, before)
    return record
  end
end

local prepare_contact = prepare_person("ExternalContact", "contact_schema")
local prepare_organization = prepare_person("ExternalOrganization", "organization_schema")

local function prepare_note(ctx, before)
  local record = record_body.record(ctx, "Note")
  record.createdBy = computed_fields.user(record.createdBy)
  stamp(record, before)
  return record
end

local function delete_members(kind_name, owner)
  local kind = dataset.kinds[kind_name]
  for _, index in ipairs(kind:members(owner)) do
    kind:delete(index)
  end
end

local function notes(owner, kind)
  return { kind = kind, owner = owner, prepare = prepare_note }
end

local function schema_resource(kind_name, applies_to)
  local function same_name(record, index)
    local kind = dataset.kinds[kind_name]
    for other = 0, kind.next - 1 do
      local name = other ~= index and kind:exists(other) and kind:record(other)
      if name and not name.deleted and name.name == record.name then
        return true
      end
    end
  end
  return {
    kind = kind_name,
    prepare = function(ctx, before, index)
      local record = record_body.record(ctx, "DataSchema")
      custom_field_schemas.check_document(record.jsonSchema)
      record.name = record.name or record.jsonSchema.title
      if before and record.version ~= before.version then
        api_errors.raise("general.conflict", {
          reason = ("version %s is not the current version %d"):format(tostring(record.version), before.version),
        })
      end
      if record.name and same_name(record, index) then
        api_errors.raise("general.conflict", { reason = "there is a schema of this name" })
      end
      if before then
        custom_field_schemas.retire(kind_name, index)
      end
      record.version = before and before.version + 1 or 1
      record.appliesTo = record.appliesTo or (before and before.appliesTo) or json.array { applies_to }
      if record.enabled == nil then
        record.enabled = true
      end
      record.createdBy = before and before.createdBy
        or { id = dataset.user_id(0), selfUri = "/api/v2/users/" .. dataset.user_id(0) }
      record.dateCreated = before and before.dateCreated or server_clock.iso()
      return record
    end,
    delete = function(ctx, index)
      local kind = dataset.kinds[kind_name]
      if ctx.settings.schema_delete == "hard" then
        kind:delete(index)
      else
        local record = kind:record(index)
        record.deleted = true
        kind:put(index, record)
      end
    end,
  }
end

--- By the resource part of an operation's short name.
resources.by_name = {
  contacts = {
    kind = "contact",
    gone = "contact.not.found",
    prepare = function(ctx, before)
      local record = prepare_contact(ctx, before)
      local owner
      if record.externalOrganization then
        record.externalOrganization, owner =
          computed_fields.organization(record.externalOrganization, "externalOrganization")
      end
      return record, owner
    end,
    delete = function(_, index)
      delete_members("contact_note", index)
      dataset.kinds.contact:delete(index)
    end,
  },
  organizations = {
    kind = "organization",
    prepare = function(ctx, before)
      local record = prepare_organization(ctx, before)
      -- Only the link operation changes it.
      record.trustor = nil
      return record
    end,
    delete = function(_, index)
      delete_members("organization_note", index)
      delete_members("relationship", index)
      -- Its contacts stay, without the organization.
      local contacts = dataset.kinds.contact
      for _, contact in ipairs(contacts:members(index)) do
        local record = contacts:record(contact)
        record.externalOrganization = nil
        contacts:put(contact, record)
      end
      dataset.trustors[index] = false
      dataset.kinds.organization:delete(index)
    end,
  },
  ["contacts.notes"] = notes("contact", "contact_note"),
  ["organizations.notes"] = notes("organization", "organization_note"),
  relationships = {
    kind = "relationship",
    prepare = function(ctx)
      local record = record_body.record(ctx, "Relationship")
      local owner
      record.user = computed_fields.user(record.user)
      record.externalOrganization, owner =
        computed_fields.organization(record.externalOrganization, "externalOrganization")
      return record, owner
    end,
  },
  ["contacts.schemas"] = schema_resource("contact_schema", "CONTACT"),
  ["organizations.schemas"] = schema_resource("organization_schema", "EXTERNAL_ORGANIZATION"),
}

--- Where records of a kind are: `{owner}` stands for the owner's id.
resources.uris = {
  contact = dataset.base .. "contacts/",
  organization = dataset.base .. "organizations/",
  contact_note = dataset.base .. "contacts/{owner}/notes/",
  organization_note = dataset.base .. "organizations/{owner}/notes/",
  relationship = dataset.base .. "relationships/",
  contact_schema = dataset.base .. "contacts/schemas/",
  organization_schema = dataset.base .. "organizations/schemas/",
}

return resources
