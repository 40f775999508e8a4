--- CSV (RFC 4180) as spreadsheets read and write it: quoted fields that contain
-- separators, quotes or line breaks; a byte order mark.  A text that a
-- spreadsheet would run as a formula is written with a leading apostrophe and
-- read without it.

local core = require "extcontacts.core"
local magic = require "extcontacts.base.magic"
local texts = require "extcontacts.base.text"

local csv = {}

--------------------------------------------------------------- formulas --

-- An apostrophe before one of these marks a text.  Others put it before numbers
-- and phone numbers, too.
local MARKED = "^'+[=@+\t\r\n-]"

-- Characters that some spreadsheets take for = + - @: the full-width and small
-- forms, and the minus sign.
local WIDE_MARKED, WIDE = "^'+([\226\239][\128-\191][\128-\191])", {
  ["＝"] = true, ["＋"] = true, ["－"] = true, ["＠"] = true, ["﹦"] = true, ["﹢"] = true, ["﹣"] = true, ["﹫"] = true,
  ["−"] = true,
}

local function is_marked(text)
  return text:find(MARKED) or WIDE[text:match(WIDE_MARKED)]
end

-- Signed numbers and phone numbers are harmless.  A text that starts like a
-- marked one gets a mark of its own, so that removing one always reverses adding
-- one.
local function is_formula(text)
  return is_marked(text) or text:find "^[=@\t\r\n]" or text:find "^[+-]" and not text:find "^[+-][%d%s().,-]*$"
    or WIDE[text:sub(1, 3)]
end

local function guarded(text)
  return is_formula(text) and "'" .. text or text
end

-- A cell without its mark, and the text in `="01099"`, with which others keep a
-- spreadsheet from reading a number.
local function unguarded(text)
  if is_marked(text) then
    return text:sub(2)
  end
  local inner = text:match '^="(.*)"$'
  local plain = inner and inner:gsub('""', "")
  return plain and not plain:find('"', 1, true) and inner:gsub('""', '"') or text
end

----------------------------------------------------------------- reading --

local BLOCK = 65536 -- bytes read at a time
local LONGEST = 16 * 1024 * 1024 -- bytes of one row

--- The problem of a row in another encoding.
csv.NOT_UTF8 = 'not UTF-8; save the file as "CSV UTF-8"'
local TOO_LONG = "the row is longer than 16 MiB; check for an unclosed quote"

-- A class of the pattern language that matches a separator; without one, all
-- that can be guessed.
local function class_of(separator)
  return "[" .. (not separator and ",;\t" or separator == "\t" and "\t" or "%" .. separator) .. "]"
end

-- Whether a quoted field is open at the end of a line.  A quote opens a field
-- only at the field's beginning.
local function is_open(line, class, inside)
  local at = 1
  if not inside and line:sub(1, 1) == '"' then
    inside, at = true, 2
  end
  while true do
    local _, stop = line:find(inside and '"' or class .. '"', at)
    if not stop then
      return inside
    elseif inside and line:sub(stop + 1, stop + 1) == '"' then
      stop = stop + 1
    else
      inside = not inside
    end
    at = stop + 1
  end
end

-- The text of one row: lines until no quoted field is open.  Returns it and the
-- number of its lines.
local function read_record(next_line, separator)
  local line, class = next_line(), class_of(separator)
  if not line then
    return nil
  end
  local parts, lines, size = { line }, 1, #line + 1
  local inside = is_open(texts.without_bom(line), class, false)
  while inside and size < LONGEST do
    line = next_line()
    if not line then
      return nil, "unclosed quote"
    end
    parts[#parts + 1] = line
    inside, lines, size = is_open(line, class, true), lines + 1, size + #line + 1
  end
  if size >= LONGEST then
    return nil, TOO_LONG
  end
  local text = table.concat(parts, "\n"):gsub("\r+$", "")
  if not texts.is_utf8(text) then
    return nil, csv.NOT_UTF8
  end
  return text, nil, lines
end

-- Splits the text of a row into fields.
local function split(text, separator)
  local fields, from = {}, 1
  local pattern = class_of(separator)
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

-- The text of a header without the characters that can't be seen: byte order marks,
-- also a second one, and marks of no width.  No-break spaces become spaces.
local function visible(text)
  return (text:gsub("\194\160", " "):gsub("\239\187\191", ""):gsub("\226\128[\139-\143]", "")
    :gsub("\226\129\160", ""):gsub("\194\173", ""))
end

-- The columns of a header that have a name, without blanks around it; and all, with
-- false for the others.
-- Or nil and the problem.
local function name_columns(header)
  local named, columns, seen = {}, {}, {}
  for index, written in ipairs(header) do
    local name = texts.trim(written)
    local has_name = name ~= ""
    if has_name and seen[name] then
      return nil, ("duplicate column '%s'"):format(name)
    elseif has_name then
      named[#named + 1], seen[name] = name, true
    end
    columns[index] = has_name and name
  end
  return named, columns
end

-- A row by the names of its columns; or nil and the problem.  Spreadsheets leave
-- out empty cells at the end of a row, and write unnamed columns.
local function row_of(fields, columns, raw)
  local row = {}
  for index = 1, math.max(#fields, #columns) do
    local name, field = columns[index], fields[index] or ""
    if name then
      row[name] = raw and field or unguarded(field)
    elseif field:find "%S" and index > #columns then
      return nil, ("%s, but the header has %d"):format(texts.plural(#fields, "field"), #columns)
    elseif field:find "%S" then
      return nil, ("column %d has no name; name it in the header, or remove it"):format(index)
    end
  end
  return row
end

-- The first row that is not blank.  Returns its text, the number of its line and of
-- the line after it; or nil and the problem, if there is one.
local function first_row(next_line, separator, number)
  while true do
    local text, problem, lines = read_record(next_line, separator)
    if not text or text:find "%z" then
      problem = problem or text and csv.NOT_UTF8
      return nil, problem and ("line %d: %s"):format(number, problem)
    end
    text = visible(text)
    if text:find '[^%s,;"]' then
      return text, number, number + lines
    end
    number = number + lines
  end
end

-- Reads the header.  Returns its names, the separator, the number of its line
-- and of the line after it; or nil and the problem.
local function read_header(next_line, separator)
  local text, first, next_number = first_row(next_line, separator, 1)
  if not text then
    return nil, first or "the file is empty"
  end
  -- Excel names the separator in a line of its own.
  local declared = text:match '^"?[sS][eE][pP]=(.)"?$'
  if declared then
    text, first, next_number = first_row(next_line, separator or declared, next_number)
    if not text then
      return nil, first or "the file has no header"
    end
  end
  if text:gsub('"[^"]*"', ""):find("\r", 1, true) then
    return nil, "the lines end in CR only; save the file with Windows or Unix line endings"
  end
  separator = separator or declared or guess_separator(text)
  local header, problem = split(text, separator)
  if not header then
    return nil, ("line %d: %s"):format(first, problem)
  end
  return header, separator, first, next_number
end

---@class extcontacts.csv.Reader
---@field header string[] the names of the columns that have one
---@field line integer the line of the file on which the current row starts, from 1
---@field separator string

--- Reads rows as the texts of their fields, as they are in the file.
---@param handle table a file opened for reading
---@param separator string|nil default: as a first line `sep=…` says, else `,`, `;` or tab, whichever the header has
---@return (fun(): string[]|nil, string|nil)|nil next_row the next row that is not an empty line; nil at the end; nil
--- and the problem if the file is malformed
---@return extcontacts.csv.Reader|string reader or problem; its header has all columns, trimmed
function csv.fields(handle, separator)
  local start = handle:read(BLOCK)
  local foreign = start and magic.csv_problem(start)
  if foreign then
    return nil, "the file " .. foreign
  end
  local next_line = texts.lines(function()
    local block = start or handle:read(BLOCK)
    start = nil
    return block
  end, LONGEST)
  local header, found, first, next_number = read_header(next_line, separator)
  if not header then
    return nil, found
  end
  for index, name in ipairs(header) do
    header[index] = texts.trim(name)
  end
  local reader = { header = header, line = first, separator = found }
  local function failed(problem)
    return nil, ("line %d: %s"):format(reader.line, problem)
  end
  return function()
    local text, problem, lines
    repeat
      reader.line = next_number
      text, problem, lines = read_record(next_line, found)
      if problem then
        return failed(problem)
      elseif not text then
        return nil
      end
      next_number = next_number + lines
    until text ~= ""
    local fields
    fields, problem = split(text, found)
    if problem then
      return failed(problem)
    end
    return fields
  end, reader
end

--- The text that a field means: without the apostrophe before a formula, or the text in
-- `="01099"`.
---@type fun(field: string): string
csv.unguarded = unguarded

--- Reads rows as tables by the names in the header.
---@param handle table a file opened for reading
---@param options { separator: string|nil, raw: boolean|nil }|nil `separator`: as for `csv.fields`; `raw`: keep cells
--- as they are, including an apostrophe before a formula
---@return (fun(): table<string, string>|nil, string|nil)|nil next_row the next row; nil at the end; nil and
--- the problem if the file is malformed
---@return extcontacts.csv.Reader|string reader or problem
function csv.rows(handle, options)
  if type(handle) == "string" then
    error('csv.rows requires an open file, such as io.open(path, "rb"), got the text of a path', 2)
  end
  local raw = options and options.raw
  local next_fields, reader = csv.fields(handle, options and options.separator)
  if not next_fields then
    return nil, reader
  end
  local named, columns = name_columns(reader.header)
  if not named then
    return nil, columns
  end
  reader.header = named
  return function()
    local fields, problem = next_fields()
    if not fields then
      return nil, problem
    end
    local row
    row, problem = row_of(fields, columns, raw)
    if problem then
      return nil, ("line %d: %s"):format(reader.line, problem)
    end
    return row
  end, reader
end

----------------------------------------------------------------- writing --

-- A field in quotes, if it needs them.
local function quoted(text, separator)
  if text:find('[",;\r\n\t]') or text:find("^%s") or text:find("^%s", #text)
    or separator and text:find(separator, 1, true) then
    return '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

--- Formats one row, with its line ending.
---@param values table values by position; nil is an empty field
---@param count integer the number of fields
---@param raw boolean|nil keep texts as they are, even those that a spreadsheet would run as formulas
---@return string
function csv.line(values, count, raw)
  local plain = core.lines.csv(values, count)
  if plain then
    return plain
  end
  local fields = {}
  for index = 1, count do
    local value = values[index]
    local text = value == nil and "" or tostring(value)
    if not raw and type(value) == "string" then
      text = guarded(text)
    end
    fields[index] = quoted(text)
  end
  return table.concat(fields, ",") .. "\r\n"
end

-- A field of a file as it is written again.  A text in `="01099"` is no formula.
local function kept(field)
  if field:find '^="[^"]*"$' or is_marked(field) or not is_formula(field) then
    return field
  end
  return "'" .. field
end

--- Formats fields as `csv.fields` read them, with their marks.  A spreadsheet runs none of
-- them as a formula.
---@param fields string[]
---@param separator string
---@return string
function csv.line_of_fields(fields, separator)
  local out = {}
  for index, field in ipairs(fields) do
    out[index] = quoted(kept(field), separator)
  end
  return table.concat(out, separator) .. "\r\n"
end

return csv
