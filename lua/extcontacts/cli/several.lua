--- Writes of several records with `*_many`: what ends the command, what is reported, and
-- what is written.

local atomic_lines = require "extcontacts.base.atomic_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local magic = require "extcontacts.base.magic"
local texts = require "extcontacts.base.text"

local several = {}

---@class extcontacts.cli.Several
---@field done integer records written
---@field failed integer records reported
---@field fatal extcontacts.Error|nil ends the command once the requests under way have ended
local Several = {}
Several.__index = Several

--- Starts counting.
---@param ctx table
---@param writer table of `cli.output`
---@return extcontacts.cli.Several
function several.new(ctx, writer)
  return setmetatable({ ctx = ctx, writer = writer, done = 0, failed = 0 }, Several)
end

--- Reports a record that could not be written; returns whether the command continues.
-- Any failure that may concern the other records as well ends it.
---@param label string id or line
---@param err any
---@return boolean
function Several:fail(label, err)
  local concerns_one = errors.is_error(err) and not err.retryable
    and (err.kind == "http" or err.kind == "invalid" or err.kind == "limit" or err.kind == "conflict" or err.ambiguous)
  if not concerns_one then
    self.fatal = self.fatal or err
    return false
  end
  self.failed = self.failed + 1
  self.ctx:say("%s: %s", label, tostring(err))
  return true
end

--- Notes a written record.
---@param record any
function Several:put(record)
  self.done = self.done + 1
  if type(record) == "table" then
    self.writer:put(record)
  end
end

--- Ends: writes the summary, and raises what ended the command.
---@param verb string "created"
---@return boolean failed whether some records were not written
function Several:finish(verb)
  self.writer:finish()
  self.ctx:inform("%s %s%s", verb, texts.plural(self.done, "record"),
    self.failed > 0 and ("; %d failed"):format(self.failed) or "")
  if self.fatal then
    error(self.fatal, 0)
  end
  return self.failed > 0
end

--- The records on the lines of a file, or of standard input for "-".  A line that is no
-- JSON object is reported.
---@param ctx table
---@param path string
---@param state extcontacts.cli.Several
---@return fun(): table|nil, string|nil next_record a record, and "line 7"
function several.lines(ctx, path, state)
  local next_line = path == "-" and ctx:lines() or assert(atomic_lines.texts(path))
  local number = 0
  return function()
    for line in next_line do
      number = number + 1
      line = texts.trim(number == 1 and texts.without_bom(line) or line)
      local record, problem = nil, nil
      if line ~= "" then
        record, problem = core.json.decode(line)
      end
      local label = ("line %d"):format(number)
      if type(record) == "table" and getmetatable(record) ~= core.json.array_mt then
        return record, label
      elseif line ~= "" then
        state.failed = state.failed + 1
        ctx:say("%s: %s; skipped", label, problem and "invalid JSON: " .. magic.json_problem(line, problem)
          or "not a JSON object")
      end
    end
  end
end

return several
