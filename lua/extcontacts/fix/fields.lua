--- The fields of a record, for the functions of a fix.  Pure.

local columns = require "extcontacts.record.columns"
local core = require "extcontacts.core"
local errors_csv = require "extcontacts.fix.errors_csv"
local field_path = require "extcontacts.base.path"
local models = require "extcontacts.api.models"
local record_row = require "extcontacts.record.row"
local records = require "extcontacts.record"
local types = require "extcontacts.record.types"

local fields = {}

--- JSON null, which a record may have in place of a value.
fields.null = core.json.null

--- Returns the value of a field; nil if it is missing or null.
---@param record table
---@param path string with dots, `customFields.tier_text`
---@return any
function fields.get(record, path)
  return field_path.at(record, field_path.split(path))
end

--- Whether records of a type have a field.  Custom fields are not checked.
---@param kind extcontacts.record.TypeName
---@param path string with dots, `address.city`
---@return boolean
function fields.is_field(kind, path)
  if not types.by_name[kind] then
    error(types.unknown(kind), 2)
  end
  local names = field_path.split(path)
  return #names > 0 and records.unknown_part(models[types.by_name[kind].model], names) == nil
end

---@class extcontacts.fix.SetRowOptions
---@field ignore string[]|nil columns that are not fields, such as the key
---@field clear boolean|nil whether an empty cell clears its field; default: it changes nothing

--- Sets a record's fields from the row at hand, each cell read as its field's
-- type.  A cell that can't be read, or that sets a read-only field, is skipped
-- with a reason (`ctx.skip`).  So is a custom field that does not match the
-- record's schema.  Raises if a column is not a field; the columns with which
-- `PLAN.errors.csv` describes a failure are ignored.
---@param record table changed; empty for a record that is to be created
---@param kind extcontacts.record.TypeName
---@param ctx extcontacts.fix.Context
---@param options extcontacts.fix.SetRowOptions|nil
---@return table record
function fields.set_row(record, kind, ctx, options)
  local ignored = {}
  for _, list in ipairs { errors_csv.columns, options and options.ignore or {} } do
    for _, name in ipairs(list) do
      ignored[name] = true
    end
  end
  return record_row.set(record, kind, ctx.row, {
    ignore = ignored, clear = options and options.clear, skip = ctx.skip, schema = ctx.schema,
  })
end

--- The columns of a file with all fields of such records, as `extcontacts scan --csv`
-- writes them.
---@param kind extcontacts.record.TypeName
---@return string[]
function fields.columns(kind)
  if not types.by_name[kind] then
    error(types.unknown(kind), 2)
  end
  return columns.of_model(models[types.by_name[kind].model])
end

--- The cells of a record for a CSV file: lists and objects as JSON, which `set_row` reads.
---@param record table
---@param names string[] of columns
---@return table cells by position; nil is an empty one
function fields.cells(record, names)
  local cells = {}
  for index, name in ipairs(names) do
    local value = fields.get(record, name)
    cells[index] = type(value) == "table" and assert(core.json.encode(value, { sort_keys = true })) or value
  end
  return cells
end

return fields
