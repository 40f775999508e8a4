--- Bulk operations: up to some number of records in one request.  Each answers 200
-- with one result per item, in any order, and also if some or all items failed.

local parameters = require "extcontacts.api.operations.parameters"
local permission_sets = require "extcontacts.api.operations.permission_sets"

local DRY_RUN = parameters.DRY_RUN

-- The most items per request are known for enrich alone.
local MOST_ENRICHED = 10

local rows = {}

local function both(action)
  return { "externalContacts:contact:" .. action, "externalContacts:externalOrganization:" .. action }
end

-- What differs between the resources.  Notes and relationships need the permission
-- on contacts and that on organizations.
local RESOURCES = {
  { path = "contacts", model = "Contacts", permissions = permission_sets.contacts, since = "2021-03-12" },
  { path = "notes", model = "Notes", permissions = both, mode = "all" },
  { path = "organizations", model = "Organizations", permissions = permission_sets.organizations,
    since = "2021-03-12" },
  { path = "relationships", model = "Relationships", permissions = both, mode = "all" },
}

-- One row: `ending` of the name and path, `verb` of the short name, `action` of the
-- permission.
local function add(resource, ending, verb, action, row)
  row[1] = "post_externalcontacts_bulk_" .. resource.path .. (ending == "" and "" or "_" .. ending)
  row[2] = resource.path .. ".bulk." .. verb
  row[3] = "POST"
  row[4] = "/bulk/" .. resource.path .. (ending == "" and "" or "/" .. ending)
  row.permissions, row.permissions_mode = resource.permissions(action), resource.mode
  row.batch = row.batch or { match = "id" }
  row.since = row.since or resource.since
  row.further_status = 422
  rows[#rows + 1] = row
end

local function add_fetch(resource, ending, verb, action, summary, since)
  add(resource, ending, verb, action, {
    effect = "read",
    summary = summary,
    body_model = "BulkIdsRequest",
    returns = ("BulkFetch%sResponse"):format(resource.model),
    since = since,
  })
end

for _, resource in ipairs(RESOURCES) do
  local path, model = resource.path, resource.model
  add_fetch(resource, "", "get", "view", "Bulk fetch " .. path)
  add(resource, "add", "create", "add", {
    effect = "create",
    summary = "Bulk add " .. path,
    note = "Nothing in a result says which item it belongs to, except that a failed one repeats the item.",
    body_model = ("Bulk%sRequest"):format(model),
    returns = ("Bulk%sResponse"):format(model),
    batch = { match = "content" },
  })
  add(resource, "update", "update", "edit", {
    effect = "update",
    summary = "Bulk update " .. path,
    note = "Each record replaces the stored one, as with PUT.",
    body_model = ("Bulk%sRequest"):format(model),
    returns = ("Bulk%sResponse"):format(model),
  })
  add(resource, "remove", "delete", "delete", {
    effect = "delete",
    summary = "Bulk remove " .. path,
    body_model = "BulkIdsRequest",
    returns = "BulkDeleteResponse",
  })
end

local contacts, organizations = RESOURCES[1], RESOURCES[3]

local function add_enrich(resource, summary)
  add(resource, "enrich", "enrich", "enrich", {
    effect = resource == contacts and "merge" or "update",
    varies = "enrich",
    repeatable = false,
    summary = summary,
    note = "An item's id is a tracker of your choice, which its result repeats.",
    query = { DRY_RUN },
    body_model = ("Bulk%sEnrichRequest"):format(resource.model),
    returns = ("Bulk%sEnrichResponse"):format(resource.model),
    batch = { max = MOST_ENRICHED, match = "tracker" },
    since = "2025-04-10",
  })
end

add_enrich(contacts, "Bulk Enrich Contacts")
add_enrich(organizations, "Bulk enrich external organizations")

add_fetch(contacts, "divisionviews", "divisionviews", "search", "Bulk fetch contacts across divisions", "2025-03-07")
add_fetch(organizations, "divisionviews", "divisionviews", "search", "Bulk fetch organizations across divisions",
  "2025-03-07")
add_fetch(contacts, "unresolved", "unresolved", "view", "Bulk fetch unresolved ancestor contacts")

return rows
