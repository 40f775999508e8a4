-- Links contacts to the organizations that a CSV file names. An organization is found
-- by its name or by another field, such as its id in another system.
--
--   extcontacts plan relink_organizations --set csv=links.csv -o link.plan
--   extcontacts plan relink_organizations --set csv=links.csv \
--     --set column=customer --set match=customFields.customer_identifier -o link.plan
--
-- Options:
--   csv=links.csv        the file, one row per contact (required)
--   key=id               the column with the contact's id
--   column=organization  the column that names the organization
--   match=name           the organization's field that has that name: `name`,
--                        `externalIds`, or a path such as
--                        customFields.customer_identifier. Case, extra blanks, and
--                        kinds of apostrophes and dashes are ignored; composed and
--                        decomposed letters are the same
--
-- A name that no organization has, or several have, is skipped with a reason: link
-- those by an id. An empty cell changes nothing. All organizations are read first;
-- their names take about 150 bytes each in memory.
local fix = require "extcontacts.fix"
local names = require "extcontacts.tidy.names"

-- Ids of organizations by the key of their name; false if several have it.
local ids

local function key_of(value)
  return names.key(type(value) == "number" and tostring(value) or value)
end

-- The keys of the field's values; of each item's `value` if it is an array.
local function names_of(organization, path)
  local value = fix.get(organization, path)
  if type(value) ~= "table" then
    return { (key_of(value)) }
  end
  local out = {}
  for _, item in ipairs(value) do
    out[#out + 1] = key_of(type(item) == "table" and item.value or item) or nil
  end
  return out
end

return {
  name = "contacts linked to the organizations of a CSV file",
  options = { csv = "", key = "id", column = "organization", match = "name" },

  source = function(options)
    if options.csv == "" then
      error("option 'csv' is required (the file with the links): use --set csv=links.csv", 0)
    end
    return fix.csv(options.csv, { key = options.key, columns = { options.column } })
  end,

  prepare = function(ctx)
    ids = {}
    for organization in ctx.client:scan_organizations { limit = 200 } do
      for _, name in ipairs(names_of(organization, ctx.options.match)) do
        local other = ids[name]
        ids[name] = (other == nil or other == organization.id) and organization.id or false
      end
    end
  end,

  change = function(contact, ctx)
    local name, reason = key_of(ctx.row[ctx.options.column])
    if not name then
      return ctx.skip(reason == "no name" and "row names no organization" or ctx.options.column .. ": " .. reason)
    end
    local id = ids[name]
    if id == nil then
      return ctx.skip "no organization has this name"
    elseif not id then
      return ctx.skip "several organizations have this name"
    end
    contact.externalOrganization = { id = id }
    return contact
  end,
}
