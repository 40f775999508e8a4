-- One measurement in a process of its own (run.sh interleaves them):
--   bench.lua decode|encode ours|cjson|floor|floor_kept
-- Prints MB/s of JSON text over pages of 200 contacts.  The results are checked
-- before anything is timed.
local alike = require "spec.support.alike"
local cjson = require "cjson"
local json = require "extcontacts.core".json
local records = require "spec.support.json_records"

local PAGES, CONTACTS, UNUSUAL = 12, 200, 500
local SECONDS = tonumber(os.getenv "BENCH_SECONDS") or 0.7

local what, library = arg[1], arg[2]

-- Pages as a server writes them: compact, each different.
local function corpus()
  local random = records.random(4711)
  local pages = {}
  for page = 1, PAGES do
    local contacts = {}
    for i = 1, CONTACTS do
      contacts[i] = records.object(random, records.contact(random, UNUSUAL))[2]
    end
    pages[page] = ('{"cursors":{"after":"p%d"},"entities":[%s],"pageSize":%d}')
      :format(page, table.concat(contacts, ","), CONTACTS)
  end
  return pages
end

-- Equal to 14 digits.
local function same_number(ours, theirs)
  return math.abs(ours - theirs) <= 1e-13 * math.abs(ours)
end

-- check(text, value): our encoding of the value is the text, byte for byte.
local function exactly(text, value)
  assert(json.encode(value, { sort_keys = true }) == text, "not the same text")
end

local function roughly(text, value)
  assert(alike(json.decode(text), value, same_number), "not the same value")
end

-- Each returns the inputs for the texts, the function to time, and the check.
local runs = {
  decode = {
    ours = function(texts)
      return texts, json.decode, exactly
    end,
    cjson = function(texts)
      return texts, cjson.decode, roughly
    end,
    floor = function(texts, keep)
      local floor = require "floor"
      local inputs = {}
      for i, text in ipairs(texts) do
        inputs[i] = { floor.record(json.decode(text), #text) }
      end
      return inputs, function(tape)
        return floor.play(tape[1], tape[2], json.array_mt, keep)
      end, exactly
    end,
  },
  encode = {},
}

function runs.decode.floor_kept(texts)
  return runs.decode.floor(texts, true)
end

local function encoding(encode, decode, check)
  return function(texts)
    local inputs = {}
    for i, text in ipairs(texts) do
      inputs[i] = decode(text)
    end
    return inputs, encode, function(text, written)
      check(text, decode(written))
    end
  end
end
runs.encode.ours = encoding(json.encode, json.decode, exactly)
runs.encode.cjson = encoding(cjson.encode, cjson.decode, roughly)

local texts = corpus()
local inputs, run, check = runs[what][library](texts)
local bytes = 0
for i, text in ipairs(texts) do
  check(text, (run(inputs[i])))
  bytes = bytes + #text
end
collectgarbage()

local passes, started = 0, os.clock()
local elapsed
repeat
  for i = 1, #inputs do
    run(inputs[i])
  end
  passes = passes + 1
  elapsed = os.clock() - started
until elapsed >= SECONDS
print(("%.1f"):format(bytes * passes / elapsed / 1e6))
