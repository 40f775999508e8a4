--- The permissions of an OAuth client, from a list of roles and permissions
-- that may contain `*`.

local glob = require "extcontacts.sandbox.glob"

local permission_set = {}

local ROLES = {
  admin = { "*" },
  editor = {
    "externalContacts:*:view", "externalContacts:*:add", "externalContacts:*:edit", "externalContacts:*:associate",
  },
  viewer = { "externalContacts:*:view" },
  none = {},
}

---@class extcontacts.sandbox.PermissionSet
local Set = {}
Set.__index = Set

--- Reads a list such as `viewer,externalContacts:contact:add`.
---@param list string
---@return extcontacts.sandbox.PermissionSet
---@return string|nil unknown the first word that is neither a role nor a permission
function permission_set.parse(list)
  local set = setmetatable({ patterns = {}, known = {} }, Set)
  local unknown
  for word in list:gmatch("[^,%s]+") do
    local granted = ROLES[word] or ((word:find(":", 1, true) or word == "*") and { word })
    if not granted then
      unknown = unknown or word
    end
    for _, permission in ipairs(granted or {}) do
      set.patterns[#set.patterns + 1] = glob(permission)
    end
  end
  return set, unknown
end

---@param permission string
---@return boolean
function Set:has(permission)
  local known = self.known[permission]
  if known == nil then
    known = false
    for _, pattern in ipairs(self.patterns) do
      known = known or permission:find(pattern) ~= nil
    end
    self.known[permission] = known
  end
  return known
end

--- The permissions of an operation that the set lacks; nil if it has enough.
---@param names string[]
---@param mode "any"|"all"|nil whether one of the names is enough; default "any"
---@return string[]|nil missing
function Set:missing(names, mode)
  local missing = {}
  for _, name in ipairs(names) do
    if not self:has(name) then
      missing[#missing + 1] = name
    elseif mode ~= "all" then
      return nil
    end
  end
  return missing[1] and missing or nil
end

return permission_set
