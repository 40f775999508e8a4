--- What the functions of a fix get beside the record: `ctx`.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local group_by = require "extcontacts.fix.group_by"
local readonly_client = require "extcontacts.fix.readonly_client"
local skipped = require "extcontacts.fix.skipped"

local context = {}

local Output = {}
Output.__index = Output

--- Writes texts, as a file does; raises where it can't.
function Output:write(...)
  for index = 1, select("#", ...) do
    errors.check_io(self.file:write(tostring((select(index, ...)))))
  end
  return self
end

-- A private file beside the plan, made anew.
local function open_output(outputs, path)
  os.remove(path)
  local file = errors.check_io(core.file.open(path, "new"))
  local output = setmetatable({ file = file, path = path }, Output)
  outputs[#outputs + 1] = output
  return output
end

---@class extcontacts.fix.Notes what a fix said about the record at hand
---@field warnings extcontacts.fix.Warning[]
---@field item extcontacts.fix.Item|nil the record or row at hand

--- Makes the `ctx` of a fix.
---@param client extcontacts.Client
---@param options table
---@param beside string|nil path of the plan
---@param skips extcontacts.fix.Skipped|nil receives what the fix skips
---@return extcontacts.fix.Context
---@return extcontacts.fix.Notes
---@return fun() close ends the files that are open
function context.new(client, options, beside, skips)
  local notes, outputs, grouped = { warnings = {} }, {}, {}
  skips = skips or skipped.new()
  local ctx = { options = options, client = readonly_client.only(client) }
  function ctx.warn(message)
    notes.warnings[#notes.warnings + 1] = { code = "fix", text = tostring(message) }
  end
  function ctx.skip(reason, row)
    skips:add(tostring(reason), notes.item, row)
  end
  function ctx.output(name)
    if not beside then
      error("ctx.output needs a plan that is written to a file", 2)
    elseif type(name) ~= "string" or not name:find("^[%w_.-]+$") or name:find("^%.") then
      error("ctx.output takes a file name's end, of letters, digits and . _ -", 2)
    end
    return open_output(outputs, beside .. "." .. name)
  end
  function ctx.groups()
    grouped[#grouped + 1] = group_by.new(beside and beside .. ".")
    return grouped[#grouped]
  end
  return ctx, notes, function()
    for _, output in ipairs(outputs) do
      output.file:close()
    end
    for _, one in ipairs(grouped) do
      one:close()
    end
  end
end

return context
