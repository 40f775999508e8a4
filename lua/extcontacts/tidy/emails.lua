--- E-mail addresses as people type them, in the form in which they are compared
-- and used.  Pure.

local email = require "extcontacts.record.normalize.email"

local emails = {}

-- Bytes of a text that may be "anna at example.com".
local LONGEST = 300

--- Returns an address in lower case, without `mailto:`, a name, angle brackets,
-- quotes and trailing punctuation.
---@param text string
---@return string|nil
---@return string|nil reason why it is not one address; without the text
function emails.tidy(text)
  if not text:find("@", 1, true) and #text <= LONGEST then
    -- "anna at example.com", written to hide from harvesters.
    text = text:gsub("^%s*([^%s@]+)%s*[%(%[]at[%)%]]%s*([^%s@]+)%s*$", "%1@%2")
    text = text:gsub("^%s*([^%s@]+)%s+at%s+([^%s@]+%.[^%s@]+)%s*$", "%1@%2")
  end
  local address, reason = email.read(text)
  return address, reason
end

--- The form in which addresses are compared: as `tidy`, and the same for composed and
-- decomposed letters and for both forms of a domain, `bücher.example` and
-- `xn--bcher-kva.example`.
---@param text string
---@return string|nil
---@return string|nil reason
function emails.key(text)
  local address, reason = emails.tidy(text)
  return address and email.key(address), reason
end

return emails
