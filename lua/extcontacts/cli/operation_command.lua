--- A command whose first word names an operation: `get contacts`, `call
-- contacts.get`.

local verbs = require "extcontacts.cli.verbs"

local operation_command = {}

--- Completes the command of a verb.
---@param verb string
---@param command table summary, examples, `declare(argparser, row)`, `run(args, ctx, row)`
---@return table command
function operation_command.new(verb, command)
  command.name = verb
  command.connects = true
  function command.setup(argparser, words)
    local row = verbs.find(verb, words)
    command.declare(argparser, row)
    return row
  end
  function command.without(words)
    verbs.unknown(verb, words[1])
  end
  return command
end

return operation_command
