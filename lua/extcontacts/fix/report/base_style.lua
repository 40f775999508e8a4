--- The style that all pages share: light, dark and print.  Data only.

return [[
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --text: #1b1f24; --soft: #59636e; --line: #d5dae0;
  --link: #0b57b0; --set: #1a7f4b; --changed: #2f6fc4; --cleared: #b5521b; --track: #e9ecf0;
  --del: #ffe3e0; --del-line: #b3261e; --ins: #d9f5e2; --ins-line: #18703f;
  --warn: #8a4b00; --warn-back: #fff3da; --bad: #a3140f; --bad-back: #ffe7e5;
  --good: #14603a; --good-back: #e0f5e8 }
@media (prefers-color-scheme: dark) { :root {
  --page: #14171b; --card: #1d2126; --text: #e8ebef; --soft: #a2acb7; --line: #394049;
  --link: #82b7ff; --set: #4cc38a; --changed: #6ea8f5; --cleared: #f0965a; --track: #2c323a;
  --del: #55211f; --del-line: #ff9d94; --ins: #173f2a; --ins-line: #7ee2a8;
  --warn: #ffc871; --warn-back: #3a2c10; --bad: #ffb0a9; --bad-back: #471c1a;
  --good: #8fe3b4; --good-back: #15382a } }
* { box-sizing: border-box }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100% }
body { margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif }
main, body > header, body > footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem }
a { color: var(--link) }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px }
.skip { position: absolute; left: -100vw; background: var(--card); padding: .5rem 1rem; z-index: 2 }
.skip:focus { left: 0; top: 0 }
code { font: .875em/1.4 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere }
.eyebrow { margin: 2rem 0 0; color: var(--soft); font-size: .875rem; letter-spacing: .04em }
h1 { margin: .1rem 0 1rem; font-size: clamp(1.5rem, 4.5vw, 2.1rem); line-height: 1.2; overflow-wrap: anywhere }
h2 { margin: 0 0 .75rem; font-size: 1.2rem }
h3 { margin: 1.25rem 0 .5rem; font-size: 1rem }
section, .facts { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 1.1rem 1.25rem; margin: 0 0 1.25rem }
.verdict { border-radius: 10px; padding: .8rem 1.25rem; margin: 0 0 1.25rem; font-size: 1.05rem;
  border-left: 5px solid currentColor }
.verdict.good { background: var(--good-back); color: var(--good) }
.verdict.warn { background: var(--warn-back); color: var(--warn) }
.verdict.bad { background: var(--bad-back); color: var(--bad) }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem }
.facts dt { color: var(--soft) }
.facts dd { margin: 0; overflow-wrap: anywhere; min-width: 0 }
.tiles { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem;
  grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)) }
.tiles li { border: 1px solid var(--line); border-radius: 8px; padding: .6rem .9rem; color: var(--soft) }
.tiles b { display: block; font-size: 1.6rem; line-height: 1.25; color: var(--text);
  font-variant-numeric: tabular-nums }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
.note { color: var(--soft); font-size: .9rem }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 .75rem; padding: 0;
  font-size: .9rem }
summary { cursor: pointer; color: var(--link); padding: .25rem 0; width: max-content; max-width: 100% }
.filters { display: grid; gap: .6rem .9rem; align-items: end;
  grid-template-columns: repeat(auto-fit, minmax(min(10rem, 100%), 1fr)) }
.filters[hidden] { display: none }
.filters label { display: block; font-size: .875rem; color: var(--soft) }
.filters input, .filters select, .filters button { display: block; width: 100%; min-height: 2.75rem; font: inherit;
  color: var(--text); background: var(--page); border: 1px solid var(--soft); border-radius: 7px;
  padding: .4rem .7rem }
.filters button { cursor: pointer; color: var(--link) }
.status { min-height: 1.5em; margin: .8rem 0; color: var(--soft) }
del, ins { border-radius: 3px; padding: .05em .1em; -webkit-box-decoration-break: clone; box-decoration-break: clone }
del { background: var(--del); text-decoration: line-through; text-decoration-color: var(--del-line) }
ins { background: var(--ins); text-decoration: underline; text-decoration-color: var(--ins-line);
  text-underline-offset: .2em }
.none, .omitted { color: var(--soft); font-style: italic }
.unseen { font-size: .75em; border: 1px solid currentColor; border-radius: 3px; padding: 0 .2em; white-space: nowrap }
.blank { position: relative }
.blank::before { content: "\00B7"; position: absolute; left: 0; opacity: .75 }
.blank.tab::before { content: "\2192" } .blank.end::before { content: "\21B5" }
body > footer { color: var(--soft); font-size: .9rem; padding-bottom: 3rem }
@media (max-width: 40rem) {
  main, body > header, body > footer { padding: 0 .8rem }
  section, .facts { padding: .9rem }
  .facts { grid-template-columns: 1fr; gap: 0 }
  .facts dd { margin-bottom: .5rem }
  .tiles { grid-template-columns: 1fr 1fr }
}
@media print {
  :root { color-scheme: light; --page: #fff; --card: #fff; --text: #000; --soft: #444; --line: #bbb;
    --del: #fff; --ins: #fff; --good-back: #fff; --warn-back: #fff; --bad-back: #fff; --track: #eee;
    --link: #000; --good: #000; --warn: #000; --bad: #000 }
  body { font-size: 10pt }
  main, body > header, body > footer { max-width: none; padding: 0 }
  section, .facts { border: 0; padding: 0 }
  .filters, .status, .skip, summary { display: none }
  tbody, .tiles li, .chart { break-inside: avoid }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth } }
]]
