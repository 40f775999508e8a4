--- Calls of operations, and what they would send; the ids they are made for.

local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local exit = require "extcontacts.cli.exit"
local id = require "extcontacts.record.normalize.id"
local idset = require "extcontacts.base.idset"
local many_names = require "extcontacts.iterate.many.names"
local operation_args = require "extcontacts.cli.operation_args"
local texts = require "extcontacts.base.text"

local unpack = compat.unpack

local operation_calls = {}

--- Calls an operation.
---@param ctx table
---@param row extcontacts.Operation
---@param arguments table
---@param count integer
---@return any value
---@return extcontacts.Error|nil
function operation_calls.try(ctx, row, arguments, count)
  local value, err = ctx:connect():call(row.short, unpack(arguments, 1, count))
  return value, err
end

--- The same; a failure ends the command.
function operation_calls.call(ctx, row, arguments, count)
  local value, err = operation_calls.try(ctx, row, arguments, count)
  if err then
    error(err, 0)
  end
  return value
end

local has_many = {}
for _, name in ipairs(many_names) do
  has_many[name] = true
end

--- The `*_many` that does the same for several records; nil if the operation has no
-- such method, or the call has options that bulk requests lack.
---@param ctx table
---@param row extcontacts.Operation
---@param args table
---@return (fun(source: any, options: table|nil): extcontacts.Many)|nil
function operation_calls.many(ctx, row, args)
  local name = row.short .. "_many"
  if not has_many[name] or next(operation_args.options(row, args)) then
    return nil
  end
  local resource, method = name:match "^(%w+)%.([%w_]+)$"
  return function(source, options)
    local space = ctx:connect()[resource]
    return space[method](space, source, options)
  end
end

--- Writes the request that would be sent.
---@param ctx table
---@param name string as for `client:plan`
---@param ... any its arguments
function operation_calls.show_request(ctx, name, ...)
  local request, err = ctx:connect { offline = true }:plan(name, ...)
  if not request then
    error(err, 0)
  end
  ctx:out(request.method, " ", request.url, "\n")
  for _, header in ipairs(request.headers) do
    ctx:out(header[1], ": ", tostring(header[2]), "\n")
  end
  if request.body then
    ctx:out("\n", request.body, "\n")
  end
end

--- Writes the request that a call would send.
---@param ctx table
---@param row extcontacts.Operation
---@param arguments table
---@param count integer
function operation_calls.show(ctx, row, arguments, count)
  operation_calls.show_request(ctx, row.short, unpack(arguments, 1, count))
end

-- The id in a line of standard input, an id or a JSON object that has one; ""
-- for an empty line; or nil and the reason.
local function id_of(line)
  local text = texts.trim(texts.without_bom(line))
  local found, reason = id.read(text)
  if found or text == "" then
    return found or ""
  elseif text:sub(1, 1) == "{" then
    local object = core.json.decode(text)
    if type(object) ~= "table" or type(object.id) ~= "string" then
      exit.fail("usage", "standard input: a line is neither an id nor a JSON object with an id")
    end
    return id.read(object.id)
  end
  return nil, reason
end

---@class extcontacts.cli.IdReport
---@field unreadable integer lines of standard input without a readable id; each is reported

--- The ids to call an operation for: those given, and for "-" those on the lines
-- of standard input.  An id that appears twice is returned once.
---@param ctx table
---@param ids string[]
---@param limit integer|nil most ids to return
---@return fun(): string|nil next_id
---@return extcontacts.cli.IdReport report
function operation_calls.ids(ctx, ids, limit)
  local index, from_input, line_number, count = 0, false, 0, 0
  local seen, report = idset.new(), { unreadable = 0 }
  local function next_line()
    for line in ctx:lines() do
      line_number = line_number + 1
      local found, reason = id_of(line)
      if not found then
        report.unreadable = report.unreadable + 1
        ctx:say("standard input: line %d: %s; skipped", line_number, reason)
      elseif found ~= "" then
        return found
      end
    end
  end
  local function next_id()
    while true do
      local found = from_input and next_line()
      if found then
        return found
      end
      index = index + 1
      from_input = ids[index] == "-"
      if not from_input then
        return ids[index] and id.key(ids[index])
      end
    end
  end
  return function()
    if count == limit then
      return nil
    end
    count = count + 1
    local found
    repeat
      found = next_id()
    until found == nil or seen:add(found)
    return found
  end, report
end

return operation_calls
