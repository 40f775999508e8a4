--- The widths of a table's columns on a terminal.  Pure.
--
-- Ids are never cut, so that they can be copied.  If the other columns would become too
-- narrow, a table of default columns has fewer of them, and one of chosen fields is not
-- possible: its records are then written as blocks, one field on each line.

local table_layout = {}

--- Columns between two cells.
table_layout.GAP = 2

-- Columns that a cell keeps at least: of a default column, which is dropped instead, and
-- of a field that was asked for.
local LEAST_OPTIONAL, LEAST = 16, 6
-- Default columns that are not dropped.
local KEPT = 2

---@class extcontacts.cli.ColumnWidth
---@field natural integer columns of the longest cell or title
---@field is_id boolean|nil whether its cells are never cut
---@field optional boolean|nil whether the column can be dropped

-- The least widths of the first columns, and their sum with the gaps.
local function least(columns, count)
  local widths, sum = {}, table_layout.GAP * (count - 1)
  for index = 1, count do
    local column = columns[index]
    local floor = column.optional and LEAST_OPTIONAL or LEAST
    widths[index] = column.is_id and column.natural or math.min(column.natural, floor)
    sum = sum + widths[index]
  end
  return widths, sum
end

-- Widens the columns that need it, each by an equal share of what is free.
local function widen(columns, widths, free)
  local needy = {}
  for index in ipairs(widths) do
    needy[index] = index
  end
  local function need(index)
    return columns[index].natural - widths[index]
  end
  table.sort(needy, function(a, b)
    if need(a) ~= need(b) then
      return need(a) < need(b)
    end
    return a < b
  end)
  for place, index in ipairs(needy) do
    local share = math.min(need(index), math.floor(free / (#needy - place + 1)))
    widths[index], free = widths[index] + share, free - share
  end
  return widths
end

--- Finds the widths of the columns that fit, those on the left first.
---@param columns extcontacts.cli.ColumnWidth[]
---@param width integer of the terminal
---@return integer[]|nil widths of the first columns; nil if a table does not fit
function table_layout.fit(columns, width)
  local count = #columns
  local widths, sum = least(columns, count)
  while sum > width and count > KEPT and columns[count].optional do
    count = count - 1
    widths, sum = least(columns, count)
  end
  if sum > width and count > 1 then
    return nil
  end
  return widen(columns, widths, math.max(0, width - sum))
end

return table_layout
