-- The settings of --rules, and what they do to the search.
local dedupe = require "extcontacts.dedupe"
local fake = require "spec.support.fake"
local tempfile = require "spec.support.tempfile"

describe("the rules of a search for duplicates", function()
  local create = tempfile.creator(after_each)

  local function found(options)
    local records, index = {}, 0
    for number = 1, 60 do
      local letters = string.char(97 + number % 26, 97 + math.floor(number / 26))
      records[number] = { id = "c" .. number, firstName = "Q" .. letters:rep(3), lastName = letters:rep(4) .. "x" }
    end
    for number = 1, 2 do
      records[number].firstName, records[number].lastName = "Ann", "Lee"
      records[number].cellPhone = { e164 = "+491701234567" }
      records[number].customFields = { birthday_date = number == 1 and "1984-02-03" or "1971-12-13" }
    end
    local result = assert(dedupe.find(function()
      index = index + 1
      return records[index]
    end, options))
    local cluster = result.clusters[1]
    local decision, bits = cluster and cluster.decision or "none", nil
    for _, edge in ipairs(result.edges) do
      bits = edge.a == 1 and edge.b == 2 and edge.verdict.bits or bits
    end
    result:close()
    return decision, bits
  end

  it("replace the weights of levels, and leave fields out", function()
    local options = { birth_field = "birthday_date" }
    assert.not_equal("merge", (found(options))) -- two dates of birth
    options.ignore = { "birth_date" }
    local decision, bits = found(options)
    assert.equal("merge", decision)
    options.weights = { phone = { same = 20 } }
    local stronger, more = found(options)
    assert.equal("merge", stronger)
    assert.is_true(more > bits + 3 and more < bits + 9)
    options.weights.phone.same = -20
    assert.equal("none", (found(options)))
  end)

  it("are the same for the size of blocks", function()
    assert.equal("merge", (found { ignore = { "birth_date" }, block_size = 2 }))
    assert.matches("option 'block_size' must be at least 2", fake.misuse(dedupe.find, next, { block_size = 1 }), 1,
      true)
  end)

  it("apply to the check before a plan", function()
    local a = { id = "a", firstName = "Ann", lastName = "Lee", customFields = { birthday_date = "1984-02-03" } }
    local b = { id = "b", firstName = "Ann", lastName = "Lee", customFields = { birthday_date = "1971-12-13" } }
    assert.matches("a and b no longer agree", dedupe.recheck({ a, b }, { birth_field = "birthday_date" }), 1, true)
    assert.is_nil(dedupe.recheck({ a, b }, { birth_field = "birthday_date", ignore = { "birth_date" } }))
  end)

  it("are read from a JSON file", function()
    local settings = assert(dedupe.read_rules(create [[
      { "threshold": 0.995, "review": 0.5, "phone_region": "de", "birth_field": "b_date", "block_size": 200,
        "ignore": ["organization"], "weights": { "phone": { "same_public": 1, "different": -3 } } }]], "contact"))
    assert.equal(0.995, settings.threshold)
    assert.equal(-3, settings.weights.phone.different)
    assert.equal("organization", settings.ignore[1])
    assert.same({}, assert(dedupe.read_rules(create "{}", "organization")))
  end)

  for text, expected in pairs {
    ["{"] = "invalid JSON at byte 2: unexpected end of the text",
    ["[1]"] = "not a JSON object",
    ["3"] = "not a JSON object",
    ["null"] = "not a JSON object",
    ['{"treshold": 0.9}'] = "unknown setting 'treshold', did you mean 'threshold'?",
    ['{"threshold": 2}'] = "setting 'threshold' must be at most 1",
    ['{"threshold": "high"}'] = "setting 'threshold' must be a number, got string",
    ['{"block_size": 2.5}'] = "setting 'block_size' must be a whole number",
    ['{"ignore": ["phon"]}'] = "ignore: unknown field 'phon', did you mean 'phone'?",
    ['{"ignore": [7]}'] = "ignore: unknown field '7'",
    ['{"ignore": "phone"}'] = "setting 'ignore' must be a table, got string",
    ['{"weights": {"phone": 3}}'] = 'weights: the value of phone must be an object, such as {"same": 12}',
    ['{"weights": {"mail": {}}}'] = "weights: unknown field 'mail'",
    ['{"weights": {"phone": {"sam": 3}}}'] = "weights of phone: unknown level 'sam', did you mean 'same'?",
    ['{"weights": {"phone": {"same": 99}}}'] = "weights of phone: level 'same' must be at most 20",
    ['{"weights": {"phone": {"same": "x"}}}'] = "weights of phone: level 'same' must be a number, got string",
  } do
    it("name the file and the mistake: " .. text, function()
      local path = create(text)
      local settings, err = dedupe.read_rules(path, "contact")
      assert.is_nil(settings)
      assert.equal(path .. ": " .. expected, err.message:sub(1, #path + 2 + #expected))
      assert.equal("invalid", err.kind)
    end)
  end

  it("name a file that is missing", function()
    local settings, err = dedupe.read_rules("/nonexistent/rules.json", "contact")
    assert.is_nil(settings)
    assert.equal("/nonexistent/rules.json: can't be read", err.message)
  end)
end)
