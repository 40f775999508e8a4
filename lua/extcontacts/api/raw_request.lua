--- Endpoints that are not in the operation table: `client:request` names one by
-- method and path.  It gets a row of its own, so that `exec` treats it like any
-- operation.  Pure.

local core = require "extcontacts.core"
local params = require "extcontacts.api.params"
local suggest = require "extcontacts.base.suggest"

local raw_request = {}

--- The name such a call goes by, in errors, logs and numbers.
raw_request.NAME = "request"

---@class extcontacts.RequestOptions: extcontacts.CallOptions
---@field path table<string, string|integer>|nil values of the `{names}` in the path
---@field body table|nil sent as JSON
---@field repeatable boolean|nil whether sending it twice does what sending it once does, so that it
--- may be sent again when its answer was lost; default: GET, PUT and DELETE only

local OWN = { path = "table", body = "table", repeatable = "boolean" }

-- Options of creates of the table: nothing tells here how to look for a record.
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

-- The path alone, without query and names.
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
    return ("the path must not have %s; put what varies into braces and its value into the option 'path'"):format(
      shown and "'" .. shown .. "'" or "control or non-ASCII characters")
  elseif bare:gsub("%%%x%x", "x"):find("%", 1, true) then
    return "two hexadecimal digits must follow a '%' of the path"
  end
  for segment in bare:gmatch "[^/]+" do
    if segment == "." or segment == ".." then
      return "the path must not have the segments '.' and '..'"
    end
  end
end

-- `a=1&b=2`, as a server's `nextUri` has it, in front of further parameters.
local function read_query(text, further)
  local query = {}
  for pair in text:gmatch "[^&]+" do
    local name, value = pair:match "^([^=]*)=?(.*)$"
    name, value = core.url.decode(name, { plus = true }), core.url.decode(value, { plus = true })
    if not name or not value then
      return nil, "two hexadecimal digits must follow a '%' of the query"
    end
    query[#query + 1] = { name, value }
  end
  for _, pair in ipairs(further) do
    query[#query + 1] = pair
  end
  return query
end

local function options_problem(options)
  for name, value in pairs(options) do
    if OWN[name] and type(value) ~= OWN[name] then
      return ("option '%s' must be a %s, got %s"):format(name, OWN[name], type(value))
    elseif OF_CREATES[name] then
      return ("option '%s' is for the creates among the operations"):format(name)
    end
  end
end

-- Puts the values of the path's names in their place.
local function bind_path(path, values, into)
  local names = {}
  for name in path:gmatch "{([%w_]+)}" do
    names[#names + 1] = name
    if values[name] == nil then
      return ("the path's '%s' is missing: path = { %s = … }"):format(name, name)
    end
    into[name] = values[name]
  end
  for name in pairs(values) do
    if into[name] == nil then
      return suggest.unknown("name in option 'path'", name, names)
    end
  end
end

--- Makes a row of a method and a path, and binds what it is called with.
---@param method string
---@param path string
---@param options extcontacts.RequestOptions|nil
---@return extcontacts.Operation|nil row
---@return extcontacts.Arguments|string bound, or what is wrong, for `error(misuse, 2)`
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
  local where, query = path:match "^([^?]*)%??(.*)$"
  problem = path_problem(where) or options_problem(options)
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
    name = raw_request.NAME, method = method, path = where, effect = effect, repeatable = repeatable,
    permissions = {}, permissions_mode = "any", params = {}, by_name = {}, positional = {},
  }
  local bound
  bound, problem = params.bind(row, 1, { options }, OWN)
  if not bound then
    return nil, problem
  end
  bound.body = options.body
  bound.query, problem = read_query(query, bound.query)
  problem = problem or bind_path(where, options.path or {}, bound.path)
  if problem then
    return nil, raw_request.NAME .. ": " .. problem
  end
  return row, bound
end

return raw_request
