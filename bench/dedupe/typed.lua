-- Contacts that were typed in more than once, with errors, and who each of them is.
-- Only names, an address, a date of birth and sometimes a phone number are known, as in
-- registers of patients or customers.  Some errors replace a whole value, as if the form
-- of somebody else had been on the desk.

local generator = require "bench.dedupe.generator"

local typed = {}

local copy, words = generator.copy, generator.words

local GIVEN = words [[Oliver Jack Noah William Leo Lucas Henry Theodore Charlie Thomas Liam Isaac Hudson Archie
  Elijah Levi Max James Oscar Arlo George Hunter Patrick Finn Jasper Harvey Angus Lachlan Darcy Caleb Bodhi Koby
  Charlotte Amelia Isla Olivia Mia Ava Grace Matilda Willow Ella Harper Evelyn Sophie Zoe Ivy Lily Daisy Mila Ruby
  Freya Evie Layla Georgia Imogen Tahlia Bronte Keira Jorja Teagan Indigo Kirra Mikayla Annabelle Shakira Talissa
  Jaymee Deakin Flynn Brodie Tynan Callum Xanthe Saskia Petra]]
local FAMILY = words [[Smith White Ryan Campbell Clarke Morrison Webb Reid Matthews Nguyen Green McCarthy Bishop Ware
  Coleman Lock Dixon Hobson Beams Rafferty]]
local STREETS = words [[Bayly Herschell Collicott Slessor Crowder Maltby Tullaroop Aspinall Gurubun Shannon Bindel
  Giles Namatjira Fitchett Clift Goldfinch Burnie Paperbark Kinsella Pandanus Ashburton Lorne Tanumbirini Duffy]]
local WAYS = { "street", "place", "circuit", "crescent", "court", "close" }
local HOUSES = words [[rosemount brindabella hillview wattlebank killarney greenacres meadowbank riverside
  blueridge oakleigh springfield woodlands flat caravan villa homestead]]
local SUBURBS = words [[northgate kogarah cleveland westmead pymble mooroopna lismore dubbo orange wodonga ararat
  echuca hornsby randwick paddington burwood carlton geelong ballarat bendigo mildura gosford tamworth armidale]]

local Set = {}
Set.__index = Set

function Set:birth()
  local random = self.random
  return ("%04d%02d%02d"):format(1899 + random.below(101), random.below(12), random.below(28))
end

function Set:phone()
  local random = self.random
  return ("0%d %08d"):format(random.pick { 2, 3, 7, 8 }, random.below(99999999))
end

function Set:family_name()
  return self.random.chance(35) and self.random.pick(FAMILY) or generator.family(self.random)
end

local function new_values(self)
  local random = self.random
  return {
    given = random.pick(GIVEN), family = self:family_name(), number = tostring(random.below(260)),
    street = random.pick(STREETS):lower() .. " " .. random.pick(WAYS),
    house = random.chance(70) and random.pick(HOUSES) .. (random.chance(20) and " " .. random.below(90) or "") or "",
    suburb = random.pick(SUBURBS) .. (random.chance(20) and " heights" or ""),
    postcode = tostring(2000 + random.below(4999)), birth = random.chance(90) and self:birth() or "",
    phone = self.phones and random.chance(90) and self:phone() or "",
  }
end

-- How often an error is in each of the fields.
local FIELDS = words [[given given given family family family number street street house house suburb postcode
  birth birth]]

-- Errors by their share; the rest are typing errors.
local ERRORS = {
  { 8, function(_, values, field) -- nothing
    values[field] = field == "family" and values.family or ""
  end },
  { 8, function(set, values, field) -- somebody else's value
    values[field] = new_values(set)[field]
  end },
  { 4, function(_, values) -- the names in each other's fields
    values.given, values.family = values.family, values.given
  end },
  { 4, function(_, values) -- the lines of the address in each other's fields
    values.street, values.house = values.house, values.street
  end },
  { 4, function(set, values, field) -- a space in a word
    local text = values[field]
    if #text > 4 and text:find "^%a+" then
      local at = 1 + set.random.below(#text - 2)
      values[field] = text:sub(1, at) .. " " .. text:sub(at + 1)
    end
  end },
}

function Set:damage(values, field)
  local roll = self.random.below(100)
  for _, error_kind in ipairs(ERRORS) do
    if roll <= error_kind[1] then
      return error_kind[2](self, values, field)
    end
    roll = roll - error_kind[1]
  end
  values[field] = generator.typo(self.random, values[field])
end

function Set:add(person, values)
  local index = #self.records + 1
  self.records[index] = { id = ("00000000-0000-4000-8000-%012d"):format(index), firstName = values.given,
    lastName = values.family, address = { address1 = values.number .. " " .. values.street, address2 = values.house,
    city = values.suburb, postalCode = values.postcode }, customFields = { date_of_birth = values.birth },
    homePhone = values.phone ~= "" and { display = values.phone } or nil }
  self.person_of[index] = person
end

--- Generates contacts.
---@param options { people: integer, duplicated: number, most: integer, errors: integer, per_field: integer|nil,
--- phones: boolean|nil, seed: integer|nil } `duplicated`: percent of the people with duplicates; `most`: duplicates of
--- one person; `errors`: in a duplicate, at most; `per_field`: errors in each damaged field, at most
---@return bench.dedupe.Set
function typed.contacts(options)
  local set = setmetatable({ random = generator.random(options.seed or 1871), records = {}, person_of = {},
    phones = options.phones }, Set)
  local random, fields = set.random, copy(FIELDS)
  if options.phones then
    fields[#fields + 1] = "phone"
  end
  for person = 1, options.people do
    local values = new_values(set)
    set:add(person, values)
    for _ = 1, random.chance(options.duplicated) and random.below(options.most) or 0 do
      local other = copy(values)
      for _ = 1, random.below(options.errors) do
        local field = random.pick(fields)
        for _ = 1, random.below(options.per_field or 1) do
          set:damage(other, field)
        end
      end
      set:add(person, other)
    end
  end
  return set
end

return typed
