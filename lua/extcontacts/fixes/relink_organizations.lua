-- Links contacts to the organizations that a CSV file names, by the
-- organization's name or by an id of another system.
--
--   extcontacts plan relink_organizations --set csv=links.csv -o link.plan
--   extcontacts plan relink_organizations --set csv=links.csv \
--     --set column=customer --set match=customFields.customer_identifier -o link.plan
--
--   csv=links.csv        a line a contact (must be given)
--   key=id               the column with the contact's id
--   column=organization  the column that names the organization
--   match=name           what of an organization it is compared with: name (case
--                        and blanks don't count), externalIds, or a field by its
--                        path, such as customFields.customer_identifier
--
-- A name that no organization has, or several have, is left and counted: link
-- those by an id.  An empty cell leaves the contact as it is.  All
-- organizations are read first and their names kept in memory, about 150 bytes
-- each.
local field_path = require "extcontacts.base.path"
local fix = require "extcontacts.fix"
local letters = require "extcontacts.tidy.letters"
local names = require "extcontacts.tidy.names"
local suggest = require "extcontacts.base.suggest"

-- Key → the organization's id; false where several have it.
local known

local function folded(value)
  local text = letters.lower(names.trimmed(tostring(value)))
  return text ~= "" and text or nil
end

local function keys_of(organization, path)
  local value = field_path.at(organization, path)
  if type(value) ~= "table" then
    return { value ~= nil and folded(value) or nil }
  end
  local keys = {}
  for _, one in ipairs(value) do
    keys[#keys + 1] = folded(type(one) == "table" and one.value or one)
  end
  return keys
end

return {
  name = "contacts linked to the organizations of a CSV file",
  options = { csv = "", key = "id", column = "organization", match = "name" },

  source = function(options)
    if options.csv == "" then
      error("name the file with the links: --set csv=links.csv", 0)
    end
    return fix.csv(options.csv, { key = options.key })
  end,

  prepare = function(ctx)
    known = {}
    local path = field_path.split(ctx.options.match)
    for organization in ctx.client:scan_organizations { limit = 200 } do
      for _, key in ipairs(keys_of(organization, path)) do
        local other = known[key]
        known[key] = (other == nil or other == organization.id) and organization.id or false
      end
    end
  end,

  change = function(contact, ctx)
    local named = ctx.row[ctx.options.column]
    if named == nil then
      error(suggest.unknown("column", ctx.options.column, suggest.keys(ctx.row)), 0)
    end
    local key = folded(named)
    if not key then
      return ctx.skip "no organization is named"
    end
    local id = known[key]
    if id == nil then
      return ctx.skip "an organization that is not there"
    elseif not id then
      return ctx.skip "several organizations of that name"
    end
    contact.externalOrganization = { id = id }
    return contact
  end,
}
