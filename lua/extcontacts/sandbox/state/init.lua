--- Everything that a running sandbox remembers: its settings, the clock, the
-- records, cursors, tokens, rate windows, faults and the request log.
--
-- The other modules of this folder own one of these each.  This one owns the
-- settings and starts, resets and reconfigures the others together.

local access_tokens = require "extcontacts.sandbox.state.access_tokens"
local background = require "extcontacts.sandbox.state.background"
local dataset = require "extcontacts.sandbox.state.dataset"
local deepcopy = require "extcontacts.base.deepcopy"
local faults = require "extcontacts.sandbox.state.faults"
local file_links = require "extcontacts.sandbox.state.file_links"
local page_sizes = require "extcontacts.sandbox.state.page_sizes"
local request_log = require "extcontacts.sandbox.state.request_log"
local scan_cursors = require "extcontacts.sandbox.state.scan_cursors"
local server_clock = require "extcontacts.sandbox.state.server_clock"
local server_options = require "extcontacts.sandbox.server_options"

local state = {}

-- The settings of the start, and the current ones.
local initial, current

--- The current settings.
---@return table<string, any>
function state.settings()
  return current
end

local function start(settings)
  current = deepcopy(settings)
  server_clock.reset()
  scan_cursors.reset()
  background.reset()
  file_links.reset()
  page_sizes.reset()
  request_log.reset(current.ledger)
  access_tokens.reset()
  assert(faults.set(current.fault))
  dataset.build(current)
end

--- Sets the sandbox up.
---@param settings table<string, any> the completed options
function state.configure(settings)
  initial = settings
  access_tokens.configure(settings)
  start(settings)
end

-- The options that a reset can override.
local DATA_OPTIONS = { "contacts", "organizations", "seed" }

--- Returns to the state of the start.  Tokens stay valid.
---@param overrides table<string, any> contacts, organizations and seed, until the next reset
---@return boolean|nil ok
---@return string|nil misuse
function state.reset(overrides)
  local settings = deepcopy(initial)
  for _, key in ipairs(DATA_OPTIONS) do
    if overrides[key] ~= nil then
      local value, misuse = server_options.check(server_options.by_key[key], overrides[key])
      if misuse then
        return nil, misuse
      end
      settings[key] = value
    end
  end
  start(settings)
  return true
end

--- Changes settings; all of them or none.
---@param changes table<string, any> `live` options by key
---@return boolean|nil ok
---@return string|nil misuse
function state.change_settings(changes)
  local settings = deepcopy(current)
  for key, value in pairs(changes) do
    local row = server_options.by_key[key]
    if not row or not row.live then
      return nil, ("setting '%s' is unknown or cannot be changed while the sandbox runs"):format(key)
    end
    local checked, misuse = server_options.check(row, value)
    if misuse then
      return nil, misuse
    end
    settings[key] = checked
  end
  current = settings
  dataset.set_lag(settings)
  return true
end

--- The settings that can be changed, by key.
---@return table<string, any>
function state.live_settings()
  local settings = {}
  for _, row in ipairs(server_options.rows) do
    if row.live then
      settings[row.key] = current[row.key]
    end
  end
  return settings
end

return state
