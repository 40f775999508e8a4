--- Values that are gone once one of their parts is: a reference without its id, a
-- phone number without its digits.  The server rejects or ignores what would
-- remain.  Pure.

local core = require "extcontacts.core"
local models = require "extcontacts.api.models"
local shallow_copy = require "extcontacts.base.shallow_copy"
local types = require "extcontacts.record.types"

local clearing = {}

local null = core.json.null

-- The parts without which a value is gone, by model.
local PARTS = {
  ExternalOrganization = { "id" }, User = { "id" }, OrgUser = { "id" }, DomainEntityRef = { "id" },
  DataSchema = { "id", "version" },
  LineId = { "ids" }, FacebookId = { "ids" }, WhatsAppId = { "phoneNumber" },
}

local function is_missing(value)
  return value == nil or value == null or (type(value) == "string" and not value:find "%S")
    or (type(value) == "table" and next(value) == nil)
end

-- Whether a value has lost a part that it can't be without.
local function is_gone(type_name, before, after)
  if type_name == "PhoneNumber" then
    return is_missing(after.display) and is_missing(after.e164)
      and not (is_missing(before.display) and is_missing(before.e164))
  end
  for _, name in ipairs(PARTS[type_name] or {}) do
    if is_missing(after[name]) and not is_missing(before[name]) then
      return true
    end
  end
  return false
end

local complete

-- The new value without what can't remain.
local function remaining(type_name, before, after)
  after = complete(models[type_name], before, after)
  return not is_gone(type_name, before, after) and after or nil
end

function complete(model, before, after)
  local out = after
  for name, value in pairs(after) do
    local field = type(value) == "table" and type(before[name]) == "table" and model and model.by_wire[name]
    local left = value
    if field and field.shape == "value" then
      left = remaining(field.type, before[name], value)
    end
    if left ~= value then
      if out == after then
        out = shallow_copy(after)
      end
      out[name] = left
    end
  end
  return out
end

--- Returns the new state of an object without the values that have lost the part
-- that they can't be without.
---@param model extcontacts.Model
---@param before table
---@param after table not changed
---@return table after the same table if nothing is removed
function clearing.within(model, before, after)
  return complete(model, before, after)
end

--- The same for a record.
---@param kind extcontacts.record.TypeName
---@param before table
---@param after table not changed
---@return table after the same table if nothing is removed
function clearing.complete(kind, before, after)
  return complete(models[types.by_name[kind].model], before, after)
end

return clearing
