-- Plans the rows of one of the files of rows.lua, and prints the number of rows.
--   plan.lua FOLDER set_fields|import
local ec = require "extcontacts"
local fix = require "extcontacts.fix"

local folder, kind = arg[1], arg[2]
local path = ("%s/%s.csv"):format(folder, kind)
local definition, set
if kind == "import" then
  definition = assert(fix.import(path))
else
  definition, set = assert(fix.load(require("extcontacts.fixes").path "set_fields")), { csv = path }
end
local plan = assert(fix.plan(ec.connect(), definition,
  { output = ("%s/%s.plan"):format(folder, kind), set = set, force = true }))
local skipped = 0
for _, count in pairs(plan.totals.skipped or {}) do
  skipped = skipped + count
end
print(plan.changes + skipped) -- an import rejects the contacts that the server would reject
