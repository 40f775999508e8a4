--- A sheet of an XLSX workbook as CSV, converted by Debian's xlsx2csv.

local errors = require "extcontacts.base.errors"
local shell = require "extcontacts.base.shell"
local texts = require "extcontacts.base.text"

local workbook = {}

local MISSING = "%s is an XLSX workbook, and xlsx2csv is not installed (Debian: apt-get install xlsx2csv); install it, "
  .. 'or save the sheet as "CSV UTF-8"'
-- Dates as the API writes them, and numbers with all their digits.
local FORMATS = "-f %Y-%m-%d --ignore-formats float"

local function output_of(command)
  local pipe = errors.check_io(io.popen(command, "r"))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

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
  if output_of "command -v xlsx2csv" == "" then
    errors.raise_invalid(MISSING:format(path))
  end
  local temporary = os.tmpname() -- readable by its owner only
  -- A name that starts with a hyphen is no option.
  local file = path:find "^%-" and "./" .. path or path
  local text = output_of(("xlsx2csv %s %s %s %s 2>&1; echo \"exit $?\""):format(FORMATS, sheet_option(sheet),
    shell.quoted(file), shell.quoted(temporary)))
  local handle, message = io.open(temporary, "rb")
  os.remove(temporary)
  local said, code = text:match "^(.-)%s*exit (%d+)%s*$"
  if code ~= "0" or not handle or handle:seek "end" == 0 then
    if handle then
      handle:close()
    end
    local last = texts.cut(texts.trim((said or message or ""):match "[^\n]*$" or ""), 200)
    errors.raise_invalid(("%s: xlsx2csv can't convert %s%s"):format(path,
      sheet and ("the sheet '%s'; name an existing one with --sheet"):format(sheet) or "the first sheet",
      last ~= "" and " (" .. last .. ")" or ""))
  end
  handle:seek("set", 0)
  return handle
end

return workbook
