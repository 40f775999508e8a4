--- Whether records still go together by the rules of the method: they may have been
-- edited since their cluster was found.  Weights do not count, since they depend on the
-- whole account.

local core = require "extcontacts.core"
local levels = require "extcontacts.dedupe.levels"
local rules_file = require "extcontacts.dedupe.rules_file"
local types = require "extcontacts.dedupe.types"

local recheck = {}

---@class extcontacts.dedupe.RecheckOptions
---@field kind "contact"|"organization"|nil default `contact`
---@field region string|nil ISO 3166 in upper case, of phone numbers without a country code
---@field birth_field string|nil name of the custom field with the date of birth
---@field ignore string[]|nil names of fields that are not compared

--- The first two records that may not be in one cluster to merge.
---@param records table[]
---@param options extcontacts.dedupe.RecheckOptions|nil
---@return string|nil problem which ones, and why
function recheck.problem(records, options)
  options = options or {}
  local of = types[options.kind or "contact"]
  local matcher = core.matcher.new(levels.kinds(of.fields))
  local read = rules_file.reader(options.kind or "contact", options.ignore)
  for _, record in ipairs(records) do
    matcher:add(read(record, options))
  end
  matcher:finish(#records)
  local problem
  for a = 1, #records do
    for b = a + 1, #records do
      local most, reason = of.rules.most(levels.of(of.fields, matcher:compare(a, b)))
      if not problem and not of.rules.may_share_cluster(most, reason) then
        problem = ("%s and %s no longer agree: %s"):format(records[a].id, records[b].id, reason)
      end
    end
  end
  matcher:close()
  return problem
end

return recheck
