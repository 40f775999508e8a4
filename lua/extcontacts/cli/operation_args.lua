--- The arguments and options of an operation on the command line, from its row
-- of the operation table.

local arg_types = require "extcontacts.cli.arg_types"
local arg_values = require "extcontacts.cli.arg_values"
local describe = require "extcontacts.api.operations.describe"
local exit = require "extcontacts.cli.exit"
local params = require "extcontacts.api.params"
local parser = require "extcontacts.cli.parser"
local verbs = require "extcontacts.cli.verbs"

local operation_args = {}

-- Parameters whose options have other names, since `--dry-run` sends nothing.
local RENAMED = { dry_run = "server_dry_run" }

--- The option for a parameter: `--page-size` for `page_size`.
---@param name string
---@return string
function operation_args.flag(name)
  return "--" .. (RENAMED[name] or name):gsub("_", "-")
end

-- The fields to sort by, in both directions.
local function directions(fields)
  local words = {}
  for _, field in ipairs(fields) do
    words[#words + 1] = field .. ":asc"
    words[#words + 1] = field .. ":desc"
  end
  return words
end

local VALUE_NAMES = { integer = "N", array = "LIST" }

local function declare_option(argparser, param)
  local flag = operation_args.flag(param.name)
  if param.type == "boolean" then
    argparser:flag(flag, param.doc)
    return
  end
  local option = argparser:option(flag, param.doc .. describe.limits(param))
    :argname(VALUE_NAMES[param.type] or "TEXT")
  parser.completes(option, param.enum or (param.sort_fields and function()
    return directions(param.sort_fields)
  end))
  if param.type == "integer" then
    option:convert(arg_types.integer)
  elseif param.type == "array" then
    option:count("*")
  end
end

-- Whether a parameter has an option here.  A body has options of its own.
local function is_option(param, hidden)
  return not param.required and param.place ~= "body" and not (hidden and hidden[param.name])
end

--- Declares `--query`.
---@param argparser table
---@param doc string
function operation_args.declare_query(argparser, doc)
  argparser:option("--query", doc):argname("NAME=VALUE"):count("*")
end

local function resource_doc(verb)
  if verb == "call" then
    return "short or canonical name of an operation; `extcontacts ops` lists them"
  end
  return "one of " .. table.concat(verbs.words(verb), ", ")
end

--- Declares the arguments and options of a row; without a row, only what all
-- rows of the verb have.
---@param argparser table
---@param verb string
---@param row extcontacts.Operation|nil
---@param opts table|nil `hidden`, names of parameters without an option; `several`, whether the last id can
--- be repeated
function operation_args.declare(argparser, verb, row, opts)
  opts = opts or {}
  local argument = argparser:argument(verb == "call" and "operation" or "resource")
    :args(row and 1 or "*"):target("operation"):description(resource_doc(verb))
  parser.completes(argument, function()
    return verbs.described(verb)
  end)
  if not row then
    return
  end
  local last
  for _, name in ipairs(row.positional) do
    local param = row.by_name[name]
    if param.place ~= "body" then
      last = argparser:argument(name, param.doc)
    end
  end
  if opts.several and last then
    last:args "+"
  end
  for _, param in ipairs(row.params) do
    if is_option(param, opts.hidden) then
      declare_option(argparser, param)
    end
  end
  operation_args.declare_query(argparser, "add a query parameter by its name in the API; not validated; can be "
    .. "repeated")
end

--- The options of a call that were given.
---@param row extcontacts.Operation
---@param args table
---@param hidden table<string, boolean>|nil as for `declare`
---@return table
function operation_args.options(row, args, hidden)
  local options = {}
  for _, param in ipairs(row.params) do
    local value = args[RENAMED[param.name] or param.name]
    if value ~= nil and is_option(param, hidden) then
      if param.type ~= "array" then
        options[param.name] = value
      elseif #value > 0 then
        options[param.name] = arg_values.list(value)
      end
    end
  end
  options.query = arg_values.pairs(args.query, "--query")
  return options
end

--- The body's parameter; nil for an operation without one.
---@param row extcontacts.Operation
---@return extcontacts.Parameter|nil
function operation_args.body(row)
  for _, param in ipairs(row.params) do
    if param.place == "body" then
      return param
    end
  end
end

--- The arguments of a call, in the specified order, options last.
---@param row extcontacts.Operation
---@param args table
---@param values table|nil used instead of `args`, by name; `body`, whatever its name
---@param options table|nil used instead of those given
---@return table arguments
---@return integer count
function operation_args.bind(row, args, values, options)
  local arguments, count = {}, #row.positional
  for index, name in ipairs(row.positional) do
    local value = values and values[row.by_name[name].place == "body" and "body" or name]
    if value == nil then
      value = args[name]
    end
    arguments[index] = value
  end
  options = options or operation_args.options(row, args)
  local body = operation_args.body(row)
  if body and not body.required and values then
    options[body.name] = values.body
  end
  if next(options) then
    count = count + 1
    arguments[count] = options
  end
  local bound, misuse = params.bind(row, count, arguments)
  if not bound then
    exit.usage(misuse)
  end
  return arguments, count
end

--- The name of a row's last id.
---@param row extcontacts.Operation
---@return string|nil
function operation_args.last_id(row)
  local last
  for _, name in ipairs(row.positional) do
    if row.by_name[name].place == "path" then
      last = name
    end
  end
  return last
end

return operation_args
