--- Binds a call's arguments to an operation's row.  Pure.
--
-- A call that is written wrong (a missing argument, a wrong type, an unknown
-- option) is misuse: a sentence for the caller to raise.  A value outside a
-- documented limit comes from data and is an ordinary error (`api.limits`).

local cancel_token = require "extcontacts.base.cancel_token"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local header_fields = require "extcontacts.api.header_fields"
local placement = require "extcontacts.api.placement"
local settings = require "extcontacts.api.settings"
local shallow_copy = require "extcontacts.base.shallow_copy"
local suggest = require "extcontacts.base.suggest"
local text = require "extcontacts.base.text"

local params = {}

---@class extcontacts.CallOptions
---@field timeout number|nil seconds one request may take, instead of the client's
---@field deadline number|nil seconds this call may take, waits and retries included
---@field headers table<string, string>|nil additional request headers
---@field query table<string, any>|nil additional query parameters by their wire names: strings, numbers,
--- booleans, or arrays of them.  For parameters newer than this module, sent unchecked:
--- `{ divisionId = id }`, `{ expand = { "division" } }`
---@field fields string[]|nil of an operation that reads records: the fields that are decoded, as paths,
--- `{ "workPhone.e164", "customFields.*" }`, and the id; the others are checked and skipped.  Such a record is
--- partial, and no write accepts it
---@field retry boolean|nil whether a failed request is retried, instead of the client's
---@field max_attempts integer|nil most requests for this call, instead of the client's
---@field max_retry_after number|nil longest wait that the server may ask for, in seconds
---@field on_ambiguous "check"|"error"|"resend"|nil what follows a create whose reply was lost
---@field check_time number|nil seconds for which its record is looked for
---@field marker string|nil path of a field of the body, `customFields.import_id_text`, whose value
--- no other record has: it distinguishes the created record from others
---@field maybe_sent_at number|nil when an earlier run may have sent this create, in seconds since 1970 by
--- the server's clock (`client:server_time()`): the record is looked for before it is sent
---@field except_ids table<string, boolean>|nil with `maybe_sent_at`: ids that belong to other creates
---@field cancel extcontacts.CancelToken|nil ends the call from outside

-- Options of the call itself, which every operation accepts.
local CALL_OPTIONS = {
  timeout = "seconds",
  deadline = "seconds",
  headers = "table",
  query = "table",
  fields = "fields",
  retry = "boolean",
  max_attempts = "count",
  max_retry_after = "seconds",
  on_ambiguous = "choice",
  check_time = "seconds",
  marker = "string",
  maybe_sent_at = "number",
  except_ids = "table",
  cancel = "cancel_token",
}

---@class extcontacts.Arguments the bound arguments of a call
---@field path table<string, string> wire name → value
---@field query table[] `{ wire, value }` in the specified order
---@field values table<string, any> Lua name → value of the query parameters
---@field body table|nil
---@field body_text string|nil the body as JSON, if it is encoded already (a batch)
---@field options extcontacts.CallOptions
---@field selection userdata|nil what is decoded of the answer
---@field places table<table, integer>|nil to be filled: where each of its partial records begins in its text; the
--- text is then kept, in `reply`, and is for the caller to release
---@field keeps_text boolean|nil whether the answer's text is kept, as with `places`
---@field reply extcontacts.Reply|nil
---@field raw boolean|nil whether the texts of its `entities` are kept, as its field `raw`
---@field deadline number|nil monotonic seconds by which the call must have ended (an iterator's)
---@field look_once boolean|nil with `maybe_sent_at`: whether one look for the record is enough
---@field on_body fun(reply: extcontacts.Reply)|nil called before the answer's text is decoded (prefetch)

local function is_integer(value)
  return type(value) == "number" and value == math.floor(value) and value - value == 0
end

local function article(kind)
  return (kind:match("^[aeiou]") and "an " or "a ") .. kind
end

-- How a value is wrong, with the likely remedy.
local function type_problem(param, value)
  local got = type(value)
  if value == nil then
    return "is missing"
  end
  local remedy = ""
  if got == "table" and param.place == "path" then
    remedy = "; pass the record's id"
  elseif param.type == "array" and got == "string" then
    remedy = "; write { value } for a single value"
  elseif param.type == "string" and got == "table" then
    remedy = "; pass one value, not a list"
  elseif param.type == "integer" and got == "string" and tonumber(value) then
    remedy = "; use tonumber"
  elseif param.type == "object" and got == "string" then
    remedy = "; pass the record as a table, not as JSON"
  end
  local expected = article(param.type) .. (param.also and " or " .. article(param.also) or "")
  return ("must be %s, got %s%s"):format(expected, got, remedy)
end

local function is_of(expected, param, value)
  local kind = type(value)
  if expected == "string" then
    return kind == "string" or (param.place == "path" and is_integer(value))
  elseif expected == "integer" then
    return is_integer(value)
  elseif expected == "boolean" then
    return kind == "boolean"
  elseif expected == "array" then
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

local function has_type(param, value)
  return is_of(param.type, param, value) or param.also ~= nil and is_of(param.also, param, value)
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
    local other = suggest.other("value", value, settings.list[name].choices)
    return other and ("option '%s': %s"):format(name, other)
  elseif kind == "cancel_token" then
    if not cancel_token.is(value) then
      return "option 'cancel' must come from ec.cancel_token()"
    end
  elseif kind == "fields" then
    return type(value) ~= "table" and ("option 'fields' must be an array of field names, got %s"):format(type(value))
      or nil
  elseif type(value) ~= kind then
    local of = kind == "table" and " of names and values" or ""
    return ("option '%s' must be a %s%s, got %s"):format(name, kind, of, type(value))
  elseif name == "headers" then
    return header_fields.problem(value)
  end
end

--- Binds positional arguments and options.
---@param row extcontacts.Operation
---@param count integer number of arguments, nils included
---@param arguments table the arguments, by position
---@param extra table<string, any>|nil names of further options to accept (an iterator's)
---@return extcontacts.Arguments|nil
---@return string|nil misuse for `error(misuse, 2)`
function params.bind(row, count, arguments, extra)
  local wanted = #row.positional
  local args = { path = {}, query = {}, values = {}, options = {} }

  if count > wanted + 1 then
    return nil, ("%s takes at most %s, got %d: %s"):format(
      row.name, text.plural(wanted + 1, "argument"), count, signature(row))
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
    args.values[name] = value
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
      args.values[name] = value
    elseif CALL_OPTIONS[name] then
      local problem = call_option_problem(name, value)
      if problem then
        return nil, row.name .. ": " .. problem
      end
      args.options[name] = value
    elseif not (extra and extra[name]) then
      return nil, row.name .. ": " .. suggest.unknown("option", name, option_names(row, extra))
    end
  end

  local problem = placement.fill(row, args)
  if args.body and getmetatable(args.body) == core.json.partial_mt then
    problem = "the body has only the fields that were selected when it was read; read the whole record first"
  elseif args.options.fields and not problem then
    args.selection, problem = require("extcontacts.api.selections").of(row, args.options.fields)
  end
  if problem then
    return nil, row.name .. ": " .. problem
  end
  return args
end

--- Returns the bound arguments of the same call with other values: of another page of a
-- listing.
---@param row extcontacts.Operation
---@param args extcontacts.Arguments
---@param changes table<string, any> Lua name → value
---@return extcontacts.Arguments|nil
---@return string|nil misuse
function params.with(row, args, changes)
  local copy = shallow_copy(args)
  copy.path, copy.query, copy.values = {}, {}, shallow_copy(args.values)
  for name, value in pairs(changes) do
    local param = row.by_name[name]
    if not has_type(param, value) then
      return nil, ("%s: option '%s' %s"):format(row.name, name, type_problem(param, value))
    end
    copy.values[name] = value
  end
  local problem = placement.fill(row, copy)
  if problem then
    return nil, row.name .. ": " .. problem
  end
  return copy
end

return params
