--- `ec.main` runs a script: Ctrl-C ends it in an orderly way, and a failure
-- becomes one line on standard error and an exit code.

local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local printable = require "extcontacts.base.printable"

local pack, unpack = compat.pack, compat.unpack

local main = {}

-- As in shells: 128 plus the signal's number.
local EXIT_CODES = { INT = 130, TERM = 143 }

-- The script's name as it was started, for the lines on standard error.
local function script_name()
  local arguments = rawget(_G, "arg") -- absent in an application with Lua inside
  local script = type(arguments) == "table" and arguments[0]
  return type(script) == "string" and script:match("[^/]+$") or "extcontacts"
end

-- Whether a raised value is a message for people rather than a fault of the
-- program: an error object of this or another library, that has a text.
local function is_expected(value)
  local metatable = type(value) ~= "string" and getmetatable(value)
  return errors.is_error(value) or (type(metatable) == "table" and metatable.__tostring ~= nil)
end

local function with_traceback(value)
  if is_expected(value) then
    return value
  end
  return debug.traceback(tostring(value), 2)
end

local function complain(text)
  io.stderr:write(script_name(), ": ", printable.lines(text), "\n")
end

local SCRIPT = {
  complain = complain,
  code_of = function()
    return 1
  end,
  sentence = function(failure)
    return is_expected(failure) and printable.line(tostring(failure)) or tostring(failure)
  end,
}

--- Runs a function as `ec.main` does, and returns the exit code instead of
-- ending the process.  Nested inside another `ec.main`, the outer one decides.
---@param fn fun(...): any
---@param ... any its arguments
---@return integer code 0, 1 after a failure, 130 and 143 after SIGINT and SIGTERM
---@return table results what `fn` returned, packed with `n`
function main.protect(fn, ...)
  return main.guarded(SCRIPT, fn, ...)
end

--- The same for a program with its own way to report a failure.
---@param report table `complain(text)`, `code_of(failure) -> code, silent`, `sentence(failure) -> text`
---@param fn fun(...): any
---@param ... any its arguments
---@return integer code
---@return table results
function main.guarded(report, fn, ...)
  local guard = core.signal.catch()
  if not guard then
    return 0, pack(fn(...)) -- nested: the outer one does all this
  end
  local arguments = pack(...)
  local results = pack(xpcall(function()
    return fn(unpack(arguments, 1, arguments.n))
  end, with_traceback))
  local signal = core.signal.caught()
  guard:release()
  local written, why = io.stdout:flush()

  local failure
  if not results[1] then
    failure = results[2]
  elseif results[2] == nil then
    failure = results[3] -- fn ended with `return nil, err`
  end
  if signal then
    if not results[1] and not is_expected(failure) then
      report.complain(failure)
    end
    report.complain "interrupted"
    return EXIT_CODES[signal], results
  elseif failure then
    local code, silent = report.code_of(failure)
    if not silent then
      report.complain(report.sentence(failure))
    end
    return code, results
  elseif not written then
    report.complain("the output could not be written: " .. tostring(why))
    return 1, results
  end
  return 0, pack(unpack(results, 2, results.n))
end

--- Runs a script's main function.
--
-- The first Ctrl-C (or SIGTERM) ends the call in progress with
-- `kind = "cancelled"`, `code = "interrupted"`, and every later call as well;
-- the script then ends with "interrupted" on standard error and exit code 130
-- (143).  A second Ctrl-C ends the process at once.  An error object that
-- nobody caught, or that `fn` returned as `nil, err`, becomes one line on
-- standard error and exit code 1; any other error also shows the stack.
---@param fn fun(...): any
---@param ... any its arguments
---@return any ... what `fn` returned; after a failure it does not return
function main.run(fn, ...)
  if type(fn) ~= "function" then
    error("ec.main takes a function: ec.main(function(...) … end, ...)", 2)
  end
  local code, results = main.protect(fn, ...)
  if code ~= 0 then
    os.exit(code, true) -- true: close the connections first
  end
  return unpack(results, 1, results.n)
end

return main
