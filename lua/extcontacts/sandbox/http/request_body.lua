--- Reads the body of the current request.

local api_errors = require "extcontacts.sandbox.api_errors"
local json = require "extcontacts.base.json"

local request_body = {}

--- The whole body; "" for a request without one.
---@return string
function request_body.whole()
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  if body then
    return body
  end
  local path = ngx.req.get_body_file()
  local file = path and io.open(path, "rb")
  if not file then
    return ""
  end
  body = file:read("*a")
  file:close()
  return body
end

--- The body; ends the request if it is too large, without reading it if its
-- Content-Length says so.
---@param settings table max_body
---@return string
function request_body.read(settings)
  local length = tonumber(ngx.var.http_content_length) or 0
  local body = length <= settings.max_body and request_body.whole()
  if not body or #body > settings.max_body then
    api_errors.raise("request.entity.too.large", { maximum = settings.max_body })
  end
  return body
end

--- The decoded body; ends the request if it is not a JSON object.
---@param settings table max_body
---@return table
function request_body.read_object(settings)
  local body = request_body.read(settings)
  local media_type = (ngx.var.http_content_type or ""):lower():match("^%s*([^;%s]*)")
  if media_type ~= "application/json" then
    api_errors.raise("unsupported.media.type")
  end
  local value, message = json.decode(body)
  if type(value) ~= "table" or getmetatable(value) == json.array_mt then
    api_errors.raise("bad.request", nil, {
      message = message and "The request could not be understood by the server due to malformed syntax: " .. message
        or "The body is not a JSON object.",
    })
  end
  return value
end

return request_body
