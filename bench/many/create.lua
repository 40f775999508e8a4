-- Creates arg[1] contacts while replies get lost, changes and deletes them, and checks
-- after each step by a scan what the server has.  Prints what was counted.
local core = require "extcontacts.core"
local ec = require "extcontacts"

local count = tonumber(arg[1])
local client = ec.connect { rate = false, max_attempts = 10, check_time = 2 }

local function stored()
  local by_email, found = {}, 0
  for contact in client:scan_contacts() do
    local email = contact.workEmail or ""
    if email:find "^bench%d+@" then
      assert(not by_email[email], "created twice: " .. email)
      by_email[email] = contact
      found = found + 1
    end
  end
  return by_email, found
end

local function rows()
  local n = 0
  return function()
    n = n + 1
    return n <= count and { lastName = "Bench " .. n, workEmail = ("bench%d@example.com"):format(n) } or nil
  end
end

local start = core.engine.now()
local records = {}
for row, contact, err in client.contacts:create_many(rows()) do
  assert(contact and contact.workEmail == row.workEmail, err)
  records[#records + 1] = { id = contact.id, lastName = contact.lastName, workEmail = contact.workEmail, title = "New" }
end
local _, found = stored()
assert(found == count, found)

for record, contact, err in client.contacts:update_many(records) do
  assert(contact and contact.id == record.id, err)
end
local by_email
by_email, found = stored()
assert(found == count, found)
for _, record in ipairs(records) do
  assert(by_email[record.workEmail].id == record.id and by_email[record.workEmail].title == "New")
end

for _, deleted, err in client.contacts:delete_many(records) do
  assert(deleted, err)
end
_, found = stored()
assert(found == 0, found)
local stats = client:stats()
print(("%d created, changed and deleted: %d requests, %d lost creates adopted, %.1f s"):format(
  count, stats.requests, stats.recovered, core.engine.now() - start))
