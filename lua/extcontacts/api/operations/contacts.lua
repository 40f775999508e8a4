--- Operations on contacts.

local parameters = require "extcontacts.api.operations.parameters"
local permission_sets = require "extcontacts.api.operations.permission_sets"

local PAGE_SIZE = parameters.PAGE_SIZE
local PAGE_NUMBER = parameters.PAGE_NUMBER
local Q = parameters.Q
local LIMIT = parameters.LIMIT
local CURSOR = parameters.CURSOR
local SORT_CONTACTS = parameters.SORT_CONTACTS
local PATCH_NOTE = parameters.PATCH_NOTE
local EXPAND_CONTACT = parameters.EXPAND_CONTACT
local DIVISION_ID = parameters.DIVISION_ID
local DIVISION_IDS = parameters.DIVISION_IDS

-- A create without a reply is looked up by each of its addresses.
local CHECK_CONTACT = {
  find = "get_externalcontacts_reversewhitepageslookup",
  each = {
    "workEmail", "personalEmail", "otherEmail", "cellPhone", "workPhone", "homePhone", "otherPhone",
    "twitterId.screenName",
  },
  records = "contacts",
  identifier = "post_externalcontacts_identifierlookup_contacts",
  search = "get_externalcontacts_contacts",
  get = "get_externalcontacts_contact",
  created = "createDate",
  proves_absence = true,
}

return {
  { "get_externalcontacts_contact", "contacts.get", "GET", "/contacts/{contactId}",
    effect = "read",
    summary = "Fetch an external contact",
    permissions = permission_sets.related_contacts "view",
    query = { EXPAND_CONTACT },
    returns = "ExternalContact",
  },
  { "get_externalcontacts_contacts", "contacts.list", "GET", "/contacts",
    effect = "read",
    summary = "Search for external contacts",
    permissions = permission_sets.related_contacts "view",
    query = { PAGE_SIZE, PAGE_NUMBER, Q, SORT_CONTACTS, EXPAND_CONTACT, DIVISION_IDS },
    returns = "ContactListing",
    paging = "page",
    iterator = "each_contact",
    instead = "scan_contacts",
  },
  { "post_externalcontacts_contacts", "contacts.create", "POST", "/contacts",
    effect = "create",
    summary = "Create an external contact",
    permissions = permission_sets.related_contacts "add",
    body_model = "ExternalContact",
    returns = "ExternalContact",
    check = CHECK_CONTACT,
    further_status = 422,
  },
  { "put_externalcontacts_contact", "contacts.update", "PUT", "/contacts/{contactId}",
    effect = "update",
    summary = "Update an external contact",
    permissions = permission_sets.related_contacts "edit",
    body_model = "ExternalContact",
    returns = "ExternalContact",
    further_status = 422,
  },
  { "patch_externalcontacts_contact", "contacts.patch", "PATCH", "/contacts/{contactId}",
    effect = "update",
    varies = "patch",
    repeatable = false,
    summary = "Update specific fields of an external contact",
    note = PATCH_NOTE,
    permissions = permission_sets.contacts "edit",
    body_model = "ExternalContactsPatchRequest",
    returns = "ExternalContact",
    since = "2026-03-24",
    further_status = 422,
  },
  { "delete_externalcontacts_contact", "contacts.delete", "DELETE", "/contacts/{contactId}",
    effect = "delete",
    summary = "Delete an external contact",
    permissions = permission_sets.related_contacts "delete",
    returns = "Empty",
  },
  { "get_externalcontacts_scan_contacts", "contacts.scan", "GET", "/scan/contacts",
    effect = "read",
    summary = "Scan for external contacts using paging",
    permissions = permission_sets.related_contacts "view",
    query = { LIMIT, CURSOR, DIVISION_ID },
    returns = "CursorContactListing",
    paging = "cursor",
    iterator = "scan_contacts",
    further_status = 422,
  },
  { "post_externalcontacts_contacts_search", "contacts.search", "POST", "/contacts/search",
    effect = "read",
    summary = "Search for external contacts",
    note = "Paging, expand, divisions and order are fields of the body. operation.simpleSearch has the keywords in "
      .. "query, or up to 100 ids.",
    permissions = permission_sets.contacts "view",
    body_model = "ContactSearchRequest",
    returns = "ContactListing",
    paging = "page",
    paged_in = "body",
    iterator = "search_contacts",
    instead = "scan_contacts",
    since = "2026-09-16",
  },
}
