--- Where a command reads contacts or organizations from: a scan, the platform's clusters,
-- a snapshot, or a file with one JSON object per line.

local atomic_lines = require "extcontacts.base.atomic_lines"
local errors = require "extcontacts.base.errors"
local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"

local record_sources = {}

---@class extcontacts.cli.RecordSource
---@field kind "contact"|"organization"
---@field next_record fun(): table|nil raises error objects
---@field close fun()
---@field account table|nil of whose account the records are: an identity, or a snapshot's header
---@field columns string[]|nil of a CSV file: those that no field has
---@field left_out string[]|nil of a CSV file: why rows can't be read, once they were reached
---@field scan extcontacts.dedupe.PlatformScan|nil of the platform's clusters

local KINDS = { contacts = "contact", organizations = "organization" }

-- The objects of a file, one a line.  Records without an id count if `without_ids`.
local function open_lines(path, kind, without_ids)
  local core = require "extcontacts.core"
  local next_line, err, close = atomic_lines.texts(path)
  if not next_line then
    error(err, 0)
  end
  local function next_record()
    while true do
      local line, number = next_line()
      if not line then
        return nil
      elseif line:find "%S" then
        local record, problem = core.json.decode(line)
        if type(record) ~= "table" or #record > 0 then
          errors.raise_invalid(("%s: line %d is not a JSON object%s"):format(path, number,
            problem and ": " .. problem or ""))
        elseif not without_ids and (type(record.id) ~= "string" or record.id == "") then
          errors.raise_invalid(("%s: line %d has no id"):format(path, number))
        end
        return record
      end
    end
  end
  return { kind = kind, next_record = next_record, close = close }
end

-- Bytes at the start of a file that show what it is.
local START = 4096

--- What a file contains.
---@param path string
---@return "snapshot"|"ndjson"|"csv"|"ids"
function record_sources.file_type(path)
  local handle = io.open(path, "rb")
  local start = handle and handle:read(START) or ""
  if handle then
    handle:close()
  end
  if start:find('"extcontacts_snapshot"', 1, true) then
    return "snapshot"
  elseif start:find "^PK[\3\5]" or start:find "^\255\254" or start:find "^\254\255" then
    return "csv" -- a workbook, or CSV in UTF-16
  elseif start:find "^[^%w]*{%s*\"" then
    return "ndjson"
  end
  -- The header of a CSV file, and no id.
  local first = start:match "^[^%w]*([^\r\n]*)"
  local is_csv = path:lower():find "%.csv$" or first:find "[,;\t]" or first:lower():find '^id"?$'
  return is_csv and "csv" or "ids"
end

local function open_snapshot(ctx, path, kind)
  local listing = kind .. "s"
  local snapshot, err = require("extcontacts.snapshot.reader").open(path)
  if not snapshot then
    error(err, 0)
  elseif not snapshot:has(listing) then
    snapshot:close()
    errors.raise_invalid(("%s contains no %s; export them"):format(path, listing))
  end
  local mark = snapshot.header.filter
  if mark then
    ctx:inform("%s is filtered: it contains only %s", path, require("extcontacts.snapshot.filter").describe(mark))
  end
  local next_entry = snapshot:entries(listing)
  return { kind = kind, account = snapshot.header, next_record = function()
    local entry = next_entry()
    return entry and entry.record
  end, close = function()
    snapshot:close()
  end }
end

-- A scan that decodes in full only the records for which a condition holds.
local function open_selected(client, name, condition)
  local records = require "extcontacts.fix.source"
  local next_item, close = records.open(records.scan(name), client, {}, {
    fields = condition.fields, needles = condition.needles, accepts = condition.test, pass_over = function() end,
  })
  return function()
    local item = next_item()
    if item then
      records.complete(item)
      return item.record
    end
  end, close
end

local function open_server(client, name, options)
  local ids = options.ids
  local source = { kind = KINDS[name], account = assert(require("extcontacts.fix.identity").of(client)) }
  if options.from == "server" then
    source.scan = require("extcontacts.dedupe.platform").open(client)
    source.next_record, source.close = source.scan.next_record, function() end
    return source
  elseif options.condition and not ids then
    source.next_record, source.close = open_selected(client, name, options.condition)
    return source
  end
  local iterator = ids and require("extcontacts.fix.source.by_ids").open(client, name, ids)
    or name == "contacts" and client:scan_contacts() or client:scan_organizations()
  function source.next_record()
    return iterator:next()
  end
  function source.close()
    iterator:close()
  end
  return source
end

-- Options for tables can't be used with other sources.
local function refuse_table_options(of_table, what)
  local name = of_table and next(of_table)
  if name then
    exit.usage(("--%s is for CSV files and workbooks, and %s; omit it"):format(name, what))
  end
end

---@class extcontacts.cli.RecordSourceOptions
---@field kind "contact"|"organization"|nil of a file's records; default `contact`
---@field from string|nil `server`: the platform's clusters
---@field ids string[]|nil all that is needed of contacts or organizations
---@field condition extcontacts.record.Where|nil records for which it does not hold are not needed
---@field of_table table|nil how CSV files and workbooks are read (`table_options`); records of any file need no ids
--- then; default: they are no source

--- Opens a source.  Raises an error object if it can't be read.
---@param ctx table
---@param name string contacts, organizations, or the path of a file
---@param options extcontacts.cli.RecordSourceOptions
---@return extcontacts.cli.RecordSource
function record_sources.open(ctx, name, options)
  local kind, of_table = options.kind, options.of_table
  if options.from and name ~= "contacts" then
    exit.usage "the platform has clusters of contacts only; omit --from server"
  elseif KINDS[name] then
    if kind and kind ~= KINDS[name] then
      exit.usage "--kind is for the records of a file"
    end
    refuse_table_options(of_table, name .. " are read from the server")
    return open_server(ctx:connect(), name, options)
  elseif not files.exists(name) then
    exit.usage(("cannot read %s; expected contacts, organizations, or the path of a snapshot or %s file"):format(name,
      of_table and "an NDJSON or CSV" or "NDJSON"))
  end
  kind = kind or "contact"
  local file_type = record_sources.file_type(name)
  if file_type ~= "csv" then
    refuse_table_options(of_table, name .. " is neither")
  end
  if file_type == "snapshot" then
    return open_snapshot(ctx, name, kind)
  elseif file_type == "csv" and of_table then
    local left_out = {}
    local next_record, close, others = require("extcontacts.cli.csv_records").open(name, kind, left_out, of_table)
    return { kind = kind, next_record = next_record, close = close, columns = others, left_out = left_out }
  end
  return open_lines(name, kind, of_table ~= nil)
end

return record_sources
