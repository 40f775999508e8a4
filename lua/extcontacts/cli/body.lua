--- The record that a command sends: from a file, standard input or the command
-- line, plus the fields of --set and --clear; merged into the current record or
-- replacing it.  Sends nothing.

local canonical = require "extcontacts.record.canonical"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local exit = require "extcontacts.cli.exit"
local field_path = require "extcontacts.base.path"
local field_selection = require "extcontacts.cli.field_selection"
local magic = require "extcontacts.base.magic"
local models = require "extcontacts.api.models"
local parser = require "extcontacts.cli.parser"
local records = require "extcontacts.record"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"

local body = {}

local null, array_mt = core.json.null, core.json.array_mt

-- The fields that a command can set, for completion.
local function settable(model, ending)
  return function()
    local words = {}
    for _, name in ipairs(field_selection.names(model)) do
      local field = model.by_wire[name:match("^[^.]+")]
      if not field.read_only then
        words[#words + 1] = name .. ending
      end
    end
    return words
  end
end

--- Declares --body and --set, and --clear if asked for.
---@param argparser table
---@param model_name string|nil
---@param clear boolean|nil
function body.setup(argparser, model_name, clear)
  local model = models[model_name]
  argparser:option("--body", "the body as JSON: a file name, - for standard input, or the JSON text itself")
    :argname("FILE")
  local set = argparser:option("--set", "set a field, such as workEmail=a@b.example or address.city=Oslo; "
    .. "FIELD:=JSON sets any JSON value (tags:='[\"vip\"]'); can be repeated"):argname("FIELD=VALUE"):count("*")
  parser.completes(set, settable(model, "="))
  if clear then
    parser.completes(argparser:option("--clear", "clear a field; can be repeated")
      :argname("FIELD"):count("*"), settable(model, ""))
  end
end

--- Reads --body.
---@param args table
---@param ctx table
---@return table|nil
function body.read(args, ctx)
  local source = args.body
  if not source then
    return nil
  end
  local inline = source:match("^@?(%s*[{%[].*)$")
  local text = inline or ctx:read(source)
  local value, problem = core.json.decode(texts.without_bom(text))
  if value == nil then
    exit.fail("usage", ("--body: %s"):format(magic.json_problem(text, problem)))
  elseif type(value) ~= "table" or getmetatable(value) == array_mt then
    exit.fail("usage", "--body: the record must be a JSON object")
  end
  return value
end

------------------------------------------------------------- single fields --

local CONVERT = {
  boolean = function(text)
    if text == "true" or text == "false" then
      return text == "true"
    end
    return nil, "true or false"
  end,
  integer = function(text)
    local number = core.json.decode(text)
    if (type(number) == "number" and number % 1 == 0) or core.json.is_number(number) then
      return number
    end
    return nil, "a whole number"
  end,
  double = function(text)
    local number = core.json.decode(text)
    if type(number) == "number" then
      return number
    end
    return nil, "a number"
  end,
}
CONVERT.int32, CONVERT.int64 = CONVERT.integer, CONVERT.integer

-- The path of a field's name, and the field itself if the model has it.
local function resolve(model, name)
  local path, field, known = field_path.split(name), nil, model
  for index, part in ipairs(path) do
    field = known and known.by_wire[part]
    if known and not field then
      local near = suggest.nearest(part, suggest.keys(known.by_wire))
      if near then
        exit.usage(("%s has no field '%s', did you mean '%s'?"):format(known.name, part, near))
      end
    elseif field and records.is_owned(field, index > 1) then
      exit.usage(("'%s' is read-only; the server sets it"):format(name))
    end
    known = field and field.shape == "value" and models[field.type] or nil
  end
  if #path == 0 then
    exit.usage "--set and --clear require a field name, such as --set workEmail=a@b.example"
  end
  return path, field
end

-- The value that a text stands for in a field.
local function value_of(field, name, text)
  local convert = field and field.shape == "value" and CONVERT[field.type]
  if convert then
    local value, expected = convert(text)
    if value == nil then
      exit.usage(("'%s' must be %s, got '%s'"):format(name, expected, text))
    end
    return value
  elseif field and field.type == "PhoneNumber" and field.shape == "value" then
    return { display = text }
  elseif field and canonical.is_reference(field) then
    return { id = text }
  elseif field and (field.shape ~= "value" or models[field.type]) then
    exit.usage(("'%s' requires a JSON value: --set '%s:=JSON'"):format(name, name))
  end
  return text
end

--- The fields of --set and --clear as a patch, with null for cleared ones.
---@param model extcontacts.Model
---@param sets string[]
---@param clears string[]|nil
---@return table
function body.fields(model, sets, clears)
  local patch = {}
  for _, text in ipairs(sets) do
    local name, colon, value = text:match("^([^=:]+)(:?)=(.*)$")
    if not name then
      exit.usage(("--set %s: expected FIELD=VALUE"):format(text:match("^[%w_.]*")))
    end
    local path, field = resolve(model, name)
    if colon ~= "" then
      local decoded, problem = core.json.decode(value)
      if decoded == nil then
        exit.usage(("--set %s: %s"):format(name, magic.json_problem(value, problem)))
      end
      field_path.put(patch, path, decoded)
    else
      field_path.put(patch, path, value_of(field, name, value))
    end
  end
  for _, name in ipairs(clears or {}) do
    field_path.put(patch, (resolve(model, name)), null)
  end
  return patch
end

------------------------------------------------------------------- merging --

local function is_object(value)
  return type(value) == "table" and getmetatable(value) ~= array_mt and #value == 0
end

-- What the server derives from a number's text; a new text makes it stale.
local DERIVED = { "e164", "countryCode", "userInput" }

--- Merges a patch into a record, like JSON merge patch, but keeps null, which
-- tells the server to clear the field.
---@param record table changed
---@param patch table
---@param model extcontacts.Model|nil
---@return table record
function body.merge(record, patch, model)
  for key, value in pairs(patch) do
    local field = model and model.by_wire[key]
    local kind = field and field.shape == "value" and models[field.type] or nil
    if is_object(value) and is_object(record[key]) then
      local inner = body.merge(record[key], value, kind)
      if field and field.type == "PhoneNumber" and value.display ~= nil then
        for _, name in ipairs(DERIVED) do
          inner[name] = value[name]
        end
      end
    else
      record[key] = deepcopy(value)
    end
  end
  return record
end

--- The record of --body with the fields of --set.
---@param args table
---@param ctx table
---@param model extcontacts.Model
---@return table
function body.compose(args, ctx, model)
  local record = body.read(args, ctx)
  if not record and #args.set == 0 then
    exit.usage(("missing record (%s); pass it with --body FILE, or its fields with --set FIELD=VALUE")
      :format(model.name))
  end
  return body.merge(record or {}, body.fields(model, args.set), model)
end

--- The fields that `old` has and `new` drops without saying so: they are neither
-- present nor null in it.
---@param old table
---@param new table
---@param model extcontacts.Model|nil
---@return string[] names
function body.lost(old, new, model, prefix, names)
  prefix, names = prefix or "", names or {}
  for _, key in ipairs(suggest.keys(old)) do
    local field = model and model.by_wire[key]
    local before, after = old[key], new[key]
    if before ~= null and after == nil then
      names[#names + 1] = prefix .. key
    elseif is_object(before) and is_object(after) and not (field and canonical.is_whole(field)) then
      body.lost(before, after, field and models[field.type], prefix .. key .. ".", names)
    end
  end
  return names
end

return body
