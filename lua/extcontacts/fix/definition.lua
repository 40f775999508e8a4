--- A fix: the table that its file returns, checked.

local blame = require "extcontacts.fix.blame"
local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local magic = require "extcontacts.base.magic"
local source = require "extcontacts.fix.source"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"

local definition = {}

---@class extcontacts.fix.Definition
---@field name string
---@field source extcontacts.fix.Source|fun(options: table): extcontacts.fix.Source
---@field change fun(record: table|nil, ctx: extcontacts.fix.Context): any
---@field filter (fun(record: table, ctx: extcontacts.fix.Context): any)|nil
---@field needs string[]|nil the fields that `filter` reads, as paths
---@field prepare fun(ctx: extcontacts.fix.Context)|nil
---@field finish fun(ctx: extcontacts.fix.Context)|nil
---@field verify (fun(record: table|nil, change: table, ctx: extcontacts.fix.Context): boolean, string|nil)|nil
---@field canonical (fun(record: table): table)|nil
---@field options table<string, string|number|boolean>|nil
---@field path string|nil
---@field sha256 string|nil of the file

local FIELDS = {
  name = "string",
  source = "table",
  change = "function",
  filter = "function",
  needs = "table",
  prepare = "function",
  finish = "function",
  verify = "function",
  canonical = "function",
  options = "table",
}
-- Required fields, each with an example.
local REQUIRED = {
  { "name", 'name = "phones in E.164"' },
  { "source", 'source = fix.scan "contacts", where fix is require "extcontacts.fix"' },
  { "change", "change = function(record) … return record end" },
}
local NEEDS = 'needs must be an array of the fields that filter reads: needs = { "address.countryCode" }'
local SIMPLE = { string = true, number = true, boolean = true }

-- Why a table is not an array of paths; nil if it is one.
local function needs_problem(needs)
  local count = 0
  for _ in pairs(needs) do
    count = count + 1
  end
  for index = 1, math.max(count, 1) do
    local path = needs[index]
    if type(path) ~= "string" then
      return NEEDS
    elseif not path:find "^[^.*]+" or path:find "%.%." or path:find "%.$" or path:find "%*." then
      return ("needs: '%s' is not the path of a field"):format(path)
    end
  end
end

local function field_problem(name, value)
  local expected = FIELDS[name]
  if not expected then
    return suggest.unknown("field", name, suggest.keys(FIELDS))
  elseif name == "source" then
    if not source.is(value) and type(value) ~= "function" then
      return "source must be a source, such as fix.scan(\"contacts\") or fix.csv(path), or a function that returns one"
    end
  elseif type(value) ~= expected then
    return ("%s must be a %s, got %s"):format(name, expected, type(value))
  end
end

local function problem_of(fields)
  if fields == nil then
    return "the file returns nothing; end it with return { name = …, source = …, change = … }"
  elseif type(fields) ~= "table" then
    return "a fix must be a table with name, source and change, got " .. type(fields)
  end
  for name, value in pairs(fields) do
    local problem = field_problem(name, value)
    if problem then
      return problem
    end
  end
  if fields.needs and not fields.filter then
    return "needs names the fields that filter reads, and the fix has no filter"
  end
  local problem = fields.needs and needs_problem(fields.needs)
  if problem then
    return problem
  end
  for _, field in ipairs(REQUIRED) do
    if fields[field[1]] == nil then
      return ("%s is missing: %s"):format(field[1], field[2])
    end
  end
  for name, value in pairs(fields.options or {}) do
    if type(name) ~= "string" or not SIMPLE[type(value)] then
      return "options must map names to defaults, each a string, number or boolean"
    end
  end
end

--- Makes a fix from a table.
---@param fields table not changed
---@return extcontacts.fix.Definition|nil
---@return extcontacts.Error|nil
function definition.define(fields)
  local problem = problem_of(fields)
  if problem then
    return errors.invalid("invalid fix: " .. problem, "fix")
  end
  local fix = {}
  for name, value in pairs(fields) do
    fix[name] = value
  end
  fix.options, fix.needs = deepcopy(fields.options or {}), deepcopy(fields.needs)
  return fix
end

-- The text of a fix's file; nil and an error if it is not the source of one.
local function read_source(path)
  local text = files.read(path)
  if not text then
    local is_folder = files.exists(path .. "/.")
    return errors.io(path .. (is_folder and ": is a folder; name the Lua file in it" or ": can't be read"), "ENOENT")
  end
  text = texts.without_bom(text)
  local problem = magic.csv_problem(text)
  if text:sub(1, 1) == "\27" then
    return errors.invalid(path .. ": compiled Lua is not accepted; pass the source file", "fix")
  elseif problem then
    return errors.invalid(("%s: a fix is a Lua file, and this file %s"):format(path, problem:match "^[^;,]+"), "fix")
  elseif not text:find "%S" then
    return errors.invalid(path .. ": the file is empty; docs/fix.md describes how to write a fix", "fix")
  end
  return text
end

-- The message about source that can't be compiled.
local function syntax_problem(path, text, message)
  local quote = magic.curly_quote(text)
  if quote and message:find "[\128-\255]" or message:find "<\\%d+>" then
    return ('%s; write " instead of %s'):format(message, quote or "other quotation marks")
  elseif not text:find "return" and path:lower():find "%.[ct]sv$" then
    return path .. ": a fix is a Lua file, and this file is CSV"
  end
  return message
end

--- Loads a fix file: Lua source, run with the program's globals.
---@param path string
---@return extcontacts.fix.Definition|nil
---@return extcontacts.Error|nil
function definition.load(path)
  local text, err = read_source(path)
  if not text then
    return nil, err
  end
  -- A first line `#!…` is for the shell; the line itself stays, so that line
  -- numbers are right.
  local chunk, syntax_error = compat.load_text((text:gsub("^#[^\n]*", "")), "@" .. path)
  if not chunk then
    return errors.invalid(syntax_problem(path, text, syntax_error), "fix")
  end
  local ok, fields = xpcall(chunk, blame.handler)
  if not ok then
    local message = tostring(fields)
    return errors.invalid(message:find(path .. ":", 1, true) == 1 and message or path .. " failed: " .. message, "fix")
  end
  local fix
  fix, err = definition.define(fields)
  if not fix then
    err.message = path .. ": " .. err.message
    return nil, err
  end
  fix.path, fix.sha256 = path, core.hash.sha256(text)
  return fix
end

-- A text from the command line, converted to the type of the default; nil when
-- it can't be.
local function converted(default, value)
  if type(value) == type(default) then
    return value
  elseif type(default) == "number" then
    return tonumber(value)
  elseif type(default) == "boolean" and type(value) == "string" then
    return ({ ["true"] = true, yes = true, ["false"] = false, no = false })[value]
  end
end

--- The options of a fix, with some of them set.
---@param fix extcontacts.fix.Definition
---@param set table<string, any>|nil texts are converted
---@return table|nil options
---@return extcontacts.Error|nil
function definition.options(fix, set)
  local options = deepcopy(fix.options)
  for name, value in pairs(set or {}) do
    local default = fix.options[name]
    if default == nil then
      if next(fix.options) == nil then
        return errors.invalid(("the fix has no options, so '%s' can't be set"):format(name), "option")
      end
      return errors.invalid(suggest.unknown("fix option", name, suggest.keys(fix.options)), "option")
    end
    options[name] = converted(default, value)
    if options[name] == nil then
      return errors.invalid(("fix option '%s' must be a %s"):format(name, type(default)), "option")
    end
  end
  return options
end

return definition
