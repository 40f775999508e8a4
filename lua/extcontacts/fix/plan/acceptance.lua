--- Whether the filter of a fix accepts a record, and which fields decide whether a plan uses
-- one: a record that is not used is not decoded in full.

local declared_fields = require "extcontacts.fix.plan.declared_fields"
local deepcopy = require "extcontacts.base.deepcopy"
local fix_calls = require "extcontacts.fix.plan.fix_calls"
local source = require "extcontacts.fix.source"

local acceptance = {}

---@class extcontacts.fix.Acceptance
local Acceptance = {}
Acceptance.__index = Acceptance

--- Starts with a plan.  Raises an error object for a mistake in what the fix declares.
---@param fix extcontacts.fix.Definition
---@param described extcontacts.fix.Source
---@param selection extcontacts.fix.Selection
---@param ctx extcontacts.fix.Context
---@return extcontacts.fix.Acceptance
function acceptance.new(fix, described, selection, ctx)
  return setmetatable({
    fix = fix, selection = selection, ctx = ctx,
    declared = declared_fields.of(fix, described.kind or "contact_note"),
  }, Acceptance)
end

-- The fields that decide; nil if nothing decides, or if it takes the whole record.
local function fields_of(self)
  local tested, declared = self.selection:fields(), self.declared
  if not declared then
    return tested
  end
  local fields = {}
  for _, list in ipairs { tested or {}, declared.paths } do
    for _, path in ipairs(list) do
      fields[#fields + 1] = path
    end
  end
  return fields
end

--- How the records of a listing are tried before they are decoded in full.
---@param on_unselected fun(count: integer) called with numbers of records for which the condition does not hold
---@return extcontacts.fix.Trial
function Acceptance:trial(on_unselected)
  local trial, test = { fields = fields_of(self) }, self.selection:early_test()
  if test then
    function trial.accepts(record)
      if test(record) then
        return true
      end
      on_unselected(1)
      return false
    end
    trial.needles, trial.pass_over = self.selection:needles(), on_unselected
  end
  return trial
end

--- Whether the filter accepts an item.  It gets a copy of the record, or of the fields that
-- the fix declares.
---@param item extcontacts.fix.Item its record may be completed
---@return any
function Acceptance:test(item)
  local fix, record = self.fix, item.record
  if not fix.filter then
    return true
  elseif record and self.declared then
    record = self.declared:view(record)
  elseif record then
    source.complete(item)
    record = deepcopy(item.record)
  end
  return fix_calls.call("filter", item, fix.filter, record, self.ctx)
end

return acceptance
