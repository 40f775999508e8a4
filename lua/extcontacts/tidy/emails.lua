--- E-mail addresses as people type them, in the form in which they are compared
-- and used.  Pure.

local letters = require "extcontacts.tidy.letters"
local lint = require "extcontacts.record.lint"
local texts = require "extcontacts.base.text"

local emails = {}

--- Returns an address in lower case, without `mailto:`, angle brackets and
-- trailing punctuation.
---@param text string
---@return string|nil
---@return string|nil reason why it is not one address; without the text
function emails.tidy(text)
  local address = texts.trim((text:gsub("\194\160", " "):gsub("\226\128\139", "")))
  address = address:gsub("^[mM][aA][iI][lL][tT][oO]:%s*", ""):gsub("[.,;%s]+$", ""):gsub("^<(.*)>$", "%1")
  -- "anna at example.com", written to hide from harvesters.
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
