--- examples/nginx as `make nginx-example` starts it, looked at with a browser.

local api = require "spec.support.api"
local cjson = require "cjson"
local files = require "extcontacts.base.files"
local launch = require "extcontacts.sandbox.launch"
local nginx = require "spec.support.nginx"
local programs = require "spec.support.programs"
local sandbox = require "spec.support.sandbox"

-- Appended: nginx opens its standard output once more for the access log, and
-- two offsets into one file would overwrite each other's lines.
local START = [[
export EXTCONTACTS_BASE_URL=%s EXTCONTACTS_LOGIN_URL=%s
export GENESYSCLOUD_OAUTHCLIENT_ID=%s GENESYSCLOUD_OAUTHCLIENT_SECRET=%s PORT=%d EXTCONTACTS_RATE=off
eval "$(LUA_NAME=luajit BUILD=build/luajit sh spec/support/env.sh)"
LUA=luajit sh examples/nginx/run.sh >>%s 2>&1 &
echo $!
]]

local HACK = "<img src=x onerror=\"document.title='hacked'\"></h1><script>document.title='hacked'</script>"

local function output(command)
  local handle = assert(io.popen(command, "r"))
  local text = handle:read("*a")
  handle:close()
  return text
end

describe("the nginx example", function()
  local server, session, url, pid, log, contact

  setup(function()
    server = sandbox.shared { resets = false }
    server:reset()
    session = api.session(server)
    contact = session:must("POST", "/contacts", {
      firstName = "Ann", lastName = "Lee", title = "Buyer", workEmail = "ann.lee@example.com",
      workPhone = { display = "+13175550142", e164 = "+13175550142" },
    })
    session:must("POST", "/contacts", {
      firstName = HACK, lastName = "Lee", title = HACK,
      workPhone = { display = "+13175550143", e164 = "+13175550143" },
    })
    local function start()
      local port = launch.free_port()
      url, log = "http://127.0.0.1:" .. port, os.tmpname()
      pid = output(START:format(server.base_url, server.login_url, server.client_id, server.client_secret,
        port, log)):match("%d+")
      return nginx.eventually(function()
        return api.request(url .. "/health").status == 200 and "up"
          or not files.read("/proc/" .. pid .. "/stat") and "gone"
      end)
    end
    local state = start()
    -- Other specs start servers at the same time, and one may take the port first.
    if state == "gone" and (files.read(log) or ""):find("Address already in use", 1, true) then
      os.remove(log)
      state = start()
    end
    assert.equal("up", state, files.read(log))
  end)

  teardown(function()
    os.execute("kill " .. pid)
    nginx.eventually(function()
      return not files.read("/proc/" .. pid .. "/stat")
    end)
    assert.is_not_equal(200, api.request(url .. "/health").status)
    local text = files.read(log)
    os.remove(log)
    assert.matches('"GET /caller" 200', text, 1, true)
    assert.matches('"GET /health" 200', text, 1, true)
    assert.is_nil(text:find("3175550", 1, true), "a number is in the log")
    assert.is_nil(text:find("%[error%]"), text)
  end)

  before_each(function()
    server:control("DELETE", "/sandbox/faults")
  end)

  local function caller(number)
    local reply = api.request(url .. "/caller?number=" .. api.escape(number))
    return reply.status, reply.body, reply.headers
  end

  it("answers with the caller, and only with the fields that the page shows", function()
    local status, body, headers = caller "+1 317 555 0142"
    assert.equal(200, status)
    assert.same({
      id = contact.id, firstName = "Ann", lastName = "Lee", title = "Buyer",
      phones = body.contact.phones, emails = { "ann.lee@example.com" },
    }, body.contact)
    assert.equal(1, #body.contact.phones)
    assert.same({ 0, false }, { body.others, body.stale })
    assert.equal("no-store", headers["cache-control"])
  end)

  it("distinguishes an unknown caller, a wrong number and an outage", function()
    assert.equal(404, (caller "+13175559999"))
    assert.equal(400, (caller "5559999"))
    assert.equal(400, api.request(url .. "/caller").status)
    server:control("POST", "/sandbox/faults", { { operation = "lookup.reverse", status = 503 } })
    local status, body, headers = caller "+13175558888"
    assert.equal(503, status)
    assert.is_string(body.message)
    assert.is_number(tonumber(headers["retry-after"]))
    assert.equal(200, (caller "+13175550142"))
  end)

  it("reports its health, counts, and learns of changes", function()
    assert.same({ status = "ok", circuit = "closed" }, api.request(url .. "/health").body)
    caller "+13175550142"
    assert.matches("extcontacts_lookup_lookups_total", api.request(url .. "/metrics").text, 1, true)
    assert.equal(400, api.request(url .. "/changed?id=" .. contact.id).status)
    local reply = api.request(url .. "/changed?id=" .. contact.id, { method = "POST" })
    assert.same({ dropped = 1 }, cjson.decode(reply.text))
  end)

  -- The page after its script has run.
  local function look(number)
    local directory = output("mktemp -d"):match("%S+")
    local root = output("id -u"):match("^0") and "--no-sandbox" or ""
    local page = output(("chromium --headless %s --disable-gpu --user-data-dir=%s --virtual-time-budget=10000 "
      .. "--dump-dom '%s/?number=%s' 2>/dev/null"):format(root, directory, url, api.escape(number)))
    os.execute("rm -rf " .. directory)
    return page
  end

  it("shows the contact in a browser", function()
    programs.need("chromium", pending)
    local page = look "+13175550142"
    assert.matches("<title>Ann Lee</title>", page, 1, true)
    assert.matches('<h1 id="name">Ann Lee</h1>', page, 1, true)
    assert.matches('<p id="role">Buyer</p>', page, 1, true)
    assert.matches("<dd>ann.lee@example.com</dd>", page, 1, true)
    assert.matches('<h1 id="name">Unknown caller</h1>', look "+13175559999", 1, true)
  end)

  it("shows HTML in a record as text", function()
    programs.need("chromium", pending)
    local page = look "+13175550143"
    assert.matches('<h1 id="name">&lt;img src=x onerror=', page, 1, true)
    assert.is_nil(page:find("<img", 1, true))
    assert.is_nil(page:find("<title>hacked", 1, true))
    page = look "</p><script>document.title='hacked'</script>"
    assert.matches('<p id="number">&lt;/p&gt;&lt;script&gt;', page, 1, true)
    assert.is_nil(page:find("<title>hacked", 1, true))
  end)
end)
