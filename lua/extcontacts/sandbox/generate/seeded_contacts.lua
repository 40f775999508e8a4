--- Makes contact `index` of the seed: a believable person, and the mess real
-- data has.  `fields` gives what the search needs, `emit` the whole record.

local clear = require "table.clear"
local countries = require "extcontacts.sandbox.generate.countries"
local common_fields = require "extcontacts.sandbox.generate.common_fields"
local random = require "extcontacts.sandbox.random"
local latin_text = require "extcontacts.sandbox.latin_text"

local bit = require "bit"
local band, floor, rshift, sub = bit.band, math.floor, bit.rshift, string.sub
local shared = countries.shared
local titles, salutations = shared.titles, shared.salutations
local put_spaced, put_known_phone = common_fields.put_spaced, common_fields.put_known_phone
local number = common_fields.number

local seeded_contacts = {}

local DUPLICATE, IDENTITY, MESS, DETAILS = 1, 2, 3, 4

-- Contacts stand in blocks of five, of which the first three belong to an
-- organization; ranks of these go round the organizations that have contacts.
local BLOCK, IN_BLOCK = 5, 3

local NOT_A_NUMBER = { "n/a", "unknown", "see notes", "TBD", "-", "none", "ask reception" }

-- The phones, how often (percent) a contact has one, and the names of what is
-- known of it.
local SLOTS = { "workPhone", "cellPhone", "homePhone", "otherPhone" }
local SHARES = { 75, 50, 12, 4 }
local KINDS = { "landline", "cell", "landline", "cell" }
local DIGITS, SHAPES, E164S = {}, {}, {}
for index, slot in ipairs(SLOTS) do
  DIGITS[index], SHAPES[index], E164S[index] = slot .. "Digits", slot .. "Shape", slot .. "E164"
end
seeded_contacts.phone_slots = SLOTS
local KNOWN_SHARE = 58
local TIERS = { "bronze", "silver", "gold" }

-- A number as people write it who do not think of other countries.
local function put_messy_phone(buf, digits, shape, word)
  local plan = shape.plan
  local trunk = plan.trunk
  local form = word % 12
  if form <= 2 then
    if plan.code == "1" then
      buf:put("(", sub(digits, 1, 3), ") ", sub(digits, 4, 6), "-", sub(digits, 7))
    else
      buf:put(trunk)
      put_spaced(buf, digits, shape, " ")
    end
  elseif form == 3 then
    buf:put(trunk)
    put_spaced(buf, digits, shape, ".")
  elseif form == 4 then
    buf:put(trunk)
    put_spaced(buf, digits, shape, "/")
  elseif form == 5 then
    buf:put("+", plan.code, digits)
  elseif form == 6 then
    buf:put("00", plan.code, " ", digits)
  elseif form == 7 then
    buf:put("+", plan.code, " (", trunk == "" and "0" or trunk, ")")
    put_spaced(buf, digits, shape, " ")
  elseif form == 8 then
    buf:put(" ", trunk, digits, "  ")
  elseif form == 9 then
    buf:put(trunk)
    put_spaced(buf, digits, shape, " ")
    buf:put(" ext. ", 10 + floor(word / 16) % 90)
  elseif form == 10 then
    -- A digit is missing, or a letter stands for one.
    if word % 24 < 12 then
      buf:put(trunk, sub(digits, 1, -4))
    else
      buf:put(trunk, (digits:gsub("0", "O")))
    end
  else
    buf:put(NOT_A_NUMBER[floor(word / 16) % #NOT_A_NUMBER + 1])
  end
end

local function mess_up_name(name, form)
  if form >= 125 then
    return name
  elseif form < 50 then
    return latin_text.upper(name)
  elseif form < 70 then
    return latin_text.lower(name)
  elseif form < 110 then
    return name .. " "
  end
  return " " .. name
end

local function mess_up_email(email, form)
  if form >= 160 then
    return email
  elseif form < 60 then
    return email:upper()
  elseif form < 130 then
    return (email:gsub("^%l", string.upper):gsub("%.%l", string.upper, 1))
  elseif form < 150 then
    return email .. " "
  end
  return (email:gsub("@", " at ", 1))
end

---@param place table seed, count, organization_count, organizations, id, organization_id, schema_id
function seeded_contacts.new(place)
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
  -- Words of the person, of the mess and of the rest.
  local w, m, d = {}, {}, {}

  --- What the search and the lookup see; the table is used again.
  function self.fields(index)
    clear(c)
    local root, exact = root_of(index)
    local organization = owner_of(root)
    local employer = organization and organizations.identity(organization)
    random.fill(w, 24, seed, IDENTITY, root)
    random.fill(m, 13, seed, MESS, exact and root or index)

    local country = countries.weighted[w[1] % #countries.weighted + 1]
    if employer and w[2] % 100 < 90 then
      country = employer.country
    end
    local first_names, last_names = country.first, country.last
    local first, last = 1 + w[3] % #first_names, 1 + w[4] % #last_names
    local first_slug, last_slug = country.first_slugs[first], country.last_slugs[last]
    local form = m[1] % 1000
    c.country = country
    c.firstName = mess_up_name(first_names[first], form)
    c.lastName = mess_up_name(last_names[last], form < 70 and form or 20 + m[2] % 1000)
    if form == 200 or form == 201 then
      c.firstName = c.firstName .. ' \\"' .. first_names[1 + m[13] % #first_names] .. '\\"'
    elseif form > 980 then
      c.firstName = c.firstName .. "  " .. first_names[1 + m[13] % #first_names]
    end
    if w[5] % 100 < 8 then
      c.middleName = first_names[1 + w[6] % #first_names]
    end
    if w[7] % 100 < 60 then
      c.title = titles[1 + w[8] % #titles]
    end
    if employer and w[9] % 100 < 80 then
      local name = first_slug .. "." .. last_slug
      if name == "." then
        name = "contact" .. root
      end
      c.workEmail = mess_up_email(name .. "@" .. employer.domain, m[3] % 1000)
    end
    if w[10] % 100 < 45 then
      c.personalEmail = mess_up_email(
        first_slug .. w[11] % 10000 .. root % 10 .. "@mail." .. country.domain, m[4] % 1000)
    end
    if w[10] % 1000 > 970 then
      c.otherEmail = last_slug .. w[11] % 1000 .. "@post." .. country.domain
    end
    for slot = 1, 4 do
      local at = 9 + slot * 3
      if w[at] % 100 < SHARES[slot] then
        local digits, shape = number(country[KINDS[slot]], w[at + 1], w[at + 2])
        c[DIGITS[slot]], c[SHAPES[slot]] = digits, shape
        if m[4 + slot] % 100 < KNOWN_SHARE then
          c[E164S[slot]] = "+" .. shape.plan.code .. digits
        end
      end
    end
    if w[24] % 100 < 6 then
      c.screen = last_slug .. "_" .. root % 10000
    end
    c.organization = owner_of(index)
    return c
  end
  local fields = self.fields

  --- Puts the record's JSON into a buffer.
  function self.emit(buf, index)
    fields(index)
    random.fill(d, 19, seed, DETAILS, index)
    local id = place.id(index)
    buf:put('{"id":"', id, '","firstName":"', c.firstName, '",')
    if c.middleName then
      buf:put('"middleName":"', c.middleName, '",')
    end
    buf:put('"lastName":"', c.lastName, '",')
    if d[1] % 100 < 25 then
      buf:put('"salutation":"', salutations[1 + d[2] % #salutations], '",')
    end
    if c.title then
      buf:put('"title":"', c.title, '",')
    end
    for slot = 1, 4 do
      local digits = c[DIGITS[slot]]
      if digits then
        local shape = c[SHAPES[slot]]
        if c[E164S[slot]] then
          put_known_phone(buf, SLOTS[slot], digits, shape)
        else
          buf:put('"', SLOTS[slot], '":{"display":"')
          put_messy_phone(buf, digits, shape, m[8 + slot])
          buf:put('"')
        end
        if slot == 2 and d[2] % 4 == 0 then
          buf:put(',"acceptsSMS":true},')
        else
          buf:put("},")
        end
      end
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
    if d[3] % 100 < 70 then
      common_fields.put_address(buf, c.country, d, 4)
    end
    if c.screen then
      common_fields.put_twitter(buf, c.screen)
    end
    local network = d[8] % 100
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
    if d[9] % 100 < 20 then
      buf:put('"surveyOptOut":', d[9] % 400 < 100 and "true," or "false,")
    end
    if d[10] % 100 < 8 then
      buf:put('"externalSystemUrl":"https://crm.example/people/', 100000 + index, '",')
    end
    if d[11] % 100 < 8 then
      buf:put('"schema":{"id":"', place.schema_id, '","version":1},"customFields":{"loyalty_enum":"',
        TIERS[1 + d[12] % 3], '","customerNumber_identifier":"C-', 100000 + index,
        '","visits_integer":', d[13] % 200, "},")
    end
    common_fields.put_dates(buf, d, 14)
    buf:put('"selfUri":"/api/v2/externalcontacts/contacts/', id, '"}')
  end

  return self
end

return seeded_contacts