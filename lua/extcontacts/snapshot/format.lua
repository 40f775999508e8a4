--- The format of a snapshot: a header line of fixed length, then one listing
-- after another, with one line per record.

local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local option_rules = require "extcontacts.base.options"
local shallow_copy = require "extcontacts.base.shallow_copy"
local suggest = require "extcontacts.base.suggest"
local types = require "extcontacts.record.types"

local format = {}

format.VERSION = 2
-- That of a filtered snapshot.  A program that does not know filters would take the records that
-- it lacks for records that were created later, and would delete them.
local FILTERED = 3
-- The header is written again with the final counts, in the same space.
local HEADER_BYTES = 2048
-- Bytes of the field `crc` and the line feed.
local CHECKSUM_BYTES = 18

--- The listings in their order: records come after those they refer to.
format.listings = { "organizations", "contacts", "relationships", "notes" }

---@class extcontacts.snapshot.Section
---@field listing string
---@field offset integer the byte at which its first line starts
---@field count integer
---@field read integer|nil of a filtered snapshot: records of which these were selected; nil if they were read by their
--- ids

---@class extcontacts.snapshot.Header
---@field extcontacts_snapshot integer version of the format
---@field server string
---@field organization string|nil its id, if known
---@field organization_unknown string|nil why the server did not say it
---@field client string|nil digest of the OAuth client's id
---@field created string when the export started, ISO 8601
---@field finished string|nil nil while the snapshot is incomplete
---@field listings string[]
---@field filter extcontacts.snapshot.FilterMark|nil which records the snapshot has; nil: all
---@field sections extcontacts.snapshot.Section[]
---@field sha256 string|nil of the checksums of the records' lines; nil while the snapshot is incomplete

local function encode(value)
  return assert(core.json.encode(value, { sort_keys = true, whole = true }))
end

--- The version of a snapshot's format.
---@param header extcontacts.snapshot.Header
---@return integer
function format.version(header)
  return header.filter and FILTERED or format.VERSION
end

--- The byte at which the records start.
format.RECORDS_AT = HEADER_BYTES

--- Formats the header's line.  Raises an error object if it is too long.
---@param header extcontacts.snapshot.Header
---@return string
function format.header(header)
  local text = encode(header)
  local padding = HEADER_BYTES - CHECKSUM_BYTES - #text
  if padding < 0 then
    errors.raise_invalid(("the header of the snapshot is %d bytes too long; use a shorter %s"):format(-padding,
      header.filter and header.filter.where and "condition" or "base_url"))
  end
  return (checked_lines.seal(text:sub(1, -2) .. (" "):rep(padding) .. "}"))
end

-- A number with as many digits as a position in a file can have.
local LARGEST = 9007199254740992

--- Raises an error object if a header will be too long once the snapshot is complete.
---@param header extcontacts.snapshot.Header
function format.check_length(header)
  local complete = shallow_copy(header)
  complete.finished, complete.sha256, complete.sections = header.created, ("0"):rep(64), {}
  for index, listing in ipairs(header.listings) do
    complete.sections[index] = { listing = listing, offset = LARGEST, count = LARGEST, read = LARGEST }
  end
  format.header(complete)
end

--- The fields that `format.lines` needs of a record; nil for the id alone.
---@param listing string
---@return string[]|nil
function format.fields(listing)
  return not types.listings[listing].kind and { "selfUri" } or nil
end

--- The reference to a record of a listing.  Raises an error object for a record that can't be
-- referred to.
---@param listing string
---@param record table
---@return extcontacts.record.Reference
function format.reference(listing, record)
  local reference, problem = types.reference(types.listings[listing].kind, record)
  if not reference then
    error(errors.new { kind = "protocol", message = ("the scan of %s returned %s"):format(listing, problem) }, 0)
  end
  return reference
end

-- What precedes a record in its line.
local function head_of(reference)
  local owner = reference.owner and '"owner":' .. encode(reference.owner) .. "," or ""
  return '{"kind":"' .. reference.kind .. '",' .. owner .. '"record":'
end

--- Formats a record's line.
---@param chain extcontacts.LineChain of the lines before; extended
---@param reference extcontacts.record.Reference
---@param record table
---@return string
function format.line(chain, reference, record)
  return chain:seal(head_of(reference) .. encode(record) .. "}")
end

--- Formats the lines of a page of records that are there as texts.  Raises an error object
-- for a record that can't be referred to.
---@param chain extcontacts.LineChain of the lines before; extended
---@param listing string
---@param page { lines: userdata|nil, entities: table[], raw: string[] } the records have the `fields` of the listing
---@return string|userdata lines for `file:write`
---@return integer count
---@return integer bytes
function format.lines(chain, listing, page)
  if page.lines then
    chain:seal_lines(head_of { kind = types.listings[listing].kind }, page.lines)
    return page.lines, #page.lines, page.lines:bytes()
  end
  local heads, of_all = {}, nil
  for index, record in ipairs(page.entities) do
    local has_id = type(record.id) == "string" and record.id ~= ""
    heads[index] = has_id and of_all or head_of(format.reference(listing, record))
    of_all = types.listings[listing].kind and heads[index] -- notes have owners
  end
  local lines = chain:seal_all(heads, page.raw)
  return lines, #page.raw, #lines
end

--- Checks the options of a function, and the listings in `only`.
---@param options table
---@param rules table<string, extcontacts.OptionRule>
---@return string|nil misuse
function format.misuse(options, rules)
  local misuse = option_rules.problem(options, rules)
  return misuse or select(2, format.wanted(options.only))
end

--- Returns the selected listings in their order.
---@param only string[]|nil nil or empty: all
---@return string[]|nil
---@return string|nil misuse
function format.wanted(only)
  local selected = {}
  for _, name in ipairs(only or {}) do
    if not types.listings[name] then
      return nil, suggest.unknown("listing", name, format.listings)
    end
    selected[name] = true
  end
  local names = {}
  for _, name in ipairs(format.listings) do
    if selected[name] or not only or #only == 0 then
      names[#names + 1] = name
    end
  end
  return names
end

--- Finds a listing's section.
---@param header extcontacts.snapshot.Header
---@param listing string
---@return extcontacts.snapshot.Section|nil
function format.section(header, listing)
  for _, section in ipairs(header.sections) do
    if section.listing == listing then
      return section
    end
  end
end

return format
