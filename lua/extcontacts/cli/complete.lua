--- The words that can come next in a command line, from the commands' parsers
-- and the operation table.  Sends nothing; only builds the parsers.

local connection = require "extcontacts.cli.connection"
local parser = require "extcontacts.cli.parser"
local registry = require "extcontacts.cli.registry"
local texts = require "extcontacts.base.text"

local complete = {}

local FILES = { ":files" }

-- Names of values that are file names.
local FILE_NAMES = { FILE = true, PLAN = true, SNAPSHOT = true, PATH = true }

-- The words that an argument or option value can be.
local function values_of(described)
  local source = described.element.completes or described.choices
  if type(source) == "function" then
    source = source()
  elseif not source and FILE_NAMES[(described.value or described.name):upper()] then
    return FILES
  end
  return source or {}
end

local function begins_with(text, beginning)
  return text:sub(1, #beginning) == beginning
end

-- Adds the words that start with `current`, or with the last item of a
-- comma-separated list.
local function add(out, words, current, prefix)
  local before, item = current:match("^(.*,)([^,]*)$")
  before, item = before or "", item or current
  for _, word in ipairs(words) do
    local text, doc = tostring(word), ""
    if type(word) == "table" then
      text, doc = word[1], word[2]
    end
    if text == FILES[1] then
      out[#out + 1] = { text, "" }
    elseif begins_with(text, item) then
      out[#out + 1] = { prefix .. before .. text, doc }
    end
  end
  return out
end

local function first_sentence(text)
  return texts.trim(text:gsub("%s+", " "):match("^[^;(%[]+") or "")
end

-- The options that can still be given.
local function option_words(options, used)
  local words = {}
  for _, option in ipairs(options) do
    if not used[option.name] or option.several then
      words[#words + 1] = { option.name, first_sentence(option.doc) }
    end
  end
  return words
end

-- The state before the word at the cursor: the option that waits for its value,
-- the number of plain words, and the options used.
local function position(options, words)
  local by_name = {}
  for _, option in ipairs(options) do
    for _, name in ipairs(option.names) do
      by_name[name] = option
    end
  end
  local waiting, plain, used, closed = nil, 0, {}, false
  for _, word in ipairs(words) do
    local name, equals = word:match("^(%-[^=]+)(=?)")
    if waiting then
      waiting = nil
    elseif closed or not name then
      plain = plain + 1
    elseif word == "--" then
      closed = true
    elseif by_name[name] then
      used[by_name[name].name] = true
      waiting = equals == "" and by_name[name].value and by_name[name] or nil
    end
  end
  return waiting, plain, used, by_name
end

local function after(arguments, options, words, current)
  local waiting, plain, used, by_name = position(options, words)
  if waiting then
    return add({}, values_of(waiting), current, "")
  end
  local name, value = current:match("^(%-%-[^=]+)=(.*)$")
  if name then
    return by_name[name] and add({}, values_of(by_name[name]), value, name .. "=") or {}
  elseif begins_with(current, "-") then
    return add({}, option_words(options, used), current, "")
  end
  local last = arguments[#arguments]
  local argument = arguments[plain + 1] or (last and last.several and last)
  local out = argument and add({}, values_of(argument), current, "") or {}
  if #out == 0 and current == "" then
    add(out, option_words(options, used), current, "")
  end
  return out
end

-- The options that can precede the command.
local function leading_options()
  local options = { { name = "--help", names = { "--help" }, doc = "show the commands", element = {} },
    { name = "--version", names = { "--version" }, doc = "show the version", element = {} } }
  for _, row in ipairs(connection.rows) do
    options[#options + 1] = { name = row.flag, names = { row.flag }, value = row.value, doc = row.doc,
      element = { completes = row.completes } }
  end
  return options
end

-- bash splits words at = and :.  Joins them again, except an option and its value.
local function rejoined(line)
  local words, joining = {}, false
  for _, word in ipairs(line) do
    local last = words[#words]
    if (word == "=" or word == ":") and last and not begins_with(last, "--") then
      words[#words], joining = last .. word, true
    elseif word == "=" and last then
      joining = false
      if line[#line] == word then
        words[#words + 1] = ""
      end
    elseif joining then
      words[#words], joining = last .. word, false
    else
      words[#words + 1] = word
    end
  end
  return words
end

--- The words that can replace the one at the cursor.
---@param line string[] the words after `extcontacts`, the one at the cursor last
---@return string[][] words `{ word, description }`
function complete.words(line)
  local before = rejoined(line)
  local current = table.remove(before) or ""
  local words = connection.hoist(before)
  local command = words[1] and registry.find(words[1])
  if not command then
    local commands = {}
    for index, name in ipairs(registry.names()) do
      commands[index] = { name, registry.find(name).summary }
    end
    local argument = { name = "command", element = { completes = commands } }
    return after({ argument }, leading_options(), before, current)
  end
  table.remove(words, 1)
  local arguments, options = parser.describe((parser.make(command, words)))
  return after(arguments, options, words, current)
end

return complete
