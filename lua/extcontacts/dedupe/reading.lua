--- Reads the records among which duplicates are searched.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local id = require "extcontacts.record.normalize.id"
local idset = require "extcontacts.base.idset"
local rules_file = require "extcontacts.dedupe.rules_file"

local reading = {}

-- Records between two reports of the progress.
local EVERY = 1000

-- Notes in which cluster others have found the last record.
local function add_to_group(self, key)
  local group = self.groups[key]
  if not group then
    group = {}
    self.groups[key] = group
    self.groups[#self.groups + 1] = group
  end
  group[#group + 1] = self.records
end

-- Notes that a record has the same fields as one before it, if it seems so.  Blocks of
-- copies can be too large to compare; their pairs form a chain.
local function note_copy(self, fields)
  local text = table.concat(fields, "\31")
  if text:find "[^\31]" then
    local sum = core.hash.crc32(text)
    if self.last_with[sum] then
      self.copies[#self.copies + 1] = { self.last_with[sum], self.records }
    end
    self.last_with[sum] = self.records
  end
end

--- Reads all records into the matcher and the temporary file.  Raises an error object for
-- one without an id.
---@param self extcontacts.dedupe.Result
---@param next_record fun(): table|nil
---@param options extcontacts.dedupe.Options
function reading.records(self, next_record, options)
  local read, seen = rules_file.reader(options.kind or "contact", options.ignore), idset.new()
  self.groups = options.group_of and {}
  self.copies, self.last_with = {}, {}
  for record in next_record do
    if type(record.id) ~= "string" or record.id == "" then
      errors.raise_invalid(("record %d has no id"):format(self.records + self.repeated + 1))
    end
    -- A record that is read twice is not its own duplicate.
    if not seen:add(id.key(record.id)) then
      self.repeated = self.repeated + 1
    else
      local fields, keys = read(record, options)
      self.matcher:add(fields, keys, record.id)
      self.records = self.spool:add(record)
      if options.group_of then
        add_to_group(self, "group " .. tostring(options.group_of(record)))
      else
        note_copy(self, fields)
      end
    end
    if options.on_progress and self.records % EVERY == 0 then
      options.on_progress("records", self.records)
    end
  end
end

return reading
