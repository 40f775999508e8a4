local id = require "extcontacts.record.normalize.id"

local ID = "5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11"

describe("record.normalize.id", function()
  it("reads every spelling of an id", function()
    for _, text in ipairs {
      ID, ID:upper(), "{" .. ID .. "}", "{" .. ID:upper() .. "}", "(" .. ID .. ")", "[" .. ID .. "]",
      "<" .. ID .. ">", ID .. "\r", " " .. ID .. "\t", '"' .. ID .. '"', "'" .. ID .. "'", "“" .. ID .. "”",
      ID .. ";", ID .. " , ", "urn:uuid:" .. ID, "URN:UUID:" .. ID:upper(), ID:gsub("%-", ""),
      "{" .. ID:gsub("%-", ""):upper() .. "}", "\239\187\191" .. ID, ID .. "\226\128\139", "\194\160" .. ID,
      "\226\128\142" .. ID .. "\226\128\143", ID:gsub("%-", "\226\128\145"), '="' .. ID .. '"', '"{' .. ID .. '}";',
      "\227\128\128" .. ID, ID:sub(1, 4) .. "\226\129\160" .. ID:sub(5),
    } do
      assert.equal(ID, id.read(text), text)
    end
  end)

  it("refuses everything else", function()
    for _, text in ipairs {
      "", " ", "none", ID:sub(1, -2), ID .. "0", ID .. ID, ID .. " " .. ID, ID:gsub("5b", "5g"),
      ID:gsub("%-", "", 1), ID:gsub("%-", " "), "5E+11", "#N/A", "ann@example.com", "1.0", ("a"):rep(1000),
      "{" .. ID, ID .. "}", "/contacts/" .. ID,
    } do
      local found, reason = id.read(text)
      assert.is_nil(found, text)
      assert.equal("not a valid id", reason)
    end
    for _, value in ipairs { 5, true, {} } do
      assert.same({ nil, "not a valid id" }, { id.read(value) })
    end
  end)

  it("has a form in which ids are compared", function()
    assert.equal(ID, id.key("{" .. ID:upper() .. "}"))
    assert.equal("Some-Id", id.key "Some-Id")
  end)
end)
