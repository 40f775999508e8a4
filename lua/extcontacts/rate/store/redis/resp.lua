--- The protocol of Redis, versions 2 and 3 (RESP): encodes commands, and parses
-- replies that arrive in pieces.  Pure.

local resp = {}

--- Stands for the server's null.
resp.null = setmetatable({}, { __name = "extcontacts.redis_null" })

-- Bytes and elements of one reply, and how deep its arrays may nest: what a server
-- that is not Redis, or is hostile, can make this process keep.
local MOST_BYTES, MOST_ITEMS, DEEPEST = 1024 * 1024, 1000, 8

-- Bytes of a line with a number or an error.
local LONGEST_LINE = 4096

---@class extcontacts.RespError an error reply
---@field code string the first word of the reply, such as `NOAUTH`; the rest may quote a value
---@field command string|nil the command that the user has no permission to run
local Error = { __name = "extcontacts.redis_error" }

--- The code of an error reply; nil for any other reply.
---@param reply any
---@return string|nil
function resp.error_code(reply)
  return getmetatable(reply) == Error and reply.code or nil
end

--- An error reply from its text.
---@param line string
---@return extcontacts.RespError
function resp.error(line)
  return setmetatable({
    code = line:match "^%u[%u%d_]*" or "ERR", command = line:match "^NOPERM .*permissions to run the '([%a|]+)'",
  }, Error)
end

--- Encodes a command.
---@param command (string|number)[]
---@return string
function resp.encode(command)
  local parts = { "*", #command, "\r\n" }
  for _, argument in ipairs(command) do
    local text = tostring(argument)
    parts[#parts + 1] = ("$%d\r\n"):format(#text)
    parts[#parts + 1] = text
    parts[#parts + 1] = "\r\n"
  end
  return table.concat(parts)
end

---------------------------------------------------------------------- parser --

-- Raised, as a table, when the bytes end within a reply, and when they can't be one.
local MORE, MALFORMED = {}, {}

-- Reads a line from `at`.
local function line_at(text, at)
  local finish = text:find("\r\n", at, true)
  if not finish or finish - at > LONGEST_LINE then
    error((finish or #text - at > LONGEST_LINE) and MALFORMED or MORE, 0)
  end
  return text:sub(at, finish - 1), finish + 2
end

-- A length of a line; -1 stands for null.
local function length_of(line, most)
  local length = line:match "^%-?%d+$" and #line < 12 and tonumber(line)
  if not length or length < -1 or length > most then
    error(MALFORMED, 0)
  end
  return length
end

local function blob_at(parser, line, at)
  local length = length_of(line, MOST_BYTES)
  if length < 0 then
    return resp.null, at
  elseif #parser.text < at + length + 1 then
    parser.needed = at + length + 1
    error(MORE, 0)
  elseif parser.text:sub(at + length, at + length + 1) ~= "\r\n" then
    error(MALFORMED, 0)
  end
  return parser.text:sub(at, at + length - 1), at + length + 2
end

local value_at

local function list_at(parser, line, at, depth, each)
  local count = length_of(line, MOST_ITEMS)
  if count < 0 then
    return resp.null, at
  elseif depth >= DEEPEST then
    error(MALFORMED, 0)
  end
  local list = {}
  for index = 1, count * each do
    parser.items = parser.items + 1
    if parser.items > MOST_ITEMS then
      error(MALFORMED, 0)
    end
    list[index], at = value_at(parser, at, depth + 1)
  end
  return list, at
end

local function number_of(line)
  local special = { inf = math.huge, ["-inf"] = -math.huge, nan = 0 / 0 }
  return special[line] or line:find "^[%-+]?%d[%d.eE+%-]*$" and tonumber(line) or error(MALFORMED, 0)
end

-- Marks what a server says unasked.
local PUSH = {}

-- Type → function(parser, line, position after the line, depth): value, position.
local TYPES = {
  ["+"] = function(_, line, at)
    return line, at
  end,
  ["-"] = function(_, line, at)
    return resp.error(line), at
  end,
  [":"] = function(_, line, at)
    return number_of(line), at
  end,
  ["$"] = blob_at,
  ["*"] = function(parser, line, at, depth)
    return list_at(parser, line, at, depth, 1)
  end,
  -- RESP3
  ["_"] = function(_, line, at)
    return line == "" and resp.null or error(MALFORMED, 0), at
  end,
  ["#"] = function(_, line, at)
    if line ~= "t" and line ~= "f" then
      error(MALFORMED, 0)
    end
    return line == "t", at
  end,
  [","] = function(_, line, at)
    return number_of(line), at
  end,
  ["("] = function(_, line, at)
    return line:match "^[%-+]?%d+$" or error(MALFORMED, 0), at
  end,
  ["="] = function(parser, line, at)
    local text
    text, at = blob_at(parser, line, at)
    return text ~= resp.null and text:match "^...:(.*)$" or error(MALFORMED, 0), at
  end,
  ["!"] = function(parser, line, at)
    local text
    text, at = blob_at(parser, line, at)
    return text ~= resp.null and resp.error(text) or error(MALFORMED, 0), at
  end,
  ["%"] = function(parser, line, at, depth) -- keys and values in turn
    return list_at(parser, line, at, depth, 2)
  end,
  [">"] = function(parser, line, at, depth)
    local _
    _, at = list_at(parser, line, at, depth, 1)
    return depth == 0 and PUSH or error(MALFORMED, 0), at
  end,
  ["|"] = function(parser, line, at, depth) -- attributes of the value that follows
    local _
    _, at = list_at(parser, line, at, depth, 2)
    return value_at(parser, at, depth + 1)
  end,
}
TYPES["~"] = TYPES["*"]

function value_at(parser, at, depth)
  if depth > DEEPEST then
    error(MALFORMED, 0)
  elseif at > #parser.text then
    error(MORE, 0)
  end
  local read = TYPES[parser.text:sub(at, at)] or error(MALFORMED, 0)
  local line
  line, at = line_at(parser.text, at + 1)
  return read(parser, line, at, depth)
end

---@class extcontacts.RespParser
---@field text string bytes of a reply that has not arrived completely
---@field pieces string[] bytes that arrived after them
---@field length integer of text and pieces together
---@field needed integer bytes that are required before it is worth another try
local Parser = {}
Parser.__index = Parser

--- Creates a parser.
---@return extcontacts.RespParser
function resp.parser()
  return setmetatable({ text = "", pieces = {}, length = 0, needed = 1 }, Parser)
end

--- Adds bytes that have arrived.
---@param bytes string
function Parser:feed(bytes)
  self.pieces[#self.pieces + 1] = bytes
  self.length = self.length + #bytes
end

--- Takes the next reply.  After malformed bytes the connection can't be used.
---@return boolean|nil found false until more bytes arrive; nil if they are malformed
---@return any reply
function Parser:next()
  while self.length >= self.needed do
    if #self.pieces > 0 then
      self.text, self.pieces = self.text .. table.concat(self.pieces), {}
    end
    self.items, self.needed = 0, 1
    local ok, value, at = pcall(value_at, self, 1, 0)
    if not ok and value == MORE and self.length <= MOST_BYTES + LONGEST_LINE then
      self.needed = math.max(self.needed, self.length + 1)
      break
    elseif not ok then
      if value ~= MORE and value ~= MALFORMED then
        error(value, 0)
      end
      return nil
    end
    self.text = self.text:sub(at)
    self.length = #self.text
    if value ~= PUSH then
      return true, value
    end
  end
  return false
end

return resp
