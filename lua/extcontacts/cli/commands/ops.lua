--- `extcontacts ops`: lists the operations, and teaches one.

local core = require "extcontacts.core"
local exit = require "extcontacts.cli.exit"
local models = require "extcontacts.api.models"
local operation = require "extcontacts.cli.operation"
local operations = require "extcontacts.api.operations"
local parser_of = require "extcontacts.cli.parser"
local suggest = require "extcontacts.base.suggest"

local command = {
  name = "ops",
  summary = "list the operations, or explain one",
  description = [[
Lists the operations with what they do. A short or canonical name explains one
of them: arguments, options, permissions, fields. Any other word lists those
that have it in their name or summary.]],
  example = [[
extcontacts ops
extcontacts ops notes
extcontacts ops contacts.update
extcontacts ops --permissions]],
}

--- Declares arguments and options.
---@param parser table
function command.setup(parser)
  local name = parser:argument("name", "an operation, or a word to look for"):args "?"
  parser_of.completes(name, function()
    return operation.described "call"
  end)
  parser:mutex(
    parser:flag("--permissions", "list the permissions with the operations they allow"),
    parser:flag("--json", "the rows of the table as JSON")
  )
end

-- Rows that a word is about.
local function matching(word)
  local rows = {}
  for _, row in ipairs(operations.list) do
    local text = (row.name .. " " .. row.short .. " " .. row.summary):lower()
    if not word or text:find(word:lower(), 1, true) then
      rows[#rows + 1] = row
    end
  end
  return rows
end

local function list(context, rows)
  for _, row in ipairs(rows) do
    context:out(("%-30s %-6s %s\n"):format(row.short, row.method, (row.summary:gsub("%.$", ""))))
  end
end

local function list_permissions(context, rows)
  local by_permission = {}
  for _, row in ipairs(rows) do
    for _, permission in ipairs(row.permissions) do
      by_permission[permission] = by_permission[permission] or {}
      table.insert(by_permission[permission], row.short)
    end
  end
  for _, permission in ipairs(suggest.keys(by_permission)) do
    context:out(permission, "\n")
    for _, short in ipairs(by_permission[permission]) do
      context:out("  ", short, "\n")
    end
  end
end

-- A row as JSON: what is data in it, and nothing twice.
local function as_json(row)
  local out = {}
  for name, value in pairs(row) do
    if name ~= "by_name" and type(value) ~= "function" then
      out[name] = value
    end
  end
  return out
end

-------------------------------------------------------------- one operation --

local function signature(row, name)
  local arguments = table.concat(row.positional, ", ")
  return ("%s(%s)"):format(name, arguments)
end

-- The verb under which a row is more at hand than with `call`.
local function verb_of(row)
  for _, verb in ipairs { "get", "scan", "list", "create", "update", "delete" } do
    local _, by_word = operation.words(verb)
    if by_word[row.short] then
      return verb
    end
  end
end

local function command_lines(row)
  local ids = ""
  for _, name in ipairs(row.positional) do
    if row.by_name[name].place ~= "body" then
      ids = ids .. " " .. name:upper()
    end
  end
  local body = row.body_model and " --body FILE" or ""
  local verb = verb_of(row)
  local lines = { ("extcontacts call %s%s%s"):format(row.short, ids, body) }
  if verb then
    table.insert(lines, 1, ("extcontacts %s %s%s%s"):format(verb, operation.word(verb, row), ids, body))
  end
  return lines
end

local function describe_field(field)
  local kind = field.shape == "array" and field.type .. " list" or field.shape == "map" and "map of " .. field.type
    or field.type
  local marks = {}
  if field.required then
    marks[#marks + 1] = "required"
  end
  if field.read_only then
    marks[#marks + 1] = "set by the server"
  end
  if field.enum then
    marks[#marks + 1] = "one of " .. table.concat(field.enum, ", ")
  end
  return kind .. (#marks > 0 and "; " .. table.concat(marks, "; ") or "")
end

local function explain(context, row)
  local function put(...)
    context:out(string.format(...), "\n")
  end
  local function title(text)
    context:out("\n", context:paint("stdout", "bold", text), "\n")
  end
  put("%s: %s", context:paint("stdout", "bold", row.short), (row.summary:gsub("%.$", "")))
  put("%s %s", row.method, row.path)
  title "From the shell"
  for _, line in ipairs(command_lines(row)) do
    put("  %s", line)
  end
  title "From Lua"
  put("  client.%s", signature(row, (row.short:gsub("%.(%w+)$", ":%1"))))
  put("  client:%s", signature(row, row.name))
  if row.iterator then
    put("  for record in client:%s do … end", signature(row, row.iterator))
  end
  if #row.params > 0 then
    title "Arguments and options"
    for _, param in ipairs(row.params) do
      put("  %-18s %s%s", param.required and param.name or operation.flag(param.name), param.doc,
        operation.limits(param))
    end
  end
  title "Permissions, any one of them"
  put("  %s", table.concat(row.permissions, "\n  "))
  title "Answer"
  put("  %d%s; %s", row.success_status, row.returns and " with " .. row.returns or ", empty",
    row.repeatable and "safe to repeat" or "not safe to repeat")
  if row.instead then
    put("  At most 1,000 records; client:%s reads them all", row.instead)
  end
  local model = models[row.body_model or row.returns]
  if model and #model.fields > 0 then
    title("Fields of " .. model.name)
    for _, field in ipairs(model.fields) do
      put("  %-20s %s", field.wire, describe_field(field))
    end
  end
end

--- Lists or explains.
---@param given table
---@param context table
function command.run(given, context)
  local row = operations.by_short[given.name] or operations.by_name[given.name]
  local rows = row and { row } or matching(given.name)
  if #rows == 0 then
    local _, by_word = operation.words "call"
    exit.usage(suggest.unknown("operation", given.name, suggest.keys(by_word)))
  elseif given.json then
    local out = core.json.array {}
    for index, one in ipairs(rows) do
      out[index] = as_json(one)
    end
    context:out(assert(core.json.encode(row and out[1] or out, { sort_keys = true })), "\n")
  elseif given.permissions then
    list_permissions(context, rows)
  elseif row then
    explain(context, row)
  else
    list(context, rows)
  end
end

return command
