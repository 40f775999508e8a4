--- Plans merges: reads the contacts, computes the one that results by the server's
-- rules, and checks everything that is documented to make a merge fail or that would
-- lose a value.  Merges that name the same contact become one.

local bulk_api = require "extcontacts.fix.bulk_api"
local changes = require "extcontacts.fix.plan.changes"
local core = require "extcontacts.core"
local diff = require "extcontacts.record.diff"
local ids = require "extcontacts.record.normalize.id"
local lint = require "extcontacts.record.lint"
local outcome = require "extcontacts.api.outcome"
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
local Merges = {}
Merges.__index = Merges

--- Starts the merges of a plan.
---@param client extcontacts.Client
---@return extcontacts.fix.Merges
function merges.new(client)
  return setmetatable({ client = client, gathered = {}, by_survivor = {}, planned = {} }, Merges)
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

--- Reads contacts, in the order of their ids.  Raises an error object for any failure
-- but the API's own 404.
---@param client extcontacts.Client
---@param list string[]
---@return table[]|nil contacts
---@return string|nil problem
function merges.read(client, list)
  local items, contacts, seen, problem = {}, {}, {}, nil
  for _, id in ipairs(list) do
    local key = ids.key(id)
    if not seen[key] then
      seen[key] = true
      items[#items + 1] = { reference = { kind = "contact", id = id }, place = #items + 1 }
    end
  end
  bulk_api.call(client, "get", items, bulk_api.MOST, function(item, contact, err, response)
    if not contact and not outcome.is_absent(err) then
      error(err, 0)
    end
    local id = item.reference.id
    local into = contact and (response.resolved_id or server_merge.merged_into(contact))
    if into and ids.key(into) ~= ids.key(id) then
      problem = problem or ("%s was merged into %s"):format(id, into)
    elseif not contact then
      problem = problem or ("there is no contact %s"):format(id)
    end
    contacts[item.place] = contact
  end)
  if problem then
    return nil, problem
  end
  return contacts
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

-- What a merge has no room for is lost for good; that the other values are those of
-- the contact modified last is the server's rule.
local function has_no_room(loss)
  return loss.no_room or false
end

local function change_of(contacts, result)
  local list = core.json.array {}
  for index, contact in ipairs(contacts) do
    list[index] = contact.id
  end
  local body = changes.body("contact", result.record)
  local differences = diff.between("contact", {}, body)
  local change = {
    kind = "contact", op = "merge", id = list[1], ids = list, members = core.json.array(contacts),
    after = body, override = result.override and changes.body("contact", result.override), diff = differences,
    lost = #result.lost > 0 and core.json.array(result.lost) or nil,
  }
  changes.warn(change, lint.check("contact", body))
  return change
end

--- Why contacts can't be merged: the plan merges one of them already.
---@param contacts table[]
---@return string|nil problem
function Merges:taken(contacts)
  for _, contact in ipairs(contacts) do
    if self.planned[contact.id] then
      return ("%s is part of another merge of this plan; merge all contacts at once"):format(contact.id)
    end
  end
end

--- Notes that the plan merges contacts.
---@param contacts table[]
function Merges:take(contacts)
  for _, contact in ipairs(contacts) do
    self.planned[contact.id] = true
  end
end

local function cant(detail)
  return nil, merges.IMPOSSIBLE, detail
end

--- Plans a merge.  Raises an error object if a contact can't be read.
---@param action extcontacts.fix.Action
---@return extcontacts.fix.Change|nil
---@return string|nil reason why it is skipped
---@return string|nil detail
function Merges:plan(action)
  -- Before anything is read: a list may be long.
  if #action.ids > server_merge.MOST then
    return cant(("%s; a merge takes at most %d"):format(texts.plural(#action.ids, "contact"), server_merge.MOST))
  end
  local contacts, problem = merges.read(self.client, action.ids)
  problem = problem or server_merge.problem(contacts)
  if problem then
    return cant(problem)
  end
  problem = self:taken(contacts)
  if problem then
    return cant(problem)
  end
  local options = action.options
  local result = server_merge.result(contacts, options.override)
  local names = merges.unaccepted(result.lost, options.allow_loss, has_no_room)
  if names then
    return nil, merges.LOSS, names
  end
  self:take(contacts)
  return change_of(contacts, result)
end

return merges
