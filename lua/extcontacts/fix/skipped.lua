--- `PLAN.skipped.csv`: the records and rows that a plan skips, each with its
-- row, id, reason, name and values; and how many there are for each reason.

local contact_fields = require "extcontacts.record.contact_fields"
local diff = require "extcontacts.record.diff"
local label = require "extcontacts.record.label"
local side_csv = require "extcontacts.fix.side_csv"
local suggest = require "extcontacts.base.suggest"

local skipped = {}

--- The columns.  `row` is empty for a record that comes from no file.
skipped.columns = { "row", "kind", "id", "reason", "name", "values" }

-- Bytes of the values of a row.
local LONGEST = 1000

---@class extcontacts.fix.Skipped
---@field counts table<string, integer> by reason
---@field file extcontacts.fix.SideCsv
local Skipped = {}
Skipped.__index = Skipped

--- The file that belongs to a plan.
---@param plan_path string
---@return string
function skipped.path(plan_path)
  return plan_path .. ".skipped.csv"
end

--- Makes an empty list.
---@param plan_path string|nil without it reasons are counted and no file is written
---@return extcontacts.fix.Skipped
function skipped.new(plan_path)
  return setmetatable({ counts = {}, file = side_csv.new(plan_path and skipped.path(plan_path), skipped.columns) },
    Skipped)
end

local function listed(names, values)
  local parts, bytes = {}, 0
  for _, name in ipairs(names) do
    local value = values[name]
    local text = value ~= nil and diff.text(value) or ""
    if name ~= "id" and text ~= "" and bytes < LONGEST then
      parts[#parts + 1] = name .. "=" .. text
      bytes = bytes + #parts[#parts]
    end
  end
  return #parts > 0 and table.concat(parts, "; ") or nil
end

-- The cells of a row, without its id; of a contact, its addresses.
local function values_of(item, record)
  if type(item.row) == "table" then
    return listed(suggest.keys(item.row), item.row)
  elseif record and item.reference and item.reference.kind == "contact" then
    return listed(contact_fields.emails, record), listed(contact_fields.phones, record)
  end
end

-- Both, with a semicolon between them.
local function joined(first, second)
  return first and second and first .. "; " .. second or first or second
end

--- Adds a record or row.  Raises an error object when the file can't be
-- written.
---@param reason string
---@param item extcontacts.fix.Item|nil the record or row to skip
---@param row integer|nil instead of the item's row number
---@param detail string|nil added to the reason in the file; reasons are counted without it
function Skipped:add(reason, item, row, detail)
  self.counts[reason] = (self.counts[reason] or 0) + 1
  if not self.file.path then
    return
  end
  local reference = item and item.reference or {}
  local record = item and (item.record or item.row)
  self.file:put { row or item and item.number, reference.kind, reference.id or item and item.id,
    detail and ("%s: %s"):format(reason, detail) or reason,
    record and label.of(reference.kind or "contact", record), item and joined(values_of(item, record)) }
end

--- Completes the file.  When nothing is skipped, removes the file of an earlier
-- plan instead.
---@return string|nil path nil when nothing is skipped
---@return extcontacts.Error|nil
function Skipped:finish()
  return self.file:finish()
end

--- Removes the file, unless it is complete.
function Skipped:abandon()
  self.file:abandon()
end

return skipped
