-- The page of a data profile: what it contains, and in Chromium on two sizes, light and dark.
local browser = require "spec.support.browser"
local core = require "extcontacts.core"
local data_profile = require "extcontacts.data_profile"
local dates = require "extcontacts.base.dates"
local page = require "extcontacts.data_profile.page"
local programs = require "spec.support.programs"
local tempfile = require "spec.support.tempfile"

local EVIL = "</script><script>alert(1)</script>'\"&<b>"
local NOW = dates.iso "2026-11-30T12:00:00Z"

-- A profile with something of everything.
local function profiled(options)
  local records = {}
  for index = 1, 40 do
    records[index] = { id = "id-" .. index, firstName = index % 2 == 0 and "ANN" or "Bo", lastName = EVIL,
      title = "a\226\128\174gpj\0",
      workEmail = index % 5 == 0 and "n/a" or ("a%d@d%d.example"):format(index % 3, index % 30),
      workPhone = { display = index % 3 == 0 and "ask" or "030/1234567" }, type = "Ephemeral",
      modifyDate = dates.text(NOW - index * 86400), address = { countryCode = index % 2 == 0 and "DE" or EVIL },
      customFields = { [EVIL] = ("x"):rep(5000), n_text = core.json.null }, colour = "السلام 👩‍👩‍👧" }
  end
  local index = 0
  options = options or {}
  options.now, options.source = NOW, EVIL
  return assert(data_profile.make(function()
    index = index + 1
    return records[index]
  end, options))
end

describe("the page of a data profile", function()
  local create = tempfile.creator(after_each)

  it("shows every text as it is, and runs none of it", function()
    local html = page.html(profiled { where = "lastName" })
    assert.is_nil(html:find("<script>alert", 1, true))
    assert.is_nil(html:find("<b>'", 1, true))
    assert.matches("&lt;/script&gt;&lt;script&gt;alert(1)", html, 1, true)
    assert.is_nil(html:find("\226\128\174", 1, true))
    assert.is_nil(html:find("\0", 1, true))
    assert.is_nil(html:find(("x"):rep(200), 1, true))
    assert.matches("default-src 'none'", (html:gsub("&#39;", "'")), 1, true)
    for _, text in ipairs { "40 contacts", "Phone numbers by country", "E-mail addresses by domain",
      "candidates for duplicates", "Rejected by the server", "Contacts that expire",
      "extcontacts plan tidy_names_emails", "no field of the API", "personal data" } do
      assert.matches(text, html, 1, true)
    end
  end)

  it("is the same for the same profile", function()
    local profile = profiled()
    assert.equal(page.html(profile), page.html(profile))
    assert.equal(page.html(profile), page.html(profiled()))
  end)

  it("says what a sample means", function()
    assert.matches("The first records of the scan", page.html(profiled { sample = 30 }), 1, true)
    assert.matches("A random sample of 40 records", page.html(profiled { sample = 20, total = 40 }), 1, true)
  end)

  it("is valid without records, and for organizations", function()
    for _, kind in ipairs { "contact", "organization" } do
      local html = page.html(assert(data_profile.make(function() end, { kind = kind })))
      assert.matches("There are no records.", html, 1, true)
      assert.matches("</html>\n$", html)
    end
  end)

  it("names a path that can't be written", function()
    local ok, err = data_profile.write_html(profiled(), create "" .. "/x")
    assert.is_nil(ok)
    assert.equal("io", err.kind)
  end)

  it("fits a phone and a desk, light and dark, and is used by keyboard", function()
    programs.need("chromium", pending)
    local path = create()
    assert(data_profile.write_html(profiled(), path))
    os.rename(path, path .. ".html")
    for _, size in ipairs { { 1280, 900 }, { 390, 844 } } do
      for _, dark in ipairs { false, true } do
        local shown = browser.open("file://" .. path .. ".html", { width = size[1], height = size[2], dark = dark })
        assert.equal("", shown:eval(browser.OVERFLOW))
        assert.is_true(shown:eval(browser.CONTRAST) >= 4.5)
        local all = shown:eval "document.querySelectorAll('#fields > tbody > tr').length"
        assert.equal(("All %d fields"):format(all), shown:eval "document.getElementById('status').textContent")
        shown:press "Tab"
        assert.equal("#f", shown:eval "document.activeElement.getAttribute('href')")
        shown:eval "document.getElementById('words').focus()"
        shown:type "workEmail"
        assert.equal(("1 of %d fields"):format(all), shown:eval "document.getElementById('status').textContent")
        shown:eval [[document.getElementById('filters').reset();
          new Promise(function (done) { setTimeout(done, 20); })]]
        assert.same({}, shown:complaints())
        assert.same({ "file://" .. path .. ".html" }, shown:requests())
        shown:close()
      end
    end
    os.remove(path .. ".html")
  end)
end)
