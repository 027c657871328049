"""An assessment as one HTML file: no script, nothing to fetch, readable on paper and by a screen reader."""

from collections.abc import Callable, Iterator, Sequence

from comity.engine.assessment.assess import Assessment
from comity.engine.assessment.changes import WhatIf
from comity.engine.assessment.timeline import Timeline
from comity.engine.report.frame import Frame, Section, framed
from comity.engine.report.likeness import FURTHER, HAPPENED, TOLD, CaseView, ComparisonView
from comity.engine.report.markup import (
    Html,
    cell,
    group,
    html_table,
    join,
    mark,
    noted,
    pairs,
    passages,
    row_head,
    table_row,
    tag,
)
from comity.engine.report.timeline_page import timeline_section
from comity.engine.report.view import (
    KEY,
    SECTIONS,
    SOURCE,
    WHY,
    ContextView,
    Element,
    Item,
    Line,
    Reference,
    Table,
    View,
    paragraphs,
    view,
)
from comity.engine.report.what_if import WhatIfView, what_if_view
from comity.engine.report.words import STATUS, TRUTH
from comity.engine.report.workings import way_to, workings

MARGINS = "How far each figure can be wrong before the verdict changes"
NOTHING = ("any of them", "nothing")  # answers that settle something only together with others
ALL = "The nearest cases in full, the others in short. All of each:"
EXPLAINED = "comity assess --cases built-in --explain"
ASKED = 4  # questions that the summary shows


def to_html(assessment: Assessment, found: Sequence[WhatIf] = (), timeline: Timeline | None = None) -> str:
    """Return the report on `assessment` as a whole HTML document; it ends with a line break.

    `found` is what would turn verdicts, `timeline` how they develop, where that is to be shown.
    """
    changes = tuple(what_if_view(assessment, each) for each in found)
    one = in_short(view(assessment))._replace(changes=changes, timeline=timeline)
    contents = {key: build(one) for key, build in BUILDERS.items()}
    sections = [Section(key, SECTIONS[key], content) for key, content in contents.items() if content]
    return framed(Frame("Assessment", one.title, one.id, one.facts, one.disclaimer, one.language), sections)


# --- the summary: what fits on the first page ---


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
    return join(
        (
            *(tag("p", note, class_="alarm callout") for note in one.contradictions),
            html_table("Verdicts", ("Verdict", "Context", "Why", "Elements"), [group(*rows)], "verdicts"),
            pairs(_counts(one), "counts"),
        )
    )


def _counts(one: View) -> Iterator[tuple[str, Html]]:
    """Yield what each section comes to, and of those that a reader asks for first, what it is."""
    there = {"measures", *(key for key in ("response", "principles", "questions", "notes") if getattr(one, key))}
    listed = {"measures": _called_for(one), "questions": _asked(one)}
    for key, text in one.summary:
        count = tag("a", text, href=f"#{key}") if key in there else text
        yield SECTIONS[key], join((count, listed.get(key)))


def _called_for(one: View) -> Html:
    lists = []
    for key, status in STATUS.items():
        titles = [measure.title for measure in one.measures if measure.word == key]
        lists += [tag("p", mark(status)), tag("ul", *(tag("li", title) for title in titles))] if titles else []
    return join(lists)


def _asked(one: View) -> Html | None:
    asked = [tag("li", question.ask) for question in one.questions[:ASKED]]
    left = len(one.questions) - len(asked)
    return tag("ul", *asked, tag("li", f"and {left} more") if left else None) if asked else None


# --- the situation ---


def _situation(one: View) -> Html | None:
    return _narrative(one.narrative) if one.narrative else None


def _narrative(text: str) -> Html:
    return join(tag("p", part, dir="auto") for part in paragraphs(text))


# --- contexts ---


def _contexts(one: View) -> Html:
    return join(_context(context) for context in one.contexts)


def _context(context: ContextView) -> Html:
    heads = ("Verdict", "Element", "Figure", "Threshold")
    groups = [_element(element) for element in context.elements]
    return tag(
        "article",
        tag("h3", tag("span", context.title), " ", mark(TRUTH[context.word]), id=f"context-{context.id}"),
        passages(context.sources),
        html_table(f"Elements: {context.tally}", heads, groups, "elements") if groups else None,
        pairs(context.remarks, "remarks"),
        noted(context.note),
        way_to(f"context-{context.id}", context.title),
    )


def _element(element: Element) -> Html:
    """Return the rows of an element: its figures, each against what it is held against, then its passages."""
    word = TRUTH[element.word]
    figures = [_figure(line, element.word) for line in element.lines] or [cell(colspan="2")]
    marks = (tag("span", mark, class_="tag") for mark in element.marks)
    title = row_head(element.title, *(part for mark in marks for part in (" ", mark)), rowspan=str(len(figures)))
    more = [table_row(cell(passages(element.sources), colspan="3", class_="said"))] if element.sources else []
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
            rows = [
                table_row(row_head(measure.title, passages(measure.sources)), cell(pairs(measure.remarks, "remarks")))
                for measure in measures
            ]
            heading = tag("h3", mark(status), " ", tag("span", f"({len(rows)})"))
            heads = ("Measure, and who speaks of it", "Why, and what for")
            parts += [heading, html_table(f"Measures: {status}", heads, [group(*rows)], "measures")]
    if not one.measures:
        parts.append(tag("p", "None is called for."))
    if one.not_called_for:
        parts.append(tag("h3", mark(STATUS["not-called-for"]), " ", tag("span", f"({len(one.not_called_for)})")))
        parts.append(tag("ul", *(tag("li", title) for title in one.not_called_for)))
    way = way_to("measures", SECTIONS["measures"]) if one.measures else None
    return join((*parts, way))


def _response(one: View) -> Html | None:
    if not (one.response_title or one.response):
        return None
    title = tag("p", one.response_title, dir="auto") if one.response_title else None
    measures = _items(("Beside what is called for", "Measure", WHY), one.response)
    return join((title, measures, _items(("Standing", "Purpose", "Measures"), one.purposes)))


def _principles(one: View) -> Html:
    return _items(("Standing", "Principle", "Source"), one.principles, "principles")


def _forms(one: View) -> Html:
    return _items(("Verdict", "Form", "Source"), one.forms, "forms")


def _items(heads: tuple[str, str, str], items: Sequence[Item], key: str | None = None) -> Html:
    """Return a table of items, each with its word first and what there is to say of it last.

    Under `key` stands how they were worked out.
    """
    if not items:
        return Html()
    said = any(item.sources or item.remarks for item in items)
    rows = [
        table_row(cell(mark(item.word)), row_head(item.title), cell(*_about(item)))
        if said
        else table_row(cell(mark(item.word)), cell(item.title))
        for item in items
    ]
    way = way_to(key, SECTIONS[key]) if key and any(item.trace for item in items) else None
    return join((html_table(heads[1], heads if said else heads[:2], [group(*rows)], "items"), way))


def _about(item: Item) -> Iterator[Html | None]:
    yield tag("p", item.text) if item.text else None
    yield from (tag("p", text) for label, text in item.remarks if label == WHY)
    yield pairs([remark for remark in item.remarks if remark[0] not in (SOURCE, WHY)], "remarks")
    yield passages(item.sources)
    yield noted(item.note)


# --- what is near, and what is open ---


def in_short(one: View) -> View:
    """Return a report that says what was done, and what came of it, in the nearest cases alone.

    Of those that compare alike it is said of the first, and what only the others cite is left out.
    """
    near = {title for found in one.comparisons for case in found.nearest for title in case.titles[:TOLD]}
    return one._replace(
        precedents=tuple(item for item in one.precedents if item.title in near),
        stored=tuple(item for item in one.stored if item.title in near),
        references=tuple(each for each in one.references if each.cases is None or near & each.cases),
    )


def _precedents(one: View) -> Html | None:
    if not (one.comparisons or one.precedents):
        return None
    told = [_told(item) for item in (*one.precedents, *one.stored)]
    happened = tag("article", tag("h3", HAPPENED), *told) if told else None
    more = tag("p", f"{ALL} ", tag("code", EXPLAINED), ", or ", tag("code", "--format json"), ".", class_="note")
    return join((more, *map(_comparison, one.comparisons), happened))


def _comparison(found: ComparisonView) -> Html:
    heads = ("Verdict", "Differs in", "Cases, and how many elements are shared, differ and are unknown")
    rows = [
        table_row(
            cell(mark(TRUTH[row.word]), tag("p", tag("span", row.role, class_="tag")) if row.role else None),
            cell(row.differs or "nothing that is known of both", label="Differs in"),
            cell(tag("ul", *(_short(title, counts) for title, counts in row.cases))),
        )
        for row in found.rows
    ]
    return tag(
        "article",
        tag("h3", tag("span", found.title), " ", mark(TRUTH[found.word])),
        *(_case(case) for case in found.nearest),
        html_table(FURTHER, heads, [group(*rows)], "cases") if rows else None,
        pairs([pair for pair in found.others if pair[0] != FURTHER], "remarks"),
    )


def _short(title: str, counts: str) -> Html:
    return tag("li", tag("span", title, dir="auto"), " ", tag("span", counts, class_="note"))


def _case(case: CaseView) -> Html:
    titles = [tag("li", title, dir="auto") for title in case.titles]
    return tag(
        "div",
        tag("p", mark(TRUTH[case.word]), " ", tag("span", case.role, class_="tag")),
        tag("ul", *titles, class_="names"),
        pairs((*case.remarks, *case.answers), "remarks"),
        class_="case",
    )


def _told(item: Item) -> Html:
    return tag(
        "details",
        tag("summary", tag("span", item.title, dir="auto"), " ", tag("span", item.word, class_="tag")),
        _narrative(item.text) if item.text else None,
        pairs(item.remarks, "remarks"),
        noted(item.note),
        passages(item.sources),
    )


def _over_time(one: View) -> Html | None:
    return None if one.timeline is None else timeline_section(one.timeline)


def _changes(one: View) -> Html | None:
    return join(map(_change, one.changes)) if one.changes else None


def _change(one: WhatIfView) -> Html:
    """Return what would turn one verdict, and how far figures can be wrong before that."""
    parts: list[Html | None] = []
    for block in one.blocks:
        parts.append(tag("h4", block.title))
        parts.append(tag("p", f"{block.remark[0].upper()}{block.remark[1:]}."))
        sets = (tag("li", "; and ".join(changes)) for changes in block.sets)
        parts.append(tag("ul", *sets) if block.sets else None)
    if one.margins:
        rows = [table_row(row_head(each.figure), cell(each.stated), cell(each.holds)) for each in one.margins]
        parts.append(html_table(MARGINS, ("Figure", "Stated", "The verdict holds"), [group(*rows)], "margins"))
    if one.judgements:
        parts.append(pairs([("Judgement", text) for text in one.judgements], "remarks"))
    return tag("article", tag("h3", tag("span", one.title), " ", mark(TRUTH[one.word])), *parts)


def _questions(one: View) -> Html | None:
    if not one.questions:
        return None
    rows = [
        table_row(
            row_head(question.ask),
            cell(tag("p", question.bears_on), tag("p", "Through: ", question.why) if question.why else None),
            cell(*(tag("p", f"{answer}: ", settles) for answer, settles in question.answers or [NOTHING])),
        )
        for question in one.questions
    ]
    heads = ("Question", "The answer bears on", "What an answer alone settles")
    return html_table(SECTIONS["questions"], heads, [group(*rows)], "questions")


def _notes(one: View) -> Html | None:
    return tag("ul", *(tag("li", note) for note in one.notes)) if one.notes else None


# --- what it rests on ---


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
    return join((facts, *tables, way_to("facts", SECTIONS["derived"]) if one.derivations else None))


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


def _reading(_: View) -> Html:
    return pairs(KEY, "key")


# The sections in the order of the page: the key of each in SECTIONS, which has its title, and what it says of a view.
# One that says nothing is left out, with its line in the contents.
BUILDERS: dict[str, Callable[[View], Html | None]] = {
    "summary": _summary,
    "situation": _situation,
    "contexts": _contexts,
    "measures": _measures,
    "over-time": _over_time,
    "response": _response,
    "principles": _principles,
    "forms": _forms,
    "questions": _questions,
    "changes": _changes,
    "precedents": _precedents,
    "notes": _notes,
    "facts": _given,
    "workings": workings,
    "reading": _reading,
    "sources": _references,
}
