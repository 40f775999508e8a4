-- The report of a plan: one page that shows all there is, and is safe to open.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local word_diff = require "extcontacts.fix.report.word_diff"

local place

local function define(change, fields)
  local all = { name = "a fix", source = fix.ids(place:ids(3)), change = change }
  for name, value in pairs(fields or {}) do
    all[name] = value
  end
  return assert(fix.define(all))
end

-- Plans the fix and gives its report's HTML.
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

describe("words.compare", function()
  -- "[…]" around what differs.
  local function marked(pieces)
    local out = {}
    for index, piece in ipairs(pieces) do
      out[index] = piece.changed and "[" .. piece.text .. "]" or piece.text
    end
    return table.concat(out)
  end

  local function compare(before, after)
    local left, right = word_diff.compare(before, after)
    return marked(left) .. " → " .. marked(right)
  end

  it("marks the words that differ", function()
    assert.equal("Head of [old] sales → Head of [new] sales", compare("Head of old sales", "Head of new sales"))
    assert.equal("Head of sales → Head of [world ]sales", compare("Head of sales", "Head of world sales"))
    assert.equal("[ ]Anna[ ] → Anna", compare(" Anna ", "Anna"))
    assert.equal("Müller[-]Lüdenscheidt → Müller[ ]Lüdenscheidt",
      compare("Müller-Lüdenscheidt", "Müller Lüdenscheidt"))
    assert.equal("same → same", compare("same", "same"))
  end)

  it("marks a phrase as one, and other texts as a whole", function()
    assert.equal("the [big old] house → the [small new] house", compare("the big old house", "the small new house"))
    assert.equal("[a cat sat] → [dogs ran far]", compare("a cat sat", "dogs ran far"))
    assert.equal("[x] → ", compare("x", ""))
  end)

  it("takes texts of any length", function()
    local long = ("word "):rep(20000)
    local left, right = word_diff.compare(long .. "a b", "c " .. long .. "b")
    local text = {}
    for index, piece in ipairs(right) do
      text[index] = piece.text
    end
    assert.equal("c " .. long .. "b", table.concat(text))
    assert.is_true(#left >= 1)
  end)
end)

describe("fix.report", function()
  fixes.around(function(given) place = given end, before_each, after_each)

  it("says what the plan is, who made it, and for which server", function()
    local html, made = report(titled "x", { name = "tidy & <trim>", options = { region = "DE" } })
    local objects = place:objects "p"
    has(html, "<h1>tidy &amp; &lt;trim&gt;</h1>")
    has(html, "<dd>anna</dd>")
    has(html, '<time datetime="1970-01-01T00:00:00Z">1970-01-01 00:00:00 UTC</time>')
    has(html, place.server.base_url)
    has(html, "region = DE")
    has(html, objects[#objects]["end"].sha256)
    has(html, "3 changes. All of them can be undone.")
    assert.equal(3, made.changes)
    assert.equal(3, made.shown)
  end)

  it("shows values before and after, with the words marked that differ", function()
    local html = report(function(contact)
      contact.firstName, contact.lastName, contact.title = "Ann", nil, "Head of old sales"
      return contact
    end, { source = fix.ids(place:ids(1)) })
    local first = html:match '<tbody id="c1".-</tbody>'
    has(first, "<ins>Ann</ins>")
    has(first, '<span class="none">nothing</span>')
    has(first, "<span class=\"op update\">Change contact</span>")
  end)

  it("escapes whatever a record or the fix holds", function()
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

  it("shows characters that can't be seen", function()
    local html = report(titled "a\226\128\174b\0c\239\187\191 d ", { source = fix.ids(place:ids(1)) })
    local row = html:match '<tbody id="c1".-</tbody>'
    has(row, 'a<span class="unseen">U+202E</span>b<span class="unseen">U+0000</span>c'
      .. '<span class="unseen">U+FEFF</span> d<span class="blank"> </span>')
  end)

  it("asks for nothing from outside, and forbids it", function()
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

  it("is private and the same bytes for the same plan", function()
    local html = report(titled "x")
    assert(fix.report(place:path "p", place:path "again.html"))
    assert.is_true(html == place:read "again.html")
    local pipe = io.popen("stat -c %a " .. place:path "again.html")
    assert.equal("600\n", pipe:read("*a"))
    pipe:close()
  end)

  it("tells what can't be undone, and what is deleted", function()
    local ids = place:ids(3)
    local html = report(function(contact)
      return contact.id == ids[1] and fix.erase or fix.delete
    end)
    has(html, "3 changes. 1 can't be undone: the record is deleted and no copy is kept. "
      .. "2 records are deleted, which an undo makes again under other ids.")
    has(html, "A plan keeps no copy of what it erases")
    has(html:match '<tbody id="c2".-</tbody>', '<th scope="row">Last name</th><td class="before"><del>')
    has_not(html:match '<tbody id="c1".-</tbody>', "Last name")
  end)

  it("shows of many changes the first, and the others that need an eye; the totals have all", function()
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

  it("draws the changes by field, and gives them as a table, too", function()
    local html = report(titled "x")
    has(html, 'role="img" aria-labelledby="chart-title chart-desc"')
    has(html, '<th scope="row"><code>title</code></th>')
    assert.equal(html:match "<desc[^>]*>([^<]*)", "Title 3")
  end)

  it("is made of a plan without changes, too", function()
    local html = report(function() end)
    has(html, "Nothing would be changed.")
    has_not(html, "<svg")
  end)

  it("refuses what is no plan or a damaged one, and leaves no page", function()
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
    assert.has_error(function() fix.report("p") end,
      "report takes the path of a plan and the path of the page to write")
  end)
end)
