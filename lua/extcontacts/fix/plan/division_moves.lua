--- Plans moves to another division.  The division of a record can't be changed, so a
-- move creates a copy and deletes the record last.  Here it is decided whether a record
-- can be moved; `plan.copies` makes the changes of it.

local changes = require "extcontacts.fix.plan.changes"
local core = require "extcontacts.core"
local earlier_plans = require "extcontacts.fix.earlier_plans"
local errors = require "extcontacts.base.errors"
local holders = require "extcontacts.fix.plan.holders"
local identifiers = require "extcontacts.record.identifiers"
local ids = require "extcontacts.record.normalize.id"
local move_reads = require "extcontacts.fix.plan.move_reads"
local outcome = require "extcontacts.api.outcome"
local record_api = require "extcontacts.fix.record_api"
local server_merge = require "extcontacts.record.merge.server_merge"

local division_moves = {}

--- Reasons for skipping a record; the details follow them in the list of skipped records.
division_moves.THERE = "already in the division"
division_moves.IMPOSSIBLE = "the record can't be moved"
division_moves.LOSS = "identifiers would be lost; allow_loss accepts that"

-- Records whose identifiers are looked up one by one.
local MOST_LOOKED_UP = 300

---@class extcontacts.fix.DivisionMoves
---@field client extcontacts.Client
---@field output string|nil path of the plan
---@field holders extcontacts.fix.Holders
---@field pending { item: extcontacts.fix.Item, action: extcontacts.fix.Action, warnings: table[] }[] not yet decided
---@field checked table<string, boolean> divisions that exist, as far as the server says
---@field reads extcontacts.fix.MoveReads
---@field looked_up integer records
local Moves = {}
Moves.__index = Moves

--- Starts the moves of a plan.
---@param client extcontacts.Client
---@param output string|nil path of the plan
---@return extcontacts.fix.DivisionMoves
function division_moves.new(client, output)
  return setmetatable({
    client = client, output = output, holders = holders.new(client), reads = move_reads.new(client), pending = {},
    checked = {}, looked_up = 0,
  }, Moves)
end

-- Raises an error object if the server says that there is no such division.  A token
-- may lack the permission to ask.
local function check_division(self, id)
  if self.checked[id] then
    return
  end
  local _, err = self.client:request("GET", "/api/v2/authorization/divisions/{id}", { path = { id = id } })
  if err and outcome.is_absent(err) then
    errors.raise_invalid(("there is no division %s; check its id"):format(id), "division")
  elseif err and not err.status then
    error(err, 0)
  end
  self.checked[id] = true
end

--- Takes a move, to be decided with others.
---@param item extcontacts.fix.Item
---@param action extcontacts.fix.Action
---@param warnings extcontacts.record.Warning[]
function Moves:take(item, action, warnings)
  check_division(self, action.division)
  self.pending[#self.pending + 1] = { item = item, action = action, warnings = warnings }
end

--- Whether as many moves are pending as are decided together.
---@return boolean
function Moves:is_full()
  return #self.pending >= move_reads.MOST
end

local function has_items(value)
  return type(value) == "table" and #value > 0
end

local function key_of(reference)
  local id = type(reference) == "table" and reference.id
  return type(id) == "string" and ids.key(id) or nil
end

-- The copy that a plan beside this one has created and that still exists.
local function earlier_copy(self, reference, division)
  self.successors = self.successors or earlier_plans.successors(earlier_plans.folders(self.output))
  for _, id in ipairs(earlier_plans.later_ids(self.successors, reference.id)) do
    local record = record_api.call(self.client, "get", { kind = reference.kind, id = id }, nil,
      { expand = { "division" } })
    if record and key_of(record.division) == division then
      return id
    end
  end
end

-- Why a record can't be moved, whatever the caller accepts.
local function problem_of(self, reference, record, division)
  local into = server_merge.merged_into(record)
  if into then
    return "it was merged into " .. into
  elseif has_items(record.mergeSet) or has_items(record.mergedFrom) then
    return "other contacts were merged into it, and their ids would no longer lead to it"
  elseif type(record.trustor) == "table" and record.trustor.id then
    return "it is linked to a trustor, which can't be linked to the copy"
  end
  local copy = earlier_copy(self, reference, division)
  return copy and ("an earlier plan created its copy %s; resume or undo that plan"):format(copy) or nil
end

local function accepts(allowed, kind)
  if type(allowed) ~= "table" then
    return allowed or false
  end
  for _, name in ipairs(allowed) do
    if name == kind then
      return true
    end
  end
  return false
end

local NO_FIELD, SHARED = "no field holds", "another contact has, too"

-- What the plan keeps of an identifier.
local function plain(identifier)
  local source = key_of(identifier.externalSource)
  return { type = identifier.type, value = identifier.value, externalSource = source and { id = source } or nil }
end

-- Takes the identifiers from a move that its copy can't have: `loss_of` says why.  Those
-- whose loss is accepted are listed with the move; returns a text about the others.
local function take_lost(change, allowed, loss_of)
  local move, kept = change.move, core.json.array {}
  local texts_of = { lost = {}, accepted = {} }
  for _, identifier in ipairs(move.identifiers) do
    local loss = loss_of(identifier)
    if not loss then
      kept[#kept + 1] = identifier
    else
      local is_accepted = accepts(allowed, identifier.type)
      local list, text = texts_of[is_accepted and "accepted" or "lost"], ("%s, which %s"):format(identifier.type, loss)
      list[#list + 1] = list[#list] ~= text and text or nil
      move.lost = move.lost or core.json.array {}
      move.lost[#move.lost + 1] = identifier
    end
  end
  move.identifiers = kept
  if #texts_of.accepted > 0 then
    changes.warn(change, { {
      code = "not_moved", text = "identifiers are lost: " .. table.concat(texts_of.accepted, "; "),
    } })
  end
  return #texts_of.lost > 0 and table.concat(texts_of.lost, "; ") or nil
end

-- Decides on the loss of identifiers.  Who else has them is looked up, or left to a scan.
local function check_identifiers(self, change, list, allowed)
  change.move.identifiers = core.json.array {}
  for index, identifier in ipairs(list) do
    change.move.identifiers[index] = plain(identifier)
  end
  local lost = take_lost(change, allowed, function(identifier)
    return not identifiers.has(change.before, identifier) and NO_FIELD
  end)
  if lost or change.kind ~= "contact" then
    return lost
  elseif self.looked_up < MOST_LOOKED_UP then
    self.looked_up = self.looked_up + 1
    return take_lost(change, allowed, function(identifier)
      return self.holders:look_up(change.id, identifier) and SHARED
    end)
  end
  self.holders:want(change.move.identifiers)
  change.move.unsearched = { allow_loss = allowed or false }
end

--- Decides on the scan's findings about a move that was left to it.
---@param change extcontacts.fix.Change
---@return string|nil reason why it is skipped
---@return string|nil detail
function Moves:settle(change)
  local unsearched = change.move.unsearched
  change.move.unsearched = nil
  local lost = unsearched and take_lost(change, unsearched.allow_loss, function(identifier)
    return self.holders:is_shared(identifier) and SHARED
  end)
  if lost then
    return division_moves.LOSS, lost
  end
end

-- Decides on one move.
local function decide(self, pending)
  local reference, division = pending.item.reference, pending.action.division
  local found = self.reads:details(reference, pending.item.record)
  local record = found and found.record
  if not record then
    return nil, division_moves.IMPOSSIBLE, "it no longer exists"
  elseif key_of(record.division) == division then
    return nil, division_moves.THERE
  end
  local problem = problem_of(self, reference, record, division)
  if problem then
    return nil, division_moves.IMPOSSIBLE, problem
  end
  record.division = key_of(record.division) and { id = record.division.id } or nil
  local change = changes.delete(reference, record)
  change.move = { division = division }
  changes.warn(change, pending.warnings)
  local loss = check_identifiers(self, change, found.identifiers, pending.action.options.allow_loss)
  if loss then
    return nil, division_moves.LOSS, loss
  elseif found.is_synchronized then
    changes.warn(change, { { code = "not_moved", text = "the link to an external data source can't be moved" } })
  end
  return change
end

--- Decides on the pending moves.  Raises an error object if a record can't be read.
---@param put fun(change: extcontacts.fix.Change): boolean receives the deletion of a record, whose `move` says that a
--- copy comes first; false ends the work
---@param skip fun(item: extcontacts.fix.Item, reason: string, detail: string|nil)
---@return boolean goes_on
function Moves:flush(put, skip)
  local list = self.pending
  self.pending = {}
  self.reads:prepare(list)
  for _, pending in ipairs(list) do
    local change, reason, detail = decide(self, pending)
    if not change then
      skip(pending.item, reason, detail)
    elseif not put(change) then
      return false
    end
  end
  return true
end

return division_moves
