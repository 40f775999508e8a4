--- How many items a bulk request may have.  The API documents this for enrich alone,
-- so the size starts low and grows.  Remembered for each client and operation, for the
-- client's lifetime, as is whether its token may use the bulk operation at all.

local sizes = {}

--- Items of the first request.
sizes.FIRST = 10

---@class extcontacts.BatchSize
---@field size integer what is tried next
---@field ceiling number the largest size that is not known to be too large
---@field most integer|nil documented maximum
---@field refusal extcontacts.Error|nil with which the API refused the bulk operation itself

--- The memory of a client for a bulk operation.
---@param ctx extcontacts.ClientContext
---@param row extcontacts.Operation
---@return extcontacts.BatchSize
function sizes.of(ctx, row)
  ctx.batch_sizes = ctx.batch_sizes or {}
  local memory = ctx.batch_sizes[row.name]
  if not memory then
    memory = { size = sizes.FIRST, ceiling = math.huge, most = row.batch.max }
    ctx.batch_sizes[row.name] = memory
  end
  return memory
end

--- The number of items of the next batch.
---@param memory extcontacts.BatchSize
---@param batch_max integer
---@return integer
function sizes.next(memory, batch_max)
  if memory.refusal then
    return 1 -- single calls, each of which settles one item
  end
  return math.min(memory.size, memory.ceiling, memory.most or batch_max, batch_max)
end

--- Notes that the server accepted a batch.
---@param memory extcontacts.BatchSize changed
---@param count integer its items
function sizes.accepted(memory, count)
  if count >= memory.size then
    memory.size = math.min(count * 2, memory.ceiling)
  end
end

--- Notes that the server rejects a batch for its size.
---@param memory extcontacts.BatchSize changed
---@param count integer its items
function sizes.too_large(memory, count)
  memory.ceiling = math.min(memory.ceiling, math.max(1, math.floor(count / 2)))
  memory.size = math.min(memory.size, memory.ceiling)
end

return sizes
