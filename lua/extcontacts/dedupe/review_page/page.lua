--- The page around the clusters of a review.  Pure.

local document = require "extcontacts.fix.report.document"
local html = require "extcontacts.fix.report.html"
local script = require "extcontacts.dedupe.review_page.script"
local style = require "extcontacts.dedupe.review_page.style"
local texts = require "extcontacts.base.text"

local page = {}

---@class extcontacts.dedupe.ReviewFacts
---@field kind "contact"|"organization"
---@field records integer those that were compared
---@field clusters { merge: integer, review: integer }
---@field source string|nil what was read

local function document_of(facts)
  return { title = ("Duplicate %ss: review"):format(facts.kind), style = style, script = script }
end

local function tile(number, noun, words)
  return ("<li><b>%s</b>%s %s</li>"):format(html.number(number), texts.noun(number, noun), words)
end

local DECISIONS = [[
<dl class="facts">
<dt>Merge</dt><dd>The records become one. You see the record that results, and every value that is lost.</dd>
<dt>Skip</dt><dd>The records stay as they are. They are proposed again next time.</dd>
<dt>Never</dt><dd>No two of these records are the same. A plan with your decisions adds them to the never-merge list,
and they are not proposed again.</dd>
<dt>Undecided</dt><dd>The proposal counts: a plan merges what is proposed for merging and leaves what needs your
decision as it is.</dd>
</dl>
]]

local KEYS = [[
<details class="keys"><summary>Keys</summary>
<table class="plain"><tbody>
<tr><th scope="row"><kbd>J</kbd> <kbd>K</kbd></th><td>next cluster, previous cluster</td></tr>
<tr><th scope="row"><kbd>M</kbd></th><td>merge, and go to the next cluster</td></tr>
<tr><th scope="row"><kbd>S</kbd></th><td>skip, and go to the next cluster</td></tr>
<tr><th scope="row"><kbd>N</kbd></th><td>never, and go to the next cluster</td></tr>
<tr><th scope="row"><kbd>U</kbd></th><td>undecided again</td></tr>
<tr><th scope="row"><kbd>1</kbd> … <kbd>9</kbd></th><td>choose this record as the survivor</td></tr>
<tr><th scope="row"><kbd>/</kbd></th><td>search</td></tr>
<tr><th scope="row"><kbd>D</kbd></th><td>download the decisions</td></tr>
</tbody></table>
<p><label class="check"><input type="checkbox" id="keys" checked> Use single keys (Tab, Enter, Space and the arrow keys
work in any case)</label></p>
</details>
]]

local CONTROLS = [[
<section class="bar" aria-label="Progress">
<p id="progress" class="progress" role="status"></p>
<button type="button" id="download">Download decisions</button>
<p id="message" class="message" role="status"></p>
</section>
<section aria-labelledby="clusters"><h2 id="clusters" tabindex="-1">Clusters</h2>
<form id="filters" class="filters" role="search" autocomplete="off">
<div><label for="words">Search</label><input id="words" name="words" type="search"></div>
<div><label for="show">Show</label><select id="show" name="show">
<option value="">all clusters</option>
<option value="undecided">undecided</option>
<option value="yours">undecided, need your decision</option>
<option value="proposed">undecided, proposed for merging</option>
<option value="merge">decided: merge</option>
<option value="skip">decided: skip</option>
<option value="never">decided: never</option>
<option value="conflict">contradictions</option>
</select></div>
<div><label for="number">Go to cluster</label><input id="number" name="number" type="number" min="1"></div>
</form>
<p class="options"><label class="check"><input type="checkbox" id="differences"> Show only fields that differ</label>
<label class="button" for="file">Load earlier decisions<input type="file" id="file" accept=".csv,text/csv"></label>
<button type="button" id="discard">Discard all decisions</button></p>
<p id="status" class="status" role="status"></p>
<ul class="legend"><li><del>lost</del> when merged</li><li><span class="kept">kept</span> in another field or list</li>
<li><span class="alike">written differently</span>, same value</li><li><ins>from another record</ins></li></ul>
</section>
<div id="list"></div>
<nav id="pages" class="pages" aria-label="Pages of clusters" hidden>
<button type="button" id="previous">Previous page</button><span id="where"></span>
<button type="button" id="next">Next page</button></nav>
]]

--- Returns the page up to the clusters.
---@param facts extcontacts.dedupe.ReviewFacts
---@return string
function page.before(facts)
  local count = facts.clusters.merge + facts.clusters.review
  local parts = {
    document.head(document_of(facts)),
    '<a class="skip" href="#clusters">Skip to the clusters</a>\n',
    '<header>\n<p class="eyebrow">Review of duplicates · nothing is changed</p>\n',
    "<h1>Duplicate ", facts.kind, "s</h1>\n</header>\n<main>\n",
    '<section aria-labelledby="about"><h2 id="about">What you decide</h2>\n<ul class="tiles">',
    tile(facts.records, facts.kind, "compared"), tile(facts.clusters.merge, "cluster", "proposed for merging"),
    tile(facts.clusters.review, "cluster", texts.noun(facts.clusters.review, "needs", "need") .. " your decision"),
    "</ul>\n", facts.source and '<p class="note">Records of ' .. html.text(facts.source) .. "</p>\n" or "",
  }
  if count == 0 then
    parts[#parts + 1] = "<p>There are no duplicates to decide.</p></section>\n"
  else
    parts[#parts + 1] = DECISIONS .. KEYS .. "</section>\n"
      .. '<noscript><p class="verdict warn">This page needs JavaScript. Without it, read clusters.csv and write the '
      .. "decisions to a CSV file with the columns ids, decision and survivor.</p></noscript>\n" .. CONTROLS
  end
  return table.concat(parts)
end

--- Returns a cluster: data that is not shown until the script reads it.
---@param cluster extcontacts.dedupe.ReviewCluster
---@return string
function page.cluster(cluster)
  return ('<script type="application/json" class="c" data-n="%d" data-p="%s" data-s="%d" data-size="%d" '
    .. 'data-ids="%s">%s</script>\n'):format(cluster.number, cluster.proposal, cluster.survivor, cluster.size,
    html.attribute(cluster.ids), cluster.json)
end

--- Returns the page after the clusters.
---@param facts extcontacts.dedupe.ReviewFacts
---@param digest string of the clusters
---@return string
function page.after(facts, digest)
  return table.concat {
    '</main>\n<footer id="end" data-key="', digest, '" data-kind="', facts.kind, '">',
    "<p>The preview is that of a consolidation, which undo can reverse. The plan of a merge on the server shows its ",
    "own result. Every plan is checked again before anything is changed.</p>",
    "<p>This page contains personal data. Delete it when the duplicates are decided.</p></footer>\n",
    document.tail(document_of(facts)),
  }
end

return page
