--- The state of a run, replayed from the lines of its journal.  Pure.

local classes = require "extcontacts.fix.classes"
local progress = require "extcontacts.fix.progress"

local state = {}

---@class extcontacts.fix.JournalState
---@field header table
---@field file extcontacts.fix.JournalFile the checked file
---@field inode string of the file that this journal is; a copy has another one
---@field progress extcontacts.fix.Tracker
---@field open table<integer, table> intents without an outcome, by number
---@field ids table<string, string> old id → new id, of recreated and merged records
---@field merged table<string, string> the same, of merged contacts only
---@field created table<string, boolean> ids of the latest creates
---@field classes table<string, integer> applied changes by class
---@field runs integer
---@field began string|nil when the first run began, by the server's clock, if that was known
---@field last_stop table|nil

local OUTCOMES = { applied = true, unchanged = true, conflict = true, failed = true, unknown = true }

-- How many ids of created records are remembered: they distinguish the record
-- of a create whose outcome is open from those of creates at about the same time.
local REMEMBERED = 1000

--- The state before the first line.
---@return extcontacts.fix.JournalState
function state.new()
  return {
    progress = progress.new(), open = {}, ids = {}, merged = {}, runs = 0,
    created = {}, created_order = {}, created_count = 0, classes = {},
  }
end

local function remember(self, line)
  if line.old_id then
    self.ids[line.old_id] = line.id
  end
  for _, id in ipairs(line.merged or {}) do
    self.ids[id], self.merged[id] = line.id, line.id
  end
  self.created[line.id] = true
  self.created_count = self.created_count + 1
  local slot = self.created_count % REMEMBERED
  local oldest = self.created_order[slot]
  if oldest then
    self.created[oldest] = nil
  end
  self.created_order[slot] = line.id
end

--- Takes one line into account.
---@param self extcontacts.fix.JournalState
---@param line table
function state.take(self, line)
  if line.extcontacts_journal then
    self.header, self.inode = line, line.inode
  elseif line.t == "moved" then
    self.inode = line.inode
  elseif line.t == "intent" then
    self.open[line.n] = line
  elseif line.t == "not_sent" then
    self.open[line.n] = nil
  elseif OUTCOMES[line.t] then
    self.progress:set(line.n, line.t)
    if line.t ~= "unknown" then
      self.open[line.n] = nil
    end
    if line.t == "applied" then
      local class = classes.of(line.op)
      self.classes[class] = (self.classes[class] or 0) + 1
    end
    if line.id and line.t == "applied" then
      remember(self, line)
    end
  elseif line.t == "run" then
    if self.runs == 0 then
      self.began = line.server_at
    end
    self.runs = self.runs + 1
  elseif line.t == "stop" then
    self.last_stop = line
  end
end

return state
