--- Attaches to the deletes of a plan what depends on their records.  The first ones are
-- read with the listings of each record.  A plan with more defers the others to its
-- end, when scans read the dependents of all of them, 200 per request; what does not
-- fit into memory is in a temporary file.

local changes = require "extcontacts.fix.plan.changes"
local core = require "extcontacts.core"
local dependents = require "extcontacts.fix.dependents"
local errors = require "extcontacts.base.errors"
local group_by = require "extcontacts.fix.group_by"
local idset = require "extcontacts.base.idset"
local types = require "extcontacts.record.types"

local attacher = {}

-- Records whose dependents are listed one by one.  The scans of a small organization
-- take about as many requests.
local MOST_LISTED = 300

-- Contacts first: what becomes of them decides which links an organization has.
local KINDS = { "contact", "organization" }

---@class extcontacts.fix.DependentAttacher
---@field moves extcontacts.fix.DivisionMoves|nil of the plan
---@field accepts (fun(change: extcontacts.fix.Change, found: extcontacts.fix.Dependents|nil): string|nil)|nil returns
--- why a delete is skipped; without `found`, its dependents can't be read
local Attacher = {}
Attacher.__index = Attacher

---@class extcontacts.fix.AttacherOptions
---@field output string|nil path of the plan, on whose disk temporary files are
---@field put fun(change: extcontacts.fix.Change) receives the changes
---@field skip fun(change: extcontacts.fix.Change, reason: string, detail: string)

--- Starts with a plan.
---@param client extcontacts.Client
---@param options extcontacts.fix.AttacherOptions
---@return extcontacts.fix.DependentAttacher
function attacher.new(client, options)
  return setmetatable({
    client = client, output = options.output, put = options.put, skip = options.skip, listed = 0, deferred = {},
    -- Dependents that the plan itself deletes or unlinks, and deletes that it skips.
    deleted = idset.new(), skipped = idset.new(),
  }, Attacher)
end

local UNMOVABLE = "the record can't be moved"
local UNREAD = "the notes, relationships or linked contacts of the record can't be read, because a permission is "
  .. "missing; undo cannot restore them"

-- The dependents that the plan does not delete itself.
local function remaining(self, found)
  local out = { counts = {} }
  for _, field in ipairs { "notes", "relationships", "contacts" } do
    for _, value in ipairs(found[field] or {}) do
      local id = type(value) == "table" and value.id or value
      if type(id) ~= "string" or not self.deleted:has(id) or self.skipped:has(id) then
        dependents.add(out, field, value)
      end
    end
  end
  return out
end

-- Decides on a delete whose dependents are known; nil if they can't be read.  What
-- can't be read can't be moved.
local function settle(self, change, found)
  local left = found and remaining(self, found)
  local reason, detail = self.accepts and self.accepts(change, left), nil
  if change.move then
    reason, detail = not left and UNMOVABLE or nil, UNREAD
    if not reason then
      reason, detail = self.moves:settle(change)
    end
  end
  if reason then
    self.skipped:add(change.id)
    self.skip(change, reason, detail or left and dependents.describe(left.counts) or UNREAD)
    return
  elseif not left then
    changes.warn(change, { { code = "dependents", text = UNREAD } })
  elseif next(left.counts) then
    -- Neither plan nor journal keeps a copy of what an erase deletes.
    change.dependents = change.op == "erase" and { counts = left.counts } or left
  end
  self.put(change)
end

local function defer(self, change)
  local kind = change.kind
  local groups = self.deferred[kind]
  if not groups then
    groups = { ids = idset.new(), by_id = group_by.new(self.output and self.output .. ".") }
    self.deferred[kind] = groups
  end
  groups.ids:add(change.id)
  groups.by_id:add(change.id, "d" .. assert(core.json.encode(change)))
end

-- Whether an update takes a contact away from its organization.
local function changes_link(change)
  for _, difference in ipairs(change.kind == "contact" and change.diff or {}) do
    if difference.path[1] == "externalOrganization" then
      return true
    end
  end
  return false
end

--- Takes a change: passes it on, with the dependents of a record that it deletes.
---@param change extcontacts.fix.Change
function Attacher:take(change)
  local is_delete = change.op == "delete" or change.op == "erase"
  if is_delete or change.op == "update" and changes_link(change) then
    self.deleted:add(change.id)
  end
  if not is_delete or not dependents.lists[change.kind] or change.emptied then
    return self.put(change)
  end
  local is_open = change.move and change.move.unsearched -- the scan decides
  if not is_open and not next(self.deferred) and self.listed < MOST_LISTED then
    self.listed = self.listed + 1
    local found, err = errors.catch(dependents.read, self.client, change)
    if found or dependents.is_forbidden(err) then
      return settle(self, change, found)
    elseif err.kind ~= "limit" then
      error(err, 0)
    end
  end
  defer(self, change)
end

local TAGS = { notes = "n", relationships = "r", contacts = "c" }
local FIELDS = { n = "notes", r = "relationships", c = "contacts" }

-- Adds a dependent to the deferred deletes of its owner.
local function add(self, kind, owner, field, value)
  local groups = self.deferred[kind]
  if groups and type(owner) == "string" and groups.ids:has(owner) then
    groups.by_id:add(owner, TAGS[field] .. assert(core.json.encode(value)))
  end
end

-- Reads the dependents of all deferred deletes; false if a permission is missing.
local function scan(self)
  local client = self.client
  local ok, err = errors.catch(function()
    for note in client:scan_notes { limit = 200 } do
      local reference = types.reference(nil, note)
      if reference then
        add(self, reference.kind:match "^%a+", reference.owner, "notes", note)
      end
    end
    if self.deferred.organization then
      for record in client:scan_relationships { limit = 200 } do
        add(self, "organization", types.organization_of(record), "relationships", record)
      end
      for contact in client:scan_contacts { limit = 200, fields = { "id", "externalOrganization.id" } } do
        add(self, "organization", types.organization_of(contact), "contacts", contact.id)
      end
    end
    local holders = self.moves and self.moves.holders
    for contact in holders and holders.waits and client:scan_contacts { limit = 200, fields = holders.fields }
      or function() end do
      holders:see(contact)
    end
    return true
  end)
  if not ok and not dependents.is_forbidden(err) then
    error(err, 0)
  end
  return ok
end

-- The deletes of one record, and what depends on it.
local function decoded(values)
  local list, found = {}, { counts = {} }
  for _, text in ipairs(values) do
    local value = assert(core.json.decode(text:sub(2)))
    local field = FIELDS[text:sub(1, 1)]
    if field then
      dependents.add(found, field, value)
    else
      list[#list + 1] = value
    end
  end
  return list, found
end

--- Passes on the deferred changes.
function Attacher:flush()
  if not next(self.deferred) then
    return
  end
  local is_read = scan(self)
  for _, kind in ipairs(KINDS) do
    local groups = self.deferred[kind]
    for _, values in groups and groups.by_id:each() or function() end do
      local list, found = decoded(values)
      for _, change in ipairs(list) do
        settle(self, change, is_read and found or nil)
      end
    end
  end
  self:close()
end

--- Removes the temporary files.
function Attacher:close()
  for kind, groups in pairs(self.deferred) do
    groups.by_id:close()
    self.deferred[kind] = nil
  end
end

return attacher
