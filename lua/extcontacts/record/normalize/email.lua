--- E-mail addresses: whether two spellings are the same address, and whether a
-- text is one address.  Pure.

local characters = require "extcontacts.record.normalize.characters"
local letters = require "extcontacts.base.letters"
local texts = require "extcontacts.base.text"

local email = {}

-- Bytes of an address with everything that may surround it; RFC 5321 allows 254
-- for the address.
local LONGEST = 1000
-- Bytes before the @ (RFC 5321).
local LONGEST_NAME = 64
local BRACKETS = { ["<"] = ">" }
local QUOTES = { "“", "”", "„", "‟", "‘", "’", "‚", "‛", "´", "′", "″", "«", "»", "‹", "›", "＠" }

-- Whether a text has characters that a keyboard doesn't put into an address.
local function is_odd(text)
  if not text:find "[\194-\239]" then
    return false
  elseif characters.spaced(text) ~= text then
    return true
  end
  for _, quote in ipairs(QUOTES) do
    if text:find(quote, 1, true) then
      return true
    end
  end
  return false
end

--- Whether a text has the form of an e-mail address, which is what the server
-- checks.
---@param text string
---@return boolean
function email.is_valid(text)
  if #text > LONGEST then
    return false
  end
  local name, host = text:match("^([^%s%c@<>(),;:\"%[%]\\]+)@([%w%.%-\128-\255]+)$")
  return name ~= nil and #name <= LONGEST_NAME and not name:find("^%.") and not name:find("%.$")
    and not name:find("..", 1, true) and host:find("^[^%.%-].*%.[^%.]*[^%.%-]$") ~= nil
    and not host:find("..", 1, true)
end

--- Whether a text can be an e-mail address as it stands: a valid one without
-- characters that come from a text around it.
---@param text string
---@return boolean
function email.is_address(text)
  return email.is_valid(text) and text:sub(1, 1) ~= "'" and not is_odd(text)
end

-- The address in "Ann Lee <ann@example.com>" and "ann@example.com (Ann Lee)".
-- A name that is another address returns nothing.
local function without_name(text)
  local name, address = text:match "^([^<>]*)<([^<>]*)>$"
  if not address then
    address, name = text:match "^(%S+)%s+(%b())$"
  end
  if not address then
    return text
  elseif not name:find("@", 1, true) or characters.unwrapped(texts.trim(name)):lower() == address:lower() then
    return address
  end
end

--- Returns one e-mail address without `mailto:`, a name, quotes, angle brackets,
-- trailing punctuation, blanks and invisible marks.
---@param text any
---@return string|nil address with its host in lower case
---@return string|nil reason
function email.bare(text)
  if type(text) ~= "string" then
    return nil, "not an e-mail address"
  end
  local plain = texts.trim(characters.spaced(text))
  if #plain > LONGEST then
    return nil, select(2, plain:gsub("@", "")) > 1 and "more than one address" or "not an e-mail address"
  end
  local address = without_name(characters.unwrapped(plain))
  if not address then
    return nil, "more than one address"
  end
  address = characters.unwrapped(address, BRACKETS)
  if address:find "^[mM][aA][iI][lL][tT][oO]:" then
    address = address:sub(8):gsub("^//", ""):gsub("%?.*$", "")
  end
  address = characters.unwrapped(address, BRACKETS):gsub("%.$", ""):gsub("@[^@]*$", letters.lower)
  if email.is_address(address) then
    return address
  elseif select(2, address:gsub("@", "")) > 1 and address:find "[%s,;/]" then
    return nil, "more than one address"
  end
  return nil, "not an e-mail address"
end

--- Reads one e-mail address.
---@param text any
---@return string|nil address in lower case
---@return string|nil reason
function email.read(text)
  local address, reason = email.bare(text)
  return address and letters.lower(address), reason
end

-- The part before the @, and the host.
local function parts_of(address)
  return address:match "^(.*)@([^@]*)$"
end

-- Whether an address has other spellings than those in capitals: composed and
-- decomposed letters, and the two forms of its domain.
local function has_spellings(address)
  return address:find "[\128-\255]" or address:find("xn--", 1, true)
end

--- The form in which addresses are compared: lower case, composed letters, the
-- domain as people read it.
---@param text any
---@return string|nil key
---@return string|nil reason
function email.key(text)
  local address, reason = email.read(text)
  if not address or not has_spellings(address) then
    return address, reason
  end
  local domain = require "extcontacts.record.normalize.domain"
  local mailbox, host = parts_of(address)
  return domain.composed(mailbox) .. "@" .. domain.unicode(host)
end

--- The spellings of an address under which a search may know it.  Searches ignore
-- the case of ASCII letters; that of other letters is not certain.
---@param address string without a name, quotes and the like
---@return string[]|nil nil if there is only one
function email.spellings(address)
  if not has_spellings(address) then
    return nil
  end
  local domain = require "extcontacts.record.normalize.domain"
  local mailbox, host = parts_of(address)
  local out, seen = {}, {}
  for _, mailbox_form in ipairs { mailbox, letters.lower(mailbox), letters.upper(mailbox) } do
    for _, host_form in ipairs { domain.unicode(host), domain.ascii(host) } do
      for _, form in ipairs { domain.composed, domain.decomposed } do
        local spelling = form(mailbox_form .. "@" .. host_form)
        local key = spelling:lower()
        out[#out + 1] = not seen[key] and spelling or nil
        seen[key] = true
      end
    end
  end
  return out
end

--- Whether a search may miss an address because of the case of its letters.
---@param address string as `key` returns it
---@return boolean
function email.has_other_case(address)
  return address:find "[\128-\255].*@" ~= nil and letters.upper(address) ~= address:upper()
end

return email
