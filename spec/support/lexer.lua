--- Splits Lua source into tokens, as far as the checks of this tree need it:
-- comments are dropped, strings keep their content, line numbers are kept.

local lexer = {}

---@class extcontacts.spec.Token
---@field type "name"|"string"|"symbol"
---@field text string a string's content, with its escapes as written
---@field line integer

-- The content of the long bracket at `position`, and the position after it.
local function long_bracket(source, position)
  local level = source:match("^%[(=*)%[", position)
  if level then
    local closing = "]" .. level .. "]"
    local first = position + #level + 2
    local from, to = source:find(closing, first, true)
    return source:sub(first, (from or #source + 1) - 1), (to or #source) + 1
  end
end

-- The position after the quoted string at `position`.
local function end_of_quoted(source, position)
  local quote = source:sub(position, position)
  repeat
    position = position + 1
    local char = source:sub(position, position)
    if char == "\\" then
      position = position + 1
    end
  until char == quote or char == ""
  return position + 1
end

-- The comment, string, name or symbol at `position`: its type, its text and
-- the position after it.  A comment has the type nil.
local function token_at(source, position)
  if source:sub(position, position + 1) == "--" then
    local _, after = long_bracket(source, position + 2)
    return nil, nil, after or source:find("\n", position, true) or #source + 1
  end
  local text, after = long_bracket(source, position)
  if text then
    return "string", text, after
  end
  local char = source:sub(position, position)
  if char == '"' or char == "'" then
    after = end_of_quoted(source, position)
    return "string", source:sub(position + 1, after - 2), after
  end
  local name = source:match("^[%a_][%w_]*", position)
  if name then
    return "name", name, position + #name
  end
  return "symbol", char, position + 1
end

--- The tokens of a source text.  A number becomes symbols and names.
---@param source string
---@return extcontacts.spec.Token[]
function lexer.tokens(source)
  local tokens, line, position = {}, 1, source:match "^#[^\n]*()" or 1
  while true do
    local start = source:find("%S", position)
    if not start then
      return tokens
    end
    line = line + select(2, source:sub(position, start - 1):gsub("\n", ""))
    local kind, text, after = token_at(source, start)
    if kind then
      tokens[#tokens + 1] = { type = kind, text = text, line = line }
    end
    line = line + select(2, source:sub(start, after - 1):gsub("\n", ""))
    position = after
  end
end

return lexer
