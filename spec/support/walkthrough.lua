--- Pages carried out as printed: a shell runs their blocks in order, in a
-- directory of its own.  A `lua` block whose first line is `-- NAME` becomes that
-- file; a `text` block is the output of the `sh` block before it.

local files = require "extcontacts.base.files"

local walkthrough = {}

local MARK = "@@ %d"

local function command(line)
  local pipe = assert(io.popen(line, "r"))
  local text = pipe:read "*l"
  pipe:close()
  return text
end

--- A new directory.
---@return string path
function walkthrough.directory()
  return (command "mktemp -d")
end

--- Removes a directory, and the sandbox that a page started there.
---@param place string
function walkthrough.clean(place)
  local pid = (files.read(place .. "/sandbox.env") or ""):match "SANDBOX_PID='(%d+)'"
  if pid then
    os.execute("kill " .. pid .. " 2>/dev/null")
  end
  os.execute("rm -rf " .. place)
end

-- The shell's script, with a mark after each block; and the output that the
-- page shows for each.
local function script_of(blocks, place)
  local lines = { ("set -e; cd %s; PATH=%s/bin:$PATH"):format(place, command "pwd") }
  local shown, last = {}, nil
  for index, block in ipairs(blocks) do
    if block.language == "sh" then
      last = index
      lines[#lines + 1] = block.text
      lines[#lines + 1] = ('echo "%s"'):format(MARK:format(index))
    elseif block.language == "lua" then
      local name = assert(block.text:match "^%-%- ([%w_]+%.lua)", "a Lua block must begin with its file's name")
      lines[#lines + 1] = ("cat >%s <<'END OF FILE'\n%s\nEND OF FILE"):format(name, block.text)
    elseif block.language == "text" then
      shown[last] = block.text
    end
  end
  return table.concat(lines, "\n"), shown
end

-- Output goes to a file: the server that a page starts would keep a pipe open.
local function run(text, place)
  local script, output = place .. "/.script", place .. "/.output"
  local file = assert(io.open(script, "w"))
  file:write(text, "\n")
  file:close()
  -- Without the settings of the person who runs the specs.
  os.execute(("env -u XDG_STATE_HOME -u GENESYSCLOUD_ACCESS_TOKEN -u GENESYSCLOUD_PROFILE HOME=%s NO_COLOR=1 sh %s "
    .. ">%s 2>&1 </dev/null"):format(place, script, output))
  return assert(files.read(output))
end

--- Runs blocks.
---@param blocks { language: string, text: string }[]
---@param place string directory
---@return { block: table, output: string, shown: string|nil }[] the `sh` blocks up to the first
--- command that fails, that block excluded
---@return string output all of it
function walkthrough.run(blocks, place)
  local text, shown = script_of(blocks, place)
  local output = run(text, place)
  local steps, from = {}, 1
  for before, index, after in output:gmatch "()@@ (%d+)\n()" do
    index = tonumber(index)
    steps[#steps + 1] = { block = blocks[index], output = output:sub(from, before - 1), shown = shown[index] }
    from = after
  end
  return steps, output
end

return walkthrough
