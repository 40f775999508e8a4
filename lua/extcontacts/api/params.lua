--- Binds a call's arguments to an operation's row.  Pure.
--
-- Two kinds of wrong: a call that is written wrong (a missing argument, a
-- wrong type, an unknown option) is misuse, returned as a sentence for the
-- caller to throw; a value outside a documented limit comes from data and is
-- an ordinary error.

local cancel_token = require "extcontacts.base.cancel_token"
local errors = require "extcontacts.base.errors"
local operations = require "extcontacts.api.operations"
local settings = require "extcontacts.api.settings"
local suggest = require "extcontacts.base.suggest"
local text = require "extcontacts.base.text"

local params = {}

---@class extcontacts.CallOptions
---@field timeout number|nil seconds one request may take, instead of the client's
---@field deadline number|nil seconds this call may take, waits and repeats included
---@field headers table<string, string>|nil further request headers
---@field query table<string, any>|nil further parameters of the query, by their names on the wire: texts,
--- numbers, booleans, or arrays of them.  For what is newer than this module, which checks none of it:
--- `{ divisionId = id }`, `{ expand = { "division" } }`
---@field retry boolean|nil whether a failed request is repeated, instead of the client's
---@field max_attempts integer|nil requests for this call at most, instead of the client's
---@field max_retry_after number|nil longest wait the server may ask for, in seconds
---@field on_ambiguous "check"|"error"|"resend"|nil what follows a create whose reply was lost
---@field check_time number|nil seconds such a create is looked for
---@field marker string|nil path of a field of the body, `customFields.import_id_text`, whose value
--- no other record has: it tells a created record from others
---@field maybe_sent_at number|nil UTC seconds since 1970 at which an earlier run may have sent this
--- create: the record is looked for before it is sent
---@field except_ids table<string, boolean>|nil with `maybe_sent_at`: ids that belong to other creates
---@field cancel extcontacts.Canceller|nil ends the call from outside

-- Options of the call itself; every operation takes them beside its own.
local CALL_OPTIONS = {
  timeout = "seconds",
  deadline = "seconds",
  headers = "table",
  query = "table",
  retry = "boolean",
  max_attempts = "count",
  max_retry_after = "seconds",
  on_ambiguous = "choice",
  check_time = "seconds",
  marker = "string",
  maybe_sent_at = "number",
  except_ids = "table",
  cancel = "canceller",
}

---@class extcontacts.Bound
---@field path table<string, string> wire name → value
---@field query table[] `{ wire, value }` in the specified order
---@field values table<string, any> Lua name → value of the query parameters
---@field body table|nil
---@field options extcontacts.CallOptions

local function is_integer(value)
  return type(value) == "number" and value == math.floor(value) and value - value == 0
end

local function integer_text(value)
  return ("%.0f"):format(value)
end

local function article(kind)
  return (kind:match("^[aeiou]") and "an " or "a ") .. kind
end

-- What a value should have been, with the likely remedy.
local function type_problem(param, value)
  local got = type(value)
  if value == nil then
    return "is missing"
  end
  local remedy = ""
  if got == "table" and param.place == "path" then
    remedy = "; pass the record's id"
  elseif param.type == "array" and got == "string" then
    remedy = "; write { value } for a single one"
  elseif param.type == "string" and got == "table" then
    remedy = "; it takes one value here, not a list"
  elseif param.type == "integer" and got == "string" and tonumber(value) then
    remedy = "; use tonumber"
  elseif param.type == "object" and got == "string" then
    remedy = "; pass the record as a table, not as JSON"
  end
  return ("must be %s, got %s%s"):format(article(param.type), got, remedy)
end

local function has_type(param, value)
  local kind = type(value)
  if param.type == "string" then
    return kind == "string" or (param.place == "path" and is_integer(value))
  elseif param.type == "integer" then
    return is_integer(value)
  elseif param.type == "boolean" then
    return kind == "boolean"
  elseif param.type == "array" then
    if kind ~= "table" then
      return false
    end
    local count = 0
    for key, item in pairs(value) do
      if not is_integer(key) or type(item) ~= "string" then
        return false
      end
      count = count + 1
    end
    return count == #value
  end
  return kind == "table" and not errors.is_error(value)
end

-- "get_externalcontacts_contact(contact_id [, opts])"
local function signature(row)
  local names = table.concat(row.positional, ", ")
  return ("%s(%s%s)"):format(row.name, names, names == "" and "[opts]" or " [, opts]")
end

local function option_names(row, extra)
  local names = {}
  for _, param in ipairs(row.params) do
    if not param.required then
      names[#names + 1] = param.name
    end
  end
  for name in pairs(CALL_OPTIONS) do
    names[#names + 1] = name
  end
  for name in pairs(extra or {}) do
    names[#names + 1] = name
  end
  return names
end

-- Puts the parameters of the option `query` behind the operation's own; gives
-- what is wrong with them.
local function bind_further(row, bound)
  local given, names = bound.options.query, {}
  for name in pairs(given) do
    if type(name) ~= "string" then
      return "option 'query' must have names: query = { divisionId = … }"
    end
    names[#names + 1] = name
  end
  table.sort(names)
  local own = {}
  for _, param in ipairs(row.params) do
    own[param.wire] = param.place == "query" and (not param.enum or bound.values[param.name] ~= nil) and param
  end
  for _, name in ipairs(names) do
    if own[name] then
      return ("'%s' has an option of its own: '%s'"):format(name, own[name].name)
    end
    bound.query[#bound.query + 1] = { name, given[name] }
  end
end

local function call_option_problem(name, value)
  local kind = CALL_OPTIONS[name]
  if kind == "seconds" then
    if not (type(value) == "number" and value > 0) then
      return ("option '%s' must be a number of seconds above 0"):format(name)
    end
  elseif kind == "count" then
    if not (is_integer(value) and value > 0) then
      return ("option '%s' must be a whole number above 0"):format(name)
    end
  elseif kind == "choice" then
    return suggest.other("value of '" .. name .. "'", value, settings.list[name].choices)
  elseif kind == "canceller" then
    if not cancel_token.is(value) then
      return "option 'cancel' must come from ec.canceller()"
    end
  elseif type(value) ~= kind then
    local of = kind == "table" and " of names and values" or ""
    return ("option '%s' must be a %s%s, got %s"):format(name, kind, of, type(value))
  end
end

--- Binds positional arguments and settings.
---@param row extcontacts.Operation
---@param count integer how many arguments there are, nils included
---@param arguments table the arguments, by position
---@param extra table<string, any>|nil further options to let pass (an iterator's)
---@return extcontacts.Bound|nil
---@return string|nil misuse what is wrong, for `error(misuse, 2)`
function params.bind(row, count, arguments, extra)
  local wanted = #row.positional
  local bound = { path = {}, query = {}, values = {}, options = {} }

  if count > wanted + 1 then
    return nil, ("%s takes at most %d arguments, got %d: %s"):format(
      row.name, wanted + 1, count, signature(row))
  end

  local opts = arguments[wanted + 1]
  if opts ~= nil and type(opts) ~= "table" then
    return nil, ("%s: argument #%d (opts) must be a table, got %s: %s"):format(
      row.name, wanted + 1, type(opts), signature(row))
  end

  for index, name in ipairs(row.positional) do
    local param, value = row.by_name[name], arguments[index]
    if not has_type(param, value) then
      return nil, ("%s: argument #%d (%s) %s: %s"):format(
        row.name, index, name, type_problem(param, value), signature(row))
    end
    bound.values[name] = value
  end

  for name, value in pairs(opts or {}) do
    local param = row.by_name[name]
    if param and param.required then
      return nil, ("%s: '%s' is a positional argument, not an option: %s"):format(
        row.name, name, signature(row))
    elseif param then
      if not has_type(param, value) then
        return nil, ("%s: option '%s' %s"):format(row.name, name, type_problem(param, value))
      end
      bound.values[name] = value
    elseif CALL_OPTIONS[name] then
      local problem = call_option_problem(name, value)
      if problem then
        return nil, row.name .. ": " .. problem
      end
      bound.options[name] = value
    elseif not (extra and extra[name]) then
      return nil, row.name .. ": " .. suggest.unknown("option", name, option_names(row, extra))
    end
  end

  for _, param in ipairs(row.params) do
    local value = bound.values[param.name]
    if value ~= nil then
      if param.place == "path" then
        bound.path[param.wire] = type(value) == "number" and integer_text(value) or value
      elseif param.place == "body" then
        bound.body = value
      else
        bound.query[#bound.query + 1] = { param.wire, value }
      end
    end
  end
  local problem = bound.options.query and bind_further(row, bound)
  if problem then
    return nil, row.name .. ": " .. problem
  end
  return bound
end

local function outside(row, param, message, limit)
  return nil, errors.new {
    kind = "limit",
    operation = row.name,
    method = row.method,
    message = ("'%s' %s"):format(param.name, message),
    limit = { argument = param.name, limit = limit },
  }
end

local function check_enum(row, param, value)
  for _, allowed in ipairs(param.enum) do
    if value == allowed then
      return true
    end
  end
  local near = type(value) == "string" and suggest.nearest(value, param.enum)
  return nil, errors.new {
    kind = "invalid",
    operation = row.name,
    method = row.method,
    message = ("'%s' must be one of %s%s"):format(param.name,
      table.concat(param.enum, ", "), near and (", did you mean '" .. near .. "'?") or ""),
    details = { argument = param.name },
  }
end

-- A text in another encoding would be read as another text, or as none.
local function check_text(row, param, value)
  if not text.is_utf8(value) then
    return nil, errors.new {
      kind = "invalid",
      operation = row.name,
      method = row.method,
      message = ("'%s' is not valid UTF-8"):format(param.name),
      details = { argument = param.name },
    }
  end
  return true
end

local function check_value(row, param, value)
  if type(value) == "string" then
    local ok, err = check_text(row, param, value)
    if not ok then
      return nil, err
    end
  end
  if param.min and value < param.min or param.max and value > param.max then
    if param.max then
      return outside(row, param, ("must be %d to %d, got %s"):format(
        param.min, param.max, integer_text(value)), { param.min, param.max })
    end
    return outside(row, param, ("must be at least %d, got %s"):format(
      param.min, integer_text(value)), param.min)
  end
  if param.max_length then
    local length = text.length(value)
    if length > param.max_length then
      return outside(row, param, ("may have at most %d characters, has %d"):format(
        param.max_length, length), param.max_length)
    end
  end
  if param.max_items and #value > param.max_items then
    return outside(row, param, ("may have at most %d entries, has %d"):format(
      param.max_items, #value), param.max_items)
  end
  if param.enum then
    for _, item in ipairs(type(value) == "table" and value or { value }) do
      local ok, err = check_enum(row, param, item)
      if not ok then
        return nil, err
      end
    end
  end
  return true
end

--- Checks a bound call's values against the documented limits.
---@param row extcontacts.Operation
---@param bound extcontacts.Bound
---@return true|nil
---@return extcontacts.Error|nil
function params.check(row, bound)
  for _, param in ipairs(row.params) do
    local value = bound.values[param.name]
    if value ~= nil and param.place ~= "body" then
      local ok, err = check_value(row, param, value)
      if not ok then
        return nil, err
      end
    end
  end
  if row.paging == "page" then
    local window = operations.page_window
    local size = bound.values.page_size or row.by_name.page_size.default
    local number = bound.values.page_number or row.by_name.page_number.default
    if size * number > window then
      return outside(row, row.by_name.page_number, ("* 'page_size' must be at most %d, got "
        .. "%s * %s; to read further use client:%s"):format(window, integer_text(number),
        integer_text(size), row.instead), window)
    end
  end
  return true
end

return params
