--- The response of a bulk request: one result per item, in another order than
-- the items.

local api_errors = require "extcontacts.sandbox.api_errors"
local json = require "extcontacts.base.json"
local random = require "extcontacts.sandbox.random"

local bulk_results = {}

local ITEM_STATUS = { both = true, item = true }
local ERROR_STATUS = { both = true, error = true }

-- The id of the record in a response; nil without a record.
local function id_of(text)
  return text and json.decode(text).id
end

--- The id of the record that an item has written, as the item names it.
---@param ctx extcontacts.sandbox.Context of the bulk request
---@param item table
---@param text string|nil the single operation's JSON
---@return string|nil
function bulk_results.id(ctx, item, text)
  local is_named = ctx.row.batch.match == "id" and ctx.row.effect ~= "create"
  return is_named and item.id or id_of(text)
end

-- The id of a result: that of the record, or the tracker of an enrich request.
local function result_id(ctx, item, text)
  if ctx.row.batch.match == "tracker" then
    if item.id ~= nil and (not text or ctx.settings.enrich_tracker == "always") then
      return item.id
    end
  elseif item.id ~= nil and ctx.row.effect ~= "create" and ctx.settings.bulk_result_id == "asked" then
    return item.id
  end
  return id_of(text) or ctx.row.effect ~= "create" and item.id or nil
end

local function item_status(ctx, status)
  return ITEM_STATUS[ctx.settings.bulk_statuses] and (',"status":%d'):format(status) or ""
end

local function encode_id(id)
  return type(id) == "string" and ('"id":%s,'):format(json.encode(id)) or ""
end

--- The result of an item that succeeded.
---@param ctx extcontacts.sandbox.Context of the bulk request
---@param item table
---@param item_ctx extcontacts.sandbox.Context of the single operation
---@param text string|nil the single operation's JSON
---@return { text: string, failed: boolean }
function bulk_results.success(ctx, item, item_ctx, text)
  if ctx.row.effect == "delete" then
    text = nil
  end
  local status = ctx.row.effect == "create" and ctx.settings.bulk_add_status or rawget(item_ctx, "status") or 200
  return {
    failed = false,
    text = ('{%s"success":true%s%s}'):format(
      encode_id(result_id(ctx, item, text)), text and ',"entity":' .. text or "", item_status(ctx, status)),
  }
end

-- The value at a path such as `workPhone.display` or `lineId.ids[1]`, as a text.
local function sent_value(item, path)
  local value = item
  for name in tostring(path):gmatch "[^.%[%]]+" do
    if type(value) ~= "table" then
      return nil
    end
    value = value[tonumber(name) or name]
  end
  if value == nil or value == json.null or type(value) == "table" then
    return nil
  end
  return tostring(value)
end

-- The part of a failed item that the error repeats.
local function repeated(ctx, item)
  local effect = ctx.row.effect
  if effect == "read" or effect == "delete" then
    return { id = item.id }
  end
  return item
end

--- The result of an item that failed.
---@param ctx extcontacts.sandbox.Context of the bulk request
---@param item table
---@param err extcontacts.sandbox.ApiError
---@return { text: string, failed: boolean }
function bulk_results.failure(ctx, item, err)
  local message = api_errors.message(err)
  local details = {}
  for index, detail in ipairs(err.details) do
    details[index] = { fieldName = detail.fieldName, value = sent_value(item, detail.fieldName), message = message }
  end
  local retryable = err.retryable
  if retryable == nil then
    retryable = err.status == 429 or err.status >= 500
  end
  return {
    failed = true,
    text = ('{%s"success":false,"error":%s%s}'):format(encode_id(result_id(ctx, item)), assert(json.encode {
      code = err.code,
      message = message,
      status = ERROR_STATUS[ctx.settings.bulk_statuses] and err.status or nil,
      retryable = retryable,
      details = json.array(details),
      entity = repeated(ctx, item),
    }), item_status(ctx, err.status)),
  }
end

-- Shuffles in place.  Two or more results never keep their order, so that no
-- client gets by with it.
local function shuffle(results, seed, number)
  local words = {}
  random.fill(words, #results, seed, 57, number)
  local is_moved = false
  for at = #results, 2, -1 do
    local other = words[at] % at + 1
    is_moved = is_moved or other ~= at
    results[at], results[other] = results[other], results[at]
  end
  if not is_moved then
    table.insert(results, 1, table.remove(results))
  end
end

--- The response.
---@param ctx extcontacts.sandbox.Context
---@param results { text: string, failed: boolean }[] in the order of the items; changed
---@param number integer number of the bulk request, which decides the order
---@return string JSON
function bulk_results.envelope(ctx, results, number)
  if ctx.settings.bulk_order == "shuffled" then
    shuffle(results, ctx.settings.seed, number)
  end
  local texts, failed = {}, {}
  for position, result in ipairs(results) do
    texts[position] = result.text
    if result.failed then
      failed[#failed + 1] = position - 1
    end
  end
  if failed[1] then
    ctx.status = ctx.settings.bulk_failed_status
  end
  return ('{"results":[%s],"errorCount":%d,"errorIndexes":[%s]}'):format(
    table.concat(texts, ","), #failed, table.concat(failed, ","))
end

return bulk_results
