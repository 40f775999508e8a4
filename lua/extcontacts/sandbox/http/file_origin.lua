--- The origin of the files of exports and imports: a storage service on another
-- port, with XML errors.  The link is its only authorization: a request that has
-- an Authorization header as well is refused, so that a client that sends its
-- token to another host fails here.

local file_links = require "extcontacts.sandbox.state.file_links"
local form_values = require "extcontacts.sandbox.http.form_values"
local request_body = require "extcontacts.sandbox.http.request_body"

local file_origin = {}

-- Problem of a link → reply.
local PROBLEMS = {
  forged = { status = 403, code = "SignatureDoesNotMatch", message = "The signature does not match the request." },
  expired = { status = 403, code = "AccessDenied", message = "Request has expired." },
  missing = { status = 404, code = "NoSuchKey", message = "The file does not exist." },
}

local function refusal(status, code, message)
  return {
    status = status,
    content_type = "application/xml",
    body = ('<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>\n'):format(
      code, message),
  }
end

local function download(file)
  return {
    status = 200,
    body = file.text,
    content_type = "text/csv",
    headers = { ["Content-Disposition"] = ('attachment; filename="%s"'):format(file.name:gsub('[%c"\\]', "_")) },
  }
end

local function upload(file, headers)
  for _, header in ipairs(file.headers) do
    if headers[header.name:lower()] ~= header.value then
      return refusal(403, "SignatureDoesNotMatch",
        ("The header %s is missing or has another value."):format(header.name))
    end
  end
  local body = request_body.whole()
  if #body ~= file.size then
    return refusal(400, "InvalidArgument", ("%d bytes were announced, %d were sent."):format(file.size, #body))
  end
  file.text = body
  return { status = 200 }
end

--- Answers a request.
---@param request extcontacts.sandbox.Request
---@return extcontacts.sandbox.Reply
function file_origin.run(request)
  if ngx.var.http_authorization then
    return refusal(400, "InvalidArgument", "Only one auth mechanism is allowed; remove the Authorization header.")
  end
  local id = request.path:match("^/files/([^/]+)/[^/]+$")
  local query = form_values.parse(request.raw_query)
  local expires, signature = query.expires and tonumber(query.expires[1]), query.signature and query.signature[1]
  if not (id and expires and signature) then
    return refusal(403, "AccessDenied", "Access Denied")
  end
  local file, problem = file_links.find(request.method, id, expires, signature)
  if not file then
    local row = PROBLEMS[problem]
    return refusal(row.status, row.code, row.message)
  elseif request.method == "GET" then
    return download(file)
  end
  return upload(file, ngx.req.get_headers())
end

--- The reply of a fault that sets a status.
---@param err extcontacts.sandbox.ApiError
---@return extcontacts.sandbox.Reply
function file_origin.with_error(err)
  local reply = refusal(err.status, "SlowDown", "Please reduce your request rate.")
  reply.headers = err.headers
  return reply
end

return file_origin
