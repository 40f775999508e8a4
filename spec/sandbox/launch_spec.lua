local cjson = require "cjson"
local command = require "spec.support.command"
local files = require "extcontacts.base.files"
local sandbox = require "spec.support.sandbox"
local script = require "spec.support.script"

describe("the sandbox command", function()
  it("shows its options and an example", function()
    local status, output = command.shell("bin/extcontacts sandbox --help")
    assert.equal(0, status)
    assert.matches("--search-lag SECONDS", output, 1, true)
    assert.matches("extcontacts sandbox --contacts 5000", output, 1, true)
  end)

  it("rejects wrong options, with the nearest word in the message", function()
    local cases = {
      { "", "Usage" },
      { "sandbx", "did you mean 'sandbox'" },
      { "sandbox --contcats 5", "--contacts" },
      { "sandbox --contacts many", "--contacts: 'many' is not a number" },
      { "sandbox --contacts=-1", "'--contacts' must be at least 0" },
      { "sandbox --empty-pages 2", "'--empty-pages' must be at most 0.95" },
      { "sandbox --cursor-end never", "absent, blank, null, object" },
      { "sandbox --fault operation=contacts.list", "no effect" },
      { "sandbox --fault statsu=500", "did you mean 'status'" },
      { "sandbox --client nobody", "ID:SECRET" },
      { "sandbox --permissions viewr", "viewr" },
      { "sandbox extra", "too many arguments" },
    }
    for _, case in ipairs(cases) do
      local status, output = command.shell("bin/extcontacts " .. case[1])
      assert.equal(2, status, case[1])
      assert.is_truthy(output:find(case[2], 1, true), case[1] .. ": " .. output)
    end
  end)

  it("says what to install if nginx or its Lua module is missing", function()
    local status, output = command.shell("EXTCONTACTS_NGINX=/nowhere/nginx bin/extcontacts sandbox")
    assert.equal(1, status)
    assert.matches("libnginx-mod-http-lua", output, 1, true)
    -- A program that is not nginx.
    status, output = command.shell("EXTCONTACTS_NGINX=true bin/extcontacts sandbox")
    assert.equal(1, status)
    assert.matches("its Lua module is not", output, 1, true)
  end)

  it("rejects a port that is in use", function()
    local server = sandbox.start { contacts = 1 }
    local status, output = command.shell(("bin/extcontacts sandbox --port %d"):format(server.port))
    assert.equal(1, status)
    assert.matches("is in use", output, 1, true)
    server:stop()
  end)

  it("works through a symbolic link and from anywhere", function()
    local status, output = command.shell([[
      dir=$(mktemp -d) && ln -s "$PWD/bin/extcontacts" "$dir/ec" && cd / && "$dir/ec" --version && rm -r "$dir"]])
    assert.equal(0, status, output)
  end)

  it("leaves no directory behind if it starts nothing", function()
    local _, output = command.shell([[
      TMPDIR=$(mktemp -d) && export TMPDIR
      bin/extcontacts sandbox --help >/dev/null
      bin/extcontacts sandbox --nonsense 2>/dev/null
      ls "$TMPDIR"; rm -r "$TMPDIR"]])
    assert.equal("", output)
  end)

  it("accepts a directory with spaces", function()
    local status, output = command.shell([[
      TMPDIR="$(mktemp -d)/a b" && mkdir "$TMPDIR" && export TMPDIR
      bin/extcontacts sandbox --tls --max-lifetime 0.01; status=$?; rm -rf "$TMPDIR"; (exit $status)]])
    assert.equal(0, status, output)
    assert.is_table(cjson.decode(output:match("{.-}")))
  end)

  it("has a private directory that is deleted with it, also after kill -9", function()
    for _, signal in ipairs { "TERM", "INT", "HUP", "KILL" } do
      local server = sandbox.start { contacts = 1, tls = true }
      local directory = server.ca_file:match("^(.*)/")
      local _, mode = command.shell(("ls -ld '%s'"):format(directory))
      assert.equal("drwx------", mode:sub(1, 10))
      command.shell(("kill -%s %d"):format(signal, server.pid))
      script.wait_until(function()
        return not files.exists(directory .. "/nginx.conf")
          and command.shell(("test -e '%s'"):format(directory)) ~= 0
      end, "the end of " .. directory)
      server:stop()
    end
  end)
end)

describe("a sandbox of the specs", function()
  it("names the signal that ended it in the error of the next request of the control path", function()
    local server = sandbox.start { contacts = 1 }
    command.shell(("kill -KILL %d"):format(server.pid))
    local ok, message = pcall(server.reset, server)
    server:stop()
    assert.is_false(ok)
    local ended = ("; the sandbox (pid %d) has ended with signal 9; its standard error: "):format(server.pid)
    assert.truthy(message:find("POST /sandbox/reset: ", 1, true), message)
    assert.truthy(message:find(ended, 1, true), message)
    assert.is_nil(message:find("\n", 1, true), message)
  end)
end)
