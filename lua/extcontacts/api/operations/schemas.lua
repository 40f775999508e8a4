--- Operations on the schemas of custom fields.

local permission_sets = require "extcontacts.api.operations.permission_sets"

local UPDATE_NOTE = "Send the current version in the body. The server increases it with each update, "
  .. "and rejects an older one with 409."

local VERSIONS_NOTE = "Specified to return one DataSchema; servers return a listing with entities."

-- A create without a reply is looked for among all schemas.
local function check_schema(find, get)
  return { find = find, get = get, records = "entities", created = "dateCreated", proves_absence = true }
end

-- An update without a reply was carried out if the version has increased.
local function check_version(get)
  return { get = get, same = { "schema_id" }, advances = "version", proves_absence = true }
end

local of_contacts = {
  { "get_externalcontacts_contacts_schema", "contacts.schemas.get", "GET",
    "/contacts/schemas/{schemaId}",
    effect = "read",
    summary = "Get a schema",
    permissions = permission_sets.custom_fields "view",
    returns = "DataSchema",
  },
  { "get_externalcontacts_contacts_schemas", "contacts.schemas.list", "GET", "/contacts/schemas",
    effect = "read",
    summary = "Get a list of schemas.",
    permissions = permission_sets.custom_fields "view",
    returns = "DataSchemaListing",
  },
  { "post_externalcontacts_contacts_schemas", "contacts.schemas.create", "POST",
    "/contacts/schemas",
    effect = "create",
    summary = "Create a schema",
    permissions = permission_sets.custom_fields "add",
    body_model = "DataSchema",
    returns = "DataSchema",
    further_status = 409,
    check = check_schema("get_externalcontacts_contacts_schemas",
      "get_externalcontacts_contacts_schema"),
  },
  { "put_externalcontacts_contacts_schema", "contacts.schemas.update", "PUT",
    "/contacts/schemas/{schemaId}",
    effect = "update",
    summary = "Update a schema",
    note = UPDATE_NOTE,
    permissions = permission_sets.custom_fields "edit",
    body_model = "DataSchema",
    returns = "DataSchema",
    further_status = 409,
    repeatable = false,
    check = check_version "get_externalcontacts_contacts_schema",
  },
  { "delete_externalcontacts_contacts_schema", "contacts.schemas.delete", "DELETE",
    "/contacts/schemas/{schemaId}",
    effect = "delete",
    summary = "Delete a schema",
    permissions = permission_sets.custom_fields "edit",
    success_status = 204,
  },
  { "get_externalcontacts_contacts_schema_version", "contacts.schemas.version", "GET",
    "/contacts/schemas/{schemaId}/versions/{versionId}",
    effect = "read",
    summary = "Get a specific version of a schema",
    permissions = permission_sets.custom_fields "view",
    returns = "DataSchema",
  },
  { "get_externalcontacts_contacts_schema_versions", "contacts.schemas.versions", "GET",
    "/contacts/schemas/{schemaId}/versions",
    effect = "read",
    summary = "Get all versions of an external contact's schema",
    note = VERSIONS_NOTE,
    permissions = permission_sets.custom_fields "view",
    returns = "DataSchema",
    also_returns = "DataSchemaListing",
  },
}

-- The API has no DELETE for these.
local of_organizations = {
  { "get_externalcontacts_organizations_schema", "organizations.schemas.get", "GET",
    "/organizations/schemas/{schemaId}",
    effect = "read",
    summary = "Get a schema",
    permissions = permission_sets.custom_fields "view",
    returns = "DataSchema",
  },
  { "get_externalcontacts_organizations_schemas", "organizations.schemas.list", "GET",
    "/organizations/schemas",
    effect = "read",
    summary = "Get a list of schemas.",
    permissions = permission_sets.custom_fields "view",
    returns = "DataSchemaListing",
  },
  { "post_externalcontacts_organizations_schemas", "organizations.schemas.create", "POST",
    "/organizations/schemas",
    effect = "create",
    summary = "Create a schema",
    permissions = permission_sets.custom_fields "add",
    body_model = "DataSchema",
    returns = "DataSchema",
    further_status = 409,
    check = check_schema("get_externalcontacts_organizations_schemas",
      "get_externalcontacts_organizations_schema"),
  },
  { "put_externalcontacts_organizations_schema", "organizations.schemas.update", "PUT",
    "/organizations/schemas/{schemaId}",
    effect = "update",
    summary = "Update a schema",
    note = UPDATE_NOTE,
    permissions = permission_sets.custom_fields "edit",
    body_model = "DataSchema",
    returns = "DataSchema",
    further_status = 409,
    repeatable = false,
    check = check_version "get_externalcontacts_organizations_schema",
  },
  { "get_externalcontacts_organizations_schema_version", "organizations.schemas.version", "GET",
    "/organizations/schemas/{schemaId}/versions/{versionId}",
    effect = "read",
    summary = "Get a specific version of a schema",
    permissions = permission_sets.custom_fields "view",
    returns = "DataSchema",
  },
  { "get_externalcontacts_organizations_schema_versions", "organizations.schemas.versions",
    "GET", "/organizations/schemas/{schemaId}/versions",
    effect = "read",
    summary = "Get all versions of an external organization's schema",
    note = VERSIONS_NOTE,
    permissions = permission_sets.custom_fields "view",
    returns = "DataSchema",
    also_returns = "DataSchemaListing",
  },
}

return { of_contacts = of_contacts, of_organizations = of_organizations }
