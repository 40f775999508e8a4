--- The records of a scan for which a condition can hold: those whose JSON has one of the
-- texts that it requires (`record/where/needles`).  Only these are decoded.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"

local candidates = {}

-- After so many records all are decoded, page by page, if more than half of them were.
candidates.TRIED = 400

---@class extcontacts.fix.Candidates
---@field iterator extcontacts.Iterator
---@field needles string[]
---@field texts string[] of the candidates of the page
---@field places integer[]|nil theirs in the page; nil if each of its records is one
---@field entities table[] of the page, where they are not texts
---@field count integer records of the page
---@field index integer of the last candidate
---@field passed integer records of the page up to that one
---@field tried integer records of pages that were searched
---@field found integer candidates among them
local Candidates = {}
Candidates.__index = Candidates

-- Decodes a text that was checked when its page was read.
local function decode(text)
  local record, problem = core.json.decode(text)
  if record == nil then
    error(errors.new { kind = "decode", message = problem }, 0)
  end
  return record
end

local function pass_to(self, place)
  if place - 1 > self.passed then
    self.pass_over(place - 1 - self.passed)
  end
  self.passed = place
end

local function search(self, lines)
  self.texts, self.places = lines:having(self.needles)
  self.count = #lines
  if self.tried < candidates.TRIED then
    self.tried, self.found = self.tried + self.count, self.found + #self.texts
    if self.tried >= candidates.TRIED and self.found > self.tried / 2 then
      self.iterator:decode_all()
    end
  end
end

-- Whether there is another page.
local function turn_page(self)
  pass_to(self, self.count + 1)
  local page = self.next_page()
  if not page then
    return false
  end
  self.index, self.passed = 0, 0
  self.entities = page.entities or {}
  if self.iterator.lines then
    search(self, self.iterator.lines)
  else
    self.texts, self.places, self.count = page.raw or {}, nil, #self.entities
  end
  return true
end

local function next_record(self)
  while self.index == (self.places and #self.places or self.count) do
    if not turn_page(self) then
      return nil
    end
  end
  self.index = self.index + 1
  pass_to(self, self.places and self.places[self.index] or self.index)
  local text = self.texts[self.index]
  return text and decode(text) or self.entities[self.index]
end

--- Iterates over the candidates, in order.
---@param iterator extcontacts.Iterator of a scan, with raw = "lines"
---@param needles string[]
---@param pass_over fun(count: integer) called with numbers of records that are none
---@return fun(): table|nil next_record
function candidates.new(iterator, needles, pass_over)
  local self = setmetatable({
    iterator = iterator, next_page = iterator:pages(), needles = needles, pass_over = pass_over,
    texts = {}, entities = {}, count = 0, index = 0, passed = 0, tried = 0, found = 0,
  }, Candidates)
  return function()
    return next_record(self)
  end
end

return candidates
