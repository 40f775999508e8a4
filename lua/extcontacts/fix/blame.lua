--- Messages about mistakes in a fix's file: the file, the line and what to write instead,
-- without the stack.

local suggest = require "extcontacts.base.suggest"

local blame = {}

-- What a fix's file may require of ours.
local MODULES = {
  "extcontacts", "extcontacts.csv", "extcontacts.dedupe", "extcontacts.fix", "extcontacts.json", "extcontacts.snapshot",
  "extcontacts.tidy.emails", "extcontacts.tidy.names", "extcontacts.tidy.phones", "extcontacts.tidy.sendable",
}

-- The folder of this module's own files; a position in one of them says nothing to the
-- author of a fix.  The ready-made fixes are fixes like any other.
local OWN = debug.getinfo(1, "S").source:match "^@(.*)fix/[^/]+$"

local function is_own(file)
  return OWN and file:sub(1, #OWN) == OWN and file:sub(#OWN + 1, #OWN + 6) ~= "fixes/"
end

-- The position at the start of a message, and the rest.
local function split(message)
  local file, line, rest = message:match "^([^\n]-):(%d+): (.*)$"
  return file, line, rest or message
end

-- The whole name of the file whose name a message has: Lua shortens long ones.  The
-- functions that were called when the message was made are still there.
local function whole_name(shown)
  local level = 3
  while true do
    local info = debug.getinfo(level, "S")
    if not info then
      return shown
    elseif info.short_src == shown and info.source:sub(1, 1) == "@" then
      return info.source:sub(2)
    end
    level = level + 1
  end
end

-- The position of the innermost function that is not ours, of those that the fix's own
-- function called.
local function position()
  local level = 3
  while true do
    local info = debug.getinfo(level, "Slf")
    if not info or info.func == xpcall then
      return nil
    elseif info.source:sub(1, 1) == "@" and info.currentline > 0 and not is_own(info.source:sub(2)) then
      return ("%s:%d"):format(info.source:sub(2), info.currentline)
    end
    level = level + 1
  end
end

local HINTS = {
  { { "nil value %(global 'fix'%)", "global 'fix' %(a nil value%)" },
    'write local fix = require "extcontacts.fix" at the top of the file' },
  { { "attempt to index a nil value %(field '", "attempt to index field '[^']*' %(a nil value%)" },
    "a record can lack a field; test it first, or read it with fix.get(record, \"address.city\")" },
}

local function hint_for(text)
  for _, row in ipairs(HINTS) do
    for _, pattern in ipairs(row[1]) do
      if text:find(pattern) then
        return "; " .. row[2]
      end
    end
  end
  return ""
end

--- The handler of `xpcall` for code of a fix.  Turns what was raised into a message; an
-- error object stays as it is.
---@param raised any
---@return any
function blame.handler(raised)
  if type(raised) ~= "string" then
    return raised
  end
  local file, line, text = split(raised)
  file = file and whole_name(file)
  local module = text:match "^module '([^']+)' not found"
  if module then
    text = ("there is no module '%s'%s"):format(module, suggest.hint(module, MODULES))
  end
  if file and not is_own(file) then
    return ("%s:%s: %s%s"):format(file, line, text, hint_for(text))
  end
  local where = file and position()
  return where and ("%s: %s"):format(where, text) or text
end

--- A message of the handler with the place of the function that was called, if it has no
-- place yet: a function that returns what another one returns leaves no trace.
---@param text string
---@param fn function
---@return string
function blame.placed(text, fn)
  local info = debug.getinfo(fn, "S")
  if split(text) or info.source:sub(1, 1) ~= "@" or OWN and info.source:sub(2, #OWN + 1) == OWN then
    return text
  end
  return ("%s (in the function at %s:%d)"):format(text, info.source:sub(2), info.linedefined)
end

return blame
