-- Finds contacts that are probably the same person. It changes nothing.
--
--   extcontacts plan find_duplicates -o duplicates.plan
--
-- duplicates.plan.clusters.csv has one row per contact: its cluster, `yes` for the
-- survivor, its id and name, the number of its fields, the date of its last change,
-- and the reasons why it is in the cluster. The survivor is the contact with the most
-- fields, then the one that was changed last. Check the clusters, then merge the
-- contacts, or delete them by a list of ids (delete_by_list).
--
-- Two contacts belong together if they have
--   e-mail                  the same e-mail address
--   e-mail and name         the same shared e-mail address, such as info@, and name
--   phone and name          the same phone number and name
--   phone and similar name  the same phone number and last name, and first names of
--                           which one is the start of the other (A., Ann, Anna) or
--                           missing. Check these: relatives share a number
--   name and organization   the same name and organization
--   name and address        the same name, street and postal code
--
-- Names are compared without case, extra blanks and kinds of apostrophes and dashes;
-- composed and decomposed letters are the same.
--
-- Options:
--   largest=10   a value that more contacts share is ignored
--
-- Memory: the clusters, and some megabytes. Everything else is kept on disk, about
-- 500 bytes per contact.
local csv = require "extcontacts.csv"
local emails = require "extcontacts.tidy.emails"
local fix = require "extcontacts.fix"
local names = require "extcontacts.tidy.names"
local phones = require "extcontacts.tidy.phones"

local EMAILS = { "workEmail", "personalEmail", "otherEmail" }
local PHONES = { "workPhone", "cellPhone", "homePhone", "otherPhone" }
local SHARED = {}
for word in ("info contact office mail hello sales support service admin kontakt buero reception accounts billing "
  .. "noreply no-reply team hr jobs press webmaster"):gmatch "%S+" do
  SHARED[word] = true
end
-- Fields that every record has, or that are not about the person.
local UNCOUNTED = { id = true, selfUri = true, createDate = true, modifyDate = true, schema = true,
  externalDataSources = true }

-- The number of contacts; the facts about each, by its number; and the numbers of the
-- contacts that have a key, by reason and key.
local total, contacts, holders

local SIMILAR = "phone and similar name"

local function add(index, reason, key, value)
  holders:add(reason .. "|" .. key, tostring(index) .. (value and "|" .. value or ""))
end

-- The number by which a phone number is compared; one that the server does not
-- recognise may have a country code nevertheless.
local function number_of(phone)
  if type(phone) ~= "table" then
    return nil
  end
  local number = phones.parse(type(phone.e164) == "string" and phone.e164 or phone.display)
  return number and number.e164
end

local function add_keys(index, contact)
  local first, last = names.key(contact.firstName), names.key(contact.lastName)
  local name = first and last and first .. "|" .. last
  for _, field in ipairs(EMAILS) do
    local address = type(contact[field]) == "string" and emails.key(contact[field])
    if address and not SHARED[address:match "^[^@+]+"] then
      add(index, "e-mail", address)
    elseif address and name then
      add(index, "e-mail and name", address .. "|" .. name)
    end
  end
  for _, field in ipairs(PHONES) do
    local number = last and number_of(contact[field])
    if number then
      add(index, SIMILAR, number .. "|" .. last, (first or ""):gsub("%.$", ""))
    end
  end
  local organization, address = contact.externalOrganization, contact.address
  if name and type(organization) == "table" and type(organization.id) == "string" then
    add(index, "name and organization", name .. "|" .. organization.id)
  end
  local street = type(address) == "table" and names.key(address.address1)
  local postal_code = street and names.key(address.postalCode)
  if name and postal_code then
    add(index, "name and address", name .. "|" .. street .. "|" .. postal_code)
  end
end

local function name_of(contact)
  local parts = {}
  for _, field in ipairs { "firstName", "lastName" } do
    parts[#parts + 1] = type(contact[field]) == "string" and contact[field] or nil
  end
  -- A spreadsheet would run such a text as a formula.
  return (names.trimmed(table.concat(parts, " ")):gsub("^[=+@%-]", "'%0"))
end

local function fields_of(contact)
  local count = 0
  for name, value in pairs(contact) do
    if not UNCOUNTED[name] and value ~= "" and value ~= fix.null then
      count = count + 1
    end
  end
  return count
end

-- What the list of clusters needs of a contact, as text and back.
local function packed(contact)
  local changed = type(contact.modifyDate) == "string" and contact.modifyDate or ""
  return table.concat({ contact.id, fields_of(contact), changed, name_of(contact) }, "\t")
end

local function unpacked(text)
  local id, fields, changed, name = text:match "^([^\t]*)\t(%d+)\t([^\t]*)\t(.*)$"
  return { id = id, fields = tonumber(fields), changed = changed, name = name }
end

-- By the number of a contact that shares a key: its reasons, and a smaller number in
-- the same cluster (none for the smallest).
local reasons, parents

-- The number that identifies a contact's cluster; shortens the path to it.
local function root(index)
  while parents[index] do
    parents[index] = parents[parents[index]] or parents[index]
    index = parents[index]
  end
  return index
end

local function join(list, reason)
  for _, index in ipairs(list) do
    reasons[index] = reasons[index] or {}
    reasons[index][reason] = true
    local a, b = root(index), root(list[1])
    if a ~= b then
      parents[math.max(a, b)] = math.min(a, b)
    end
  end
end

-- The contacts that have a key: their numbers, in the order of the scan, and their
-- first names, if those are compared.  A contact may have a key twice.
local function distinct(values)
  local list, first_names = {}, {}
  for _, value in ipairs(values) do
    local number, first = value:match "^(%d+)|?(.*)$"
    local index = tonumber(number)
    if list[#list] ~= index then
      list[#list + 1], first_names[index] = index, first
    end
  end
  return list, first_names
end

-- Joins contacts whose first names are equal, or the start of one another.
local function join_similar(list, first_names)
  table.sort(list, function(a, b)
    local left, right = first_names[a], first_names[b]
    return left < right or left == right and a < b
  end)
  for place, index in ipairs(list) do
    local first = first_names[index]
    for next_place = place + 1, #list do
      local other = list[next_place]
      local is_same = first_names[other] == first
      if first_names[other]:sub(1, #first) ~= first then
        break
      end
      join({ index, other }, is_same and first ~= "" and "phone and name" or SIMILAR)
      if is_same then
        break -- the next contact is compared with those that follow
      end
    end
  end
end

-- Orders a cluster, the survivor first.
local function by_survival(a, b)
  if a.fields ~= b.fields then
    return a.fields > b.fields
  elseif a.changed ~= b.changed then
    return a.changed > b.changed
  end
  return a.id < b.id
end

-- The clusters, each a list of contacts, in the order of the scan.
local function clusters()
  local found, order = {}, {}
  for number, values in contacts:each() do
    local index = tonumber(number)
    if reasons[index] then
      local contact, first = unpacked(values[1]), root(index)
      contact.index = index
      if not found[first] then
        found[first] = {}
        order[#order + 1] = first
      end
      table.insert(found[first], contact)
    end
  end
  table.sort(order)
  for place, first in ipairs(order) do
    order[place] = found[first]
  end
  return order
end

local function reasons_of(contact)
  local list = {}
  for reason in pairs(reasons[contact.index]) do
    list[#list + 1] = reason
  end
  table.sort(list)
  return table.concat(list, "; ")
end

return {
  name = "probable duplicates among contacts",
  source = fix.scan "contacts",
  options = { largest = 10 },

  prepare = function(ctx)
    total, reasons, parents = 0, {}, {}
    contacts, holders = ctx.groups(), ctx.groups()
  end,

  change = function(contact)
    total = total + 1
    contacts:add(tostring(total), packed(contact))
    add_keys(total, contact)
  end,

  finish = function(ctx)
    for key, values in holders:each() do
      local list, first_names = distinct(values)
      local reason = key:match "^[^|]+"
      if #list > 1 and #list <= ctx.options.largest then
        if reason == SIMILAR then
          join_similar(list, first_names)
        else
          join(list, reason)
        end
      elseif #list > 1 then
        ctx.skip "value that too many contacts share"
      end
    end
    local out = ctx.output "clusters.csv"
    local header = { "cluster", "survivor", "id", "name", "fields", "changed", "reason" }
    out:write(csv.line(header, #header))
    for number, list in ipairs(clusters()) do
      table.sort(list, by_survival)
      for place, contact in ipairs(list) do
        out:write(csv.line({ tostring(number), place == 1 and "yes" or "no", contact.id, contact.name,
          tostring(contact.fields), contact.changed, reasons_of(contact) }, #header))
      end
    end
    contacts, holders, reasons, parents = nil, nil, nil, nil
  end,
}
