--- What export, diff and restore share: the choice of listings, the size of requests, and
-- progress.

local arg_types = require "extcontacts.cli.arg_types"
local arg_values = require "extcontacts.cli.arg_values"
local exit = require "extcontacts.cli.exit"
local format = require "extcontacts.snapshot.format"
local parser = require "extcontacts.cli.parser"
local progress_bar = require "extcontacts.cli.progress_bar"

local listings = {}

--- Declares --only.
---@param argparser table
---@param verb string what the command does with them
function listings.declare(argparser, verb)
  local only = argparser:option("--only", ("%s only these types of records (comma-separated): %s"):format(verb,
    table.concat(format.listings, ", "))):argname("LIST"):count("*")
  parser.completes(only, format.listings)
end

--- Declares --batch.
---@param argparser table
function listings.declare_batch(argparser)
  argparser:option("--batch", "most records per request where records are read by id, from 1 to 50; auto uses 50; 1 "
    .. "reads each record with a separate request [auto]"):argname("N")
    :convert(arg_types.word_or("auto", arg_types.range(1, 50)))
end

--- The listings of --only; an unknown one ends the command.
---@param args table
---@return string[]|nil
function listings.selected(args)
  local names = arg_values.list(args.only)
  local _, misuse = format.wanted(names)
  if misuse then
    exit.usage("--only: " .. misuse)
  end
  return #names > 0 and names or nil
end

--- Shows how many records of each listing have been read.
---@param ctx table
---@return fun(listing: string, count: integer)
function listings.counter(ctx)
  local bar, current
  return function(listing, count)
    if listing ~= current then
      current = listing
      bar = progress_bar.new(ctx, { noun = listing:gsub("s$", ""), verb = "read", done = count })
    end
    bar:show(count)
  end
end

return listings
