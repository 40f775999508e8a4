--- Import jobs: their steps by the sandbox's clock, and their reports.
--
-- A job is validated in the background as soon as it begins, and imports in the
-- background as soon as it continues; the clock decides when the API says so.

local background = require "extcontacts.sandbox.state.background"
local csv = require "extcontacts.base.csv"
local dataset = require "extcontacts.sandbox.state.dataset"
local file_links = require "extcontacts.sandbox.state.file_links"
local import_mapping = require "extcontacts.sandbox.handlers.import_mapping"
local import_rows = require "extcontacts.sandbox.handlers.import_rows"
local random = require "extcontacts.sandbox.random"
local server_clock = require "extcontacts.sandbox.state.server_clock"

local import_jobs = {}

-- The share of the first step in which a job is only Created.
local CREATED_SHARE = 0.2

local REPORT_HEADER = { "line", "result", "message" }

-- The report of rows that were checked or carried out, the rows in the file's order.
local function report_of(job, results)
  table.sort(results, function(a, b)
    return a.line < b.line
  end)
  local report = { success = 0, failed = 0 }
  local lines = { csv.line(REPORT_HEADER, 3, true) }
  for _, result in ipairs(results) do
    local key = result.problem and "failed" or "success"
    report[key] = report[key] + 1
    if result.problem or job.settings.import_report == "all" then
      lines[#lines + 1] = csv.line({ tostring(result.line), key, result.problem or "" }, 3, true)
    end
  end
  report.file = file_links.add { name = "report.csv", text = table.concat(lines) }
  return report
end

-- A record that occurs twice in a file is updated in no fixed order.
local function in_order(job, rows)
  local ordered, keys = {}, {}
  for number, row in ipairs(rows) do
    ordered[number] = row
    keys[row] = job.settings.import_order == "file" and number or random.hash(dataset.seed, 88, row.line)
  end
  table.sort(ordered, function(a, b)
    if keys[a] == keys[b] then
      return a.line < b.line
    end
    return keys[a] < keys[b]
  end)
  return ordered
end

local function import(job, pause)
  local results, rows = {}, in_order(job, job.file.rows)
  local count = job.outcome == "late_failure" and math.floor(#rows / 2) or #rows
  for number = 1, count do
    if job.cancelled then
      break
    end
    results[number] = import_rows.carry_out(job, rows[number])
    pause()
  end
  job.imported = report_of(job, results)
end

-- Why the file cannot be imported at all; nil if it can.
local function problem_of(job)
  if job.outcome == "failure" then
    return "The job failed."
  elseif not job.file.encoding_valid then
    return "The file is not UTF-8."
  elseif not job.file.separator_valid then
    return "The separator is not a comma."
  elseif not job.file.header[1] then
    return job.file.errors[1] and job.file.errors[1].message or "The file has no columns."
  end
  for _, mapping in ipairs(job.mappings) do
    if not mapping.column then
      return ("The file has no column '%s'."):format(mapping.source)
    end
  end
end

local function validate(job, pause)
  job.mappings = import_mapping.of(job.csv_settings, job.import, job.file.header)
  job.problem = job.forbidden or problem_of(job)
  if job.problem then
    return
  end
  local results = {}
  for number, row in ipairs(job.file.rows) do
    if job.cancelled then
      return
    end
    results[number] = import_rows.check(job, row)
    pause()
  end
  job.checked = report_of(job, results)
  if job.settings.import_wait == "run" and job.outcome ~= "never" then
    import(job, pause)
  end
end

--- Begins a job, or begins it again.
---@param job table file, csv_settings, import, division, client
---@param settings table<string, any>
function import_jobs.start(job, settings)
  job.settings, job.outcome, job.time = settings, settings.job_outcome, settings.job_time
  job.started = server_clock.now()
  job.continued, job.cancelled, job.problem, job.checked, job.imported = nil, nil, nil, nil, nil
  job.validation = background.start(function(pause)
    validate(job, pause)
  end)
  job.importing = nil
end

--- The status of a job and its step.
---@param job table
---@return string status
---@return string|nil step
---@return string|nil details
function import_jobs.status(job)
  local now = server_clock.now()
  if job.cancelled then
    return "Cancelled", job.cancelled
  elseif now < job.started + job.time * CREATED_SHARE then
    return "Created", "Validating"
  elseif job.outcome == "never" or now < job.started + job.time or not background.wait(job.validation) then
    return "Running", "Validating"
  end
  if job.problem or job.validation.failed then
    return "Failed", "Validating", job.problem or "The job failed."
  end
  local continued = job.continued or (job.settings.import_wait == "run" and job.started + job.time)
  if not continued then
    return "Running", "Validated"
  elseif now < continued + job.time or not background.wait(job.importing or job.validation) then
    return "Running", "Importing"
  end
  if job.outcome == "late_failure" or (job.importing or job.validation).failed then
    return "Failed", "Importing", "The job failed."
  end
  return "Completed", "Importing"
end

--- Lets a validated job import.
---@param job table
function import_jobs.continue(job)
  job.continued = server_clock.now()
  job.importing = background.start(function(pause)
    import(job, pause)
  end)
end

--- Cancels a job; what it has imported stays.
---@param job table
function import_jobs.cancel(job)
  local _, step = import_jobs.status(job)
  job.cancelled = step
end

--- The counts and reports of a job.
---@param job table
---@param settings table<string, any>
---@param status string
---@param step string
---@return table
function import_jobs.metadata(job, settings, status, step)
  local metadata = { fileName = job.file_name }
  local function add(report, prefix)
    if report then
      metadata[prefix .. "SuccessCount"] = report.success
      metadata[prefix .. "FailedCount"] = report.failed
      metadata[prefix .. "ReportDownloadUrl"] = file_links.url(settings, "GET", report.file)
    end
  end
  if step ~= "Validating" then
    add(job.checked, "dryRun")
  end
  if step == "Importing" and status ~= "Running" then
    add(job.imported, "import")
  end
  return metadata
end

return import_jobs
