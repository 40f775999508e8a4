--- Iterators over the paged and cursor listings.
--
-- This room owns iterators (`pages`, with `current_page`, `fetch`, `cursors`, `prefetch` and
-- `resume_token`), `client:map` (`map`, `map_work`), and `ec.run` and `ec.spawn`
-- (`run`).  One rule applies to all of them: a loop never ends early in silence.
-- It ends when the server says that there is no more; anything else raises an
-- error object, and the next call tries again from the same position.

local current_page = require "extcontacts.iterate.current_page"
local cursors = require "extcontacts.iterate.cursors"
local fetch = require "extcontacts.iterate.fetch"
local idset = require "extcontacts.base.idset"
local limits = require "extcontacts.api.limits"
local params = require "extcontacts.api.params"
local prefetch = require "extcontacts.iterate.prefetch"
local resume_token = require "extcontacts.iterate.resume_token"
local suggest = require "extcontacts.base.suggest"

local pages = {}

---@class extcontacts.IteratorOptions in addition to the options of a call; `deadline` applies to the whole
--- iteration from its creation, including the time spent on its records
---@field from string|nil resume from a `resume_token()`
---@field max_items integer|nil stop after this many records (of this iterator, not of one it resumes)
---@field allow_partial boolean|nil let a listing end at 1,000 records, or with `partialResults`
---@field on_expired "error"|"restart"|nil what an expired cursor does; default "error".
--- "restart" scans again from the start and skips the records already seen, whose ids it
--- keeps in memory, some 25 bytes each; not together with `from`
---@field prefetch boolean|nil whether to request the next page before the records of this one are
--- handed out; default true
---@field completable boolean|nil with `fields`: keep the text of the current page, so that `whole` can decode its
--- records in full
---@field raw boolean|"lines"|nil return each record's JSON text as received, checked, after a partial record with the
--- id and the selected `fields`: `for contact, text in client:scan_contacts { raw = true } do`.  "lines", for scans:
--- `pages` returns those of a page at once

local EXTRA = {
  from = "string", max_items = "number", allow_partial = "boolean", on_expired = "string",
  prefetch = "boolean", completable = "boolean", raw = "boolean",
}

---@class extcontacts.Iterator
---@field count integer records handed out so far
local Iterator = {}
local metatable = { __name = "extcontacts.iterator", __index = Iterator }

--- Returns a text to resume from, in this process or another: pass it as `from` to
-- the same iterator with the same arguments.  A scan's token lives as long as the
-- server's cursor, 24 hours.
---@return string
function Iterator:resume_token()
  return self.token or resume_token.save(self)
end

--- Returns the next record, or nil at the end of the data.  Raises an error object;
-- the next call tries again from the same position.
---@return table|nil
---@return string|nil text with the option `raw`
function Iterator:next()
  if self.only_pages then
    error('records that are read with raw = "lines" are returned by pages()', 2)
  end
  while not self.finished and not current_page.at_limit(self) do
    local record, text = current_page.next(self)
    if text then
      return record, text
    elseif record ~= nil then
      return record
    end
    self.finished = not self:turn_page()
  end
  return nil
end

-- Moves to the next page.  `skip` belongs to the first page of a resumed iteration.
function Iterator:turn_page()
  local resumed = not self.begun
  fetch.release(self)
  if self.begun and not self.exhausted then
    -- Free the used page before the next one needs memory.
    self.page_position = self.paging.save(self.pager)
    current_page.clear(self)
    self.skip = nil
  end
  local found = fetch.load_page(self)
  if found then
    self.begun = true
    if not resumed then
      self.skip = nil
    end
  end
  return found
end

--- Decodes all fields of a record that was read with the options `fields` and
-- `completable`.  Raises unless it belongs to the current page, and an error object if its
-- text can't be decoded.
---@param record table
---@return table whole another table
function Iterator:whole(record)
  local whole = fetch.whole(self, record)
  if not whole then
    error(self.options.completable
      and "whole() takes a record of the current page; call it before the next page is read"
      or "whole() requires the options fields and completable", 2)
  end
  return whole
end

--- Decodes all fields of the records from the next page that is requested; with `raw`, their
-- texts are no longer returned.
---@package
function Iterator:decode_all()
  self.args.selection, self.decodes_all = nil, true
end

--- Iterates over whole pages: the answer's table, with `entities`, and with the option
-- `raw` their texts in `raw`, reduced to the records that were not handed out before.
-- Can be mixed with `next`.  With `raw = "lines"`, a page has either the texts in `lines`,
-- until the next page is read, and no `entities`, or `entities` and `raw`.
---@return fun(): table|nil
function Iterator:pages()
  return function()
    while not self.finished and not current_page.at_limit(self) do
      local entities, texts = current_page.rest(self)
      local page = self.page
      if page and (#entities > 0 or not self.page_returned) then
        self.page_returned = true
        local copy = {}
        for name, value in pairs(page) do
          copy[name] = value
        end
        copy.entities = entities
        if self.lines then
          self.has_lines, self.count = false, self.count + #self.lines
        elseif self.raw then
          copy.raw = texts
        end
        return copy
      end
      self.finished = not self:turn_page()
      self.page_returned = false
    end
    return nil
  end
end

--- Ends the iteration, frees the page and cancels the request for the next one.
-- `resume_token()` still returns the position.
function Iterator:close()
  self.token = self:resume_token()
  self.prefetch:drop "cancel"
  fetch.release(self)
  self.finished = true
  current_page.clear(self)
end

-- Called by a `for` loop for each record, so it is short.
function metatable.__call(self)
  local index = self.index + 1
  local record = self.plain[index]
  if record == nil then
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
    if value ~= nil and type(value) ~= kind and not (name == "raw" and value == "lines") then
      return ("%s: option '%s' must be a %s, got %s"):format(row.iterator, name,
        name == "raw" and 'boolean or "lines"' or kind, type(value))
    end
  end
  local on_expired = options.on_expired
  if options.completable and not options.fields then
    return row.iterator .. ": option 'completable' requires 'fields': without it, all fields are decoded"
  elseif on_expired == "restart" and options.from then
    return row.iterator .. ": on_expired = \"restart\" can't be combined with 'from': a restart "
      .. "would return the records before the token again"
  end
  if options.raw == "lines" and (row.paging ~= "cursor" or options.fields) then
    return row.iterator .. ": raw = \"lines\" is for scans without 'fields'; use raw = true"
  end
  local other = on_expired and suggest.other("value", on_expired, { "restart", "error" })
  if other then
    return row.iterator .. ": option 'on_expired': " .. other
  end
end

--- Creates an iterator over a paged operation.
---@param ctx extcontacts.ClientContext
---@param row extcontacts.Operation
---@param count integer number of arguments
---@param arguments table the operation's arguments; options last
---@return extcontacts.Iterator|nil
---@return string|nil misuse
function pages.new(ctx, row, count, arguments)
  local args, misuse = params.bind(row, count, arguments, EXTRA)
  if not args then
    return nil, misuse
  end
  local options = arguments[#row.positional + 1] or {}
  misuse = option_problem(row, options)
  if misuse then
    return nil, misuse
  end
  local raw
  if options.raw then
    raw, misuse = require("extcontacts.api.selections").of(row)
    if not raw then
      return nil, row.iterator .. ": " .. misuse
    end
  end
  local budget = args.options.deadline
  args.options.deadline = nil -- of the whole iteration, not of each call
  local paging = cursors[row.paging]
  local self = setmetatable({
    ctx = ctx,
    row = row,
    args = args,
    budget = budget,
    paging = paging,
    pager = paging.start(args.values, row),
    options = {
      max_items = options.max_items,
      allow_partial = options.allow_partial,
      on_expired = options.on_expired,
      completable = options.completable,
    },
    raw = raw, -- the selection without fields
    count = 0,
    count_before = 0,
    finished = false,
    exhausted = false,
    ids = options.on_expired == "restart" and idset.new() or nil,
    prefetch = prefetch.new(ctx, row, options.prefetch ~= false, fetch.prefetch_hooks,
      options.completable),
  }, metatable)
  current_page.clear(self)
  self.anchor = self.prefetch:anchor()
  self.page_position = paging.save(self.pager)
  -- Whether each record of a page must be checked.
  self.filters = options.from ~= nil or options.max_items ~= nil or self.ids ~= nil
  if options.from then
    misuse = resume_token.load(self, options.from)
    if misuse then
      return nil, row.iterator .. ": " .. misuse
    end
  end
  -- Only records that are decoded can be told apart.
  self.only_pages = options.raw == "lines"
  self.takes_lines = self.only_pages and not (options.max_items or self.ids or next(self.skip or {}))
  -- Report a broken limit now, not at the first record.
  if ctx.config.validate and not self.finished then
    local ok, err = limits.check(row, fetch.bind(self))
    if not ok then
      error(err, 0)
    end
  end
  return self
end

return pages
