-- docs/tutorial.md, carried out as printed; it shows what the text says it shows.
local api = require "spec.support.api"
local cjson = require "cjson"
local files = require "extcontacts.base.files"
local http = require "socket.http"
local markdown = require "spec.support.markdown"
local walkthrough = require "spec.support.walkthrough"

-- Without what differs from run to run, and with the page's line ends.
local function lasting(text)
  return (text:gsub("http://127%.0%.0%.1:%d+", "http://127.0.0.1:PORT"):gsub("%-%-expect %x+", "--expect SHA")
    :gsub("\r\n", "\n"):gsub("%s+$", ""))
end

-- The blocks up to the first that has one of the words, and so on.
local function split(blocks, ...)
  local parts, words = { {} }, { ... }
  for _, block in ipairs(blocks) do
    local word = words[#parts]
    if word and block.language == "sh" and block.text:find(word, 1, true) then
      parts[#parts + 1] = {}
    end
    table.insert(parts[#parts], block)
  end
  return parts
end

describe("the tutorial", function()
  local place, blocks
  before_each(function()
    place = walkthrough.directory()
    blocks = markdown.blocks "docs/tutorial.md"
  end)
  after_each(function()
    walkthrough.clean(place)
  end)

  -- The server's contacts by id, read past the client.
  local function contacts()
    local settings = files.read(place .. "/sandbox.env")
    local function value(name)
      return settings:match("export [%u_]*" .. name .. "='([^']*)'")
    end
    local server = { base_url = value "BASE_URL", login_url = value "LOGIN_URL", client_id = value "CLIENT_ID",
      client_secret = value "CLIENT_SECRET" }
    local body = "grant_type=client_credentials&client_id=" .. server.client_id .. "&client_secret="
      .. server.client_secret
    local chunks = {}
    http.request { url = server.login_url .. "/oauth/token", method = "POST",
      headers = { ["content-type"] = "application/x-www-form-urlencoded", ["content-length"] = #body },
      source = require("ltn12").source.string(body), sink = require("ltn12").sink.table(chunks) }
    local token = cjson.decode(table.concat(chunks)).access_token
    local found, capitals, cursor = {}, 0, nil
    repeat
      chunks = {}
      http.request { url = server.base_url .. "/api/v2/externalcontacts/scan/contacts?limit=200"
        .. (cursor and "&cursor=" .. api.escape(cursor) or ""),
        headers = { authorization = "Bearer " .. token }, sink = require("ltn12").sink.table(chunks) }
      local page = cjson.decode(table.concat(chunks))
      for _, contact in ipairs(page.entities) do
        found[contact.id] = contact
        if contact.workEmail and contact.workEmail ~= contact.workEmail:lower() then
          capitals = capitals + 1
        end
        contact.modifyDate = nil
      end
      cursor = page.cursors and page.cursors.after ~= cjson.null and page.cursors.after or nil
    until not cursor or cursor == ""
    return found, capitals
  end

  it("installs as the README says", function()
    local install = table.remove(blocks, 1)
    assert.equal('make deps && make\neval "$(make -s env)"', install.text)
    assert.matches('eval "$(make -s env)"', (files.read "README.md"), 1, true)
    assert.matches("\ndeps:", (files.read "Makefile"), 1, true)
  end)

  -- `make` has been run for this suite, and its build is in the environment.
  it("does what it shows, and leaves the records as they were", function()
    table.remove(blocks, 1)
    assert.equal("kill $sandbox", table.remove(blocks).text)
    local parts = split(blocks, "extcontacts apply", "extcontacts undo", "extcontacts profile")
    assert.equal(4, #parts)
    local settings = {}
    for _, block in ipairs(parts[1]) do
      local line = block.text:match "%. %./sandbox%.env"
      if line then
        settings[#settings + 1] = { language = "sh", text = line }
      end
    end

    -- Later parts run in a shell of their own, with the same settings.
    local function carry_out(number)
      local part, compared = {}, 0
      for _, list in ipairs(number > 1 and { settings, parts[number] } or { parts[number] }) do
        for _, block in ipairs(list) do
          part[#part + 1] = block
        end
      end
      local expected = 0
      for _, block in ipairs(part) do
        expected = expected + (block.language == "sh" and 1 or 0)
      end
      local steps, output = walkthrough.run(part, place)
      assert.equal(expected, #steps, output)
      for _, step in ipairs(steps) do
        if step.shown then
          assert.equal(lasting(step.shown), lasting(step.output))
          compared = compared + 1
        end
      end
      return compared
    end

    assert.equal(2, carry_out(1))
    local before, capitals = contacts()
    assert.is_true(capitals > 3, capitals)
    assert.matches("^<!doctype html>", (files.read(place .. "/emails.html")):lower())
    assert.equal(2, carry_out(2))
    local _, none = contacts()
    assert.equal(0, none)
    assert.equal(2, carry_out(3))
    assert.same(before, (contacts()))

    -- The spreadsheet path.
    os.execute("cp docs/kunden.csv " .. place)
    assert.equal(301, select(2, files.read("docs/kunden.csv"):gsub("\r\n", "")))
    assert.equal(5, carry_out(4))
    local cities = {}
    for id, contact in pairs((contacts())) do
      if not before[id] then
        cities[contact.lastName] = contact.address.city
      end
    end
    assert.same({ "Dresden", nil, "Berlin" }, { cities.Ost, cities["Köhler"], cities.Mustermann })
    assert.is_string(cities["Weiß"])
    assert.matches(";William;Taylor;", (files.read(place .. "/korrigiert.csv.rejected.csv")), 1, true)
    assert.matches("^<!doctype html>", (files.read(place .. "/kunden.html")):lower())
  end)
end)
