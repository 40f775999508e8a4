--- Text as HTML: escaped, with invisible characters made visible, so that a page
-- shows the text as it is.  Pure.

local texts = require "extcontacts.base.text"

local html = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

--- Escapes a text for an attribute.
---@param text any
---@return string
function html.attribute(text)
  return (tostring(text):gsub("[&<>\"']", ENTITIES):gsub("%z", "\239\191\189"))
end

-- Characters that can't be seen: controls, unusual spaces, and those that change
-- the direction of writing.
local INVISIBLE = {
  { 0x80, 0xA0 }, { 0xAD, 0xAD }, { 0x34F, 0x34F }, { 0x61C, 0x61C }, { 0x115F, 0x1160 },
  { 0x180E, 0x180E }, { 0x2000, 0x200B }, { 0x200E, 0x200F }, { 0x2028, 0x202F },
  { 0x205F, 0x206F }, { 0x3000, 0x3000 }, { 0x3164, 0x3164 }, { 0xFEFF, 0xFEFF },
  { 0xFFA0, 0xFFA0 }, { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE0FFF },
}
-- Scripts and emoji need these joiners; they are shown in a change only.
local JOINERS = { [0x200C] = true, [0x200D] = true }

local function named(value)
  return ('<span class="unseen">U+%04X</span>'):format(value)
end

local function is_invisible(value)
  for _, range in ipairs(INVISIBLE) do
    if value >= range[1] and value <= range[2] then
      return true
    end
  end
  return false
end

local function control(byte)
  return named(byte:byte())
end

local function visible(character)
  local value = texts.code_point(character)
  return is_invisible(value) and named(value) or nil
end

local function visible_in_change(character)
  local value = texts.code_point(character)
  return (JOINERS[value] or is_invisible(value)) and named(value) or nil
end

local BLANKS = {
  [" "] = '<span class="blank"> </span>',
  ["\t"] = '<span class="blank tab">\t</span>',
  ["\n"] = '<span class="blank end">\n</span>',
}

local function mark(blanks)
  return (blanks:gsub(".", BLANKS))
end

-- Marks white space that is easy to miss: at the ends, and several in a row.
local function mark_blanks(text)
  -- The inserted tags have single spaces only, and none at their ends.
  local head, tail = texts.split_end(text:gsub("^[ \t\n]+", mark), "^[ \t\n]")
  text = head .. mark(tail)
  return (text:gsub("[ \t\n][ \t\n]+", mark))
end

--- Escapes a text for an element.
---@param text any
---@param changed boolean|nil also mark white space that is easy to miss
---@return string
function html.text(text, changed)
  text = tostring(text):gsub("[&<>\"']", ENTITIES)
  if changed then
    text = mark_blanks(text)
  end
  text = text:gsub("[\1-\8\11-\31\127]", control):gsub("%z", control)
  return (text:gsub("[\194-\244][\128-\191]+", changed and visible_in_change or visible))
end

--- The characters that are named in a change, as a JavaScript character class with the flag `u`.
---@return string
function html.invisible_class()
  local ranges = { "[\\u{0}-\\u{8}\\u{B}-\\u{1F}\\u{7F}\\u{200C}-\\u{200D}" }
  for _, range in ipairs(INVISIBLE) do
    ranges[#ranges + 1] = ("\\u{%X}-\\u{%X}"):format(range[1], range[2])
  end
  return table.concat(ranges) .. "]"
end

--- Formats a whole number with thousands separators.
---@param number integer
---@return string
function html.number(number)
  local digits = ("%d"):format(number)
  return (digits:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

return html
