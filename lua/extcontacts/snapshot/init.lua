--- extcontacts.snapshot: all organizations, contacts, relationships and notes in
-- one file, what has changed since, and a plan that restores them.
-- docs/snapshot.md describes it.

local compare = require "extcontacts.snapshot.compare"
local export = require "extcontacts.snapshot.export"
local format = require "extcontacts.snapshot.format"
local reader = require "extcontacts.snapshot.reader"
local restore = require "extcontacts.snapshot.restore"

return {
  --- The listings of a snapshot, in their order.
  listings = format.listings,
  export = export.run,
  open = reader.open,
  compare = compare.run,
  plan_restore = restore.plan,
}
