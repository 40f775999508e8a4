--- extcontacts.fix: changes to live data that can be planned, looked at,
-- applied, stopped, resumed and taken back.  docs/fix.md describes it.

local apply = require "extcontacts.fix.apply"
local plan = require "extcontacts.fix.plan"
local report = require "extcontacts.fix.report"
local source = require "extcontacts.fix.source"
local spec = require "extcontacts.fix.spec"
local status = require "extcontacts.fix.status"
local steps = require "extcontacts.fix.steps"
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
  update = steps.update,
  create = steps.create,
  add_note = steps.add_note,
  delete = steps.delete,
  erase = steps.erase,

  -- What is done with one.
  load = spec.load,
  define = spec.define,
  plan = plan.make,
  report = report.write,
  apply = apply.run,
  resume = apply.resume,
  exit = apply.exit,
  pause = status.pause,
  status = status.of,
  undo = undo.plan,
  verify = verify.run,
}

return fix
