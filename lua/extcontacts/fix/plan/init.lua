--- The planner: reads the source, calls the fix for each record and writes the
-- changes into a plan.  It sends nothing but reads.

local acceptance = require "extcontacts.fix.plan.acceptance"
local actions = require "extcontacts.fix.actions"
local changes = require "extcontacts.fix.plan.changes"
local context = require "extcontacts.fix.context"
local core = require "extcontacts.core"
local creates = require "extcontacts.fix.plan.creates"
local deepcopy = require "extcontacts.base.deepcopy"
local definition = require "extcontacts.fix.definition"
local division_moves = require "extcontacts.fix.plan.division_moves"
local draft = require "extcontacts.fix.plan.draft"
local errors = require "extcontacts.base.errors"
local existing = require "extcontacts.fix.plan.existing"
local find_contact = require "extcontacts.fix.find_contact"
local fix_calls = require "extcontacts.fix.plan.fix_calls"
local forgotten = require "extcontacts.fix.plan.forgotten"
local joins = require "extcontacts.fix.plan.joins"
local promotions = require "extcontacts.fix.promotions"
local selection = require "extcontacts.fix.plan.selection"
local source = require "extcontacts.fix.source"

local plan = {}

---@class extcontacts.fix.PlanOptions: extcontacts.fix.DraftOptions
---@field set table<string, any>|nil options of the fix
---@field ids string[]|nil plan only for the records with these ids; of a scan, only these are read
---@field where string|nil condition on the records, see docs/where.md; besides the fix's own filter
---@field on_record fun(records: integer, changes: integer, total: (fun(): integer|nil)|nil)|nil after each record, and
--- after several that the condition passes over
---@field getenv (fun(name: string): string|nil)|nil of the user's state directory; default: os.getenv

---@class extcontacts.fix.Plan
---@field path string|nil
---@field header extcontacts.fix.Header
---@field totals extcontacts.fix.Totals
---@field changes integer
---@field skipped_path string|nil the file that lists the skipped records
---@field output_paths string[] of the files that the fix wrote
---@field absent string[]|nil of the option `ids`: those of which the source had no record
---@field mistake string|nil what the fix seems to do wrong: it changed records and returned none

local call, refuse_result = fix_calls.call, fix_calls.refuse

-- One run of the planner.
local Planner = {}
Planner.__index = Planner

-- A value that can't be sent, such as a text that is not UTF-8, is reported
-- under its field's name; building the change may fail on it first.
local function change_of(fix, item, action)
  local ok, change = pcall(changes.from_action, fix, item, action)
  if ok and change == nil then
    return nil
  end
  local text, problem = core.json.encode(action.record or action.body or {}, { whole = true })
  if not text then
    refuse_result(item, problem)
  elseif not ok then
    error(change, 0)
  end
  return change
end

-- What the fix's `change` asks for; it gets a copy.
function Planner:actions_for(item)
  if not self.acceptance:test(item) then
    return {}
  end
  source.complete(item)
  local given = item.record and deepcopy(item.record) or nil
  local result = call("change", item, self.fix.change, given, self.ctx)
  self.forgotten:watch(item, given, result)
  local list, misuse = actions.of(result, item.reference)
  if not list then
    refuse_result(item, misuse)
  end
  return list
end

function Planner:is_open()
  return not self.limit or self.draft.count < self.limit
end

-- Adds a change; false once the limit is reached.
function Planner:add(change)
  self.draft:add(change)
  return self:is_open()
end

-- Adds a change, or skips the record for a reason; false once the limit is reached.
function Planner:add_or_skip(item, change, reason, detail)
  if change then
    changes.warn(change, self.notes.warnings)
    return self:add(change)
  elseif reason then
    self.draft.skipped:add(reason, item, nil, detail)
  end
  return true
end

-- Adds the pending moves, or skips them; false once the limit is reached.
function Planner:add_moves()
  return self.moves:flush(function(change)
    return self:add(change)
  end, function(item, reason, detail)
    self.draft.skipped:add(reason, item, nil, detail)
  end)
end

-- Takes a move; false once the limit is reached.
function Planner:move(action, item)
  self.moves:take(item, action, self.notes.warnings)
  local is_near = self.limit and self.draft.count + #self.moves.pending >= self.limit
  return not (is_near or self.moves:is_full()) or self:add_moves()
end

-- The first value of a change that the server would reject.
local function refused_of(change)
  for _, warning in ipairs(change.warnings or {}) do
    if warning.rule then
      return warning
    end
  end
end

-- Adds one of an item's changes; false once the limit is reached.
function Planner:take_action(item, action, is_first)
  if action.op == "merge" and action.survivor then
    self.joins:gather(action)
    return true
  elseif action.op == "merge" or action.op == "consolidate" then
    return self.joins:take(self.selection:guard(action, self.described.kind), item, self.notes.warnings)
  elseif not self.joins:flush() then
    return false -- the changes of a plan keep their order
  elseif action.op == "promote" then
    return self:add_or_skip(item, promotions.plan(item.reference, item.record))
  elseif action.op == "move" then
    return self:move(action, item)
  end
  local change = change_of(self.fix, item, action)
  local refused = change and action.refuse and refused_of(change)
  if not change then
    return true
  elseif refused then
    action.refuse(refused)
    return true
  elseif is_first then
    changes.warn(change, self.notes.warnings)
  end
  if change.op == "create" and not action.is_new then
    return self.creates:take(change, item)
  end
  return self:add(change)
end

-- Adds the changes for one record or row; false once the limit is reached.
function Planner:take(item)
  self.notes.warnings = {}
  self.ctx.row, self.ctx.missing = item.row, item.missing and (item.absent or find_contact.NOBODY) or nil
  for index, action in ipairs(self:actions_for(item)) do
    if not self:take_action(item, action, index == 1) then
      return false
    end
  end
  return true
end

function Planner:source()
  local described = self.fix.source
  if type(described) == "function" then
    described = call("source", nil, described, self.ctx.options)
    if not source.is(described) then
      errors.raise_invalid "'source' of the fix must return a source, such as fix.scan(\"contacts\") or fix.csv(path)"
    end
  end
  return described
end

-- Opens a source.  The iterator of fix.each is code of the fix.
function Planner:open(described)
  local next_item, close = self.selection:open(self.client)
  if next_item then
    return next_item, close
  end
  if described.method then
    -- A listing's options are checked when it is opened, and their mistakes are the fix's.
    return call("source", nil, source.open, described, self.client, self.ctx, self.acceptance:trial(function(count)
      self:pass_over(count)
    end))
  elseif described.type ~= "each" then
    return source.open(described, self.client, self.ctx)
  end
  next_item, close = call("source", nil, source.open, described, self.client, self.ctx)
  return function()
    return (call("source", nil, next_item))
  end, close
end

-- Counts records; returns the totals.
function Planner:count(count)
  local totals = self.draft.totals
  totals.records = totals.records + count
  return totals
end

function Planner:report_progress()
  if self.on_record then
    self.on_record(self.draft.totals.records, self.draft.count, self.total_of)
  end
end

-- Counts records of a listing that the caller has not selected.
function Planner:pass_over(count)
  local totals = self:count(count)
  totals.unselected = (totals.unselected or 0) + count
  self:report_progress()
end

-- Whether the caller has selected a record.
function Planner:selects(item)
  local selected, reason = self.selection:test(item)
  if reason then
    self.ctx.skip(reason)
  elseif not selected then
    local totals = self.draft.totals
    totals.unselected = (totals.unselected or 0) + 1
  end
  return selected
end

-- Passes an item on to the fix; false once the limit is reached.
function Planner:pass(item)
  if not self:selects(item) then
    return true
  elseif item.skipped then
    self.ctx.skip(item.skipped, nil, item.detail)
    return true
  elseif item.missing and self.described.missing ~= "change" then
    self.ctx.skip(item.absent or find_contact.NOBODY)
    return true
  end
  return self:take(item)
end

function Planner:run()
  local fix, ctx, notes = self.fix, self.ctx, self.notes
  local described = self:source()
  self.described = described
  self.selection = selection.new(described, self.where, self.ids)
  self.acceptance = acceptance.new(fix, described, self.selection, ctx)
  if described.prepare then
    described.prepare(ctx.client)
  end
  self.draft.header.source = source.summary(described)
  self.draft.header.source.where = self.where
  self.draft.header.source.chosen = self.selection.chosen and #self.selection.chosen.ids or nil
  self.draft:start()
  if fix.prepare then
    call("prepare", nil, fix.prepare, ctx)
  end
  local next_item, close
  next_item, close, self.total_of = self:open(described)
  local item, goes_on = next_item(), true
  while item and goes_on do
    self:count(1)
    notes.item = item
    goes_on = self:pass(item)
    if goes_on then
      self:report_progress()
      notes.item = nil
      item = next_item()
    end
  end
  notes.item = nil
  close()
  if self.creates:flush() and goes_on and self.joins:flush() and self:add_moves() then
    self.joins:flush_gathered()
  end
  self.absent = goes_on and self.selection:note_absent(self.draft.skipped) or nil
  if fix.finish then
    call("finish", nil, fix.finish, ctx)
  end
  return self.draft:finish()
end

--- Plans a fix.
---@param client extcontacts.Client
---@param fix extcontacts.fix.Definition from `fix.load` or `fix.define`
---@param options extcontacts.fix.PlanOptions|nil
---@return extcontacts.fix.Plan|nil
---@return extcontacts.Error|nil
function plan.make(client, fix, options)
  if type(fix) ~= "table" or type(fix.options) ~= "table" then
    error("fix.plan requires a fix from fix.load or fix.define, got " .. type(fix), 2)
  end
  options = options or {}
  local set, err = definition.options(fix, options.set)
  if not set then
    return nil, err
  end
  local header = { name = fix.name, fix = { path = fix.path, sha256 = fix.sha256 }, options = set }
  local begun
  begun, err = draft.new(client, header, options)
  if not begun then
    return nil, err
  end
  local ctx, notes, close = context.new(client, set, options.output, begun, options.getenv)
  begun.dependents.moves = division_moves.new(client, options.output)
  local planner = setmetatable({
    client = client, existing = existing.new(client, options.output), fix = fix, draft = begun,
    moves = begun.dependents.moves, ctx = ctx, notes = notes, limit = options.limit, where = options.where,
    on_record = options.on_record, ids = options.ids, forgotten = forgotten.new(),
  }, Planner)
  planner.creates = creates.new(client, planner.existing, function(change)
    return planner:is_open() and planner:add(change)
  end, function(reason, item)
    begun.skipped:add(reason, item)
  end)
  planner.joins = joins.new(client, planner.existing, begun, function()
    return planner:is_open()
  end)
  local totals
  totals, err = errors.catch(planner.run, planner)
  close()
  if not totals then
    begun:abandon()
    return nil, err
  end
  return {
    path = options.output, header = header, totals = totals, changes = totals.changes,
    skipped_path = begun.skipped_path, output_paths = notes.output_paths, mistake = planner.forgotten:mistake(),
    absent = planner.absent,
  }
end

return plan
