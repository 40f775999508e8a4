--- Exports: jobs that write the records of a type to a file for download.

local parameters = require "extcontacts.api.operations.parameters"

local AFTER = parameters.AFTER

local PAGE_SIZE = parameters.query {
  name = "page_size",
  wire = "pageSize",
  type = "integer",
  doc = "records per page",
}

local DIVISION_IDS = parameters.query {
  name = "division_ids",
  wire = "divisionIds",
  type = "array",
  items = "string",
  doc = "ids of the divisions whose exports are returned",
}

local VIEW_CONTACTS, VIEW_ORGANIZATIONS = "externalContacts:contact:view", "externalContacts:externalOrganization:view"

-- What differs between the types of records.
local RESOURCES = {
  { path = "contacts", word = "contact", create = "Create bulk export", get = "Get export for exportId",
    view = { VIEW_CONTACTS }, since = "2025-03-22" },
  { path = "notes", word = "note", view = { VIEW_CONTACTS, VIEW_ORGANIZATIONS } },
  { path = "organizations", word = "organization", view = { VIEW_ORGANIZATIONS } },
  { path = "relationships", word = "relationship", view = { VIEW_ORGANIZATIONS } },
}

local rows = {}

for _, resource in ipairs(RESOURCES) do
  local path = resource.path
  local model = path:gsub("^%l", string.upper) .. "Export"
  -- One row: its name, short name, method and path, and the action of its permission.
  local function add(name, verb, method, ending, action, row)
    row[1], row[2] = name:format(path), path .. ".exports." .. verb
    row[3], row[4] = method, ("/%s/exports%s"):format(path, ending)
    row.permissions = { "externalContacts:export:" .. action }
    for _, permission in ipairs(resource.view) do
      table.insert(row.permissions, permission)
    end
    row.permissions_mode = "all"
    row.since = resource.since or "2026-07-13"
    rows[#rows + 1] = row
  end
  add("get_externalcontacts_%s_exports", "list", "GET", "", "view", {
    effect = "read",
    summary = ("List %s exports for organization"):format(resource.word),
    query = { DIVISION_IDS, AFTER, PAGE_SIZE },
    returns = model .. "Listing",
    paging = "after",
    after_in = "nextUri",
    iterator = ("each_%s_export"):format(resource.word),
  })
  add("post_externalcontacts_%s_exports", "create", "POST", "", "add", {
    effect = "job",
    summary = resource.create or ("Create %s export"):format(path),
    note = "Poll the export by its id until its status is SUCCEEDED or FAILED. Never send the token to its "
      .. "downloadUrl, which is on another host.",
    body_model = model,
    returns = model,
    success_status = 201,
  })
  add("get_externalcontacts_%s_export", "get", "GET", "/{exportId}", "view", {
    effect = "read",
    summary = resource.get or ("Get %s export for exportId"):format(path),
    returns = model,
  })
end

return rows
