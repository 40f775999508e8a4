--- The option --where: a condition on the records of a command.

local exit = require "extcontacts.cli.exit"
local where = require "extcontacts.record.where"

local where_option = {}

--- Declares it.
---@param argparser table
---@param effect string what the command does with the records for which the condition holds
---@param holds string|nil says on which state of a record the condition is tested: "held before the plan"
function where_option.declare(argparser, effect, holds)
  argparser:option("--where", ("%s for which this condition %s, such as 'address.countryCode == \"GB\" and not "
    .. "workPhone.e164'; see docs/where.md"):format(effect, holds or "holds")):argname("CONDITION")
end

--- The condition; a mistake in it ends the command.
---@param args table
---@param kind extcontacts.record.TypeName|string or the name of their model
---@return extcontacts.record.Where|nil
function where_option.read(args, kind)
  if not args.where then
    return nil
  end
  local found, err = where.read(kind, args.where)
  if not found then
    return exit.usage("--" .. err.message)
  end
  return found
end

--- The test of a command's records; a mistake in the condition ends the command.
---@param args table
---@param kind extcontacts.record.TypeName|string or the name of their model
---@return (fun(record: table): boolean)|nil test nil without a condition
---@return string[]|nil fields that it reads
function where_option.test(args, kind)
  local found = where_option.read(args, kind)
  if found then
    return found.test, found.fields
  end
end

return where_option
