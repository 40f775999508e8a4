--- Text as HTML: everything escaped, and what can't be seen made visible, so
-- that a page shows what is really there.  Pure.

local html = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

--- A text for an attribute's value.
---@param text any
---@return string
function html.attribute(text)
  return (tostring(text):gsub("[&<>\"']", ENTITIES):gsub("%z", "\239\191\189"))
end

local function code_point(character)
  local lead = character:byte()
  local value = lead < 224 and lead % 32 or lead < 240 and lead % 16 or lead % 8
  for index = 2, #character do
    value = value * 64 + character:byte(index) % 64
  end
  return value
end

-- Characters without a picture of their own: controls, blanks that look like
-- others or like none, and those that turn the direction of writing around.
local UNSEEN = {
  { 0x80, 0xA0 }, { 0xAD, 0xAD }, { 0x34F, 0x34F }, { 0x61C, 0x61C }, { 0x115F, 0x1160 },
  { 0x180E, 0x180E }, { 0x2000, 0x200B }, { 0x200E, 0x200F }, { 0x2028, 0x202F },
  { 0x205F, 0x206F }, { 0x3000, 0x3000 }, { 0x3164, 0x3164 }, { 0xFEFF, 0xFEFF },
  { 0xFFA0, 0xFFA0 }, { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE0FFF },
}
-- Scripts and emoji need these; they are told only where they are a change.
local JOINERS = { [0x200C] = true, [0x200D] = true }

local function named(value)
  return ('<span class="unseen">U+%04X</span>'):format(value)
end

local function is_unseen(value)
  for _, range in ipairs(UNSEEN) do
    if value >= range[1] and value <= range[2] then
      return true
    end
  end
  return false
end

local function control(byte)
  return named(byte:byte())
end

local function shown(character)
  local value = code_point(character)
  return is_unseen(value) and named(value) or nil
end

local function shown_in_change(character)
  local value = code_point(character)
  return (JOINERS[value] or is_unseen(value)) and named(value) or nil
end

local BLANKS = {
  [" "] = '<span class="blank"> </span>',
  ["\t"] = '<span class="blank tab">\t</span>',
  ["\n"] = '<span class="blank end">\n</span>',
}

local function marked(blanks)
  return (blanks:gsub(".", BLANKS))
end

-- Those that one could miss: at the ends, and more than one in a row.
local function mark_blanks(text)
  -- A tag that was put in has single blanks only, and none at its end.
  text = text:gsub("^[ \t\n]+", marked):gsub("[ \t\n]+$", marked)
  return (text:gsub("[ \t\n][ \t\n]+", marked))
end

--- A text for between the tags.
---@param text any
---@param changed boolean|nil blanks that one could miss are marked, too
---@return string
function html.text(text, changed)
  text = tostring(text):gsub("[&<>\"']", ENTITIES)
  if changed then
    text = mark_blanks(text)
  end
  text = text:gsub("[\1-\8\11-\31\127]", control):gsub("%z", control)
  return (text:gsub("[\194-\244][\128-\191]+", changed and shown_in_change or shown))
end

--- A whole number with its thousands apart.
---@param number integer
---@return string
function html.number(number)
  local digits = ("%d"):format(number)
  return (digits:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

return html
