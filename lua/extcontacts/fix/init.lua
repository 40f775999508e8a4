--- extcontacts.fix: changes to live data that can be planned, looked at,
-- applied, stopped, resumed and taken back.  docs/fix.md describes it.

local actions = require "extcontacts.fix.actions"
local apply = require "extcontacts.fix.apply"
local definition = require "extcontacts.fix.definition"
local plan = require "extcontacts.fix.plan"
local report = require "extcontacts.fix.report"
local source = require "extcontacts.fix.source"
local status = require "extcontacts.fix.status"
local undo = require "extcontacts.fix.undo"
local verify = require "extcontacts.fix.verify"

local fix = {
  -- What a fix file uses.
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

  -- What is done with one.
  load = definition.load,
  define = definition.define,
  plan = plan.make,
  report = report.write,
  apply = apply.run,
  resume = apply.resume,
  pause = status.pause,
  status = status.of,
  undo = undo.plan,
  verify = verify.run,
}

return fix
