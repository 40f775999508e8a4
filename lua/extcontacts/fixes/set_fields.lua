-- Sets fields from a CSV file. Each row names a record by its id; each other column
-- is a field (`title`, `address.city`, `customFields.tier_text`).
--
--   extcontacts plan set_fields --set csv=values.csv -o set.plan
--
-- Options:
--   csv=values.csv   the file (required)
--   key=id           the column that names the record; empty: each row creates a
--                    record (with create=yes)
--   by=id            what the key is: `id`, or `lookup` for an e-mail address or a
--                    phone number with its country code that only one contact has
--   kind=contact     the type of the records: contact, organization, relationship,
--                    contact_note or organization_note (notes need a column `owner`
--                    with the id of their contact or organization, or the column
--                    `selfUri` of `extcontacts scan notes --csv`)
--   empty=keep       what an empty cell means: `keep` the value, or `clear` it. The
--                    empty id of an organization clears the link, and an empty
--                    `workPhone.display` the number
--   create=no        `yes`: a row without an id creates a record, unless one exists
--                    that has all its values. With by=lookup, a row whose address no
--                    contact has creates a record, too; the key must then be a field
--                    (workEmail, cellPhone), so that the next plan finds the record.
--                    Without such a key, a row with a cell that is skipped creates
--                    nothing
--   external_source= the id of the external source of the external ids in the column
--                    `externalOrganization.externalId`
--
-- A contact's organization is set by its id (`externalOrganization`), or by its id in
-- another system (`externalOrganization.externalId`). Each external id is looked up once;
-- one that no organization has is skipped.
--
-- A phone number is set by its text, "+49 30 1234567 ext. 12"; an array or an object
-- by its JSON; a reference to another record by its id. A cell that can't be read as
-- its field's type is skipped with a reason, and so is a new value for a read-only
-- field. Digits that a spreadsheet turned into a number (4930…, 1067) are skipped, as
-- are dates in a country-specific format (31.01.1990) and custom fields that do not
-- match the record's schema. For a new record, `schema.id` and `schema.version` name it.
--
-- The file of `extcontacts scan --csv` can be fed back, and so can that of
-- keep_expiring: only what was edited changes. With a column `modifyDate`, records that were changed since are skipped.
--
-- PLAN.errors.csv of an apply is such a file, too: correct the values and plan it.
-- The columns that describe the failure are ignored. Creates in state `unknown`, which
-- may have arrived, are skipped.
local fix = require "extcontacts.fix"

-- Types of records, and whether they have an owner.
local HAS_OWNER = { contact = false, organization = false, relationship = false, contact_note = true,
  organization_note = true }

local function check(options)
  if options.csv == "" then
    error("option 'csv' is required (the file with the values): use --set csv=values.csv", 0)
  elseif options.empty ~= "keep" and options.empty ~= "clear" then
    error("option 'empty' must be keep or clear", 0)
  elseif HAS_OWNER[options.kind] == nil then
    error(("option 'kind' must be contact, organization, relationship, contact_note or organization_note, not '%s'")
      :format(options.kind), 0)
  elseif options.create and options.by == "lookup" and not fix.is_field("contact", options.key) then
    error(("option 'key' must be a field with create=yes and by=lookup, such as workEmail, not '%s'"):format(
      options.key), 0)
  end
end

-- What the fix of a row in a file of errors does, by operation.
local ROW_VERBS = { delete = "deletes", erase = "deletes", merge = "merges", promote = "promotes" }

-- Why a row can't be applied to its record; nil if it can.
local function obstacle(row, record, kind)
  if row.kind and row.kind ~= "" and row.kind ~= kind then
    return "row is about another type of record; use --set kind=" .. row.kind
  elseif ROW_VERBS[row.op] then
    return ("row is about a failed %s; plan the fix that %s again"):format(row.op == "erase" and "delete" or row.op,
      ROW_VERBS[row.op])
  elseif record and row.modifyDate and row.modifyDate:find "%S" and row.modifyDate ~= record.modifyDate then
    return "record was changed after the file was written; remove the column modifyDate to set it anyway"
  end
end

-- The column that names a contact's organization by its id in another system.
local LINK = "externalOrganization.externalId"

-- Columns that are no fields: the link, and what keep_expiring writes.
local function ignored(options, key)
  local list = { "estimated_expiry", key }
  list[#list + 1] = options.kind == "contact" and LINK or nil
  return list
end

-- A name that no cell has.
local UNSET = "\0"

-- The external id in a cell, which is read as any text; fix.null for an empty one that
-- clears, nil for one that changes nothing.
local function external_id(ctx)
  local reader = setmetatable({ row = { name = ctx.row[LINK] }, skip = function(reason)
    ctx.skip((reason:gsub("^name", LINK)))
  end }, { __index = ctx })
  local name = fix.set_row({ name = UNSET }, "organization", reader, { clear = ctx.options.empty == "clear" }).name
  if name == UNSET then
    return nil
  end
  return name or fix.null
end

-- Links a contact to the organization that the row names.
local function link(record, ctx)
  local options = ctx.options
  if options.kind ~= "contact" or ctx.row[LINK] == nil then
    return record
  end
  local text = external_id(ctx)
  if text == nil then
    return record
  elseif text == fix.null then
    record.externalOrganization = record.externalOrganization and fix.null
    return record
  end
  local id, err = ctx.client.organizations:resolve {
    externalId = text, externalSource = options.external_source ~= "" and options.external_source or nil,
  }
  if id and fix.get(record, "externalOrganization.id") ~= id then
    record.externalOrganization = { id = id }
  elseif not id and err.code ~= "organization" then
    error(err, 0)
  elseif not id then
    ctx.skip(LINK .. ": no organization has this external id")
  end
  return record
end

-- The action for a row without a record.
local function create(row, ctx)
  local options, key = ctx.options, row[ctx.options.key]
  local is_named = key ~= nil and key:find "%S" ~= nil
  if is_named and not (options.create and options.by == "lookup") then
    return ctx.skip(ctx.missing)
  elseif not options.create then
    local noun = options.kind:gsub("_", " ")
    return ctx.skip(("row has no id; use --set create=yes to create %s %s"):format(
      noun:find "^o" and "an" or "a", noun))
  end
  -- Without an address to find it by, the next plan of a corrected row would create
  -- the record again.
  local is_whole = true
  local reader = setmetatable({ skip = function(reason)
    is_whole = false
    ctx.skip(is_named and reason or reason .. "; nothing is created for this row")
  end }, { __index = ctx })
  -- The key may be a field that a later plan finds the record by.
  local record = link(fix.set_row({}, options.kind, reader, { ignore = ignored(options) }), reader)
  if not is_whole and not is_named then
    return nil
  end
  local owner = row.owner ~= "" and row.owner or nil
  return { fix.create(options.kind, record, owner, is_named and key or nil) }
end

return {
  name = "fields set from a CSV file",
  options = { csv = "", key = "id", by = "id", kind = "contact", empty = "keep", create = false,
    external_source = "" },

  source = function(options)
    check(options)
    return fix.csv(options.csv, {
      key = options.key ~= "" and options.key, by = options.by, kind = options.kind,
      owner = HAS_OWNER[options.kind] and "owner" or nil, missing = "change",
    })
  end,

  change = function(record, ctx)
    local options = ctx.options
    local reason = obstacle(ctx.row, record, options.kind)
    if reason then
      return ctx.skip(reason)
    elseif not record then
      return create(ctx.row, ctx)
    end
    return link(fix.set_row(record, options.kind, ctx, {
      ignore = ignored(options, options.key), clear = options.empty == "clear",
    }), ctx)
  end,
}
