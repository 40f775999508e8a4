--- Appends to a journal: an intent before each write, and its outcome after.
-- The file is private and locked while it is open for writing.

local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local journal_file = require "extcontacts.fix.journal.file"
local reader = require "extcontacts.fix.journal.reader"
local state = require "extcontacts.fix.journal.state"

local checked = journal_file.checked

local writer = {}

---@class extcontacts.fix.Journal
---@field state extcontacts.fix.JournalState
---@field server_time (fun(): number|nil)|nil the server's clock, in seconds since 1970
local Journal = {}
Journal.__index = Journal

-- Appends lines in one write.  What does not fit on the disk is removed, so that the
-- journal stays readable.
local function append(self, lines)
  if self.broken then
    return nil, self.broken
  end
  local texts, crcs, crc = {}, {}, self.chain.crc
  for index, line in ipairs(lines) do
    texts[index], crc = checked_lines.seal(assert(core.json.encode(line, { sort_keys = true })), crc)
    crcs[index] = crc
  end
  local text = table.concat(texts)
  local ok, err = checked(self.file:write(text))
  if not ok then
    self.failed = err
    if not self.file:truncate(self.size) then
      self.broken = err
    end
    return nil, err
  end
  for _, sum in ipairs(crcs) do
    self.chain:extend(sum)
  end
  self.size = self.size + #text
  return true
end

-- Appends entries: lines with their type, and the time by this machine's clock and
-- by the server's.
local function append_entries(self, t, entries)
  local server_time = self.server_time and self.server_time()
  local at, server_at = dates.text(), server_time and dates.text(math.floor(server_time)) or nil
  for _, entry in ipairs(entries) do
    entry.t, entry.at, entry.server_at = t, at, server_at
  end
  return append(self, entries)
end

local function append_entry(self, t, entry)
  return append_entries(self, t, { entry })
end

-- Syncs what was appended, and notes in line 2 that it is on the disk.  The note
-- itself needs no sync: it may be older than the truth, but never newer.
local function sync(self)
  local ok, err = checked(self.file:sync())
  if ok then
    ok, err = checked(self.file:write(reader.synced_line(self.size, self.header_crc), self.header_bytes))
  end
  if not ok then
    self.failed = err
  end
  return ok, err
end

local function append_synced(self, t, entries)
  local ok, err = append_entries(self, t, entries)
  if ok then
    ok, err = sync(self)
  end
  return ok, err
end

-- Why a journal can't be continued.
local function objection(path, plan_path, plan, found, moved)
  if found.header.plan.sha256 ~= plan.totals.sha256 then
    return journal_file.of_another_plan(path, plan_path)
  elseif found.file.inode ~= found.inode and not moved then
    return journal_file.copied(path, found)
  end
end

-- Prepares to append.  Removes an incomplete last line, which a crash left: either
-- its request was not sent, or reading the record settles it.
local function prepare(self, moved)
  local found = self.state.file
  local size, err = checked(self.file:size())
  local ok = size
  if ok then
    ok, err = checked(self.file:truncate(found.bytes))
  end
  if ok and size > found.bytes then
    ok, err = append_entry(self, "repaired", { bytes = size - found.bytes })
  end
  if ok and moved and found.inode ~= self.state.inode then
    ok, err = append_entry(self, "moved", { inode = found.inode })
  end
  if ok then
    ok, err = sync(self)
  end
  return ok and self, err
end

--- Opens a plan's journal for writing and locks it.
---@param path string
---@param plan_path string
---@param plan { header: extcontacts.fix.Header, totals: extcontacts.fix.Totals }
---@param moved boolean|nil whether a copy may be continued
---@return extcontacts.fix.Journal|nil
---@return extcontacts.Error|nil
function writer.open(path, plan_path, plan, moved)
  local file, err = journal_file.open(path, plan_path, plan)
  if not file then
    return nil, err
  end
  local found, self
  found, err = reader.read(path)
  if found then
    err = select(2, objection(path, plan_path, plan, found, moved))
  end
  if found and not err then
    local checked_file = found.file
    self, err = prepare(setmetatable({
      file = file, path = path, state = found, size = checked_file.bytes, chain = checked_file.chain,
      header_bytes = checked_file.header_bytes, header_crc = checked_file.header_crc,
    }, Journal), moved)
  end
  if not self then
    file:close()
  end
  return self, err
end

--- Records that a run begins.
---@param facts table
---@return true|nil
---@return extcontacts.Error|nil
function Journal:run(facts)
  local ok, err = append_entry(self, "run", facts)
  self.state.runs = self.state.runs + 1
  return ok, err
end

--- Records the changes of a batch before they are sent, with one sync.  Once this
-- returns true, the intents survive a loss of power.  After a failed write it refuses:
-- what is not in the journal must not be sent.
---@param intents table[] `n`, `kind`, `op`, `id`, `owner`, `before`, `body`
---@return true|nil
---@return extcontacts.Error|nil
function Journal:intents(intents)
  if self.failed then
    return nil, self.failed
  end
  local ok, err = append_synced(self, "intent", intents)
  if not ok then
    return nil, err
  end
  for _, intent in ipairs(intents) do
    state.take(self.state, intent)
  end
  return true
end

--- Records the outcome of a change.  It is not synced: resume settles an
-- outcome that is lost by reading the record.
---@param outcome { t: extcontacts.fix.State|"not_sent", n: integer }
---@return true|nil
---@return extcontacts.Error|nil
function Journal:outcome(outcome)
  local ok, err = append_entry(self, outcome.t, outcome)
  if not ok then
    return nil, err
  end
  state.take(self.state, outcome)
  return true
end

--- Closes the journal and records nothing: the run does not begin.
function Journal:release()
  self.file:close()
end

--- Records why a run ended, and closes the journal.
---@param reason string
---@return true|nil
---@return extcontacts.Error|nil
function Journal:close(reason)
  local ok, err = append_synced(self, "stop", { { reason = reason, sha256 = self.chain:digest() } })
  self.file:close()
  return ok, err
end

return writer
