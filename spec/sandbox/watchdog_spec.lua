local api = require "spec.support.api"
local cjson = require "cjson"
local command = require "spec.support.command"
local sandbox = require "spec.support.sandbox"
local script = require "spec.support.script"
local socket = require "socket"

-- Starts a sandbox with a shell script that prints its first line.
local function start_by(text)
  local _, output = command.shell(text)
  return cjson.decode(output:match("{.-}"))
end

-- The starter and the reader of the pipe end after the first line.
local TO_A_PIPE = [[
  out=$(mktemp -u); mkfifo "$out"
  sh -c 'bin/extcontacts sandbox --contacts 1 %s >"$1" & head -n 1 "$1"' sh "$out" 2>/dev/null
  rm "$out"]]

local function wait_for_end(info)
  script.wait_until(function()
    local connection = socket.connect("127.0.0.1", info.base_url:match("%d+$"))
    if connection then
      connection:close()
    end
    return not connection
  end, "the end of the sandbox")
end

describe("a sandbox ends", function()
  it("with the process named by --parent", function()
    wait_for_end(start_by(TO_A_PIPE:format("--parent $$")))
  end)

  it("when its starter is gone and nobody reads its output", function()
    wait_for_end(start_by(TO_A_PIPE:format("")))
  end)

  it("not when its starter is gone but its output is a file", function()
    local info = start_by([[
      out=$(mktemp)
      sh -c 'bin/extcontacts sandbox --contacts 1 >"$1" 2>/dev/null &
        while [ ! -s "$1" ]; do :; done' sh "$out"
      cat "$out"; rm "$out"]])
    script.wait_until(function()
      return api.request(info.base_url .. "/sandbox/health").body.checks >= 3
    end, "three checks")
    command.shell(("kill %d"):format(info.pid))
  end)

  it("after its lifetime", function()
    local server = sandbox.start { contacts = 1, max_lifetime = 0.1 }
    wait_for_end(server)
    server:stop()
  end)
end)
