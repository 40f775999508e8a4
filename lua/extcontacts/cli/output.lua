--- Writes records: a table, indented JSON, NDJSON, one JSON array, or CSV, with all or
-- some of their fields.  Holds one record at a time.

local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local csv = require "extcontacts.base.csv"
local exit = require "extcontacts.cli.exit"
local field_selection = require "extcontacts.cli.field_selection"
local models = require "extcontacts.api.models"
local output_format = require "extcontacts.cli.output_format"
local parser = require "extcontacts.cli.parser"
local suggest = require "extcontacts.base.suggest"
local table_writer = require "extcontacts.cli.table_writer"
local texts = require "extcontacts.base.text"

local unpack = compat.unpack

local output = {}

local null, array_mt = core.json.null, core.json.array_mt

local FORMATS = { "table", "json", "ndjson", "csv" }
local JSON = { json = "write indented JSON: an object, or one array for several records" }

--- Declares the options.
---@param argparser table
---@param model string|nil of the records
---@param default string|nil the default format, for the help; nil for JSON
---@param formats string[]|nil default: those of records
function output.setup(argparser, model, default, formats)
  default = default or "json, ndjson for several records"
  local elements = output_format.declare(argparser, formats or FORMATS, default, JSON)
  local selection = argparser:option("--fields", "write only these comma-separated fields, such as "
    .. "id,workEmail,workPhone.e164; can be repeated"):argname("LIST"):count("*")
  parser.completes(selection, function()
    return field_selection.names(models[model])
  end)
  elements[#elements + 1] = selection
  elements[#elements + 1] = argparser:flag("--bom", "start CSV with a byte order mark, which Excel needs to read "
    .. "UTF-8")
  elements[#elements + 1] = argparser:flag("--raw-cells", "do not put an apostrophe before CSV cells that a "
    .. "spreadsheet would run as a formula")
  argparser:group("Output", unpack(elements))
end

--- The default of commands that show records to people, for the help.
output.TABLE = "on a terminal a table, otherwise JSON, ndjson for several records"

------------------------------------------------------------------- writing --

local function encode(value)
  return assert(core.json.encode(value, { sort_keys = true }))
end

-- JSON with one line per field.
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
    self.ctx:out(encode(record), "\n")
  end,
}

FORMS.single = {
  put = function(self, record)
    self.ctx:out(indented(record, ""), "\n")
  end,
}

FORMS.array = {
  start = function(self)
    self.ctx:out "["
  end,
  put = function(self, record)
    self.ctx:out(self.count > 1 and ",\n  " or "\n  ", indented(record, "  "))
  end,
  finish = function(self)
    self.ctx:out(self.count > 0 and "\n]\n" or "]\n")
  end,
}

FORMS.csv = {
  start = function(self)
    local names = {}
    for index, field in ipairs(self.fields) do
      names[index] = field.name
    end
    self.ctx:out(self.bom and texts.BOM or "", csv.line(names, #names))
  end,
  put = function(self, record)
    local cells = {}
    for index, field in ipairs(self.fields) do
      cells[index] = cell(field_selection.value(record, field.path))
    end
    self.ctx:out(csv.line(cells, #cells, self.raw))
  end,
}

FORMS.table = {
  start = function(self)
    self.table = table_writer.new(self.ctx, self.model, self.fields, self.is_single)
  end,
  put = function(self, record)
    self.table:put(record)
  end,
  flush = function(self)
    self.table:flush()
  end,
  finish = function(self)
    self.table:finish()
    if self.count == 0 and not self.is_single then
      self.ctx:inform "no records"
    end
  end,
}

-- JSON and NDJSON where nothing was chosen, except for people at a terminal.
local function form_of(ctx, args, several, is_for_people)
  local format = output_format.of(args)
  if not format then
    format = is_for_people and ctx:is_terminal "stdout" and "table" or several and "ndjson" or "json"
  end
  return format == "json" and (several and "array" or "single") or format
end

--- Whether a writer of several records writes their texts as they are.
---@param ctx table
---@param args table
---@param is_for_people boolean|nil as for `open`
---@return boolean
function output.takes_texts(ctx, args, is_for_people)
  return form_of(ctx, args, true, is_for_people) == "ndjson" and #args.fields == 0
end

--- Opens a writer.
---@param ctx table
---@param args table
---@param model_name string|nil of the records
---@param several boolean whether there can be more than one
---@param is_for_people boolean|nil whether the default on a terminal is a table
---@return table writer `put(record)`, `flush()`, `finish()`, `count`
function output.open(ctx, args, model_name, several, is_for_people)
  local form, model = form_of(ctx, args, several, is_for_people), models[model_name]
  local self = setmetatable({
    ctx = ctx,
    form = FORMS[form],
    model = model,
    is_single = not several,
    fields = field_selection.parse(args.fields),
    raw = args.raw_cells,
    bom = args.bom,
    count = 0,
  }, Writer)
  if #self.fields > 0 then
    if model then
      field_selection.warn_of_unknown(ctx, model, self.fields)
    end
    self.project = form ~= "csv" and form ~= "table"
  elseif form == "csv" then
    if not model then
      exit.usage "--csv requires --fields for this response, such as --fields id,name"
    end
    self.fields = field_selection.columns(model)
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
  self.form.put(self, self.project and field_selection.project(record, self.fields) or record)
end

--- Writes records as they are, if the writer takes texts.
---@param raw string[] their JSON texts
function Writer:put_texts(raw)
  self.count = self.count + #raw
  self.ctx:out(core.lines.join(raw))
end

--- The same for lines of `json.decode`.
---@param lines userdata
function Writer:put_lines(lines)
  self.count = self.count + #lines
  self.ctx:out_lines(lines)
end

--- Writes what waits for further records, as at the end of a page.
function Writer:flush()
  if self.form.flush then
    self.form.flush(self)
  end
end

--- Completes the output.
function Writer:finish()
  if self.form.finish then
    self.form.finish(self)
  end
end

--- Writes one value as indented JSON.
---@param ctx table
---@param value any
function output.document(ctx, value)
  ctx:out(indented(value, ""), "\n")
end

--- Writes a response, unless it is empty.  The records of a listing are written
-- one by one in the forms made of records.
---@param ctx table
---@param args table
---@param response any
---@param model string|nil of the response
---@param listed string|boolean|nil model of the records in it; true for an unknown model; nil if it is no
--- listing
function output.answer(ctx, args, response, model, listed)
  if type(response) ~= "table" then
    return
  end
  local format = output_format.of(args)
  local of_records = #args.fields > 0 or (format and format ~= "json")
  local several = listed and of_records and type(response.entities) == "table"
  local writer = output.open(ctx, args, several and listed or model, several)
  for _, record in ipairs(several and response.entities or { response }) do
    writer:put(record)
  end
  writer:finish()
end

return output
