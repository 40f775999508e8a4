--- The sandbox's options: one row each.  The command line, the defaults, the
-- settings a running sandbox takes and their checks are made from these rows.
--
-- `live` rows can be changed while it runs (POST /sandbox/settings).

local server_options = {}

--- In the order of the help text; a row without `flag` is a group's title.
local rows = {
  { group = "Server" },
  { key = "port", kind = "integer", max = 65535, default = 0, value = "PORT",
    doc = "port on 127.0.0.1; 0 takes a free one" },
  { key = "tls", kind = "flag", default = false,
    doc = "https and HTTP/2, with a certificate made for this run (ca_file in the first line)" },
  { key = "env", kind = "flag", default = false,
    doc = "say where it is in lines of shell that set what a client reads, not in JSON" },
  { key = "parent", kind = "integer", min = 1, value = "PID",
    doc = "stop when this process is gone" },
  { key = "max_lifetime", kind = "number", min = 0, value = "SECONDS",
    doc = "stop after this time" },
  { key = "max_body", kind = "integer", min = 1, default = 3 * 1024 * 1024, value = "BYTES", live = true,
    doc = "largest request body; a longer one gets 413" },
  { key = "ledger", kind = "integer", min = 1, default = 20000, value = "N",
    doc = "requests the ledger remembers" },

  { group = "Data" },
  { key = "contacts", kind = "integer", max = 2 ^ 31 - 1, default = 2000, value = "N",
    doc = "contacts to start with; they are made when first read" },
  { key = "organizations", kind = "integer", max = 2 ^ 31 - 1, value = "N",
    doc = "organizations to start with (default: a twentieth of the contacts, at least 5)" },
  { key = "seed", kind = "integer", max = 2 ^ 31 - 1, default = 1, value = "N",
    doc = "the same seed makes the same data" },
  { key = "region", kind = "string", default = "US", value = "REGION", live = true,
    doc = "country of phone numbers written without one" },

  { group = "Clients and tokens" },
  { key = "client_id", kind = "string", value = "ID", doc = "id of the OAuth client" },
  { key = "client_secret", kind = "string", value = "SECRET", doc = "its secret" },
  { key = "permissions", kind = "string", default = "admin", value = "LIST",
    doc = "its permissions: roles (admin, editor, viewer, none) and permissions, * allowed, by commas" },
  { key = "client", kind = "list", value = "ID:SECRET:LIST",
    doc = "a further client with its permissions; may be given again" },
  { key = "token_ttl", kind = "number", min = 0, default = 86400, value = "SECONDS", live = true,
    doc = "life of a token" },
  { key = "token_rate", kind = "integer", default = 0, value = "N", live = true,
    doc = "tokens a client may fetch in a window; 0: no limit" },
  { key = "max_tokens", kind = "integer", default = 0, value = "N", live = true,
    doc = "live tokens of a client; the next one ends the oldest; 0: no limit" },
  { key = "rate", kind = "integer", default = 300, value = "N", live = true,
    doc = "requests a window and token; 0: no limit" },
  { key = "window", kind = "number", min = 0.01, default = 60, value = "SECONDS", live = true,
    doc = "length of the window, which opens with a token's first request" },
  { key = "rate_headers", kind = "flag", default = false, live = true,
    doc = "send the inin-ratelimit headers that the API had until 2021" },

  { group = "Cursors and consistency" },
  { key = "cursor_ttl", kind = "number", min = 0, default = 86400, value = "SECONDS", live = true,
    doc = "life of a cursor" },
  { key = "cursor_once", kind = "flag", default = false, live = true,
    doc = "refuse a cursor that was used before" },
  { key = "cursor_end", kind = "string", default = "object", value = "FORM", live = true,
    choices = { "object", "blank", "null", "absent" },
    doc = "how the last page says so: cursors {}, after \"\", cursors null, or no cursors" },
  { key = "empty_pages", kind = "number", max = 0.95, default = 0, value = "SHARE", live = true,
    doc = "share of scan pages that are empty though more follow" },
  { key = "short_pages", kind = "number", max = 1, default = 0, value = "SHARE", live = true,
    doc = "share of scan pages that are short though more follow" },
  { key = "search_lag", kind = "number", default = 0, value = "SECONDS", live = true,
    doc = "time until a write reaches listings, searches and the reverse lookup" },
  { key = "read_lag", kind = "number", default = 0, value = "SECONDS", live = true,
    doc = "time until a write reaches GET by id" },

  { group = "Where the API's behaviour is not known" },
  { key = "invalid_status", kind = "integer", default = 422, choices = { 422, 400 }, value = "STATUS", live = true,
    doc = "status of a record that breaks a field rule" },
  { key = "malformed_id", kind = "integer", default = 404, choices = { 404, 400 }, value = "STATUS", live = true,
    doc = "status of a path id that is no UUID" },
  { key = "unknown_fields", kind = "string", default = "ignore", choices = { "ignore", "reject" },
    value = "HOW", live = true, doc = "unknown fields of a body" },
  { key = "unknown_sort", kind = "string", default = "ignore", choices = { "ignore", "reject" },
    value = "HOW", live = true, doc = "an unknown sortOrder field" },
  { key = "schema_delete", kind = "string", default = "soft", choices = { "soft", "hard" },
    value = "HOW", live = true, doc = "after it GET shows deleted:true (soft) or 404 (hard)" },
  { key = "note_page_size", kind = "integer", default = 100, value = "N", live = true,
    doc = "largest pageSize of contact notes; 0: only the 1000-record wall" },

  { group = "Faults" },
  { key = "fault", kind = "list", value = "RULE",
    doc = "a fault, as in --fault operation=contacts.create,nth=3,drop=after; may be given again" },
  { key = "faults", kind = "string", value = "FILE",
    doc = "JSON file with an array of faults, also with a plan of several steps" },
}

server_options.rows = rows

--- Rows by key.
server_options.by_key = {}
for _, row in ipairs(rows) do
  if row.key then
    row.flag = "--" .. row.key:gsub("_", "-")
    server_options.by_key[row.key] = row
    if row.kind == "integer" or row.kind == "number" then
      row.min = row.min or 0
    end
  end
end

local function listed(choices)
  local texts = {}
  for index, choice in ipairs(choices) do
    texts[index] = tostring(choice)
  end
  return table.concat(texts, ", ")
end

--- Checks one value; words of the command line and JSON values both.
---@param row table
---@param value any
---@return any|nil value converted
---@return string|nil message what is wrong with it
function server_options.check(row, value)
  if row.kind == "flag" then
    if type(value) == "boolean" then
      return value
    end
    return nil, row.key .. " is true or false"
  end
  if row.kind == "integer" or row.kind == "number" then
    local number = tonumber(value)
    if not number or number ~= number then
      return nil, row.key .. " is a number"
    end
    if row.kind == "integer" and number % 1 ~= 0 then
      return nil, row.key .. " is a whole number"
    end
    if number < row.min or (row.max and number > row.max) then
      return nil, row.max and ("%s is from %s to %s"):format(row.key, row.min, row.max)
        or ("%s is at least %s"):format(row.key, row.min)
    end
    value = number
  elseif type(value) ~= "string" then
    return nil, row.key .. " is a text"
  end
  if row.choices then
    for _, choice in ipairs(row.choices) do
      if choice == value then
        return value
      end
    end
    return nil, ("%s is one of %s"):format(row.key, listed(row.choices))
  end
  return value
end

--- A copy with the defaults filled in.
---@param given table<string, any>
---@return table<string, any>
function server_options.complete(given)
  local settings = {}
  for _, row in ipairs(rows) do
    if row.key then
      local value = given[row.key]
      if value == nil then
        value = row.default
      end
      if value == nil and row.kind == "list" then
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