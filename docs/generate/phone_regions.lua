-- Writes the table of numbering plans in record/normalize/phone_regions.lua from the
-- metadata of libphonenumber (Apache License 2.0), as the npm package
-- libphonenumber-js ships it:
--
--   npm pack libphonenumber-js && tar xzf libphonenumber-js-*.tgz
--   lua docs/generate/phone_regions.lua package 2026-11-10
--
-- with this build in LUA_PATH and LUA_CPATH, the unpacked package, and the date on
-- which npm published it.  It lists regions whose national prefix needs a decision.
-- Update the version in docs/tidy.md and the header of the fix phones_e164, too.

local json = require "extcontacts.base.json"

local MODULE = "lua/extcontacts/record/normalize/phone_regions.lua"

-- Positions in a region's row of the metadata.
local CODE, IDD, LENGTHS, PREFIX, PREFIX_PATTERN, TYPES, PREFERRED_IDD = 1, 2, 4, 6, 8, 12, 13
-- Positions in TYPES of the types that are not numbers of a person or company:
-- voicemail and pagers.
local UNUSED = { [6] = true, [8] = true }
-- Digits of a number with its country code.
local MOST = 15

-- Where the national prefix depends on the number; numbers in Belarus may start with
-- it.
local DEPENDS = { AR = "?", BY = "?8", CO = "?", KR = "?" }
-- Several national prefixes: Lithuania replaced 8 by 0 in 2025, and both are dialled.
local SEVERAL = { LT = "0/8" }
-- Regions whose patterns of national prefixes were examined: they add carrier codes,
-- or area codes to local numbers.
local EXAMINED = {}
for name in ("AU BO BR CC CN CR CX FO GA GB GG HN IM JE JP LI LU MD MG NF NI SM SV UY ZW"):gmatch "%u%u" do
  EXAMINED[name] = true
end
-- Regions with several international prefixes: the one that is read.  `-`: 0 in
-- Samoa and Cape Verde, where numbers may start so.
local IDDS = { BO = "0011", CL = "00", CO = "009", CV = "-", BR = "-", HK = "001", ID = "009", IL = "00", KH = "001",
  KP = "00", KR = "001", MU = "00", PW = "011", SB = "00", SG = "011", TH = "001", TW = "009", TZ = "000",
  UG = "000", WS = "-" }

local function lengths_of(row)
  local found, list, spans = {}, {}, {}
  for position, kind in ipairs(row[TYPES] or {}) do
    if type(kind) == "table" and not UNUSED[position] then
      for _, length in ipairs(kind[2] or row[LENGTHS]) do
        found[length] = length + #row[CODE] <= MOST or nil
      end
    end
  end
  for length in pairs(found) do
    list[#list + 1] = length
  end
  table.sort(list)
  for index, length in ipairs(list) do
    if list[index - 1] == length - 1 then
      spans[#spans][2] = length
    else
      spans[#spans + 1] = { length, length }
    end
  end
  for index, span in ipairs(spans) do
    spans[index] = span[1] == span[2] and tostring(span[1]) or span[1] .. "-" .. span[2]
  end
  return table.concat(spans, ",")
end

local function prefix_of(name, row)
  local prefix, pattern = row[PREFIX], row[PREFIX_PATTERN]
  -- North American patterns add the area code to local numbers.
  if type(pattern) == "string" and row[CODE] ~= "1" and pattern ~= prefix
    and not (DEPENDS[name] or SEVERAL[name] or EXAMINED[name]) then
    io.stderr:write(("%s: national prefix %s, pattern %s\n"):format(name, prefix == 0 and "none" or prefix, pattern))
  end
  return DEPENDS[name] or SEVERAL[name] or type(prefix) == "string" and prefix or "-"
end

local function idd_of(name, row)
  local preferred = type(row[PREFERRED_IDD]) == "string" and row[PREFERRED_IDD]:gsub("~", "")
  for _, idd in ipairs { IDDS[name] or "", preferred or "", row[IDD] } do
    if idd == "-" or idd:find "^%d+$" then
      return idd
    end
  end
  io.stderr:write(("%s: international prefixes %s\n"):format(name, row[IDD]))
  return "-"
end

local function rows_of(countries)
  local names, lines, line = {}, {}, ""
  for name in pairs(countries) do
    names[#names + 1] = name
  end
  table.sort(names)
  for index, name in ipairs(names) do
    local row = countries[name]
    local text = ("%s %s %s %s %s%s"):format(name, row[CODE], prefix_of(name, row), idd_of(name, row), lengths_of(row),
      index < #names and ";" or "")
    if #line + #text + 1 > 115 then
      lines[#lines + 1], line = line, ""
    end
    line = line == "" and text or line .. " " .. text
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

local function contents(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

local function main(package, date)
  assert(package and date and date:find "^%d%d%d%d%-%d%d%-%d%d$", "usage: phone_regions.lua PACKAGE YYYY-MM-DD")
  local version = assert(json.decode(contents(package .. "/package.json"))).version
  local metadata = assert(json.decode(contents(package .. "/metadata.max.json")))
  assert(metadata.version == 4, "the metadata has another format")
  local text = contents(MODULE)
  local function put(pattern, replacement)
    local count
    text, count = text:gsub(pattern, (replacement:gsub("%%", "%%%%")))
    assert(count == 1, pattern)
  end
  put('regions%.source = "[^"]*"', ('regions.source = "libphonenumber-js %s, %s"'):format(version, date))
  put("local ROWS = %[%[.-%]%]", "local ROWS = [[\n" .. rows_of(metadata.countries) .. "\n]]")
  local file = assert(io.open(MODULE, "wb"))
  file:write(text)
  file:close()
end

main(arg[1], arg[2])
