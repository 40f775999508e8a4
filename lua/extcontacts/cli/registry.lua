--- The commands by name, in the order of the help text.  This module requires
-- no command: cli/commands/init.lua fills it, and a command that has to know
-- the others, as completion does, asks it.

local registry = {}

local sections, names, loaders = {}, {}, {}

--- Starts a section of the help text; the commands added next belong to it.
---@param title string
function registry.section(title)
  sections[#sections + 1] = { title = title, names = {} }
end

--- Adds a command to the last section.
---@param name string
---@param load fun(): table requires the command's module; called when the command is first used
function registry.add(name, load)
  local section = sections[#sections]
  section.names[#section.names + 1] = name
  names[#names + 1] = name
  loaders[name] = load
end

--- The command of a name.
---@param name string
---@return table|nil
function registry.find(name)
  local load = loaders[name]
  return load and load()
end

--- The names of all commands.
---@return string[]
function registry.names()
  return names
end

--- The sections of the help text.
---@return { title: string, names: string[] }[]
function registry.sections()
  return sections
end

return registry
