--- Makes what hangs on the seeded contacts and organizations: notes,
-- relationships, trustors, users and the two schemas.

local countries = require "extcontacts.sandbox.generate.countries"
local common_fields = require "extcontacts.sandbox.generate.common_fields"
local json = require "extcontacts.base.json"
local random = require "extcontacts.sandbox.random"


local seeded_dependents = {}

local NOTE, RELATIONSHIP, USER = 201, 202, 203

-- Of every `every` owners the one at `offset` has records: 1, 2, … `most`, then
-- 1 again.  So the numbers of owners and records follow from each other.
local function spread(every, offset, most)
  local round = most * (most + 1) / 2
  local first_of = {}
  for run = 0, most - 1 do
    first_of[run] = run * (run + 1) / 2
  end
  local self = {}

  --- How many records `owners` owners have.
  function self.count(owners)
    if owners <= offset then
      return 0
    end
    local groups = math.floor((owners - 1 - offset) / every) + 1
    return math.floor(groups / most) * round + first_of[groups % most]
  end

  function self.owner_of(index)
    local rest = index % round
    local run = most - 1
    while first_of[run] > rest do
      run = run - 1
    end
    return (math.floor(index / round) * most + run) * every + offset
  end

  function self.members_of(owner)
    local members = {}
    if owner % every == offset then
      local group = math.floor(owner / every)
      local run = group % most
      for number = 0, run do
        members[number + 1] = math.floor(group / most) * round + first_of[run] + number
      end
    end
    return members
  end

  return self
end

-- Contacts and organizations with records, and how many.
seeded_dependents.contact_notes = spread(7, 3, 3)
seeded_dependents.organization_notes = spread(4, 1, 2)
seeded_dependents.relationships = spread(3, 0, 2)

--- A user of the organization: writes notes, has relationships.
---@return table { id, name, email }
function seeded_dependents.user(seed, id, number)
  local w = {}
  random.fill(w, 3, seed, USER, number)
  local country = countries.weighted[1 + w[1] % #countries.weighted]
  local first, last = 1 + w[2] % #country.first, 1 + w[3] % #country.last
  return {
    id = id,
    name = country.first[first] .. " " .. country.last[last],
    email = ("%s.%s@agents.example"):format(country.first_slugs[first], country.last_slugs[last]),
  }
end

--- How many users there are.
seeded_dependents.users = 20

---@param place { seed: integer, id: function, user_id: function, base: string, owner_of: function, owner_id: function }
function seeded_dependents.note_emitter(place)
  local texts = {}
  for index, text in ipairs(countries.shared.notes) do
    texts[index] = assert(json.encode(text))
  end
  local w = {}
  return function(buf, index)
    random.fill(w, 6, place.seed, NOTE, index)
    local id = place.id(index)
    local user = place.user_id(w[1] % seeded_dependents.users)
    buf:put('{"id":"', id, '","noteText":', texts[1 + w[2] % #texts], ",")
    common_fields.put_dates(buf, w, 3)
    buf:put('"createdBy":{"id":"', user, '","selfUri":"/api/v2/users/', user, '"},"selfUri":"', place.base,
      place.owner_id(place.owner_of(index)), "/notes/", id, '"}')
  end
end

function seeded_dependents.relationship_emitter(place)
  local relations = countries.shared.relationships
  local w = {}
  return function(buf, index)
    random.fill(w, 2, place.seed, RELATIONSHIP, index)
    local id = place.id(index)
    local user, organization = place.user_id(w[1] % seeded_dependents.users), place.owner_id(place.owner_of(index))
    buf:put('{"id":"', id, '","user":{"id":"', user, '","selfUri":"/api/v2/users/', user,
      '"},"externalOrganization":{"id":"', organization,
      '","selfUri":"/api/v2/externalcontacts/organizations/', organization, '"},"relationship":"',
      relations[1 + w[2] % #relations], '","selfUri":"/api/v2/externalcontacts/relationships/', id, '"}')
  end
end

local function property(title, kind, more)
  local p = { title = title, allOf = json.array { { ["$ref"] = "#/definitions/" .. kind } } }
  for key, value in pairs(more or {}) do
    p[key] = value
  end
  return p
end

local function enum(...)
  local properties = {}
  for _, value in ipairs { ... } do
    properties[value] = { title = value, _disabled = false }
  end
  return { enum = json.array { ... }, _enumProperties = properties }
end

--- The seeded schemas.
seeded_dependents.schemas = {
  contact = {
    name = "Loyalty programme",
    applies_to = "CONTACT",
    properties = {
      loyalty_enum = property("Loyalty tier", "enum", enum("bronze", "silver", "gold")),
      customerNumber_identifier = property("Customer number", "identifier"),
      visits_integer = property("Visits", "integer", { minimum = 0, maximum = 100000 }),
      remarks_text = property("Remarks", "text", { minLength = 0, maxLength = 100 }),
      birthday_date = property("Birthday", "date"),
    },
  },
  organization = {
    name = "Contract",
    applies_to = "EXTERNAL_ORGANIZATION",
    properties = {
      segment_enum = property("Segment", "enum", enum("small", "medium", "large")),
      contractEnd_date = property("End of contract", "date"),
      discount_number = property("Discount", "number", { minimum = 0, maximum = 100 }),
      keyAccount_checkbox = property("Key account", "checkbox"),
    },
  },
}

function seeded_dependents.schema_emitter(place)
  local schema = seeded_dependents.schemas[place.which]
  return function(buf, index)
    local id = place.id(index)
    buf:put(assert(json.encode {
      id = id,
      name = schema.name,
      version = 1,
      appliesTo = json.array { schema.applies_to },
      enabled = true,
      createdBy = { id = place.user_id(0), selfUri = "/api/v2/users/" .. place.user_id(0) },
      dateCreated = "2024-01-15T09:30:00.000Z",
      jsonSchema = {
        ["$schema"] = "http://json-schema.org/draft-04/schema#",
        title = schema.name,
        properties = schema.properties,
      },
      selfUri = place.base .. id,
    }))
  end
end

return seeded_dependents