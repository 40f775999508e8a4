-- Ids as people list them.
local errors = require "extcontacts.base.errors"
local id_list = require "extcontacts.fix.source.id_list"

local A, B, C = "5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11", "00000000-0000-0000-0000-00000000abcd",
  "11111111-2222-3333-4444-555555555555"

local function problem(text)
  local list, err = errors.catch(id_list.parse, text, "f")
  assert.is_nil(list)
  return err.message
end

describe("a list of ids", function()
  it("has one id a line, whatever a program made of it", function()
    for _, text in ipairs {
      A .. "\n" .. B .. "\n", A .. "\r\n" .. B, A .. "\r" .. B .. "\r",
      "\239\187\191" .. A .. "\n\n \t\n" .. B .. "\n\n",
      '"' .. A .. '"\n\'' .. B .. "'\n", "  " .. A:upper() .. "\t\n{" .. B .. "}\n",
      A .. "\n" .. A:upper() .. "\n" .. B,
      A:gsub("-", "") .. "\r\r\n" .. B,
    } do
      assert.same({ ids = { A, B }, problems = {} }, id_list.parse(text, "f"))
    end
  end)

  it("can be the column id of a CSV file, JSON lines or a JSON array", function()
    for _, text in ipairs {
      "name,id\n\"Lee, Ann\"," .. A .. "\nx," .. B .. "\n",
      "\239\187\191sep=;\r\nID;n\r\n" .. A .. ";1\r\n;\r\n" .. B .. ";\r\n",
      "id\n" .. A .. "\n" .. B, '"Id"\n"' .. A .. '"\n"' .. B .. '"\n',
      ('{"id":"%s","n":1}\r\n\n{"id":"%s"}\n'):format(A, B), ('["%s",{"id":"%s"}]'):format(A, B),
      ('[\n  "%s",\n  "%s"\n]\n'):format(A, B),
    } do
      assert.same({ ids = { A, B }, problems = {} }, id_list.parse(text, "f"))
    end
  end)

  it("names each line that is no id, and keeps the others", function()
    assert.same({ ids = { A, C }, problems = { "f: line 1: not a valid id", "f: line 3: not a valid id",
      "f: line 4: not a valid id" } }, id_list.parse(("a/b%%2f\n%s\n%s/x\nann@x.example\n%s"):format(A, B, C), "f"))
    assert.same({ "f: line 3: not a valid id" }, id_list.parse("x,id\n1," .. A .. "\n2,zz\n", "f").problems)
    assert.same({ "f: line 2: not a valid id" }, id_list.parse(('{"id":"%s"}\n{"name":"x"}\n'):format(A), "f").problems)
  end)

  it("says what else a file is", function()
    for text, expected in pairs {
      [""] = "f contains no ids", ["\r\n \n"] = "f contains no ids", ["id\n"] = "f contains no ids",
      ["PK\3\4x"] = 'f: the file is an Excel workbook (XLSX) or another ZIP file; save the sheet as "CSV UTF-8"',
      ["M\252ller\n"] = "f: the file is not UTF-8; save it as UTF-8",
      ['{"extcontacts_snapshot":2}\n'] = "f is a snapshot, not a list of ids",
      ['{"by":"x","extcontacts_plan":2}\n'] = "f is a plan, not a list of ids",
      ["name,mail\nx,y\n"] = "f: no column 'id'; unknown column 'id' (known: mail, name)",
      [A .. ",x\n"] = "f: the first line must name the columns; one of them must be id",
      ["{'id':1}\n"] = "; write \" instead of '",
    } do
      assert.matches(expected, problem(text), 1, true)
    end
  end)
end)
