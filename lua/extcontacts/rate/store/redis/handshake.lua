--- What is sent first on each connection to Redis, and what its replies mean.  Pure.

local resp = require "extcontacts.rate.store.redis.resp"

local handshake = {}

--- The problem of a server whose answers make no sense.
handshake.FOREIGN = "the server's answers are not those of Redis"

-- A change that is gone in a moment: a server that does not accept it, as when its memory
-- is full or it is a replica, is not there.
local TRIAL = { "SET", "extcontacts:{trial}", "1", "PX", 1 }

--- The commands, in the order of their replies.
---@param address extcontacts.RedisAddress
---@param program string the text of the server's script
---@return (string|number)[][]
function handshake.commands(address, program)
  local commands = {}
  if address.password then
    commands[1] = address.user and { "AUTH", address.user, address.password } or { "AUTH", address.password }
  end
  if address.database > 0 then
    commands[#commands + 1] = { "SELECT", address.database }
  end
  commands[#commands + 1] = TRIAL
  commands[#commands + 1] = { "INFO", "memory" }
  commands[#commands + 1] = { "SCRIPT", "LOAD", program }
  return commands
end

-- What error replies mean that a person can do something about.
local REMEDIES = {
  WRONGPASS = "the server rejects the user or password",
  NOAUTH = "the server requires a user and password: rediss://user:password@host",
  NOPERM = "the user lacks a permission; docs/rate-limits.md lists those it needs",
  LOADING = "the server is loading its data",
  READONLY = "the server is a replica",
  OOM = "the server's memory is full",
  MISCONF = "the server can't save its data",
  BUSY = "another program's script keeps the server busy",
  MASTERDOWN = "the server is a replica without its primary",
  NOREPLICAS = "the server has too few replicas to accept changes",
  MOVED = "the server is part of a cluster; the store requires a single server",
  CLUSTERDOWN = "the server is part of a cluster; the store requires a single server",
  WRONGTYPE = "another program has written one of its keys extcontacts:*, which must be deleted",
}

--- Why a reply is an error.
---@param reply extcontacts.RespError
---@return string
function handshake.meaning(reply)
  if reply.command then
    return ("the user lacks the permission to run '%s'; docs/rate-limits.md lists those it needs"):format(reply.command)
  end
  return REMEDIES[reply.code] or ("the server answers %s"):format(reply.code)
end

-- Eviction would let a window vanish, and with it what was counted.
local function memory_warning(info)
  local policy = info:match "maxmemory_policy:([%w-]+)"
  if policy and policy ~= "noeviction" and not info:find "maxmemory:0\r?\n" then
    return ("the server may forget what was counted, since its maxmemory-policy is %s; set it to noeviction")
      :format(policy)
  end
end

--- Reads the replies.
---@param replies any[] one for each command
---@return string|nil sha of the loaded script
---@return string|nil problem, or a warning beside the sha
function handshake.read(replies)
  for _, reply in ipairs(replies) do
    if resp.error_code(reply) then
      return nil, handshake.meaning(reply)
    end
  end
  local info, sha = replies[#replies - 1], replies[#replies]
  if type(info) ~= "string" or type(sha) ~= "string" or not sha:find "^%x+$" then
    return nil, handshake.FOREIGN
  end
  return sha, memory_warning(info)
end

return handshake
