--- The style of a plan's report.  Data only.

local base_style = require "extcontacts.fix.report.base_style"

return base_style .. [[
.plain th, .plain td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; font-weight: normal }
.plain thead th { color: var(--soft); font-size: .875rem }
.plain .count, .plain td:nth-child(n+3) { font-variant-numeric: tabular-nums }
.plain .count { width: 6rem }
.tag { display: inline-block; border-radius: 1rem; padding: .1rem .6rem; font-size: .85rem }
.tag.reversible { background: var(--good-back); color: var(--good) }
.tag.partly_reversible { background: var(--warn-back); color: var(--warn) }
.tag.irreversible { background: var(--bad-back); color: var(--bad) }
.chart { display: block; overflow: visible; margin-bottom: .5rem }
.chart text { fill: currentColor; font-size: 15px }
.chart .count { font-variant-numeric: tabular-nums }
.track { fill: var(--track) } .set { fill: var(--set) } .changed { fill: var(--changed) }
.cleared { fill: var(--cleared) }
.changes { table-layout: fixed; border-top: 1px solid var(--line) }
.changes caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
.changes thead th { text-align: left; padding: .5rem .6rem; font-size: .875rem; color: var(--soft) }
.changes thead th:first-child { width: 24% }
.changes tbody { border-top: 1px solid var(--line) }
.changes tbody[hidden] { display: none }
.changes tbody:target .record { box-shadow: inset 4px 0 var(--link) }
.changes td, .changes tbody th { padding: .35rem .6rem; vertical-align: top; text-align: left;
  font-weight: normal; overflow-wrap: anywhere }
.changes tbody th[scope=row] { color: var(--soft) }
.changes .record th { padding-top: .9rem }
.changes tr:last-child > * { padding-bottom: .9rem }
.before, .after { white-space: pre-wrap }
.number { display: inline-block; min-width: 2.2em; font-variant-numeric: tabular-nums }
.op { font-weight: 600 } .op.delete, .op.erase, .op.merge, .lost { color: var(--bad) }
.who { font-weight: 600 }
.record code { color: var(--soft) }
.warnings, .lost { list-style: none; margin: .35rem 0 0; padding: 0 }
.warnings { color: var(--warn) }
.warnings li::before { content: "\26A0\FE0E\00A0" }
.origin { margin: 0 0 1rem; color: var(--soft); overflow-wrap: anywhere }
.origin b { color: var(--text); font-weight: 600 }
.assumptions { list-style: none }
section > .facts { border: 0; padding: 0; margin: 0 }
.command { display: block; background: var(--page); border: 1px solid var(--line); border-radius: 7px;
  padding: .6rem .8rem }
.sign { display: none }
@media (max-width: 40rem) {
  .changes, .changes tbody, .changes tr, .changes td, .changes th { display: block }
  .changes thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  .changes td, .changes tbody th { padding: .1rem 0 }
  .changes tbody th[scope=row] { padding-top: .5rem }
  .changes tr:last-child > * { padding-bottom: .1rem }
  .changes tbody { padding-bottom: .9rem }
  .before::before { content: "before "; color: var(--soft); font-size: .85rem }
  .after::before { content: "after "; color: var(--soft); font-size: .85rem }
}
@media print {
  .sign { display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 2rem; margin: 3rem 0 }
  .sign span { border-top: 1px solid #000; padding-top: .25rem }
}
]]
