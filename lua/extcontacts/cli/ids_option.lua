--- The option --ids: the records of a command, by a file of their ids.

local errors = require "extcontacts.base.errors"
local exit = require "extcontacts.cli.exit"
local idset = require "extcontacts.base.idset"
local texts = require "extcontacts.base.text"

local ids_option = {}

-- Lines and ids that are named one by one.
local MOST_NAMED = 20

--- Declares it.
---@param argparser table
---@param effect string what the command does with these records
function ids_option.declare(argparser, effect)
  argparser:option("--ids", effect .. " with the ids in this file: one per line, CSV with the column id, or JSON "
    .. "lines; - for standard input"):argname("FILE")
end

---@class extcontacts.cli.Ids
---@field ids string[]
---@field name string of the file, for messages
---@field unreadable integer lines without a valid id; each is reported
local Ids = {}
Ids.__index = Ids

-- Writes the first messages of a list.
local function name_some(ctx, list, format)
  for index = 1, math.min(#list, MOST_NAMED) do
    ctx:say(format, list[index])
  end
  if #list > MOST_NAMED then
    ctx:say("… and %d more", #list - MOST_NAMED)
  end
end

--- Reads the ids.  Lines that can't be read are reported; a file without ids ends the
-- command.
---@param args table
---@param ctx table
---@return extcontacts.cli.Ids|nil
function ids_option.read(args, ctx)
  if not args.ids then
    return nil
  end
  local name = args.ids == "-" and "standard input" or args.ids
  local list, err = errors.catch(require("extcontacts.fix.source.id_list").parse, ctx:read(args.ids) or "", name)
  if not list then
    exit.usage("--ids: " .. err.message)
  end
  name_some(ctx, list.problems, "%s; skipped")
  if #list.ids == 0 then
    exit.usage(("--ids: %s contains no valid id"):format(name))
  end
  return setmetatable({ ids = list.ids, name = name, unreadable = #list.problems }, Ids)
end

--- Makes a function that says whether a record has one of the ids, once for each id.
---@return fun(record: table): boolean
function Ids:test()
  local id_key = require("extcontacts.record.normalize.id").key
  local wanted = idset.new()
  self.seen = idset.new()
  for _, id in ipairs(self.ids) do
    wanted:add(id)
  end
  return function(record)
    local id = type(record.id) == "string" and id_key(record.id)
    if not id or not wanted:has(id) then
      return false
    end
    self.seen:add(id)
    return true
  end
end

--- The ids that no record had that was tested.
---@return string[]
function Ids:unseen()
  return self.seen:missing(self.ids)
end

--- Reports ids without a record; returns the command's exit code.
---@param ctx table
---@param absent string[]|nil
---@param reason string|nil default: they do not exist
---@return integer
function Ids:finish(ctx, absent, reason)
  absent = absent or {}
  if #absent > 0 then
    ctx:say("%s of %s: %s", texts.plural(#absent, "id"), self.name, reason or "no such record")
    name_some(ctx, absent, "  %s")
  end
  return (#absent > 0 or self.unreadable > 0) and exit.codes.some_failed or exit.codes.ok
end

return ids_option
