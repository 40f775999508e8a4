--- A stand-in for lua-resty-http with lua-cjson, the common choice, which Debian does
-- not package.  It is our own code, written for this comparison, and does the work that
-- a general HTTP client on nginx's sockets does: it splits the URL, completes the
-- headers, names a connection pool, reads the status line and all headers into a
-- table whose names ignore case, reads the body by its length, in chunks or to the
-- end, piece by piece through a coroutine, and decides whether the connection can
-- be kept.  Without proxies, redirects and HTTP/2.
local cjson = require "cjson"

local resty_http_like = {}

local USER_AGENT = "resty_http_like"

-- Bytes read at a time.
local PIECE = 65536

-- Seconds of a connect, a send or a read, and of an idle connection; connections kept.
local TIMEOUT, IDLE, POOL = 5, 60, 256

-------------------------------------------------------------------- headers --

-- A table of headers whose names ignore case; the first spelling stays.
local function new_headers()
  local spelling = {}
  return setmetatable({}, {
    __index = function(headers, name)
      return rawget(headers, spelling[name:lower():gsub("_", "-")])
    end,
    __newindex = function(headers, name, value)
      local lower = name:lower()
      local first = spelling[lower]
      if not first then
        spelling[lower] = name
        first = name
      end
      rawset(headers, first, value)
    end,
  })
end

local function add_header(headers, name, value)
  local earlier = headers[name]
  if not earlier then
    headers[name] = value
  elseif type(earlier) == "table" then
    earlier[#earlier + 1] = value
  else
    headers[name] = { earlier, value }
  end
end

local function receive_headers(socket)
  local headers = new_headers()
  repeat
    local line = assert(socket:receive "*l")
    local parts = ngx.re.match(line, [[([^:\s]+):\s*(.*)]], "jo")
    if parts then
      add_header(headers, parts[1], parts[2])
    end
  until line == ""
  return headers
end

-------------------------------------------------------------------- request --

-- Scheme, host, port, path and query of a URL.
local function split(url)
  local parts = assert(ngx.re.match(url, [[^(https?)://([^:/?]+)(?::(\d+))?([^?]*)\??(.*)$]], "jo"))
  local scheme = parts[1]
  local port = tonumber(parts[3]) or (scheme == "https" and 443 or 80)
  return { scheme = scheme, host = parts[2], port = port, path = parts[4] ~= "" and parts[4] or "/", query = parts[5] }
end

local function connect(place)
  local socket = assert(ngx.socket.tcp())
  socket:settimeouts(TIMEOUT * 1000, TIMEOUT * 1000, TIMEOUT * 1000)
  local pool = table.concat({ place.scheme, place.host, place.port, tostring(false) }, ":")
  assert(socket:connect(place.host, place.port, { pool = pool, pool_size = POOL }))
  if place.scheme == "https" and socket:getreusedtimes() == 0 then
    assert(socket:sslhandshake(nil, place.host, false))
  end
  return socket
end

local function complete(given, place)
  local headers = new_headers()
  for name, value in pairs(given or {}) do
    headers[name] = value
  end
  if not headers["Host"] then
    local usual = place.scheme == "https" and 443 or 80
    headers["Host"] = place.port == usual and place.host or place.host .. ":" .. place.port
  end
  headers["User-Agent"] = headers["User-Agent"] or USER_AGENT
  return headers
end

local function head_of(method, place, headers)
  local target = place.query ~= "" and place.path .. "?" .. place.query or place.path
  local lines = { method, " ", target, " HTTP/1.1\r\n" }
  for name, value in pairs(headers) do
    for _, one in ipairs(type(value) == "table" and value or { value }) do
      lines[#lines + 1] = name .. ": " .. tostring(one) .. "\r\n"
    end
  end
  lines[#lines + 1] = "\r\n"
  return table.concat(lines)
end

------------------------------------------------------------------------ body --

local function read_length(socket, length)
  while length > 0 do
    local piece = assert(socket:receive(math.min(length, PIECE)))
    length = length - #piece
    coroutine.yield(piece)
  end
end

local function read_chunks(socket)
  repeat
    local length = assert(tonumber(assert(socket:receive "*l"):match "^%x+", 16))
    read_length(socket, length)
    assert(socket:receive "*l")
  until length == 0
end

local function read_to_end(socket)
  repeat
    local piece, problem, rest = socket:receive(PIECE)
    coroutine.yield(piece or rest)
  until problem
end

-- The body, and whether its end is known without the end of the connection.
local function read_body(socket, headers)
  local length, read = tonumber(headers["Content-Length"]), read_to_end
  if (headers["Transfer-Encoding"] or ""):lower() == "chunked" then
    read, length = read_chunks, nil
  elseif length then
    read = read_length
  end
  local next_piece, pieces = coroutine.wrap(read), {}
  local piece = next_piece(socket, length)
  while piece do
    pieces[#pieces + 1] = piece
    piece = next_piece()
  end
  return table.concat(pieces), read ~= read_to_end
end

local function can_be_kept(version, headers)
  local connection = (headers["Connection"] or ""):lower()
  return connection == "keep-alive" or version >= 1.1 and connection ~= "close"
end

--- Sends a request and reads the answer.
---@param method string
---@param url string
---@param headers table<string, string>|nil
---@return { status: integer, reason: string, headers: table, body: string }
function resty_http_like.request(method, url, headers)
  local place = split(url)
  local socket = connect(place)
  assert(socket:send(head_of(method, place, complete(headers, place))))
  local line, version, status, reason
  repeat
    line = assert(socket:receive "*l")
    version, status, reason = line:match "^HTTP/(%d%.%d) (%d%d%d) ?(.*)$"
    version, status = tonumber(version), tonumber(status)
    assert(status, line)
    local answer = receive_headers(socket)
    if status >= 200 then
      headers = answer
    end
  until status >= 200
  local body, has_end = read_body(socket, headers)
  if has_end and can_be_kept(version, headers) then
    socket:setkeepalive(IDLE * 1000, POOL)
  else
    socket:close()
  end
  return { status = status, reason = reason, headers = headers, body = body }
end

--- Sends a request and decodes the JSON of the answer.
---@param url string
---@param headers table<string, string>|nil
---@return table
function resty_http_like.get_json(url, headers)
  local answer = resty_http_like.request("GET", url, headers)
  assert(answer.status == 200, answer.reason)
  return cjson.decode(answer.body)
end

return resty_http_like
