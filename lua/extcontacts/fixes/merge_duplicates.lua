-- Makes one record of each cluster of duplicates. `extcontacts duplicates` finds them.
--
--   extcontacts duplicates --clusters clusters.csv --html review.html
--   extcontacts plan merge_duplicates --set clusters=clusters.csv \
--     --set decisions=decisions.csv -o merge.plan
--
-- Options:
--   clusters=clusters.csv    the clusters (required)
--   decisions=decisions.csv  the decisions of a review: a CSV file with the columns
--                            `ids`, `decision` (merge, skip or never) and `survivor`
--   how=consolidate          consolidate: the survivor is completed, notes and
--                            relationships move to it, the others are deleted; undo
--                            recreates them with new ids.
--                            merge: the platform merges the contacts, which can't be
--                            undone; not for organizations
--   never=FILE               the list of what is no duplicate. Rows with the decision
--                            `never` are added to it. Default: the account's own list,
--                            which `extcontacts duplicates` reads, too
--   allow_loss=no            comma-separated names of fields whose values may be lost if
--                            they do not fit, or yes for all
--   kind=                    contact or organization; default: as the columns of the
--                            clusters show
--   phone_region=            as for `extcontacts duplicates`
--   birth_field=             as for `extcontacts duplicates`
--   rules=rules.json         as for `extcontacts duplicates`
--
-- Planned are the clusters with the decision `merge`, and those that a person has
-- decided to merge, in the decisions or in the column `decision` of the clusters. A row
-- of the decisions counts for the cluster with exactly its ids; otherwise it is void. The
-- survivor is that of the decision, else the one of the clusters.
--
-- All records are read again. A cluster is skipped with its reason if a record is gone
-- or was merged, if the list of what is no duplicate names two of its records, if its
-- records no longer agree (unless a person has decided), and if a limit is exceeded: 25
-- contacts and a merge set of 52 for a merge, one division, free phone and e-mail fields,
-- ten external ids. Planning again after apply plans nothing.
local dedupe = require "extcontacts.dedupe"
local fix = require "extcontacts.fix"

local METHODS = { consolidate = true, merge = true }
local KINDS = { contact = true, organization = true, [""] = true }

local review, current, rules

local function is_required(name, value)
  if value == "" then
    error(("option '%s' is required (the file with the clusters): use --set %s=clusters.csv"):format(name, name), 0)
  end
end

local function read(options)
  is_required("clusters", options.clusters)
  if not METHODS[options.how] then
    error(("option 'how' must be consolidate or merge, not '%s'"):format(options.how), 0)
  elseif not KINDS[options.kind] then
    error(("option 'kind' must be contact or organization, not '%s'"):format(options.kind), 0)
  end
  local found = dedupe.read_decisions(options.clusters, options.decisions ~= "" and options.decisions or nil,
    options.kind ~= "" and options.kind or nil)
  if found.kind == "organization" and options.how == "merge" then
    error("only contacts can be merged; consolidate organizations with --set how=consolidate", 0)
  end
  rules = options.rules ~= "" and assert(dedupe.read_rules(options.rules, found.kind)) or {}
  return found
end

-- A text option, or the setting of the rules.
local function setting(options, name)
  return options[name] ~= "" and options[name] or rules[name]
end

-- What may be lost: true, or the names of fields.
local function losses(text)
  if text == "yes" or text == "no" or text == "" then
    return text == "yes"
  end
  local names = {}
  for name in text:gmatch "[^%s,]+" do
    names[#names + 1] = name
  end
  return names
end

-- The clusters, each as a record with the survivor's id: the plan reads all of them.
local function clusters_of(ctx, never, path)
  local index = 0
  return function()
    while true do
      index = index + 1
      current = review.planned[index]
      if not current then
        return nil
      end
      local a, b = never:find(current.ids)
      if not a then
        return { id = current.survivor or current.ids[1] }, current.line
      end
      ctx.skip("records that are no duplicates, by the never-merge list", current.line,
        ("%s %s in %s"):format(a, b, path))
    end
  end
end

local function open(_, ctx)
  local options = ctx.options
  local path = options.never ~= "" and options.never
    or ctx.account_file(dedupe.NEVER_FILE, #review.never == 0 and "read" or nil)
  local never = dedupe.rule_out(path, review.never)
  for _, left in ipairs(review.left_out) do
    ctx.skip(left.reason, left.line, left.detail)
  end
  return clusters_of(ctx, never, path)
end

return {
  name = "duplicates merged or consolidated",
  options = { clusters = "", decisions = "", how = "consolidate", never = "", allow_loss = "no", kind = "",
    phone_region = "", birth_field = "", rules = "" },

  source = function(options)
    review = read(options)
    return fix.each(review.kind, open, { members = true })
  end,

  change = function(_, ctx)
    local options, cluster = ctx.options, current
    local action = { values = "rules", survivor = cluster.survivor, allow_loss = losses(options.allow_loss) }
    if not cluster.is_decided then
      function action.check(records)
        local region = setting(options, "phone_region")
        return dedupe.recheck(records, { kind = review.kind, region = region and region:upper(),
          birth_field = setting(options, "birth_field"), ignore = rules.ignore })
      end
    end
    if options.how == "merge" then
      return fix.merge(cluster.ids, action)
    end
    action.kind = review.kind
    return fix.consolidate(cluster.ids, action)
  end,
}
