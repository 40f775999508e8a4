--- UTF-8 texts by their characters.  Pure.

local text = {}

--- The byte order mark of UTF-8, with which Windows begins a file.
text.BOM = "\239\187\191"

--- A file's text, or its first line, without the mark.
---@param s string
---@return string
function text.without_bom(s)
  return s:sub(1, #text.BOM) == text.BOM and s:sub(#text.BOM + 1) or s
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
