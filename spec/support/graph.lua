--- The records of a server as a graph without ids: every contact, organization, note and
-- relationship as a text of its writable values, in which another record is named by
-- its own text.  Two servers, or two states of one, have the same graph when the sorted
-- texts are equal.  Uses scans only, and nothing of `extcontacts.fix`.

local ec = require "extcontacts"

local graph = {}

-- What the server owns, and what it makes of a value.
local OWNED = { id = true, selfUri = true, createDate = true, modifyDate = true, type = true, identifiers = true,
  mergeSet = true, mergedFrom = true, mergedTo = true, canonicalContact = true, externalDataSources = true,
  externalOrganization = true, trustor = true, entityId = true, entityType = true }

local function trimmed(text)
  return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

local function text_of(value, is_nested)
  if type(value) == "string" then
    return ("%q"):format(trimmed(value))
  elseif type(value) ~= "table" then
    return tostring(value)
  elseif value.display then
    -- The server moves an extension out of the number that was typed.
    return "phone " .. trimmed(value.userInput or value.display)
  end
  local parts = {}
  for key, item in pairs(value) do
    if item ~= ec.null and key ~= "selfUri" and (is_nested or not OWNED[key]) then
      parts[#parts + 1] = tostring(key) .. "=" .. text_of(item, true)
    end
  end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end

local function link_of(record)
  local organization = record.externalOrganization
  return type(organization) == "table" and organization.id or nil
end

--- Reads the graph.
---@param client extcontacts.Client
---@return string[] sorted
---@return table<string, integer> counts of the records, the notes and links that have an owner, and the dangling ones
function graph.read(client)
  local texts, name = {}, {}
  local counts = { contacts = 0, organizations = 0, notes = 0, relationships = 0, links = 0, dangling = 0 }
  local function owner(id)
    if id and not name[id] then
      counts.dangling = counts.dangling + 1
    end
    return id and (name[id] or "a missing record") or "nobody"
  end
  for record in client:scan_organizations { limit = 200 } do
    name[record.id] = "organization " .. text_of(record)
    texts[#texts + 1], counts.organizations = name[record.id], counts.organizations + 1
  end
  for record in client:scan_contacts { limit = 200 } do
    local organization = link_of(record)
    counts.contacts, counts.links = counts.contacts + 1, counts.links + (organization and 1 or 0)
    name[record.id] = "contact " .. text_of(record) .. " of " .. owner(organization)
    texts[#texts + 1] = name[record.id]
  end
  for record in client:scan_relationships { limit = 200 } do
    counts.relationships = counts.relationships + 1
    local user = type(record.user) == "table" and record.user.id
    texts[#texts + 1] = ("relationship %s with %s of %s"):format(text_of(record), tostring(user),
      owner(link_of(record)))
  end
  for record in client:scan_notes { limit = 200 } do
    counts.notes = counts.notes + 1
    texts[#texts + 1] = ("note %s of %s"):format(text_of(record), owner(record.selfUri:match "/(%x[%x-]+)/notes/"))
  end
  table.sort(texts)
  return texts, counts
end

--- The texts that only one of two graphs has.
---@param a string[]
---@param b string[]
---@return string[] differences each with `-` or `+`
function graph.differences(a, b)
  local counts, out = {}, {}
  for _, text in ipairs(a) do
    counts[text] = (counts[text] or 0) - 1
  end
  for _, text in ipairs(b) do
    counts[text] = (counts[text] or 0) + 1
  end
  for text, count in pairs(counts) do
    if count ~= 0 then
      out[#out + 1] = (count < 0 and "- " or "+ ") .. text
    end
  end
  table.sort(out)
  return out
end

return graph
