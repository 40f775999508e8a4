--- Whether the option `headers` can be sent.  Pure.

local header_fields = {}

-- Header in lower case → what to use instead.
local OWN = {
  authorization = "use access_token, a token or a function that returns one",
  ["proxy-authorization"] = "put the user name and password into the URL of the option 'proxy'",
  ["user-agent"] = "use the option 'user_agent'",
  ["accept-encoding"] = "use the option 'compress'",
  host = "use the options 'base_url' and 'login_url'",
}
for _, name in ipairs { "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade",
  "proxy-connection", "http2-settings", "expect" } do
  OWN[name] = "remove it"
end

-- Characters of a name (RFC 9110, token).
local TOKEN = "^[%w!#$%%&'*+%-.^_`|~]+$"

--- The problem of a table of headers; values never appear in it.
---@param headers table<string, string|number>
---@return string|nil misuse
function header_fields.problem(headers)
  local seen = {}
  for name, value in pairs(headers) do
    if type(name) ~= "string" then
      return "option 'headers' must map names to values: headers = { [\"X-Name\"] = … }"
    elseif not name:find(TOKEN) then
      return "option 'headers' contains a name that is not a header's: it may have letters, digits and -, but no "
        .. "space, colon or line end"
    end
    local lower = name:lower()
    if OWN[lower] then
      return ("option 'headers' contains '%s', which the client sends itself; %s"):format(name, OWN[lower])
    elseif seen[lower] then
      return ("option 'headers' contains '%s' twice, in different case; remove one"):format(lower)
    elseif type(value) ~= "string" and type(value) ~= "number" then
      return ("option 'headers': the value of '%s' must be a string, got %s"):format(name, type(value))
    elseif type(value) == "string" and value:gsub("\t", " "):find "%c" then
      return ("option 'headers': the value of '%s' contains a line end or another control character; remove it")
        :format(name)
    end
    seen[lower] = true
  end
end

return header_fields
