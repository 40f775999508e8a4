--- Contacts that the platform makes of what it observes.  No operation creates them
-- (the control API does), and they expire unless somebody promotes or merges them.

local dataset = require "extcontacts.sandbox.state.dataset"
local dates = require "extcontacts.base.dates"
local merge_trees = require "extcontacts.sandbox.state.merge_trees"
local operations = require "extcontacts.api.operations"
local record_store = require "extcontacts.sandbox.handlers.record_store"
local resources = require "extcontacts.sandbox.handlers.resources"
local server_clock = require "extcontacts.sandbox.state.server_clock"

local observed = {}

local DAY = 86400

local TYPES = { Ephemeral = true, Identified = true }

--- Whether contacts of a type expire.
---@param type_name any
---@return boolean
function observed.expires(type_name)
  return TYPES[type_name] == true
end

--- Creates a contact as the platform does.
---@param settings table<string, any>
---@param type_name string Ephemeral, Identified
---@param contact table as in a request body
---@return string JSON
function observed.create(settings, type_name, contact)
  local ctx = {
    settings = settings,
    row = operations.by_short["contacts.create"],
    arguments = {},
    query = {},
    body = contact,
    contact_type = type_name,
  }
  local index = record_store.create(ctx, resources.by_name.contacts)
  dataset.observed.indexes[index] = true
  dataset.observed.next_expiry = 0
  return dataset.collections.contact:text(index)
end

-- When a contact expires in seconds since 1970; nil if it never does.
local function expiry_of(settings, index)
  local contacts = dataset.collections.contact
  local record = contacts:exists(index) and not merge_trees.is_ancestor(index) and contacts:record(index)
  if record and TYPES[record.type] and not record.canonicalContact then
    return dates.iso(record.modifyDate) + settings.observed_days * DAY
  end
end

--- Deletes the contacts that have expired.
---@param settings table<string, any>
function observed.sweep(settings)
  local state, now = dataset.observed, server_clock.now()
  -- A write only postpones the expiry of a contact.
  if now < state.next_expiry and settings.observed_days == state.days then
    return
  end
  local kept = {}
  state.next_expiry, state.days = math.huge, settings.observed_days
  for index in pairs(state.indexes) do
    local expiry = expiry_of(settings, index)
    if expiry and expiry <= now then
      resources.by_name.contacts.delete(nil, index)
    elseif expiry then
      kept[index] = true
      state.next_expiry = math.min(state.next_expiry, expiry)
    end
  end
  state.indexes = kept
end

return observed
