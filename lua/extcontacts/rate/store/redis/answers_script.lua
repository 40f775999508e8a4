--- The server's part of a caller lookup on several machines (`resty.fleet_answers`,
-- `resty.fleet_changes`): answers that the machines share, the right to ask the API,
-- and the stream of changed records.  It runs inside Redis, like `script` beside it,
-- which passes what it uses, with the name of the stream.
--
-- An answer is stored under a digest.  Its ids are those of the records in it, and the
-- digest itself.  What a different run of the server has stored may lack the last
-- changes, and is not used.

local PREFIX = "extcontacts:{lookup}:"

-- A digest → the answer, and who asks the API for it; an id → the digests of the answers
-- with this record, and when it last changed.
local ANSWER, CALL, RECORD, CHANGED = PREFIX .. "answer:", PREFIX .. "call:", PREFIX .. "record:", PREFIX .. "changed:"

-- Entries that the stream of changes keeps, about; and how many are returned at once.
local MOST_CHANGES, AT_ONCE = 10000, 100

-- Seconds for which a change is remembered, so that the answer of a call that began
-- before it is not stored.  The answer of a longer call is not stored either.
local LONGEST_CALL = 60

-- Part of the server's memory from which on no answers are stored: the rest is for the
-- rate windows, which must not fail.
local FULL = 0.8

-- Seconds by which the clock may seem to run backwards. If it was set back by more, the age
-- of an answer is unknown.
local STEP = 1

-- Seconds by which an answer must be newer than one that the asker has.
local NEWER = 1

local functions = {}

-- Returns the sign, age and text of an answer; nil if no usable one is stored.
local function load_answer(server, digest, run, now)
  local stored = server.call("GET", ANSWER .. digest)
  if not stored then
    return nil
  end
  local sign, at, writer, text = stored:match "^([+-]) (%S+) (%S+)\n(.*)$"
  if writer == run and now >= at - STEP then
    return sign, math.max(0, now - at), text
  end
end

-- Returns an answer that is fresh, or newer than the asker's; else grants the right to
-- call the API, unless another machine has it.
function functions.ask(server, values)
  local now, run = server.clock(), server.run()
  local sign, age, text = load_answer(server, values.digest, run, now)
  local ttl = sign == "+" and values.ttl or values.negative_ttl
  if sign and (age < ttl or age < (values.known or math.huge) - NEWER) then
    return { "answer", sign, ("%.6f"):format(age), text }
  elseif server.call("SET", CALL .. values.digest, values.owner, "PX", values.lease, "NX") then
    return { "call", run, ("%.6f"):format(now) }
  end
  return { "wait" }
end

-- Ends the right to call the API.
function functions.release(server, values)
  if server.call("GET", CALL .. values.digest) == values.owner then
    server.call("DEL", CALL .. values.digest)
  end
  return 1
end

local function is_outdated(server, values)
  for _, id in ipairs(values.ids) do
    local changed = server.call("GET", CHANGED .. id)
    if changed and tonumber(changed) >= tonumber(values.began) then
      return true
    end
  end
  return false
end

local function is_full(server)
  local memory = server.call("INFO", "memory")
  local used, most = tonumber(memory:match "used_memory:(%d+)"), tonumber(memory:match "maxmemory:(%d+)")
  return most > 0 and used > most * FULL
end

-- Stores the answer of a call, unless a record in it has changed since the call began.
function functions.store(server, values)
  functions.release(server, values)
  local now, run = server.clock(), server.run()
  local lasted = now - values.began
  if values.run ~= run or lasted < 0 or lasted >= LONGEST_CALL or is_outdated(server, values) or is_full(server) then
    return 0
  end
  local stored = ("%s %.6f %s\n%s"):format(values.sign, now, run, values.text)
  server.call("SET", ANSWER .. values.digest, stored, "PX", values.keep)
  for _, id in ipairs(values.ids) do
    if id ~= values.digest then
      server.call("SADD", RECORD .. id, values.digest)
      if server.call("PTTL", RECORD .. id) < values.keep then
        server.call("PEXPIRE", RECORD .. id, values.keep)
      end
    end
  end
  return 1
end

-- The text of an error, which is a table or not by version.
local function text_of(failure)
  return type(failure) == "table" and failure.err or tostring(failure)
end

local function drop(server, ids)
  local now = ("%.6f"):format(server.clock())
  for _, id in ipairs(ids) do
    local digests = server.call("SMEMBERS", RECORD .. id)
    server.call("DEL", ANSWER .. id, RECORD .. id)
    server.call("SET", CHANGED .. id, now, "PX", LONGEST_CALL * 1000)
    for _, digest in ipairs(digests) do
      server.call("DEL", ANSWER .. digest)
      server.call("SET", CHANGED .. digest, now, "PX", LONGEST_CALL * 1000)
    end
  end
end

-- Deletes the answers with some ids, and appends these to the stream.  Returns 1, or the
-- text of an error, which does not concern the other functions.
function functions.announce(server, values)
  if #values.ids == 0 then
    return 1
  end
  local dropped, failure = pcall(drop, server, values.ids)
  local added, other = pcall(server.call, "XADD", server.stream, "MAXLEN", "~", MOST_CHANGES, "*",
    "ids", table.concat(values.ids, " "))
  return dropped and added and 1 or text_of(not added and other or failure)
end

-- The last entry's id, how many entries there were, and how many there are.
local function describe_stream(server)
  local ok, info = pcall(server.call, "XINFO", "STREAM", server.stream)
  if not ok and not text_of(info):find("no such key", 1, true) then
    error({ err = text_of(info) }, 0) -- from a plain text, Redis would remove its code
  end
  local fields = {}
  for index = 1, ok and #info or 0, 2 do
    fields[info[index]] = info[index + 1]
  end
  return fields["last-generated-id"] or "0-0", fields["entries-added"] or 0, fields.length or 0
end

-- Returns what was announced since a reader's position: the new position (run, entry,
-- count), whether announcements are missing, and the ids.
function functions.changes(server, values)
  local run = server.run()
  local last, count, length = describe_stream(server)
  if values.run ~= run or count < values.count or count - length > values.count then
    return { run, last, count, 1 }
  end
  local result = { run, values.entry, values.count, 0 }
  for _, entry in ipairs(server.call("XRANGE", server.stream, "(" .. values.entry, "+", "COUNT", AT_ONCE)) do
    result[2], result[3] = entry[1], result[3] + 1
    result[#result + 1] = entry[2][2]
  end
  return result
end

return functions
