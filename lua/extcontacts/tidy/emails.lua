--- E-mail addresses as people type them, brought into the form that is
-- compared and sent to.  Pure.

local letters = require "extcontacts.tidy.letters"
local lint = require "extcontacts.record.lint"

local emails = {}

--- An address without what stands around it, in small letters.
---@param text string
---@return string|nil
---@return string|nil reason why it is none; without the address
function emails.tidy(text)
  local address = text:gsub("\194\160", " "):gsub("\226\128\139", ""):gsub("^%s+", ""):gsub("%s+$", "")
  address = address:gsub("^[mM][aA][iI][lL][tT][oO]:%s*", ""):gsub("[.,;%s]+$", ""):gsub("^<(.*)>$", "%1")
  -- "anna at example.com", written so as not to be read by machines.
  address = address:gsub("^([^%s@]+)%s*[%(%[]at[%)%]]%s*([^%s@]+)$", "%1@%2")
  address = address:gsub("^([^%s@]+)%s+at%s+([^%s@]+%.[^%s@]+)$", "%1@%2")
  address = letters.lower(address)
  if select(2, address:gsub("@", "")) > 1 and address:find "[%s,;/]" then
    return nil, "more than one address"
  elseif not lint.is_email(address) then
    return nil, "not an e-mail address"
  end
  return address
end

return emails
