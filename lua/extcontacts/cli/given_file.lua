--- What the file is that a command was given, and what to do with it if the command takes
-- another kind of file.

local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"
local magic = require "extcontacts.base.magic"
local shell = require "extcontacts.base.shell"
local types = require "extcontacts.record.types"

local given_file = {}

-- Bytes that are read.
local START = 4096

local OURS = { { "extcontacts_plan", "plan" }, { "extcontacts_journal", "journal" },
  { "extcontacts_snapshot", "snapshot" } }

--- What a file is.
---@param path string
---@return string|nil kind plan, journal, snapshot, JSON, fix, CSV, folder or other; nil if no file has this path
---@return string|nil problem of a file that is no text
function given_file.kind(path)
  if files.exists(path .. "/.") then
    return "folder"
  end
  local handle = io.open(path, "rb")
  if not handle then
    return nil
  end
  local start = handle:read(START) or ""
  handle:close()
  for _, row in ipairs(OURS) do
    if start:find("^{[^\n]*\"" .. row[1] .. '":') then
      return row[2]
    end
  end
  if magic.problem(start) then
    return "other", magic.problem(start)
  elseif magic.csv_problem(start) then
    return "JSON"
  elseif path:find "%.lua$" or start:find "%f[%w]require%W+extcontacts" then
    return "fix"
  end
  local first = start:match "^[^\r\n]*"
  local is_csv = path:lower():find "%.[ct]sv$" or first:find "[,;\t]" and not first:find "[{}()=]"
  return is_csv and "CSV" or "other"
end

local NOUNS = {
  plan = "a plan", journal = "the journal of a plan", snapshot = "a snapshot", JSON = "a file of JSON", fix = "a fix",
  CSV = "a CSV file", folder = "a folder", other = "another file",
}

-- The command that takes a file of this kind.
local function command_for(kind, path, name)
  local word = shell.word(path)
  if kind == "fix" then
    return "plan it first: extcontacts plan " .. word
  elseif kind == "plan" then
    return "apply it: extcontacts apply " .. word
  elseif kind == "journal" then
    return ("name the plan: extcontacts %s %s"):format(name, shell.word((path:gsub("%.journal$", ""))))
  elseif kind == "snapshot" then
    return "plan to restore it: extcontacts restore " .. word
  elseif kind == "CSV" then
    return "import it: extcontacts import " .. word
  end
end

-- Why no file has this name.
local function absence(path, expected, name)
  local fixes = require "extcontacts.fixes"
  if expected ~= "fix" and fixes.path(path) then
    return ("%s is a ready-made fix, and %s takes %s; %s"):format(path, name, NOUNS[expected],
      command_for("fix", path, name))
  elseif types.listings[path] then
    return ("there is no file %s; %s takes the path of %s"):format(path, name, NOUNS[expected])
  elseif expected ~= "fix" and files.exists(path .. "." .. expected) then
    return ("there is no file %s, did you mean %s.%s?"):format(path, path, expected)
  end
end

--- Ends the command if a file is of another kind than it takes.  A file that does not
-- exist is left to the command.
---@param path string
---@param expected "plan"|"fix"|"snapshot"
---@param name string of the command
function given_file.check(path, expected, name)
  local kind, problem = given_file.kind(path)
  if kind == expected or kind == "other" and not problem then
    return
  elseif not kind then
    local sentence = absence(path, expected, name)
    return sentence and exit.usage(sentence)
  elseif problem then
    exit.usage(("%s takes %s, and the file %s %s"):format(name, NOUNS[expected], path, problem:match "^[^;]+"))
  end
  local remedy = command_for(kind, path, name)
  exit.usage(("%s is %s, not %s%s"):format(path, NOUNS[kind], NOUNS[expected], remedy and "; " .. remedy or ""))
end

--- Checks the arguments that are files.
---@param command table `takes` has the kind of each by the argument's name
---@param args table
function given_file.check_all(command, args)
  for name, kind in pairs(command.takes or {}) do
    given_file.check(args[name], kind, command.name)
  end
end

return given_file
