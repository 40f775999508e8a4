--- Which contacts a contact was merged from.  Pure.

local ids = require "extcontacts.record.normalize.id"

local merge_set = {}

--- Whether another contact was merged into a contact, as the contact says.
---@param contact any
---@param id string in the form of `normalize.id.key`
---@return boolean
function merge_set.contains(contact, id)
  if type(contact) ~= "table" then
    return false
  end
  for _, name in ipairs { "mergeSet", "mergedFrom" } do
    local members = contact[name]
    for _, member in ipairs(type(members) == "table" and members or {}) do
      local member_id = type(member) == "table" and member.id
      if type(member_id) == "string" and ids.key(member_id) == id then
        return true
      end
    end
  end
  return false
end

return merge_set
