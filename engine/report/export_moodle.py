"""Exercises as Moodle XML, the format of Moodle that carries most: shares, feedback, hints, tags, notes for graders.

Its importer stops at the first share that it does not know, cuts names, and reads text as HTML: see docs/exports.md.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from xml.etree import ElementTree as ET

from comity.engine.report.export_bank import PARTLY, RESPONSE, RIGHT, WRONG, Question, questions
from comity.engine.report.markup import Html, html, join, tag
from comity.engine.report.sheet import Sheet
from comity.engine.report.view import printable

CATEGORY = "$course$/top/Comity"
_LONGEST_NAME = 255
_PENALTY = "0.3333333"  # of each try after the first; one of those that Moodle offers


def to_moodle_xml(sheets: Sequence[Sheet]) -> str:
    """Return exercises as one file of Moodle XML, a category for each; it ends with a line break."""
    quiz = ET.Element("quiz")
    for exercise, found in groupby(questions(sheets), lambda one: one.exercise):
        _category(quiz, exercise)
        for question in found:
            _question(quiz, question)
    ET.indent(quiz)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(quiz, encoding="unicode")}\n'


def percent(share: Fraction) -> str:
    """Return a share as Moodle reads it: in percent, with five decimals where it needs them.

    >>> percent(Fraction(1, 3)), percent(Fraction(-1, 8)), percent(Fraction(1))
    ('33.33333', '-12.5', '100')
    """
    return f"{float(share * 100):.5f}".rstrip("0").rstrip(".")


def plain_name(text: str) -> str:
    """Return a name that Moodle takes as it is: in one line, without anything that looks like a tag, short enough.

    >>> plain_name("a <b>\\n c")
    'a ‹b› c'
    """
    line = re.sub(r"\s+", " ", printable(text)).strip().replace("<", "‹").replace(">", "›")
    return line if len(line) <= _LONGEST_NAME else f"{line[: _LONGEST_NAME - 1].rstrip()}…"


def tag_name(text: str) -> str:
    """Return a tag that Moodle takes as it is: no brackets, no more than 50 characters."""
    return re.sub(r"[<>`\[\]\s]+", " ", printable(text)).strip()[:50].strip()


def _category(quiz: ET.Element, exercise: Sheet) -> None:
    element = ET.SubElement(quiz, "question", type="category")
    _text(element, "category", f"{CATEGORY}/{exercise.id}")
    _text(element, "info", html(exercise.title), "html")


def _question(quiz: ET.Element, question: Question) -> None:
    element = ET.SubElement(quiz, "question", type="essay" if question.essay else "multichoice")
    _text(element, "name", plain_name(question.name))
    _text(element, "questiontext", question.stem, "html")
    _text(element, "generalfeedback", question.explanation, "html")
    _plain(element, defaultgrade="1", penalty="0" if question.essay else _PENALTY, hidden="0", idnumber=question.id)
    if question.essay:
        _essay(element, question)
    else:
        _choices(element, question)
    tags = ET.SubElement(element, "tags")
    for name in dict.fromkeys(filter(None, map(tag_name, question.tags))):
        _text(tags, "tag", name)


def _choices(element: ET.Element, question: Question) -> None:
    shuffled = not question.entry.rows  # the answers to each row stay together
    _plain(element, single=_flag(question.single), shuffleanswers=_flag(shuffled), answernumbering="none")
    _text(element, "correctfeedback", html(RIGHT), "html")
    _text(element, "partiallycorrectfeedback", html(PARTLY), "html")
    _text(element, "incorrectfeedback", html(WRONG), "html")
    ET.SubElement(element, "shownumcorrect")
    for answer in question.answers:
        one = ET.SubElement(element, "answer", fraction=percent(answer.share), format="html")
        ET.SubElement(one, "text").text = html(answer.text)
        _text(one, "feedback", html(answer.feedback), "html")
    for hint in question.hints:
        _text(element, "hint", hint, "html")


def _essay(element: ET.Element, question: Question) -> None:
    _plain(element, responseformat="editor", responserequired="1", responsefieldlines="15", attachments="0")
    _plain(element, attachmentsrequired="0")
    notes = join((tag("p", tag("strong", "Read it for")), question.rubric, question.explanation))
    _text(element, "graderinfo", notes, "html")
    _text(element, "responsetemplate", join(tag("p", line) for line in RESPONSE), "html")


def _text(parent: ET.Element, name: str, text: str, format_: str | None = None) -> None:
    element = ET.SubElement(parent, name, {"format": format_} if format_ else {})
    ET.SubElement(element, "text").text = text.strip() if isinstance(text, Html) else printable(text)


def _plain(parent: ET.Element, **values: str) -> None:
    for name, value in values.items():
        ET.SubElement(parent, name).text = value


def _flag(value: bool) -> str:
    return "true" if value else "false"
