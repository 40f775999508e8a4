-- The fix: phone numbers into a form the server recognises, e-mail addresses
-- in lower case, names without stray spaces.  Shows what it would do; writes
-- only with --apply.
--   lua5.4 examples/06_tidy_contacts.lua [--apply]
local ec = require "extcontacts"

local client = ec.connect()
local apply = arg and arg[1] == "--apply"

local NAMES = { "firstName", "middleName", "lastName", "title" }
local EMAILS = { "workEmail", "personalEmail", "otherEmail" }
local PHONES = { "workPhone", "cellPhone", "homePhone", "otherPhone" }

-- Country → its calling code and the prefix of a national number.
local COUNTRIES = {
  US = { "1", "1" }, CA = { "1", "1" }, MX = { "52", "" }, BR = { "55", "0" },
  GB = { "44", "0" }, IE = { "353", "0" }, DE = { "49", "0" }, AT = { "43", "0" },
  CH = { "41", "0" }, FR = { "33", "0" }, NL = { "31", "0" }, BE = { "32", "0" },
  ES = { "34", "" }, IT = { "39", "" }, PT = { "351", "" }, SE = { "46", "0" },
  DK = { "45", "" }, NO = { "47", "" }, FI = { "358", "0" }, PL = { "48", "" },
  JP = { "81", "0" }, IN = { "91", "0" }, AU = { "61", "0" }, NZ = { "64", "0" },
  ZA = { "27", "0" }, SG = { "65", "" }, KR = { "82", "0" },
}

local function trimmed(text)
  return (text:gsub("^%s+", ""):gsub("%s+$", ""):gsub("%s+", " "))
end

-- A number with its country's calling code and its extension, or nil where
-- it can't be told.
local function international(display, country)
  local number, extension = display:match "^(.-)%s*[eE][xX][tT]%.?%s*(%d+)%s*$"
  number = (number or display):gsub("^%s*00", "+")
  if number:find "%a" then
    return nil
  end
  -- "+49 (0)30 …": the national prefix has no place after the calling code.
  number = number:gsub("^(%s*%+%d+%s*)%([01]%)", "%1")
  local digits = number:gsub("%D", "")
  if not number:match "^%s*%+" then
    local rule = COUNTRIES[country or ""]
    if not rule or #digits < 7 then
      return nil
    end
    local code, prefix = rule[1], rule[2]
    if prefix ~= "" and digits:sub(1, #prefix) == prefix then
      digits = digits:sub(#prefix + 1)
    end
    digits = code .. digits
  end
  if #digits < 8 or #digits > 15 then
    return nil
  end
  return "+" .. digits, tonumber(extension)
end

-- Tallies: what was found, what was changed, what only a person can mend.
local KINDS = { "names", "e-mails", "phones" }
local found, mended, left = {}, {}, {}
for _, kind in ipairs(KINDS) do
  found[kind], mended[kind], left[kind] = 0, 0, 0
end

-- Changes `contact` in place; gives how many fields of each kind it changed,
-- how many it could not, and whether the server would refuse the whole record
-- because of one that only a person can mend.
local function tidy(contact)
  local changes, failures, refused = {}, {}, false
  local function note(list, kind)
    list[kind] = (list[kind] or 0) + 1
  end
  for _, field in ipairs(NAMES) do
    local value = contact[field]
    if type(value) == "string" and value ~= trimmed(value) then
      contact[field] = trimmed(value)
      note(changes, "names")
    end
  end
  for _, field in ipairs(EMAILS) do
    local value = contact[field]
    if type(value) == "string" then
      local tidied = trimmed(value):lower()
      if not tidied:match "^[^@%s]+@[^@%s]+%.[^@%s.]+$" then
        note(failures, "e-mails")
        refused = true
      elseif value ~= tidied then
        contact[field] = tidied
        note(changes, "e-mails")
      end
    end
  end
  local address = contact.address
  local country = type(address) == "table" and address.countryCode or nil
  for _, field in ipairs(PHONES) do
    local phone = contact[field]
    if type(phone) == "table" and type(phone.display) == "string" and not phone.e164 then
      local number, extension = international(phone.display, country)
      if number then
        -- The server sets e164 and the country from the new display.
        phone.display, phone.userInput = number, nil
        phone.extension = extension or phone.extension
        note(changes, "phones")
      else
        note(failures, "phones")
      end
    end
  end
  return changes, failures, refused
end

local function add(totals, counts)
  for kind, count in pairs(counts) do
    totals[kind] = totals[kind] + count
  end
end

-- How many phone numbers of a contact the server has not made out.
local function unrecognised(contact)
  local count = 0
  for _, field in ipairs(PHONES) do
    local phone = contact[field]
    if type(phone) == "table" and phone.display and not phone.e164 then
      count = count + 1
    end
  end
  return count
end

-- Reads the record again, so that nothing changed meanwhile is overwritten,
-- and writes the whole of it back.  A phone counts as mended when the server
-- has made it out.
local function write(id)
  local contact, err = client.contacts:get(id)
  if not contact then
    return nil, err
  end
  contact = ec.writable("ExternalContact", contact)
  local before = unrecognised(contact)
  local changes = tidy(contact)
  local updated
  updated, err = client.contacts:update(id, contact)
  if not updated then
    return nil, err
  end
  local after = unrecognised(updated)
  changes.phones = before - after
  return changes, { phones = after }
end

-- ec.main: Ctrl-C ends the scan and the write under way, a failure is one line.
ec.main(function()
  local failed, unmendable = 0, 0
  local scan = client:scan_contacts()
  for contact in scan do
    local id = contact.id
    local changes, failures, refused = tidy(contact)
    add(found, changes)
    add(found, failures)
    if not apply or refused or next(changes) == nil then
      add(left, changes)
      add(left, failures)
    else
      local done, rest = write(id)
      if done then
        add(mended, done)
        add(left, rest)
      elseif rest.status == 422 then
        -- Some other field of the record is one the server does not take.
        unmendable = unmendable + 1
        add(left, changes)
        add(left, failures)
      elseif rest.kind == "cancelled" then
        error(rest)
      else
        failed = failed + 1
        io.stderr:write(id, ": ", tostring(rest), "\n")
      end
    end
  end

  print(("%d contacts read"):format(scan.count))
  print(("%-10s %8s %8s %8s"):format("", "found", "repaired", "left"))
  for _, kind in ipairs(KINDS) do
    print(("%-10s %8d %8d %8d"):format(kind, found[kind], mended[kind], left[kind]))
  end
  if unmendable > 0 then
    print(("the server refuses %d for another field of theirs"):format(unmendable))
  end
  if failed > 0 then
    return nil, failed .. " contacts could not be written, see above"
  elseif not apply then
    print "nothing was written; run it with --apply to repair them"
  end
end)
