--- What `extcontacts plan` and `extcontacts move` share: the options, the plan itself
-- with its progress, and what they show of it.

local arg_types = require "extcontacts.cli.arg_types"
local clients = require "extcontacts.client"
local exit = require "extcontacts.cli.exit"
local ids_option = require "extcontacts.cli.ids_option"
local limit_option = require "extcontacts.cli.limit_option"
local output_format = require "extcontacts.cli.output_format"
local plan_text = require "extcontacts.cli.plan_text"
local progress_bar = require "extcontacts.cli.progress_bar"
local texts = require "extcontacts.base.text"
local where_option = require "extcontacts.cli.where_option"

local make_plan = {}

-- Records that a scan reads with one request, which is the fastest way to read them.
local PER_PAGE = 200

--- Declares the option that replaces a plan.
---@param argparser table
function make_plan.declare_force(argparser)
  argparser:flag("--force", "replace a plan with this name that has not been applied")
end

make_plan.exit_codes = { 0, 1, 2, 3, { 5, "the plan contains changes (with --detailed-exitcode)" }, 75, 130 }

--- Declares the options.
---@param argparser table
---@param verb string what the plan does with the selected records
---@param counted string what the limit counts
function make_plan.setup(argparser, verb, counted)
  where_option.declare(argparser, verb .. " only the records")
  ids_option.declare(argparser, verb .. " only the records")
  limit_option.declare(argparser, counted)
  argparser:option("--show", "number of changes to show [10]"):argname("N"):convert(arg_types.count)
  argparser:option("--html", "also write an HTML page for review and approval"):argname("FILE")
  make_plan.declare_force(argparser)
  argparser:flag("--detailed-exitcode", "exit with 5 if the plan contains changes")
end

-- Shows how many records have been read.
local function counter(ctx)
  local bar = progress_bar.new(ctx, { noun = "record", verb = "read", per_request = PER_PAGE,
    allowance = clients.allowance(ctx:connect()) })
  return function(records, changes, total)
    bar.find_total = total
    bar:show(records, { texts.plural(changes, "change") })
  end
end

--- Plans.
---@param args table
---@param ctx table
---@param definition extcontacts.fix.Definition
---@param output string path of the plan
---@param set table<string, string>|nil options of the fix
---@return integer|nil exit code
---@return extcontacts.Error|nil
function make_plan.run(args, ctx, definition, output, set)
  local fix = require "extcontacts.fix"
  local show, on_change = plan_text.first(args.show or 10)
  local chosen = ids_option.read(args, ctx)
  local plan, err = fix.plan(ctx:connect(), definition, {
    output = output,
    limit = args.limit,
    where = args.where,
    ids = chosen and chosen.ids,
    set = set,
    force = args.force,
    by = ctx.getenv "USER" or ctx.getenv "LOGNAME",
    getenv = ctx.getenv,
    on_change = on_change,
    on_record = ctx:shows_progress() and counter(ctx) or nil,
  })
  ctx:progress(nil)
  if not plan then
    return nil, err
  end
  local is_json = output_format.of(args) == "json"
  if not is_json then
    plan_text.notices(ctx, plan)
    show(ctx)
  end
  local ok
  ok, err = plan_text.conclude(ctx, plan, args.html, is_json)
  if not ok then
    return nil, err
  end
  local code = chosen and chosen:finish(ctx, plan.absent, "they do not exist, or are not among the records of the "
    .. "fix's source") or exit.codes.ok
  if code ~= exit.codes.ok then
    return code
  end
  return args.detailed_exitcode and plan.changes > 0 and exit.codes.pending or exit.codes.ok
end

return make_plan
