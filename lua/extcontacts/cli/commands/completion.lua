--- `extcontacts completion`: the scripts that teach a shell the command's
-- words, and the words themselves, which the scripts ask for.

local complete = require "extcontacts.cli.complete"
local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"

local command = {
  name = "completion",
  summary = "print the script that completes words in a shell",
  description = [[
Prints the script that completes the words of extcontacts in a shell.
Installed copies are found by the shells themselves.]],
  example = [[
. <(extcontacts completion bash)           # now; or in ~/.bashrc
. <(extcontacts completion zsh)            # now; or in ~/.zshrc after compinit
extcontacts completion fish | source       # now; or in ~/.config/fish/config.fish]],
}

--- Declares arguments and options.
---@param parser table
function command.setup(parser)
  parser:argument("shell", "bash, zsh or fish"):choices { "bash", "zsh", "fish", "words" }
  parser:argument("words", "with words: a line whose last word is to be completed"):args "*"
end

--- The text of a shell's script.
---@param shell string
---@return string|nil
function command.script(shell)
  local here = debug.getinfo(1, "S").source:match("^@(.*)commands[/\\]completion%.lua$")
  return files.read(here .. "completions/" .. shell)
end

--- Prints the script, or the words.
---@param given table
---@param context table
function command.run(given, context)
  if given.shell ~= "words" then
    context:out(command.script(given.shell) or exit.fail("some_failed", "the script is not installed"))
    return
  end
  local cli = require "extcontacts.cli"
  for _, word in ipairs(complete.words(cli.find, cli.names(), given.words)) do
    context:out(word[1], word[2] ~= "" and "\t" .. word[2] or "", "\n")
  end
end

return command
