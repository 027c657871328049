"""Exercises as GIFT, the plain-text format of Moodle: all of a question but hints, combined feedback and grader notes.

Every field is written as HTML on one line and says so, which keeps apart what Moodle's importer would take for marks of
the format: `[word]`, `%`, `//`, blank lines, and its own placeholders.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from comity.engine.report.export_bank import Answer, Question, questions
from comity.engine.report.export_moodle import CATEGORY, percent, plain_name, tag_name
from comity.engine.report.markup import html
from comity.engine.report.sheet import Sheet

_MARK = re.compile(r"[\\#=~{}:]")


def to_gift(sheets: Sequence[Sheet]) -> str:
    """Return exercises as one file of GIFT, a category for each; it ends with a line break."""
    return "\n".join(line for part in _parts(sheets) for line in (*part, ""))


def escaped(text: str) -> str:
    r"""Return text so that GIFT takes it as it is: its marks escaped, its lines joined.

    >>> print(escaped("a = {b}\nc\\"))
    a \= \{b\}\nc\\
    """
    return _MARK.sub(r"\\\g<0>", text.strip()).replace("\n", r"\n")


def _parts(sheets: Sequence[Sheet]) -> Iterator[list[str]]:
    """Yield the lines of each part of the file; a blank line ends a part."""
    for exercise, found in groupby(questions(sheets), lambda one: one.exercise):
        yield [f"$CATEGORY: {CATEGORY}/{exercise.id}"]
        for question in found:
            yield [*_question(question)]


def _question(question: Question) -> Iterator[str]:
    tags = dict.fromkeys(filter(None, map(tag_name, question.tags)))
    yield f"// [id:{question.id}]" + "".join(f" [tag:{name}]" for name in tags)
    yield f"::{escaped(plain_name(question.name))}::{_field(question.stem)}{{"
    yield from (_answer(question, answer) for answer in question.answers)
    yield f"####{_field(question.explanation)}}}"


def _answer(question: Question, answer: Answer) -> str:
    single = "=" if answer.right else "~"
    mark = single if question.single else f"~%{percent(answer.share)}%"
    return f"{mark}{_field(html(answer.text))}#{_field(html(answer.feedback))}"


def _field(text: str) -> str:
    return f"[html]{escaped(text)}"
