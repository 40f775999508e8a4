--- The texts of all models, in the notation of `define`.  Those of records are
-- always loaded; the others when one of them is first needed.

local records = require "extcontacts.api.models.records"

local sources = {}

local all

-- The texts of all models by name.
local function load_all()
  all = {}
  for _, file in ipairs {
    require "extcontacts.api.models.bulk",
    require "extcontacts.api.models.exports",
    require "extcontacts.api.models.graphs",
    require "extcontacts.api.models.identities",
    require "extcontacts.api.models.imports",
    require "extcontacts.api.models.journey",
    require "extcontacts.api.models.settings",
    require "extcontacts.api.models.users",
    records, -- last: `require` returns a second value on Lua 5.4
  } do
    for name, text in pairs(file) do
      all[name] = text
    end
  end
  return all
end

--- Returns the text of a model; nil for any other type.
---@param name any
---@return string|nil
function sources.text(name)
  if type(name) ~= "string" or not name:find "^%u" then
    return nil -- a scalar
  end
  return records[name] or (all or load_all())[name]
end

--- Returns the names of all models, in no order.
---@return string[]
function sources.names()
  local names = {}
  for name in pairs(all or load_all()) do
    names[#names + 1] = name
  end
  return names
end

return sources
