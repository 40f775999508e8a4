--- The dependents of the seeded contacts and organizations: notes and
-- relationships, and the users who wrote them.

local common_fields = require "extcontacts.sandbox.generate.common_fields"
local countries = require "extcontacts.sandbox.generate.countries"
local json = require "extcontacts.base.json"
local random = require "extcontacts.sandbox.random"

local seeded_dependents = {}

local NOTE, RELATIONSHIP, USER = 201, 202, 203

-- Gives records to one owner in `every`, the one at `offset`: 1, 2, … `most`
-- records in turn, then 1 again.  An owner's records and a record's owner can
-- therefore be computed from their indexes.
local function distribute(every, offset, most)
  local round = most * (most + 1) / 2
  local first_of = {}
  for run = 0, most - 1 do
    first_of[run] = run * (run + 1) / 2
  end
  local self = {}

  --- The number of records of the first `owners` owners.
  function self.count(owners)
    if owners <= offset then
      return 0
    end
    local groups = math.floor((owners - 1 - offset) / every) + 1
    return math.floor(groups / most) * round + first_of[groups % most]
  end

  --- The owner of a record.
  function self.owner_of(index)
    local rest = index % round
    local run = most - 1
    while first_of[run] > rest do
      run = run - 1
    end
    return (math.floor(index / round) * most + run) * every + offset
  end

  --- The records of an owner, ascending.
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

seeded_dependents.contact_notes = distribute(7, 3, 3)
seeded_dependents.organization_notes = distribute(4, 1, 2)
seeded_dependents.relationships = distribute(3, 0, 2)

--- The number of users.
seeded_dependents.users = 20

--- A user, who writes notes and has relationships.
---@param seed integer
---@param id string
---@param number integer from 0
---@return { id: string, name: string, email: string }
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

---@class extcontacts.sandbox.DependentsConfig
---@field seed integer
---@field id fun(index: integer): string
---@field user_id fun(number: integer): string
---@field base string start of a note's selfUri
---@field owner_of fun(index: integer): integer
---@field owner_id fun(index: integer): string

--- Returns a function that puts the JSON of a note into a buffer.
---@param config extcontacts.sandbox.DependentsConfig
---@return fun(buf, index: integer)
function seeded_dependents.note_emitter(config)
  local texts = {}
  for index, text in ipairs(countries.shared.notes) do
    texts[index] = assert(json.encode(text))
  end
  local w = {}
  return function(buf, index)
    random.fill(w, 6, config.seed, NOTE, index)
    local id = config.id(index)
    local user = config.user_id(w[1] % seeded_dependents.users)
    buf:put('{"id":"', id, '","noteText":', texts[1 + w[2] % #texts], ",")
    common_fields.put_dates(buf, w, 3)
    buf:put('"createdBy":{"id":"', user, '","selfUri":"/api/v2/users/', user, '"},"selfUri":"', config.base,
      config.owner_id(config.owner_of(index)), "/notes/", id, '"}')
  end
end

--- Returns a function that puts the JSON of a relationship into a buffer.
---@param config extcontacts.sandbox.DependentsConfig
---@return fun(buf, index: integer)
function seeded_dependents.relationship_emitter(config)
  local relations = countries.shared.relationships
  local w = {}
  return function(buf, index)
    random.fill(w, 2, config.seed, RELATIONSHIP, index)
    local id = config.id(index)
    local user, organization = config.user_id(w[1] % seeded_dependents.users), config.owner_id(config.owner_of(index))
    buf:put('{"id":"', id, '","user":{"id":"', user, '","selfUri":"/api/v2/users/', user,
      '"},"externalOrganization":{"id":"', organization,
      '","selfUri":"/api/v2/externalcontacts/organizations/', organization, '"},"relationship":"',
      relations[1 + w[2] % #relations], '","selfUri":"/api/v2/externalcontacts/relationships/', id, '"}')
  end
end

return seeded_dependents
