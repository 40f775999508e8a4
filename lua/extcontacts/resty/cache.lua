--- The answers a lookup keeps: the worker's own few, in front of the dictionary
-- that all workers share.  They are kept as texts, so that whoever gets one
-- may change it.

local cache = {}

-- Keys of the dictionary: an answer by what was looked up; what was looked up
-- by the contacts in the answer; contacts that were dropped a moment ago; how
-- often anything was dropped.
local ANSWER, BY_ID, DROPPED, GENERATION = "a:", "i:", "d:", "g"

-- A contact that was dropped is not taken from calls that began before; none
-- takes longer than this many seconds.
local LONGEST_CALL = 300

---@class extcontacts.CachedAnswer
---@field text string JSON
---@field found boolean whether anybody was found
---@field at number monotonic seconds
---@field generation integer

---@class extcontacts.LookupCache
local Cache = {}
Cache.__index = Cache

--- Makes the cache.
---@param dict table
---@param own integer answers a worker keeps for itself
---@param keep number seconds an answer is kept
---@param is_fresh fun(answer: extcontacts.CachedAnswer): boolean
---@return extcontacts.LookupCache
function cache.new(dict, own, keep, is_fresh)
  return setmetatable({
    dict = dict,
    own = assert(require("resty.lrucache").new(own)),
    keep = keep,
    is_fresh = is_fresh,
  }, Cache)
end

local function pack(answer)
  return ("%s %.6f\n%s"):format(answer.found and "+" or "-", answer.at, answer.text)
end

local function unpack_text(packed)
  local sign, at, text = packed:match("^([+-]) ([%d.]+)\n(.*)$")
  return { found = sign == "+", at = tonumber(at), text = text }
end

--- The answer to what was looked up, however old.  The worker's own copy is
-- good while it is fresh; after that another worker may know better.
---@param value string
---@return extcontacts.CachedAnswer|nil
---@return "worker"|"shared"|nil from
function Cache:get(value)
  local generation = self:generation()
  local answer = self.own:get(value)
  if answer and answer.generation == generation and self.is_fresh(answer) then
    return answer, "worker"
  end
  answer = self:shared(value)
  if not answer then
    return nil
  end
  answer.generation = generation
  self.own:set(value, answer)
  return answer, "shared"
end

--- The answer as all workers have it.
---@param value string
---@return extcontacts.CachedAnswer|nil
function Cache:shared(value)
  local packed = self.dict:get(ANSWER .. value)
  return packed and unpack_text(packed)
end

-- Adds to the texts that a key lists, one a line.
local function note(dict, key, value, keep)
  if dict:add(key, value .. "\n", keep) then
    return
  end
  local known = dict:get(key) or ""
  if not ("\n" .. known):find("\n" .. value .. "\n", 1, true) then
    dict:set(key, known .. value .. "\n", keep)
  end
end

--- How often anything was dropped: what `put` needs from before the call.
---@return integer
function Cache:generation()
  return self.dict:get(GENERATION) or 0
end

-- Whether an answer or a contact in it was dropped since a time.
local function was_dropped(self, value, ids, since)
  local dropped = self.dict:get(DROPPED .. value)
  for _, id in ipairs(ids) do
    dropped = math.max(dropped or 0, self.dict:get(DROPPED .. id) or 0)
  end
  return dropped and dropped >= since
end

--- Keeps an answer, unless a contact in it was dropped since the call began.
---@param value string
---@param answer { text: string, found: boolean, at: number }
---@param ids string[] of the contacts in it
---@param began number monotonic seconds
---@param generation integer of then
function Cache:put(value, answer, ids, began, generation)
  if self:generation() ~= generation and was_dropped(self, value, ids, began) then
    return
  end
  self.dict:set(ANSWER .. value, pack(answer), self.keep)
  for _, id in ipairs(ids) do
    note(self.dict, BY_ID .. id, value, self.keep)
  end
end

-- Before anything is dropped, for the calls that are on their way; and after,
-- for what workers have taken meanwhile.
local function next_generation(self)
  self.dict:incr(GENERATION, 1, 0)
end

local function drop(self, value, now)
  self.dict:set(DROPPED .. value, now, LONGEST_CALL)
  local known = self.dict:get(ANSWER .. value) ~= nil
  self.dict:delete(ANSWER .. value)
  return known
end

--- Drops the answer to a value, in all workers.
---@param value string
---@param now number monotonic seconds
---@return integer count
function Cache:forget(value, now)
  next_generation(self)
  local known = drop(self, value, now)
  next_generation(self)
  return known and 1 or 0
end

--- Drops the answers that a contact is in, in all workers.
---@param id string
---@param now number monotonic seconds
---@return integer count
function Cache:invalidate(id, now)
  local count = 0
  next_generation(self)
  self.dict:set(DROPPED .. id, now, LONGEST_CALL)
  for value in (self.dict:get(BY_ID .. id) or ""):gmatch("[^\n]+") do
    count = count + (drop(self, value, now) and 1 or 0)
  end
  self.dict:delete(BY_ID .. id)
  next_generation(self)
  return count
end

return cache
