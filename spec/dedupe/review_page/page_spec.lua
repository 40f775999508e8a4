-- The page of a review in Chromium: what it shows, decisions by keyboard, by touch and by
-- mouse, the file of decisions, other people's texts, phones and dark mode.
local browser = require "spec.support.browser"
local csv = require "extcontacts.base.csv"
local dedupe = require "extcontacts.dedupe"
local programs = require "spec.support.programs"
local report = require "extcontacts.dedupe.report"
local review_page = require "extcontacts.dedupe.review_page"

local EVIL = "</script><script>alert(1)</script><!-- <script>"

local function id(number)
  return ("00000000-0000-4000-8000-%012d"):format(number)
end

local BORN = { "1950-03-04", "1961-05-06", "1972-07-08", "1983-09-10", "1994-11-12" }

-- Clusters, from their records: names, and what differs.
local function contact(number, first, last, fields)
  local out = { id = id(number), firstName = first, lastName = last, type = "Curated" }
  for name, value in pairs(fields) do
    out[name] = value
  end
  return out
end

-- Three clusters to merge, the second with texts that break careless pages; a cluster for
-- review that contains the third; and one of 26 records.
local function contacts()
  local list = {
    contact(12, "Ann", "Lee", { cellPhone = { e164 = "+491701234567" }, title = "Boss", workEmail = "ann@a.example" }),
    contact(11, "Ann", "Lee", { cellPhone = { e164 = "+491701234567" }, customFields = { dateOfBirth = BORN[1] } }),
    contact(21, EVIL, "a\226\128\174gpj\0", { homePhone = { e164 = "+491701234568" }, title = ("x"):rep(1048576),
      customFields = { __proto__ = "=cmd|' /C calc'!A0", dateOfBirth = BORN[2] } }),
    contact(22, EVIL, "a\226\128\174gpj\0", { homePhone = { e164 = "+491701234568" }, title = ("x"):rep(1048577),
      customFields = { __proto__ = "=cmd|' /C calc'!A1", dateOfBirth = BORN[2] } }),
    contact(31, "Robert", "Lindqvist", { cellPhone = { e164 = "+491701234569" }, personalEmail = "r@a.example" }),
    contact(32, "Bob", "Lindqvist", { cellPhone = { e164 = "+491701234569" }, personalEmail = "r@a.example" }),
    contact(33, "Robert", "Lindqvist Jr.", { cellPhone = { e164 = "+491701234569" } }),
  }
  for index = 1, 26 do
    list[#list + 1] = contact(100 + index, "Eva", "Neumann", { cellPhone = { e164 = "+491701234570" } })
  end
  for index = 1, 300 do
    local letters = string.char(97 + index % 26, 97 + math.floor(index / 26) % 26)
    list[#list + 1] = contact(1000 + index, "Q" .. letters:rep(3), letters:reverse():rep(4) .. "x", {})
  end
  return list
end

local function find(records)
  local index = 0
  return assert(dedupe.find(function()
    index = index + 1
    return records[index]
  end))
end

describe("the page of a review", function()
  local path, page, result
  local shared -- the browser of the specs without options

  local function open(options)
    if options then
      page = browser.open("file://" .. path, options)
      return
    end
    shared = shared or browser.open("about:blank")
    page = shared
    page:go("file://" .. path)
    page:eval "window.confirm = function () { return true; }"
    page:eval "document.getElementById('discard').click()"
    page.events = {}
    page:go("file://" .. path)
  end

  local function here(name, run)
    it(name, function()
      programs.need("chromium", pending)
      run()
    end)
  end

  local function text(selector)
    return page:eval(("document.querySelector(%q).innerText"):format(selector))
  end

  -- The number of the cluster with a record, and the selector of its card.
  local function card(number)
    local found = page:eval(([[Array.from(document.querySelectorAll("script.c")).filter(function (node) {
      return node.dataset.ids.indexOf(%q) >= 0;
    }).map(function (node) { return node.dataset.n; })]]):format(id(number)))
    return "#c" .. found[1], found
  end

  local function click(selector)
    page:eval(("document.querySelector(%q).click()"):format(selector))
  end

  -- The file of the decisions, without the byte order mark, by line.
  local function download()
    local name, bytes = page:download "document.getElementById('download').click()"
    assert.equal("decisions.csv", name)
    assert.equal("\239\187\191", bytes:sub(1, 3))
    return bytes:sub(4)
  end

  local function write(name, content)
    local file = assert(io.open(name, "wb"))
    file:write(content)
    file:close()
    return name
  end

  -- The file of the clusters.
  local function write_clusters()
    local columns = report.cluster_columns "contact"
    local lines = { csv.line(columns, #columns) }
    report.each_cluster_row(result, "contact", function(values)
      lines[#lines + 1] = csv.line(values, #columns)
    end)
    return write(path .. ".clusters", table.concat(lines))
  end

  local function load(content)
    local source = write(path .. ".csv", content)
    page:eval "document.getElementById('message').textContent = ''"
    page:choose_file("#file", source)
    page:eval [[new Promise(function (done) {
      (function look() {
        if (document.getElementById("message").textContent) { done(); } else { setTimeout(look, 20); }
      })();
    })]]
    return text "#message"
  end

  setup(function()
    path = os.tmpname()
    result = find(contacts())
    assert(review_page.write(result, path))
    os.rename(path, path .. ".html")
    path = path .. ".html"
  end)

  teardown(function()
    if shared then
      shared:close()
    end
    for _, ending in ipairs { "", ".csv", ".clusters" } do
      os.remove(path .. ending)
    end
    result:close()
  end)

  after_each(function()
    if page and page ~= shared then
      page:close()
    end
    page = nil
  end)

  here("shows clusters side by side with reasons, result and losses, and runs nothing from a record", function()
    open()
    assert.equal("0 decided, " .. #result.clusters .. " undecided", text("#progress"):match "^[^(]*%d undecided")
    local ann = card(11)
    assert.matches("same first name; same last name", text(ann .. " .reasons"), 1, true)
    assert.matches("proposed: merge", text(ann), 1, true)
    assert.matches("A merge loses no value", text(ann), 1, true)
    assert.matches("1950-03-04", text(ann .. " ins"), 1, true)
    local evil = card(21)
    assert.equal(EVIL, text(evil .. " tbody tr:first-child td"))
    assert.matches("aU+202EgpjU+0000", text(evil), 1, true)
    assert.matches("U+202E", text(evil .. " .survivors"), 1, true)
    assert.matches("1,048,177 characters", text(evil), 1, true)
    assert.matches("Record 2, Custom field __proto__: =cmd|' /C calc'!A1", text(evil .. " .losses"), 1, true)
    local many = card(101)
    assert.matches("Needs your decision: more than 25 records", text(many), 1, true)
    assert.equal(27, page:eval(("document.querySelectorAll(%q).length"):format(many .. " thead th")))
    click(many .. " .more")
    assert.equal(28, page:eval(("document.querySelectorAll(%q).length"):format(many .. " thead th")))
    assert.same({}, page:complaints())
    assert.same({ "file://" .. path }, page:requests())
    assert.equal(0, page:eval "document.images.length")
    assert.equal(1, page:eval "Array.from(document.scripts).filter(function (s) { return !s.type; }).length")
  end)

  here("is decided by keyboard", function()
    open()
    page:press "Tab"
    assert.equal("Skip to the clusters", text ":focus")
    page:press "j"
    local first = page:eval "document.activeElement.id"
    assert.is_true(page:eval "getComputedStyle(document.activeElement).outlineStyle !== 'none'")
    page:press "2"
    assert.matches("choose Merge to use record 2 as the survivor", text(":focus"), 1, true)
    page:press "m"
    assert.not_equal(first, page:eval "document.activeElement.id")
    page:press "s"
    page:press "n"
    assert.matches("3 decided", text "#progress", 1, true)
    page:press "k"
    page:press "u"
    assert.matches("2 decided", text "#progress", 1, true)
    local found = page:eval [[Array.from(document.querySelectorAll("article")).slice(0, 3).map(function (card) {
      return Array.from(card.querySelectorAll("[aria-pressed=true]")).map(function (button) {
        return button.textContent;
      }).join();
    })]]
    assert.same({ "Merge", "Skip", "" }, found)
    -- Keys are letters where a person types.
    page:press "/"
    page:press "m"
    assert.equal("m", page:eval "document.getElementById('words').value")
    -- Tab reaches the survivors, the table, the losses and the buttons of a card.
    click "#keys"
    page:eval "document.getElementById('words').value = ''"
    page:eval "document.getElementById('filters').requestSubmit()"
    page:eval("document.querySelector('" .. card(21) .. "').focus()")
    local reached = {}
    for _ = 1, 6 do
      page:press "Tab"
      reached[#reached + 1] = page:eval "document.activeElement.tagName"
      assert.is_true(page:eval "getComputedStyle(document.activeElement).outlineStyle !== 'none'")
    end
    assert.same({ "INPUT", "DIV", "SUMMARY", "BUTTON", "BUTTON", "BUTTON" }, reached)
    page:press "n"
    assert.matches("2 decided", text "#progress", 1, true)
    page:press "Enter"
    assert.equal("Never", text ":focus")
    assert.equal("true", page:eval "document.activeElement.getAttribute('aria-pressed')")
  end)

  here("shows what another survivor gives, and downloads the decisions", function()
    open()
    local ann = card(11)
    assert.equal("ids,decision,survivor\r\n", download())
    click(ann .. " .survivors label:nth-of-type(2) input")
    assert.matches("Record 2 · survivor", text(ann .. " thead"), 1, true)
    assert.matches("1 other survivor chosen without a decision", text "#progress", 1, true)
    assert.equal("ids,decision,survivor\r\n", download())
    click(ann .. " [data-decision=merge]")
    click(card(101) .. " [data-decision=never]")
    click(card(21) .. " [data-decision=skip]")
    local rows, file = {}, download()
    for line in file:gmatch "(.-)\r\n" do
      rows[#rows + 1] = line
    end
    table.sort(rows)
    assert.equal(4, #rows)
    assert.equal(id(11) .. " " .. id(12) .. ",merge," .. id(11), rows[1])
    assert.equal(id(21) .. " " .. id(22) .. ",skip,", rows[2])
    assert.equal(id(101), rows[3]:match "^%S+")
    assert.matches(id(126) .. ",never,", rows[3], 1, true)
    assert.not_matches("since the last download", text "#progress", 1, true)
    -- A plan reads it.
    local reviewed = dedupe.read_decisions(write_clusters(), write(path .. ".csv", file))
    assert.same({ id(11), id(12) }, reviewed.planned[1].ids)
    assert.equal(id(11), reviewed.planned[1].survivor)
    assert.equal(26, #reviewed.never[1])
  end)

  here("keeps decisions when it is loaded again, and takes over a file of decisions", function()
    open()
    click(card(11) .. " [data-decision=skip]")
    page:go("file://" .. path)
    assert.matches("1 decided", text "#progress", 1, true)
    -- As Excel saves it, with rows of other runs.
    assert.matches("1 decision loaded from .*%. 2 rows ignored: no cluster has exactly these ids%. "
      .. "1 row with never kept for the next download%. 1 row ignored: no decision", load(table.concat({
        "\239\187\191Ids;Decision;Survivor", id(12) .. " " .. id(11) .. ";Merge;" .. id(12),
        id(11) .. ";skip;", id(12) .. " " .. id(11) .. " " .. id(13) .. ";merge;",
        '"' .. id(98) .. " " .. id(99) .. '";never;', id(1) .. ";perhaps;", "" }, "\r\n")))
    assert.equal("ids,decision,survivor\r\n" .. id(11) .. " " .. id(12) .. ",merge," .. id(12) .. "\r\n"
      .. id(98) .. " " .. id(99) .. ",never,\r\n", download())
    assert.matches("the columns ids and decision are missing", load "id,survivor\r\n", 1, true)
    assert.matches("not UTF%-8", load "ids,decision\r\n\255,merge\r\n")
    assert.same({}, page:complaints())
  end)

  here("writes ids that a spreadsheet would run as texts, and reads them again", function()
    local odd = find { contact(1, "Ann", "Lee", { id = "=cmd|'/C", workEmail = "ann@acme.example" }),
      contact(2, "Ann", "Lee", { id = 'b,"c"', workEmail = "ann@acme.example" }) }
    local normal = path
    path = path .. ".odd.html"
    assert(review_page.write(odd, path))
    odd:close()
    open {}
    click "[data-decision=merge]"
    local file = download()
    local ids, survivor = file:match "^ids,decision,survivor\r\n(.-),merge,(.-)\r\n$"
    assert.equal([["'=cmd|'/C b,""c"""]], ids)
    assert.is_true(survivor == "'=cmd|'/C" or survivor == '"b,""c"""', survivor)
    assert.matches("1 decision loaded from [^ ]*%.$", load(file))
    os.remove(path)
    path = normal
  end)

  here("works where the browser keeps nothing", function()
    open {}
    page:send("Page.addScriptToEvaluateOnNewDocument", { source = [[
      Object.defineProperty(window, "localStorage", { get: function () { throw new Error("denied"); } });]] })
    page:go("file://" .. path)
    click(card(11) .. " [data-decision=merge]")
    assert.matches("this browser keeps no decisions", text "#progress", 1, true)
    assert.matches(",merge,", download(), 1, true)
  end)

  here("names contradictions between clusters that share records", function()
    open()
    local _, both = card(31)
    assert.equal(2, #both)
    click("#c" .. both[1] .. " [data-decision=never]")
    assert.matches("Shares 2 records", text("#c" .. both[1]), 1, true)
    click("#c" .. both[2] .. " [data-decision=merge]")
    assert.is_true(page:eval "document.querySelectorAll('.conflict').length > 0")
    assert.matches("contradiction", text "#progress", 1, true)
  end)

  here("finds clusters by words, decision and number", function()
    open()
    local function shown()
      return page:eval [[Array.from(document.querySelectorAll("article")).map(function (node) { return node.id; })]]
    end
    page:eval "document.getElementById('words').value = 'NEUMANN eva'"
    page:eval "document.getElementById('filters').requestSubmit()"
    assert.same({ (card(101)):sub(2) }, shown())
    page:eval("document.getElementById('number').value = " .. card(11):sub(3))
    page:eval "document.getElementById('number').dispatchEvent(new Event('change'))"
    assert.equal((card(11)):sub(2), page:eval "document.activeElement.id")
  end)

  here("fits a phone, is readable in the dark, and takes touches", function()
    open { width = 390, height = 844, dark = true }
    assert.equal(390, page:eval "document.documentElement.scrollWidth")
    assert.equal("", page:eval(browser.OVERFLOW))
    assert.is_true(page:eval(browser.CONTRAST) >= 4.5, page:eval(browser.CONTRAST))
    page:tap(card(11) .. " [data-decision=skip]")
    assert.matches("1 decided", text "#progress", 1, true)
    assert.equal("", page:eval [[Array.from(document.querySelectorAll("button, select, .button, .survivors label"))
      .filter(function (node) { return node.getClientRects().length > 0 && node.offsetHeight < 44; })
      .map(function (node) { return node.outerHTML; }).join("\n")]])
  end)

  here("is readable in the light", function()
    open()
    click(card(11) .. " [data-decision=merge]")
    assert.is_true(page:eval(browser.CONTRAST) >= 4.5, page:eval(browser.CONTRAST))
    assert.equal("", page:eval(browser.OVERFLOW))
  end)

  here("says that it needs JavaScript", function()
    open { scripts = false }
    assert.matches("needs JavaScript", text "noscript", 1, true)
  end)
end)
