--- The items that a `*_many` has read and not handed out yet, in input order.  An item
-- waits until no earlier one with a key of its own, such as the same id, is unsettled.
-- Never waits.

local window = {}

---@class extcontacts.ManyEntry an item and what became of it
---@field number integer position in the input
---@field item any as the caller passed it
---@field entity table|nil what is sent
---@field text string|nil `entity` as JSON
---@field keys string[] what no other item of a batch may share
---@field id string|nil normal form of the record's id
---@field blockers integer keys that an earlier item still holds
---@field tries integer bulk requests that it was part of
---@field is_unsure boolean|nil whether an earlier request may have carried it out
---@field done boolean
---@field result any
---@field err any
---@field response extcontacts.Response|nil

---@class extcontacts.ManyWindow
---@field entries table<integer, extcontacts.ManyEntry> from `first` to `last`
---@field ready extcontacts.ManyEntry[] may be sent now, in input order
---@field blocked integer entries that wait for an earlier one
---@field holders table<string, extcontacts.ManyEntry[]> key → the entries with it; the first one holds it
---@field most integer entries at a time
local Window = {}
Window.__index = Window

--- Creates an empty window.
---@param most integer entries at a time
---@return extcontacts.ManyWindow
function window.new(most)
  return setmetatable({
    entries = {}, first = 1, last = 0, ready = {}, blocked = 0, holders = {}, most = most,
  }, Window)
end

--- How many more entries may be added.
---@return integer
function Window:room()
  return self.most - (self.last - self.first + 1)
end

-- Adds an entry to `ready`, which is nearly sorted already.
local function make_ready(self, entry)
  local ready = self.ready
  local place = #ready + 1
  while place > 1 and ready[place - 1].number > entry.number do
    place = place - 1
  end
  table.insert(ready, place, entry)
end

--- Adds an item; one that can't be sent is `done` already.
---@param entry extcontacts.ManyEntry
function Window:add(entry)
  self.last = self.last + 1
  self.entries[self.last] = entry
  if entry.done then
    return
  end
  local blockers = 0
  for _, key in ipairs(entry.keys) do
    local holders = self.holders[key]
    if holders then
      holders[#holders + 1] = entry
      blockers = blockers + 1
    else
      self.holders[key] = { entry }
    end
  end
  entry.blockers = blockers
  if blockers == 0 then
    self.ready[#self.ready + 1] = entry
  else
    self.blocked = self.blocked + 1
  end
end

--- Takes the items of the next batch.
---@param size integer most items
---@param bytes integer most bytes of their texts, unless the first one exceeds that alone
---@return extcontacts.ManyEntry[]
function Window:take(size, bytes)
  local ready, batch, sum = self.ready, {}, 0
  while #batch < size and ready[#batch + 1] do
    local entry = ready[#batch + 1]
    sum = sum + #entry.text + 1
    if sum > bytes and #batch > 0 then
      break
    end
    batch[#batch + 1] = entry
  end
  local rest = {}
  for index = #batch + 1, #ready do
    rest[#rest + 1] = ready[index]
  end
  self.ready = rest
  return batch
end

-- Lets the next entry with a key have it.
local function pass_on(self, key)
  local holders = self.holders[key]
  table.remove(holders, 1)
  local following = holders[1]
  if not following then
    self.holders[key] = nil
    return
  end
  following.blockers = following.blockers - 1
  if following.blockers == 0 then
    self.blocked = self.blocked - 1
    make_ready(self, following)
  end
end

--- Notes that a batch has ended.
---@param batch extcontacts.ManyEntry[]
function Window:release(batch)
  for _, entry in ipairs(batch) do
    for _, key in ipairs(entry.keys) do
      pass_on(self, key)
    end
  end
end

--- Whether the next item in input order is settled.
---@return boolean
function Window:is_ready()
  local entry = self.entries[self.first]
  return entry ~= nil and entry.done
end

--- Takes the next item in input order.
---@return extcontacts.ManyEntry|nil nil if it is not settled
function Window:shift()
  local entry = self.entries[self.first]
  if entry and entry.done then
    self.entries[self.first] = nil
    self.first = self.first + 1
    return entry
  end
end

--- Settles all items that were never sent.
---@param err any
function Window:abandon(err)
  for index = self.first, self.last do
    local entry = self.entries[index]
    if not entry.done then
      entry.done, entry.err = true, err
    end
  end
end

return window
