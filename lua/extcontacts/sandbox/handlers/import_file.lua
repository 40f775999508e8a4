--- The CSV file of an import, as the server reads it: UTF-8 and commas.

local csv = require "extcontacts.base.csv"
local json = require "extcontacts.base.json"
local text = require "extcontacts.base.text"

local import_file = {}

---@class extcontacts.sandbox.ImportFile
---@field header string[]
---@field rows { line: integer, cells: table<string, string>|nil, problem: string|nil }[]
---@field separator_valid boolean
---@field encoding_valid boolean
---@field errors { lineNumber: integer, message: string }[]

-- An object that csv reads as an open file.
local function as_file(content)
  local at = 1
  return {
    read = function(_, bytes)
      local block = at <= #content and content:sub(at, at + bytes - 1) or nil
      at = at + bytes
      return block
    end,
  }
end

-- Whether the header has another separator than commas.
local function is_separated(content)
  local header = content:match("^[^\r\n]*"):gsub('"[^"]*"', "")
  return header:find(",", 1, true) ~= nil or not header:find "[;\t|]"
end

local function problem_of(message)
  local line, problem = message:match "^line (%d+): (.*)$"
  return tonumber(line) or 1, problem or message
end

--- Reads a file.
---@param content string
---@return extcontacts.sandbox.ImportFile
function import_file.read(content)
  local file = {
    header = {}, rows = {}, errors = json.array {},
    separator_valid = is_separated(content),
    encoding_valid = text.is_utf8(content),
  }
  local function add_error(message)
    local line, problem = problem_of(message)
    file.errors[#file.errors + 1] = { lineNumber = line, message = problem }
    return line, problem
  end
  if not (file.separator_valid and file.encoding_valid) then
    return file
  end
  local next_row, reader = csv.rows(as_file(content), { separator = ",", raw = true })
  if not next_row then
    add_error(reader)
    return file
  end
  file.header = reader.header
  while true do
    local cells, message = next_row()
    if message then
      local line, problem = add_error(message)
      file.rows[#file.rows + 1] = { line = line, problem = problem }
    elseif not cells then
      return file
    else
      file.rows[#file.rows + 1] = { line = reader.line, cells = cells }
    end
  end
end

return import_file
