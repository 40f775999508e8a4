-- Runs busted in the interpreter that runs this file, as the `busted` command
-- does, with the project's report as the default output.
--   lua5.4 spec/support/suite.lua [busted's options] [files]
require "busted.runner"({ standalone = false, output = "spec/support/report.lua" })
