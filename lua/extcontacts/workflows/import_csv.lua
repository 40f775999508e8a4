--- Imports of CSV files: uploads the file, checks what the platform made of it, creates
-- the settings and the job, stops after the dry run unless it may continue, and
-- downloads the reports.

local atomic_file = require "extcontacts.base.atomic_file"
local core = require "extcontacts.core"
local csv_check = require "extcontacts.workflows.csv_check"
local errors = require "extcontacts.base.errors"
local file_request = require "extcontacts.api.file_request"
local jobs = require "extcontacts.workflows.job"
local outcome = require "extcontacts.api.outcome"
local texts = require "extcontacts.base.text"

local import_csv = {}

---@class extcontacts.ImportOptions
---@field path string|nil the CSV file; not needed with `upload` or `job`
---@field settings string|extcontacts.ImportSettings|nil id of CSV settings, or what to create them from; not
--- needed with `job`
---@field division string|nil id of the division of the contacts
---@field continue boolean|(fun(job: table): boolean)|nil whether to import after the dry run: true only if no
--- row of it failed; default false
---@field upload string|nil id of an upload to continue with
---@field job string|nil id of a job to continue with
---@field dry_run_report string|nil file for the report of the dry run
---@field import_report string|nil file for the report of the import
---@field overwrite boolean|nil replace existing reports
---@field max_size number|nil most bytes of the CSV file, and of a report; default 50 MiB
---@field upload_method "PUT"|"POST"|nil default PUT
---@field deadline number|nil seconds for everything; default 3600
---@field poll number|nil as for `export`
---@field on_progress fun(progress: extcontacts.JobProgress)|nil
---@field cancel extcontacts.CancelToken|nil

---@class extcontacts.ImportSettings: extcontacts.ContactImportSettings
---@field mappings extcontacts.CsvMappingEntry[] column → path of a field

---@class extcontacts.ImportResult
---@field job string
---@field status string the job's, in the platform's words
---@field step string|nil "Validated" if it waits after the dry run
---@field is_waiting boolean whether it waits to be continued
---@field dry_run { succeeded: integer|nil, failed: integer|nil }
---@field import { succeeded: integer|nil, failed: integer|nil }
---@field upload string|nil
---@field settings string|nil

local OPTIONS = jobs.rules {
  path = { "string" },
  settings = { "string", "table" },
  division = { "string" },
  continue = { "boolean", "function" },
  upload = { "string" },
  dry_run_report = { "string" },
  import_report = { "string" },
  overwrite = { "boolean" },
  max_size = { "number", default = 50 * 2 ^ 20, most = 2 ^ 31 },
  upload_method = { "string", default = "PUT", choices = { "PUT", "POST" } },
}

-- Why mappings can't be sent; nil if they can.
local function mappings_problem(mappings)
  if type(mappings) ~= "table" then
    return "option 'settings' has no 'mappings': { { sourceField = \"Email\", targetField = \"$.workEmail\" } }"
  end
  for index, mapping in ipairs(mappings) do
    if type(mapping) ~= "table" or type(mapping.sourceField) ~= "string" or type(mapping.targetField) ~= "string" then
      return ("mapping %d of option 'settings' must have a text 'sourceField' and a text 'targetField'"):format(index)
    end
  end
end

--- Checks the arguments.
---@param options any
---@return extcontacts.ImportOptions|nil
---@return string|nil misuse
function import_csv.bind(options, ...)
  local problem = jobs.misuse(OPTIONS, options, ...)
  if problem then
    return nil, problem
  elseif options.job then
    return options
  elseif not options.path and not options.upload then
    return nil, "option 'path' is missing: the CSV file (or 'upload' or 'job', to continue)"
  elseif not options.settings then
    return nil, "option 'settings' is missing: the id of CSV settings, or a table with their fields and 'mappings'"
  end
  problem = type(options.settings) == "table" and mappings_problem(options.settings.mappings)
  if problem then
    return nil, problem
  end
  return options
end

-- The text of a file up to the size that may be sent.
local function read_file(path, max_size)
  local file = errors.check_io(core.file.open(path, "read"))
  local parts, size = {}, 0
  repeat
    local block = errors.check_io(file:read(2 ^ 20, size))
    parts[#parts + 1] = block
    size = size + #block
  until block == "" or size > max_size
  file:close()
  if size > max_size then
    error(errors.new {
      kind = "limit",
      code = "file_cap",
      message = ("%s has more than %.0f bytes, which the platform may not accept; split it, or raise max_size"):format(
        path, max_size),
      limit = { argument = "max_size", limit = max_size },
    }, 0)
  elseif size == 0 then
    errors.raise_invalid(path .. " is empty", "empty")
  end
  -- Excel starts a file with a byte order mark, which would be part of a column's name.
  return texts.without_bom(table.concat(parts))
end

-------------------------------------------------------------------- upload --

local function upload(job, text)
  local options = job.options
  local name = options.path:match "[^/]*$"
  local created = job:call("imports.csv.uploads.create", { fileName = name, fileSize = #text })
  local headers, problem = file_request.headers(created.uploadHeaders)
  if not headers then
    error(errors.new { kind = "protocol", message = problem }, 0)
  end
  job:report "uploading"
  job:transfer(options.upload_method or OPTIONS.upload_method.default, created.uploadUrl, {
    text = text, headers = headers,
  })
  job.ids.upload = created.uploadId
end

-- Waits until the platform has read the file; raises if it can't be imported.  An
-- upload may be unknown for a moment.
local function check_upload(job, text)
  local id, options = job.ids.upload, job.options
  local result = job:poll(function()
    local details, err = errors.catch(job.call, job, "imports.csv.uploads.details", id)
    if err and (options.upload or not outcome.is_absent(err)) then
      error(err, 0)
    end
    return details or {}
  end, function(details)
    local validation = details.validationResult
    return type(validation) == "table" and validation or nil
  end, "checking")
  csv_check.raise(result, options.path or "the upload", text)
  if type(options.settings) == "table" then
    local preview = job:call("imports.csv.uploads.preview", id)
    csv_check.raise_missing(options.path or "the upload", preview.headers, options.settings.mappings)
  end
end

-- The id of the CSV settings.
local function settings_id(job)
  local given = job.options.settings
  if type(given) == "string" then
    return given
  end
  local body, id = {}, nil
  for name, value in pairs(given) do
    if name ~= "mappings" then
      body[name] = value
    end
  end
  if next(body) then
    id = job:call("imports.settings.create", body).id
  end
  return job:call("imports.csv.settings.create", { externalSettingsId = id, mappings = given.mappings }).id
end

local function start(job)
  local options, text = job.options, nil
  if options.path then
    text = read_file(options.path, options.max_size or OPTIONS.max_size.default)
  end
  if not job.ids.upload then
    upload(job, text)
  end
  check_upload(job, text)
  job.ids.settings = settings_id(job)
  local created, err = errors.catch(job.call, job, "imports.csv.jobs.create", {
    uploadId = job.ids.upload,
    settingsId = job.ids.settings,
    division = options.division and { id = options.division } or nil,
  })
  if err then
    if err.ambiguous then
      err.message = "the reply to the request that creates the import was lost; find the job with "
        .. "client.imports.jobs:list(), and continue with job = its id, rather than import the file again"
    end
    error(err, 0)
  end
  local id = type(created.job) == "table" and created.job.id
  if type(id) ~= "string" then
    error(errors.new { kind = "protocol", message = "the answer has no id of the job" }, 0)
  end
  job.id = id
  job:report "created"
end

-------------------------------------------------------------------- the job --

local function count(value)
  return type(value) == "number" and value or nil
end

local function text_of(value)
  return type(value) == "string" and value or nil
end

local function metadata(record)
  return type(record.metadata) == "table" and record.metadata or {}
end

-- What the dry run and the import did.
local function counts(record)
  local data = metadata(record)
  return { succeeded = count(data.dryRunSuccessCount), failed = count(data.dryRunFailedCount) },
    { succeeded = count(data.importSuccessCount), failed = count(data.importFailedCount) }
end

-- Statuses in lower case; any other one is reported and waited on.
local ENDED = { completed = "completed", failed = "failed", cancelled = "cancelled" }
local RUNNING = { created = true, running = true }

-- Whether the job may import what it has validated.
local function may_continue(job, record)
  local wish = job.options.continue
  if type(wish) == "function" then
    return wish(record) == true
  end
  local dry_run = counts(record)
  return wish == true and dry_run.failed == 0
end

-- Times that Continue is sent if its replies are lost and the job still waits.
local CONTINUES = 3

-- Lets the import begin.  After a lost reply, the job's step says whether it did.
local function continue(job)
  job.continues = (job.continues or 0) + 1
  job:report "continuing"
  local _, err = errors.catch(job.call, job, "imports.jobs.change", job.id, { jobId = job.id, status = "Continue" })
  if err and not (err.ambiguous and job.continues < CONTINUES) then
    error(err, 0)
  end
  job.was_continued = not err
end

-- What a job's record says; nil to keep waiting.
local function judge(job, record)
  local status = text_of(record.status)
  local lower = (status or ""):lower()
  local ended = ENDED[lower]
  if ended == "completed" then
    return record
  elseif ended then
    job.record = record
    job:fail(status, record.statusDetails)
  end
  local step = (text_of(record.executionStep) or ""):lower()
  if step == "validated" and not job.was_continued then
    if not may_continue(job, record) then
      return record
    end
    continue(job)
  end
  return nil, { status = status, is_unknown = status ~= nil and not RUNNING[lower] or nil }
end

------------------------------------------------------------------- reports --

local function download_report(job, path, url)
  local options = job.options
  local writer = assert(atomic_file.create(path, options.overwrite))
  job:report "downloading"
  local _, err = errors.catch(job.transfer, job, "GET", url, {
    file = writer.file, max_size = options.max_size or OPTIONS.max_size.default,
  })
  if err then
    writer:abandon()
    error(err, 0)
  end
  assert(writer:finish())
end

local function download_reports(job, record)
  local data, options = metadata(record), job.options
  if options.dry_run_report and text_of(data.dryRunReportDownloadUrl) then
    download_report(job, options.dry_run_report, data.dryRunReportDownloadUrl)
  end
  if options.import_report and text_of(data.importReportDownloadUrl) then
    download_report(job, options.import_report, data.importReportDownloadUrl)
  end
end

local function import(job)
  if not job.id then
    start(job)
  end
  local record = job:poll(function()
    return job:read "imports.jobs.get"
  end, function(value)
    return judge(job, value)
  end)
  download_reports(job, record)
  local dry_run, imported = counts(record)
  return {
    job = job.id,
    status = record.status,
    step = text_of(record.executionStep),
    is_waiting = not ENDED[(text_of(record.status) or ""):lower()],
    dry_run = dry_run,
    import = imported,
    upload = job.ids.upload,
    settings = job.ids.settings,
  }
end

--- Imports a CSV file.
---@param ctx extcontacts.ClientContext
---@param _ nil
---@param options extcontacts.ImportOptions checked
---@return extcontacts.ImportResult|nil
---@return extcontacts.Error|nil err `job`, `upload` and `settings` have the ids to continue with
function import_csv.run(ctx, _, options)
  for _, name in ipairs { "dry_run_report", "import_report" } do
    -- Before anything is sent: a report can't be asked for later without the job.
    local writer, err
    if options[name] then
      writer, err = atomic_file.create(options[name], options.overwrite)
      if not writer then
        return nil, err
      end
      writer:abandon()
    end
  end
  local job = jobs.new(ctx, "the import", options)
  job.ids = { upload = options.upload, settings = nil }
  local result, err = job:run(import)
  if err then
    err.upload, err.settings = job.ids.upload, job.ids.settings
    if job.record then
      -- The reports of a failed job say why.
      errors.catch(download_reports, job, job.record)
    end
  end
  return result, err
end

return import_csv
