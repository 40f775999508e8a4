-- Prints how good the proposals are, for the sets with ground truth and for a generated
-- one:  bench/dedupe/run.lua [FOLDER]
--
-- FOLDER has febrl1.csv, febrl2.csv and febrl_phone.csv (also: EXTCONTACTS_DEDUPE_DATA);
-- the project does not contain them.  Without a folder only the generated sets are used.
local companies = require "bench.dedupe.companies"
local csv = require "extcontacts.csv"
local dedupe = require "extcontacts.dedupe"
local measure = require "bench.dedupe.measure"
local planted = require "bench.dedupe.planted"
local typed = require "bench.dedupe.typed"

-- A contact of a FEBRL row.  `soc_sec_id` is not used: no contact has one.
local function contact_of(row)
  local phone = row.phone_number
  return {
    id = row.rec_id, firstName = row.given_name, lastName = row.surname,
    address = { address1 = row.street_number .. " " .. row.address_1, address2 = row.address_2, city = row.suburb,
      postalCode = row.postcode, state = row.state },
    customFields = { dateOfBirth = row.date_of_birth },
    homePhone = phone and phone ~= "" and { display = phone } or nil,
  }
end

-- Reads a FEBRL file, whose fields are separated by "," or ", ".
local function read_febrl(path, person)
  local source = assert(io.open(path, "rb"))
  local text = source:read("*a"):gsub(", ", ",")
  source:close()
  local handle = io.tmpfile()
  handle:write(text)
  handle:seek("set")
  local records, person_of = {}, {}
  for row in assert(csv.rows(handle)) do
    records[#records + 1] = contact_of(row)
    person_of[#records] = row.rec_id:match(person)
  end
  handle:close()
  return { records = records, person_of = person_of }
end

local function line(label, found)
  print(("  %-16s precision %.4f  recall %.4f  F1 %.4f"):format(label, found.precision, found.recall, found.f1))
end

local function report(name, set, kind)
  local index, start = 0, os.clock()
  local result = assert(dedupe.find(function()
    index = index + 1
    return set.records[index]
  end, { kind = kind }))
  local seconds = os.clock() - start
  print(("%s: %d records, %d true pairs, %d candidates, %.1f s of CPU"):format(name, #set.records,
    measure.true_pairs(set.person_of), result.candidates, seconds))
  line("merge", measure.pairs(result.clusters, set.person_of, { merge = true }))
  line("merge + review", measure.pairs(result.clusters, set.person_of, { merge = true, review = true }))
  line("B3 (merge)", measure.b_cubed(result.clusters, set.person_of))
  local blocking = measure.blocking(result, set.person_of)
  print(("  %-16s pairs completeness %.4f  reduction ratio %.6f"):format("blocking", blocking.completeness,
    blocking.reduction))
  result:close()
end

local folder = arg[1] or os.getenv "EXTCONTACTS_DEDUPE_DATA"
if folder then
  report("febrl1", read_febrl(folder .. "/febrl1.csv", "^rec%-(%d+)"))
  report("febrl2", read_febrl(folder .. "/febrl2.csv", "^rec%-(%d+)"))
  report("febrl_phone", read_febrl(folder .. "/febrl_phone.csv", "^(.*)%d$"))
end
-- Households, twins, namesakes and others among contacts.
report("planted", planted.contacts { count = 6000 })
report("look-alikes", planted.contacts { count = 6000, seed = 77, lookalikes = 60 })
-- Typing errors: one duplicate for each person, several for some, three errors in a field.
report("typed, one", typed.contacts { people = 2000, duplicated = 100, most = 1, errors = 4, seed = 11 })
report("typed, several", typed.contacts { people = 2500, duplicated = 35, most = 5, errors = 4, seed = 12 })
report("typed, phones", typed.contacts { people = 1500, duplicated = 100, most = 1, errors = 4, phones = true,
  seed = 13 })
report("typed, dirty", typed.contacts { people = 1200, duplicated = 60, most = 9, errors = 6, per_field = 3,
  phones = true, seed = 14 })
-- Branches, subsidiaries and tenants among organizations.
report("organizations", companies.organizations { count = 4000 }, "organization")
report("organizations, look-alikes", companies.organizations { count = 4000, seed = 8, lookalikes = 60 },
  "organization")
