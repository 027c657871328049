"""What would turn verdicts, as text and as Markdown."""

from collections.abc import Iterator, Sequence

from comity.engine.assessment.assess import Assessment
from comity.engine.report.markdown import plain
from comity.engine.report.text import STYLES, Lines
from comity.engine.report.view import DISCLAIMER
from comity.engine.report.what_if import WhatIfView, what_if_lines
from comity.engine.report.words import STATUS, TRUTH, day

_WORDS = {**TRUTH, **STATUS}


def text(assessment: Assessment, views: Sequence[WhatIfView], width: int = 100, colour: bool = False) -> str:
    """Return the report for a terminal, in lines of at most `width` characters."""
    return "\n".join(_lines(assessment, views, Lines(width, colour))) + "\n"


def _lines(assessment: Assessment, views: Sequence[WhatIfView], lay: Lines) -> Iterator[str]:
    for line in lay.wrapped(_head(assessment), 0, 2):
        yield lay.paint(line, "bold")
    for one in views:
        yield ""
        word = lay.paint(_WORDS[one.word], STYLES.get(one.word, "dim"))
        yield from lay.wrapped(f"{one.title}: {word}", 0, 2)
        for depth, line in what_if_lines(one):
            yield from lay.wrapped(line, 2 + 2 * depth, 4 + 2 * depth)
    yield ""
    yield from lay.wrapped(DISCLAIMER, 0, 0)


def markdown(assessment: Assessment, views: Sequence[WhatIfView]) -> str:
    """Return the report as Markdown."""
    lines = [f"# {plain(_head(assessment))}"]
    for one in views:
        lines += ["", f"## {plain(one.title)}: {_WORDS[one.word]}"]
        for depth, line in what_if_lines(one, marker=""):
            lines += ["", f"**{plain(line)}**", ""] if depth == 0 else [f"- {plain(line)}"]
    return "\n".join([*lines, "", plain(DISCLAIMER)]) + "\n"


def _head(assessment: Assessment) -> str:
    situation = assessment.situation
    title = f"{situation.title} ({situation.id})" if situation.title else situation.id
    reading = f", reading {assessment.reading}" if assessment.reading else ""
    return f"{title}, as of {day(assessment.as_of)}, under {assessment.rules.id} {assessment.rules.version}{reading}"
