--- Makes contact `index` of the seed: a believable person, and the mess real
-- data has.  `fields` gives what the search needs, `emit` the whole record.

local clear = require "table.clear"
local countries = require "extcontacts.sandbox.countries"
local draw = require "extcontacts.sandbox.generate.draw"
local random = require "extcontacts.sandbox.random"
local text = require "extcontacts.sandbox.text"

local bit = require "bit"
local band, rshift = bit.band, bit.rshift
local below, chance, pick = random.below, random.chance, random.pick
local shared = countries.shared

local contacts = {}

local DUPLICATE, IDENTITY, MESS, DETAILS = 1, 2, 3, 4

-- Contacts stand in blocks of five, of which the first three belong to an
-- organization; ranks of these go round the organizations that have contacts.
local BLOCK, IN_BLOCK = 5, 3

local NOT_A_NUMBER = { "n/a", "unknown", "see notes", "TBD", "-", "none", "ask reception" }
local SLOTS = { "workPhone", "cellPhone", "homePhone", "otherPhone" }
contacts.phone_slots = SLOTS

-- A number as people write it who do not think of other countries.
local function messy_phone(digits, shape)
  local plan = shape.plan
  local form = below(12)
  if form <= 2 then
    if plan.code == "1" then
      return "(" .. digits:sub(1, 3) .. ") " .. digits:sub(4, 6) .. "-" .. digits:sub(7)
    end
    return plan.trunk .. draw.spaced(digits, shape, " ")
  elseif form == 3 then
    return plan.trunk .. draw.spaced(digits, shape, ".")
  elseif form == 4 then
    return plan.trunk .. draw.spaced(digits, shape, "/")
  elseif form == 5 then
    return "+" .. plan.code .. digits
  elseif form == 6 then
    return "00" .. plan.code .. " " .. digits
  elseif form == 7 then
    local trunk = plan.trunk ~= "" and plan.trunk or "0"
    return "+" .. plan.code .. " (" .. trunk .. ")" .. draw.spaced(digits, shape, " ")
  elseif form == 8 then
    return " " .. plan.trunk .. digits .. "  "
  elseif form == 9 then
    return plan.trunk .. draw.spaced(digits, shape, " ") .. " ext. " .. 10 + below(90)
  elseif form == 10 then
    -- A digit is missing, or a letter stands for one.
    if below(2) == 0 then
      return plan.trunk .. digits:sub(1, -4)
    end
    return plan.trunk .. (digits:gsub("0", "O"))
  end
  return pick(NOT_A_NUMBER)
end

local function add_phone(c, slot, shapes, mess)
  local digits, shape = draw.number(shapes)
  c[slot .. "Digits"], c[slot .. "Shape"] = digits, shape
  c[slot] = mess
end

local function mess_up_name(name, form)
  if form < 50 then
    return text.upper(name)
  elseif form < 70 then
    return text.lower(name)
  elseif form < 110 then
    return name .. " "
  elseif form < 125 then
    return " " .. name
  end
  return name
end

local function mess_up_email(email, form)
  if form < 60 then
    return email:upper()
  elseif form < 130 then
    return (email:gsub("^%l", string.upper):gsub("%.%l", string.upper, 1))
  elseif form < 150 then
    return email .. " "
  elseif form < 160 then
    return (email:gsub("@", " at ", 1))
  end
  return email
end

---@param place table seed, count, organization_count, organizations, id, organization_id, schema_id
function contacts.new(place)
  local seed, count = place.seed, place.count
  local organizations = place.organizations
  -- The last ones have no contacts.
  local populated = math.ceil(place.organization_count * 0.85)
  local self = {}

  --- The organization of a seeded contact, if it has one.
  function self.owner_of(index)
    local at = index % BLOCK
    if at < IN_BLOCK and populated > 0 then
      return ((index - at) / BLOCK * IN_BLOCK + at) % populated
    end
  end
  local owner_of = self.owner_of

  --- The seeded contacts of an organization, ascending.
  function self.members_of(organization)
    local members = {}
    if organization >= populated then
      return members
    end
    local rank = organization
    while true do
      local at = rank % IN_BLOCK
      local index = (rank - at) / IN_BLOCK * BLOCK + at
      if index >= count then
        return members
      end
      members[#members + 1] = index
      rank = rank + populated
    end
  end

  -- Whose person this is: some contacts were entered twice.
  local function root_of(index)
    local h = random.hash(seed, DUPLICATE, index)
    local share = band(h, 0x3ff)
    if index < 60 or share >= 50 then
      return index, false
    end
    local root = index - 1 - band(rshift(h, 10), 31)
    if band(random.hash(seed, DUPLICATE, root), 0x3ff) < 50 then
      return index, false
    end
    return root, share < 20
  end

  local c = {}

  --- What the search and the lookup see; the table is used again.
  function self.fields(index)
    clear(c)
    local root, exact = root_of(index)
    local organization = owner_of(root)
    local employer = organization and organizations.identity(organization)

    random.start(seed, IDENTITY, root)
    local country = pick(countries.weighted)
    local at_employer = below(100)
    if employer and at_employer < 90 then
      country = employer.country
    end
    local first, last = 1 + below(#country.first), 1 + below(#country.last)
    c.country = country
    c.firstName, c.lastName = country.first[first], country.last[last]
    if chance(8) then
      c.middleName = pick(country.first)
    end
    if chance(60) then
      c.title = pick(shared.titles)
    end
    local local_part = country.first_slugs[first] .. "." .. country.last_slugs[last]
    if #local_part < 4 then
      local_part = "contact" .. root
    end
    if employer and chance(80) then
      c.workEmail = local_part .. "@" .. employer.domain
    end
    if chance(45) then
      c.personalEmail = country.first_slugs[first] .. below(10000) .. root % 10 .. "@mail." .. country.domain
    end
    if chance(3) then
      c.otherEmail = local_part .. below(100) .. "@post." .. country.domain
    end
    if chance(75) then
      add_phone(c, "workPhone", country.landline, true)
    end
    if chance(50) then
      add_phone(c, "cellPhone", country.cell, true)
    end
    if chance(12) then
      add_phone(c, "homePhone", country.landline, true)
    end
    if chance(4) then
      add_phone(c, "otherPhone", country.cell, true)
    end
    if chance(6) then
      c.screen = country.last_slugs[last] .. "_" .. root % 10000
    end

    random.start(seed, MESS, exact and root or index)
    local form = below(1000)
    c.firstName = mess_up_name(c.firstName, form)
    if form < 70 then
      c.lastName = mess_up_name(c.lastName, form)
    else
      c.lastName = mess_up_name(c.lastName, 20 + below(1000))
    end
    if form == 200 or form == 201 then
      c.firstName = c.firstName .. " \\\"" .. pick(country.first) .. "\\\""
    elseif form > 980 then
      c.firstName = c.firstName .. "  " .. pick(country.first)
    end
    if c.workEmail then
      c.workEmail = mess_up_email(c.workEmail, below(1000))
    end
    if c.personalEmail then
      c.personalEmail = mess_up_email(c.personalEmail, below(1000))
    end
    for number = 1, #SLOTS do
      local slot = SLOTS[number]
      if c[slot] then
        local digits, shape = c[slot .. "Digits"], c[slot .. "Shape"]
        if below(100) < 58 then
          c[slot] = draw.international(digits, shape)
          c[slot .. "E164"] = "+" .. shape.plan.code .. digits
        else
          c[slot] = messy_phone(digits, shape)
        end
      end
    end
    c.organization = owner_of(index)
    return c
  end
  local fields = self.fields

  local function put_phone(buf, slot)
    local display = c[slot]
    if not display then
      return
    end
    local e164 = c[slot .. "E164"]
    draw.put_phone(buf, slot, display, e164, c[slot .. "Shape"].plan.region)
    if band(#display, 3) == 0 and slot == "cellPhone" then
      buf:put(',"acceptsSMS":true')
    end
    buf:put("},")
  end

  --- Puts the record's JSON into a buffer.
  function self.emit(buf, index)
    fields(index)
    random.start(seed, DETAILS, index)
    local id = place.id(index)
    buf:put('{"id":"', id, '","firstName":"', c.firstName, '",')
    if c.middleName then
      buf:put('"middleName":"', c.middleName, '",')
    end
    buf:put('"lastName":"', c.lastName, '",')
    if chance(25) then
      buf:put('"salutation":"', pick(shared.salutations), '",')
    end
    if c.title then
      buf:put('"title":"', c.title, '",')
    end
    for number = 1, #SLOTS do
      put_phone(buf, SLOTS[number])
    end
    if c.workEmail then
      buf:put('"workEmail":"', c.workEmail, '",')
    end
    if c.personalEmail then
      buf:put('"personalEmail":"', c.personalEmail, '",')
    end
    if c.otherEmail then
      buf:put('"otherEmail":"', c.otherEmail, '",')
    end
    if chance(70) then
      draw.put_address(buf, c.country)
    end
    if c.screen then
      draw.put_twitter(buf, c.screen)
    end
    local network = below(100)
    if network < 3 then
      buf:put('"whatsAppId":{"displayName":"', c.firstName, '"},')
    elseif network < 5 then
      buf:put('"lineId":{"ids":[{"userId":"U', 1000000 + index, '"}]},')
    elseif network < 7 then
      buf:put('"facebookId":{"ids":[{"scopedId":"', 1000000 + index, '"}],"displayName":"', c.lastName, '"},')
    end
    if c.organization then
      local organization_id = place.organization_id(c.organization)
      buf:put('"externalOrganization":{"id":"', organization_id,
        '","selfUri":"/api/v2/externalcontacts/organizations/', organization_id, '"},')
    end
    if chance(20) then
      buf:put('"surveyOptOut":', below(4) == 0 and "true" or "false", ",")
    end
    if chance(8) then
      buf:put('"externalSystemUrl":"https://crm.example/people/', 100000 + index, '",')
    end
    if chance(8) then
      buf:put('"schema":{"id":"', place.schema_id, '","version":1},"customFields":{"loyalty_enum":"',
        pick { "bronze", "silver", "gold" }, '","customerNumber_identifier":"C-', 100000 + index,
        '","visits_integer":', below(200), "},")
    end
    draw.dates(buf)
    buf:put('"selfUri":"/api/v2/externalcontacts/contacts/', id, '"}')
  end

  return self
end

return contacts
