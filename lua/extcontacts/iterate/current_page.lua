--- What an iterator hands out of its current page.

local core = require "extcontacts.core"

local current_page = {}

local NONE = {}

--- Sets the page whose records are handed out.
---@param self extcontacts.Iterator changed
---@param page table
---@param records table[]
---@param texts string[]|nil with the option `raw`
function current_page.set(self, page, records, texts)
  self.page, self.records, self.texts, self.index = page, records, texts, 0
  -- The records, if each can be handed out as it is and without a text.
  self.plain = not (self.filters or self.texts) and records or NONE
end

--- Frees the page.
---@param self extcontacts.Iterator changed
function current_page.clear(self)
  self.page, self.records, self.texts, self.index, self.plain = nil, {}, nil, 0, NONE
end

-- Whether a record was handed out before a resume or a restart.
local function was_seen(self, record)
  local id = type(record) == "table" and record.id
  if not id then
    return false
  end
  if self.skip and self.skip[id] then
    return true
  end
  return self.ids ~= nil and type(id) == "string" and self.ids:has(id)
end

--- The next unseen record, which counts as handed out; nil at the end of the page.
---@param self extcontacts.Iterator changed
---@return table|nil record
---@return string|nil text with the option `raw`
function current_page.next(self)
  while self.index < #self.records do
    self.index = self.index + 1
    local record = self.records[self.index]
    if not was_seen(self, record) then
      if self.ids and type(record) == "table" and type(record.id) == "string" then
        self.ids:add(record.id)
      end
      self.count = self.count + 1
      if self.texts then
        return record, self.texts[self.index]
      end
      return record
    end
  end
end

--- Whether the iterator has handed out as many records as it may.
---@param self extcontacts.Iterator
---@return boolean
function current_page.at_limit(self)
  local most = self.options.max_items
  return most ~= nil and self.count - self.count_before >= most
end

--- All further records, which count as handed out, and their texts.
---@param self extcontacts.Iterator changed
---@return table[] entities
---@return string[] texts with the option `raw`
function current_page.rest(self)
  local entities, texts = core.json.array {}, {}
  if not self.filters then
    -- A copy: the caller may change it.
    for index = self.index + 1, #self.records do
      local count = index - self.index
      entities[count], texts[count] = self.records[index], self.texts and self.texts[index]
    end
    self.index, self.count = #self.records, self.count + #entities
    return entities, texts
  end
  local record, text = current_page.next(self)
  while record ~= nil do
    local count = #entities + 1
    entities[count], texts[count] = record, text
    record, text = nil, nil
    if not current_page.at_limit(self) then
      record, text = current_page.next(self)
    end
  end
  return entities, texts
end

return current_page
