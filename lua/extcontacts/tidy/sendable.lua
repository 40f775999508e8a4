--- Whether the server would take a record back at all.  Pure.

local diff = require "extcontacts.record.diff"
local lint = require "extcontacts.record.lint"

local sendable = {}

local REFUSED = { limit = true, required = true }

--- Why the server would refuse a record: a full replacement with one bad field
-- is refused whole, whichever field was to be changed.
---@param kind extcontacts.fix.KindName
---@param record table
---@return string|nil reason with the first field that is in the way; nil where nothing is
function sendable.problem(kind, record)
  for _, warning in ipairs(lint.check(kind, record)) do
    if REFUSED[warning.code] then
      return "the server would refuse the record for its " .. diff.name(warning.path)
    end
  end
end

--- What a fix's `change` gives in the end: the record, or nothing where the
-- server would refuse it, which is counted.
---@param kind extcontacts.fix.KindName
---@param record table
---@param ctx extcontacts.fix.Context
---@return table|nil
function sendable.or_left(kind, record, ctx)
  local reason = sendable.problem(kind, record)
  if reason then
    ctx.skip(reason)
    return nil
  end
  return record
end

return sendable
