--- Reads the records of a listing: in full, or in part until they are used.

local by_ids = require "extcontacts.fix.source.by_ids"
local candidates = require "extcontacts.fix.source.candidates"
local errors = require "extcontacts.base.errors"
local records = require "extcontacts.record"
local shallow_copy = require "extcontacts.base.shallow_copy"
local types = require "extcontacts.record.types"

local listings = {}

---@class extcontacts.fix.Trial what is known of a record before it is decoded in full
---@field fields string[]|nil that decide whether it is used
---@field accepts (fun(record: table): boolean)|nil those for which it returns false are passed over
---@field needles string[]|nil one of which is in the JSON of each that is accepted, see `record/where`
---@field pass_over fun(count: integer)|nil called with numbers of records that are not accepted because of them

-- After so many records a listing is decoded in full at once, if more than half of them were.
local TRIED = 400

local PARTIAL = "the source's records have only the fields that were selected; a fix needs whole records: remove the "
  .. "option 'fields' or 'raw'"

--- The items of an iterator over records, or of a function like one.
---@param described extcontacts.fix.Source
---@param iterator extcontacts.Iterator|fun(): table|nil
---@param is_partial boolean|nil whether they may be completed
---@param accepts (fun(record: table): boolean)|nil
---@return fun(): extcontacts.fix.Item|nil next_item
function listings.of_iterator(described, iterator, is_partial, accepts)
  local tried, counts = 0, { completed = 0 }
  local function next_record()
    tried = tried + 1
    if tried == TRIED and is_partial and counts.completed > TRIED / 2 then
      iterator:decode_all()
    end
    return iterator()
  end
  return function()
    local record, number = next_record()
    while accepts and record ~= nil and not accepts(record) do
      record, number = next_record()
    end
    if record == nil then
      return nil
    end
    local is_incomplete = records.is_partial(record)
    if is_incomplete and not is_partial then
      errors.raise_invalid(PARTIAL)
    end
    local reference, problem = types.reference(described.kind, record)
    if not reference then
      errors.raise_invalid("the source returned " .. problem)
    end
    number = described.type == "each" and type(number) == "number" and number or nil
    return { record = record, reference = reference, number = number, iterator = is_incomplete and iterator or nil,
      counts = counts }
  end
end

--- Decodes an item's record in full, unless it is.
---@param item extcontacts.fix.Item changed
function listings.complete(item)
  if item.iterator then
    item.record, item.iterator = item.iterator:whole(item.record), nil
    item.counts.completed = item.counts.completed + 1
  end
end

-- The fields together with those that a reference to the record is made of.
local function with_reference(described, fields)
  local out = { "id", not described.kind and "selfUri" or nil }
  for _, name in ipairs(fields) do
    out[#out + 1] = name
  end
  return out
end

-- How many records a listing has: a page of a list says so.  For a scan of all contacts or
-- organizations, one request asks.
local function counter_of(described, client, iterator)
  local asked, total = false, nil
  return function()
    if described.type == "scan" and not asked and not described.options then
      asked, total = true, by_ids.total_of(client, described.listing)
    end
    local page = iterator.page
    return total or page and type(page.total) == "number" and page.total or nil
  end
end

--- Starts to read a listing.  The iterator raises error objects.
---@param described extcontacts.fix.Source
---@param client table
---@param trial extcontacts.fix.Trial|nil
---@return fun(): extcontacts.fix.Item|nil next_item
---@return fun() close
---@return fun(): integer|nil total how many records there are, where that is known
function listings.open(described, client, trial)
  local options = described.options
  if options and options.raw then
    errors.raise_invalid(PARTIAL)
  end
  trial = not (options and options.fields) and trial or {}
  local needles = described.type == "scan" and trial.needles
  local is_partial = trial.fields ~= nil and not needles
  if needles then
    options = shallow_copy(options or {})
    options.raw = "lines"
  elseif is_partial then
    options = shallow_copy(options or {})
    options.fields, options.completable = with_reference(described, trial.fields), true
  end
  local iterator = client[described.method](client, options)
  local next_record = needles and candidates.new(iterator, needles, trial.pass_over) or iterator
  return listings.of_iterator(described, next_record, is_partial, trial.accepts), function()
    iterator:close()
  end, counter_of(described, client, iterator)
end

return listings
