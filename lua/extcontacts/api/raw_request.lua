--- Raw requests: endpoints that are not in the operation table, named by method
-- and path.  Each gets a row of its own, so that it is called like an operation.
-- Pure.

local core = require "extcontacts.core"
local params = require "extcontacts.api.params"
local suggest = require "extcontacts.base.suggest"

local raw_request = {}

--- The name of such an operation in errors, logs and statistics.
raw_request.NAME = "request"

---@class extcontacts.RequestOptions: extcontacts.CallOptions
---@field path table<string, string|integer>|nil values of the `{names}` in the path
---@field body table|nil sent as JSON
---@field repeatable boolean|nil whether sending it twice has the same result as sending it once, so
--- that the client may retry it if the response is lost; default: true for GET, PUT and DELETE

local OWN = { path = "table", body = "table", repeatable = "boolean" }

-- Options for the creates of the table, whose rows say how to look for a record.
local OF_CREATES = { marker = true, check_time = true, maybe_sent_at = true, except_ids = true }

-- Method → what a request does, and whether it is safe to repeat unless the
-- caller says otherwise.  A PATCH may append to a list.  A POST may read, create,
-- merge or start a job: its effect is unknown, so it is treated as a write.
local METHODS = {
  GET = { effect = "read", repeatable = true },
  PUT = { effect = "update", repeatable = true },
  DELETE = { effect = "delete", repeatable = true },
  PATCH = { effect = "update", repeatable = false },
  POST = { effect = "unknown", repeatable = false },
}

--- The methods a raw request may have.
raw_request.methods = { "GET", "POST", "PUT", "PATCH", "DELETE" }

--- What a request with a method does.
---@param method any
---@return extcontacts.Effect|nil effect nil for an unknown method
function raw_request.effect(method)
  return METHODS[method] and METHODS[method].effect
end

local function method_problem(method)
  if type(method) ~= "string" then
    return ("argument #1 (method) must be a string, got %s"):format(type(method))
  elseif not METHODS[method] then
    local upper = METHODS[method:upper()] and method:upper()
    return upper and ("method '%s' is written '%s'"):format(method, upper)
      or suggest.unknown("method", method, suggest.keys(METHODS))
  end
end

-- How a path is wrong, without its query.
local function path_problem(path)
  if path:find("^%a[%w+.-]*://") then
    return "the path must not name a host: requests go to the client's base_url; start with '/api/v2/'"
  elseif path:sub(1, 1) ~= "/" or path:sub(1, 2) == "//" then
    return "the path must start with '/', as in '/api/v2/externalcontacts/settings'"
  end
  local bare = path:gsub("{[%w_]+}", "x")
  local wrong = bare:match "[^%w%-._~!$&'()*+,;=:@/%%]"
  if wrong then
    local shown = wrong:match "[!-~ ]"
    return ("the path must not contain %s; write {name} in its place, and pass the value in the option 'path'"):format(
      shown and "'" .. shown .. "'" or "control or non-ASCII characters")
  elseif bare:gsub("%%%x%x", "x"):find("%", 1, true) then
    return "a '%' in the path must be followed by two hexadecimal digits"
  end
  for segment in bare:gmatch "[^/]+" do
    if segment == "." or segment == ".." then
      return "the path must not contain the segments '.' and '..'"
    end
  end
end

-- Decodes `a=1&b=2`, as in a server's `nextUri`, and appends further parameters.
local function read_query(text, further)
  local query = {}
  for pair in text:gmatch "[^&]+" do
    local name, value = pair:match "^([^=]*)=?(.*)$"
    name, value = core.url.decode(name, { plus = true }), core.url.decode(value, { plus = true })
    if not name or not value then
      return nil, "a '%' in the query must be followed by two hexadecimal digits"
    end
    query[#query + 1] = { name, value }
  end
  for _, pair in ipairs(further) do
    query[#query + 1] = pair
  end
  return query
end

--- Returns a parameter of a server's `nextUri`.
---@param uri string
---@param name string
---@return string|nil
function raw_request.query_value(uri, name)
  for _, pair in ipairs(read_query(uri:match "%?([^#]*)" or "", {}) or {}) do
    if pair[1] == name then
      return pair[2]
    end
  end
end

local function options_problem(options)
  for name, value in pairs(options) do
    if OWN[name] and type(value) ~= OWN[name] then
      return ("option '%s' must be a %s, got %s"):format(name, OWN[name], type(value))
    elseif OF_CREATES[name] then
      return ("option '%s' is only for create operations, not for raw requests"):format(name)
    end
  end
end

-- Collects the values of the `{names}` in the path; returns the misuse, if any.
local function bind_path(path, values, into)
  local names = {}
  for name in path:gmatch "{([%w_]+)}" do
    names[#names + 1] = name
    if values[name] == nil then
      return ("no value for {%s} in the path; pass path = { %s = … }"):format(name, name)
    end
    into[name] = values[name]
  end
  for name in pairs(values) do
    if into[name] == nil then
      return suggest.unknown("name in option 'path'", name, names)
    end
  end
end

--- Builds the row of a method and a path, and binds its options.
---@param method string
---@param path string
---@param options extcontacts.RequestOptions|nil
---@return extcontacts.Operation|nil row
---@return extcontacts.Arguments|string args the misuse for `error(misuse, 2)`, without a row
function raw_request.bind(method, path, options)
  local problem = method_problem(method)
  if not problem and type(path) ~= "string" then
    problem = ("argument #2 (path) must be a string, got %s"):format(type(path))
  elseif not problem and options ~= nil and type(options) ~= "table" then
    problem = ("argument #3 (options) must be a table, got %s"):format(type(options))
  end
  if problem then
    return nil, raw_request.NAME .. ": " .. problem
  end
  options = options or {}
  local bare_path, query = path:match "^([^?]*)%??(.*)$"
  problem = path_problem(bare_path) or options_problem(options)
  if problem then
    return nil, raw_request.NAME .. ": " .. problem
  end

  local effect, repeatable = METHODS[method].effect, options.repeatable
  if repeatable == nil then
    repeatable = METHODS[method].repeatable
  elseif not repeatable and effect == "read" then
    effect = "unknown" -- the caller says that sending it twice makes a difference
  end
  local row = {
    name = raw_request.NAME, method = method, path = bare_path, effect = effect, repeatable = repeatable,
    permissions = {}, permissions_mode = "any", params = {}, by_name = {}, positional = {},
  }
  local args
  args, problem = params.bind(row, 1, { options }, OWN)
  if not args then
    return nil, problem
  end
  args.body = options.body
  args.query, problem = read_query(query, args.query)
  problem = problem or bind_path(bare_path, options.path or {}, args.path)
  if problem then
    return nil, raw_request.NAME .. ": " .. problem
  end
  return row, args
end

return raw_request
