--- The verbs of the command line (get, list, create, …): which operations each
-- covers, and the words that name them.

local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"
local operations = require "extcontacts.api.operations"
local suggest = require "extcontacts.base.suggest"

local verbs = {}

-- A bulk operation takes a body with many records, as only `call` does.
local function ends_in(verb)
  return function(row)
    return row.short:match("%.([%w_]+)$") == verb and not row.batch
  end
end

local function has_id(row)
  return row.path:find("{", 1, true) ~= nil
end

-- Verb → whether it covers a row of the operation table.
local COVERS = {
  get = ends_in "get",
  create = ends_in "create",
  update = ends_in "update",
  delete = function(row)
    return ends_in "delete"(row) and has_id(row)
  end,
  scan = ends_in "scan",
  list = function(row)
    return row.paging == "page" and not row.paged_in or ends_in "list"(row)
  end,
  search = function(row)
    return row.by_name.q ~= nil
  end,
  call = function()
    return true
  end,
}

-- Verb → the ending of short names that its words omit, if it is not the verb.
local OMITTED = { search = "list" }

--- The word that names a row for a verb: `contacts` for `contacts.get`.
---@param verb string
---@param row extcontacts.Operation
---@return string
function verbs.word(verb, row)
  if verb == "call" then
    return row.short
  end
  return row.short:match("^(.*)%." .. (OMITTED[verb] or verb) .. "$") or row.short
end

--- The words of a verb, in the order of the table.
---@param verb string
---@return string[]
---@return table<string, extcontacts.Operation> by_word also under short and canonical names
function verbs.words(verb)
  local words, by_word = {}, {}
  for _, row in ipairs(operations.list) do
    if COVERS[verb](row) then
      local word = verbs.word(verb, row)
      words[#words + 1] = word
      by_word[word], by_word[row.short], by_word[row.name] = row, row, row
    end
  end
  return words, by_word
end

--- The words of a verb with the summaries of their operations.
---@param verb string
---@return string[][] `{ word, summary }`
function verbs.described(verb)
  local described = {}
  local words, by_word = verbs.words(verb)
  for index, word in ipairs(words) do
    described[index] = { word, by_word[word].summary }
  end
  return described
end

--- The row that a command line names.  Its options depend on it, so it must be
-- known before they are read.
---@param verb string
---@param words string[] the words after the verb
---@return extcontacts.Operation|nil
function verbs.find(verb, words)
  local _, by_word = verbs.words(verb)
  for _, word in ipairs(words) do
    if by_word[word] then
      return by_word[word]
    end
  end
end

--- Ends the command because its first word is missing or unknown.
---@param verb string
---@param word string|nil
function verbs.unknown(verb, word)
  local words = verbs.words(verb)
  local _, all = verbs.words "call"
  local noun = verb == "call" and "operation" or "resource"
  if not word and verb == "call" then
    exit.usage "missing operation; `extcontacts ops` lists them"
  elseif not word then
    exit.usage("missing resource; expected one of " .. table.concat(words, ", "))
  elseif all[word] then
    exit.usage(("'%s' cannot be used with %s; use `extcontacts call %s`"):format(word, verb, all[word].short))
  end
  if files.exists(word) then
    exit.usage(("%s is a file, and %s takes %s, such as %s"):format(word, verb, noun == "resource" and "a resource"
      or "an operation", words[1]))
  end
  exit.usage(suggest.unknown(noun, word, words))
end

return verbs
