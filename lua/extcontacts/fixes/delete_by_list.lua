-- Deletes the contacts of a list permanently, with proof. Use it for erasure requests
-- under the GDPR.
--
--   extcontacts plan delete_by_list --set list=ids.txt -o erase.plan
--   extcontacts apply erase.plan --allow-irreversible
--   extcontacts verify erase.plan
--
-- Options:
--   list=ids.txt   a file with one contact per line: its id, e-mail address, or phone
--                  number with its country code (required)
--   scan=no        yes: also read all contacts, and compare the addresses that no
--                  search may find: numbers that the server does not recognise, and
--                  e-mail addresses in other spellings. One request per 200 contacts
--
-- This is irreversible: neither the plan nor the journal keeps a copy of a record.
-- `verify` reads each record again and writes erase.plan.proof.csv with the id, the
-- time of the deletion, the correlation id of the response, and the time at which the
-- record was found missing. The list itself contains addresses: delete it when the
-- request is settled.
--
-- If a restore or an undo has recreated a contact of the list, and its journal is in
-- the folder of the new plan, the contact is deleted under its new id.
--
-- An address that several contacts have is skipped, so that nobody is deleted who
-- shares an address with someone else. erase.plan.skipped.csv lists the skipped lines
-- with reasons: a line that can't be read, such as a phone number without its country
-- code, is named as unreadable. "no such record" means that the address was looked up.
-- With scan=no, the reason of a phone number adds that numbers that the server does not
-- recognise were not searched, and that of an e-mail address with letters beyond ASCII
-- that other capitals were not. With scan=yes, a contact is named whose number can't be
-- read, such as one without a country code, but has the same last digits: check it, and
-- add its id to the list.
local emails = require "extcontacts.tidy.emails"
local fix = require "extcontacts.fix"
local phones = require "extcontacts.tidy.phones"

local EMAILS = { "workEmail", "personalEmail", "otherEmail" }
local FIELDS = { "workPhone", "cellPhone", "homePhone", "otherPhone" }
-- Digits at the end of a number that an unreadable number must contain; one that has
-- fewer digits, but at least five, must be the end of the number.
local TAIL, SHORTEST = 7, 5

local function add(map, key, value)
  local list = map[key] or {}
  map[key] = list
  if list[#list] ~= value then
    list[#list + 1] = value
  end
end

-- The address of a line in the form in which addresses are compared; nil for an id.
local function key_of(line)
  if line:find("@", 1, true) then
    return (emails.key(line))
  end
  local number = phones.parse(line)
  return number and number.e164
end

-- The numbers of the list, by their last digits; and all its addresses.
local function addresses_of(path)
  local by_tail, listed = {}, {}
  for line in fix.lines(path) do
    local key = key_of(line)
    for length = SHORTEST, key and key:find "^%+" and not listed[key] and TAIL or 0 do
      add(by_tail, key:sub(-length), key)
    end
    listed[key or ""] = true
  end
  return by_tail, listed
end

-- Notes whether a contact has numbers of the list, or may have them.
local function compare(found, by_tail, id, display)
  local number = phones.parse(display)
  local digits = display:gsub("%D", ""):gsub("^0+", "")
  if number then
    for _, e164 in ipairs(by_tail[number.e164:sub(-TAIL)] or {}) do
      if e164 == number.e164 then
        add(found.certain, e164, id)
      end
    end
    return
  end
  for at = 1, math.max(1, #digits - TAIL + 1) do
    for _, e164 in ipairs(by_tail[digits:sub(at, at + TAIL - 1)] or {}) do
      add(found.possible, e164, id)
    end
  end
end

-- Scans all contacts for addresses of the list that a search may not find.  Returns,
-- by address, the ids of the contacts that have it, and of those that may have it.
local function scanned(client, path)
  local found = { certain = {}, possible = {} }
  local by_tail, listed = addresses_of(path)
  for contact in client:scan_contacts { limit = 200 } do
    for _, field in ipairs(EMAILS) do
      local key = type(contact[field]) == "string" and emails.key(contact[field])
      if key and listed[key] then
        add(found.certain, key, contact.id)
      end
    end
    for _, field in ipairs(FIELDS) do
      local phone = contact[field]
      if type(phone) == "table" and type(phone.display) == "string" and type(phone.e164) ~= "string" then
        compare(found, by_tail, contact.id, phone.display)
      end
    end
  end
  return found
end

-- The contact of an id, or the one that a restore or an undo has recreated for it.
local function recreated(client, line, ctx)
  for _, id in ipairs(ctx.later_ids(line)) do
    local contact = fix.lookup(client, id)
    if contact then
      return contact
    end
  end
end

-- The contact of a line, or nil and the reasons.
local function contact_of(client, line, found, ctx)
  local contact, reason = fix.lookup(client, line)
  if not contact then
    contact = recreated(client, line, ctx)
    reason = not contact and reason or nil
  end
  local key = found and key_of(line)
  if not key then
    return contact, { reason }
  end
  for _, id in ipairs(found.certain[key] or {}) do
    if contact and contact.id ~= id then
      return nil, { "several contacts have this address" }
    elseif not contact and reason:find "^no such record" then
      contact, reason = fix.lookup(client, id)
    end
  end
  local reasons = {}
  for _, id in ipairs(found.possible[key] or {}) do
    reasons[#reasons + 1] = ("contact %s may have this number: it has the same last digits"):format(id)
  end
  if not contact and #reasons == 0 then
    reasons[1] = reason:gsub("^(no such record);.*", "%1") -- all were compared
  end
  return contact, reasons
end

local function contacts_of(path)
  return fix.each("contact", function(client, ctx)
    local next_line, seen = fix.lines(path), {}
    local found = ctx.options.scan and scanned(client, path) or nil
    return function()
      for line, row in next_line do
        local contact, reasons = contact_of(client, line, found, ctx)
        for _, reason in ipairs(reasons) do
          ctx.skip(reason, row)
        end
        if contact and seen[contact.id] then
          ctx.skip("duplicate row: this record appears earlier in the file", row)
        elseif contact then
          seen[contact.id] = true
          return contact
        end
      end
    end
  end)
end

return {
  name = "contacts of a list deleted permanently",
  options = { list = "", scan = false },

  source = function(options)
    if options.list == "" then
      error("option 'list' is required (the file with ids or addresses): use --set list=ids.txt", 0)
    end
    return contacts_of(options.list)
  end,

  change = function()
    return fix.erase
  end,
}
