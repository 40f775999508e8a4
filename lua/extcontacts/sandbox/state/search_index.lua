--- Finds records: by words (`q`), by an exact e-mail address, number or screen
-- name (the reverse lookup), and in the order of a field.
--
-- What the seed made is indexed when the first question comes; writes are kept
-- beside it, record by record.

local ffi = require "ffi"
local json = require "extcontacts.base.json"
local multimap = require "extcontacts.sandbox.state.multimap"
local latin_text = require "extcontacts.sandbox.latin_text"

local search_index = {}

local Search = {}
Search.__index = Search

-- Records whose lines stand in one text.
local CHUNK = 256
-- Records between two moments for other requests.
local SLICE = 2000

local function line_of(self, record)
  local line = ""
  for _, field in ipairs(self.words) do
    local value = record[field]
    if type(value) == "string" then
      line = line .. " " .. value
    end
  end
  return " " .. latin_text.words(line)
end

local function sort_key(record, field)
  local value = record[field]
  if type(value) ~= "string" then
    -- After everything else.
    return "\255"
  end
  return latin_text.trim(latin_text.lower(value))
end

---@param kind table a kind of the store
---@param row { fields: function, words: string[], sorts: table<string, boolean>, keys: fun(record, add) }
function search_index.new(kind, row)
  local self = setmetatable({
    kind = kind,
    fields = row.fields,
    words = row.words,
    sorts = row.sorts,
    keys = row.keys,
    -- of changed records: index -> line, and key -> set of indexes
    lines = {},
    exact = {},
    keys_of = {},
    orders = {},
    building = {},
  }, Search)
  function kind.on_write(_, index, record)
    self:note(index, record)
  end
  return self
end

--- Takes a write into account.
function Search:note(index, record)
  for _, key in ipairs(self.keys_of[index] or {}) do
    self.exact[key][index] = nil
  end
  self.keys_of[index] = nil
  self.lines[index] = false
  if record then
    self.lines[index] = line_of(self, record)
    local keys = {}
    self.keys(record, function(key)
      keys[#keys + 1] = key
      self.exact[key] = self.exact[key] or {}
      self.exact[key][index] = true
    end)
    self.keys_of[index] = keys
  end
end

-- Walks over what the seed made, and lets other requests in between.
local function each_seeded(self, visit)
  for index = 0, self.kind.seeded - 1 do
    visit(self.fields(index), index)
    if index % SLICE == SLICE - 1 then
      -- (0 would be the same and make nginx warn.)
      ngx.sleep(0.001)
    end
  end
end

local builders = {}

--- Lines of words, many to a text.
function builders.chunks(self)
  local chunks, chunk = {}, {}
  local last = self.kind.seeded - 1
  each_seeded(self, function(fields, index)
    chunk[#chunk + 1] = line_of(self, fields)
    if #chunk == CHUNK or index == last then
      chunks[#chunks + 1] = "\n" .. table.concat(chunk, "\n") .. "\n"
      chunk = {}
    end
  end)
  return chunks
end

--- Exact keys.
function builders.map(self)
  local map = multimap.new(self.kind.seeded * 2)
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

-- Several requests may want it at once; one of them builds.
local function built(self, what)
  while self.building[what] do
    ngx.sleep(0.005)
  end
  if not self[what] then
    self.building[what] = true
    local ok, result = pcall(builders[what], self)
    self.building[what] = nil
    if not ok then
      error(result, 0)
    end
    self[what] = result
  end
  return self[what]
end

local function query_words(q)
  local words = {}
  for word in latin_text.words(q):gmatch("%S+") do
    words[#words + 1] = " " .. word
  end
  -- The longest first: it is the rarest.
  table.sort(words, function(a, b)
    return #a > #b
  end)
  return words
end

local function line_matches(line, words)
  for _, word in ipairs(words) do
    if not line:find(word, 1, true) then
      return false
    end
  end
  return true
end

local function matches_in_chunk(chunk, first_index, words, changed, found)
  local line_number, at = -1, 1
  local line_start = 1
  while true do
    local hit = chunk:find(words[1], at, true)
    if not hit then
      return
    end
    -- Which line is it in?
    while true do
      local line_end = chunk:find("\n", line_start, true)
      if line_end > hit then
        break
      end
      line_number = line_number + 1
      line_start = line_end + 1
    end
    local line_end = chunk:find("\n", hit, true)
    local index = first_index + line_number
    if changed[index] == nil and (not words[2] or line_matches(chunk:sub(line_start - 1, line_end), words)) then
      found[#found + 1] = index
    end
    at = line_end
  end
end

--- Indexes of the records that have all words of `q`, each as the start of a
-- word of theirs; ascending.  Nil when `q` has no word.
---@param q string
---@param hidden table<integer, string|false>|nil what writes still hide
---@return integer[]|nil
function Search:matches(q, hidden)
  local words = query_words(q)
  if #words == 0 then
    return nil
  end
  local found = {}
  for number, chunk in ipairs(built(self, "chunks")) do
    matches_in_chunk(chunk, (number - 1) * CHUNK, words, self.lines, found)
  end
  for index, line in pairs(self.lines) do
    local before = hidden and hidden[index]
    if before ~= nil then
      line = before and line_of(self, json.decode(before))
    end
    if line and line_matches(line, words) then
      found[#found + 1] = index
    end
  end
  table.sort(found)
  return found
end

--- Keeps those of `indexes` that `matches` would find.
function Search:filter(indexes, q, record_of)
  local words = query_words(q)
  local kept = {}
  for _, index in ipairs(indexes) do
    if line_matches(line_of(self, record_of(index)), words) then
      kept[#kept + 1] = index
    end
  end
  return kept
end

--- Indexes of the records with exactly this key; ascending.
function Search:lookup(key, hidden)
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

-- All seeded records in the order of a field.  Few values are different, so
-- the values are sorted, not the records.
local function seeded_order(self, field)
  local order = self.orders[field]
  if order then
    return order
  end
  local count = self.kind.seeded
  local heads, tails, keys = {}, {}, {}
  local following = ffi.new("int32_t[?]", count + 1)
  for index = 0, count - 1 do
    local key = sort_key(self.fields(index), field)
    local tail = tails[key]
    following[index] = -1
    if tail then
      following[tail] = index
    else
      keys[#keys + 1] = key
      heads[key] = index
    end
    tails[key] = index
  end
  table.sort(keys)
  order = { keys = keys, heads = heads, following = following }
  self.orders[field] = order
  return order
end

--- Sorts indexes by a field; equal ones keep ascending indexes.
---@param record_of fun(index: integer): table
function Search.sort(_, indexes, field, descending, record_of)
  local keys = {}
  for _, index in ipairs(indexes) do
    keys[index] = sort_key(record_of(index), field)
  end
  table.sort(indexes, function(a, b)
    local left, right = keys[a], keys[b]
    if left == right then
      return a < b
    end
    if descending then
      return left > right
    end
    return left < right
  end)
  return indexes
end

--- The first `most` records of all, in the order of a field.
---@return integer[]
function Search:first_by(field, descending, most)
  local order = seeded_order(self, field)
  local changed = {}
  local key_of = {}
  for index, line in pairs(self.lines) do
    if line then
      changed[#changed + 1] = index
      key_of[index] = sort_key(self.kind:record(index), field)
    end
  end
  table.sort(changed, function(a, b)
    if key_of[a] == key_of[b] then
      return a < b
    end
    if descending then
      return key_of[a] > key_of[b]
    end
    return key_of[a] < key_of[b]
  end)
  local found, next_changed = {}, 1
  local keys = order.keys
  local from, to, step = 1, #keys, 1
  if descending then
    from, to, step = #keys, 1, -1
  end
  for position = from, to, step do
    local key = keys[position]
    local index = order.heads[key]
    while index ~= -1 and #found < most do
      local waiting = changed[next_changed]
      local waiting_key = waiting and key_of[waiting]
      local earlier = waiting
        and (waiting_key == key and waiting < index or waiting_key ~= key and (waiting_key < key) ~= descending)
      if earlier then
        found[#found + 1] = waiting
        next_changed = next_changed + 1
      else
        if self.lines[index] == nil then
          found[#found + 1] = index
        end
        index = order.following[index]
      end
    end
  end
  while #found < most and changed[next_changed] do
    found[#found + 1] = changed[next_changed]
    next_changed = next_changed + 1
  end
  return found
end

return search_index