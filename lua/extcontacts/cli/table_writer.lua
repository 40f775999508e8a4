--- Writes records as a table that fits a terminal: the form `table` of cli/output.
--
-- Records are written as they arrive, so the widths of the columns are those of the
-- first ones.  Later cells are cut to them; an id is never cut.

local display_width = require "extcontacts.base.display_width"
local models = require "extcontacts.api.models"
local record_columns = require "extcontacts.cli.record_columns"
local table_layout = require "extcontacts.cli.table_layout"

local table_writer = {}

-- Records after which the widths are fixed, if no page ends before: a screenful.
local SCREENFUL = 50

local GAP = (" "):rep(table_layout.GAP)

---@class extcontacts.cli.TableWriter
local Writer = {}
Writer.__index = Writer

--- Creates a writer.
---@param ctx table
---@param model extcontacts.Model|nil
---@param fields extcontacts.cli.Field[] of --fields
---@param single boolean whether there is one record, which is written as a block
---@return extcontacts.cli.TableWriter
function table_writer.new(ctx, model, fields, single)
  return setmetatable({
    ctx = ctx, model = model, fields = fields, single = single, waiting = {}, width = ctx:width "stdout",
    is_first = true,
  }, Writer)
end

-- A cell, and its width.  Only ids may be wider than their column.
local function fitted(text, columns, is_whole)
  if is_whole or record_columns.is_id(text) then
    return text, display_width.of(text)
  end
  return display_width.cut(text, columns)
end

-- Writes one line of cells.  `style` is the colour of the line, or of its ids.
local function write_line(self, cells, style, of_ids)
  local parts, last = {}, #self.widths
  while last > 1 and cells[last] == "" do
    last = last - 1
  end
  for index = 1, last do
    local is_id = self.columns[index].is_id
    local text, width = fitted(cells[index], self.widths[index], is_id)
    local padding = index < last and (" "):rep(math.max(0, self.widths[index] - width)) .. GAP or ""
    parts[index] = ((not of_ids or is_id) and text ~= "" and self.ctx:paint("stdout", style, text) or text) .. padding
  end
  self.ctx:out(table.concat(parts), "\n")
end

local function cells_of(self, record)
  local cells = {}
  for index, column in ipairs(self.columns) do
    cells[index] = record_columns.text(column.value(record))
  end
  return cells
end

---------------------------------------------------------------------- blocks --

-- The parts of a line that fit, broken at spaces where possible.
local function wrapped(text, columns)
  local lines = {}
  while display_width.of(text) > columns and not record_columns.is_id(text) do
    local head = display_width.cut(text, columns + 1):sub(1, -#"…" - 1)
    local space = head:match "^.*() "
    head = space and space > #head / 2 and text:sub(1, space) or head
    if head == "" then
      head = text:match "^[%z\1-\127\192-\255][\128-\191]*" -- wider than the terminal
    end
    lines[#lines + 1] = (head:gsub(" $", ""))
    text = text:sub(#head + 1)
  end
  lines[#lines + 1] = text
  return lines
end

-- Columns that a value needs at least beside the field's name.
local LEAST_VALUE = 16

-- Writes fields and values: beside each other, or where that is too narrow, below.
local function write_rows(self, rows)
  local title_width = 0
  for _, row in ipairs(rows) do
    title_width = math.max(title_width, display_width.of(row.title))
  end
  local indent = title_width + table_layout.GAP
  local is_beside = self.width - indent >= LEAST_VALUE
  for _, row in ipairs(rows) do
    local title = self.ctx:paint("stdout", "bold", row.title)
    local margin = is_beside and indent or table_layout.GAP
    if row.lines[1] == "" then
      self.ctx:out(title, "\n")
    else
      self.ctx:out(title, is_beside and (" "):rep(indent - display_width.of(row.title)) or "\n" .. GAP)
    end
    local is_next = false
    for _, line in ipairs(row.lines) do
      for _, part in ipairs(row.lines[1] ~= "" and wrapped(line, math.max(1, self.width - margin)) or {}) do
        self.ctx:out(is_next and (" "):rep(margin) or "", part, "\n")
        is_next = true
      end
    end
  end
end

-- Writes a record as a block: all its fields that have a value, or the columns.
local function write_block(self, record)
  self.ctx:out(self.is_first and "" or "\n")
  self.is_first = false
  if self.single and #self.fields == 0 then
    return write_rows(self, record_columns.rows(record, self.model, models))
  end
  local rows = {}
  for index, cell in ipairs(cells_of(self, record)) do
    if cell ~= "" or not self.columns[index].optional then
      rows[#rows + 1] = { title = self.columns[index].title, lines = { cell } }
    end
  end
  write_rows(self, rows)
end

----------------------------------------------------------------------- table --

-- Decides about the columns by the records that wait.
local function lay_out(self, is_complete)
  self.columns = record_columns.of(self.model, self.fields, self.waiting)
  local natural, has_ids = {}, {}
  for index, column in ipairs(self.columns) do
    natural[index] = display_width.of(column.title)
  end
  for _, record in ipairs(self.waiting) do
    for index, cell in ipairs(cells_of(self, record)) do
      natural[index] = math.max(natural[index], display_width.of(cell))
      has_ids[index] = has_ids[index] or record_columns.is_id(cell)
    end
  end
  local widths = {}
  for index, column in ipairs(self.columns) do
    local least = not is_complete and column.typical or 0
    widths[index] = { natural = math.max(natural[index], least), optional = column.optional,
      is_id = column.is_id or has_ids[index] }
  end
  self.widths = table_layout.fit(widths, self.width)
end

local function write_record(self, record)
  if self.widths then
    write_line(self, cells_of(self, record), "cyan", true)
  else
    write_block(self, record)
  end
end

local function write_waiting(self, is_complete)
  if #self.waiting == 0 then
    return
  elseif not self.columns then
    lay_out(self, is_complete)
    if self.widths then
      local titles = {}
      for index, column in ipairs(self.columns) do
        titles[index] = column.title
      end
      write_line(self, titles, "bold")
    end
  end
  for _, record in ipairs(self.waiting) do
    write_record(self, record)
  end
  self.waiting = {}
end

--- Takes a record.
---@param record table
function Writer:put(record)
  if self.single then
    self.columns = #self.fields > 0 and record_columns.of(self.model, self.fields, {}) or {}
    return write_block(self, record)
  elseif self.columns then
    return write_record(self, record)
  end
  self.waiting[#self.waiting + 1] = record
  if #self.waiting >= SCREENFUL then
    write_waiting(self, false)
  end
end

--- Writes the records that wait.
function Writer:flush()
  write_waiting(self, false)
end

--- Completes the table.
function Writer:finish()
  write_waiting(self, true)
end

return table_writer
