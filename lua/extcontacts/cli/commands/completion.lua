--- `extcontacts completion`: the completion scripts of shells, and the words that
-- these scripts ask for.

local complete = require "extcontacts.cli.complete"
local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"
local parser = require "extcontacts.cli.parser"
local suggest = require "extcontacts.base.suggest"

local SHELLS = { "bash", "zsh", "fish" }
-- What the scripts pass instead of a shell, followed by the command line.
local WORDS = "words"

local command = {
  name = "completion",
  summary = "print a shell completion script",
  usage = "<shell>",
  description = [[
Print the script that completes commands, options, values and fields in bash,
zsh or fish. `make install` puts the scripts where the shells find them.]],
  examples = [[
. <(extcontacts completion bash)          # now, or in ~/.bashrc
. <(extcontacts completion zsh)           # now, or in ~/.zshrc after compinit
extcontacts completion fish | source      # now, or in ~/.config/fish/config.fish]],
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  parser.completes(argparser:argument("shell", "bash, zsh or fish"), SHELLS)
  argparser:argument("words", "used by the scripts: after `words --`, the command line to complete"):args "*"
end

--- The text of a shell's script.
---@param shell string
---@return string|nil
function command.script(shell)
  local directory = debug.getinfo(1, "S").source:match("^@(.*)commands[/\\]completion%.lua$")
  return files.read(directory .. "completions/" .. shell)
end

--- Prints the script, or the words.
---@param args table
---@param ctx table
function command.run(args, ctx)
  if args.shell == WORDS then
    for _, word in ipairs(complete.words(args.words)) do
      ctx:out(word[1], word[2] ~= "" and "\t" .. word[2] or "", "\n")
    end
    return
  end
  local misuse = suggest.other("shell", args.shell, SHELLS)
  if misuse then
    exit.usage(misuse)
  end
  ctx:out(command.script(args.shell) or exit.fail("some_failed", "the completion script is not installed"))
end

return command
