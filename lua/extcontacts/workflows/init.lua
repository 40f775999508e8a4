--- Methods of a client that take several calls: jobs of the platform with their files
-- (`export`, `import_csv`), and what is found or created by what people know of a record
-- (`find_or_create`, `organizations`).  This room makes its calls through `call`, as
-- programs do, and is loaded when a method is first used.

local workflows = {}

-- Name of a method → its module, and the resource it is for.
local METHODS = {
  import_csv = { "import_csv" },
  ["contacts.find_or_create"] = { "find_or_create" },
  ["organizations.resolve"] = { "organizations", nil, reads = true },
}

for _, resource in ipairs { "contacts", "notes", "organizations", "relationships" } do
  METHODS[resource .. ".export"] = { "export", resource }
end

-- `require` with a literal, so that rooms can be checked.
local LOAD = {
  export = function()
    return require "extcontacts.workflows.export"
  end,
  find_or_create = function()
    return require "extcontacts.workflows.find_or_create"
  end,
  organizations = function()
    return require "extcontacts.workflows.organizations"
  end,
  import_csv = function()
    return require "extcontacts.workflows.import_csv"
  end,
}

--- The names of the methods, in no order.
---@type string[]
workflows.names = {}
for name in pairs(METHODS) do
  workflows.names[#workflows.names + 1] = name
end

--- Whether there is a method of this name.
---@param name string
---@return boolean
function workflows.has(name)
  return METHODS[name] ~= nil
end

--- Whether a method changes nothing.
---@param name string
---@return boolean
function workflows.reads(name)
  return METHODS[name] ~= nil and METHODS[name].reads == true
end

--- Checks the arguments of a method.
---@param name string
---@param ... any
---@return any args for `run`
---@return string|nil misuse
function workflows.bind(name, ...)
  local args, misuse = LOAD[METHODS[name][1]]().bind(...)
  if not args then
    return nil, name .. ": " .. misuse
  end
  return args
end

--- Calls a method.
---@param ctx extcontacts.ClientContext
---@param name string
---@param args any from `bind`
---@return any value
---@return extcontacts.Error|nil
---@return extcontacts.Response|nil
function workflows.run(ctx, name, args)
  local method = METHODS[name]
  return LOAD[method[1]]().run(ctx, method[2], args)
end

return workflows
