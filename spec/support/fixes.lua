--- For specs of fixes: the shared sandbox, a client of it, and a temporary
-- directory for plans.

local api = require "spec.support.api"
local canonical = require "extcontacts.record.canonical"
local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local csv = require "extcontacts.base.csv"
local ec = require "extcontacts"
local files = require "extcontacts.base.files"
local fix = require "extcontacts.fix"
local reader = require "extcontacts.fix.journal.reader"
local sandbox = require "spec.support.sandbox"
local script = require "spec.support.script"

local fixes = {}

local Place = {}
Place.__index = Place

--- A client of a server.
function fixes.client(server, more)
  local options = {
    base_url = server.base_url,
    login_url = server.login_url,
    client_id = server.client_id,
    client_secret = server.client_secret,
    rate = false, -- the shared sandbox has no limit
  }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return ec.new(options)
end

--- A client with an access token alone, of the server's own OAuth client.
function fixes.bare_client(server)
  return ec.new { base_url = server.base_url, access_token = api.session(server).token, rate = false }
end

--- The writable fields of a contact, as bytes in canonical order.  A phone
-- number counts as it was typed: the server moves that to another field when it
-- reformats the number.
function fixes.bytes(contact)
  local copy = ec.writable("ExternalContact", contact)
  copy.createDate, copy.modifyDate, copy.id = nil, nil, nil
  for name, value in pairs(copy) do
    if type(value) == "table" and value.display then
      copy[name] = { number = value.userInput or value.display, extension = value.extension,
        acceptsSMS = value.acceptsSMS }
    end
  end
  return canonical.text(copy)
end

--- Opens the place: the shared sandbox, reset, a client and a directory; and
-- `direct`, a client that no bad network keeps from arranging a spec's records.
---@param options table|nil of `sandbox.shared`; and `batch`, that of `apply` and `resume` unless they say otherwise
function Place:open(options)
  self.batch = options and options.batch
  local server = sandbox.shared(options)
  server:reset()
  self.server = server
  self.client = fixes.client(server)
  self.direct = fixes.client { base_url = server.direct_url, login_url = server.direct_url,
    client_id = server.client_id, client_secret = server.client_secret }
  self.dir = os.tmpname()
  os.remove(self.dir)
  os.execute("mkdir " .. self.dir)
end

--- An open place; `clear` it when it is no longer needed.
---@param options table|nil of `sandbox.shared`
function fixes.place(options)
  local place = setmetatable({}, Place)
  place:open(options)
  return place
end

--- A place that is opened before each spec of a block and cleared after it.
---@param before_each function busted's
---@param after_each function busted's
---@param options table|nil of `sandbox.shared`
---@return table place
function fixes.fresh_place(before_each, after_each, options)
  local place = setmetatable({}, Place)
  before_each(function()
    place:open(options)
  end)
  after_each(function()
    place:clear()
  end)
  return place
end

--- The same, handed over to `give` before each spec.
---@param give fun(place: table)
function fixes.around(give, before_each, after_each, options)
  local place = fixes.fresh_place(before_each, after_each, options)
  before_each(function()
    give(place)
  end)
end

--- A path in the directory.
function Place:path(name)
  return self.dir .. "/" .. name
end

--- Writes a file and returns its path.
function Place:write(name, text)
  local path = self:path(name)
  local handle = assert(io.open(path, "wb"))
  handle:write(text)
  handle:close()
  return path
end

--- The content of a file; nil if it does not exist.
function Place:read(name)
  return files.read(self:path(name))
end

--- The objects of an NDJSON file.
function Place:objects(name)
  local out = {}
  for line in assert(self:read(name), name):gmatch("[^\n]+") do
    out[#out + 1] = assert(ec.json.decode(line))
  end
  return out
end

--- Writes a journal with these lines, and the checksums that it needs.
function Place:write_journal(name, lines)
  local file = assert(core.file.open(self:path(name), "update"))
  local chain = checked_lines.chain()
  lines[1].inode, lines[1].crc = file:inode(), nil
  local header = chain:seal(ec.json.encode(lines[1], { sort_keys = true }))
  local header_crc, texts = chain.crc, {}
  for index = 2, #lines do
    local line = lines[index]
    if line.t ~= "synced" then
      line.crc, line.sha256 = nil, line.t == "stop" and chain:digest() or nil
      texts[#texts + 1] = chain:seal(ec.json.encode(line, { sort_keys = true }))
    end
  end
  assert(file:write(header .. reader.synced_line(#header, header_crc) .. table.concat(texts)))
  file:close()
end

--- The ids of the first contacts in a scan.
function Place:ids(count)
  local ids = {}
  for contact in self.client:scan_contacts { max_items = count } do
    ids[#ids + 1] = contact.id
  end
  return ids
end

--- Every contact, by id.
function Place:contacts()
  local out = {}
  for contact in self.client:scan_contacts { limit = 200 } do
    out[contact.id] = contact
  end
  return out
end

--- How many requests of an operation, `contacts.update`, the server got.
function Place:requests(operation)
  local count = 0
  for _, number in pairs(self.server:control("GET", "/sandbox/counters").by_operation[operation] or {}) do
    count = count + number
  end
  return count
end

-- Adds fields to a table, over its own.
local function merged(defaults, fields)
  for name, value in pairs(fields or {}) do
    defaults[name] = value
  end
  return defaults
end

--- A fix with these fields; by default it scans contacts and changes nothing.
---@param fields table
---@return extcontacts.fix.Definition
function fixes.define(fields)
  return assert(fix.define(merged({ name = "a fix", source = fix.scan "contacts", change = function() end }, fields)))
end

--- Plans a fix with these fields into the file `name`, in place of a plan that was not applied.
---@param fields table
---@param name string|nil default "p"
---@param options table|nil of `fix.plan`
---@return extcontacts.fix.Plan|nil
---@return extcontacts.Error|nil
function Place:try_plan(fields, name, options)
  return fix.plan(self.client, fixes.define(fields), merged({ output = self:path(name or "p"), force = true },
    options))
end

--- The same, which must succeed.
function Place:plan(fields, name, options)
  return assert(self:try_plan(fields, name, options))
end

--- The message with which a fix is rejected; it leaves no file.
function Place:plan_problem(fields, options)
  local plan, err = self:try_plan(fields, "rejected", options)
  assert(plan == nil, "the fix was planned")
  assert(not self:read "rejected" and not self:read "rejected.tmp", "the rejected plan left a file")
  return err.message
end

--- Applies the plan in the file `name`.  Updates are written in bulk by default, whether they
-- fill fields or not.
---@param options table|nil of `fix.apply`
---@param name string|nil default "p"
---@return extcontacts.fix.Result|nil
---@return extcontacts.Error|nil
function Place:apply(options, name)
  return fix.apply(self.client, self:path(name or "p"), merged({ batch = self.batch, write = "bulk" }, options))
end

--- Resumes the plan `p`.
function Place:resume(options)
  return fix.resume(self.client, self:path "p", merged({ batch = self.batch, write = "bulk" }, options))
end

--- Switches on faults of the sandbox; without arguments, switches them off.
function Place:faults(...)
  self.server:control("POST", "/sandbox/faults", { ... })
end

--- The last outcome of each change in the journal of `p`.
function Place:outcomes()
  local out = {}
  for _, line in ipairs(self:objects "p.journal") do
    if line.n and line.t ~= "intent" then
      out[line.n] = line
    end
  end
  return out
end

--- Plans to set the title of the first contacts.
function Place:plan_titles(count, value, name)
  return self:plan({
    source = fix.ids(self:ids(count)),
    change = function(contact)
      contact.title = value
      return contact
    end,
  }, name)
end

--- Runs spec/support/fix_child.lua, which applies or resumes `p` and may kill itself.
---@param where "before"|"torn"|"after"
---@param kind string type of the journal's line
---@param number integer which of them
---@param batch integer|nil changes per request; default 1
---@param shell string|nil commands of the shell that come before
---@return string output
---@return string code "137" if it killed itself
function Place:killable_run(where, kind, number, batch, shell)
  local server = {}
  for _, name in ipairs { "base_url", "login_url", "client_id", "client_secret" } do
    server[name] = self.server[name]
  end
  self:write("server.json", ec.json.encode(server))
  local words = { script.interpreter, "spec/support/fix_child.lua", self:path "server.json",
    self:path "p", where, kind, number, batch or "", "2>&1; echo \"exit $?\"" }
  local pipe = assert(io.popen((shell or "") .. table.concat(words, " ")))
  local output = pipe:read("*a")
  pipe:close()
  return output:match "^(.*)exit (%d+)\n$"
end

--- Changes a contact, as someone else would.
function Place:edit(id, fields)
  local contact = assert(self.client.contacts:get(id))
  for name, value in pairs(fields) do
    contact[name] = value
  end
  assert(self.client.contacts:update(id, ec.writable("ExternalContact", contact)))
end

function Place:clear()
  self.client:close()
  os.execute("chmod -R u+w " .. self.dir .. " 2>/dev/null; rm -rf " .. self.dir)
end

--- The reasons in the list of the records that a plan skips, in its order.
---@param plan_path string
---@return string[]
function fixes.skipped_reasons(plan_path)
  local out, handle = {}, io.open(plan_path .. ".skipped.csv", "rb")
  for row in (handle and csv.rows(handle) or function() end) do
    out[#out + 1] = row.reason
  end
  if handle then
    handle:close()
  end
  return out
end

return fixes
