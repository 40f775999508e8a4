--- `extcontacts sandbox`: reads its options and writes the server's files.
-- bin/extcontacts then becomes the server.

local compat = require "extcontacts.base.compat"
local exit = require "extcontacts.cli.exit"
local parser = require "extcontacts.cli.parser"
local sandbox = require "extcontacts.sandbox"

local unpack = compat.unpack

local command = {
  name = "sandbox",
  summary = "run a local server that behaves like the API",
  bare = true,
  description = [[
Run a local server that behaves like the External Contacts API, with generated
data, so that everything can be tried without an account. It listens on
127.0.0.1 until it receives SIGTERM or SIGINT.]],
  examples = [[
extcontacts sandbox
extcontacts sandbox --contacts 5000 --rate 0 --env >sandbox.env &
. ./sandbox.env; extcontacts scan contacts --limit 3; kill $EXTCONTACTS_SANDBOX_PID]],
  next_steps = [[
Once it is ready, the server prints one line of JSON with base_url, login_url,
client_id, client_secret and pid (and ca_file with --tls). With --env it
prints shell commands that set the same in the environment. docs/sandbox.md
describes the data, the control API and the faults.]],
  exit_codes = { 0, { 1, "nginx or its Lua module is missing, or the server did not start" }, 2, 130 },
}

-- The description of a row with its choices and default.
local function doc_of(row)
  local doc = row.doc
  if row.choices then
    local choices = {}
    for index, choice in ipairs(row.choices) do
      choices[index] = tostring(choice)
    end
    doc = doc .. " (" .. table.concat(choices, ", ") .. ")"
  end
  if row.default and row[1] ~= "boolean" and not (row.default == 0 and row.key == "port") then
    doc = doc .. (" [%s]"):format(row.default)
  end
  return doc
end

local function check(row, text)
  if row[1] == "number" and not tonumber(text) then
    return nil, ("%s: '%s' is not a number"):format(row.flag, text)
  end
  return sandbox.options.check(row, text, row.flag)
end

local function declare(argparser, row)
  local option
  if row[1] == "boolean" then
    option = argparser:flag(row.flag)
  else
    option = argparser:option(row.flag):argname(row.value)
    if row[1] == "table" then
      option:count("*")
    else
      option:convert(function(text)
        return check(row, text)
      end)
    end
  end
  return parser.completes(option:description(doc_of(row)):target(row.key), row.choices)
end

--- Declares the options, one per row of the sandbox's options.
---@param argparser table
function command.setup(argparser)
  local title, group = nil, {}
  local function finish()
    if title then
      argparser:group(title, unpack(group))
    end
    group = {}
  end
  for _, row in ipairs(sandbox.options.rows) do
    if row.group then
      finish()
      title = row.group
    else
      group[#group + 1] = declare(argparser, row)
    end
  end
  finish()
end

--- Writes the server's files.
---@param args table
---@return integer exit code
function command.run(args)
  local prepared, message, code = sandbox.prepare(sandbox.options.complete(args))
  if not prepared then
    exit.fail(code == exit.codes.usage and "usage" or "some_failed", message)
  end
  return exit.codes.ok
end

return command
