--- What becomes of the records of a cluster, by the rules of each field: the review and
-- the plan show the same.

local merge_resolve = require "extcontacts.record.merge.resolve"
local option_rules = require "extcontacts.base.options"

local resolve = {}

local RESOLVE_OPTIONS = {
  kind = { "string", choices = { "contact", "organization" } },
  survivor = { "string" },
  how = { "string", choices = { "consolidate", "merge" } },
}

---@class extcontacts.dedupe.ResolveOptions
---@field kind "contact"|"organization"|nil default `contact`
---@field survivor string|nil id of the record that survives; default: by the rules of `record.merge.survivor`
---@field how "consolidate"|"merge"|nil default `consolidate`

--- What becomes of the records of a cluster: the one that survives, the record that
-- results by the rules of `record.merge.field_rules`, every value that is lost, and why
-- it can't be done.  Pure.  Raises on misuse.
---@param records table[] complete records; not changed
---@param options extcontacts.dedupe.ResolveOptions|nil
---@return extcontacts.record.Resolution|nil nil if the wanted survivor is not one of them
---@return string|nil problem
function resolve.records(records, options)
  options = options or {}
  local misuse = option_rules.problem(options, RESOLVE_OPTIONS)
  if misuse then
    error(misuse, 2)
  end
  return merge_resolve.records(records, { kind = options.kind, survivor = options.survivor, how = options.how,
    values = "rules" })
end

return resolve
