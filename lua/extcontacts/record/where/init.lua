--- Conditions on records, written as expressions of Lua: `address.countryCode == "GB" and
-- not workPhone.e164`.  They are never run as code.  docs/where.md describes them.  Pure.

local dates = require "extcontacts.base.dates"
local errors = require "extcontacts.base.errors"
local fields_of = require "extcontacts.record.where.fields"
local functions = require "extcontacts.record.where.functions"
local lexer = require "extcontacts.record.where.lexer"
local needles = require "extcontacts.record.where.needles"
local numbers = require "extcontacts.base.json"
local parser = require "extcontacts.record.where.parser"
local suggest = require "extcontacts.base.suggest"

local where = {}

-- What an operand is, as far as that is known before any record: "text", "number",
-- "boolean", "date" (a text of the server), "time" (seconds), "nil", "object", "list",
-- "objects" (a list of them), or "any".

local LISTS = { list = true, objects = true }

local compile

local function fail(work, node, message, ...)
  lexer.fail(work.source, node.at, message, ...)
end

-- The seconds of a date; nil for any other text.
local function seconds(value)
  if type(value) == "string" then
    return dates.iso(value) or value:find "^%d%d%d%d%-%d%d%-%d%d$" and dates.iso(value .. "T00:00:00Z") or nil
  end
  return value
end

local function as_time(work, operand, node)
  if operand.kind == "time" then
    return operand
  elseif node.op == "constant" then
    local value = seconds(node.value)
    if not value then
      fail(work, node, 'not a date; write "2026-01-31" or "2026-01-31T08:00:00Z"')
    end
    return { kind = "time", value = function() return value end }
  end
  return { kind = "time", value = function(record) return seconds(operand.value(record)) end }
end

-------------------------------------------------------------------- values --

local function constant(_, node)
  local value = node.value
  local kind = type(value) == "string" and "text" or type(value)
  if kind == "text" then
    value = fields_of.comparable(value)
  end
  return { kind = kind, value = function() return value end }
end

-- A path as the option `fields` takes it.  A name with a dot can't be written there, so the
-- object that has it is read as a whole.
local function plain_path(names)
  local count = 0
  while count < #names and names[count + 1] ~= "" and not names[count + 1]:find(".", 1, true) do
    count = count + 1
  end
  return table.concat(names, ".", 1, count)
end

local function path(work, node)
  local kind, problem = fields_of.kind(work.model, node.path)
  if not kind then
    -- A word on the right of a comparison is more often a text without quotes.
    local hint = ""
    if #node.path == 1 and (node.is_right or not problem:find("did you mean", 1, true)) then
      problem, hint = ("unknown field '%s'"):format(node.path[1]), ('; write "%s" for a text'):format(node.path[1])
    end
    fail(work, node, "%s%s", problem, hint)
  end
  work.fields[#work.fields + 1] = plain_path(node.path)
  return { kind = kind, value = fields_of.reader(work.model, node.path) }
end

local function call(work, node)
  local row = functions[node.name]
  if not row then
    fail(work, node, "%s", suggest.unknown("function", node.name, suggest.keys(functions)))
  elseif #node ~= #row then
    fail(work, node, "%s takes %s: %s", node.name, #row == 1 and "one value" or "two values", row.usage)
  end
  local values = {}
  for index, kinds in ipairs(row) do
    local operand = compile(work, node[index])
    if operand.kind == "objects" and kinds.list and not kinds.objects then
      fail(work, node[index], "%s", fields_of.inside(work.model, node[index].path))
    elseif operand.kind ~= "any" and operand.kind ~= "nil" and not kinds[operand.kind] then
      fail(work, node[index], "%s takes %s here: %s", node.name, kinds.name, row.usage)
    end
    values[index] = operand.value
  end
  local first, second = values[1], values[2]
  if row.check and node[2].op == "constant" then
    local problem = row.check(second())
    if problem then
      fail(work, node[2], "%s", problem)
    end
  end
  if node.name == "date" then
    return as_time(work, { kind = "date", value = first }, node[1])
  end
  return { kind = row.kind, value = function(record)
    return row.apply(first(record), second and second(record))
  end }
end

--------------------------------------------------------------- comparisons --

local function plain(value)
  return numbers.is_number(value) and tonumber(tostring(value)) or value
end

local ORDER = {
  ["<"] = function(a, b) return a < b end, ["<="] = function(a, b) return a <= b end,
  [">"] = function(a, b) return a > b end, [">="] = function(a, b) return a >= b end,
}
local ORDERED = { number = true, string = true }

-- Nothing is less or greater than a missing value, or than one of another type.
local function order(compare, left, right)
  return function(record)
    local a, b = plain(left.value(record)), plain(right.value(record))
    return type(a) == type(b) and ORDERED[type(a)] ~= nil and compare(a, b)
  end
end

local ARTICLES = { text = "a text", number = "a number", boolean = "true or false", date = "a date", time = "a date" }

local function name_of(node)
  return node.op == "path" and table.concat(node.path, ".") or node.op == "constant" and "the value" or "the other side"
end

local function check_kinds(work, node, left, right)
  for index, operand in ipairs { left, right } do
    local other = index == 1 and right or left
    if LISTS[operand.kind] then
      fail(work, node[index], "%s is a list; write has(%s, …) or empty(%s)", name_of(node[index]),
        name_of(node[index]), name_of(node[index]))
    elseif operand.kind == "object" and (other.kind ~= "nil" or ORDER[node.op]) then
      fail(work, node[index], "%s", fields_of.inside(work.model, node[index].path))
    end
  end
  local a, b = left.kind, right.kind
  local is_known = ARTICLES[a] and ARTICLES[b]
  if is_known and a ~= b then
    fail(work, node, "%s is %s, %s is %s", name_of(node[1]), ARTICLES[a], name_of(node[2]), ARTICLES[b])
  end
end

local function comparison(work, node)
  node[2].is_right = true
  local left, right = compile(work, node[1]), compile(work, node[2])
  local kinds = { [left.kind] = true, [right.kind] = true }
  if (kinds.date or kinds.time) and (kinds.text or kinds.date or kinds.any) and not kinds["nil"] then
    left, right = as_time(work, left, node[1]), as_time(work, right, node[2])
  end
  check_kinds(work, node, left, right)
  if ORDER[node.op] then
    return { kind = "boolean", value = order(ORDER[node.op], left, right) }
  end
  local expected = node.op == "=="
  local fixed = node[2].op == "constant" and kinds.text and right.value()
  if fixed and left.kind == "text" then
    return { kind = "boolean", value = function(record)
      return (left.value(record) == fixed) == expected
    end }
  end
  return { kind = "boolean", value = function(record)
    return (plain(left.value(record)) == plain(right.value(record))) == expected
  end }
end

--------------------------------------------------------------------- logic --

-- A condition.  A text or a number alone is refused, because it is always true.
local function condition(work, node)
  if node.op == "constant" and type(node.value) ~= "boolean" and node.value ~= nil then
    fail(work, node, "a value alone is always true; compare it with a field: … == %s",
      type(node.value) == "string" and '"' .. node.value .. '"' or tostring(node.value))
  end
  local operand = compile(work, node, true)
  if LISTS[operand.kind] then
    fail(work, node, "%s is a list; write not empty(%s)", name_of(node), name_of(node))
  end
  return operand
end

local function logic(work, node, is_condition)
  local take = is_condition and condition or compile
  local values, kind = {}, nil
  for index, inner in ipairs(node) do
    local operand = take(work, inner)
    values[index], kind = operand.value, (index == 1 or kind == operand.kind) and operand.kind or "any"
  end
  local is_and, last = node.op == "and", #values
  return { kind = kind, value = function(record)
    for index = 1, last - 1 do
      local value = values[index](record)
      if is_and == not value then
        return value
      end
    end
    return values[last](record)
  end }
end

local COMPILERS = {
  constant = constant, path = path, call = call, ["and"] = logic, ["or"] = logic,
  ["not"] = function(work, node)
    local operand = condition(work, node[1])
    return { kind = "boolean", value = function(record) return not operand.value(record) end }
  end,
}

function compile(work, node, is_condition)
  return (COMPILERS[node.op] or comparison)(work, node, is_condition)
end

---@class extcontacts.record.Where
---@field test fun(record: table): boolean whether the condition holds
---@field fields string[] paths of the fields that it reads
---@field needles string[]|nil of the JSON of the records for which it holds, see `needles`
---@field source string

--- Reads a condition.
---@param kind extcontacts.record.TypeName|string or the name of a model
---@param source string
---@return extcontacts.record.Where|nil
---@return extcontacts.Error|nil
function where.read(kind, source)
  local work = { source = source, model = fields_of.model(kind), fields = {} }
  local node
  local ok, found = pcall(function()
    node = parser.parse(source)
    return condition(work, node)
  end)
  if ok then
    return {
      test = function(record) return not not found.value(record) end, fields = work.fields,
      needles = needles.of(work.model, node), source = source,
    }
  elseif type(found) == "table" and found.where then
    return errors.invalid("where: " .. found.where, "where")
  end
  error(found, 0)
end

return where
