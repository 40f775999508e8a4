-- Sets fields to the values in a CSV file: one line a record, its id in the
-- column `id`, and a column for each field by its wire name (`title`,
-- `address.city`, `customFields.tier_text`).  Where a file knows no ids, an
-- e-mail address or an international number that only one contact has will do.
--
--   extcontacts plan set_fields --set csv=values.csv -o set.plan
--
-- PLAN.errors.csv of an apply is such a file: put its values right, and this
-- finishes what failed.  The columns that tell why it failed are passed over.
--
--   csv=values.csv   must be given
--   key=id           the column that tells which record; empty: none does, and
--                    each line makes a record (with create=yes)
--   by=id            what is in it: id, or lookup: an address as above
--   kind=contact     what the ids are of: organization, relationship,
--                    contact_note, organization_note (these with a column owner)
--   empty=keep       what an empty cell means: keep (default) or clear
--   create=no        yes: a line without an id makes a record; planned and
--                    applied twice, it makes two.  With by=lookup also a line
--                    whose address nobody has; the key is then a field's name
--                    (workEmail, cellPhone), so that the next plan finds it
--
-- A phone is set by its number, "+49 30 1234567 ext. 12"; a list or an object
-- as JSON; another record by its id.  A value that can't be read as what its
-- field holds is left out and counted, and so is another value for what only
-- the server sets.  The columns of `extcontacts scan --csv` can stay as they
-- are: what is not changed in the file is not changed at all.  With a column
-- `modifyDate`, records that someone changed since are left alone; and so are
-- digits that a spreadsheet took for a number (+49 30…, 01067).
local errors_csv = require "extcontacts.fix.errors_csv"
local fix = require "extcontacts.fix"
local models = require "extcontacts.api.models"
local record_row = require "extcontacts.record.row"
local types = require "extcontacts.record.types"

-- Sets all cells but those of an errors file's own columns and of `key`.
local function set(record, ctx, key)
  local skip = { [key or ""] = true }
  for _, name in ipairs(errors_csv.columns) do
    skip[name] = true
  end
  return record_row.set(record, ctx.options.kind, ctx.row, {
    skip = skip, clear = ctx.options.empty == "clear", skip_value = ctx.skip,
  })
end

return {
  name = "fields set from a CSV file",
  options = { csv = "", key = "id", by = "id", kind = "contact", empty = "keep", create = false },

  source = function(options)
    if options.csv == "" then
      error("name the file with the values: --set csv=values.csv", 0)
    elseif options.empty ~= "keep" and options.empty ~= "clear" then
      error("empty must be keep or clear", 0)
    end
    local kind = types.by_name[options.kind] or error(types.unknown(options.kind), 0)
    if options.create and options.by == "lookup" and not models.ExternalContact.by_wire[options.key] then
      error(("with create=yes and by=lookup the key is a field's name, such as workEmail, not '%s'"):format(
        options.key), 0)
    end
    return fix.csv(options.csv, { key = options.key ~= "" and options.key, by = options.by, kind = options.kind,
      owner = kind.owner and "owner" or nil, missing = "change" })
  end,

  change = function(record, ctx)
    local row, options, kind = ctx.row, ctx.options, ctx.options.kind
    local key = (row[options.key] or ""):match "^%s*(.-)%s*$"
    if row.kind and row.kind ~= "" and row.kind ~= kind then
      return ctx.skip("a line about another kind of record; plan it with --set kind=" .. row.kind)
    elseif row.op == "delete" or row.op == "erase" then
      return ctx.skip "a line about a delete; plan the fix that deletes again"
    elseif record and row.modifyDate and row.modifyDate:find "%S" and row.modifyDate ~= record.modifyDate then
      return ctx.skip "the record was changed since the file was made; set all the same without the column modifyDate"
    elseif record then
      return set(record, ctx, options.key)
    elseif key ~= "" and not (options.create and options.by == "lookup") then
      return ctx.skip "no such record"
    elseif not options.create then
      return ctx.skip "a line that names no record; --set create=yes makes one of it"
    end
    return { fix.create(kind, set({}, ctx), row.owner ~= "" and row.owner or nil, key ~= "" and key or nil) }
  end,
}
