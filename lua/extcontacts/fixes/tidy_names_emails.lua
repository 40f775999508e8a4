-- Tidies names and e-mail addresses: removes extra spaces, writes upper-case names in
-- proper case, and converts e-mail addresses to lower case.
--
--   extcontacts plan tidy_names_emails -o tidy.plan
--
-- " ANNE-MARIE " becomes "Anne-Marie", "MCDONALD" "McDonald", "VAN DER BERG"
-- "van der Berg", and "Anna@Example.COM " "anna@example.com". A name in mixed case
-- is only trimmed.
--
-- Options:
--   capitals=no   keep names in upper case
--   small=yes     also write lower-case names in proper case: "anna schmidt"
--   keep=IBM,SAP  keep these words in upper case
--
-- A value that is not one e-mail address ("n/a", or two addresses) is skipped with
-- a reason. The server rejects a record with such a value whatever else changes, so
-- the record's other fields are skipped, too.
local emails = require "extcontacts.tidy.emails"
local fix = require "extcontacts.fix"
local names = require "extcontacts.tidy.names"
local sendable = require "extcontacts.tidy.sendable"

local NAMES = { "firstName", "middleName", "lastName" }
local OTHERS = { "title", "salutation" }
local EMAILS = { "workEmail", "personalEmail", "otherEmail" }

local function words_of(list)
  local out = {}
  for word in list:gmatch "[^,%s]+" do
    out[word:upper()] = true
  end
  return out
end

-- Trims a field and removes it if it is empty.
local function trim(contact, field)
  local value = contact[field]
  if type(value) == "string" then
    value = names.trimmed(value)
    contact[field] = value ~= "" and value or nil
  end
  return contact[field]
end

return {
  name = "names and e-mail addresses tidied",
  source = fix.scan "contacts",
  options = { capitals = true, small = false, keep = "" },

  change = function(contact, ctx)
    local keep = words_of(ctx.options.keep)
    for _, field in ipairs(OTHERS) do
      trim(contact, field)
    end
    for _, field in ipairs(NAMES) do
      local name = trim(contact, field)
      if type(name) == "string" and ctx.options.capitals then
        local proper, reason = names.proper(name, {
          family = field == "lastName", lower = ctx.options.small, keep = keep,
        })
        contact[field] = proper or name
        if reason then
          ctx.skip("name: " .. reason)
        end
      end
    end
    for _, field in ipairs(EMAILS) do
      local address = contact[field]
      if type(address) == "string" and address:find "%S" then
        local tidied, reason = emails.tidy(address)
        contact[field] = tidied or address
        if reason then
          ctx.skip("e-mail: " .. reason)
        end
      elseif type(address) == "string" then
        contact[field] = nil
      end
    end
    return sendable.or_skip("contact", contact, ctx)
  end,
}
