--- The permissions that operations need, and the reads that show whether they
-- are granted, from the operation table.  Pure.

local operations = require "extcontacts.api.operations"
local suggest = require "extcontacts.base.suggest"

local permissions = {}

-- The groups that are checked unless others are named: records, their custom fields
-- and lookup.  A token without the permissions of jobs, bulk operations or settings
-- has no problem.
local USUAL = {}
for group in ([[
  contacts contacts.notes contacts.schemas organizations organizations.notes organizations.schemas
  organizations.trustor relationships notes conversations lookup
]]):gmatch "%S+" do
  USUAL[group] = true
end

-- Arguments of reads that need some and find nothing.
local ARGUMENTS = { ["lookup.reverse"] = { "nobody@example.invalid" } }

--- Returns an operation's group: "contacts.notes" for "contacts.notes.get".
---@param row extcontacts.Operation
---@return string
function permissions.group(row)
  return row.short:match("^(.*)%.[%w_]+$")
end

--- Returns the names of all groups, in the table's order.
---@return string[]
function permissions.groups()
  local names, seen = {}, {}
  for _, row in ipairs(operations.list) do
    local group = permissions.group(row)
    if not seen[group] then
      seen[group] = true
      names[#names + 1] = group
    end
  end
  return names
end

local function includes(name, group)
  return group == name or group:sub(1, #name + 1) == name .. "."
end

--- Checks names of groups; "contacts" includes "contacts.notes".
---@param names string[]
---@return string|nil misuse
function permissions.problem(names)
  local known = permissions.groups()
  for _, name in ipairs(names) do
    local found = false
    for _, group in ipairs(known) do
      found = found or includes(name, group)
    end
    if not found then
      return suggest.unknown("group", name, known)
    end
  end
end

local function is_selected(row, names)
  local group = permissions.group(row)
  for _, name in ipairs(names or {}) do
    -- "contacts" does not include "contacts.exports", which few tokens need.
    if includes(name, group) and (group == name or USUAL[group] or not USUAL[name]) then
      return true
    end
  end
  return (names == nil or #names == 0) and USUAL[group] or false
end

-- The shortest arguments of a read that needs no id; nil for other operations, and
-- for those that may disappear.
local function probe_arguments(row)
  if row.effect ~= "read" or row.preview then
    return nil
  end
  local options, arguments = {}, {}
  for _, value in ipairs(ARGUMENTS[row.short] or {}) do
    arguments[#arguments + 1] = value
  end
  for _, param in ipairs(row.params) do
    if param.required and not ARGUMENTS[row.short] then
      return nil
    elseif param.name == "page_size" or param.name == "limit" then
      options[param.name] = param.min or 1
    end
  end
  arguments[#arguments + 1] = options
  return arguments
end

---@class extcontacts.PermissionCheck
---@field permissions string[]
---@field mode "any"|"all" whether one of the permissions is enough
---@field groups string[] the groups with operations that need them
---@field row extcontacts.Operation|nil a read that needs the same permissions; nil if only writes do
---@field arguments table|nil the read's arguments, options last

local function key_of(row)
  return row.permissions_mode .. " " .. table.concat(row.permissions, " ")
end

--- Returns one check for each set of permissions that an operation of the groups
-- needs.
---@param names string[]|nil groups; the usual ones if nil or empty
---@return extcontacts.PermissionCheck[]
function permissions.checks(names)
  local list, by_key = {}, {}
  for _, row in ipairs(operations.list) do
    if is_selected(row, names) then
      local key = key_of(row)
      local check = by_key[key]
      if not check then
        check = { permissions = row.permissions, mode = row.permissions_mode, groups = {}, seen = {} }
        by_key[key] = check
        list[#list + 1] = check
      end
      local group = permissions.group(row)
      if not check.seen[group] then
        check.seen[group] = true
        check.groups[#check.groups + 1] = group
      end
    end
  end
  -- The read may be of a group that was not selected; only its permissions count.
  -- One of the usual groups is preferred.
  for _, usual in ipairs { true, false } do
    for _, row in ipairs(operations.list) do
      local check = by_key[key_of(row)]
      local is_usual = USUAL[permissions.group(row)] or false
      local arguments = check and not check.row and is_usual == usual and probe_arguments(row)
      if arguments then
        check.row, check.arguments = row, arguments
      end
    end
  end
  return list
end

--- Writes a check's permissions as text: "a or b" if one of them is enough, else
-- "a and b".
---@param check extcontacts.PermissionCheck
---@return string
function permissions.text(check)
  return table.concat(check.permissions, check.mode == "all" and " and " or " or ")
end

return permissions
