-- A client over a small API of records with bulk operations, whose results come in
-- reverse order: for specs of `*_many`.
--
--   local self = bulk.client { answer = function(operation, items, request) … end }
--   self.client, self.requests, self.store, self.batches -- "contacts 10", "contacts/add 2", …
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local timed = require "spec.support.timed"

local bulk = {}

--- The n-th id.
function bulk.id(n)
  return ("%08x-0000-4000-8000-%012x"):format(n, n)
end

function bulk.ids(count)
  local list = {}
  for n = 1, count do
    list[n] = bulk.id(n)
  end
  return list
end

-- The time of the client that was created last, which is also the server's.
local clock = { time = 1000 }

local function clock_text(format)
  local seconds = math.floor(clock.time - 1000)
  return format:format(math.floor(seconds / 3600), math.floor(seconds / 60) % 60, seconds % 60)
end

-- With the server's clock, which looking for a record needs.
local function headers()
  return {
    ["content-type"] = "application/json", date = clock_text "Mon, 30 Nov 2026 %02d:%02d:%02d GMT",
    ["inin-correlation-id"] = "c-1",
  }
end

--- Results of an envelope, as they come: a bulk answer.
function bulk.answer(results)
  local failed, indexes = 0, ec.array {}
  for index, result in ipairs(results) do
    if not result.success then
      failed = failed + 1
      indexes[#indexes + 1] = index - 1
    end
  end
  return fake.json(200, { results = ec.array(results), errorCount = failed, errorIndexes = indexes }, headers())
end

--- A result that failed.
function bulk.failed(item, status, code, more)
  local result = {
    id = item.id, success = false, status = status,
    error = { code = code or "bad.item", message = "the item failed", status = status, entity = item },
  }
  for name, value in pairs(more or {}) do
    result.error[name] = value
  end
  return result
end

--- A result with a record.
function bulk.succeeded(record, id, status)
  return { id = id or record.id, success = true, status = status or 200, entity = record }
end

local function copy(record, more)
  local out = {}
  for name, value in pairs(record) do
    out[name] = value
  end
  for name, value in pairs(more or {}) do
    out[name] = value
  end
  return out
end

-- Operation → what becomes of an item.
local PERFORM = {}

local function get(self, item)
  local record = self.store[item.id]
  return record and bulk.succeeded(record) or bulk.failed(item, 404, "not.found")
end

function PERFORM.add(self, item)
  self.created = self.created + 1
  local record = copy(item, {
    id = bulk.id(100000 + self.created), createDate = clock_text "2026-11-30T%02d:%02d:%02d.000Z",
  })
  self.store[record.id] = record
  return bulk.succeeded(record, nil, 201)
end

function PERFORM.update(self, item)
  if not self.store[item.id] then
    return bulk.failed(item, 404, "not.found")
  end
  self.store[item.id] = item
  return bulk.succeeded(item)
end

function PERFORM.remove(self, item)
  if not self.store[item.id] then
    return bulk.failed(item, 404, "not.found")
  end
  self.store[item.id] = nil
  return { id = item.id, success = true, status = 204 }
end

function PERFORM.enrich(self, item)
  self.created = self.created + 1
  local record = copy(item.contact or item.externalOrganization or {}, { id = bulk.id(200000 + self.created) })
  self.store[record.id] = record
  return bulk.succeeded(record, item.id, 201)
end

--- The results of the items, in reverse order.
function bulk.perform(self, operation, items)
  local perform = PERFORM[operation:match "/(%a+)$"] or get
  local results = {}
  for index = #items, 1, -1 do
    results[#results + 1] = perform(self, items[index])
  end
  return results
end

-- A single call: of contacts unless `single` answers it.
local function single(self, request)
  local method, path = request.method, request.url:match "/externalcontacts/([^?]+)"
  local id = path:match "([^/]+)$"
  if path == "reversewhitepageslookup" then
    local contacts, value = ec.array {}, request.url:match "lookupVal=([^&]+)":gsub("%%40", "@")
    for _, record in pairs(self.store) do
      contacts[#contacts + 1] = record.workEmail == value and record or nil
    end
    return fake.json(200, { contacts = contacts }, headers())
  elseif method == "POST" then
    return fake.json(200, PERFORM.add(self, ec.json.decode(request.body)).entity, headers())
  elseif not self.store[id] then
    return fake.json(404, {}, headers())
  elseif method == "DELETE" then
    self.store[id] = nil
    return fake.json(200, {}, headers())
  elseif method == "PUT" then
    self.store[id] = copy(ec.json.decode(request.body), { id = id })
  end
  return fake.json(200, self.store[id], headers())
end

--- A client.  `script.answer(operation, items, self, request)` may return a reply for a
-- bulk request, `script.single(request, self)` for another one; both are asked before
-- the store changes.  `script.after` is like `answer`, but asked after that.
function bulk.client(script, options)
  script = script or {}
  local self = { store = {}, created = 0, batches = {}, singles = {}, sizes = {} }
  local settings = { rate = false, check_time = 1 }
  for name, value in pairs(options or {}) do
    settings[name] = value
  end
  local timed_client = timed.client(function(request)
    local operation = request.url:match "/bulk/([^?]+)"
    if not operation then
      self.singles[#self.singles + 1] = request.method .. " " .. request.url:match "/externalcontacts/([^?]+)"
      return script.single and script.single(request, self) or single(self, request), 0.02
    end
    local items = ec.json.decode(request.body).entities
    self.batches[#self.batches + 1] = operation .. " " .. #items
    self.sizes[#self.sizes + 1] = #items
    local reply = script.answer and script.answer(operation, items, self, request)
    if not reply then
      local results = bulk.perform(self, operation, items)
      reply = script.after and script.after(operation, items, self, results) or bulk.answer(results)
    end
    return reply, 0.02
  end, settings)
  clock = timed_client
  for _, id in ipairs(script.ids or {}) do
    self.store[id] = { id = id, firstName = "Ann" }
  end
  return setmetatable(self, { __index = timed_client })
end

--- What an iteration hands out: a list of `{ item, result, err, response }`.
function bulk.collect(iterator)
  local list = {}
  for item, result, err, response in iterator do
    list[#list + 1] = { item = item, result = result, err = err, response = response }
  end
  return list
end

return bulk
