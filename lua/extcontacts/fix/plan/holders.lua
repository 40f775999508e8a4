--- Which identifiers of contacts other contacts have, too.  The first contacts of a plan
-- are looked up; for more, one scan of all contacts finds the answer for all of them.

local core = require "extcontacts.core"
local identifiers = require "extcontacts.record.identifiers"
local ids = require "extcontacts.record.normalize.id"
local idset = require "extcontacts.base.idset"

local holders = {}

--- The fields that the scan reads.
holders.fields = {
  "id", "workEmail", "personalEmail", "otherEmail", "workPhone", "cellPhone", "homePhone", "otherPhone", "twitterId",
}

---@class extcontacts.fix.Holders
---@field client extcontacts.Client
---@field waits boolean whether there are identifiers that the scan has to find
local Holders = {}
Holders.__index = Holders

--- Starts with a plan.
---@param client extcontacts.Client
---@return extcontacts.fix.Holders
function holders.new(client)
  return setmetatable({ client = client, waits = false, wanted = idset.new(), seen = idset.new(),
    shared = idset.new() }, Holders)
end

--- Looks up whether another contact has an identifier.  Raises an error object when that
-- fails.
---@param id string of the contact that has it
---@param identifier table
---@return boolean
function Holders:look_up(id, identifier)
  if not identifiers.search_key(identifier) then
    return false
  end
  local answer, err = self.client:call("lookup.reverse", identifier.value)
  if not answer then
    error(err, 0)
  end
  for _, contact in ipairs(type(answer.contacts) == "table" and answer.contacts or {}) do
    if ids.key(contact.id) ~= ids.key(id) and identifiers.has(contact, identifier) then
      return true
    end
  end
  return false
end

-- A key in the form of an id, which takes the least memory in a set.
local function hashed(key)
  return (core.hash.sha256(key):gsub("^(%x%x%x%x%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x%x%x%x%x%x%x%x%x%x%x%x).*",
    "%1-%2-%3-%4-%5"))
end

--- Notes identifiers for the scan.
---@param list table[]
function Holders:want(list)
  for _, identifier in ipairs(list) do
    local key = identifiers.search_key(identifier)
    if key then
      self.waits = true
      self.wanted:add(hashed(key))
    end
  end
end

--- Takes a contact of the scan.
---@param contact table
function Holders:see(contact)
  identifiers.each_search_key(contact, function(key)
    local hash = hashed(key)
    if self.wanted:has(hash) and not self.seen:add(hash) then
      self.shared:add(hash)
    end
  end)
end

--- Whether the scan found an identifier at two contacts.
---@param identifier table
---@return boolean
function Holders:is_shared(identifier)
  local key = identifiers.search_key(identifier)
  return key ~= nil and self.shared:has(hashed(key))
end

return holders
