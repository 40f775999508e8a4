local api = require "spec.support.api"
local cjson = require "cjson"
local command = require "spec.support.command"
local sandbox = require "spec.support.sandbox"

describe("a sandbox that starts", function()
  it("prints one line of JSON, and is the process that was started", function()
    local _, output = command.shell([[
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

  it("prints shell lines for a client's environment with --env", function()
    local status, output = command.shell([[
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

  it("has the same records and credentials with the same seed", function()
    local function first_ids(seed)
      local server = sandbox.start { contacts = 30, seed = seed }
      local session = api.session(server)
      local parts = {}
      for index, record in ipairs(session:must("GET", "/contacts?pageSize=30").entities) do
        parts[index] = record.id .. record.lastName
      end
      server:stop()
      return table.concat(parts, " "), server.client_id
    end
    local ids, client = first_ids(4)
    local same_ids, same_client = first_ids(4)
    assert.equal(ids, same_ids)
    assert.equal(client, same_client)
    assert.not_equal(ids, (first_ids(5)))
  end)
end)
