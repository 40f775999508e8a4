-- Spreadsheets in other encodings than UTF-8, converted by iconv, which is part of Debian.
local converter = require "extcontacts.fix.import.converter"
local import_place = require "spec.support.import_place"

local import = import_place.fresh(before_each, after_each)

local LATIN = "E-Mail;Vorname;Nachname\njm@example.com;J\252rgen;M\252ller \128\n"

-- A text of the first 256 characters in UTF-16.
local function utf16(text, high_first)
  local wide = text:gsub(".", high_first and "\0%0" or "%0\0")
  return (high_first and "\254\255" or "\255\254") .. wide
end

describe("an import of a file in another encoding", function()
  local serial = 0

  local function imported(text, name)
    serial = serial + 1
    local planned, changes = import:plan_file(import.place:write("a b;'" .. serial .. ".csv", text),
      { create = true, encoding = name })
    return planned and changes[1].after or changes
  end

  local function refused(pattern, text, name)
    local message = imported(text, name)
    assert.is_string(message)
    assert.matches(pattern, message, 1, true)
  end

  it("reads it under the name of the encoding", function()
    local after = imported(LATIN, "windows-1252")
    assert.same({ "jm@example.com", "Jürgen", "Müller €" }, { after.workEmail, after.firstName, after.lastName })
    assert.equal("Müller", imported("E-Mail,Nachname\na@b.example,M\252ller\n", "ISO-8859-1").lastName)
    assert.equal("Müller", imported("E-Mail,Nachname\na@b.example,Müller\n", "utf-8").lastName)
  end)

  it("reads UTF-16 by its byte order mark", function()
    local text = "E-Mail\tNachname\r\na@b.example\tM\252ller\r\n"
    assert.equal("Müller", imported(utf16(text)).lastName)
    assert.equal("Müller", imported(utf16(text, true)).lastName)
    assert.equal("Müller", imported(utf16(text), "UTF-16").lastName)
  end)

  it("names the option, or says why a name is wrong", function()
    refused('line 2: not UTF-8; save the file as "CSV UTF-8", or name its encoding with --encoding, such as '
      .. "windows-1252", LATIN)
    refused("is UTF-8, not windows-1252; omit --encoding", "E-Mail,Nachname\na@b.example,Müller\n", "windows-1252")
    refused("iconv doesn't know the encoding 'ansi'; ", LATIN, "ansi")
    refused("iconv doesn't know the encoding '-c'; ", LATIN, "-c")
    refused("iconv doesn't know the encoding 'x;touch y'; ", LATIN, "x;touch y")
    refused("not all of it is ASCII, so it has another encoding", LATIN, "ASCII")
  end)

  it("says that iconv is missing", function()
    local has = converter.has
    finally(function() converter.has = has end)
    converter.has = function() return false end
    refused('iconv, which converts it from windows-1252, is not installed; install it, or save the file as "CSV UTF-8"',
      LATIN, "windows-1252")
  end)
end)
