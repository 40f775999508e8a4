--- The outcome of an apply as text: the counts of its changes, and why it
-- stopped.

local texts = require "extcontacts.base.text"

local run_text = {}

-- The counts in the order in which they are written, with the text for one and
-- for several, and its colour.
local ROWS = {
  { "applied", "applied", colour = "green" },
  { "diverged", "of these diverged: saved, but the server stored a different value", colour = "yellow" },
  { "unchanged", "unchanged: the record already had the planned values" },
  { "conflicts", "conflict: someone else changed the record; skipped",
    "conflicts: someone else changed the records; skipped", colour = "yellow" },
  { "failed", "failed", colour = "red" },
  { "unknown", "unknown: sent, but no response arrived", colour = "red" },
  { "open", "in flight or interrupted: resume finds out whether it was applied",
    "in flight or interrupted: resume finds out whether they were applied" },
  { "not_started", "not started" },
}

--- Writes the counts that are not 0.
---@param ctx table
---@param counts extcontacts.fix.Result|table<string, integer|nil>
function run_text.counts(ctx, counts)
  for _, row in ipairs(ROWS) do
    local count = counts[row[1]] or 0
    if count > 0 then
      local number = ("%8d"):format(count)
      ctx:out(row.colour and ctx:paint("stdout", row.colour, number) or number, "  ",
        texts.noun(count, row[2], row[3] or row[2]), "\n")
    end
  end
end

-- Reason of a stop, as in results and journals → text.
local REASONS = {
  limit = "stopped: --limit reached",
  max_errors = "stopped: --max-errors reached",
  error_rate = "stopped: --error-rate exceeded",
  conflict = "stopped at a conflict, as --on-conflict fail requires",
  auth = "stopped: credentials rejected, or a permission is missing",
  try_later = "stopped: rate limit reached, or API unavailable",
  interrupted = "interrupted",
  io = "stopped: cannot write a file",
}

--- Names the bulk operations that the API refused.
---@param ctx table
---@param result extcontacts.fix.Result
function run_text.refused_bulk(ctx, result)
  local names = {}
  for name in pairs(result.refused_bulk or {}) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    ctx:say("the API refuses %s, so single requests did its work: %s", name, result.refused_bulk[name])
  end
end

--- Why an apply stopped.
---@param reason string
---@return string
function run_text.stopped(reason)
  return REASONS[reason] or "stopped: " .. reason
end

return run_text
