--- The commands there are, in the order of the help text.  A command is a
-- module that returns
--
--     { name, summary, example, setup = function(parser, words) … end,
--       run = function(given, context) → exit code … end }
--
-- `setup` declares arguments and options with lua-argparse; `run` gets what
-- was given and a context (`extcontacts.cli.context`); nil counts as 0.
-- Further fields: `description`, `notes` (the last part of the help),
-- `connects = true` for a command that makes a
-- client (the options of the connection come with it), and `bare = true` for
-- one that works without the C core.  Adding a command is adding a row.

return {
  { group = "Local" },
  { "doctor", "extcontacts.cli.doctor" },
  { "sandbox", "extcontacts.cli.sandbox" },
}
