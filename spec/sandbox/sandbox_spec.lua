-- The sandbox as a program: how it starts, what it prints, how it ends, and
-- how it speaks HTTP.

local api = require "spec.support.api"
local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"

-- Runs a shell command; its output, errors included, and its exit status.
local function run(command)
  local pipe = io.popen("{ " .. command .. "; } 2>&1; echo \"status=$?\"", "r")
  local text = pipe:read("*a")
  pipe:close()
  local output, status = text:match("^(.*)status=(%d+)\n$")
  return output, tonumber(status)
end

local function exists(path)
  return select(2, run(("test -e '%s'"):format(path))) == 0
end

-- Whether something comes true before long.
local function soon(condition)
  for _ = 1, 500 do
    if condition() then
      return true
    end
    socket.sleep(0.02)
  end
  return false
end

local function serves(port)
  local connection = socket.connect("127.0.0.1", port)
  if connection then
    connection:close()
  end
  return connection ~= nil
end

-- Starts a sandbox by a shell script that is to print its first line.
local function start_by(script)
  local output = run(script)
  return cjson.decode(output:match("{.-}"))
end

local function port_of(info)
  return tonumber(info.base_url:match(":(%d+)$"))
end

describe("the extcontacts command", function()
  it("helps, and shows its version", function()
    local output, status = run("bin/extcontacts --help")
    assert.equal(0, status)
    assert.matches("extcontacts sandbox --contacts 5000", output, 1, true)
    assert.matches("sandbox%s+run a local", output)
    output, status = run("bin/extcontacts --version")
    assert.equal(0, status)
    assert.matches("^extcontacts %S+\n$", output)
    output, status = run("bin/extcontacts sandbox --help")
    assert.equal(0, status)
    assert.matches("--search%-lag", output)
    assert.matches("For example", output)
  end)

  it("refuses what it does not know, with the nearest word", function()
    local cases = {
      { "", "Usage" },
      { "sandbx", "did you mean 'sandbox'" },
      { "sandbox --contcats 5", "--contacts" },
      { "sandbox --contacts many", "contacts is a number" },
      { "sandbox --contacts=-1", "contacts is from 0" },
      { "sandbox --empty-pages 2", "empty_pages is from 0 to 0.95" },
      { "sandbox --cursor-end never", "object, blank, null, absent" },
      { "sandbox --fault operation=contacts.list", "nothing happens" },
      { "sandbox --fault statsu=500", "did you mean 'status'" },
      { "sandbox --client nobody", "ID:SECRET" },
      { "sandbox --permissions viewr", "viewr" },
      { "sandbox extra", "too many arguments" },
    }
    for _, case in ipairs(cases) do
      local output, status = run("bin/extcontacts " .. case[1])
      assert.equal(2, status, case[1])
      assert.is_truthy(output:find(case[2], 1, true), case[1] .. ": " .. output)
    end
  end)

  it("says what to install when nginx or its Lua module is missing", function()
    local output, status = run("EXTCONTACTS_NGINX=/nowhere/nginx bin/extcontacts sandbox")
    assert.equal(1, status)
    assert.matches("libnginx-mod-http-lua", output, 1, true)
    -- A program that is no nginx with Lua.
    output, status = run("EXTCONTACTS_NGINX=true bin/extcontacts sandbox")
    assert.equal(1, status)
    assert.matches("not its Lua module", output, 1, true)
  end)

  it("says so when a port is taken", function()
    local server = sandbox.start { contacts = 1 }
    local output, status = run(("bin/extcontacts sandbox --port %d"):format(server.port))
    assert.equal(1, status)
    assert.matches("is taken", output, 1, true)
    server:stop()
  end)

  it("works through a symbolic link and from anywhere", function()
    local output, status = run([[
      dir=$(mktemp -d) && ln -s "$PWD/bin/extcontacts" "$dir/ec" && cd / && "$dir/ec" --version && rm -r "$dir"]])
    assert.equal(0, status, output)
  end)
end)

describe("the sandbox with --env", function()
  it("writes lines that set what a client reads", function()
    local output, status = run([[
      dir=$(mktemp -d)
      bin/extcontacts sandbox --env --tls --rate 0 --contacts 1 --client-id "it's" >$dir/env &
      for i in $(seq 500); do [ -s $dir/env ] && break; sleep 0.02; done
      . $dir/env
      rm -r $dir
      echo "$GENESYSCLOUD_OAUTHCLIENT_ID $EXTCONTACTS_RATE"
      bin/extcontacts scan contacts --no-cache --fields id
      kill $EXTCONTACTS_SANDBOX_PID]])
    assert.equal(0, status)
    assert.matches("^it's off\n{\"id\":\"[^\n]+\"}\n$", output)
  end)
end)

describe("the sandbox's page", function()
  it("names every option, fault and control there is", function()
    local file = assert(io.open("docs/sandbox.md"))
    local page = file:read("*a")
    file:close()
    local function has(text)
      assert.is_truthy(page:find(text, 1, true), "docs/sandbox.md lacks " .. text)
    end
    for _, row in ipairs(require("extcontacts.sandbox.server_options").rows) do
      -- The help says enough about those that need no words.
      if row.live and not row.key:find("ttl$") then
        has(row.flag)
      end
    end
    for field in pairs(require("extcontacts.sandbox.fault_rules").fields) do
      has("`" .. field)
    end
    local control = assert(io.open("lua/extcontacts/sandbox/http/control_api.lua"))
    local source = control:read("*a")
    control:close()
    for path in source:gmatch('routes%["%u+ (/sandbox/[%w/]+)"%]') do
      has(path)
    end
  end)
end)

describe("a sandbox's life", function()
  it("prints one line and is the process that was started", function()
    local output = run([[
      out=$(mktemp)
      bin/extcontacts sandbox --contacts 1 >"$out" &
      pid=$!
      while [ ! -s "$out" ] && kill -0 $pid; do :; done
      kill -TERM $pid
      wait $pid
      echo "ended $?, was $pid"
      cat "$out"
      rm "$out"]])
    local status, pid, lines = output:match("ended (%d+), was (%d+)\n(.*)$")
    assert.equal("0", status)
    local _, count = lines:gsub("\n", "")
    assert.equal(1, count)
    local info = cjson.decode(lines)
    assert.equal(tonumber(pid), info.pid)
    assert.equal(info.base_url, info.login_url)
    assert.matches("^http://127%.0%.0%.1:%d+$", info.base_url)
    assert.is_string(info.client_id)
    assert.is_string(info.client_secret)
    assert.is_nil(info.ca_file)
  end)

  it("has a private directory that goes with it, also after kill -9", function()
    for _, signal in ipairs { "TERM", "INT", "HUP", "KILL" } do
      local server = sandbox.start { contacts = 1, tls = true }
      local directory = server.ca_file:match("^(.*)/")
      local mode = run(("ls -ld '%s'"):format(directory))
      assert.equal("drwx------", mode:sub(1, 10))
      run(("kill -%s %d"):format(signal, server.pid))
      assert.is_true(soon(function()
        return not exists(directory)
      end))
      server:stop()
    end
  end)

  it("leaves no directory behind when there was nothing to start", function()
    local output = run([[
      TMPDIR=$(mktemp -d) && export TMPDIR
      bin/extcontacts sandbox --help >/dev/null
      bin/extcontacts sandbox --nonsense 2>/dev/null
      ls "$TMPDIR"; rm -r "$TMPDIR"]])
    assert.equal("", output)
  end)

  it("takes a directory with spaces", function()
    local output, status = run([[
      TMPDIR="$(mktemp -d)/a b" && mkdir "$TMPDIR" && export TMPDIR
      bin/extcontacts sandbox --tls --max-lifetime 0.01; status=$?; rm -rf "$TMPDIR"; (exit $status)]])
    assert.equal(0, status, output)
    assert.is_table(cjson.decode(output:match("{.-}")))
  end)

  it("ends with the process named as its parent", function()
    local info = start_by([[
      out=$(mktemp -u); mkfifo "$out"
      sh -c 'bin/extcontacts sandbox --contacts 1 --parent $$ >"$1" & head -n 1 "$1"' sh "$out" 2>/dev/null
      rm "$out"]])
    assert.is_true(soon(function()
      return not serves(port_of(info))
    end))
  end)

  it("ends when its starter is gone and nobody reads its output", function()
    local info = start_by([[
      out=$(mktemp -u); mkfifo "$out"
      sh -c 'bin/extcontacts sandbox --contacts 1 >"$1" & head -n 1 "$1"' sh "$out" 2>/dev/null
      rm "$out"]])
    assert.is_true(soon(function()
      return not serves(port_of(info))
    end))
  end)

  it("goes on when its output is a file, also without its starter", function()
    local info = start_by([[
      out=$(mktemp)
      sh -c 'bin/extcontacts sandbox --contacts 1 >"$1" 2>/dev/null &
        while [ ! -s "$1" ]; do :; done' sh "$out"
      cat "$out"; rm "$out"]])
    local looks = 0
    assert.is_true(soon(function()
      looks = api.request(info.base_url .. "/sandbox/health").body.looks
      return looks >= 3
    end))
    run(("kill %d"):format(info.pid))
  end)

  it("ends after its lifetime", function()
    local server = sandbox.start { contacts = 1, max_lifetime = 0.1 }
    assert.is_true(soon(function()
      return not serves(server.port)
    end))
    server:stop()
  end)

  it("makes the same records and credentials from the same seed", function()
    local function first_ids(seed)
      local server = sandbox.start { contacts = 30, seed = seed }
      local session = api.session(server)
      local ids = {}
      for index, record in ipairs(session:must("GET", "/contacts?pageSize=30").entities) do
        ids[index] = record.id .. record.lastName
      end
      server:stop()
      return table.concat(ids, " "), server.client_id
    end
    local one, client = first_ids(4)
    local again, same_client = first_ids(4)
    assert.equal(one, again)
    assert.equal(client, same_client)
    assert.not_equal(one, (first_ids(5)))
  end)
end)

describe("the sandbox's HTTP", function()
  local server, session
  sandbox.around({ contacts = 300, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function raw(text)
    local connection = socket.connect("127.0.0.1", server.port)
    connection:settimeout(10)
    connection:send(text)
    local all, _, rest = connection:receive("*a")
    connection:close()
    return all or rest
  end

  it("keeps a connection for as long as it is wanted", function()
    local connection = socket.connect("127.0.0.1", server.port)
    for _ = 1, 1500 do
      connection:send("GET /sandbox/health HTTP/1.1\r\nHost: x\r\n\r\n")
      local length
      repeat
        local line = assert(connection:receive("*l"))
        length = length or line:match("^Content%-Length: (%d+)")
      until line == ""
      assert(connection:receive(tonumber(length)))
    end
    connection:close()
  end)

  it("compresses JSON for those who take it", function()
    local reply = session:call("GET", "/contacts", nil, { ["accept-encoding"] = "gzip" })
    assert.equal("gzip", reply.headers["content-encoding"])
    assert.equal("\31\139", reply.text:sub(1, 2))
    reply = session:call("GET", "/contacts")
    assert.is_nil(reply.headers["content-encoding"])
    assert.equal(#reply.text, tonumber(reply.headers["content-length"]))
  end)

  it("sends a correlation id with every answer, its own each time", function()
    local seen = {}
    for _, path in ipairs { "/contacts", "/nothing", "/contacts/x", "/contacts?pageSize=0" } do
      local id = session:call("GET", path).headers["inin-correlation-id"]
      assert.matches("^%x+%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x+$", id)
      assert.equal(36, #id)
      assert.is_nil(seen[id])
      seen[id] = true
    end
    local accepted = session:call("PUT", "/conversations/x", { conversationId = "x", communicationId = "y",
      mediaType = "CHAT" })
    assert.equal(202, accepted.status)
    assert.is_string(accepted.headers["inin-correlation-id"])
  end)

  it("answers in the API's shape where nginx itself refuses", function()
    for _, text in ipairs {
      "GET /\1 HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /api HTTP/1.1\r\n\r\n",
      "POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
      "GET /api HTTP/1.1\r\nHost: x\r\nX: " .. ("x"):rep(70000) .. "\r\n\r\n",
    } do
      local answer = raw(text)
      assert.matches("^HTTP/1.1 400", answer)
      assert.matches("ININ%-Correlation%-Id: %x", answer)
      local body = cjson.decode(answer:match("\r\n\r\n(.*)$"))
      assert.equal("bad.request", body.code)
      assert.equal(400, body.status)
    end
  end)

  it("takes chunked bodies, up to their limit", function()
    local head = ("POST %s/contacts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
      .. "Authorization: Bearer %s\r\nTransfer-Encoding: chunked\r\n\r\n"):format(api.base, session.token)
    local answer = raw(head .. "1\r\n{\r\n20\r\n\"firstName\":\"A\",\"lastName\":\"B\"}\r\n0\r\n\r\n")
    assert.matches("^HTTP/1.1 200", answer)
    server:control("POST", "/sandbox/settings", { max_body = 100 })
    answer = raw(head .. "c8\r\n" .. ("x"):rep(200) .. "\r\n0\r\n\r\n")
    assert.matches("^HTTP/1.1 413", answer)
    assert.matches("Maximum bytes: 100", answer, 1, true)
  end)

  it("asks for the body only when it wants it", function()
    local connection = socket.connect("127.0.0.1", server.port)
    connection:send(("POST %s/contacts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      .. "Content-Length: 4000000\r\nExpect: 100-continue\r\nAuthorization: Bearer %s\r\n\r\n")
      :format(api.base, session.token))
    assert.matches("^HTTP/1.1 413", connection:receive("*l"))
    connection:close()
  end)

  it("takes a client's odd manners", function()
    -- Header names in any case, a token type in any case, parameters of the type.
    local reply = session:call("POST", "/contacts", '{"firstName":"A","lastName":"B"}', {
      authorization = false,
      AUTHORIZATION = "bearer  " .. session.token,
      ["content-type"] = "Application/JSON ; charset=UTF-8",
    })
    assert.equal(200, reply.status)
    -- A whole address in the request line, as a proxy's client sends it.
    local answer = raw(("GET http://api.example%s/contacts?pageSize=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
      .. "Authorization: Bearer %s\r\n\r\n"):format(api.base, session.token))
    assert.matches("^HTTP/1.1 200", answer)
    -- A body on a GET.
    assert.equal(200, session:call("GET", "/contacts?pageSize=1", "{}").status)
  end)
end)

describe("the sandbox with TLS", function()
  local server

  setup(function()
    server = sandbox.start { contacts = 30, tls = true }
  end)
  teardown(function()
    server:stop()
  end)

  local function connect(options)
    local ssl = require "ssl"
    local connection = assert(socket.connect("127.0.0.1", server.port))
    local parameters = { mode = "client", protocol = "any", verify = "peer", cafile = server.ca_file }
    for key, value in pairs(options or {}) do
      parameters[key] = value
    end
    connection = assert(ssl.wrap(connection, parameters))
    return connection, connection:dohandshake()
  end

  it("has a certificate for localhost and 127.0.0.1 that its ca_file proves", function()
    local connection, ok = connect()
    assert.is_true(ok)
    local extensions = connection:getpeercertificate():extensions()
    local names = extensions["2.5.29.17"]
    assert.equal("localhost", names.dNSName[1])
    assert.equal("127.0.0.1", names.iPAddress[1])
    connection:close()
    local other = sandbox.start { contacts = 1, tls = true }
    local _, refused, message = connect { cafile = other.ca_file }
    assert.is_falsy(refused)
    assert.matches("certificate verify failed", message)
    other:stop()
  end)

  it("offers HTTP/2 and HTTP/1.1", function()
    for _, protocol in ipairs { "h2", "http/1.1" } do
      local connection, ok = connect { alpn = { protocol } }
      assert.is_true(ok)
      assert.equal(protocol, connection:getalpn())
      connection:close()
    end
  end)

  it("serves the API", function()
    assert.matches("^https://", server.base_url)
    local session = api.session(server)
    assert.equal(20, #session:must("GET", "/contacts").entities)
  end)
end)
