--- `client.contacts:get_many` and its kin: bulk requests for any number of items, and
-- the results in input order.
--
-- `window` orders the items, `sizes` says how many a request may have, `kinds` reads
-- items and builds calls, `course` settles a batch, `results` and `content` match
-- answers to items.  Batches are the items of a `map_work`: its tasks do all the
-- waiting, so that a consumer may end at any point.

local course = require "extcontacts.iterate.many.course"
local errors = require "extcontacts.base.errors"
local finalizer = require "extcontacts.base.finalizer"
local kinds = require "extcontacts.iterate.many.kinds"
local map_work = require "extcontacts.iterate.map_work"
local options = require "extcontacts.base.options"
local params = require "extcontacts.api.params"
local runtime = require "extcontacts.runtime"
local sizes = require "extcontacts.iterate.many.sizes"
local sources = require "extcontacts.iterate.sources"
local windows = require "extcontacts.iterate.many.window"

local many = {}

local BATCH_MAX, CONCURRENCY = 50, 4

-- The API accepts bodies of 3 MB.
local LARGEST_BODY = 3000000
local ENVELOPE = #'{"entities":[]}'

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

------------------------------------------------------------------ the input --

-- An empty batch: all items that could be read wait for others.
local NOTHING = {}

-- Reads items until the next batch is complete; returns whether the source has ended
-- or failed.
local function fill(self, size)
  local window = self.window
  while not self.ended and #window.ready < size and window:room() > 0 do
    local ok, item = pcall(self.source)
    if not ok then
      self.failure, self.ended = { item }, true
    elseif item == nil then
      self.ended = true
    else
      self.read = self.read + 1
      local entry = kinds.entry(self.job.kind, item, self.read)
      if entry.text and #entry.text + ENVELOPE > LARGEST_BODY then
        entry.done = true
        entry.err = errors.new {
          kind = "limit", operation = self.job.kind.row.name, method = self.job.kind.row.method,
          message = ("item %d: it has %d bytes as JSON, and a request may have %d"):format(self.read, #entry.text,
            LARGEST_BODY),
          limit = { argument = "body", limit = LARGEST_BODY },
        }
      end
      window:add(entry)
      if window:is_ready() and self.running == 0 and #window.ready == 0 then
        return -- nothing has to be sent before the next item can be handed out
      end
    end
  end
end

-- The source of the work: returns the next batch.
local function next_batch(self)
  local size = sizes.next(self.job.sizes, self.batch_max)
  fill(self, size)
  if #self.window.ready > 0 then
    self.running = self.running + 1
    return self.window:take(size, LARGEST_BODY - ENVELOPE)
  elseif self.window.blocked > 0 or not self.ended then
    return NOTHING
  end
  local failure = self.failure
  if failure then
    self.failure, self.ended = nil, false -- the next call asks the source again
    error(failure[1], 0)
  end
  return nil
end

-- Whether a batch can be formed that is worth a request.
local function may_start(self)
  local window = self.window
  local ready, room = #window.ready, self.ended and 0 or window:room()
  if ready + room == 0 then
    return self.ended and window.blocked == 0 -- to notice the end
  end
  -- A small batch is worth it only if nothing else can be handed out.
  local is_idle = self.running == 0 and not window:is_ready()
  return is_idle or self.ended or ready + room >= sizes.next(self.job.sizes, self.batch_max)
end

----------------------------------------------------------------- the output --

-- Takes the batches that have ended.
local function collect(self)
  local input, work = self.input, self.work
  local ended = work:take()
  while ended do
    local batch = ended.item
    if batch ~= NOTHING then
      input.running = input.running - 1
      local raised = ended.results[2]
      for _, entry in ipairs(batch) do
        if not entry.done then
          entry.done, entry.err = true, raised == nil and "nil was raised" or raised
        end
      end
      input.window:release(batch)
    end
    ended = work:take()
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
  local work = self.work
  local failure = work.failure
  if failure ~= nil then
    if not work.stopped then
      work.failure = nil
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
  local input = {
    source = reader, read = 0, running = 0, ended = false, batch_max = batch_max,
    window = windows.new(batch_max * concurrency),
    job = { ctx = ctx, kind = kind, options = of_calls, sizes = memory },
  }
  local work = map_work.new(ctx, function()
    return next_batch(input)
  end, function(batch)
    if batch ~= NOTHING then
      course.run(input.job, batch)
    end
  end, {
    name = kind.verb .. "_many", concurrency = concurrency, deadline = own.deadline, cancel = of_calls.cancel,
    may_start = function()
      return may_start(input)
    end,
  })
  local self = setmetatable({ name = name, work = work, input = input, count = 0, closed = false }, metatable)
  self.anchor = finalizer.new(function()
    work:stop "drop"
  end)
  return self
end

return many
