--- Texts that a spreadsheet or a program has damaged.  Pure.

local damage = require "extcontacts.record.normalize.damage"

local spoilt = {}

-- Bytes of a damaged cell at most, apart from lost characters.
local LONGEST = 40
-- How damaged cells begin; most texts begin otherwise and need no closer look.
local BEGINNINGS = { "^[#=<%[\\(+-]", "^%d.*[%a.,*]", "^%d+0000$", "^[nuN][%aU]", "^%a+[-. ]+%d%d$" }

local function is_suspect(text)
  for _, beginning in ipairs(BEGINNINGS) do
    if text:find(beginning) then
      return true
    end
  end
end

--- Whether a value is damaged.  Phone numbers have rules of their own, and dates and ids
-- come from the server.
---@param node extcontacts.data_profile.Node|nil
---@param value any
---@return boolean
function spoilt.is(node, value)
  if type(value) ~= "string" or node and (node.only or node.read_only or node.model.name == "PhoneNumber"
    or node.field.type ~= "string") then
    return false
  elseif #value > LONGEST then
    return value:find("\239\191\189", 1, true) ~= nil
  end
  return (is_suspect(value) or value:find("[%z\239]") ~= nil) and damage.of(value) ~= nil
end

return spoilt
