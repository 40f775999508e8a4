--- The names of organizations in the form in which they are compared.  Pure.

local names = require "extcontacts.dedupe.names"

local titles = {}

-- Legal forms, which people leave out, and words that add nothing.
local IGNORED = {}
for word in ([[inc incorporated corp corporation co company llc llp lp ltd limited plc gmbh mbh ag kg ohg ug se sa sas
  sarl srl spa bv nv oy ab as aps kft zrt sro sp zoo pty the der die das and und et y e group holding]]):gmatch "%S+" do
  IGNORED[word] = true
end

--- The words of an organization's name without its legal form.
---@param text any
---@return string "" for what is no name
function titles.plain(text)
  if type(text) ~= "string" then
    return ""
  end
  local folded, words = names.folded(text:sub(1, 256)), {}
  for word in folded:gmatch "%S+" do
    words[#words + 1] = not IGNORED[word] and word or nil
  end
  return #words > 0 and table.concat(words, " ") or folded
end

--- A contact's link to its organization.
---@param link any
---@return string
function titles.of_link(link)
  if type(link) ~= "table" then
    return ""
  end
  local plain = titles.plain(link.name)
  local id = type(link.id) == "string" and link.id ~= "" and "#" .. link.id or nil
  return plain ~= "" and (id and plain .. "\n" .. id or plain) or id or ""
end

return titles
