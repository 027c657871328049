"""A timeline as text, as Markdown, and as the document `comity-timeline/1`."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from comity.engine.assessment.moments import Moment
from comity.engine.assessment.timeline import Course, Series, Span, Step, Timeline, Turn
from comity.engine.language.model import ValueType
from comity.engine.language.truth import Truth
from comity.engine.report.document import written
from comity.engine.report.json_text import json_text
from comity.engine.report.markdown import plain
from comity.engine.report.timeline_view import HOLDING, STATUSES, Day, TimelineView, becomes, timeline_view
from comity.engine.report.words import counted, day

FORMAT = "comity-timeline/1"
_BOLD = "\x1b[1m{}\x1b[0m"
_DATE = 19  # characters that the longest date takes, and two


# --- text ---


def to_text(timeline: Timeline, width: int = 100, colour: bool = False) -> str:
    """Return the timeline in lines of at most `width` characters; it ends with a line break."""
    one = timeline_view(timeline)
    bold = _BOLD if colour else "{}"
    return "\n".join(line.rstrip() for line in _lines(one, width, bold)) + "\n"


def _lines(one: TimelineView, width: int, bold: str) -> Iterator[str]:
    def heading(text: str, note: str = "") -> Iterator[str]:
        yield ""
        yield from map(bold.format, _wrapped(text.upper() + (f" ({note})" if note else ""), 0, 2, width))

    yield from map(bold.format, _wrapped(f"{one.title} ({one.id})" if one.title != one.id else one.title, 0, 2, width))
    for label, text in one.about:
        yield from _wrapped(f"{label}: {text}", 0, 2, width)
    yield ""
    yield from _wrapped(one.lead, 0, 0, width)
    yield from heading("Verdicts over time")
    for context in one.contexts:
        yield from _wrapped(f"{context.title}: {context.told}", 2, 4, width)
        if context.if_held:
            yield from _wrapped(f"{HOLDING.lower()}: {context.if_held}", 4, 6, width)
    for phase in one.phases:
        yield from heading(phase.title, phase.note)
        for when in phase.days:
            yield from _day(when, width)
    for table in one.figures:
        yield from heading(table.title, table.against)
        yield from _columns((table.heads, *table.rows), width)
        if table.more:
            yield f"  and {counted(table.more, 'more row')}"
    yield ""
    for note in one.notes:
        yield from _wrapped(note, 0, 0, width)
    yield from _wrapped(one.disclaimer, 0, 0, width)


def _day(when: Day, width: int) -> Iterator[str]:
    said: list[tuple[int, str]] = []
    for turning in when.turnings:
        said.append((0, becomes(turning)))
        said += ((2, text) for text in turning.because)
    said += ((0, f"Measures {word}: {titles}") for word, titles in when.measures)
    label = day(when.date).ljust(_DATE)
    for deeper, text in said:
        first, *others = _wrapped(text, _DATE + 2 + deeper, _DATE + 4 + deeper, width)
        yield f"  {label}{first[2 + _DATE :]}"
        yield from others
        label = " " * _DATE


def _columns(rows: tuple[tuple[str, ...], ...], width: int) -> Iterator[str]:
    """Yield a table in columns, or row by row where it is too wide."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    if sum(widths) + 2 * len(widths) <= width:
        for row in rows:
            yield "  " + "  ".join(cell.ljust(most) for cell, most in zip(row, widths, strict=True))
        return
    (_, *heads), *others = rows
    for first, *cells in others:
        said = "; ".join(f"{head.lower()} {text}" for head, text in zip(heads, cells, strict=True))
        yield from _wrapped(f"{first}: {said}", 2, 4, width)


def _wrapped(text: str, indent: int, hanging: int, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        max(width, hanging + 30),
        initial_indent=" " * indent,
        subsequent_indent=" " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


# --- Markdown ---


def to_markdown(timeline: Timeline) -> str:
    """Return the timeline as Markdown; it ends with a line break."""
    return "\n\n".join("\n".join(block) for block in _blocks(timeline_view(timeline)) if block) + "\n"


def _blocks(one: TimelineView) -> Iterator[list[str]]:
    yield [f"# {plain(one.title)}: over time"]
    yield [f"- **{plain(label)}**: {plain(text)}" for label, text in (("Situation", one.id), *one.about)]
    yield [f"**{plain(one.lead)}**"]
    yield ["## Verdicts over time"]
    held = any(context.if_held for context in one.contexts)
    heads = ("Context", "Verdict", *((HOLDING,) if held else ()))
    rows = [(context.title, context.told, *((context.if_held,) if held else ())) for context in one.contexts]
    yield _table(heads, ([plain(text) for text in row] for row in rows))
    for phase in one.phases:
        yield [f"## {plain(phase.title)}" + (f" ({plain(phase.note)})" if phase.note else "")]
        yield _table(("Date", "What turns", "Because"), (row for when in phase.days for row in _turns(when)))
    for table in one.figures:
        yield [f"## {plain(table.title)}" + (f" ({plain(table.against)})" if table.against else "")]
        yield _table(table.heads, ([plain(text) for text in row] for row in table.rows))
        yield [f"and {counted(table.more, 'more row')}"] if table.more else []
    for note in (*one.notes, one.disclaimer):
        yield [plain(note)]


def _turns(when: Day) -> Iterator[list[str]]:
    label = day(when.date)
    for turning in when.turnings:
        yield [label, plain(becomes(turning)), "<br>".join(plain(text) for text in turning.because)]
        label = ""
    for word, titles in when.measures:
        yield [label, f"Measures {word}", plain(titles)]
        label = ""


def _table(heads: tuple[str, ...], rows: Iterable[list[str]]) -> list[str]:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *lines] if lines else []


# --- JSON ---


def to_json(timeline: Timeline) -> str:
    """Return the document as JSON text, with a final line break."""
    return json_text(to_document(timeline))


def to_document(timeline: Timeline) -> dict[str, Any]:
    """Return the document `comity-timeline/1`; `held` is what comes out if the newest figures hold, or null."""
    one = timeline
    parameters = one.rules.parameters
    return {
        "format": FORMAT,
        "situation": one.situation.id,
        "as_of": one.as_of.isoformat(),
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "rule_set": {
            "id": one.rules.id,
            "version": one.rules.version,
            "reading": one.reading,
            "set": {name: written(value, parameters[name].value_type) for name, value in one.set.items()},
        },
        "told": _course(one, one.told),
        "held_from": one.held_from.isoformat() if one.held_from else None,
        "held": _course(one, one.held) if one.held else None,
    }


def _course(one: Timeline, course: Course) -> dict[str, Any]:
    def spans(names: Iterable[str], key: str) -> dict[str, list[dict[str, str]]]:
        return {
            name: [{**_days(span), key: _word(one, name, span.truth)} for span in course.spans[name]] for name in names
        }

    return {
        "contexts": spans(one.rules.contexts, "verdict"),
        "measures": spans(one.rules.measures, "status"),
        "turns": [_turn(one, turn) for turn in course.turns],
        "series": [_series(one, series) for series in course.series],
    }


def _days(one: Span | Step) -> dict[str, str]:
    return {"first": one.first.isoformat(), "last": one.last.isoformat()}


def _word(one: Timeline, conclusion: str, truth: Truth) -> str:
    return STATUSES[truth] if conclusion in one.rules.measures else truth.value


def _turn(one: Timeline, turn: Turn) -> dict[str, Any]:
    return {
        "day": turn.day.isoformat(),
        "conclusion": turn.conclusion,
        "before": _word(one, turn.conclusion, turn.before),
        "after": _word(one, turn.conclusion, turn.after),
        "elements": [
            {
                "id": element.id,
                "before": _word(one, element.id, element.before),
                "after": _word(one, element.id, element.after),
            }
            for element in turn.cause.elements
        ],
        "figures": [
            {
                "fact": shift.fact,
                "table": shift.table,
                "row": shift.row,
                "before": written(shift.before, _type(one, shift.fact, shift.table)),
                "after": written(shift.after, _type(one, shift.fact, shift.table)),
            }
            for shift in turn.cause.figures
        ],
        "dates": [_moment(moment) for moment in turn.cause.moments],
    }


def _type(one: Timeline, fact: str, table: str | None) -> ValueType:
    facts = one.rules.facts
    return (facts if table is None else facts[table].columns)[fact].value_type


def _moment(moment: Moment) -> dict[str, Any]:
    return {
        "kind": moment.kind,
        "fact": moment.fact or None,
        "table": moment.table,
        "row": moment.row,
        "date": moment.date.isoformat(),
        "duration": None if moment.unit is None else written(moment.duration, moment.unit),
    }


def _series(one: Timeline, series: Series) -> dict[str, Any]:
    kind = one.rules.facts[series.test.fact].value_type

    def steps(found: tuple[Step, ...]) -> list[dict[str, Any]]:
        return [{**_days(step), "value": written(step.value, kind)} for step in found]

    return {
        "fact": series.test.fact,
        "test": series.test.operator.value,
        "conclusion": series.conclusion,
        "figure": steps(series.figure),
        "bound": steps(series.bound),
    }
