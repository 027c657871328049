"""What would turn verdicts, as text and as Markdown."""

from collections.abc import Iterator, Sequence

from comity.engine.assessment.assess import Assessment
from comity.engine.report.markdown import plain
from comity.engine.report.text import STYLES, painted, wrapped
from comity.engine.report.view import DISCLAIMER
from comity.engine.report.what_if import WhatIfView, what_if_lines
from comity.engine.report.words import STATUS, TRUTH, day

_WORDS = {**TRUTH, **STATUS}


def text(assessment: Assessment, views: Sequence[WhatIfView], width: int = 100, colour: bool = False) -> str:
    """Return the report for a terminal, in lines of at most `width` characters."""
    return "\n".join(_lines(assessment, views, width, colour)) + "\n"


def _lines(assessment: Assessment, views: Sequence[WhatIfView], width: int, colour: bool) -> Iterator[str]:
    for line in wrapped(_head(assessment), width, 0, 2):
        yield painted(line, "bold", colour)
    for one in views:
        yield ""
        yield from wrapped(
            f"{one.title}: {painted(_WORDS[one.word], STYLES.get(one.word, 'dim'), colour)}", width, 0, 2
        )
        for depth, line in what_if_lines(one):
            yield from wrapped(line, width, 2 + 2 * depth, 4 + 2 * depth)
    yield ""
    yield from wrapped(DISCLAIMER, width, 0, 0)


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
