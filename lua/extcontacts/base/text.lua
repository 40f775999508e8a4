--- UTF-8 text: trimming, characters and lines.  Pure.

local text = {}

--- The byte order mark of UTF-8, which Windows puts at the start of files.
text.BOM = "\239\187\191"

--- The words of a text as a set.
---@param words string separated by white space
---@return table<string, true>
function text.set(words)
  local out = {}
  for word in words:gmatch "%S+" do
    out[word] = true
  end
  return out
end

--- Removes a byte order mark.
---@param s string a file's text or its first line
---@return string
function text.without_bom(s)
  return s:sub(1, #text.BOM) == text.BOM and s:sub(#text.BOM + 1) or s
end

--- Splits off the bytes of a class at the end, in linear time.  (A pattern such as
-- `^(.-)([.,]*)$` takes quadratic time.)
---@param s string
---@param class string an anchored pattern of one byte, `^[.,]`
---@return string head
---@return string tail
function text.split_end(s, class)
  local last = #s
  while last > 0 and s:find(class, last) do
    last = last - 1
  end
  return s:sub(1, last), s:sub(last + 1)
end

--- Removes white space from both ends, in linear time.  (A pattern such as
-- `^%s*(.-)%s*$` takes quadratic time in inner white space.)
---@param s string
---@return string
function text.trim(s)
  local first = s:find "%S"
  if not first then
    return ""
  end
  local last = #s -- not `split_end`, since most texts have nothing to trim
  while s:find("^%s", last) do
    last = last - 1
  end
  return s:sub(first, last)
end

--- A character in UTF-8.
---@param code integer a code point below U+10000
---@return string
function text.char(code)
  if code < 0x80 then
    return string.char(code)
  elseif code < 0x800 then
    return string.char(0xC0 + math.floor(code / 64), 0x80 + code % 64)
  end
  return string.char(0xE0 + math.floor(code / 4096), 0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
end

--- The code point of a character in UTF-8.
---@param character string
---@return integer
function text.code_point(character)
  local lead = character:byte()
  local value = lead < 128 and lead or lead < 224 and lead % 32 or lead < 240 and lead % 16 or lead % 8
  for index = 2, #character do
    value = value * 64 + character:byte(index) % 64
  end
  return value
end

--- Whether a text is valid UTF-8.
---@param s string
---@return boolean
function text.is_utf8(s)
  -- Loaded here: `printable` also serves commands that run without the core.
  return not s:find "[\128-\255]" or require("extcontacts.core").json.encode(s) ~= nil
end

--- Splits a text that arrives in blocks into lines.  They may contain NUL, at
-- which LuaJIT's `file:lines` would end a line.
---@param next_block fun(): string|nil the next block; nil or "" at the end
---@param longest integer|nil bytes after which a line is returned though its end was not read
---@return fun(): string|nil, boolean|nil next_line a line without its line feed, and whether it had one
function text.lines(next_block, longest)
  local buffer, from = "", 1
  return function()
    local stop = buffer:find("\n", from, true)
    if stop then
      local line = buffer:sub(from, stop - 1)
      from = stop + 1
      return line, true
    end
    -- The parts of a long line are joined once.
    local parts, size = {}, 0
    while not stop and size < (longest or math.huge) do
      parts[#parts + 1], size = buffer:sub(from), size + #buffer - from + 1
      buffer, from = "", 1
      buffer = next_block() or ""
      if buffer == "" then
        break
      end
      stop = buffer:find("\n", 1, true)
    end
    parts[#parts + 1] = buffer:sub(from, stop and stop - 1)
    from = (stop or #buffer) + 1
    local line = table.concat(parts)
    return (stop or line ~= "") and line or nil, stop ~= nil
  end
end

--- The number of characters: every byte that is not a continuation byte.
---@param s string
---@return integer
function text.length(s)
  return (select(2, s:gsub("[^\128-\191]", "")))
end

--- Shortens a text to a number of bytes without splitting a character, and
-- marks what was cut with "…".
---@param s string
---@param bytes integer
---@return string
function text.cut(s, bytes)
  if #s <= bytes then
    return s
  end
  local last = bytes
  while last > 0 and s:byte(last + 1) >= 128 and s:byte(last + 1) < 192 do
    last = last - 1
  end
  return s:sub(1, last) .. "…"
end

--- Replaces a plain text wherever it occurs, in linear time.
---@param s string
---@param plain string not empty
---@param replacement string
---@param accepts (fun(s: string, first: integer, last: integer): boolean)|nil whether to replace one occurrence
---@return string
function text.replace(s, plain, replacement, accepts)
  local parts, from, at = {}, 1, 1
  while true do
    local first, last = s:find(plain, at, true)
    if not first then
      break
    end
    if not accepts or accepts(s, first, last) then
      parts[#parts + 1], parts[#parts + 2] = s:sub(from, first - 1), replacement
      from = last + 1
    end
    at = last + 1
  end
  if from == 1 then
    return s
  end
  parts[#parts + 1] = s:sub(from)
  return table.concat(parts)
end

--- The digits of a whole number, without the ".0" that Lua 5.4 adds to a float.
---@param number number
---@return string
function text.whole(number)
  return ("%.0f"):format(number)
end

--- The form of a noun that agrees with a count.
---@param count integer
---@param singular string
---@param plural string|nil default: the singular with an "s"
---@return string
function text.noun(count, singular, plural)
  return count == 1 and singular or plural or singular .. "s"
end

--- A count with its noun: "1 change", "2 changes".
---@param count integer
---@param singular string
---@param plural string|nil as for `noun`
---@return string
function text.plural(count, singular, plural)
  return ("%d %s"):format(count, text.noun(count, singular, plural))
end

return text
