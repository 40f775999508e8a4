--- The input of a `*_many`: reads items and forms the batches of its work.  It never
-- reads further than the window has room for.

local errors = require "extcontacts.base.errors"
local kinds = require "extcontacts.iterate.many.kinds"
local organization_links = require "extcontacts.iterate.organization_links"
local sizes = require "extcontacts.iterate.many.sizes"
local text = require "extcontacts.base.text"
local windows = require "extcontacts.iterate.many.window"

local input = {}

-- The API accepts bodies of 3 MB.
local LARGEST_BODY = 3000000
local ENVELOPE = #'{"entities":[]}'

--- An empty batch: all items that could be read wait for others.
---@type extcontacts.ManyEntry[]
input.NOTHING = {}

---@class extcontacts.ManyInput
---@field job extcontacts.ManyJob
---@field window extcontacts.ManyWindow
---@field source fun(): any
---@field batch_max integer
---@field read integer items so far
---@field running integer batches formed whose end the consumer has not noticed
---@field ended boolean whether the source has ended or failed
---@field failure table|nil what the source raised, until it is passed on
---@field has_failed boolean|nil whether the source raised
local Input = {}
Input.__index = Input

--- Creates the input of an iteration.
---@param job extcontacts.ManyJob
---@param source fun(): any
---@param batch_max integer
---@param concurrency integer
---@return extcontacts.ManyInput
function input.new(job, source, batch_max, concurrency)
  return setmetatable({
    job = job, source = source, batch_max = batch_max, window = windows.new(batch_max * concurrency),
    read = 0, running = 0, ended = false,
  }, Input)
end

-- An item that no request can carry.
local function check_bytes(self, entry)
  local row = self.job.kind.row
  if entry.text and #entry.text + ENVELOPE > LARGEST_BODY then
    entry.done = true
    entry.err = errors.new {
      kind = "limit", operation = row.name, method = row.method,
      message = ("item %s: it has %d bytes as JSON, and a request may have %d"):format(text.whole(entry.number),
        #entry.text, LARGEST_BODY),
      limit = { argument = "body", limit = LARGEST_BODY },
    }
  end
end

-- Reads an item; one that names its organization by an external id is sent with the
-- organization's id.
local function read_item(self, item)
  local job, sent, err = self.job, item, nil
  if job.kind.space == "contacts" then
    sent, err = organization_links.in_item(job.ctx, job.kind.verb, item, job.lookup_options)
  end
  local entry = kinds.entry(job.kind, err and item or sent, self.read)
  entry.item = item
  if err then
    entry.done, entry.err = true, err
  end
  return entry
end

-- Reads items until the next batch is complete.
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
      local entry = read_item(self, item)
      check_bytes(self, entry)
      window:add(entry)
      if window:is_ready() and self.running == 0 and #window.ready == 0 then
        return -- nothing has to be sent before the next item can be handed out
      end
    end
  end
end

--- The source of the work: returns the next batch, nil at the end.
---@return extcontacts.ManyEntry[]|nil
function Input:next_batch()
  local size = sizes.next(self.job.sizes, self.batch_max)
  fill(self, size)
  if #self.window.ready > 0 then
    self.running = self.running + 1
    return self.window:take(size, LARGEST_BODY - ENVELOPE)
  elseif self.window.blocked > 0 or not self.ended then
    return input.NOTHING
  end
  local failure = self.failure
  if failure then
    self.failure, self.ended, self.has_failed = nil, false, true -- the next call asks the source again
    error(failure[1], 0)
  end
  return nil
end

--- Whether a batch can be formed that is worth a request.
---@return boolean
function Input:may_start()
  local window = self.window
  local ready, room = #window.ready, self.ended and 0 or window:room()
  if ready + room == 0 then
    return self.ended and window.blocked == 0 -- to notice the end
  end
  -- A small batch is worth it only if nothing else can be handed out.
  local is_idle = self.running == 0 and not window:is_ready()
  return is_idle or self.ended or ready + room >= sizes.next(self.job.sizes, self.batch_max)
end

--- Notes that a batch has ended, and settles what it left open.
---@param batch extcontacts.ManyEntry[]
---@param raised any
function Input:end_batch(batch, raised)
  if batch == input.NOTHING then
    return
  end
  self.running = self.running - 1
  for _, entry in ipairs(batch) do
    if not entry.done then
      entry.done, entry.err = true, raised == nil and "nil was raised" or raised
    end
  end
  self.window:release(batch)
end

return input
