-- Shared by the soak scripts of fixes: a directory, the command, the records.
local canonical = require "extcontacts.record.canonical"
local ec = require "extcontacts"
local harness = require "bench.soak.harness"
local email = require "extcontacts.record.normalize.email"

local common = {}

--- Creates a temporary directory.
function common.directory()
  local dir = os.tmpname()
  os.remove(dir)
  assert(os.execute("mkdir " .. dir))
  return dir
end

--- A client of the sandbox without a rate limit.
function common.client(server, more)
  local options = {
    base_url = server.base_url, login_url = server.login_url,
    client_id = server.client_id, client_secret = server.client_secret, rate = false,
  }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return ec.new(options)
end

--- Runs `extcontacts WORDS`; returns the exit code and the output.
function common.command(words, settings)
  local line = "env EXTCONTACTS_LUA=%s EXTCONTACTS_RATE=off %s bin/extcontacts %s 2>&1; echo \"exit $?\""
  local pipe = assert(io.popen(line
    :format(harness.interpreter, harness.environment(settings), words)))
  local output, code = pipe:read("*a"):match "^(.*)exit (%d+)\n$"
  pipe:close()
  return tonumber(code), output
end

--- Whether the server accepts a contact: all its e-mail addresses are valid.
function common.is_valid(contact)
  for _, name in ipairs { "workEmail", "personalEmail", "otherEmail" } do
    if contact[name] and not email.is_valid(contact[name]:match "^%s*(.-)%s*$") then
      return false
    end
  end
  return true
end

--- The digest of each contact's canonical form, by id; and how many there are.
function common.digests(client)
  local out, count = {}, 0
  for contact in client:scan_contacts { limit = 200 } do
    out[contact.id] = canonical.digest("contact", contact)
    count = count + 1
  end
  return out, count
end

--- In how many contacts two tables of digests differ.
function common.differences(a, b)
  local count = 0
  for id, digest in pairs(a) do
    count = count + (b[id] == digest and 0 or 1)
  end
  for id in pairs(b) do
    count = count + (a[id] == nil and 1 or 0)
  end
  return count
end

--- How many requests of an operation the server answered with a status.
function common.requests(server, operation, status)
  local counters = server:control("GET", "/sandbox/counters").by_operation[operation] or {}
  return counters[tostring(status)] or 0
end

--- How many items the bulk requests of an operation had.
function common.items(server, operation)
  return server:control("GET", "/sandbox/counters").items[operation] or 0
end

return common
