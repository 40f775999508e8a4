--- The context of a client: the configuration and everything its calls share.

local core = require "extcontacts.core"
local creates = require "extcontacts.call.reconcile.creates"
local limiter = require "extcontacts.rate.limiter"
local poll = require "extcontacts.runtime.poll"
local retry_budget = require "extcontacts.call.retry_budget"
local stats = require "extcontacts.transport.stats"
local store = require "extcontacts.rate.store"
local token_cache = require "extcontacts.auth.cache"
local tokens = require "extcontacts.auth.tokens"

local client_context = {}

---@class extcontacts.ClientContext what a client holds
---@field config extcontacts.Config
---@field tokens extcontacts.Tokens
---@field limiter extcontacts.Limiter|nil nil for no pacing
---@field store extcontacts.Store|nil that of several machines; otherwise that of the windows
---@field circuit extcontacts.Circuit
---@field budget extcontacts.RetryBudget
---@field outage extcontacts.Error|nil the last failure that counted against the server
---@field stats extcontacts.Stats
---@field decoding { max_depth: integer } options of the decoder for answers
---@field exchanges table<table, extcontacts.Exchange> requests under way, by their transfer
---@field probe extcontacts.Exchange|nil of the circuit breaker
---@field orphans_at number|nil when requests without a call are next searched for
---@field runtime table|nil how to wait, if not determined by where the call is made
---@field engine table|nil
---@field foreign_engine table|nil for files on other servers, if the engine has a client certificate
---@field now fun(): number monotonic seconds
---@field time fun(): number UTC seconds since 1970
---@field random fun(): number from 0 to 1
---@field server_offset number|nil seconds from `now` to the server's clock
---@field creates extcontacts.Creates
---@field organization_ids table|nil ids of organizations by their external ids
---@field on_wait (fun(reason: string, seconds: number))|nil is told of waits, see `client.on_wait`
---@field closed boolean

---@class extcontacts.Internals what specs replace in a client
---@field runtime table|nil
---@field engine table|nil
---@field store extcontacts.Store|nil for the windows
---@field now (fun(): number)|nil
---@field time (fun(): number)|nil
---@field random (fun(): number)|nil

-- Random numbers of our own: jitter must differ between processes started
-- together, and must not disturb the program's own random sequence.
local function generator()
  local seed = (os.time() * 1000003 + math.floor(os.clock() * 1e6)
    + tonumber(tostring({}):match("0x(%x+)") or "1", 16) % 2147483647) % 2147483647
  return function()
    seed = (seed * 16807 + 1) % 2147483647
    return seed / 2147483647
  end
end

-- The stores of the windows and of the tokens.
local function open_stores(settings, internals)
  local windows, shared, problem = internals.store, nil, nil
  if settings.rate and not windows then
    windows, problem = store.named(settings.rate_store, settings.ca_file)
  end
  if settings.store and not problem then
    shared, problem = store.named(settings.store, settings.ca_file)
  end
  local cache
  if settings.token_cache and not problem then
    local token_store = settings.token_cache
    token_store, problem = store.named(token_store == true and "file" or token_store, settings.ca_file)
    cache = token_store and token_cache.new(token_store, settings, internals.time)
  end
  if problem then
    return nil, (settings.store and "option 'store' or EXTCONTACTS_STORE: " or "rate_store or token_cache: ") .. problem
  end
  return { windows = windows, cache = cache, shared = shared or windows }
end

--- Creates the context of a client.
---@param settings extcontacts.Config from `config.resolve`
---@param internals extcontacts.Internals|nil
---@return extcontacts.ClientContext|nil
---@return string|nil misuse
function client_context.new(settings, internals)
  internals = internals or {}
  local stores, problem = open_stores(settings, internals)
  if not stores then
    return nil, problem
  end
  local now = internals.now or core.engine.now
  return {
    config = settings,
    tokens = tokens.new(settings, now, stores.cache),
    limiter = settings.rate and limiter.new({
      rate = settings.rate, reserve = settings.reserve, period = settings.rate_period,
    }, stores.windows) or nil,
    store = stores.shared,
    circuit = {},
    budget = retry_budget.new(now()),
    stats = stats.new(),
    decoding = { max_depth = settings.max_depth },
    exchanges = {},
    creates = creates.new(),
    runtime = internals.runtime or settings.poll and poll.new(settings.poll),
    now = now,
    time = internals.time or os.time,
    random = internals.random or generator(),
    engine = internals.engine,
    closed = false,
  }
end

-- Key under which a client keeps the function that returns its context, which is
-- thus hidden from dumps.  Not a weak table: the context may lead to the client (a
-- hook that uses it), and LuaJIT never collects a weak key that its value leads to.
-- A text, since a client of another copy of the module is a client, too.
local KEY = "(context)"

--- Gives a client its context.
---@param client table changed
---@param ctx extcontacts.ClientContext
---@return table client
function client_context.attach(client, ctx)
  client[KEY] = function()
    return ctx
  end
  return client
end

--- Returns the context of a client; nil for anything else.
---@param client any
---@return extcontacts.ClientContext|nil
function client_context.of(client)
  local get = type(client) == "table" and rawget(client, KEY)
  return get and get()
end

return client_context
