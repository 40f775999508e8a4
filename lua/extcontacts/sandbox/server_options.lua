--- The sandbox's options, one row each.  The command line, the defaults, the
-- settings of a running sandbox and their checks are derived from these rows.
--
-- A row is a rule of `extcontacts.base.options` with the option's `key`, the
-- name of its `value` and its `doc` for the help; a boolean is a flag, a table
-- an option that may be repeated.  `live` options can be changed while the
-- sandbox runs (POST /sandbox/settings).  A row with a `group` is a title.

local options = require "extcontacts.base.options"

local server_options = {}

local MOST_RECORDS = 2147483647

local rows = {
  { group = "Server" },
  { "number", key = "port", whole = true, least = 0, most = 65535, default = 0, value = "PORT",
    doc = "port on 127.0.0.1; 0 selects a free one" },
  { "number", key = "files_port", whole = true, least = 0, most = 65535, default = 0, value = "PORT",
    doc = "port of the other origin, which the files of exports and imports come from; 0 selects a free one" },
  { "boolean", key = "tls", default = false,
    doc = "serve https and HTTP/2 with a certificate created for this run (its CA is ca_file in the first line)" },
  { "boolean", key = "env", default = false,
    doc = "print shell lines that set a client's environment instead of JSON" },
  { "number", key = "parent", whole = true, least = 1, value = "PID",
    doc = "stop when this process ends" },
  { "number", key = "max_lifetime", least = 0, value = "SECONDS",
    doc = "stop after this time" },
  { "number", key = "max_body", whole = true, least = 1, default = 3 * 1024 * 1024, value = "BYTES", live = true,
    doc = "largest request body; a larger one gets 413" },
  { "number", key = "ledger", whole = true, least = 1, default = 20000, value = "N",
    doc = "number of requests that GET /sandbox/ledger remembers" },

  { group = "Data" },
  { "number", key = "contacts", whole = true, least = 0, most = MOST_RECORDS, default = 2000, value = "N",
    doc = "number of contacts at the start; each is generated when it is read" },
  { "number", key = "organizations", whole = true, least = 0, most = MOST_RECORDS, value = "N",
    doc = "number of organizations at the start (default: a twentieth of the contacts, at least 5)" },
  { "number", key = "seed", whole = true, least = 0, most = MOST_RECORDS, default = 1, value = "N",
    doc = "seed of the data; the same seed generates the same data" },
  { "number", key = "divisions", whole = true, least = 0, most = 1000, default = 0, value = "N",
    doc = "divisions of the records at the start, which are in each of them in turn, then in none" },
  { "string", key = "region", default = "US", value = "REGION", live = true,
    doc = "region of phone numbers without a country code" },
  { "string", key = "organization_id", value = "ID", live = true,
    doc = "id of the organization itself, from GET /api/v2/organizations/me (default: made from the seed)" },

  { group = "Clients and tokens" },
  { "string", key = "client_id", value = "ID", doc = "id of the OAuth client" },
  { "string", key = "client_secret", value = "SECRET", doc = "secret of the OAuth client" },
  { "string", key = "permissions", default = "admin", value = "LIST",
    doc = "comma-separated roles (admin, editor, viewer, none) and permissions of that client; * matches anything" },
  { "table", key = "client", value = "ID:SECRET:LIST",
    doc = "another OAuth client with its permissions; can be repeated" },
  { "table", key = "client_divisions", value = "ID:LIST",
    doc = "numbers and ids of the only divisions that an OAuth client sees; can be repeated" },
  { "number", key = "token_ttl", least = 0, default = 86400, value = "SECONDS", live = true,
    doc = "lifetime of a token" },
  { "number", key = "token_rate", whole = true, least = 0, default = 0, value = "N", live = true,
    doc = "tokens per client and window; 0: no limit" },
  { "number", key = "max_tokens", whole = true, least = 0, default = 0, value = "N", live = true,
    doc = "valid tokens per client; one more revokes the oldest; 0: no limit" },
  { "number", key = "rate", whole = true, least = 0, default = 300, value = "N", live = true,
    doc = "requests per token and window; 0: no limit" },
  { "number", key = "window", least = 0.01, default = 60, value = "SECONDS", live = true,
    doc = "length of the window, which starts with a token's first request" },
  { "boolean", key = "rate_headers", default = false, live = true,
    doc = "send the inin-ratelimit headers, which the API sent until 2021" },

  { group = "Cursors and consistency" },
  { "number", key = "cursor_ttl", least = 0, default = 86400, value = "SECONDS", live = true,
    doc = "lifetime of a cursor" },
  { "boolean", key = "cursor_once", default = false, live = true,
    doc = "reject a cursor that was used before" },
  { "string", key = "cursor_end", default = "object", value = "FORM", live = true,
    choices = { "object", "blank", "null", "absent" },
    doc = "form of the last page's cursors: {}, an empty \"after\", null, or no field" },
  { "number", key = "empty_pages", least = 0, most = 0.95, default = 0, value = "SHARE", live = true,
    doc = "share of scan pages that are empty although more follow" },
  { "number", key = "short_pages", least = 0, most = 1, default = 0, value = "SHARE", live = true,
    doc = "share of scan pages that are short although more follow" },
  { "number", key = "search_lag", least = 0, default = 0, value = "SECONDS", live = true,
    doc = "delay until a write appears in listings, searches and the reverse lookup" },
  { "number", key = "read_lag", least = 0, default = 0, value = "SECONDS", live = true,
    doc = "delay until a write appears in GET by id" },

  { group = "Exports and imports" },
  { "number", key = "job_time", least = 0, default = 5, value = "SECONDS", live = true,
    doc = "time that an export, or a step of an import, takes on the sandbox's clock" },
  { "string", key = "job_outcome", default = "success", value = "OUTCOME", live = true,
    choices = { "success", "failure", "late_failure", "never" },
    doc = "outcome of the exports and imports that begin: they succeed, fail (an import: in its first or its last "
      .. "step), or never end" },
  { "number", key = "export_page_size", whole = true, least = 1, most = 100, default = 25, value = "N", live = true,
    doc = "exports per page of a listing without pageSize" },
  { "boolean", key = "listing_cursors", default = false, live = true,
    doc = "also send cursors in listings whose next page is named by nextUri" },
  { "number", key = "link_ttl", least = 0, default = 900, value = "SECONDS", live = true,
    doc = "lifetime of a link to a file" },
  { "string", key = "export_columns", default = "all", choices = { "all", "basic" }, value = "COLUMNS", live = true,
    doc = "columns of export files; basic leaves out ids and custom fields" },

  { group = "Unverified API behaviour" },
  { "number", key = "invalid_status", default = 422, choices = { 422, 400 }, value = "STATUS", live = true,
    doc = "status for a record that breaks a field rule" },
  { "string", key = "own_organization", default = "answer", choices = { "answer", "refuse" }, value = "ACTION",
    live = true, doc = "reply to GET /api/v2/organizations/me; refuse sends a 403" },
  { "string", key = "division_lookup", default = "answer", choices = { "answer", "refuse" }, value = "ACTION",
    live = true, doc = "reply to GET /api/v2/authorization/divisions/{id}; refuse sends a 403" },
  { "string", key = "field_rules", default = "enforce", choices = { "enforce", "ignore" }, value = "ACTION",
    live = true, doc = "action on lengths, e-mail addresses and custom fields that break a rule; ignore saves them, "
    .. "as the API did until 2024" },
  { "number", key = "malformed_id", default = 404, choices = { 404, 400 }, value = "STATUS", live = true,
    doc = "status for a path id that is not a UUID" },
  { "boolean", key = "names_required", default = false, live = true,
    doc = "reject contacts without a first or a last name, as the API did until 2022" },
  { "string", key = "unknown_fields", default = "ignore", choices = { "ignore", "reject" }, value = "ACTION",
    live = true, doc = "action on unknown fields of a body" },
  { "number", key = "hidden_division", default = 404, choices = { 404, 403 }, value = "STATUS", live = true,
    doc = "status for a record in a division that the client does not see" },
  { "string", key = "foreign_division", default = "ignore", choices = { "ignore", "reject" }, value = "ACTION",
    live = true, doc = "action on a division that a listing asks for and the client does not see" },
  { "string", key = "division_change", default = "ignore", choices = { "ignore", "reject" }, value = "ACTION",
    live = true, doc = "action on a write that would change the division of a record" },
  { "string", key = "default_division", default = "none", choices = { "none", "home" }, value = "DIVISION",
    live = true, doc = "division of a record that is created without one" },
  { "number", key = "search_page_size", whole = true, least = 1, most = 1000, default = 20, value = "N", live = true,
    doc = "contacts per page of contacts/search without pageSize" },
  { "number", key = "segments_processed", whole = true, least = 0, most = 10, default = 10, value = "N", live = true,
    doc = "changes to segments that one request processes; it returns the others" },
  { "string", key = "unknown_source", default = "accept", choices = { "accept", "reject" }, value = "ACTION",
    live = true, doc = "action on an externalId whose external source does not exist" },
  { "boolean", key = "explicit_claims", default = false, live = true,
    doc = "let a record own only the identifiers that it claimed, not those of its fields" },
  { "boolean", key = "release_clears", default = false, live = true,
    doc = "let the release of an identifier also clear the field that contains it" },
  { "number", key = "claim_conflict", default = 409, choices = { 409, 400 }, value = "STATUS", live = true,
    doc = "status of a claim on an identifier that another record owns" },
  { "string", key = "upload_method", default = "PUT", choices = { "PUT", "POST" }, value = "METHOD", live = true,
    doc = "method of the upload of a CSV file" },
  { "string", key = "import_wait", default = "wait", choices = { "wait", "run" }, value = "ACTION", live = true,
    doc = "what a validated import does: wait for Continue, or run" },
  { "string", key = "import_empty", default = "keep", choices = { "keep", "clear" }, value = "ACTION", live = true,
    doc = "what an empty cell does to the field of a contact that exists" },
  { "string", key = "import_order", default = "shuffled", choices = { "shuffled", "file" }, value = "ORDER",
    live = true, doc = "order in which the rows of an import are carried out" },
  { "string", key = "import_division", default = "optional", choices = { "optional", "required" }, value = "RULE",
    live = true, doc = "whether an import job must name a division" },
  { "string", key = "import_report", default = "all", choices = { "all", "failed" }, value = "ROWS", live = true,
    doc = "rows in the reports of an import" },
  { "string", key = "unknown_sort", default = "ignore", choices = { "ignore", "reject" }, value = "ACTION",
    live = true, doc = "action on an unknown sortOrder field" },
  { "string", key = "schema_delete", default = "soft", choices = { "soft", "hard" }, value = "MODE",
    live = true, doc = "result of GET for a deleted schema: deleted:true (soft) or 404 (hard)" },
  { "number", key = "note_page_size", whole = true, least = 0, default = 100, value = "N", live = true,
    doc = "largest pageSize for contact notes; 0: only the limit of 1,000 records" },

  { group = "Unverified behaviour of bulk operations" },
  { "number", key = "bulk_max", whole = true, least = 1, default = 50, value = "N", live = true,
    doc = "most items of a bulk request except enrich (10); a request with more gets 400" },
  { "string", key = "bulk_cost", default = "request", choices = { "request", "items" }, value = "COST", live = true,
    doc = "what a bulk request counts for the rate limit: one request, or one for each item" },
  { "string", key = "bulk_order", default = "shuffled", choices = { "shuffled", "request" }, value = "ORDER",
    live = true, doc = "order of the results" },
  { "string", key = "bulk_twice", default = "conflict", choices = { "conflict", "apply", "reject" }, value = "ACTION",
    live = true, doc = "second item for one record in an update or remove: fails with 409 (conflict), is carried out "
      .. "(apply), or the request gets 400 (reject)" },
  { "string", key = "bulk_malformed", default = "item", choices = { "item", "request" }, value = "SCOPE", live = true,
    doc = "what fails if an item has a value of the wrong type: that item, or the request with 400" },
  { "number", key = "bulk_failed_status", default = 200, choices = { 200, 207 }, value = "STATUS", live = true,
    doc = "status of a response in which items failed" },
  { "number", key = "bulk_add_status", default = 200, choices = { 200, 201 }, value = "STATUS", live = true,
    doc = "status of an item that was added" },
  { "string", key = "bulk_statuses", default = "both", choices = { "both", "item", "error", "none" }, value = "PLACE",
    live = true, doc = "place of a failed item's status: in the result, in its error, in both, or nowhere" },
  { "string", key = "bulk_result_id", default = "asked", choices = { "asked", "entity" }, value = "ID", live = true,
    doc = "id of a result whose contact was merged: the one asked for, or that of the contact returned" },
  { "string", key = "enrich_tracker", default = "always", choices = { "always", "failures" }, value = "WHEN",
    live = true, doc = "results of bulk enrich whose id is the tracker; otherwise it is the record's id" },

  { group = "Unverified behaviour of PATCH" },
  { "string", key = "patch_fixed", default = "reject", choices = { "reject", "ignore" }, value = "ACTION", live = true,
    doc = "action on a change of an id, date, division or another field that the server sets" },
  { "string", key = "patch_twice", default = "apply", choices = { "apply", "reject" }, value = "ACTION", live = true,
    doc = "action on two changes of one field: both in their order (apply), or 409" },
  { "string", key = "patch_null", default = "reject", choices = { "reject", "clear" }, value = "ACTION", live = true,
    doc = "action on Update with null" },
  { "string", key = "patch_append", default = "double", choices = { "double", "skip" }, value = "ACTION", live = true,
    doc = "action on AppendToCollection with a value that the list has" },
  { "boolean", key = "patch_partial", default = false, live = true,
    doc = "keep the changes before one that fails" },
  { "string", key = "patch_checks", default = "changes", choices = { "changes", "record" }, value = "SCOPE",
    live = true, doc = "e-mail addresses that PATCH checks: those it changes, or all of the record" },

  { group = "Unverified behaviour of enrich" },
  { "string", key = "enrich_insert", default = "conflict", choices = { "conflict", "create" }, value = "ACTION",
    live = true, doc = "action on Insert if a record has one of the identifiers: 409, or create another record" },
  { "number", key = "enrich_update", default = 404, choices = { 404, 409 }, value = "STATUS", live = true,
    doc = "status of Update if no record has one of the identifiers" },
  { "boolean", key = "enrich_promote", default = false, live = true,
    doc = "promote a contact that matches if options.promote is missing" },
  { "boolean", key = "enrich_unclaimed", default = false, live = true,
    doc = "leave identifiers that are in no field to nobody, instead of to the record created or changed" },
  { "string", key = "enrich_overflow", default = "reject", choices = { "reject", "cut" }, value = "ACTION", live = true,
    doc = "action on Extend beyond 10 external ids: 422, or keep the first 10" },

  { group = "Unverified behaviour of merged and observed contacts" },
  { "string", key = "merged_read", default = "canonical", choices = { "canonical", "ancestor", "gone" },
    value = "RESULT", live = true,
    doc = "result of reading a merged contact by its id: the canonical contact, the merged one, or 404" },
  { "string", key = "merged_write", default = "canonical", choices = { "canonical", "conflict", "gone" },
    value = "RESULT", live = true,
    doc = "result of PUT, PATCH and DELETE of a merged contact: the canonical contact is written, 409, or 404" },
  { "boolean", key = "merged_listed", default = false, live = true,
    doc = "keep the contacts of later merges in listings, scans, searches and exports" },
  { "string", key = "merge_gaps", default = "fill", choices = { "fill", "leave" }, value = "ACTION", live = true,
    doc = "action on a field that the contact modified last lacks: take it from the others, or leave it empty" },
  { "string", key = "merge_overflow", default = "drop", choices = { "drop", "reject" }, value = "ACTION", live = true,
    doc = "action on phone numbers and addresses without a free field, and on more than 10 external ids" },
  { "string", key = "merge_divisions", default = "allow", choices = { "allow", "reject" }, value = "ACTION",
    live = true, doc = "action on contacts of different divisions: the one modified last decides, or 409" },
  { "string", key = "merge_type", default = "curated", choices = { "curated", "latest" }, value = "TYPE", live = true,
    doc = "type of the new contact: Curated, or that of the contact modified last" },
  { "number", key = "merge_status", default = 200, choices = { 200, 201 }, value = "STATUS", live = true,
    doc = "status of a merge" },
  { "number", key = "merge_set_max", whole = true, least = 2, default = 52, value = "N", live = true,
    doc = "most contacts in a merge set, with the canonical contact" },
  { "string", key = "promote_curated", default = "accept", choices = { "accept", "reject" }, value = "ACTION",
    live = true, doc = "action on the promotion of a curated contact: none, or 409" },
  { "number", key = "observed_days", least = 0, default = 60, value = "DAYS", live = true,
    doc = "days after the last write at which Ephemeral and Identified contacts expire" },

  { group = "Faults" },
  { "table", key = "fault", value = "RULE",
    doc = "a fault such as operation=contacts.create,nth=3,drop=after; can be repeated" },
  { "string", key = "faults", value = "FILE",
    doc = "JSON file with an array of faults, which may have a plan of several steps" },
}

--- The rows in the order of the help.
server_options.rows = rows

--- The rows by key.
server_options.by_key = {}
for _, row in ipairs(rows) do
  if row.key then
    row.flag = "--" .. row.key:gsub("_", "-")
    server_options.by_key[row.key] = row
  end
end

--- Checks the value of an option, from the command line or from JSON.
---@param row table
---@param value any a number may also be a string
---@param name string|nil the option's name in the message; default its key
---@return any|nil value converted
---@return string|nil misuse
function server_options.check(row, value, name)
  if row[1] == "number" and type(value) == "string" then
    value = tonumber(value) or value
  end
  name = name or row.key
  local misuse = options.problem({ [name] = value }, { [name] = row })
  if misuse then
    return nil, misuse
  end
  return value
end

--- Copies options and adds the defaults.
---@param args table<string, any>
---@return table<string, any> settings
function server_options.complete(args)
  local settings = {}
  for _, row in ipairs(rows) do
    if row.key then
      local value = args[row.key]
      if value == nil then
        value = row.default
      end
      if value == nil and row[1] == "table" then
        value = {}
      end
      settings[row.key] = value
    end
  end
  if settings.organizations == nil then
    settings.organizations = settings.contacts == 0 and 0
      or math.max(5, math.floor(settings.contacts / 20))
  end
  return settings
end

return server_options
