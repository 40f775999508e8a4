-- Time and memory for many contacts:  bench/dedupe/scale.lua COUNT [FILE]
--
-- The contacts are generated as they are read, or written to FILE as one JSON object per
-- line for `extcontacts duplicates FILE`.  5 % of them are duplicates.
local core = require "extcontacts.core"
local dedupe = require "extcontacts.dedupe"
local planted = require "bench.dedupe.planted"

local count = assert(tonumber(arg[1]), "usage: scale.lua COUNT [FILE]")
local next_record = planted.stream { count = count, duplicates = 4.5, lookalikes = 5, rare = 80 }

if arg[2] then
  local out = assert(io.open(arg[2], "w"))
  for record in next_record do
    assert(out:write(core.json.encode(record), "\n"))
  end
  assert(out:close())
  return
end

-- The most memory that the process has had, in MB; nil where /proc does not say.
local function peak()
  local status = io.open "/proc/self/status"
  local text = status and status:read "*a" or ""
  if status then
    status:close()
  end
  local kilobytes = tonumber(text:match "VmHWM:%s*(%d+)")
  return kilobytes and ("%.0f MB"):format(kilobytes / 1024) or "unknown"
end

local people, duplicates, start = {}, 0, os.clock()
local read
local result = assert(dedupe.find(function()
  local record, person = next_record()
  duplicates = duplicates + (person and people[person] and 1 or 0)
  -- Records of one person follow each other closely.
  if person then
    people[person], people[person - 20] = true, nil
  end
  return record
end, {
  on_progress = function(step)
    read = read or step == "pairs" and os.clock() or nil
  end,
}))
local merged = 0
for _, cluster in ipairs(result.clusters) do
  merged = merged + (cluster.decision == "merge" and 1 or 0)
end
print(("%d contacts, %d duplicates: %.1f s of CPU, %s at most"):format(result.records, duplicates, os.clock() - start,
  peak()))
print(("  %d pairs compared, %d clusters, %d of them to merge"):format(result.candidates, #result.clusters, merged))
for _, skipped in ipairs(result.skipped) do
  print(("  skipped by %s: %d blocks, %d records"):format(skipped.kind, skipped.blocks, skipped.records))
end
result:close()
