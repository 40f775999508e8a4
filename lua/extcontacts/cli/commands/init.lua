--- The list of commands, in the order of the help text.  A command is a module
-- that returns
--
--     { name, summary, description, examples, setup = function(parser, words) … end,
--       run = function(args, ctx, subject) → exit code … end }
--
-- `setup` declares arguments and options with lua-argparse.  `run` receives
-- their values, the context (cli/context.lua) and what `setup` returned; nil
-- counts as exit code 0.  Optional fields: `next_steps` and `exit_codes`, the
-- last parts of the help text; `usage`, where the arguments depend on the first
-- one; `connects = true` for a command that creates a client (adds the
-- connection options, but for those that it `declares` itself); `without(words)`,
-- called if `setup` returned nothing, to report what is missing; `bare = true` for a
-- command that runs without the C core.

local registry = require "extcontacts.cli.registry"

local section, add = registry.section, registry.add

section "Read"
add("get", function() return require "extcontacts.cli.commands.get" end)
add("list", function() return require("extcontacts.cli.commands.listing").list end)
add("scan", function() return require("extcontacts.cli.commands.listing").scan end)
add("search", function() return require("extcontacts.cli.commands.listing").search end)

section "Write"
add("create", function() return require "extcontacts.cli.commands.create" end)
add("update", function() return require "extcontacts.cli.commands.update" end)
add("delete", function() return require "extcontacts.cli.commands.delete" end)

section "Whole organization"
add("export", function() return require "extcontacts.cli.commands.export" end)
add("diff", function() return require "extcontacts.cli.commands.diff" end)
add("restore", function() return require "extcontacts.cli.commands.restore" end)

section "Fix data"
add("profile", function() return require "extcontacts.cli.commands.profile" end)
add("lint", function() return require "extcontacts.cli.commands.lint" end)
add("duplicates", function() return require "extcontacts.cli.commands.duplicates" end)
add("fixes", function() return require "extcontacts.cli.commands.fixes" end)
add("import", function() return require "extcontacts.cli.commands.import" end)
add("plan", function() return require "extcontacts.cli.commands.plan" end)
add("move", function() return require "extcontacts.cli.commands.move" end)
add("show", function() return require "extcontacts.cli.commands.show" end)
add("apply", function() return require "extcontacts.cli.commands.apply" end)
add("resume", function() return require "extcontacts.cli.commands.resume" end)
add("pause", function() return require "extcontacts.cli.commands.pause" end)
add("status", function() return require "extcontacts.cli.commands.status" end)
add("history", function() return require "extcontacts.cli.commands.history" end)
add("verify", function() return require "extcontacts.cli.commands.verify" end)
add("undo", function() return require "extcontacts.cli.commands.undo" end)
add("forget", function() return require "extcontacts.cli.commands.forget" end)

section "Any endpoint"
add("call", function() return require "extcontacts.cli.commands.call" end)
add("request", function() return require "extcontacts.cli.commands.request" end)
add("ops", function() return require "extcontacts.cli.commands.ops" end)

section "Tools"
add("doctor", function() return require "extcontacts.cli.commands.doctor" end)
add("sandbox", function() return require "extcontacts.cli.commands.sandbox" end)
add("completion", function() return require "extcontacts.cli.commands.completion" end)

return registry
