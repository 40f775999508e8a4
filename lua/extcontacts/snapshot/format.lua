--- A snapshot's form: a header line of fixed length, then the listings one
-- after the other, a line a record.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local option_rules = require "extcontacts.base.options"
local suggest = require "extcontacts.base.suggest"
local types = require "extcontacts.record.types"

local format = {}

format.VERSION = 1
-- The header is written again once the counts are known, so it keeps its room.
local HEADER_BYTES = 2048

--- Organizations first: what other records point at stands before them.
format.listings = { "organizations", "contacts", "relationships", "notes" }

---@class extcontacts.snapshot.Section
---@field listing string
---@field offset integer where its first line begins
---@field count integer

---@class extcontacts.snapshot.Header
---@field extcontacts_snapshot integer version of the format
---@field server string
---@field created string when it was begun, ISO 8601
---@field finished string|nil nil while it is not complete
---@field sections extcontacts.snapshot.Section[]

local function encode(value)
  return assert(core.json.encode(value, { sort_keys = true }))
end

--- The header's line.
---@param header extcontacts.snapshot.Header
---@return string
function format.header(header)
  local text = encode(header)
  return text .. (" "):rep(HEADER_BYTES - #text - 1) .. "\n"
end

--- A record's line.
---@param listing string
---@param record table
---@return string
function format.line(listing, record)
  local reference, problem = types.reference(types.listings[listing].kind, record)
  if not reference then
    error(errors.new { kind = "protocol", message = ("the scan of %s gave %s"):format(listing, problem) }, 0)
  end
  return encode { kind = reference.kind, owner = reference.owner, record = record } .. "\n"
end

--- What is wrong with the options of a call, and with the listings in them.
---@param options table
---@param list table as `extcontacts.options` takes it
---@return string|nil misuse
function format.misuse(options, list)
  local misuse = option_rules.problem(options, list)
  return misuse or select(2, format.wanted(options.only))
end

--- The listings that are wanted, in their order.
---@param only string[]|nil nil for all
---@return string[]|nil
---@return string|nil misuse
function format.wanted(only)
  local wanted = {}
  for _, name in ipairs(only or {}) do
    if not types.listings[name] then
      return nil, suggest.unknown("listing", name, format.listings)
    end
    wanted[name] = true
  end
  local names = {}
  for _, name in ipairs(format.listings) do
    if wanted[name] or not only or #only == 0 then
      names[#names + 1] = name
    end
  end
  return names
end

return format
