--- A lookup's cached answers: the worker's own in front of the dictionary that
-- all workers share.  They are cached as text, so that every caller gets a copy
-- that it may change.

local core = require "extcontacts.core"

local answer_cache = {}

-- Prefixes of the dictionary's keys: value → answer; id → values whose answers
-- contain the record; value or id → when it was dropped; and the keys of the
-- generation, the number of drops, and of the epoch, how often all answers were marked.
local ANSWER, BY_ID, DROPPED, GENERATION, EPOCH = "a:", "i:", "d:", "g", "epoch"

-- Seconds beyond a call's deadline for which a drop is remembered, so that a call that
-- began before it does not restore the answer.  The answer of a longer call is not stored.
local GRACE = 10

---@class extcontacts.CachedAnswer
---@field text string JSON
---@field found boolean whether any record was found
---@field at number monotonic seconds
---@field epoch integer when its call began
---@field is_doubtful boolean|nil whether changes may have been missed since it was stored
---@field generation integer

---@class extcontacts.LookupCacheOptions
---@field worker_items integer answers that each worker caches in its own memory
---@field ttl number seconds for which an answer is fresh
---@field negative_ttl number seconds for which "not found" is fresh
---@field keep number seconds until an answer expires
---@field deadline number seconds a call may take

---@class extcontacts.LookupCache
local Cache = {}
Cache.__index = Cache

--- Creates the cache of a dictionary.
---@param dict table
---@param opts extcontacts.LookupCacheOptions
---@return extcontacts.LookupCache
function answer_cache.new(dict, opts)
  return setmetatable({
    dict = dict,
    own = assert(require("resty.lrucache").new(opts.worker_items)),
    ttl = opts.ttl,
    negative_ttl = opts.negative_ttl,
    keep = opts.keep,
    longest_call = opts.deadline + GRACE,
  }, Cache)
end

--- Returns for how many seconds an answer is fresh.
---@param answer extcontacts.CachedAnswer
---@return number
function Cache:ttl_of(answer)
  return answer.found and self.ttl or self.negative_ttl
end

--- Whether an answer is younger than its TTL, and no change of it can have been missed.
---@param answer extcontacts.CachedAnswer
---@return boolean
function Cache:is_fresh(answer)
  return not answer.is_doubtful and core.engine.now() - answer.at < self:ttl_of(answer)
end

local function pack(answer, epoch)
  return ("%s %d %.6f\n%s"):format(answer.found and "+" or "-", epoch, answer.at, answer.text)
end

-- Nothing for what another version of this module has stored.
local function unpack_text(packed)
  local sign, epoch, at, text = packed:match("^([+-]) (%d+) ([%d.]+)\n(.*)$")
  return sign and { found = sign == "+", epoch = tonumber(epoch), at = tonumber(at), text = text }
end

--- Returns the number of drops so far.
---@return integer
function Cache:generation()
  return self.dict:get(GENERATION) or 0
end

-- The epoch, which changes with the generation only.
local function epoch_of(self, generation)
  if self.epoch_generation ~= generation then
    self.epoch, self.epoch_generation = self.dict:get(EPOCH) or 0, generation
  end
  return self.epoch
end

--- Returns the answer to a value, whatever its age.  The worker's own copy is
-- used only while it is fresh, since another worker may have refreshed it.
---@param value string
---@return extcontacts.CachedAnswer|nil
---@return "worker"|"shared"|nil level
function Cache:get(value)
  local generation = self:generation()
  local answer = self.own:get(value)
  if answer and answer.generation == generation and self:is_fresh(answer) then
    return answer, "worker"
  end
  answer = self:shared(value, generation)
  if not answer then
    return nil
  end
  answer.generation = generation
  self.own:set(value, answer)
  return answer, "shared"
end

--- Returns the answer in the dictionary.
---@param value string
---@param generation integer|nil if it is known
---@return extcontacts.CachedAnswer|nil
function Cache:shared(value, generation)
  local epoch = epoch_of(self, generation or self:generation())
  local packed = self.dict:get(ANSWER .. value)
  local answer = packed and unpack_text(packed)
  if answer then
    answer.is_doubtful = answer.epoch ~= epoch
  end
  return answer or nil
end

-- Adds a value to the lines under a key.
local function add_line(dict, key, value, keep)
  if dict:add(key, value .. "\n", keep) then
    return
  end
  local lines = dict:get(key) or ""
  if not ("\n" .. lines):find("\n" .. value .. "\n", 1, true) then
    dict:set(key, lines .. value .. "\n", keep)
  end
end

---@class extcontacts.LookupStart when a call began
---@field at number monotonic seconds
---@field generation integer
---@field epoch integer

--- Notes the beginning of a call, for `put`.
---@return extcontacts.LookupStart
function Cache:start()
  local generation = self:generation()
  return { at = core.engine.now(), generation = generation, epoch = epoch_of(self, generation) }
end

-- Whether an answer or a record in it was dropped since a time.
local function was_dropped(self, value, ids, since)
  local dropped = self.dict:get(DROPPED .. value)
  for _, id in ipairs(ids) do
    dropped = math.max(dropped or 0, self.dict:get(DROPPED .. id) or 0)
  end
  return dropped and dropped >= since
end

--- Stores an answer, unless it or a record in it was dropped since the call
-- began.
---@param value string
---@param answer { text: string, found: boolean, at: number }
---@param ids string[] of the records in it
---@param start extcontacts.LookupStart of the call
function Cache:put(value, answer, ids, start)
  if core.engine.now() - start.at >= self.longest_call
    or self:generation() ~= start.generation and was_dropped(self, value, ids, start.at) then
    return
  end
  self.dict:set(ANSWER .. value, pack(answer, start.epoch), self.keep)
  for _, id in ipairs(ids) do
    add_line(self.dict, BY_ID .. id, value, self.keep)
  end
end

-- Called before a drop, for calls under way, and after it, for answers that
-- workers have copied meanwhile.
local function next_generation(self)
  self.dict:incr(GENERATION, 1, 0)
end

local function drop(self, value, now)
  self.dict:set(DROPPED .. value, now, self.longest_call)
  local existed = self.dict:get(ANSWER .. value) ~= nil
  self.dict:delete(ANSWER .. value)
  return existed
end

--- Drops the answer for a value, in all workers.
---@param value string
---@param now number monotonic seconds
---@return integer count
function Cache:forget(value, now)
  next_generation(self)
  local existed = drop(self, value, now)
  next_generation(self)
  return existed and 1 or 0
end

--- Drops the answers that contain a record, in all workers.
---@param id string
---@param now number monotonic seconds
---@return integer count
function Cache:invalidate(id, now)
  local count = 0
  next_generation(self)
  self.dict:set(DROPPED .. id, now, self.longest_call)
  for value in (self.dict:get(BY_ID .. id) or ""):gmatch("[^\n]+") do
    count = count + (drop(self, value, now) and 1 or 0)
  end
  self.dict:delete(BY_ID .. id)
  next_generation(self)
  return count
end

--- Marks all answers, in all workers: changes may have been missed, so none is fresh
-- any more.
function Cache:doubt_all()
  next_generation(self)
  self.dict:incr(EPOCH, 1, 0)
  next_generation(self)
end

return answer_cache
