-- Announcing changed records in a real Redis server: what arrives, what is sent again,
-- and that nobody waits or fails.

local announcer = require "extcontacts.rate.store.redis.announcer"
local command = require "spec.support.command"
local core = require "extcontacts.core"
local ec = require "extcontacts"
local programs = require "spec.support.programs"
local redis = require "spec.support.redis"
local sandbox = require "spec.support.sandbox"
local session = require "spec.support.api"

describe("changed records are announced", function()
  local place = redis.around(before_each, after_each)

  -- The entries of the stream, each as the text of its only field.
  local function announced()
    local texts = {}
    for _, entry in ipairs(place.server:command("XRANGE", announcer.STREAM, "-", "+")) do
      assert.equal("ids", entry[2][1])
      texts[#texts + 1] = entry[2][2]
    end
    return texts
  end

  local function numbered(count)
    local ids = {}
    for index = 1, count do
      ids[index] = "id" .. index
    end
    return ids
  end

  it("in a stream, some hundred ids in an entry", function()
    programs.need(redis.package, pending)
    place:start()
    local store, ids = place:open(), numbered(450)
    store.announce { "a", "b" }
    store.announce {}
    store.flush()
    store.announce(ids)
    store.flush()
    local texts = announced()
    assert.equal(4, #texts)
    assert.equal("a b", texts[1])
    assert.equal(table.concat(ids, " "), table.concat(texts, " ", 2))
    assert.same({}, place.reports)
  end)

  it("without texts that can't be ids", function()
    programs.need(redis.package, pending)
    place:start()
    local store = place:open()
    store.announce { "a", "", "b c", "\255", "\0", ("x"):rep(1000), "d" }
    store.announce { "" }
    store.flush()
    assert.same({ "a d" }, announced())
  end)

  it("to a bounded number of entries", function()
    programs.need(redis.package, pending)
    place:start()
    local store = place:open()
    store.update("other", function() end)
    for index = 1, 10500 do
      store.announce { tostring(index) }
      if index % 500 == 0 then
        store.flush()
      end
    end
    local length = place.server:command("XLEN", announcer.STREAM)
    assert.is_true(length >= 10000 and length < 10300)
    assert.same({}, place.reports)
  end)

  it("again, if the server went away before it answered", function()
    programs.need(redis.package, pending)
    place:start()
    local store = place:open()
    store.update("other", function() end)
    place.server:signal "STOP"
    store.announce { "a" } -- sent, but without a reply
    place.server:kill()
    store.announce { "b" }
    place.server:start_again()
    local ends_at = core.engine.now() + 90
    repeat
      assert.is_true(core.engine.now() < ends_at)
      store.update("other", function() end)
      core.poll.sleep(0.02)
    until not store.link.is_away
    store.flush()
    assert.equal("a b", table.concat(announced(), " "))
  end)

  it("without a wait while the server is away; what is lost at the end is reported", function()
    programs.need(redis.package, pending)
    place:start()
    local store = place:open()
    store.update("other", function() end)
    place.server:kill()
    store.update("other", function() end)
    assert.is_true(store.link.is_away)
    store.announce(numbered(10500))
    assert.equal(10000, #store.announcer.waiting)
    store.flush()
    assert.equal(2, #place.reports)
    assert.matches("the ids of 10500 changed records could not be announced", place.reports[2], 1, true)
  end)

  it("unless the server refuses it, which is reported once and stops nothing", function()
    programs.need(redis.package, pending)
    place:start()
    place.server:command("ACL", "SETUSER", "ext", "on", ">s3cret-word", "~extcontacts:*", "+@all", "-xadd")
    local store = place:open((place.server.url:gsub("//", "//ext:s3cret-word@")))
    store.announce { "a" }
    store.flush()
    store.announce { "b" }
    store.flush()
    assert.is_false(store.link.is_away)
    assert.equal(1, #place.reports)
    assert.matches("are not announced: the user lacks the permission to run 'xadd'", place.reports[1])
    assert.is_nil(place.reports[1]:find("s3cret", 1, true))
  end)

  it("by the command, also while it ends", function()
    programs.need(redis.package, pending)
    place:start()
    local api = sandbox.shared { resets = false }
    api:reset()
    local id = ec.new({ base_url = api.base_url, access_token = session.session(api).token }).contacts
      :list({ page_size = 1 }).entities[1].id
    local environment = command.environment(api)
    environment.EXTCONTACTS_STORE = place.server.url
    local code, output = command.shell(([[
      extcontacts update contacts %s --set title=Pilot && extcontacts delete contacts %s --yes
    ]]):format(id, id), environment)
    assert.equal(0, code, output)
    assert.equal(id .. " " .. id, table.concat(announced(), " "))
  end)
end)
