--- What the answer of a bulk request says about each item.  Results come in any order;
-- `errorIndexes` counts results and not items, and is not needed.  An item whose
-- result can't be determined gets a problem, and never another item's result.  Pure.

local content = require "extcontacts.iterate.many.content"
local ids = require "extcontacts.record.normalize.id"
local merge_set = require "extcontacts.record.merge_set"
local text = require "extcontacts.base.text"

local results = {}

---@class extcontacts.ItemResult
---@field record any of a success; `true` for a delete
---@field failure table|nil the item's error, as the server sent it
---@field problem string|nil why the result is not known
---@field is_missing boolean|nil with `problem`: the answer has nothing that could be the item's result
---@field is_failed boolean|nil with `problem`: the item certainly failed
---@field status integer|nil
---@field resolved_id string|nil

local function table_at(value, name)
  local inner = type(value) == "table" and value[name]
  return type(inner) == "table" and inner or nil
end

-- A status of HTTP, also one that is written as a text.
local function read_status(value)
  local status = type(value) == "string" and value:find "^%d%d%d$" and tonumber(value) or value
  if type(status) == "number" and status >= 100 and status <= 599 and status == math.floor(status) then
    return status
  end
end

local function status_of(result)
  local failure = table_at(result, "error")
  return failure and read_status(failure.status) or read_status(result.status)
end

local BOOLEANS = { [true] = true, [false] = false, ["true"] = true, ["false"] = false }

-- What a result says of its success; nil if it says nothing.
local function claim_of(result)
  local claim = result.success
  if type(claim) == "string" then
    claim = claim:lower()
  end
  return BOOLEANS[claim]
end

-- Whether a result has an error, of any type.
local function has_error(result)
  return type(result.error) == "string" or table_at(result, "error") ~= nil
end

-- Whether an item succeeded.  Every field of a result is optional.
local function is_success(result)
  local claim = claim_of(result)
  if has_error(result) then
    return false
  elseif claim ~= nil then
    return claim
  end
  local status = status_of(result)
  return table_at(result, "entity") ~= nil or status ~= nil and status < 300
end

local function failed(result)
  local failure = table_at(result, "error")
  if not failure and has_error(result) then
    failure = { message = result.error }
  end
  return { failure = failure or {}, status = status_of(result) }
end

-- The result of a single item; `kind`, its verb and resource.
local function read(kind, entry, result, is_dry_run)
  if claim_of(result) and has_error(result) then
    return { problem = "its result is a success with an error" }
  elseif not is_success(result) then
    return failed(result)
  elseif kind.verb == "delete" then
    return { record = true, status = status_of(result) }
  end
  local record = table_at(result, "entity")
  if not record then
    return { problem = "its result is a success without a record" }
  elseif type(record.id) ~= "string" and not is_dry_run then
    return { problem = "its result is a record without an id" }
  end
  local outcome = { record = record, status = status_of(result) }
  if (kind.verb == "get" or kind.verb == "update") and ids.key(record.id) ~= entry.id then
    if kind.space ~= "contacts" then
      return { problem = "its result is a record with another id" }
    end
    outcome.resolved_id = record.id
  end
  return outcome
end

-- The item that a result names: by its id, or by that of its record or its error's.
local function named_entry(by_id, result, key)
  local failure = table_at(result, "error")
  for _, place in ipairs { result, table_at(result, "entity") or false, failure and table_at(failure, "entity")
    or false } do
    local id = place and place.id
    local entry = type(id) == "string" and by_id[key(id)]
    if entry then
      return entry
    end
  end
end

-- Takes a result whose contact says that the item's contact was merged into it: one
-- that names no item, or a second one for the same item.  A read may share one.
local function merged_result(kind, entry, answers, strays)
  for index, result in ipairs(strays) do
    if merge_set.contains(table_at(result, "entity"), entry.id) then
      return table.remove(strays, index)
    end
  end
  for _, list in pairs(answers) do
    local last = list[#list]
    if (#list > 1 or kind.verb == "get") and merge_set.contains(table_at(last, "entity"), entry.id) then
      return #list > 1 and table.remove(list) or last
    end
  end
end

-- Two contacts of a batch may have been merged into a third.
local function match_merged(kind, batch, answers, strays)
  local found = {}
  for _, entry in ipairs(batch) do
    if not answers[entry] then
      local result = merged_result(kind, entry, answers, strays)
      found[#found + 1] = result and { entry, result } or nil
    end
  end
  for _, pair in ipairs(found) do
    answers[pair[1]] = { pair[2] }
  end
end

local function itself(id)
  return id
end

local function match_by_id(kind, batch, list, is_dry_run)
  local key = kind.verb == "enrich" and itself or ids.key
  local by_id, answers, strays, outcomes = {}, {}, {}, {}
  for _, entry in ipairs(batch) do
    by_id[entry.id] = entry
  end
  for _, result in ipairs(list) do
    local entry = named_entry(by_id, result, key)
    local own = entry and (answers[entry] or {}) or strays
    own[#own + 1] = result
    if entry then
      answers[entry] = own
    end
  end
  if kind.space == "contacts" and (kind.verb == "get" or kind.verb == "update") then
    match_merged(kind, batch, answers, strays)
  end
  for _, entry in ipairs(batch) do
    local own = answers[entry] or {}
    if #own == 1 then
      outcomes[entry] = read(kind, entry, own[1], is_dry_run)
    elseif #own > 1 then
      outcomes[entry] = { problem = ("the answer has %d results for it"):format(#own) }
    else
      outcomes[entry] = {
        problem = "the answer has no result for it"
          .. (#strays > 0 and (", but %s for something else"):format(text.plural(#strays, "result")) or ""),
        is_missing = #strays == 0,
      }
    end
  end
  return outcomes
end

-- What the items without a result got, if all results that are left are failures.
local function left_failures(strays, count)
  local first = strays[1]
  local is_same = #strays == count
  for _, stray in ipairs(strays) do
    if stray.is_success then
      return nil
    end
    local failure, other = stray.outcome.failure, first.outcome.failure
    is_same = is_same and failure.code == other.code and stray.outcome.status == first.outcome.status
  end
  if is_same then
    return first.outcome
  elseif #strays == count then
    return { problem = "it failed, but the answer does not say which of several errors is its own", is_failed = true }
  end
end

-- Two items can't have become one record.
local function refuse_shared(batch, outcomes)
  local entry_of = {}
  for _, entry in ipairs(batch) do
    local record = outcomes[entry].record
    local key = record and ids.key(record.id)
    local other = key and entry_of[key]
    if other then
      outcomes[entry] = { problem = "its result has the id of another item's result" }
      outcomes[other] = outcomes[entry]
    elseif key then
      entry_of[key] = entry
    end
  end
end

local function match_by_content(kind, batch, list, marker)
  local parsed = {}
  for index, result in ipairs(list) do
    local outcome = read(kind, {}, result)
    local failure = outcome.failure
    parsed[index] = {
      is_success = failure == nil, outcome = outcome,
      record = failure and table_at(failure, "entity") or not failure and table_at(result, "entity") or nil,
    }
  end
  local found, strays = content.match(kind.model, batch, parsed, marker)
  local outcomes, open = {}, {}
  for _, entry in ipairs(batch) do
    outcomes[entry] = found[entry] and found[entry].outcome
    open[#open + 1] = not outcomes[entry] and entry or nil
  end
  local shared = #strays > 0 and left_failures(strays, #open)
  for _, entry in ipairs(open) do
    outcomes[entry] = shared or {
      problem = #strays == 0 and "the answer has no result for it"
        or "the answer has results that can't be matched to an item",
      is_missing = #strays == 0,
    }
  end
  refuse_shared(batch, outcomes)
  return outcomes
end

--- Reads the answer of a bulk request.
---@param kind extcontacts.ManyKind
---@param batch extcontacts.ManyEntry[]
---@param value any the decoded answer
---@param options { marker: string|nil, dry_run: boolean|nil }
---@return table<extcontacts.ManyEntry, extcontacts.ItemResult>|nil
---@return string|nil problem the answer is not that of a bulk request
function results.match(kind, batch, value, options)
  local list = table_at(value, "results")
  if not list then
    return nil, "the answer has no results"
  elseif kind.verb == "create" then
    return match_by_content(kind, batch, list, options.marker)
  end
  return match_by_id(kind, batch, list, options.dry_run)
end

return results
