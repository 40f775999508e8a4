--- extcontacts: a client for the Genesys Cloud External Contacts API.
--
--     local ec = require "extcontacts"
--     local client = ec.connect()
--     for contact in client:scan_contacts() do … end

local cancel_token = require "extcontacts.base.cancel_token"
local client = require "extcontacts.client"
local config = require "extcontacts.config"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local json = require "extcontacts.base.json"
local main = require "extcontacts.main"
local operations = require "extcontacts.api.operations"
local records = require "extcontacts.record"
local run = require "extcontacts.iterate.run"

local ec = {
  _VERSION = "extcontacts 0.1",
  json = json,
  null = json.null,
  array = json.array,
  is_error = errors.is_error,
  canceller = cancel_token.new,
  writable = records.writable,
  main = main.run,
  run = run.run,
  spawn = run.spawn,
  --- The signal that interrupted the program ("INT", "TERM"), inside `ec.main`.
  interrupted = core.signal.caught,
  --- Region id → domain.
  regions = config.regions,
  --- The operation table: `list`, `by_name`, `by_short`.
  operations = operations,
}

--- A client from arguments alone; nothing is read from the environment.
-- A wrong or missing option throws.
---@param options extcontacts.Options
---@return extcontacts.Client
function ec.new(options)
  local made, misuse = client.configure(options)
  if not made then
    error(misuse, 2)
  end
  return made
end

--- A client from arguments, then the environment (`GENESYSCLOUD_REGION`,
-- `GENESYSCLOUD_OAUTHCLIENT_ID`, `GENESYSCLOUD_OAUTHCLIENT_SECRET`,
-- `GENESYSCLOUD_ACCESS_TOKEN`; `PURECLOUD_CLIENT_ID`, `PURECLOUD_SECRET`),
-- then the profile in `~/.gc/config.toml`.  Missing credentials throw.
---@param options extcontacts.Options|nil
---@return extcontacts.Client
function ec.connect(options)
  local made, misuse = client.configure(options, {})
  if not made then
    error(misuse, 2)
  end
  return made
end

return ec
