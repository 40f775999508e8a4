--- The command's exit codes, and the one place that says which failure ends
-- with which.

local errors = require "extcontacts.base.errors"

local exit = {}

--- Name → code.
exit.codes = {
  ok = 0,
  some_failed = 1,
  usage = 2,
  auth = 3,
  conflict = 4,
  pending = 5,
  try_later = 75,
  interrupted = 130,
  broken_pipe = 141,
}

--- Code and what it means, as the help and the pages tell it.
exit.meanings = {
  { 0, "done" },
  { 1, "some records failed, or the command did" },
  { 2, "wrong usage or configuration" },
  { 3, "no token, or a permission is missing" },
  { 4, "a record was changed by someone else" },
  { 5, "changes are pending" },
  { 75, "throttled or unavailable: try again later" },
  { 130, "interrupted (143 by SIGTERM)" },
}

local OF_KIND = {
  auth = "auth",
  conflict = "conflict",
  throttled = "try_later",
  cancelled = "interrupted",
  invalid = "usage",
  limit = "usage",
}

-- What commands raise themselves: a sentence and a code.
local failure_metatable = { __name = "extcontacts.cli.failure" }
function failure_metatable.__tostring(failure)
  return failure.message
end

--- Ends the command with a sentence on standard error.
---@param name string of `exit.codes`
---@param message string
function exit.fail(name, message)
  error(setmetatable({ code = assert(exit.codes[name]), message = message }, failure_metatable), 0)
end

--- Ends the command because it was called wrongly; the line says where the
-- help is.
---@param message string what is wrong and what would be right
function exit.usage(message)
  error(setmetatable({ code = exit.codes.usage, message = message, hint = true }, failure_metatable), 0)
end

--- Ends the command in silence: nobody reads the output any more.
function exit.broken_pipe()
  error(setmetatable({ code = exit.codes.broken_pipe, message = "", silent = true }, failure_metatable), 0)
end

--- The exit code of a failure: an error object of the client, a failure of
-- ours, or anything else.
---@param failure any
---@return integer code
---@return boolean|nil silent whether nothing is to be said about it
function exit.code_of(failure)
  if getmetatable(failure) == failure_metatable then
    return failure.code, failure.silent
  elseif errors.is_error(failure) then
    if OF_KIND[failure.kind] then
      return exit.codes[OF_KIND[failure.kind]]
    elseif failure.kind == "io" and failure.code == "ENOENT" then
      return exit.codes.usage -- a file was named that is not there
    elseif failure.retryable then
      return exit.codes.try_later
    end
  end
  return exit.codes.some_failed
end

-- Why a run of a plan stopped → name of the code.
local OF_STOP = { interrupted = "interrupted", auth = "auth", try_later = "try_later", conflict = "conflict" }

--- The exit code of a run of a plan.  A run that stops at its limit did what
-- it was asked to do.
---@param result extcontacts.fix.Result
---@return integer
function exit.of_run(result)
  if OF_STOP[result.stopped] then
    return exit.codes[OF_STOP[result.stopped]]
  elseif result.failed > 0 or result.unknown > 0 or (result.stopped and result.stopped ~= "limit") then
    return exit.codes.some_failed
  end
  return result.conflicts > 0 and exit.codes.conflict or exit.codes.ok
end

-- Failures of the way to the server rather than of what was asked.
local OF_CONNECTION = { transport = true, timeout = true, auth = true, decode = true, protocol = true }

--- What a failure is called on its line: itself, and what to do about it.
---@param failure any
---@param program string the command as people call it
---@return string
function exit.sentence(failure, program)
  if getmetatable(failure) == failure_metatable and failure.hint then
    return ("%s (see `%s --help`)"):format(failure.message, program)
  elseif errors.is_error(failure) and OF_CONNECTION[failure.kind] and program ~= "extcontacts doctor" then
    return tostring(failure) .. "; `extcontacts doctor` finds out why"
  end
  return tostring(failure)
end

return exit
