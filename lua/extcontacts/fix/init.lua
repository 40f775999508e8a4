--- extcontacts.fix: changes to live records that are planned, reviewed, applied,
-- verified and undone.  docs/fix.md describes it.
--
-- This room owns fixes and their sources, the files of a plan (the plan itself,
-- its journal, and the lists of skipped and failed records), planning, applying,
-- pausing, resuming, verifying and undoing a plan, and its HTML report.  How
-- records are compared belongs to `record`; how a call is sent, to `call`;
-- commands and exit codes, to `cli`.

local actions = require "extcontacts.fix.actions"
local apply = require "extcontacts.fix.apply"
local dates = require "extcontacts.base.dates"
local definition = require "extcontacts.fix.definition"
local fields = require "extcontacts.fix.fields"
local find_contact = require "extcontacts.fix.find_contact"
local import = require "extcontacts.fix.import"
local pause = require "extcontacts.fix.pause"
local plan = require "extcontacts.fix.plan"
local report = require "extcontacts.fix.report"
local rows = require "extcontacts.fix.source.rows"
local source = require "extcontacts.fix.source"
local status = require "extcontacts.fix.status"
local suggest = require "extcontacts.base.suggest"
local undo = require "extcontacts.fix.undo"
local verify = require "extcontacts.fix.verify"

local fix = {
  -- For fix files.
  scan = source.scan,
  list = source.list,
  search = source.search,
  csv = source.csv,
  ids = source.ids,
  ndjson = source.ndjson,
  each = source.each,
  update = actions.update,
  create = actions.create,
  add_note = actions.add_note,
  delete = actions.delete,
  erase = actions.erase,
  merge = actions.merge,
  consolidate = actions.consolidate,
  promote = actions.promote,
  move = actions.move,
  null = fields.null,
  get = fields.get,
  is_field = fields.is_field,
  columns = fields.columns,
  cells = fields.cells,
  time = dates.iso,
  set_row = fields.set_row,
  lines = rows.lines,
  lookup = find_contact.find_by_key,

  -- For programs that run fixes.
  load = definition.load,
  define = definition.define,
  import = import.fix,
  plan = plan.make,
  report = report.write,
  apply = apply.run,
  resume = apply.resume,
  pause = pause.set,
  status = status.of,
  undo = undo.plan,
  verify = verify.run,
}

-- A misspelled function or action is a mistake; as nil, `fix.delet` would change nothing.
return setmetatable(fix, {
  __index = function(_, name)
    error(suggest.unknown("function or action of extcontacts.fix", name, suggest.keys(fix)), 2)
  end,
})
