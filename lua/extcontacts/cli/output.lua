--- How records are written: JSON for one, a line each (NDJSON), one JSON
-- array, or CSV; whole or some of their fields.  Holds one record at a time.

local core = require "extcontacts.core"
local csv = require "extcontacts.base.csv"
local exit = require "extcontacts.cli.exit"
local field_path = require "extcontacts.base.path"
local models = require "extcontacts.api.models"
local parser_of = require "extcontacts.cli.parser"
local records = require "extcontacts.record"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"

local output = {}

local null, array_mt = core.json.null, core.json.array_mt

--- The names of a model's fields, those of the objects in it too.
---@param model extcontacts.Model|nil
---@return string[]
function output.field_names(model)
  local names = {}
  for _, field in ipairs(model and model.fields or {}) do
    local inner = field.shape == "value" and models[field.type]
    names[#names + 1] = field.wire
    for _, one in ipairs(inner and inner.fields or {}) do
      names[#names + 1] = field.wire .. "." .. one.wire
    end
  end
  return names
end

--- Declares the options.
---@param parser table
---@param model string|nil of the records
function output.setup(parser, model)
  parser:mutex(
    parser:flag("--json", "indented JSON; of several records an array"),
    parser:flag("--ndjson", "a line of JSON for each record"),
    parser:flag("--csv", "CSV with a header line")
  )
  local fields = parser:option("--fields", "only these fields: id,workEmail,workPhone.e164")
    :argname("LIST"):count("*")
  parser_of.completes(fields, function()
    return output.field_names(models[model])
  end)
  parser:flag("--bom", "begin CSV with a byte order mark, without which Excel misreads letters like ü")
  parser:flag("--raw-cells", "leave CSV cells alone that a spreadsheet takes for a formula")
end

-------------------------------------------------------------------- fields --

-- "a,b.c" → { { "a" }, { "b", "c" } }
local function parse_fields(lists)
  local fields = {}
  for _, text in ipairs(lists) do
    for name in text:gmatch("[^,%s]+") do
      fields[#fields + 1] = { name = name, path = field_path.split(name) }
    end
  end
  return fields
end

-- The API may have fields the table does not know, so this only warns.
local function warn_of_unknown(context, model, fields)
  for _, field in ipairs(fields) do
    local part, owner = records.unknown_part(model, field.path)
    if part then
      local near = suggest.nearest(part, suggest.keys(owner.by_wire))
      context:say("%s is not known to have a field '%s'%s", owner.name, part,
        near and (", did you mean '" .. near .. "'?") or "")
    end
  end
end

-- Null stays null here, unlike in `field_path.at`.
local function value_at(record, path)
  local value = record
  for _, part in ipairs(path) do
    if type(value) ~= "table" then
      return nil
    end
    value = value[part]
  end
  return value
end

-- A record with nothing but some of its fields.
local function project(record, fields)
  local out = {}
  for _, field in ipairs(fields) do
    local value = value_at(record, field.path)
    if value ~= nil then
      local at = out
      for index = 1, #field.path - 1 do
        at[field.path[index]] = at[field.path[index]] or {}
        at = at[field.path[index]]
      end
      at[field.path[#field.path]] = value
    end
  end
  return out
end

-- The columns of a model, so that they are the same whatever the records
-- hold.  Other records are named by their ids.
local function columns_of(model, prefix, depth, columns)
  for _, field in ipairs(model.fields) do
    local inner = field.shape == "value" and models[field.type]
    local name = prefix .. field.wire
    if inner and inner.by_wire.selfUri then
      columns[#columns + 1] = name .. ".id"
    elseif inner and depth < 3 then
      columns_of(inner, name .. ".", depth + 1, columns)
    else
      columns[#columns + 1] = name
    end
  end
  return columns
end

------------------------------------------------------------------- writing --

local function encode(value)
  return assert(core.json.encode(value, { sort_keys = true }))
end

-- JSON with a line for each field.
local function indented(value, indent)
  if type(value) ~= "table" or next(value) == nil then
    return encode(value)
  end
  local inner = indent .. "  "
  local parts = {}
  if getmetatable(value) == array_mt or #value > 0 then
    for index, item in ipairs(value) do
      parts[index] = inner .. indented(item, inner)
    end
    return "[\n" .. table.concat(parts, ",\n") .. "\n" .. indent .. "]"
  end
  for _, key in ipairs(suggest.keys(value)) do
    parts[#parts + 1] = inner .. encode(key) .. ": " .. indented(value[key], inner)
  end
  return "{\n" .. table.concat(parts, ",\n") .. "\n" .. indent .. "}"
end

-- A cell of CSV.
local function cell(value)
  if value == nil or value == null then
    return ""
  elseif type(value) == "table" then
    return encode(value)
  end
  return value
end

local Writer = {}
Writer.__index = Writer

local FORMS = {}

FORMS.ndjson = {
  put = function(self, record)
    self.context:out(encode(record), "\n")
  end,
}

-- One record, as people read it.
FORMS.single = {
  put = function(self, record)
    self.context:out(indented(record, ""), "\n")
  end,
}

FORMS.array = {
  start = function(self)
    self.context:out "["
  end,
  put = function(self, record)
    self.context:out(self.count > 1 and ",\n  " or "\n  ", indented(record, "  "))
  end,
  finish = function(self)
    self.context:out(self.count > 0 and "\n]\n" or "]\n")
  end,
}

FORMS.csv = {
  start = function(self)
    local names = {}
    for index, field in ipairs(self.fields) do
      names[index] = field.name
    end
    self.context:out(self.bom and texts.BOM or "", csv.line(names, #names))
  end,
  put = function(self, record)
    local cells = {}
    for index, field in ipairs(self.fields) do
      cells[index] = cell(value_at(record, field.path))
    end
    self.context:out(csv.line(cells, #cells, self.raw))
  end,
}

--- Opens a writer.
---@param context table
---@param given table
---@param model string|nil of the records
---@param several boolean whether there may be more than one
---@return table writer `put(record)`, `finish()`, `count`
function output.open(context, given, model, several)
  local form = given.csv and "csv" or given.ndjson and "ndjson" or given.json and (several and "array" or "single")
    or (several and "ndjson" or "single")
  local self = setmetatable({
    context = context,
    form = FORMS[form],
    fields = parse_fields(given.fields),
    raw = given.raw_cells,
    bom = given.bom,
    count = 0,
  }, Writer)
  model = models[model]
  if #self.fields > 0 then
    if model then
      warn_of_unknown(context, model, self.fields)
    end
    self.project = form ~= "csv"
  elseif form == "csv" then
    if not model then
      exit.usage "--csv needs --fields here"
    end
    self.fields = parse_fields(columns_of(model, "", 1, {}))
  end
  if self.form.start then
    self.form.start(self)
  end
  return self
end

--- Writes a record.
---@param record table
function Writer:put(record)
  self.count = self.count + 1
  self.form.put(self, self.project and project(record, self.fields) or record)
end

--- Ends what was begun.
function Writer:finish()
  if self.form.finish then
    self.form.finish(self)
  end
end

--- Writes an answer, where it is not empty.  The records of a listing are
-- written one by one where the form asks for records.
---@param context table
---@param given table
---@param answer any
---@param model string|nil of the answer
---@param listed string|boolean|nil model of the records in it; true for ones whose model is not known;
--- none where it is no listing
function output.answer(context, given, answer, model, listed)
  if type(answer) ~= "table" then
    return
  end
  local several = listed and (given.csv or given.ndjson or #given.fields > 0) and type(answer.entities) == "table"
  local writer = output.open(context, given, several and listed or model, several)
  for _, record in ipairs(several and answer.entities or { answer }) do
    writer:put(record)
  end
  writer:finish()
end

return output
