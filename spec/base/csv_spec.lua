-- CSV as spreadsheets write it.
local csv = require "extcontacts.base.csv"
local fake = require "spec.support.fake"
local tempfile = require "spec.support.tempfile"

local create = tempfile.creator(after_each)

-- The rows, the problem and the line numbers of a text.
local function parse(text, options)
  local handle = assert(io.open(create(text), "rb"))
  local next_row, reader = csv.rows(handle, options)
  if not next_row then
    handle:close()
    return nil, reader
  end
  local rows, lines = {}, {}
  while true do
    local row, problem = next_row()
    if not row then
      handle:close()
      return rows, problem, lines
    end
    rows[#rows + 1], lines[#lines + 1] = row, reader.line
  end
end

describe("csv", function()
  it("reads rows by the header's names", function()
    assert.same({ { id = "1", name = "Ada" }, { id = "2", name = "" } }, (parse "id,name\n1,Ada\n2,\n"))
    assert.same({ { id = "1" } }, (parse "id\n1"))
    assert.same({}, (parse "id,name"))
  end)

  it("rejects a path instead of an open file", function()
    assert.matches("csv.rows requires an open file", fake.misuse(csv.rows, "people.csv"), 1, true)
  end)

  it("reads quotes, separators and line breaks inside fields, and knows each row's line", function()
    local rows, problem, lines = parse 'id,text\r\n1,"a ""b"", c"\r\n2,"two\nlines"\r\n\r\n3,""\r\n'
    assert.is_nil(problem)
    assert.same({ { id = "1", text = 'a "b", c' }, { id = "2", text = "two\nlines" },
      { id = "3", text = "" } }, rows)
    assert.same({ 2, 3, 6 }, lines)
  end)

  it("finds the separator and drops a byte order mark", function()
    assert.same({ { id = "1", a = "x,y" } }, (parse "\239\187\191id;a\n1;x,y\n"))
    assert.same({ { id = "1", a = "x" } }, (parse "id\ta\n1\tx\n"))
    assert.same({ { id = "1", ["a,b"] = "x" } }, (parse('id;"a,b"\n1;x\n')))
    assert.same({ { ["id;a"] = "1;x" } }, (parse("id;a\n1;x\n", { separator = "," })))
    local rows, _, lines = parse "\239\187\191sep=|\r\nid|a,b\r\n1|x\r\n"
    assert.same({ { { id = "1", ["a,b"] = "x" } }, { 3 } }, { rows, lines })
  end)

  it("passes over what can't be seen before and in the header", function()
    for _, text in ipairs {
      "\239\187\191\239\187\191id,a\n1,x\n", "\226\128\139id,a\226\128\139\n1,x\n", "\r\n \r\nid,a\r\n1,x\r\n",
      ",,\nid,a,\n1,x,\n", "id,a\r\r\n1,x\r\r\n", "SEP=;\r\nid;a\r\n1;x\r\n", '"sep=;"\nid;a\n1;x\n',
      "sep=;\n\nid;a\n1;x\n",
      "\n\239\187\191sep=|\nid|a\n1|x\n",
    } do
      assert.same({ { id = "1", a = "x" } }, (parse(text)), text)
    end
    local _, _, lines = parse "\n,\nid,a\n1,x\n2,y\n"
    assert.same({ 4, 5 }, lines)
    for _, text in ipairs { "", "\n", " \r\n,,\r\n", "\239\187\191" } do
      assert.same({ nil, "the file is empty" }, { parse(text) })
    end
    assert.same({ nil, "the file is UTF-16; save the file as UTF-8" }, { parse "i\0d\0,\0a\0\n\0" })
    assert.same({ nil, 'line 2: not UTF-8; save the file as "CSV UTF-8"' }, { parse "sep=,\nid,a\0\n" })
    assert.same({ { a = "x\0y" } }, (parse "a\nx\0y\n"))
  end)

  it("says where a file is malformed, without its content", function()
    local function problem(text)
      local _, message = parse(text)
      return message
    end
    assert.equal("the file is empty", problem "")
    assert.equal("the file has no header", problem "sep=;\n")
    assert.equal("line 3: 3 fields, but the header has 2", problem "sep=;\na;b\n3;4;5\n")
    assert.equal("line 2: 3 fields, but the header has 2", problem "a,b\n1,2,3\n")
    assert.equal("duplicate column 'a'", problem "a,b,a\n")
    assert.equal("line 3: column 1 has no name; name it in the header, or remove it", problem ",b\n,2\n0,3\n")
    assert.equal("line 2: column 3 has no name; name it in the header, or remove it", problem "a,b, \n1,2,3\n")
    assert.equal("line 2: unclosed quote", problem 'a,b\n1,"2\n3\n')
    assert.equal("line 2: expected a separator after the closing quote", problem 'a,b\n"1"x,2\n')
    assert.equal("line 2: the row is longer than 16 MiB; check for an unclosed quote",
      problem('a\n"' .. (("x"):rep(1023) .. "\n"):rep(17 * 1024)))
    assert.equal("line 2: the row is longer than 16 MiB; check for an unclosed quote",
      problem("a\n" .. ("x"):rep(17 * 1024 * 1024)))
    assert.equal('line 2: not UTF-8; save the file as "CSV UTF-8"', problem "a\nM\252ller\n")
    assert.matches("^the file is UTF%-16", problem "\255\254a\0\n\0")
    assert.matches("^the lines end in CR only", problem "a,b\r1,2\r")
    assert.same({ { ["a\rb"] = "1" } }, (parse '"a\rb"\n1\n'))
  end)

  it("takes off what other programs put around texts", function()
    for cell, value in pairs {
      ["'+49 30 1234"] = "+49 30 1234", ["'-5"] = "-5", ["'=1+1"] = "=1+1", ["'@x"] = "@x", ['"=""01099"""'] = "01099",
      ['="01099"'] = "01099", ['"=""a """"b"""""""'] = 'a "b"', ['"="""""'] = "", ["'01099"] = "'01099",
      ["'t Hooft"] = "'t Hooft", ['"\'=""01099"""'] = '="01099"', ['"=""a""&""b"""'] = '="a"&"b"', ["=A1"] = "=A1",
    } do
      assert.same({ { a = value, b = "" } }, (parse("a,b\n" .. cell .. ",\n")), cell)
    end
    assert.same({ { a = '="01099"' } }, (parse('a\n="01099"\n', { raw = true })))
  end)

  it("reads rows without their last cells, and columns without a name that are empty", function()
    assert.same({ { a = "1", b = "" }, { a = "2", b = "x" } }, (parse "a,b\n1\n2,x\n"))
    assert.same({ { a = "1", b = "2" } }, (parse "a,b\n1,2,,\n"))
    assert.same({ { a = "1", b = "2" }, { a = "3", b = "4" } }, (parse "a,b,,\n1,2,,\n3,4\n"))
    assert.same({ { a = "1", b = "2" } }, (parse ",a, ,b\n,1, ,2\n"))
    local handle = assert(io.open(create "a,b,\n1,2,\n", "rb"))
    assert.same({ "a", "b" }, select(2, csv.rows(handle)).header)
    handle:close()
  end)

  it("takes a quote for one only at the beginning of a field", function()
    assert.same({ { a = 'Taylor 14" screen' }, { a = "Baker" }, { a = 'Cook 15" screen' }, { a = "Dyer" } },
      (parse 'a\nTaylor 14" screen\nBaker\nCook 15" screen\nDyer\n'))
    assert.same({ { a = 'Taylor 14" screen', b = "A" }, { a = "Baker", b = 'x "y", ' }, { a = "C", b = "D" } },
      (parse 'a;b\nTaylor 14" screen;A\nBaker;"x ""y"", "\nC;D\n'))
    assert.same({ { a = 'Anna "Ann" Lee', b = "two\nlines" }, { a = '5"', b = '""' } },
      (parse 'a,b\nAnna "Ann" Lee,"two\nlines"\n5",""""""\n'))
    assert.same({ { ['5" pipe'] = "1", ["b,c"] = "2" } }, (parse '5" pipe,"b,c"\n1,2\n'))
    assert.same({ { a = '"', b = "x\n\ny" } }, (parse 'a\tb\n""""\t"x\n\ny"\n'))
  end)

  it("writes what it reads", function()
    local values = { 'a "b"', "c,d", " e ", "two\nlines", "plain", "", "+49 30", "x;y" }
    local header = { "1", "2", "3", "4", "5", "6", "7", "8" }
    local rows = assert(parse(csv.line(header, 8) .. csv.line(values, 8)))
    for index, value in ipairs(values) do
      assert.equal(value, rows[1][tostring(index)])
    end
    assert.equal("a,,c\r\n", csv.line({ "a", nil, "c" }, 3))
  end)

  it("reads back whatever it writes", function()
    local seed = 1
    local function draw(count)
      seed = (seed * 16807) % 2147483647
      return seed % count + 1
    end
    local pieces = { '"', '""', ",", ";", "\t", "\n", "\r\n", " ", "'", "=", "@", "+", "-", "1", "a", "ü", "€", "\0",
      "sep=" }
    for round = 1, 500 do
      local raw, header, values = round % 2 == 0, {}, {}
      for index = 1, 4 do
        header[index] = "c" .. index
        local parts = {}
        for part = 1, draw(6) - 1 do
          parts[part] = pieces[draw(#pieces)]
        end
        values[index] = table.concat(parts)
      end
      values[5], header[5] = "end", "c5" -- a row of empty cells alone is an empty line, which is skipped
      local rows, problem = parse(csv.line(header, 5) .. csv.line(values, 5, raw), { raw = raw })
      assert.is_nil(problem)
      assert.equal(1, #rows)
      for index, name in ipairs(header) do
        assert.equal(values[index], rows[1][name], ("round %d, column %d"):format(round, index))
      end
    end
  end)

  it("lets no cell become a formula, and reads the original text back", function()
    local values = { "=1+1", "@SUM(A1)", "+1+cmd|'x'!A0", "-x", "\t=1", "\r=1", "'=1", "''-x", "'",
      "＝1+1", "＋1", "－1", "＠SUM(A1)", "﹦1", "﹢1", "﹣1", "﹫a", "−1", "'＝1", "''＠x", "＝" }
    for _, value in ipairs(values) do
      local line = csv.line({ "id", value }, 2)
      assert.matches("^id,\"?'", line)
      local rows = assert(parse("id,a\n" .. line))
      assert.equal(value, rows[1].a)
      assert.equal("id", rows[1].id)
      rows = assert(parse("id,a\n" .. csv.line({ "id", value }, 2, true), { raw = true }))
      assert.equal(value, rows[1].a)
    end
    -- A mark before a phone number is kept apart from one that belongs to the text.
    for value, line in pairs { ["'+49 30 1234"] = "''+49 30 1234", ["''-5"] = "'''-5" } do
      assert.equal(line .. "\r\n", csv.line({ value }, 1))
      assert.equal(value, assert(parse("a\n" .. line .. "\n"))[1].a)
    end
    for _, value in ipairs { "+13175550100", "+49 30 123-4567", "-12.5", "+1 (317) 555-0100", "a=b", "'t Hooft", "a＝b",
      "’t Hooft", "'Ünal", "日本" } do
      assert.equal("id," .. value .. "\r\n", csv.line({ "id", value }, 2))
      assert.equal(value, assert(parse("id,a\nid," .. value .. "\n"))[1].a)
    end
    assert.equal("-5\r\n", csv.line({ -5 }, 1))
  end)
end)

describe("csv fields", function()
  local function lines_of(text, separator)
    local handle = assert(io.open(create(text), "rb"))
    local next_fields, reader = csv.fields(handle, separator)
    local out = {}
    for fields in next_fields do
      out[#out + 1] = csv.line_of_fields(fields, reader.separator)
    end
    handle:close()
    return out, reader
  end

  it("are written again as they were, but for formulas", function()
    local out, reader = lines_of "sep=;\n Name ;Größe;\nA;\"b;\"\"c\"\" \";1;2\n=1+1;'=2;=\"01\"\n+49 30;-1;@x\n"
    assert.same({ "Name", "Größe", "" }, reader.header)
    assert.equal(";", reader.separator)
    assert.same({ 'A;"b;""c"" ";1;2\r\n', "'=1+1;'=2;\"=\"\"01\"\"\"\r\n", "+49 30;-1;'@x\r\n" }, out)
    assert.same({ '"a|b"|c\r\n' }, (lines_of('sep=|\nx|y\n"a|b"|c\n')))
  end)
end)
