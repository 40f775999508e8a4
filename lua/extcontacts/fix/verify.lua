--- Whether the records are what an applied plan made of them, and the proof
-- that erased ones are gone.

local atomic_lines = require "extcontacts.base.atomic_lines"
local context = require "extcontacts.fix.context"
local csv = require "extcontacts.base.csv"
local diff = require "extcontacts.record.diff"
local errors = require "extcontacts.base.errors"
local id_map = require "extcontacts.fix.id_map"
local journal = require "extcontacts.fix.journal"
local planfile = require "extcontacts.fix.planfile"
local record_api = require "extcontacts.fix.record_api"

local verify = {}

---@class extcontacts.fix.VerifyOptions
---@field fix extcontacts.fix.Definition|nil the fix, whose `verify` is called too
---@field on_difference fun(change: extcontacts.fix.Change, reason: string, fields: string[]|nil)|nil
---@field on_progress fun(checked: integer, total: integer)|nil

---@class extcontacts.fix.Verified
---@field total integer changes of the plan
---@field checked integer
---@field match integer as planned
---@field differ integer
---@field not_applied integer failed, in conflict, unknown or not started
---@field proof_path string|nil the file that proves erasures

-- What the journal tells of creates and erasures, by number.
local function read_facts(path)
  local facts = {}
  journal.each(path, function(line)
    if (line.t == "applied" or line.t == "unchanged") and (line.op == "create" or line.op == "erase") then
      facts[line.n] = { id = line.id, at = line.at, correlation_id = line.correlation_id, t = line.t }
    end
  end)
  return facts
end

-- Why a record is not as planned; nil when it is.
local function judge(change, record)
  if change.op == "delete" or change.op == "erase" then
    return record and "the record is still there" or nil
  elseif not record then
    return "the record is not there"
  elseif change.op == "create" then
    local fields = diff.divergences(change.kind, change.after, record)
    if #fields > 0 then
      return "the record is not as it was created", fields
    end
    return nil
  end
  local side, fields = diff.side(change.kind, record, change.diff)
  if side == "before" then
    for index, one in ipairs(change.diff) do
      fields[index] = diff.name(one.path)
    end
    return "the record is as it was before the plan", fields
  elseif side ~= "after" then
    return "the record is neither as it was nor as planned", #fields > 0 and fields or nil
  end
end

local PROOF = { "kind", "id", "erased_at", "correlation_id", "found_missing_at", "outcome" }

local function now()
  return os.date "!%Y-%m-%dT%H:%M:%SZ"
end

local function put(writer, values)
  local ok, err = writer:put(csv.line(values, #PROOF))
  if not ok then
    error(err, 0)
  end
end

local function prove(self, change, fact, reason)
  if not self.proof then
    local err
    self.proof, err = atomic_lines.write(self.path .. ".proof.csv")
    if not self.proof then
      error(err, 0)
    end
    put(self.proof, PROOF)
  end
  put(self.proof, {
    change.kind, change.id, fact.t == "applied" and fact.at or nil, fact.correlation_id,
    not reason and now() or nil, reason or fact.t == "unchanged" and "was gone before" or "erased",
  })
end

local function check_one(self, change, facts)
  local fact = facts[change.n] or {}
  change = id_map.put(self.state.ids, change)
  local reference = {
    kind = change.kind,
    id = change.op == "create" and fact.id or change.id,
    owner = change.owner,
  }
  local record = reference.id and record_api.read(self.client, reference) or nil
  local reason, fields = judge(change, record)
  if not reason and self.fix and self.fix.verify then
    local fine, why = self.fix.verify(record, change, self.ctx)
    if not fine then
      reason = why or "the fix's verify says so"
    end
  end
  if change.op == "erase" then
    prove(self, change, fact, reason)
  end
  return reason, fields
end

local function check_all(self, options)
  local reader, err = planfile.open(self.path)
  if not reader then
    error(err, 0)
  end
  local facts = read_facts(journal.path(self.path))
  local result = self.result
  local change = reader:next()
  while change do
    result.total = result.total + 1
    local progress = self.state.progress
    if not progress:is_settled(change.n) or progress.wrong[change.n] then
      result.not_applied = result.not_applied + 1
    else
      result.checked = result.checked + 1
      local reason, fields = check_one(self, change, facts)
      if reason then
        result.differ = result.differ + 1
        if options.on_difference then
          options.on_difference(change, reason, fields)
        end
      else
        result.match = result.match + 1
      end
    end
    if options.on_progress then
      options.on_progress(result.total, self.total)
    end
    change = reader:next()
  end
  if self.proof then
    local ok
    ok, err = self.proof:finish()
    if not ok then
      error(err, 0)
    end
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
  local checked, state = journal.of_applied(path, "verify")
  if not checked then
    return nil, state
  end
  local self = {
    client = client,
    path = path,
    state = state,
    fix = options.fix,
    ctx = options.fix and context.new(client, checked.header.options or {}),
    total = checked.totals.changes,
    result = { total = 0, checked = 0, match = 0, differ = 0, not_applied = 0 },
  }
  local result, err = errors.catch(check_all, self, options)
  if not result and self.proof then
    self.proof:abandon()
  end
  return result, err
end

return verify
