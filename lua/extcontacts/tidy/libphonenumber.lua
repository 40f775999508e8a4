--- Asks libphonenumber whether phone numbers exist, through its Python port if
-- that is installed (Debian: python3-phonenumbers).  One child process answers for
-- as long as the program runs.  Numbers go through a socket: another user can read a
-- command line, and no shell reads them.

local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local regions = require "extcontacts.record.normalize.phone_regions"
local suggest = require "extcontacts.base.suggest"

local libphonenumber = {}

-- Answers a line of numbers with 1 and 0, and the line of "?" with the version, the
-- date of Debian's metadata, and which of the numbers given as arguments exist.  A
-- module in the current folder is not loaded.
local PROGRAM = [[
import sys
sys.path = [folder for folder in sys.path if folder]
import os, time, phonenumbers
def exists(text):
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, None))
    except phonenumbers.NumberParseException:
        return False
def answers(words):
    return "".join("1" if exists(word) else "0" for word in words)
def date():
    path = phonenumbers.__file__
    if not path.startswith("/usr/lib/python3/"):
        return "-"
    return time.strftime("%Y-%m-%d", time.gmtime(os.stat(path).st_mtime))
for line in iter(sys.stdin.readline, ""):
    words = line.split()
    if words == ["?"]:
        print("version", phonenumbers.__version__, date(), answers(sys.argv[1:]) or "-")
    else:
        print(answers(words))
    sys.stdout.flush()
]]

-- The system's own Python has Debian's modules, whichever Python PATH finds.
local PYTHONS = { "python3", "/usr/bin/python3" }

local MISSING = "libphonenumber's Python port is not installed (Debian: apt-get install python3-phonenumbers)"
local FAILED = "libphonenumber's Python port failed: %s"
-- Seconds for an answer: the first one loads the port.
local PATIENCE = 60
-- Numbers in a line; the answer has a byte for each.
local MOST = 200

---@class extcontacts.tidy.PhoneChecker
---@field version string of the port, which is libphonenumber's
---@field date string|nil of its metadata, ISO 8601; nil if the port is not Debian's
---@field outdated table<string, boolean> country codes whose numbers of today it does not know
---@field private child table
local Checker = {}
Checker.__index = Checker

-- Whether the numbers of a list exist, in its order.
local function ask(self, numbers)
  for _, number in ipairs(numbers) do
    if type(number) ~= "string" or not number:find "^%+%d+$" then
      error("numbers must be in E.164", 3)
    end
  end
  local line, problem = self.child:ask(table.concat(numbers, " "), PATIENCE)
  if not line or #line ~= #numbers or line:find "[^01]" then
    self.child:close()
    return nil, FAILED:format(problem or "its answer is not one")
  end
  return line
end

--- Whether a number exists.  The numbers of countries in `outdated` are unknown to it.
---@param number string in E.164
---@return boolean|nil exists nil if the port fails; it then fails for good
---@return string|nil problem
function Checker:exists(number)
  local answer, problem = ask(self, { number })
  if not answer then
    return nil, problem
  end
  return answer == "1"
end

--- Finds which numbers exist.
---@param numbers string[] in E.164
---@return table<string, boolean>|nil existing the numbers that exist
---@return string|nil problem
function Checker:existing(numbers)
  local existing = {}
  for from = 1, #numbers, MOST do
    local part = { compat.unpack(numbers, from, math.min(from + MOST - 1, #numbers)) }
    local answer, problem = ask(self, part)
    if not answer then
      return nil, problem
    end
    for index, number in ipairs(part) do
      existing[number] = answer:sub(index, index) == "1" or nil
    end
  end
  return existing
end

--- Ends the process.
function Checker:close()
  self.child:close()
end

-- The port with one Python; nil and why not.
local function start(python)
  local codes = suggest.keys(regions.introduced)
  local argv = { python, "-c", PROGRAM }
  for _, code in ipairs(codes) do
    argv[#argv + 1] = regions.introduced[code]
  end
  local child = core.child.start(argv)
  local line, problem
  if child then
    line, problem = child:ask("?", PATIENCE)
  end
  if not line then
    return nil, problem and problem ~= "it ended" and FAILED:format(problem) or nil
  end
  local version, date, known = line:match "^version (%S+) (%S+) (%S+)$"
  if not version then
    child:close()
    return nil, FAILED:format "its answer is not one"
  end
  local outdated = {}
  for index, code in ipairs(codes) do
    outdated[code] = known:sub(index, index) ~= "1" or nil
  end
  return setmetatable({ child = child, version = version, date = date ~= "-" and date or nil, outdated = outdated },
    Checker)
end

--- Starts the port.
---@return extcontacts.tidy.PhoneChecker|nil
---@return string|nil problem how to install it
function libphonenumber.start()
  local problem
  for _, python in ipairs(PYTHONS) do
    local checker, why = start(python)
    if checker then
      return checker
    end
    problem = problem or why
  end
  return nil, problem or MISSING
end

local shared

--- Finds which numbers exist.
---@param numbers string[] in E.164
---@return table<string, boolean>|nil existing the numbers that exist
---@return string|nil problem
function libphonenumber.existing(numbers)
  if #numbers == 0 then
    return {}
  end
  local problem
  if not shared then
    shared, problem = libphonenumber.start()
    if not shared then
      return nil, problem
    end
  end
  local existing
  existing, problem = shared:existing(numbers)
  if not existing then
    shared = nil
  end
  return existing, problem
end

return libphonenumber
