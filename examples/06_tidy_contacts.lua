-- Tidies contacts: phone numbers into E.164, e-mail addresses into lower case,
-- names without extra spaces.  Shows what it would do; writes only with --apply.
--   lua5.4 examples/06_tidy_contacts.lua [--apply]
--
-- For plans that can be approved, resumed and undone, use the ready fixes instead:
-- extcontacts plan tidy_names_emails, extcontacts plan phones_e164.
local ec = require "extcontacts"
local emails = require "extcontacts.tidy.emails"
local names = require "extcontacts.tidy.names"
local phones = require "extcontacts.tidy.phones"
local sendable = require "extcontacts.tidy.sendable"

local client = ec.connect()
local apply = arg and arg[1] == "--apply"

local NAMES = { "firstName", "middleName", "lastName", "title" }
local EMAILS = { "workEmail", "personalEmail", "otherEmail" }
local PHONES = { "workPhone", "cellPhone", "homePhone", "otherPhone" }

-- The region decides only numbers without a country code, which are skipped if the
-- contact's address has no country.
local function number_of(display, country)
  if phones.is_region(country) then
    return phones.parse(display, country)
  end
  return display:find "^%s*%(?%+" and phones.parse(display, "US") or nil
end

-- Calls `visit` with each phone number that the server does not recognise.
local function each_unrecognised(contact, visit)
  for _, field in ipairs(PHONES) do
    local phone = contact[field]
    if type(phone) == "table" and type(phone.display) == "string" and not phone.e164 then
      visit(phone)
    end
  end
end

-- By kind of field: how many values were found, were fixed, and remain.
local KINDS = { "names", "e-mails", "phones" }
local found, fixed, remaining = {}, {}, {}
for _, kind in ipairs(KINDS) do
  found[kind], fixed[kind], remaining[kind] = 0, 0, 0
end

local function add(totals, counts)
  for kind, count in pairs(counts) do
    totals[kind] = totals[kind] + count
  end
end

-- Changes a contact in place; returns how many fields of each kind it changed, and
-- how many it could not.
local function tidy(contact)
  local changes, failures = {}, {}
  local function count(list, kind)
    list[kind] = (list[kind] or 0) + 1
  end
  for _, field in ipairs(NAMES) do
    local value = contact[field]
    if type(value) == "string" and value ~= names.trimmed(value) then
      contact[field] = names.trimmed(value)
      count(changes, "names")
    end
  end
  for _, field in ipairs(EMAILS) do
    local value = contact[field]
    local address = type(value) == "string" and emails.tidy(value)
    if type(value) == "string" and not address then
      count(failures, "e-mails")
    elseif address and value ~= address then
      contact[field] = address
      count(changes, "e-mails")
    end
  end
  local address = contact.address
  local country = type(address) == "table" and address.countryCode or nil
  each_unrecognised(contact, function(phone)
    local number = number_of(phone.display, country)
    if number then
      -- The server derives e164 and the country from the new display.
      phone.display, phone.userInput = number.e164, nil
      phone.extension = number.extension or phone.extension
      count(changes, "phones")
    else
      count(failures, "phones")
    end
  end)
  return changes, failures
end

local function count_unrecognised(contact)
  local count = 0
  each_unrecognised(contact, function() count = count + 1 end)
  return count
end

-- Reads the contact again, so that the update overwrites no newer change, and writes
-- it back.  A phone number counts as fixed if the server recognises it.
local function write(id)
  local contact, err = client.contacts:get(id)
  if not contact then
    return nil, err
  end
  contact = ec.writable("ExternalContact", contact)
  local before = count_unrecognised(contact)
  local changes = tidy(contact)
  local updated
  updated, err = client.contacts:update(id, contact)
  if not updated then
    return nil, err
  end
  local after = count_unrecognised(updated)
  changes.phones = before - after
  return changes, { phones = after }
end

-- ec.main: Ctrl-C ends the scan and the current update; a failure prints one line.
ec.main(function()
  local failed = 0
  local scan = client:scan_contacts()
  for contact in scan do
    local changes, failures = tidy(contact)
    add(found, changes)
    add(found, failures)
    if not apply or next(changes) == nil or sendable.problem("contact", contact) then
      add(remaining, changes)
      add(remaining, failures)
    else
      local done, rest = write(contact.id)
      if done then
        add(fixed, done)
        add(remaining, rest)
      elseif rest.kind == "cancelled" then
        error(rest)
      else
        failed = failed + 1
        io.stderr:write(contact.id, ": ", tostring(rest), "\n")
      end
    end
  end

  print(("%d contacts read"):format(scan.count))
  print(("%-10s %8s %8s %10s"):format("", "found", "fixed", "remaining"))
  for _, kind in ipairs(KINDS) do
    print(("%-10s %8d %8d %10d"):format(kind, found[kind], fixed[kind], remaining[kind]))
  end
  if failed > 0 then
    return nil, failed .. " contacts could not be written, see above"
  elseif not apply then
    print "nothing was written; run it with --apply to update the contacts"
  end
end)
