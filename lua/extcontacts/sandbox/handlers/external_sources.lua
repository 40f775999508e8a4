--- External sources, and the externalIds of records that point at them.

local api_errors = require "extcontacts.sandbox.api_errors"
local cursor_listing = require "extcontacts.sandbox.handlers.cursor_listing"
local dataset = require "extcontacts.sandbox.state.dataset"
local record_body = require "extcontacts.sandbox.handlers.record_body"
local text = require "extcontacts.base.text"

local external_sources = {
  --- Handlers by short name.
  handlers = {},
}

local BASE = dataset.base_path .. "externalsources/"

-- Longest template of a link in characters.
local LONGEST_TEMPLATE = 400

local function is_name_taken(name, index)
  local sources = dataset.collections.external_source
  for other = 0, sources.next - 1 do
    local source = other ~= index and sources:record(other)
    if source and source.name:lower() == name:lower() then
      return true
    end
  end
end

--- Converts a request's body to the source to store.
---@param ctx extcontacts.sandbox.Context
---@param _ table|nil
---@param index integer|nil of the source to replace
---@return table
function external_sources.prepare(ctx, _, index)
  local record = record_body.read(ctx, "ExternalSource")
  local link = record.linkConfiguration
  if link and text.length(link.uriTemplate) > LONGEST_TEMPLATE then
    api_errors.invalid_field(ctx.settings, "linkConfiguration.uriTemplate",
      ("the length must be at most %d characters"):format(LONGEST_TEMPLATE), "invalid.length")
  end
  if is_name_taken(record.name, index) then
    api_errors.raise("general.conflict", { reason = "an external source with this name exists" })
  end
  if record.active == nil then
    record.active = true
  end
  return record
end

external_sources.handlers["external_sources.list"] = function(ctx)
  local sources = dataset.collections.external_source
  local prefix, active = ctx.query.name and ctx.query.name:lower(), ctx.query.active
  local entries = {}
  for index = 0, sources.next - 1 do
    local source = sources:record(index)
    if source and (active == nil or source.active == active)
      and (not prefix or source.name:sub(1, #prefix):lower() == prefix)
    then
      entries[#entries + 1] = { position = index, text = sources:text(index) }
    end
  end
  return cursor_listing(ctx, entries)
end

local function points_at(record, id)
  for _, external in ipairs(record and record.externalIds or {}) do
    if external.externalSource.id == id then
      return true
    end
  end
end

--- Checks the sources of a record's externalIds; ends the request if one does not
-- exist and the settings say so.
---@param ctx extcontacts.sandbox.Context
---@param record table changed in place
---@param before table|nil the record that is replaced; it may point at a deleted source
function external_sources.apply_ids(ctx, record, before)
  local sources = dataset.collections.external_source
  for number, external in ipairs(record.externalIds or {}) do
    local field = ("externalIds[%d].externalSource.id"):format(number)
    local id = external.externalSource.id
    local index = sources:index(id)
    local is_known = index and sources:exists(index) or points_at(before, id)
    if not is_known and ctx.settings.unknown_source == "reject" then
      api_errors.raise("bad.request", nil, {
        message = "The external source does not exist.",
        details = { { errorCode = "not.found", fieldName = field } },
      })
    end
    external.externalSource = { id = id, selfUri = BASE .. id }
  end
end

--- Puts the whole sources into a record's externalIds; a deleted one stays a
-- reference.
---@param record table changed in place
function external_sources.expand(record)
  local sources = dataset.collections.external_source
  for _, external in ipairs(record.externalIds or {}) do
    local index = sources:index(external.externalSource.id)
    external.externalSource = index and sources:record(index) or external.externalSource
  end
end

return external_sources
