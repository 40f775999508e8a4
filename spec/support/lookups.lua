-- An nginx whose workers have the global `lookup`, a caller lookup against a sandbox.
--
--   local server = lookups.start(api, "ttl = 60", { workers = 2 })
--   server:must "/caller?n=%2B13175550142"      a summary of the answer
--   server:must "/killed?n=%2B13175550142"      ends its light thread at the first wait
--   server:must "/advance?seconds=600"          puts the clock of all workers forward

local cjson = require "cjson"
local escape = require("spec.support.api").escape
local nginx = require "spec.support.nginx"
local sandbox = require "spec.support.sandbox"
local session = require("spec.support.api").session

--- The number that the specs ask for.
local lookups = { NUMBER = "+13175550142" }

local HTTP = [[
  lua_shared_dict lookups 4m;
  lua_shared_dict extcontacts 1m;
  lua_shared_dict clock 64k;
  init_by_lua_block {
    local engine = require("extcontacts.core").engine
    local now = engine.now
    function engine.now()
      return now() + (ngx.shared.clock:get "ahead" or 0)
    end
    local ec = require "extcontacts"
    json = ec.json
    local shared = require("extcontacts.rate.store.nginx").new "extcontacts"
    lookup = require("extcontacts.resty").lookup {
      client = ec.new {
        base_url = "%s", login_url = "%s", client_id = "%s", client_secret = "%s",
        rate = 100000, retry = %s, %s
      },
      dict = "lookups", %s
    }
  }
]]

local SERVER = [[
  location = /caller {
    content_by_lua_block {
      local contact, err, answer = lookup:caller(ngx.unescape_uri(ngx.var.arg_n))
      ngx.print(json.encode {
        id = contact and contact.id, name = contact and contact.firstName,
        kind = err and err.kind, code = err and err.code, worker = ngx.worker.id(),
        contacts = answer and #answer.contacts, source = answer and answer.source,
        stale = answer and answer.stale, age = answer and answer.age,
      })
      if contact then
        contact.firstName = "changed by the caller"
      end
    }
  }
  location = /killed {
    content_by_lua_block {
      ngx.thread.kill(ngx.thread.spawn(lookup.caller, lookup, ngx.unescape_uri(ngx.var.arg_n)))
      ngx.print "killed"
    }
  }
  location = /invalidate { content_by_lua_block { ngx.print(lookup:invalidate(ngx.var.arg_id)) } }
  location = /forget { content_by_lua_block { ngx.print(lookup:forget(ngx.unescape_uri(ngx.var.arg_n))) } }
  location = /health { content_by_lua_block { ngx.print(json.encode(lookup:health())) } }
  location = /metrics { content_by_lua_block { ngx.print(lookup:prometheus()) } }
  location = /advance { content_by_lua_block { ngx.print(ngx.shared.clock:incr("ahead", ngx.var.arg_seconds, 0)) } }
]]

-- Tokens and rate limit in a dictionary.
local IN_NGINX = "rate_store = shared, token_cache = shared,"

--- Starts it.  Without a deadline of its own, a lookup has one that no loaded machine
-- reaches.
---@param api table the sandbox
---@param options string|nil of the lookup
---@param settings { workers: integer|nil, retry: string|nil, client: string|nil }|nil `client`: options of the client
--- instead of its stores
---@return table server
function lookups.start(api, options, settings)
  options, settings = options or "", settings or {}
  if not options:find("deadline", 1, true) then
    options = "deadline = 30, " .. options
  end
  return nginx.start {
    http = HTTP:format(api.base_url, api.login_url, api.client_id, api.client_secret, settings.retry or "false",
      settings.client or IN_NGINX, options),
    server = SERVER,
    workers = settings.workers,
    listen = settings.workers and "reuseport" or nil,
  }
end

--- A sandbox with a contact that has the number.
---@return table api
---@return table contact
function lookups.api()
  local api = sandbox.shared { resets = false }
  api:reset()
  local contact = session(api):must("POST", "/contacts", {
    firstName = "Ann", lastName = "Lee", workPhone = { display = lookups.NUMBER, e164 = lookups.NUMBER },
  })
  api:control("DELETE", "/sandbox/ledger")
  return api, contact
end

--- The summary of the answer for a number.
---@param server table
---@param number string|nil
---@return table
function lookups.caller(server, number)
  return cjson.decode(server:must("/caller?n=" .. escape(number or lookups.NUMBER)))
end

--- The number of lookups that the sandbox has received.
---@param api table
---@return integer
function lookups.calls(api)
  local count = 0
  for _, entry in ipairs(api:control("GET", "/sandbox/ledger?last=1000")) do
    if entry.operation == "lookup.reverse" then
      count = count + 1
    end
  end
  return count
end

--- Replaces the sandbox's faults.
---@param api table
---@param list table[]
function lookups.faults(api, list)
  api:control("DELETE", "/sandbox/faults")
  api:control("POST", "/sandbox/faults", list)
end

--- The number of calls that the first fault applies to, answered or not.
---@param api table
---@return integer
function lookups.delayed(api)
  return api:control("GET", "/sandbox/faults")[1].applied
end

return lookups
