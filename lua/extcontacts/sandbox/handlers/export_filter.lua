--- The filters of an export: whether a record meets its conditions.

local api_errors = require "extcontacts.sandbox.api_errors"
local dates = require "extcontacts.base.dates"

local export_filter = {}

local function id_of(field)
  return function(record)
    return { record[field] and record[field].id }
  end
end

-- Field of a filter → function that returns the record's values.
local FIELDS = {
  DivisionId = id_of "division",
  ContactClassification = function(record)
    return { record.type or "Curated" }
  end,
  ExternalOrganizationId = id_of "externalOrganization",
  ExternalSourceId = function(record)
    local ids = {}
    for _, external in ipairs(record.externalIds or {}) do
      ids[#ids + 1] = external.externalSource and external.externalSource.id
    end
    return ids
  end,
  SchemaId = id_of "schema",
  SchemaVersion = function(record)
    return { record.schema and tostring(record.schema.version) }
  end,
  EntityType = function(record)
    return { record.entityType }
  end,
  UserId = id_of "user",
}

local DATES = { CreateDate = "createDate", ModifyDate = "modifyDate" }

-- A record has one of the values.
local function is_in(field, values)
  local values_of, wanted = FIELDS[field], {}
  for _, value in ipairs(values) do
    wanted[value:lower()] = true
  end
  return function(record)
    for _, value in pairs(values_of(record)) do
      if wanted[value:lower()] then
        return true
      end
    end
    return false
  end
end

-- Compares a date of the record; one without the date does not meet it.
local function compared(filter, compare)
  local field, limit = DATES[filter.field], dates.iso(filter.value)
  if not limit then
    api_errors.raise("invalid.date", nil, {
      details = { { errorCode = "invalid.date", fieldName = "queryConditions.filters.value" } },
    })
  end
  return function(record)
    local at = dates.iso(record[field])
    return at ~= nil and compare(at, limit)
  end
end

local compile

local function compile_all(filters)
  local tests = {}
  for number, filter in ipairs(filters) do
    tests[number] = compile(filter)
  end
  return tests
end

-- Whether the result of one of the tests is `decisive`; that is then the result.
local function first(tests, decisive)
  return function(record)
    for _, test in ipairs(tests) do
      if test(record) == decisive then
        return decisive
      end
    end
    return not decisive
  end
end

-- Operator → function that returns the test of its operand.
local OPERATORS = {
  eq = function(filter)
    return is_in(filter.field, { filter.value })
  end,
  ["in"] = function(filter)
    return is_in(filter.field, filter.values)
  end,
  lte = function(filter)
    return compared(filter, function(at, limit)
      return at <= limit
    end)
  end,
  gte = function(filter)
    return compared(filter, function(at, limit)
      return at >= limit
    end)
  end,
  ["and"] = function(filters)
    return first(compile_all(filters), false)
  end,
  ["or"] = function(filters)
    return first(compile_all(filters), true)
  end,
  ["not"] = function(filter)
    local test = compile(filter)
    return function(record)
      return not test(record)
    end
  end,
}

-- All operators of a filter must hold.
function compile(filter)
  local tests = {}
  for name, operator in pairs(OPERATORS) do
    if filter[name] ~= nil then
      tests[#tests + 1] = operator(filter[name])
    end
  end
  return first(tests, false)
end

--- The test of a filter; ends the request if a date is not valid.
---@param filter table|nil a checked body
---@return fun(record: table): boolean
function export_filter.test(filter)
  return compile(filter or {})
end

return export_filter
