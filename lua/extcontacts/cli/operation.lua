--- Operations on the command line: which word names which row of the table,
-- the arguments and options of a row, and the request it would send.

local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local exit = require "extcontacts.cli.exit"
local operations = require "extcontacts.api.operations"
local params = require "extcontacts.api.params"
local parser_of = require "extcontacts.cli.parser"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"
local words_of = require "extcontacts.cli.arg_values"

local unpack = compat.unpack

local operation = {}

local function ends_in(verb)
  return function(row)
    return row.short:match("%.(%w+)$") == verb
  end
end

-- Verb → whether a row is one of it.
local FITS = {
  get = ends_in "get",
  create = ends_in "create",
  update = ends_in "update",
  delete = ends_in "delete",
  scan = function(row)
    return row.paging == "cursor"
  end,
  list = function(row)
    return row.paging == "page" or ends_in "list"(row)
  end,
  search = function(row)
    return row.by_name.q ~= nil
  end,
  call = function()
    return true
  end,
}
-- Verb → the ending of short names that goes without saying.
local IMPLIED = { search = "list" }

--- The word that names a row for a verb: `contacts` for `contacts.get`.
---@param verb string
---@param row extcontacts.Operation
---@return string
function operation.word(verb, row)
  if verb == "call" then
    return row.short
  end
  return row.short:match("^(.*)%." .. (IMPLIED[verb] or verb) .. "$") or row.short
end

--- The words a verb knows, in the table's order.
---@param verb string
---@return string[]
---@return table<string, extcontacts.Operation> by_word also under short and canonical names
function operation.words(verb)
  local words, by_word = {}, {}
  for _, row in ipairs(operations.list) do
    if FITS[verb](row) then
      local word = operation.word(verb, row)
      words[#words + 1] = word
      by_word[word], by_word[row.short], by_word[row.name] = row, row, row
    end
  end
  return words, by_word
end

--- The same words with what they do.
---@param verb string
---@return string[][] `{ word, summary }`
function operation.described(verb)
  local described = {}
  local words, by_word = operation.words(verb)
  for index, word in ipairs(words) do
    described[index] = { word, by_word[word].summary }
  end
  return described
end

--- The row that the words of a line name; its options depend on it, so it has
-- to be known before they are read.
---@param verb string
---@param words string[] what follows the verb
---@return extcontacts.Operation|nil
function operation.find(verb, words)
  local _, by_word = operation.words(verb)
  for _, word in ipairs(words) do
    if by_word[word] then
      return by_word[word]
    end
  end
end

--- Ends the command where no row was named, or a wrong word.
---@param verb string
---@param word string|nil
function operation.unknown(verb, word)
  local words = operation.words(verb)
  if not word then
    exit.usage("what of? One of " .. table.concat(words, ", "))
  end
  local _, everything = operation.words "call"
  if everything[word] and verb ~= "call" then
    local row = everything[word]
    exit.usage(("'%s' is nothing to %s; use `extcontacts call %s`"):format(word, verb, row.short))
  end
  exit.usage(suggest.unknown(verb == "call" and "operation" or "thing to " .. verb, word, words))
end

------------------------------------------------------ arguments and options --

--- `page_size` as an option.
---@param name string
---@return string
function operation.flag(name)
  return "--" .. name:gsub("_", "-")
end

local function whole_number(text)
  local number = tonumber(text)
  if number and number % 1 == 0 then
    return number
  end
  return nil, ("'%s' is not a whole number"):format(text)
end

--- A number of records from the words.
---@param text string
---@return integer|nil
---@return string|nil problem
function operation.count(text)
  local number, problem = whole_number(text)
  if number and number < 1 then
    return nil, ("'%s' is not above 0"):format(text)
  end
  return number, problem
end

-- What a value may be, as the help tells it.
local function limits(param)
  local parts = {}
  local function put(...)
    parts[#parts + 1] = string.format(...)
  end
  if param.enum then
    put("one of %s", table.concat(param.enum, ", "))
  end
  if param.min and param.max then
    put("%d to %d", param.min, param.max)
  end
  if param.max_length then
    put("at most %d characters", param.max_length)
  end
  if param.max_items then
    put("at most %d", param.max_items)
  end
  if param.sort_fields then
    put("known fields: %s", table.concat(param.sort_fields, ", "))
  end
  local default = param.default or param.server_default
  if default ~= nil then
    put("default %s", tostring(default))
  end
  return #parts > 0 and " (" .. table.concat(parts, "; ") .. ")" or ""
end
operation.limits = limits

-- Fields to sort by, both ways.
local function directions(fields)
  local words = {}
  for _, field in ipairs(fields) do
    words[#words + 1] = field .. ":asc"
    words[#words + 1] = field .. ":desc"
  end
  return words
end

local function declare_option(parser, param)
  local flag = operation.flag(param.name)
  if param.type == "boolean" then
    parser:flag(flag, param.doc)
    return
  end
  local option = parser:option(flag, param.doc .. limits(param)):argname(param.name:upper())
  parser_of.completes(option, param.enum or (param.sort_fields and function()
    return directions(param.sort_fields)
  end))
  if param.type == "integer" then
    option:convert(whole_number)
  elseif param.type == "array" then
    option:count("*")
  end
end

--- Declares `--query`.
---@param parser table
---@param doc string
function operation.declare_query(parser, doc)
  parser:option("--query", doc):argname("NAME=VALUE"):count("*")
end

--- Declares the arguments and options of a row; without one, only what all
-- rows of the verb have.
---@param parser table
---@param verb string
---@param row extcontacts.Operation|nil
---@param how table|nil `hidden`, names of options to leave out; `several`, whether the last id may be more
function operation.declare(parser, verb, row, how)
  how = how or {}
  local words = operation.words(verb)
  local what = verb == "call" and "OPERATION" or "WHAT"
  local argument = parser:argument(what:lower()):args(row and 1 or "*"):target("operation")
    :description(verb == "call" and "a short or canonical name; `extcontacts ops` lists them"
      or table.concat(words, ", "))
  parser_of.completes(argument, function()
    return operation.described(verb)
  end)
  if not row then
    return
  end
  local last
  for _, name in ipairs(row.positional) do
    local param = row.by_name[name]
    if param.place ~= "body" then
      last = parser:argument(name, param.doc)
    end
  end
  if how.several and last then
    last:args "+"
  end
  for _, param in ipairs(row.params) do
    if not param.required and not (how.hidden and how.hidden[param.name]) then
      declare_option(parser, param)
    end
  end
  operation.declare_query(parser, "a further parameter of the query, by its name on the wire; not checked")
end

--- The options of a row that were given.
---@param row extcontacts.Operation
---@param given table
---@param hidden table<string, boolean>|nil names that mean something else here, as for `declare`
---@return table
function operation.options(row, given, hidden)
  local options = {}
  for _, param in ipairs(row.params) do
    local value = given[param.name]
    if value ~= nil and not param.required and not (hidden and hidden[param.name]) then
      if param.type ~= "array" then
        options[param.name] = value
      elseif #value > 0 then
        options[param.name] = words_of.list(value)
      end
    end
  end
  options.query = words_of.pairs(given.query, "--query")
  return options
end

--- The arguments of a call, in the specified order, options last.
---@param row extcontacts.Operation
---@param given table
---@param values table|nil what counts instead of `given`, by name; the body
---@param options table|nil instead of those given
---@return table arguments
---@return integer count
function operation.arguments(row, given, values, options)
  local arguments, count = {}, #row.positional
  for index, name in ipairs(row.positional) do
    local value = values and values[name]
    if value == nil then
      value = given[name]
    end
    arguments[index] = value
  end
  options = options or operation.options(row, given)
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

------------------------------------------------------------------ requests --

--- Calls a row's operation.
---@param context table
---@param row extcontacts.Operation
---@param arguments table
---@param count integer
---@return any value
---@return extcontacts.Error|nil
function operation.try(context, row, arguments, count)
  local value, err = context:connect():call(row.short, unpack(arguments, 1, count))
  return value, err
end

--- The same; a failure ends the command.
function operation.call(context, row, arguments, count)
  local value, err = operation.try(context, row, arguments, count)
  if err then
    error(err, 0)
  end
  return value
end

--- The name of a row's last id.
---@param row extcontacts.Operation
---@return string|nil
function operation.last(row)
  local last
  for _, name in ipairs(row.positional) do
    if row.by_name[name].place == "path" then
      last = name
    end
  end
  return last
end

--- Writes the request that would be sent.
---@param context table
---@param name string as for `client:plan`
---@param ... any its arguments
function operation.show_request(context, name, ...)
  local plan, err = context:connect { offline = true }:plan(name, ...)
  if not plan then
    error(err, 0)
  end
  context:out(plan.method, " ", plan.url, "\n")
  for _, header in ipairs(plan.headers) do
    context:out(header[1], ": ", header[2], "\n")
  end
  if plan.body then
    context:out("\n", plan.body, "\n")
  end
end

--- The same of a row's operation.
---@param context table
---@param row extcontacts.Operation
---@param arguments table
---@param count integer
function operation.show(context, row, arguments, count)
  operation.show_request(context, row.short, unpack(arguments, 1, count))
end

--- The records an operation is asked for, one after the other: the ids that
-- were given, "-" for those of standard input, a line each: an id, or a JSON
-- object that has one.
---@param context table
---@param ids string[]
---@return fun(): string|nil
function operation.ids(context, ids)
  local index, from_input = 0, false
  local function line()
    for text in context:lines() do
      local id = texts.without_bom(text):match("^%s*(.-)%s*$")
      local object = id:sub(1, 1) == "{" and core.json.decode(id)
      id = type(object) == "table" and object.id or id
      if type(id) ~= "string" or id:sub(1, 1) == "{" then
        exit.fail("usage", "a line of standard input is neither an id nor a JSON object with one")
      elseif id ~= "" then
        return id
      end
    end
  end
  return function()
    while true do
      local id = from_input and line()
      if id then
        return id
      end
      index = index + 1
      from_input = ids[index] == "-"
      if not from_input then
        return ids[index]
      end
    end
  end
end

--- A command that works on a row which its first word names.
---@param verb string
---@param command table summary, example, `declare(parser, row)`, `run(given, context, row)`
---@return table command
function operation.command(verb, command)
  command.name = verb
  command.connects = true
  function command.setup(parser, words)
    local row = operation.find(verb, words)
    command.declare(parser, row)
    return row
  end
  function command.without(words)
    operation.unknown(verb, words[1])
  end
  return command
end

return operation
