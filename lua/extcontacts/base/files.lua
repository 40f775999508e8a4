--- Small files.

local files = {}

--- Reads a whole file.
---@param path string
---@return string|nil text nil if the file can't be read
function files.read(path)
  local handle = io.open(path, "rb")
  if not handle then
    return nil
  end
  local text = handle:read("*a")
  handle:close()
  return text
end

--- Whether a file exists and can be opened for reading.
---@param path string
---@return boolean
function files.exists(path)
  local handle = io.open(path, "rb")
  if handle then
    handle:close()
  end
  return handle ~= nil
end

return files
