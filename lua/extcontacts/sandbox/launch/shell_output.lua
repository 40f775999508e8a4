--- Runs a shell command.

--- The standard output of a command; nil if it is empty.
---@param command string
---@return string|nil
local function shell_output(command)
  local pipe = io.popen(command, "r")
  if not pipe then
    return nil -- no process or descriptor left
  end
  local text = pipe:read("*a")
  pipe:close()
  return text ~= "" and text or nil
end

return shell_output
