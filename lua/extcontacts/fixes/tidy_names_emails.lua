-- Names without stray blanks and not in capitals, e-mail addresses in small
-- letters: " ANNE-MARIE " becomes "Anne-Marie", "MCDONALD" "McDonald",
-- "VAN DER BERG" "van der Berg", "Anna@Example.COM " "anna@example.com".
--
--   extcontacts plan tidy_names_emails -o tidy.plan
--
--   capitals=no   leaves names in capitals as they are
--   small=yes     also gives "anna schmidt" its capitals
--   keep=IBM,SAP  words that stay in capitals
--
-- A name in mixed case is only trimmed.  An address that is none ("n/a", two
-- in one field) is left for a person and counted; the server refuses a record
-- with such an address whole, so its other fields are left, too.
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

-- Trims a field; an empty one is taken out, unless the record must have it.
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
