-- What people give for CSV or JSON.
local atomic_lines = require "extcontacts.base.atomic_lines"
local csv = require "extcontacts.base.csv"
local errors = require "extcontacts.base.errors"
local magic = require "extcontacts.base.magic"
local tempfile = require "spec.support.tempfile"

local create = tempfile.creator(after_each)

-- What readers of CSV and of lines say about a file.
local function problems(text)
  local path = create(text)
  local handle = assert(io.open(path, "rb"))
  local next_row, problem = csv.rows(handle)
  handle:close()
  assert.is_nil(next_row)
  local next_line, _, close = assert(atomic_lines.texts(path))
  local _, err = errors.catch(next_line)
  close()
  return problem, err and err.message:gsub(path, "FILE", 1)
end

describe("magic", function()
  it("recognises files that are no text by their first bytes", function()
    for text, expected in pairs {
      ["PK\3\4\20\0\6\0"] = 'is an Excel workbook (XLSX) or another ZIP file; save the sheet as "CSV UTF-8"',
      ["\208\207\17\224\161\177\26\225"] = 'is an Excel workbook (XLS); save the sheet as "CSV UTF-8"',
      ["\31\139\8\0\0\0\0\0"] = "is compressed with gzip; decompress it with gunzip",
      ["BZh91AY&SY"] = "is compressed with bzip2; decompress it with bunzip2",
      ["\2537zXZ\0\0"] = "is compressed with xz; decompress it with unxz",
      ["\40\181\47\253\4"] = "is compressed with zstd; decompress it with unzstd",
      ["%PDF-1.7\n"] = "is a PDF document; export the table as CSV from the program that made it",
      ["{\\rtf1\\ansi"] = "is an RTF document; save the table as CSV UTF-8",
      ["\255\254i\0d\0\n\0"] = "is UTF-16; save the file as UTF-8",
      ["\254\255\0i\0d\0\n"] = "is UTF-16; save the file as UTF-8",
      ["i\0d\0,\0a\0\n\0"] = "is UTF-16; save the file as UTF-8",
      ["\0i\0d\0,\0a\0\n"] = "is UTF-16; save the file as UTF-8",
      ["<!DOCTYPE html>\n<html>"] = "is a web page (HTML); download the file again; it may be a sign-in or error page",
      ["\239\187\191 <html>"] = "is a web page (HTML); download the file again; it may be a sign-in or error page",
      ["<table><tr>"] = 'is a web page (HTML); save the sheet as "CSV UTF-8"',
      ['<?xml version="1.0"?><Workbook>'] = 'is an XML file; save the sheet as "CSV UTF-8"',
    } do
      assert.equal(expected, magic.problem(text))
      assert.same({ "the file " .. expected, "FILE: the file " .. expected }, { problems(text) })
    end
  end)

  it("accepts texts", function()
    for _, text in ipairs { "", "id\n", "PK,name\n", "\239\187\191id;name\n", "{\"id\":\"1\"}\n", "BZh,x\n", "a\0b\n",
      "<id>,x\n", "%PDF\n" } do
      assert.is_nil(magic.problem(text), text)
    end
  end)

  it("recognises JSON that is given for CSV", function()
    for _, text in ipairs { '{"id":"1","lastName":"Lee"}\n', '[ {"id":1} ]', '\239\187\191{ "id" : 1 }\n' } do
      assert.equal("is JSON, not CSV; if extcontacts wrote it, add --csv", magic.csv_problem(text))
    end
    assert.is_nil(magic.csv_problem '{"id"},name\n')
  end)

  it("names the quotation marks that JSON does not have", function()
    assert.equal('p; write " instead of “', magic.json_problem("{“lastName”: “Lee”}", "p"))
    assert.equal('p; write " instead of «', magic.json_problem("{«lastName»: 1}", "p"))
    assert.equal("p; write \" instead of '", magic.json_problem("{'lastName': 'Lee'}", "p"))
    assert.equal("p", magic.json_problem('{"title": "the “Boss”",}', "p"))
    assert.equal("the text is a PDF document; export the table as CSV from the program that made it",
      magic.json_problem("%PDF-1.4", "p"))
  end)
end)
