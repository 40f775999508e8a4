--- Case and accents of Latin letters in UTF-8, for the search and for e-mail
-- addresses derived from names.

local latin_text = {}

-- Upper case, lower case, ASCII: the letters of the seeded names and related ones.
local LETTERS = [[
ÀàA ÁáA ÂâA ÃãA ÄäA ÅåA ÆæAE ÇçC ÈèE ÉéE ÊêE ËëE ÌìI ÍíI ÎîI ÏïI ÐðD ÑñN ÒòO ÓóO ÔôO ÕõO ÖöO ØøO ÙùU ÚúU
ÛûU ÜüU ÝýY ÞþTH ĀāA ĂăA ĄąA ĆćC ČčC ĎďD ĐđD ĒēE ĘęE ĚěE ĞğG ĢģG ĪīI ĶķK ĹĺL ĻļL ĽľL ŁłL ŃńN ŅņN ŇňN ŌōO
ŐőO ŒœOE ŔŕR ŘřR ŚśS ŞşS ŠšS ŢţT ŤťT ŪūU ŮůU ŰűU ŹźZ ŻżZ ŽžZ
]]

local lower_of, upper_of, ascii_of = {}, {}, { ["ß"] = "ss" }
for upper, lower, ascii in LETTERS:gmatch("([\195-\197][\128-\191])([\195-\197][\128-\191])(%u+)") do
  lower_of[upper], upper_of[lower] = lower, upper
  ascii_of[upper], ascii_of[lower] = ascii, ascii:lower()
end

local TWO_BYTES = "[\195-\197][\128-\191]"

-- Converts the ASCII letters of `s` with a function and the others with a table.
local function convert(s, convert_ascii, letters)
  s = convert_ascii(s)
  if s:find("[\195-\197]") then
    s = s:gsub(TWO_BYTES, letters)
  end
  return s
end

---@param s string
---@return string
function latin_text.lower(s)
  return convert(s, string.lower, lower_of)
end

---@param s string
---@return string
function latin_text.upper(s)
  return convert(s, string.upper, upper_of)
end

--- The text in lower-case ASCII letters and digits; empty for other scripts.
---@param s string
---@return string
function latin_text.slug(s)
  return (convert(s, tostring, ascii_of):lower():gsub("[^%w]", ""))
end

--- The words the search compares: lower case, with spaces for punctuation.
---@param s string
---@return string
function latin_text.words(s)
  return (latin_text.lower(s):gsub("[%c%s%p]+", " "))
end

return latin_text
