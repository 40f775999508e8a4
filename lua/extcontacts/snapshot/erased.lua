--- What has been erased since a snapshot, which a restore must leave out: the
-- erasures in the journals beside the snapshot and the new plan, and those of files
-- that the caller names.  Takes about 25 bytes per erased record.

local atomic_lines = require "extcontacts.base.atomic_lines"
local contact_fields = require "extcontacts.record.contact_fields"
local core = require "extcontacts.core"
local csv = require "extcontacts.base.csv"
local earlier_plans = require "extcontacts.fix.earlier_plans"
local email = require "extcontacts.record.normalize.email"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local idset = require "extcontacts.base.idset"
local journal = require "extcontacts.fix.journal"
local normalize = require "extcontacts.record.normalize"
local phone = require "extcontacts.record.normalize.phone"
local rows = require "extcontacts.fix.source.rows"

local erased = {}

---@class extcontacts.snapshot.Erased
---@field ids extcontacts.IdSet
---@field addresses table<string, true> e-mail addresses and phone numbers of lists
---@field successors table<string, string[]> old id → ids that restores and undos gave to the record
local Erased = {}
Erased.__index = Erased

local function read_journal(self, path)
  journal.each_erased(path, function(id)
    self.ids:add(id)
  end)
end

-- The ids of a CSV file with a column for them, as a proof has; false for another
-- file.
local function read_csv(self, path)
  local handle, message = io.open(path, "rb")
  if not handle then
    error(select(2, errors.io(message)), 0)
  end
  local next_row, reader = csv.rows(handle, {})
  local has_ids = false
  for _, name in ipairs(next_row and reader.header or {}) do
    has_ids = has_ids or name == "id"
  end
  for row in has_ids and next_row or function() end do
    local id, _, reason = normalize.id_or_address(row.id)
    if not id then
      handle:close()
      errors.raise_invalid(("%s: row %d: %s; correct the column id"):format(path, reader.line,
        reason or "not an id"))
    end
    self.ids:add(id)
  end
  handle:close()
  return has_ids
end

-- The ids and addresses of a list, one a line.
local function read_list(self, path)
  for line, number in rows.lines(path) do
    local id, address, reason = normalize.id_or_address(line)
    if id then
      self.ids:add(id)
    elseif address then
      self.addresses[address.value] = true
    else
      errors.raise_invalid(("%s: line %d: %s; correct the line, or remove it"):format(path, number, reason))
    end
  end
end

-- The first line of a file, decoded; {} if it is not a JSON object.
local function first_line(path)
  local next_line, err, close = atomic_lines.texts(path)
  if not next_line then
    error(err, 0)
  end
  local line = next_line()
  close()
  local decoded = line and line:sub(1, 1) == "{" and core.json.decode(line)
  return type(decoded) == "table" and decoded or {}
end

--- Reads the erasures of a file: a plan that was applied, its journal, its proof, or
-- a list of ids and addresses.  Raises error objects.
---@param path string
function Erased:read_file(path)
  local header = first_line(path)
  if header.extcontacts_journal then
    read_journal(self, path)
  elseif header.extcontacts_plan then
    local journal_path = journal.path(path)
    if not files.exists(journal_path) then
      errors.raise_invalid(("%s has not been applied, so it has erased nothing"):format(path))
    end
    read_journal(self, journal_path)
  elseif not read_csv(self, path) then
    read_list(self, path)
  end
end

--- Visits the ids of an erasure's file.  Raises error objects.
---@param path string as for `Erased:read_file`
---@param visit fun(id: string)
function erased.each_id(path, visit)
  local collector = { add = function(_, id)
    visit(id)
  end }
  setmetatable({ ids = collector, addresses = {} }, Erased):read_file(path)
end

--- Collects what has been erased.  Raises error objects.
---@param folders string[] each ends with `/`
---@param paths string[]|nil files to read as well
---@return extcontacts.snapshot.Erased
function erased.collect(folders, paths)
  local self = setmetatable({ ids = idset.new(), addresses = {}, successors = earlier_plans.successors(folders) },
    Erased)
  for _, folder in ipairs(folders) do
    earlier_plans.each_erased(folder, function(id)
      self.ids:add(id)
    end)
  end
  for _, path in ipairs(paths or {}) do
    self:read_file(path)
  end
  return self
end

local function has_address(self, record)
  if not next(self.addresses) then
    return false
  end
  for _, field in ipairs(contact_fields.emails) do
    if self.addresses[email.key(record[field]) or false] then
      return true
    end
  end
  for _, field in ipairs(contact_fields.phones) do
    local value = record[field]
    local number = type(value) == "table" and (value.e164 or (phone.read(value.display) or {}).e164)
    if number and self.addresses[number] then
      return true
    end
  end
  return false
end

-- Whether a record, or one that it was recreated as, has been erased.
local function is_erased(self, id)
  if self.ids:has(id) then
    return true
  end
  for _, later in ipairs(earlier_plans.later_ids(self.successors, id)) do
    if self.ids:has(later) then
      return true
    end
  end
  return false
end

--- Whether a deleted record of a snapshot has been erased.
---@param reference extcontacts.record.Reference
---@param record table
---@return boolean
function Erased:covers(reference, record)
  return is_erased(self, reference.id) or reference.kind == "contact" and has_address(self, record)
end

return erased
