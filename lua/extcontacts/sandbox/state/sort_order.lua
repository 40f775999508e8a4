--- Sorts records by a field.  Records with equal keys stay in the order of
-- their indexes, whatever the direction.

local ffi = require "ffi"
local latin_text = require "extcontacts.sandbox.latin_text"
local text = require "extcontacts.base.text"

local sort_order = {}

--- The sort key of a record: without regard to case and surrounding spaces;
-- records without the field come last.
---@param record table
---@param field string
---@return string
function sort_order.key(record, field)
  local value = record[field]
  if type(value) ~= "string" then
    return "\255"
  end
  return text.trim(latin_text.lower(value))
end

--- Sorts indexes by their keys.
---@param indexes integer[] sorted in place
---@param keys table<integer, string> index → key
---@param descending boolean
---@return integer[] indexes
function sort_order.sort(indexes, keys, descending)
  table.sort(indexes, function(a, b)
    local left, right = keys[a], keys[b]
    if left == right then
      return a < b
    elseif descending then
      return left > right
    end
    return left < right
  end)
  return indexes
end

---@class extcontacts.sandbox.SeededOrder
---@field keys string[] the distinct keys, ascending
---@field heads table<string, integer> key → its first record
---@field following ffi.cdata* index → the next record with the same key, or -1

--- The order of all seeded records.  Few keys are distinct, so the keys are
-- sorted instead of the records.
---@param count integer number of seeded records
---@param fields fun(index: integer): table
---@param field string
---@return extcontacts.sandbox.SeededOrder
function sort_order.of_seeded(count, fields, field)
  local heads, tails, keys = {}, {}, {}
  local following = ffi.new("int32_t[?]", count + 1)
  for index = 0, count - 1 do
    local key = sort_order.key(fields(index), field)
    local tail = tails[key]
    following[index] = -1
    if tail then
      following[tail] = index
    else
      keys[#keys + 1] = key
      heads[key] = index
    end
    tails[key] = index
  end
  table.sort(keys)
  return { keys = keys, heads = heads, following = following }
end

--- The first records of all: the seeded ones that were not written, merged with
-- the written ones.
---@param order extcontacts.sandbox.SeededOrder
---@param is_written fun(index: integer): boolean whether a seeded record was written since
---@param written integer[] the written records that exist, in their order
---@param keys table<integer, string> their keys
---@param descending boolean
---@param most integer number of records to return
---@return integer[]
function sort_order.first(order, is_written, written, keys, descending, most)
  local found, next_written = {}, 1
  local from, to, step = 1, #order.keys, 1
  if descending then
    from, to, step = to, 1, -1
  end
  for position = from, to, step do
    local key = order.keys[position]
    local index = order.heads[key]
    while index ~= -1 and #found < most do
      local candidate = written[next_written]
      local candidate_key = candidate and keys[candidate]
      local comes_first = candidate
        and (candidate_key == key and candidate < index
          or candidate_key ~= key and (candidate_key < key) ~= descending)
      if comes_first then
        found[#found + 1] = candidate
        next_written = next_written + 1
      else
        if not is_written(index) then
          found[#found + 1] = index
        end
        index = order.following[index]
      end
    end
  end
  while #found < most and written[next_written] do
    found[#found + 1] = written[next_written]
    next_written = next_written + 1
  end
  return found
end

return sort_order
