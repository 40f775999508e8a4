--- The contacts or organizations that were created since a moment, from one scan, by what
-- their content has in common with that of a record to find.  They are in a temporary
-- file; about 100 bytes of each are in memory.  The scan advances by a page with each
-- lookup that it is to replace, so that both take at most twice the requests of the
-- cheaper one, however many records there are.

local contact_fields = require "extcontacts.record.contact_fields"
local dates = require "extcontacts.base.dates"
local email = require "extcontacts.record.normalize.email"
local name = require "extcontacts.record.normalize.name"
local spool = require "extcontacts.base.spool"

local recreated_scan = {}

-- Records per request.
local PAGE = 200
local SCANS = { contact = "scan_contacts", organization = "scan_organizations" }
-- Fields that the server stores as they are sent, in any spelling.
local TEXTS = { contact = contact_fields.names, organization = { "name" } }
local EMAILS = { contact = contact_fields.emails, organization = {} }

---@class extcontacts.fix.RecreatedScan
---@field kind extcontacts.record.TypeName
---@field since number
---@field listing table|nil the iterator, until it ends
---@field records extcontacts.Spool
---@field by_key table<string, integer[]> indexes of records that are not found yet
local Scan = {}
Scan.__index = Scan

-- What records of the same content have in common.
local function key_of(kind, record)
  local parts = {}
  for _, field in ipairs(TEXTS[kind]) do
    parts[#parts + 1] = type(record[field]) == "string" and name.key(record[field]) or ""
  end
  for _, field in ipairs(EMAILS[kind]) do
    parts[#parts + 1] = email.key(record[field]) or ""
  end
  return table.concat(parts, "\n")
end

--- Whether records of a type are scanned.
---@param kind extcontacts.record.TypeName
---@return boolean
function recreated_scan.has(kind)
  return SCANS[kind] ~= nil
end

--- Starts a scan.
---@param client extcontacts.Client
---@param kind extcontacts.record.TypeName
---@param since number seconds since 1970
---@return extcontacts.fix.RecreatedScan
function recreated_scan.new(client, kind, since)
  return setmetatable({
    kind = kind, since = since, records = spool.new(), by_key = {},
    listing = client[SCANS[kind]](client, { limit = PAGE }),
  }, Scan)
end

--- Scans a page, unless all are.  Raises an error object if that fails.
---@return boolean is_complete
function Scan:advance()
  local count = 0
  while self.listing and count < PAGE do
    local record = self.listing:next()
    count = count + 1
    if not record then
      self.listing = nil
    elseif (dates.iso(record.createDate) or 0) >= self.since then
      local key = key_of(self.kind, record)
      self.by_key[key] = self.by_key[key] or {}
      table.insert(self.by_key[key], self.records:add(record))
    end
  end
  return self.listing == nil
end

--- Finds a record, and claims it: it stands for one create only.
---@param existing extcontacts.fix.Existing
---@param change extcontacts.fix.Change
---@param accepts fun(record: table): boolean
---@return string|nil id
function Scan:find(existing, change, accepts)
  local list = self.by_key[key_of(self.kind, change.after)] or {}
  local position = 1
  while list[position] do
    local record = self.records:at(list[position])
    if accepts(record) then
      table.remove(list, position)
      -- Scans lag behind writes, so the record itself decides; a lookup may have found it.
      local id = existing:claim({ change = change, accepts = accepts }, { record.id })
      if id then
        return id
      end
    else
      position = position + 1
    end
  end
end

--- Ends the scan and removes the temporary file.
function Scan:close()
  if self.listing then
    self.listing:close()
  end
  self.records:close()
end

return recreated_scan
