--- The `ctx` argument of a fix's functions.

local account_files = require "extcontacts.fix.account_files"
local core = require "extcontacts.core"
local earlier_plans = require "extcontacts.fix.earlier_plans"
local errors = require "extcontacts.base.errors"
local group_by = require "extcontacts.fix.group_by"
local identity = require "extcontacts.fix.identity"
local ids = require "extcontacts.record.normalize.id"
local listings = require "extcontacts.fix.source.listings"
local readonly_client = require "extcontacts.fix.readonly_client"
local schemas = require "extcontacts.fix.schemas"
local skipped = require "extcontacts.fix.skipped"

local context = {}

---@class extcontacts.fix.Context
---@field options table<string, string|number|boolean>
---@field row table|nil
---@field missing string|nil why the row has no record
---@field client table refuses to write
---@field schema fun(kind: extcontacts.record.TypeName, record: table): table|nil, string|nil
---@field warn fun(message: string)
---@field skip fun(reason: string, row: integer|nil, detail: string|nil)
---@field assume fun(one: string, several: string|nil, count: integer|nil)
---@field output fun(name: string): extcontacts.fix.OutputFile
---@field account_file fun(name: string, mode: "read"|nil): string|nil
---@field later_ids fun(id: string): string[]
---@field groups fun(): extcontacts.fix.Groups

---@class extcontacts.fix.OutputFile
local Output = {}
Output.__index = Output

--- Writes texts, as a file of `io` does.  Raises an error object on failure.
function Output:write(...)
  for index = 1, select("#", ...) do
    errors.check_io(self.file:write(tostring((select(index, ...)))))
  end
  return self
end

-- A new file, readable by its owner only.
local function open_output(outputs, path)
  os.remove(path)
  local file = errors.check_io(core.file.open(path, "new"))
  local output = setmetatable({ file = file, path = path }, Output)
  outputs[#outputs + 1] = output
  return output
end

---@class extcontacts.fix.Notes about the current record
---@field warnings extcontacts.record.Warning[] from the fix
---@field item extcontacts.fix.Item|nil the record or row
---@field output_paths string[] of the files that the fix has opened

--- Makes the `ctx` of a fix.
---@param client extcontacts.Client
---@param options table
---@param plan_path string|nil
---@param draft extcontacts.fix.Draft|nil receives what the fix skips, and reads schemas
---@param getenv (fun(name: string): string|nil)|nil default: os.getenv
---@return extcontacts.fix.Context
---@return extcontacts.fix.Notes
---@return fun() close closes the files that the fix opened
function context.new(client, options, plan_path, draft, getenv)
  local notes, outputs, all_groups = { warnings = {}, output_paths = {} }, {}, {}
  draft = draft or { skipped = skipped.new(), schema_of = schemas.reader(client) }
  local ctx = { options = options, client = readonly_client.wrap(client), schema = draft.schema_of }
  function ctx.warn(message)
    notes.warnings[#notes.warnings + 1] = { code = "fix", text = tostring(message) }
  end
  function ctx.skip(reason, row, detail)
    if notes.item then
      listings.complete(notes.item) -- the list names it, and shows its values
    end
    draft.skipped:add(tostring(reason), notes.item, row, detail)
  end
  function ctx.assume(one, several, count)
    if draft.assume then
      draft:assume(one, several, count)
    end
  end
  function ctx.account_file(name, mode)
    local account = assert(identity.of(client))
    if mode == "read" then
      return (account_files.path(account, name, getenv))
    end
    return account_files.create(account, name, getenv)
  end
  function ctx.output(name)
    if not plan_path then
      error("ctx.output needs a plan that is written to a file", 2)
    elseif type(name) ~= "string" or not name:find("^[%w_.-]+$") or name:find("^%.") then
      error("ctx.output takes a file name of letters, digits and . _ - that does not start with a dot", 2)
    end
    local path = plan_path .. "." .. name
    table.insert(notes.output_paths, path)
    return open_output(outputs, path)
  end
  local successors
  function ctx.later_ids(id)
    successors = successors or earlier_plans.successors(earlier_plans.folders(plan_path))
    return earlier_plans.later_ids(successors, ids.key(id))
  end
  function ctx.groups()
    local groups = group_by.new(plan_path and plan_path .. ".")
    all_groups[#all_groups + 1] = groups
    return groups
  end
  return ctx, notes, function()
    for _, output in ipairs(outputs) do
      output.file:close()
    end
    for _, groups in ipairs(all_groups) do
      groups:close()
    end
  end
end

return context
