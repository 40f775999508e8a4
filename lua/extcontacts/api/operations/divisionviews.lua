--- Scans of the records of all divisions, also those that the token may not see.

local parameters = require "extcontacts.api.operations.parameters"
local permission_sets = require "extcontacts.api.operations.permission_sets"

local rows = {}

local function add(path, model, summary, permissions)
  rows[#rows + 1] = {
    ("get_externalcontacts_scan_%s_divisionviews_all"):format(path), path .. ".divisionviews.scan", "GET",
    ("/scan/%s/divisionviews/all"):format(path),
    effect = "read",
    summary = summary,
    permissions = permissions "viewAll",
    permissions_mode = "all",
    query = { parameters.LIMIT, parameters.CURSOR },
    returns = ("Cursor%sListing"):format(model),
    paging = "cursor",
    iterator = ("scan_%s_divisionviews"):format(path),
    since = "2025-03-07",
    further_status = 422,
  }
end

add("contacts", "Contact", "Scan for external contacts using paging", permission_sets.contacts)
add("notes", "Note", "Scan for notes using paging", permission_sets.contacts)
add("organizations", "Organization", "Scan for external organizations using paging", permission_sets.organizations)
add("relationships", "Relationship", "Scan for relationships", permission_sets.contacts)

return rows
