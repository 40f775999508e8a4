--- Rewrites a snapshot without the records of people: their contacts and the notes on
-- them.  Offsets and checksums are computed again.

local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local format = require "extcontacts.snapshot.format"
local ids_key = require("extcontacts.record.normalize.id").key
local leftovers = require "extcontacts.fix.leftovers"
local reader = require "extcontacts.snapshot.reader"
local replace_file = require "extcontacts.base.replace_file"

local forget_records = {}

local function is_about(ids, entry)
  local id = entry.record.id
  return type(id) == "string" and ids:has(ids_key(id)) or type(entry.owner) == "string"
    and ids:has(ids_key(entry.owner))
end

--- Visits the records of people.  Raises error objects.
---@param path string
---@param ids extcontacts.IdSet
---@param visit fun(record: table)
---@return integer count
function forget_records.each(path, ids, visit)
  local opened, count = assert(reader.open(path)), 0
  for _, section in ipairs(opened.header.sections) do
    for entry in opened:entries(section.listing) do
      if is_about(ids, entry) then
        count = count + 1
        visit(entry.record)
      end
    end
  end
  opened:close()
  return count
end

-- Writes the other records into a new file; returns how many were left out.
local function rewrite(opened, file, ids)
  local header, chain, removed = opened.header, checked_lines.chain(), 0
  local offset, sections = format.RECORDS_AT, core.json.array {}
  errors.check_io(file:write((" "):rep(format.RECORDS_AT)))
  for _, section in ipairs(header.sections) do
    local kept = { listing = section.listing, offset = offset, count = 0, read = section.read }
    for entry in opened:entries(section.listing) do
      if is_about(ids, entry) then
        removed = removed + 1
      else
        local line = format.line(chain, format.reference(section.listing, entry.record), entry.record)
        errors.check_io(file:write(line))
        offset, kept.count = offset + #line, kept.count + 1
      end
    end
    sections[#sections + 1] = kept
  end
  header.crc, header.sections, header.sha256 = nil, sections, chain:digest()
  header.forgotten = (header.forgotten or 0) + removed
  errors.check_io(file:write(format.header(header), 0))
  return removed
end

--- Rewrites a snapshot.  It is read once no other process can rewrite it.
---@param path string
---@param ids extcontacts.IdSet
---@return integer|nil count records that were removed
---@return extcontacts.Error|nil
function forget_records.rewrite(path, ids)
  return errors.catch(function()
    return assert(replace_file(path, leftovers.path(path), function(file)
      local opened = assert(reader.open(path))
      local count, err = errors.catch(rewrite, opened, file, ids)
      opened:close()
      return count or error(err, 0)
    end))
  end)
end

return forget_records
