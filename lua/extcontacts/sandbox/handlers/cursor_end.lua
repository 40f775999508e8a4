--- The end of the last page of a listing with cursors, by the option `cursor_end`.

local ENDINGS = {
  object = ',"cursors":{}}',
  blank = ',"cursors":{"after":""}}',
  null = ',"cursors":null}',
  absent = "}",
}

--- The rest of a page after its entities.
---@param settings table cursor_end
---@param cursor string|nil nil for the last page; it contains nothing that JSON escapes
---@return string
local function cursor_end(settings, cursor)
  return cursor and ',"cursors":{"after":"' .. cursor .. '"}}' or ENDINGS[settings.cursor_end]
end

return cursor_end
