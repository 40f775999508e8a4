--- For specs of the ready fixes: one fix, planned against the sandbox.

local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local ready_fixes = require "extcontacts.fixes"

local ready_fix = {}

local Ready = {}
Ready.__index = Ready

--- Plans the fix; returns the plan and its changes, or nil and the error.
---@param set table|nil options of the fix
---@param output string|nil name of the plan's file
function Ready:plan(set, output)
  local changes = {}
  local planned, err = fix.plan(self.place.client, assert(fix.load(ready_fixes.path(self.name))), {
    set = set,
    output = output and self.place:path(output),
    by = "spec",
    force = true,
    time = 0,
    on_change = function(change)
      changes[#changes + 1] = change
    end,
  })
  return planned, planned and changes or err
end

--- The message with which the fix can't be planned.
function Ready:refused(set)
  local planned, err = self:plan(set)
  assert(planned == nil, "it was planned")
  return err.message
end

--- The reasons for skipping, with their counts.
function Ready:skipped(set)
  return (self:plan(set)).totals.skipped
end

--- Creates a contact; returns its id.
function Ready:add(fields)
  local all = { firstName = "Ann", lastName = "Example" }
  for key, value in pairs(fields or {}) do
    all[key] = value
  end
  return assert(self.place.direct.contacts:create(all)).id
end

--- Plans, applies and verifies the fix, and plans it again, which must find nothing
-- to do.
---@return table planned
---@return table again the second plan
---@return table verified
function Ready:converges(set, options)
  local place = self.place
  local planned = assert(self:plan(set, "p"))
  assert(planned.changes > 0, "nothing was planned")
  local result = assert(fix.apply(place.client, place:path "p", options))
  assert(result.applied == planned.changes, tostring(result.applied) .. " applied")
  local verified = assert(fix.verify(place.client, place:path "p"))
  local again = assert(self:plan(set, "again"))
  assert(again.changes == 0, tostring(again.changes) .. " changes left")
  return planned, again, verified
end

--- The change of a record.
function ready_fix.change_of(changes, id)
  for _, change in ipairs(changes) do
    if change.id == id then
      return change
    end
  end
end

--- A ready fix with a fresh place for each spec of a block.
---@param name string
---@param before_each function busted's
---@param after_each function busted's
---@return table ready
---@return table place
function ready_fix.fresh(name, before_each, after_each)
  local place = fixes.fresh_place(before_each, after_each)
  return setmetatable({ name = name, place = place }, Ready), place
end

return ready_fix
