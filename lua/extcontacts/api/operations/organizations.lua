--- Operations on organizations.

local parameters = require "extcontacts.api.operations.parameters"
local permission_sets = require "extcontacts.api.operations.permission_sets"

local PAGE_SIZE = parameters.PAGE_SIZE
local PAGE_NUMBER = parameters.PAGE_NUMBER
local Q = parameters.Q
local LIMIT = parameters.LIMIT
local CURSOR = parameters.CURSOR
local TRUSTOR_ID = parameters.TRUSTOR_ID
local INCLUDE_TRUSTORS = parameters.INCLUDE_TRUSTORS
local SORT_CONTACTS = parameters.SORT_CONTACTS
local SORT_ORGANIZATIONS = parameters.SORT_ORGANIZATIONS
local SORT_RELATIONSHIPS = parameters.SORT_RELATIONSHIPS
local PATCH_NOTE = parameters.PATCH_NOTE
local EXPAND_CONTACT = parameters.EXPAND_CONTACT
local EXPAND_ORGANIZATIONS = parameters.EXPAND_ORGANIZATIONS
local EXPAND_ORGANIZATION = parameters.EXPAND_ORGANIZATION
local EXPAND_RELATIONSHIP = parameters.EXPAND_RELATIONSHIP
local DIVISION_ID = parameters.DIVISION_ID
local DIVISION_IDS = parameters.DIVISION_IDS

-- A create without a reply is searched for by name.  The search may miss a record
-- that exists, so finding nothing proves nothing.
local CHECK_ORGANIZATION = {
  find = "get_externalcontacts_organizations",
  each = { "name" },
  as = "q",
  options = { page_size = 100 },
  records = "entities",
  identifier = "post_externalcontacts_identifierlookup_organizations",
  search = "get_externalcontacts_organizations",
  get = "get_externalcontacts_organization",
  created = "createDate",
  proves_absence = false,
}

return {
  { "get_externalcontacts_organization", "organizations.get", "GET",
    "/organizations/{externalOrganizationId}",
    effect = "read",
    summary = "Fetch an external organization",
    permissions = permission_sets.related_organizations "view",
    query = { EXPAND_ORGANIZATION, INCLUDE_TRUSTORS },
    returns = "ExternalOrganization",
  },
  { "get_externalcontacts_organizations", "organizations.list", "GET", "/organizations",
    effect = "read",
    summary = "Search for external organizations",
    permissions = permission_sets.related_organizations "view",
    query = {
      PAGE_SIZE, PAGE_NUMBER, Q, TRUSTOR_ID, SORT_ORGANIZATIONS, EXPAND_ORGANIZATIONS,
      INCLUDE_TRUSTORS, DIVISION_IDS,
    },
    returns = "ExternalOrganizationListing",
    paging = "page",
    iterator = "each_organization",
    instead = "scan_organizations",
  },
  { "post_externalcontacts_organizations", "organizations.create", "POST", "/organizations",
    effect = "create",
    summary = "Create an external organization",
    permissions = permission_sets.related_organizations "add",
    body_model = "ExternalOrganization",
    returns = "ExternalOrganization",
    check = CHECK_ORGANIZATION,
    further_status = 422,
  },
  { "put_externalcontacts_organization", "organizations.update", "PUT",
    "/organizations/{externalOrganizationId}",
    effect = "update",
    summary = "Update an external organization",
    permissions = permission_sets.related_organizations "edit",
    body_model = "ExternalOrganization",
    returns = "ExternalOrganization",
    further_status = 422,
  },
  { "patch_externalcontacts_organization", "organizations.patch", "PATCH", "/organizations/{externalOrganizationId}",
    effect = "update",
    varies = "patch",
    repeatable = false,
    summary = "Update specific fields of an external organization",
    note = PATCH_NOTE,
    permissions = permission_sets.organizations "edit",
    body_model = "ExternalContactsPatchRequest",
    returns = "ExternalOrganization",
    since = "2026-07-01",
    further_status = 422,
  },
  { "delete_externalcontacts_organization", "organizations.delete", "DELETE",
    "/organizations/{externalOrganizationId}",
    effect = "delete",
    summary = "Delete an external organization",
    permissions = permission_sets.related_organizations "delete",
    returns = "Empty",
  },
  { "get_externalcontacts_scan_organizations", "organizations.scan", "GET",
    "/scan/organizations",
    effect = "read",
    summary = "Scan for external organizations using paging",
    permissions = permission_sets.related_organizations "view",
    query = { LIMIT, CURSOR, DIVISION_ID },
    returns = "CursorOrganizationListing",
    paging = "cursor",
    iterator = "scan_organizations",
    further_status = 422,
  },
  { "get_externalcontacts_organization_contacts", "organizations.contacts", "GET",
    "/organizations/{externalOrganizationId}/contacts",
    effect = "read",
    summary = "Search for external contacts in an external organization",
    permissions = permission_sets.related_contacts "view",
    query = { PAGE_SIZE, PAGE_NUMBER, Q, SORT_CONTACTS, EXPAND_CONTACT },
    returns = "ContactListing",
    paging = "page",
    iterator = "each_organization_contact",
    instead = "scan_contacts",
  },
  { "get_externalcontacts_organization_relationships", "organizations.relationships", "GET",
    "/organizations/{externalOrganizationId}/relationships",
    effect = "read",
    summary = "Fetch a relationship for an external organization",
    permissions = permission_sets.related_organizations "view",
    query = { PAGE_SIZE, PAGE_NUMBER, EXPAND_RELATIONSHIP, SORT_RELATIONSHIPS },
    returns = "RelationshipListing",
    paging = "page",
    iterator = "each_organization_relationship",
    instead = "scan_relationships",
  },
}
