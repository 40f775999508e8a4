--- A sheet of an XLSX workbook as CSV, converted by Debian's xlsx2csv.

local converter = require "extcontacts.fix.import.converter"
local errors = require "extcontacts.base.errors"
local shell = require "extcontacts.base.shell"

local workbook = {}

local MISSING = "%s is an XLSX workbook, and xlsx2csv is not installed (Debian: apt-get install xlsx2csv); install it, "
  .. 'or save the sheet as "CSV UTF-8"'
-- Dates as the API writes them, and numbers with all their digits.
local FORMATS = "-f %Y-%m-%d --ignore-formats float"

-- The option that selects a sheet, by its number or its name.
local function sheet_option(sheet)
  if not sheet then
    return "-s 1"
  end
  return (sheet:find "^%d+$" and "-s " or "-n ") .. shell.quoted(sheet)
end

--- Whether a file is an XLSX workbook, as far as its first bytes show.
---@param start string
---@return boolean
function workbook.is(start)
  return start:sub(1, 4) == "PK\3\4" and not start:find("opendocument", 1, true)
end

--- Converts a sheet.  Raises an error object if that is not possible.
---@param path string
---@param sheet string|nil number or name; default: the first
---@return table handle of a temporary file without a name
function workbook.open(path, sheet)
  if not converter.has "xlsx2csv" then
    errors.raise_invalid(MISSING:format(path))
  end
  local options = ("%s %s"):format(FORMATS, sheet_option(sheet)):gsub("%%", "%%%%")
  local handle, problem = converter.run("xlsx2csv " .. options .. " %s %s", path)
  if not handle then
    errors.raise_invalid(("%s: xlsx2csv can't convert %s%s"):format(path,
      sheet and ("the sheet '%s'; name an existing one with --sheet"):format(sheet) or "the first sheet",
      problem ~= "" and " (" .. problem .. ")" or ""))
  end
  return handle
end

return workbook
