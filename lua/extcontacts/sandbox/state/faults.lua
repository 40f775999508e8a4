--- Faults: which rules a request meets, and what they make of its answer.

local bit = require "bit"
local api_errors = require "extcontacts.sandbox.api_errors"
local fault_rules = require "extcontacts.sandbox.fault_rules"
local json = require "extcontacts.base.json"
local random = require "extcontacts.sandbox.random"

local faults = {}

local rules = {}

local function glob(text)
  return "^" .. text:gsub("[%-%.%+%[%]%(%)%$%^%%%?]", "%%%0"):gsub("%*", ".*") .. "$"
end

--- Replaces the rules.
---@param list table[]
---@return boolean|nil ok
---@return string|nil message
function faults.set(list)
  local new = {}
  for number, given in ipairs(list) do
    if type(given) ~= "table" then
      return nil, ("fault %d is not an object"):format(number)
    end
    local rule, message = fault_rules.check(given)
    if not rule then
      return nil, ("fault %d: %s"):format(number, message)
    end
    new[number] = {
      rule = rule,
      given = given,
      operation = rule.operation and glob(rule.operation),
      path = rule.path and glob(rule.path),
      seen = 0,
      applied = 0,
    }
  end
  rules = new
  return true
end

--- The rules as they were given, with how often each was met and applied.
function faults.list()
  local list = {}
  for number, entry in ipairs(rules) do
    list[number] = { rule = entry.given, seen = entry.seen, applied = entry.applied }
  end
  return json.array(list)
end

-- What a rule does to a request: its fields, or nil when it is not for it.
local function met(entry, request)
  local rule = entry.rule
  if entry.operation and not request.operation:find(entry.operation) then
    return nil
  end
  if rule.method and rule.method:upper() ~= request.method then
    return nil
  end
  if entry.path and not request.path:find(entry.path) then
    return nil
  end
  entry.seen = entry.seen + 1
  if rule.nth and (entry.seen < rule.nth[1] or entry.seen > rule.nth[2]) then
    return nil
  end
  if rule.every and entry.seen % rule.every ~= 0 then
    return nil
  end
  if rule.rate then
    local draw = bit.band(random.hash(rule.seed or 1, 55, entry.seen), 0xffffff) / 0x1000000
    if draw >= rule.rate then
      return nil
    end
  end
  if rule.times and entry.applied >= rule.times then
    return nil
  end
  local fields = rule.plan and rule.plan[entry.seen] or not rule.plan and rule
  if not fields or next(fields) == nil then
    return nil
  end
  entry.applied = entry.applied + 1
  return fields
end

--- What is to happen to a request: the fields of all rules it meets, the
-- earlier rule's first.  Nil when there are none.
---@param request { operation: string, method: string, path: string }
---@return table|nil
function faults.pick(request)
  local all
  for _, entry in ipairs(rules) do
    local fields = met(entry, request)
    if fields then
      all = all or {}
      for name, value in pairs(fields) do
        if all[name] == nil then
          all[name] = value
        end
      end
    end
  end
  return all
end

--- The failure a fault asks for.
function faults.problem(fault)
  local problem = api_errors.of_status(fault.status, fault.code)
  problem.headers = {}
  for name, value in pairs(fault.headers or {}) do
    problem.headers[name] = value
  end
  if fault.retry_after then
    problem.headers["Retry-After"] = fault.retry_after
    problem.params.seconds = fault.retry_after
  end
  return problem
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

--- Changes a finished reply.
---@param fault table
---@param reply { status: integer, body: string|nil, content_type: string, cut: integer|nil }
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
