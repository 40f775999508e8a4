--- Reads records into a profile: one pass, in bounded memory.

local diff = require "extcontacts.record.diff"
local emails = require "extcontacts.data_profile.emails"
local field_tally = require "extcontacts.data_profile.field_tally"
local fix_runs = require "extcontacts.data_profile.fix_runs"
local identifiers = require "extcontacts.data_profile.identifiers"
local layout = require "extcontacts.data_profile.layout"
local phones = require "extcontacts.data_profile.phones"
local rejections = require "extcontacts.tidy.rejections"
local schemas = require "extcontacts.fix.schemas"
local spoilt = require "extcontacts.data_profile.spoilt"

local collector = {}

-- Fields that no model has, such as custom fields, that are counted one by one.
local MOST_OTHERS = 200
-- Versions of schemas that are counted.
local MOST_SCHEMAS = 100

---@class extcontacts.data_profile.Collector
---@field records integer
---@field tallies table<string, extcontacts.data_profile.FieldTally>
---@field order extcontacts.data_profile.FieldTally[] the model's fields, the columns of a file, then others as they
--- came
---@field listed integer those before the others
---@field left_off integer values of fields that are not counted
local Collector = {}
Collector.__index = Collector

--- Creates one.
---@param options extcontacts.data_profile.Options
---@return extcontacts.data_profile.Collector
function collector.new(options)
  local kind, client = options.kind or "contact", options.client
  local root, leaves = layout.of(kind)
  local self = setmetatable({
    kind = kind, records = 0, root = root, tallies = {}, order = {}, others = 0, left_off = 0,
    read_schema = client and schemas.reader(client) or nil,
    rejected = 0, rules = {}, unchecked = {}, schemas = {}, schema_count = 0,
    phones = phones.new(kind), emails = kind == "contact" and emails.new() or nil,
    identifiers = identifiers.new(kind, options.phone_region),
    fixes = fix_runs.new(kind, { region = options.phone_region, where = options.where, now = function()
      return options.now or client and client:server_time() or os.time()
    end }),
  }, Collector)
  for index, node in ipairs(leaves) do
    local tally = field_tally.new(node.name, node)
    self.order[index], self.tallies[node.name] = tally, tally
  end
  for _, name in ipairs(options.columns or {}) do
    self:tally(nil, name)
  end
  self.listed = #self.order
  function self.visit(node, name, value)
    self:take(node, name, value)
  end
  return self
end

-- The tally of a field; nil once there are too many.
function Collector:tally(node, name)
  local tally = self.tallies[name]
  if not tally and self.others < MOST_OTHERS then
    tally = field_tally.new(name, node)
    self.tallies[name], self.order[#self.order + 1] = tally, tally
    self.others = self.others + 1
  end
  return tally
end

function Collector:take(node, name, value)
  if value == nil then
    return
  end
  local tally = self:tally(node, name)
  if not tally then
    self.left_off = self.left_off + 1
  elseif tally:add(value, self.id) and spoilt.is(node, value) then
    tally:add_invalid "spreadsheet"
  end
end

-- The tally of the field that a problem is about: of the whole path, or of the longest
-- part of it that is a field.
function Collector:tally_at(path)
  for size = #path, 1, -1 do
    local name = table.concat(path, ".", 1, size)
    if self.tallies[name] then
      return self.tallies[name]
    end
  end
end

-- Counts a broken rule once a record.
function Collector:note_rule(seen, rule, field, tally)
  local key = rule .. "\t" .. field
  if seen[key] then
    return
  end
  seen[key] = true
  self.rules[key] = (self.rules[key] or 0) + 1
  if tally then
    tally:add_invalid(rule)
  end
end

function Collector:check(record)
  local problems, unchecked = rejections.of(self.kind, record, self.read_schema)
  local seen = #problems > 0 and {} or nil
  for _, problem in ipairs(problems) do
    local tally = self:tally_at(problem.path)
    self:note_rule(seen, problem.rule, tally and tally.name or problem.path[1], tally)
  end
  self.rejected = self.rejected + (#problems > 0 and 1 or 0)
  if unchecked then
    self.unchecked[unchecked] = (self.unchecked[unchecked] or 0) + 1
  end
end

function Collector:note_schema(record)
  local schema = record.schema
  if type(schema) ~= "table" or type(schema.id) ~= "string" or type(schema.version) ~= "number" then
    return
  end
  local versions = self.schemas[schema.id]
  if not versions and self.schema_count < MOST_SCHEMAS then
    versions = {}
    self.schemas[schema.id] = versions
  end
  if versions and (versions[schema.version] or self.schema_count < MOST_SCHEMAS) then
    self.schema_count = self.schema_count + (versions[schema.version] and 0 or 1)
    versions[schema.version] = (versions[schema.version] or 0) + 1
  end
end

--- Counts a record.
---@param record table not changed
function Collector:add(record)
  self.records = self.records + 1
  self.id = type(record.id) == "string" and record.id or nil
  layout.walk(self.root, record, self.visit)
  self:check(record)
  self:note_schema(record)
  self.identifiers:add(record)
  local open = self.phones:add(record, function(field)
    local tally = self.tallies[diff.name { field, "display" }]
    tally:add_invalid "phone"
  end)
  if self.emails then
    self.emails:add(record)
  end
  self.fixes:add(record, open)
end

--- Notes how many records have each field so far: the first half of a sample.
function Collector:mark_half()
  self.half = self.records
  for _, tally in ipairs(self.order) do
    tally.filled_in_half = tally.filled
  end
end

return collector
