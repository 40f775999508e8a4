--- Samples of records, and the error of a share in them.  Pure.
--
-- A cursor can't jump, so that a sample of a scan can only be its first records: few
-- requests, but not a random choice.  The records of a file are chosen at random.

local sample = {}

-- Standard errors of a 95 % interval.
local TWO_SIDED = 1.96
-- Standard errors by which the two halves of a sample may differ by chance; with 100 fields
-- one in 300 samples exceeds it.
local SUSPICIOUS = 4
-- Where the sequence of random numbers starts: the same file gives the same sample.
local SEED = 17

---@class extcontacts.data_profile.Sample
---@field method "first"|"random"
---@field size integer records that were asked for
---@field of integer|nil records from which they were chosen, if known
---@field taken integer
---@field complete boolean whether these are all records, so that there is no error

--- The first records.
---@param next_record fun(): table|nil
---@param size integer
---@return fun(): table|nil next_record
---@return extcontacts.data_profile.Sample
function sample.first(next_record, size)
  local self = { method = "first", size = size, taken = 0, complete = false }
  return function()
    if self.taken == size then
      return nil
    end
    local record = next_record()
    self.complete = record == nil
    self.taken = self.taken + (record and 1 or 0)
    return record
  end, self
end

-- Numbers from 0 up to 1 (Park and Miller).
local function generator()
  local state = SEED
  return function()
    state = state * 16807 % 2147483647
    return state / 2147483647
  end
end

--- A random choice of which each set of `size` records is equally likely (Knuth's
-- algorithm S).
---@param next_record fun(): table|nil
---@param size integer
---@param total integer records that `next_record` returns
---@return fun(): table|nil next_record
---@return extcontacts.data_profile.Sample
function sample.random(next_record, size, total)
  local self = { method = "random", size = size, of = total, taken = 0, complete = size >= total }
  local seen, random = 0, generator()
  return function()
    while self.taken < size do
      local record = next_record()
      if not record then
        return nil
      end
      local is_taken = random() * (total - seen) < size - self.taken
      seen = seen + 1
      if is_taken then
        self.taken = self.taken + 1
        return record
      end
    end
  end, self
end

--- The 95 % interval of a share (Wilson), as far as chance goes.
---@param count integer
---@param records integer in the sample
---@param of integer|nil records from which they were chosen at random
---@return number low
---@return number high
function sample.interval(count, records, of)
  if records == 0 then
    return 0, 1
  end
  local z = TWO_SIDED * (of and of > 1 and math.sqrt(math.max(0, (of - records) / (of - 1))) or 1)
  local share, square = count / records, z * z
  local middle = (share + square / (2 * records)) / (1 + square / records)
  local half = z / (1 + square / records) * math.sqrt(share * (1 - share) / records + square / (4 * records * records))
  return math.max(0, middle - half), math.min(1, middle + half)
end

--- Whether the two halves of a sample differ more than chance explains.
---@param first integer of the first half
---@param all integer of both
---@param first_records integer in the first half
---@param records integer in both
---@return boolean
function sample.differs(first, all, first_records, records)
  local second, second_records = all - first, records - first_records
  if first_records == 0 or second_records == 0 then
    return false
  end
  local share = all / records
  local deviation = math.sqrt(share * (1 - share) * (1 / first_records + 1 / second_records))
  return deviation > 0 and math.abs(first / first_records - second / second_records) > SUSPICIOUS * deviation
end

return sample
