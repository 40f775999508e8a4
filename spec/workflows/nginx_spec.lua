-- Jobs inside nginx: nothing blocks a worker, and a light thread may end at any wait.
local fixture = require "spec.support.nginx_client"
local job_peers = require "spec.support.job_peers"
local peer = require "spec.support.peer"
local tempfile = require "spec.support.tempfile"

local ID = "11111111-2222-4333-8444-555555555555"
local BODY = ("x"):rep(3000000)

local function export(status, url)
  return job_peers.answer { id = ID, status = status, downloadUrl = url }
end

describe("an export inside nginx", function()
  local create = tempfile.creator(after_each)
  local files, path

  before_each(function()
    path = create()
  end)

  after_each(function()
    fixture.stop()
    if files then
      files:stop()
      files = nil
    end
  end)

  local LOCATIONS = [[
    location = /export {
      content_by_lua_block {
        local result, err = client.contacts:export { path = "%s", poll = 0.3, deadline = 20 }
        ngx.print(result and result.size or tostring(err))
      }
    }
    location = /kill {
      content_by_lua_block {
        local step
        local thread = ngx.thread.spawn(function()
          client.contacts:export { path = "%s", poll = tonumber(ngx.var.arg_poll), deadline = 20,
            on_progress = function(progress)
              step = progress.step
            end }
        end)
        -- The size of the part, once it exists.
        local function size()
          local part = io.open("%s.part")
          local bytes = part and part:seek "end"
          return part and part:close() and bytes
        end
        local function await(condition)
          for _ = 1, 1500 do
            if condition() then
              return
            end
            ngx.sleep(0.01)
          end
        end
        await(function()
          return step == ngx.var.arg_step and size() == tonumber(ngx.var.arg_size)
        end)
        local written = size()
        ngx.thread.kill(thread)
        thread = nil
        await(function()
          collectgarbage()
          return not size()
        end)
        ngx.print(written or "nothing", " ", size() and "left" or "removed", " ",
          client.contacts.exports:get("%s").status)
      }
    }
  ]]

  local function start(answers)
    return fixture.start({ job_peers.script(answers) }, { server = LOCATIONS:format(path, path, path, ID) })
  end

  it("yields while it waits and downloads", function()
    files = job_peers.start { peer.reply(BODY) }
    local server = start { export "RUNNING", export "RUNNING", export("SUCCEEDED", files.url .. "/x") }
    local waiting = server:open("/export")
    for _ = 1, 20 do
      assert.equal(204, (server:get("/ready")))
    end
    assert.matches("3000000", waiting:receive("*a"))
    waiting:close()
    local handle = assert(io.open(path, "rb"))
    assert.equal(#BODY, #handle:read "*a")
    handle:close()
    local _, requests = files:log()
    assert.is_nil(requests[1].headers.authorization)
  end)

  it("leaves nothing when it is ended between two looks at the job", function()
    local server = start { export "RUNNING", export "RUNNING", export "DONE" }
    assert.equal("0 removed DONE", server:must("/kill?poll=10&step=waiting&size=0"))
  end)

  it("leaves nothing when it is ended in its download", function()
    files = peer.start { { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc" }, { "hang" } } }
    local server = start { export("RUNNING"), export("SUCCEEDED", files.url .. "/x"), export "DONE" }
    assert.equal("3 removed DONE", server:must("/kill?poll=0.001&step=downloading&size=3"))
    assert.is_nil(io.open(path))
  end)
end)
