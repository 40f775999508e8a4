--- The commands there are, in the order of the help text.  A command is a
-- module that returns
--
--     { name, summary, example, setup = function(parser, words) … end,
--       run = function(given, context) → exit code … end }
--
-- `setup` declares arguments and options with lua-argparse; `run` gets what
-- was given, a context (`extcontacts.cli.context`) and what `setup` returned;
-- nil counts as 0.  Further fields: `description`, `notes` (the last part of
-- the help), `connects = true` for a command that makes a client (the options
-- of the connection come with it), `without(words)`, called where `setup`
-- returned nothing, to say what is missing, and `bare = true` for a command
-- that works without the C core.  Adding a command is adding a row; a row's
-- third value is the command's field in a module that has several.

return {
  { group = "Read" },
  { "get", "extcontacts.cli.commands.get" },
  { "list", "extcontacts.cli.commands.listing", "list" },
  { "scan", "extcontacts.cli.commands.listing", "scan" },
  { "search", "extcontacts.cli.commands.listing", "search" },

  { group = "Write" },
  { "create", "extcontacts.cli.commands.create" },
  { "update", "extcontacts.cli.commands.update" },
  { "delete", "extcontacts.cli.commands.delete" },

  { group = "All of it" },
  { "export", "extcontacts.cli.commands.export" },
  { "diff", "extcontacts.cli.commands.diff" },
  { "restore", "extcontacts.cli.commands.restore" },

  { group = "Fix" },
  { "fixes", "extcontacts.cli.commands.fixes" },
  { "plan", "extcontacts.cli.commands.plan" },
  { "apply", "extcontacts.cli.commands.apply" },
  { "resume", "extcontacts.cli.commands.resume" },
  { "pause", "extcontacts.cli.commands.pause" },
  { "status", "extcontacts.cli.commands.status" },
  { "verify", "extcontacts.cli.commands.verify" },
  { "undo", "extcontacts.cli.commands.undo" },

  { group = "Any operation" },
  { "call", "extcontacts.cli.commands.call" },
  { "request", "extcontacts.cli.commands.request" },
  { "ops", "extcontacts.cli.commands.ops" },

  { group = "Local" },
  { "doctor", "extcontacts.cli.commands.doctor" },
  { "sandbox", "extcontacts.cli.commands.sandbox" },
  { "completion", "extcontacts.cli.commands.completion" },
}
