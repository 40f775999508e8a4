--- A plan that is being written: its changes, totals and skipped records.
-- The planner, undo and the restore of a snapshot all write plans with it.

local attacher = require "extcontacts.fix.plan.dependents"
local changes = require "extcontacts.fix.plan.changes"
local classes = require "extcontacts.fix.classes"
local copies = require "extcontacts.fix.plan.copies"
local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local identity = require "extcontacts.fix.identity"
local people = require "extcontacts.fix.people"
local plan_guard = require "extcontacts.fix.plan_guard"
local planfile = require "extcontacts.fix.planfile"
local schemas = require "extcontacts.fix.schemas"
local skipped = require "extcontacts.fix.skipped"
local texts = require "extcontacts.base.text"
local totals = require "extcontacts.fix.plan.totals"

local draft = {}

---@class extcontacts.fix.Draft
---@field client extcontacts.Client
---@field header table
---@field skipped extcontacts.fix.Skipped
---@field people extcontacts.fix.SideCsv
---@field totals table
---@field assumptions { one: string, several: string, count: integer }[]
---@field count integer changes so far; a move counts as one
---@field written integer changes that are written
---@field dependents extcontacts.fix.DependentAttacher
---@field schema_of fun(kind: extcontacts.record.TypeName, record: table): table|nil, string|nil, boolean|nil
---@field skipped_path string|nil set by `finish` when records are skipped
local Draft = {}
Draft.__index = Draft

---@class extcontacts.fix.DraftOptions
---@field output string|nil path of the plan file; without it no file is written
---@field limit integer|nil changes after which the plan stops; noted in its header
---@field force boolean|nil replace a plan of this path that has not been applied
---@field by string|nil author of the plan; default: the user's name from the environment
---@field time number|nil creation time; default: now
---@field on_change fun(change: extcontacts.fix.Change)|nil called with each change

--- Prepares a plan.  Fails when `plan_guard` refuses its path.
---@param client extcontacts.Client
---@param header table `name`, `fix`, `source`, `options`; completed here
---@param options extcontacts.fix.DraftOptions
---@return extcontacts.fix.Draft|nil
---@return extcontacts.Error|nil
function draft.new(client, header, options)
  local _, err
  if options.output then
    _, err = plan_guard.check(options.output, options.force)
  end
  if err then
    return nil, err
  end
  header.created = dates.text(options.time)
  header.system_user = core.environment.user()
  header.by = options.by or os.getenv "USER" or os.getenv "LOGNAME" or header.system_user or "unknown"
  header.limit = options.limit
  local self = setmetatable({
    client = client,
    header = header,
    output = options.output,
    force = options.force,
    on_change = options.on_change,
    totals = totals.new(),
    skipped = skipped.new(options.output),
    people = people.new(options.output),
    assumptions = {},
    count = 0,
    written = 0,
    schema_of = schemas.reader(client),
  }, Draft)
  self.dependents = attacher.new(client, {
    output = options.output,
    put = function(change)
      self:put(change)
    end,
    skip = function(change, reason, detail)
      self.count = self.count - 1
      self.skipped:add(reason, { reference = change }, nil, detail)
    end,
  })
  return self
end

--- Starts the file.  The header must be complete but for the identity of the
-- organization, which only a file has to have.  Raises an error object when the file
-- can't be written, or the server can't be asked for the organization.
function Draft:start()
  if self.output then
    assert(identity.stamp(self.header, self.client))
    self.file = assert(planfile.write(self.output, self.header, function()
      return plan_guard.check(self.output, self.force)
    end))
    return
  end
  for name, value in pairs(identity.credentials(self.client)) do
    self.header[name] = value
  end
end

--- Adds a change.  Deletes get the dependents of their records; in a long plan they
-- come last.  Raises an error object when the change can't be written or the dependents
-- can't be read.
---@param change extcontacts.fix.Change without number, class and hash, which are added
function Draft:add(change)
  self.count = self.count + 1
  self.dependents:take(change)
end

--- Writes a change; before the deletion of a record that is moved, those that copy it.
---@private
---@param change extcontacts.fix.Change
function Draft:put(change)
  if not change.move then
    return self:write(change)
  end
  copies.each(self.client, change, function(one)
    self:write(one)
  end)
end

--- Writes one change, with warnings about its custom fields.
---@private
---@param change extcontacts.fix.Change
function Draft:write(change)
  changes.warn(change, schemas.warnings(change, self.schema_of))
  change.class = classes.of(change.op)
  self.written = self.written + 1
  local name = change.label
  if name then
    people.add(self.people, change)
    change.label = nil -- for people only: the plan does not contain it
  end
  if self.file then
    assert(self.file:change(change))
  else
    change.n = self.written
  end
  change.label = name
  totals.add(self.totals, change)
  if self.on_change then
    self.on_change(change)
  end
end

--- Notes something that the plan takes for granted.  Equal assumptions are counted.
---@param one string with "1 " before it: "number assumed GB: contact has no country"
---@param several string|nil the same for several; default: `one`
---@param count integer|nil default 1
function Draft:assume(one, several, count)
  local known = self.assumptions[one]
  if not known then
    known = { one = one, several = several or one, count = 0 }
    self.assumptions[one] = known
    table.insert(self.assumptions, known)
  end
  known.count = known.count + (count or 1)
end

-- The assumptions as texts, in the order in which they were made first; nil without any.
local function described(assumptions)
  local out = core.json.array {}
  for index, known in ipairs(assumptions) do
    out[index] = ("%d %s"):format(known.count, texts.noun(known.count, known.one, known.several))
  end
  return #out > 0 and out or nil
end

--- Completes the plan and its list of skipped records.  Raises an error object when
-- dependents can't be read.
---@return extcontacts.fix.Totals|nil
---@return extcontacts.Error|nil
function Draft:finish()
  local ok, err = true, nil
  self.dependents:flush()
  if self.file then
    ok, err = self.file:check_path()
  end
  if not ok then
    return nil, err -- the files beside the other plan stay as they are
  end
  self.totals.skipped = self.skipped.counts
  self.totals.limited = self.header.limit and self.count >= self.header.limit or nil
  self.totals.assumptions = described(self.assumptions)
  self.skipped_path, err = self.skipped:finish()
  if not err then
    err = select(2, self.people:finish())
  end
  if err then
    return nil, err
  elseif self.file then
    return self.file:finish(self.totals)
  end
  self.totals.changes = self.written
  return self.totals
end

--- Removes the files, unless they are complete.
function Draft:abandon()
  self.dependents:close()
  self.skipped:abandon()
  self.people:abandon()
  if self.file then
    self.file:abandon()
  end
end

return draft
