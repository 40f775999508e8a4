local core = require "extcontacts.core"
local where = require "extcontacts.record.where"

local null = core.json.null

local function test(source, record, kind)
  local condition, err = where.read(kind or "contact", source)
  assert(condition, err and source .. ": " .. err.message)
  return condition.test(record)
end

local function message(source, kind)
  local condition, err = where.read(kind or "contact", source)
  assert.is_nil(condition, source)
  assert.equal("invalid", err.kind)
  return (err.message:gsub("^where: ", ""))
end

local ANN = {
  firstName = "Ann", lastName = "Müller", title = "Head of Sales", workEmail = "ann@acme.example", surveyOptOut = false,
  address = { countryCode = "GB", city = "York" }, createDate = "2026-01-31T08:00:00.000Z",
  workPhone = { display = "020 7946 0000", extension = 12 }, personalEmail = null, otherEmail = "  ",
  customFields = { tier_integer = 3, level_text = "gold", ["odd name"] = "x" },
  externalIds = core.json.array {
    { externalSource = { id = "s1" }, value = "4711" }, { externalSource = { id = "s2" }, value = "b" },
  },
  mergeSet = core.json.array {},
}

describe("a condition", function()
  for source, expected in pairs {
    ['address.countryCode == "GB" and not workPhone.e164'] = true,
    ['address.countryCode == "GB" and workPhone.e164'] = false,
    ["address.countryCode ~= 'GB'"] = false,
    ['address.state == nil'] = true, -- absent
    ['personalEmail == nil'] = true, -- null
    ['address.state ~= "Kent"'] = true,
    ['(workEmail or personalEmail) == "ann@acme.example"'] = true,
    ['firstName == "A" or firstName == "Ann" and lastName == "X"'] = false, -- `and` before `or`
    ['(firstName == "A" or firstName == "Ann") and lastName ~= "X"'] = true,
    ["not (surveyOptOut or not workEmail)"] = true,
    ["surveyOptOut == false"] = true,
    ["workPhone.extension >= 12 and workPhone.extension < 12.5"] = true,
    ["workPhone.extension > -1"] = true,
    ["cellPhone.extension < 5"] = false, -- nothing is less than 5
    ["cellPhone.extension >= 5"] = false,
    ["address.state < 'Z' or address.state >= 'Z'"] = false,
    ["customFields.tier_integer > 2"] = true,
    ['customFields.tier_integer > "2"'] = false, -- of another type
    ['customFields.level_text == "gold"'] = true,
    ['customFields["odd name"] == "x"'] = true,
    ["customFields.none == nil"] = true,
    ["customFields ~= nil and address ~= nil and cellPhone == nil"] = true,
    ['lower(lastName) == "müller" and lower(title) == "head of sales"'] = true,
    ["lastName == 'Mu\204\136ller'"] = true, -- decomposed
    ["lower(middleName) == nil"] = true,
    ['contains(title, "of S") and not contains(title, "of s")'] = true,
    ['contains(middleName, "x")'] = false,
    ['contains(title, ".")'] = false, -- no pattern
    ['starts(workPhone.display, "020")'] = true,
    ['match(workEmail, "@acme%.example$")'] = true,
    ['match(workEmail, "@acme[.]example$")'] = true,
    ['match(workEmail, "^%a+@") and match(title, "^Head%s")'] = true,
    ["empty(otherEmail) and empty(personalEmail) and empty(middleName)"] = true,
    ["empty(mergeSet) and empty(identifiers) and not empty(externalIds)"] = true,
    ["empty(cellPhone) and not empty(workPhone) and not empty(surveyOptOut)"] = true,
    ['has(externalIds.value, "4711") and not has(externalIds.value, 4711)'] = true,
    ['has(externalIds.externalSource.id, "s2")'] = true,
    ['has(identifiers.value, "x")'] = false,
    ['createDate < "2026-02-01" and createDate > "2026-01-31"'] = true,
    ['createDate >= date("2026-01-31T09:00:00+01:00")'] = true,
    ['createDate == "2026-01-31T08:00:00Z"'] = true,
    ['modifyDate < "2030-01-01"'] = false, -- absent
    ['lastName == "M\\"ller" or firstName == \'A\\\'n\' or title == "a\\\\b"'] = false,
  } do
    it(source, function()
      assert.equal(expected, test(source, ANN))
    end)
  end

  it("names the fields that it reads", function()
    assert.same({ "address.countryCode", "workPhone.e164" },
      where.read("contact", 'address.countryCode == "GB" and not workPhone.e164').fields)
    -- A name with a dot has no path of its own.
    assert.same({ "customFields.a b", "customFields", "customFields" },
      where.read("contact", 'customFields["a b"] == 1 or customFields["a.b"] == 1 or customFields[""] == 1').fields)
  end)

  it("finds nothing in a custom field that is no list", function()
    for _, value in ipairs { "gold", 5, true, core.json.null, { gold = "gold" } } do
      assert.is_false(test('has(customFields.tags, "gold")', { customFields = { tags = value } }))
    end
    assert.is_true(test('has(customFields.tags, "gold")', { customFields = { tags = core.json.array { "gold" } } }))
  end)

  it("is about the fields of its kind of record", function()
    assert.is_true(test('has(tags, "vip") and employeeCount > 9', { tags = core.json.array { "vip" },
      employeeCount = 10 }, "organization"))
    assert.matches("unknown field 'firstName'", message("firstName == nil", "organization"), 1, true)
  end)

  it("can have any number of alternatives", function()
    -- More collections of so many objects would take minutes.
    local count, parts = os.getenv "EXTCONTACTS_GC" and 300 or 12000, {}
    for index = 1, count do
      parts[index] = ('lastName == "a%d"'):format(index)
    end
    local source = table.concat(parts, " or ")
    local found = where.read("contact", source)
    assert.is_true(found.test { lastName = "a" .. count })
    assert.is_false(found.test { lastName = "b" })
    found = where.read("contact", "not (" .. source:gsub("==", "~="):gsub(" or ", " and ") .. ")")
    assert.is_true(found.test { lastName = "a1" })
    local long = ("x"):rep(1e6)
    assert.is_true(where.read("contact", ('lastName == "%s"'):format(long)).test { lastName = long })
  end)

  it("compares numbers beyond 2^53 with others", function()
    local record = { customFields = core.json.decode '{"n_integer":9007199254740993}' }
    assert.is_true(test("customFields.n_integer > 9007199254740000", record))
    assert.is_false(test("customFields.n_integer < 5", record))
  end)
end)

describe("a condition with a mistake", function()
  for source, expected in pairs {
    [""] = "column 1: the condition is empty",
    ["  "] = "column 3: the condition is empty",
    ['adress.city == "York"'] = "column 1: unknown field 'adress', did you mean 'address'?",
    ['lastName == "Łu" and adress.city'] = "column 22: unknown field 'adress', did you mean 'address'?",
    ["address.city.name == nil"] = "column 1: address.city has no fields; remove .name",
    ['address == "York"'] = "column 1: address has several values; name one: address.address1, ",
    ['firstName = "Ann"'] = "column 11: write == instead of =",
    ['firstName != "Ann"'] = "column 11: write ~= instead of !=",
    ['firstName and !lastName'] = "column 15: write not instead of !",
    ["firstName && lastName"] = "column 11: write and instead of &&",
    ["firstName AND lastName"] = "column 11: write and instead of AND",
    ["firstName == null"] = "column 14: write nil instead of null",
    ['firstName == "Ann" or "Bob"'] = 'column 23: a value alone is always true; compare it with a field: … == "Bob"',
    ["firstName == 5"] = "column 11: firstName is a text, the value is a number",
    ['workPhone.extension == "12"'] = "column 21: workPhone.extension is a number, the value is a text",
    ["surveyOptOut == 'yes'"] = "column 14: surveyOptOut is true or false, the value is a text",
    ['externalIds.value == "x"'] = "column 1: externalIds.value is a list; write has(externalIds.value, …)",
    ["mergeSet"] = "column 1: mergeSet is a list; write not empty(mergeSet)",
    ['has(externalIds, "x")'] = "column 5: externalIds has several values; name one: externalIds.externalSource",
    ['has(firstName, "x")'] = "column 5: has takes a list of values here",
    ["lowr(lastName) == 'x'"] = "column 1: unknown function 'lowr', did you mean 'lower'?",
    ["contains(lastName)"] = 'column 1: contains takes two values: contains(lower(title), "sales")',
    ["lower() == 'x'"] = "column 1: lower takes one value",
    ['match(lastName, "[")'] = "column 17: not a pattern of Lua: malformed pattern",
    ['match(lastName, "x[")'] = "column 17: not a pattern of Lua: malformed pattern",
    ['firstName and match(lastName, "(.)%1")'] = "column 31: a condition can't refer to captures: remove %1",
    ['createDate < "yesterday"'] = 'column 14: not a date; write "2026-01-31"',
    ['createDate < "2026-02-30"'] = "column 14: not a date",
    ["date(createDate) > 0"] = "column 18: the other side is a date, the value is a number",
    ['date("soon") < createDate'] = "column 6: not a date",
    ['not firstName == "Ann"'] = "column 1: `not` applies to the value only; write not (",
    ["firstName < lastName < title"] = "column 22: a comparison has two sides",
    ["(firstName"] = "column 11: expected )",
    ["firstName)"] = "column 10: expected `and`, `or` or the end",
    ['firstName == "Ann'] = 'column 14: the text has no closing "',
    ["firstName =="] = "column 13: a value is missing at the end",
    ["firstName == == 'x'"] = "column 14: expected a value before ==",
    ['firstName == "\\x41"'] = "column 15: unknown escape \\x",
    ["1e5 == firstName"] = "column 1: not a number",
    ["firstName:upper() == 'X'"] = "column 10: unexpected :",
    ["firstName; os.exit()"] = "column 10: unexpected ;",
    ['os.execute("true")'] = "column 11: expected `and`, `or` or the end",
    ["function() end"] = "column 12: expected `and`",
    ["firstName == \255"] = "column 14: unexpected byte",
    ["lastName == \226\128\156Lee\226\128\157"] = "column 13: write \" or ' instead of \226\128\156",
    ["lastName == \226\128\152Lee\226\128\153"] = "column 13: write \" or ' instead of \226\128\152",
    ["address.countryCode == GB"] = 'column 24: unknown field \'GB\'; write "GB" for a text',
    ["Oslo == address.city"] = 'column 1: unknown field \'Oslo\'; write "Oslo" for a text',
    ['externalIds[1].value == "x"'] = "column 13: expected the name of a field in quotation marks",
    ["address. == 'x'"] = "column 10: expected the name of a field after the point",
  } do
    it(source .. " says where and what", function()
      assert.equal(expected, message(source):sub(1, #expected))
    end)
  end

  it("is not followed to any depth", function()
    assert.matches("more than 50 parentheses", message(("("):rep(100000)), 1, true)
    assert.matches("more than 50 parentheses", message(("not "):rep(100000) .. "firstName"), 1, true)
    local long = ("firstName == nil or "):rep(5000) .. "lastName == nil"
    assert.is_true(test(long, {}))
  end)
end)
