--- Whether the server would accept a record if it were sent back.  Pure.

local diff = require "extcontacts.record.diff"
local lint = require "extcontacts.record.lint"

local sendable = {}

--- Returns why the server would reject a record.  An update replaces the whole
-- record, so one invalid field makes the server reject any change to it.
---@param kind extcontacts.record.TypeName
---@param record table
---@return string|nil reason with the first invalid field; nil if all are valid
function sendable.problem(kind, record)
  local first = lint.rejected(kind, record)[1]
  return first and "the server would reject the record because of its " .. diff.name(first.path)
end

--- Returns the record for a fix's `change` to return; nil if the server would
-- reject it, which skips the record with the reason.
---@param kind extcontacts.record.TypeName
---@param record table
---@param ctx extcontacts.fix.Context
---@return table|nil
function sendable.or_skip(kind, record, ctx)
  local reason = sendable.problem(kind, record)
  if reason then
    ctx.skip(reason)
    return nil
  end
  return record
end

return sendable
