--- UTF-8 texts by their characters, and by their lines.  Pure.

local core = require "extcontacts.core"

local text = {}

--- The byte order mark of UTF-8, with which Windows begins a file.
text.BOM = "\239\187\191"

--- A file's text, or its first line, without the mark.
---@param s string
---@return string
function text.without_bom(s)
  return s:sub(1, #text.BOM) == text.BOM and s:sub(#text.BOM + 1) or s
end

--- A text without the white space around it, in linear time whatever the text
-- is (a pattern such as `^%s*(.-)%s*$` is quadratic in inner blanks).
---@param s string
---@return string
function text.trim(s)
  local first = s:find "%S"
  if not first then
    return ""
  end
  local last = #s
  while s:find("^%s", last) do
    last = last - 1
  end
  return s:sub(first, last)
end

--- Whether a text is valid UTF-8.
---@param s string
---@return boolean
function text.is_utf8(s)
  return not s:find "[\128-\255]" or core.json.encode(s) ~= nil
end

--- The lines of a text that comes in blocks.  They may have NULs in them, which
-- end a line in LuaJIT's own reading of files.
---@param next_block fun(): string|nil a block; none or an empty one at the end
---@param longest integer|nil bytes after which a line is given as it is, though its end was not read
---@return fun(): string|nil, boolean|nil next_line a line without its end, and whether it has one
function text.lines(next_block, longest)
  local buffer, at = "", 1
  return function()
    local stop = buffer:find("\n", at, true)
    if stop then
      local line = buffer:sub(at, stop - 1)
      at = stop + 1
      return line, true
    end
    local parts, size = {}, 0
    while not stop and size < (longest or math.huge) do
      -- What is left of this block, and more: kept apart, so that a long line
      -- is joined once.
      parts[#parts + 1], size = buffer:sub(at), size + #buffer - at + 1
      buffer, at = "", 1
      buffer = next_block() or ""
      if buffer == "" then
        break
      end
      stop = buffer:find("\n", 1, true)
    end
    parts[#parts + 1] = buffer:sub(at, stop and stop - 1)
    at = (stop or #buffer) + 1
    local line = table.concat(parts)
    return (stop or line ~= "") and line or nil, stop ~= nil
  end
end

--- How many characters a text has: every byte but the continuation bytes.
---@param s string
---@return integer
function text.length(s)
  return (select(2, s:gsub("[^\128-\191]", "")))
end

--- The beginning of a text, of so many bytes at most, that ends with a whole
-- character; "…" stands for the rest.
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

return text
