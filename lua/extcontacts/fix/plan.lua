--- Planning: reads the source, asks the fix, and writes what would be done.
-- Nothing is sent but reads.

local actions = require "extcontacts.fix.actions"
local canonical = require "extcontacts.record.canonical"
local context = require "extcontacts.fix.context"
local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local deepcopy = require "extcontacts.base.deepcopy"
local definition = require "extcontacts.fix.definition"
local diff = require "extcontacts.record.diff"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local lint = require "extcontacts.record.lint"
local planfile = require "extcontacts.fix.planfile"
local records = require "extcontacts.record"
local skipped = require "extcontacts.fix.skipped"
local source = require "extcontacts.fix.source"
local types = require "extcontacts.record.types"

local plan = {}

local CLASSES = {
  update = "reversible",
  create = "partly_reversible",
  delete = "partly_reversible",
  erase = "irreversible",
}

--- The class of an operation.
---@param op string
---@return string
function plan.class(op)
  return CLASSES[op]
end

--- The server that a client talks to.
---@param client extcontacts.Client
---@return string
function plan.server(client)
  local request = assert(client:plan("contacts.get", "x"))
  return (request.url:gsub("/api/v2/.*$", ""))
end

------------------------------------------------------------------- changes --

--- What of a record is sent: without what the server owns.
---@param kind extcontacts.fix.KindName
---@param record table
---@return table
function plan.writable(kind, record)
  local body = records.writable(types.by_name[kind].model, record)
  for name in pairs(types.owned) do
    body[name] = nil
  end
  return body
end

local function joined(...)
  local out = core.json.array {}
  for _, list in ipairs { ... } do
    for _, item in ipairs(list) do
      out[#out + 1] = item
    end
  end
  return #out > 0 and out or nil
end

-- A custom canonical form says that nothing that counts has changed.
local function same_to_fix(made, before, after)
  return made.canonical ~= nil and canonical.text(made.canonical(deepcopy(before)))
    == canonical.text(made.canonical(deepcopy(after)))
end

local BUILD = {}

--- An update's change: the record with the differences of another.  nil where
-- there is none that counts.
---@param reference extcontacts.fix.Reference
---@param before table
---@param after table
---@return extcontacts.fix.Change|nil
function plan.update(reference, before, after)
  local differences = diff.between(reference.kind, before, after)
  if #differences == 0 then
    return nil
  end
  local body = plan.writable(reference.kind, diff.put(deepcopy(before), differences))
  return {
    kind = reference.kind,
    op = "update",
    id = reference.id,
    owner = reference.owner,
    before = before,
    after = body,
    diff = differences,
    warnings = joined(lint.cleared(differences), lint.unknown(reference.kind, differences),
      lint.check(reference.kind, body)),
  }
end

function BUILD.update(made, item, step)
  if same_to_fix(made, item.record, step.record) then
    return nil
  end
  return plan.update(item.reference, item.record, step.record)
end

--- A create's change.
---@param kind extcontacts.fix.KindName
---@param owner string|nil
---@param given table
---@return extcontacts.fix.Change
function plan.create(kind, owner, given)
  local body = plan.writable(kind, given)
  local differences = diff.between(kind, {}, body)
  return {
    kind = kind,
    op = "create",
    owner = owner,
    after = body,
    diff = differences,
    warnings = joined(lint.unknown(kind, differences), lint.check(kind, body)),
  }
end

function BUILD.create(_, _, step)
  local change = plan.create(step.kind, step.owner, step.body)
  change.unless_exists = step.unless_exists
  return change
end

--- A delete's change.
---@param reference extcontacts.fix.Reference
---@param before table
---@return extcontacts.fix.Change
function plan.delete(reference, before)
  return { kind = reference.kind, op = "delete", id = reference.id, owner = reference.owner, before = before }
end

function BUILD.delete(_, item)
  return plan.delete(item.reference, item.record)
end

function BUILD.erase(_, item)
  local reference = item.reference
  return {
    kind = reference.kind,
    op = "erase",
    id = reference.id,
    owner = reference.owner,
    digest = canonical.digest(reference.kind, item.record),
  }
end

-------------------------------------------------------------------- totals --

local function count(counts, name)
  counts[name] = (counts[name] or 0) + 1
end

local function add_to(totals, change)
  count(totals.operations, change.kind .. "." .. change.op)
  count(totals.classes, change.class)
  if change.old_id then
    totals.recreated = (totals.recreated or 0) + 1
  end
  for _, one in ipairs(change.diff or {}) do
    count(totals.fields, change.kind .. "." .. diff.name(one.path))
  end
  for _, warning in ipairs(change.warnings or {}) do
    count(totals.warnings, warning.code)
  end
end

----------------------------------------------------------------- the writer --

--- What both a fix's plan and an undo's write into: a plan in the making.
---@class extcontacts.fix.Draft
---@field skipped extcontacts.fix.Skipped
local Draft = {}
Draft.__index = Draft

--- Begins a plan.
---@param client extcontacts.Client
---@param header table `name`, `fix`, `source`, `options`
---@param options { output: string|nil, by: string|nil, time: number|nil, on_change: function|nil }
---@return extcontacts.fix.Draft|nil
---@return extcontacts.Error|nil
function plan.begin(client, header, options)
  header.created = dates.text(options.time)
  header.by = options.by or os.getenv "USER" or os.getenv "LOGNAME" or "unknown"
  header.server = plan.server(client)
  local draft = setmetatable({
    header = header,
    output = options.output,
    on_change = options.on_change,
    totals = { records = 0, operations = {}, classes = {}, fields = {}, warnings = {} },
    skipped = skipped.new(options.output),
    count = 0,
  }, Draft)
  if options.output and files.exists(options.output .. ".journal") then
    return errors.invalid(("%s was already applied: %s.journal is there; plan under another name")
      :format(options.output, options.output), "applied")
  end
  return draft
end

--- Begins to write, once the header is complete.
function Draft:start()
  if self.output then
    local err
    self.file, err = planfile.write(self.output, self.header)
    if not self.file then
      error(err, 0)
    end
  end
end

--- Adds a change; raises an error object where it can't be written.
---@param change extcontacts.fix.Change without number, class and hash
function Draft:add(change)
  change.class = CLASSES[change.op]
  self.count = self.count + 1
  if self.file then
    local ok, err = self.file:change(change)
    if not ok then
      error(err, 0)
    end
  else
    change.n = self.count
  end
  add_to(self.totals, change)
  if self.on_change then
    self.on_change(change)
  end
end

--- Completes the plan; `skipped_path` then tells where it stands what is skipped.
---@return extcontacts.fix.Totals|nil
---@return extcontacts.Error|nil
function Draft:finish()
  local err
  self.totals.skipped = self.skipped.counts
  self.skipped_path, err = self.skipped:finish()
  if err then
    return nil, err
  elseif self.file then
    return self.file:finish(self.totals)
  end
  self.totals.changes = self.count
  return self.totals
end

function Draft:abandon()
  self.skipped:abandon()
  if self.file then
    self.file:abandon()
  end
end

---------------------------------------------------------------- of a fix ----

local function name_of(item)
  local reference = item.reference
  return reference and ("%s %s"):format(reference.kind:gsub("_", " "), reference.id) or "a row"
end

-- Calls one of the fix's functions; what it raises is the fix's fault, unless
-- it is the failure of a read.
local function ask(name, item, fn, ...)
  local done, result, more = pcall(fn, ...)
  if done then
    return result, more
  elseif errors.is_error(result) then
    error(result, 0)
  end
  errors.raise_invalid(("%s of the fix fails%s: %s"):format(name,
    item and " for " .. name_of(item) or "", tostring(result)))
end

-- The change that a step asks for, if it is one.  A value that can't be sent,
-- such as a text that is not UTF-8, is refused by its name.
local function build(made, item, step)
  local built, change = pcall(BUILD[step.op], made, item, step)
  if built and change == nil then
    return nil
  end
  local given = step.record or step.body
  local text, problem = core.json.encode(given or {})
  if not text then
    errors.raise_invalid(("change of the fix, for %s: %s"):format(name_of(item), problem))
  elseif not built then
    error(change, 0)
  end
  return change
end

-- The changes of one item, into the draft; false once the limit is reached.
local function take(draft, made, item, ctx, notes, limit)
  notes.warnings = {}
  ctx.row = item.row
  local given = item.record and deepcopy(item.record) or nil
  if made.filter and not ask("filter", item, made.filter, given, ctx) then
    return true
  elseif made.filter and given then
    given = deepcopy(item.record) -- whatever the filter did to it
  end
  local result = ask("change", item, made.change, given, ctx)
  local wanted, misuse = actions.of(result, item.reference)
  if not wanted then
    errors.raise_invalid(("change of the fix, for %s: %s"):format(name_of(item), misuse))
  end
  for index, step in ipairs(wanted) do
    local change = build(made, item, step)
    if change then
      if index == 1 then
        change.warnings = joined(change.warnings or {}, notes.warnings)
      end
      draft:add(change)
      if limit and draft.count >= limit then
        return false
      end
    end
  end
  return true
end

local function read_all(draft, made, client, ctx, notes, options)
  local described = made.source
  if type(described) == "function" then
    described = ask("source", nil, described, ctx.options)
    if not source.is(described) then
      errors.raise_invalid "source of the fix must give what fix.scan, fix.csv and so on make"
    end
  end
  draft.header.source = source.summary(described)
  draft:start()
  if made.prepare then
    ask("prepare", nil, made.prepare, ctx)
  end
  local next_item, close = source.open(described, client, ctx)
  local item = next_item()
  while item do
    draft.totals.records = draft.totals.records + 1
    notes.item = item
    if item.skipped then
      ctx.skip(item.skipped)
    elseif item.missing and described.missing ~= "change" then
      ctx.skip "no such record"
    elseif not take(draft, made, item, ctx, notes, options.limit) then
      break
    end
    if options.on_record then
      options.on_record(draft.totals.records, draft.count)
    end
    notes.item = nil
    item = next_item()
  end
  notes.item = nil
  close()
  if made.finish then
    ask("finish", nil, made.finish, ctx)
  end
  return draft:finish()
end

---@class extcontacts.fix.PlanOptions
---@field output string|nil path of the plan file; without it nothing is written
---@field limit integer|nil stop after so many changes
---@field set table<string, any>|nil options of the fix
---@field by string|nil who; default: the user's name from the environment
---@field on_change fun(change: extcontacts.fix.Change)|nil called with each change
---@field on_record fun(records: integer, changes: integer)|nil called after each record

---@class extcontacts.fix.Plan
---@field path string|nil
---@field header extcontacts.fix.Header
---@field totals extcontacts.fix.Totals
---@field changes integer
---@field skipped_path string|nil the file with what was left to people, and why

--- Plans a fix.
---@param client extcontacts.Client
---@param made extcontacts.fix.Definition from `definition.load` or `definition.define`
---@param options extcontacts.fix.PlanOptions|nil
---@return extcontacts.fix.Plan|nil
---@return extcontacts.Error|nil
function plan.make(client, made, options)
  options = options or {}
  local set, err = definition.options(made, options.set)
  if not set then
    return nil, err
  end
  local header = {
    name = made.name,
    fix = { path = made.path, sha256 = made.sha256 },
    options = set,
  }
  local draft
  draft, err = plan.begin(client, header, options)
  if not draft then
    return nil, err
  end
  local ctx, notes, close = context.new(client, set, options.output, draft.skipped)
  local totals
  totals, err = errors.catch(read_all, draft, made, client, ctx, notes, options)
  close()
  if not totals then
    draft:abandon()
    return nil, err
  end
  return {
    path = options.output, header = header, totals = totals, changes = totals.changes,
    skipped_path = draft.skipped_path,
  }
end

return plan
