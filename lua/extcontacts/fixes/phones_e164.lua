-- Converts phone numbers that the server does not recognise to E.164: "030/1234567"
-- becomes "+49301234567", which can be searched for and dialled.
--
--   extcontacts plan phones_e164 --set region=DE -o phones.plan
--
-- Options:
--   region=DE       the region of numbers without a country code (required, unless
--                   address=use). It applies to contacts without a country, and to
--                   those of this country
--   assume=yes      contacts without a country:
--                     yes  are of the region; the plan says first how many numbers
--                          that concerns (default)
--                     no   are skipped
--   address=leave   contacts of another country than the region:
--                     leave  are skipped (default)
--                     use    their numbers are read as their own country dials them
--   checker=auto    who checks that a number exists:
--                     auto            libphonenumber if it is installed, otherwise
--                                     builtin (default)
--                     libphonenumber  an error if it is not installed (Debian:
--                                     python3-phonenumbers)
--                     builtin         our numbering plans, which know the number of
--                                     digits only
--
-- No number becomes another country's number. A contact's country is its
-- `address.countryCode`, as a code or name (DE, DEU, Germany, Allemagne), or the
-- `normalizationCountryCode` of the number. If the text is no country, or the two
-- contradict each other, the contact is skipped; so is "Georgia", a country and a
-- state. Numbers with a country code, such as "+44 …", need no region: those of all
-- contacts are converted.
--
-- Only numbers without `e164` change: those that the server recognises stay as they
-- are. A number changes only if the region decides it. In DE, "0171 …" is one number;
-- "171 …" could be another, and is skipped with a reason. Numbers in the form of an
-- earlier numbering plan, short numbers and emergency numbers are skipped, too.
--
-- The plan says who checked the numbers, and how old its data are: plans of two
-- machines differ if those do. The built-in numbering plans are those of
-- libphonenumber-js 1.13.16 of 2026-11-10. Where they are newer than the installed
-- libphonenumber, such as for Benin, they decide.
--
-- The server decides in the end: `extcontacts verify` names the numbers that it did
-- not recognise, and `extcontacts undo --only` restores those. A record that the
-- server would reject because of another field is skipped: tidy that field first.
local fix = require "extcontacts.fix"
local libphonenumber = require "extcontacts.tidy.libphonenumber"
local phones = require "extcontacts.tidy.phones"
local sendable = require "extcontacts.tidy.sendable"

local FIELDS = { "workPhone", "cellPhone", "homePhone", "otherPhone" }
local ADDRESS = { leave = true, use = true }
local CHECKERS = { auto = true, libphonenumber = true, builtin = true }

-- Why the national numbers of a contact are skipped, by what is wrong with its country.
local SKIPPED = {
  another = "contact of another country",
  unknown = "contact of an unknown country",
  conflict = "contact whose country fields contradict each other",
  none = "contact has no country",
}

-- What the current plan needs to say at its end.
local run

local function is_text(value)
  return type(value) == "string" and value:find "%S" ~= nil
end

local function start_checker(name)
  if name == "builtin" then
    return nil, nil
  end
  local checker, problem = libphonenumber.start()
  if not checker and name == "libphonenumber" then
    error(problem, 0)
  end
  return checker, problem
end

-- Whether a number exists, as far as it is known.
local function exists(number, options)
  local checker = run.checker
  if checker and checker.outdated[phones.country_code(number)] then
    run.newer = run.newer + 1
    return true
  end
  local found, problem
  if checker then
    found, problem = checker:exists(number)
  end
  if found == nil then
    if problem and options.checker == "libphonenumber" then
      error(problem, 0)
    end
    run.checker, run.problem = nil, problem or run.problem
    run.builtin = run.builtin + 1
    return true
  end
  run.checked = run.checked + 1
  return found
end

-- Reads a number; returns also what is wrong with the contact's country, or "assumed".
local function read(contact, phone, options)
  local number, reason = phones.parse(phone.display)
  local region, problem, detail = phones.region_of(contact, phone, options.assume and options.region ~= ""
    and options.region or nil)
  if region and not problem and region ~= options.region and options.address == "leave" then
    region, problem = nil, "another"
  end
  if region and (problem ~= "assumed" or not number) then
    -- What has a country code by itself is no assumption.
    local dialled, why = phones.parse(phone.display, region)
    return dialled, why, problem
  elseif number or not phones.is_national(phone.display) then
    return number, reason
  end
  return nil, nil, problem, detail
end

-- Converts a phone number; returns the reason if it can't, or what is wrong with the
-- contact's country.
local function convert(contact, phone, options)
  local number, reason, problem, detail = read(contact, phone, options)
  local extension = type(phone.extension) == "number" and phone.extension or nil
  if not number then
    return reason, problem, detail
  elseif number.extension and extension and number.extension ~= extension then
    return "two different extensions"
  elseif phone.display == number.e164 then
    return "already E.164, but the server does not recognise it"
  elseif not exists(number.e164, options) then
    return "libphonenumber does not know the number"
  end
  phone.display, phone.e164, phone.userInput = number.e164, number.e164, nil
  phone.extension = number.extension or phone.extension
  return nil, problem
end

-- Calls `visit` with each phone number that the server does not recognise.
local function each_unrecognised(contact, visit)
  for _, field in ipairs(FIELDS) do
    local phone = contact[field]
    if type(phone) == "table" and is_text(phone.display) and not is_text(phone.e164) then
      visit(phone)
    end
  end
end

-- The fields that show whether a contact has such a number.
local function needed_fields()
  local out = {}
  for _, field in ipairs(FIELDS) do
    out[#out + 1] = field .. ".display"
    out[#out + 1] = field .. ".e164"
  end
  return out
end

local function years(date)
  local year, month = date:match "^(%d+)%-(%d+)"
  local months = (tonumber(os.date "!%Y") - year) * 12 + tonumber(os.date "!%m") - month
  return months >= 24 and ("%d years old"):format(math.floor(months / 12)) or ("%d months old"):format(months)
end

local BUILTIN = "by the built-in numbering plans (%s), which know the number of digits only"

-- Says what the plan takes for granted.
local function conclude(ctx)
  local builtin, checker = BUILTIN:format(phones.source), run.started
  local function assume(count, ...)
    if count > 0 then
      local text = table.concat { ... }
      ctx.assume("number " .. text, "numbers " .. text, count)
    end
  end
  assume(run.assumed, "assumed ", ctx.options.region, ": contact has no country")
  if checker then
    assume(run.checked, "checked by libphonenumber ", checker.version, ", metadata ",
      checker.date and ("of %s, %s"):format(checker.date, years(checker.date)) or "of unknown date")
    assume(run.newer, "of countries whose numbers changed since then checked ", builtin)
  end
  assume(run.builtin, "checked ", builtin, run.problem and "; " or "", run.problem or "")
end

return {
  name = "phone numbers into E.164",
  options = { region = "", assume = true, address = "leave", checker = "auto" },

  source = fix.scan "contacts",

  prepare = function(ctx)
    local options = ctx.options
    if options.region == "" and options.address ~= "use" then
      error("option 'region' is required (the region of numbers without a country code): use --set region=DE", 0)
    elseif options.region ~= "" and not phones.is_region(options.region) then
      error(phones.unknown_region(options.region), 0)
    elseif not ADDRESS[options.address] then
      error("option 'address' must be leave or use", 0)
    elseif not CHECKERS[options.checker] then
      error("option 'checker' must be auto, libphonenumber or builtin", 0)
    end
    run = { assumed = 0, checked = 0, newer = 0, builtin = 0 }
    run.checker, run.problem = start_checker(options.checker)
    run.started = run.checker
  end,

  needs = needed_fields(),
  filter = function(contact)
    local found = false
    each_unrecognised(contact, function() found = true end)
    return found
  end,

  change = function(contact, ctx)
    local assumed, is_changed, skipped = 0, false, {}
    each_unrecognised(contact, function(phone)
      local reason, problem, detail = convert(contact, phone, ctx.options)
      if reason then
        ctx.skip("phone: " .. reason)
      elseif SKIPPED[problem] and not skipped[problem] then
        skipped[problem] = true
        ctx.skip("phone: " .. SKIPPED[problem], nil, detail)
      elseif not SKIPPED[problem] then
        is_changed = true
        assumed = assumed + (problem == "assumed" and 1 or 0)
      end
    end)
    local changed = is_changed and sendable.or_skip("contact", contact, ctx) or nil
    run.assumed = run.assumed + (changed and assumed or 0)
    return changed
  end,

  finish = function(ctx)
    conclude(ctx)
    if run.started then
      run.started:close()
    end
    run = nil
  end,
}
