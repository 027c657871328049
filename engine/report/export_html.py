"""Exercises as one HTML file to print: a handout for trainees, which holds nothing of the key, and the key."""

from collections.abc import Callable, Iterator, Sequence

from comity.engine.report.export_bank import listed
from comity.engine.report.export_markdown import about_each, stage_title
from comity.engine.report.frame import Frame, Section, framed
from comity.engine.report.markup import Html, cell, group, html_table, join, pairs, row_head, table_row, tag
from comity.engine.report.sheet import Choice, Entry, Page, Row, Sheet, Telling
from comity.engine.report.view import DISCLAIMER, Table

_LINES = 12  # to write an essay on
_RULES = "Rule set"

_STYLE = """\
.who { display: flex; gap: 2rem; max-width: none; margin: 1rem 0 1.4rem; }
.who span { flex: 2; border-bottom: 1px solid var(--strong); }
.who span + span { flex: 1; }
.box {
  display: inline-block; width: .95em; height: .95em; border: 1.5px solid var(--ink); border-radius: .15em;
  vertical-align: -.1em;
}
.ask { margin-top: 2rem; }
.ask + .asked { color: var(--quiet); font-size: .92rem; }
.grid tbody th { font-weight: 400; }
.grid th + th, .grid td { width: 8.5rem; }
.told th { width: 34%; font-weight: 400; color: var(--quiet); }
.keyed td:nth-child(2) { width: 9rem; font-weight: 600; }
.keyed tbody th { width: 28%; }
.choices li { display: flex; gap: .8rem; padding: .22rem 0; max-width: 50rem; }
.choices .box { flex: none; margin-top: .3rem; }
.hints li { margin-bottom: .15rem; padding-left: 1rem; text-indent: -1rem; max-width: 54rem; font-size: .88rem; }
.hints h4 { margin-top: .7rem; font-size: .92rem; }
.lines div { height: 2rem; border-bottom: 1px solid var(--strong); }
@media print {
  main > section + section { break-before: page; }
  main > section:first-child h2 { margin-top: .8rem; }
  main > section + section h2 { margin-top: 0; }
  .stage ~ .stage { break-before: page; }
  .ask { margin-top: 1.3rem; break-after: avoid; }
  .ask + .asked { break-after: avoid; }
  .grid, .choices, .choices li, .lines { break-inside: avoid; }
  .grid th, .grid td, .keyed th, .keyed td { padding-block: .3rem; }
  .told th, .told td { padding-block: .16rem; }
}
"""


def handout_html(sheets: Sequence[Sheet]) -> str:
    """Return what trainees are told and asked, as a whole HTML document; it ends with a line break."""
    return _document(sheets, "Handout", "Situation and tasks", _handout)


def key_html(sheets: Sequence[Sheet]) -> str:
    """Return what is right and why, with hints and rubrics, as a whole HTML document; it ends with a line break."""
    return _document(sheets, "Key, for the instructor", "Answers", _key)


def _document(sheets: Sequence[Sheet], kind: str, heading: str, content: Callable[[Sheet], Iterator[Html]]) -> str:
    first = sheets[0]
    rules = dict.fromkeys(about for one in sheets for about in one.about if about[0] == _RULES)
    several = Frame(
        kind=kind,
        title="Exercises",
        id=str(len(sheets)),
        about=(*rules,),
        disclaimer=DISCLAIMER,
        language=first.language,
        style=_STYLE,
        label="Exercises",
    )
    single = several._replace(title=first.title, id=first.id, about=_about(first), label="Exercise")
    if len(sheets) == 1:
        return framed(single, [Section("tasks", heading, join(content(first)))])
    return framed(several, [Section(one.id, one.title, join((_head(one), *content(one)))) for one in sheets])


def _about(one: Sheet) -> tuple[tuple[str, str], ...]:
    return (("Level", f"{one.level} of 3"), *one.about)


def _head(one: Sheet) -> Html:
    return pairs((("Exercise", one.id), *(about for about in _about(one) if about[0] != _RULES)), "about")


def _stages(one: Sheet) -> Iterator[tuple[Html, Page, int]]:
    """Yield the heading of each stage, the stage, and the number of its first task."""
    first = 1
    for number, page in enumerate(one.pages, 1):
        title = stage_title(page, number, len(one.pages))
        yield tag("h3", title, class_="stage") if title else Html(), page, first
        first += len(page.entries)


# --- the handout ---


def _handout(one: Sheet) -> Iterator[Html]:
    yield tag("p", tag("span", "Name:"), tag("span", "Date:"), class_="who")
    for title, page, first in _stages(one):
        yield title
        yield from (tag("p", text) for text in page.narrative)
        yield from _told(page)
        for number, entry in enumerate(page.entries, first):
            yield tag("h3", f"{number}. {entry.prompt}", class_="ask")
            yield tag("p", entry.way, class_="asked")
            yield _choices(entry)


def _told(page: Page) -> Iterator[Html]:
    if page.facts:
        rows = (table_row(row_head(fact.fact), cell(_value(fact))) for fact in page.facts)
        yield html_table("What is known", ("Fact", "What is known"), [group(*rows)], "told")
    yield from (_rows(fact.fact, fact.table) for fact in page.facts if fact.table)


def _value(fact: Telling) -> str:
    return fact.table.size if fact.table else fact.value


def _rows(caption: str, table: Table) -> Html:
    def row(cells: Sequence[str]) -> Html:
        heads = zip(table.heads[1:], cells[1:], strict=True)
        return table_row(row_head(cells[0]), *(cell(text, label=head) for head, text in heads))

    return html_table(caption, table.heads, [group(*map(row, table.rows))], "rows")


def _choices(entry: Entry) -> Html:
    if entry.choices:
        return tag("ul", *(tag("li", _BOX, tag("span", one.text)) for one in entry.choices), class_="choices")
    if entry.rows:
        heads = [choice.text for choice in entry.rows[0].choices]
        rows = (table_row(row_head(row.text), *(cell(_BOX, label=head) for head in heads)) for row in entry.rows)
        return html_table(entry.prompt, (about_each(entry), *heads), [group(*rows)], "grid")
    return tag("div", *([tag("div")] * _LINES), class_="lines")


_BOX = tag("span", class_="box")


# --- the key ---


def _key(one: Sheet) -> Iterator[Html]:
    for title, page, first in _stages(one):
        yield title
        for number, entry in enumerate(page.entries, first):
            yield tag("h3", f"{number}. {entry.prompt}", class_="ask")
            yield from _answered(entry)
            hints = tuple(_labelled(f"Hint {level}", hint) for level, hint in enumerate(entry.hints, 1))
            yield from (*hints, _labelled("Sources", ["; ".join(entry.sources)] if entry.sources else ()))


def _answered(entry: Entry) -> Iterator[Html]:
    if entry.rows:
        yield html_table(entry.prompt, (about_each(entry), "Right", "Why"), [group(*map(_answer, entry.rows))], "keyed")
    elif entry.choices:
        yield html_table(entry.prompt, ("Choice", "Right", "Why"), [group(*map(_chosen, entry.choices))], "keyed")
    else:
        yield _labelled("Read it for", entry.rubric)
        yield _labelled("By the rules", entry.explanation)


def _answer(row: Row) -> Html:
    right = next(choice.text for choice in row.choices if choice.right)
    return table_row(row_head(row.text), cell(right, label="Right"), cell(row.why, label="Why"))


def _chosen(choice: Choice) -> Html:
    why = choice.feedback.removeprefix("Yes. ").removeprefix("No. ")
    return table_row(
        row_head(choice.text), cell("yes" if choice.right else "no", label="Right"), cell(why, label="Why")
    )


def _labelled(label: str, lines: Sequence[str]) -> Html:
    return tag("div", tag("h4", label), listed(lines), class_="hints") if lines else Html()
