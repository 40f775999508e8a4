--- The permissions the operations need, by what they give access to.

local permission_sets = {}

---@param action "view"|"add"|"edit"|"delete"|"search"|"enrich"|"viewAll"
---@return string[]
function permission_sets.contacts(action)
  return { "externalContacts:contact:" .. action }
end

--- The same, or the permission that a related organization grants.
---@param action "view"|"add"|"edit"|"delete"
---@return string[]
function permission_sets.related_contacts(action)
  return { "relate:contact:" .. action, "externalContacts:contact:" .. action }
end

---@param action "view"|"add"|"edit"|"delete"|"search"|"enrich"|"viewAll"
---@return string[]
function permission_sets.organizations(action)
  return { "externalContacts:externalOrganization:" .. action }
end

--- The same, or the permission that a related organization grants.
---@param action "view"|"add"|"edit"|"delete"
---@return string[]
function permission_sets.related_organizations(action)
  return {
    "relate:externalOrganization:" .. action,
    "externalContacts:externalOrganization:" .. action,
  }
end

---@param action "view"|"add"|"edit"
---@return string[]
function permission_sets.custom_fields(action)
  return { "externalContacts:customFields:" .. action }
end

return permission_sets
