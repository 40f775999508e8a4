--- The option --limit, which stops a command after a number of results, and what ends
-- a comparison that calls a function for each result.

local arg_types = require "extcontacts.cli.arg_types"
local errors = require "extcontacts.base.errors"

local limit_option = {}

--- Declares it.
---@param argparser table
---@param results string what is counted: "records"
function limit_option.declare(argparser, results)
  argparser:option("--limit", "stop after N " .. results):argname("N"):convert(arg_types.whole)
end

-- Ends what calls the function of `counter`; it is no failure.
local REACHED = "limit_reached"

--- A function to call after each result.  It ends its caller once the limit is reached.
---@param args table
---@return fun()
function limit_option.counter(args)
  local count = 0
  return function()
    count = count + 1
    if args.limit and count >= args.limit then
      error(errors.new { kind = "limit", code = REACHED, message = "--limit reached" }, 0)
    end
  end
end

--- Whether an error is that of `counter`.
---@param err any
---@return boolean
function limit_option.is_reached(err)
  return errors.is_error(err) and err.code == REACHED
end

return limit_option
