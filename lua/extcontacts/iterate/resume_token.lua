--- Resume tokens.  A token names the page that contains the next record, and the
-- ids of that page's records already handed out, since the page may have changed
-- when it is read again.

local core = require "extcontacts.core"

local resume_token = {}

local PREFIX = "ec1:"

-- Names the body of a search without showing it; its page is not part of it.
local function digest_of(body)
  local rest = {}
  for name, value in pairs(body) do
    rest[name] = value
  end
  rest.pageNumber, rest.pageSize = nil, nil
  return core.hash.sha256(assert(core.json.encode(rest, { sort_keys = true })))
end

-- The iteration that a token belongs to.
local function scope_of(iterator)
  local parts = { iterator.row.name }
  for _, name in ipairs(iterator.row.positional) do
    local value = iterator.args.values[name]
    parts[#parts + 1] = type(value) == "table" and digest_of(value) or tostring(value)
  end
  return table.concat(parts, " ")
end

-- The ids of the current page's records that were handed out, here or before the
-- token this iterator resumed from.
local function ids_handed_out(iterator)
  local seen = {}
  for id in pairs(iterator.skip or {}) do
    seen[id] = true
  end
  for index = 1, iterator.index do
    local record = iterator.records[index]
    if type(record) == "table" and record.id ~= nil then
      seen[record.id] = true
    end
  end
  local ids = core.json.array {}
  for id in pairs(seen) do
    ids[#ids + 1] = id
  end
  table.sort(ids)
  return ids
end

local function encode(fields)
  return PREFIX .. core.json.encode(fields, { sort_keys = true })
end

--- Returns the token of an iterator's position.
---@param iterator extcontacts.Iterator
---@return string
function resume_token.save(iterator)
  local scope, count = scope_of(iterator), iterator.count
  -- Records that were handed out as lines have no ids to skip.
  local is_used_up = iterator.begun and iterator.index == #iterator.records and not iterator.has_lines
  if iterator.finished or (iterator.takes_lines and is_used_up and iterator.exhausted) then
    return encode { scope = scope, done = true, count = count }
  end
  local skip, position
  if is_used_up and not iterator.exhausted then
    -- The page is used up: name the next one, so that no cursor is used twice.
    skip, position = core.json.array {}, iterator.paging.save(iterator.pager)
  else
    skip, position = ids_handed_out(iterator), iterator.page_position
  end
  return encode { scope = scope, position = position, size = iterator.pager.size, skip = skip, count = count }
end

--- Moves a new iterator to the position of a token.
---@param iterator extcontacts.Iterator changed
---@param text string
---@return string|nil misuse
function resume_token.load(iterator, text)
  local saved = text:sub(1, #PREFIX) == PREFIX and core.json.decode(text:sub(#PREFIX + 1))
  if type(saved) ~= "table" or type(saved.count) ~= "number" then
    return "option 'from' must be a text from resume_token()"
  elseif saved.scope ~= scope_of(iterator) then
    return ("option 'from' belongs to another iteration (%s)"):format(tostring(saved.scope):match("^%S*"))
  elseif saved.done then
    iterator.finished = true
  else
    if saved.size ~= nil and saved.size ~= iterator.pager.size then
      return ("option 'from' was saved with page_size = %d; pass the same page_size"):format(saved.size)
    end
    if saved.position ~= nil then
      iterator.paging.load(iterator.pager, saved.position)
    end
    iterator.page_position = saved.position
    iterator.skip = {}
    for _, id in ipairs(saved.skip or {}) do
      iterator.skip[id] = true
    end
  end
  iterator.count, iterator.count_before = saved.count, saved.count
end

return resume_token
