--- The e-mail addresses of the contacts by domain, and why others can't be read.  Pure.

local contact_fields = require "extcontacts.record.contact_fields"
local email = require "extcontacts.record.normalize.email"
local frequent = require "extcontacts.data_profile.frequent"

local emails = {}

-- Domains that are kept in any case, and those that are listed.
local MOST_KEPT, LISTED = 4096, 50

---@class extcontacts.data_profile.Emails
local Emails = {}
Emails.__index = Emails

--- Creates an empty count.
---@return extcontacts.data_profile.Emails
function emails.new()
  return setmetatable({ total = 0, unreadable = 0, domains = frequent.new(MOST_KEPT), reasons = {} }, Emails)
end

--- Counts the addresses of a contact.
---@param contact table
function Emails:add(contact)
  for _, field in ipairs(contact_fields.emails) do
    local text = contact[field]
    if type(text) == "string" and text:find "%S" then
      self.total = self.total + 1
      local key, reason = email.key(text)
      if key then
        self.domains:add(key:match "@([^@]*)$")
      else
        self.unreadable = self.unreadable + 1
        self.reasons[reason] = (self.reasons[reason] or 0) + 1
      end
    end
  end
end

--- The result.
---@return table
function Emails:result()
  local list = self.domains:top(LISTED)
  local listed = 0
  for _, entry in ipairs(list) do
    listed = listed + entry.count
  end
  return { total = self.total, unreadable = self.unreadable, reasons = frequent.sorted(self.reasons),
    domains = list, other_domains = self.total - self.unreadable - listed, missed = self.domains.missed }
end

return emails
