--- Postal codes of which a spreadsheet has removed the leading zero.  Pure.

local postal_code = {}

-- Countries whose postal codes all have five digits, the first of which may be 0.
local FIVE = {}
for country in ("DE FR ES IT US FI EE MX TR MA"):gmatch "%S+" do
  FIVE[country] = true
end

--- Whether the leading zero of a postal code is missing.
---@param text string
---@param country string|nil two letters
---@return boolean
function postal_code.lost_zero(text, country)
  return country ~= nil and FIVE[country] == true and text:find "^%s*%d%d%d%d%s*$" ~= nil
end

return postal_code
