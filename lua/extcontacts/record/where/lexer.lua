--- The tokens of a condition.  Pure.

local magic = require "extcontacts.base.magic"

local lexer = {}

---@class extcontacts.record.WhereToken
---@field kind string "name", "string", "number", "end", a keyword or a sign
---@field value any
---@field at integer its first byte

--- Raises the message of a mistake in an expression.
---@param source string
---@param at integer byte
---@param message string
function lexer.fail(source, at, message, ...)
  local column = select(2, source:sub(1, at - 1):gsub("[^\128-\191]", "")) + 1
  error({ where = ("column %d: "):format(column) .. message:format(...) }, 0)
end

-- What other languages write.
local FOREIGN = {
  ["="] = "==", ["==="] = "==", ["!="] = "~=", ["<>"] = "~=", ["&&"] = "and", ["&"] = "and", ["||"] = "or",
  ["|"] = "or", ["!"] = "not", ["AND"] = "and", ["OR"] = "or", ["NOT"] = "not", ["null"] = "nil", ["NULL"] = "nil",
}
local KEYWORDS = { ["and"] = true, ["or"] = true, ["not"] = true, ["nil"] = true, ["true"] = true, ["false"] = true }
local ESCAPES = { n = "\n", t = "\t", r = "\r", ["\\"] = "\\", ['"'] = '"', ["'"] = "'" }

local function refuse_foreign(source, at, word)
  if FOREIGN[word] then
    lexer.fail(source, at, "write %s instead of %s", FOREIGN[word], word)
  end
end

local function read_string(source, at)
  local quote, parts, position = source:sub(at, at), {}, at + 1
  while true do
    local stop = source:find("[\\" .. quote .. "]", position)
    if not stop then
      lexer.fail(source, at, "the text has no closing %s", quote)
    end
    parts[#parts + 1] = source:sub(position, stop - 1)
    if source:sub(stop, stop) == quote then
      return { kind = "string", value = table.concat(parts), at = at }, stop + 1
    end
    local letter = source:sub(stop + 1, stop + 1)
    parts[#parts + 1] = ESCAPES[letter] or lexer.fail(source, stop, "unknown escape \\%s; write \\\\ for a backslash",
      letter)
    position = stop + 2
  end
end

--- Reads a token.  Raises `{ where = message }` for a mistake.
---@param source string
---@param at integer byte
---@return extcontacts.record.WhereToken
---@return integer after the byte after it
function lexer.read(source, at)
  at = source:find("%S", at) or #source + 1
  if at > #source then
    return { kind = "end", at = at }, at
  elseif source:find("^[\"']", at) then
    return read_string(source, at)
  end
  local word = source:match("^[%a_][%w_]*", at)
  if word then
    refuse_foreign(source, at, word)
    return { kind = KEYWORDS[word] and word or "name", value = word, at = at }, at + #word
  end
  local number = source:match("^%d+%.?%d*", at)
  if number then
    if source:find("^[%w_.]", at + #number) then
      lexer.fail(source, at, "not a number; write digits, with a point before decimals")
    end
    return { kind = "number", value = tonumber(number), at = at }, at + #number
  end
  local quote = magic.curly_quote(source:sub(at, at + 2))
  if quote and source:sub(at, at + #quote - 1) == quote then
    lexer.fail(source, at, 'write " or \' instead of %s', quote)
  end
  local sign = source:match("^[=!<>~&|]+", at) or source:match("^[-().,%[%]]", at)
  if not sign then
    lexer.fail(source, at, "unexpected %s", source:match("^[%z\1-\127\194-\244][\128-\191]*", at) or "byte")
  end
  refuse_foreign(source, at, sign)
  return { kind = sign, value = sign, at = at }, at + #sign
end

return lexer
