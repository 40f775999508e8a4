--- The reverse lookup: contacts and organizations by an e-mail address, an
-- E.164 number or a Twitter screen name.

local dataset = require "extcontacts.sandbox.state.dataset"
local division_rules = require "extcontacts.sandbox.handlers.division_rules"
local expand = require "extcontacts.sandbox.handlers.expand"
local operations = require "extcontacts.api.operations"
local text = require "extcontacts.base.text"

local MOST = operations.by_short["lookup.reverse"].max_results

-- The key of a value in the search index.
local function key_of(value)
  value = text.trim(value)
  if value:find("^%+%d+$") then
    return value
  elseif value:find("^[^@]+@") then
    return value:lower()
  end
  return "@" .. value:lower():gsub("^@", "")
end

-- The records with this key as comma-separated JSON.
local function find(ctx, type_name, key, names)
  local records = dataset.collections[type_name]
  local hidden = records:hidden(ctx.settings.search_lag)
  local texts = {}
  local test = division_rules.test(ctx)
  local found = dataset.search_indexes[type_name]:lookup(key, hidden)
  for _, index in ipairs(test and division_rules.filter(test, records, found) or found) do
    if #texts == MOST then
      break
    end
    local record = hidden and hidden[index] or records:text(index)
    texts[#texts + 1] = expand.text(ctx, records, index, record, #names > 0 and names or nil)
  end
  return table.concat(texts, ",")
end

--- Answers the reverse lookup.
---@param ctx extcontacts.sandbox.Context
---@return string JSON
local function reverse_lookup(ctx)
  local key = key_of(ctx.query.lookupVal)
  local for_contacts, for_organizations = {}, {}
  for _, name in ipairs(ctx.query.expand or {}) do
    for_contacts[#for_contacts + 1] = name:match("^contacts%.(.*)$") or name
    if not name:find(".", 1, true) then
      for_organizations[#for_organizations + 1] = name
    end
  end
  return ('{"contacts":[%s],"externalOrganizations":[%s]}'):format(
    find(ctx, "contact", key, for_contacts),
    find(ctx, "organization", key, for_organizations)
  )
end

return reverse_lookup
