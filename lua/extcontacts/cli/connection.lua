--- The options that select a server and credentials, and the client made from
-- them.  Secrets are never options: every user of a machine can read the words
-- of a running command.

local arg_types = require "extcontacts.cli.arg_types"
local compat = require "extcontacts.base.compat"
local config = require "extcontacts.config"
local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"
local suggest = require "extcontacts.base.suggest"

local unpack = compat.unpack

local connection = {}

--- One row per option; `setting` is the name in `extcontacts.Options`.
connection.rows = {
  { flag = "--profile", setting = "profile", value = "NAME", doc = "section of the profile file to use" },
  { flag = "--config", value = "FILE", doc = "profile file [~/.gc/config.toml]" },
  { flag = "--region", setting = "region", value = "REGION", doc = "region id or domain, such as eu_central_1",
    completes = function()
      return suggest.keys(config.regions)
    end },
  { flag = "--base-url", setting = "base_url", value = "URL", doc = "API server, for a sandbox or gateway" },
  { flag = "--login-url", setting = "login_url", value = "URL", doc = "token server, for a sandbox or gateway" },
  { flag = "--ca-file", setting = "ca_file", value = "FILE", doc = "CA certificates to trust (PEM)" },
  { flag = "--timeout", setting = "timeout", value = "SECONDS", convert = arg_types.seconds,
    doc = "time limit for one request [30]" },
  { flag = "--max-depth", setting = "max_depth", value = "LEVELS", convert = arg_types.range(1, 900),
    doc = "maximum nesting depth of a response [128]" },
  { flag = "--max-body", setting = "max_body", value = "BYTES", convert = arg_types.whole,
    doc = "maximum size of a response, decompressed [64 MiB]" },
  { flag = "--no-cache", doc = "do not share the token and the request count with other runs" },
  { flag = "--verbose", doc = "log each request on standard error" },
}

local function key_of(row)
  return (row.flag:sub(3):gsub("-", "_"))
end

--- Declares the options.
---@param argparser table lua-argparse's
---@param declared table<string, boolean>|nil flags that the command declares itself
function connection.setup(argparser, declared)
  local group = {}
  for _, row in ipairs(connection.rows) do
    local option
    if declared and declared[row.flag] then
      option = nil
    elseif row.value then
      option = argparser:option(row.flag):argname(row.value)
      if row.convert then
        option:convert(row.convert)
      end
    else
      option = argparser:flag(row.flag)
    end
    if option then
      option.completes = row.completes
      group[#group + 1] = option:description(row.doc):target(key_of(row))
    end
  end
  argparser:group("Connection", unpack(group))
end

local by_flag = {}
for _, row in ipairs(connection.rows) do
  by_flag[row.flag] = row
end

--- Declares --same-organization, for commands that use a file of an organization.
---@param argparser table
---@param noun string the file: "plan"
function connection.declare_same_organization(argparser, noun)
  argparser:flag("--same-organization", ("use the %s even if it was made with another OAuth client or an access token; "
    .. "only if it belongs to the same organization"):format(noun))
end

--- Appends the options' names to others.
---@param names string[]
---@return string[] names the same table
function connection.flags(names)
  for _, row in ipairs(connection.rows) do
    names[#names + 1] = row.flag
  end
  return names
end

--- Moves the command in front of the connection options that precede it.
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

--- The configuration given by options.
---@param args table
---@param getenv fun(name: string): string|nil
---@return table options for `ec.connect`
---@return table sources of the remaining settings
function connection.settings(args, getenv)
  local options = {}
  for _, row in ipairs(connection.rows) do
    if row.setting then
      options[row.setting] = args[key_of(row)]
    end
  end
  local sources = { getenv = getenv }
  if args.config then
    local text = files.read(args.config)
    if not text then
      exit.fail("usage", ("--config: cannot read %s"):format(args.config))
    end
    sources.read_file = function()
      return text
    end
  end
  return options, sources
end

-- Where runs share a token and the count of its requests, so that many short
-- commands do not fetch a token each: the server ends the oldest.  nil without
-- a home directory; and after a message, if the directory can't be created.
local function shared_store(getenv, write_error)
  local file_store = require "extcontacts.rate.store.file"
  local directory, base = file_store.directory(getenv)
  local is_home = base ~= getenv "XDG_STATE_HOME"
  if not base or is_home and not files.exists(base .. "/.") then
    return nil -- a missing home directory is not created
  end
  local store, problem = file_store.new(directory, require("extcontacts.rate.store").process, function(message)
    write_error("extcontacts: ", message, "\n")
  end)
  if not store then
    write_error(("extcontacts: this run shares no token with others: %s; set XDG_STATE_HOME to a directory "
      .. "that you can write to, or pass --no-cache\n"):format(problem))
  end
  return store
end

--- Creates the client.
---@param args table the values of the command's options
---@param getenv fun(name: string): string|nil
---@param write_error fun(...) for the lines of --verbose
---@param opts { offline: boolean|nil, options: table|nil }|nil `offline`: the client sends nothing and may
--- lack credentials; `options`: further settings
---@return extcontacts.Client
function connection.open(args, getenv, write_error, opts)
  local client = require "extcontacts.client"
  local options, sources = connection.settings(args, getenv)
  for name, value in pairs(opts and opts.options or {}) do
    options[name] = value
  end
  if args.verbose then
    local log = require "extcontacts.transport.log"
    options.log = function(entry)
      write_error(log.line(entry), "\n")
    end
  end
  local offline = opts and opts.offline
  local opened, problem
  local has_store = (getenv "EXTCONTACTS_STORE" or "") ~= ""
  if args.no_cache and has_store then
    options.token_cache = false
  elseif not offline and not args.no_cache and not has_store then
    options.token_cache = shared_store(getenv, write_error)
    options.rate_store = options.token_cache
    opened = client.configure(options, sources)
    options.token_cache, options.rate_store = nil, nil -- not allowed with an access token
  end
  if not opened then
    opened, problem = client.configure(options, sources)
  end
  if not opened and offline then
    options.access_token = "none"
    opened, problem = client.configure(options, sources)
  end
  if not opened then
    exit.fail("usage", problem)
  end
  return opened
end

return connection
