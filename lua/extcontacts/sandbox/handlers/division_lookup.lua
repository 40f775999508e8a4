--- The divisions of the organization, by their ids.

local api_errors = require "extcontacts.sandbox.api_errors"
local division_lookup = require "extcontacts.sandbox.division_lookup"
local divisions = require "extcontacts.sandbox.state.divisions"
local json = require "extcontacts.base.json"
local record_ids = require "extcontacts.sandbox.state.record_ids"

local handlers = {}

handlers[division_lookup.short] = function(ctx)
  if ctx.settings.division_lookup == "refuse" then
    api_errors.raise("not.authorized")
  end
  local id = ctx.arguments.divisionId:lower()
  local number = record_ids.index(divisions.type_number, id)
  -- The home division exists in any organization.
  if not number or number >= math.max(ctx.settings.divisions, 1) then
    api_errors.raise("not.found")
  end
  return assert(json.encode(divisions.reference(id, true), { sort_keys = true }))
end

return handlers
