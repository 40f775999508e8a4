-- Busted's output for this project: nothing for what passes, every failure in
-- full, every pending spec by name, and the counts on one line.  With
-- EXTCONTACTS_REPORT=file the counts also go to that file ("passed failed
-- pending"), which run.sh adds up: busted's exit code can't tell an empty or
-- cut run from a good one.  After them come the number of specs that are
-- pending because a program is missing, and the packages they need.

-- Loaded before the first spec file: busted forgets what a file loads.
local programs = require "spec.support.programs"

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
      file:close()
    end
    return nil, true
  end)

  return handler
end
