--- `client:map`: calls a function for each item of a source, several at the same
-- time, and hands out the results one after another.

local compat = require "extcontacts.base.compat"
local finalizer = require "extcontacts.base.finalizer"
local map_work = require "extcontacts.iterate.map_work"
local options = require "extcontacts.base.options"
local runtime = require "extcontacts.runtime"
local sources = require "extcontacts.iterate.sources"

local unpack = compat.unpack

local map = {}

---@class extcontacts.MapOptions
---@field concurrency integer|nil maximum number of items at the same time; default 8
---@field ordered boolean|nil whether the results come in the order of the items; default false
---@field deadline number|nil seconds for the whole map

---@class extcontacts.Map
---@field count integer results handed out so far
local Map = {}
local metatable = { __name = "extcontacts.map", __index = Map }

-- The values that `next` returns for an item.
local function hand_out(entry)
  local results = entry.results
  if results[1] then
    return entry.item, unpack(results, 2, results.n)
  end
  local err = results[2]
  return entry.item, nil, err == nil and "nil was raised" or err
end

--- Returns the next item and the function's results, or the item, nil and the error
-- that the function raised; nil at the end.  Raises the source's error, and an error
-- object if the map was cancelled, interrupted or passed its deadline; the results
-- of items under way are handed out first.
---@return any item
---@return any result
---@return any err
function Map:next()
  local work = self.work
  if self.closed then
    return nil
  end
  work.wanted = true
  work:resume()
  local entry = work:take()
  while not entry and not work:is_over() do
    runtime.here(work.ctx).wait(work.ctx.engine, work.result_ready)
    entry = work:take()
    work:resume()
  end
  if entry then
    work:resume() -- the next item starts before this result is used
    work.wanted = false
    self.count = self.count + 1
    return hand_out(entry)
  end
  work.wanted = false
  local failure = work.failure
  if failure ~= nil then
    if not work.stopped then
      work.failure = nil -- the next call asks the source again
    end
    error(failure, 0)
  end
  return nil
end

metatable.__call = Map.next

--- Ends the map: cancels the calls under way and starts no more.
function Map:close()
  self.closed = true
  self.work:stop("cancel")
end

metatable.__close = Map.close

function metatable.__tostring(self)
  return ("extcontacts.map (%d results, %d under way)"):format(self.count, self.work.active)
end

local OPTIONS = {
  concurrency = { "number", least = 1, whole = true },
  ordered = { "boolean" },
  deadline = { "number" },
}

--- Creates the iterator of `client:map`.
---@param ctx extcontacts.ClientContext
---@param source any
---@param fn any
---@param opts any
---@return extcontacts.Map|nil
---@return string|nil misuse
function map.new(ctx, source, fn, opts)
  local next_item, misuse = sources.reader(source)
  if not next_item then
    return nil, "client:map: " .. misuse
  elseif type(fn) ~= "function" and not (type(fn) == "table" and getmetatable(fn)) then
    return nil, "client:map: the second argument must be a function, got " .. type(fn)
  end
  opts = opts == nil and {} or opts
  misuse = options.problem(opts, OPTIONS)
  if misuse then
    return nil, "client:map: " .. misuse
  end
  local work = map_work.new(ctx, next_item, fn, opts)
  local self = setmetatable({ work = work, count = 0, closed = false }, metatable)
  self.anchor = finalizer.new(function()
    work:stop "drop"
  end)
  return self
end

return map
