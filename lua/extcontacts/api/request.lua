--- Builds the request of a bound call.  Pure: nothing is sent, and the bearer
-- token is not part of it.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"

local request = {}

-- A record that was read with the option `fields` must not overwrite a whole one.
local WHOLE = { whole = true }

---@class extcontacts.Request
---@field operation string
---@field method string
---@field url string
---@field path string percent-encoded, without the query
---@field query string percent-encoded, without the "?"; "" for none
---@field headers table[] `{ name, value }`
---@field body string|nil JSON text

local metatable = { __name = "extcontacts.request" }

-- The query and the body may contain personal data.
function metatable.__tostring(self)
  return ("%s %s%s"):format(self.method, self.path,
    self.body and (" (body of %d bytes)"):format(#self.body) or "")
end

local function add_headers(list, extra)
  for name, value in pairs(extra) do
    list[#list + 1] = { name, value }
  end
end

local function invalid(row, message, argument)
  return nil, errors.new {
    kind = "invalid",
    operation = row.name,
    method = row.method,
    message = message,
    details = { argument = argument },
  }
end

--- Builds the request of a bound call.
---@param row extcontacts.Operation
---@param args extcontacts.Arguments
---@param config extcontacts.Config
---@return extcontacts.Request|nil
---@return extcontacts.Error|nil kind "invalid": a value that can't be sent
function request.build(row, args, config)
  local path, problem, name = core.url.expand(row.path, args.path)
  if not path then
    return invalid(row, problem, name)
  end
  local query
  query, problem, name = core.url.query(args.query)
  if not query then
    return invalid(row, problem, name)
  end

  local headers = { { "Accept", "application/json" } }
  local body
  if args.body then
    body, problem, name = args.body_text, nil, nil
    if not body then
      body, problem, name = core.json.encode(args.body, WHOLE)
    end
    if not body then
      return invalid(row, problem, name)
    end
  end
  -- The official SDKs state it for requests without a body, too; where the API checks the
  -- type first, a POST or PUT without one would be a 415.
  if body or row.method ~= "GET" and row.method ~= "DELETE" then
    headers[#headers + 1] = { "Content-Type", "application/json" }
  end
  if config.headers then
    add_headers(headers, config.headers)
  end
  if args.options.headers then
    add_headers(headers, args.options.headers)
  end

  local base = config.base_url
  return setmetatable({
    operation = row.name,
    method = row.method,
    url = query == "" and base .. path or base .. path .. "?" .. query,
    path = path,
    query = query,
    headers = headers,
    body = body,
  }, metatable)
end

return request
