--- Matches the results of a bulk create to its items.  Nothing in a result says which
-- item it belongs to, and their order says nothing, so the stored records (or the items
-- that failures repeat) are compared with what was sent, in the server's form.  What
-- can't be matched with certainty stays unmatched.  Pure.

local core = require "extcontacts.core"
local match = require "extcontacts.call.reconcile.match"
local models = require "extcontacts.api.models"
local note_owner = require "extcontacts.iterate.many.note_owner"
local records = require "extcontacts.record"
local text = require "extcontacts.base.text"

local content = {}

local null = core.json.null

local describe

-- A phone number as it was typed; the server keeps that in `userInput`.
local function digits_of(phone)
  local typed = phone.userInput or phone.display or phone.e164
  return type(typed) == "string" and typed:gsub("%D", "") or ""
end

local function describe_table(value)
  if value.display ~= nil or value.e164 ~= nil then
    return digits_of(value)
  elseif type(value.id) == "string" then
    return value.id:lower() -- another record, named by its id
  end
  local names, parts = {}, {}
  for name in pairs(value) do
    names[#names + 1] = name
  end
  table.sort(names, function(a, b)
    return tostring(a) < tostring(b)
  end)
  for _, name in ipairs(names) do
    local part = describe(value[name])
    parts[#parts + 1] = part ~= "" and tostring(name) .. "=" .. part or nil
  end
  return table.concat(parts, "\1")
end

-- A value as text, equal for what the server sees as equal in most cases.
function describe(value)
  if value == nil or value == null then
    return ""
  elseif type(value) == "table" then
    return describe_table(value)
  end
  return text.trim(tostring(value))
end

-- Adds the names of a record's fields, without those that only the server sets.
local function add_names(model, record, names)
  local known = models[model].by_wire
  for name in pairs(record) do
    if type(name) == "string" and not names[name] and not (known[name] and records.is_owned(known[name])) then
      names[name] = true
      names[#names + 1] = name
    end
  end
end

-- The names of the fields that any item has.
local function names_of(model, batch)
  local names = {}
  for _, entry in ipairs(batch) do
    add_names(model, entry.entity, names)
  end
  table.sort(names)
  return names
end

local function signature_of(record, names)
  local parts = {}
  for index, name in ipairs(names) do
    parts[index] = describe(record[name])
  end
  return table.concat(parts, "\0")
end

--- A new record as text: equal for two records if the server would store the same.
---@param model string
---@param record table
---@return string
function content.key(model, record)
  local parts = {}
  for _, name in ipairs(names_of(model, { { entity = record } })) do
    local part = describe(record[name])
    parts[#parts + 1] = part ~= "" and name .. "=" .. part or nil
  end
  return table.concat(parts, "\0")
end

local function group(list, signature)
  local groups = {}
  for _, element in ipairs(list) do
    local key = signature(element)
    if key then
      groups[key] = groups[key] or {}
      table.insert(groups[key], element)
    end
  end
  return groups
end

-- Removes what has been matched.
local function unmatched(list, done)
  local rest = {}
  for _, element in ipairs(list) do
    if not done[element] then
      rest[#rest + 1] = element
    end
  end
  return rest
end

-- Matches by a signature.  Elements of one signature are equal in what was sent, so
-- that any of the results fits any of the items.
local function match_equal(ctx, entry_signature, result_signature)
  local results = group(unmatched(ctx.results, ctx.taken), result_signature)
  for key, entries in pairs(group(unmatched(ctx.batch, ctx.found), entry_signature)) do
    local candidates = results[key] or {}
    -- Fewer items than results: one of them belongs to something else.
    for index, result in ipairs(#candidates <= #entries and candidates or {}) do
      ctx.found[entries[index]], ctx.taken[result] = result, entries[index]
    end
  end
end

-- Matches what the server stored in another form, such as a phone number: a result
-- that fits one item only belongs to that, repeatedly.
local function match_similar(ctx)
  local fits = {}
  for _, result in ipairs(unmatched(ctx.results, ctx.taken)) do
    for _, entry in ipairs(result.record and unmatched(ctx.batch, ctx.found) or {}) do
      local record = ctx.model == "Note" and note_owner.complete(result.record) or result.record
      if match.has_content(ctx.model, entry.entity, record) then
        fits[result] = fits[result] or {}
        table.insert(fits[result], entry)
      end
    end
  end
  repeat
    local claims = {} -- item → the results that fit no other one
    for result, entries in pairs(fits) do
      local rest = unmatched(entries, ctx.found)
      fits[result] = #rest > 0 and rest or nil
      if #rest == 1 then
        claims[rest[1]] = claims[rest[1]] or {}
        table.insert(claims[rest[1]], result)
      end
    end
    local progress = false
    for entry, claiming in pairs(claims) do
      if #claiming == 1 then
        ctx.found[entry], ctx.taken[claiming[1]] = claiming[1], entry
        fits[claiming[1]], progress = nil, true
      end
    end
  until not progress
end

local function itself(record)
  return record
end

---@class extcontacts.BulkResult
---@field record table|nil the created record, or the item that a failure repeats
---@field is_success boolean

--- Matches results to items.
---@param model string of the records
---@param batch extcontacts.ManyEntry[]
---@param list extcontacts.BulkResult[]
---@param marker string|nil path of a field whose value no other record has
---@return table<extcontacts.ManyEntry, extcontacts.BulkResult> found
---@return extcontacts.BulkResult[] strays results that match no item
function content.match(model, batch, list, marker)
  local ctx = { model = model, batch = batch, results = list, found = {}, taken = {} }
  if marker then
    local function mark(record)
      local described = record and describe(match.value_at(record, marker))
      return described ~= "" and described or nil
    end
    match_equal(ctx, function(entry)
      return mark(entry.entity)
    end, function(result)
      return mark(result.record)
    end)
  end
  local names = names_of(model, batch)
  local complete = model == "Note" and note_owner.complete or itself
  match_equal(ctx, function(entry)
    return signature_of(complete(entry.entity), names)
  end, function(result)
    return result.record and signature_of(complete(result.record), names)
  end)
  match_similar(ctx)
  return ctx.found, unmatched(list, ctx.taken)
end

return content
