-- Contacts with planted duplicates and planted look-alikes, and who each of them is.
-- The same seed gives the same contacts on every Lua.
--
-- Duplicates: typing errors, missing fields, nicknames, other alphabets, swapped names,
-- initials, people who moved, married or changed their number.  Look-alikes: households,
-- twins, father and son, role mailboxes and switchboards, one name in two cities,
-- namesakes in one company.

local generator = require "bench.dedupe.generator"

local planted = {}

local copy, words = generator.copy, generator.words

local GIVEN = words [[James Robert John Michael David William Richard Joseph Thomas Christopher Daniel Matthew
Anthony Mark
  Steven Andrew Kenneth Joshua Kevin Brian Edward Ronald Timothy Jason Jeffrey Ryan Jacob Nicholas Gary Jonathan Mary
  Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Sandra Margaret Ashley Kimberly
  Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Laura Helen Sharon Cynthia Peter Hans Klaus
  Jürgen Wolfgang Uwe Günther Dieter Andreas Stefan Ursula Monika Petra Sabine Renate Katharina Heike Birgit Pierre
Camille Chloé Élodie François Luis Carlos María José Lucía Giulia Marco Paolo Piotr Łukasz Małgorzata Zbigniew
  Agnieszka]]
local FAMILY = words [[Smith Johnson Williams Brown Jones Garcia Miller Davis Wilson Anderson Thomas Taylor
Moore Jackson Martin
  Lee Perez Thompson White Harris Sanchez Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Flores Green
  Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker
  Schulz Hoffmann Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Braun Zimmermann Krüger Hartmann Dubois Moreau
  Laurent Lefèvre Rossi Ferrari Esposito Bianchi Kowalski Nowak Wiśniewski Wójcik Lewandowski Zieliński O'Brien Murphy
  Kelly Sullivan Nguyen Patel Kim Chen Ivanov Petrov Andersen Nilsson Johansson Hansen Visser Bakker]]
local STREETS = words [[Oak Maple Cedar Elm Pine Church High Station Park Mill Bridge King Queen Victoria Albert Garden
  Forest River Lake Hill Meadow Orchard Chestnut Willow Birch Linden Castle Market School Spring]]
local WAYS = { "Street", "Road", "Avenue", "Lane", "Drive" }
local CITIES = words [[Springfield Riverton Fairview Greenville Bristol Clinton Salem Georgetown Madison Ashland Dover
  Hudson Milton Newport Oxford Burlington Manchester Lexington Kingston Winchester]]
local COMPANIES = words [[Acme Globex Initech Umbrella Hooli Stark Wayne Wonka Tyrell Cyberdyne Soylent Vandelay Duff
  Oscorp Massive Pied Prestige Gringotts Monarch Zorg]]
local HOSTS = { "gmail.example", "mail.example", "web.example", "post.example", "inbox.example" }
local ROLES = { "info", "sales", "office", "contact" }
local NICKNAMES = { Robert = "Bob", William = "Bill", Richard = "Dick", James = "Jim", Thomas = "Tom", Michael = "Mike",
  Elizabeth = "Liz", Margaret = "Peggy", Patricia = "Trish", Katharina = "Katja", Christopher = "Chris",
  Jennifer = "Jenny", Joseph = "Joe", Daniel = "Dan", Matthew = "Matt", Anthony = "Tony", Steven = "Steve",
  Andrew = "Drew", Kenneth = "Ken", Edward = "Ted", Nicholas = "Nick", Deborah = "Debbie", Rebecca = "Becky",
  Susan = "Sue", Wolfgang = "Wolf", Zbigniew = "Zbyszek" }
local OTHER_SPELLING = { ["Müller"] = "Mueller", ["Schröder"] = "Schroeder", ["Krüger"] = "Krueger",
  ["Günther"] = "Guenther",
  ["Jürgen"] = "Juergen", ["Łukasz"] = "Lukasz", ["Małgorzata"] = "Malgorzata", ["Wiśniewski"] = "Wisniewski",
  ["Wójcik"] = "Wojcik", ["Zieliński"] = "Zielinski", ["Lefèvre"] = "Lefevre", ["Ivanov"] = "Иванов",
  ["Petrov"] = "Петров", ["François"] = "Franc\204\167ois", ["Chloé"] = "Chloe\204\129", ["María"] = "Maria" }

local Set = {}
Set.__index = Set

-- Adds a record of a person.
function Set:add(person, record)
  local index = #self.records + 1
  self.count = self.count + 1
  record.id = ("00000000-0000-4000-8000-%012d"):format(self.count)
  self.records[index], self.person_of[index] = record, person
end

function Set:new_person()
  self.people = self.people + 1
  return self.people
end

function Set:family_name()
  return self.rare > 0 and self.random.chance(self.rare) and generator.family(self.random)
    or self.random.pick(FAMILY)
end

function Set:number()
  self.numbers = self.numbers + 1
  return ("+1202%07d"):format(2000000 + self.numbers * 7919 % 7999993)
end

function Set:street()
  local random = self.random
  return ("%d %s %s"):format(random.below(240), random.pick(STREETS), random.pick(WAYS))
end

function Set:address()
  local city = self.random.below(#CITIES)
  return { address1 = self:street(), city = CITIES[city], postalCode = ("%05d"):format(10000 + city * 37 +
    self.random.below(9)), countryCode = "US" }
end

function Set:birth(least, most)
  local random = self.random
  return ("%04d-%02d-%02d"):format(least + random.below(most - least), random.below(12), random.below(28))
end

function Set:email(given, family)
  local random = self.random
  local user = (given .. "." .. family):lower():gsub("[^a-z.]", "")
  return ("%s%d@%s"):format(user, random.below(9999), random.pick(HOSTS))
end

function Set:contact(given, family)
  local random = self.random
  given, family = given or random.pick(GIVEN), family or self:family_name()
  local record = { firstName = given, lastName = family, type = "Curated",
    createDate = ("20%02d-%02d-01T00:00:00Z"):format(10 + random.below(14), random.below(12)) }
  record.personalEmail = random.chance(65) and self:email(given, family) or nil
  record.cellPhone = random.chance(65) and { e164 = self:number() } or nil
  record.homePhone = random.chance(30) and { e164 = self:number() } or nil
  record.address = random.chance(75) and self:address() or nil
  record.customFields = random.chance(45) and { dateOfBirth = self:birth(1940, 2000) } or nil
  record.externalOrganization = random.chance(25) and { name = random.pick(COMPANIES) .. " Inc" } or nil
  if not (record.personalEmail or record.cellPhone or record.customFields) then
    record.personalEmail = self:email(given, family)
  end
  return record
end

---------------------------------------------------------------- duplicates --

function Set:typo(text)
  return generator.typo(self.random, text)
end

local function identifiers(record)
  return (record.personalEmail and 1 or 0) + (record.cellPhone and 1 or 0) + (record.customFields and 1 or 0)
end

-- Removes a field that is not the last identifier.
function Set:thin(record)
  local field = self.random.pick { "address", "homePhone", "externalOrganization", "personalEmail", "cellPhone",
    "customFields" }
  local value = record[field]
  record[field] = nil
  if identifiers(record) == 0 then
    record[field] = value
  end
end

local TWINS = { { "Anna", "Hanna" }, { "Maria", "Marie" }, { "Paul", "Paula" }, { "Daniel", "Daniela" },
  { "Jan", "Jana" }, { "Tim", "Tom" }, { "Lena", "Lea" }, { "Emily", "Emma" }, { "Karin", "Karina" },
  { "Jonas", "Jonah" }, { "Sofie", "Sophia" }, { "Ava", "Eva" }, { "Lukas", "Lucia" }, { "Mia", "Pia" } }

local NAMES = {} -- all first names
for _, list in ipairs { { GIVEN }, TWINS } do
  for _, names in ipairs(list) do
    for _, name in ipairs(names) do
      NAMES[name] = true
    end
  end
end

local VARIANTS = {
  function(set, record)
    local name = set:typo(record.firstName)
    -- Nobody could see that one twin's name has become the other's.
    record.firstName = NAMES[name] and record.firstName or name
  end,
  function(set, record)
    record.lastName = set:typo(record.lastName)
  end,
  function(_, record)
    record.firstName = NICKNAMES[record.firstName] or record.firstName
  end,
  function(_, record)
    record.firstName = OTHER_SPELLING[record.firstName] or record.firstName
    record.lastName = OTHER_SPELLING[record.lastName] or record.lastName
  end,
  function(_, record)
    record.firstName, record.lastName = record.lastName, record.firstName
  end,
  function(set, record) -- moved
    record.address = record.address and set:address()
    record.homePhone = nil
  end,
  function(set, record) -- another number
    if record.cellPhone and identifiers(record) > 1 then
      record.cellPhone = { e164 = set:number() }
    end
  end,
  function(set, record) -- another mailbox
    if record.personalEmail and identifiers(record) > 1 then
      record.personalEmail = set:email(record.firstName, record.lastName)
    end
  end,
  function(_, record) -- an initial
    if record.personalEmail or record.customFields then
      record.firstName = record.firstName:match "^[%z\1-\127\194-\244][\128-\191]*" .. "."
    end
  end,
  function(set, record) -- married
    if record.personalEmail and record.customFields then
      record.lastName = set:family_name()
    end
  end,
  function(set, record)
    if record.address then
      record.address.address1 = set:typo(record.address.address1)
    end
  end,
  function(_, record)
    record.firstName, record.lastName = record.firstName:upper(), record.lastName:upper()
  end,
}

function Set:duplicate(person, original)
  local record = copy(original)
  self.random.pick(VARIANTS)(self, record)
  if self.random.chance(40) then
    self:thin(record)
  end
  if self.random.chance(20) then
    record.externalOrganization = nil
  end
  self:add(person, record)
end

function Set:single(duplicate_percent)
  local person, record = self:new_person(), self:contact()
  self:add(person, record)
  if self.random.chance(duplicate_percent) then
    for _ = 1, self.random.chance(20) and 2 or 1 do
      self:duplicate(person, record)
    end
  end
end

--------------------------------------------------------------- look-alikes --

local LOOKALIKES = {}

function LOOKALIKES.household(set)
  local random, family = set.random, set:family_name()
  local address, phone, email = set:address(), { e164 = set:number() }, nil
  local used = {}
  if random.chance(30) then
    email = family:lower():gsub("[^a-z]", "") .. "family" .. random.below(9999) .. "@" .. HOSTS[1]
  end
  for _ = 1, 1 + random.below(3) do
    local given = random.pick(GIVEN)
    if not used[given] then
      used[given] = true
      local record = set:contact(given, family)
      record.address, record.homePhone, record.personalEmail = copy(address), copy(phone), email or record.personalEmail
      set:add(set:new_person(), record)
    end
  end
end

function LOOKALIKES.twins(set)
  local family, pair = set:family_name(), set.random.pick(TWINS)
  local address, phone, birth = set:address(), { e164 = set:number() }, set:birth(1960, 2005)
  for _, given in ipairs(pair) do
    local record = set:contact(given, family)
    record.address, record.homePhone, record.customFields = copy(address), copy(phone), { dateOfBirth = birth }
    record.cellPhone = set.random.chance(60) and { e164 = set:number() } or nil
    set:add(set:new_person(), record)
  end
end

function LOOKALIKES.father_and_son(set)
  local random = set.random
  local given, family = random.pick(GIVEN), set:family_name()
  local address, phone, has_suffix = set:address(), { e164 = set:number() }, random.chance(60)
  for generation = 1, 2 do
    local record = set:contact(given, family)
    record.address, record.homePhone = copy(address), copy(phone)
    record.customFields = (not has_suffix or random.chance(60))
      and { dateOfBirth = generation == 1 and set:birth(1935, 1955) or set:birth(1965, 1990) } or nil
    if has_suffix then
      record.lastName = family .. (generation == 1 and (random.chance(50) and " Sr." or "") or " Jr.")
    end
    record.personalEmail = set:email(given, family)
    set:add(set:new_person(), record)
  end
end

function LOOKALIKES.colleagues(set)
  local random, company = set.random, set.random.pick(COMPANIES) .. " " .. set:family_name()
  local role = random.pick(ROLES) .. "@" .. company:lower():gsub("[^a-z]", "") .. ".example"
  local switchboard = { e164 = set:number() }
  for _ = 1, 3 + random.below(6) do
    local record = set:contact()
    record.workEmail = random.chance(70) and role or nil
    record.workPhone = copy(switchboard)
    record.externalOrganization = { name = company }
    set:add(set:new_person(), record)
  end
end

function LOOKALIKES.one_name(set)
  local given, family = set.random.pick(GIVEN), set:family_name()
  for _ = 1, 2 do
    set:add(set:new_person(), set:contact(given, family))
  end
end

function LOOKALIKES.namesakes(set)
  local given, family = set.random.pick(GIVEN), set:family_name()
  local company, switchboard = set.random.pick(COMPANIES) .. " " .. set:family_name(), { e164 = set:number() }
  for _ = 1, 2 do
    local record = set:contact(given, family)
    record.externalOrganization, record.workPhone = { name = company }, copy(switchboard)
    record.workEmail = set:email(given, family)
    set:add(set:new_person(), record)
  end
end

local KINDS = { "household", "twins", "father_and_son", "colleagues", "one_name", "namesakes" }

---@class bench.dedupe.Options
---@field count integer at least so many records
---@field seed integer|nil
---@field duplicates number|nil percent of the people with duplicates, 30
---@field lookalikes number|nil percent of the steps that plant look-alikes, 20
---@field rare number|nil percent of the family names that are made up, 0

--- An iterator over generated contacts: the record, who it is, and the kind of look-alike.
---@param options bench.dedupe.Options
---@return fun(): table|nil, integer|nil, string|nil
function planted.stream(options)
  local set = setmetatable({ random = generator.random(options.seed or 20261), records = {}, person_of = {}, people = 0,
    numbers = 0, count = 0, rare = options.rare or 0 }, Set)
  local at, kind = 0, nil
  local function step()
    at, kind, set.records, set.person_of = 0, nil, {}, {}
    if set.random.chance(options.lookalikes or 20) then
      kind = set.random.pick(KINDS)
      LOOKALIKES[kind](set)
      -- Some of them have duplicates themselves.
      if set.random.chance(options.duplicates or 30) then
        set:duplicate(set.person_of[1], set.records[1])
      end
    else
      set:single(options.duplicates or 30)
    end
  end
  return function()
    if at == #set.records then
      if set.count >= options.count then
        return nil
      end
      step()
    end
    at = at + 1
    return set.records[at], set.person_of[at], kind
  end
end

---@class bench.dedupe.Set
---@field records table[] contacts with an id
---@field person_of any[] who each of them is
---@field kind_of table<integer, string>|nil the kinds of look-alikes

--- Generates contacts.
---@param options bench.dedupe.Options
---@return bench.dedupe.Set
function planted.contacts(options)
  local set = { records = {}, person_of = {}, kind_of = {} }
  for record, person, kind in planted.stream(options) do
    local index = #set.records + 1
    set.records[index], set.person_of[index], set.kind_of[index] = record, person, kind
  end
  return set
end

return planted
