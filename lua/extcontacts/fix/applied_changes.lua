--- The changes that a journal says were applied, from the last to the first.

local atomic_lines = require "extcontacts.base.atomic_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local writes = require "extcontacts.fix.execute.writes"

local applied_changes = {}

-- Intent and outcome of each.
local function backwards(path)
  local next_line, err, close = atomic_lines.backwards(path)
  if not next_line then
    error(err, 0)
  end
  local outcomes = {}
  return function()
    local text = next_line()
    while text do
      local line = core.json.decode(text)
      if type(line) ~= "table" then
        errors.raise_invalid(path .. " has changed since it was checked; undo again")
      elseif line.t == "intent" then
        local outcome = outcomes[line.n]
        outcomes[line.n] = nil
        if outcome and (outcome.t == "applied" or outcome.written) then
          return line, outcome
        end
      elseif line.n then
        local later = outcomes[line.n]
        outcomes[line.n] = later and (later.t == "applied" or not line.written) and later or line
      end
      text = next_line()
    end
    close()
  end
end

--- The ids of the records that were created, by the number of the change.
---@param path string of the journal
---@return table<integer, string>
function applied_changes.created(path)
  local created = {}
  for intent, outcome in backwards(path) do
    created[intent.n] = intent.op == "create" and outcome.id or nil
  end
  return created
end

--- The changes to undo: what was applied to a record, and to which one.
---@param path string of the journal
---@param chosen extcontacts.fix.UndoSelection|nil
---@return fun(): { intent: table, outcome: table, reference: extcontacts.record.Reference }|nil
function applied_changes.selected(path, chosen)
  local next_applied = backwards(path)
  return function()
    local intent, outcome
    repeat
      intent, outcome = next_applied()
    until not intent or not chosen or chosen:has(intent)
    if not intent then
      return nil
    end
    local reference = writes.reference(intent)
    reference.id = intent.op == "create" and outcome.id or reference.id
    return { intent = intent, outcome = outcome, reference = reference }
  end
end

return applied_changes
