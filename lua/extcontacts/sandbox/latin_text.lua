--- Case and accents of Latin letters in UTF-8, for searching and for e-mail
-- addresses made from names.

local latin_text = {}

-- upper lower ascii, for the letters the data has and their relatives.
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

-- `s` with its letters replaced, ASCII ones by `ascii`.
local function convert(s, ascii, letters)
  s = ascii(s)
  if s:find("[\195-\197]") then
    s = s:gsub(TWO_BYTES, letters)
  end
  return s
end

function latin_text.lower(s)
  return convert(s, string.lower, lower_of)
end

function latin_text.upper(s)
  return convert(s, string.upper, upper_of)
end

--- Lower-case ASCII letters and digits only; empty for other scripts.
function latin_text.slug(s)
  return (convert(s, tostring, ascii_of):lower():gsub("[^%w]", ""))
end

--- Words as the search sees them: lower case, punctuation as spaces.
function latin_text.words(s)
  return (latin_text.lower(s):gsub("[%c%s%p]+", " "))
end

--- Characters of a UTF-8 text.
function latin_text.length(s)
  if not s:find("[\128-\255]") then
    return #s
  end
  return (select(2, s:gsub("[^\128-\191]", "")))
end

--- Without spaces at its ends.
function latin_text.trim(s)
  return (s:match("^%s*(.-)%s*$"))
end

return latin_text