--- Plans to restore what a snapshot contains.  The plan is reviewed, applied and
-- undone like any other; only the plan is written here.

local changes = require "extcontacts.fix.plan.changes"
local compare = require "extcontacts.snapshot.compare"
local compat = require "extcontacts.base.compat"
local errors = require "extcontacts.base.errors"
local format = require "extcontacts.snapshot.format"
local id_reader = require "extcontacts.record.normalize.id"
local outcome = require "extcontacts.api.outcome"
local plan_draft = require "extcontacts.fix.plan.draft"
local types = require "extcontacts.record.types"

local unpack = compat.unpack

local restore = {}

---@class extcontacts.snapshot.RestoreOptions
---@field output string path of the plan
---@field only string[]|nil listings
---@field ids string[]|nil only these records
---@field delete_created boolean|nil delete records created since the snapshot
---@field by string|nil the author, for the plan's header
---@field on_record fun(listing: string, count: integer)|nil

local OPTIONS = {
  output = { "string" }, only = { "table" }, ids = { "table" }, delete_created = { "boolean" },
  by = { "string" }, on_record = { "function" },
}

-- Deletes the created records, the last listing first, so that notes go before
-- their owners.  Only their ids were kept, so they are read again.
local function add_deletes(client, draft, created)
  for index = #created, 1, -1 do
    local reference = created[index]
    local record, err = client:call(types.by_name[reference.kind].get, unpack(types.arguments(reference)))
    if record then
      draft:add(changes.delete(reference, record))
    elseif not outcome.is_absent(err) then
      error(err, 0)
    end
  end
end

local function add(draft, change)
  local reference = change.reference
  if change.change == "changed" then
    local update = changes.update(reference, change.after, change.before)
    if update then
      draft:add(update)
    end
  elseif change.change == "deleted" then
    local create = changes.create(reference.kind, reference.owner, change.before)
    create.old_id = reference.id
    draft:add(create)
  end
end

local function set_of(ids)
  local set = {}
  for _, id in ipairs(ids) do
    set[id_reader.key(id)] = true
  end
  return set
end

-- Fills the plan; raises error objects.
local function fill(client, path, draft, options)
  local selected = options.ids and set_of(options.ids)
  local created = {}
  draft:start()
  local counts = assert(compare.run(client, path, {
    only = options.only,
    on_record = options.on_record,
    on_change = function(change)
      if selected and not selected[change.reference.id] then
        return
      elseif change.change == "created" then
        created[#created + 1] = change.reference
      else
        add(draft, change)
      end
    end,
  }))
  draft.totals.records = counts.same + counts.changed + counts.created + counts.deleted
  if options.delete_created then
    add_deletes(client, draft, created)
  else
    for _, reference in ipairs(created) do
      draft.skipped:add("created since the snapshot", { reference = reference })
    end
  end
  return draft:finish()
end

--- Plans to restore what a snapshot contains.  A deleted record is created again
-- with a new id, and records that the same plan creates refer to that id.
---@param client extcontacts.Client
---@param path string of the snapshot
---@param options extcontacts.snapshot.RestoreOptions
---@return extcontacts.fix.Totals|nil
---@return extcontacts.Error|nil
function restore.plan(client, path, options)
  local misuse = format.misuse(options, OPTIONS)
  if misuse then
    error(misuse, 2)
  end
  local draft, err = plan_draft.new(client, {
    name = "restore from " .. path:match("[^/]+$"),
    fix = {},
    source = { type = "snapshot", path = path },
    options = {},
  }, options)
  if not draft then
    return nil, err
  end
  local totals
  totals, err = errors.catch(fill, client, path, draft, options)
  if not totals then
    draft:abandon()
    return nil, err
  end
  return totals
end

return restore
