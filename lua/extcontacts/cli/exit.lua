--- The command's exit codes, and the one place that decides which failure ends
-- with which code.

local errors = require "extcontacts.base.errors"
local outcome = require "extcontacts.api.outcome"
local printable = require "extcontacts.base.printable"

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

--- Code and meaning, in the order of the help, the manual and docs/cli.md.
exit.meanings = {
  { 0, "success" },
  { 1, "the command failed, or failed for some records" },
  { 2, "invalid usage or configuration" },
  { 3, "credentials rejected, or a permission is missing" },
  { 4, "conflict: someone else changed a record" },
  { 5, "changes pending (with --detailed-exitcode)" },
  { 75, "rate limit reached, or API unavailable; retry later" },
  { 130, "interrupted by Ctrl-C (143: by SIGTERM)" },
}

local meaning_of = {}
for _, row in ipairs(exit.meanings) do
  meaning_of[row[1]] = row[2]
end

--- Lines of a help text.
---@param codes (integer|table)[] a code, or `{ code, meaning }` for one with a meaning of its own
---@return string[]
function exit.lines(codes)
  local lines = {}
  for index, row in ipairs(codes) do
    local code, meaning = row, meaning_of[row]
    if type(row) == "table" then
      code, meaning = row[1], row[2]
    end
    lines[index] = ("  %3d  %s"):format(code, meaning)
  end
  return lines
end

-- Kind of error → name of a code.  An error of another kind ends with
-- `try_later` if it is retryable, else with `some_failed`.
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

local function raise(fields)
  error(setmetatable(fields, failure_metatable), 0)
end

--- Ends the command with a sentence on standard error.
---@param name string of `exit.codes`
---@param message string
function exit.fail(name, message)
  raise { code = assert(exit.codes[name]), message = message }
end

--- Ends the command because it was called wrongly; the line adds where to find
-- the help.
---@param message string what is wrong and what to write instead
function exit.usage(message)
  raise { code = exit.codes.usage, message = message, hint = true }
end

--- Ends the command without a message, because nobody reads its output.
function exit.broken_pipe()
  raise { code = exit.codes.broken_pipe, message = "", silent = true }
end

--- The exit code of a failure: an error object of the client, a failure raised
-- by a command, or anything else.
---@param failure any
---@return integer code
---@return boolean|nil silent whether to print no message
function exit.code_of(failure)
  if getmetatable(failure) == failure_metatable then
    return failure.code, failure.silent
  elseif errors.is_error(failure) then
    if OF_KIND[failure.kind] then
      return exit.codes[OF_KIND[failure.kind]]
    elseif failure.kind == "io" and failure.code == "ENOENT" then
      return exit.codes.usage -- the command line names a file that does not exist
    elseif failure.retryable then
      return exit.codes.try_later
    end
  end
  return exit.codes.some_failed
end

-- Why a run of a plan stopped → name of a code.
local OF_STOP = { interrupted = "interrupted", auth = "auth", try_later = "try_later", conflict = "conflict" }

--- The exit code of a run of a plan.  A run that stops at its --limit succeeds.
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

--- The line for a failure: its own message, and what to do about it.
---@param failure any
---@param program string the command as people call it
---@return string
function exit.sentence(failure, program)
  if getmetatable(failure) == failure_metatable then
    local message = printable.line(failure.message)
    return failure.hint and ("%s (see `%s --help`)"):format(message, program) or message
  elseif not errors.is_error(failure) then
    return tostring(failure)
  end
  local message = printable.line(tostring(failure))
  if program ~= "extcontacts doctor" and outcome.is_service_failure(failure) then
    return message .. "; run `extcontacts doctor` to diagnose"
  end
  return message
end

return exit
