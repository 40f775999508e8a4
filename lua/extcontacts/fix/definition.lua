--- A fix: the table that its file returns, checked, and what its functions get.

local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local source = require "extcontacts.fix.source"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"

local load_text = compat.load_text

local definition = {}

---@class extcontacts.fix.Definition
---@field name string
---@field source extcontacts.fix.Source|fun(options: table): extcontacts.fix.Source
---@field change fun(record: table|nil, ctx: extcontacts.fix.Context): any
---@field filter (fun(record: table, ctx: extcontacts.fix.Context): any)|nil
---@field prepare fun(ctx: extcontacts.fix.Context)|nil
---@field finish fun(ctx: extcontacts.fix.Context)|nil
---@field verify (fun(record: table|nil, change: table, ctx: extcontacts.fix.Context): boolean, string|nil)|nil
---@field canonical (fun(record: table): table)|nil
---@field options table<string, string|number|boolean>|nil
---@field path string|nil
---@field sha256 string|nil of the file

---@class extcontacts.fix.Context
---@field options table<string, string|number|boolean>
---@field row table|nil
---@field client table refuses to write
---@field warn fun(message: string)
---@field skip fun(reason: string, row: integer|nil)
---@field output fun(name: string): file*
---@field groups fun(): extcontacts.fix.Groups

local FIELDS = {
  name = "string",
  source = "table",
  change = "function",
  filter = "function",
  prepare = "function",
  finish = "function",
  verify = "function",
  canonical = "function",
  options = "table",
}
-- What must be there, and what it looks like.
local REQUIRED = {
  { "name", 'name = "phones in E.164"' },
  { "source", 'source = fix.scan "contacts", where fix is require "extcontacts.fix"' },
  { "change", "change = function(record) … return record end" },
}
local SIMPLE = { string = true, number = true, boolean = true }

--- What is wrong with a fix.
---@param given any
---@return string|nil
function definition.problem(given)
  if type(given) ~= "table" then
    return "a fix is a table with name, source and change, got " .. type(given)
  end
  for name, value in pairs(given) do
    local wanted = FIELDS[name]
    if not wanted then
      return suggest.unknown("field", name, suggest.keys(FIELDS))
    elseif name == "source" then
      if not source.is(value) and type(value) ~= "function" then
        return "source must be made by fix.scan, fix.csv and so on, or be a function of the options "
          .. "that gives one"
      end
    elseif type(value) ~= wanted then
      return ("%s must be a %s, got %s"):format(name, wanted, type(value))
    end
  end
  for _, field in ipairs(REQUIRED) do
    if given[field[1]] == nil then
      return ("%s is missing: %s"):format(field[1], field[2])
    end
  end
  for name, value in pairs(given.options or {}) do
    if type(name) ~= "string" or not SIMPLE[type(value)] then
      return "options must be names with a text, a number or a boolean as default"
    end
  end
end

--- Makes a fix of a table.
---@param given table not changed
---@return extcontacts.fix.Definition|nil
---@return extcontacts.Error|nil
function definition.define(given)
  local problem = definition.problem(given)
  if problem then
    return errors.invalid("the fix is not right: " .. problem, "fix")
  end
  local made = {}
  for name, value in pairs(given) do
    made[name] = value
  end
  made.options = deepcopy(given.options or {})
  return made
end

--- Loads a fix file: Lua's text, with the globals of the program.
---@param path string
---@return extcontacts.fix.Definition|nil
---@return extcontacts.Error|nil
function definition.load(path)
  local text = files.read(path)
  text = text and texts.without_bom(text)
  if not text then
    return errors.io(path .. ": can't be read", "ENOENT")
  elseif text:sub(1, 1) == "\27" then
    return errors.invalid(path .. ": compiled Lua is not taken, only its text", "fix")
  end
  -- A first line `#!…` is for the shell; it keeps its line.
  local chunk, wrong = load_text((text:gsub("^#[^\n]*", "")), "@" .. path)
  if not chunk then
    return errors.invalid(wrong, "fix")
  end
  local loaded, given = xpcall(chunk, debug.traceback)
  if not loaded then
    return errors.invalid(("%s fails: %s"):format(path, tostring(given)), "fix")
  end
  local made, err = definition.define(given)
  if not made then
    err.message = path .. ": " .. err.message
    return nil, err
  end
  made.path, made.sha256 = path, core.hash.sha256(text)
  return made
end

-- A text from the command line in the type of the default.
local function converted(default, value)
  if type(value) == type(default) then
    return value
  elseif type(default) == "number" then
    return tonumber(value)
  elseif type(default) == "boolean" and type(value) == "string" then
    return ({ ["true"] = true, yes = true, ["false"] = false, no = false })[value]
  end
end

--- The fix's options with some set; texts are converted.
---@param made extcontacts.fix.Definition
---@param set table<string, any>|nil
---@return table|nil options
---@return extcontacts.Error|nil
function definition.options(made, set)
  local options = deepcopy(made.options)
  for name, value in pairs(set or {}) do
    local default = made.options[name]
    if default == nil then
      if next(made.options) == nil then
        return errors.invalid(("the fix has no options, so '%s' can't be set"):format(name), "option")
      end
      return errors.invalid(suggest.unknown("option of the fix", name, suggest.keys(made.options)), "option")
    end
    options[name] = converted(default, value)
    if options[name] == nil then
      return errors.invalid(("option '%s' of the fix must be a %s"):format(name, type(default)), "option")
    end
  end
  return options
end

return definition
