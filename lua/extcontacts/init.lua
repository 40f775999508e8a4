--- extcontacts: a client for the Genesys Cloud External Contacts API.
--
--     local ec = require "extcontacts"
--     local client = ec.connect()
--     for contact in client:scan_contacts() do … end

require "extcontacts.base.native" -- first: explains why the C core can't be loaded

local cancel_token = require "extcontacts.base.cancel_token"
local client = require "extcontacts.client"
local config = require "extcontacts.config"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local json = require "extcontacts.base.json"
local main = require "extcontacts.main"
local nginx = require "extcontacts.runtime.nginx"
local operations = require "extcontacts.api.operations"
local records = require "extcontacts.record"
local run = require "extcontacts.iterate.run"
local version = require "extcontacts.version"

local ec = {
  _VERSION = "extcontacts " .. version,
  json = json,
  null = json.null,
  array = json.array,
  is_error = errors.is_error,
  cancel_token = cancel_token.new,
  canceller = cancel_token.new, -- the name before 0.2
  writable = records.writable,
  main = main.run,
  run = run.run,
  spawn = run.spawn,
  --- The signal that interrupted the program ("INT", "TERM"), inside `ec.main`.
  interrupted = core.signal.caught,
  --- Region id → domain.
  regions = config.regions,
  --- The operation table: `list`, `by_name`, `by_short`, `find(name)`.
  operations = operations,
}

--- Creates a client from arguments alone; nothing is read from the environment but
-- the proxies.
-- Raises an error for a wrong or missing option.
---@param options extcontacts.Options
---@return extcontacts.Client
function ec.new(options)
  local created, misuse = client.configure(options)
  if not created then
    error(misuse, 2)
  end
  return created
end

--- Creates a client from arguments, then the environment (`GENESYSCLOUD_REGION`,
-- `GENESYSCLOUD_OAUTHCLIENT_ID`, `GENESYSCLOUD_OAUTHCLIENT_SECRET`,
-- `GENESYSCLOUD_ACCESS_TOKEN`; `PURECLOUD_CLIENT_ID`, `PURECLOUD_SECRET`),
-- then the profile in `~/.gc/config.toml`.  Raises an error
-- where credentials are missing.
---@param options extcontacts.Options|nil
---@return extcontacts.Client
function ec.connect(options)
  local created, misuse = client.configure(options, {})
  if not created then
    error(misuse, 2)
  end
  return created
end

if nginx.starts() then
  require "extcontacts.preload"
end

return ec
