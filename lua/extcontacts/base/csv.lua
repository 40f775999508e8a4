--- CSV (RFC 4180) as spreadsheets read and write it: quoted fields that contain
-- separators, quotes or line breaks; a byte order mark.  A text that a
-- spreadsheet would run as a formula is written with a leading apostrophe and
-- read without it.

local texts = require "extcontacts.base.text"

local csv = {}

--------------------------------------------------------------- formulas --

-- Signed numbers and phone numbers are harmless.  Leading apostrophes are
-- ignored, so that removing one always reverses adding one.
local function is_formula(text)
  local bare = text:gsub("^'+", "")
  return bare:find "^[=@\t\r\n]" or bare:find "^[+-]" and not bare:find "^[+-][%d%s().,-]*$"
end

local function guarded(text)
  return is_formula(text) and "'" .. text or text
end

local function unguarded(text)
  return text:sub(1, 1) == "'" and is_formula(text) and text:sub(2) or text
end

----------------------------------------------------------------- reading --

local BLOCK = 65536 -- bytes read at a time
local LONGEST = 16 * 1024 * 1024 -- bytes of one row

local NOT_UTF8 = 'not UTF-8; save the file as "CSV UTF-8"'
local TOO_LONG = "the row is longer than 16 MiB; check for an unclosed quote"

local function count_quotes(line)
  return select(2, line:gsub('"', ""))
end

-- The text of one row: lines until the quotes are balanced.  Returns it and
-- the number of its lines.
local function read_record(next_line)
  local line = next_line()
  if not line then
    return nil
  end
  local parts, quotes, lines, size = { line }, count_quotes(line), 1, #line + 1
  while quotes % 2 == 1 and size < LONGEST do
    line = next_line()
    if not line then
      return nil, "unclosed quote"
    end
    parts[#parts + 1] = line
    quotes, lines, size = quotes + count_quotes(line), lines + 1, size + #line + 1
  end
  if size >= LONGEST then
    return nil, TOO_LONG
  end
  local text = table.concat(parts, "\n"):gsub("\r$", "")
  if not texts.is_utf8(text) then
    return nil, NOT_UTF8
  end
  return text, nil, lines
end

-- Splits the text of a row into fields.
local function split(text, separator)
  local fields, from = {}, 1
  local pattern = "[" .. (separator == "\t" and "\t" or "%" .. separator) .. "]"
  repeat
    local field, after
    if text:sub(from, from) == '"' then
      local stop = from + 1
      repeat
        stop = text:find('"', stop, true)
        local doubled = stop and text:sub(stop + 1, stop + 1) == '"'
        if doubled then
          stop = stop + 2
        end
      until not doubled
      field = stop and text:sub(from + 1, stop - 1):gsub('""', '"')
      after = stop and stop + 1
      if not after or (after <= #text and text:sub(after, after) ~= separator) then
        return nil, "expected a separator after the closing quote"
      end
    else
      after = text:find(pattern, from) or #text + 1
      field = text:sub(from, after - 1)
    end
    fields[#fields + 1] = field
    from = after + 1
  until after > #text
  return fields
end

local function guess_separator(header)
  local bare = header:gsub('"[^"]*"', "")
  for _, separator in ipairs { ",", ";", "\t" } do
    if bare:find(separator, 1, true) then
      return separator
    end
  end
  return ","
end

-- Reads the header.  Returns its names, the separator, the number of its line
-- and of the line after it; or nil and the problem.
local function read_header(next_line, separator)
  local text, problem, lines = read_record(next_line)
  if not text then
    return nil, problem and "line 1: " .. problem or "the file is empty"
  end
  text = texts.without_bom(text)
  -- Excel names the separator in a line of its own.
  local first, declared = 1, text:match "^sep=(.)$"
  if declared then
    first = 2
    text, problem, lines = read_record(next_line)
    if not text then
      return nil, problem and "line 2: " .. problem or "the file has no header"
    end
  end
  if text:gsub('"[^"]*"', ""):find("\r", 1, true) then
    return nil, "the lines end in CR only; save the file with Windows or Unix line endings"
  end
  separator = separator or declared or guess_separator(text)
  local header
  header, problem = split(text, separator)
  if not header then
    return nil, ("line %d: %s"):format(first, problem)
  end
  local seen = {}
  for _, name in ipairs(header) do
    if seen[name] then
      return nil, ("duplicate column '%s'"):format(name)
    end
    seen[name] = true
  end
  return header, separator, first, first + lines
end

---@class extcontacts.csv.Reader
---@field header string[]
---@field line integer the line of the file on which the current row starts, from 1

--- Reads rows as tables by the names in the header.
---@param handle table a file opened for reading
---@param options { separator: string|nil, raw: boolean|nil }|nil `separator`: default: as a first line
--- `sep=…` says, else `,`, `;` or tab, whichever the header has; `raw`: keep cells as they are, including an
--- apostrophe before a formula
---@return (fun(): table<string, string>|nil, string|nil)|nil next_row the next row; nil at the end; nil and
--- the problem if the file is malformed
---@return extcontacts.csv.Reader|string reader or problem
function csv.rows(handle, options)
  if type(handle) == "string" then
    error('csv.rows requires an open file, such as io.open(path, "rb"), got the text of a path', 2)
  end
  local raw = options and options.raw
  local next_line = texts.lines(function()
    return handle:read(BLOCK)
  end, LONGEST)
  local header, separator, first, next_number = read_header(next_line, options and options.separator)
  if not header then
    return nil, separator
  end
  local reader = { header = header, line = first }
  local function failed(problem)
    return nil, ("line %d: %s"):format(reader.line, problem)
  end
  return function()
    local text, problem, lines
    repeat
      reader.line = next_number
      text, problem, lines = read_record(next_line)
      if problem then
        return failed(problem)
      elseif not text then
        return nil
      end
      next_number = next_number + lines
    until text ~= ""
    local fields
    fields, problem = split(text, separator)
    if not fields then
      return failed(problem)
    elseif #fields ~= #header then
      return failed(("%s, but the header has %d"):format(texts.plural(#fields, "field"), #header))
    end
    local row = {}
    for index, name in ipairs(header) do
      row[name] = raw and fields[index] or unguarded(fields[index])
    end
    return row
  end, reader
end

----------------------------------------------------------------- writing --

--- Formats one row, with its line ending.
---@param values table values by position; nil is an empty field
---@param count integer the number of fields
---@param raw boolean|nil keep texts as they are, even those that a spreadsheet would run as formulas
---@return string
function csv.line(values, count, raw)
  local fields = {}
  for index = 1, count do
    local value = values[index]
    local text = value == nil and "" or tostring(value)
    if not raw and type(value) == "string" then
      text = guarded(text)
    end
    if text:find('[",;\r\n\t]') or text:find("^%s") or text:find("%s$") then
      text = '"' .. text:gsub('"', '""') .. '"'
    end
    fields[index] = text
  end
  return table.concat(fields, ",") .. "\r\n"
end

return csv
