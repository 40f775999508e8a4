--- Exports: creates the platform's job, waits for its end and downloads the file.

local atomic_file = require "extcontacts.base.atomic_file"
local canonical = require "extcontacts.record.canonical"
local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local errors = require "extcontacts.base.errors"
local jobs = require "extcontacts.workflows.job"
local operations = require "extcontacts.api.operations"
local pages = require "extcontacts.iterate.pages"
local transport = require "extcontacts.transport"

local export = {}

---@class extcontacts.ExportOptions
---@field path string the file to write, with the permissions 0600
---@field filters table|nil which records: `{ gte = { field = "ModifyDate", value = "2026-11-01T00:00:00Z" } }`
---@field division_ids string[]|nil
---@field limit integer|nil most records
---@field job string|nil id of an export to continue with; filters, division_ids and limit then have no effect
---@field deadline number|nil seconds for everything; default 3600
---@field poll number|nil seconds until the first look at the status; the waits grow up to 30 s; default 1
---@field max_size number|nil most bytes of the file; default 4 GiB
---@field overwrite boolean|nil replace an existing file
---@field on_progress fun(progress: extcontacts.JobProgress)|nil
---@field cancel extcontacts.CancelToken|nil

---@class extcontacts.ExportResult
---@field job string id of the export
---@field path string
---@field size integer bytes
---@field rows integer|nil records in the file
---@field created string|nil
---@field completed string|nil

local OPTIONS = jobs.rules {
  path = { "string" },
  filters = { "table" },
  division_ids = { "table" },
  limit = { "number", whole = true },
  max_size = { "number", default = 4 * 2 ^ 30, most = 2 ^ 53 },
  overwrite = { "boolean" },
}

-- Statuses in lower case.  Any other one is reported and waited on.
local STATUSES = { running = "running", succeeded = "succeeded", failed = "failed" }

--- Checks the arguments.
---@param options any
---@return extcontacts.ExportOptions|nil
---@return string|nil misuse
function export.bind(options, ...)
  local problem = jobs.misuse(OPTIONS, options, ...)
  if problem then
    return nil, problem
  elseif not options.path or options.path == "" then
    return nil, "option 'path' is missing: the file to write"
  end
  for _, id in ipairs(options.division_ids or {}) do
    if type(id) ~= "string" then
      return nil, "option 'division_ids' must be an array of ids"
    end
  end
  return options
end

local function body_of(options)
  local conditions = { filters = options.filters, limit = options.limit }
  local divisions = options.division_ids
  return {
    divisionIds = divisions and #divisions > 0 and divisions or nil,
    queryConditions = next(conditions) and conditions or nil,
  }
end

-- The export once it has succeeded.
local function wait(job, resource)
  return job:poll(function()
    return job:read(resource .. ".exports.get")
  end, function(record)
    local text = type(record.status) == "string" and record.status or nil
    local status = text and STATUSES[text:lower()]
    if status == "succeeded" then
      return record
    elseif status == "failed" then
      job:fail(text)
    end
    return nil, { status = text, is_unknown = text ~= nil and not status or nil }
  end)
end

-- Statuses with which the file's server refuses a URL that has expired.
local EXPIRED = { [401] = true, [403] = true, [404] = true, [410] = true }

-- Downloads the file.  A URL may have expired since: the export is asked for another
-- one, once.
local function download(job, resource, record, writer)
  local max_size = job.options.max_size or OPTIONS.max_size.default
  local function attempt(url)
    job:report("downloading", { status = record.status })
    return job:transfer("GET", url, { file = writer.file, max_size = max_size })
  end
  local size, err = errors.catch(attempt, record.downloadUrl)
  if err and EXPIRED[err.status] then
    record = job:read(resource .. ".exports.get")
    size, err = errors.catch(attempt, record.downloadUrl)
  end
  if err then
    error(err, 0)
  end
  return size
end

-- Whether an export has the conditions that were asked for.
local function is_same(record, body)
  for _, name in ipairs { "divisionIds", "queryConditions" } do
    local asked, found = body[name], record[name]
    if found == core.json.null then
      found = nil
    end
    if canonical.text(asked or core.json.null) ~= canonical.text(found or core.json.null) then
      return false
    end
  end
  return true
end

-- Exports of a list that are searched for one that was started.
local MOST_LISTED = 1000

-- The export that a create whose reply was lost has started; nil if the list shows none.
local function find_started(job, resource, body, since)
  local row = operations.find(resource .. ".exports.list")
  local iterator = assert(pages.new(job.ctx, row, 1, { {
    max_items = MOST_LISTED, deadline = job:remaining(), cancel = job.options.cancel,
  } }))
  local newest, newest_time
  for record in iterator do
    local time = dates.iso(record.dateCreated)
    if time and time >= since and is_same(record, body) and time >= (newest_time or time) then
      newest, newest_time = record, time
    end
  end
  return newest
end

-- Creates the export.  An export changes nothing, so one whose reply was lost is looked
-- for in the list, and another one started if it is not there.
local function create(job, resource)
  local body, since = body_of(job.options), transport.server_time(job.ctx)
  local created, err = errors.catch(job.call, job, resource .. ".exports.create", body)
  if err and err.ambiguous then
    local found, problem
    if since then
      found, problem = errors.catch(find_started, job, resource, body, since)
    end
    if found then
      return found
    elseif not problem then
      created, err = errors.catch(job.call, job, resource .. ".exports.create", body)
    end
  end
  if err and err.ambiguous then
    err.message = ("the reply to the request that creates the export was lost; find the export with "
      .. "client.%s.exports:list(), and continue with job = its id"):format(resource)
  end
  if err then
    error(err, 0)
  end
  return created
end

local function export_to(job, resource, writer)
  if not job.id then
    local created = create(job, resource)
    job.id = created.id
    job:report("created", { status = created.status })
  end
  local record = wait(job, resource)
  local size = download(job, resource, record, writer)
  assert(writer:finish())
  return {
    job = job.id,
    path = writer.path,
    size = size,
    rows = type(record.resultRowCount) == "number" and record.resultRowCount or nil,
    created = type(record.dateCreated) == "string" and record.dateCreated or nil,
    completed = type(record.dateCompletion) == "string" and record.dateCompletion or nil,
  }
end

--- Exports the records of a type to a file.
---@param ctx extcontacts.ClientContext
---@param resource "contacts"|"notes"|"organizations"|"relationships"
---@param options extcontacts.ExportOptions checked
---@return extcontacts.ExportResult|nil
---@return extcontacts.Error|nil err `job` has the export's id
function export.run(ctx, resource, options)
  local writer, err = atomic_file.create(options.path, options.overwrite)
  if not writer then
    return nil, err
  end
  local job = jobs.new(ctx, "the export", options)
  local ok, result
  ok, result, err = pcall(job.run, job, function()
    return export_to(job, resource, writer)
  end)
  writer:abandon()
  if not ok then
    error(result, 0) -- of on_progress
  end
  return result, err
end

return export
