--- Descriptions of where a fix's records come from.  A description is data,
-- made while the fix file is loaded; nothing is read before it is opened.

local core = require "extcontacts.core"
local listings = require "extcontacts.fix.source.listings"
local options_check = require "extcontacts.base.options"
local reader = require "extcontacts.fix.source.reader"
local suggest = require "extcontacts.base.suggest"
local types = require "extcontacts.record.types"

local source = {}

---@class extcontacts.fix.Source
---@field type "scan"|"list"|"csv"|"ids"|"ndjson"|"each"|"import"

local metatable = core.type "extcontacts.fix.source"

local function describe(fields)
  return setmetatable(fields, metatable)
end

--- Whether a value is a source.
---@param value any
---@return boolean
function source.is(value)
  return getmetatable(value) == metatable
end

------------------------------------------------------------------ listings --

-- Describes a listing.  Errors blame the caller's caller.
local function listing(name, method, options)
  local found = types.listings[name]
  if not found then
    error(suggest.unknown("listing", name, suggest.keys(types.listings)), 3)
  elseif not found[method] then
    error(("%s can only be scanned: fix.scan(\"%s\")"):format(name, name), 3)
  end
  return describe { type = method, listing = name, method = found[method], kind = found.kind, options = options }
end

--- All records.
---@param name "contacts"|"organizations"|"relationships"|"notes"
---@param options table|nil of the scan
---@return extcontacts.fix.Source
function source.scan(name, options)
  local described = listing(name, "scan", options)
  return described
end

--- A listing, of at most 1,000 records.
---@param name "contacts"|"organizations"
---@param options table|nil of the listing
---@return extcontacts.fix.Source
function source.list(name, options)
  local described = listing(name, "list", options)
  return described
end

--- The results of a search, at most 1,000 records.
---@param name "contacts"|"organizations"
---@param words string
---@param options table|nil of the listing
---@return extcontacts.fix.Source
function source.search(name, words, options)
  local with_words = { q = words }
  for key, value in pairs(options or {}) do
    with_words[key] = value
  end
  local described = listing(name, "list", with_words)
  return described
end

---------------------------------------------------------------------- rows --

---@class extcontacts.fix.RowOptions
---@field key string|false|nil column with the record's key; default `id`; false: no record is read
---@field by "id"|"lookup"|nil what the key is: an id, or an e-mail address or phone number in E.164 that
--- only one contact has; default `id`
---@field kind extcontacts.record.TypeName|nil default `contact`
---@field owner string|nil column with the id of a note's contact or organization
---@field missing "skip"|"change"|nil whether a row without a record is skipped or passed to `change`;
--- default `skip`
---@field columns string[]|nil columns that a CSV file must have, besides those of `key` and `owner`
---@field separator string|nil of a CSV file; default: detected from its header
---@field raw_cells boolean|nil keep the apostrophe with which a spreadsheet marks a CSV cell as text;
--- default: it is removed

local ROW_OPTIONS = {
  key = { "string", "boolean", only = false },
  by = { "string", choices = { "id", "lookup" } },
  kind = { "string", choices = suggest.keys(types.by_name) },
  owner = { "string" },
  missing = { "string", choices = { "skip", "change" } },
  columns = { "table" },
  separator = { "string" },
  raw_cells = { "boolean" },
}

-- Why options can't go together.
local function conflict_of(options)
  local kind = options.kind or "contact"
  local owner = types.by_name[kind].owner
  if options.by == "lookup" and kind ~= "contact" then
    return "by = \"lookup\" finds contacts only"
  elseif owner and not options.owner and options.key ~= false then
    return ("option 'owner' is missing: name the column with the id of the %s's %s"):format(
      kind:gsub("_", " "), owner)
  end
end

-- Describes the rows of a file or list.  Errors blame the caller's caller.
local function keyed(of, path, options)
  options = options or {}
  local misuse = options_check.problem(options, ROW_OPTIONS) or conflict_of(options)
  if misuse then
    error(misuse, 3)
  end
  local key = options.key
  if key == nil then
    key = "id"
  end
  return describe {
    type = of,
    path = path,
    key = key,
    by_lookup = options.by == "lookup",
    kind = options.kind or "contact",
    owner = options.owner,
    missing = options.missing or "skip",
    columns = options.columns,
    separator = options.separator,
    raw_cells = options.raw_cells,
  }
end

-- fix.csv and fix.ndjson.
local function of_file(of)
  return function(path, options)
    if type(path) ~= "string" then
      error(("fix.%s takes the path of a file, got %s"):format(of, type(path)), 2)
    end
    local described = keyed(of, path, options)
    return described
  end
end

--- The rows of a CSV file, each with the record that its key names.
---@type fun(path: string, options: extcontacts.fix.RowOptions|nil): extcontacts.fix.Source
source.csv = of_file "csv"

--- The lines of an NDJSON file, each a JSON object with the key of its record.
---@type fun(path: string, options: extcontacts.fix.RowOptions|nil): extcontacts.fix.Source
source.ndjson = of_file "ndjson"

--- The records with these ids.
---@param list string[]|string ids, or the path of a file with one id a line
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

---@class extcontacts.fix.EachOptions
---@field members boolean|nil what the iterator returns stands for several records: those of the merge or consolidation
--- that `change` returns. A condition on the plan is tested on all of them

local EACH_OPTIONS = { members = { "boolean" } }

--- The records of the fix's own iterator.
---@param kind extcontacts.record.TypeName
---@param open fun(client: table, ctx: table): fun(): table|nil
---@param options extcontacts.fix.EachOptions|nil
---@return extcontacts.fix.Source
function source.each(kind, open, options)
  if not types.by_name[kind] then
    error(types.unknown(kind), 2)
  elseif type(open) ~= "function" then
    error("fix.each takes a function that returns an iterator, got " .. type(open), 2)
  end
  local misuse = options and options_check.problem(options, EACH_OPTIONS)
  if misuse then
    error(misuse, 2)
  end
  return describe { type = "each", kind = kind, open = open, members = options and options.members }
end

--- The rows of a file that finds their records itself.
---@param fields table `type`, `path`, `kind`, `missing`, `options`; later `prepare(client)`, called before the plan
--- starts, `open_items(client, ctx)`, as `reader.open`, and `matching`, facts for the plan
---@return extcontacts.fix.Source
function source.rows_of(fields)
  local described = describe(fields)
  return described
end

------------------------------------------------------------------- reading --

source.open, source.complete = reader.open, listings.complete

--- The digest of a file.
---@param path string
---@return string|nil nil when it can't be read
function source.digest(path)
  local file = core.file.open(path, "read")
  if not file then
    return nil
  end
  local digest = file:sha256()
  file:close()
  return digest
end

--- The entry for a source in the plan's header.
---@param described extcontacts.fix.Source
---@return table
function source.summary(described)
  local out = { type = described.type, listing = described.listing, path = described.path,
    options = described.options, kind = described.kind, matching = described.matching }
  if described.path then
    out.sha256, out.key = source.digest(described.path), described.key
    out.by = described.by_lookup and "lookup" or nil
  elseif described.list then
    out.ids = #described.list
  end
  return out
end

return source
