--- `client.contacts:get_many` and its kin: bulk requests for any number of items, and
-- the results in input order.
--
-- `input` reads the items and forms batches, `window` keeps their order, `kinds` knows
-- the operations, `sizes` says how many items a request may have, `course` settles a
-- batch, `alone` settles single items, and `results` and `content` match answers to
-- items.  Batches are the items of a `map_work`: its tasks do all the
-- waiting, so that a consumer may end at any point.

local course = require "extcontacts.iterate.many.course"
local errors = require "extcontacts.base.errors"
local finalizer = require "extcontacts.base.finalizer"
local inputs = require "extcontacts.iterate.many.input"
local kinds = require "extcontacts.iterate.many.kinds"
local map_work = require "extcontacts.iterate.map_work"
local options = require "extcontacts.base.options"
local params = require "extcontacts.api.params"
local runtime = require "extcontacts.runtime"
local sizes = require "extcontacts.iterate.many.sizes"
local sources = require "extcontacts.iterate.sources"

local many = {}

local BATCH_MAX, CONCURRENCY = 50, 4

---@class extcontacts.ManyOptions
---@field batch_max integer|nil most items per request; default 50, and 10 for enrich, which is the API's maximum
---@field concurrency integer|nil most requests at the same time; default 4
---@field deadline number|nil seconds for the whole iteration
---@field timeout number|nil seconds one request may take, instead of the client's
---@field headers table<string, string>|nil additional request headers
---@field retry boolean|nil whether failed requests and items are retried, instead of the client's
---@field max_attempts integer|nil most requests with an item, instead of the client's
---@field max_retry_after number|nil longest wait that the server may ask for, in seconds
---@field cancel extcontacts.CancelToken|nil ends the iteration from outside

---@class extcontacts.GetManyOptions: extcontacts.ManyOptions
---@field fields string[]|nil the fields that are decoded, see the options of a call

---@class extcontacts.CreateManyOptions: extcontacts.ManyOptions
---@field marker string|nil path of a field, `customFields.import_id_text`, whose value no other record has
---@field on_ambiguous "check"|"error"|"resend"|nil what follows a create whose reply was lost
---@field check_time number|nil seconds for which the records of a lost request are looked for

---@class extcontacts.EnrichManyOptions: extcontacts.ManyOptions
---@field dry_run boolean|nil whether the server changes nothing and shows the results

---@class extcontacts.Many
---@overload fun(): any, any, extcontacts.Error|nil, extcontacts.Response|nil
---@field count integer items handed out so far
local Many = {}
local metatable = { __name = "extcontacts.many", __index = Many }

local OWN = {
  batch_max = { "number", least = 1, whole = true },
  concurrency = { "number", least = 1, whole = true },
  deadline = { "number" },
}

local COMMON = {
  timeout = { "number" }, headers = { "table" }, retry = { "boolean" },
  max_attempts = { "number", least = 1, whole = true }, max_retry_after = { "number" }, cancel = { "table" },
}

local OF_VERB = {
  get = { fields = { "table" } },
  create = {
    marker = { "string" }, check_time = { "number" },
    on_ambiguous = { "string", choices = { "check", "error", "resend" } },
  },
  enrich = { dry_run = { "boolean" } },
}

local function rules_of(verb)
  local rules = {}
  for _, group in ipairs { OWN, COMMON, OF_VERB[verb] or {} } do
    for name, rule in pairs(group) do
      rules[name] = rule
    end
  end
  return rules
end

----------------------------------------------------------------- the output --

-- Takes the batches that have ended.
local function collect(self)
  local ended = self.work:take()
  while ended do
    self.input:end_batch(ended.item, ended.results[2])
    ended = self.work:take()
  end
end

-- Waits until the next item is settled, or none will be.
local function await(self)
  local work, window = self.work, self.input.window
  work.wanted = true
  work:resume()
  while true do
    collect(self)
    if window:is_ready() then
      work:resume() -- the next batch is sent before this result is used
      break
    end
    work:resume()
    if work:is_over() and not work:is_ready() then
      break
    elseif not work:is_ready() then
      runtime.here(work.ctx).wait(work.ctx.engine, work.result_ready)
    end
  end
  work.wanted = false
end

-- What ends the iteration, once all items are handed out.
local function finish(self)
  local work, input = self.work, self.input
  local failure = work.failure
  if failure ~= nil then
    if input.has_failed then
      input.has_failed, work.failure = nil, nil
    elseif not work.stopped then
      self:close() -- an error in the loop; a batch may be lost
    end
    error(failure, 0)
  end
end

-- Items that were read and will not be sent.
local function abandon(self)
  local failure = self.work.failure
  local err = errors.is_error(failure) and errors.copy(failure) or failure
  self.input.window:abandon(err)
end

--- Returns the next item and its result, or the item, nil and its error; nil at the
-- end.  The fourth value is the response, with `status` and `resolved_id`.  Raises the
-- source's error, and an error object if the iteration was cancelled, interrupted or
-- passed its deadline; the items that were read are handed out first.
---@return any item
---@return any result `true` for a delete
---@return extcontacts.Error|nil err
---@return extcontacts.Response|nil response
function Many:next()
  if self.closed then
    return nil
  end
  local window = self.input.window
  if not window:is_ready() then
    await(self)
    if not window:is_ready() and self.work.stopped then
      abandon(self)
    end
  end
  local entry = window:shift()
  if not entry then
    return finish(self)
  end
  self.count = self.count + 1
  if entry.err ~= nil then
    return entry.item, nil, entry.err
  end
  return entry.item, entry.result, nil, entry.response
end

metatable.__call = Many.next

--- Ends the iteration: cancels the requests under way and sends no more.
function Many:close()
  self.closed = true
  self.work:stop("cancel")
end

metatable.__close = Many.close

function metatable.__tostring(self)
  return ("extcontacts.many (%s, %d items)"):format(self.name, self.count)
end

--------------------------------------------------------------- construction --

local function split_options(opts)
  local own, of_calls = {}, {}
  for name, value in pairs(opts) do
    local group = OWN[name] and own or of_calls
    group[name] = value
  end
  return own, of_calls
end

-- The options that a lookup accepts, too.
local function lookup_options(opts)
  local of_lookup = {}
  for name in pairs(COMMON) do
    of_lookup[name] = opts[name]
  end
  return of_lookup
end

--- Creates the iterator of a `*_many`.
---@param ctx extcontacts.ClientContext
---@param name string `contacts.get_many`
---@param source any
---@param opts any
---@return extcontacts.Many|nil
---@return string|nil misuse
function many.new(ctx, name, source, opts)
  local method = "client." .. name:gsub("%.([%w_]+)$", ":%1")
  local kind = kinds.find(name)
  local reader, misuse = sources.reader(source)
  if not reader then
    return nil, method .. ": " .. misuse
  end
  opts = opts == nil and {} or opts
  misuse = options.problem(opts, rules_of(kind.verb))
  local own, of_calls = {}, nil
  if not misuse then
    own, of_calls = split_options(opts)
    misuse = select(2, params.bind(kind.row, 2, { {}, of_calls }))
    misuse = misuse and misuse:gsub("^[%w_]+: ", "")
  end
  if misuse then
    return nil, method .. ": " .. misuse
  end
  local memory = sizes.of(ctx, kind.row)
  local batch_max = math.min(own.batch_max or BATCH_MAX, memory.most or math.huge)
  local concurrency = own.concurrency or CONCURRENCY
  local job = { ctx = ctx, kind = kind, options = of_calls, lookup_options = lookup_options(opts), sizes = memory }
  local input = inputs.new(job, reader, batch_max, concurrency)
  local work = map_work.new(ctx, function()
    return input:next_batch()
  end, function(batch)
    if batch ~= inputs.NOTHING then
      course.run(job, batch)
    end
  end, {
    name = kind.verb .. "_many", concurrency = concurrency, deadline = own.deadline, cancel = of_calls.cancel,
    may_start = function()
      return input:may_start()
    end,
  })
  local self = setmetatable({ name = name, work = work, input = input, count = 0, closed = false }, metatable)
  self.anchor = finalizer.new(function()
    work:stop "drop"
  end)
  return self
end

return many
