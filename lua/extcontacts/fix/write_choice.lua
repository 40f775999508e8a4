--- How updates are written: with bulk requests, with a conditional PATCH or with a PUT;
-- and how many requests each choice takes.  Pure.

local bulk_api = require "extcontacts.fix.bulk_api"
local dependents = require "extcontacts.fix.dependents"
local patches = require "extcontacts.fix.patches"

local write_choice = {}

--- The choices; the first one is the default.
write_choice.NAMES = { "auto", "bulk", "patch", "put" }

-- Most changes that `auto` writes with a PATCH of their own.
local MOST_PATCHES = 2000

---@alias extcontacts.fix.WriteName "bulk"|"patch"|"put"

---@class extcontacts.fix.WriteChoice
---@field name "auto"|extcontacts.fix.WriteName
---@field patches_fills boolean whether `auto` sends what only fills empty fields with PATCH

local function patches_fills(totals)
  return totals.fills ~= nil and totals.fills <= MOST_PATCHES
end

--- The choice for a plan.
---@param name "auto"|extcontacts.fix.WriteName|nil default "auto"
---@param totals extcontacts.fix.Totals
---@return extcontacts.fix.WriteChoice
function write_choice.new(name, totals)
  return { name = name or "auto", patches_fills = patches_fills(totals) }
end

--- How a change is written.
---@param choice extcontacts.fix.WriteChoice
---@param change extcontacts.fix.Change
---@return extcontacts.fix.WriteName
function write_choice.of(choice, change)
  if choice.name ~= "auto" then
    return choice.name
  end
  return choice.patches_fills and patches.is_fill(change) and "patch" or "bulk"
end

-- Operations of which each change is written with a request of its own.
local ALONE = { merge = true, promote = true }

-- Updates, and the requests of everything but their writes.
local function requests_without_updates(totals, size)
  local updates, requests = 0, 0
  for name, count in pairs(totals.operations) do
    local op = name:match "[^.]+$"
    local batches = math.ceil(count / size)
    if op == "update" then
      updates = updates + count
    else
      requests = requests + (ALONE[op] and count or batches)
    end
    if op ~= "create" then
      requests = requests + (op == "merge" and count or batches) -- reading the records
    end
  end
  -- A moved record is read before it is copied; its identifiers and dependents are listed
  -- before its deletion.
  for kind, count in pairs(totals.moves or {}) do
    requests = requests + math.ceil(count / size) + count * (1 + #dependents.lists[kind])
  end
  return updates, requests
end

---@class extcontacts.fix.Estimate
---@field name "auto"|extcontacts.fix.WriteName
---@field requests integer
---@field patches integer updates that are written with PATCH

--- How many requests a plan takes under each choice, if no request has to be retried.
---@param totals extcontacts.fix.Totals
---@param size integer|nil records per request; default: the most
---@return extcontacts.fix.Estimate[] in the order of the names
function write_choice.estimates(totals, size)
  size = size or bulk_api.MOST
  local updates, others = requests_without_updates(totals, size)
  local out = {}
  for index, name in ipairs(write_choice.NAMES) do
    local patched = name == "patch" and updates or name == "auto" and patches_fills(totals) and totals.fills or 0
    local rest = updates - patched
    out[index] = {
      name = name, patches = patched,
      requests = others + patched + (name == "put" and rest or math.ceil(rest / size)),
    }
  end
  return out
end

return write_choice
