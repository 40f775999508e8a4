--- A plain reader of CSV for specs, so that the library does not check itself.

local csv_cells = {}

--- All cells of a text.
---@param text string
---@return string[][]
function csv_cells.read(text)
  local rows, row, at = {}, {}, 1
  while at <= #text do
    local cell
    if text:sub(at, at) == '"' then
      local parts = {}
      repeat
        local stop = assert(text:find('"', at + 1, true), "no closing quote")
        parts[#parts + 1] = text:sub(at + 1, stop - 1)
        at = stop + 1
      until text:sub(at, at) ~= '"'
      cell = table.concat(parts, '"')
    else
      cell = text:match("^[^,\r\n]*", at)
      at = at + #cell
    end
    row[#row + 1] = cell
    local ending = text:match("^\r?\n", at) or text:match("^,", at) or ""
    at = at + #ending
    if ending ~= "," then
      rows[#rows + 1], row = row, {}
    end
  end
  return rows
end

--- The rows as tables by the names in the header.
---@param text string
---@return table<string, string>[]
---@return string[] header
function csv_cells.rows(text)
  local all = csv_cells.read(text)
  local header = table.remove(all, 1)
  local rows = {}
  for number, cells in ipairs(all) do
    assert(#cells == #header, "row " .. number)
    local row = {}
    for column, name in ipairs(header) do
      row[name] = cells[column]
    end
    rows[number] = row
  end
  return rows, header
end

return csv_cells
