--- Runs a program that converts a file to a temporary one without a name.

local errors = require "extcontacts.base.errors"
local shell = require "extcontacts.base.shell"
local texts = require "extcontacts.base.text"

local converter = {}

-- What a command prints, without blanks at its end, and whether it succeeds.
local function run(command)
  local pipe = errors.check_io(io.popen(("{ %s; } 2>&1; echo \"exit $?\""):format(command), "r"))
  local text = pipe:read "*a"
  pipe:close()
  local said, code = text:match "^(.-)%s*exit (%d+)%s*$"
  return said or "", code == "0"
end

--- Whether a command of the shell succeeds.
---@param command string
---@return boolean
function converter.succeeds(command)
  return select(2, run(command))
end

--- Whether a program is installed.
---@param program string
---@return boolean
function converter.has(program)
  return converter.succeeds("command -v " .. program)
end

--- Converts a file.  The file of the result is readable by its owner only and ends with
-- its handle.
---@param command string a command of the shell, with two `%s`: the file to read and the one to write
---@param path string
---@return table|nil handle at the start of the result; nil if the program fails or writes nothing
---@return string problem the last line of what the program says, cut
function converter.run(command, path)
  local temporary = os.tmpname()
  -- A name that starts with a hyphen is no option.
  local file = path:find "^%-" and "./" .. path or path
  local said, succeeded = run(command:format(shell.quoted(file), shell.quoted(temporary)))
  local handle, message = io.open(temporary, "rb")
  os.remove(temporary)
  if handle and (not succeeded or handle:seek "end" == 0) then
    handle:close()
    handle = nil
  elseif handle then
    handle:seek("set", 0)
  end
  return handle, texts.cut(texts.trim((message or said):match "[^\n]*$"), 200)
end

return converter
