--- Asks libphonenumber whether phone numbers exist, through its Python port if
-- that is installed (Debian: python3-phonenumbers).  Pass many numbers at once:
-- each call starts a process.

local core = require "extcontacts.core"

local libphonenumber = {}

-- Reads one number per line and writes those that exist.
local PROGRAM = [[
import sys, phonenumbers
for line in sys.stdin:
    try:
        if phonenumbers.is_valid_number(phonenumbers.parse(line.strip(), None)):
            sys.stdout.write(line)
    except phonenumbers.NumberParseException:
        pass
print("all")
]]

-- The system's own Python has Debian's modules, whichever Python PATH finds.
local PYTHONS = { "python3", "/usr/bin/python3" }

local MISSING = "libphonenumber's Python port is not installed (Debian: apt-get install python3-phonenumbers)"

-- What a command prints; nil and why it could not be started.
local function output(command)
  local pipe, problem = io.popen(command, "r")
  if not pipe then
    return nil, "can't start Python: " .. tostring(problem)
  end
  local text = pipe:read("*a")
  pipe:close()
  return text
end

--- Finds the Python that has the port.
---@return string|nil python
---@return string|nil problem how to install it
function libphonenumber.installed()
  for _, name in ipairs(PYTHONS) do
    local text, problem = output(name .. " -c 'import phonenumbers; print(1)' 2>/dev/null")
    if not text then
      return nil, problem
    elseif text:find "1" then
      return name
    end
  end
  return nil, MISSING
end

local python

--- Finds which numbers exist.
---@param numbers string[] in E.164
---@return table<string, boolean>|nil existing the numbers that exist
---@return string|nil problem
function libphonenumber.existing(numbers)
  if #numbers == 0 then
    return {}
  end
  local problem
  if not python then
    python, problem = libphonenumber.installed()
  end
  if not python then
    return nil, problem
  end
  for _, number in ipairs(numbers) do
    if not number:find "^%+%d+$" then
      error("numbers must be in E.164", 2)
    end
  end
  -- In a private file: every user can read a command line.
  local named, path = pcall(os.tmpname)
  local file
  if not named then
    return nil, "can't create a temporary file: " .. tostring(path)
  end
  file, problem = core.file.open(path, "update")
  local written = file
  if file then
    written, problem = file:write(table.concat(numbers, "\n") .. "\n")
    file:close()
  end
  if not written then
    os.remove(path)
    return nil, "can't write a temporary file: " .. tostring(problem)
  end
  local text
  text, problem = output(("%s -c '%s' <%s"):format(python, PROGRAM, path))
  os.remove(path)
  if not (text and text:find "all\n$") then
    return nil, problem or "libphonenumber's Python port failed"
  end
  local existing = {}
  for number in text:gmatch "%+%d+" do
    existing[number] = true
  end
  return existing
end

return libphonenumber
