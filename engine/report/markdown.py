"""An assessment as Markdown: CommonMark, with the tables of GitHub."""

import re
from collections.abc import Iterable, Iterator, Sequence

from comity.engine.assessment.assess import Assessment
from comity.engine.report.likeness import HAPPENED, CaseView
from comity.engine.report.view import (
    KEY,
    SECTIONS,
    SOURCE,
    WHY,
    ContextView,
    Element,
    GivenFact,
    Item,
    Line,
    MeasureView,
    QuestionView,
    Reference,
    SourceView,
    View,
    paragraphs,
    printable,
    view,
)
from comity.engine.report.words import STATUS, TRUTH

_SPACE = re.compile("[ \t\n\v\f\u2028\u2029]+")
_MARKUP = re.compile(r"[\\`*_\[\]<>&|~#$]")
_OPENING = re.compile(r"[-+=]|[0-9]{1,9}(?=[.)](?: |$))")  # what would open a list, or underline a heading
_ADDRESS = re.compile(r":(?=//)|(?<=www)\.")  # what would become a link
_BREAK = "<br>"


def to_markdown(assessment: Assessment) -> str:
    """Return the report on `assessment` as Markdown; it ends with a line break."""
    return "\n\n".join("\n".join(block) for block in _blocks(view(assessment)) if block) + "\n"


def plain(text: str) -> str:
    r"""Return `text` as Markdown that shows it as it is, in one line, wherever it stands.

    >>> print(plain("1. *Not* a list,\n| <b>nor</b> a_b"))
    1\. \*Not\* a list, \| \<b\>nor\</b\> a\_b
    """
    line = _SPACE.sub(" ", printable(text)).strip()
    opening = _OPENING.match(line)
    escaped = _ADDRESS.sub(r"\\\g<0>", _MARKUP.sub(r"\\\g<0>", line))
    if opening is None:
        return escaped
    end = opening.end()
    return f"{escaped[:end]}\\{escaped[end:]}" if line[0].isdigit() else f"\\{escaped}"


# A block is its lines. Blocks are set apart by blank lines.
_Block = list[str]


def _blocks(one: View) -> Iterator[_Block]:
    yield [f"# {plain(one.title)}"]
    yield _pairs((("Situation", one.id), *one.facts))
    yield _section("summary")
    for note in one.contradictions:
        yield [f"> **{plain(note)}**"]
    yield _table(("Verdict", "Context", "Why", "Elements"), (_verdict(context) for context in one.contexts))
    yield _pairs((SECTIONS[key], text) for key, text in one.summary)
    if one.narrative:
        yield _section("situation")
        yield from ([plain(part)] for part in paragraphs(one.narrative))
    if one.contexts:
        yield _section("contexts")
    for context in one.contexts:
        yield from _context(context)
    yield from _measures(one)
    yield from _response(one)
    for key, head, items in (("principles", "Standing", one.principles), ("forms", "Verdict", one.forms)):
        if items:
            yield _section(key)
            yield _table((head, SECTIONS[key], "Source"), (_item(item) for item in items))
    yield from _precedents(one)
    if one.questions:
        yield _section("questions")
        rows = (_question(question) for question in one.questions)
        yield _table(("Question", "The answer bears on", "Alone it settles"), rows)
    if one.notes:
        yield _section("notes")
        yield [f"- {plain(note)}" for note in one.notes]
    yield from _given(one)
    if one.references:
        yield _section("sources")
        yield [f"- {_reference(reference)}" for reference in one.references]
    yield _section("reading")
    yield _pairs(KEY)
    yield ["---"]
    yield [plain(one.disclaimer)]


def _verdict(context: ContextView) -> tuple[str, ...]:
    why = [context.reasons] if context.reasons else []
    return (
        _strong(TRUTH[context.word]),
        plain(context.title),
        _BREAK.join(plain(text) for text in (*why, *context.cautions)),
        plain(context.tally),
    )


def _context(context: ContextView) -> Iterator[_Block]:
    yield [f"### {plain(context.title)}: {TRUTH[context.word]}"]
    yield [f"- {_passage(source)}" for source in context.sources]
    if context.elements:
        heads = ("Verdict", "Element", "Figure and threshold", "Source")
        yield _table(heads, (_element(element) for element in context.elements))
    yield _pairs(context.remarks)
    yield [plain(context.note)] if context.note else []


def _element(element: Element) -> tuple[str, ...]:
    marks = f" ({plain(', '.join(element.marks))})" if element.marks else ""
    return (
        _strong(TRUTH[element.word]),
        plain(element.title) + marks,
        _BREAK.join(_figure(line, element.word) for line in element.lines),
        _passages(element.sources),
    )


def _figure(line: Line, word: str) -> str:
    """Return a line; its own verdict stands there only if it is not the element's."""
    own = f" ({TRUTH[line.word]})" if line.word and line.word != word else ""
    figure = line.figure
    if figure is None:
        return plain(line.text) + own
    against = f"; {plain(figure.against)}" if figure.against else ""
    return f"{plain(figure.fact)}: {_strong(figure.value)}{own}{against}"


def _question(one: QuestionView) -> tuple[str, ...]:
    answers = "; ".join(f"{answer}: {settles}" for answer, settles in one.answers)
    return plain(one.ask), plain(one.bears_on), plain(answers)


def _measures(one: View) -> Iterator[_Block]:
    yield _section("measures")
    if not one.measures:
        yield ["None is called for."]
    for key, status in STATUS.items():
        rows = [_measure(measure) for measure in one.measures if measure.word == key]
        if rows:
            yield [f"### Measures {status}"]
            yield _table(("Measure", "Why, and what for", "Source"), rows)
    if one.not_called_for:
        yield [f"### Measures {STATUS['not-called-for']}"]
        yield [f"- {plain(title)}" for title in one.not_called_for]


def _measure(measure: MeasureView) -> tuple[str, ...]:
    return plain(measure.title), _remarks(measure.remarks), _passages(measure.sources)


def _response(one: View) -> Iterator[_Block]:
    if one.response_title or one.response:
        yield _section("response")
    if one.response_title:
        yield [plain(one.response_title)]
    for heads, items in (
        (("Beside what is called for", "Measure", WHY), one.response),
        (("Standing", "Purpose", "Measures"), one.purposes),
    ):
        if items:
            yield _table(heads, ((_strong(item.word), plain(item.title), _remarks(_said(item))) for item in items))


def _item(item: Item) -> tuple[str, ...]:
    title = plain(item.title) + (f"{_BREAK}{plain(item.text)}" if item.text else "")
    said = [_remarks(_said(item)), _passages(item.sources), plain(item.note or "")]
    return _strong(item.word), title, _BREAK.join(text for text in said if text)


def _said(item: Item) -> Iterator[tuple[str, str]]:
    """Yield the remarks on an item; its sources stand apart."""
    for label, text in item.remarks:
        if label == WHY:
            yield "", text
        elif label != SOURCE:
            yield label, text


def _precedents(one: View) -> Iterator[_Block]:
    if one.precedents or one.comparisons:
        yield _section("precedents")
    for found in one.comparisons:
        yield [f"### {plain(found.title)}: {TRUTH[found.word]}"]
        cases = (*found.precedents, *found.situations)
        yield [*(line for case in cases for line in _case(case)), *_pairs(found.others)]
    told = [*one.precedents, *(item for item in one.stored if item.remarks)]
    if told:
        yield [f"### {HAPPENED}"]
        yield [line for item in told for line in _precedent(item)]


def _case(case: CaseView) -> Iterator[str]:
    yield f"- {_strong('; '.join(case.titles))}: {TRUTH[case.word]}, {plain(case.role)}"
    for label, text in (*case.remarks, *case.answers):
        yield f"  - {plain(label)}: {plain(text)}"


def _precedent(item: Item) -> Iterator[str]:
    yield f"- {_strong(item.title)} ({plain(item.word)})"
    for label, text in item.remarks:
        yield f"  - {plain(label)}: {plain(text)}"
    if item.note:
        yield f"  - {plain(item.note)}"
    if item.sources:
        yield f"  - {SOURCE}: {'; '.join(_passage(source) for source in item.sources)}"


def _given(one: View) -> Iterator[_Block]:
    if not one.given:
        return
    tables = [(given.fact, given.table) for given in one.given if given.table and given.table.rows]
    yield _section("facts")
    rows = ((plain(given.fact), plain(_value(given)), given.kind, plain(given.source)) for given in one.given)
    yield _table(("Fact", "As given", "Kind", "Source"), rows)
    for fact, table in tables:
        yield [f"### {plain(fact)}"]
        yield _table([plain(head) for head in table.heads], ([plain(cell) for cell in row] for row in table.rows))


def _value(given: GivenFact) -> str:
    return f"{given.table.size}, below" if given.table and given.table.rows else given.value


def _reference(reference: Reference) -> str:
    short = f"{_strong(reference.short)}: " if reference.short else ""
    note = f" ({plain(reference.note)})" if reference.note else ""
    return f"{short}{plain(reference.text)}{note}"


# --- pieces ---


def _section(key: str) -> _Block:
    return [f"## {SECTIONS[key]}"]


def _strong(text: str) -> str:
    return f"**{plain(text)}**" if plain(text) else ""


def _pairs(pairs: Iterable[tuple[str, str]]) -> _Block:
    return [f"- {_strong(f'{label}:')} {plain(text)}" for label, text in pairs]


def _remarks(remarks: Iterable[tuple[str, str]]) -> str:
    return _BREAK.join(f"{plain(label)}: {plain(text)}" if label else plain(text) for label, text in remarks)


def _passages(sources: Iterable[SourceView]) -> str:
    return _BREAK.join(_passage(source) for source in sources)


def _passage(source: SourceView) -> str:
    quote = f"“{plain(source.quote)}”, " if source.quote else ""
    note = f" ({plain(source.note)})" if source.note else ""
    return f"{quote}{plain(source.short)}{note}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> _Block:
    return [_row(heads), _row(["---"] * len(heads)), *(_row(row) for row in rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
