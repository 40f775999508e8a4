--- The CSV import: uploads, settings and jobs.

local after_listing = require "extcontacts.sandbox.handlers.after_listing"
local api_errors = require "extcontacts.sandbox.api_errors"
local dataset = require "extcontacts.sandbox.state.dataset"
local divisions = require "extcontacts.sandbox.state.divisions"
local file_links = require "extcontacts.sandbox.state.file_links"
local import_file = require "extcontacts.sandbox.handlers.import_file"
local import_jobs = require "extcontacts.sandbox.handlers.import_jobs"
local import_settings = require "extcontacts.sandbox.handlers.import_settings"
local json = require "extcontacts.base.json"
local locate = require "extcontacts.sandbox.handlers.locate"
local record_body = require "extcontacts.sandbox.handlers.record_body"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local server_clock = require "extcontacts.sandbox.state.server_clock"

-- Short name → handler.
local handlers = {}

local BASE = dataset.base_path .. "import/"

-- Bytes of a file, and the rows of a preview.
local LARGEST_FILE, PREVIEW_ROWS = 50 * 1024 * 1024, 10

-- Page sizes: the default, and the largest one.
local PAGE, LARGEST_PAGE, LARGEST_CSV_PAGE = 25, 100, 200

--------------------------------------------------------------- uploads --

handlers["imports.csv.uploads.create"] = function(ctx)
  local body = record_body.read(ctx, "CsvUploadRequest")
  local size = tonumber(tostring(body.fileSize))
  if size < 1 or size > LARGEST_FILE then
    api_errors.invalid_field(ctx.settings, "fileSize", ("it must be from 1 to %d bytes"):format(LARGEST_FILE))
  end
  local upload = {
    id = record_ids.make(dataset.type_numbers.upload, #dataset.uploads),
    name = body.fileName ~= "" and body.fileName or "upload.csv",
  }
  upload.file = file_links.add {
    name = upload.name,
    size = size,
    headers = {
      { name = "x-upload-token", value = record_ids.random() },
      { name = "Content-Type", value = "text/csv" },
    },
  }
  dataset.uploads[#dataset.uploads + 1] = upload
  return assert(json.encode {
    uploadId = upload.id,
    uploadUrl = file_links.url(ctx.settings, ctx.settings.upload_method, upload.file),
    uploadHeaders = upload.file.headers,
  })
end

-- The upload with an id and its file as it was read; nil without a file.
local function find_upload(id)
  local index = record_ids.index(dataset.type_numbers.upload, id)
  local upload = index and dataset.uploads[index + 1]
  if upload and upload.file.text then
    if upload.read_text ~= upload.file.text then
      upload.read_text, upload.content = upload.file.text, import_file.read(upload.file.text)
    end
    return upload
  end
end

local function locate_upload(ctx)
  locate.check_uuid(ctx, ctx.arguments.uploadId)
  return find_upload(ctx.arguments.uploadId) or api_errors.raise "not.found"
end

handlers["imports.csv.uploads.details"] = function(ctx)
  local upload = locate_upload(ctx)
  local content = upload.content
  return assert(json.encode {
    uploadId = upload.id,
    fileName = upload.name,
    validationResult = {
      separatorValid = content.separator_valid,
      fileEncodingValid = content.encoding_valid,
      errors = content.errors,
    },
  })
end

handlers["imports.csv.uploads.preview"] = function(ctx)
  local upload = locate_upload(ctx)
  local entries = json.array {}
  for _, row in ipairs(upload.content.rows) do
    if row.cells and #entries < PREVIEW_ROWS then
      local entry = json.array {}
      for column, name in ipairs(upload.content.header) do
        entry[column] = row.cells[name] or ""
      end
      entries[#entries + 1] = entry
    end
  end
  return assert(json.encode {
    uploadId = upload.id,
    headers = json.array(upload.content.header),
    entries = entries,
  })
end

-------------------------------------------------------------- settings --

-- Reverses a list if the request asks for it.
local function sorted(ctx, list)
  local order = ctx.query.sortOrder
  if (type(order) == "table" and order[1] or order) ~= "Descending" then
    return list
  end
  local reversed = {}
  for number = #list, 1, -1 do
    reversed[#reversed + 1] = list[number]
  end
  return reversed
end

-- The texts of the records that a test selects, in the order of their creation.
local function selected(type_name, test)
  local records, texts = dataset.collections[type_name], {}
  for index = 0, records.next - 1 do
    local record = records:record(index)
    if record and test(record) then
      texts[#texts + 1] = records:text(index)
    end
  end
  return texts
end

handlers["imports.settings.list"] = function(ctx)
  local name = ctx.query.name and ctx.query.name:lower()
  return after_listing(ctx, sorted(ctx, selected("import_settings", function(record)
    return not name or record.name:lower():find(name, 1, true) ~= nil
  end)), PAGE, LARGEST_PAGE)
end

handlers["imports.csv.settings.list"] = function(ctx)
  local id = ctx.query.externalSettingsId
  return after_listing(ctx, selected("import_csv_settings", function(record)
    return not id or record.externalSettingsId == id
  end), PAGE, LARGEST_CSV_PAGE)
end

------------------------------------------------------------------ jobs --

local function public(ctx, job)
  local status, step, details = import_jobs.status(job)
  local division = job.division
  local settings_path = BASE .. (job.csv_settings.id and "csv/settings/" or "settings/")
  local settings_id = job.csv_settings.id or job.import.id
  return {
    id = job.id,
    status = status,
    executionStep = step,
    statusDetails = details,
    metadata = import_jobs.metadata(job, ctx.settings, status, step),
    dateCreated = job.created,
    division = division and divisions.reference(division.id, ctx.query.expand ~= nil) or nil,
    settings = { id = settings_id, selfUri = settings_path .. settings_id },
    selfUri = BASE .. "jobs/" .. job.id,
  }
end

-- What a job without a file imports.
local NO_FILE = { header = { "" }, rows = {}, errors = {}, separator_valid = true, encoding_valid = true }

local function start(ctx, job, division)
  -- As in records, * means no division.
  if division and division.id and division.id ~= "*" then
    job.division = division
  elseif ctx.settings.import_division == "required" then
    api_errors.invalid_field(ctx.settings, "division", "the field is required", "required")
  end
  if job.division and ctx.divisions and not ctx.divisions[division.id:lower()] then
    job.forbidden = "The client has no access to the division."
  end
  job.id = record_ids.make(dataset.type_numbers.import_job, #dataset.imports)
  job.client, job.created = ctx.client, server_clock.iso()
  dataset.imports[#dataset.imports + 1] = job
  import_jobs.start(job, ctx.settings)
  return job
end

-- The CSV settings that an id names, directly or by the import settings that they
-- belong to, and these import settings.
local function find_settings(id)
  local records = dataset.collections.import_csv_settings
  for index = records.next - 1, 0, -1 do
    local csv_settings = records:record(index)
    if csv_settings and (csv_settings.id == id or csv_settings.externalSettingsId == id) then
      if not csv_settings.externalSettingsId then
        import_settings.reject_missing("settingsId", "import settings of these CSV settings")
      end
      return csv_settings, import_settings.require_record("import_settings", csv_settings.externalSettingsId,
        "settingsId", "import settings of these CSV settings")
    end
  end
  import_settings.reject_missing("settingsId", "settings")
end

handlers["imports.csv.jobs.create"] = function(ctx)
  local body = record_body.read(ctx, "CsvJobRequest")
  local upload = find_upload(body.uploadId) or import_settings.reject_missing("uploadId", "upload, or its file,")
  local csv_settings, import = find_settings(body.settingsId)
  local job = start(ctx, {
    file = upload.content,
    file_name = upload.name,
    csv_settings = csv_settings,
    import = import,
  }, body.division)
  return assert(json.encode { job = { id = job.id, selfUri = BASE .. "jobs/" .. job.id } })
end

handlers["imports.jobs.create"] = function(ctx)
  local body = record_body.read(ctx, "ContactImportJobRequest")
  local import = import_settings.require_record("import_settings", body.settingsId, "settingsId", "settings")
  local job = start(ctx, { file = NO_FILE, csv_settings = { mappings = {} }, import = import }, body.division)
  return assert(json.encode(public(ctx, job)))
end

-- Whether a request sees a job: those of divisions that it does not see are hidden,
-- unless its client began them.
local function sees(ctx, job)
  local id = ctx.divisions and job.division and job.division.id
  return not id or ctx.divisions[id:lower()] == true or job.client == ctx.client
end

local function locate_job(ctx)
  locate.check_uuid(ctx, ctx.arguments.jobId)
  local index = record_ids.index(dataset.type_numbers.import_job, ctx.arguments.jobId)
  local job = index and dataset.imports[index + 1]
  return job and sees(ctx, job) and job or api_errors.raise "not.found"
end

handlers["imports.jobs.get"] = function(ctx)
  return assert(json.encode(public(ctx, locate_job(ctx))))
end

handlers["imports.jobs.list"] = function(ctx)
  local wanted = ctx.query.jobStatus
  local texts = {}
  for _, job in ipairs(dataset.imports) do
    local record = public(ctx, job)
    local is_wanted = not wanted
    for _, status in ipairs(wanted or {}) do
      is_wanted = is_wanted or status == record.status
    end
    if is_wanted and sees(ctx, job) then
      texts[#texts + 1] = assert(json.encode(record))
    end
  end
  return after_listing(ctx, sorted(ctx, texts), PAGE, LARGEST_PAGE)
end

-- Change → whether it is possible for a job, and how it is made.
local CHANGES = {
  Continue = {
    allows = function(status, step)
      return status == "Running" and step == "Validated"
    end,
    make = import_jobs.continue,
  },
  Cancel = {
    allows = function(status)
      return status == "Created" or status == "Running"
    end,
    make = import_jobs.cancel,
  },
  Retry = {
    allows = function(status)
      return status == "Failed"
    end,
    make = import_jobs.start,
  },
}

handlers["imports.jobs.change"] = function(ctx)
  local job = locate_job(ctx)
  local body = record_body.read(ctx, "ContactImportJobStatusUpdateRequest")
  if body.jobId ~= job.id then
    api_errors.raise("bad.request", nil, { message = "The jobId is not that of the path." })
  end
  local status, step = import_jobs.status(job)
  local change = CHANGES[body.status]
  if not change.allows(status, step) then
    api_errors.raise("general.conflict", {
      reason = ("%s is not possible for a job that is %s (%s)"):format(body.status, status, step),
    })
  end
  change.make(job, ctx.settings)
  return assert(json.encode { jobId = job.id, status = body.status })
end

return handlers
