-- Writes two CSV files with a new title for every contact of a sandbox: set_fields.csv names
-- each by its id, import.csv by its e-mail address where no other contact has it.
--   rows.lua FOLDER
local ec = require "extcontacts"
local csv = require "extcontacts.csv"
local emails = require "extcontacts.tidy.emails"

local folder = arg[1]
local client = ec.connect()
local ids, counts = {}, {}
for contact in client:scan_contacts { limit = 200 } do
  local keys = {}
  for _, field in ipairs { "workEmail", "personalEmail", "otherEmail" } do
    local key = contact[field] and emails.key(contact[field])
    if key and not keys[key] then
      keys[key], counts[key] = true, (counts[key] or 0) + 1
    end
  end
  ids[#ids + 1] = { contact.id, contact.workEmail and emails.key(contact.workEmail) or false }
end
local by_id = assert(io.open(folder .. "/set_fields.csv", "wb"))
local by_email = assert(io.open(folder .. "/import.csv", "wb"))
by_id:write(csv.line({ "id", "title" }, 2))
by_email:write(csv.line({ "id", "email", "title" }, 3))
for index, row in ipairs(ids) do
  local title = "Customer " .. index
  local has_email = row[2] and counts[row[2]] == 1
  by_id:write(csv.line({ row[1], title }, 2))
  by_email:write(csv.line({ not has_email and row[1] or nil, has_email and row[2] or nil, title }, 3))
end
by_id:close()
by_email:close()
