-- Run by memerr, which lets every allocation fail in turn.
local core = require("extcontacts.core")

assert(core.similarity.damerau_levenshtein(("ab"):rep(50), ("ba"):rep(50)) > 0)
assert(core.similarity.jaro_winkler("martha", "marhta") > 0.9)

local matcher = core.matcher.new { "given", "family", "emails", "phones" }
for index = 1, 12 do
  matcher:add({ "name" .. index % 5, "family" .. index % 2, "pa" .. index % 3 .. "@x.example",
    "p+1202555010" .. index % 4 },
    { "aall", "b" .. index % 3, "c" .. index })
end
matcher:finish(8)
local sampled, tallied = matcher:sample(20, 1), 0
assert(next(sampled))
for part = 1, core.matcher.PARTS do
  for _, count in pairs(matcher:tally(part)) do
    tallied = tallied + count
  end
  assert(#matcher:pairs(part, { ["1111"] = true }) % 3 == 0)
end
assert(tallied > 0)
matcher:close()
return true
