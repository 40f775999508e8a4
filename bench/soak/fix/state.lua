-- The records of a server, read with plain HTTP and compared without the code of the
-- client: two states are equal if every record of one has its equal in the other.  A
-- record that kept its id is known by it, any other one by its values; what refers to a
-- record names it in the same way.
local api = require "spec.support.api"
local cjson = require "cjson"

local state = {}

local KINDS = { "organizations", "contacts", "relationships", "notes" }

local ALWAYS = { id = true, selfUri = true, createDate = true, modifyDate = true }
-- What the server sets.
local OWNED = { type = true, identifiers = true, mergeSet = true, mergedFrom = true, mergedTo = true,
  canonicalContact = true, externalDataSources = true, trustor = true }

--- Reads all records.
---@param server table
---@return table<string, { kind: string, id: string, record: table, owner: string|nil }> by id
function state.read(server)
  local session, records = api.session(server), {}
  for _, kind in ipairs(KINDS) do
    local cursor
    repeat
      local page = session:must("GET", ("/scan/%s?limit=200%s"):format(kind,
        cursor and "&cursor=" .. api.escape(cursor) or ""))
      for _, record in ipairs(page.entities) do
        assert(not records[record.id], record.id)
        records[record.id] = { kind = kind, id = record.id, record = record,
          owner = kind == "notes" and record.selfUri:match "/(%x[%x-]+)/notes/" or nil }
      end
      cursor = type(page.cursors) == "table" and type(page.cursors.after) == "string" and page.cursors.after ~= ""
        and page.cursors.after or nil
    until not cursor
  end
  return records
end

local function trimmed(text)
  return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

-- The text of a value.  `names`: how records are named, by id.
local function text_of(value, names, options, is_nested)
  if value == cjson.null then
    return "null"
  elseif type(value) == "string" then
    return ("%q"):format(names[value] or options.trim and trimmed(value) or value)
  elseif type(value) == "number" then
    return ("%.17g"):format(value)
  elseif type(value) ~= "table" then
    return tostring(value)
  elseif options.writable and value.display then
    -- The server keeps what was typed when it reformats a number.
    local typed = value.userInput or value.display
    -- It also reads an extension that was typed with the number.
    local extension = type(value.extension) == "number" and value.extension or nil
    local digits = extension and ("%d"):format(extension)
    value = { number = typed, acceptsSMS = value.acceptsSMS,
      extension = extension and typed:sub(-#digits) ~= digits and extension or nil }
  end
  local parts = {}
  for key, item in pairs(value) do
    local is_left_out = key == "selfUri" or not is_nested and (ALWAYS[key] or options.writable and OWNED[key])
    if item ~= cjson.null and not is_left_out then
      parts[#parts + 1] = tostring(key) .. "=" .. text_of(item, names, options, true)
    end
  end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end

-- Each record as a text, with its number of occurrences.
local function texts_of(records, kept, options)
  local names, out = {}, {}
  for id in pairs(kept) do
    names[id] = id
  end
  for _, kind in ipairs(KINDS) do
    local added = {}
    for id, entry in pairs(records) do
      if entry.kind == kind then
        local self = setmetatable({ [id] = names[id] or "itself" }, { __index = names })
        local text = ("%s %s%s"):format(kind, text_of(entry.record, self, options, false),
          entry.owner and " of " .. (names[entry.owner] or "a missing record") or "")
        added[id] = text
        if not options.except[id] then
          local named = (names[id] or "new") .. " " .. text
          out[named] = (out[named] or 0) + 1
        end
      end
    end
    for id, text in pairs(added) do
      names[id] = names[id] or text
    end
  end
  return out
end

--- What only one of two states has.
---@param a table<string, table> from `state.read`
---@param b table<string, table>
---@param options { kept: (fun(id: string): boolean)|nil, writable: boolean|nil, trim: boolean|nil, except:
--- table<string, boolean>|nil }|nil `kept`: whether a record is known by its id; default: if both states have it;
--- `writable`: only what a client can write counts; `trim`: without spaces around texts; `except`: ids of records
--- that do not count
---@return string[] differences each with - or +, sorted
function state.differences(a, b, options)
  options = options or {}
  options.except = options.except or {}
  local kept, counts, out = {}, {}, {}
  for _, records in ipairs { a, b } do
    for id in pairs(records) do
      if options.kept then
        kept[id] = options.kept(id) or nil
      else
        kept[id] = a[id] and b[id] and true or nil
      end
    end
  end
  for sign, records in pairs { ["-"] = a, ["+"] = b } do
    for text, count in pairs(texts_of(records, kept, options)) do
      counts[text] = (counts[text] or 0) + (sign == "-" and -count or count)
    end
  end
  for text, count in pairs(counts) do
    for _ = 1, math.abs(count) do
      out[#out + 1] = (count < 0 and "- " or "+ ") .. text
    end
  end
  table.sort(out, function(x, y)
    local p, q = x:sub(3), y:sub(3)
    return p < q or p == q and x < y
  end)
  return out
end

return state
