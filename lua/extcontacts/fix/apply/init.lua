--- Applies a plan, and resumes one that stopped: checks that the plan may run on
-- this server, opens its journal and runs it.

local approval = require "extcontacts.fix.approval"
local bulk_api = require "extcontacts.fix.bulk_api"
local errors = require "extcontacts.base.errors"
local errors_csv = require "extcontacts.fix.errors_csv"
local identity = require "extcontacts.fix.identity"
local idset = require "extcontacts.base.idset"
local journal = require "extcontacts.fix.journal"
local options_check = require "extcontacts.base.options"
local pause = require "extcontacts.fix.pause"
local people = require "extcontacts.fix.people"
local planfile = require "extcontacts.fix.planfile"
local run = require "extcontacts.fix.apply.run"
local texts = require "extcontacts.base.text"
local write_choice = require "extcontacts.fix.write_choice"

local apply = {}

---@class extcontacts.fix.ApplyOptions
---@field on_conflict "skip"|"fail"|"rebase"|nil default "skip"
---@field batch integer|"auto"|nil most changes per request, at most 50; default "auto"
---@field write "auto"|extcontacts.fix.WriteName|nil how updates are written; default "auto"
---@field concurrency integer|nil requests at a time; default 2, and 1 without batches
---@field limit integer|nil stop after this many changes
---@field max_errors integer|nil stop once this many changes have failed
---@field error_rate number|nil stop when more than this share fails; default 0.5
---@field allow_irreversible boolean|nil required for a plan that erases records, or merges or promotes contacts
---@field expect string|nil SHA-256 of the approved plan, or its first 12 digits or more: no other plan is applied
---@field same_organization boolean|nil the plan and the client are of the same organization, although their OAuth
--- clients differ or are unknown
---@field retry_failed boolean|nil `resume` only: retry failed changes and conflicts, too
---@field moved boolean|nil `resume` only: continue a journal that is a copy: the original is gone or no longer in use
---@field interrupted (fun(): boolean)|nil called before each change; true stops the run
---@field paused (fun(): boolean)|nil called before each change; true pauses the run; default: whether
--- `PLAN.pause` exists
---@field on_progress (fun(progress: extcontacts.fix.Progress))|nil called after each change

---@class extcontacts.fix.Progress
---@field total integer changes of the plan
---@field settled integer changes with an outcome
---@field counts table<extcontacts.fix.State, integer>
---@field run integer changes that this run has settled
---@field paused boolean

---@class extcontacts.fix.Result
---@field total integer
---@field applied integer
---@field unchanged integer
---@field conflicts integer
---@field failed integer
---@field unknown integer
---@field not_started integer not started, or without an outcome
---@field classes table<extcontacts.fix.Class, integer> applied changes by how far undo can reverse them
---@field diverged integer saved in this run, but the server stored a different value
---@field refused_bulk table<string, string>|nil bulk operations that the API refuses, and why; single requests did
--- their work
---@field stopped string|nil why it stopped before the end: `interrupted`, `limit`, `max_errors`,
--- `error_rate`, `conflict`, `auth`, `try_later`, `io`, `failed`
---@field err extcontacts.Error|nil what stopped it
---@field errors_path string|nil the file that lists what failed

local OPTIONS = {
  on_conflict = { "string", choices = { "skip", "fail", "rebase" } },
  batch = bulk_api.BATCH_RULE,
  write = { "string", choices = write_choice.NAMES },
  concurrency = { "number", least = 1, whole = true },
  limit = { "number", least = 0 },
  max_errors = { "number", least = 0 },
  error_rate = { "number", least = 0 },
  allow_irreversible = { "boolean" },
  expect = { "string" },
  same_organization = { "boolean" },
  retry_failed = { "boolean" },
  moved = { "boolean" },
  interrupted = { "function" },
  paused = { "function" },
  on_progress = { "function" },
}

-- Checks the options.  Errors blame the caller's caller.
local function checked(options)
  options = options or {}
  local misuse = options_check.problem(options, OPTIONS)
  if misuse then
    error(misuse, 3)
  end
  return options
end

-- What a plan does that can't be undone.
local function describe_irreversible(totals)
  local merges, promotions = totals.operations["contact.merge"] or 0, totals.operations["contact.promote"] or 0
  local erases, parts = totals.classes.irreversible - merges - promotions, {}
  parts[#parts + 1] = erases > 0 and ("erases %s"):format(texts.plural(erases, "record")) or nil
  parts[#parts + 1] = merges > 0 and ("merges contacts %s"):format(texts.plural(merges, "time")) or nil
  parts[#parts + 1] = promotions > 0 and ("promotes %s"):format(texts.plural(promotions, "contact")) or nil
  local last = table.remove(parts)
  return #parts > 0 and table.concat(parts, ", ") .. " and " .. last or last
end

-- Why a plan must not run.
local function objection(path, plan, client, options)
  local irreversible = plan.totals.classes.irreversible or 0
  local is_approved, problem = approval.check(path, plan.totals.sha256, options.expect)
  if not is_approved then
    return problem
  elseif plan.totals.rewritten then
    return select(2, errors.invalid(path
      .. ": people were forgotten from this plan, so it can't be applied; plan again", "forgotten"))
  end
  local is_same, err = identity.check(path, plan.header, client, options.same_organization)
  if is_same then
    is_same, err = identity.of(client) -- the journal states it
  end
  if not is_same then
    return err
  elseif irreversible > 0 and not options.allow_irreversible then
    return select(2, errors.invalid(("%s %s, which can't be undone; set allow_irreversible to confirm")
      :format(path, describe_irreversible(plan.totals)), "irreversible"))
  end
end

-- A plan without a journal was never applied; resume must not create one.
local function open_journal(path, plan, resume, options)
  local log, err = nil, journal.misnamed(path, plan.totals.sha256)
  if err then
    return nil, err
  end
  if not resume or journal.exists(path) then
    log, err = journal.open(path, plan, resume and options.moved)
    if not log then
      return nil, err
    end
  end
  local begun = log ~= nil and log.state.runs > 0
  if begun == resume then
    return log
  elseif log then
    log:release()
  end
  if begun then
    return errors.invalid(path .. " has been applied before; resume it", "begun")
  end
  return errors.invalid(path .. " has not been applied yet; apply it", "not_begun")
end

-- The names of erased people are for the approval only.
local function forget_erased(path)
  local ids = idset.new()
  journal.each_erased(journal.path(path), function(id)
    ids:add(id)
  end)
  assert(people.remove(path, function(row)
    return ids:has(row.id)
  end))
end

local function start(client, path, options, resume)
  local plan, err = planfile.check(path)
  if not plan then
    return nil, err
  end
  err = objection(path, plan, client, options)
  if err then
    return nil, err
  end
  local log
  log, err = open_journal(path, plan, resume, options)
  if not log then
    return nil, err
  end
  pause.set(path, false) -- a request to pause is for one run
  local begun = run.new(client, path, plan, log, options)
  begun:go()
  local result = begun:result()
  if plan.totals.classes.irreversible then
    local _, problem = errors.catch(forget_erased, path)
    if problem then
      result.stopped, result.err = result.stopped or "io", result.err or problem
    end
  end
  result.errors_path, err = errors_csv.write(path, log.state.progress.problems)
  if err then
    result.stopped, result.err = result.stopped or "io", result.err or err
  end
  return result
end

--- Applies a plan.
---@param client extcontacts.Client
---@param path string of the plan
---@param options extcontacts.fix.ApplyOptions|nil
---@return extcontacts.fix.Result|nil result nil when nothing was started
---@return extcontacts.Error|nil
function apply.run(client, path, options)
  local set = checked(options)
  return start(client, path, set, false)
end

--- Resumes a plan that stopped.
---@param client extcontacts.Client
---@param path string of the plan
---@param options extcontacts.fix.ApplyOptions|nil
---@return extcontacts.fix.Result|nil result nil when nothing was started
---@return extcontacts.Error|nil
function apply.resume(client, path, options)
  local set = checked(options)
  return start(client, path, set, true)
end

return apply
