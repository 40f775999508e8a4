--- URLs of proxies.  Pure.

local proxy = {}

local SCHEMES = { http = true, https = true, socks4 = true, socks4a = true, socks5 = true, socks5h = true }

-- The scheme and the rest.  Without a scheme it is an http proxy, as in curl.
local function parts(url)
  local scheme, rest = url:match "^(%a[%w+.%-]*)://(.*)$"
  return scheme or "http", rest or url
end

-- A password may contain anything, even an unencoded "/" or "@".
local function without_user(rest)
  return rest:match "@([^@]*)$" or rest
end

--- Why a text can't be the URL of a proxy; nil if it can.
---@param url string
---@param name string of the option or variable; the text itself may contain a password
---@return string|nil problem
function proxy.problem(url, name)
  local scheme, rest = parts(url)
  local host, after = without_user(rest):match "^(%[[%x:.%%]+%])([^/]*)/?$"
  if not host then
    host, after = without_user(rest):match "^([^:/?#%[%]]+)([^/?#]*)/?$"
  end
  if not SCHEMES[scheme:lower()] or url:find "[%s%c]" or not host or not (after == "" or after:find "^:%d+$") then
    return name .. " must be the URL of a proxy, such as http://proxy.example.com:3128"
  end
end

--- The URL without a user name and password, to be shown.
---@param url string
---@return string
function proxy.shown(url)
  local scheme, rest = parts(url)
  return scheme .. "://" .. without_user(rest):gsub("/$", "")
end

return proxy
