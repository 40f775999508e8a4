-- Runs busted in the interpreter that runs this file, as the `busted` command
-- does, with the project's report as the default output.
--   lua5.4 spec/support/suite.lua [busted's options] [files]

-- EXTCONTACTS_GC=1: full garbage collections every so many instructions, so that a value
-- that C holds without an anchor is soon collected.
if os.getenv("EXTCONTACTS_GC") then
  require "spec.support.restless"
end

require "busted.runner"({ standalone = false, output = "spec/support/report.lua" })
