-- Create, change, read and delete many contacts by bulk requests.  Results come in the
-- order of the items, and each item has its own error.
--   lua5.4 examples/many.lua [NUMBER]
local ec = require "extcontacts"

local client = ec.connect()
local NUMBER = tonumber(arg[1]) or 200

-- The items may also come from a function or an iterator, such as the rows of a file:
-- at most four batches are in memory.
local function rows()
  local n = 0
  return function()
    n = n + 1
    if n <= NUMBER then
      return {
        firstName = "Row",
        lastName = "Number " .. n,
        workEmail = n == 7 and "no address" or ("row%d@import.example.com"):format(n),
      }
    end
  end
end

-- If the reply to a request is lost, its contacts are looked up, not created twice:
-- by their address here.  Without one, pass `marker`, the path of a field whose value
-- no other contact has.
local created = {}
for row, contact, err in client.contacts:create_many(rows()) do
  if contact then
    created[#created + 1] = contact
  elseif err.ambiguous then
    print("look for it before you create it again: " .. row.lastName)
  else
    print(("not created: %s (%s)"):format(row.lastName, err.code or err.kind))
  end
end
print(#created .. " contacts created")

-- An update replaces the whole record, so change what was read.
local changed = {}
for _, contact, err in client.contacts:get_many(created) do
  changed[#changed + 1] = assert(contact, err)
  contact.title = "Imported"
end
for _, contact, err in client.contacts:update_many(changed) do
  assert(contact, err)
end

for _, deleted, err in client.contacts:delete_many(changed) do
  assert(deleted, err)
end

local stats = client:stats()
print(("%d items in %d requests"):format(stats.items, stats.requests))
