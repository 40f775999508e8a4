--- Lookup of records by an address or another identifier.

local parameters = require "extcontacts.api.operations.parameters"
local permission_sets = require "extcontacts.api.operations.permission_sets"

local LOOKUP_VAL = parameters.LOOKUP_VAL
local EXPAND_LOOKUP = parameters.EXPAND_LOOKUP
local DIVISION_ID = parameters.DIVISION_ID
local EXPAND_CONTACT = parameters.EXPAND_FOUND_CONTACT
local EXPAND_ORGANIZATION = parameters.EXPAND_FOUND_ORGANIZATION

local PHONE_NOTE = "A phone number must have its country code and a leading +."

return {
  { "get_externalcontacts_reversewhitepageslookup", "lookup.reverse", "GET",
    "/reversewhitepageslookup",
    effect = "read",
    summary = "Look up contacts and externalOrganizations based on an attribute. "
      .. "Maximum of 25 values returned.",
    permissions = permission_sets.contacts "view",
    query = { LOOKUP_VAL, EXPAND_LOOKUP, DIVISION_ID },
    returns = "ReverseWhitepagesLookupResult",
    max_results = 25,
  },
  { "post_externalcontacts_identifierlookup_contacts", "lookup.contact", "POST",
    "/identifierlookup/contacts",
    effect = "read",
    summary = "Fetch a contact using an identifier type and value.",
    note = PHONE_NOTE,
    permissions = permission_sets.contacts "view",
    query = { EXPAND_CONTACT },
    body_model = "ContactIdentifier",
    body_name = "identifier",
    returns = "ExternalContact",
    since = "2025-04-10",
    further_status = 422,
  },
  { "post_externalcontacts_identifierlookup_organizations", "lookup.organization", "POST",
    "/identifierlookup/organizations",
    effect = "read",
    summary = "Fetch an external organization using an identifier type and value.",
    note = "Organizations have identifiers of the type ExternalId alone.",
    permissions = permission_sets.organizations "view",
    query = { EXPAND_ORGANIZATION },
    body_model = "ExternalOrganizationIdentifier",
    body_name = "identifier",
    returns = "ExternalOrganization",
    since = "2025-04-10",
    further_status = 422,
  },
  { "post_externalcontacts_identifierlookup", "lookup.identifier", "POST",
    "/identifierlookup",
    effect = "read",
    summary = "Fetch a contact using an identifier type and value.",
    note = PHONE_NOTE,
    permissions = { "externalContacts:contact:view", "relate:contact:view" },
    query = { EXPAND_CONTACT },
    body_model = "ContactIdentifier",
    body_name = "identifier",
    returns = "ExternalContact",
    deprecated = "lookup.contact",
    further_status = 422,
  },
}
