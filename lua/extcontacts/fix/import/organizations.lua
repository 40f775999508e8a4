--- The organizations that the rows of an import name, by name or by external id.  One
-- scan finds them all.

local blank = require "extcontacts.record.normalize.blank"
local core = require "extcontacts.core"
local name = require "extcontacts.record.normalize.name"

local organizations = {}

--- Reasons for rejecting a row.
organizations.ABSENT = {
  name = "externalOrganization.name: no organization has this name; use --create-organizations to create it",
  externalId = "externalOrganization.externalId: no organization has this external id",
}
organizations.SEVERAL = {
  name = "externalOrganization.name: ambiguous: several organizations have this name",
  externalId = "externalOrganization.externalId: ambiguous: several organizations have this external id",
}

---@class extcontacts.fix.ImportOrganizations
---@field count integer that rows name
local Organizations = {}
Organizations.__index = Organizations

---@param external_source string|nil
---@param may_create boolean|nil
---@return extcontacts.fix.ImportOrganizations
function organizations.new(external_source, may_create)
  return setmetatable({ external_source = external_source, may_create = may_create, ids = {}, count = 0 },
    Organizations)
end

-- In `ids`: 0 for one that is not found, false for several.

--- Notes that a row names an organization.
---@param key string
function Organizations:want(key)
  if self.ids[key] == nil then
    self.ids[key], self.count = 0, self.count + 1
  end
end

local function take(self, key, id)
  local found = self.ids[key]
  if found == 0 then
    self.ids[key] = id
  elseif found ~= nil and found ~= id then
    self.ids[key] = false
  end
end

--- Scans.  Raises an error object if that fails.
---@param client table
function Organizations:run(client)
  for organization in client:scan_organizations { limit = 200 } do
    if type(organization.name) == "string" then
      take(self, "name:" .. name.key(organization.name), organization.id)
    end
    for _, item in ipairs(type(organization.externalIds) == "table" and organization.externalIds or {}) do
      local source = type(item.externalSource) == "table" and item.externalSource.id
      if source and source == self.external_source and type(item.value) == "string" then
        take(self, "externalId:" .. blank.trimmed(item.value), organization.id)
      end
    end
  end
end

-- The id that stands for an organization which the plan creates.  The journal maps it
-- to the id that the server assigns.
local function placeholder(key)
  return (core.hash.sha256("extcontacts import " .. key):gsub(
    "^(%x%x%x%x%x%x%x%x)(%x%x%x%x)(%x%x%x)(%x%x%x)(%x%x%x%x%x%x%x%x%x%x%x%x).*", "%1-%2-4%3-8%4-%5"))
end

--- The organization that a row names.
---@param wanted { by: "name"|"externalId", text: string, key: string }
---@return string|nil id
---@return string|nil reason
---@return table|nil body of the organization that must be created first, under that id
function Organizations:find(wanted)
  local found = self.ids[wanted.key]
  if type(found) == "table" then
    return found.id
  elseif found == false then
    return nil, organizations.SEVERAL[wanted.by]
  elseif found ~= 0 then
    return found
  elseif wanted.by ~= "name" or not self.may_create then
    return nil, organizations.ABSENT[wanted.by]
  end
  return placeholder(wanted.key), nil, { name = wanted.text }
end

--- Notes that the plan creates an organization.
---@param wanted table
---@param id string
function Organizations:created(wanted, id)
  self.ids[wanted.key] = { id = id }
end

return organizations
