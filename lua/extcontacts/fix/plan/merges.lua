--- Plans merges: reads the contacts, computes the one that results by the server's
-- rules, and checks everything that is documented to make a merge fail or that would
-- lose a value.  Merges that name the same contact become one.

local bulk_api = require "extcontacts.fix.bulk_api"
local changes = require "extcontacts.fix.plan.changes"
local core = require "extcontacts.core"
local diff = require "extcontacts.record.diff"
local ids = require "extcontacts.record.normalize.id"
local lint = require "extcontacts.record.lint"
local note_owners = require "extcontacts.fix.plan.note_owners"
local outcome = require "extcontacts.api.outcome"
local resolve = require "extcontacts.record.merge.resolve"
local server_merge = require "extcontacts.record.merge.server_merge"
local texts = require "extcontacts.base.text"

local merges = {}

--- Reasons for skipping a merge; the details follow them in the list of skipped records.
merges.IMPOSSIBLE = "the contacts can't be merged"
merges.LOSS = "values would be lost; allow_loss accepts that"

---@class extcontacts.fix.Merges
---@field client extcontacts.Client
---@field gathered extcontacts.fix.Action[] merges with one contact each, in order
---@field by_survivor table<string, extcontacts.fix.Action>
---@field planned table<string, boolean> ids of contacts that a planned merge takes
---@field note_owners extcontacts.fix.NoteOwners
local Merges = {}
Merges.__index = Merges

--- Starts the merges of a plan.
---@param client extcontacts.Client
---@return extcontacts.fix.Merges
function merges.new(client)
  return setmetatable({ client = client, gathered = {}, by_survivor = {}, planned = {},
    note_owners = note_owners.new(client) }, Merges)
end

--- Gathers a merge of one record with a contact, to which others may come.
---@param action extcontacts.fix.Action with a survivor
function Merges:gather(action)
  local key = ids.key(action.survivor)
  local known = self.by_survivor[key]
  if not known then
    known = { op = "merge", ids = { action.survivor }, options = {} }
    self.by_survivor[key] = known
    self.gathered[#self.gathered + 1] = known
  end
  known.ids[#known.ids + 1] = action.ids[2]
  for name, value in pairs(action.options) do
    if known.options[name] == nil then
      known.options[name] = value
    end
  end
end

local function kind_of(action)
  return action.options.kind or "contact"
end

-- A merge of more contacts is refused without reading them: a list may be long.
local function is_readable(action)
  return action.op ~= "merge" or #action.ids <= server_merge.MOST
end

--- Reads the records of several merges and consolidations, 50 with a request.  Raises an
-- error object for any failure but the API's own 404.
---@param list extcontacts.fix.Action[]
function Merges:read_ahead(list)
  local items, answers = {}, {}
  for _, action in ipairs(list) do
    for _, id in ipairs(is_readable(action) and action.ids or {}) do
      local key = kind_of(action) .. " " .. ids.key(id)
      if not answers[key] then
        answers[key] = {}
        items[#items + 1] = { reference = { kind = kind_of(action), id = id }, answer = answers[key] }
      end
    end
  end
  bulk_api.call(self.client, "get", items, bulk_api.MOST, function(item, record, err, response)
    if not record and not outcome.is_absent(err) then
      error(err, 0)
    end
    item.answer.record = record
    item.answer.into = record and (response.resolved_id or server_merge.merged_into(record))
  end)
  self.answers = answers
end

-- The records of an action, in the order of their ids, each once; or nil and the problem.
local function records_of(self, action)
  local records, seen, kind = {}, {}, kind_of(action)
  for _, id in ipairs(action.ids) do
    local key = ids.key(id)
    local answer = self.answers[kind .. " " .. key]
    if answer.into and ids.key(answer.into) ~= key then
      return nil, ("%s was merged into %s"):format(id, answer.into)
    elseif not answer.record then
      return nil, ("there is no %s %s"):format(kind, id)
    elseif not seen[key] then
      seen[key] = true
      records[#records + 1] = answer.record
    end
  end
  return records
end

--- The values that must not be lost.
---@param lost extcontacts.record.LostValue[]
---@param allowed boolean|string[]|nil
---@param counts fun(loss: extcontacts.record.LostValue): boolean
---@return string|nil names of their fields
function merges.unaccepted(lost, allowed, counts)
  local accepted, names, seen = {}, {}, {}
  if allowed == true then
    return nil
  end
  for _, name in ipairs(allowed or {}) do
    accepted[name] = true
  end
  for _, loss in ipairs(lost) do
    local name = diff.name(loss.path)
    if counts(loss) and not accepted[loss.path[1]] and not accepted[name] and not seen[name] then
      seen[name] = true
      names[#names + 1] = name
    end
  end
  return #names > 0 and table.concat(names, ", ") or nil
end

--- Whether a value is lost because it does not fit.  What a merge has no room for is lost for
-- good; that the other values are those of the contact modified last is the server's rule.
---@param loss extcontacts.record.LostValue
---@return boolean
function merges.has_no_room(loss)
  return loss.no_room or false
end

local function change_of(contacts, resolution)
  local list = core.json.array {}
  for index, contact in ipairs(contacts) do
    list[index] = contact.id
  end
  local body = changes.body("contact", resolution.result)
  local differences = diff.between("contact", {}, body)
  local change = {
    kind = "contact", op = "merge", id = list[1], ids = list, members = core.json.array(contacts),
    after = body, override = resolution.override and changes.body("contact", resolution.override), diff = differences,
    lost = #resolution.lost > 0 and core.json.array(resolution.lost) or nil,
  }
  changes.warn(change, lint.check("contact", body))
  return change
end

--- Why records can't be merged: the plan merges one of them already.
---@param records table[]
---@return string|nil problem
function Merges:taken(records)
  for _, record in ipairs(records) do
    if self.planned[record.id] then
      return ("%s is part of another merge of this plan; merge all of its duplicates at once"):format(record.id)
    end
  end
end

--- Notes that the plan merges records.
---@param records table[]
function Merges:take(records)
  for _, record in ipairs(records) do
    self.planned[record.id] = true
  end
end

--- What becomes of the records of a merge or consolidation, which `read_ahead` has read; or
-- nil and the problem.
---@param action extcontacts.fix.Action
---@param how extcontacts.record.MergeMethod
---@return table[]|nil records
---@return extcontacts.record.Resolution|string
function Merges:resolve(action, how)
  local options = action.options
  local kind = kind_of(action)
  local records, problem = records_of(self, action)
  problem = problem or options.check and options.check(records)
  if problem then
    return nil, problem
  end
  local resolution
  resolution, problem = resolve.records(records, { kind = kind, how = how, survivor = options.survivor,
    override = options.override, values = options.values })
  problem = problem or resolution.obstacle or self:taken(records)
  if problem then
    return nil, problem
  end
  return records, resolution
end

local function cant(detail)
  return nil, merges.IMPOSSIBLE, detail
end

--- Plans a merge whose contacts have been read.
---@param action extcontacts.fix.Action
---@return extcontacts.fix.Change|nil
---@return string|nil reason why it is skipped
---@return string|nil detail
function Merges:plan(action)
  if not is_readable(action) then
    return cant(("%s; a merge takes at most %d"):format(texts.plural(#action.ids, "contact"), server_merge.MOST))
  end
  local contacts, resolution = self:resolve(action, "merge")
  if not contacts then
    return cant(resolution)
  end
  local names = merges.unaccepted(resolution.lost, action.options.allow_loss, merges.has_no_room)
  if names then
    return nil, merges.LOSS, names
  end
  self:take(contacts)
  return change_of(contacts, resolution)
end

return merges
