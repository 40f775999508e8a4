--- `extcontacts verify`: whether the records match an applied plan.

local arg_types = require "extcontacts.cli.arg_types"
local bulk_api = require "extcontacts.fix.bulk_api"
local clients = require "extcontacts.client"
local connection = require "extcontacts.cli.connection"
local exit = require "extcontacts.cli.exit"
local json = require "extcontacts.base.json"
local label = require "extcontacts.record.label"
local limit_option = require "extcontacts.cli.limit_option"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local printable = require "extcontacts.base.printable"
local progress_bar = require "extcontacts.cli.progress_bar"
local record_diff = require "extcontacts.record.diff"
local record_text = require "extcontacts.cli.record_text"

local command = {
  name = "verify",
  takes = { plan = "plan" },
  summary = "check that the records match an applied plan",
  connects = true,
  description = [[
Read every record of an applied plan again and compare it with the plan. For
erased records, write proof that they no longer exist to PLAN.proof.csv.]],
  examples = [[
extcontacts verify tidy.plan
extcontacts verify tidy.plan --show 0]],
  next_steps = [[
Each record that differs is listed with the planned and the found values. To
apply changes that were not applied, run `extcontacts resume PLAN`; to change
a record that differs, plan the fix again.]],
  exit_codes = { 0, { 1, "some records differ from the plan" }, 2, 3, 75, 130 },
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  argparser:argument("plan", "plan that was applied")
  connection.declare_same_organization(argparser, "plan")
  limit_option.declare(argparser, "changes")
  argparser:option("--show", "number of differences to list [20]"):argname("N"):convert(arg_types.count)
  output_format.declare(argparser, { "text", "json" }, "text")
end

-- The fix that the plan was made from, if its file has not changed.
local function fix_of(plan)
  local checked = require("extcontacts.fix.planfile").check(plan)
  local source = checked and checked.header.fix or {}
  local definition = source.path and require("extcontacts.fix").load(source.path)
  if definition and definition.sha256 == source.sha256 then
    return definition
  end
end

local function shown(value)
  return record_text.value(value) or "(none)"
end

-- Writes a record that differs, with what was planned and what was found.
local function write_difference(ctx, change, reason, fields, values)
  ctx:out(record_text.record(change.kind, change.id or "(created)", label.of_change(change)), ": ",
    printable.line(reason), not values and fields and " (" .. printable.line(table.concat(fields, ", ")) .. ")" or "",
    "\n")
  for _, value in ipairs(values or {}) do
    ctx:out("    ", printable.line(record_diff.name(value.path)), ": planned ", shown(value.planned), ", found ",
      ctx:paint("stdout", "yellow", shown(value.found)), "\n")
  end
end

local function as_json(change, reason, fields, values)
  local list = json.array {}
  for index, value in ipairs(values or {}) do
    list[index] = { field = record_diff.name(value.path), planned = value.planned, found = value.found }
  end
  for index, field in ipairs(not values and fields or {}) do
    list[index] = { field = field }
  end
  return { n = change.n, kind = change.kind, id = change.id, label = label.of_change(change), reason = reason,
    fields = list }
end

--- Verifies.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local count, most = 0, args.show or 20
  local listed = output_format.of(args) == "json" and json.array {} or nil
  local client = ctx:connect()
  local bar = progress_bar.new(ctx, { noun = "change", per_request = bulk_api.MOST,
    allowance = clients.allowance(client) })
  local result, err = require("extcontacts.fix").verify(client, args.plan, {
    fix = fix_of(args.plan),
    same_organization = args.same_organization,
    limit = args.limit,
    on_progress = ctx:shows_progress() and function(checked, total)
      bar.total = args.limit and math.min(args.limit, total) or total
      bar:show(checked)
    end or nil,
    on_difference = function(change, ...)
      count = count + 1
      if count <= most and listed then
        listed[count] = as_json(change, ...)
      elseif count <= most then
        write_difference(ctx, change, ...)
      end
    end,
  })
  bar:finish()
  if not result then
    return nil, err
  end
  if listed then
    output.document(ctx, { plan = args.plan, match = result.match, differ = result.differ,
      not_applied = result.not_applied, differences = listed, proof_file = result.proof_path })
  elseif count > most then
    ctx:out(("… and %d more\n"):format(count - most))
  end
  if not listed then
    ctx:out(("%d match, %d differ, %d not applied\n"):format(result.match, result.differ, result.not_applied))
  end
  if result.proof_path then
    ctx:inform("wrote proof of the erasures to %s", result.proof_path)
  end
  return result.differ > 0 and exit.codes.some_failed or exit.codes.ok
end

return command
