--- The table of an import's columns: the field of each, and three values.

local display_width = require "extcontacts.base.display_width"
local printable = require "extcontacts.base.printable"

local mapping_text = {}

-- Columns on the screen of a column's name, and of one value.
local LONGEST_NAME, LONGEST_VALUE = 30, 24

local WITHOUT_FIELD = {
  ignored = "(ignored)", derived = "(ignored: first and last name have columns)",
  rejection = "(ignored: of an earlier import)",
  unnamed = "(no name: must be empty)",
}

-- A text of at most so many columns, on one line.
local function short(text, longest)
  return (display_width.cut(printable.line(text), longest))
end

local function padded(text, width)
  return text .. (" "):rep(width - display_width.of(text))
end

--- Writes the table.
---@param ctx table
---@param columns extcontacts.fix.ImportColumn[]
function mapping_text.write(ctx, columns)
  local lines, widths = { { "Column", "Field", "First values" } }, { 0, 0 }
  for _, column in ipairs(columns) do
    local samples = {}
    for index, text in ipairs(column.samples) do
      samples[index] = short(text, LONGEST_VALUE)
    end
    lines[#lines + 1] = {
      short(column.name ~= "" and column.name or ("(column %d)"):format(column.index), LONGEST_NAME),
      column.field or WITHOUT_FIELD[column.how] or "?", table.concat(samples, " | "),
    }
  end
  for _, line in ipairs(lines) do
    for index = 1, 2 do
      widths[index] = math.max(widths[index], display_width.of(line[index]))
    end
  end
  for _, line in ipairs(lines) do
    local text = padded(line[1], widths[1]) .. "  " .. padded(line[2], widths[2]) .. "  " .. line[3]
    ctx:out((text:gsub("%s+$", "")), "\n")
  end
  ctx:out "\n"
end

return mapping_text
