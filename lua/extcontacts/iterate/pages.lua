--- Iterators over the paged and cursor listings.
--
-- One rule above all: a loop never ends early in silence.  It ends when the
-- server says that there is no more; anything else raises an error object,
-- and the position stays where it was, so that the next call tries again.

local core = require "extcontacts.core"
local cursors = require "extcontacts.iterate.cursors"
local errors = require "extcontacts.base.errors"
local idset = require "extcontacts.base.idset"
local limits = require "extcontacts.api.limits"
local operations = require "extcontacts.api.operations"
local params = require "extcontacts.api.params"
local prefetch = require "extcontacts.iterate.prefetch"
local suggest = require "extcontacts.base.suggest"

local pages = {}

---@class extcontacts.IteratorOptions the options of a call, too, where `deadline` is the whole
--- iteration's from its making on, the time spent on its records included
---@field from string|nil a `resume_token()` to go on from
---@field max_items integer|nil stop after this many records (of this iterator, not of one it resumes)
---@field allow_partial boolean|nil let a listing end at 1,000 records, or with `partialResults`
---@field on_expired "error"|"restart"|nil what an expired cursor does; default "error".
--- "restart" scans again from the start and skips the records already seen, whose ids it
--- keeps in memory, some 25 bytes each; not together with `from`
---@field prefetch boolean|nil whether the next page is asked for before the records of this one are
--- handed out; default true

local EXTRA = {
  from = "string", max_items = "number", allow_partial = "boolean", on_expired = "string",
  prefetch = "boolean",
}

---@class extcontacts.Iterator
---@field count integer records handed out so far
local Iterator = {}
local metatable = { __name = "extcontacts.iterator", __index = Iterator }

------------------------------------------------------------- resume tokens --
-- A token names the page that holds the next record, and the ids of its
-- records already handed out: a page read again may have changed.

local TOKEN = "ec1:"

local function scope_of(self)
  local bound = self.bound
  local parts = { self.row.name }
  for _, name in ipairs(self.row.positional) do
    parts[#parts + 1] = tostring(bound.values[name])
  end
  return table.concat(parts, " ")
end

--- A text to go on from later, in this process or another: pass it as `from`
-- to the same iterator with the same arguments.  A scan's token lives as long
-- as the server's cursor, 24 hours.
---@return string
function Iterator:resume_token()
  if self.token then
    return self.token
  elseif self.finished then
    return TOKEN .. core.json.encode({ scope = scope_of(self), done = true, count = self.count },
      { sort_keys = true })
  end
  local skip, position = core.json.array {}, self.page_position
  if self.begun and self.index == #self.records and not self.exhausted then
    -- Between two pages: the next one, so that no cursor is used twice.
    position = self.kind.save(self.pager)
  else
    local given = {}
    for id in pairs(self.skip or {}) do
      given[id] = true
    end
    for index = 1, self.index do
      local record = self.records[index]
      if type(record) == "table" and record.id ~= nil then
        given[record.id] = true
      end
    end
    for id in pairs(given) do
      skip[#skip + 1] = id
    end
    table.sort(skip)
  end
  return TOKEN .. core.json.encode({
    scope = scope_of(self),
    position = position,
    size = self.pager.size,
    skip = skip,
    count = self.count,
  }, { sort_keys = true })
end

local function load_token(self, text)
  local saved = text:sub(1, #TOKEN) == TOKEN and core.json.decode(text:sub(#TOKEN + 1))
  if type(saved) ~= "table" or type(saved.count) ~= "number" then
    return "option 'from' must be a text from resume_token()"
  elseif saved.scope ~= scope_of(self) then
    return ("option 'from' is of another iteration (%s)"):format(tostring(saved.scope):match("^%S*"))
  elseif saved.done then
    self.finished = true
  else
    if saved.size ~= nil and saved.size ~= self.pager.size then
      return ("option 'from' was taken with page_size = %d; pass the same"):format(saved.size)
    end
    if saved.position ~= nil then
      self.kind.load(self.pager, saved.position)
    end
    self.page_position = saved.position
    self.skip = {}
    for _, id in ipairs(saved.skip or {}) do
      self.skip[id] = true
    end
  end
  self.count, self.count_before = saved.count, saved.count
end

------------------------------------------------------------------- fetching --

-- By when the iteration must have ended: its deadline begins when it is made.
local function finish_of(self)
  local budget = self.bound.options.deadline or self.ctx.config.deadline
  if budget and not self.finish then
    self.finish = self.ctx.now() + budget
  end
  return self.finish
end

-- The bound call for the next page, or for the one that `place` names.
local function bind_next(self, place)
  local arguments, row = {}, self.row
  for index, name in ipairs(row.positional) do
    arguments[index] = self.bound.values[name]
  end
  local options = {}
  for name, value in pairs(self.bound.values) do
    if not row.by_name[name].required then
      options[name] = value
    end
  end
  for name, value in pairs(self.bound.options) do
    if name ~= "deadline" then
      options[name] = value
    end
  end
  for name, value in pairs(place or self.kind.options(self.pager)) do
    options[name] = value
  end
  arguments[#row.positional + 1] = options
  local bound = assert(params.bind(row, #row.positional + 1, arguments))
  bound.deadline = finish_of(self)
  return bound
end

local function beyond_window(self)
  local pager = self.pager
  return self.row.paging == "page" and pager.number * pager.size > operations.page_window
end

-- Refuses the page after the last one a listing can reach.
local function check_wall(self)
  if not beyond_window(self) then
    return true
  end
  if self.options.allow_partial then
    return false
  end
  errors.raise(self.row, "limit", ("there are more records, but a listing reaches only the first %d "
    .. "(page_number * page_size); use client:%s to read them all, or pass allow_partial=true")
    :format(operations.page_window, self.row.instead),
    { code = "page_window", limit = { argument = "page_number", limit = operations.page_window } })
end

-- The server has no error of its own for an expired cursor; a 400 to a
-- request that was fine but for its cursor is taken for one.
local function is_expired(self, err)
  return self.row.paging == "cursor" and err.status == 400 and self.pager.cursor ~= nil
end

local function restart(self)
  self.pager = self.kind.start { limit = self.pager.limit }
  self.page_position = nil
  self.skip = nil
end

-- Whether a page after the next `count` records may be wanted.
local function wants_more(self, count)
  local most = self.options.max_items
  return not (most and self.count - self.count_before + count >= most)
end

-- What `prefetch` has to know of an iterator.
local prefetching = {
  bind = bind_next,
  peek = function(self, text)
    return wants_more(self, self.pager.limit or 0) and self.kind.peek(self.pager, text) or nil
  end,
  is_next = function(self, place)
    return place.cursor == self.pager.cursor
  end,
  wants_next = function(self)
    return not (self.exhausted or beyond_window(self)) and wants_more(self, #self.records)
  end,
}

local function fetch(self)
  local page, err = self.ahead:page(self)
  if err and is_expired(self, err) then
    if self.options.on_expired == "restart" then
      if self.restarted_at == self.count then
        error(err, 0)
      end
      self.restarted_at = self.count
      restart(self)
      return fetch(self)
    end
    err.message = err.message .. "; the cursor may have expired (it lives 24 hours): scan again, or "
      .. 'pass on_expired="restart"'
  end
  if err then
    error(err, 0)
  end
  return page
end

-- Loads the next page; false at the end of the data.
local function load_page(self)
  if self.exhausted or not check_wall(self) then
    return false
  end
  local page = fetch(self)
  local position = self.kind.save(self.pager)
  local records = page.entities
  if records == nil or records == core.json.null then
    records = {}
  elseif type(records) ~= "table" then
    errors.raise(self.row, "protocol", "the answer's entities are not an array")
  end
  local more = self.kind.advance(self.pager, page, records, self.row, self.options.allow_partial)
  self.page, self.records, self.index = page, records, 0
  self.page_position = position
  self.exhausted = not more
  self.ahead:send(self)
  return true
end

-- Whether a record was handed out before a resume or a restart.
local function was_seen(self, record)
  local id = type(record) == "table" and record.id
  if not id then
    return false
  end
  if self.skip and self.skip[id] then
    return true
  end
  return self.ids ~= nil and type(id) == "string" and self.ids:has(id)
end

-- The next record of the page at hand that is new; nil when there is none.
local function next_in_page(self)
  while self.index < #self.records do
    self.index = self.index + 1
    local record = self.records[self.index]
    if not was_seen(self, record) then
      if self.ids and type(record) == "table" and type(record.id) == "string" then
        self.ids:add(record.id)
      end
      self.count = self.count + 1
      return record
    end
  end
end

local function at_limit(self)
  local most = self.options.max_items
  return most ~= nil and self.count - self.count_before >= most
end

--- The next record, or nil at the end of the data.  Raises an error object;
-- calling again tries again from the same position.
---@return table|nil
function Iterator:next()
  while not self.finished and not at_limit(self) do
    local record = next_in_page(self)
    if record ~= nil then
      return record
    end
    self.finished = not self:turn_page()
  end
  return nil
end

-- Moves to the next page.  What was skipped belongs to the page a resumed
-- iteration began with.
function Iterator:turn_page()
  local resumed = not self.begun
  if self.begun and not self.exhausted then
    -- All of it is handed out: let it go before the next one takes its room.
    self.page_position = self.kind.save(self.pager)
    self.page, self.records, self.index = nil, {}, 0
    self.skip = nil
  end
  local found = load_page(self)
  if found then
    self.begun = true
    if not resumed then
      self.skip = nil
    end
  end
  return found
end

--- Iterates over whole pages: the answer's table, with `entities` reduced to
-- the records not handed out before.  Mixes with `next`.
---@return fun(): table|nil
function Iterator:pages()
  return function()
    while not self.finished and not at_limit(self) do
      local left = core.json.array {}
      local record = next_in_page(self)
      while record ~= nil do
        left[#left + 1] = record
        record = not at_limit(self) and next_in_page(self) or nil
      end
      local page = self.page
      if page and (#left > 0 or not self.page_given) then
        self.page_given = true
        local copy = {}
        for name, value in pairs(page) do
          copy[name] = value
        end
        copy.entities = left
        return copy
      end
      self.finished = not self:turn_page()
      self.page_given = false
    end
    return nil
  end
end

--- Ends the iteration, lets go of the page and drops the one under way;
-- `resume_token()` still tells where it was.
function Iterator:close()
  self.token = self:resume_token()
  self.ahead:drop "cancel"
  self.finished = true
  self.records, self.index, self.page = {}, 0, nil
end

-- What a `for` loop calls, once a record.  Nearly always the next record of
-- the page is simply the next one.
function metatable.__call(self)
  local index = self.index + 1
  local record = self.records[index]
  if record == nil or self.picky then
    return self:next()
  end
  self.index, self.count = index, self.count + 1
  return record
end

function metatable.__tostring(self)
  return ("extcontacts.iterator (%s, %d records)"):format(self.row.name, self.count)
end

metatable.__close = Iterator.close

local function option_problem(row, options)
  for name, kind in pairs(EXTRA) do
    local value = options[name]
    if value ~= nil and type(value) ~= kind then
      return ("%s: option '%s' must be a %s, got %s"):format(row.iterator, name, kind, type(value))
    end
  end
  local on_expired = options.on_expired
  if on_expired == "restart" and options.from then
    return row.iterator .. ": on_expired = \"restart\" does not go with 'from': a new start would "
      .. "hand out again what was handed out before the token"
  end
  local other = on_expired and suggest.other("value of 'on_expired'", on_expired, { "restart", "error" })
  if other then
    return row.iterator .. ": " .. other
  end
end

--- Makes an iterator over a paged operation.
---@param ctx extcontacts.ClientContext
---@param row extcontacts.Operation
---@param count integer how many arguments there are
---@param arguments table the operation's arguments; options last
---@return extcontacts.Iterator|nil
---@return string|nil misuse
function pages.new(ctx, row, count, arguments)
  local bound, misuse = params.bind(row, count, arguments, EXTRA)
  if not bound then
    return nil, misuse
  end
  local options = arguments[#row.positional + 1] or {}
  misuse = option_problem(row, options)
  if misuse then
    return nil, misuse
  end
  local kind = cursors[row.paging]
  local self = setmetatable({
    ctx = ctx,
    row = row,
    bound = bound,
    kind = kind,
    pager = kind.start(bound.values),
    options = {
      max_items = options.max_items,
      allow_partial = options.allow_partial,
      on_expired = options.on_expired,
    },
    records = {},
    index = 0,
    count = 0,
    count_before = 0,
    finished = false,
    exhausted = false,
    ids = options.on_expired == "restart" and idset.new() or nil,
    ahead = prefetch.new(ctx, row, options.prefetch ~= false, prefetching),
  }, metatable)
  self.anchor = self.ahead:anchor()
  self.page_position = self.kind.save(self.pager)
  -- Whether a record of the page may have to be passed over.
  self.picky = options.from ~= nil or options.max_items ~= nil or self.ids ~= nil
  if options.from then
    misuse = load_token(self, options.from)
    if misuse then
      return nil, row.iterator .. ": " .. misuse
    end
  end
  -- A limit that is broken is told at once, not at the first record.
  if ctx.config.validate and not self.finished then
    local ok, err = limits.check(row, bind_next(self))
    if not ok then
      error(err, 0)
    end
  end
  return self
end

return pages
