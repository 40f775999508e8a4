--- `extcontacts show`: a plan as text or as a page, at any time.

local json = require "extcontacts.base.json"
local limit_option = require "extcontacts.cli.limit_option"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local plan_text = require "extcontacts.cli.plan_text"
local printable = require "extcontacts.base.printable"
local texts = require "extcontacts.base.text"
local where_option = require "extcontacts.cli.where_option"

local command = {
  name = "show",
  summary = "show a plan as text or as a page for approval",
  description = [[
Show a plan as `extcontacts plan` did when it wrote it: its totals and its
first changes, or with --html the page for review and approval. This works
for any plan, including undo plans and plans that have been applied. No
request is sent. The SHA-256 identifies the plan: with --expect,
`extcontacts apply` applies the plan with this digest and no other.]],
  examples = [[
extcontacts show tidy.plan
extcontacts show tidy.plan --html tidy.html
extcontacts show tidy.plan --where 'address.countryCode == "GB"' --limit 50
extcontacts show tidy.plan --json | jq .totals.operations]],
  next_steps = [[
To approve the plan, pass on the command that the text and the page end with.
`extcontacts status PLAN` shows how far a plan has been applied.]],
}

-- Changes that are shown by default.
local SHOWN = 10

--- Declares argument and options.
---@param argparser table
function command.setup(argparser)
  argparser:argument("plan", "plan to show")
  argparser:option("--html", "write an HTML page for review and approval instead of text"):argname("FILE")
  limit_option.declare(argparser, "changes [10; on the page 2,000]")
  where_option.declare(argparser, "show only the changes to records", "held before the plan")
  output_format.declare(argparser, { "text", "json" }, "text",
    { json = "write one JSON document: header, totals, state and the first changes" })
end

-- The first changes to the selected records, and how many there are.
local function read(args)
  local people = require "extcontacts.fix.people"
  local reader, err = require("extcontacts.fix.planfile").open(args.plan)
  local matches = args.where and require("extcontacts.fix.plan.selection").of_any_kind(args.where)
  if not reader then
    error(err, 0)
  end
  local names = people.names(args.plan)
  local first, count = json.array {}, 0
  for change in reader.next, reader do
    if not matches or matches(change.kind, change.before or change.after or {}) then
      count = count + 1
      if count <= (args.limit or SHOWN) then
        change.label = names[change.id]
        first[count] = change
      end
    end
  end
  return { header = reader.header, totals = reader.totals, changes = first, matching = count }
end

local function write_origin(ctx, plan, state)
  local header = plan.header
  ctx:out(ctx:paint("stdout", "bold", printable.line(header.name)), "\n")
  local user = header.system_user and header.system_user ~= header.by and (" (system user %s)"):format(
    header.system_user) or ""
  ctx:out(printable.line(("planned at %s by %s%s for %s"):format(header.created, header.by, user, header.server)), "\n")
  local owner = require("extcontacts.fix.identity").text(header)
  if owner then
    ctx:out(printable.line(owner), "\n")
  end
  for _, name in ipairs(require("extcontacts.base.suggest").keys(header.options or {})) do
    ctx:out(printable.line(("--set %s=%s"):format(name, tostring(header.options[name]))), "\n")
  end
  local source = type(header.source) == "table" and header.source or {}
  local matching = require("extcontacts.fix.import.matching_text").of(source.matching)
  if matching then
    ctx:out(printable.line(texts.plural(source.matching.rows, "row") .. ", matched by " .. matching), "\n")
  end
  ctx:out("state: ", state, "\n", "SHA-256: ", plan.totals.sha256, "\n\n")
end

-- The changes and the totals.
local function write_text(ctx, args, plan, state)
  write_origin(ctx, plan, state)
  plan_text.notices(ctx, plan)
  for _, change in ipairs(plan.changes) do
    plan_text.change(ctx, change)
  end
  local more = plan.matching - #plan.changes
  if #plan.changes > 0 then
    ctx:out(more > 0 and ("… and %d more\n"):format(more) or "", "\n")
  end
  if args.where then
    ctx:out(("%s of %d for which the condition holds\n"):format(texts.plural(plan.matching, "change"),
      plan.totals.changes))
  end
  plan_text.totals(ctx, plan.totals)
  local skipped = require("extcontacts.fix.skipped").path(args.plan)
  if next(plan.totals.skipped) and require("extcontacts.base.files").exists(skipped) then
    plan_text.skipped(ctx, skipped)
  end
  if state == "planned" and plan.totals.changes > 0 then
    ctx:hint("Apply", "apply", args.plan, "--expect", plan.totals.sha256)
  end
end

--- Shows it.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local fix = require "extcontacts.fix"
  if args.html then
    local page, err = fix.report(args.plan, args.html, { rows = args.limit, where = args.where })
    if page then
      ctx:say("wrote the review page %s; open it in a browser", args.html)
    end
    return page and 0 or nil, err
  end
  local found, err = fix.status(args.plan)
  if not found then
    return nil, err
  end
  local plan = read(args)
  if output_format.of(args) == "json" then
    plan.state = found.state
    output.document(ctx, plan)
  else
    write_text(ctx, args, plan, found.state)
  end
end

return command
