--- `extcontacts ops`: lists the operations, or describes one.

local core = require "extcontacts.core"
local describe = require "extcontacts.api.operations.describe"
local exit = require "extcontacts.cli.exit"
local models = require "extcontacts.api.models"
local operation_args = require "extcontacts.cli.operation_args"
local operations = require "extcontacts.api.operations"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local parser = require "extcontacts.cli.parser"
local suggest = require "extcontacts.base.suggest"
local verbs = require "extcontacts.cli.verbs"

local command = {
  name = "ops",
  summary = "list the operations, or describe one",
  description = [[
List the operations of the API. With the short or canonical name of an
operation, describe it: arguments, options, permissions and fields. With any
other word, list the operations that have it in their name or summary.]],
  examples = [[
extcontacts ops
extcontacts ops notes
extcontacts ops contacts.update
extcontacts ops --permissions]],
  next_steps = "Run `extcontacts call NAME` to call an operation. No request is sent here.",
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  local name = argparser:argument("name", "an operation, or a word to search for"):args "?"
  parser.completes(name, function()
    return verbs.described "call"
  end)
  argparser:flag("--permissions", "list the permissions and the operations that each allows")
  output_format.declare(argparser, { "text", "json" }, "text", { json = "write the operation table as JSON" })
end

-- The rows that contain a word.
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

local function list(ctx, rows)
  local width = 30
  for _, row in ipairs(rows) do
    width = math.max(width, #row.short)
  end
  local line = "%-" .. width .. "s %-6s %s\n"
  for _, row in ipairs(rows) do
    ctx:out(line:format(row.short, row.method, (row.summary:gsub("%.$", ""))))
  end
end

-- Permission → the operations that it allows.
local function by_permission(rows)
  local found = {}
  for _, row in ipairs(rows) do
    for _, permission in ipairs(row.permissions) do
      found[permission] = found[permission] or core.json.array {}
      table.insert(found[permission], row.short)
    end
  end
  return found
end

local function list_permissions(ctx, rows)
  local found = by_permission(rows)
  for _, permission in ipairs(suggest.keys(found)) do
    ctx:out(permission, "\n")
    for _, short in ipairs(found[permission]) do
      ctx:out("  ", short, "\n")
    end
  end
end

-- A row as JSON, without its functions and its index.
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

-- The verb that covers a row, besides `call`.
local function verb_of(row)
  for _, verb in ipairs { "get", "scan", "list", "create", "update", "delete" } do
    local _, by_word = verbs.words(verb)
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
  local param = operation_args.body(row)
  local body = param and (param.required and " --body FILE" or " [--body FILE]") or ""
  local verb = verb_of(row)
  local lines = { ("extcontacts call %s%s%s"):format(row.short, ids, body) }
  if verb then
    table.insert(lines, 1, ("extcontacts %s %s%s%s"):format(verb, verbs.word(verb, row), ids, body))
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
    marks[#marks + 1] = "read-only"
  end
  if field.enum then
    marks[#marks + 1] = "one of " .. table.concat(field.enum, ", ")
  end
  return kind .. (#marks > 0 and "; " .. table.concat(marks, "; ") or "")
end

local function explain(ctx, row)
  local function put(...)
    ctx:out(string.format(...), "\n")
  end
  local function title(text)
    ctx:out("\n", ctx:paint("stdout", "bold", text), "\n")
  end
  put("%s: %s", ctx:paint("stdout", "bold", row.short), (row.summary:gsub("%.$", "")))
  put("%s %s", row.method, row.path)
  if row.note then
    put("%s", row.note)
  end
  if row.deprecated then
    put("Deprecated; use %s.", row.deprecated)
  end
  title "Command line"
  for _, line in ipairs(command_lines(row)) do
    put("  %s", line)
  end
  title "Lua"
  put("  client.%s", signature(row, (row.short:gsub("%.([%w_]+)$", ":%1"))))
  put("  client:%s", signature(row, row.name))
  if row.iterator then
    put("  for record in client:%s do … end", signature(row, row.iterator))
  end
  if #row.params > 0 then
    title "Arguments and options"
    for _, param in ipairs(row.params) do
      put("  %-18s %s%s", param.required and param.name or operation_args.flag(param.name), param.doc,
        describe.limits(param))
    end
  end
  title "Permissions"
  put("  %s", describe.permissions(row))
  title "Effect"
  put("  %s", describe.effect(row))
  title "Response"
  put("  %d%s", row.success_status, row.returns and " with " .. row.returns or ", empty")
  if row.instead then
    put("  At most 1,000 records; client:%s reads all of them", row.instead)
  end
  local model = models[row.body_model or row.returns]
  if model and #model.fields > 0 then
    title("Fields of " .. model.name)
    for _, field in ipairs(model.fields) do
      put("  %-20s %s", field.wire, describe_field(field))
    end
  end
end

--- Lists or describes.
---@param args table
---@param ctx table
function command.run(args, ctx)
  local row = operations.find(args.name)
  local rows = row and { row } or matching(args.name)
  if #rows == 0 then
    local _, by_word = verbs.words "call"
    exit.usage(suggest.unknown("operation", args.name, suggest.keys(by_word)))
  elseif output_format.of(args) == "json" and args.permissions then
    output.document(ctx, by_permission(rows))
  elseif output_format.of(args) == "json" then
    local out = core.json.array {}
    for index, matched in ipairs(rows) do
      out[index] = as_json(matched)
    end
    output.document(ctx, row and out[1] or out)
  elseif args.permissions then
    list_permissions(ctx, rows)
  elseif row then
    explain(ctx, row)
  else
    list(ctx, rows)
  end
end

return command
