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
---@field also "string"|"integer"|nil another type that is accepted
---@field required boolean
---@field added boolean|nil of a specified operation, added since; also accepted in the option `query`
---@field enum string[]|nil known values (of each element); the server may add others
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
---@field max integer|nil most items per request, if known
---@field match "id"|"tracker"|"content" how results are matched to items

---@class extcontacts.Operation
---@field name string as specified, `get_externalcontacts_contact`
---@field short string `contacts.get`
---@field summary string the API's own
---@field note string|nil a fact that callers must know
---@field method "GET"|"POST"|"PUT"|"PATCH"|"DELETE"
---@field path string path template
---@field effect extcontacts.Effect
---@field repeatable boolean whether sending it twice has the same result as sending it once
---@field varies "patch"|"enrich"|nil rule of `api.effects` by which a call's arguments change both
---@field permissions string[]
---@field permissions_mode "any"|"all" whether one of the permissions is enough
---@field params extcontacts.Parameter[]
---@field by_name table<string, extcontacts.Parameter>
---@field positional string[] names in the specified order
---@field body_model string|nil
---@field returns string|nil model of the returned record; nil for an empty response
---@field also_returns string|nil model of what servers answer with instead, as specified
---@field id_field string|false|nil field of the response that must have an id; false: none; nil: `id`, if
--- its model has that
---@field asked_id string|nil placeholder of the path with the id of the record that is returned, unless it
--- was merged into another one
---@field paging "page"|"cursor"|"after"|nil
---@field paged_in "body"|nil where the page is asked for; nil is the query
---@field after_in "cursors"|"nextUri"|nil where the response says what comes next, with paging "after"
---@field entities string|nil field of the response that contains the records
---@field iterator string|nil name of the client's iterator over it
---@field instead string|nil scan to use past the listing's 1000 records
---@field max_results integer|nil most records in a response
---@field batch extcontacts.Batch|nil bulk operations: their limit
---@field check extcontacts.Check|nil how to find out whether a create was carried out
---@field success_status integer
---@field other_success integer|nil another documented status of a success
---@field statuses integer[] documented errors
---@field since string|nil day of the first SDK release that has it, if it is newer than the specification
---@field preview boolean|nil it may change or disappear without notice
---@field deprecated string|nil operation that replaces it

local BASE = "/api/v2/externalcontacts"

-- Effect → whether such an operation is safe to repeat, unless its row says
-- otherwise.
local REPEATABLE = { read = true, update = true, delete = true, create = false, merge = false, job = false }

-- Documented errors of an operation, by the one it has besides those of all (0: none).
local STATUSES = { [0] = { 400, 401, 403, 404, 408, 409, 413, 415, 429, 500, 503, 504 } }

local VARIES = { patch = true, enrich = true }

local MODES = { any = true, all = true }

-- The fields a row may be written with: name, short name, method and path by
-- position, the others by name.
local WRITTEN = { true, true, true, true }
for field in ([[
  effect varies summary note permissions permissions_mode query body_model body_name body_optional positional returns
  also_returns id_field lists paging paged_in after_in iterator instead max_results batch repeatable check
  success_status other_success further_status since preview deprecated
]]):gmatch "%S+" do
  WRITTEN[field] = true
end

local function wrong(name, ...)
  error(("operation table, %s: %s"):format(tostring(name), string.format(...)), 0)
end

local function check_row(row)
  local name = row[1]
  for index = 1, 4 do
    if type(row[index]) ~= "string" then
      wrong(name, "name, short name, method and path must come first")
    end
  end
  for field in pairs(row) do
    if not WRITTEN[field] then
      wrong(name, "unknown field '%s'", tostring(field))
    end
  end
  if REPEATABLE[row.effect] == nil then
    wrong(name, "unknown effect '%s'", tostring(row.effect))
  elseif row.permissions_mode and not MODES[row.permissions_mode] then
    wrong(name, "unknown permissions_mode '%s'", row.permissions_mode)
  elseif not row.permissions or #row.permissions == 0 then
    wrong(name, "no permissions")
  elseif row.varies and not VARIES[row.varies] then
    wrong(name, "unknown rule '%s' in varies", row.varies)
  elseif not row.summary then
    wrong(name, "no summary")
  end
end

local function body_doc(row)
  if row.batch then
    return "an object with the items in `entities`"
  end
  return (row.effect == "create" or row.returns == row.body_model) and "record to send" or "object to send"
end

-- The parameters in the order of the call: path, body, query.
local function params_of(row)
  local params = {}
  for wire in row.path:gmatch "{(%w+)}" do
    params[#params + 1] = parameters.in_path[wire] or wrong(row.name, "unknown placeholder '%s'", wire)
  end
  if row.body_model then
    params[#params + 1] = {
      name = row.body_name or "body", wire = "body", place = "body", type = "object", model = row.body_model,
      required = not row.body_optional, doc = body_doc(row),
    }
  end
  for _, param in ipairs(row.query or {}) do
    params[#params + 1] = param
  end
  return params
end

-- The names of the parameters, and of those that are required.
local function index_params(params)
  local by_name, positional = {}, {}
  for _, param in ipairs(params) do
    by_name[param.name] = param
    if param.required then
      positional[#positional + 1] = param.name
    end
  end
  return by_name, positional
end

local function statuses_of(further)
  if not STATUSES[further] then
    local list = { further }
    for _, status in ipairs(STATUSES[0]) do
      list[#list + 1] = status
    end
    table.sort(list)
    STATUSES[further] = list
  end
  return STATUSES[further]
end

--- Completes a row as it is written in a resource's file.
---@param row table
---@return extcontacts.Operation row the same table
function define.row(row)
  check_row(row)
  row.name, row.short, row.method, row.path = row[1], row[2], row[3], BASE .. row[4]
  row[1], row[2], row[3], row[4] = nil, nil, nil, nil
  row.params = params_of(row)
  local positional
  row.by_name, positional = index_params(row.params)
  if row.positional then
    -- The specification has another order; the parameters follow it.
    for index, name in ipairs(row.positional) do
      row.params[index] = row.by_name[name]
    end
  else
    row.positional = positional
  end
  if row.paging or row.lists then
    row.entities = "entities"
  end
  -- Contacts are merged; the API then answers with another one than was asked for.
  if row.returns == "ExternalContact" and row.path:find("{contactId}", 1, true) then
    row.asked_id = "contactId"
  end
  if row.effect == "create" and not row.batch then
    row.id_field = row.id_field or "id"
  end
  if row.repeatable == nil then
    row.repeatable = REPEATABLE[row.effect]
  end
  row.permissions_mode = row.permissions_mode or "any"
  row.success_status = row.success_status or 200
  row.statuses = statuses_of(row.further_status or 0)
  row.query, row.further_status, row.lists, row.body_name, row.body_optional = nil, nil, nil, nil, nil
  return row
end

--- Completes the rows of a file.
---@param written table[] changed
---@return extcontacts.Operation[] rows the same table
function define.rows(written)
  for _, row in ipairs(written) do
    if not row.short then
      define.row(row)
    end
  end
  return written
end

return define
