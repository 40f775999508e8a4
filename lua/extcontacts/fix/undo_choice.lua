--- What a caller chooses to undo: the words of `only`, as tests of a plan's changes.

local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local id_list = require "extcontacts.fix.source.id_list"
local id_reader = require "extcontacts.record.normalize.id"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"

local undo_choice = {}

local ACTIONS = { "create", "update", "delete", "erase", "merge", "promote", "move" }
local IS_ACTION = texts.set(table.concat(ACTIONS, " "))
-- Ids that are named in an error.
local MOST_NAMED = 10

---@class extcontacts.fix.Alternatives one group of words, of which one has to hold
---@field ids table<string, string> id → the word as written
---@field actions table<string, string>
---@field ranges { first: integer, last: integer, word: string }[]

local function refuse(message, ...)
  errors.raise_invalid("only: " .. message:format(...), "only")
end

local function read_file(group, path)
  local text = files.read(path) or refuse("cannot read %s", path)
  local list = id_list.parse(text, path)
  if #list.problems > 0 then
    refuse("%s%s", list.problems[1], #list.problems > 1 and (" (and %d more)"):format(#list.problems - 1) or "")
  end
  for _, id in ipairs(list.ids) do
    group.ids[id] = id
  end
end

local function read_word(group, word)
  local first, last = word:match "^(%d+)%-(%d+)$"
  first = first or #word < 10 and word:match "^%d+$"
  if word:sub(1, 1) == "@" then
    read_file(group, word:sub(2))
  elseif IS_ACTION[word] then
    group.actions[word] = word
  elseif first then
    local range = { first = tonumber(first), last = tonumber(last or first), word = word }
    if range.first < 1 or range.last < range.first then
      refuse("%s is not a range of rows, such as 10-20", word)
    end
    group.ranges[#group.ranges + 1] = range
  elseif word:find "^%a+$" then
    refuse("%s; write an id, @FILE, an action or a range of rows", suggest.unknown("action", word, ACTIONS))
  else
    group.ids[id_reader.key(word)] = word
  end
end

--- Reads the option.  Raises an error object for a word that can't be read.
---@param only (string|string[])[] words; of several lists, one word of each has to hold
---@return extcontacts.fix.Alternatives[]
function undo_choice.read(only)
  local groups = {}
  local words = type(only[1]) == "table" and only or { only }
  for index, list in ipairs(words) do
    groups[index] = { ids = {}, actions = {}, ranges = {} }
    for _, word in ipairs(list) do
      read_word(groups[index], texts.trim(word))
    end
  end
  return groups
end

--- Whether a change of a plan is one of those that a group chooses.
---@param group extcontacts.fix.Alternatives
---@param change extcontacts.fix.Change
---@param ids string[] under which the change is known
---@return boolean
function undo_choice.holds(group, change, ids)
  local found = group.actions[change.op] ~= nil or group.actions.move and (change.move or change.copies) ~= nil
  for _, id in ipairs(ids) do
    found = group.ids[id] ~= nil or found
  end
  for _, range in ipairs(group.ranges) do
    found = found or change.n >= range.first and change.n <= range.last
  end
  return found or false
end

--- Raises an error object that names what the plan does not have.
---@param groups extcontacts.fix.Alternatives[]
---@param path string of the plan
---@param seen { ids: table<string, true>, actions: table<string, true>, changes: integer }
function undo_choice.check(groups, path, seen)
  local missing = {}
  for _, group in ipairs(groups) do
    for _, id in ipairs(suggest.keys(group.ids)) do
      if not seen.ids[id] and files.exists(group.ids[id]) then
        refuse("'%s' is a file; write @%s for the ids in it", group.ids[id], group.ids[id])
      end
      missing[#missing + 1] = not seen.ids[id] and group.ids[id] or nil
    end
    for action in pairs(group.actions) do
      if not seen.actions[action] then
        refuse("%s has no %s; it has: %s", path, action, table.concat(suggest.keys(seen.actions), ", "))
      end
    end
    for _, range in ipairs(group.ranges) do
      if range.last > seen.changes then
        refuse("%s: %s has %s only", range.word, path, texts.plural(seen.changes, "change"))
      end
    end
  end
  if #missing > 0 then
    refuse("%s does not contain %s%s", path, table.concat(missing, ", ", 1, math.min(#missing, MOST_NAMED)),
      #missing > MOST_NAMED and (" and %d more"):format(#missing - MOST_NAMED) or "")
  end
end

return undo_choice
