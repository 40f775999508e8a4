-- Shows what two machines share.  run.sh starts them and runs this:
--   show.lua PLAN FIRST_PORT SECOND_PORT
local core = require "extcontacts.core"
local ec = require "extcontacts"
local fix = require "extcontacts.fix"

local QUESTIONS = 200

-- A client of a server that is not the API: it sends requests and decodes JSON.
local function plain_client(base_url)
  return ec.new { base_url = base_url, access_token = "none", rate = false }
end

local machines = { plain_client("http://127.0.0.1:" .. arg[2]), plain_client("http://127.0.0.1:" .. arg[3]) }
local control = plain_client(os.getenv "EXTCONTACTS_BASE_URL")
local client = ec.connect() -- a third machine: it uses the store, too

local function say(text, ...)
  print(text:format(...))
end

local function ask(machine, number)
  return assert(machine:request("GET", "/caller", { query = { number = number } }))
end

local function show(machine, name, number)
  local answer = ask(machine, number)
  say("  %s: %s, %s (from: %s)", name, answer.firstName, answer.title or "no title", answer.source)
end

local function show_both(number)
  show(machines[1], "first ", number)
  show(machines[2], "second", number)
end

-- How often the API was asked who a caller is.
local function lookups()
  local counters = assert(control:request("GET", "/sandbox/counters"))
  local count = 0
  for _, number in pairs(counters.by_operation["lookup.reverse"] or {}) do -- by status
    count = count + number
  end
  return count, counters.tokens_issued
end

-- Milliseconds since `began` when a machine answers with a field's new value.
local function milliseconds_until(machine, number, field, value, began)
  while ask(machine, number)[field] ~= value do
    assert(core.engine.now() < began + 30, "the machine does not follow")
  end
  return (core.engine.now() - began) * 1000
end

local function someone()
  for contact in client:scan_contacts() do
    if type(contact.workPhone) == "table" and contact.workPhone.e164 then
      return contact, contact.workPhone.e164
    end
  end
end

-- A program that does not use the store changes a contact.
local function change_elsewhere(contact)
  local other = ec.new {
    base_url = os.getenv "EXTCONTACTS_BASE_URL", login_url = os.getenv "EXTCONTACTS_LOGIN_URL",
    client_id = os.getenv "GENESYSCLOUD_OAUTHCLIENT_ID", client_secret = os.getenv "GENESYSCLOUD_OAUTHCLIENT_SECRET",
  }
  local fields = ec.writable("ExternalContact", contact)
  fields.firstName = "Beatrix"
  assert(other.contacts:update(contact.id, fields))
  other:close()
end

-- Plans and applies a fix, and returns when the API had its change.
local function apply_fix(contact)
  local path = arg[1]
  local promote = fix.define {
    name = "promote", source = fix.ids { contact.id },
    change = function(record)
      record.title = "Captain"
      return record
    end,
  }
  assert(fix.plan(client, promote, { output = path }))
  local result = assert(fix.apply(client, path))
  assert(result.applied == 1)
  return core.engine.now()
end

ec.main(function()
  local contact, number = someone()

  say("== %d equal lookups at the same time, half of them on each machine", QUESTIONS)
  local questions = {}
  for index = 1, QUESTIONS do
    questions[index] = machines[index % 2 + 1]
  end
  for _, answer, err in machines[1]:map(questions, function(machine)
    return ask(machine, number)
  end, { concurrency = 100 }) do
    assert(answer, err)
  end
  local asked, tokens = lookups()
  say("  API lookups: %d, tokens: %d", asked, tokens)
  show_both(number)

  say("\n== Somebody changes the contact, and an event about it reaches the first machine")
  change_elsewhere(contact)
  show_both(number)
  local began = core.engine.now()
  assert(machines[1]:request("POST", "/invalidate", { query = { id = contact.id } }))
  say("  the second machine follows after %.1f ms",
    milliseconds_until(machines[2], number, "firstName", "Beatrix", began))
  show_both(number)

  say("\n== A fix is applied on a third machine")
  began = apply_fix(contact)
  for index, name in ipairs { "first", "second" } do
    say("  the %s machine follows %.1f ms after the run", name,
      milliseconds_until(machines[index], number, "title", "Captain", began))
  end
  show_both(number)
  say("\nAPI lookups in all: %d", (lookups()))
end)
