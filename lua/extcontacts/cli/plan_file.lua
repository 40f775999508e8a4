--- The options of commands that write a plan: its file, and the format of what the
-- command writes on standard output.

local exit = require "extcontacts.cli.exit"
local output_format = require "extcontacts.cli.output_format"
local parser = require "extcontacts.cli.parser"
local suggest = require "extcontacts.base.suggest"

local plan_file = {}

local FORMATS = { "text", "json" }

--- Declares them.
---@param argparser table
---@param default string the default path, for the help
function plan_file.declare(argparser, default)
  parser.completes(argparser:option("-o --plan-file", ("plan to write [%s]"):format(default)):argname("PLAN"),
    { ":files" })
  output_format.declare(argparser, FORMATS, "text", { json = "write what was planned as one JSON document" },
    function(text)
      return text -- a path: --output was the option for the plan's file
    end)
end

-- Until --output chose a format, it named the plan's file.
local function is_path(text)
  for _, format in ipairs(FORMATS) do
    if text == format then
      return false
    end
  end
  local near = not text:find "[./]" and suggest.nearest(text, FORMATS)
  if near then
    exit.usage(("--output: unknown format '%s', did you mean '%s'? To write the plan to this file, pass "
      .. "--plan-file %s"):format(text, near, text))
  end
  return true
end

--- The path of the plan; `args.output` is a format from here on.
---@param args table
---@param ctx table
---@param default string
---@return string
function plan_file.path(args, ctx, default)
  if args.output and is_path(args.output) then
    if args.plan_file then
      exit.usage(("--output: unknown format '%s'; expected one of text, json"):format(args.output))
    end
    ctx:say("--output chooses a format; pass the plan's file with --plan-file or -o: -o %s", args.output)
    args.plan_file, args.output = args.output, nil
  end
  return args.plan_file or default
end

return plan_file
