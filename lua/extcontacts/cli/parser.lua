--- Makes a command's parser with lua-argparse, in the form all of them share,
-- and says what is wrong with a line in one sentence.

local compat = require "extcontacts.base.compat"
local exit = require "extcontacts.cli.exit"
local suggest = require "extcontacts.base.suggest"

local unpack = compat.unpack

local parser = {}

local MISSING = [[the Lua module argparse is missing
On Debian and Ubuntu:  apt install lua-argparse
Elsewhere:             luarocks install argparse]]

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

-- The options that are in no group yet.
local function ungrouped(made)
  local grouped, left = {}, {}
  for _, group in ipairs(made._groups) do
    for _, element in ipairs(group) do
      grouped[element] = true
    end
  end
  for _, option in ipairs(made._options) do
    if not grouped[option] then
      left[#left + 1] = option
    end
  end
  return left
end

-- What stands below the options; not wrapped, so that an example is copied as
-- it stands.
local function epilog(command)
  local example = "For example:\n\n  " .. command.example:gsub("\n", "\n  ")
  return command.notes and example .. "\n\n" .. command.notes or example
end

-- The name of an option's value, without the brackets argparse may have.
local function value_name(option, name)
  local given = option._argname
  if type(given) == "table" then
    given = given[1]
  end
  return ((given or name:gsub("^%-+", "")):gsub("[<>]", ""):upper())
end

---@class extcontacts.cli.Element
---@field name string an argument's name, an option's longest one
---@field names string[]|nil of an option, `-h` and `--help`
---@field value string|nil name of an option's value; nil for a flag
---@field doc string
---@field choices string[]|nil
---@field optional boolean|nil of an argument
---@field several boolean|nil whether it may be given again
---@field element table lua-argparse's own

--- Says what completes an argument or the value of an option: a list of words,
-- each a text or `{ text, what it is }`, a function that gives one, or the
-- text ":files" in one.  A value named FILE, PLAN, SNAPSHOT or PATH is a file.
---@param element table lua-argparse's
---@param source table|function|nil
---@return table element
function parser.completes(element, source)
  element.completes = source
  return element
end

--- What a parser takes, for completion and the manual.
---@param made table the parser
---@return extcontacts.cli.Element[] arguments
---@return extcontacts.cli.Element[] options
function parser.describe(made)
  local arguments, options = {}, {}
  for index, one in ipairs(made._arguments) do
    arguments[index] = {
      name = one._name,
      doc = one._description or "",
      choices = one._choices,
      optional = one._minargs == 0,
      several = one._maxargs > 1,
      element = one,
    }
  end
  for index, one in ipairs(made._options) do
    local names = one._aliases
    options[index] = {
      name = names[#names],
      names = names,
      value = one._maxargs > 0 and value_name(one, names[#names]) or nil,
      doc = one._description or "",
      choices = one._choices,
      several = one._maxcount > 1,
      element = one,
    }
  end
  return arguments, options
end

-- "extcontacts get <what> <contact_id> ... [options]"
local function usage(made, name)
  local parts = { "Usage: extcontacts " .. name }
  for _, argument in ipairs((parser.describe(made))) do
    local text = "<" .. argument.name .. ">" .. (argument.several and " ..." or "")
    parts[#parts + 1] = argument.optional and "[" .. text .. "]" or text
  end
  parts[#parts + 1] = "[options]"
  return table.concat(parts, " ")
end

--- A command's parser.
---@param command table
---@param words string[] the words after the command's name
---@return table parser lua-argparse's
---@return any subject what the command's `setup` gave
function parser.make(command, words)
  local made = argparse()("extcontacts " .. command.name)
    :description(command.description or (command.summary:gsub("^%l", string.upper) .. "."))
    :help_max_width(78)
    :help_vertical_space(0)
    :add_help(false)
  local subject = command.setup(made, words)
  made:flag("-h --help", "show this text")
  made:group("Options", unpack(ungrouped(made)))
  if command.connects then
    require("extcontacts.cli.connection").setup(made)
  end
  function made:get_help()
    return getmetatable(self).__index.get_help(self) .. "\n\n" .. epilog(command)
  end
  return made:usage(usage(made, command.name)), subject
end

--- The words that are neither options nor their values.
---@param made table the parser
---@param words string[]
---@return string[]
function parser.plain(made, words)
  local takes_value, plain, skip = {}, {}, false
  local _, options = parser.describe(made)
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

--- Whether the words ask for help; a word after `--` is none of it.
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

-- The options' names of a parser.
local function option_names(made)
  local names = {}
  local _, options = parser.describe(made)
  for _, option in ipairs(options) do
    for _, name in ipairs(option.names) do
      names[#names + 1] = name
    end
  end
  return names
end

--- Reads the words.
---@param made table the parser
---@param words string[]
---@return table given
function parser.read(made, words)
  local ok, given = made:pparse(words)
  if ok then
    return given
  end
  local unknown = given:match("^unknown option '(.-)'")
  if unknown then
    local name = unknown:match("^[^=]+")
    local near = suggest.nearest(name, option_names(made))
    given = ("unknown option '%s'%s"):format(name, near and (", did you mean '" .. near .. "'?") or "")
  end
  exit.usage(given)
end

return parser
