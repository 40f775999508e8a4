--- Names: composed and decomposed letters, kinds of apostrophes and dashes.
-- Pure; all functions take linear time.

local blank = require "extcontacts.record.normalize.blank"
local characters = require "extcontacts.record.normalize.characters"
local composition = require "extcontacts.record.normalize.composition"
local damage = require "extcontacts.record.normalize.damage"
local letters = require "extcontacts.base.letters"

local name = {}

--- Composes letters with the marks that follow them.
---@type fun(text: string): string
name.composed = composition.composed

--- Replaces letters with marks by their base letters: "É" by "E".
---@type fun(text: string): string
name.without_marks = composition.without_marks

--- Reads a name: without blanks around it, with composed letters.
---@param text any
---@return string|nil
---@return string|nil reason
function name.read(text)
  if type(text) ~= "string" or blank.is(text) then
    return nil, "no name"
  elseif damage.is_error(text) then
    return nil, "a spreadsheet's error value"
  end
  return name.composed(blank.squeezed(text))
end

-- Letters that are one in the comparison of names: those that upper case does not
-- distinguish in their own language (the Turkish dotless i and dotted I, the Greek
-- final sigma and accents), and ligatures of printed texts.  "Groß" and "Gross" are
-- two names.
local ONE_LETTER = {
  ["ı"] = "i", ["İ"] = "i", ["ς"] = "σ", ["ά"] = "α", ["έ"] = "ε", ["ή"] = "η", ["ί"] = "ι", ["ό"] = "ο", ["ύ"] = "υ",
  ["ώ"] = "ω", ["ﬀ"] = "ff", ["ﬁ"] = "fi", ["ﬂ"] = "fl", ["ﬃ"] = "ffi", ["ﬄ"] = "ffl", ["ﬅ"] = "st", ["ﬆ"] = "st",
}
-- The lower case of İ outside Turkish: an i with the dot as a mark.
local DOTTED_I = "i\204\135"

--- The form in which names are compared: lower case, composed letters, one kind of
-- apostrophe and of dash, single spaces, ASCII characters instead of their full-width
-- forms.
---@param text string
---@return string "" for a text that has nothing that can be seen
function name.key(text)
  local plain = name.composed(characters.one_width(blank.squeezed(characters.spaced(text))))
  local key = letters.lower(characters.plain_marks(plain))
  if not key:find "[\196\204\206\207\239]" then
    return key
  end
  return (key:gsub(DOTTED_I, "i"):gsub("[\194-\239][\128-\191]+", ONE_LETTER))
end

return name
