--- Operations on the notes of contacts and organizations.

local parameters = require "extcontacts.api.operations.parameters"
local permission_sets = require "extcontacts.api.operations.permission_sets"

local PAGE_SIZE = parameters.PAGE_SIZE
local PAGE_NUMBER = parameters.PAGE_NUMBER
local LIMIT = parameters.LIMIT
local CURSOR = parameters.CURSOR
local SORT_NOTES = parameters.SORT_NOTES
local EXPAND_NOTE = parameters.EXPAND_NOTE

-- A create without a reply is looked for among the owner's newest notes.
local function check_note(find, get, owner)
  return {
    find = find,
    get = get,
    same = { owner },
    options = { page_size = 100, sort_order = "createDate:desc" },
    records = "entities",
    created = "createDate",
    proves_absence = true,
  }
end

local of_contacts = {
  { "get_externalcontacts_contact_note", "contacts.notes.get", "GET",
    "/contacts/{contactId}/notes/{noteId}",
    effect = "read",
    summary = "Fetch a note for an external contact",
    permissions = permission_sets.contacts "view",
    query = { EXPAND_NOTE },
    returns = "Note",
  },
  { "get_externalcontacts_contact_notes", "contacts.notes.list", "GET",
    "/contacts/{contactId}/notes",
    effect = "read",
    summary = "List notes for an external contact",
    permissions = permission_sets.contacts "view",
    query = { PAGE_SIZE, PAGE_NUMBER, SORT_NOTES, EXPAND_NOTE },
    returns = "NoteListing",
    paging = "page",
    iterator = "each_contact_note",
    instead = "scan_notes",
  },
  { "post_externalcontacts_contact_notes", "contacts.notes.create", "POST",
    "/contacts/{contactId}/notes",
    effect = "create",
    summary = "Create a note for an external contact",
    permissions = permission_sets.contacts "edit",
    body_model = "Note",
    returns = "Note",
    further_status = 422,
    check = check_note("get_externalcontacts_contact_notes",
      "get_externalcontacts_contact_note", "contact_id"),
  },
  { "put_externalcontacts_contact_note", "contacts.notes.update", "PUT",
    "/contacts/{contactId}/notes/{noteId}",
    effect = "update",
    summary = "Update a note for an external contact",
    permissions = permission_sets.contacts "edit",
    body_model = "Note",
    returns = "Note",
    further_status = 422,
  },
  { "delete_externalcontacts_contact_note", "contacts.notes.delete", "DELETE",
    "/contacts/{contactId}/notes/{noteId}",
    effect = "delete",
    summary = "Delete a note for an external contact",
    permissions = permission_sets.contacts "edit",
    returns = "Empty",
  },
}

local of_organizations = {
  { "get_externalcontacts_organization_note", "organizations.notes.get", "GET",
    "/organizations/{externalOrganizationId}/notes/{noteId}",
    effect = "read",
    summary = "Fetch a note for an external organization",
    permissions = permission_sets.organizations "view",
    query = { EXPAND_NOTE },
    returns = "Note",
  },
  { "get_externalcontacts_organization_notes", "organizations.notes.list", "GET",
    "/organizations/{externalOrganizationId}/notes",
    effect = "read",
    summary = "List notes for an external organization",
    permissions = permission_sets.related_organizations "view",
    query = { PAGE_SIZE, PAGE_NUMBER, SORT_NOTES, EXPAND_NOTE },
    returns = "NoteListing",
    paging = "page",
    iterator = "each_organization_note",
    instead = "scan_notes",
  },
  { "post_externalcontacts_organization_notes", "organizations.notes.create", "POST",
    "/organizations/{externalOrganizationId}/notes",
    effect = "create",
    summary = "Create a note for an external organization",
    permissions = permission_sets.related_organizations "edit",
    body_model = "Note",
    returns = "Note",
    further_status = 422,
    check = check_note("get_externalcontacts_organization_notes",
      "get_externalcontacts_organization_note", "external_organization_id"),
  },
  { "put_externalcontacts_organization_note", "organizations.notes.update", "PUT",
    "/organizations/{externalOrganizationId}/notes/{noteId}",
    effect = "update",
    summary = "Update a note for an external organization",
    permissions = permission_sets.organizations "edit",
    body_model = "Note",
    returns = "Note",
    further_status = 422,
  },
  { "delete_externalcontacts_organization_note", "organizations.notes.delete", "DELETE",
    "/organizations/{externalOrganizationId}/notes/{noteId}",
    effect = "delete",
    summary = "Delete a note for an external organization",
    permissions = permission_sets.organizations "edit",
    returns = "Empty",
  },
}

local all = {
  { "get_externalcontacts_scan_notes", "notes.scan", "GET", "/scan/notes",
    effect = "read",
    summary = "Scan for notes using paging",
    permissions = permission_sets.contacts "view",
    query = { LIMIT, CURSOR },
    returns = "CursorNoteListing",
    paging = "cursor",
    iterator = "scan_notes",
  },
}

return { of_contacts = of_contacts, of_organizations = of_organizations, all = all }
