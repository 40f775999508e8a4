--- The option --output, which chooses the format of a command's output, and its short
-- forms --json, --ndjson and --csv.

local compat = require "extcontacts.base.compat"
local parser = require "extcontacts.cli.parser"
local suggest = require "extcontacts.base.suggest"

local unpack = compat.unpack

local output_format = {}

local SHORT = { json = true, ndjson = true, csv = true }

-- What a format is, where a command does not say it.
local DOCS = {
  json = "write one JSON document",
  ndjson = "write one line of JSON per record",
  csv = "write CSV with a header row",
}

--- Declares them.
---@param argparser table
---@param formats string[] text, table, json, ndjson, csv: those that the command has
---@param default string the default, for the help
---@param docs table<string, string>|nil what a short form does, where it is not what it usually does
---@param accepts (fun(text: string): string|nil)|nil accepts a word that is no format
---@return table[] elements of lua-argparse, for a group of the help
function output_format.declare(argparser, formats, default, docs, accepts)
  local option = argparser:option("--output", ("format of the output: %s [%s]"):format(
    table.concat(formats, ", "), default)):argname("FORMAT"):convert(function(text)
    local misuse = not (accepts and accepts(text)) and suggest.other("format", text, formats) or nil
    return not misuse and text or nil, misuse
  end)
  parser.completes(option, formats)
  local elements = { option }
  for _, name in ipairs(formats) do
    if SHORT[name] then
      elements[#elements + 1] = argparser:flag("--" .. name, docs and docs[name] or DOCS[name])
    end
  end
  argparser:mutex(unpack(elements))
  return elements
end

--- The format that was chosen.
---@param args table
---@return string|nil format nil for the default
function output_format.of(args)
  if args.output then
    return args.output
  end
  for name in pairs(SHORT) do
    if args[name] then
      return name
    end
  end
end

return output_format
