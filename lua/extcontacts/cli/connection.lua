--- The options that say which server a command talks to and as whom, and the
-- client made from them.  Secrets are never options: every user of a machine
-- can read the words of a running command.

local compat = require "extcontacts.base.compat"
local config = require "extcontacts.config"
local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"
local suggest = require "extcontacts.base.suggest"

local unpack = compat.unpack

local connection = {}

local function seconds(text)
  local number = tonumber(text)
  if number and number > 0 and number < math.huge then
    return number
  end
  return nil, ("'%s' is not a number of seconds above 0"):format(text)
end

--- One row an option; `setting` is the name in `extcontacts.Options`.
connection.rows = {
  { flag = "--profile", setting = "profile", value = "NAME", doc = "section of the profile file" },
  { flag = "--config", value = "FILE", doc = "profile file [~/.gc/config.toml]" },
  { flag = "--region", setting = "region", value = "REGION", doc = "region id or domain",
    completes = function()
      return suggest.keys(config.regions)
    end },
  { flag = "--base-url", setting = "base_url", value = "URL", doc = "a sandbox or gateway instead" },
  { flag = "--login-url", setting = "login_url", value = "URL", doc = "its server for tokens" },
  { flag = "--ca-file", setting = "ca_file", value = "FILE",
    doc = "certificates to trust (PEM)" },
  { flag = "--timeout", setting = "timeout", value = "SECONDS", convert = seconds,
    doc = "time one request may take [30]" },
  { flag = "--no-cache", doc = "keep no token and no count of requests for the next run" },
  { flag = "--verbose", doc = "a line for each request on standard error" },
}

local function key_of(row)
  return (row.flag:sub(3):gsub("-", "_"))
end

--- Declares the options.
---@param parser table lua-argparse's
function connection.setup(parser)
  local group = {}
  for index, row in ipairs(connection.rows) do
    local option
    if row.value then
      option = parser:option(row.flag):argname(row.value)
      if row.convert then
        option:convert(row.convert)
      end
    else
      option = parser:flag(row.flag)
    end
    option.completes = row.completes
    group[index] = option:description(row.doc):target(key_of(row))
  end
  parser:group("Connection", unpack(group))
end

local by_flag = {}
for _, row in ipairs(connection.rows) do
  by_flag[row.flag] = row
end

--- The options' names, after others.
---@param names string[]
---@return string[] names the same table
function connection.flags(names)
  for _, row in ipairs(connection.rows) do
    names[#names + 1] = row.flag
  end
  return names
end

--- Puts the command before the options of the connection that stand there.
---@param words string[]
---@return string[]
function connection.hoist(words)
  local first = 1
  while words[first] do
    local flag, equals = words[first]:match("^(%-%-[^=]+)(=?)")
    local row = by_flag[flag]
    if not row then
      break
    end
    first = first + ((row.value and equals == "") and 2 or 1)
  end
  local out = { words[first] }
  for index, word in ipairs(words) do
    if index ~= first then
      out[#out + 1] = word
    end
  end
  return out
end

--- The configuration's options that were given.
---@param given table
---@return table options for `ec.connect`
---@return table sources where the rest comes from
function connection.settings(given, getenv)
  local options = {}
  for _, row in ipairs(connection.rows) do
    if row.setting then
      options[row.setting] = given[key_of(row)]
    end
  end
  local sources = { getenv = getenv }
  if given.config then
    local text = files.read(given.config)
    if not text then
      exit.fail("usage", ("--config: %s can't be read"):format(given.config))
    end
    sources.read_file = function()
      return text
    end
  end
  return options, sources
end

-- Where runs share a token and the count of what it sent, so that many short
-- commands don't ask for a token each: the server ends old ones.  nil where
-- there is no place for it.
local function shared_store(getenv)
  local file_store = require "extcontacts.rate.store.file"
  local directory, base = file_store.directory(getenv)
  if not base or not files.exists(base .. "/.") then
    return nil -- a home that is not there is not made
  end
  return (file_store.new(directory, require("extcontacts.rate.store").process))
end

--- Makes the client.
---@param given table what the command was given
---@param getenv function
---@param write_error function for the lines of --verbose
---@param how { offline: boolean|nil, options: table|nil }|nil `offline`: it will send nothing, so that it
--- may lack credentials; `options`: more of the configuration
---@return extcontacts.Client
function connection.open(given, getenv, write_error, how)
  local client = require "extcontacts.client"
  local options, sources = connection.settings(given, getenv)
  for name, value in pairs(how and how.options or {}) do
    options[name] = value
  end
  if given.verbose then
    local log = require "extcontacts.transport.log"
    options.log = function(entry)
      write_error(log.line(entry), "\n")
    end
  end
  local offline = how and how.offline
  local made, problem
  if not offline and not given.no_cache then
    options.token_cache = shared_store(getenv)
    options.rate_store = options.token_cache
    made = client.configure(options, sources)
    options.token_cache, options.rate_store = nil, nil -- not with an access token
  end
  if not made then
    made, problem = client.configure(options, sources)
  end
  if not made and offline then
    options.access_token = "none"
    made, problem = client.configure(options, sources)
  end
  if not made then
    exit.fail("usage", problem)
  end
  return made
end

return connection
