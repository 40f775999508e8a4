--- Which applied changes an undo is about.  What belongs together is undone together: the
-- changes of a move or a consolidation, and a record with the deleted ones that it refers
-- to.

local conditions = require "extcontacts.fix.plan.selection"
local id_reader = require "extcontacts.record.normalize.id"
local planfile = require "extcontacts.fix.planfile"
local types = require "extcontacts.record.types"
local undo_choice = require "extcontacts.fix.undo_choice"

local undo_selection = {}

---@class extcontacts.fix.UndoSelection
---@field added integer applied changes that were not chosen, but belong to those that were
---@field unapplied integer chosen changes that were not applied, as far as the journal was read
local Selection = {}
Selection.__index = Selection

-- The first change of the series of one.
local function root_of(self, n)
  return self.roots[n] or n
end

-- The ids under which a change is known.
local function ids_of(self, change)
  local ids, out = { change.id or "", change.owner or "", change.old_id or "", self.created[change.n] or "" }, {}
  for _, id in ipairs(change.ids or {}) do
    ids[#ids + 1] = id
  end
  for _, id in ipairs(ids) do
    out[#out + 1] = id ~= "" and id_reader.key(id) or nil
  end
  return out
end

-- Whether the caller has chosen a change.
local function is_chosen(self, change)
  local ids = ids_of(self, change)
  for _, id in ipairs(ids) do
    self.seen.ids[id] = true
  end
  self.seen.actions[change.op] = true
  self.seen.actions.move = self.seen.actions.move or change.move and true or nil
  for _, group in ipairs(self.groups) do
    if not undo_choice.holds(group, change, ids) then
      return false
    end
  end
  return not self.test or self.test(change.kind, change.before or change.after or {})
end

-- Takes a series, with the deleted records that its records refer to.
local function take(self, root)
  local pending = { root }
  while #pending > 0 do
    local n = table.remove(pending)
    if not self.taken[n] then
      self.taken[n] = true
      for _, id in ipairs(self.references[n] or {}) do
        local deleted = self.deleted[id]
        pending[#pending + 1] = deleted and root_of(self, deleted) or nil
      end
    end
  end
end

-- Notes what a record refers to, and whether it is deleted.
local function note(self, change)
  if change.needs then
    self.roots[change.n] = root_of(self, change.needs)
  end
  local root = root_of(self, change.n)
  if change.op == "delete" and not change.move then
    self.deleted[change.id] = change.n
  end
  local references = self.references[root] or {}
  for _, id in ipairs { change.owner or "", types.organization_of(change.before) or "" } do
    if id ~= "" then
      references[#references + 1] = id
      self.references[root] = references
    end
  end
  return root
end

--- Reads the plan.  Raises an error object for a choice that the plan does not have.
---@param path string of the plan
---@param options extcontacts.fix.UndoOptions
---@param created table<integer, string> ids of the records that the plan has created, by number of the change
---@param has_series boolean whether some of its changes belong together
---@return extcontacts.fix.UndoSelection|nil selection nil if all changes are selected, and none belong together
function undo_selection.read(path, options, created, has_series)
  if not options.only and not options.where and not (options.limit and has_series) then
    return nil
  end
  local self = setmetatable({
    created = created, groups = options.only and undo_choice.read(options.only) or {},
    roots = {}, deleted = {}, references = {},
    taken = {}, chosen = {}, started = {}, is_closed = false,
    added = 0, unapplied = 0, seen = { ids = {}, actions = {}, changes = 0 },
    test = options.where and conditions.of_any_kind(options.where),
  }, Selection)
  local reader, err = planfile.open(path)
  if not reader then
    error(err, 0)
  end
  local roots = {}
  local change = reader:next()
  while change do
    self.seen.changes = change.n
    local root = note(self, change)
    if is_chosen(self, change) then
      self.chosen[change.n], roots[root] = true, true
      self.unapplied = self.unapplied + 1
    end
    change = reader:next()
  end
  undo_choice.check(self.groups, path, self.seen)
  for root in pairs(roots) do
    take(self, root)
  end
  self.references, self.deleted = nil, nil
  return self
end

--- Whether an applied change is to be undone.
---@param intent table
---@return boolean
function Selection:has(intent)
  local root = root_of(self, intent.n)
  return (self.taken[root] or false) and (not self.is_closed or self.started[root] or false)
end

--- Counts a change that is undone.
---@param intent table
function Selection:start(intent)
  self.started[root_of(self, intent.n)] = true
  if self.chosen[intent.n] then
    self.unapplied = self.unapplied - 1
  else
    self.added = self.added + 1
  end
end

--- Ends the undo, but for the changes of the series that have been started.
function Selection:close()
  self.is_closed = true
end

return undo_selection
