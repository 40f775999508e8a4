--- `extcontacts doctor`: the findings of the doctor, as text or JSON.

local connection = require "extcontacts.cli.connection"
local doctor = require "extcontacts.doctor"
local exit = require "extcontacts.cli.exit"
local json = require "extcontacts.base.json"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local printable = require "extcontacts.base.printable"

local command = {
  name = "doctor",
  summary = "diagnose the connection, credentials and permissions",
  connects = true,
  description = [[
Check, in this order: the configuration, DNS, connections and certificates,
the clock, the token, the permissions and the rate limit. Each problem comes
with its remedy. Only reads are sent, and no secret is shown.]],
  examples = [[
extcontacts doctor
extcontacts doctor --profile test --group contacts --group notes
extcontacts doctor --json | jq '.checks[] | select(.status == "failed")']],
  next_steps = [[
The exit code is that of the first problem found. docs/doctor.md describes
the checks.]],
}

-- The exit codes, from the problems themselves.
local function exit_codes()
  local codes = { { 0, "no problems found" }, 2 }
  for _, problem in ipairs(doctor.problems) do
    codes[#codes + 1] = { problem.exit_code, (problem.sentence:gsub("%%s", "…")) }
  end
  codes[#codes + 1] = 130
  return codes
end
command.exit_codes = exit_codes()

--- Declares the options.
---@param argparser table
function command.setup(argparser)
  output_format.declare(argparser, { "text", "json" }, "text")
  argparser:flag("--rate", "measure the rate limit; uses up the token's requests for the current minute")
  argparser:option("--group", "check only the permissions of this group of operations, such as contacts or "
    .. "organizations.notes; can be repeated"):argname("GROUP"):count("*"):target("groups")
end

local LABELS = { ok = "ok", failed = "FAILED", note = "-" }

local WIDTH, MARGIN = 100, 23

-- Words in lines of WIDTH columns; all lines but the first are indented.
local function wrapped(first, text)
  local lines, line = {}, first
  local column = MARGIN
  for word in text:gmatch("%S+") do
    if column > MARGIN and column + #word > WIDTH then
      lines[#lines + 1] = line
      line, column = (" "):rep(MARGIN), MARGIN
    end
    line, column = line .. word .. " ", column + #word + 1
  end
  lines[#lines + 1] = line
  return (table.concat(lines, "\n"):gsub(" +\n", "\n"):gsub(" +$", "")) .. "\n"
end

local function print_finding(ctx, finding)
  ctx:out(wrapped(("%-7s %-14s "):format(LABELS[finding.status], finding.check), printable.line(finding.sentence)))
  if finding.remedy then
    ctx:out(wrapped((" "):rep(MARGIN), "-> " .. printable.line(finding.remedy)))
  end
  ctx:flush()
end

local function print_json(ctx, findings, exit_code)
  output.document(ctx, {
    ok = exit_code == 0,
    exit_code = exit_code,
    checks = json.array(findings),
  })
end

--- Examines the connection.
---@param args table
---@param ctx table
---@return integer exit code
function command.run(args, ctx)
  local misuse = doctor.misuse(args.groups)
  if misuse then
    exit.usage(misuse)
  end
  local is_json = output_format.of(args) == "json"
  local options, sources = connection.settings(args, ctx.getenv)
  options.timeout = options.timeout or 10
  local findings, exit_code = doctor.examine(options, {
    groups = args.groups,
    rate = args.rate,
    sources = sources,
    report = not is_json and function(finding)
      print_finding(ctx, finding)
    end or nil,
  })
  if is_json then
    print_json(ctx, findings, exit_code)
  elseif exit_code == 0 then
    ctx:out("\nNo problems found.\n")
  end
  return exit_code
end

return command
