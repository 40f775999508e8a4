--- Whole files as strings.

local files = {}

--- The content of a file, or nil where it can't be read.
---@param path string
---@return string|nil
function files.read(path)
  local handle = io.open(path, "rb")
  if not handle then
    return nil
  end
  local text = handle:read("*a")
  handle:close()
  return text
end

--- Whether there is a file that can be read.
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
