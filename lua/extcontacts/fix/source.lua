--- Where a fix's records come from.  A description is data, made while the
-- fix file is loaded; opening it begins to read.

local atomic_lines = require "extcontacts.base.atomic_lines"
local core = require "extcontacts.core"
local csv = require "extcontacts.base.csv"
local errors = require "extcontacts.base.errors"
local idset = require "extcontacts.base.idset"
local lookup = require "extcontacts.fix.lookup"
local record_api = require "extcontacts.fix.record_api"
local suggest = require "extcontacts.base.suggest"
local types = require "extcontacts.record.types"

local source = {}

---@class extcontacts.fix.Source
---@field type "scan"|"list"|"csv"|"ids"|"ndjson"|"each"

local metatable = { __name = "extcontacts.fix.source" }

local function describe(fields)
  return setmetatable(fields, metatable)
end

--- Whether a value is a source.
---@param value any
---@return boolean
function source.is(value)
  return getmetatable(value) == metatable
end

-------------------------------------------------------------- descriptions --

local function listing(name, how)
  local found = types.listings[name]
  if not found then
    error(suggest.unknown("listing", name, suggest.keys(types.listings)), 3)
  elseif not found[how] then
    error(("%s can't be listed, only scanned: fix.scan(\"%s\")"):format(name, name), 3)
  end
  return found
end

--- All records.
---@param name "contacts"|"organizations"|"relationships"|"notes"
---@param options table|nil of the scan
---@return extcontacts.fix.Source
function source.scan(name, options)
  local found = listing(name, "scan")
  return describe { type = "scan", listing = name, method = found.scan, kind = found.kind, options = options }
end

--- A listing, of at most 1,000 records.
---@param name "contacts"|"organizations"
---@param options table|nil of the listing
---@return extcontacts.fix.Source
function source.list(name, options)
  local found = listing(name, "list")
  return describe { type = "list", listing = name, method = found.list, kind = found.kind, options = options }
end

--- What a search finds, at most 1,000 records.
---@param name "contacts"|"organizations"
---@param words string
---@param options table|nil of the listing
---@return extcontacts.fix.Source
function source.search(name, words, options)
  local all = { q = words }
  for key, value in pairs(options or {}) do
    all[key] = value
  end
  local found = listing(name, "list")
  return describe { type = "list", listing = name, method = found.list, kind = found.kind, options = all }
end

---@class extcontacts.fix.RowOptions
---@field key string|false|nil the column with the record's id, default `id`; false: reads no record
---@field by "id"|"lookup"|nil what the key is; `lookup`: an e-mail address or a number in E.164 that
--- only one contact has; default `id`
---@field kind extcontacts.fix.KindName|nil default `contact`
---@field owner string|nil the column with the id of a note's contact or organization
---@field missing "skip"|"change"|nil what becomes of a row whose record is not there; default `skip`
---@field separator string|nil of a CSV file; default: found from its header
---@field raw_cells boolean|nil whether a CSV file's cells are taken as they stand; default: an apostrophe
--- that keeps a spreadsheet from running a cell is no part of it

local KEYED = {
  key = true, by = true, kind = true, owner = true, missing = true, separator = true, raw_cells = true,
}

-- Not to be called as a tail call: it blames the caller of its caller.
local function keyed(kind_of_source, path, options)
  options = options or {}
  for name in pairs(options) do
    if not KEYED[name] then
      error(suggest.unknown("option", name, suggest.keys(KEYED)), 3)
    end
  end
  local kind = options.kind or "contact"
  local missing = options.missing or "skip"
  if not types.by_name[kind] then
    error(types.unknown(kind), 3)
  elseif missing ~= "skip" and missing ~= "change" then
    error("option 'missing' must be \"skip\" or \"change\"", 3)
  elseif options.by and options.by ~= "id" and options.by ~= "lookup" then
    error("option 'by' must be \"id\" or \"lookup\"", 3)
  elseif options.by == "lookup" and kind ~= "contact" then
    error("by = \"lookup\" finds contacts, nothing else", 3)
  elseif types.by_name[kind].owner and not options.owner and options.key ~= false then
    error(("records of the kind %s need the column with their %s's id as option 'owner'"):format(kind,
      types.by_name[kind].owner), 3)
  end
  local key = options.key
  if key == nil then
    key = "id"
  end
  return describe {
    type = kind_of_source,
    path = path,
    key = key,
    by_lookup = options.by == "lookup",
    kind = kind,
    owner = options.owner,
    missing = missing,
    separator = options.separator,
    raw_cells = options.raw_cells,
  }
end

-- fix.csv and fix.ndjson: sources of a file's rows.
local function of_file(kind_of_source)
  return function(path, options)
    if type(path) ~= "string" then
      error(("fix.%s takes the path of a file, got %s"):format(kind_of_source, type(path)), 2)
    end
    local described = keyed(kind_of_source, path, options)
    return described
  end
end

--- The lines of a CSV file, each with the record its key names.
---@type fun(path: string, options: extcontacts.fix.RowOptions|nil): extcontacts.fix.Source
source.csv = of_file "csv"

--- The lines of an NDJSON file, each an object with the id of its record.
---@type fun(path: string, options: extcontacts.fix.RowOptions|nil): extcontacts.fix.Source
source.ndjson = of_file "ndjson"

--- The records of a list of ids, or of a file with one id a line.
---@param list string[]|string
---@param options extcontacts.fix.RowOptions|nil
---@return extcontacts.fix.Source
function source.ids(list, options)
  if type(list) ~= "string" and type(list) ~= "table" then
    error("fix.ids takes an array of ids or the path of a file, got " .. type(list), 2)
  end
  local described = keyed("ids", type(list) == "string" and list or nil, options)
  described.list = type(list) == "table" and list or nil
  return described
end

--- The records that an iterator of the fix's own gives.
---@param kind extcontacts.fix.KindName
---@param open fun(client: table, ctx: table): fun(): table|nil
---@return extcontacts.fix.Source
function source.each(kind, open)
  if not types.by_name[kind] then
    error(types.unknown(kind), 2)
  elseif type(open) ~= "function" then
    error("fix.each takes a function that gives an iterator, got " .. type(open), 2)
  end
  return describe { type = "each", kind = kind, open = open }
end

------------------------------------------------------------------- reading --

---@class extcontacts.fix.Item
---@field record table|nil
---@field row table|nil
---@field reference extcontacts.fix.Reference|nil
---@field missing boolean|nil the key names no record
---@field line integer|nil of the row in its file
---@field id string|nil that the row names
---@field left string|nil why the row is left out

local function of_iterator(described, iterator)
  return function()
    local record = iterator()
    if record == nil then
      return nil
    end
    local reference, problem = types.reference(described.kind, record)
    if not reference then
      errors.raise_invalid("the source gave " .. problem)
    end
    return { record = record, reference = reference }
  end
end

-- Rows of a file: a function for the next row and the number of its line.
local function csv_rows(described)
  local handle, problem = io.open(described.path, "rb")
  if not handle then
    error(select(2, errors.io(problem)), 0)
  end
  local next_row, reader = csv.rows(handle, { separator = described.separator, raw = described.raw_cells })
  if not next_row then
    handle:close()
    errors.raise_invalid(described.path .. ": " .. reader)
  end
  for _, name in ipairs { described.key or nil, described.owner } do
    local found = false
    for _, column in ipairs(reader.header) do
      found = found or column == name
    end
    if not found then
      handle:close()
      errors.raise_invalid(described.path .. ": " .. suggest.unknown("column", name, reader.header))
    end
  end
  return function()
    local row, wrong = next_row()
    if wrong then
      errors.raise_invalid(described.path .. ": " .. wrong)
    end
    return row, reader.line
  end, function()
    handle:close()
  end
end

-- The lines of a file that are not blank, each with its number.
local function filled_lines(path)
  local next_line, err, close = atomic_lines.texts(path)
  if not next_line then
    error(err, 0)
  end
  return function()
    local line, number
    repeat
      line, number = next_line()
    until line == nil or line:find("%S")
    return line, number
  end, close
end

local function ndjson_rows(described)
  local next_line, close = filled_lines(described.path)
  return function()
    local line, number = next_line()
    if line == nil then
      return nil
    end
    local row, problem = core.json.decode(line)
    if type(row) ~= "table" then
      errors.raise_invalid(("%s: line %d: %s"):format(described.path, number,
        problem or "not a JSON object"))
    end
    return row, number
  end, close
end

local function id_rows(described)
  if described.list then
    local index = 0
    return function()
      index = index + 1
      local id = described.list[index]
      return id ~= nil and { [described.key] = id } or nil, index
    end, function() end
  end
  local next_line, close = filled_lines(described.path)
  return function()
    local line, number = next_line()
    return line and { [described.key] = line:match("^%s*(.-)%s*$") } or nil, number
  end, close
end

local ROWS = { csv = csv_rows, ndjson = ndjson_rows, ids = id_rows }

local AGAIN = "the same record again"

-- The item of a row whose key is an id.
local function read_by_id(described, client, seen, item, key)
  item.id = key
  if not seen:add(key) then
    item.skipped = AGAIN
    return item
  end
  local owner = described.owner and item.row[described.owner] or nil
  local reference = { kind = described.kind, id = key, owner = owner }
  item.record = record_api.read(client, reference)
  item.reference = item.record and reference or nil
  item.missing = not item.record
  return item
end

-- The item of a row whose key is an address.
local function read_by_lookup(client, seen, item, key)
  local normal = lookup.normal(key)
  if normal and not seen:add(normal) then
    item.skipped = AGAIN -- also where nobody has it yet
    return item
  end
  local record, reason = lookup.find(client, key)
  item.missing = reason == lookup.NOBODY
  if not record then
    item.skipped = not item.missing and reason or nil
  elseif seen:add(record.id) then
    item.record, item.reference = record, { kind = "contact", id = record.id }
  else
    item.id, item.skipped = record.id, AGAIN
  end
  return item
end

local function of_rows(described, client)
  local next_row, close = ROWS[described.type](described)
  local seen = idset.new()
  return function()
    local row, number = next_row()
    if row == nil then
      return nil
    end
    local item = { row = row, line = number }
    if not described.key then
      return item
    end
    local key = row[described.key]
    key = type(key) == "string" and key:match "^%s*(.-)%s*$" or ""
    if key ~= "" then
      return described.by_lookup and read_by_lookup(client, seen, item, key)
        or read_by_id(described, client, seen, item, key)
    elseif described.missing == "change" then
      item.missing = true
      return item
    end
    errors.raise_invalid(("%s: line %d has no '%s'"):format(described.path or "the list", number,
      described.key))
  end, close
end

--- Begins to read a source.  The function it gives raises error objects.
---@param described extcontacts.fix.Source
---@param client table
---@param ctx table
---@return fun(): extcontacts.fix.Item|nil next_item
---@return fun() close
function source.open(described, client, ctx)
  if described.type == "each" then
    return of_iterator(described, described.open(ctx.client, ctx)), function() end
  elseif described.method then
    local iterator = client[described.method](client, described.options)
    return of_iterator(described, iterator), function()
      iterator:close()
    end
  end
  return of_rows(described, client)
end

-- The digest of a file; nil where it can't be read.
local function digest_of(path)
  local file = core.file.open(path, "read")
  if not file then
    return nil
  end
  local hash, offset = core.hash.new(), 0
  repeat
    local block = file:read(1048576, offset) or ""
    hash:add(block)
    offset = offset + #block
  until block == ""
  file:close()
  return hash:digest()
end

--- What the plan's header says of a source.
---@param described extcontacts.fix.Source
---@return table
function source.summary(described)
  local out = { type = described.type, listing = described.listing, path = described.path,
    options = described.options, kind = described.kind }
  if described.path then
    out.sha256, out.key = digest_of(described.path), described.key
    out.by = described.by_lookup and "lookup" or nil
  elseif described.list then
    out.ids = #described.list
  end
  return out
end

return source
