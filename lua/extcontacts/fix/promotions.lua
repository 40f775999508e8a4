--- Promotions: an Ephemeral or Identified contact becomes Curated and does not expire
-- any more.  The API has no way back.  Pure.

local core = require "extcontacts.core"
local server_merge = require "extcontacts.record.merge.server_merge"

local promotions = {}

--- Reason for skipping a promotion; the problem follows it in the list of skipped records.
promotions.IMPOSSIBLE = "the contact can't be promoted"

local CURATED = "Curated"
-- Types that the API's documentation names for a promotion.
local OBSERVED = { Ephemeral = true, Identified = true }

--- Whether a contact is promoted, or was never in need of it.
---@param contact table
---@return boolean
function promotions.is_done(contact)
  return contact.type == CURATED
end

--- Why a contact can't be promoted; nil if it can, or is promoted.
---@param contact table
---@return string|nil problem
function promotions.problem(contact)
  local other = server_merge.merged_into(contact)
  if other then
    return "it was merged into " .. other
  elseif type(contact.type) ~= "string" then
    return "its type is unknown"
  elseif not OBSERVED[contact.type] and contact.type ~= CURATED then
    return ("its type is %s; expected Ephemeral or Identified"):format(contact.type)
  end
end

--- Plans a promotion.
---@param reference extcontacts.record.Reference
---@param contact table
---@return extcontacts.fix.Change|nil change nil for a contact that is curated, too
---@return string|nil reason why it is skipped
---@return string|nil detail
function promotions.plan(reference, contact)
  local problem = promotions.problem(contact)
  if problem then
    return nil, promotions.IMPOSSIBLE, problem
  elseif promotions.is_done(contact) then
    return nil
  end
  return {
    kind = "contact", op = "promote", id = reference.id, before = contact,
    diff = { { path = core.json.array { "type" }, before = contact.type, after = CURATED } },
  }
end

return promotions
