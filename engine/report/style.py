"""How the HTML report looks: on a wide and a narrow screen, by day and by night, and on paper."""

import re

# One shape for each tone, cut out of a solid so that each reads without its colour: a disc with a tick, a ring with a
# bar, a hollow diamond, a triangle with an exclamation mark.
SHAPES = """\
<svg class="shapes" aria-hidden="true" focusable="false">\
<symbol id="shape-yes" viewBox="0 0 16 16"><path fill-rule="evenodd" d="M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0ZM6.9 \
11.9 13 5.5 11.6 4.1 6.8 9.1 4.4 6.8 3 8.2Z"></path></symbol>\
<symbol id="shape-no" viewBox="0 0 16 16"><path fill-rule="evenodd" d="M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0ZM8 1.9a6.1 \
6.1 0 1 0 0 12.2A6.1 6.1 0 0 0 8 1.9ZM4 7h8v2H4Z"></path></symbol>\
<symbol id="shape-open" viewBox="0 0 16 16"><path fill-rule="evenodd" d="M8 0 16 8 8 16 0 8ZM8 3 3 8 8 13 13 8Z">\
</path></symbol>\
<symbol id="shape-alarm" viewBox="0 0 16 16"><path fill-rule="evenodd" d="M8 .5 16 15.500H0ZM7 6v4.500h2V6Z\
M7 11.500v2h2v-2Z"></path></symbol>\
</svg>
"""

STYLE = """\
:root {
  color-scheme: light dark;
  --paper: #fdfcf9; --raised: #f5f2ea; --ink: #1e2329; --quiet: #4a515b; --rule: #d8d3c6; --strong: #8d8775;
  --link: #1c4f72; --yes: #17594f; --no: #485059; --open: #6b4600; --alarm: #8a241b;
  --serif: "Source Serif 4", "Iowan Old Style", "Palatino Linotype", Palatino, "Noto Serif", Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
}
*, *::before, *::after { box-sizing: border-box; }
html { font-size: 100%; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; background: var(--paper); }
body {
  margin: 0 auto; padding: 2.5rem clamp(1rem, 4vw, 3rem) 3rem; max-width: 70rem;
  background: var(--paper); color: var(--ink); font: 1rem/1.55 var(--sans);
  font-variant-numeric: lining-nums; overflow-wrap: anywhere;
}
h1, h2, h3, h4 { font-family: var(--serif); font-weight: 600; line-height: 1.25; text-wrap: balance; }
h1 { margin: 0 0 1rem; font-size: clamp(1.6rem, 1.1rem + 2.4vw, 2.4rem); }
h2 { margin: 3rem 0 1rem; padding-bottom: .35rem; border-bottom: 1px solid var(--strong); font-size: 1.5rem; }
h3 { margin: 1.75rem 0 .6rem; font-size: 1.2rem; }
h4 { margin: 1rem 0 .3rem; font-size: 1rem; }
h3 span + .mark, h3 span + .tag { margin-left: .3rem; }
h3 .mark, h3 .tag { font-family: var(--sans); font-size: .95rem; }
p { margin: 0 0 .7rem; max-width: 46rem; }
a { color: var(--link); text-underline-offset: .15em; text-decoration-thickness: .06em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
:target { scroll-margin-top: 1rem; }
ul, dl, dd { margin: 0; padding: 0; }
ul { list-style: none; }
cite { font-style: normal; }
q { font-family: var(--serif); font-style: italic; quotes: "\\201c" "\\201d"; }
.skip { position: absolute; left: -200vw; }
.skip:focus { position: static; display: inline-block; margin-bottom: 1rem; padding: .3rem .6rem; }
.shapes { position: absolute; width: 0; height: 0; overflow: hidden; }

.kicker {
  margin: 0 0 .3rem; color: var(--quiet); font-size: .8rem; font-weight: 600; letter-spacing: .12em;
  text-transform: uppercase;
}
dt { color: var(--quiet); font-size: .85rem; }
nav { margin-top: 1.5rem; padding: .6rem 0; border-block: 1px solid var(--rule); font-size: .9rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; }
nav a { display: inline-block; padding: .15rem 0; }

.mark { display: inline-flex; align-items: baseline; gap: .4em; font-weight: 600; }
.mark .shape { flex: none; width: .85em; height: .85em; fill: currentcolor; transform: translateY(.06em); }
.yes { color: var(--yes); }
.no { color: var(--no); }
.open { color: var(--open); }
.alarm { color: var(--alarm); }
.tag {
  display: inline-block; padding: 0 .45em; border: 1px solid var(--strong); border-radius: 1em; color: var(--quiet);
  font-size: .78rem; font-weight: 500; line-height: 1.5;
}
.callout { padding: .6rem .9rem; border: 2px solid; font-weight: 600; }
.note { color: var(--quiet); font-size: .88rem; }
p.note { margin-top: .7rem; max-width: 54rem; }

table { width: 100%; margin: .8rem 0 1rem; border-collapse: collapse; font-size: .94rem; line-height: 1.45; }
caption { padding-bottom: .4rem; color: var(--quiet); font-size: .85rem; text-align: left; }
th, td { padding: .55rem 1rem .55rem 0; text-align: left; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
thead th {
  padding-block: .3rem; border-bottom: 1px solid var(--strong); color: var(--quiet); font-size: .8rem;
  font-weight: 600; letter-spacing: .02em;
}
tbody th { font-weight: 600; }
tbody tr { border-top: 1px solid var(--rule); }
thead + tbody > tr:first-child { border-top: 0; }
tbody:last-child { border-bottom: 1px solid var(--rule); }
td p:last-child { margin-bottom: 0; }

section.summary { margin-top: 1.5rem; padding: .1rem clamp(.8rem, 2.5vw, 1.75rem) 1rem; background: var(--raised); }
section.summary h2 { margin-top: 1.2rem; border: 0; padding: 0; }
table:not(.elements, .rows) caption {
  position: absolute; width: 1px; height: 1px; padding: 0; overflow: hidden; clip-path: inset(50%);
}
.verdicts th, .verdicts td { padding-block: .8rem; }
.verdicts tbody th { width: 24%; font-family: var(--serif); font-size: 1.1rem; line-height: 1.3; }
.verdicts td:first-child { width: 8.5rem; white-space: nowrap; font-size: 1.02rem; }
.verdicts td:last-child { width: 17%; color: var(--quiet); font-size: .88rem; }
.caution { margin: .3rem 0 0; padding-left: .7rem; border-left: 2px solid var(--open); font-size: .88rem; }
.verdicts p::first-letter { text-transform: uppercase; }
.counts { display: grid; grid-template-columns: 3fr 2fr; column-gap: 2.2rem; margin-top: 1.1rem; }
.counts > div { padding-bottom: .7rem; }
.counts > div:first-child { grid-row: span 9; }
.counts dd > p { margin: .5rem 0 .1rem; font-size: .94rem; }
.counts dd > a + ul { margin-top: .4rem; }
.counts li { padding: .1rem 0 .1rem 1rem; font-size: .9rem; text-indent: -1rem; }

.contexts article + article { margin-top: 2.75rem; padding-top: .25rem; border-top: 1px solid var(--rule); }
.elements tbody tr + tr { border-top: 0; }
.elements tbody tr + tr > * { padding-top: 0; }
.elements tbody tr:first-child { border-top: 1px solid var(--rule); }
.elements thead + tbody tr:first-child { border-top: 0; }
.elements { table-layout: fixed; }
.elements thead :nth-child(1) { width: 8rem; }
.elements thead :nth-child(2) { width: 30%; }
.elements thead :nth-child(3) { width: 26%; }
.elements td:first-child[rowspan] { white-space: nowrap; }
td .label { display: none; }
.fact { color: var(--quiet); }
.value { font-weight: 600; }
.depth-1 { padding-left: 1rem; }
.depth-2 { padding-left: 2rem; }
.depth-3 { padding-left: 3rem; }
.depth-4 { padding-left: 4rem; }
.passages { margin: 0 0 .5rem; font-size: .9rem; }
.passages li { max-width: 54rem; padding-block: .15rem; padding-left: 1rem; text-indent: -1rem; }
.passages cite { color: var(--quiet); }
td .passages { margin: 0; }
.remarks + .passages { margin-top: .4rem; }
.about > div, .remarks > div { display: grid; grid-template-columns: 7.5rem 1fr; column-gap: 1rem; padding: .12rem 0; }
.about dt, .remarks dt { grid-column: 1; line-height: 1.7; }
.about dd, .remarks dd { grid-column: 2; max-width: 48rem; font-size: .94rem; }
.key > div { display: grid; grid-template-columns: 9rem 1fr; column-gap: 1rem; padding: .15rem 0; }
.key dt { color: inherit; font-size: .94rem; font-weight: 600; }
.key dd { font-size: .94rem; max-width: 48rem; }
table.measures tbody th { width: 40%; }
th .passages { margin-top: .3rem; font-weight: 400; font-size: .88rem; }
.case { margin-bottom: .8rem; }
.case > p { margin: .9rem 0 .2rem; }
.names { font-weight: 600; }
.names li, .cases li { padding-left: 1rem; text-indent: -1rem; }
.cases td:first-child { width: 8.5rem; }
.cases td:nth-child(2) { width: 28%; }
.cases td p { margin-top: .2rem; }
.items td:first-child { width: 9.5rem; }
.items td:first-child .mark { white-space: nowrap; }
.items tbody th { width: 28%; }
.items .remarks > div { grid-template-columns: 6rem 1fr; }
.items:not(:has(td + th + td)) tbody th { width: auto; }
table.questions tbody th { width: 40%; font-weight: 400; }
table.questions tbody td { width: 30%; }
table.questions p { margin: 0 0 .3rem; }
table.facts tbody th { width: 22%; }
table.facts td:nth-child(2) { width: 22%; font-weight: 600; }
table.facts td:nth-child(3) { width: 7.5rem; }
table.facts td:nth-child(4) { font-size: .88rem; }
.rows th, .rows td { min-width: 5rem; }
.chart { margin: 1rem 0 1.2rem; }
.spans tbody th { width: 30%; }
.turns { table-layout: fixed; }
.turns thead :nth-child(1) { width: 10.5rem; }
.turns thead :nth-child(2) { width: 29%; }
.turns td p { margin-bottom: .3rem; }
table.steps tbody th { width: 40%; font-weight: 400; }
.notes li, .sources li { max-width: 54rem; margin-bottom: .35rem; }
.sources .note { display: block; text-indent: 0; }
.notes li { padding-left: .8rem; border-left: 2px solid var(--open); }
.sources li { font-size: .9rem; padding-left: 1.2rem; text-indent: -1.2rem; }
.measures > ul > li { padding: .15rem 0; }

details { margin: .9rem 0; border: 1px solid var(--rule); }
summary { padding: .45rem .8rem; color: var(--link); font-size: .92rem; cursor: pointer; }
details[open] > summary { border-bottom: 1px solid var(--rule); }
details > :not(summary) { margin-inline: .8rem; }
details > .remarks { margin-top: .6rem; }
details > :last-child { margin-bottom: .8rem; }
.workings h3 { margin: 1rem 0 .3rem; font-size: 1rem; }
.way { margin: .7rem 0 0; font-size: .92rem; }
.trace { font-size: .88rem; line-height: 1.5; }
.trace > ul > li { margin-top: .25rem; }
.trace ul ul { margin-left: .35rem; padding-left: .9rem; border-left: 1px solid var(--rule); }
.trace .mark { font-size: .95em; }
footer {
  margin-top: 3rem; padding-top: .8rem; border-top: 1px solid var(--strong); color: var(--quiet); font-size: .9rem;
}

@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --raised: #1d2126; --ink: #e7e4dd; --quiet: #a9aeb6; --rule: #353a41; --strong: #6a6f77;
    --link: #93c4e4; --yes: #74c7b6; --no: #b3b9c2; --open: #e2b661; --alarm: #f29a90;
  }
}
@media screen and (max-width: 46rem) {
  body { padding-top: 1.25rem; }
  table, caption, tbody, tr, th, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { padding: .7rem 0; }
  .elements tbody tr { padding: .25rem 0; }
  .elements tbody tr:first-child { padding-top: .7rem; }
  .elements tbody tr:last-child { padding-bottom: .7rem; }
  table tbody tr > * {
    width: auto !important; min-width: 0; padding: .1rem 0 !important; white-space: normal !important;
  }
  td:empty { display: none; }
  td .label { display: inline; color: var(--quiet); }
  .about > div, .remarks > div, .key > div, .counts { display: block; }
  .items td:first-child .mark { white-space: normal; }
  .items td:first-child { margin-bottom: .1rem; }
  details > :not(summary) { margin-inline: .6rem; }
  .trace ul ul { margin-left: .1rem; padding-left: .5rem; }
}
@media print {
  :root {
    color-scheme: light; --paper: #fff; --raised: #fff; --rule: #bbb; --strong: #666; --quiet: #444; --link: #111;
  }
  html { font-size: 8.5pt; }
  body { max-width: none; padding: 0; line-height: 1.35; }
  .skip, nav, .way { display: none; }
  a { color: inherit; text-decoration-color: var(--rule); }
  p, p.note, dd, .remarks dd, .passages li, .notes li, .sources li { max-width: none; }
  h1 { font-size: 20pt; }
  h2 { margin: 1.4rem 0 .6rem; padding-bottom: .2rem; font-size: 14pt; }
  h3 { margin: 1rem 0 .35rem; }
  .contexts article + article { margin-top: 1.1rem; }
  table { margin: .4rem 0 .6rem; line-height: 1.34; }
  th, td { padding-block: .25rem; }
  .passages li, .names:has(li + li + li) li { display: inline; padding: 0; }
  .passages li + li::before, .names:has(li + li + li) li + li::before { content: " \\00b7  "; }
  .elements thead :nth-child(1), .items td:first-child { width: 7.8rem; }
  .elements thead :nth-child(2) { width: 36%; }
  .chart { margin: .5rem 0; zoom: .7; }
  .steps, .cases { font-size: .84rem; }
  .steps th, .steps td { padding-block: .12rem; }
  .cases td:first-child { width: 7.8rem; }
  .precedents > .note { break-inside: avoid; }
  table.questions tbody th { width: 38%; }
  table.questions tbody td { width: auto; }
  table.questions tbody td:last-child { width: 23%; }
  table.facts td:nth-child(2) { width: 18%; }
  table.facts td:nth-child(3) { width: 7.5rem; }
  table.questions p, .changes h4, .changes h4 + p { display: inline; }
  table.questions p + p::before { content: "\\00b7  "; }
  .items tbody th { width: 33%; }
  .changes h4 + p::after { content: ""; display: block; }
  table.measures tbody th { width: 39%; }
  .about dt, .remarks dt { line-height: inherit; }
  .remarks > div, .items .remarks > div { grid-template-columns: 6.8rem 1fr; padding-block: 0; }
  h2, h3, h4, .lead, .precedents > .note, .case > p, .names, caption, summary, thead, article > .passages {
    break-after: avoid;
  }
  thead + tbody > tr:first-child { break-before: avoid; }
  h1, h2, h3, h4, tbody tr, .elements tbody, .rows, .chart, .counts > div, article > .passages, .passages li,
  .remarks > div, .notes li, .sources li, .key > div, .lead, .callout { break-inside: avoid; }
  thead { display: table-header-group; }
  p, li, dd { orphans: 2; widows: 2; }
  .about { display: grid; grid-template-columns: 2fr 3fr; column-gap: 1.5rem; }
  .about > div { grid-template-columns: 4.5rem 1fr; }
  /* The summary fits on the first page, unless somebody has a great deal to say. */
  section.summary { margin-top: .8rem; padding: 0 1rem; border: 1px solid var(--strong); line-height: 1.35; }
  section.summary h2 { margin: .5rem 0 .3rem; }
  .verdicts { margin: 0; }
  .verdicts th, .verdicts td { padding-block: .35rem; }
  .verdicts tbody th { font-size: 1rem; }
  .verdicts .caution { margin-top: .1rem; }
  .counts { margin-top: .6rem; }
  .counts > div { padding-bottom: .4rem; }
  .counts li { padding-block: 0; }
  /* What is folded away on a screen is all there on paper. */
  details { border: 0; border-left: 1px solid var(--rule); padding-left: .8rem; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  details > summary { display: block; padding: 0; border: 0; color: var(--quiet); font-weight: 600; list-style: none; }
  /* The annex is for looking up: smaller, and in columns. */
  .workings { columns: 3; column-gap: 1.2rem; font-size: 7pt; line-height: 1.26; }
  .workings h2 { column-span: all; }
  .workings details { margin: 0 0 .8rem; padding-left: .5rem; }
  .trace ul ul { margin-left: .2rem; padding-left: .45rem; }
  .workings details > summary { color: inherit; font-size: 10pt; }
  .workings h3 { margin: .6rem 0 .15rem; font-size: 7.5pt; }
  .workings .note { margin: 0 0 .2rem; font-size: 7pt; }
  .key { columns: 2; column-gap: 1.6rem; }
  .sources ul { columns: 3; column-gap: 1.2rem; }
  .sources li { margin-bottom: .2rem; font-size: 7pt; line-height: 1.27; }
  .sources .note { font-size: 7pt; }
  details > summary::-webkit-details-marker { display: none; }
  details > :not(summary) { margin-inline: 0; }
  footer { margin-top: .8rem; padding-top: .3rem; break-before: avoid; }
  footer p { margin: 0; }
}
@page { margin: 16mm 14mm 14mm; }
@page { @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #444; } }
"""

_HEAD = 100  # characters of a title that fit over a page


def running_heads(title: str, date: str, disclaimer: str) -> str:
    """Return the style of what stands at the head and the foot of each printed page."""
    short = title if len(title) <= _HEAD else f"{title[:_HEAD].rstrip()}…"
    boxes = (("top-left", short), ("top-right", date), ("bottom-left", disclaimer))
    return "".join(
        f"@page {{ @{box} {{ content: {css_string(text)}; font: 8pt sans-serif; color: #444; }} }}\n"
        for box, text in boxes
    )


def css_string(text: str) -> str:
    r"""Return `text` as a string of a style sheet, every character but letters, digits and spaces by its number.

    >>> css_string("</style>")
    '"\\3c \\2f style\\3e "'
    """
    return '"' + re.sub("[^A-Za-z0-9 ]", lambda match: f"\\{ord(match[0]):x} ", text) + '"'
