--- The records of the running sandbox: a collection per type, the search
-- indexes, trustor links, old schema versions and associations.

local buffer = require "string.buffer"
local collection = require "extcontacts.sandbox.state.collection"
local divisions = require "extcontacts.sandbox.state.divisions"
local identifier_keys = require "extcontacts.sandbox.state.identifier_keys"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local search_index = require "extcontacts.sandbox.state.search_index"
local seeded_contacts = require "extcontacts.sandbox.generate.seeded_contacts"
local seeded_dependents = require "extcontacts.sandbox.generate.seeded_dependents"
local seeded_organizations = require "extcontacts.sandbox.generate.seeded_organizations"
local seeded_schemas = require "extcontacts.sandbox.generate.seeded_schemas"
local text = require "extcontacts.base.text"

local BASE_PATH = "/api/v2/externalcontacts/"

local dataset = {
  base_path = BASE_PATH,
}

-- A type's number determines its ids.
local TYPE_NUMBERS = {
  contact = 1,
  organization = 2,
  contact_note = 3,
  organization_note = 4,
  relationship = 5,
  contact_schema = 6,
  organization_schema = 7,
  user = 8,
  trustor = 9,
  export = 10,
  external_source = 11,
  upload = 12,
  import_job = 13,
  import_settings = 14,
  import_csv_settings = 15,
  division = divisions.type_number,
  session = 17,
  cluster_scan = 18,
  cluster = 19,
}
dataset.type_numbers = TYPE_NUMBERS

local function id_of(type_name)
  local number = TYPE_NUMBERS[type_name]
  return function(index)
    return record_ids.make(number, index)
  end
end

--- The id of a user.
---@type fun(number: integer): string
dataset.user_id = id_of "user"

local EMAILS = { "workEmail", "personalEmail", "otherEmail" }

-- A seeded record has its numbers as `workPhoneE164`, a written one as
-- `workPhone.e164`; the same applies to the screen name.
local function add_number(record, slot, add)
  local phone = record[slot]
  local e164 = type(phone) == "table" and phone.e164 or record[slot .. "E164"]
  if type(e164) == "string" then
    add(e164)
  end
end

local function add_screen_name(record, add)
  local name = record.screen or (type(record.twitterId) == "table" and record.twitterId.screenName)
  if type(name) == "string" then
    add("@" .. name:lower())
  end
end

-- The keys for the reverse lookup of a contact.
local function contact_keys(record, add)
  for _, field in ipairs(EMAILS) do
    local email = record[field]
    if type(email) == "string" then
      add(text.trim(email):lower())
    end
  end
  for _, slot in ipairs(seeded_contacts.phone_slots) do
    add_number(record, slot, add)
  end
  add_screen_name(record, add)
  identifier_keys.add_others(record, add)
end

local function organization_keys(record, add)
  local e164 = record.e164 or (type(record.phoneNumber) == "table" and record.phoneNumber.e164)
  if type(e164) == "string" then
    add(e164)
  end
  add_screen_name(record, add)
  identifier_keys.add_others(record, add)
end

-- Adds the division to the JSON of seeded records.  Notes and relationships are in
-- the division of their owner.
local function with_divisions(row, division_of)
  local emit, scratch = row.emit, buffer.new()
  local owner_of = row.division_owner
  local function division(index)
    return division_of(owner_of and owner_of(index) or index)
  end
  function row.emit(buf, index)
    local id = division(index)
    if not id then
      return emit(buf, index)
    end
    emit(scratch:reset(), index)
    buf:put('{"division":{"id":"', id, '","selfUri":"', divisions.reference(id, false).selfUri, '"},',
      scratch:tostring():sub(2))
  end
  return division
end

--- Starts again with the seeded records; all writes are lost.
---@param settings table contacts, organizations, seed, search_lag, read_lag
function dataset.build(settings)
  local seed = settings.seed
  record_ids.configure(seed)
  local contact_id, organization_id = id_of "contact", id_of "organization"

  local organizations = seeded_organizations.new {
    seed = seed,
    id = organization_id,
    schema_id = id_of "organization_schema"(0),
  }
  local contacts = seeded_contacts.new {
    seed = seed,
    count = settings.contacts,
    organization_count = settings.organizations,
    organizations = organizations,
    id = contact_id,
    organization_id = organization_id,
    schema_id = id_of "contact_schema"(0),
  }

  local collections = {}
  local division_of = divisions.of_seeded(settings)
  local function add(name, row)
    row.type_number, row.name = TYPE_NUMBERS[name], name
    if division_of and row.has_division then
      row.division_of = with_divisions(row, division_of)
    end
    collections[name] = collection.new(row)
  end

  add("contact", {
    has_division = true,
    seeded = settings.contacts,
    emit = contacts.emit,
    owner_of = contacts.owner_of,
    members_of = contacts.members_of,
  })
  add("organization", { has_division = true, seeded = settings.organizations, emit = organizations.emit })

  local function add_notes(name, owner, count, distribution)
    add(name, {
      has_division = true,
      division_owner = distribution.owner_of,
      seeded = distribution.count(count),
      owner_of = distribution.owner_of,
      members_of = distribution.members_of,
      emit = seeded_dependents.note_emitter {
        seed = seed + TYPE_NUMBERS[name],
        id = id_of(name),
        user_id = dataset.user_id,
        base = BASE_PATH .. owner .. "s/",
        owner_of = distribution.owner_of,
        owner_id = id_of(owner),
      },
    })
  end
  add_notes("contact_note", "contact", settings.contacts, seeded_dependents.contact_notes)
  add_notes("organization_note", "organization", settings.organizations, seeded_dependents.organization_notes)

  local relationships = seeded_dependents.relationships
  add("relationship", {
    has_division = true,
    division_owner = relationships.owner_of,
    seeded = relationships.count(settings.organizations),
    owner_of = relationships.owner_of,
    members_of = relationships.members_of,
    emit = seeded_dependents.relationship_emitter {
      seed = seed,
      id = id_of "relationship",
      user_id = dataset.user_id,
      owner_of = relationships.owner_of,
      owner_id = organization_id,
    },
  })

  for _, owner in ipairs { "contact", "organization" } do
    local name = owner .. "_schema"
    add(name, {
      seeded = 1,
      emit = seeded_schemas.emitter {
        owner = owner,
        id = id_of(name),
        user_id = dataset.user_id,
        base = BASE_PATH .. owner .. "s/schemas/",
      },
    })
  end

  for _, name in ipairs { "external_source", "import_settings", "import_csv_settings" } do
    add(name, { seeded = 0 })
  end

  dataset.seed = seed
  -- index of a contact → its place in a tree of merges, see `merge_trees`
  dataset.merged_contacts = {}
  -- the set of contacts that expire, and when the first one does, see `observed`
  dataset.observed = { indexes = {}, next_expiry = math.huge }
  -- the number of bulk requests so far, which decides the order of their results
  dataset.bulk_requests = 0
  dataset.edits = 0 -- by the fault of this name
  -- type → collection
  dataset.collections = collections
  -- type → search index
  dataset.search_indexes = {
    contact = search_index.new(collections.contact, {
      fields = contacts.fields,
      words = { "firstName", "middleName", "lastName", "title", "workEmail", "personalEmail", "otherEmail" },
      sorts = { firstName = true, lastName = true, middleName = true, title = true },
      keys = contact_keys,
    }),
    organization = search_index.new(collections.organization, {
      fields = organizations.fields,
      words = { "name", "industry", "companyType" },
      sorts = { companyType = true, industry = true, name = true },
      keys = organization_keys,
    }),
  }
  -- organization's index → trustor link, or false if it was removed
  dataset.trustors = {}
  -- the superseded versions of schemas: type → index → version → JSON text
  dataset.old_schemas = { contact_schema = {}, organization_schema = {} }
  -- the bodies of the accepted conversation associations
  dataset.associations = {}
  -- the identifiers that were claimed and released: type → key → claim, or set of indexes
  dataset.claims = {
    contact = { claimed = {}, released = {} },
    organization = { claimed = {}, released = {} },
  }
  -- the jobs of all exports, in their order
  dataset.exports = {}
  -- the settings of the organization and of the graphs
  dataset.settings, dataset.graph_settings = {}, {}
  -- contact's index → segment's id → when it was assigned
  dataset.segments = {}
  -- the cluster scans, the oldest first; built when they are first read
  dataset.cluster_scans = nil
  -- the uploads of CSV files, and the import jobs
  dataset.uploads, dataset.imports = {}, {}
  dataset.set_lag(settings)
end

--- Lets the collections remember writes for as long as a lag hides them.
---@param settings table search_lag, read_lag
function dataset.set_lag(settings)
  for _, records in pairs(dataset.collections) do
    records.lag = math.max(settings.search_lag, settings.read_lag)
  end
end

return dataset
