--- Records and values on one line, as plans, differences and checks show them.

local diff = require "extcontacts.record.diff"
local label = require "extcontacts.record.label"
local printable = require "extcontacts.base.printable"

local record_text = {}

-- Bytes of a value on the screen; the plan contains the whole value.
local WIDEST = 100
-- Bytes of the ids of a merge.
local MOST_IDS = 1000

--- A value on one line, cut if it is long.
---@param value any
---@return string|nil nil for no value
function record_text.value(value)
  local text = diff.text(value)
  if text == nil then
    return nil
  end
  text = printable.line(text, WIDEST)
  -- Quotes make blanks at either end visible.
  if text:find "^%s" or text:find("^%s", #text) or text == "" then
    text = '"' .. text .. '"'
  end
  return text
end

--- A record's type, id and label: "contact 5b4ab8d4-… Ann Lee <ann@acme.example>".
---@param kind extcontacts.record.TypeName
---@param id string|nil
---@param name string|nil from `record.label`
---@param longest integer|nil bytes of the id and of the label
---@return string
function record_text.record(kind, id, name, longest)
  longest = longest or WIDEST
  local text = kind:gsub("_", " ") .. " " .. printable.line(id or "(new)", longest)
  return name and text .. " " .. printable.line(name, longest) or text
end

-- The contacts of a merge, each with its label.
local function members_of(change)
  local parts = {}
  for index, id in ipairs(change.ids) do
    local name = label.of(change.kind, change.members and change.members[index])
    parts[index] = name and ("%s (%s)"):format(id, printable.line(name, WIDEST)) or id
  end
  return table.concat(parts, ", ")
end

--- The record of a change.
---@param change extcontacts.fix.Change
---@return string
function record_text.subject(change)
  if change.ids then
    return record_text.record(change.kind, members_of(change), nil, MOST_IDS)
  end
  local id = change.forgotten and "(forgotten)" or change.id
    or change.copies and "(copy of " .. change.old_id .. ")" or "(new)"
  if change.owner then
    id = id .. " of " .. change.owner
  end
  return record_text.record(change.kind, id, label.of_change(change))
end

return record_text
