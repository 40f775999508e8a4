-- Variations of each kind of value that people's files have, beside those in the
-- specs of the readers: what is read, and what is skipped with a reason.
local blank = require "extcontacts.record.normalize.blank"
local country = require "extcontacts.record.normalize.country"
local csv = require "extcontacts.base.csv"
local damage = require "extcontacts.record.normalize.damage"
local date = require "extcontacts.record.normalize.date"
local email = require "extcontacts.record.normalize.email"
local id = require "extcontacts.record.normalize.id"
local name = require "extcontacts.record.normalize.name"
local phone = require "extcontacts.record.normalize.phone"
local record_row = require "extcontacts.record.row"

local ID = "5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11"

-- The value of a text, or the reason why there is none.
local function outcome(read, ...)
  local value, reason = read(...)
  if value == nil then
    return "skipped: " .. reason
  end
  return value
end

-- Texts and what becomes of them, by kind.
local KINDS = {}

local MORE, CODE = "skipped: contains more than a phone number", "skipped: unknown country code"

KINDS["phone numbers"] = {
  read = function(text)
    local number, reason = phone.read(text)
    return number and number.e164 .. (number.extension and " ext. " .. number.extension or ""), reason
  end,
  ["+ 49 171 1234567"] = "+491711234567", ["+49‑171‑1234567"] = "+491711234567",
  ["(+49)1711234567"] = "+491711234567", ["(0049) 171 1234567"] = "+491711234567",
  ["0049-171-1234567"] = "+491711234567", ["+44 (0) 20 7946 0018"] = "+442079460018",
  ["+44 020 7946 0018"] = "+442079460018", ["+491711234567,"] = "+491711234567",
  ["٠٠٤٩١٧١١٢٣٤٥٦٧"] = "+491711234567", ["+४९ १७१ १२३४५६७"] = "+491711234567",
  ["+1 (317) 555-0100 Ext 5"] = "+13175550100 ext. 5", ["+49 171 1234567#12"] = "+491711234567 ext. 12",
  ["++49 171 1234567"] = MORE, ["+49/171/1234567"] = MORE, ["+49,171,1234567"] = MORE, ["Tel.: +49 171 1234567"] = MORE,
  ["+49 171 1234567 (mobile)"] = MORE, ["+1 800 FLOWERS"] = MORE, ["https://wa.me/491711234567"] = MORE,
  ["+49 171 1234567 ext"] = MORE, ["+49 171 1234567,,12"] = MORE, ["+0049 171 1234567"] = CODE,
  ["+49 171 1234567 / +49 30 1234567"] = "skipped: may be two numbers",
  ["8 612 34567"] = "skipped: no country code",
}

local NO_ADDRESS, SEVERAL = "skipped: not an e-mail address", "skipped: more than one address"

KINDS["e-mail addresses"] = {
  read = email.read,
  ["mailto:Ann@X.example?subject=hi&cc=bob@x.example"] = "ann@x.example", ["<<ann@x.example>>"] = "ann@x.example",
  ["'Ann' <ann@x.example>"] = "ann@x.example", ["‹ann@x.example›"] = "ann@x.example",
  ["`ann@x.example`"] = "ann@x.example", ["\226\128\170ann@x.example\226\128\172"] = "ann@x.example",
  ["ann@x\226\128\139.example"] = "ann@x.example", ["mailto://ann@x.example"] = "ann@x.example",
  ["ann@bücher.example"] = "ann@bücher.example", ["ann@xn--bcher-kva.example"] = "ann@xn--bcher-kva.example",
  ["mailto:ann@x.example,bob@x.example"] = SEVERAL, ["ann@x.example\nbob@x.example"] = SEVERAL,
  ["ann@x.example>"] = NO_ADDRESS, ["´ann@x.example´"] = NO_ADDRESS, ["E-Mail: ann@x.example"] = NO_ADDRESS,
  ["ann (at) x.example"] = NO_ADDRESS, ["ann@x,example"] = NO_ADDRESS, ["ann@x。example"] = NO_ADDRESS,
  ["ann@x.example!"] = NO_ADDRESS, ["ann@[127.0.0.1]"] = NO_ADDRESS, ["ann\194\160@x.example"] = NO_ADDRESS,
  ["&lt;ann@x.example&gt;"] = NO_ADDRESS,
}

local NO_ID = "skipped: not a valid id"

KINDS.ids = {
  read = id.read,
  [ID:upper()] = ID, ["{{" .. ID .. "}}"] = ID, ["｛" .. ID .. "｝"] = ID, ["`" .. ID .. "`"] = ID,
  ["«" .. ID .. "»"] = ID, [ID .. "\n"] = ID, ["\t" .. ID] = ID, [ID:gsub("%-", "−")] = ID,
  [" {" .. ID:upper() .. "} ;"] = ID, ['="{' .. ID .. '}"'] = ID, ["\239\187\191\"" .. ID .. "\""] = ID,
  ["id:" .. ID] = NO_ID, ["0x" .. ID] = NO_ID, [ID .. "."] = NO_ID, [ID .. "/"] = NO_ID, ["'" .. ID] = NO_ID,
  [ID:gsub("%-", "_")] = NO_ID, [ID:gsub("a", "а")] = NO_ID, [ID .. "\0"] = NO_ID, [ID:gsub("%-", ".")] = NO_ID,
  ["https://apps.example/#/contacts/" .. ID] = NO_ID,
}

local NUMBER, ERROR = "skipped: " .. damage.NUMBER, "skipped: " .. damage.ERROR

KINDS["damaged cells"] = {
  read = function(text)
    local reason = damage.of(text, nil)
    return not reason and (blank.is(text) and "empty" or "kept") or nil, reason
  end,
  ["49.3E+10"] = NUMBER, ["4,93E+11"] = NUMBER, ["4.93 E+11"] = NUMBER, ["4.93E+011"] = NUMBER,
  ["1234567890123450"] = NUMBER, ["12345678901234500.00"] = NUMBER, ["7.000"] = NUMBER, ["+5E+11"] = NUMBER,
  ["#¡REF!"] = ERROR, ["#Н/Д"] = ERROR, ["#ЗНАЧ!"] = ERROR, ["#N/D"] = ERROR, ["1.#QNAN"] = ERROR, ["\\N"] = ERROR,
  ["#SPILL!\r"] = ERROR, ["\227\128\128"] = "empty", ["\226\160\128"] = "empty", ["\227\133\164 "] = "empty",
  ['="" '] = "empty", ["Null"] = "kept", ["5E11"] = "kept", ["7.05"] = "kept", ["#42"] = "kept",
  ["123456789012345"] = "kept", ["12345678901234567"] = "kept",
}

local NO_COUNTRY = "skipped: unknown country"

KINDS.countries = {
  read = country.read,
  ["U.K"] = "GB", ["Scotland"] = "GB", ["ETATS-UNIS"] = "US", ["Espana"] = "ES", ["Cote d'Ivoire"] = "CI",
  ["Deutschland."] = "DE", ["FRG"] = "DE", ["Duitsland"] = "DE", ["Hongkong"] = "HK", ["KSA"] = "SA", ["Eire"] = "IE",
  ["日本"] = "JP", ["中国"] = "CN", ["Burma"] = "MM", ["VIET NAM"] = "VN", ["tu\204\136rkiye"] = "TR",
  ["The\194\160Netherlands"] = "NL", ["S.A."] = NO_COUNTRY, ["England, UK"] = NO_COUNTRY, ["276"] = NO_COUNTRY,
  ["EU"] = NO_COUNTRY, ["Guinea or Ghana"] = NO_COUNTRY, ["N/A"] = NO_COUNTRY, ["Korea"] = NO_COUNTRY,
}

KINDS.names = {
  read = function(text)
    local read, reason = name.read(text)
    return read and name.key(read), reason
  end,
  ["O’BRIEN"] = "o'brien", ["OʹBrien"] = "o'brien", ["O‛Brien"] = "o'brien", ["N\204\131andu\204\129"] = "ñandú",
  ["JÜRGEN"] = "jürgen", ["Ju\204\136rgen"] = "jürgen", ["Weiẞ"] = "weiß", ["Anne\226\128\145Marie"] = "anne-marie",
  ["Anne—Marie"] = "anne-marie", ["  de  la\194\160Cruz "] = "de la cruz", ["Nguye\204\130\204\131n"] = "nguyễn",
  ["Ann\226\128\139"] = "ann", ["\239\187\191Ann"] = "ann", ["NAN"] = "nan", ["Null"] = "null", ["nan"] = ERROR,
  ["#NAME?"] = ERROR, ["\194\160"] = "skipped: no name", ["\226\128\142"] = "skipped: no name",
}

local COUNTRY, NO_DATE = "skipped: a date in a country-specific format; use 2026-01-31", "skipped: not a date"

KINDS.dates = {
  read = date.read,
  ["2026-01-31T10:00:00.000+0200"] = "2026-01-31T08:00:00.000Z",
  ["2026-01-31T10:00:00,5Z"] = "2026-01-31T10:00:00.500Z",
  ["2026-01-31T10:00:00 +02:00"] = "2026-01-31T08:00:00.000Z",
  ["2026-01-31T10:00:00+14:00"] = "2026-01-30T20:00:00.000Z",
  ["2024-02-29T23:30:00-00:30"] = "2024-03-01T00:00:00.000Z",
  ["２０２６-０１-３１"] = "2026-01-31", ["2026‑01‑31"] = "2026-01-31", ["1899-12-30"] = "1899-12-30",
  ["0001-01-01T00:00:00Z"] = "0001-01-01T00:00:00.000Z",
  ["2026-1-31"] = COUNTRY, ["2026.01.31"] = COUNTRY, ["1/2/26"] = COUNTRY, ["31.1.2026 10:00"] = COUNTRY,
  ["31. Jan. 2026"] = NO_DATE, ["20260131"] = NO_DATE, ["45000"] = NO_DATE, ["1706695200000"] = NO_DATE,
  ["2026-01-31T10:00:00GMT"] = NO_DATE, ["2026-01-31T24:00:00Z"] = NO_DATE, ["0000-00-00"] = NO_DATE,
  ["1900-02-29"] = NO_DATE, ["9999-12-31T23:59:59-01:00"] = NO_DATE,
  ["2026-01-31 10:00:00"] = "skipped: a time without a time zone",
}

describe("variations of", function()
  for kind, cases in pairs(KINDS) do
    it(kind, function()
      local count = 0
      for text, expected in pairs(cases) do
        if text ~= "read" then
          assert.equal(expected, outcome(cases.read, text), text)
          count = count + 1
        end
      end
      assert.is_true(count > 10)
    end)
  end

  it("fields", function()
    local function before()
      return { title = "CEO", workEmail = "Ann@x.example", surveyOptOut = true, externalOrganization = { id = ID },
        workPhone = { display = "+49 30 1234567", e164 = "+49301234567", extension = 12, acceptsSMS = true },
        customFields = { a_integer = 7, b_datetime = "2026-01-31T08:00:00.000Z", c_checkbox = true } }
    end
    local EXTENSION = "not an extension of at most 7 digits without leading zeros"
    local SAME = {}
    for column, cases in pairs {
      title = { [" CEO "] = SAME, ["CEO"] = SAME, ["\194\160"] = SAME, ["#N/A"] = damage.ERROR,
        ["7.0"] = damage.NUMBER },
      workEmail = { ["ANN@X.EXAMPLE"] = SAME, ["mailto:ann@x.example"] = SAME, ["ann@x.example;"] = SAME,
        ["ann"] = "not an e-mail address", ["nan"] = damage.ERROR },
      workPhone = { ["0049 30 1234567 ext. 12"] = SAME, ["tel:+49301234567;ext=12"] = SAME,
        ["+49 30 1234567 ext. 012"] = "the extension starts with 0 or has more than 7 digits",
        ["+49 30 1234567 x0"] = "the extension starts with 0 or has more than 7 digits",
        ["49301234567"] = damage.NUMBER, ['{"display":"+49 30 1234567","extension":0}'] = EXTENSION },
      ["workPhone.extension"] = { ["12"] = SAME, [" 12 "] = SAME, ["0"] = EXTENSION, ["012"] = EXTENSION,
        ["12.0"] = EXTENSION, ["+12"] = EXTENSION, ["1e1"] = EXTENSION },
      ["workPhone.acceptsSMS"] = { ["TRUE"] = SAME, [" yes "] = SAME, ["1"] = SAME,
        ["WAHR"] = SAME },
      surveyOptOut = { ["true"] = SAME, ["#REF!"] = damage.ERROR },
      externalOrganization = { [ID:upper()] = SAME, ["{" .. ID .. "}"] = SAME,
        ["Example Ltd"] = "not a valid id or a JSON object" },
      ["externalOrganization.id"] = { [ID:upper()] = SAME, [ID .. "x"] = "not a valid id" },
      ["customFields.a_integer"] = { ["7"] = SAME, [" 7 "] = SAME, ["07"] = "the leading zeros would be lost",
        ["7.0"] = "not a whole number", ["1,000"] = "not a whole number", ["1E+15"] = damage.NUMBER },
      ["customFields.b_datetime"] = { ["2026-01-31T10:00:00+02:00"] = SAME, ["2026-01-31 08:00Z"] = SAME,
        ["31.01.2026 08:00"] = "a date in a country-specific format; use 2026-01-31" },
      ["customFields.c_checkbox"] = { ["Yes"] = SAME, ["x"] = "not yes, no, true or false" },
    } do
      for cell, expected in pairs(cases) do
        local skipped
        local record = record_row.set(before(), "contact", { [column] = cell }, { skip = function(reason)
          skipped = reason
        end })
        assert.same(before(), record, column .. " " .. cell)
        assert.equal(expected ~= SAME and column .. ": " .. expected or nil, skipped, column .. " " .. cell)
      end
    end
  end)

  -- Iterates over a text as a file is read.
  local function handle_of(text)
    return { read = function()
      local rest = text
      text = nil
      return rest
    end }
  end

  local function rows_of(text)
    local out, next_row, reader = {}, csv.rows(handle_of(text))
    if not next_row then
      return reader
    end
    while true do
      local row, problem = next_row()
      if not row then
        return problem or table.concat(out, " | ")
      end
      out[#out + 1] = ("%s+%s"):format(row.a, row.b)
    end
  end

  it("files and rows", function()
    local AFTER = "expected a separator after the closing quote"
    for text, expected in pairs {
      ["a;b;c\n1\n1;2\n"] = "1+ | 1+2", ["a\tb\n1\n\t\n\n1\t2"] = "1+ | + | 1+2", ["a,b,\n1,2,\n1,2\n"] = "1+2 | 1+2",
      ["a,b,,\n1,2,,\n"] = "1+2", [",a,b\n,1,2\n"] = "1+2", ["a,\194\160,b\n1,,2\n"] = "1+2", [" a , b\n1,2\n"] = "1+2",
      ["\239\187\191\"a\";\"b\"\n1;2\n"] = "1+2", ["sep=|\na|b\n1|2\n"] = "1+2", ["a,b\n1,2,,\n"] = "1+2",
      ['a;b\n1;x "y"\n2;5" z\n'] = '1+x "y" | 2+5" z', ['a\tb\n1\tx "y" z\n'] = '1+x "y" z',
      ['a,b\nx "y",2\n'] = 'x "y"+2', ['a,b\n1,"x ""y"""\n'] = '1+x "y"', ['a,b\n1,"x\n\ny"\n'] = "1+x\n\ny",
      ['a,b\n1, "2"\n'] = '1+ "2"', ["a;b\n1;2,5\n"] = "1+2,5", ["a,b\r\n1,2\r\n\r\n"] = "1+2",
      ['a;b\n1;"x" y\n'] = "line 2: " .. AFTER, ['a\n"x" y\n'] = "line 2: " .. AFTER,
      ["a,b\n1,2,3\n"] = "line 2: 3 fields, but the header has 2",
      [",a,b\n0,1,2\n"] = "line 2: column 1 has no name; name it in the header, or remove it",
      ["a,b, a\n1,2,3\n"] = "duplicate column 'a'", ['a,b\n1,"2\n'] = "line 2: unclosed quote",
      ["a,b\n1,\255\n"] = 'line 2: not UTF-8; save the file as "CSV UTF-8"', [""] = "the file is empty",
    } do
      assert.equal(expected, rows_of(text), text)
    end
  end)
end)
