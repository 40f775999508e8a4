--- The operations that have a `*_many`: the bulk operation, the single one that takes
-- over, and how an item is read.

local content = require "extcontacts.iterate.many.content"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local ids = require "extcontacts.record.normalize.id"
local note_owner = require "extcontacts.iterate.many.note_owner"
local operations = require "extcontacts.api.operations"
local params = require "extcontacts.api.params"
local shallow_copy = require "extcontacts.base.shallow_copy"
local text = require "extcontacts.base.text"

local kinds = {}

-- A record that was read with the option `fields` must not overwrite a whole one.
local WHOLE = { whole = true }

---@class extcontacts.ManyKind
---@field name string `contacts.get_many`
---@field space string `contacts`
---@field verb "get"|"create"|"update"|"delete"|"enrich"
---@field row extcontacts.Operation the bulk operation
---@field model string of the records
---@field read fun(kind: extcontacts.ManyKind, entry: extcontacts.ManyEntry): string|nil sets the entry's `entity`,
--- `id` and `keys`; returns what is wrong

local MODELS = {
  contacts = "ExternalContact", organizations = "ExternalOrganization", notes = "Note", relationships = "Relationship",
}

-- The record's id, in the form in which ids are compared.
local function id_of(item)
  local id = item
  if type(item) == "table" then
    id = item.id
  end
  if type(id) == "number" and id == math.floor(id) then
    id = text.whole(id)
  end
  if type(id) ~= "string" or text.trim(id) == "" then
    return nil, type(item) == "table" and "the record has no id" or ("not an id but a %s"):format(type(id))
  end
  return ids.key(id)
end

local function read_id(_, entry)
  local problem
  entry.id, problem = id_of(entry.item)
  if problem then
    return problem
  end
  entry.entity, entry.keys = { id = entry.id }, { entry.id }
end

local function copy_with_id(item, id)
  local copy = shallow_copy(item)
  copy.id = id
  return copy
end

local function is_object(item)
  return type(item) == "table" and not errors.is_error(item) and #item == 0
end

local function no_object(item)
  return ("not a record but a %s"):format(type(item) == "table" and "list" or type(item))
end

local function read_record(_, entry)
  local item = entry.item
  if not is_object(item) then
    return no_object(item)
  end
  local id, problem = id_of(item)
  if problem then
    return problem
  end
  entry.id, entry.keys = id, { id }
  entry.entity = item.id == id and item or copy_with_id(item, id)
end

local function read_new(_, entry)
  if not is_object(entry.item) then
    return no_object(entry.item)
  end
  entry.entity = entry.item
end

-- The record that an identifier finds.
local function identifier_key(identifier)
  if type(identifier) ~= "table" then
    return nil
  end
  -- Loaded for enrichments: the numbering plans take 200 KB.
  local value = require("extcontacts.record.normalize").identifier(identifier.type, tostring(identifier.value))
  local source = type(identifier.externalSource) == "table" and identifier.externalSource.id or ""
  return ("%s %s %s"):format(tostring(identifier.type), tostring(source), value)
end

-- Items with an identifier in common may be for one record.  The tracker is the
-- item's number, which no other item of this iteration has.
local function read_enrichment(_, entry)
  local item = entry.item
  if not is_object(item) then
    return no_object(item)
  end
  entry.id = "item-" .. text.whole(entry.number)
  entry.request = item -- without the tracker
  entry.entity = copy_with_id(item, entry.id)
  local seen = {}
  for _, identifier in ipairs(type(item.matchingIdentifiers) == "table" and item.matchingIdentifiers or {}) do
    local key = identifier_key(identifier)
    if key and not seen[key] then
      seen[key] = true
      entry.keys[#entry.keys + 1] = key
    end
  end
end

local READERS = {
  get = read_id, delete = read_id, update = read_record, create = read_new, enrich = read_enrichment,
}

--- Finds a kind.
---@param name string `contacts.get_many`
---@return extcontacts.ManyKind
function kinds.find(name)
  local space, verb = name:match "^(%a+)%.(%a+)_many$"
  return {
    name = name, space = space, verb = verb, model = MODELS[space], read = READERS[verb],
    row = operations.find(space .. ".bulk." .. verb),
  }
end

--- Reads an item.
---@param kind extcontacts.ManyKind
---@param item any
---@param number integer
---@return extcontacts.ManyEntry
function kinds.entry(kind, item, number)
  local entry = { item = item, number = number, keys = {}, blockers = 0, tries = 0, done = false }
  local problem = kind.read(kind, entry)
  if not problem then
    local encoded, reason = core.json.encode(entry.entity, WHOLE)
    entry.text = encoded
    problem = not encoded and reason
    if kind.verb == "create" then
      entry.keys = encoded and { content.key(kind.model, entry.entity) } or {} -- equal ones can't be told apart
    end
  end
  if problem then
    entry.done = true
    entry.err = errors.new {
      kind = "invalid", operation = kind.row.name, method = kind.row.method,
      message = ("item %s: %s"):format(text.whole(number), problem),
    }
  end
  return entry
end

--- The single call that does the work of a bulk item.
---@param kind extcontacts.ManyKind
---@param entry extcontacts.ManyEntry
---@param options table of the call
---@return extcontacts.Operation|nil row nil for a note whose owner is not known
---@return extcontacts.Arguments|nil
function kinds.single(kind, entry, options)
  local space, arguments = kind.space, {}
  if space == "notes" then
    local owner
    owner, arguments[1] = note_owner.of(entry.item)
    if not owner then
      return nil
    end
    space = note_owner.space(owner)
  end
  local row = operations.find(space .. "." .. kind.verb)
  if kind.verb ~= "create" and kind.verb ~= "enrich" then
    arguments[#arguments + 1] = entry.id
  end
  if kind.verb == "update" or kind.verb == "create" then
    arguments[#arguments + 1] = entry.entity
  elseif kind.verb == "enrich" then
    arguments[#arguments + 1] = entry.request
  end
  arguments[#arguments + 1] = options
  return row, assert(params.bind(row, #arguments, arguments))
end

--- The bulk call of a batch.
---@param kind extcontacts.ManyKind
---@param batch extcontacts.ManyEntry[]
---@param options table of the call
---@return extcontacts.Arguments
---@return string[] texts the items as JSON
function kinds.batch(kind, batch, options)
  local entities, texts = {}, {}
  for index, entry in ipairs(batch) do
    entities[index], texts[index] = entry.entity, entry.text
  end
  local args = assert(params.bind(kind.row, 2, { { entities = entities }, options }))
  args.body_text = '{"entities":[' .. table.concat(texts, ",") .. "]}"
  return args, texts
end

return kinds
