--- `extcontacts sandbox`: reads its options and writes the server's files.
-- bin/extcontacts then becomes the server.

local compat = require "extcontacts.base.compat"
local exit = require "extcontacts.cli.exit"
local server_options = require "extcontacts.sandbox.server_options"

local unpack = compat.unpack

local command = {
  name = "sandbox",
  summary = "run a local External Contacts server to try things on",
  description = "A local server with the behaviour of the External Contacts API.",
  bare = true,
}

command.example = [[
extcontacts sandbox --contacts 5000 --rate 0 --env >sandbox.env &
. ./sandbox.env; extcontacts scan contacts --limit 3; kill $EXTCONTACTS_SANDBOX_PID]]

command.notes = [[
When it is ready it prints one line of JSON with base_url, login_url,
client_id, client_secret and pid (and ca_file with --tls), or with --env the
same for a shell, then serves until it gets SIGTERM or SIGINT.
docs/sandbox.md describes the data, the control path and the faults.]]

--- Declares the options, one for each row of the sandbox's.
---@param parser table
function command.setup(parser)
  local group = {}
  local title
  local function finish()
    if title then
      parser:group(title, unpack(group))
    end
    group = {}
  end
  for _, row in ipairs(server_options.rows) do
    if row.group then
      finish()
      title = row.group
    else
      local doc = row.doc
      if row.choices then
        local texts = {}
        for index, choice in ipairs(row.choices) do
          texts[index] = tostring(choice)
        end
        doc = doc .. " (" .. table.concat(texts, ", ") .. ")"
      end
      if row.default and row.kind ~= "flag" and not (row.default == 0 and row.key == "port") then
        doc = doc .. (" [%s]"):format(row.default)
      end
      local option
      if row.kind == "flag" then
        option = parser:flag(row.flag):description(doc)
      else
        option = parser:option(row.flag):description(doc):argname("<" .. row.value:lower() .. ">")
        if row.kind == "list" then
          option:count("*")
        else
          option:convert(function(value)
            return server_options.check(row, value)
          end)
        end
      end
      option.completes = row.choices
      group[#group + 1] = option:target(row.key)
    end
  end
  finish()
end

--- Writes the server's files.
---@param given table
---@return integer exit code
function command.run(given)
  local launch = require "extcontacts.sandbox.launch"
  local done, message, code = launch.prepare(server_options.complete(given))
  if not done then
    exit.fail(code == exit.codes.usage and "usage" or "some_failed", message)
  end
  return exit.codes.ok
end

return command
