--- Forms the batches of a run: changes that do not depend on each other.  A change
-- depends on an earlier one of the same record, on one of a record that it names, on one
-- that names its record, and on one that it needs.  It joins the chain of that change, whose changes are
-- executed one after another, or waits for the batch with it to end.  Pure.

local batches = {}

-- Most changes of a batch per chain, on average: a batch is in memory.
local PER_CHAIN = 4

---@class extcontacts.fix.Batch
---@field chains extcontacts.fix.Change[][]
---@field count integer its changes
---@field own table<string|integer, extcontacts.fix.Change[]> id of a record that a chain changes, and numbers of its
--- changes and of those that they need → the chain
---@field named table<string, extcontacts.fix.Change[]|false> id of a record that a chain names; false: several do

---@class extcontacts.fix.Batches
---@field held extcontacts.fix.Change[]|nil a group that waits for a batch to end
---@field running table<extcontacts.fix.Batch, boolean>
local Batches = {}
Batches.__index = Batches

--- Starts to form batches.
---@param next_group fun(): extcontacts.fix.Change[]|nil
---@param size integer most chains of a batch
---@return extcontacts.fix.Batches
function batches.new(next_group, size)
  return setmetatable({ next_group = next_group, size = size, running = {} }, Batches)
end

local function add(ids, value)
  if type(value) == "string" then
    ids[value:lower()] = true
  end
end

local function add_references(ids, record)
  for _, value in pairs(record or {}) do
    if type(value) == "table" then
      add(ids, value.id)
    end
  end
end

-- The records that changes are of, and those that they name.
local function ids_of(group)
  local own, named = {}, {}
  for _, change in ipairs(group) do
    add(own, change.id)
    add(own, change.owner)
    add(own, change.old_id)
    add(own, change.unless_exists)
    own[change.n or 0] = true
    own[change.needs or 0] = true
    for _, id in ipairs(change.ids or {}) do
      add(own, id)
    end
    own[0] = nil
    add_references(named, change.before)
    add_references(named, change.after)
  end
  return own, named
end

local function depends(own, named, batch)
  for id in pairs(own) do
    if batch.own[id] or batch.named[id] ~= nil then
      return true
    end
  end
  for id in pairs(named) do
    if batch.own[id] then
      return true
    end
  end
  return false
end

-- The chain of a batch that a group continues; `several` if there is more than one.
local function chain_of(own, named, batch)
  local found, several
  local function see(chain)
    several = several or chain == false or found ~= nil and chain ~= nil and chain ~= found
    found = found or chain or nil
  end
  for id in pairs(own) do
    see(batch.own[id])
    see(batch.named[id])
  end
  for id in pairs(named) do
    see(batch.own[id])
  end
  return found, several
end

-- Adds a group to a batch; false if it must wait for one to end.
local function join(self, batch, group)
  local own, named = ids_of(group)
  for running in pairs(self.running) do
    if depends(own, named, running) then
      return false
    end
  end
  local chain, several = chain_of(own, named, batch)
  if several then
    return false
  elseif not chain then
    chain = {}
    batch.chains[#batch.chains + 1] = chain
  end
  for _, change in ipairs(group) do
    chain[#chain + 1] = change
  end
  batch.count = batch.count + #group
  for id in pairs(own) do
    batch.own[id] = chain
  end
  for id in pairs(named) do
    local other = batch.named[id]
    batch.named[id] = (other == nil or other == chain) and chain
  end
  return true
end

--- Forms the next batch; it counts as running until it is released.
---@return extcontacts.fix.Batch|nil nil at the end, and while the next change waits for a batch to end
function Batches:next()
  local batch = { chains = {}, count = 0, own = {}, named = {} }
  while #batch.chains < self.size and batch.count < PER_CHAIN * self.size do
    local group = self.held or self.next_group()
    self.held = nil
    if not group then
      break
    elseif not join(self, batch, group) then
      self.held = group
      break
    end
  end
  if batch.count == 0 then
    return nil
  end
  self.running[batch] = true
  return batch
end

--- Notes that a batch has ended.
---@param batch extcontacts.fix.Batch
function Batches:release(batch)
  self.running[batch] = nil
end

return batches
