--- Plans changes of contacts from a spreadsheet.  The rows are matched with contacts by
-- lookups or by one scan, whichever takes fewer requests; rows that can't be planned are
-- written to `FILE.rejected.csv`.

local actions = require "extcontacts.fix.actions"
local cells = require "extcontacts.fix.import.cells"
local definition = require "extcontacts.fix.definition"
local errors = require "extcontacts.base.errors"
local file = require "extcontacts.fix.import.file"
local header_map = require "extcontacts.record.header_map"
local id_reader = require "extcontacts.record.normalize.id"
local matching = require "extcontacts.fix.import.matching"
local options_check = require "extcontacts.base.options"
local phone_regions = require "extcontacts.record.normalize.phone_regions"
local record = require "extcontacts.fix.import.record"
local rejected = require "extcontacts.fix.import.rejected"
local source = require "extcontacts.fix.source"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"

local import = {}

---@class extcontacts.fix.ImportOptions: extcontacts.fix.ImportFileOptions
---@field match string[]|nil `email`, `phone`, `externalId`, `id`: the identifiers by which a contact is found, in
--- this order; default: all that have columns
---@field create boolean|nil also create the contacts that do not exist; default: their rows are rejected
---@field region string|nil country of numbers without a country code, `DE`; default: they are rejected
---@field create_organizations boolean|nil create the organizations that do not exist
---@field external_source string|nil id of the external source of external ids
---@field only_fill boolean|nil never change a field that has a value
---@field clear_empty boolean|nil an empty cell clears its field; default: it changes nothing
---@field matching "auto"|"scan"|"lookup"|nil how contacts are found; default `auto`
---@field rejected string|nil path of the file of rejected rows; default: the file's name with `.rejected.csv`
---@field on_matching (fun(facts: extcontacts.fix.ImportMatching))|nil called once it is decided how contacts are found
---@field on_contact (fun(count: integer, facts: extcontacts.fix.ImportMatching))|nil called after each contact of a
--- scan
---@field on_rejected (fun(rejected: { path: string, count: integer, backup: string|nil }))|nil called at the end

local KINDS = { "email", "phone", "externalId", "id" }

local OPTIONS = {
  map = { "table" }, ignore = { "table" }, sheet = { "string" }, separator = { "string" }, match = { "table" },
  encoding = { "string" },
  create = { "boolean" }, region = { "string" }, create_organizations = { "boolean" }, external_source = { "string" },
  only_fill = { "boolean" }, clear_empty = { "boolean" },
  matching = { "string", choices = { "auto", "scan", "lookup" } }, rejected = { "string" },
  on_matching = { "function" }, on_contact = { "function" }, on_rejected = { "function" },
}

local function match_problem(match)
  for _, kind in ipairs(match or {}) do
    local problem = suggest.other("identifier", kind, KINDS)
    if problem then
      return "option 'match': " .. problem
    end
  end
end

--- Why options are wrong or can't go together; nil if they can.
---@param options extcontacts.fix.ImportOptions
---@return string|nil misuse
function import.misuse(options)
  local misuse = options_check.problem(options, OPTIONS) or match_problem(options.match)
  if misuse then
    return misuse
  elseif options.only_fill and options.clear_empty then
    return "options 'only_fill' and 'clear_empty' contradict each other; omit one of them"
  elseif options.region and not phone_regions.by_name[options.region] then
    return ("option 'region' must be a country's two letters, such as DE, not '%s'"):format(options.region)
  elseif options.external_source and not id_reader.read(options.external_source) then
    return ("option 'external_source' must be an id, not '%s'"):format(options.external_source)
  end
end

--- Opens a file and maps its columns.  Raises an error object if it can't be read.
---@param path string
---@param options extcontacts.fix.ImportOptions
---@return extcontacts.fix.ImportFile
function import.open(path, options)
  return file.open(path, options)
end

-- The identifiers that the file has columns for.
local function kinds_of(opened, options)
  local has = {}
  for _, column in ipairs(opened.mapped) do
    local kind = cells.kind_of(column.field)
    if kind then
      has[kind] = true
    end
  end
  local out = {}
  for _, kind in ipairs(options.match or KINDS) do
    if has[kind] then
      out[#out + 1] = kind
    elseif options.match then
      return nil, ("no column of the file is an identifier of the kind '%s', which 'match' names"):format(kind)
    end
  end
  if #out == 0 then
    return nil, "no column names a contact: map one to an e-mail address, a phone number, externalId or id"
  end
  return out
end

--- What keeps a file from being imported: its columns, and options that it needs.
---@param opened extcontacts.fix.ImportFile
---@param options extcontacts.fix.ImportOptions
---@return string|nil problem
function import.problem(opened, options)
  local names = {}
  for index, column in ipairs(header_map.unknown(opened.columns)) do
    names[index] = ("'%s'%s"):format(column.name, column.hint and " (" .. column.hint .. ")" or "")
  end
  if #opened.problems > 0 then
    return table.concat(opened.problems, "; ")
  elseif #names > 0 then
    return ("unknown %s %s; map or ignore %s"):format(texts.noun(#names, "column"), table.concat(names, ", "),
      #names == 1 and "it" or "each of them")
  end
  local _, problem = kinds_of(opened, options)
  if problem then
    return problem
  end
  for _, field in ipairs { "externalId", "externalOrganization.externalId" } do
    if opened:has(field) and not options.external_source then
      return ("a column sets %s, so the id of its external source is needed: pass external_source (--external-source; "
        .. "`extcontacts call external_sources.list` lists them), or ignore the column"):format(field)
    end
  end
end

--- Makes the fix of an opened file.
---@param opened extcontacts.fix.ImportFile without a problem
---@param options extcontacts.fix.ImportOptions
---@return extcontacts.fix.Definition
function import.define(opened, options)
  local kinds = assert(kinds_of(opened, options))
  local shown = { match = table.concat(kinds, ","), create = options.create, region = options.region,
    create_organizations = options.create_organizations, external_source = options.external_source,
    only_fill = options.only_fill, clear_empty = options.clear_empty, sheet = options.sheet,
    encoding = options.encoding }
  local run, rows
  local described = source.rows_of {
    type = "import", path = opened.path, kind = "contact", options = shown, missing = "change",
  }
  function described.prepare(client)
    run = matching.new(opened, kinds, options)
    rows = rejected.new(opened, options.rejected or rejected.path(opened.path))
    described.matching = run:prepare(client)
    if options.on_matching then
      options.on_matching(described.matching)
    end
  end

  local function reject(ctx, row, problems, detail)
    local reason = table.concat(problems, "; ")
    rows:add(row.fields, row.number, detail and ("%s (%s)"):format(reason, detail) or reason)
    if ctx then
      ctx.skip(reason, nil, detail)
    end
  end

  function described.open_items(client)
    run:find_all(client)
    local next_item = run:items(client)
    return function()
      local item = next_item()
      if item and item.skipped then
        reject(nil, item.row, { item.skipped }, item.detail)
      end
      return item
    end, function() end
  end

  return assert(definition.define {
    name = "import of " .. (opened.path:match "[^/]+$"),
    source = described,
    change = function(contact, ctx)
      local row, list = ctx.row, {}
      local problems, organization = record.set(row, contact or {}, run.organizations, options, ctx.schema)
      contact = problems.record
      if #problems > 0 then
        reject(ctx, row, problems)
        return list
      end
      if problems.assumed then
        local text = ("assumed %s: contact has no country"):format(options.region)
        ctx.assume("number " .. text, "numbers " .. text, problems.assumed)
      end
      if organization then
        list[1] = actions.create("organization", organization.body)
        list[1].old_id, list[1].is_new = organization.id, true
        run.organizations:created(row.organization, organization.id)
      end
      if ctx.missing then
        local create = actions.create("contact", contact, nil, run:address_of(row))
        create.is_new = create.unless_exists == nil
        list[#list + 1] = create
      else
        list[#list + 1] = actions.update(contact)
      end
      list[#list].refuse = function(warning)
        reject(ctx, row, { record.refused(warning) })
      end
      return list
    end,
    finish = function()
      rows:finish()
      run:close()
      if options.on_rejected then
        options.on_rejected(rows)
      end
    end,
  })
end

--- A fix that changes contacts as the rows of a file say, and creates those that do not
-- exist.  `extcontacts import` does the same; docs/import.md describes it.
---@param path string of a CSV or XLSX file
---@param options extcontacts.fix.ImportOptions|nil
---@return extcontacts.fix.Definition|nil
---@return extcontacts.Error|nil
function import.fix(path, options)
  options = options or {}
  local misuse = type(path) ~= "string" and "fix.import takes the path of a file, got " .. type(path)
    or import.misuse(options)
  if misuse then
    error(misuse, 2)
  end
  local opened, err = errors.catch(import.open, path, options)
  if not opened then
    return nil, err
  end
  local problem = import.problem(opened, options)
  if problem then
    return errors.invalid(("%s: %s"):format(path, problem), "columns")
  end
  return import.define(opened, options)
end

return import
