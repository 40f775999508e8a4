--- Finds the records that the server would reject at their next update, and why.
-- An update replaces the whole record, so one invalid field makes the server reject
-- any change to it.  Nothing is written.

local conditions = require "extcontacts.fix.plan.selection"
local diff = require "extcontacts.record.diff"
local errors = require "extcontacts.base.errors"
local fix_source = require "extcontacts.fix.source"
local format = require "extcontacts.snapshot.format"
local identity = require "extcontacts.fix.identity"
local lint = require "extcontacts.record.lint"
local options_check = require "extcontacts.base.options"
local schemas = require "extcontacts.fix.schemas"
local snapshot_reader = require "extcontacts.snapshot.reader"

local rejections = {}

---@class extcontacts.tidy.Rejection a record, and a rule that it breaks
---@field kind extcontacts.record.TypeName
---@field id string
---@field owner string|nil of a note
---@field field string dotted path
---@field rule extcontacts.record.Rule
---@field problem string a sentence without the value

---@class extcontacts.tidy.RejectionTotals
---@field records integer records read
---@field rejected integer records that the server would reject
---@field rules table<string, table<string, integer>> by rule and field: the problems found
---@field unchecked table<string, integer> by reason: records whose custom fields can't be checked

---@class extcontacts.tidy.RejectionOptions
---@field source extcontacts.fix.Source|extcontacts.fix.Source[]|nil which records to read; default: a scan of all
---@field snapshot string|nil path of a snapshot to read instead
---@field only string[]|nil the listings of the scan or snapshot; default all
---@field where string|nil condition on the records to check, see docs/where.md
---@field same_organization boolean|nil of the snapshot: as for `fix.apply`
---@field on_rejection fun(rejection: extcontacts.tidy.Rejection)|nil
---@field on_record fun(records: integer, reference: extcontacts.record.Reference)|nil
---@field on_skipped fun(item: extcontacts.fix.Item)|nil a row or id without a record

local OPTIONS = {
  source = { "table" }, snapshot = { "string" }, only = { "table" }, where = { "string" },
  same_organization = { "boolean" }, on_rejection = { "function" }, on_record = { "function" },
  on_skipped = { "function" },
}

local OFFLINE = "not connected, so that schemas can't be read"

-- Where a schema would be read: nobody is connected.
local function no_schemas()
  return nil, OFFLINE, true
end

--- Finds the rules that a record breaks.
---@param kind extcontacts.record.TypeName
---@param record table
---@param read_schema (fun(kind: string, record: table): table|nil, string|nil, boolean|nil)|nil of
--- `fix.schemas`; without it custom fields are not checked
---@return extcontacts.record.Warning[] problems
---@return string|nil unchecked why the custom fields were not checked
function rejections.of(kind, record, read_schema)
  local problems, unchecked = lint.rejected(kind, record), nil
  for _, problem in ipairs(schemas.problems(kind, record, read_schema or no_schemas)) do
    if problem.rule then
      problems[#problems + 1] = problem
    else
      unchecked = problem.text
    end
  end
  return problems, unchecked
end

-- One run: `client`, `options`, `totals`, `read_schema`; `custom` has the custom
-- fields that are counted.
local Run = {}
Run.__index = Run

-- Custom fields that the totals count one by one; the others count as `customFields`.
local MOST_CUSTOM_FIELDS = 500

-- The field that the totals count a problem under.
function Run:counted_field(path)
  if path[1] ~= "customFields" or not path[2] then
    return path[1]
  elseif not self.custom[path[2]] then
    if self.custom_count == MOST_CUSTOM_FIELDS then
      return path[1]
    end
    self.custom[path[2]], self.custom_count = true, self.custom_count + 1
  end
  return diff.name { path[1], path[2] }
end

local function count(counts, key)
  counts[key] = (counts[key] or 0) + 1
end

function Run:report(reference, problem)
  local rules = self.totals.rules
  rules[problem.rule] = rules[problem.rule] or {}
  count(rules[problem.rule], self:counted_field(problem.path))
  if self.options.on_rejection then
    self.options.on_rejection {
      kind = reference.kind,
      id = reference.id,
      owner = reference.owner,
      field = diff.name(problem.path),
      rule = problem.rule,
      problem = problem.text,
    }
  end
end

function Run:check(reference, record)
  local totals = self.totals
  if self.is_selected and not self.is_selected(reference.kind, record) then
    return
  end
  totals.records = totals.records + 1
  local problems, unchecked = rejections.of(reference.kind, record, self.read_schema)
  for _, problem in ipairs(problems) do
    self:report(reference, problem)
  end
  totals.rejected = totals.rejected + (#problems > 0 and 1 or 0)
  if unchecked then
    count(totals.unchecked, unchecked)
  end
  if self.options.on_record then
    self.options.on_record(totals.records, reference)
  end
end

function Run:read_source(described)
  local next_item, close = fix_source.open(described, self.client, { client = self.client })
  local done, err = errors.catch(function()
    for item in next_item do
      if item.record then
        self:check(item.reference, item.record)
      elseif self.options.on_skipped then
        self.options.on_skipped(item)
      end
    end
    return true
  end)
  close()
  if not done then
    error(err, 0)
  end
end

function Run:read_snapshot(path, listings)
  local snapshot = assert(snapshot_reader.open(path))
  local done, err = errors.catch(function()
    if self.client then
      assert(identity.check(path, snapshot.header, self.client, self.options.same_organization))
    end
    for _, listing in ipairs(listings) do
      for entry in snapshot:entries(listing) do
        self:check({ kind = entry.kind, id = entry.record.id, owner = entry.owner }, entry.record)
      end
    end
    return true
  end)
  snapshot:close()
  if not done then
    error(err, 0)
  end
end

function Run:read_all()
  local options = self.options
  local listings = format.wanted(options.only)
  if options.snapshot then
    return self:read_snapshot(options.snapshot, listings)
  end
  local sources = options.source
  if fix_source.is(sources) then
    sources = { sources }
  end
  for index, source in ipairs(sources or listings) do
    self:read_source(sources and sources[index] or fix_source.scan(source))
  end
end

local function misuse_of(client, options)
  if options.source and (options.snapshot or options.only) then
    return "option 'source' cannot be combined with 'snapshot' or 'only'"
  elseif not client and not options.snapshot then
    return "without a client, name a snapshot (option 'snapshot')"
  end
end

--- Finds the records that the server would reject at their next update.  Custom
-- fields are checked against the schemas on the server; without a client, a
-- snapshot is checked without them.
---@param client extcontacts.Client|nil
---@param options extcontacts.tidy.RejectionOptions|nil
---@return extcontacts.tidy.RejectionTotals|nil
---@return extcontacts.Error|nil
function rejections.find(client, options)
  options = options or {}
  local misuse = options_check.problem(options, OPTIONS) or misuse_of(client, options)
    or select(2, format.wanted(options.only))
  if misuse then
    error(misuse, 2)
  end
  local run = setmetatable({
    client = client,
    options = options,
    read_schema = client and schemas.reader(client) or nil,
    custom = {},
    custom_count = 0,
    totals = { records = 0, rejected = 0, rules = {}, unchecked = {} },
  }, Run)
  return errors.catch(function()
    run.is_selected = options.where and conditions.of_any_kind(options.where)
    run:read_all()
    return run.totals
  end)
end

return rejections
