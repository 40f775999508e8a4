--- Plans consolidations, which undo can reverse: one contact survives and is completed
-- from the others, their notes are recreated at it, and they are deleted last.  The
-- changes are ordinary ones; each needs the one before it.

local changes = require "extcontacts.fix.plan.changes"
local combine = require "extcontacts.record.merge.combine"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local errors = require "extcontacts.base.errors"
local ids = require "extcontacts.record.normalize.id"
local merges = require "extcontacts.fix.plan.merges"
local server_merge = require "extcontacts.record.merge.server_merge"
local survivor = require "extcontacts.record.merge.survivor"

local consolidations = {}

--- Reason for skipping a consolidation; the details follow it in the list of skipped records.
consolidations.IMPOSSIBLE = "the contacts can't be consolidated"

local null = core.json.null

-- The contacts, the survivor first; nil and the problem if the wanted one is not among them.
local function ordered(contacts, wanted)
  local list = survivor.order(contacts)
  if not wanted then
    return list
  end
  for index, contact in ipairs(list) do
    if ids.key(contact.id) == ids.key(wanted) then
      table.insert(list, 1, table.remove(list, index))
      return list
    end
  end
  return nil, ("the survivor %s is not one of them"):format(wanted)
end

-- Why contacts can't be consolidated.
local function problem_of(list)
  if #list < 2 then
    return "1 contact; at least 2 are needed"
  end
  for index = 2, #list do
    local merged = list[index].mergeSet
    if type(merged) == "table" and #merged > 0 then
      return ("other contacts were merged into %s, and undo could not restore that"):format(list[index].id)
    end
  end
  return server_merge.division_problem(list)
end

-- The change that completes the survivor; nil if it has everything.
local function completion(contact, combined, override)
  local after = deepcopy(contact)
  for name, value in pairs(combined.record) do
    after[name] = value
  end
  for name, value in pairs(override or {}) do
    if value == null then
      after[name] = nil
    end
  end
  return changes.update({ kind = "contact", id = contact.id }, contact, after)
end

-- The notes of a contact; nil and the problem if they can't be moved.
local function notes_of(client, id)
  local notes = {}
  local ok, err = errors.catch(function()
    for note in client:each_contact_note(id, { page_size = 100 }) do
      notes[#notes + 1] = note
    end
    return true
  end)
  if ok then
    return notes
  elseif err.kind == "limit" then
    return nil, ("%s has more notes than the API lists"):format(id)
  end
  error(err, 0)
end

-- The changes that move notes: each is recreated at the survivor, unless it has been
-- before, and then deleted.
local function move_notes(out, from, to, notes, existing)
  for _, note in ipairs(notes) do
    local create = changes.create("contact_note", to.id, note)
    if not existing:find(create) then
      out[#out + 1] = create
    end
    out[#out + 1] = changes.delete({ kind = "contact_note", id = note.id, owner = from.id }, note)
  end
end

local function lost_of(lost, id)
  local out = core.json.array {}
  for _, loss in ipairs(lost) do
    out[#out + 1] = loss.id == id and loss or nil
  end
  return #out > 0 and out or nil
end

-- Every value counts; that of a field which the caller sets is lost at the caller's word.
local function is_unasked(loss)
  return not loss.is_set
end

local function cant(detail)
  return nil, consolidations.IMPOSSIBLE, detail
end

--- Plans a consolidation.  Raises an error object if a record can't be read.
---@param self extcontacts.fix.Merges
---@param action extcontacts.fix.Action
---@param existing extcontacts.fix.Existing
---@return extcontacts.fix.Change[]|nil changes in their order
---@return string|nil reason why it is skipped
---@return string|nil detail
function consolidations.plan(self, action, existing)
  local options = action.options
  local contacts, problem = merges.read(self.client, action.ids)
  if contacts then
    contacts, problem = ordered(contacts, options.survivor)
  end
  problem = problem or problem_of(contacts) or self:taken(contacts)
  if problem then
    return cant(problem)
  end
  local combined = combine.contacts(contacts, options.override)
  local names = merges.unaccepted(combined.lost, options.allow_loss, is_unasked)
  if names then
    return nil, merges.LOSS, names
  end
  local out = { completion(contacts[1], combined, options.override) }
  for index = 2, #contacts do
    local notes, reason = notes_of(self.client, contacts[index].id)
    if not notes then
      return cant(reason)
    end
    move_notes(out, contacts[index], contacts[1], notes, existing)
  end
  for index = 2, #contacts do
    local contact = contacts[index]
    local change = changes.delete({ kind = "contact", id = contact.id }, contact)
    change.emptied, change.lost = true, lost_of(combined.lost, contact.id)
    out[#out + 1] = change
  end
  self:take(contacts)
  return out
end

return consolidations
