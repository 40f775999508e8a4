--- Who owns an identifier: the record that claimed it, otherwise the one that was
-- created first among those whose fields contain it and that did not release it.

local dataset = require "extcontacts.sandbox.state.dataset"
local identifier_keys = require "extcontacts.sandbox.state.identifier_keys"
local json = require "extcontacts.base.json"
local server_clock = require "extcontacts.sandbox.state.server_clock"

local identifiers = {}

---@class extcontacts.sandbox.Identifier
---@field type string
---@field value string
---@field externalSource { id: string }|nil
---@field dateCreated string|nil

local function claims_of(type_name)
  return dataset.claims[type_name]
end

-- The record of the candidates that was created first.
local function first_created(records, candidates)
  local first, first_date
  for _, index in ipairs(candidates) do
    local date = candidates[2] and records:record(index).createDate or ""
    if not first or date < first_date then
      first, first_date = index, date
    end
  end
  return first
end

--- The index of the record that owns an identifier.
---@param settings table explicit_claims
---@param type_name "contact"|"organization"
---@param identifier extcontacts.sandbox.Identifier
---@return integer|nil
function identifiers.owner(settings, type_name, identifier)
  local records, key = dataset.collections[type_name], identifier_keys.of(identifier)
  local claims = claims_of(type_name)
  local claim = claims.claimed[key]
  if claim and records:exists(claim.index) then
    return claim.index
  elseif settings.explicit_claims then
    return nil
  end
  local released, candidates = claims.released[key] or {}, {}
  for _, index in ipairs(dataset.search_indexes[type_name]:lookup(key)) do
    if not released[index] then
      candidates[#candidates + 1] = index
    end
  end
  return first_created(records, candidates)
end

--- Gives an identifier to a record.
---@param type_name string
---@param index integer
---@param identifier extcontacts.sandbox.Identifier
---@return extcontacts.sandbox.Identifier
function identifiers.claim(type_name, index, identifier)
  local claims, key = claims_of(type_name), identifier_keys.of(identifier)
  local claimed = {
    type = identifier.type,
    value = identifier.value,
    externalSource = identifier.externalSource,
    dateCreated = server_clock.iso(),
  }
  claims.claimed[key] = { index = index, identifier = claimed }
  if claims.released[key] then
    claims.released[key][index] = nil
  end
  return claimed
end

--- Takes an identifier from a record; the next one may own it then.
---@param type_name string
---@param index integer
---@param identifier extcontacts.sandbox.Identifier
function identifiers.release(type_name, index, identifier)
  local claims, key = claims_of(type_name), identifier_keys.of(identifier)
  local claim = claims.claimed[key]
  if claim and claim.index == index then
    claims.claimed[key] = nil
  end
  claims.released[key] = claims.released[key] or {}
  claims.released[key][index] = true
end

--- The identifiers that a record owns: those of its fields in their order, then
-- those that it only claimed.
---@param settings table explicit_claims
---@param type_name string
---@param index integer
---@return extcontacts.sandbox.Identifier[]
function identifiers.list(settings, type_name, index)
  local claims, record = claims_of(type_name), dataset.collections[type_name]:record(index)
  local list, listed = json.array {}, {}
  local function add(identifier, key)
    if not listed[key] and identifiers.owner(settings, type_name, identifier) == index then
      listed[key] = true
      list[#list + 1] = identifier
    end
  end
  if not record then
    return list -- of a contact that was merged
  end
  for _, identifier in ipairs(identifier_keys.in_fields(type_name, record)) do
    local key = identifier_keys.of(identifier)
    local claim = claims.claimed[key]
    identifier.dateCreated = claim and claim.index == index and claim.identifier.dateCreated or record.createDate
    add(identifier, key)
  end
  local rest = {}
  for key, claim in pairs(claims.claimed) do
    if claim.index == index and not listed[key] then
      rest[#rest + 1] = key
    end
  end
  table.sort(rest)
  for _, key in ipairs(rest) do
    add(claims.claimed[key].identifier, key)
  end
  return list
end

return identifiers
