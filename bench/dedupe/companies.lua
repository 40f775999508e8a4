-- Organizations with planted duplicates and planted look-alikes, and which company or
-- site each of them is.
--
-- Duplicates: other legal forms and spellings, typing errors, missing or moved data.
-- Look-alikes: branches of one company, subsidiaries with one website or switchboard,
-- tenants of one house, tenants with one switchboard, one name in two cities.

local generator = require "bench.dedupe.generator"

local companies = {}

local copy, words = generator.copy, generator.words

local TRADES = words [[Logistics Bakery Consulting Plumbing Motors Foods Textiles Software Pharmacy Insurance Printing
  Optics Dental Travel Gardens Electric Roofing Interiors Shipping Solar Metals Catering Media Fitness Bank Timber]]
local PLAIN = words [[Central Corner City Station Golden Crown Royal Modern First National Sunrise Harbour Riverside
  Northern Green Blue United]]
local FORMS = { "Ltd", "Ltd.", "Limited", "Inc", "Inc.", "LLC", "GmbH", "AG", "plc", "Co.", "S.A.", "B.V." }
local STREETS = words [[Commerce Foundry Canal Dock Exchange Railway Trade Mercury Lincoln Kepler Newton Pioneer Summit
  Granite Copper]]
local CITIES = words [[Leeds Utrecht Kassel Lyon Porto Graz Malmo Tampere Bergen Aarhus Gdansk Brno Verona Seville Basel
  Ghent Cork Dundee Halifax Windsor]]
local ROLES = { "https://www.%s/", "http://%s", "%s", "https://%s/en/contact" }

local Set = {}
Set.__index = Set

function Set:number()
  self.numbers = self.numbers + 1
  return { e164 = ("+4920%08d"):format(10000000 + self.numbers * 7919 % 79999999) }
end

function Set:address()
  local random = self.random
  local city = random.below(#CITIES)
  return { address1 = ("%d %s Street"):format(random.below(190), random.pick(STREETS)), city = CITIES[city],
    postalCode = ("%05d"):format(20000 + city * 41 + random.below(9)) }
end

local function host_of(name)
  return name:lower():gsub("[^a-z]", "") .. ".example"
end

function Set:name()
  local random = self.random
  return generator.family(random) .. " " .. random.pick(TRADES)
end

function Set:company(name)
  local random = self.random
  name = name or self:name()
  local record = { name = name, address = random.chance(85) and self:address() or nil,
    phoneNumber = random.chance(75) and self:number() or nil }
  record.host = (random.chance(70) or not (record.address and record.phoneNumber)) and host_of(name) or nil
  return record
end

function Set:add(company, record)
  local random, out = self.random, copy(record)
  local index = #self.records + 1
  out.id = ("00000000-0000-4000-8000-%012d"):format(index)
  out.websites = out.host and { random.pick(ROLES):format(out.host) } or nil
  out.host = nil
  if random.chance(40) and not out.name:find "%.$" then
    out.name = out.name .. (random.chance(20) and ", " or " ") .. random.pick(FORMS)
  end
  self.records[index], self.company_of[index] = out, company
end

function Set:new_company()
  self.count = self.count + 1
  return self.count
end

local function known(record)
  return (record.host and 1 or 0) + (record.address and 1 or 0) + (record.phoneNumber and 1 or 0)
end

local VARIANTS = {
  function(set, record)
    record.name = generator.typo(set.random, record.name)
  end,
  function(_, record)
    record.name = record.name:upper()
  end,
  function(_, record)
    record.name = "The " .. record.name
  end,
  function(set, record) -- the name without its trade
    record.name = set.random.chance(50) and record.name:match "^%S+" or record.name
  end,
  function(set, record)
    record.name = record.name .. (set.random.chance(50) and " Group" or " Europe")
  end,
  function(set, record)
    record.address = record.address and (record.host or record.phoneNumber) and set:address()
  end,
  function(set, record)
    record.phoneNumber = record.phoneNumber and known(record) > 1 and set:number() or record.phoneNumber
  end,
  function(set, record)
    if record.address then
      record.address.address1 = generator.typo(set.random, record.address.address1)
    end
  end,
  function(_, record)
    if record.address then
      record.address.address1 = record.address.address1:gsub("Street", "St")
    end
  end,
}

function Set:duplicate(company, original)
  local record, random = copy(original), self.random
  random.pick(VARIANTS)(self, record)
  if random.chance(40) and known(record) > 1 then
    record[random.pick { "host", "address", "phoneNumber" }] = nil
  end
  self:add(company, record)
end

local LOOKALIKES = {}

function LOOKALIKES.branches(set)
  local random, first = set.random, set:company()
  local switchboard = random.chance(30) and set:number() or nil
  for _ = 1, 1 + random.below(4) do
    local record = set:company(first.name)
    record.host, record.address = first.host or host_of(first.name), set:address()
    record.phoneNumber = switchboard or set:number()
    set:add(set:new_company(), record)
  end
end

function LOOKALIKES.subsidiaries(set)
  local random, main = set.random, generator.family(set.random)
  local address, number, used = set:address(), set:number(), {}
  for _ = 1, 1 + random.below(3) do
    local trade = random.pick(TRADES)
    if not used[trade] then
      used[trade] = true
      local record = set:company(main .. " " .. trade)
      record.host = random.chance(60) and host_of(main) or record.host
      record.address = random.chance(60) and copy(address) or record.address
      record.phoneNumber = random.chance(50) and copy(number) or record.phoneNumber
      set:add(set:new_company(), record)
    end
  end
end

function LOOKALIKES.tenants(set)
  local random, address = set.random, set:address()
  local switchboard = random.chance(40) and set:number() or nil
  for _ = 1, 1 + random.below(7) do
    local record = set:company()
    record.address, record.phoneNumber = copy(address), switchboard and copy(switchboard) or record.phoneNumber
    set:add(set:new_company(), record)
  end
end

function LOOKALIKES.one_name(set)
  local random = set.random
  local name = random.pick(PLAIN) .. " " .. random.pick(TRADES)
  for _ = 1, 2 do
    local record = set:company(name)
    record.host = record.host and random.below(9999) .. host_of(name)
    record.address = record.address or set:address()
    set:add(set:new_company(), record)
  end
end

local KINDS = { "branches", "subsidiaries", "tenants", "one_name" }

--- Generates organizations.
---@param options { count: integer, seed: integer|nil, duplicates: number|nil, lookalikes: number|nil } as of
--- `planted.contacts`
---@return bench.dedupe.Set
function companies.organizations(options)
  local set = setmetatable({ random = generator.random(options.seed or 5150), records = {}, company_of = {}, count = 0,
    numbers = 0, kind_of = {} }, Set)
  local random = set.random
  while #set.records < options.count do
    local first = #set.records + 1
    if random.chance(options.lookalikes or 20) then
      local kind = random.pick(KINDS)
      LOOKALIKES[kind](set)
      for index = first, #set.records do
        set.kind_of[index] = kind
      end
    else
      local company, record = set:new_company(), set:company()
      set:add(company, record)
      for _ = 1, random.chance(options.duplicates or 30) and random.below(2) or 0 do
        set:duplicate(company, record)
      end
    end
  end
  return { records = set.records, person_of = set.company_of, kind_of = set.kind_of }
end

return companies
