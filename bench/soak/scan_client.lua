-- The client of scan.lua in a process of its own: prints the id of every contact,
-- then its memory and requests.
local ec = require "extcontacts"
local json = require "extcontacts.json"

local function peak_kilobytes()
  for line in io.lines "/proc/self/status" do
    local kilobytes = line:match("^VmHWM:%s+(%d+)")
    if kilobytes then
      return tonumber(kilobytes)
    end
  end
end

ec.main(function()
  local client = ec.connect()
  local scan = client:scan_contacts { limit = 200, on_expired = "restart" }
  for contact in scan do
    io.write(contact.id, "\n")
  end
  local stats = client:stats()
  io.write("end ", json.encode {
    count = scan.count,
    peak_kilobytes = peak_kilobytes(),
    requests = stats.requests,
    retries = stats.retries,
  }, "\n")
end)
