-- Makes contact-like records as JSON texts: as a server might write them (any
-- order of fields, white space, escapes) and, built apart from any codec, as
-- json.encode must write them with sort_keys.  A value here is a pair
-- { wire, canonical } of texts; an object before it is one, a list of fields.
local records = {}

local has_integers = _VERSION ~= "Lua 5.1" -- LuaJIT's name
local nothing, no, yes = { "null", "null" }, { "false", "false" }, { "true", "true" }

-- Random whole numbers from 1 to most, the same for a seed on every VM.
function records.random(seed)
  local state = seed
  return function(most)
    state = state * 16807 % 2147483647
    return math.floor(state / 65536) % most + 1
  end
end

local pieces = {
  { "an", "an" }, { "er", "er" }, { "l", "l" }, { "os", "os" }, { " ", " " },
  { "mi", "mi" }, { "ta", "ta" }, { "K", "K" }, { "'", "'" }, { "-", "-" },
  { "\195\188", "\195\188" }, { "\226\130\172", "\226\130\172" },
  { "\240\159\152\128", "\240\159\152\128" }, { "\127", "\127" },
  { "\\u00e9", "\195\169" }, { "\\u4E2D", "\228\184\173" },
  { "\\uD83D\\uDE00", "\240\159\152\128" }, { "\\/", "/" }, { "/", "/" },
  { "\\\"", "\\\"" }, { "\\u0022", "\\\"" }, { "\\\\", "\\\\" },
  { "\\n", "\\n" }, { "\\u000A", "\\n" }, { "\\t", "\\t" },
  { "\\u0000", "\\u0000" }, { "\\u001B", "\\u001b" }, { "\\b", "\\b" },
}

-- Plain letters mostly when `rare` is large.
local function text(random, longest, rare)
  local wire, canonical = {}, {}
  for i = 1, random(longest) do
    local piece = pieces[random(rare) == 1 and random(#pieces) or random(8)]
    wire[i], canonical[i] = piece[1], piece[2]
  end
  return { '"' .. table.concat(wire) .. '"', '"' .. table.concat(canonical) .. '"' }
end

local function plain(format, ...)
  local quoted = '"' .. format:format(...) .. '"'
  return { quoted, quoted }
end

local function digits(random, count)
  local list = { random(9) }
  for i = 2, count do
    list[i] = random(10) - 1
  end
  return table.concat(list)
end

local function integer(random, count)
  local whole = digits(random, count)
  return { whole, whole }
end

local function number(random, rare)
  local kind = random(rare) == 1 and random(5) or random(3) == 1 and 3 or 6
  local whole = (random(3) == 1 and "-" or "") .. digits(random, random(6))
  if kind == 1 then -- beyond every Lua number
    whole = digits(random, 20)
  elseif kind == 2 then
    whole = digits(random, 18)
  elseif kind == 3 then
    local cents = whole .. "." .. (random(9) - 1) .. random(9)
    return { cents .. ("0"):rep(random(3) - 1), cents }
  elseif kind == 4 then
    return { whole .. ".0", has_integers and whole .. ".0" or whole }
  elseif kind == 5 then
    local zeros = random(5)
    return { whole .. "e" .. zeros,
      whole .. ("0"):rep(zeros) .. (has_integers and ".0" or "") }
  end
  return { whole, whole }
end

local spaces = { "", "", "", " ", "\n  ", "\t", "\r\n" }

local function space(random)
  return spaces[random(#spaces)]
end

local function array(random, items)
  local wire, canonical = {}, {}
  for i, item in ipairs(items) do
    wire[i] = space(random) .. item[1] .. space(random)
    canonical[i] = item[2]
  end
  return { "[" .. space(random) .. table.concat(wire, ",") .. "]",
    "[" .. table.concat(canonical, ",") .. "]" }
end

-- The pair of an object given as { name, value } fields.
local function object(random, fields)
  local order, wire, canonical = {}, {}, {}
  for i, field in ipairs(fields) do
    table.insert(order, random(i), field)
  end
  for i, field in ipairs(order) do
    wire[i] = ('%s"%s"%s:%s%s%s'):format(space(random), field[1], space(random),
      space(random), field[2][1], space(random))
  end
  table.sort(order, function(a, b) return a[1] < b[1] end)
  for i, field in ipairs(order) do
    canonical[i] = ('"%s":%s'):format(field[1], field[2][2])
  end
  return { "{" .. space(random) .. table.concat(wire, ",") .. "}",
    "{" .. table.concat(canonical, ",") .. "}" }
end

local function phone(random)
  local e164 = "+49" .. digits(random, 9)
  local fields = {
    { "display", plain("(0%s) %s", digits(random, 2), digits(random, 7)) },
    { "e164", plain("%s", e164) },
    { "countryCode", plain("DE") },
    { "acceptsSMS", random(2) == 1 and yes or no },
  }
  if random(3) == 1 then
    fields[#fields + 1] = { "extension", integer(random, 3) }
  end
  return object(random, fields)
end

local function address(random, rare)
  return object(random, {
    { "address1", text(random, 12, rare) },
    { "address2", random(2) == 1 and nothing or text(random, 8, rare) },
    { "city", text(random, 6, rare) },
    { "postalCode", plain("%s", digits(random, 5)) },
    { "countryCode", plain("DE") },
  })
end

local function list(random, longest, make)
  local items = {}
  for i = 1, random(longest + 1) - 1 do
    items[i] = make(i)
  end
  return array(random, items)
end

-- A contact's fields; 1 in `rare` pieces of its texts and numbers
-- is an unusual one.
function records.contact(random, rare)
  local function id()
    return plain("%s-%s-4%s-a%s-%s", digits(random, 8), digits(random, 4),
      digits(random, 3), digits(random, 3), digits(random, 12))
  end
  local function reference(path)
    return object(random, { { "id", id() }, { "name", text(random, 6, rare) },
      { "selfUri", plain("/api/v2/%s/%s", path, digits(random, 8)) } })
  end
  local function date()
    return plain("20%s-01-12T08:00:00.%sZ", digits(random, 2), digits(random, 3))
  end
  local function source()
    return object(random, { { "platform", text(random, 3, rare) },
      { "url", text(random, 9, rare) } })
  end
  return {
    { "id", id() },
    { "type", plain("Curated") },
    { "division", reference("authorization/divisions") },
    { "externalOrganization", random(3) == 1 and nothing
      or reference("externalcontacts/organizations") },
    { "schema", reference("externalcontacts/contacts/schemas") },
    { "salutation", plain("Mr.") },
    { "firstName", text(random, 4, rare) },
    { "middleName", random(2) == 1 and nothing or text(random, 3, rare) },
    { "lastName", text(random, 6, rare) },
    { "title", text(random, 9, rare) },
    { "workPhone", phone(random) },
    { "cellPhone", random(3) == 1 and nothing or phone(random) },
    { "workEmail", plain("a%s@example.com", digits(random, 5)) },
    { "personalEmail", plain("b%s@mail.example", digits(random, 5)) },
    { "externalSystemUrl", plain("https://crm.example/%s", digits(random, 9)) },
    { "address", address(random, rare) },
    { "surveyOptOut", random(4) == 1 and yes or no },
    { "externalDataSources", list(random, 2, source) },
    { "version", integer(random, 2) },
    { "createDate", date() },
    { "modifyDate", date() },
    { "customFields", object(random, {
      { "score_number", number(random, rare) },
      { "balance_number", number(random, rare) },
      { "tags_list", list(random, 5, function() return text(random, 4, rare) end) },
      { "notes_longtext", text(random, 60, rare) },
      { "empty_object", { "{ }", "{}" } },
    }) },
    { "selfUri", { '"\\/api\\/v2\\/x"', '"/api/v2/x"' } },
  }
end

-- records.object(random, fields) -> { wire, canonical }, fields in any order.
records.object = object

return records
