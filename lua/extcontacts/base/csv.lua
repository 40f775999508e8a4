--- CSV (RFC 4180) as spreadsheets read and write it: quoted fields with
-- separators, quotes and line breaks in them, a byte order mark.  A text that a
-- spreadsheet would run as a formula is written with an apostrophe in front,
-- and read without it.

local texts = require "extcontacts.base.text"

local csv = {}

--------------------------------------------------------------- formulas --

-- Signed numbers, phone numbers among them, do no harm.  Apostrophes that are
-- there already are passed over, so that taking one off undoes putting one on.
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

local function count_quotes(line)
  return select(2, line:gsub('"', ""))
end

local NOT_UTF8 = "it is not in UTF-8; a spreadsheet saves such a file as \"CSV UTF-8\""

local BLOCK, LONGEST = 65536, 16 * 1024 * 1024 -- bytes, the latter of one record

-- One record as it stands in the file: lines up to where the quotes are even.
local function read_record(next_line)
  local line = next_line()
  if not line then
    return nil
  end
  local parts, quotes, lines, size = { line }, count_quotes(line), 1, #line + 1
  while quotes % 2 == 1 and size < LONGEST do
    line = next_line()
    if not line then
      return nil, "a quote is not closed"
    end
    parts[#parts + 1] = line
    quotes, lines, size = quotes + count_quotes(line), lines + 1, size + #line + 1
  end
  if size >= LONGEST then
    return nil, "it is longer than 16 MiB; perhaps a quote is not closed"
  end
  local text = table.concat(parts, "\n"):gsub("\r$", "")
  if not texts.is_utf8(text) then
    return nil, NOT_UTF8
  end
  return text, nil, lines
end

-- The fields of a record.
local function split(text, separator)
  local fields, at = {}, 1
  local mark = "[" .. (separator == "\t" and "\t" or "%" .. separator) .. "]"
  repeat
    local field, after
    if text:sub(at, at) == '"' then
      local stop = at + 1
      repeat
        stop = text:find('"', stop, true)
        local doubled = stop and text:sub(stop + 1, stop + 1) == '"'
        if doubled then
          stop = stop + 2
        end
      until not doubled
      field = stop and text:sub(at + 1, stop - 1):gsub('""', '"')
      after = stop and stop + 1
      if not after or (after <= #text and text:sub(after, after) ~= separator) then
        return nil, "after a quoted field a separator must follow"
      end
    else
      after = text:find(mark, at) or #text + 1
      field = text:sub(at, after - 1)
    end
    fields[#fields + 1] = field
    at = after + 1
  until after > #text
  return fields
end

-- What a spreadsheet put between the names of the header.
local function guess_separator(header)
  local bare = header:gsub('"[^"]*"', "")
  for _, separator in ipairs { ",", ";", "\t" } do
    if bare:find(separator, 1, true) then
      return separator
    end
  end
  return ","
end

---@class extcontacts.csv.Reader
---@field header string[]
---@field line integer where the row at hand begins in the file, from 1

--- Reads rows by the names in the first one.
---@param handle table a file opened for reading
---@param options { separator: string|nil, raw: boolean|nil }|nil `separator`: default what a first line
--- `sep=…` says, else `,`, `;` or tab, whichever the header has; `raw`: cells stay as they stand, an
--- apostrophe before a formula, too
---@return (fun(): table<string, string>|nil, string|nil)|nil next_row a row; nil at the end; nil and
--- what is wrong with the file
---@return extcontacts.csv.Reader|string reader or what is wrong
function csv.rows(handle, options)
  local next_line = texts.lines(function()
    return handle:read(BLOCK)
  end, LONGEST)
  local text, problem, lines = read_record(next_line)
  if not text then
    return nil, problem and "line 1: " .. problem or "the file is empty"
  end
  text = texts.without_bom(text)
  -- Excel's own way to say what stands between the fields.
  local first, declared = 1, text:match "^sep=(.)$"
  if declared then
    first = 2
    text, problem, lines = read_record(next_line)
    if not text then
      return nil, problem and "line 2: " .. problem or "the file has no header"
    end
  end
  if text:gsub('"[^"]*"', ""):find("\r", 1, true) then
    return nil, "its lines end in CR alone; save it with the line ends of Windows or Unix"
  end
  local raw = options and options.raw
  local separator = options and options.separator or declared or guess_separator(text)
  local header
  header, problem = split(text, separator)
  if not header then
    return nil, ("line %d: %s"):format(first, problem)
  end
  local names = {}
  for _, name in ipairs(header) do
    if names[name] then
      return nil, ("the column '%s' is there twice"):format(name)
    end
    names[name] = true
  end
  local reader, next_number = { header = header, line = first }, first + lines
  local function failed(why)
    return nil, ("line %d: %s"):format(reader.line, why)
  end
  return function()
    repeat
      reader.line = next_number
      text, problem, lines = read_record(next_line)
      if not text then
        if problem then
          return failed(problem)
        end
        return nil
      end
      next_number = next_number + lines
    until text ~= ""
    local fields
    fields, problem = split(text, separator)
    if not fields then
      return failed(problem)
    elseif #fields ~= #header then
      return failed(("%d fields, but the header has %d"):format(#fields, #header))
    end
    local row = {}
    for index, name in ipairs(header) do
      row[name] = raw and fields[index] or unguarded(fields[index])
    end
    return row
  end, reader
end

----------------------------------------------------------------- writing --

--- One line, with its end.
---@param values table values by position; nil is an empty field
---@param count integer how many
---@param raw boolean|nil texts stay as they are, also where a spreadsheet would run them
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
