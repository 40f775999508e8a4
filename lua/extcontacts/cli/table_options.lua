--- The options that say how a CSV file or a workbook is read: --sheet, --separator, --encoding.

local exit = require "extcontacts.cli.exit"

local table_options = {}

--- Declares them.
---@param argparser table
function table_options.declare(argparser)
  argparser:option("--sheet", "name or number of the sheet of a workbook [1]"):argname("SHEET")
  argparser:option("--separator", "separator of a CSV file [detected]"):argname("CHARACTER")
  argparser:option("--encoding", "encoding of a CSV file, such as windows-1252 [UTF-8]"):argname("NAME")
end

local function separator_of(text)
  local separator = ({ tab = "\t", ["\\t"] = "\t" })[text] or text
  if separator and #separator ~= 1 then
    exit.usage(("--separator must be one character, or tab, not '%s'"):format(text))
  end
  return separator
end

--- What was given.
---@param args table
---@return { sheet: string|nil, separator: string|nil, encoding: string|nil }
function table_options.of(args)
  return { sheet = args.sheet, separator = separator_of(args.separator), encoding = args.encoding }
end

return table_options
