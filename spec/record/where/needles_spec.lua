-- What the JSON of a record must have for a condition to hold.
local core = require "extcontacts.core"
local where = require "extcontacts.record.where"

local function needles(source)
  return assert(where.read("contact", source)).needles
end

describe("the needles of a condition", function()
  for source, expected in pairs {
    ['lastName == "Ng"'] = { '"Ng"' },
    ['"Ng" == lastName'] = { '"Ng"' },
    ['address.city == "Frankfurt am Main"'] = { '"Frankfurt am Main"' },
    ['customFields.tier_text == "gold"'] = { '"gold"' },
    ['has(externalIds.value, "4711")'] = { '"4711"' },
    ['has(customFields.tags_list, "gold")'] = { '"gold"' },
    ['starts(workPhone.e164, "+44")'] = { '"+44' },
    ['contains(title, "Sales")'] = { "Sales" },
    -- of a text, the longest part that JSON can only write in one way
    ['lastName == "Müller"'] = { 'ller"' },
    ['lastName == "Mu\204\136ller"'] = { 'ller"' },
    ['lastName == "Łukasiewicz Ó"'] = { "ukasiewicz " },
    ['externalSystemUrl == "https://crm.example/a"'] = { "crm.example" },
    ['title == "say \\"hello\\" twice"'] = { ' twice"' },
    ['title == "a\\\\bcde"'] = { 'bcde"' },
    ['contains(title, "Keith")'] = { "eith" },
    ['starts(title, "Vice;President")'] = { "President" },
    -- several conditions: the rarest of those that must all hold, and each of alternatives
    ['lastName == "Ng" and address.city == "Berlin"'] = { '"Berlin"' },
    ['empty(workEmail) and lastName == "Ng" and surveyOptOut'] = { '"Ng"' },
    ['lastName == "Ng" or lastName == "Lee"'] = { '"Ng"', '"Lee"' },
    ['(lastName == "Ng" or lastName == "Lee") and title == "Y"'] = { '"Ng"', '"Lee"' },
    ['(lastName == "Ng" or lastName == "Lee") and (title == "Chair" or title == "Buyer")'] =
      { '"Chair"', '"Buyer"' },
  } do
    it("are known: " .. source, function()
      assert.same(expected, needles(source))
    end)
  end

  for _, source in ipairs {
    'lastName ~= "Ng"', 'not (lastName == "Ng")', 'lastName == "Ng" or empty(workEmail)', 'lower(lastName) == "ng"',
    'contains(lower(title), "sales")', 'lastName < "Berlin"', 'lastName == firstName', 'match(title, "^Sales$")',
    'workPhone.extension == 1234', "surveyOptOut == true", 'workEmail == nil', 'workEmail == ""',
    'createDate == "2026-01-31T08:00:00Z"', 'createDate < "2026-01-31"',
    'lastName == "X"', 'contains(title, "ale")', 'title == "KKKKK"', 'title == "Ωμέγα"', -- too short
    'title == "title"', 'title == "externalIds"', -- in all records
    'contains("Berlin", title)', 'starts("Berlin", title)',
    '(workEmail or personalEmail) == "ann@acme.example"',
  } do
    it("are not known: " .. source, function()
      assert.is_nil(needles(source))
    end)
  end

  it("are at most a few", function()
    local parts = {}
    for index = 1, 8 do
      parts[index] = ('lastName == "a%d"'):format(index)
    end
    assert.equal(8, #needles(table.concat(parts, " or ")))
    assert.is_nil(needles(table.concat(parts, " or ") .. ' or lastName == "a9"'))
  end)

  -- All ways to write a text in JSON.
  local function written(text, random)
    return (text:gsub("[\1-\127\194-\244][\128-\191]*", function(char)
      local code = #char == 1 and char:byte()
      local way = random(4)
      if way == 1 and code then
        return (random(2) == 1 and "\\u%04x" or "\\u%04X"):format(code)
      elseif char == '"' or char == "\\" or char == "/" and way == 2 then
        return "\\" .. char
      end
      return char
    end))
  end

  it("are in each record for which the condition holds, however its JSON is written", function()
    local seed, held = 7, 0
    local function random(most)
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed % 65536 % most + 1
    end
    local KELVIN = "\226\132\170" -- which is composed into a K
    local parts = { "Ann", "Berlin", "K", KELVIN, ";", "/", '"', "\\", " ", "ü", "u\204\136", "é", "Sales", "`" }
    local forms = { "title == %s", "contains(title, %s)", "starts(title, %s)", "has(externalIds.value, %s)",
      'title == %s or lastName == "Berlin"' }
    for _ = 1, 3000 do
      local texts = {}
      for index = 1, 2 do
        texts[index] = ""
        for _ = 1, random(4) do
          texts[index] = texts[index] .. parts[random(#parts)]
        end
      end
      local same = random(2) == 1
      local value = same and texts[1] or texts[2]
      local source = forms[random(#forms)]:format('"' .. texts[1]:gsub('["\\]', "\\%0") .. '"')
      local condition = assert(where.read("contact", source))
      value = random(3) == 1 and same and value .. "Sales" or value
      if same then -- another form of the same letters
        value = value:gsub("ü", "u\204\136"):gsub("K", random(2) == 1 and KELVIN or "K")
      end
      local json = ('{"title":"%s","externalIds":[{"value":"%s"}],"lastName":"%s"}'):format(
        written(value, random), written(value, random), random(2) == 1 and "Berlin" or "Ng")
      local record = assert(core.json.decode(json), json)
      if condition.needles and condition.test(record) then
        held = held + 1
        local found = json:find("\\u00", 1, true)
        for _, needle in ipairs(condition.needles) do
          found = found or json:find(needle, 1, true)
        end
        assert.is_truthy(found, source .. "  " .. json)
      end
    end
    assert.is_true(held > 100)
  end)
end)
