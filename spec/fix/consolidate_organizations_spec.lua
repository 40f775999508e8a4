-- Consolidations of organizations: notes, relationships and contacts move to the one that
-- stays, and undo restores the same graph.
local core = require "extcontacts.core"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local graph = require "spec.support.graph"

local place = fixes.fresh_place(before_each, after_each)

local USER = { id = "11111111-1111-4111-8111-111111111111" }
local OTHER = { id = "22222222-2222-4222-8222-222222222222" }

local function organization(fields)
  local body = { name = "Acme" }
  for name, value in pairs(fields or {}) do
    body[name] = value
  end
  return assert(place.direct.organizations:create(body))
end

-- What depends on an organization.
local function furnish(owner, name, users)
  assert(place.direct.organizations.notes:create(owner.id, { noteText = name .. " note", createdBy = USER }))
  for _, user in ipairs(users) do
    assert(place.direct.relationships:create { externalOrganization = { id = owner.id }, user = user,
      relationship = "Manager" })
  end
  for number = 1, 2 do
    assert(place.direct.contacts:create { lastName = name .. number, externalOrganization = { id = owner.id } })
  end
end

local function duplicates()
  local a = organization { websites = core.json.array { "acme.example" }, industry = "Ships" }
  local b = organization { name = "Acme Corporation", websites = core.json.array { "acme.test" } }
  furnish(a, "a", { USER })
  furnish(b, "b", { USER, OTHER })
  return a, b
end

local function plan(ids, options, name)
  options = options or {}
  options.kind = "organization"
  return place:plan({
    source = fix.ids({ ids[1] }, { kind = "organization" }),
    change = function()
      return fix.consolidate(ids, options)
    end,
  }, name)
end

local function dependents_of(id)
  local out = { notes = {}, relationships = {}, contacts = {} }
  for note in place.direct:each_organization_note(id) do
    table.insert(out.notes, note.noteText)
  end
  for record in place.direct:each_organization_relationship(id) do
    table.insert(out.relationships, record.user.id:sub(1, 2))
  end
  for contact in place.direct:each_organization_contact(id) do
    table.insert(out.contacts, contact.lastName)
  end
  for _, list in pairs(out) do
    table.sort(list)
  end
  return out
end

describe("a consolidation of organizations", function()

  it("completes the survivor and moves notes, relationships and contacts before it deletes the others", function()
    local a, b = duplicates()
    assert.equal(0, plan({ a.id, b.id }).changes) -- the name is lost
    plan({ a.id, b.id }, { values = "rules" })
    local ops = {}
    for index, line in ipairs(place:objects "p") do
      ops[#ops + 1] = line.op and line.kind .. " " .. line.op or nil
      assert.equal(line.op and index > 2 and index - 2 or nil, line.needs)
    end
    assert.equal("organization update contact update contact update organization delete",
      (table.concat(ops, " "):gsub("organization_note create organization_note delete ", "")
        :gsub("relationship delete ", ""):gsub("relationship create ", "")))
    local applied = assert(place:apply())
    assert.equal(#ops, applied.applied, place:read "p.errors.csv")
    assert.same({ notes = { "a note", "b note" }, relationships = { "11", "22" },
      contacts = { "a1", "a2", "b1", "b2" } }, dependents_of(a.id))
    local survivor = assert(place.direct.organizations:get(a.id))
    assert.same({ "Acme Corporation", "Ships" }, { survivor.name, survivor.industry })
    assert.equal(2, #survivor.websites)
    assert.is_nil((place.direct.organizations:get(b.id)))
    assert.equal(0, assert(fix.verify(place.client, place:path "p")).differ)
    assert.equal(0, plan({ a.id, b.id }, { values = "rules" }, "q").changes)
    assert.is_truthy(place:read "q.skipped.csv":find("there is no organization " .. b.id, 1, true))
  end)

  it("is undone: the same records, links, notes and relationships, but for the ids", function()
    local a, b = duplicates()
    local before = graph.read(place.direct)
    plan({ a.id, b.id }, { values = "rules" })
    assert(place:apply())
    assert.not_same(before, graph.read(place.direct))
    local undo = assert(fix.undo(place.client, place:path "p"))
    assert.equal(undo.changes, assert(fix.apply(place.client, place:path "p.undo")).applied)
    assert.same(before, (graph.read(place.direct)))
    assert.equal(0, assert(fix.undo(place.client, place:path "p", { output = place:path "again" })).changes)
  end)

  it("ends like an uninterrupted run when it is killed many times", function()
    local a, b = duplicates()
    local before = graph.read(place.direct)
    local changes = plan({ a.id, b.id }, { values = "rules" }).changes
    local kills, places = 0, { "after intent", "before applied", "torn intent", "torn applied", "after applied" }
    local output, code
    repeat
      local where, kind = places[kills % #places + 1]:match "(%a+) (%a+)"
      output, code = place:killable_run(where, kind, 1 + kills % 2, 50)
      kills = kills + 1
    until code ~= "137"
    assert.equal(("complete %d 0 0\n"):format(changes), output)
    assert.is_true(kills >= 3, kills)
    assert.same({ notes = { "a note", "b note" }, relationships = { "11", "22" },
      contacts = { "a1", "a2", "b1", "b2" } }, dependents_of(a.id))
    assert(fix.undo(place.client, place:path "p"))
    assert.equal(changes, assert(fix.apply(place.client, place:path "p.undo")).applied)
    assert.same(before, (graph.read(place.direct)))
  end)

  it("does not delete an organization that got a contact after it was planned", function()
    local a, b = duplicates()
    plan({ a.id, b.id }, { values = "rules" })
    assert(place.direct.contacts:create { lastName = "Late", externalOrganization = { id = b.id } })
    local result = assert(place:apply())
    assert.equal(1, result.conflicts)
    local outcomes = place:outcomes()
    assert.equal("the organization has linked contacts that were added since it was planned",
      outcomes[#outcomes].reason)
    assert.same({ "Late" }, dependents_of(b.id).contacts)
  end)

  it("asks a check, and takes the fields of its model only", function()
    local a, b = duplicates()
    assert.equal(0, plan({ a.id, b.id }, { values = "rules", check = function(records)
      return #records == 2 and records[2].name .. " differs" or nil
    end }).changes)
    assert.is_truthy(place:read "p.skipped.csv":find("can't be consolidated: Acme Corporation differs", 1, true))
    assert.has_error(function()
      fix.consolidate({ a.id, b.id }, { kind = "organization", override = { firstName = "x" } })
    end)
    assert.is_true(plan({ a.id, b.id }, { override = { name = "ACME" } }).changes > 0)
  end)
end)
