--- The cells of a changed value: before and after as HTML, with the words marked
-- that differ.  Pure.

local core = require "extcontacts.core"
local diff = require "extcontacts.record.diff"
local html = require "extcontacts.fix.report.html"
local texts = require "extcontacts.base.text"
local word_diff = require "extcontacts.fix.report.word_diff"

local value_html = {}

local null = core.json.null

-- Bytes that are shown: of a text that is equal on both sides, at each end; of a
-- text that differs, in all.
local MOST_SAME, MOST_CHANGED = 160, 4000

local function present(value)
  return value ~= nil and value ~= null
end

--- A value for people.  Unlike with `diff.text`, two phone numbers that differ
--- never look alike.
---@param value any
---@return string|nil nil for no value
function value_html.text(value)
  if not present(value) then
    return nil
  elseif type(value) == "table" and (present(value.display) or present(value.e164)) then
    local out = tostring(value.e164)
    if present(value.display) then
      out = diff.text(value) .. (present(value.e164) and value.e164 ~= value.display and " = " .. out or "")
    end
    return out .. (value.acceptsSMS == true and ", accepts SMS" or "")
  elseif type(value) == "table" and type(value.id) == "string" and type(value.name) == "string" then
    return value.name .. " (" .. value.id .. ")"
  elseif type(value) == "table" and type(value.id) == "string" then
    return value.id
  end
  return diff.text(value)
end

local function is_continuation(byte)
  return byte ~= nil and byte >= 128 and byte < 192
end

-- At most `size` bytes from the start of a text, without splitting a character.
local function beginning(text, size)
  while size > 0 and is_continuation(text:byte(size + 1)) do
    size = size - 1
  end
  return text:sub(1, size)
end

-- The same from its end.
local function ending(text, size)
  local from = #text - size + 1
  while is_continuation(text:byte(from)) do
    from = from + 1
  end
  return text:sub(from)
end

local function omitted(text)
  local count = texts.length(text)
  return ('<span class="omitted">… %s %s …</span>'):format(html.number(count), texts.noun(count, "character"))
end

--- A long text without its middle.
---@param text string
---@param size integer bytes to keep at each end, at most
---@return string head all of the text if it is not much longer
---@return string|nil middle the omitted part
---@return string|nil tail
function value_html.shortened(text, size)
  if #text <= 3 * size then
    return text
  end
  local head, tail = beginning(text, size), ending(text, size)
  return head, text:sub(#head + 1, -#tail - 1), tail
end

local function same_html(text)
  local head, middle, tail = value_html.shortened(text, MOST_SAME)
  return html.text(head) .. (middle and omitted(middle) .. html.text(tail) or "")
end

local function changed_html(text, tag)
  local rest = ""
  if #text > MOST_CHANGED then
    local head = beginning(text, MOST_CHANGED)
    text, rest = head, omitted(text:sub(#head + 1))
  end
  return ("<%s>%s</%s>"):format(tag, html.text(text, true), tag) .. rest
end

local function side_html(pieces, tag)
  local out = {}
  for index, piece in ipairs(pieces) do
    out[index] = piece.changed and changed_html(piece.text, tag) or same_html(piece.text)
  end
  return table.concat(out)
end

local NONE = '<span class="none">%s</span>'

--- Returns the contents of both cells.
---@param before any
---@param after any
---@return string before
---@return string after
function value_html.cells(before, after)
  before, after = value_html.text(before), value_html.text(after)
  if before and after then
    if before == after then
      return html.text(before), html.text(after) .. " " .. NONE:format("(other details differ)")
    end
    local left, right = word_diff.compare(before, after)
    return side_html(left, "del"), side_html(right, "ins")
  end
  return before and changed_html(before, "del") or NONE:format("none"),
    after and changed_html(after, "ins") or NONE:format("none")
end

return value_html
