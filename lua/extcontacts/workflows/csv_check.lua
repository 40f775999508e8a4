--- What the platform says of an uploaded CSV file, as one error that names the line.
-- Pure.

local errors = require "extcontacts.base.errors"
local response = require "extcontacts.api.response"
local texts = require "extcontacts.base.text"

local csv_check = {}

-- Problems that a message names one by one; all of them are in `details`.
local MOST_SHOWN = 3

-- The cells of a line of the file and of its neighbours, so that no message repeats one
-- of them.  Whether the platform counts lines from 0 or 1, with the header, is not
-- documented.  The header is not masked.
local function cells_near(text, number)
  local cells, position = {}, 1
  for index = 1, number + 1 do
    local stop = text:find("\n", position, true)
    if index > 1 and index >= number - 1 then
      for cell in text:sub(position, (stop or #text + 1) - 1):gmatch '[^,;\t"\r]+' do
        cells[#cells + 1] = cell
      end
    end
    if not stop then
      break
    end
    position = stop + 1
  end
  return cells
end

local function is_line_number(value)
  return type(value) == "number" and value >= 0 and value < 2 ^ 53 and value == math.floor(value)
end

local function describe(problem, text)
  local number, message
  if type(problem) == "table" then
    number, message = problem.lineNumber, problem.message
  end
  number = is_line_number(number) and number or nil
  message = type(message) == "string" and message or "not valid"
  if text and number then
    message = response.mask(message, { query = {}, body = cells_near(text, number) })
  end
  -- A message about no line, or a wrong one: e-mail addresses and long numbers.
  message = message:gsub("[^%s\"'<>()]+@[^%s\"'<>()]+", "…"):gsub("%+?%d[%d%s()/-]*%d%d%d%d%d", "…")
  message = require("extcontacts.base.printable").line(message, 300)
  return { line = number, message = message }
end

--- Raises an error if a file can't be imported.
---@param validation table `validationResult` of the upload's details
---@param name string of the file
---@param text string|nil the file, to mask its cells in messages
function csv_check.raise(validation, name, text)
  local problems, parts = {}, {}
  if validation.separatorValid == false then
    parts[#parts + 1] = "the separator is not a comma"
  end
  if validation.fileEncodingValid == false then
    parts[#parts + 1] = "the encoding is not UTF-8"
  end
  for _, problem in ipairs(type(validation.errors) == "table" and validation.errors or {}) do
    local found = describe(problem, text)
    problems[#problems + 1] = found
    if #problems <= MOST_SHOWN then
      parts[#parts + 1] = found.line and ("line %d: %s"):format(found.line, found.message) or found.message
    end
  end
  if #problems > MOST_SHOWN then
    parts[#parts + 1] = ("and %d more"):format(#problems - MOST_SHOWN)
  end
  if #parts > 0 then
    error(errors.new {
      kind = "invalid",
      code = "csv",
      message = ("%s can't be imported: %s"):format(name, table.concat(parts, "; ")),
      details = problems,
    }, 0)
  end
end

--- Raises an error if a column of the mappings is not in the file.
---@param name string of the file
---@param headers any of the preview
---@param mappings extcontacts.CsvMappingEntry[]
function csv_check.raise_missing(name, headers, mappings)
  if type(headers) ~= "table" then
    return
  end
  local known, names = {}, {}
  for _, header in ipairs(headers) do
    if type(header) == "string" then
      header = texts.without_bom(header) -- it may be part of the first one's name
      names[#names + 1] = header
      known[header:lower()] = true
    end
  end
  for _, mapping in ipairs(mappings) do
    local column = mapping.sourceField
    if type(column) == "string" and not known[column:lower()] then
      error(errors.new {
        kind = "invalid",
        code = "column",
        message = ("%s has no column '%s', which the mappings name; its columns are %s"):format(name, column,
          require("extcontacts.base.printable").line(table.concat(names, ", "), 500)),
      }, 0)
    end
  end
end

return csv_check
