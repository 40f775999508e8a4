--- For specs of fixes: the shared sandbox, a client of it, and a directory
-- for plans that goes away.

local canonical = require "extcontacts.record.canonical"
local ec = require "extcontacts"
local files = require "extcontacts.base.files"
local fix = require "extcontacts.fix"
local sandbox = require "spec.support.sandbox"

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

--- Everything of a contact that can be written, as bytes in canonical order.
-- A number counts by what was typed: the server keeps that in another place
-- when it writes the number anew.
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

--- The shared sandbox as it was at its start, a client and a directory; and
-- `direct`, a client that no bad network hinders in arranging a spec's records.
---@param options table|nil of `sandbox.shared`
function fixes.place(options)
  local server = sandbox.shared(options)
  server:reset()
  local dir = os.tmpname()
  os.remove(dir)
  os.execute("mkdir " .. dir)
  return setmetatable({
    server = server,
    client = fixes.client(server),
    direct = fixes.client { base_url = server.direct_url, login_url = server.direct_url,
      client_id = server.client_id, client_secret = server.client_secret },
    dir = dir,
  }, Place)
end

--- A path in the directory.
function Place:path(name)
  return self.dir .. "/" .. name
end

--- A place for each spec of a block, given to it before and cleared after.
---@param give fun(place: table|nil)
---@param before_each function busted's, and so on
---@param options table|nil of `sandbox.shared`
function fixes.around(give, before_each, after_each, options)
  local place
  before_each(function()
    place = fixes.place(options)
    give(place)
  end)
  after_each(function()
    place:clear()
  end)
end

--- Writes a file and gives its path.
function Place:write(name, text)
  local path = self:path(name)
  local handle = assert(io.open(path, "wb"))
  handle:write(text)
  handle:close()
  return path
end

--- A file's content; nil where there is none.
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

--- The ids of the first contacts of a scan.
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

--- How many requests of a kind the server got, `contacts.update`.
function Place:requests(operation)
  local count = 0
  for _, number in pairs(self.server:control("GET", "/sandbox/counters").by_operation[operation] or {}) do
    count = count + number
  end
  return count
end

--- Plans a fix, given as fields of one, into `name`.
---@param fields table `change` at least
---@param name string|nil default "p"
---@return table plan with `path`
function Place:plan(fields, name, options)
  local all = { name = "a fix", source = fix.scan "contacts" }
  for key, value in pairs(fields) do
    all[key] = value
  end
  local given = { output = self:path(name or "p") }
  for key, value in pairs(options or {}) do
    given[key] = value
  end
  return assert(fix.plan(self.client, assert(fix.define(all)), given))
end

--- Plans that a field of the first contacts is set, in a source of their ids.
function Place:plan_titles(count, value, name)
  return self:plan({
    source = fix.ids(self:ids(count)),
    change = function(contact)
      contact.title = value
      return contact
    end,
  }, name)
end

--- Changes a contact as someone else would.
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

return fixes
