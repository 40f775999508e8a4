-- Two scripted peers for the specs of jobs: the API, and another origin with the files.

local ec = require "extcontacts"
local json = require "extcontacts.base.json"
local peer = require "spec.support.peer"

local job_peers = {}

local started = {}

--- An answer of the API: a record, or a status and its error body.
---@param value table
---@param status integer|nil
function job_peers.answer(value, status)
  status = status or 200
  if status >= 400 then
    value = { status = status, code = value.code or "bad.request", message = value.message or "it failed",
      contextId = "ctx-1" }
  end
  return peer.reply(assert(json.encode(value)), "Content-Type: application/json\r\n", status .. " Status")
end

--- The script of one connection that answers requests in order; a table with `drop`
-- closes it after a request.
---@param answers (string|table)[]
function job_peers.script(answers)
  local actions = {}
  for _, text in ipairs(answers) do
    actions[#actions + 1] = { "read" }
    if type(text) == "table" then
      actions[#actions + 1] = { "close" }
      return actions
    end
    actions[#actions + 1] = { "send", text }
  end
  actions[#actions + 1] = { "hang" }
  return actions
end

--- Starts a peer whose connections answer in order.
---@param ... table[] the answers of each connection
function job_peers.start(...)
  local scripts = {}
  for index, answers in ipairs { ... } do
    scripts[index] = job_peers.script(answers)
  end
  local one = peer.start(scripts)
  started[#started + 1] = one
  return one
end

--- Stops all peers.  One that is only forgotten would end after two minutes, and the
-- collector would wait for it.
function job_peers.stop_all()
  for index = #started, 1, -1 do
    table.remove(started, index):stop()
  end
end

--- A client of the API's peer.
function job_peers.client(api, options)
  local settings = { base_url = api.url, login_url = api.url, access_token = "the-token-of-the-client", rate = false,
    headers = { ["X-Gateway-Key"] = "for the API alone" } }
  for name, value in pairs(options or {}) do
    settings[name] = value
  end
  return ec.new(settings)
end

--- Methods and paths of the requests that a peer has read.
function job_peers.requests(p)
  local list = {}
  for index, request in ipairs(select(2, p:log())) do
    list[index] = request.method .. " " .. request.path:gsub("^/api/v2/externalcontacts", "")
  end
  return list
end

return job_peers
