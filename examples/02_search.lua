-- Search by keywords, page by page.  A listing returns at most 1,000 records; if
-- there are more, the iterator raises an error that names the scan to use.
--   lua5.4 examples/02_search.lua [words]
local ec = require "extcontacts"

local client = ec.connect()
local words = arg and arg[1]
if not words then
  words = client:scan_contacts({ max_items = 1 }):next().lastName
end

local found = client:each_contact { q = words, sort_order = "lastName:asc", max_items = 20 }
for contact in found do
  print(("%-20s %-20s %s"):format(contact.firstName or "", contact.lastName or "",
    contact.workEmail or ""))
end
print(("%d contacts found"):format(found.count))
assert(found.count > 0, "the search found nothing")
