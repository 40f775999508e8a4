--- Makes organization `index` of the seed, as text or as fields.

local countries = require "extcontacts.sandbox.countries"
local draw = require "extcontacts.sandbox.generate.draw"
local random = require "extcontacts.sandbox.random"
local text = require "extcontacts.sandbox.text"

local below, chance, pick = random.below, random.chance, random.pick
local shared = countries.shared

local organizations = {}

local IDENTITY, DETAILS = 101, 102

-- Some exact integers that a double can't hold.
local BIG_REVENUE = { "9007199254740993", "4611686018427387905" }

---@param place { seed: integer, id: fun(index: integer): string, schema_id: string }
function organizations.new(place)
  local seed = place.seed
  local names = {}
  local self = {}

  --- Name, e-mail domain and country: what contacts of it need.
  ---@return { name: string, domain: string, country: table }
  function self.identity(index)
    local known = names[index]
    if known then
      return known
    end
    random.start(seed, IDENTITY, index)
    local country = pick(countries.weighted)
    local family = pick(country.last)
    local branch, suffix = pick(country.branches), pick(country.suffixes)
    local name
    local form = below(4)
    if form == 0 then
      name = ("%s & %s %s"):format(family, pick(country.last), suffix)
    elseif form == 1 then
      name = ("%s %s %s"):format(pick(country.cities).name, branch, suffix)
    else
      name = ("%s %s %s"):format(family, branch, suffix)
    end
    local slug = text.slug(family .. branch)
    if slug == "" then
      slug = "company"
    end
    known = { name = name, domain = slug .. index % 997 .. "." .. country.domain, country = country }
    names[index] = known
    return known
  end

  --- What the search and the lookup see of a seeded organization.
  ---@return table fields name, industry, companyType, e164, screen
  function self.fields(index)
    local identity = self.identity(index)
    random.start(seed, DETAILS, index)
    local c = { name = identity.name }
    local mess = below(100)
    if mess < 5 then
      c.name = text.upper(c.name)
    elseif mess < 8 then
      c.name = c.name .. " "
    elseif mess < 10 then
      c.name = c.name:gsub(" ", "  ", 1)
    end
    -- A tenth has nothing but a name.
    c.empty = below(10) == 0
    if c.empty then
      return c
    end
    c.companyType = chance(70) and pick(shared.company_types) or nil
    c.industry = chance(80) and pick(shared.industries) or nil
    local digits, shape = draw.number(identity.country.landline)
    if chance(75) then
      c.phone = draw.international(digits, shape)
      if chance(60) then
        c.e164 = "+" .. shape.plan.code .. digits
        c.phone_region = shape.plan.region
      else
        c.phone = shape.plan.trunk .. draw.spaced(digits, shape, "/")
      end
    end
    if chance(8) then
      c.screen = text.slug(identity.name):sub(1, 14)
      if c.screen == "" then
        c.screen = nil
      end
    end
    return c
  end

  --- Puts the record's JSON into a buffer.
  function self.emit(buf, index)
    local c = self.fields(index)
    local identity = self.identity(index)
    local id = place.id(index)
    buf:put('{"id":"', id, '","name":"', c.name, '",')
    if not c.empty then
      if c.companyType then
        buf:put('"companyType":"', c.companyType, '",')
      end
      if c.industry then
        buf:put('"industry":"', c.industry, '",')
      end
      if chance(80) then
        draw.put_address(buf, identity.country)
      end
      if c.phone then
        draw.put_phone(buf, "phoneNumber", c.phone, c.e164, c.phone_region)
        buf:put("},")
      end
      if chance(15) then
        local digits, shape = draw.number(identity.country.landline)
        buf:put('"faxNumber":{"display":"', shape.plan.trunk, digits, '"},')
      end
      if chance(60) then
        buf:put('"employeeCount":', 1 + below(5000), ",")
      end
      if index % 97 == 5 then
        buf:put('"revenue":', BIG_REVENUE[1 + below(2)], ",")
      elseif chance(40) then
        buf:put('"revenue":', 10000 + below(2000000000), ",")
      end
      if chance(50) then
        buf:put('"tags":[', pick { "", '"key account"', '"newsletter","2024"' }, "],")
      end
      if chance(60) then
        buf:put('"websites":["https://www.', identity.domain, '"],')
      end
      if chance(5) then
        buf:put('"tickers":[{"symbol":"', identity.domain:sub(1, 4):upper(), '","exchange":"',
          pick { "NYSE", "XETRA", "LSE" }, '"}],')
      end
      if c.screen then
        draw.put_twitter(buf, c.screen)
      end
      if chance(10) then
        buf:put('"externalSystemUrl":"https://crm.example/accounts/', 100000 + index, '",')
      end
      if chance(6) then
        buf:put('"schema":{"id":"', place.schema_id, '","version":1},"customFields":{"segment_enum":"',
          pick { "small", "medium", "large" }, '","contractEnd_date":"20', 25 + below(5), '-12-31"},')
      end
    end
    draw.dates(buf)
    buf:put('"selfUri":"/api/v2/externalcontacts/organizations/', id, '"}')
  end

  return self
end

return organizations
