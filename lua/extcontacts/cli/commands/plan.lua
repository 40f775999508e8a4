--- `extcontacts plan`: what a fix would do, shown and written to a plan file.

local arg_types = require "extcontacts.cli.arg_types"
local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"
local fixes = require "extcontacts.fixes"
local parser_of = require "extcontacts.cli.parser"
local plan_text = require "extcontacts.cli.plan_text"
local suggest = require "extcontacts.base.suggest"

local command = {
  name = "plan",
  summary = "show what a fix would change, and write a plan of it",
  connects = true,
  description = [[
Reads everything the fix asks for and writes nothing on the server.  The
plan file holds every change with the record before and after;
`extcontacts apply` does exactly that.  docs/fix.md describes fixes.]],
  example = [[
extcontacts plan tidy_names_emails -o tidy.plan --html tidy.html
extcontacts apply tidy.plan]],
}

command.notes = [[
With --detailed-exitcode: 0 when there is nothing to change, 5 when there is.]]

--- Declares arguments and options.
---@param parser table
function command.setup(parser)
  local words = { ":files" }
  for index, name in ipairs(fixes.names) do
    words[index + 1] = name
  end
  parser_of.completes(parser:argument("file", "the fix: a Lua file, or the name of a ready one "
    .. "(`extcontacts fixes`)"), words)
  parser:option("-o --output", "the plan to write; default: the fix's name with .plan, here"):argname("<plan>")
  parser:option("--set", "an option of the fix; may be given again"):argname("<name=value>"):count("*")
    :convert(arg_types.pair):target("set")
  parser:option("--limit", "stop after so many changes"):argname("<count>")
    :convert(arg_types.whole)
  parser:option("--show", "how many changes are shown [10]"):argname("<count>"):convert(arg_types.count)
  parser:option("--html", "also write a page to look at and approve"):argname("<file>")
  parser:flag("--detailed-exitcode", "exit with 5 when there are changes")
end

-- Tells how far it is, on a terminal and now and then.
local function progress(context)
  if not context:is_terminal "stderr" then
    return nil, function() end
  end
  local now = require("extcontacts.core").engine.now
  local next_at, shown = now() + 0.5, false
  return function(records, changes)
    if now() >= next_at then
      next_at, shown = now() + 0.2, true
      context:note(("\r%d records read, %d changes "):format(records, changes))
    end
  end, function()
    if shown then
      context:note("\r\27[K")
    end
  end
end

-- A fix's file: that of the name, or else the ready one that is called so.
local function path_of(name)
  if files.exists(name) or name:find "[/.]" then
    return name
  end
  return fixes.path(name) or exit.usage("there is no file of that name, and " .. suggest.unknown("ready fix", name,
    fixes.names))
end

--- Plans.
---@param given table
---@param context table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(given, context)
  local fix = require "extcontacts.fix"
  local made, err = fix.load(path_of(given.file))
  if not made then
    return nil, err
  end
  local output = given.output or given.file:match("([^/]+)$"):gsub("%.lua$", "") .. ".plan"
  local set = {}
  for _, one in ipairs(given.set) do
    set[one[1]] = one[2]
  end
  local on_record, clear = progress(context)
  local show, on_change = plan_text.first(given.show or 10)
  local plan
  plan, err = fix.plan(context:connect(), made, {
    output = output,
    limit = given.limit,
    set = set,
    by = context.getenv "USER" or context.getenv "LOGNAME",
    on_change = on_change,
    on_record = on_record,
  })
  clear()
  if not plan then
    return nil, err
  end
  show(context)
  local ok
  ok, err = plan_text.conclude(context, plan, given.html)
  if not ok then
    return nil, err
  end
  return given.detailed_exitcode and plan.changes > 0 and exit.codes.pending or exit.codes.ok
end

return command
