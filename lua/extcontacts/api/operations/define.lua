--- The row constructor of the operation table: derives what follows from the
-- written fields, and rejects a row that is wrong.

local parameters = require "extcontacts.api.operations.parameters"

local define = {}

---@class extcontacts.Parameter
---@field name string Lua name
---@field wire string name on the wire
---@field place "path"|"query"|"body"
---@field type "string"|"integer"|"boolean"|"array"|"object"
---@field items string|nil type of an array's elements
---@field model string|nil model of a body
---@field required boolean
---@field enum string[]|nil allowed values (of each element)
---@field default any the server's value when it is omitted, as specified
---@field server_default any the same, known from other sources
---@field min integer|nil
---@field max integer|nil
---@field max_length integer|nil in characters
---@field max_items integer|nil
---@field sort_fields string[]|nil documented fields to sort by; others are sent unchecked
---@field doc string

--- What an operation does to the server's data.  This decides what may be
-- retried, planned or confirmed; the HTTP method decides nothing.
---@alias extcontacts.Effect
---| "read" # changes nothing, whatever its method
---| "create" # adds records
---| "update" # replaces or changes records, or sets a link
---| "delete" # removes records or a link
---| "merge" # combines records into one, irreversibly
---| "job" # starts work that continues after the response
---| "unknown" # not in the table: a raw request whose method does not say; treated as a write

---@class extcontacts.Batch
---@field max integer most items per request
---@field match "id"|"tracker"|"content" how results are matched to items

---@class extcontacts.Operation
---@field name string as specified, `get_externalcontacts_contact`
---@field short string `contacts.get`
---@field summary string
---@field method "GET"|"POST"|"PUT"|"PATCH"|"DELETE"
---@field path string path template
---@field effect extcontacts.Effect
---@field repeatable boolean whether sending it twice has the same result as sending it once
---@field permissions string[]
---@field permissions_mode "any"|"all" whether one of the permissions is enough
---@field params extcontacts.Parameter[]
---@field by_name table<string, extcontacts.Parameter>
---@field positional string[] names in the specified order
---@field body_model string|nil
---@field returns string|nil model of the returned record; nil for an empty response
---@field paging "page"|"cursor"|nil
---@field entities string|nil field of the response that contains the records
---@field iterator string|nil name of the client's iterator over it
---@field instead string|nil scan to use past the listing's 1000 records
---@field max_results integer|nil most records in a response
---@field batch extcontacts.Batch|nil bulk operations: their limit
---@field check extcontacts.Check|nil how to find out whether a create was carried out
---@field success_status integer
---@field statuses integer[] documented errors
---@field since string|nil API version that added it, if known
---@field preview boolean|nil it may change or disappear without notice
---@field deprecated string|nil operation that replaces it

local BASE = "/api/v2/externalcontacts"

-- Effect → whether such an operation is safe to repeat, unless its row says
-- otherwise.
local REPEATABLE = { read = true, update = true, delete = true, create = false, merge = false, job = false }

local MODES = { any = true, all = true }

-- The errors documented for every operation.
local STATUSES = { 400, 401, 403, 404, 413, 415, 429, 500, 503, 504 }

-- The fields a row may be written with; [1] to [4] are name, short, method, path.
local WRITTEN = {}
for field in ([[
  effect summary permissions permissions_mode query body_model positional returns paging iterator instead
  max_results batch repeatable check success_status further_status since preview deprecated
]]):gmatch "%S+" do
  WRITTEN[field] = true
end

local function wrong(name, ...)
  error(("operation table, %s: %s"):format(tostring(name), string.format(...)), 0)
end

local function check_row(row)
  local function check(ok, ...)
    if not ok then
      wrong(row[1], ...)
    end
  end
  for index = 1, 4 do
    check(type(row[index]) == "string", "name, short name, method and path must come first")
  end
  for field in pairs(row) do
    check(WRITTEN[field] or type(field) == "number" and field <= 4, "unknown field '%s'", tostring(field))
  end
  check(REPEATABLE[row.effect] ~= nil, "unknown effect '%s'", tostring(row.effect))
  check(row.permissions_mode == nil or MODES[row.permissions_mode], "unknown permissions_mode '%s'",
    tostring(row.permissions_mode))
  check(type(row.permissions) == "table" and #row.permissions > 0, "no permissions")
  check(type(row.summary) == "string", "no summary")
end

-- "contactId" → "contact_id"
local function snake(wire)
  return (wire:gsub("%u", function(letter)
    return "_" .. letter:lower()
  end))
end

local function placed(param, place, required)
  local copy = {}
  for key, value in pairs(param) do
    copy[key] = value
  end
  copy.place, copy.required = place, required
  return copy
end

-- The parameters in the order of the call: path, required query, body.
local function params_of(row)
  local params = {}
  for wire in row.path:gmatch "{(%w+)}" do
    local doc = assert(parameters.in_path[wire], wire)
    params[#params + 1] = placed({ name = snake(wire), wire = wire, type = "string", doc = doc }, "path", true)
  end
  for _, param in ipairs(row.query or {}) do
    params[#params + 1] = placed(param, "query", param.required or false)
  end
  if row.body_model then
    params[#params + 1] = placed({
      name = "body", wire = "body", type = "object", model = row.body_model, doc = "record to send",
    }, "body", true)
  end
  return params
end

local function statuses_of(row)
  local list, further = {}, row.further_status
  for _, status in ipairs(STATUSES) do
    if further and further < status then
      list[#list + 1] = further
      further = nil
    end
    list[#list + 1] = status
  end
  return list
end

local function index_by_name(params)
  local by_name = {}
  for _, param in ipairs(params) do
    by_name[param.name] = param
  end
  return by_name
end

local function required_names(params)
  local names = {}
  for _, param in ipairs(params) do
    if param.required then
      names[#names + 1] = param.name
    end
  end
  return names
end

--- Completes a row as it is written in a resource's file.
---@param row table
---@return extcontacts.Operation row the same table
function define.row(row)
  check_row(row)
  row.name, row.short, row.method, row.path = row[1], row[2], row[3], BASE .. row[4]
  row[1], row[2], row[3], row[4] = nil, nil, nil, nil
  row.params = params_of(row)
  row.by_name = index_by_name(row.params)
  if row.positional then
    -- The specification has another order; the parameters follow it.
    for index, name in ipairs(row.positional) do
      row.params[index] = row.by_name[name]
    end
  else
    row.positional = required_names(row.params)
  end
  if row.paging or row.returns == "DataSchemaListing" then
    row.entities = "entities"
  end
  if row.repeatable == nil then
    row.repeatable = REPEATABLE[row.effect]
  end
  row.permissions_mode = row.permissions_mode or "any"
  row.success_status = row.success_status or 200
  row.statuses = statuses_of(row)
  row.query, row.further_status = nil, nil
  return row
end

--- Builds the table from the resources' rows.
---@param groups table[][] rows as written, in the order of the table
---@return table operations its `list`, `by_name` and `by_short`
function define.operations(groups)
  local list, by_name, by_short = {}, {}, {}
  for _, rows in ipairs(groups) do
    for _, written in ipairs(rows) do
      local row = define.row(written)
      if by_name[row.name] or by_short[row.short] then
        wrong(row.name, "duplicate name or short name")
      end
      list[#list + 1] = row
      by_name[row.name], by_short[row.short] = row, row
    end
  end
  return { list = list, by_name = by_name, by_short = by_short }
end

return define
