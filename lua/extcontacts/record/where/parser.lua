--- Parses the conditions of `--where`: Lua's expressions, without calls other than
-- those of the functions below, and without anything that could run code.  The whole
-- grammar fits here, so that it needs no library.  Pure.
--
-- A node is `{ op, at, … }`; `at` is its column, which errors name.

local lexer = require "extcontacts.record.where.lexer"

local parser = {}

---@class extcontacts.record.WhereNode
---@field op "constant"|"path"|"call"|"not"|"and"|"or"|"=="|"~="|"<"|"<="|">"|">="
---@field at integer column, in characters
---@field value any of a constant
---@field path string[]|nil
---@field name string|nil of a call
---@field [integer] extcontacts.record.WhereNode operands

local MOST_NESTED = 50
local COMPARISONS = { ["=="] = true, ["~="] = true, ["<"] = true, ["<="] = true, [">"] = true, [">="] = true }
local Reader = {}
Reader.__index = Reader

-- Takes the current token and reads the next one.
function Reader:advance()
  local token = self.token
  self.token, self.position = lexer.read(self.source, self.position)
  return token
end

function Reader:fail(message, ...)
  lexer.fail(self.source, self.token.at, message, ...)
end

function Reader:expect(kind, what)
  if self.token.kind ~= kind then
    self:fail("expected %s", what)
  end
  return self:advance()
end

function Reader:call(name)
  local node = { op = "call", name = name.value, at = name.at }
  self:advance()
  while self.token.kind ~= ")" do
    node[#node + 1] = self:expression()
    if self.token.kind ~= ")" then
      self:expect(",", "a comma or )")
    end
  end
  self:advance()
  return node
end

function Reader:path(name)
  local node = { op = "path", path = { name.value }, at = name.at }
  while self.token.kind == "." or self.token.kind == "[" do
    if self:advance().kind == "." then
      node.path[#node.path + 1] = self:expect("name", "the name of a field after the point").value
    else
      node.path[#node.path + 1] = self:expect("string", "the name of a field in quotation marks").value
      self:expect("]", "]")
    end
  end
  return node
end

function Reader:operand()
  local token = self.token
  if token.kind == "end" then
    self:fail("a value is missing at the end")
  end
  self:advance()
  if token.kind == "name" then
    return self.token.kind == "(" and self:call(token) or self:path(token)
  elseif token.kind == "(" then
    local node = self:expression()
    self:expect(")", ")")
    return node
  elseif token.kind == "not" then
    return { op = "not", at = token.at, self:nested(self.operand) }
  elseif token.kind == "string" or token.kind == "number" then
    return { op = "constant", value = token.value, at = token.at }
  elseif token.kind == "-" then
    return { op = "constant", value = -self:expect("number", "a number after -").value, at = token.at }
  elseif token.kind == "nil" or token.kind == "true" or token.kind == "false" then
    return { op = "constant", value = ({ ["true"] = true, ["false"] = false })[token.kind], at = token.at }
  end
  lexer.fail(self.source, token.at, "expected a value before %s", token.value)
end

function Reader:comparison()
  local left = self:operand()
  if not COMPARISONS[self.token.kind] then
    return left
  elseif left.op == "not" then
    lexer.fail(self.source, left.at, "`not` applies to the value only; write not (… %s …)", self.token.kind)
  end
  local sign = self:advance()
  local node = { op = sign.kind, at = sign.at, left, self:operand() }
  if COMPARISONS[self.token.kind] then
    self:fail("a comparison has two sides; join two comparisons with `and`")
  end
  return node
end

-- The operands of one operator, however many, in one node.
function Reader:joined(op, next_operand)
  local first = next_operand(self)
  if self.token.kind ~= op then
    return first
  end
  local node = { op = op, at = self.token.at, first }
  while self.token.kind == op do
    self:advance()
    node[#node + 1] = next_operand(self)
  end
  return node
end

function Reader:conjunction()
  return self:joined("and", self.comparison)
end

function Reader:nested(read)
  self.depth = self.depth + 1
  if self.depth > MOST_NESTED then
    self:fail("more than %d parentheses inside each other", MOST_NESTED)
  end
  local node = read(self)
  self.depth = self.depth - 1
  return node
end

local function read_expression(self)
  return self:joined("or", self.conjunction)
end

function Reader:expression()
  return self:nested(read_expression)
end

--- Parses an expression.  Raises `{ where = message }` for a mistake.
---@param source string
---@return extcontacts.record.WhereNode
function parser.parse(source)
  local reader = setmetatable({ source = source, position = 1, depth = 0 }, Reader)
  reader:advance()
  if reader.token.kind == "end" then
    reader:fail("the condition is empty")
  end
  local node = reader:expression()
  if reader.token.kind ~= "end" then
    reader:fail("expected `and`, `or` or the end")
  end
  return node
end

return parser
