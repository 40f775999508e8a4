--- Builds a command's argument parser with lua-argparse, in the form that all
-- commands share, and reports a mistake in one sentence.

local compat = require "extcontacts.base.compat"
local connection = require "extcontacts.cli.connection"
local exit = require "extcontacts.cli.exit"
local suggest = require "extcontacts.base.suggest"

local unpack = compat.unpack

local parser = {}

local MISSING = [[the Lua module argparse is missing
On Debian and Ubuntu:  apt install lua-argparse
Elsewhere:             luarocks install argparse]]

-- Columns: the longest line, and where the descriptions start.
local WIDTH, MARGIN = 78, 26

local function argparse()
  local found, module = pcall(require, "argparse")
  if not found then
    exit.fail("some_failed", MISSING)
  end
  return module
end

local function is_help(word)
  return word == "--help" or word == "-h"
end

-- The options that belong to no group yet.
local function ungrouped(argparser)
  local grouped, remaining = {}, {}
  for _, group in ipairs(argparser._groups) do
    for _, element in ipairs(group) do
      grouped[element] = true
    end
  end
  for _, option in ipairs(argparser._options) do
    if not grouped[option] then
      remaining[#remaining + 1] = option
    end
  end
  return remaining
end

local function indented(text)
  return "  " .. text:gsub("\n", "\n  "):gsub("\n  \n", "\n\n")
end

-- The text below the options, which is not wrapped, so that an example can be
-- copied.
local function epilog(command)
  local parts = { "Examples:\n" .. indented(command.examples) }
  if command.next_steps then
    parts[#parts + 1] = "What happens next:\n" .. indented(command.next_steps)
  end
  parts[#parts + 1] = "Exit codes:\n" .. table.concat(exit.lines(parser.exit_codes(command)), "\n")
  return table.concat(parts, "\n\n")
end

-- Exit codes of a command that declares none, without and with requests.
local LOCAL_CODES, REMOTE_CODES = { 0, 1, 2 }, { 0, 1, 2, 3, 75, 130 }

--- The exit codes that a command's help lists.
---@param command table
---@return (integer|table)[] as for `exit.lines`
function parser.exit_codes(command)
  return command.exit_codes or (command.connects and REMOTE_CODES or LOCAL_CODES)
end

--- A command's description; its summary as a sentence if it has none.
---@param command table
---@return string
function parser.description(command)
  return command.description or (command.summary:gsub("^%l", string.upper) .. ".")
end

-- The name of an option's value, without the brackets that argparse may add.
local function value_name(option, name)
  local argname = option._argname
  if type(argname) == "table" then
    argname = argname[1]
  end
  return ((argname or name:gsub("^%-+", "")):gsub("[<>]", ""):upper())
end

---@class extcontacts.cli.Element
---@field name string an argument's name, an option's longest one
---@field names string[]|nil of an option, `-h` and `--help`
---@field value string|nil name of an option's value; nil for a flag
---@field doc string
---@field choices string[]|nil
---@field optional boolean|nil of an argument
---@field several boolean|nil whether it can be repeated
---@field element table lua-argparse's own

--- Sets what completes an argument or the value of an option: a list of words,
-- each a text or `{ text, description }`, or a function that returns one.  The
-- word ":files" stands for file names.  A value named FILE, PLAN, SNAPSHOT or
-- PATH is a file.
---@param element table lua-argparse's
---@param source table|function|nil
---@return table element
function parser.completes(element, source)
  element.completes = source
  return element
end

--- The arguments and options of a parser, for completion and the manual.
---@param argparser table
---@return extcontacts.cli.Element[] arguments
---@return extcontacts.cli.Element[] options
function parser.describe(argparser)
  local arguments, options = {}, {}
  for index, argument in ipairs(argparser._arguments) do
    arguments[index] = {
      name = argument._name,
      doc = argument._description or "",
      choices = argument._choices,
      optional = argument._minargs == 0,
      several = argument._maxargs > 1,
      element = argument,
    }
  end
  for index, option in ipairs(argparser._options) do
    local names = option._aliases
    options[index] = {
      name = names[#names],
      names = names,
      value = option._maxargs > 0 and value_name(option, names[#names]) or nil,
      doc = option._description or "",
      choices = option._choices,
      several = option._maxcount > 1,
      element = option,
    }
  end
  return arguments, options
end

-- How elements are named in the help: `-o, --output PLAN`, where argparse writes
-- the value after each name; and an argument's name, where it writes the choices.
local function label(argparser)
  local function set(element, text)
    element._get_label_lines = function()
      return { text }
    end
  end
  local arguments, options = parser.describe(argparser)
  for _, argument in ipairs(arguments) do
    set(argument.element, argument.name)
  end
  for _, option in ipairs(options) do
    set(option.element, table.concat(option.names, ", ") .. (option.value and " " .. option.value or ""))
  end
end

--- How a command is called: "extcontacts get <resource> <contact_id>... [options]".
---@param command table
---@param argparser table
---@param subject any as returned by `make`
---@return string
function parser.usage(command, argparser, subject)
  local parts = { "extcontacts " .. command.name }
  if command.usage and subject == nil then
    parts[2] = command.usage
  else
    for _, argument in ipairs((parser.describe(argparser))) do
      local text = "<" .. argument.name .. ">" .. (argument.several and "..." or "")
      parts[#parts + 1] = argument.optional and "[" .. text .. "]" or text
    end
  end
  parts[#parts + 1] = "[options]"
  return table.concat(parts, " ")
end

--- A command's parser.
---@param command table
---@param words string[] the words after the command's name
---@return table argparser lua-argparse's
---@return any subject what the command's `setup` returned
function parser.make(command, words)
  local argparser = argparse()("extcontacts " .. command.name)
    :description(parser.description(command))
    :help_max_width(WIDTH)
    :help_usage_margin(2)
    :help_description_margin(MARGIN)
    :help_vertical_space(0)
    :add_help(false)
  local subject = command.setup(argparser, words)
  if not command.bare then
    argparser:flag("-q --quiet", "write only problems and questions to standard error: no progress, no summaries, no "
      .. "commands to run next")
  end
  argparser:flag("-h --help", "show this help")
  argparser:group("Options", unpack(ungrouped(argparser)))
  local groups = argparser._groups
  table.insert(groups, 1, table.remove(groups))
  if command.connects then
    connection.setup(argparser, command.declares)
  end
  label(argparser)
  function argparser:get_help()
    return getmetatable(self).__index.get_help(self) .. "\n\n" .. epilog(command)
  end
  return argparser:usage("Usage: " .. parser.usage(command, argparser, subject)), subject
end

--- The words that are neither options nor their values.
---@param argparser table
---@param words string[]
---@return string[]
function parser.plain(argparser, words)
  local takes_value, plain, skip = {}, {}, false
  local _, options = parser.describe(argparser)
  for _, option in ipairs(options) do
    for _, name in ipairs(option.names) do
      takes_value[name] = option.value ~= nil
    end
  end
  for _, word in ipairs(words) do
    if word:sub(1, 1) == "-" and #word > 1 then
      skip = takes_value[word]
    else
      if not skip then
        plain[#plain + 1] = word
      end
      skip = false
    end
  end
  return plain
end

--- Whether the words ask for help; a word after `--` does not count.
---@param words string[]
---@return boolean
function parser.asks_help(words)
  for _, word in ipairs(words) do
    if word == "--" then
      return false
    elseif is_help(word) then
      return true
    end
  end
  return false
end

local function option_names(argparser)
  local names = {}
  local _, options = parser.describe(argparser)
  for _, option in ipairs(options) do
    for _, name in ipairs(option.names) do
      names[#names + 1] = name
    end
  end
  return names
end

-- What may have split an argument into several.
local function split_hint(words)
  for index, word in ipairs(words) do
    if word:sub(-1) == "," and words[index + 1] then
      return ("; write lists without blanks after commas: %s%s"):format(word, words[index + 1])
    elseif word == "--where" then
      return "; put the condition in quotes: --where 'lastName == \"Lee\"'"
    end
  end
  return ""
end

-- lua-argparse reports the converter's sentence alone; it must name the option.
local function name_options(argparser)
  for _, option in ipairs(argparser._options) do
    local convert, name = option._convert, option._aliases[#option._aliases]
    if type(convert) == "function" then
      option:convert(function(text)
        local value, problem = convert(text)
        if value == nil and not (problem and problem:find(name, 1, true)) then
          problem = ("%s: %s"):format(name, problem or "invalid value '" .. text .. "'")
        end
        return value, problem
      end)
    end
  end
end

--- Reads the words; a mistake ends the command.
---@param argparser table
---@param words string[]
---@return table args the values by name
function parser.read(argparser, words)
  name_options(argparser)
  local ok, args = argparser:pparse(words)
  if ok then
    return args
  end
  local problem = args
  local unknown = problem:match("^unknown option '(.-)'")
  if unknown then
    local name = unknown:match("^[^=]+")
    local hint = #name > 2 and suggest.hint(name, option_names(argparser)) or "" -- every "-x" is near to "-h"
    problem = ("unknown option '%s'%s"):format(name, hint)
  end
  local hint = problem:find "^too many arguments" and split_hint(words) or ""
  exit.usage(problem:gsub("can not be used", "cannot be used") .. hint)
end

return parser
