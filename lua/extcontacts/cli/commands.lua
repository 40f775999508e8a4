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
  { "get", "extcontacts.cli.get" },
  { "list", "extcontacts.cli.listing", "list" },
  { "scan", "extcontacts.cli.listing", "scan" },
  { "search", "extcontacts.cli.listing", "search" },

  { group = "Write" },
  { "create", "extcontacts.cli.create" },
  { "update", "extcontacts.cli.update" },
  { "delete", "extcontacts.cli.delete" },

  { group = "All of it" },
  { "export", "extcontacts.cli.export" },
  { "diff", "extcontacts.cli.diff" },
  { "restore", "extcontacts.cli.restore" },

  { group = "Fix" },
  { "fixes", "extcontacts.cli.fixes" },
  { "plan", "extcontacts.cli.plan" },
  { "apply", "extcontacts.cli.apply" },
  { "resume", "extcontacts.cli.resume" },
  { "pause", "extcontacts.cli.pause" },
  { "status", "extcontacts.cli.status" },
  { "verify", "extcontacts.cli.verify" },
  { "undo", "extcontacts.cli.undo" },

  { group = "Any operation" },
  { "call", "extcontacts.cli.call" },
  { "request", "extcontacts.cli.request" },
  { "ops", "extcontacts.cli.ops" },

  { group = "Local" },
  { "doctor", "extcontacts.cli.doctor" },
  { "sandbox", "extcontacts.cli.sandbox" },
  { "completion", "extcontacts.cli.completion" },
}
