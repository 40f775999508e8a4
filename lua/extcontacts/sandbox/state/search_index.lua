--- The search index of a collection: finds records by words (`q`) and by an
-- exact e-mail address, number or screen name (the reverse lookup), and sorts
-- them by a field.
--
-- Seeded records are indexed when the first query needs it; written records are
-- indexed one by one.

local json = require "extcontacts.base.json"
local multimap = require "extcontacts.sandbox.state.multimap"
local sort_order = require "extcontacts.sandbox.state.sort_order"
local word_match = require "extcontacts.sandbox.state.word_match"

local search_index = {}

---@class extcontacts.sandbox.SearchIndex
---@field sorts table<string, boolean> the fields to sort by
local SearchIndex = {}
SearchIndex.__index = SearchIndex

-- Records per chunk: their lines are searched as one text.
local CHUNK = 256
-- Records after which an index that is being built lets other requests run.
local SLICE = 2000

---@class extcontacts.sandbox.SearchConfig
---@field fields fun(index: integer): table the fields of a seeded record
---@field words string[] the fields that `q` searches
---@field sorts table<string, boolean> the fields to sort by
---@field keys fun(record: table, add: fun(key: string)) calls `add` with each key for the reverse lookup

--- Creates the index of a collection and follows its writes.
---@param collection extcontacts.sandbox.Collection
---@param config extcontacts.sandbox.SearchConfig
---@return extcontacts.sandbox.SearchIndex
function search_index.new(collection, config)
  local self = setmetatable({
    collection = collection,
    fields = config.fields,
    words = config.words,
    sorts = config.sorts,
    keys = config.keys,
    -- of written records: index → line, or false if deleted
    lines = {},
    -- of written records: key → set of indexes, and index → keys
    exact = {},
    keys_of = {},
    -- of seeded records: field → order
    orders = {},
    building = {},
  }, SearchIndex)
  function collection.on_write(_, index, record)
    self:update(index, record)
  end
  return self
end

--- Indexes a written record.
---@param index integer
---@param record table|false false if it was deleted
function SearchIndex:update(index, record)
  for _, key in ipairs(self.keys_of[index] or {}) do
    self.exact[key][index] = nil
  end
  self.keys_of[index] = nil
  self.lines[index] = false
  if record then
    self.lines[index] = word_match.line(record, self.words)
    local keys = {}
    self.keys(record, function(key)
      keys[#keys + 1] = key
      self.exact[key] = self.exact[key] or {}
      self.exact[key][index] = true
    end)
    self.keys_of[index] = keys
  end
end

-- Visits all seeded records, and lets other requests run from time to time.
local function each_seeded(self, visit)
  for index = 0, self.collection.seeded - 1 do
    visit(self.fields(index), index)
    if index % SLICE == SLICE - 1 then
      -- Not 0, for which nginx logs a warning.
      ngx.sleep(0.001)
    end
  end
end

local builders = {}

-- The lines of the seeded records, CHUNK of them per text.
function builders.chunks(self)
  local chunks, chunk = {}, {}
  local last = self.collection.seeded - 1
  each_seeded(self, function(fields, index)
    chunk[#chunk + 1] = word_match.line(fields, self.words)
    if #chunk == CHUNK or index == last then
      chunks[#chunks + 1] = word_match.chunk(chunk)
      chunk = {}
    end
  end)
  return chunks
end

-- The keys of the seeded records.
function builders.map(self)
  local map = multimap.new(self.collection.seeded * 2)
  local current
  local function add(key)
    map:add(key, current)
  end
  each_seeded(self, function(fields, index)
    current = index
    self.keys(fields, add)
  end)
  return map
end

-- Builds a part on first use; concurrent requests wait for the first one.
local function built(self, part)
  while self.building[part] do
    ngx.sleep(0.005)
  end
  if not self[part] then
    self.building[part] = true
    local ok, result = pcall(builders[part], self)
    self.building[part] = nil
    if not ok then
      error(result, 0)
    end
    self[part] = result
  end
  return self[part]
end

--- The records in which every word of `q` starts a word, ascending.
---@param q string
---@param hidden table<integer, string|false>|nil the writes to ignore, see `Collection:hidden`
---@return integer[]|nil indexes nil if `q` contains no word
function SearchIndex:matches(q, hidden)
  local words = word_match.query(q)
  if #words == 0 then
    return nil
  end
  local found = {}
  for number, chunk in ipairs(built(self, "chunks")) do
    word_match.each_line(chunk, words, function(line_number)
      local index = (number - 1) * CHUNK + line_number
      if self.lines[index] == nil then
        found[#found + 1] = index
      end
    end)
  end
  for index, line in pairs(self.lines) do
    local before = hidden and hidden[index]
    if before ~= nil then
      line = before and word_match.line(json.decode(before), self.words)
    end
    if line and word_match.matches(line, words) then
      found[#found + 1] = index
    end
  end
  table.sort(found)
  return found
end

--- Those of `indexes` that `matches` would find.
---@param indexes integer[]
---@param q string
---@param record_of fun(index: integer): table
---@return integer[]
function SearchIndex:filter(indexes, q, record_of)
  local words = word_match.query(q)
  local kept = {}
  for _, index in ipairs(indexes) do
    if word_match.matches(word_match.line(record_of(index), self.words), words) then
      kept[#kept + 1] = index
    end
  end
  return kept
end

--- The records with exactly this key, ascending.
---@param key string
---@param hidden table<integer, string|false>|nil the writes to ignore
---@return integer[]
function SearchIndex:lookup(key, hidden)
  local map = built(self, "map")
  local found = {}
  local same
  local function compare(other)
    same = same or other == key
  end
  for _, index in ipairs(map:find(key)) do
    if self.lines[index] == nil then
      same = false
      self.keys(self.fields(index), compare)
      if same then
        found[#found + 1] = index
      end
    end
  end
  for index in pairs(self.exact[key] or {}) do
    if not hidden or hidden[index] == nil then
      found[#found + 1] = index
    end
  end
  for index, before in pairs(hidden or {}) do
    same = false
    if before then
      self.keys(json.decode(before), compare)
    end
    if same then
      found[#found + 1] = index
    end
  end
  table.sort(found)
  return found
end

--- Sorts indexes by a field.
---@param indexes integer[] sorted in place
---@param field string
---@param descending boolean
---@param record_of fun(index: integer): table
---@return integer[] indexes
function SearchIndex.sort(_, indexes, field, descending, record_of)
  local keys = {}
  for _, index in ipairs(indexes) do
    keys[index] = sort_order.key(record_of(index), field)
  end
  return sort_order.sort(indexes, keys, descending)
end

--- The first `most` records of the whole collection in the order of a field.
---@param field string
---@param descending boolean
---@param most integer
---@return integer[]
function SearchIndex:first_by(field, descending, most)
  local order = self.orders[field]
  if not order then
    order = sort_order.of_seeded(self.collection.seeded, self.fields, field)
    self.orders[field] = order
  end
  local written, keys = {}, {}
  for index, line in pairs(self.lines) do
    if line then
      written[#written + 1] = index
      keys[index] = sort_order.key(self.collection:record(index), field)
    end
  end
  sort_order.sort(written, keys, descending)
  return sort_order.first(order, function(index)
    return self.lines[index] ~= nil
  end, written, keys, descending, most)
end

return search_index
