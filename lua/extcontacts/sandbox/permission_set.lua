--- Permissions of an OAuth client: roles and permissions, with `*`.

local permission_set = {}

local ROLES = {
  admin = { "*" },
  editor = {
    "externalContacts:*:view", "externalContacts:*:add", "externalContacts:*:edit", "externalContacts:*:associate",
  },
  viewer = { "externalContacts:*:view" },
  none = {},
}

local Set = {}
Set.__index = Set

--- Reads a list such as `viewer,externalContacts:contact:add`.
---@param list string
---@return table set
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
      local pattern = permission:gsub("[%-%.%+%[%]%(%)%$%^%%%?]", "%%%0"):gsub("%*", ".*")
      set.patterns[#set.patterns + 1] = "^" .. pattern .. "$"
    end
  end
  return set, unknown
end

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

--- Whether it holds one of them.
---@param any string[]
function Set:has_any(any)
  for _, permission in ipairs(any) do
    if self:has(permission) then
      return true
    end
  end
  return false
end

return permission_set