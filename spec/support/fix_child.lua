-- A process that applies a plan, or resumes it, and kills itself (SIGKILL) at
-- a place in its journal:
--   fix_child.lua SERVER PLAN PLACE TYPE NUMBER [BATCH]
-- SERVER is a JSON file with its addresses and credentials.
-- PLACE is before, torn or after; TYPE intent or applied; NUMBER which of them.
-- BATCH is the number of changes per request; without it, single requests are sent.
-- Prints the result if the run reaches its end.
local core = require "extcontacts.core"
local ec = require "extcontacts"

local server = assert(ec.json.decode(require("extcontacts.base.files").read(arg[1])))
local plan, place, line_type, number = arg[2], arg[3], arg[4], tonumber(arg[5])

local seen = 0

local function kill()
  os.execute "kill -9 $PPID"
end

-- A journal whose writes can end the process.
local Deadly = {}
Deadly.__index = function(self, name)
  return Deadly[name] or function(_, ...)
    return self.file[name](self.file, ...)
  end
end

function Deadly:write(text, offset)
  if not text:find('"t":"' .. line_type .. '"', 1, true) then
    return self.file:write(text, offset)
  end
  seen = seen + 1
  if seen ~= number then
    return self.file:write(text)
  elseif place == "before" then
    kill()
  elseif place == "torn" then
    self.file:write(text:sub(1, math.floor(#text / 2)))
    kill()
  end
  local ok, message, code = self.file:write(text)
  kill()
  return ok, message, code
end

local open = core.file.open
function core.file.open(path, mode)
  local file, message, code = open(path, mode)
  if file and mode ~= "read" and path:find "%.journal" then
    return setmetatable({ file = file }, Deadly)
  end
  return file, message, code
end

local fix = require "extcontacts.fix"
local journal = require "extcontacts.fix.journal"
local client = ec.new {
  base_url = server.base_url,
  login_url = server.login_url,
  client_id = server.client_id,
  client_secret = server.client_secret,
  check_time = 0.1,
  rate = false,
}
local state = journal.read(journal.path(plan))
local start = state and state.runs > 0 and fix.resume or fix.apply
local result = assert(start(client, plan, { batch = tonumber(arg[6]) or 1, allow_irreversible = true, write = "bulk" }))
client:close()
print(("%s %d %d %d"):format(result.stopped or "complete", result.applied, result.failed, result.unknown))
