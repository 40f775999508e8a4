--- `extcontacts doctor`: what the doctor finds, as text or JSON.

local connection = require "extcontacts.cli.connection"
local doctor = require "extcontacts.doctor"
local exit = require "extcontacts.cli.exit"
local json = require "extcontacts.base.json"

local command = {
  name = "doctor",
  summary = "find out why the API can't be used from here",
  connects = true,
}

command.description = [[
Checks the configuration, the servers' names, connections and certificates,
the clock, the token, the permissions and the rate limit, one after the other.
Sends reads only and shows no secrets.]]

-- The help's list of exit codes, from the problems themselves.
local function exit_codes()
  local lines = { "Exit codes, of the first thing that is wrong:", "   0  all is well", "   2  wrong usage" }
  for _, problem in ipairs(doctor.problems) do
    lines[#lines + 1] = ("  %2d  %s"):format(problem.exit_code, problem.sentence:gsub("%%s", "…"))
  end
  lines[#lines + 1] = " 130  interrupted"
  return table.concat(lines, "\n")
end

command.example = "extcontacts doctor --profile test"
command.notes = exit_codes()

--- Declares the options.
---@param parser table
function command.setup(parser)
  parser:flag("--json", "print one JSON object instead of text")
  parser:flag("--rate", "measure the rate limit: uses up the token's requests of this minute")
  parser:option("--group", "only the permissions of this group of operations (contacts, "
    .. "organizations.notes); may be given again"):argname("<group>"):count("*"):target("groups")
end

local LABELS = { ok = "ok", failed = "FAILED", note = "-" }

local WIDTH, MARGIN = 100, 23

-- Words in lines, the later ones as far in as the first's text.
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

local function print_finding(context, finding)
  context:out(wrapped(("%-7s %-14s "):format(LABELS[finding.status], finding.check), finding.sentence))
  if finding.remedy then
    context:out(wrapped((" "):rep(MARGIN), "-> " .. finding.remedy))
  end
  context:flush()
end

local function print_json(context, findings, exit_code)
  context:out(assert(json.encode {
    ok = exit_code == 0,
    exit_code = exit_code,
    checks = json.array(findings),
  }), "\n")
end

--- Examines the connection.
---@param given table
---@param context table
---@return integer exit code
function command.run(given, context)
  local misuse = doctor.misuse(given.groups)
  if misuse then
    exit.usage(misuse)
  end
  local options, sources = connection.settings(given, context.getenv)
  options.timeout = options.timeout or 10
  local findings, exit_code = doctor.examine(options, {
    groups = given.groups,
    rate = given.rate,
    sources = sources,
    report = not given.json and function(finding)
      print_finding(context, finding)
    end or nil,
  })
  if given.json then
    print_json(context, findings, exit_code)
  elseif exit_code == 0 then
    context:out("\nAll is well.\n")
  end
  return exit_code
end

return command
