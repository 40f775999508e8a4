--- The style of a review.  Data only.

local base_style = require "extcontacts.fix.report.base_style"

return base_style .. [[
.plain th, .plain td { text-align: left; padding: .3rem .9rem .3rem 0; font-weight: normal; vertical-align: top }
.plain th { white-space: nowrap; width: 1% }
kbd { border: 1px solid var(--soft); border-radius: 4px; padding: 0 .4em; font: .875em/1.4 ui-monospace, monospace }
.facts { margin: 1rem 0 .5rem; border: 0; padding: 0 }
.facts dt { color: var(--text); font-weight: 600 }
.check { display: inline-flex; gap: .6rem; align-items: center; min-height: 2.75rem; cursor: pointer }
.check input, .survivors input { width: 1.25rem; height: 1.25rem; flex: none; margin: 0; accent-color: var(--link) }
.bar { position: sticky; top: 0; z-index: 1; padding: .6rem 1.25rem; box-shadow: 0 2px 6px #0003; display: grid;
  grid-template-columns: 1fr auto; gap: .25rem 1rem; align-items: center }
.bar p { margin: 0 }
.progress { font-weight: 600 }
.message { grid-column: 1 / -1; color: var(--soft); font-size: .9rem; overflow-wrap: anywhere }
.message:empty { display: none }
.options, .decide { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center }
button, .button { font: inherit; min-height: 2.75rem; min-width: 5rem; padding: .4rem 1rem; cursor: pointer;
  color: var(--link); background: var(--page); border: 1px solid var(--soft); border-radius: 7px }
button:disabled { opacity: .5; cursor: default }
.button { display: inline-flex; align-items: center; position: relative }
.button input { position: absolute; inset: 0; width: 100%; opacity: 0; cursor: pointer }
.button:focus-within { outline: 3px solid var(--link); outline-offset: 2px }
#download { background: var(--link); color: var(--card); border-color: var(--link) }
.options { margin: .5rem 0 0 }
.options .check { margin-right: auto }
.legend { margin: 0 }
.card { background: var(--card); border: 1px solid var(--line); border-left: 6px solid var(--line); border-radius: 10px;
  padding: 1rem 1.25rem; margin: 0 0 1.25rem; scroll-margin-top: 9rem }
.card:focus { outline: 3px solid var(--link); outline-offset: 2px }
.card.is-merge { border-left-color: var(--set) } .card.is-never { border-left-color: var(--bad) }
.card.is-skip { border-left-color: var(--soft) }
.card h3 { margin: 0 0 .4rem; font-size: 1.1rem; overflow-wrap: anywhere }
.card h3 .who { font-weight: normal; color: var(--soft) }
.card .verdict { padding: .45rem .9rem; margin: 0 0 .6rem; font-size: .95rem; overflow-wrap: anywhere }
.facts-line { display: flex; flex-wrap: wrap; gap: .3rem .9rem; margin: 0 0 .6rem; color: var(--soft) }
.tag { border-radius: 1rem; padding: .05rem .7rem; font-size: .875rem }
.tag.good { background: var(--good-back); color: var(--good) }
.tag.warn { background: var(--warn-back); color: var(--warn) }
.reasons, .losses ul { margin: .25rem 0 .75rem; padding-left: 1.25rem }
.losses, .none-lost { margin: .75rem 0 }
.losses li { overflow-wrap: anywhere; white-space: pre-wrap }
.survivors { border: 0; margin: 0 0 .75rem; padding: 0; display: grid; gap: .25rem 1rem;
  grid-template-columns: repeat(auto-fill, minmax(min(24rem, 100%), 1fr)) }
.survivors legend { padding: 0; color: var(--soft); font-size: .9rem }
.survivors label { display: flex; gap: .6rem; align-items: flex-start; min-height: 2.75rem; padding: .4rem 0;
  cursor: pointer; min-width: 0; overflow-wrap: anywhere }
.survivors .who { font-weight: 600 }
.survivors code { color: var(--soft) }
.sides th, .sides td { text-align: left; vertical-align: top; padding: .35rem .6rem; font-weight: normal;
  border-top: 1px solid var(--line); min-width: 10rem; max-width: 22rem; overflow-wrap: anywhere }
.sides thead th { color: var(--soft); font-size: .875rem; border-top: 0 }
.sides thead .survivor, .sides thead .result { color: var(--text); font-weight: 600 }
.sides th[scope=row], .sides thead th:first-child { color: var(--soft); position: sticky; left: 0;
  background: var(--card); min-width: 7rem }
.value { white-space: pre-wrap }
.sides .result { background: var(--page); border-left: 2px solid var(--line); position: sticky; right: 0 }
.sides .equal .value { color: var(--soft) }
.differences .equal { display: none }
.kept { text-decoration: underline dotted; text-underline-offset: .2em; background: var(--warn-back);
  border-radius: 3px; padding: .05em .1em }
.alike { text-decoration: underline dotted; text-underline-offset: .2em }
.lost { color: var(--bad) }
.decide { border-top: 1px solid var(--line); padding-top: .75rem; margin-top: .75rem }
.decide button[aria-pressed=true] { color: var(--card); background: var(--text); border-color: var(--text);
  font-weight: 600 }
.state { color: var(--soft) }
@media (min-width: 40rem) { .decide [data-key]::after { content: attr(data-key); margin-left: .6rem; padding: 0 .35em;
  border: 1px solid currentColor; border-radius: 4px; font: .75rem/1.4 ui-monospace, monospace } }
.pages { display: flex; flex-wrap: wrap; gap: .9rem; align-items: center; margin: 0 0 1.25rem }
.pages[hidden] { display: none }
@media (max-width: 40rem) {
  .bar { padding: .4rem .8rem; margin-left: -.8rem; margin-right: -.8rem; border-radius: 0 }
  .bar .progress { font-size: .875rem; font-weight: normal }
  .bar button { padding: .3rem .5rem }
  .options > * { flex: 1 1 100%; justify-content: center } .options .check { justify-content: start }
  .card { padding: .9rem }
  .sides, .sides tbody, .sides tr, .sides td, .sides th[scope=row] { display: block; max-width: none; min-width: 0 }
  .sides thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  .sides th[scope=row] { position: static; padding: .6rem 0 0; font-weight: 600 }
  .sides td { border-top: 0; padding: .1rem 0 }
  .sides .result { position: static; border-left: 0; padding: .1rem .4rem; border-radius: 4px }
  .sides td::before { content: attr(data-label) ": "; color: var(--soft); font-size: .85rem }
  .sides .equal td:not(.result), .sides .value.empty { display: none }
  .decide button { flex: 1 1 5rem }
  .state { flex-basis: 100% }
}
@media print { .bar, .filters, .decide button, .pages, .keys, .options { display: none } }
]]
