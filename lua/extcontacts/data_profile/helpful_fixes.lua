--- How many records each ready-made fix would change.  The fixes' own functions decide;
-- nothing is planned.

local actions = require "extcontacts.fix.actions"
local changes = require "extcontacts.fix.plan.changes"
local context = require "extcontacts.fix.context"
local deepcopy = require "extcontacts.base.deepcopy"
local definition = require "extcontacts.fix.definition"
local errors = require "extcontacts.base.errors"
local fixes = require "extcontacts.fixes"
local is_equal = require "extcontacts.base.is_equal"
local skipped = require "extcontacts.fix.skipped"
local texts = require "extcontacts.base.text"

local helpful_fixes = {}

---@class extcontacts.data_profile.FixRun one fix with its options, tried on records
---@field name string
---@field set table<string, any>
---@field records integer that it would change
---@field failed integer records with which it fails
---@field assumptions string[] what it takes for granted, once it is closed
---@field skipped table<string, integer> values that it would skip, by reason
local FixRun = {}
FixRun.__index = FixRun

--- Loads a fix.  Raises an error object if that fails.
---@param name string of a ready-made fix
---@param set table<string, any> its options
---@param now fun(): number seconds since 1970 by the server's clock
---@return extcontacts.data_profile.FixRun
function helpful_fixes.new(name, set, now)
  local fix = assert(definition.load(assert(fixes.path(name))))
  local clock = { server_time = now }
  local notes = skipped.new()
  local ctx = context.new(clock, assert(definition.options(fix, set)), nil, { skipped = notes })
  local assumptions = {}
  function ctx.assume(one, several, count)
    assumptions[#assumptions + 1] = count and ("%d %s"):format(count, texts.noun(count, one, several)) or one
  end
  if fix.prepare then
    fix.prepare(ctx)
  end
  return setmetatable({ name = name, set = set, fix = fix, ctx = ctx, records = 0, failed = 0,
    skipped = notes.counts, assumptions = assumptions }, FixRun)
end

-- Whether an action changes the record.
local function is_change(action, reference, record)
  if action.op ~= "update" then
    return true
  end
  return not is_equal(record, action.record) and changes.update(reference, record, action.record) ~= nil
end

-- The actions for a record.  Raises anything if the fix can't take it.
local function actions_for(self, kind, record)
  local fix, ctx = self.fix, self.ctx
  if fix.filter and not fix.filter(deepcopy(record), ctx) then
    return {}
  end
  return assert(actions.of(fix.change(deepcopy(record), ctx), { kind = kind, id = record.id or "" }))
end

--- Tries the fix on a record.
---@param kind "contact"|"organization"
---@param record table not changed
---@return boolean changed
function FixRun:try(kind, record)
  local ok, found = pcall(actions_for, self, kind, record)
  if not ok and errors.is_error(found) then
    error(found, 0)
  end
  self.failed = self.failed + (ok and 0 or 1)
  for _, action in ipairs(ok and found or {}) do
    if is_change(action, { kind = kind, id = record.id or "" }, record) then
      self.records = self.records + 1
      return true
    end
  end
  return false
end

--- Ends the fix.
function FixRun:close()
  if self.fix.finish then
    pcall(self.fix.finish, self.ctx)
  end
end

return helpful_fixes
