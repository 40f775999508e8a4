-- Temporary files for a block of specs, removed after each spec.

local tempfile = {}

--- Returns a function that creates a file.
---@param after_each function busted's
---@return fun(text: string|nil): string create takes the file's content and returns its path; without a
--- text, no file exists at that path
function tempfile.creator(after_each)
  local paths = {}
  after_each(function()
    for _, path in ipairs(paths) do
      os.remove(path)
    end
    paths = {}
  end)
  return function(text)
    local path = os.tmpname()
    paths[#paths + 1] = path
    if not text then
      os.remove(path)
      return path
    end
    local handle = assert(io.open(path, "wb"))
    handle:write(text)
    handle:close()
    return path
  end
end

return tempfile
