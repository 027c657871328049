"""An assessment as one HTML file: no script, nothing to fetch, readable on paper and by a screen reader."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from comity.engine.assessment.assess import Assessment
from comity.engine.report.likeness import HAPPENED, CaseView
from comity.engine.report.style import SHAPES, STYLE, running_heads
from comity.engine.report.view import (
    KEY,
    SECTIONS,
    SOURCE,
    WHY,
    ContextView,
    Element,
    Item,
    Line,
    MeasureView,
    Reference,
    SourceView,
    Table,
    View,
    paragraphs,
    printable,
    view,
)
from comity.engine.report.words import STATUS, TRUTH

# How a word looks: its colour, and the shape beside it, so that nothing hangs on colour alone.
TONES = {
    **dict.fromkeys(("met", "called for", "consistent", "covered", "served"), "yes"),
    **dict.fromkeys(("not met", "not called for", "not needed on these facts"), "no"),
    **dict.fromkeys(("cannot tell", "conditional", "undetermined"), "open"),
    **dict.fromkeys(("in conflict", "missing", "unserved"), "alarm"),
}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
# Elements that end their line, so that the file can be read and compared.
_ENDS_LINE = re.compile(
    "article|body|caption|d[dlt]|details|div|footer|h[1-4]|head|header|html|li|main|meta|nav|p|section|style|summary"
    "|t[dhr]|table|tbody|thead|title|ul"
)


class Html(str):
    """A string that is HTML already. Every other string is text, and becomes HTML in `html` alone."""

    __slots__ = ()


def html(text: str) -> Html:
    """Return `text` as HTML that shows it as it is, in an element or in a quoted attribute.

    >>> html('<b title="x">R&D</b>')
    '&lt;b title=&quot;x&quot;&gt;R&amp;D&lt;/b&gt;'
    """
    return text if isinstance(text, Html) else Html(escape(printable(text), quote=True))


def tag(name: str, /, *children: str | None, **attributes: str | None) -> Html:
    """Return an element. Children that are not `Html` are text; an attribute that is None is left out.

    >>> tag("p", "R&D", class_="x")
    '<p class="x">R&amp;D</p>\\n'
    """
    written = (
        f' {key.rstrip("_").replace("_", "-")}="{html(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(html(child) for child in children if child is not None)
    return Html(f"<{name}{''.join(written)}>{inner}</{name}>" + ("\n" if _ENDS_LINE.fullmatch(name) else ""))


def void(name: str, /, **attributes: str) -> Html:
    """Return an element that has no content."""
    return Html(tag(name, **attributes).replace(f"</{name}>", ""))


def join(parts: Iterable[str | None]) -> Html:
    """Return parts one after the other."""
    return Html("".join(html(part) for part in parts if part is not None))


def to_html(assessment: Assessment) -> str:
    """Return the report on `assessment` as a whole HTML document; it ends with a line break."""
    one = view(assessment)
    sections = tuple(_sections(one))
    # `lang` is the rule set's, since most of the words are
    page = tag("html", _head(one), _body(one, sections), lang=one.language)
    return f"<!DOCTYPE html>\n{page}"


# --- the page ---


def _head(one: View) -> Html:
    heads = running_heads(printable(one.title), ", ".join(": ".join(pair) for pair in one.facts[:1]), one.disclaimer)
    return page_head(f"{one.title}: assessment", STYLE + heads)


def page_head(title: str, style: str) -> Html:
    """Return the head of a page that fetches nothing and runs nothing."""
    return tag(
        "head",
        void("meta", charset="utf-8"),
        void("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        void("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Html(f"\n{style}")),
    )


def _body(one: View, sections: Sequence[tuple[str, Html]]) -> Html:
    links = (tag("li", tag("a", SECTIONS[key], href=f"#{key}")) for key, _ in sections)
    return tag(
        "body",
        tag("a", "Skip to the summary", class_="skip", href="#summary"),
        Html(SHAPES),
        tag(
            "header",
            tag("p", "Assessment", class_="kicker"),
            tag("h1", one.title, dir="auto"),
            _pairs((("Situation", one.id), *one.facts), "about"),
        ),
        tag("nav", tag("ul", *links), aria_label="Contents"),
        tag("main", *(content for _, content in sections)),
        tag("footer", tag("p", one.disclaimer)),
    )


def _sections(one: View) -> Iterator[tuple[str, Html]]:
    """Yield the sections that have something to say, each with its key."""
    parts: dict[str, Html | None] = {
        "summary": _summary(one),
        "situation": _narrative(one.narrative) if one.narrative else None,
        "contexts": join(_context(context) for context in one.contexts),
        "measures": _measures(one),
        "response": _response(one) if one.response_title or one.response else None,
        "principles": _items(("Standing", "Principle", "Source"), one.principles),
        "forms": _items(("Verdict", "Form", "Source"), one.forms),
        "precedents": _precedents(one),
        "questions": _questions(one) if one.questions else None,
        "notes": tag("ul", *(tag("li", note) for note in one.notes)) if one.notes else None,
        "facts": _given(one),
        "sources": _references(one),
        "reading": _pairs(KEY, "key"),
    }
    for key, content in parts.items():
        if content:
            heading = tag("h2", SECTIONS[key], id=key)
            yield key, tag("section", heading, content, class_=key, aria_labelledby=key)


def _summary(one: View) -> Html:
    rows = [
        table_row(
            cell(mark(TRUTH[context.word])),
            row_head(tag("a", context.title, href=f"#context-{context.id}")),
            cell(
                tag("p", context.reasons) if context.reasons else None,
                *(tag("p", text, class_="caution") for text in context.cautions),
            ),
            cell(context.tally, label="Elements"),
        )
        for context in one.contexts
    ]
    there = {"measures", *(key for key in ("response", "principles", "questions", "notes") if getattr(one, key))}
    counts = ((SECTIONS[key], tag("a", text, href=f"#{key}") if key in there else text) for key, text in one.summary)
    return join(
        (
            *(tag("p", note, class_="alarm callout") for note in one.contradictions),
            html_table("Verdicts", ("Verdict", "Context", "Why", "Elements"), [group(*rows)], "verdicts"),
            _pairs(counts, "counts"),
        )
    )


def _narrative(text: str) -> Html:
    return join(tag("p", part, dir="auto") for part in paragraphs(text))


# --- contexts ---


def _context(context: ContextView) -> Html:
    heads = ("Verdict", "Element", "Figure", "Threshold")
    groups = [_element(element) for element in context.elements]
    worked = ((element.title, element.note, element.trace) for element in context.elements)
    return tag(
        "article",
        tag("h3", tag("span", context.title), " ", mark(TRUTH[context.word]), id=f"context-{context.id}"),
        _passages(context.sources),
        html_table(f"Elements: {context.tally}", heads, groups, "elements") if groups else None,
        _pairs(context.remarks, "remarks"),
        _note(context.note),
        _worked(
            f"How this was worked out: {context.title}", "h4", (*worked, ("The context itself", None, context.trace))
        ),
    )


def _element(element: Element) -> Html:
    """Return the rows of an element: its figures, each against what it is held against, then its passages."""
    word = TRUTH[element.word]
    figures = [_figure(line, element.word) for line in element.lines] or [cell(colspan="2")]
    marks = (tag("span", mark, class_="tag") for mark in element.marks)
    title = row_head(element.title, *(part for mark in marks for part in (" ", mark)), rowspan=str(len(figures)))
    more = [table_row(cell(_passages(element.sources), colspan="3", class_="said"))] if element.sources else []
    verdict = cell(mark(word), rowspan=str(len(figures) + len(more)))
    first, *others = figures
    return group(table_row(verdict, title, first), *(table_row(figure) for figure in others), *more)


def _figure(line: Line, word: str) -> Html:
    """Return the cells of a line. Its own verdict stands there only if it is not the element's."""
    own = join((" ", mark(TRUTH[line.word]))) if line.word and line.word != word else None
    level = f"depth-{min(line.depth, 4)}" if line.depth else None
    figure = line.figure
    if figure is None:
        return cell(line.text, own, colspan="2", class_=level)
    shown = join((tag("span", f"{figure.fact}:", class_="fact"), " ", tag("span", figure.value, class_="value"), own))
    if not figure.against:
        return cell(shown, colspan="2", class_=level)
    return join((cell(shown, class_=level), cell(figure.against, label="Threshold")))


# --- what follows ---


def _measures(one: View) -> Html:
    parts: list[Html] = []
    for key, status in STATUS.items():
        measures = [measure for measure in one.measures if measure.word == key]
        if measures:
            rows = [table_row(row_head(measure.title), cell(*_measure(measure))) for measure in measures]
            heading = tag("h3", mark(status), " ", tag("span", f"({len(rows)})"))
            heads = ("Measure", "Why, and what for")
            parts += [heading, html_table(f"Measures: {status}", heads, [group(*rows)], "measures")]
    if not one.measures:
        parts.append(tag("p", "None is called for."))
    if one.not_called_for:
        parts.append(tag("h3", mark(STATUS["not-called-for"]), " ", tag("span", f"({len(one.not_called_for)})")))
        parts.append(tag("ul", *(tag("li", title) for title in one.not_called_for)))
    worked = [(measure.title, measure.note, measure.trace) for measure in one.measures]
    return join((*parts, _worked("How the measures were worked out", "h3", worked)))


def _measure(measure: MeasureView) -> Iterator[Html]:
    yield _pairs(measure.remarks, "remarks")
    yield _passages(measure.sources)


def _response(one: View) -> Html:
    title = tag("p", one.response_title, dir="auto") if one.response_title else None
    measures = _items(("Beside what is called for", "Measure", WHY), one.response)
    return join((title, measures, _items(("Standing", "Purpose", "Measures"), one.purposes)))


def _items(heads: tuple[str, str, str], items: Sequence[Item]) -> Html:
    """Return a table of items, each with its word first, and what there is to say of it last."""
    if not items:
        return Html()
    said = any(item.sources or item.remarks for item in items)
    rows = [
        table_row(cell(mark(item.word)), row_head(item.title), cell(*_about(item)))
        if said
        else table_row(cell(mark(item.word)), cell(item.title))
        for item in items
    ]
    columns = heads if said else heads[:2]
    worked = [(item.title, None, item.trace) for item in items if item.trace]
    return join(
        (html_table(heads[1], columns, [group(*rows)], "items"), _worked("How this was worked out", "h3", worked))
    )


def _about(item: Item) -> Iterator[Html | None]:
    yield tag("p", item.text) if item.text else None
    yield from (tag("p", text) for label, text in item.remarks if label == WHY)
    yield _pairs([remark for remark in item.remarks if remark[0] not in (SOURCE, WHY)], "remarks")
    yield _passages(item.sources)
    yield _note(item.note)


def _precedents(one: View) -> Html:
    compared = (
        tag(
            "article",
            tag("h3", tag("span", found.title), " ", mark(TRUTH[found.word])),
            *(_case(case) for case in (*found.precedents, *found.situations)),
            _pairs(found.others, "remarks"),
        )
        for found in one.comparisons
    )
    told = [_told(item) for item in (*one.precedents, *one.stored)]
    return join((*compared, tag("article", tag("h3", HAPPENED), *told) if told else None))


def _case(case: CaseView) -> Html:
    titles = [tag("h4", tag("span", title, dir="auto")) for title in case.titles]
    came_out = tag("p", mark(TRUTH[case.word]), " ", tag("span", case.role, class_="tag"))
    return tag("div", *titles, came_out, _pairs((*case.remarks, *case.answers), "remarks"))


def _told(item: Item) -> Html:
    return tag(
        "details",
        tag("summary", tag("span", item.title, dir="auto"), " ", tag("span", item.word, class_="tag")),
        _narrative(item.text) if item.text else None,
        _pairs(item.remarks, "remarks"),
        _note(item.note),
        _passages(item.sources),
    )


def _questions(one: View) -> Html:
    rows = [table_row(row_head(question), cell(settles)) for question, settles in one.questions]
    return html_table(SECTIONS["questions"], ("Question", "The answer bears on"), [group(*rows)], "questions")


def _given(one: View) -> Html:
    rows: list[Html] = []
    tables: list[Html] = []
    for given in one.given:
        value: str = given.value
        if given.table is not None and given.table.rows:
            name = f"rows-{len(tables) + 1}"
            tables.append(_rows(given.fact, given.table, name))
            value = tag("a", f"{given.table.size}, below", href=f"#{name}")
        source = tag("span", given.source, dir="auto") if given.source else None
        rows.append(table_row(row_head(given.fact), cell(value), cell(given.kind), cell(source)))
    facts = (
        html_table(SECTIONS["facts"], ("Fact", "As given", "Kind", "Source"), [group(*rows)], "facts") if rows else None
    )
    derived = _worked(SECTIONS["derived"], "h3", [(None, None, one.derivations)]) if one.derivations else None
    return join((facts, *tables, derived))


def _rows(title: str, table: Table, name: str) -> Html:
    rows = [
        table_row(*(cell(text, label=head) for head, text in zip(table.heads, row, strict=True))) for row in table.rows
    ]
    return html_table(title, table.heads, [group(*rows)], "rows", id=name)


def _references(one: View) -> Html:
    return tag("ul", *(tag("li", *_reference(reference)) for reference in one.references)) if one.references else Html()


def _reference(reference: Reference) -> Iterator[Html | str]:
    if reference.short:
        yield tag("span", reference.short, class_="value")
        yield ": "
    yield tag("cite", reference.text)
    yield join((" ", tag("span", reference.note, class_="note"))) if reference.note else ""


# --- pieces ---


def mark(word: str) -> Html:
    """Return a word with its shape and colour."""
    tone = TONES.get(word, "plain")
    use = tag("use", href=f"#shape-{tone}") if tone != "plain" else None
    shape = tag("svg", use, class_="shape", aria_hidden="true", focusable="false") if use else None
    return tag("span", shape, word, class_=f"mark {tone}")


def _passages(sources: Sequence[SourceView]) -> Html:
    """Return citations, each with its passage if the wording matters."""
    return tag("ul", *(tag("li", *_passage(source)) for source in sources), class_="passages") if sources else Html()


def _passage(source: SourceView) -> Iterator[Html | str]:
    if source.quote:
        yield tag("q", source.quote)
        yield " "
    yield tag("cite", source.short)
    yield join((" ", tag("span", f"({source.note})", class_="note"))) if source.note else ""


def _pairs(pairs: Iterable[tuple[str, str]], class_: str) -> Html:
    """Return labels and what they say; a label that comes again stands once."""
    grouped: dict[str, list[str]] = {}
    for label, text in pairs:
        grouped.setdefault(label, []).append(text)
    lines = (tag("div", tag("dt", label), *(tag("dd", text) for text in texts)) for label, texts in grouped.items())
    return tag("dl", *lines, class_=class_) if grouped else Html()


def _note(text: str | None) -> Html:
    return tag("p", text, class_="note") if text else Html()


def _worked(summary: str, heading: str, parts: Iterable[tuple[str | None, str | None, Sequence[Line]]]) -> Html:
    """Return traces, folded away: each with its heading and its note."""
    told = [
        join((tag(heading, title) if title else None, _note(note), tree(trace)))
        for title, note, trace in parts
        if trace or note
    ]
    return tag("details", tag("summary", summary), *told) if told else Html()


def tree(lines: Iterable[Line]) -> Html:
    """Return lines as lists in lists: each below the last line before it that stands less deep."""
    parts: list[str] = []
    depths: list[int] = []
    for line in lines:
        while depths and depths[-1] > line.depth:
            parts.append("</li></ul>\n")
            depths.pop()
        if depths and depths[-1] == line.depth:
            parts.append("</li>\n")
        else:
            parts.append("<ul>\n")
            depths.append(line.depth)
        word = join((mark(TRUTH[line.word]), " ")) if line.word else None
        parts.append(f"<li>{join((word, line.text))}")
    parts += ["</li></ul>\n"] * len(depths)
    return tag("div", Html("".join(parts)), class_="trace")


# Tables say their roles, for a narrow screen lays their cells out as blocks, and that would take the roles away.


def html_table(caption: str, heads: Sequence[str], groups: Iterable[Html], class_: str, **attributes: str) -> Html:
    """Return a table with a caption and column heads; it stays readable where it does not fit side by side."""
    columns = (tag("th", head, scope="col", role="columnheader") for head in heads)
    head = tag("thead", table_row(*columns), role="rowgroup")
    return tag("table", tag("caption", caption), head, *groups, class_=class_, role="table", **attributes)


def group(*rows: Html) -> Html:
    """Return a group of rows."""
    return tag("tbody", *rows, role="rowgroup")


def table_row(*cells: Html) -> Html:
    """Return a row of cells."""
    return tag("tr", *cells, role="row")


def row_head(*children: str, **attributes: str) -> Html:
    """Return the cell that names its row."""
    return tag("th", *children, scope="row", role="rowheader", **attributes)


def cell(*children: str | None, label: str | None = None, **attributes: str | None) -> Html:
    """Return a cell. `label` stands before what it says where there is no room for column heads."""
    if label is not None:
        children = (tag("span", f"{label}: ", class_="label", aria_hidden="true"), *children)
    return tag("td", *children, role="cell", **attributes)
