--- The client: methods generated from the operation table.
--
-- Every operation is a method under its specified name and under its short
-- one: `client:get_externalcontacts_contact(id)` is `client.contacts:get(id)`.
-- Positional arguments come in the specified order, a table of options last.
-- A call returns `value, nil, response`, or `nil, err`.

local call = require "extcontacts.call"
local changed_records = require "extcontacts.call.changed_records"
local client_context = require "extcontacts.call.client_context"
local config = require "extcontacts.config"
local exchanges = require "extcontacts.transport.exchanges"
local health = require "extcontacts.call.health"
local many_names = require "extcontacts.iterate.many.names"
local map = require "extcontacts.iterate.map"
local names = require "extcontacts.api.operations.names"
local namespace = require "extcontacts.namespace"
local operations = require "extcontacts.api.operations"
local pages = require "extcontacts.iterate.pages"
local params = require "extcontacts.api.params"
local raw_request = require "extcontacts.api.raw_request"
local runtime = require "extcontacts.runtime"
local stats = require "extcontacts.transport.stats"
local suggest = require "extcontacts.base.suggest"
local transport = require "extcontacts.transport"
local workflows = require "extcontacts.workflows"

local client = {}

---@class extcontacts.Client
local Client = {}
local metatable = { __name = "extcontacts.client", __metatable = "extcontacts.client" }

local COLON = "call it with a colon: %s(…)"

------------------------------------------------------ methods of the table --

local function context_of(self, name)
  local ctx = client_context.of(self)
  if not ctx then
    return nil, COLON:format((("client." .. name):gsub("%.([%w_]+)$", ":%1")))
  end
  return ctx
end

-- A call's results.  A failure is two values and no third, not even nil:
-- LuaJIT's `assert` raises the last of its arguments.
local function results(value, err, response)
  if err then
    return nil, err
  end
  return value, nil, response
end

-- The method of a row; `client_of` returns the client behind the receiver.
local function method_of(row, name, client_of)
  return function(self, ...)
    local ctx, misuse = context_of(client_of(self), name)
    if not ctx then
      error(misuse, 2)
    end
    local args
    args, misuse = params.bind(row, select("#", ...), { ... })
    if not args then
      error(misuse, 2)
    end
    return results(call.perform(ctx, row, args))
  end
end

-- The iterator method of a paged row.
local function iterator_of(row)
  return function(self, ...)
    local ctx, misuse = context_of(self, row.iterator)
    if not ctx then
      error(misuse, 2)
    end
    local iterator
    iterator, misuse = pages.new(ctx, row, select("#", ...), { ... })
    if not iterator then
      error(misuse, 2)
    end
    return iterator
  end
end

-- The method of a workflow.
local function workflow_of(name, client_of)
  return function(self, ...)
    local ctx, misuse = context_of(client_of(self), name)
    if not ctx then
      error(misuse, 2)
    end
    local args
    args, misuse = workflows.bind(name, ...)
    if not args then
      error(misuse, 2)
    end
    return results(workflows.run(ctx, name, args))
  end
end

-- The method of a `*_many`, by its name in a namespace.
local function many_of(name)
  return function(space, source, options)
    local ctx, misuse = context_of(namespace.client_of(space), name)
    if not ctx then
      error(misuse, 2)
    end
    local iterator
    iterator, misuse = require("extcontacts.iterate.many").new(ctx, name, source, options)
    if not iterator then
      error(misuse, 2)
    end
    return iterator, nil, nil, iterator -- the last is what a loop on Lua 5.4 closes
  end
end

local function itself(self)
  return self
end

-- A row's method and iterator are created when they are first used.
local on_first_use = {}

function on_first_use.__index(_, name)
  local method
  if names.file_of[name] then
    method = method_of(operations.find(name), name, itself)
  elseif names.by_iterator[name] then
    method = iterator_of(operations.of_iterator(name))
  elseif workflows.has(name) then
    method = workflow_of(name, itself)
  end
  if method then
    Client[name] = method
  end
  return method
end

local tree = namespace.tree({ names.shorts, workflows.names, many_names }, function(short)
  if workflows.has(short) then
    return workflow_of(short, namespace.client_of)
  end
  local row = operations.find(short)
  return row and method_of(row, short, namespace.client_of) or many_of(short)
end)

------------------------------------------------------------------- client --

-- The names of all operations, and of the lists given.
local function known_names(...)
  local known = {}
  for _, list in ipairs { names.list, names.shorts, ... } do
    for _, name in ipairs(list) do
      known[#known + 1] = name
    end
  end
  return known
end

-- A call's row and its bound arguments, or nil and the misuse.
local function bind(name, ...)
  if name == raw_request.NAME then
    return raw_request.bind(...)
  end
  local row = operations.find(name)
  if not row then
    return nil, suggest.unknown("operation", name, known_names())
  end
  local args, misuse = params.bind(row, select("#", ...), { ... })
  return args and row, args or misuse
end

-- What `call`, `request` and `plan` share: the context, the row and the bound
-- arguments; or nil and the misuse.
local function prepare(self, method, ...)
  local ctx, misuse = context_of(self, method)
  if not ctx then
    return nil, misuse
  end
  local row, args = bind(...)
  if not row then
    return nil, args
  end
  return ctx, row, args
end

--- Calls an operation by its canonical or short name.
---@param name string `get_externalcontacts_contact` or `contacts.get`
---@param ... any the operation's arguments
---@return any value
---@return extcontacts.Error|nil
---@return extcontacts.Response|nil
function Client:call(name, ...)
  local ctx, row, args = prepare(self, "call", name, ...)
  if not ctx then
    error(row, 2)
  end
  return results(call.perform(ctx, row, args))
end

--- Calls any endpoint of the platform, for those that are not among the
-- operations, with the client's token, rate limit, retries and errors:
--
--     client:request("GET", "/api/v2/externalcontacts/contacts/{contactId}/identifiers",
--       { path = { contactId = id } })
--     client:request("GET", listing.nextUri)
--
-- A POST or PATCH whose reply was lost is not sent again, and `err.ambiguous` is
-- true, unless `repeatable = true` allows retries.  Permissions: the endpoint's
-- own.
---@param method "GET"|"POST"|"PUT"|"PATCH"|"DELETE"
---@param path string begins with `/`; `{names}` stand for values of `options.path`, which are encoded;
--- a query after `?` is sent, too
---@param options extcontacts.RequestOptions|nil
---@return any value the decoded body; `true` for an empty one
---@return extcontacts.Error|nil
---@return extcontacts.Response|nil
function Client:request(method, path, options)
  local ctx, row, args = prepare(self, "request", raw_request.NAME, method, path, options)
  if not ctx then
    error(row, 2)
  end
  return results(call.perform(ctx, row, args))
end

--- The request an operation would send; neither it nor a token request is sent.
---@param name string as for `call`; or `request`, followed by its arguments
---@param ... any the operation's arguments
---@return extcontacts.Request|nil
---@return extcontacts.Error|nil
function Client:plan(name, ...)
  local ctx, row, args = prepare(self, "plan", name, ...)
  if not ctx then
    error(row, 2)
  end
  local plan, err = call.request(ctx, row, args)
  return plan, err
end

--- Calls a function for each item of a source, several concurrently:
--
--     for id, contact, err in client:map(ids, function(id)
--       return client.contacts:get(id)
--     end, { concurrency = 16 }) do … end
--
-- `fn` is ordinary code that makes ordinary calls, of any client.  What it
-- raises is that item's `err`.  Leaving the loop early cancels the calls in
-- flight: on Lua 5.4 immediately, on LuaJIT when the iterator is collected or closed.
---@param source table|function an array, an iterator, or a function that returns the next item, and nil
--- at the end
---@param fn fun(item: any, ...): any, any called with what the source gave
---@param options extcontacts.MapOptions|nil
---@return extcontacts.Map iterator returns the item and what `fn` returned
function Client:map(source, fn, options)
  local ctx, misuse = context_of(self, "map")
  if not ctx then
    error(misuse, 2)
  end
  local iterator
  iterator, misuse = map.new(ctx, source, fn, options)
  if not iterator then
    error(misuse, 2)
  end
  return iterator, nil, nil, iterator -- the last is what a loop on Lua 5.4 closes
end

--- A copy of the client's counters.
---@return extcontacts.Stats
function Client:stats()
  local ctx, misuse = context_of(self, "stats")
  if not ctx then
    error(misuse, 2)
  end
  health.settle_orphans(ctx, true)
  return stats.snapshot(ctx.stats, exchanges.count(ctx), ctx.store)
end

--- The time by the server's clock, for the option `maybe_sent_at`.  This machine's
-- clock does not matter.
---@return number|nil seconds since 1970; nil before the first answer
function Client:server_time()
  local ctx, misuse = context_of(self, "server_time")
  if not ctx then
    error(misuse, 2)
  end
  return transport.server_time(ctx)
end

--- Closes the connections.  Later calls fail with `kind = "closed"`.  With a store of
-- several machines it waits a moment for what that is being told.
function Client:close()
  local ctx = client_context.of(self)
  if ctx and not ctx.closed then
    ctx.closed = true
    for _, name in ipairs { "engine", "foreign_engine" } do
      if ctx[name] then
        ctx[name]:close()
      end
    end
    changed_records.flush(ctx)
  end
end

setmetatable(Client, on_first_use)

function metatable.__index(self, name)
  local method = Client[name]
  if method then
    return method
  end
  local ctx = client_context.of(self)
  if name == "validate" then
    return ctx.config.validate
  elseif tree.spaces[name] then
    local space = namespace.new(self, tree.spaces[name])
    rawset(self, name, space)
    return space
  end
  error(suggest.unknown("operation", name,
    known_names(suggest.keys(Client), suggest.keys(names.by_iterator), suggest.keys(tree.spaces))), 2)
end

function metatable.__newindex(self, name, value)
  if name ~= "validate" then
    error("only 'validate' of a client can be set", 2)
  elseif type(value) ~= "boolean" then
    error("'validate' must be true or false", 2)
  end
  client_context.of(self).config.validate = value
end

-- No id, secret or token.
function metatable.__tostring(self)
  return "extcontacts.client (" .. client_context.of(self).config.base_url .. ")"
end

--- Waits as the client's calls do, without blocking the other functions of
-- `ec.run`, an event loop or an nginx worker.
---@param self extcontacts.Client
---@param seconds number
---@return boolean passed false if the code is to end
function client.sleep(self, seconds)
  local ctx = client_context.of(self)
  return not ctx.closed and runtime.here(ctx).sleep(transport.engine(ctx), seconds, ctx.now)
end

--- Announces contacts and organizations that other requests than the client's have
-- changed, or may have.
---@param self extcontacts.Client
---@param ids string[]
function client.announce(self, ids)
  changed_records.tell(client_context.of(self), ids)
end

--- Waits a moment until the client's store has what was announced to it, for a program
-- that may end.
---@param self extcontacts.Client
function client.flush(self)
  changed_records.flush(client_context.of(self))
end

--- The id of the OAuth client whose credentials a client uses.
---@param self extcontacts.Client
---@return string|nil id nil for an access token
function client.oauth_client(self)
  local settings = client_context.of(self).config
  return not settings.access_token and settings.client_id or nil
end

--- Has waits reported: at their start, at least every second, and at their end.
---@param self extcontacts.Client
---@param report fun(reason: "rate"|"retry"|"circuit"|"token"|"job", seconds: number)|nil seconds: what remains
--- of the wait, 0 at its end; a 429 counts as `rate`
function client.on_wait(self, report)
  client_context.of(self).on_wait = report
end

--- The requests per minute that a client allows itself.
---@param self extcontacts.Client
---@return number|nil nil without a limit
function client.allowance(self)
  local settings = client_context.of(self).config
  return settings.rate and settings.rate * (1 - settings.reserve) * 60 / (settings.rate_period or 60) or nil
end

--- The seconds for which a client looks for the record of a create without a reply.
---@param self extcontacts.Client
---@return number|nil seconds nil if the caller has asked for an error instead
function client.check_time(self)
  local settings = client_context.of(self).config
  return settings.on_ambiguous ~= "error" and settings.check_time or nil
end

--- Creates a client with a complete configuration.
---@param settings extcontacts.Config from `config.resolve`
---@param internals extcontacts.Internals|nil for specs
---@return extcontacts.Client|nil
---@return string|nil misuse
function client.new(settings, internals)
  local ctx, misuse = client_context.new(settings, internals)
  if not ctx then
    return nil, misuse
  end
  return setmetatable(client_context.attach({}, ctx), metatable)
end

--- Creates a client from arguments and, with `sources`, from the environment and
-- the profile file.
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
