--- The organization that the sandbox stands for: GET /api/v2/organizations/me, which
-- is not among the operations of External Contacts.

local api_errors = require "extcontacts.sandbox.api_errors"
local json = require "extcontacts.base.json"

local own_organization = {}

--- The operation, as a row of the table.  Every token may call it.
own_organization.row = {
  short = "organization.me",
  method = "GET",
  path = "/api/v2/organizations/me",
  params = {},
  permissions = {},
  success_status = 200,
}

--- Returns the organization.
---@param ctx extcontacts.sandbox.Context
---@return string JSON
function own_organization.handler(ctx)
  if ctx.settings.own_organization == "refuse" then
    api_errors.raise("not.authorized")
  end
  return assert(json.encode({
    id = ctx.settings.organization_id,
    name = "Sandbox",
    defaultCountryCode = ctx.settings.region,
    state = "active",
    selfUri = "/api/v2/organizations/" .. ctx.settings.organization_id,
  }, { sort_keys = true }))
end

return own_organization
