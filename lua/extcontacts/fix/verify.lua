--- Verifies an applied plan: reads its records again and compares them with the
-- plan.  For erased records it writes the proof that they are gone.

local atomic_lines = require "extcontacts.base.atomic_lines"
local bulk_api = require "extcontacts.fix.bulk_api"
local context = require "extcontacts.fix.context"
local csv = require "extcontacts.base.csv"
local dates = require "extcontacts.base.dates"
local diff = require "extcontacts.record.diff"
local earlier_plans = require "extcontacts.fix.earlier_plans"
local errors = require "extcontacts.base.errors"
local field_path = require "extcontacts.base.path"
local id_map = require "extcontacts.fix.id_map"
local identifiers = require "extcontacts.record.identifiers"
local identity = require "extcontacts.fix.identity"
local journal = require "extcontacts.fix.journal"
local outcome = require "extcontacts.api.outcome"
local planfile = require "extcontacts.fix.planfile"
local promotions = require "extcontacts.fix.promotions"
local record_api = require "extcontacts.fix.record_api"

local verify = {}

---@alias extcontacts.fix.OnDifference fun(change: extcontacts.fix.Change, reason: string, fields: string[]|nil,
--- values: extcontacts.fix.FoundValue[]|nil)

---@class extcontacts.fix.VerifyOptions
---@field fix extcontacts.fix.Definition|nil the fix, whose `verify` is called too
---@field on_difference extcontacts.fix.OnDifference|nil
---@field on_progress fun(checked: integer, total: integer)|nil
---@field limit integer|nil check only this many changes, the first ones
---@field same_organization boolean|nil as for `fix.apply`

---@class extcontacts.fix.Verified
---@field total integer changes of the plan
---@field checked integer
---@field match integer as planned
---@field differ integer
---@field not_applied integer failed, in conflict, unknown or not started
---@field proof_path string|nil the file that proves erasures

-- What the journal says about creates and erasures, by number; and whether all its
-- runs were in the connection's organization.
local function read_facts(path, server, connection)
  local facts = { is_applied_here = true }
  journal.each(path, function(line)
    if line.t == "run" and not identity.is_known({ server = server, organization = line.organization,
      client = line.client }, connection) then
      facts.is_applied_here = false
    elseif (line.t == "applied" or line.t == "unchanged") and (line.op == "create" or line.op == "erase"
      or line.op == "merge") then
      facts[line.n] = { id = line.id, at = line.at, correlation_id = line.correlation_id, t = line.t }
    end
  end, true)
  return facts
end

---@class extcontacts.fix.FoundValue a field that differs from the plan
---@field path string[]
---@field planned any
---@field found any

-- The fields of an update that differ: those with these names, or all.
local function found_values(change, record, names)
  local is_named, values = {}, {}
  for _, name in ipairs(names or {}) do
    is_named[name] = true
  end
  for _, difference in ipairs(change.diff) do
    if not names or is_named[diff.name(difference.path)] then
      values[#values + 1] = { path = difference.path, planned = difference.after,
        found = field_path.at(record, difference.path) }
    end
  end
  return values
end

-- Why a record differs from the plan, and in which fields; nil when it matches.
local function difference_of(change, record)
  if change.op == "delete" or change.op == "erase" then
    return record and "the record still exists" or nil
  elseif not record then
    return "the record does not exist"
  elseif change.op == "promote" then
    if not promotions.is_done(record) then
      return "the contact was not promoted", found_values(change, record)
    end
    return nil
  elseif change.op == "create" or change.op == "merge" then
    local values = {}
    for index, difference in ipairs(diff.remaining(change.kind, change.after, record)) do
      values[index] = { path = difference.path, planned = difference.before, found = difference.after }
    end
    return #values > 0 and "the record differs from the one that was created" or nil, values
  end
  local side, names = diff.side(change.kind, record, change.diff)
  if side == "before" then
    return "the record has the values from before the plan", found_values(change, record)
  elseif side ~= "after" then
    return "the record has neither the old nor the planned values", found_values(change, record, names)
  end
end

--------------------------------------------------------------------- proof --

local PROOF = { "kind", "id", "erased_at", "correlation_id", "found_missing_at", "outcome", "server", "organization",
  "oauth_client" }
local NOT_PROVEN = "not proven: it is not known that this organization ever had the record"

-- Whether the record was seen in the organization in which it is missing now: it
-- was planned or erased there.  A caller's word for the organization proves nothing.
local function was_seen(self, fact)
  return self.is_planned_here or (fact.t == "applied" and self.facts.is_applied_here)
end

local function prove(self, change, fact, reason)
  if not self.proof then
    self.proof = assert(atomic_lines.write(self.path .. ".proof.csv"))
    assert(self.proof:put(csv.line(PROOF, #PROOF)))
  end
  assert(self.proof:put(csv.line({
    change.kind, change.id, fact.t == "applied" and fact.at or nil, fact.correlation_id,
    not reason and dates.text() or nil, reason or fact.t == "unchanged" and "deleted before" or "erased",
    self.header.server, self.header.organization, identity.short(self.header.client),
  }, #PROOF)))
end

-- Why an erased record is not gone: a restore or an undo has recreated it since.  The
-- journals beside the plan know the new ids.
local function recreated_since(self, change)
  self.successors = self.successors or earlier_plans.successors(earlier_plans.folders(self.path))
  for _, id in ipairs(earlier_plans.later_ids(self.successors, change.id)) do
    if record_api.read(self.client, { kind = change.kind, id = id, owner = change.owner }) then
      return "the record was recreated with the id " .. id
    end
  end
end

------------------------------------------------------------------ checking --

-- The record of a change; nil for a change that was not applied.
local function reference_of(self, change)
  if not self.state.progress:is_settled(change.n) or self.state.progress.problems[change.n] then
    return nil
  end
  local fact = self.facts[change.n] or {}
  change = id_map.translate(self.state.ids, change)
  local is_new = change.op == "create" or change.op == "merge"
  return { kind = change.kind, id = is_new and fact.id or change.id, owner = change.owner }
end

-- Which identifiers of a moved record its copy does not own; nil if it owns all of them.
local function lost_identifiers(self, change)
  local copy = self.state.ids[change.id]
  local list, err = self.client:call(change.kind .. "s.identifiers.list", copy)
  if not list and not outcome.is_absent(err) then
    error(err, 0)
  end
  local names, owned = {}, list and list.entities or {}
  for _, planned in ipairs(change.move.identifiers) do
    local is_owned = false
    for _, identifier in ipairs(owned) do
      is_owned = is_owned or identifiers.same(identifier, planned)
    end
    names[#names + 1] = not is_owned and planned.type or nil
  end
  return #names > 0 and ("its copy %s does not own its identifiers"):format(copy) or nil, names
end

local function names_of(values)
  local names = {}
  for index, value in ipairs(values or {}) do
    names[index] = diff.name(value.path)
  end
  return #names > 0 and names or nil
end

-- Why a record differs from the plan, the names of the fields, and their values.
local function verify_change(self, change, record)
  local fact = self.facts[change.n] or {}
  change = id_map.translate(self.state.ids, change)
  local reason, values = difference_of(change, record)
  local fields = names_of(values)
  if not reason and change.move then
    reason, fields = lost_identifiers(self, change)
  end
  if not reason and self.fix and self.fix.verify then
    local ok, why = self.fix.verify(record, change, self.ctx)
    if not ok then
      reason, fields = why or "'verify' of the fix rejected the record", nil
    end
  end
  if change.op == "erase" then
    reason = reason or recreated_since(self, change) or not was_seen(self, fact) and NOT_PROVEN or nil
    prove(self, change, fact, reason)
  end
  return reason, fields, values
end

local function verify_all(self, options)
  local reader = assert(planfile.open(self.path))
  self.facts = read_facts(journal.path(self.path), self.header.server, self.connection)
  local result = self.result
  for change, record in bulk_api.reader(self.client, function()
    local change
    repeat
      change = reader:next()
    until not change or not change.forgotten
    return change
  end, function(change)
    return reference_of(self, change)
  end) do
    result.total = result.total + 1
    if not reference_of(self, change) then
      result.not_applied = result.not_applied + 1
    else
      result.checked = result.checked + 1
      local reason, fields, values = verify_change(self, change, record)
      if reason then
        result.differ = result.differ + 1
        if options.on_difference then
          options.on_difference(change, reason, fields, values)
        end
      else
        result.match = result.match + 1
      end
    end
    if options.on_progress then
      options.on_progress(result.total, self.total)
    end
    if result.total == options.limit then
      break
    end
  end
  if self.proof then
    assert(self.proof:finish())
    result.proof_path = self.proof.path
  end
  return result
end

--- Reads every record of an applied plan again and compares.
---@param client extcontacts.Client
---@param path string of the plan
---@param options extcontacts.fix.VerifyOptions|nil
---@return extcontacts.fix.Verified|nil
---@return extcontacts.Error|nil
function verify.run(client, path, options)
  options = options or {}
  local plan, state = journal.of_applied(path, "verify")
  if not plan then
    return nil, state
  end
  local is_same, err = identity.check(path, plan.header, client, options.same_organization)
  local connection
  if is_same then
    connection, err = identity.of(client)
  end
  if not connection then
    return nil, err
  end
  local self = {
    client = client,
    connection = connection,
    is_planned_here = identity.is_known(plan.header, connection),
    header = plan.header,
    path = path,
    state = state,
    fix = options.fix,
    ctx = options.fix and context.new(client, plan.header.options or {}),
    total = plan.totals.changes,
    result = { total = 0, checked = 0, match = 0, differ = 0, not_applied = 0 },
  }
  local result
  result, err = errors.catch(verify_all, self, options)
  if not result and self.proof then
    self.proof:abandon()
  end
  return result, err
end

return verify
