--- For specs of snapshots: a sandbox of known size, a session and a client of it,
-- and a directory that is removed after each spec.

local checked_lines = require "extcontacts.base.checked_lines"
local command = require "spec.support.command"
local ec = require "extcontacts"
local files = require "extcontacts.base.files"
local format = require "extcontacts.snapshot.format"
local json = require "extcontacts.base.json"
local sandbox = require "spec.support.sandbox"

local snapshots = {}

local Place = {}
Place.__index = Place

--- A path in the directory.
function Place:at(name)
  return self.directory .. "/" .. name
end

function Place:write(name, text)
  local handle = assert(io.open(self:at(name), "wb"))
  handle:write(text)
  handle:close()
end

--- A file's content; nil if it is missing.
function Place:read(name)
  return files.read(self:at(name))
end

--- A snapshot's header, decoded, and its other lines as text.
function Place:snapshot(name)
  local header, rest = self:read(name):match("^([^\n]*)\n(.*)$")
  return json.decode(header), rest
end

--- Changes the records of a snapshot, and writes it with the checksums that it needs.
function Place:rewrite_snapshot(name, change)
  local header, rest = self:snapshot(name)
  local chain, lines, offset = checked_lines.chain(), {}, format.RECORDS_AT
  local next_line = rest:gmatch "[^\n]+"
  for _, section in ipairs(header.sections) do
    section.offset = offset
    for _ = 1, section.count do
      local entry = json.decode(next_line())
      change(entry.record)
      entry.crc = nil
      lines[#lines + 1] = chain:seal(json.encode(entry, { sort_keys = true }))
      offset = offset + #lines[#lines]
    end
  end
  header.sha256, header.crc = chain:digest(), nil
  self:write(name, format.header(header) .. table.concat(lines))
end

--- Runs the command; returns exit code, output and errors.
function Place:run(words)
  return command.run(words, { environment = command.environment(self.server) })
end

--- Runs the command, which must succeed; returns output and errors.
function Place:must(words)
  local code, output, errors = self:run(words)
  assert(code == 0, errors)
  return output, errors
end

--- Makes the server fail according to a rule.
function Place:fault(rule)
  self.server:control("POST", "/sandbox/faults", { rule })
end

function Place:no_faults()
  self.server:control("DELETE", "/sandbox/faults")
end

--- A place that is opened before each spec of a file and cleared after it: a
-- sandbox with 700 contacts (4 pages of a scan) and 20 organizations.
---@param hooks table busted's `setup`, `teardown`, `before_each` and `after_each`
---@return table place
function snapshots.fresh_place(hooks)
  local place = setmetatable({}, Place)
  sandbox.around({ contacts = 700, organizations = 20, rate = 0, resets = false }, function(server, session)
    place.server, place.session = server, session
    place.directory = os.tmpname()
    os.remove(place.directory)
    os.execute("mkdir " .. place.directory)
    place.client = ec.new {
      base_url = server.base_url, login_url = server.login_url,
      client_id = server.client_id, client_secret = server.client_secret, retry = false,
    }
  end, hooks.setup, hooks.teardown, hooks.before_each)
  hooks.after_each(function()
    place.client:close()
    os.execute("rm -rf " .. place.directory)
  end)
  return place
end

return snapshots
