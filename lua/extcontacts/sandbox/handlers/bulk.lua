--- The bulk operations: the handler of the single operation carries out each item,
-- and each item has a result of its own.  What belongs to the request as a whole
-- is here: its limit, the order of the results, and the item's errors.

local api_errors = require "extcontacts.sandbox.api_errors"
local bulk_items = require "extcontacts.sandbox.handlers.bulk_items"
local bulk_results = require "extcontacts.sandbox.handlers.bulk_results"
local dataset = require "extcontacts.sandbox.state.dataset"
local json = require "extcontacts.base.json"
local operations = require "extcontacts.api.operations"
local random = require "extcontacts.sandbox.random"
local rate_windows = require "extcontacts.sandbox.state.rate_windows"

local bulk = {}

local function reject(message)
  api_errors.raise("bad.request", nil, { message = message })
end

-- The items of a request; ends one without items or with too many.
local function items_of(ctx)
  local items = ctx.body.entities
  if type(items) ~= "table" or #items == 0 then
    reject "The field entities must be an array with at least one item."
  end
  local most = ctx.row.batch.max or ctx.settings.bulk_max
  if #items > most then
    reject(("The field entities has %d items, at most %d are allowed."):format(#items, most))
  end
  for number, item in ipairs(items) do
    if type(item) ~= "table" or getmetatable(item) == json.array_mt then
      reject(("The field entities[%d] is not an object."):format(number - 1))
    end
  end
  return items
end

-- Anything but an API error is a defect of the sandbox.
local function on_error(err)
  return api_errors.is(err) and err or debug.traceback(tostring(err), 2)
end

-- Carries out an item.  Returns the item's context and the single operation's
-- JSON, or nil and the error.
local function perform(handlers, ctx, item, fault)
  local item_ctx
  local ok, result = xpcall(function()
    item_ctx = bulk_items.context(ctx, item)
    item_ctx.fault = fault
    return handlers[item_ctx.row.short](item_ctx)
  end, on_error)
  if ok then
    return item_ctx, result
  elseif not api_errors.is(result) then
    error(result, 0)
  end
  return nil, result
end

-- The fault of the request, if it concerns an item; false if it does not.
local function fault_of(ctx, request_number, number)
  local fault = ctx.fault
  if not fault then
    return false
  elseif fault.item and (number < fault.item[1] or number > fault.item[2]) then
    return false
  elseif fault.item_rate and random.share(fault.seed or 1, 56, request_number * 4096 + number) >= fault.item_rate then
    return false
  end
  return fault
end

-- The error that a fault gives an item; nil if none does.
local function error_of(fault)
  if not fault or not fault.item_status then
    return nil
  end
  local err = api_errors.of_status(fault.item_status, fault.item_code)
  err.retryable = fault.retryable
  return err
end

-- Counts the items after the first, which was counted as the request.
local function count_items(ctx, count)
  local settings = ctx.settings
  for _ = 2, settings.bulk_cost == "items" and count or 1 do
    rate_windows.check(ctx.token, settings)
  end
end

local function run(handlers, ctx)
  local items = items_of(ctx)
  count_items(ctx, #items)
  bulk_items.check_all(ctx, items)
  local request_number = dataset.bulk_requests + 1
  dataset.bulk_requests = request_number
  local writes = ctx.row.effect ~= "read"
  ctx.items, ctx.written = #items, writes and json.array {} or nil
  local seen = {}
  local results = {}
  for number, item in ipairs(items) do
    local err = bulk_items.second_error(ctx, item, seen)
    local fault = fault_of(ctx, request_number, number)
    local failure = error_of(fault)
    local item_ctx, result
    if not err and (not failure or fault.item_after) then
      item_ctx, result = perform(handlers, ctx, item, fault)
      err = not item_ctx and result or nil
    end
    if writes and item_ctx then
      ctx.written[#ctx.written + 1] = bulk_results.id(ctx, item, result)
    end
    err = failure or err
    results[number] = err and bulk_results.failure(ctx, item, err) or bulk_results.success(ctx, item, item_ctx, result)
  end
  return bulk_results.envelope(ctx, results, request_number)
end

--- Adds the handlers of all bulk operations.
---@param handlers table<string, fun(ctx): string|nil> changed in place; those of the single operations are called
function bulk.add(handlers)
  for _, row in ipairs(operations.list) do
    if row.batch then
      handlers[row.short] = function(ctx)
        return run(handlers, ctx)
      end
    end
  end
end

return bulk
