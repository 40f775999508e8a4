--- `extcontacts export --server`: the options of the platform's own export, and its
-- progress.

local arg_types = require "extcontacts.cli.arg_types"
local arg_values = require "extcontacts.cli.arg_values"
local exit = require "extcontacts.cli.exit"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"

local server_export = {}

local TYPES = { "contacts", "organizations", "relationships", "notes" }

-- Options that need --server.
local NAMES = { "filter", "division", "limit", "job", "wait", "max_size" }

-- Those that do not go with it, and what to use instead.
local OTHERS = {
  restart = "to resume, use --job ID", same_organization = "to resume, use --job ID",
  where = "use --filter", ids = "omit --server to export records by their ids",
}

--- Declares the options.
---@param argparser table
function server_export.declare(argparser)
  argparser:flag("--server", "let the platform write the file, as CSV or in the format it chooses; --only names one "
    .. "type of records (default contacts)")
  argparser:option("--filter", "with --server: export only records whose field has this value (FIELD=VALUE), or at "
    .. "least or at most this date (FIELD>=DATE, FIELD<=DATE); every filter must match"):argname("FILTER"):count("*")
  argparser:option("--division", "with --server: export only these divisions (comma-separated ids)"):argname("ID")
    :count("*")
  argparser:option("--limit", "with --server: stop after N records"):argname("N"):convert(arg_types.whole)
  argparser:option("--job", "with --server: continue an export that was started earlier"):argname("ID")
  argparser:option("--wait", "with --server: seconds to wait for the export (default 3600)"):argname("SECONDS")
    :convert(arg_types.seconds)
  argparser:option("--max-size", "with --server: maximum size of the file in bytes (default 4 GiB)"):argname("BYTES")
    :convert(arg_types.whole)
end

--- Ends the command if an option needs --server, or does not go with it.
---@param args table
function server_export.check(args)
  if args.server then
    for name, remedy in pairs(OTHERS) do
      if args[name] then
        exit.usage(("--%s does not go with --server; %s"):format((name:gsub("_", "-")), remedy))
      end
    end
    return
  end
  for _, name in ipairs(NAMES) do
    local value = args[name]
    if value ~= nil and not (type(value) == "table" and #value == 0) then
      exit.usage(("--%s needs --server"):format((name:gsub("_", "-"))))
    end
  end
end

local OPERATORS = { ["="] = "eq", [">="] = "gte", ["<="] = "lte" }

local function filter_of(text)
  local field, operator, value = text:match "^%s*(%w+)%s*([<>]?=)%s*(.-)%s*$"
  if not field or value == "" then
    exit.usage "--filter: expected FIELD=VALUE, FIELD>=DATE or FIELD<=DATE, such as 'ModifyDate>=2026-11-01T00:00:00Z'"
  end
  return { [OPERATORS[operator]] = { field = field, value = value } }
end

--- The filters of --filter.
---@param list string[]
---@return table|nil
function server_export.filters(list)
  local filters = {}
  for index, text in ipairs(list) do
    filters[index] = filter_of(text)
  end
  if #filters > 1 then
    return { ["and"] = filters }
  end
  return filters[1]
end

-- The one type of records.
local function type_of(args)
  local names = arg_values.list(args.only)
  local name = names[1] or "contacts"
  if #names > 1 then
    exit.usage "--server exports one type of records; run the command once for each, with --only TYPE"
  end
  local other = suggest.other("type", name, TYPES)
  if other then
    exit.usage("--only: " .. other)
  end
  return name
end

--- Exports.
---@param args table
---@param ctx table
function server_export.run(args, ctx)
  local resource, divisions = type_of(args), arg_values.list(args.division)
  local result, err = ctx:connect()[resource]:export {
    path = args.file,
    filters = server_export.filters(args.filter),
    division_ids = #divisions > 0 and divisions or nil,
    limit = args.limit,
    job = args.job,
    deadline = args.wait,
    max_size = args.max_size,
    overwrite = args.overwrite,
    on_progress = function(progress)
      if progress.step == "created" then
        ctx:inform("started export %s", progress.job)
      elseif progress.is_unknown then
        ctx:say("the export has the unknown status %s; waiting", progress.status)
      elseif progress.err then
        ctx:say("%s; waiting", tostring(progress.err))
      end
      ctx:progress(progress.step == "downloading" and "downloading the export"
        or ("waiting for the export (%s)"):format(progress.status or "status unknown"))
    end,
  }
  ctx:progress(nil)
  if not result then
    error(err, 0)
  end
  if output_format.of(args) == "json" then
    output.document(ctx, { file = result.path, records = result.rows and { [resource] = result.rows },
      bytes = result.size, job = result.job })
  end
  ctx:inform("exported %s to %s", result.rows and texts.plural(result.rows, (resource:gsub("s$", "")))
    or texts.plural(result.size, "byte"), result.path)
end

return server_export
