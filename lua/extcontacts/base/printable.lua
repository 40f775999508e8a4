--- Foreign text for people: escapes what could change the state of a terminal, add
-- a line, or hide or reorder text.  A harmless text stays as it is.  Pure; linear
-- time.
--
-- The escapes are JSON's (`\n`, `\u001b`, `\u202e`), so that JSON remains JSON of
-- the same value.  A byte that is not UTF-8 becomes `\x9b`.

local texts = require "extcontacts.base.text"

local printable = {}

-- Control characters (C1), soft hyphen, joiners, marks and overrides of the
-- writing direction, fillers, line and paragraph separators, tags.
local HIDDEN = {
  { 0x80, 0x9F }, { 0xAD, 0xAD }, { 0x34F, 0x34F }, { 0x61C, 0x61C }, { 0x115F, 0x1160 }, { 0x17B4, 0x17B5 },
  { 0x180B, 0x180F }, { 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F }, { 0x3164, 0x3164 },
  { 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 }, { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE0FFF },
}
local SHORT = { ["\b"] = "\\b", ["\t"] = "\\t", ["\n"] = "\\n", ["\f"] = "\\f", ["\r"] = "\\r" }
local BLANKS = { ["\n"] = "\n", ["\t"] = "\t" }

local function control(character)
  return SHORT[character] or ("\\u%04x"):format(character:byte())
end

local function control_in_lines(character)
  return BLANKS[character] or control(character)
end

-- The escape of a hidden character; nil for any other.
local function hidden(character)
  local code = texts.code_point(character)
  for _, range in ipairs(HIDDEN) do
    if code < range[1] then
      return nil
    elseif code <= range[2] then
      if code < 0x10000 then
        return ("\\u%04x"):format(code)
      end
      code = code - 0x10000
      return ("\\u%04x\\u%04x"):format(0xD800 + math.floor(code / 1024), 0xDC00 + code % 1024)
    end
  end
end

-- Characters of UTF-8 beyond ASCII (RFC 3629), by their first bytes.
local SEQUENCES = {
  "^[\194-\223][\128-\191]", "^\224[\160-\191][\128-\191]", "^[\225-\236\238\239][\128-\191][\128-\191]",
  "^\237[\128-\159][\128-\191]", "^\240[\144-\191][\128-\191][\128-\191]",
  "^[\241-\243][\128-\191][\128-\191][\128-\191]", "^\244[\128-\143][\128-\191][\128-\191]",
}

local function character_at(run, at)
  for _, sequence in ipairs(SEQUENCES) do
    local character = run:match(sequence, at)
    if character then
      return character
    end
  end
end

-- Escapes in a run of bytes beyond ASCII.
local function beyond_ascii(run)
  local parts, at = {}, 1
  while at <= #run do
    local character = character_at(run, at)
    parts[#parts + 1] = character and (hidden(character) or character) or ("\\x%02x"):format(run:byte(at))
    at = at + (character and #character or 1)
  end
  return table.concat(parts)
end

local function escaped(text, replace_control)
  if not text:find "[%c\127-\255]" then
    return text
  end
  return (text:gsub("%c", replace_control):gsub("[\128-\255]+", beyond_ascii))
end

--- A text on one line.
---@param text string
---@param longest integer|nil bytes after which it is cut; default: no limit
---@return string
function printable.line(text, longest)
  if longest and #text > longest then
    -- An escape is not cut in two.
    return escaped(texts.cut(text, longest), control)
  end
  return escaped(text, control)
end

--- A text of several lines: keeps line feeds and tabs.
---@param text string
---@return string
function printable.lines(text)
  return escaped(text, control_in_lines)
end

return printable
