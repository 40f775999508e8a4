-- Busted's output for this project: nothing for what passes, every failure in
-- full, every pending spec by name, and the counts on one line.  With
-- EXTCONTACTS_REPORT=file the counts also go to that file ("passed failed
-- pending"), which run.sh adds up: busted's exit code can't tell an empty or
-- cut run from a good one.  After them come the number of specs that are
-- pending because a program is missing, and the packages they need.  Each
-- further line names a spec that failed and begins with its file and line.

-- Loaded before the first spec file: busted forgets what a file loads.
local programs = require "spec.support.programs"

-- The place, the name and the first line of the reason.
local function in_one_line(failure)
  local trace = failure.element.trace or failure.trace or {}
  local place = ("%s:%s: "):format(trace.short_src or "?", trace.currentline or 0)
  local reason = type(failure.message) == "string" and failure.message:match("[^\n]+") or ""
  if reason:sub(1, #place) == place then
    reason = reason:sub(#place + 1)
  end
  return ((place .. failure.name .. ": " .. reason):gsub("%c", " "):sub(1, 300))
end

return function(options)
  options.deferPrint = true
  local busted = require "busted"
  local handler = require "busted.outputHandlers.plainTerminal"(options)

  busted.subscribe({ "suite", "end" }, function()
    local path = os.getenv("EXTCONTACTS_REPORT")
    if path then
      local specs, packages = programs.lacking()
      local file = assert(io.open(path, "w"))
      file:write(handler.successesCount, " ", handler.failuresCount + handler.errorsCount, " ",
        handler.pendingsCount, " ", specs, " ", table.concat(packages, " "), "\n")
      for _, list in ipairs({ handler.failures, handler.errors }) do
        for _, failure in ipairs(list) do
          file:write(in_one_line(failure), "\n")
        end
      end
      file:close()
    end
    return nil, true
  end)

  return handler
end
