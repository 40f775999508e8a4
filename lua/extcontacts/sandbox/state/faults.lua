--- Faults: selects the rules that apply to a request, and applies their effects
-- to its reply.

local api_errors = require "extcontacts.sandbox.api_errors"
local fault_rules = require "extcontacts.sandbox.fault_rules"
local glob = require "extcontacts.sandbox.glob"
local json = require "extcontacts.base.json"
local random = require "extcontacts.sandbox.random"

local faults = {}

local entries = {}

--- Replaces the rules; all of them or none.
---@param list table[]
---@return boolean|nil ok
---@return string|nil misuse
function faults.set(list)
  local new = {}
  for number, args in ipairs(list) do
    if type(args) ~= "table" then
      return nil, ("fault %d must be an object"):format(number)
    end
    local rule, misuse = fault_rules.check(args)
    if not rule then
      return nil, ("fault %d: %s"):format(number, misuse)
    end
    new[number] = {
      rule = rule,
      args = args,
      operation = rule.operation and glob(rule.operation),
      path = rule.path and glob(rule.path),
      seen = 0,
      applied = 0,
    }
  end
  entries = new
  return true
end

--- The rules as they were set, and how often each matched and was applied.
---@return table[]
function faults.list()
  local list = {}
  for number, entry in ipairs(entries) do
    list[number] = { rule = entry.args, seen = entry.seen, applied = entry.applied }
  end
  return json.array(list)
end

-- Whether a rule selects its `seen`-th match.
local function selects(rule, seen)
  if rule.nth and (seen < rule.nth[1] or seen > rule.nth[2]) then
    return false
  elseif rule.every and seen % rule.every ~= 0 then
    return false
  elseif rule.rate then
    return random.share(rule.seed or 1, 55, seen) < rule.rate
  end
  return true
end

-- The effects of a rule on a request; nil if it does not apply.
local function effects_of(entry, request)
  local rule = entry.rule
  if entry.operation and not request.operation:find(entry.operation)
    or rule.method and rule.method:upper() ~= request.method
    or entry.path and not request.path:find(entry.path)
  then
    return nil
  end
  entry.seen = entry.seen + 1
  if not selects(rule, entry.seen) or rule.times and entry.applied >= rule.times then
    return nil
  end
  local effects = rule
  if rule.plan then
    effects = rule.plan[entry.seen]
  end
  if not effects or next(effects) == nil then
    return nil
  end
  entry.applied = entry.applied + 1
  return effects
end

--- The fault of a request: the effects of all rules that apply.  If two rules
-- have the same effect, the earlier rule decides.
---@param request { operation: string, method: string, path: string }
---@return table|nil fault
function faults.pick(request)
  local fault
  for _, entry in ipairs(entries) do
    local effects = effects_of(entry, request)
    if effects then
      fault = fault or {}
      for name, value in pairs(effects) do
        if fault[name] == nil then
          fault[name] = value
        end
      end
    end
  end
  return fault
end

--- The error of a fault that sets a status.
---@param fault table
---@return extcontacts.sandbox.ApiError
function faults.error(fault)
  local err = api_errors.of_status(fault.status, fault.code)
  err.headers = {}
  for name, value in pairs(fault.headers or {}) do
    err.headers[name] = value
  end
  if fault.retry_after then
    err.headers["Retry-After"] = fault.retry_after
    err.params.seconds = fault.retry_after
  end
  return err
end

local HTML = [[<html>
<head><title>%d</title></head>
<body><center><h1>%d</h1></center><hr><center>gateway</center></body>
</html>
]]

local function add_future_field(body)
  local value = json.decode(body)
  if type(value) ~= "table" then
    return body
  end
  local function mark(record)
    if type(record) == "table" and getmetatable(record) ~= json.array_mt then
      record.fieldOfTheFuture = { kind = "unknown", values = json.array { 1, 2 } }
    end
  end
  for _, name in ipairs { "entities", "contacts", "externalOrganizations" } do
    for _, record in ipairs(type(value[name]) == "table" and value[name] or {}) do
      mark(record)
    end
  end
  for _, result in ipairs(type(value.results) == "table" and value.results or {}) do
    mark(result)
    mark(result.entity)
  end
  mark(value)
  return json.encode(value)
end

local function merge(body, fields)
  local value = json.decode(body)
  if type(value) ~= "table" then
    return body
  end
  for name, field in pairs(fields) do
    value[name] = field
  end
  return json.encode(value)
end

--- Applies a fault to a finished reply.
---@param fault table
---@param reply extcontacts.sandbox.Reply changed in place
function faults.alter(fault, reply)
  if fault.extra_field and reply.body then
    reply.body = add_future_field(reply.body)
  end
  if fault.merge and reply.body then
    reply.body = merge(reply.body, fault.merge)
  end
  if fault.body == "html" then
    reply.body, reply.content_type = HTML:format(reply.status, reply.status), "text/html"
  elseif fault.body == "empty" then
    reply.body = ""
  elseif fault.body == "garbage" then
    reply.body = (reply.body or "{"):sub(1, -2) .. ',"x":\1}'
  end
  reply.content_type = fault.content_type or reply.content_type
  reply.cut = fault.cut
end

return faults
