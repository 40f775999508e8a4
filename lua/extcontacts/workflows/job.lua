--- What the drivers of the platform's jobs share: a deadline for the whole job, the
-- calls and waits between them, progress, and an error that names the job.

local call = require "extcontacts.call"
local calls = require "extcontacts.call.call"
local cancel_token = require "extcontacts.base.cancel_token"
local errors = require "extcontacts.base.errors"
local file_request = require "extcontacts.api.file_request"
local ids = require "extcontacts.record.normalize.id"
local option_rules = require "extcontacts.base.options"
local outcome = require "extcontacts.api.outcome"

local job = {}

-- Rules of the options that every driver has, for `base.options`.
local OPTIONS = {
  job = { "string" },
  deadline = { "number", default = 3600 },
  poll = { "number", default = 1 },
  on_progress = { "function" },
  cancel = { "table" },
}

--- Returns the rules of a driver's options.
---@param own table<string, table> those of this driver alone; becomes the result
---@return table<string, table>
function job.rules(own)
  for name, rule in pairs(OPTIONS) do
    own[name] = rule
  end
  return own
end

-- The waits between two polls grow by this factor, up to so many seconds.
local GROWTH, LONGEST_WAIT = 1.5, 30

---@class extcontacts.JobProgress what `on_progress` receives
---@field step "created"|"waiting"|"uploading"|"checking"|"continuing"|"downloading"
---@field job string|nil the job's id, once it is known
---@field status string|nil the job's status, in the platform's words
---@field is_unknown boolean|nil whether this client does not know the status; it keeps waiting
---@field err extcontacts.Error|nil why the status could not be read; it keeps waiting

---@class extcontacts.Job
---@field id string|nil
---@field what string "the export"
---@field due number monotonic seconds
local Job = {}
Job.__index = Job

-- Options that name files.
local FILES = { "path", "dry_run_report", "import_report" }
local NUL = "\0"

--- Returns why the arguments of a driver are not valid.
---@param rules table<string, table> from `job.rules`
---@param options any
---@param ... any further arguments, which are not allowed
---@return string|nil misuse
function job.misuse(rules, options, ...)
  local problem = (...) ~= nil and "takes one argument, a table of options" or option_rules.problem(options, rules)
  if problem then
    return problem
  end
  local option_of = {}
  for _, name in ipairs(FILES) do
    local path = options[name]
    if path and path:find(NUL, 1, true) then
      return ("option '%s' must not contain a NUL"):format(name)
    elseif path and option_of[path] then
      return ("options '%s' and '%s' name the same file"):format(option_of[path], name)
    elseif path then
      option_of[path] = name
    end
  end
  if options.cancel ~= nil and not cancel_token.is(options.cancel) then
    return "option 'cancel' must come from ec.cancel_token()"
  elseif options.job == "" then
    return "option 'job' must be a job's id"
  end
end

--- Starts the clock of a job.
---@param ctx extcontacts.ClientContext
---@param what string "the export", for messages
---@param options table
---@return extcontacts.Job
function job.new(ctx, what, options)
  local waiting = calls.idle(ctx, options.cancel)
  local due = ctx.now() + (options.deadline or OPTIONS.deadline.default)
  local around = waiting.runtime.deadline and waiting.runtime.deadline()
  return setmetatable({
    ctx = ctx,
    what = what,
    options = options,
    waiting = waiting,
    id = options.job,
    due = around and math.min(due, around) or due,
  }, Job)
end

--- The seconds until the deadline; raises an error after it.
---@return number
function Job:remaining()
  local left = self.due - self.ctx.now()
  if left <= 0 then
    error(errors.new {
      kind = "job",
      code = "job_deadline",
      message = ("%s has not ended in time%s"):format(self.what,
        self.status and (" (status %s)"):format(self.status) or ""),
      retryable = true,
    }, 0)
  end
  return left
end

--- Reports progress.
---@param step string
---@param fields table|nil becomes the report
function Job:report(step, fields)
  if self.options.on_progress then
    fields = fields or {}
    fields.step, fields.job = step, self.id
    self.options.on_progress(fields)
  end
end

--- Calls an operation; raises its error.
---@param name string short name
---@param ... any its arguments, all of them
---@return any value
function Job:call(name, ...)
  local arguments, count = { ... }, select("#", ...) + 1
  arguments[count] = { deadline = self:remaining(), cancel = self.options.cancel }
  local value, err = call.named(self.ctx, name, count, arguments)
  if err then
    error(err, 0)
  end
  return value
end

--- Reads the job's record; raises its error.
---@param name string short name of the operation
---@return table record
function Job:read(name)
  local record, err = errors.catch(self.call, self, name, self.id)
  if err then
    if outcome.is_absent(err) then
      err.message = ("%s %s does not exist, or the id is that of another job: %s"):format(self.what, self.id,
        err.message)
    end
    error(err, 0)
  elseif type(record.id) == "string" and ids.key(record.id) ~= ids.key(self.id) then
    error(errors.new { kind = "protocol", message = ("the answer is about another job than %s"):format(self.what) }, 0)
  end
  return record
end

-- Whether a status may be readable a little later.
local function is_passing(err)
  local result = outcome.of("read", err)
  return result == "throttled" or result == "unreachable" and outcome.is_temporary(err)
end

--- Reads until there is a result.  Failures that may pass are waited out; others are
-- raised.
---@param read fun(): any
---@param judge fun(value: any): any, table|nil returns the result, or nil and what to report
---@param step string|nil of the report; default "waiting"
---@return any result
function Job:poll(read, judge, step)
  local wait = self.options.poll or OPTIONS.poll.default
  while true do
    local value, err = errors.catch(read)
    local result, report
    if err and (not is_passing(err) or self.ctx.now() >= self.due) then
      self:remaining()
      error(err, 0)
    elseif not err then
      result, report = judge(value)
      if result ~= nil then
        return result
      end
    end
    self.status = report and report.status or self.status
    self:report(step or "waiting", report or { err = err })
    local left = self:remaining()
    local stop = self.waiting:pause(math.min(left, wait * (0.75 + 0.5 * self.ctx.random())), "job")
    if stop then
      error(stop, 0)
    end
    wait = math.min(wait * GROWTH, math.max(LONGEST_WAIT, wait))
  end
end

--- Transfers a file; raises an error.  The client's token goes to no other server than
-- the API (`api.file_request`).
---@param method "GET"|"PUT"|"POST"
---@param url any from an answer
---@param transfer extcontacts.FileArguments `file` and `max_size`, or `text` and `headers`
---@return any value bytes of a download
function Job:transfer(method, url, transfer)
  local target, problem = file_request.target(url, self.ctx.config.base_url)
  if not target then
    error(errors.new { kind = "protocol", message = problem }, 0)
  end
  local left = self:remaining()
  transfer.path, transfer.query, transfer.values = {}, {}, {}
  transfer.options = { timeout = left, deadline = left, cancel = self.options.cancel }
  local value, err = call.perform(self.ctx, file_request.row(method, target), transfer)
  if err then
    error(err, 0)
  end
  return value
end

--- Runs a driver; its errors name the job, with which the caller can resume.
---@param fn fun(self: extcontacts.Job): any
---@return any
---@return extcontacts.Error|nil
function Job:run(fn)
  local result, err = errors.catch(fn, self)
  if not err then
    return result
  end
  err.job = err.job or self.id
  local may_resume = not outcome.is_absent(err) and err.kind ~= "invalid" and (err.kind ~= "job" or err.retryable)
  if self.id and may_resume then
    err.message = ("%s; to resume, use job = \"%s\" (--job %s)"):format(err.message, self.id, self.id)
  end
  return nil, err
end

--- Raises the failure of a job.
---@param status string
---@param reason string|nil
function Job:fail(status, reason)
  local text = type(reason) == "string" and reason ~= "" and require("extcontacts.base.printable").line(reason, 500)
  error(errors.new {
    kind = "job",
    code = status:lower(),
    message = ("%s ended with status %s%s"):format(self.what, status, text and ": " .. text or ""),
  }, 0)
end

return job
