--- The file of `--rules`: settings of the search for duplicates that belong to an account,
-- as a JSON object.  docs/duplicates.md describes it.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local levels = require "extcontacts.dedupe.levels"
local options = require "extcontacts.base.options"
local shallow_copy = require "extcontacts.base.shallow_copy"
local suggest = require "extcontacts.base.suggest"
local types = require "extcontacts.dedupe.types"

local rules_file = {}

local SETTINGS = {
  threshold = { "number", least = 0, most = 1 },
  review = { "number", least = 0, most = 1 },
  phone_region = { "string" },
  birth_field = { "string" },
  block_size = { "number", least = 2, most = 1000, whole = true },
  ignore = { "table" },
  weights = { "table" },
}

local BITS = { "number", least = -20, most = 20 }

-- The fields of a kind of records, by name.
local function fields_of(kind)
  local by_name = {}
  for _, field in ipairs(types[kind].fields) do
    by_name[field.name] = field
  end
  return by_name
end

-- The levels of a field, by name.
local function levels_of(field)
  local by_name = {}
  for _, row in ipairs(levels.rows(field)) do
    by_name[row.name] = row
  end
  return by_name
end

local function unknown_field(name, by_name)
  return suggest.unknown("field", tostring(name), suggest.keys(by_name))
end

local function weights_problem(weights, by_name)
  for name, of_field in pairs(weights) do
    if not by_name[name] then
      return "weights: " .. unknown_field(name, by_name)
    elseif type(of_field) ~= "table" or #of_field > 0 then
      return ("weights: the value of %s must be an object, such as {\"same\": 12}"):format(name)
    end
    local rules = {}
    for level in pairs(levels_of(by_name[name])) do
      rules[level] = BITS
    end
    local problem = options.problem(of_field, rules, nil, "level")
    if problem then
      return ("weights of %s: %s"):format(name, problem)
    end
  end
end

local function ignore_problem(list, by_name)
  for _, name in ipairs(list) do
    if not by_name[name] then
      return "ignore: " .. unknown_field(name, by_name)
    end
  end
end

--- What is wrong with weights or with a list of fields to ignore.
---@param settings { ignore: string[]|nil, weights: table<string, table<string, number>>|nil }
---@param kind "contact"|"organization"
---@return string|nil problem
function rules_file.problem(settings, kind)
  local by_name = fields_of(kind)
  return settings.ignore and ignore_problem(settings.ignore, by_name)
    or settings.weights and weights_problem(settings.weights, by_name)
end

--- The fields of a kind of records, with the weights of the settings instead of those that
-- the account's data gives.
---@param kind "contact"|"organization"
---@param weights table<string, table<string, number>>|nil bits, by field and level
---@return extcontacts.dedupe.Field[]
function rules_file.fields(kind, weights)
  local out = {}
  for index, field in ipairs(types[kind].fields) do
    local given = weights and weights[field.name]
    out[index] = given and shallow_copy(field) or field
    if given then
      out[index].rows = { [0] = levels.rows(field)[0] }
      for level, row in ipairs(levels.rows(field)) do
        local weight = given[row.name]
        out[index].rows[level] = weight and { name = row.name, words = row.words, weight = weight, least = weight,
          most = weight } or row
      end
    end
  end
  return out
end

--- A function that reads a record without the ignored fields: they are unknown.
---@param kind "contact"|"organization"
---@param ignored string[]|nil names of fields
---@return fun(record: table, options: table): string[], string[]
function rules_file.reader(kind, ignored)
  local of, is_ignored = types[kind], {}
  for _, name in ipairs(ignored or {}) do
    is_ignored[name] = true
  end
  return function(record, read_options)
    local fields, keys = of.read(record, read_options)
    for index, field in ipairs(of.fields) do
      if is_ignored[field.name] then
        fields[index] = ""
      end
    end
    return fields, keys
  end
end

--- Reads a file.
---@param path string
---@param kind "contact"|"organization" of the records
---@return table|nil settings
---@return extcontacts.Error|nil
function rules_file.read(path, kind)
  local text = files.read(path)
  if not text then
    return errors.invalid(path .. ": can't be read", "rules")
  end
  local settings, problem = core.json.decode(text)
  if type(settings) ~= "table" or #settings > 0 then
    return errors.invalid(("%s: %s"):format(path, problem or "not a JSON object"), "rules")
  end
  problem = options.problem(settings, SETTINGS, "rules", "setting") or rules_file.problem(settings, kind)
  if problem then
    return errors.invalid(("%s: %s"):format(path, problem), "rules")
  end
  return settings
end

return rules_file
