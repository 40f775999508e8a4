-- The report of a plan in Chromium: what it shows, its filters, by keyboard, on a
-- phone, in the dark, with scripts off.
local browser = require "spec.support.browser"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local programs = require "spec.support.programs"

local EVIL = "<script>alert(1)</script>"

-- Plans five contacts: one with texts that break careless pages, one with a
-- warning, one that is deleted, and two more.
local function make_plan(place)
  local ids, number = place:ids(5), 0
  local made = assert(fix.define {
    name = "tidy " .. EVIL,
    source = fix.ids(ids),
    options = { region = "DE" },
    change = function(contact, ctx)
      number = number + 1
      if number == 1 then
        contact.firstName, contact.lastName = EVIL, "</script><img src=http://127.0.0.1:9/x onerror=alert(2)>"
        contact.title = ("long "):rep(300) .. ("x"):rep(300)
      elseif number == 2 then
        ctx.warn "check this one"
        contact.salutation = "Dr."
      elseif number == 3 then
        return fix.delete
      else
        contact.title = "Élan " .. number
      end
      return contact
    end,
  })
  assert(fix.plan(place.client, made, { output = place:path "p", by = "anna", time = 0 }))
  assert(fix.report(place:path "p", place:path "p.html"))
  return "file://" .. place:path "p.html"
end

-- The numbers of the visible changes.
local SHOWN = [[
  Array.from(document.querySelectorAll("#rows > tbody")).filter(function (group) {
    return group.getClientRects().length > 0;
  }).map(function (group) { return group.id.slice(1); }).join(" ")]]

describe("the page of a report", function()
  local place, page, url

  local function here(name, run)
    it(name, function()
      programs.need("chromium", pending)
      run()
    end)
  end

  local function open(options)
    page = browser.open(url, options)
  end

  -- Sets a filter and returns the visible changes.
  local function filtered(field, value)
    page:eval(([[(function () {
      var control = document.getElementById("%s");
      control.value = "%s";
      control.dispatchEvent(new Event("input", { bubbles: true }));
      document.getElementById("filters").requestSubmit();
    })()]]):format(field, value))
    local shown = page:eval(SHOWN)
    page:eval [[new Promise(function (done) {
      document.getElementById("filters").reset();
      setTimeout(done, 0);
    })]]
    return shown
  end

  before_each(function()
    place = fixes.place()
    url = make_plan(place)
  end)

  after_each(function()
    if page then
      page:close()
      page = nil
    end
    place:clear()
  end)

  here("shows all changes, filters by words, field, operation and warning, and runs nothing from a record", function()
    open()
    assert.equal("Plan: tidy " .. EVIL, page:eval "document.title")
    assert.equal("1 2 3 4 5", page:eval(SHOWN))
    assert.equal("All 5 changes on this page", page:eval "document.getElementById('status').textContent")
    assert.equal("1", filtered("words", "ALERT(1) firstname"))
    assert.equal("4 5", filtered("words", "elan"))
    assert.equal("", filtered("words", "no such thing"))
    assert.equal("1 4 5", filtered("field", "contact.title"))
    assert.equal("3", filtered("op", "contact.delete"))
    assert.equal("2", filtered("warning", "fix"))
    assert.equal("1 2 3 4 5", page:eval(SHOWN))
    assert.same({}, page:complaints())
    assert.same({ url }, page:requests())
    assert.equal(1, page:eval "document.scripts.length")
    assert.equal(0, page:eval "document.images.length")
  end)

  here("forbids requests", function()
    open()
    page:eval "document.body.appendChild(document.createElement('img')).src = 'http://127.0.0.1:9/x'"
    page:eval "document.body.appendChild(document.createElement('script')).textContent = 'window.ran = true'"
    assert.is_nil(page:eval "window.ran")
    local complaints = table.concat(page:complaints(), "\n")
    assert.matches("img-src", complaints, 1, true)
    assert.matches("script-src", complaints, 1, true)
    assert.equal("csp", page:wait "Network.loadingFailed".blockedReason)
  end)

  here("works by keyboard: a link to the changes first, then the filters", function()
    open()
    page:press "Tab"
    assert.equal("Skip to the changes", page:eval "document.activeElement.textContent")
    assert.is_true(page:eval "document.activeElement.getBoundingClientRect().left >= 0")
    page:press "Enter"
    for _, name in ipairs { "words", "field", "op", "warning" } do
      page:press "Tab"
      assert.equal(name, page:eval "document.activeElement.id")
      assert.is_true(page:eval "document.activeElement.labels.length === 1")
      assert.is_true(page:eval "getComputedStyle(document.activeElement).outlineStyle !== 'none'")
    end
  end)

  here("fits a phone", function()
    open { width = 360, height = 740 }
    assert.equal(360, page:eval "document.documentElement.scrollWidth")
    assert.equal("", page:eval(browser.OVERFLOW))
  end)

  here("is readable in light and dark mode", function()
    open()
    assert.is_true(page:eval(browser.CONTRAST) >= 4.5, page:eval(browser.CONTRAST))
    page:close()
    open { dark = true }
    assert.is_true(page:eval(browser.CONTRAST) >= 4.5, page:eval(browser.CONTRAST))
  end)

  here("shows every change without scripts, and says that filters need them", function()
    open { scripts = false }
    assert.equal("1 2 3 4 5", page:eval(SHOWN))
    assert.is_true(page:eval "document.getElementById('filters').getClientRects().length === 0")
    assert.is_true(page:eval "document.querySelector('noscript').getClientRects().length > 0")
  end)
end)
