--- Which contact a row is about: the first kind of identifier that any contact has
-- decides, and no other may contradict it.  Pure but for the lookups of `find`.

local match = {}

--- Reasons for rejecting a row.
match.SEVERAL = "ambiguous: several contacts have this value"
match.CONTRADICTION = "ambiguous: its identifiers belong to different contacts"
match.NO_IDENTIFIER = "the row has no value by which its contact is found"
match.NOBODY = "no contact has these values; use --create to create those that do not exist"
match.CHANGED = "the contact that was found does not have these values any more; import the row again"
match.UNKNOWN_ID = "id: no contact has this id"

local function of_kind(row, kind)
  local list = {}
  for _, identifier in ipairs(row.identifiers) do
    list[#list + 1] = identifier.kind == kind and identifier or nil
  end
  return list
end

-- Adds the contacts of an identifier; false if there are too many.
local function add(found, contacts, identifier)
  local list = contacts:find(identifier)
  for _, contact in ipairs(list or {}) do
    found.count = found.count + (found.set[contact] and 0 or 1)
    found.set[contact], found.last = true, contact
  end
  return list ~= nil
end

--- The contact of a row.
---@param row extcontacts.fix.ImportRow
---@param contacts { find: fun(self: table, identifier: extcontacts.fix.ImportIdentifier): any[]|nil }
---@param kinds string[] of identifiers, in order
---@return any|nil contact nil if no contact has one of them
---@return string|nil reason why the row is rejected
---@return string|nil detail
function match.find(row, contacts, kinds)
  local chosen, by, count = nil, nil, 0
  for _, kind in ipairs(kinds) do
    local list, found = of_kind(row, kind), { set = {}, count = 0 }
    count = count + #list
    for _, identifier in ipairs(list) do
      if not add(found, contacts, identifier) then
        return nil, match.SEVERAL, identifier.field
      end
    end
    if chosen == nil and found.count > 1 then
      return nil, match.SEVERAL, list[1].field
    elseif chosen == nil and found.count == 1 then
      chosen, by = found.last, list[1].field
    elseif chosen ~= nil and found.count > 0 and not found.set[chosen] then
      return nil, match.CONTRADICTION, ("%s and %s"):format(by, list[1].field)
    end
  end
  return chosen, count == 0 and match.NO_IDENTIFIER or nil
end

return match
