--- Sends a reply.

local server_clock = require "extcontacts.sandbox.state.server_clock"

---@class extcontacts.sandbox.Reply
---@field status integer
---@field body string|nil
---@field content_type string|nil "" or nil for none
---@field headers table<string, string|number>|nil
---@field cut integer|nil bytes after which the connection ends

-- The promised length is never reached.  It would not hold for a compressed body.
local function send_cut(body, bytes)
  ngx.req.clear_header("Accept-Encoding")
  ngx.header["Content-Length"] = #body
  ngx.print(body:sub(1, bytes))
  ngx.flush(true)
  return ngx.exit(ngx.ERROR)
end

--- Sends a reply to the current request.
---@param reply extcontacts.sandbox.Reply
---@param correlation_id string|nil nil for the origin of the files
---@param window_headers table<string, number>|nil
local function send(reply, correlation_id, window_headers)
  local body = reply.body
  ngx.status = reply.status
  local header = ngx.header
  if correlation_id then
    header["ININ-Correlation-Id"] = correlation_id
  end
  if server_clock.shift() ~= 0 then
    header["Date"] = ngx.http_time(math.floor(server_clock.now()))
  end
  if body and reply.content_type ~= "" then
    header["Content-Type"] = reply.content_type
  else
    header["Content-Type"] = nil
  end
  for _, headers in pairs { window_headers or {}, reply.headers or {} } do
    for name, value in pairs(headers) do
      header[name] = value
    end
  end
  if not body then
    if reply.status ~= 204 then
      header["Content-Length"] = 0
    end
    return ngx.send_headers()
  elseif reply.cut then
    return send_cut(body, reply.cut)
  end
  header["Content-Length"] = #body
  ngx.print(body)
end

return send
