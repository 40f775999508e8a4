--- Generates contact `index` of the seed: a believable person, with the
-- defects that real data has.  `fields` returns the fields that the search
-- needs, `emit` writes the whole record.

local bit = require "bit"
local clear = require "table.clear"
local common_fields = require "extcontacts.sandbox.generate.common_fields"
local countries = require "extcontacts.sandbox.generate.countries"
local defects = require "extcontacts.sandbox.generate.defects"
local random = require "extcontacts.sandbox.random"

local band, rshift = bit.band, bit.rshift
local shared = countries.shared
local titles, salutations = shared.titles, shared.salutations
local number, put_known_phone = common_fields.number, common_fields.put_known_phone
local put_local_phone, spoil_email, spoil_name = defects.put_local_phone, defects.spoil_email, defects.spoil_name

local seeded_contacts = {}

-- Numbers of the independent random sequences of a contact.
local DUPLICATE, IDENTITY, DEFECTS, DETAILS = 1, 2, 3, 4

-- The first three contacts in each block of five belong to an organization;
-- they are assigned in turn to the organizations that have contacts.
local BLOCK, IN_BLOCK = 5, 3

-- The phone fields, the percentage of contacts that have each, and the names of
-- its parts in the result of `fields`.
local SLOTS = { "workPhone", "cellPhone", "homePhone", "otherPhone" }
local SHARES = { 75, 50, 12, 4 }
local LINES = { "landline", "cell", "landline", "cell" }
local DIGITS, SHAPES, E164S = {}, {}, {}
for index, slot in ipairs(SLOTS) do
  DIGITS[index], SHAPES[index], E164S[index] = slot .. "Digits", slot .. "Shape", slot .. "E164"
end
seeded_contacts.phone_slots = SLOTS
-- The percentage of phone numbers that the server recognises.
local RECOGNISED_SHARE = 58
local TIERS = { "bronze", "silver", "gold" }

---@class extcontacts.sandbox.ContactsConfig
---@field seed integer
---@field count integer number of contacts
---@field organization_count integer
---@field organizations table a result of `seeded_organizations.new`
---@field id fun(index: integer): string
---@field organization_id fun(index: integer): string
---@field schema_id string

--- Creates the generator of the contacts.
---@param config extcontacts.sandbox.ContactsConfig
function seeded_contacts.new(config)
  local seed, count = config.seed, config.count
  local organizations = config.organizations
  -- The last organizations have no contacts.
  local populated = math.ceil(config.organization_count * 0.85)
  local self = {}

  --- The organization of a contact; nil if it has none.
  function self.owner_of(index)
    local at = index % BLOCK
    if at < IN_BLOCK and populated > 0 then
      return ((index - at) / BLOCK * IN_BLOCK + at) % populated
    end
  end
  local owner_of = self.owner_of

  --- The contacts of an organization, ascending.
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

  -- The contact whose person this one shares (some contacts are duplicates), and
  -- whether it is an exact duplicate.
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
  -- Random words of the person, of the defects and of the other details.
  local w, m, d = {}, {}, {}

  --- The fields that the search and the reverse lookup need, as JSON text
  -- without quotes.  The next call reuses the table.
  function self.fields(index)
    clear(c)
    local root, exact = root_of(index)
    local organization = owner_of(root)
    local employer = organization and organizations.identity(organization)
    random.fill(w, 24, seed, IDENTITY, root)
    random.fill(m, 13, seed, DEFECTS, exact and root or index)

    local country = countries.weighted[w[1] % #countries.weighted + 1]
    if employer and w[2] % 100 < 90 then
      country = employer.country
    end
    local first_names, last_names = country.first, country.last
    local first, last = 1 + w[3] % #first_names, 1 + w[4] % #last_names
    local first_slug, last_slug = country.first_slugs[first], country.last_slugs[last]
    local form = m[1] % 1000
    c.country = country
    c.firstName = spoil_name(first_names[first], form)
    c.lastName = spoil_name(last_names[last], form < 70 and form or 20 + m[2] % 1000)
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
      c.workEmail = spoil_email(name .. "@" .. employer.domain, m[3] % 1000)
    end
    if w[10] % 100 < 45 then
      c.personalEmail = spoil_email(
        first_slug .. w[11] % 10000 .. root % 10 .. "@mail." .. country.domain, m[4] % 1000)
    end
    if w[10] % 1000 > 970 then
      c.otherEmail = last_slug .. w[11] % 1000 .. "@post." .. country.domain
    end
    for slot = 1, 4 do
      local at = 9 + slot * 3
      if w[at] % 100 < SHARES[slot] then
        local digits, shape = number(country[LINES[slot]], w[at + 1], w[at + 2])
        c[DIGITS[slot]], c[SHAPES[slot]] = digits, shape
        if m[4 + slot] % 100 < RECOGNISED_SHARE then
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
    local id = config.id(index)
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
          put_local_phone(buf, digits, shape, m[8 + slot])
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
      local digits, shape = c[DIGITS[2]], c[SHAPES[2]]
      if not digits then
        digits, shape = number(c.country[LINES[2]], d[9], d[10])
      end
      buf:put('"whatsAppId":{')
      put_known_phone(buf, "phoneNumber", digits, shape)
      buf:put('},"displayName":"', c.firstName, '"},')
    elseif network < 5 then
      buf:put('"lineId":{"ids":[{"userId":"U', 1000000 + index, '"}]},')
    elseif network < 7 then
      buf:put('"facebookId":{"ids":[{"scopedId":"', 1000000 + index, '"}],"displayName":"', c.lastName, '"},')
    end
    if c.organization then
      local organization_id = config.organization_id(c.organization)
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
      buf:put('"schema":{"id":"', config.schema_id, '","version":1},"customFields":{"loyalty_enum":"',
        TIERS[1 + d[12] % 3], '","customerNumber_identifier":"C-', 100000 + index,
        '","visits_integer":', d[13] % 200, "},")
    end
    common_fields.put_dates(buf, d, 14)
    buf:put('"type":"Curated","selfUri":"/api/v2/externalcontacts/contacts/', id, '"}')
  end

  return self
end

return seeded_contacts
