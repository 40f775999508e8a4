--- Compares two texts word by word.  Pure.

local word_diff = {}

-- Cells of the comparison's table.  Of longer texts, only equal beginnings and
-- endings are found.
local MOST_CELLS = 250000
-- Texts with a smaller share of equal bytes are marked as a whole, because single
-- marked words would only confuse.
local LEAST_ALIKE = 0.25

---@class extcontacts.fix.Piece
---@field text string
---@field changed boolean

-- Words, numbers, and each other character by itself.  Bytes beyond ASCII count
-- as letters.
local function split(text)
  local out, at = {}, 1
  while at <= #text do
    local stop = select(2, text:find("^[%w\128-\255]+", at)) or at
    out[#out + 1] = text:sub(at, stop)
    at = stop + 1
  end
  return out
end

-- Marks the words of a longest common subsequence of a[a1..a2], b[b1..b2].
local function mark_common(a, b, a1, a2, b1, b2, kept_a, kept_b)
  local rows, columns = a2 - a1 + 1, b2 - b1 + 1
  if rows <= 0 or columns <= 0 or rows * columns > MOST_CELLS then
    return
  end
  local longest = { [rows + 1] = {} }
  for column = 1, columns + 1 do
    longest[rows + 1][column] = 0
  end
  for row = rows, 1, -1 do
    local this, below = { [columns + 1] = 0 }, longest[row + 1]
    for column = columns, 1, -1 do
      if a[a1 + row - 1] == b[b1 + column - 1] then
        this[column] = below[column + 1] + 1
      else
        this[column] = math.max(below[column], this[column + 1])
      end
    end
    longest[row] = this
  end
  local row, column = 1, 1
  while row <= rows and column <= columns do
    if a[a1 + row - 1] == b[b1 + column - 1] then
      kept_a[a1 + row - 1], kept_b[b1 + column - 1] = true, true
      row, column = row + 1, column + 1
    elseif longest[row + 1][column] >= longest[row][column + 1] then
      row = row + 1
    else
      column = column + 1
    end
  end
end

local function is_blank(word)
  return not word:find "%S"
end

-- Joins neighbouring words into pieces.  White space between two changed words
-- belongs to the change.
local function pieces(list, kept)
  local out = {}
  for index, word in ipairs(list) do
    local changed = not kept[index]
    if not changed and is_blank(word) and index > 1 and index < #list
      and not kept[index - 1] and not kept[index + 1] then
      changed = true
    end
    local last = out[#out]
    if last and last.changed == changed then
      last[#last + 1] = word
    else
      out[#out + 1] = { word, changed = changed }
    end
  end
  for index, piece in ipairs(out) do
    out[index] = { text = table.concat(piece), changed = piece.changed }
  end
  return out
end

-- The share of kept bytes.
local function alike(list, kept, size)
  local bytes = 0
  for index, word in ipairs(list) do
    if kept[index] and not is_blank(word) then
      bytes = bytes + #word
    end
  end
  return bytes / size
end

--- Splits two texts into pieces that they share and pieces that differ.
---@param before string
---@param after string
---@return extcontacts.fix.Piece[] before
---@return extcontacts.fix.Piece[] after
function word_diff.compare(before, after)
  local a, b = split(before), split(after)
  local first, last_a, last_b = 1, #a, #b
  local kept_a, kept_b = {}, {}
  while first <= last_a and first <= last_b and a[first] == b[first] do
    kept_a[first], kept_b[first] = true, true
    first = first + 1
  end
  while last_a >= first and last_b >= first and a[last_a] == b[last_b] do
    kept_a[last_a], kept_b[last_b] = true, true
    last_a, last_b = last_a - 1, last_b - 1
  end
  mark_common(a, b, first, last_a, first, last_b, kept_a, kept_b)
  local shorter = math.min(#before:gsub("%s", ""), #after:gsub("%s", ""))
  if shorter == 0 or alike(a, kept_a, shorter) < LEAST_ALIKE then
    return before ~= "" and { { text = before, changed = true } } or {},
      after ~= "" and { { text = after, changed = true } } or {}
  end
  return pieces(a, kept_a), pieces(b, kept_b)
end

return word_diff
