--- The style of a profile's page.  Data only.

local base_style = require "extcontacts.fix.report.base_style"

return base_style .. [[
.plain th, .plain td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; font-weight: normal; overflow-wrap: anywhere }
.plain thead th { color: var(--soft); font-size: .875rem }
.plain .count { font-variant-numeric: tabular-nums; white-space: nowrap }
.chart { display: block; overflow: visible; margin-bottom: .5rem }
.chart text { fill: currentColor; font-size: 15px }
.chart .count { font-variant-numeric: tabular-nums }
.track { fill: var(--track) } .recognised, .filled { fill: var(--set) }
.international, .count-bar { fill: var(--changed) }
.national, .blank-bar { fill: var(--cleared) } .unreadable, .invalid { fill: var(--del-line) }
.fixes thead th, .fixes tbody th { white-space: nowrap }
.fields th[scope=row] { width: 24% }
.fields .share { width: 22%; font-variant-numeric: tabular-nums }
.fields .share svg { display: block; margin-top: .2rem }
.fields .examples { width: 30% }
.fields tr[hidden] { display: none }
.problem { color: var(--bad); display: block }
.command { display: block; margin-top: .2rem; padding: .4rem .6rem; background: var(--page); border-radius: 6px;
  white-space: pre-wrap; user-select: all; -webkit-user-select: all }
.examples span { display: inline-block; margin-right: .4em }
@media (max-width: 40rem) {
  .fields, .fields tbody, .fields tr, .fields td, .fields tbody th, .fixes, .fixes tbody, .fixes tr, .fixes td,
  .fixes tbody th { display: block; width: auto }
  .fields thead, .fixes thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  .fields td, .fields tbody th, .fixes td, .fixes tbody th { border: 0; padding: .1rem 0 }
  .fields .share, .fields .examples, .fields th[scope=row] { width: auto }
  .fields tr, .fixes tr { border-bottom: 1px solid var(--line); padding: .6rem 0 }
  .fields th[scope=row], .fixes th[scope=row] { font-weight: 600 }
  .fields td[data-label]::before, .fixes td[data-label]::before { content: attr(data-label) " "; color: var(--soft);
    font-size: .85rem }
}
]]
