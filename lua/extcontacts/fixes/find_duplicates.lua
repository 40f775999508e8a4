-- Finds contacts that are probably the same person, and changes nothing.
--
--   extcontacts plan find_duplicates -o duplicates.plan
--
-- duplicates.plan.clusters.csv has a line a contact: its cluster, `yes` for the
-- survivor, its id and name, how many fields it has, when it was changed, and
-- why it is in the cluster.  The survivor has the most fields, then was changed
-- last.  Look at them, then merge them, or delete by a list of ids
-- (delete_by_list.lua).
--
-- Two contacts belong together when they have
--   the same e-mail address (not info@ and the like, unless the name is the same)
--   the same phone number in E.164, family name and first letter
--   the same name and the same organization
--   the same name and the same street and postal code
--
--   largest=10   what more contacts share is no sign of one person: passed over
--
-- Memory: what the clusters take, and some megabytes; what else is known of the
-- contacts waits on disk, about 500 bytes each.
local core = require "extcontacts.core"
local csv = require "extcontacts.csv"
local emails = require "extcontacts.tidy.emails"
local fix = require "extcontacts.fix"
local letters = require "extcontacts.tidy.letters"
local names = require "extcontacts.tidy.names"

local EMAILS = { "workEmail", "personalEmail", "otherEmail" }
local PHONES = { "workPhone", "cellPhone", "homePhone", "otherPhone" }
local SHARED = {}
for word in ("info contact office mail hello sales support service admin kontakt buero reception accounts billing "
  .. "noreply no-reply team hr jobs press webmaster"):gmatch "%S+" do
  SHARED[word] = true
end
-- Fields that every record has, or that say nothing about the person.
local UNCOUNTED = { id = true, selfUri = true, createDate = true, modifyDate = true, schema = true,
  externalDataSources = true }

-- How many contacts there were; by number what is known of each; and for each
-- sign the numbers of who has it.
local total, contacts, holders

local function folded(...)
  local parts = {}
  for index = 1, select("#", ...) do
    local text = select(index, ...)
    parts[index] = type(text) == "string" and letters.lower(names.trimmed(text)) or ""
  end
  local joined = table.concat(parts, "|")
  return joined:find "[^|]" and joined or nil
end

local function add(index, reason, key)
  if key then
    holders:add(reason .. "|" .. key, tostring(index))
  end
end

local function signs(index, contact)
  local first, last = folded(contact.firstName), folded(contact.lastName)
  local name = first and last and first .. "|" .. last
  for _, field in ipairs(EMAILS) do
    local address = type(contact[field]) == "string" and emails.tidy(contact[field])
    if address and not SHARED[address:match "^[^@+]+"] then
      add(index, "e-mail", address)
    elseif address and name then
      add(index, "e-mail and name", address .. "|" .. name)
    end
  end
  for _, slot in ipairs(PHONES) do
    local phone = contact[slot]
    if type(phone) == "table" and type(phone.e164) == "string" and name then
      add(index, "phone and name", phone.e164 .. "|" .. last .. "|" .. first:match "^[%z\1-\127\194-\244][\128-\191]*")
    end
  end
  local organization, address = contact.externalOrganization, contact.address
  if name and type(organization) == "table" and type(organization.id) == "string" then
    add(index, "name and organization", name .. "|" .. organization.id)
  end
  if name and type(address) == "table" and folded(address.address1) and folded(address.postalCode) then
    add(index, "name and address", name .. "|" .. folded(address.address1, address.postalCode))
  end
end

local function name_of(contact)
  local parts = {}
  for _, field in ipairs { "firstName", "lastName" } do
    parts[#parts + 1] = type(contact[field]) == "string" and contact[field] or nil
  end
  -- A spreadsheet takes a text that begins like this for a formula.
  return (names.trimmed(table.concat(parts, " ")):gsub("^[=+@%-]", "'%0"))
end

local function fields_of(contact)
  local count = 0
  for name, value in pairs(contact) do
    if not UNCOUNTED[name] and value ~= "" and value ~= core.json.null then
      count = count + 1
    end
  end
  return count
end

-- Of those that share a sign: number → why; and → a smaller number of the same
-- cluster, which the smallest has none of.
local reasons, parents

-- The number that stands for a contact's cluster; paths are shortened.
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
    local here, first = root(index), root(list[1])
    if here ~= first then
      parents[math.max(here, first)] = math.min(here, first)
    end
  end
end

-- Values are in the order of the scan; a contact may have a sign twice.
local function distinct(values)
  local list = {}
  for _, value in ipairs(values) do
    local index = tonumber(value)
    if list[#list] ~= index then
      list[#list + 1] = index
    end
  end
  return list
end

local function better(a, b)
  if a.fields ~= b.fields then
    return a.fields > b.fields
  elseif a.changed ~= b.changed then
    return a.changed > b.changed
  end
  return a.id < b.id
end

-- Lists of contacts, in the order of the scan.
local function clusters()
  local found, order = {}, {}
  for number, values in contacts:each() do
    local index = tonumber(number)
    if reasons[index] then
      local one, first = core.json.decode(values[1]), root(index)
      one.index = index
      if not found[first] then
        found[first] = {}
        order[#order + 1] = first
      end
      table.insert(found[first], one)
    end
  end
  table.sort(order)
  for place, first in ipairs(order) do
    order[place] = found[first]
  end
  return order
end

local function reasons_of(one)
  local list = {}
  for reason in pairs(reasons[one.index]) do
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
    contacts:add(tostring(total), (core.json.encode {
      id = contact.id,
      name = name_of(contact),
      fields = fields_of(contact),
      changed = type(contact.modifyDate) == "string" and contact.modifyDate or "",
    }))
    signs(total, contact)
  end,

  finish = function(ctx)
    for key, values in holders:each() do
      local list = distinct(values)
      if #list > 1 and #list <= ctx.options.largest then
        join(list, key:match "^[^|]+")
      elseif #list > 1 then
        ctx.skip "a sign that too many contacts share"
      end
    end
    local out = ctx.output "clusters.csv"
    local header = { "cluster", "survivor", "id", "name", "fields", "changed", "reason" }
    out:write(csv.line(header, #header))
    for number, list in ipairs(clusters()) do
      table.sort(list, better)
      for place, one in ipairs(list) do
        out:write(csv.line({ tostring(number), place == 1 and "yes" or "no", one.id, one.name,
          tostring(one.fields), one.changed, reasons_of(one) }, #header))
      end
    end
    contacts, holders, reasons, parents = nil, nil, nil, nil
  end,
}
