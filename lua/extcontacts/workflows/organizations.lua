--- `client.organizations:resolve`: an organization's id by its external id.

local operations = require "extcontacts.api.operations"
local organization_links = require "extcontacts.iterate.organization_links"
local params = require "extcontacts.api.params"

local organizations = {}

--- Checks the arguments.
---@param link any
---@param opts any
---@return table|nil args
---@return string|nil misuse
function organizations.bind(link, opts)
  local problem = organization_links.problem(link)
  if problem then
    return nil, "argument #1 (link) " .. problem
  end
  local _, misuse = params.bind(operations.find "lookup.organization", 2, { {}, opts })
  if misuse then
    return nil, (misuse:gsub("^[%w_]+: ", ""))
  end
  return { link = link, options = opts }
end

--- Returns the id.
---@param ctx extcontacts.ClientContext
---@param _ string
---@param args table from `bind`
---@return string|nil id
---@return extcontacts.Error|nil
function organizations.run(ctx, _, args)
  return organization_links.resolve(ctx, args.link, args.options)
end

return organizations
