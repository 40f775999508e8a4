--- Exports: jobs that write records to a file of the other origin.
--
-- A job runs by the sandbox's clock.  The file is written in the background as
-- soon as the job begins, and contains the records as they are then.

local after_listing = require "extcontacts.sandbox.handlers.after_listing"
local api_errors = require "extcontacts.sandbox.api_errors"
local background = require "extcontacts.sandbox.state.background"
local csv = require "extcontacts.base.csv"
local dataset = require "extcontacts.sandbox.state.dataset"
local dates = require "extcontacts.base.dates"
local division_rules = require "extcontacts.sandbox.handlers.division_rules"
local export_columns = require "extcontacts.sandbox.handlers.export_columns"
local export_filter = require "extcontacts.sandbox.handlers.export_filter"
local file_links = require "extcontacts.sandbox.state.file_links"
local json = require "extcontacts.base.json"
local locate = require "extcontacts.sandbox.handlers.locate"
local record_body = require "extcontacts.sandbox.handlers.record_body"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local server_clock = require "extcontacts.sandbox.state.server_clock"

-- Resource → model of its exports and records, and the types of its records.
local KINDS = {
  contacts = { model = "ContactsExport", of = "ExternalContact", types = { "contact" } },
  notes = { model = "NotesExport", of = "Note", types = { "contact_note", "organization_note" } },
  organizations = { model = "OrganizationsExport", of = "ExternalOrganization", types = { "organization" } },
  relationships = { model = "RelationshipsExport", of = "Relationship", types = { "relationship" } },
}

local DEFAULT_LIMIT = 180000000

-- The values of `job_outcome` with which an export fails.
local FAILURES = { failure = true, late_failure = true }

-- The date that a record without dates has had since the seed.
local SEEDED_AT = "2020-01-01T00:00:00.000Z"

-- A record with what the filters and columns need beside its own fields.
local function complete(records, index)
  local record = records:record(index)
  local owner = record and records.name:match "^(%a+)_note$"
  if owner then
    record.entityId = dataset.collections[owner]:id(records:owner(index))
    record.entityType = owner
  end
  return record
end

-- Relationships have no dates; the filters compare those of their writes.
local function dated(records, index, record)
  if record.createDate then
    return record
  end
  local written = records.written[index] or {}
  return setmetatable({
    createDate = written.created or SEEDED_AT,
    modifyDate = written.modified or SEEDED_AT,
  }, { __index = record })
end

local function write_file(job, pause)
  local count = 0
  local names = export_columns.names(job.kind.of, job.kind.types[1], job.columns)
  local lines = { csv.line(names, #names, true) }
  for _, type_name in ipairs(job.kind.types) do
    local records = dataset.collections[type_name]
    for index = 0, job.ends[type_name] - 1 do
      local record = count < job.limit and complete(records, index)
      if record and (not job.sees or job.sees(records, index)) and job.test(dated(records, index, record)) then
        count = count + 1
        lines[#lines + 1] = csv.line(export_columns.cells(record, names), #names, true)
      end
      pause()
    end
  end
  job.file.text = table.concat(lines)
  job.rows = count
end

local function due_at(job)
  return job.outcome == "never" and math.huge or job.started + job.time
end

-- The job as the API shows it; waits for the file, if it is late.
local function public(ctx, job)
  local record = {
    id = job.id,
    divisionIds = job.body.divisionIds,
    queryConditions = job.body.queryConditions,
    createdBy = { id = job.client },
    dateCreated = job.created,
    status = "RUNNING",
    selfUri = ("%s%s/exports/%s"):format(dataset.base_path, job.resource, job.id),
  }
  if server_clock.now() >= due_at(job) and background.wait(job.task) then
    record.dateCompletion = dates.text(math.floor(due_at(job))):gsub("Z$", ".000Z")
    if job.task.failed or FAILURES[job.outcome] then
      record.status = "FAILED"
      return record
    end
    record.status = "SUCCEEDED"
    record.resultRowCount = job.rows
    record.downloadUrl = file_links.url(ctx.settings, "GET", job.file)
  end
  return record
end

local handlers = {}

for resource, kind in pairs(KINDS) do
  handlers[resource .. ".exports.create"] = function(ctx)
    local body = record_body.read(ctx, kind.model)
    local conditions = body.queryConditions or {}
    local ends = {}
    for _, type_name in ipairs(kind.types) do
      ends[type_name] = dataset.collections[type_name].next
    end
    local job = {
      id = record_ids.make(dataset.type_numbers.export, #dataset.exports),
      resource = resource,
      kind = kind,
      body = body,
      client = ctx.client.id,
      test = export_filter.test(conditions.filters),
      sees = division_rules.test(ctx, body.divisionIds or {}),
      limit = conditions.limit or DEFAULT_LIMIT,
      columns = ctx.settings.export_columns,
      ends = ends,
      started = server_clock.now(),
      created = server_clock.iso(),
      time = ctx.settings.job_time,
      outcome = ctx.settings.job_outcome,
      file = file_links.add { name = resource .. ".csv" },
    }
    dataset.exports[#dataset.exports + 1] = job
    local text = assert(json.encode(public(ctx, setmetatable({ outcome = "never" }, { __index = job }))))
    job.task = background.start(function(pause)
      write_file(job, pause)
    end)
    return text
  end

  handlers[resource .. ".exports.get"] = function(ctx)
    locate.check_uuid(ctx, ctx.arguments.exportId)
    local index = record_ids.index(dataset.type_numbers.export, ctx.arguments.exportId)
    local job = index and dataset.exports[index + 1]
    if not job or job.resource ~= resource then
      api_errors.raise("not.found")
    end
    return assert(json.encode(public(ctx, job)))
  end

  handlers[resource .. ".exports.list"] = function(ctx)
    local texts, wanted = {}, {}
    for _, id in ipairs(ctx.query.divisionIds or {}) do
      wanted[id] = true
    end
    for _, job in ipairs(dataset.exports) do
      local listed = next(wanted) == nil
      for _, id in ipairs(job.body.divisionIds or {}) do
        listed = listed or wanted[id]
      end
      if job.resource == resource and listed then
        texts[#texts + 1] = assert(json.encode(public(ctx, job)))
      end
    end
    return after_listing(ctx, texts, ctx.settings.export_page_size, 100)
  end
end

return handlers
