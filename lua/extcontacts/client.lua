--- The client: methods made from the operation table.
--
-- Every operation is a method under its specified name and under its short
-- one: `client:get_externalcontacts_contact(id)` is `client.contacts:get(id)`.
-- Positional arguments stand in the specified order, a table of options last.
-- A call gives `value, nil, response`, or `nil, err`.

local circuit = require "extcontacts.call.circuit"
local config = require "extcontacts.config"
local core = require "extcontacts.core"
local limiter = require "extcontacts.rate.limiter"
local loop = require "extcontacts.call.loop"
local map = require "extcontacts.iterate.map"
local operations = require "extcontacts.api.operations"
local pages = require "extcontacts.iterate.pages"
local params = require "extcontacts.api.params"
local poll = require "extcontacts.runtime.poll"
local raw_request = require "extcontacts.api.raw_request"
local reconcile = require "extcontacts.call.reconcile"
local stats = require "extcontacts.transport.stats"
local store = require "extcontacts.rate.store"
local suggest = require "extcontacts.base.suggest"
local token_cache = require "extcontacts.auth.cache"
local tokens = require "extcontacts.auth.tokens"

local client = {}

---@class extcontacts.Client
local Client = {}
local metatable = { __name = "extcontacts.client", __metatable = "extcontacts.client" }

-- Client → its state (credentials, tokens, engine), out of sight of dumps.
local states = setmetatable({}, { __mode = "k" })

local COLON = "call it with a colon: client:%s(…)"

-- Jitter must differ between processes started together, without touching
-- the program's own random sequence.
local function generator()
  local seed = (os.time() * 1000003 + math.floor(os.clock() * 1e6)
    + tonumber(tostring({}):match("0x(%x+)") or "1", 16) % 2147483647) % 2147483647
  return function()
    seed = (seed * 16807 + 1) % 2147483647
    return seed / 2147483647
  end
end

------------------------------------------------------ methods of the table --

local function state_of(self, name)
  local state = states[self]
  if not state then
    return nil, COLON:format(name)
  end
  return state
end

-- What a call gives.  A failure is two values and no third, not even nil:
-- LuaJIT's `assert` raises the last of its arguments.
local function outcome(value, err, response)
  if err then
    return nil, err
  end
  return value, nil, response
end

-- The method of a row; `owner` gives the client behind the receiver.
local function method_of(row, name, owner)
  return function(self, ...)
    local state, misuse = state_of(owner(self), name)
    if not state then
      error(misuse, 2)
    end
    local bound
    bound, misuse = params.bind(row, select("#", ...), { ... })
    if not bound then
      error(misuse, 2)
    end
    return outcome(loop.call(state, row, bound))
  end
end

-- The iterator method of a paged row.
local function iterator_of(row)
  return function(self, ...)
    local state, misuse = state_of(self, row.iterator)
    if not state then
      error(misuse, 2)
    end
    local iterator
    iterator, misuse = pages.new(state, row, select("#", ...), { ... })
    if not iterator then
      error(misuse, 2)
    end
    return iterator
  end
end

local function itself(self)
  return self
end

for _, row in ipairs(operations.list) do
  Client[row.name] = method_of(row, row.name, itself)
  if row.iterator then
    Client[row.iterator] = iterator_of(row)
  end
end

--------------------------------------------------------------- namespaces --
-- `contacts.notes.get` is the method `get` of the space `notes` in the space
-- `contacts`.  The tree is made once; a client's spaces at first use.

local Namespace = {}
local namespace_metatable = { __name = "extcontacts.namespace" }
local tree = { spaces = {}, methods = {}, path = "client" }

for _, row in ipairs(operations.list) do
  local node = tree
  for part in row.short:gmatch("(%w+)%.") do
    if not node.spaces[part] then
      node.spaces[part] = { spaces = {}, methods = {}, path = node.path .. "." .. part }
    end
    node = node.spaces[part]
  end
  local verb = row.short:match("%w+$")
  node.methods[verb] = method_of(row, row.short, function(self)
    local namespace = Namespace[self]
    return namespace and namespace.client
  end)
end

-- Namespace object → its client and its node.
setmetatable(Namespace, { __mode = "k" })

local function namespace_of(self, node)
  local space = setmetatable({}, namespace_metatable)
  Namespace[space] = { client = self, node = node }
  return space
end

local function member_names(node)
  local names = {}
  for _, group in ipairs { node.methods, node.spaces } do
    for name in pairs(group) do
      names[#names + 1] = node.path .. "." .. name
    end
  end
  return names
end

function namespace_metatable.__index(space, name)
  local own = Namespace[space]
  local node = own.node
  if node.methods[name] then
    return node.methods[name]
  elseif node.spaces[name] then
    local child = namespace_of(own.client, node.spaces[name])
    rawset(space, name, child)
    return child
  end
  error(suggest.unknown("operation", node.path .. "." .. tostring(name), member_names(node)), 2)
end

function namespace_metatable.__newindex(space)
  error("the operations of " .. Namespace[space].node.path .. " can't be changed", 2)
end

function namespace_metatable.__tostring(space)
  return Namespace[space].node.path
end

------------------------------------------------------------------- client --

local function row_of(name)
  return operations.by_name[name] or operations.by_short[name]
end

local function operation_names()
  local names = suggest.keys(operations.by_name)
  for short in pairs(operations.by_short) do
    names[#names + 1] = short
  end
  return names
end

-- A call's row and its bound arguments, or nil and what is wrong.
local function bind(name, ...)
  if name == raw_request.NAME then
    return raw_request.bind(...)
  end
  local row = row_of(name)
  if not row then
    return nil, suggest.unknown("operation", name, operation_names())
  end
  local bound, misuse = params.bind(row, select("#", ...), { ... })
  return bound and row, bound or misuse
end

-- What `call`, `request` and `plan` share: the row, and the bound arguments.
local function prepare(self, method, ...)
  local state, misuse = state_of(self, method)
  if not state then
    return nil, misuse
  end
  local row, bound = bind(...)
  if not row then
    return nil, bound
  end
  return state, row, bound
end

--- Calls an operation by its canonical or short name.
---@param name string `get_externalcontacts_contact` or `contacts.get`
---@param ... any the operation's arguments
---@return any value
---@return extcontacts.Error|nil
---@return extcontacts.Response|nil
function Client:call(name, ...)
  local state, row, bound = prepare(self, "call", name, ...)
  if not state then
    error(row, 2)
  end
  return outcome(loop.call(state, row, bound))
end

--- Calls any endpoint of the platform, one that is not among the operations,
-- with the client's token, rate, repeats and errors:
--
--     client:request("GET", "/api/v2/externalcontacts/contacts/{contactId}/identifiers",
--       { path = { contactId = id } })
--     client:request("GET", listing.nextUri)
--
-- A POST or PATCH is not sent again when its answer was lost, unless
-- `repeatable = true` says that this would do no harm; `err.ambiguous` is then
-- true.  Permissions: the endpoint's own.
---@param method "GET"|"POST"|"PUT"|"PATCH"|"DELETE"
---@param path string begins with `/`; `{names}` stand for values of `options.path`, which are encoded;
--- a query behind `?` is sent along
---@param options extcontacts.RequestOptions|nil
---@return any value the decoded body; `true` for an empty one
---@return extcontacts.Error|nil
---@return extcontacts.Response|nil
function Client:request(method, path, options)
  local state, row, bound = prepare(self, "request", raw_request.NAME, method, path, options)
  if not state then
    error(row, 2)
  end
  return outcome(loop.call(state, row, bound))
end

--- The request an operation would send; nothing is sent and no token asked.
---@param name string as for `call`; or `request`, followed by its arguments
---@param ... any the operation's arguments
---@return extcontacts.Request|nil
---@return extcontacts.Error|nil
function Client:plan(name, ...)
  local state, row, bound = prepare(self, "plan", name, ...)
  if not state then
    error(row, 2)
  end
  local plan, err = loop.plan(state, row, bound)
  return plan, err
end

--- Calls a function for each item of a source, several at the same time:
--
--     for id, contact, err in client:map(ids, function(id)
--       return client.contacts:get(id)
--     end, { concurrency = 16 }) do … end
--
-- `fn` is ordinary code that makes ordinary calls, of any client.  What it
-- raises is that item's `err`.  Leaving the loop early ends what is under way:
-- on Lua 5.4 at once, on LuaJIT when the iterator is collected or closed.
---@param source table|function an array, an iterator, or a function that gives the next item, and nil
--- at the end
---@param fn fun(item: any, ...): any, any called with what the source gave
---@param options extcontacts.MapOptions|nil
---@return extcontacts.Map iterator gives the item and what `fn` returned
function Client:map(source, fn, options)
  local state, misuse = state_of(self, "map")
  if not state then
    error(misuse, 2)
  end
  local made
  made, misuse = map.new(state, source, fn, options)
  if not made then
    error(misuse, 2)
  end
  return made, nil, nil, made -- the last is what a loop on Lua 5.4 closes
end

--- What the client has done so far, in numbers.  Later calls don't change it.
---@return extcontacts.Stats
function Client:stats()
  local state, misuse = state_of(self, "stats")
  if not state then
    error(misuse, 2)
  end
  return stats.snapshot(state.stats)
end

--- Closes the connections.  Later calls give `kind = "closed"`.
function Client:close()
  local state = states[self]
  if state and not state.closed then
    state.closed = true
    if state.engine then
      state.engine:close()
    end
  end
end

function metatable.__index(self, name)
  local method = Client[name]
  if method then
    return method
  end
  local state = states[self]
  if name == "validate" then
    return state.config.validate
  elseif tree.spaces[name] then
    local space = namespace_of(self, tree.spaces[name])
    rawset(self, name, space)
    return space
  end
  local known = suggest.keys(Client)
  for _, names in ipairs { suggest.keys(operations.by_short), suggest.keys(tree.spaces) } do
    for _, known_name in ipairs(names) do
      known[#known + 1] = known_name
    end
  end
  error(suggest.unknown("operation", name, known), 2)
end

function metatable.__newindex(self, name, value)
  if name ~= "validate" then
    error("only 'validate' of a client can be set", 2)
  elseif type(value) ~= "boolean" then
    error("'validate' must be true or false", 2)
  end
  states[self].config.validate = value
end

-- No id, secret or token.
function metatable.__tostring(self)
  return "extcontacts.client (" .. states[self].config.base_url .. ")"
end

-- Where the windows and the tokens are kept.
local function open_stores(settings, internals)
  local windows, problem = internals.store, nil
  if settings.rate and not windows then
    windows, problem = store.named(settings.rate_store)
  end
  local cache
  if settings.token_cache and not problem then
    local kept = settings.token_cache
    kept, problem = store.named(kept == true and "file" or kept)
    cache = kept and token_cache.new(kept, settings, internals.time)
  end
  if problem then
    return nil, "rate_store or token_cache: " .. problem
  end
  return { windows = windows, cache = cache }
end

--- Makes a client of a complete configuration.
---@param settings extcontacts.Config from `config.resolve`
---@param internals table|nil for specs: `{ env, now, time, random, engine, store }`
---@return extcontacts.Client|nil
---@return string|nil misuse
function client.new(settings, internals)
  internals = internals or {}
  local stores, problem = open_stores(settings, internals)
  if not stores then
    return nil, problem
  end
  local now = internals.now or core.engine.now
  local self = setmetatable({}, metatable)
  states[self] = {
    config = settings,
    auth = tokens.new(settings, now, stores.cache),
    pacer = settings.rate and limiter.new({
      rate = settings.rate, reserve = settings.reserve, period = settings.rate_period,
    }, stores.windows) or nil,
    outage = circuit.new(now()),
    stats = stats.new(),
    creates = reconcile.new(),
    env = internals.env or settings.poll and poll.new(settings.poll),
    now = now,
    time = internals.time or os.time,
    random = internals.random or generator(),
    engine = internals.engine,
    closed = false,
  }
  return self
end

--- Makes a client from arguments, and with `sources` from where else
-- configuration may come.
---@param options table|nil
---@param sources table|nil
---@return extcontacts.Client|nil
---@return string|nil misuse
function client.configure(options, sources)
  local settings, misuse = config.resolve(options, sources)
  if not settings then
    return nil, misuse
  end
  return client.new(settings)
end

return client
