--- The sentence at the top of a plan's report: how many changes, and how far undo
-- reaches.  Pure.

local html = require "extcontacts.fix.report.html"
local texts = require "extcontacts.base.text"

local function irreversible_part(count, total, operations)
  local subject = count == total and (count == 1 and "It is" or "All are")
    or html.number(count) .. (count == 1 and " is" or " are")
  local merges, promotions = operations["contact.merge"] or 0, operations["contact.promote"] or 0
  local erases, reasons = count - merges - promotions, {}
  reasons[1] = erases > 0 and (erases == 1 and "the record is deleted and no copy is kept"
    or "the records are deleted and no copy is kept") or nil
  reasons[#reasons + 1] = merges > 0 and "merged contacts can't be separated" or nil
  reasons[#reasons + 1] = promotions > 0 and "promoted contacts stay curated" or nil
  return ("%s irreversible: %s."):format(subject, table.concat(reasons, "; "))
end

local function delete_part(count)
  return count == 1 and "1 deletes a record; undo recreates it with a new id."
    or html.number(count) .. " delete records; undo recreates them with new ids."
end

local function create_part(count)
  return count == 1 and "1 creates a record; undo deletes it."
    or html.number(count) .. " create records; undo deletes them."
end

local function count_deletes(operations)
  local count = 0
  for key, number in pairs(operations) do
    if key:find "%.delete$" then
      count = count + number
    end
  end
  return count
end

--- Returns the sentence and how serious it is.
---@param totals extcontacts.fix.Totals
---@return "good"|"warn"|"bad" level
---@return string text
return function(totals)
  local classes, total = totals.classes, totals.changes
  if total == 0 then
    return "good", "No changes."
  end
  local irreversible, reversible = classes.irreversible or 0, classes.reversible or 0
  local deletes = count_deletes(totals.operations)
  local creates = (classes.partly_reversible or 0) - deletes
  local parts = { ("%s %s."):format(html.number(total), texts.noun(total, "change")) }
  if irreversible > 0 then
    parts[#parts + 1] = irreversible_part(irreversible, total, totals.operations)
  end
  if deletes > 0 then
    parts[#parts + 1] = delete_part(deletes)
  end
  if creates > 0 then
    parts[#parts + 1] = create_part(creates)
  end
  if reversible == total then
    parts[#parts + 1] = total == 1 and "It is reversible." or "All are reversible."
  elseif reversible > 0 then
    parts[#parts + 1] = reversible == 1 and "The other one is reversible." or "The others are reversible."
  end
  return irreversible > 0 and "bad" or deletes > 0 and "warn" or "good", table.concat(parts, " ")
end
