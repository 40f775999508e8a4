-- Records as a table on a terminal.
local command = require "spec.support.command"
local display_width = require "extcontacts.base.display_width"
local json = require "extcontacts.base.json"
local output = require "extcontacts.cli.output"

local IDS = {}
for index = 1, 200 do
  IDS[index] = ("5b4ab8d4-2b1c-4b3e-9d5a-%012d"):format(index)
end

describe("a table", function()
  -- What a writer writes for some records: with `ends`, a page ends after each of these.
  local function write(opts, model, records)
    local ctx, written, errors = command.context {
      terminals = { stdout = opts.colours ~= nil }, columns = opts.width, environment = opts.environment or
        { NO_COLOR = not opts.colours and "1" or nil },
    }
    local writer = output.open(ctx, { fields = opts.fields or {}, output = opts.output or "table" }, model,
      not opts.single, true)
    local progress = {}
    for index, record in ipairs(records) do
      writer:put(record)
      if index == opts.page then
        writer:flush()
      end
      progress[index] = written()
    end
    writer:finish()
    return written(), errors(), progress
  end

  local function widest(text)
    local most = 0
    for line in text:gmatch "[^\n]+" do
      most = math.max(most, display_width.of(line))
    end
    return most
  end

  local ANN = { id = IDS[1], firstName = "Ann", lastName = "Lee", workEmail = "ann@acme.example", title = "Pilot",
    workPhone = { display = "+1 317 555 0100", e164 = "+13175550100" }, address = { city = "Oslo" } }
  local BOB = { id = IDS[2], lastName = "Bobson", otherEmail = "bob@acme.example", title = json.null,
    cellPhone = { e164 = "+4930123456" } }

  it("has the columns of its records that fit", function()
    assert.equal([[
ID                                    NAME     EMAIL             PHONE            TITLE  CITY
5b4ab8d4-2b1c-4b3e-9d5a-000000000001  Ann Lee  ann@acme.example  +1 317 555 0100  Pilot  Oslo
5b4ab8d4-2b1c-4b3e-9d5a-000000000002  Bobson   bob@acme.example  +4930123456
]], (write({ width = 120 }, "ExternalContact", { ANN, BOB })))
    assert.equal([[
ID                                    NAME     EMAIL
5b4ab8d4-2b1c-4b3e-9d5a-000000000001  Ann Lee  ann@acme.example
5b4ab8d4-2b1c-4b3e-9d5a-000000000002  Bobson   bob@acme.example
]], (write({ width = 79 }, "ExternalContact", { ANN, BOB })))
  end)

  it("has 80 columns, or COLUMNS, where there is no terminal", function()
    local long = { { id = IDS[1], lastName = ("x"):rep(300) } }
    assert.equal(80, widest((write({}, "ExternalContact", long))))
    assert.equal(66, widest((write({ environment = { COLUMNS = "66" } }, "ExternalContact", long))))
    for _, text in ipairs { "", "0", "-4", "many", "nan", "inf" } do
      write({ environment = { COLUMNS = text } }, "ExternalContact", long)
    end
  end)

  it("writes blocks where a table would be too narrow, and ids whole", function()
    assert.equal([[
ID     5b4ab8d4-2b1c-4b3e-9d5a-000000000001
NAME   Ann Lee
EMAIL  ann@acme.example
PHONE  +1 317 555 0100
TITLE  Pilot
CITY   Oslo

ID     5b4ab8d4-2b1c-4b3e-9d5a-000000000002
NAME   Bobson
EMAIL  bob@acme.example
PHONE  +4930123456
]], (write({ width = 40 }, "ExternalContact", { ANN, BOB })))
    assert.equal([[
id
  5b4ab8d4-2b1c-4b3e-9d5a-000000000001
firstName
  Ann
workPhone
  +1 317 555 0100
]], (write({ width = 20, fields = { "id,firstName,workPhone" } }, "ExternalContact", { ANN })))
  end)

  it("has the fields that were asked for, cut with an ellipsis", function()
    assert.equal([[
firstName  id                                    address     workEmail
Ann        5b4ab8d4-2b1c-4b3e-9d5a-000000000001  {"city":"…  ann@acme.e…
]], (write({ width = 72, fields = { "firstName,id,address", "workEmail" } }, "ExternalContact", { ANN })))
  end)

  it("measures wide characters and combining marks", function()
    local text = write({ width = 70, fields = { "firstName,lastName,title" } }, "ExternalContact", {
      { firstName = "日本語", lastName = "한국", title = "x" }, { firstName = "Zoe\204\136", lastName = "😀", title = "x" },
      { firstName = "Abcdef", lastName = "abcd", title = "x" },
    })
    local at = {}
    for line in text:gmatch "[^\n]+" do
      at[#at + 1] = display_width.of(line:match "^(.*)title$" or line:match "^(.*)x$")
    end
    assert.same({ at[1], at[1], at[1], at[1] }, at)
    text = write({ width = 66 }, "ExternalContact", { { id = IDS[1], lastName = ("漢"):rep(80) } })
    assert.is_true(widest(text) <= 66)
    assert.matches("漢…", text, 1, true)
  end)

  it("lets no value change the state of a terminal, not even in a pipe", function()
    local evil = "\27]0;owned\7\27[2J\155\194\155\r\n\226\128\174x"
    local record = { id = IDS[1] .. "\27[1m", firstName = evil, lastName = evil, title = evil,
      customFields = { [evil] = evil } }
    for _, opts in ipairs { { width = 300 }, { width = 40 }, { width = 90, single = true },
      { width = 90, fields = { "title", evil } } } do
      local text = write(opts, "ExternalContact", { record })
      assert.is_nil(text:find "[%z\1-\9\11-\31\127\155\255]")
      assert.is_nil(text:find("\226\128\174", 1, true))
    end
    local text = write({ width = 300, colours = true }, "ExternalContact", { record })
    assert.is_nil(text:gsub("\27%[[%d]+m", ""):find "[%z\1-\9\11-\31\127\155\255]")
  end)

  it("has colours on a terminal that shows them", function()
    local opts = { width = 80, colours = true, fields = { "id,title" } }
    assert.equal("\27[1mid\27[0m                                    \27[1mtitle\27[0m\n"
      .. "\27[36m5b4ab8d4-2b1c-4b3e-9d5a-000000000001\27[0m  Pilot\n", (write(opts, "ExternalContact", { ANN })))
    for _, name in ipairs { "NO_COLOR", "CLICOLOR", "TERM" } do
      opts.environment = { [name] = ({ NO_COLOR = "1", CLICOLOR = "0", TERM = "dumb" })[name] }
      assert.is_nil((write(opts, "ExternalContact", { ANN })):find "\27")
    end
  end)

  it("is written page by page, with the widths of the first records", function()
    local records = {}
    for index = 1, 130 do
      records[index] = { id = IDS[index], name = ("n"):rep(index) }
    end
    local text, _, progress = write({ width = 100, page = 3 }, "ExternalOrganization", records)
    assert.equal("", progress[2])
    assert.is_true(#progress[3] > 0)
    assert.is_true(#progress[4] > #progress[3])
    assert.is_true(widest(text) <= 100)
    local lines = select(2, text:gsub("\n", ""))
    assert.equal(131, lines)
    _, _, progress = write({ width = 100 }, "ExternalOrganization", records)
    assert.equal("", progress[49])
    assert.equal(51, (select(2, progress[50]:gsub("\n", ""))))
  end)

  it("says on standard error that there are no records", function()
    local text, errors = write({ width = 80 }, "ExternalContact", {})
    assert.equal("", text)
    assert.equal("extcontacts x: no records\n", errors)
  end)

  it("knows the columns of other records by their model, or by what they contain", function()
    assert.matches("^id +name +noteText", (write({ width = 120, fields = { "id,name,noteText" } }, "Note", { {} })))
    assert.matches("^ID +NOTE", (write({ width = 120 }, "Note", { { id = IDS[1], noteText = "Called" } })))
    assert.equal("id  a  b\n1   x  true\n", (write({ width = 80 }, nil,
      { { id = 1, a = "x", b = true, c = { d = 1 }, e = json.null } })))
  end)

  it("of one record shows all its fields with a value", function()
    assert.equal([[
id                    5b4ab8d4-2b1c-4b3e-9d5a-000000000001
firstName             Ann
workPhone             +1 317 555 0100
address.city          Oslo
externalOrganization  Acme (o1)
surveyOptOut          false
customFields.note     one
                      two three four five
                      six seven eight nine
externalIds           {"value":"1"}
                      {"value":"2"}
zebra                 1
]], (write({ width = 44, single = true }, "ExternalContact", {
      { id = IDS[1], zebra = 1, firstName = "Ann", lastName = json.null,
        address = { city = "Oslo", country = json.null },
        workPhone = ANN.workPhone, externalOrganization = { id = "o1", name = "Acme", selfUri = "/o1" },
        surveyOptOut = false, customFields = { note = "one\ntwo three four five six seven eight nine" },
        externalIds = json.array { { value = "1" }, { value = "2" } }, division = {} },
    })))
  end)
end)
