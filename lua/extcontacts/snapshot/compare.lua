--- Compares the server with a snapshot.

local bulk_api = require "extcontacts.fix.bulk_api"
local comparison = require "extcontacts.snapshot.comparison"
local conditions = require "extcontacts.fix.plan.selection"
local earlier_plans = require "extcontacts.fix.earlier_plans"
local errors = require "extcontacts.base.errors"
local format = require "extcontacts.snapshot.format"
local identity = require "extcontacts.fix.identity"
local new_ids = require "extcontacts.snapshot.new_ids"
local reader = require "extcontacts.snapshot.reader"
local types = require "extcontacts.record.types"

local compare = {}

---@class extcontacts.snapshot.Change
---@field change "changed"|"created"|"deleted"
---@field reference extcontacts.record.Reference
---@field before table|nil the record in the snapshot
---@field after table|nil the record on the server
---@field diff extcontacts.record.Difference[]|nil from the snapshot to the server
---@field reason string|nil why a deleted record may exist again, or a created one may be a deleted one
---@field other string|nil the id of that other record
---@field old_id string|nil of a changed record that was recreated: its id in the snapshot
---@field needs string|nil id of a deleted record that the snapshot's record refers to
---@field uncertain boolean|nil whether it refers to one of several recreated records of the same content

---@class extcontacts.snapshot.Counts
---@field same integer
---@field changed integer
---@field created integer
---@field deleted integer
---@field recreated integer deleted records that exist again, with new ids
---@field unselected integer|nil with `where`: records for which the condition holds in neither version
---@field filter extcontacts.snapshot.FilterMark|nil of a filtered snapshot: only its records were compared, and
--- `created` is 0

---@class extcontacts.snapshot.CompareOptions
---@field only string[]|nil listings; default those of the snapshot
---@field where string|nil only records for which this condition holds, in the snapshot or on the server
---@field on_change fun(change: extcontacts.snapshot.Change)
---@field on_record fun(listing: string, count: integer)|nil called after each record of the server
---@field same_organization boolean|nil as for `fix.apply`
---@field batch integer|"auto"|nil most records per request, at most 50; default "auto"
---@field on_open fun(snapshot: extcontacts.snapshot.Reader)|nil called before anything is compared
---@field output string|nil path of a plan beside which earlier plans are, too

local OPTIONS = { only = { "table" }, on_change = { "function" }, on_record = { "function" },
  same_organization = { "boolean" }, batch = bulk_api.BATCH_RULE, output = { "string" }, on_open = { "function" },
  where = { "string" } }

-- The listings to compare; raises if the snapshot lacks one that was named.  Records without the
-- fields that the condition names need no comparison.
local function listings_of(snapshot, names, is_named, applies)
  local found = {}
  for _, name in ipairs(names) do
    if not snapshot:has(name) then
      if is_named then
        errors.raise_invalid(("%s contains no %s"):format(snapshot.path, name))
      end
    elseif not applies or applies(types.listings[name].kind or "contact_note") then
      found[#found + 1] = name
    end
  end
  if #found == 0 and applies then
    errors.raise_invalid(("where: none of the compared records (%s) have the fields of the condition"):format(
      table.concat(names, ", ")), "where")
  end
  return found
end

--- Compares the server with a snapshot.
---@param client extcontacts.Client
---@param path string of the snapshot
---@param options extcontacts.snapshot.CompareOptions
---@return extcontacts.snapshot.Counts|nil
---@return extcontacts.Error|nil
function compare.run(client, path, options)
  local misuse = format.misuse(options, OPTIONS)
  if misuse then
    error(misuse, 2)
  end
  local names = format.wanted(options.only)
  local snapshot, err = reader.open(path)
  if not snapshot then
    return nil, err
  end
  local counts = { same = 0, changed = 0, created = 0, deleted = 0, recreated = 0 }
  local done
  done, err = errors.catch(function()
    assert(identity.check(path, snapshot.header, client, options.same_organization))
    if options.on_open then
      options.on_open(snapshot)
    end
    local ids = new_ids.new()
    ids:read_journals(snapshot.digest, earlier_plans.folders(path, options.output))
    counts.filter, counts.unselected = snapshot.header.filter, options.where and 0
    local holds, applies
    if options.where then
      holds, applies = conditions.of_any_kind(options.where)
    end
    local compared = comparison.new(client, snapshot, ids, counts, options, holds)
    for _, name in ipairs(listings_of(snapshot, names, options.only and #options.only > 0, applies)) do
      compared:compare(name, true)
    end
    return true
  end)
  snapshot:close()
  if not done then
    return nil, err
  end
  return counts
end

return compare
