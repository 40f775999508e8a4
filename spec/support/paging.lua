-- Pages of scans and listings, and the records of an iterator, for specs of
-- iterators.
local ec = require "extcontacts"
local fake = require "spec.support.fake"

local paging = {}

--- Records with the ids id-FIRST to id-LAST.
function paging.records(first, last)
  local out = ec.array {}
  for i = first, last do
    out[#out + 1] = { id = "id-" .. i }
  end
  return out
end

--- A page of a scan; the last one has no `after`.
function paging.scan(first, last, after)
  return fake.json(200, { entities = paging.records(first, last), cursors = { after = after } })
end

--- A page of a listing; `more` adds fields to the envelope.
function paging.listing(first, last, more)
  local body = { entities = paging.records(first, last) }
  for name, value in pairs(more or {}) do
    body[name] = value
  end
  return fake.json(200, body)
end

--- The ids of an iterator's remaining records.
function paging.ids(iterator)
  local out = {}
  for record in iterator do
    out[#out + 1] = record.id
  end
  return out
end

--- The ids id-FIRST to id-LAST.
function paging.expected(first, last)
  local out = {}
  for i = first, last do
    out[#out + 1] = "id-" .. i
  end
  return out
end

--- The error object that a function raises.
function paging.raised(fn, ...)
  local ok, err = pcall(fn, ...)
  assert(not ok, "nothing was raised")
  assert(ec.is_error(err), tostring(err))
  return err
end

--- Takes an iterator's next record.
function paging.step(iterator)
  return iterator:next()
end

return paging
