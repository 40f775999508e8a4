--- A caller lookup for nginx and OpenResty.  This room owns the lookup's options,
-- its cached answers in worker and dictionary, the one API call for equal
-- questions, the shared circuit breaker and the metrics.  It answers from memory
-- if it can, and continues to answer while the API is down:
--
--     local lookup = require("extcontacts.resty").lookup {
--       client = client, dict = "extcontacts_lookup",
--     }
--     local contact, err, answer = lookup:caller "+13175550100"

local caller_lookup = require "extcontacts.resty.caller_lookup"
local client_context = require "extcontacts.call.client_context"
local nginx = require "extcontacts.runtime.nginx"
local options = require "extcontacts.base.options"

local resty = {}

---@class extcontacts.LookupOptions
---@field client extcontacts.Client
---@field dict string name of a `lua_shared_dict` used by this lookup only
---@field ttl number|nil seconds for which an answer is fresh; default 300
---@field negative_ttl number|nil seconds for which "not found" is fresh; default 60
---@field stale_while_revalidate number|nil seconds after that in which the old answer is returned immediately
--- and refreshed in the background; default 600
---@field stale_on_error number|nil seconds after that in which the old answer is returned if the API can't
--- answer; default 86400
---@field stale_wait number|nil seconds a lookup with such an old answer waits for the API; the call then
--- continues in the background; default 0.25
---@field worker_items integer|nil answers that each worker caches in its own memory; default 1000
---@field deadline number|nil seconds a lookup may take; default 2
---@field failures integer|nil failures in a row that open the circuit; default 5
---@field pause number|nil seconds the circuit stays open, doubling up to 16 times that; default 5
---@field error_ttl number|nil seconds for which a failure is returned to other callers of the same value;
--- default 1
---@field expand string[]|nil as for `lookup:reverse`
---@field fleet boolean|nil whether machines share answers, calls and changes through the client's store (its
--- option `store`); default false

local OPTIONS = {
  client = { "table" },
  dict = { "string" },
  ttl = { "number", default = 300 },
  negative_ttl = { "number", default = 60 },
  stale_while_revalidate = { "number", default = 600, least = 0 },
  stale_on_error = { "number", default = 86400, least = 0 },
  stale_wait = { "number", default = 0.25, least = 0 },
  worker_items = { "number", default = 1000, whole = true },
  deadline = { "number", default = 2 },
  failures = { "number", default = 5, whole = true },
  pause = { "number", default = 5 },
  error_ttl = { "number", default = 1, least = 0 },
  expand = { "table" },
  fleet = { "boolean", default = false },
}

local REQUIRED = { "client", "dict" }

-- The store that the client shares with other machines, and its configuration.
local function fleet_of(client)
  local ctx = client_context.of(client)
  return ctx and ctx.store and ctx.store.link and { store = ctx.store, config = ctx.config } or nil
end

-- Why machines can't share the answers of a client.
local function fleet_problem(client)
  local fleet = fleet_of(client)
  if not fleet then
    return "option 'fleet' requires a client with a store that the machines share: "
      .. 'ec.connect { store = "rediss://…" }, or EXTCONTACTS_STORE'
  elseif type(fleet.config.access_token) == "function" then
    -- Its tokens may be of any account, and answers of one must not reach another.
    return "option 'fleet' requires a client with client_id and client_secret, or an access_token that is a string; "
      .. "a function does not say whose answers the machines would share"
  end
end

local function problem_of(opts)
  local problem = options.problem(opts, OPTIONS)
  for _, name in ipairs(REQUIRED) do
    problem = problem or opts[name] == nil and ("option '%s' is missing"):format(name)
  end
  if not problem and not nginx.present() then
    problem = "resty.lookup works inside nginx only; elsewhere, call the client itself"
  end
  if not problem and not ngx.shared[opts.dict] then
    problem = ("there is no shared dictionary %q: write `lua_shared_dict %s 10m;` into nginx's http block")
      :format(opts.dict, opts.dict)
  end
  if not problem and not client_context.of(opts.client) then
    problem = "option 'client' is not a client: pass what ec.connect or ec.new returns"
  end
  return problem or opts.fleet and fleet_problem(opts.client) or nil
end

--- Creates a lookup; call it once, in `init_by_lua`.  Raises an error if an option
-- is not valid.
---@param opts extcontacts.LookupOptions
---@return extcontacts.Lookup
function resty.lookup(opts)
  local problem = problem_of(opts)
  if problem then
    error(problem, 2)
  end
  local complete = {}
  for name, rule in pairs(OPTIONS) do
    complete[name] = opts[name] == nil and rule.default or opts[name]
  end
  return caller_lookup.new(ngx.shared[opts.dict], complete, opts.fleet and fleet_of(opts.client) or nil)
end

return resty
