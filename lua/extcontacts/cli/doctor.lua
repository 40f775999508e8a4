--- `extcontacts doctor`: what the doctor finds, as text or JSON.

local doctor = require "extcontacts.doctor"
local json = require "extcontacts.json"
local main = require "extcontacts.main"

local command = {
  summary = "find out why the API can't be used from here",
}

local DESCRIPTION = [[
Checks the configuration, the servers' names, connections and certificates,
the clock, the token, the permissions and the rate limit, one after the other.
Sends reads only and shows no secrets.]]

-- The help's list of exit codes, from the problems themselves.
local function epilog()
  local lines = { "Exit codes, of the first thing that is wrong:", "   0  all is well", "   2  wrong usage" }
  for _, problem in ipairs(doctor.problems) do
    lines[#lines + 1] = ("  %2d  %s"):format(problem.exit_code, problem.sentence:gsub("%%s", "…"))
  end
  lines[#lines + 1] = " 130  interrupted"
  return table.concat(lines, "\n")
end

local function make_parser(argparse)
  local parser = argparse("extcontacts doctor")
    :description(DESCRIPTION)
    :epilog(epilog())
    :usage_max_width(78)
    :help_max_width(78)
    :help_vertical_space(0)
  parser:flag("--json", "print one JSON object instead of text")
  parser:flag("--rate", "measure the rate limit: uses up the token's requests of this minute")
  parser:option("--group", "only the permissions of this group of operations (contacts, "
    .. "organizations.notes); may be given again"):argname("<group>"):count("*"):target("groups")
  parser:option("--profile", "section of ~/.gc/config.toml"):argname("<name>")
  parser:option("--region", "region id or domain"):argname("<region>")
  parser:option("--timeout", "seconds a request may take [10]"):argname("<seconds>"):convert(tonumber)
  return parser
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

local function print_finding(finding)
  io.stdout:write(wrapped(("%-7s %-14s "):format(LABELS[finding.status], finding.check), finding.sentence))
  if finding.remedy then
    io.stdout:write(wrapped((" "):rep(MARGIN), "-> " .. finding.remedy))
  end
  io.stdout:flush()
end

local function print_json(findings, exit_code)
  io.stdout:write(assert(json.encode {
    ok = exit_code == 0,
    exit_code = exit_code,
    checks = json.array(findings),
  }), "\n")
end

local function examine(given)
  local findings, exit_code = doctor.examine({
    profile = given.profile,
    region = given.region,
    timeout = given.timeout or 10,
  }, {
    groups = given.groups,
    rate = given.rate,
    report = not given.json and print_finding or nil,
  })
  if given.json then
    print_json(findings, exit_code)
  elseif exit_code == 0 then
    io.stdout:write("\nAll is well.\n")
  end
  return exit_code
end

local function misused(message)
  io.stderr:write("extcontacts doctor: ", message, "\n`extcontacts doctor --help` lists the options.\n")
  return 2
end

--- Runs the command.
---@param arguments string[] the words after `doctor`
---@return integer exit code
function command.run(arguments)
  local found, argparse = pcall(require, "argparse")
  if not found then
    io.stderr:write("extcontacts doctor: the Lua module argparse is missing\n",
      "On Debian and Ubuntu:  apt install lua-argparse\n",
      "Elsewhere:             luarocks install argparse\n")
    return 1
  end
  local ok, given = make_parser(argparse):pparse(arguments)
  if not ok then
    return misused(given)
  end
  local misuse = doctor.misuse(given.groups)
  if misuse then
    return misused(misuse)
  end
  local code, results = main.protect(examine, given)
  return code ~= 0 and code or results[1]
end

return command
