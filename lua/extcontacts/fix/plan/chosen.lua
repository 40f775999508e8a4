--- The records that the caller of a plan has chosen by their ids.

local by_ids = require "extcontacts.fix.source.by_ids"
local errors = require "extcontacts.base.errors"
local id_reader = require "extcontacts.record.normalize.id"
local idset = require "extcontacts.base.idset"
local types = require "extcontacts.record.types"

local chosen = {}

local ELSEWHERE = "not among the records of the fix's source"

---@class extcontacts.fix.Chosen
---@field ids string[] each once, in normal form
local Chosen = {}
Chosen.__index = Chosen

--- Starts with ids.  Raises an error object for one that can't be read.
---@param ids string[]
---@return extcontacts.fix.Chosen
function chosen.new(ids)
  local self = setmetatable({ ids = {}, wanted = idset.new(), seen = idset.new() }, Chosen)
  for index, text in ipairs(ids) do
    local id, reason = id_reader.read(text)
    if not id then
      errors.raise_invalid(("option 'ids': item %d is %s"):format(index, reason), "ids")
    elseif self.wanted:add(id) then
      self.ids[#self.ids + 1] = id
    end
  end
  return self
end

-- Whether reading the records by their ids gives what the source gives.
local function is_plain_scan(described)
  for name in pairs(described.options or {}) do
    if name ~= "limit" then
      return false
    end
  end
  return described.type == "scan"
end

--- Opens a source: reads the chosen records instead of all, if it is a scan.
---@param client extcontacts.Client
---@param described extcontacts.fix.Source
---@return (fun(): extcontacts.fix.Item|nil)|nil next_item nil if the source has to be read
---@return fun()|nil close
function Chosen:open(client, described)
  if not is_plain_scan(described) then
    return nil
  end
  local reader = by_ids.open(client, described.listing, self.ids)
  self.reason = by_ids.ABSENT
  return function()
    local record = reader:next()
    if not record then
      self.absent = reader.absent
      return nil
    end
    local reference, problem = types.reference(described.kind, record)
    if not reference then
      errors.raise_invalid("the server returned " .. problem)
    end
    return { record = record, reference = reference }
  end, function()
    reader:close()
  end
end

--- Whether a record is chosen.
---@param id string|nil
---@return boolean
function Chosen:has(id)
  id = id and id_reader.key(id)
  if not id or not self.wanted:has(id) then
    return false
  end
  self.seen:add(id)
  return true
end

--- The ids of which the source had no record, and why.
---@return string[] ids
---@return string reason
function Chosen:missing()
  if self.absent then
    return self.absent, self.reason
  end
  return self.seen:missing(self.ids), ELSEWHERE
end

return chosen
