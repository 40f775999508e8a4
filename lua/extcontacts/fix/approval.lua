--- Ties a run to the plan that was approved, by the SHA-256 of the plan.

local errors = require "extcontacts.base.errors"

local approval = {}

-- Digits that identify a plan: few enough to compare by eye, too many to find another
-- plan that has them.
local LEAST = 12
local ALL = 64

--- The digest of a plan as prompts and commands show it.
---@param sha256 string
---@return string
function approval.short(sha256)
  return sha256:sub(1, LEAST)
end

--- Whether a plan is the one that was approved.
---@param path string
---@param sha256 string of the plan
---@param expected string|nil the approved plan's, or its first 12 digits or more; nil: any plan
---@return true|nil
---@return extcontacts.Error|nil
function approval.check(path, sha256, expected)
  if not expected then
    return true
  elseif not expected:find "^%x+$" or #expected < LEAST or #expected > ALL then
    return errors.invalid(("expect (--expect) must be the SHA-256 of the approved plan, or its first %d digits or "
      .. "more; `extcontacts show` prints it"):format(LEAST), "expect")
  elseif sha256:sub(1, #expected) ~= expected:lower() then
    return errors.invalid(("%s is not the approved plan: its SHA-256 is %s, expected %s; use the approved file, or "
      .. "have this plan reviewed"):format(path, sha256, expected:lower()), "expect")
  end
  return true
end

return approval
