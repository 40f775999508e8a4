-- A second run changes nothing: every fix that comes with extcontacts, planned and
-- applied, and planned again.  A fix without cases here fails.
local core = require "extcontacts.core"
local csv_file = require "extcontacts.csv"
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

local FOLDERS = { "lua/extcontacts/fixes", "examples/fixes" }

-- Values that people and the server write in several ways.
local AWKWARD = {
  { firstName = "Zoe\204\136", lastName = "ALVAREZ", workEmail = "ZOE@AWKWARD.example" },
  { firstName = "  ANNE-MARIE\194\160", lastName = "O\226\128\153NEIL", title = " Dr. " },
  { firstName = "I\204\135PEK", lastName = "STRA\195\159E", salutation = "\226\128\138Frau" },
  { firstName = "JEAN", middleName = "\239\187\191LUC", lastName = "VAN DER BERG ", otherEmail = "Jean@Berg.Example" },
  { firstName = "MARY", lastName = "MCDONALD", workPhone = { display = "+49 30 1234567", extension = 12 } },
  { firstName = "Max", lastName = "Muster", workPhone = { display = "030/1234568 ext. 12" } },
  { firstName = "Max", lastName = "Zweit", cellPhone = { display = "0171-2345678", extension = 7 } },
  { firstName = "Max", lastName = "Dritt", homePhone = { display = "0049 (0)30 / 765 43 21" }, surveyOptOut = true },
  { firstName = "Max", lastName = "Viert", otherPhone = { display = "tel:+49 89 12345", acceptsSMS = true } },
  { firstName = "Lee", lastName = "Ann", address = { countryCode = " Germany ", city = "K\195\182ln" } },
  { lastName = "ALONE" },
  { firstName = "Bo", lastName = "Land", address = { countryCode = "uk" }, twitterId = { screenName = "@bo" } },
}

local DAMAGED = { "Zo\195\171 ", "o'neil", "\226\128\139x", " spaced  out ", "STRASSE", "\239\188\161\239\188\162" }

describe("a second run of the fix", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function csv(...)
    return place:write("values.csv", table.concat({ ... }, "\n") .. "\n")
  end

  local function add(fields)
    return assert(place.direct.contacts:create(fields or { firstName = "Ann", lastName = "Lee" })).id
  end

  local function add_awkward()
    local ids = {}
    for index, fields in ipairs(AWKWARD) do
      ids[index] = add(fields)
    end
    return ids
  end

  local function schema(...)
    local properties = {}
    for _, name in ipairs { ... } do
      properties[name] = { title = name, allOf = ec.array { { ["$ref"] = "#/definitions/text" } } }
    end
    return { version = 0, name = "S" .. #place:ids(1), appliesTo = ec.array { "CONTACT" }, enabled = true,
      jsonSchema = { ["$schema"] = "http://json-schema.org/draft-04/schema#", title = "x", properties = properties } }
  end

  -- Rows that set the awkward values of the columns on contacts.
  local function rows(header, cells)
    local lines = { header }
    for _, cell in ipairs(cells) do
      lines[#lines + 1] = ('%s,"%s"'):format(add(), cell)
    end
    return csv(table.concat(lines, "\n"))
  end

  -- The file of a scan, read-only fields included.
  local function scanned()
    local lines = { "id,firstName,workPhone.display,workPhone.e164,workPhone.extension,modifyDate" }
    for contact in place.direct:scan_contacts { max_items = 50 } do
      local phone = contact.workPhone or {}
      lines[#lines + 1] = csv_file.line({ contact.id, contact.firstName, phone.display, phone.e164, phone.extension,
        contact.modifyDate }, 6):gsub("\r?\n$", "")
    end
    return { plans_nothing = true, csv = csv(table.concat(lines, "\n")) }
  end

  -- Contacts that expire in ten days.
  local function observed(options)
    for _, type_name in ipairs { "Ephemeral", "Identified" } do
      place.server:control("POST", "/sandbox/contacts", { type = type_name, contact = { lastName = type_name } })
    end
    place.server:control("POST", "/sandbox/clock", { advance = 50 * 86400 })
    return options
  end

  -- By the fix's name: functions that arrange records and return the options.  A
  -- fix that is to plan nothing at all has `plans_nothing`.
  local CASES = {
    tidy_names_emails = {
      function() return {} end,
      function() return { small = true, keep = "IBM,VAN" } end,
      function() return { capitals = false } end,
    },
    phones_e164 = {
      function() return { region = "DE" } end,
      function() return { region = "DE", address = "use" } end,
      function() return { region = "GB", assume = "no", checker = "builtin" } end,
      function() return { address = "use", checker = "builtin" } end,
    },
    set_fields = {
      function() return { csv = rows("id,firstName", DAMAGED) } end,
      function()
        return { csv = rows("id,workEmail", { "mailto:A@B.example", "Ann <Ann@Lee.Example>;", " x@y.example " }) }
      end,
      function()
        return { csv = rows("id,workPhone", { "+49 (0)171 7654321", "0049 30 1234567", "tel:+49301234567",
          "+49 30 1234567 ext. 12", "+49 30 1234567;ext=7", "030 5551234", "'+49 40 7654321", "not a number",
          "+4930\226\128\1391234567" }) }
      end,
      function() return { csv = rows("id,address.city", { " K\195\182ln ", "Ko\204\136ln", "1 000" }) } end,
      function() return { csv = rows("id,surveyOptOut", { "yes", "true", "YES" }) } end,
      function() return { csv = rows("id,twitterId.screenName", { "@ann", "ann " }) } end,
      function() return { csv = rows("id,externalSystemUrl", { " https://x.example/1 " }) } end,
      function()
        local organization = assert(place.direct.organizations:create { name = "x" }).id
        return { csv = rows("id,externalOrganization", { "{" .. organization:upper() .. "}" }) }
      end,
      function()
        local id = add { firstName = "Ann", lastName = "Lee", title = "Chief",
          workPhone = { display = "+49 30 1234567" }, address = { city = "Bonn" } }
        return { csv = csv("id,title,workPhone,address.city", id .. ",,,"), empty = "clear" }
      end,
      function()
        local version = assert(place.direct.contacts.schemas:create(schema("tier_text")))
        local id = add { firstName = "Ann", lastName = "Lee", schema = { id = version.id, version = 1 } }
        return { csv = csv("id,customFields.tier_text", id .. ", gold ") }
      end,
      -- An import without a key: names alone, e-mail addresses, numbers, equal rows.
      function()
        return { key = "", create = true, csv = csv("firstName,lastName,workEmail,workPhone,title",
          " Eve ,Fox,,,", "Eve,Fox,,,", "Zoe\204\136,Fox,Eve@Import.Example,,Dr.", "Bob,Fox,,+49 30 9876543 ext. 12,",
          "Tom,Fox,,030 4445566,", "Tim,Fox,,+49 (0)171 5556677,", ",,only@import.example,,", ",,,+49 30 5550000,") }
      end,
      function()
        return { key = "", create = true, kind = "organization",
          csv = csv("name,phoneNumber,address.city", " Caf\195\169 Ltd ,+49 30 123123,Bonn", "Cafe\204\129 Two,,") }
      end,
      function()
        local id, user = add(), place.direct:scan_notes():next().createdBy.id
        return { key = "", create = true, kind = "contact_note",
          csv = csv("owner,noteText,createdBy", id .. ', called  ,' .. user, id .. ",again," .. user) }
      end,
      function()
        local user = place.direct:scan_notes():next().createdBy.id
        local organization = assert(place.direct.organizations:create { name = "x" }).id
        return { key = "", create = true, kind = "relationship",
          csv = csv("externalOrganization,user,relationship", organization .. "," .. user .. ", Manager ") }
      end,
      -- Upserts by e-mail address, by number, and by number with an extension.
      function()
        return { by = "lookup", key = "workEmail", create = true, csv = csv("workEmail,firstName,lastName",
          "New@Upsert.Example,Al,A", "mailto:two@upsert.example,Al,B", "Three <three@upsert.example>,Al,C",
          "ZOE@awkward.example,Al,Changed") }
      end,
      function()
        return { by = "lookup", key = "cellPhone", create = true, csv = csv("cellPhone,firstName,lastName",
          "+49 (0)171 1112223,Al,A", "0049 171 1112224,Al,B", "tel:+491711112225,Al,C", "'+49 171 1112226,Al,D") }
      end,
      function()
        return { by = "lookup", key = "workPhone", create = true, csv = csv("workPhone,firstName,lastName",
          "+49 30 1234567 ext. 12,Al,Changed", "+49 30 7778888 ext. 3,Al,New") }
      end,
      scanned,
    },
    rename_custom_fields = {
      function()
        local made = assert(place.direct.contacts.schemas:create(schema("tier_text")))
        add { firstName = "Ann", lastName = "Lee", schema = { id = made.id, version = 1 },
          customFields = { tier_text = " go\204\136ld " } }
        made.jsonSchema.properties = schema("level_text").jsonSchema.properties
        assert(place.direct.contacts.schemas:update(made.id, made))
        return { schema = made.id, rename = "tier_text=level_text" }
      end,
    },
    relink_organizations = {
      function()
        for _, name in ipairs { "Caf\195\169 & S\195\182hne", "O\226\128\153Neil Ltd" } do
          assert(place.direct.organizations:create { name = name })
        end
        return { csv = rows("id,organization", { " CAFE\204\129  & S\195\150HNE ", "o'neil ltd" }) }
      end,
    },
    merge_duplicates = {
      function()
        local lines = { "cluster,id,decision,survivor,lastName" }
        for _, fields in ipairs { { firstName = "JOANNA", title = "Head" }, { firstName = "Jo", title = " Chief" } } do
          fields.lastName, fields.workEmail = "Quux", "jo@quux.example"
          lines[#lines + 1] = ("1,%s,merge,,Quux"):format(add(fields))
        end
        return { clusters = csv(table.concat(lines, "\n")), never = place:path "never.csv" }
      end,
    },
    keep_expiring = {
      function() return observed { how = "promote" } end,
      function() return observed { plans_nothing = true } end,
    },
    delete_by_list = {
      function()
        add { firstName = "Max", lastName = "Mail", workEmail = "max@list.example" }
        return { list = place:write("list.txt", table.concat({ add(), "MAX@list.example", "+49 30 1234567 ext. 12",
          "nobody@list.example", "0171 1" }, "\n")) }
      end,
    },
    country_codes = { function() return {} end },
    loyalty_tiers = {
      function()
        local made = assert(place.direct.contacts.schemas:create(schema("tier_text")))
        add { firstName = "Ann", lastName = "Lee", workEmail = "ann@loyal.example",
          schema = { id = made.id, version = 1 } }
        return { csv = csv("email,tier", "Ann@Loyal.Example ,Gold") }
      end,
    },
  }

  local function plan(path, set, output)
    local changes = {}
    local planned = assert(fix.plan(place.client, assert(fix.load(path)), { set = set, output = output,
      on_change = function(change)
        changes[#changes + 1] = ec.json.encode({ change.op, change.diff or ec.null }, { sort_keys = true })
      end }))
    return planned, table.concat(changes, "\n")
  end

  local function run_twice(path, set)
    local plans_nothing = set.plans_nothing
    set.plans_nothing = nil
    local first, changes = plan(path, set, place:path "first")
    if plans_nothing then
      assert.equal(0, first.changes, changes)
    else
      assert.is_true(first.changes > 0, "nothing was planned: " .. ec.json.encode(first.totals.skipped))
      local result = assert(fix.apply(place.client, place:path "first", { allow_irreversible = true }))
      assert.equal(first.changes, result.applied, place:read "first.errors.csv")
    end
    local second
    second, changes = plan(path, set, place:path "second")
    assert.equal(0, second.changes, changes)
  end

  it("changes nothing after other fixes either: they agree on a record's final form", function()
    add_awkward()
    local paths = { "lua/extcontacts/fixes/phones_e164.lua", "lua/extcontacts/fixes/tidy_names_emails.lua",
      "examples/fixes/country_codes.lua" }
    local sets = { { region = "DE" }, { small = true }, {} }
    -- One fix may make a record valid that another one had to skip: two rounds.
    for round = 1, 2 do
      for index, path in ipairs(paths) do
        local output = place:path(("plan%d.%d"):format(round, index))
        local planned = plan(path, sets[index], output)
        assert.is_true(round == 2 or planned.changes > 0)
        assert.equal(planned.changes, assert(fix.apply(place.client, output)).applied)
      end
    end
    for index, path in ipairs(paths) do
      local again, changes = plan(path, sets[index])
      assert.equal(0, again.changes, changes)
    end
  end)

  it("set_fields creates nothing although lookups lag behind", function()
    place.server:control("POST", "/sandbox/settings", { search_lag = 60 })
    local set = { by = "lookup", create = true, key = "cellPhone", csv = csv("cellPhone,firstName,lastName",
      "+49 (0)171 1112223,Al,A", "+49 171 1112224 ext. 5,Al,B") }
    local path = "lua/extcontacts/fixes/set_fields.lua"
    assert.equal(2, plan(path, set, place:path "first").changes)
    assert.equal(2, assert(fix.apply(place.client, place:path "first")).applied)
    set.csv = csv("cellPhone,firstName,lastName", "0049 171 1112223,Al,Changed", "+49 171 1112224 ext. 5,Al,B",
      "+49 171 1112225,Al,C")
    local again = plan(path, set, place:path "second")
    assert.equal(1, again.changes)
    assert.equal(2, again.totals.skipped["a contact with this address was just created, and lookups do not find it "
      .. "yet; plan again later"])
  end)

  for _, folder in ipairs(FOLDERS) do
    for _, file in ipairs(core.file.list(folder)) do
      local name = file:match "^(.*)%.lua$"
      if name and name ~= "init" then
        it(name .. " plans nothing", function()
          for index, arrange in ipairs(assert(CASES[name], "no case for the fix " .. name)) do
            place.server:reset()
            add_awkward()
            local ok, problem = pcall(run_twice, folder .. "/" .. file, arrange())
            assert(ok, ("case %d: %s"):format(index, tostring(problem and problem.message or problem)))
            os.execute("rm -f " .. place:path "first*" .. " " .. place:path "second*")
          end
        end)
      end
    end
  end
end)
