--- The records of the running sandbox: its kinds, and the search over them.

local seeded_dependents = require "extcontacts.sandbox.generate.seeded_dependents"
local seeded_contacts = require "extcontacts.sandbox.generate.seeded_contacts"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local seeded_organizations = require "extcontacts.sandbox.generate.seeded_organizations"
local search_index = require "extcontacts.sandbox.state.search_index"
local collection = require "extcontacts.sandbox.state.collection"
local latin_text = require "extcontacts.sandbox.latin_text"

local BASE = "/api/v2/externalcontacts/"

local dataset = {
  base = BASE,
}

local CODES = {
  contact = 1,
  organization = 2,
  contact_note = 3,
  organization_note = 4,
  relationship = 5,
  contact_schema = 6,
  organization_schema = 7,
  user = 8,
  trustor = 9,
}
dataset.codes = CODES

local function id_of(code)
  return function(index)
    return record_ids.make(code, index)
  end
end
dataset.user_id = id_of(CODES.user)

local EMAILS = { "workEmail", "personalEmail", "otherEmail" }

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

-- What the reverse lookup finds a contact by.
local function contact_keys(record, add)
  for _, field in ipairs(EMAILS) do
    local email = record[field]
    if type(email) == "string" then
      add(latin_text.trim(email):lower())
    end
  end
  for _, slot in ipairs(seeded_contacts.phone_slots) do
    add_number(record, slot, add)
  end
  add_screen_name(record, add)
end

local function organization_keys(record, add)
  local e164 = record.e164 or (type(record.phoneNumber) == "table" and record.phoneNumber.e164)
  if type(e164) == "string" then
    add(e164)
  end
  add_screen_name(record, add)
end

--- Starts with the seed's records; what was written is gone.
---@param settings table contacts, organizations, seed
function dataset.build(settings)
  local seed = settings.seed
  record_ids.configure(seed)
  local contact_id, organization_id = id_of(CODES.contact), id_of(CODES.organization)
  local contact_schema_id, organization_schema_id = id_of(CODES.contact_schema), id_of(CODES.organization_schema)

  local made_organizations = seeded_organizations.new {
    seed = seed,
    id = organization_id,
    schema_id = organization_schema_id(0),
  }
  local made_contacts = seeded_contacts.new {
    seed = seed,
    count = settings.contacts,
    organization_count = settings.organizations,
    organizations = made_organizations,
    id = contact_id,
    organization_id = organization_id,
    schema_id = contact_schema_id(0),
  }

  local kinds = {}
  local function add(name, row)
    row.code, row.name = CODES[name], name
    kinds[name] = collection.new(row)
    kinds[name].lag = math.max(settings.search_lag, settings.read_lag)
  end

  add("contact", {
    seeded = settings.contacts,
    emit = made_contacts.emit,
    owner_of = made_contacts.owner_of,
    members_of = made_contacts.members_of,
  })
  add("organization", { seeded = settings.organizations, emit = made_organizations.emit })

  local function add_notes(name, owners, spread, base, owner_id)
    add(name, {
      seeded = spread.count(owners),
      owner_of = spread.owner_of,
      members_of = spread.members_of,
      emit = seeded_dependents.note_emitter {
        seed = seed + CODES[name],
        id = id_of(CODES[name]),
        user_id = dataset.user_id,
        base = BASE .. base,
        owner_of = spread.owner_of,
        owner_id = owner_id,
      },
    })
  end
  add_notes("contact_note", settings.contacts, seeded_dependents.contact_notes, "contacts/", contact_id)
  add_notes("organization_note", settings.organizations, seeded_dependents.organization_notes, "organizations/",
    organization_id)

  local relationships = seeded_dependents.relationships
  add("relationship", {
    seeded = relationships.count(settings.organizations),
    owner_of = relationships.owner_of,
    members_of = relationships.members_of,
    emit = seeded_dependents.relationship_emitter {
      seed = seed,
      id = id_of(CODES.relationship),
      user_id = dataset.user_id,
      owner_of = relationships.owner_of,
      owner_id = organization_id,
    },
  })

  for _, which in ipairs { "contact", "organization" } do
    add(which .. "_schema", {
      seeded = 1,
      emit = seeded_dependents.schema_emitter {
        which = which,
        id = id_of(CODES[which .. "_schema"]),
        user_id = dataset.user_id,
        base = BASE .. which .. "s/schemas/",
      },
    })
  end

  dataset.settings = settings
  dataset.kinds = kinds
  dataset.search = {
    contact = search_index.new(kinds.contact, {
      fields = made_contacts.fields,
      words = { "firstName", "middleName", "lastName", "title", "workEmail", "personalEmail", "otherEmail" },
      sorts = { firstName = true, lastName = true, middleName = true, title = true },
      keys = contact_keys,
    }),
    organization = search_index.new(kinds.organization, {
      fields = made_organizations.fields,
      words = { "name", "industry", "companyType" },
      sorts = { companyType = true, industry = true, name = true },
      keys = organization_keys,
    }),
  }
  -- organization's index -> trustor link, or false when it was taken away
  dataset.trustors = {}
  -- schema versions that are no longer the current one: kind name -> index -> version -> text
  dataset.old_schemas = { contact_schema = {}, organization_schema = {} }
  dataset.associations = {}
end

return dataset