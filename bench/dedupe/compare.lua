-- CPU time of comparing the candidate pairs of generated contacts by names and dates of
-- birth, and what compare.py needs to do the same:  bench/dedupe/compare.lua COUNT FILE
--
-- Prints the seconds without those of finding the pairs, then the number of pairs of each pattern.
local contacts = require "extcontacts.dedupe.contacts"
local core = require "extcontacts.core"
local planted = require "bench.dedupe.planted"

local count, path = assert(tonumber(arg[1])), assert(arg[2])
local matcher = core.matcher.new { "given", "family", "date" }
-- Has the same pairs, and nothing to compare.
local empty = core.matcher.new { "date" }
local out = assert(io.open(path, "w"))
for record in planted.stream { count = count, rare = 50 } do
  local fields, keys = contacts.read(record, {})
  local compared = { fields[1], fields[2], fields[8] }
  matcher:add(compared, keys)
  empty:add({ "" }, keys)
  out:write((table.concat(compared, "\2"):gsub("\n", "\1")), "\n")
end
matcher:finish(100)
empty:finish(100)
out:write "\n"
for part = 1, core.matcher.PARTS do
  local found = matcher:pairs(part, {})
  for at = 1, #found, 3 do
    out:write(found[at] - 1, " ", found[at + 1] - 1, "\n")
  end
end
out:close()

local function tally(of)
  local counts, start = {}, os.clock()
  for part = 1, core.matcher.PARTS do
    for pattern, found in pairs(of:tally(part)) do
      counts[pattern] = (counts[pattern] or 0) + found
    end
  end
  return os.clock() - start, counts
end

local seconds, counts = tally(matcher)
print(("%.3f"):format(seconds - (tally(empty))))
local patterns = {}
for pattern in pairs(counts) do
  patterns[#patterns + 1] = pattern
end
table.sort(patterns)
for _, pattern in ipairs(patterns) do
  print(("%s\t%d"):format(pattern, counts[pattern]))
end
