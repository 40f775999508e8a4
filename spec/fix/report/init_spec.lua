-- The report of a plan: one page that shows everything and is safe to open.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

local place = fixes.fresh_place(before_each, after_each)

local function define(change, fields)
  local all = { name = "a fix", source = fix.ids(place:ids(3)), change = change }
  for name, value in pairs(fields or {}) do
    all[name] = value
  end
  return assert(fix.define(all))
end

-- Plans the fix and returns its report's HTML.
local function report(change, fields, options)
  assert(fix.plan(place.client, define(change, fields), { output = place:path "p", by = "anna", time = 0 }))
  local made = assert(fix.report(place:path "p", place:path "p.html", options))
  assert.equal(place:path "p.html", made.path)
  return place:read "p.html", made
end

local function titled(text)
  return function(contact)
    contact.title = text
    return contact
  end
end

local function has(html, text)
  assert.is_truthy(html:find(text, 1, true), text .. "\nis not in\n" .. html:gsub("<style>.-</style>", ""))
end

local function has_not(html, text)
  assert.is_nil(html:find(text, 1, true), text)
end

describe("fix.report", function()
  it("shows who planned what, and for which server", function()
    local html, made = report(titled "x", { name = "tidy & <trim>", options = { region = "DE" } })
    local objects = place:objects "p"
    has(html, "<h1>tidy &amp; &lt;trim&gt;</h1>")
    has(html, "<dd>anna</dd>")
    has(html, '<time datetime="1970-01-01T00:00:00Z">1970-01-01 00:00:00 UTC</time>')
    has(html, place.server.base_url)
    has(html, "region = DE")
    has(html, objects[#objects]["end"].sha256)
    has(html, "3 changes. All are reversible.")
    assert.equal(3, made.changes)
    assert.equal(3, made.shown)
  end)

  it("shows values before and after, and marks the words that differ", function()
    local html = report(function(contact)
      contact.firstName, contact.lastName, contact.title = "Ann", nil, "Head of old sales"
      return contact
    end, { source = fix.ids(place:ids(1)) })
    local first = html:match '<tbody id="c1".-</tbody>'
    has(first, "<ins>Ann</ins>")
    has(first, '<span class="none">none</span>')
    has(first, "<span class=\"op update\">Update contact</span>")
  end)

  it("escapes everything from records and from the fix", function()
    local evil = "</script><script>alert(1)</script><img src=x onerror='alert(\"2\")'>&amp;"
    local html = report(function(contact, ctx)
      contact.firstName, contact.lastName = "<script>alert(1)</script>", evil
      contact.customFields = { ['"><script>alert(3)</script>_text'] = evil }
      ctx.warn(evil)
      ctx.skip(evil)
      return { fix.update(contact), fix.create("organization", { name = evil }) }
    end, { name = evil, options = { ["<b>"] = "<i>" } })
    has_not(html, "<script>alert")
    has_not(html, "<img")
    has_not(html, "<b><")
    has_not(html, "onerror='")
    has(html, "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;")
    -- The page's own script and its style, and no more than these.
    assert.equal(1, select(2, html:gsub("<script[%s>]", "")))
    assert.equal(1, select(2, html:gsub("</script", "")))
    assert.equal(1, select(2, html:gsub("<style[%s>]", "")))
  end)

  it("shows invisible characters", function()
    local html = report(titled "a\226\128\174b\0c\239\187\191 d ", { source = fix.ids(place:ids(1)) })
    local row = html:match '<tbody id="c1".-</tbody>'
    has(row, 'a<span class="unseen">U+202E</span>b<span class="unseen">U+0000</span>c'
      .. '<span class="unseen">U+FEFF</span> d<span class="blank"> </span>')
  end)

  it("needs nothing from outside, and forbids requests", function()
    local html = report(titled "x")
    has(html, "default-src &#39;none&#39;")
    for _, word in ipairs { "<link", "src=", "url(", "@import", "fetch(", "XMLHttp", " style=", "innerHTML",
      "eval(" } do
      has_not(html, word)
    end
    for address in html:gmatch 'href="([^"]*)"' do
      assert.equal("#", address:sub(1, 1))
    end
  end)

  it("is private, and has the same bytes for the same plan", function()
    local html = report(titled "x")
    assert(fix.report(place:path "p", place:path "again.html"))
    assert.is_true(html == place:read "again.html")
    local pipe = io.popen("stat -c %a " .. place:path "again.html")
    assert.equal("600\n", pipe:read("*a"))
    pipe:close()
  end)

  it("says what is irreversible, and shows what is deleted", function()
    local ids = place:ids(3)
    local html = report(function(contact)
      return contact.id == ids[1] and fix.erase or fix.delete
    end)
    has(html, "3 changes. 1 is irreversible: the record is deleted and no copy is kept. "
      .. "2 delete records; undo recreates them with new ids.")
    has(html, "A plan keeps no copy of a record that it erases")
    has(html:match '<tbody id="c2".-</tbody>', '<th scope="row">Last name</th><td class="before"><del>')
    has_not(html:match '<tbody id="c1".-</tbody>', "Last name")
  end)

  it("shows the first of many changes and the others with a warning; the totals cover all", function()
    local number = 0
    local html, made = report(function(contact, ctx)
      number = number + 1
      contact.title = "title " .. number
      if number == 9 then
        ctx.warn "look here"
      end
      return contact
    end, { source = fix.ids(place:ids(10)), filter = function(contact) return contact.workPhone ~= false end },
      { rows = 2 })
    assert.equal(10, made.changes)
    has(html, "<b>10</b>changes")
    has(html, 'id="c1"')
    has(html, 'id="c2"')
    has(html, "look here")
    assert.is_true(made.shown >= 3 and made.shown <= 4)
    has(html, made.shown .. " of 10 changes")
    assert.equal(made.shown, select(2, html:gsub("<tbody id=", "")))
  end)

  it("draws a chart of the changes by field, and shows it as a table", function()
    local html = report(titled "x")
    has(html, 'role="img" aria-labelledby="chart-title chart-desc"')
    has(html, '<th scope="row"><code>title</code></th>')
    assert.equal(html:match "<desc[^>]*>([^<]*)", "Title 3")
  end)

  it("counts skipped records by reason", function()
    local html = report(function(_, ctx)
      ctx.skip "no country code"
    end)
    has(html, "<b>3</b>skipped")
    has(html, '<h3>Skipped</h3>')
    has(html, '<tr><td class="count">3</td><th scope="row">no country code</th></tr>')
  end)

  it("checks its arguments", function()
    for _, case in ipairs {
      { "fix.report takes the path of a plan and the path of the page to write", "p" },
      { "unknown option 'row', did you mean 'rows'?", "p", "h", { row = 1 } },
      { "option 'rows' must be a whole number", "p", "h", { rows = 1.5 } },
      { "option 'rows' must be a number, got string", "p", "h", { rows = "2" } },
    } do
      assert.has_error(function() fix.report(case[2], case[3], case[4]) end, case[1])
    end
  end)

  it("says so if there are no changes", function()
    local html = report(function() end)
    has(html, "No changes.")
    has_not(html, "<svg")
  end)

  it("rejects a file that is not an intact plan, and writes no page", function()
    local made, err = fix.report(place:path "none", place:path "x.html")
    assert.is_nil(made)
    assert.equal("io", err.kind)
    report(titled "x")
    place:write("p", (place:read "p":gsub('"title":"x"', '"title":"y"', 1)))
    made, err = fix.report(place:path "p", place:path "x.html")
    assert.is_nil(made)
    assert.matches("the change was edited after planning", err.message, 1, true)
    assert.is_nil(place:read "x.html")
    assert.is_nil(place:read "x.html.tmp")
  end)
end)
