--- A contact's date of birth, which only a custom field can have.  Pure.

local birth_dates = {}

local WORDS = { "birth", "dob", "geburt", "naissance", "nacimiento", "nascita", "nascimento", "geboorte", "urodzenia" }

local found = {} -- whether a custom field is a date of birth, by its name

local function is_birth_date(name)
  if found[name] == nil then
    local letters = name:lower():gsub("[^%a]", "")
    local yes = false
    for _, word in ipairs(WORDS) do
      local first, last = letters:find(word, 1, true)
      -- "dob" is a word of its own, at the start of the name or before the type.
      yes = yes or first ~= nil and (word ~= "dob" or first == 1 and (#letters == last or letters:find "^dob%a*date$"
        or letters:find "^dobtext$")) and not letters:find "place" and not letters:find "city"
    end
    found[name] = yes
  end
  return found[name]
end

-- Eight digits, year first, if the text has that order; else its digits.
local function digits_of(value)
  local text = type(value) == "number" and ("%.0f"):format(value) or value
  if type(text) ~= "string" then
    return ""
  end
  local day, month, year = text:match "^%s*(%d%d?)%.(%d%d?)%.(%d%d%d%d)%s*$"
  if day then
    return ("%s%02d%02d"):format(year, day, month)
  end
  local digits = (text:match "^%s*(%d%d%d%d%-%d%d%-%d%d)" or text):gsub("%D", "")
  return #digits >= 5 and #digits <= 9 and digits or ""
end

--- The digits of a contact's date of birth.
---@param contact table
---@param field string|nil the name of the custom field; default: the one whose name says so
---@return string digits "" if it is not known
function birth_dates.of(contact, field)
  local custom = contact.customFields
  if type(custom) ~= "table" then
    return ""
  elseif field then
    return digits_of(custom[field])
  end
  local first
  for name in pairs(custom) do
    if type(name) == "string" and is_birth_date(name) and (not first or name < first) then
      first = name
    end
  end
  return first and digits_of(custom[first]) or ""
end

return birth_dates
