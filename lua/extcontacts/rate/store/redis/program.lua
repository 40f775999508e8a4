--- The text of the script that runs inside Redis: `rate.window`, as it is, and
-- `script` and `answers_script` beside this file.

local files = require "extcontacts.base.files"

local program = {}

-- The text of a module of this room, which is beside the one that runs.
local function source(name)
  local folder = debug.getinfo(1, "S").source:match "^@(.*)store[/\\]redis[/\\]program%.lua$"
  local text = folder and files.read(folder .. name)
  if not text then
    error("the store needs the file rate/" .. name .. " of the module, and can't read it", 0)
  end
  return text
end

local kept

local TEXT = [[
local rate_window = (function()
%s
end)()
local answers = (function()
%s
end)()
local run = (function()
%s
end)()
return run(redis, cjson, rate_window, answers, KEYS, ARGV)]]

--- Returns the text.  Reads the files at the first call.
---@return string
function program.text()
  kept = kept or TEXT:format(source "window.lua", source "store/redis/answers_script.lua",
    source "store/redis/script.lua")
  return kept
end

return program
