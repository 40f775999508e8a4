--- Changed records on their way to the server, whose stream tells those who keep copies
-- of them.  Nobody waits for it; what could not be sent, or got no reply, is sent again
-- with the next change.

local core = require "extcontacts.core"
local handshake = require "extcontacts.rate.store.redis.handshake"
local resp = require "extcontacts.rate.store.redis.resp"

local announcer = {}

--- The stream of changed records.  Each entry has one field, `ids`, with the ids of some
-- records and spaces between them.  They are ids only, which tell nothing of a person.
announcer.STREAM = "extcontacts:{lookup}:changes"

-- Ids in one entry, those that wait to be sent, and the characters of one.
local TOGETHER, MOST_WAITING, LONGEST_ID = 200, 10000, 100

---@class extcontacts.Announcer
---@field link extcontacts.RedisLink
---@field report fun(problem: string)
---@field waiting string[] ids that are to be sent
---@field under_way integer entries without a reply
---@field dropped integer ids that were not kept
---@field refusal string|nil why the server did not take the last ones
local Announcer = {}
Announcer.__index = Announcer

--- Creates an announcer.
---@param link extcontacts.RedisLink
---@param report fun(problem: string) shows it, beside the server's address
---@return extcontacts.Announcer
function announcer.new(link, report)
  return setmetatable({ link = link, report = report, waiting = {}, under_way = 0, dropped = 0 }, Announcer)
end

-- Whether a text can be an id.  Others, which a program may have received from anywhere,
-- are in no answer, and an entry of the stream has no place for them.
local function is_id(text)
  return type(text) == "string" and #text <= LONGEST_ID and text:find "^[%w_%-]+$" ~= nil
end

-- Keeps ids for later, as many as there is room for.
local function keep(self, ids)
  for _, id in ipairs(ids) do
    if is_id(id) and #self.waiting < MOST_WAITING then
      self.waiting[#self.waiting + 1] = id
    elseif is_id(id) then
      self.dropped = self.dropped + 1
    end
  end
end

-- Takes the reply of the server, or its absence.
local function take(self, ids, reply)
  if reply == nil then
    return keep(self, ids)
  end
  local refusal = type(reply) == "string" and handshake.meaning(resp.error(reply)) or nil
  if refusal and refusal ~= self.refusal then
    self.report(("the ids of changed records are not announced: %s; lookups show the changes once their answers expire")
      :format(refusal))
  end
  self.refusal = refusal
end

-- The next entry: its ids and the request with it.
local function next_request(self)
  local ids, rest = {}, {}
  for index, id in ipairs(self.waiting) do
    local list = index <= TOGETHER and ids or rest
    list[#list + 1] = id
  end
  self.waiting = rest
  return ids, { name = "announce", keys = { announcer.STREAM }, values = { ids = core.json.array(ids) } }
end

--- Sends what waits, if the server can be reached at once.
function Announcer:send()
  for _ = 1, math.ceil(#self.waiting / TOGETHER) do
    local ids, request = next_request(self)
    self.under_way = self.under_way + 1
    local function on_end(reply)
      self.under_way = self.under_way - 1
      take(self, ids, reply)
    end
    if not self.link:post(request, on_end) then
      return on_end(nil)
    end
  end
end

--- Announces that records have changed.  Neither waits nor fails.
---@param ids string[]
function Announcer:add(ids)
  keep(self, ids)
  self:send()
end

--- Waits until everything is announced, for as long as a call waits for the server at
-- most, and reports what is not.
---@param seconds number
---@param call extcontacts.Call|nil the call that waits
function Announcer:flush(seconds, call)
  local due = core.engine.now() + seconds
  local is_answered = true
  -- Outside of nginx, replies come in the order of the requests: with this one, those of
  -- all that are under way have come.
  while is_answered and (#self.waiting > 0 or self.under_way > 0) and core.engine.now() < due do
    local ids, request = next_request(self)
    local reply = self.link:exchange(request, call)
    take(self, ids, reply)
    is_answered = reply ~= nil and (#ids > 0 or #self.waiting > 0)
  end
  local missing = #self.waiting + self.dropped
  if missing > 0 then
    self.dropped = 0
    self.report(("the ids of %d changed records could not be announced; lookups show the changes once their answers "
      .. "expire"):format(missing))
  end
end

return announcer
