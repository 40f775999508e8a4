--- Generates organization `index` of the seed.  `fields` returns the fields
-- that the search needs, `emit` writes the whole record.

local common_fields = require "extcontacts.sandbox.generate.common_fields"
local countries = require "extcontacts.sandbox.generate.countries"
local latin_text = require "extcontacts.sandbox.latin_text"
local random = require "extcontacts.sandbox.random"

local shared = countries.shared
local floor = math.floor

local seeded_organizations = {}

-- Numbers of the independent random sequences of an organization.
local IDENTITY, DETAILS = 101, 102

-- Integers that a double cannot hold.
local BIG_REVENUE = { "9007199254740993", "4611686018427387905" }
local TAGS = { "", '"key account"', '"newsletter","2024"' }
local EXCHANGES = { "NYSE", "XETRA", "LSE" }
local SEGMENTS = { "small", "medium", "large" }

--- Creates the generator of the organizations.
---@param config { seed: integer, id: fun(index: integer): string, schema_id: string }
function seeded_organizations.new(config)
  local seed = config.seed
  -- index → identity, kept because each of its contacts needs it
  local identities = {}
  -- Random words of the identity and of the other details.
  local w, d = {}, {}
  local self = {}

  --- The name, e-mail domain and country, which its contacts need.
  ---@param index integer
  ---@return { name: string, domain: string, country: table }
  function self.identity(index)
    local identity = identities[index]
    if identity then
      return identity
    end
    random.fill(w, 8, seed, IDENTITY, index)
    local country = countries.weighted[w[1] % #countries.weighted + 1]
    local family = country.last[1 + w[2] % #country.last]
    local branch = country.branches[1 + w[3] % #country.branches]
    local suffix = country.suffixes[1 + w[4] % #country.suffixes]
    local name
    local form = w[5] % 4
    if form == 0 then
      name = ("%s & %s %s"):format(family, country.last[1 + w[6] % #country.last], suffix)
    elseif form == 1 then
      name = ("%s %s %s"):format(country.cities[1 + w[6] % #country.cities].name, branch, suffix)
    else
      name = ("%s %s %s"):format(family, branch, suffix)
    end
    local slug = latin_text.slug(family .. branch)
    if slug == "" then
      slug = "company"
    end
    identity = { name = name, domain = slug .. index % 997 .. "." .. country.domain, country = country }
    identities[index] = identity
    return identity
  end

  --- The fields that the search and the reverse lookup need.
  ---@param index integer
  ---@return table fields name, industry, companyType, e164, screen
  function self.fields(index)
    local identity = self.identity(index)
    random.fill(d, 26, seed, DETAILS, index)
    local c = { name = identity.name }
    local defect = d[1] % 100
    if defect < 5 then
      c.name = latin_text.upper(c.name)
    elseif defect < 8 then
      c.name = c.name .. " "
    elseif defect < 10 then
      c.name = c.name:gsub(" ", "  ", 1)
    end
    -- One in ten has only a name.
    c.empty = d[2] % 10 == 0
    if c.empty then
      return c
    end
    if d[3] % 100 < 70 then
      c.companyType = shared.company_types[1 + floor(d[3] / 128) % #shared.company_types]
    end
    if d[4] % 100 < 80 then
      c.industry = shared.industries[1 + floor(d[4] / 128) % #shared.industries]
    end
    if d[5] % 100 < 75 then
      c.digits, c.shape = common_fields.number(identity.country.landline, d[6], d[7])
      if d[5] % 1000 < 600 then
        c.e164 = "+" .. c.shape.plan.code .. c.digits
      end
    end
    if d[8] % 100 < 8 then
      c.screen = latin_text.slug(identity.name):sub(1, 14)
      if c.screen == "" then
        c.screen = nil
      end
    end
    return c
  end

  local function emit_details(buf, index, c, identity)
    if c.companyType then
      buf:put('"companyType":"', c.companyType, '",')
    end
    if c.industry then
      buf:put('"industry":"', c.industry, '",')
    end
    if d[9] % 100 < 80 then
      common_fields.put_address(buf, identity.country, d, 10)
    end
    if c.e164 then
      common_fields.put_known_phone(buf, "phoneNumber", c.digits, c.shape)
      buf:put("},")
    elseif c.digits then
      buf:put('"phoneNumber":{"display":"', c.shape.plan.trunk)
      common_fields.put_spaced(buf, c.digits, c.shape, "/")
      buf:put('"},')
    end
    if d[14] % 100 < 15 then
      local digits, shape = common_fields.number(identity.country.landline, d[15], d[14])
      buf:put('"faxNumber":{"display":"', shape.plan.trunk, digits, '"},')
    end
    if d[16] % 100 < 60 then
      buf:put('"employeeCount":', 1 + floor(d[16] / 128) % 5000, ",")
    end
    if index % 97 == 5 then
      buf:put('"revenue":', BIG_REVENUE[1 + d[17] % 2], ",")
    elseif d[17] % 100 < 40 then
      buf:put('"revenue":', 10000 + floor(d[17] / 100) * 97, ",")
    end
    if d[18] % 100 < 50 then
      buf:put('"tags":[', TAGS[1 + floor(d[18] / 128) % #TAGS], "],")
    end
    if d[19] % 100 < 60 then
      buf:put('"websites":["https://www.', identity.domain, '"],')
    end
    if d[20] % 100 < 5 then
      buf:put('"tickers":[{"symbol":"', identity.domain:sub(1, 4):upper(), '","exchange":"',
        EXCHANGES[1 + floor(d[20] / 128) % 3], '"}],')
    end
    if c.screen then
      common_fields.put_twitter(buf, c.screen)
    end
    if d[21] % 100 < 10 then
      buf:put('"externalSystemUrl":"https://crm.example/accounts/', 100000 + index, '",')
    end
    if d[22] % 100 < 6 then
      buf:put('"schema":{"id":"', config.schema_id, '","version":1},"customFields":{"segment_enum":"',
        SEGMENTS[1 + d[21] % 3], '","contractEnd_date":"20', 25 + d[20] % 5, '-12-31"},')
    end
  end

  --- Puts the record's JSON into a buffer.
  function self.emit(buf, index)
    local c = self.fields(index)
    local id = config.id(index)
    buf:put('{"id":"', id, '","name":"', c.name, '",')
    if not c.empty then
      emit_details(buf, index, c, self.identity(index))
    end
    common_fields.put_dates(buf, d, 23)
    buf:put('"selfUri":"/api/v2/externalcontacts/organizations/', id, '"}')
  end

  return self
end

return seeded_organizations
