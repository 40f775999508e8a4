--- What divisions mean for a request: the records that it sees, and the division of
-- the records that it writes.

local api_errors = require "extcontacts.sandbox.api_errors"
local divisions = require "extcontacts.sandbox.state.divisions"

local division_rules = {}

-- The divisions that a request asks for; nil for all.
local function asked_for(ctx, ids)
  ids = ids or ctx.query.divisionIds or { ctx.query.divisionId }
  local set = divisions.set(ids)
  if next(set) == nil or set["*"] then
    return nil
  end
  local seen = ctx.divisions
  for id in pairs(seen and ctx.settings.foreign_division == "reject" and set or {}) do
    if not seen[id] then
      api_errors.raise "not.authorized"
    end
  end
  return set
end

--- The test of the records that a request lists; nil if it lists all.
---@param ctx extcontacts.sandbox.Context
---@param ids string[]|nil the divisions that it asks for; default: those of its query
---@return (fun(records: extcontacts.sandbox.Collection, index: integer): boolean)|nil
function division_rules.test(ctx, ids)
  local asked, seen = asked_for(ctx, ids), ctx.divisions
  if not asked and not seen then
    return nil
  end
  return function(records, index)
    local id = records:division(index)
    if not id then
      return not asked
    end
    return (not asked or asked[id] == true) and (not seen or seen[id] == true)
  end
end

--- Whether a request sees a record.
---@param ctx extcontacts.sandbox.Context
---@param records extcontacts.sandbox.Collection
---@param index integer
---@return boolean
function division_rules.sees(ctx, records, index)
  local seen, id = ctx.divisions, nil
  if seen then
    id = records:division(index)
  end
  return not id or seen[id] == true
end

--- Ends the request if it does not see a record.
---@param ctx extcontacts.sandbox.Context
---@param records extcontacts.sandbox.Collection
---@param index integer
---@param error_code string|nil default `not.found`
function division_rules.check(ctx, records, index, error_code)
  if not division_rules.sees(ctx, records, index) then
    api_errors.raise(ctx.settings.hidden_division == 403 and "not.authorized" or error_code or "not.found")
  end
end

--- Ends the request if it does not see a record that is in no collection any more.
---@param ctx extcontacts.sandbox.Context
---@param record table
function division_rules.check_record(ctx, record)
  local division = record.division
  if ctx.divisions and division and not ctx.divisions[division.id] then
    api_errors.raise(ctx.settings.hidden_division == 403 and "not.authorized" or "not.found")
  end
end

--- Keeps the indexes of records that pass a test.
---@param test fun(records, index: integer): boolean
---@param records extcontacts.sandbox.Collection
---@param indexes integer[]
---@return integer[]
function division_rules.filter(test, records, indexes)
  local kept = {}
  for _, index in ipairs(indexes) do
    if test(records, index) then
      kept[#kept + 1] = index
    end
  end
  return kept
end

--- Sets the division of a record that is about to be written.  It is set at creation
-- and cannot be changed.
---@param ctx extcontacts.sandbox.Context
---@param record table changed in place
---@param before table|nil the record that is replaced
function division_rules.apply(ctx, record, before)
  local id = record.division and record.division.id
  id = id ~= "*" and id or nil
  if before then
    local old = before.division and before.division.id
    if id and id ~= old and ctx.settings.division_change == "reject" then
      api_errors.raise("general.conflict", { reason = "the division of a record cannot be changed" })
    end
    id = old
  elseif not id and ctx.settings.default_division == "home" then
    id = divisions.id(0)
  elseif id and ctx.divisions and not ctx.divisions[id:lower()] then
    api_errors.raise "not.authorized"
  end
  record.division = id and divisions.reference(id, false) or nil
end

return division_rules
