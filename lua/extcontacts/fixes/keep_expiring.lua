-- Exports or promotes contacts that will probably expire soon. Genesys Cloud deletes
-- Ephemeral and Identified contacts 60 days after the last interaction.
--
--   extcontacts plan keep_expiring --set days=14 -o keep.plan
--   extcontacts plan keep_expiring --set how=promote -o keep.plan
--   extcontacts apply keep.plan --allow-irreversible
--
-- Options:
--   days=14      contacts that expire within so many days, 0 to 60: those that were not
--                modified in the last 60 - days days
--   how=export   `export`: write them to keep.plan.expiring.csv; the plan has no changes.
--                `promote`: make them Curated, so that they do not expire. This is
--                irreversible
--
-- The date of expiry is an estimate: the API does not report the last interaction, so
-- it is computed from `modifyDate`, by the server's clock. A contact that was not
-- modified since may have had an interaction, and may exist longer.
--
-- keep.plan.expiring.csv has the column `estimated_expiry` and all fields of the
-- contacts, as `extcontacts scan contacts --csv` writes them. It is personal data, and
-- only its owner can read it. If a contact has expired,
-- `extcontacts plan set_fields --set csv=FILE --set key= --set create=yes` creates it
-- again, with a new id.
--
-- Curated contacts and those that were merged do not expire. A contact without a
-- modifyDate that can be read is skipped: nothing is known about its age.
local csv = require "extcontacts.csv"
local fix = require "extcontacts.fix"

local EXPIRES = { Ephemeral = true, Identified = true }
local DAY = 86400
-- Days after the last interaction at which Genesys Cloud deletes a contact.
local LIFETIME = 60

local columns, output
-- Seconds since 1970 by the server's clock: a contact that expires later is left out.
local latest

local function check(options)
  if options.days ~= options.days or options.days < 0 or options.days > LIFETIME then
    error(("option 'days' must be a number from 0 to %d, not %s"):format(LIFETIME, tostring(options.days)), 0)
  elseif options.how ~= "export" and options.how ~= "promote" then
    error(("option 'how' must be export or promote, not '%s'"):format(options.how), 0)
  end
end

-- With days=60, a contact that was modified a moment ago counts, too.
local function latest_of(ctx)
  local days = ctx.options.days
  -- An answer of the server has shown its clock by now.
  return days < LIFETIME and (ctx.client:server_time() or os.time()) + days * DAY or math.huge
end

local function date_of(time)
  return os.date("!%Y-%m-%d", math.floor(time))
end

local function line_of(date, cells)
  local values = { date }
  for index = 1, #columns do
    values[index + 1] = cells[index]
  end
  return csv.line(values, #columns + 1)
end

-- When a contact expires; nil if that is not known.
local function expiry_of(contact, ctx)
  local modified = fix.time(contact.modifyDate)
  if not modified then
    ctx.skip(fix.get(contact, "modifyDate") == nil and "modifyDate is missing; its age is unknown"
      or "modifyDate can't be read; its age is unknown")
    return nil
  end
  return modified + LIFETIME * DAY, modified
end

return {
  name = "contacts that will probably expire soon (an estimate from modifyDate)",
  options = { days = 14, how = "export" },

  source = function(options)
    check(options)
    return fix.scan "contacts"
  end,

  prepare = function(ctx)
    latest, output = nil, nil
    if ctx.options.how == "export" then
      columns = fix.columns "contact"
      output = ctx.output "expiring.csv"
      output:write(line_of("estimated_expiry", columns))
    end
  end,

  needs = { "type", "canonicalContact.id", "mergedTo.id" },
  filter = function(contact)
    return EXPIRES[contact.type] and not fix.get(contact, "canonicalContact.id") and not fix.get(contact, "mergedTo.id")
  end,

  change = function(contact, ctx)
    latest = latest or latest_of(ctx)
    local expiry, modified = expiry_of(contact, ctx)
    if not expiry or expiry > latest then
      return nil
    elseif output then
      output:write(line_of(date_of(expiry), fix.cells(contact, columns)))
      return nil
    end
    ctx.warn(("estimate: expires about %s, because it was last modified on %s; the API does not report the last "
      .. "interaction"):format(date_of(expiry), date_of(modified)))
    return fix.promote
  end,

  finish = function()
    output = nil
  end,
}
