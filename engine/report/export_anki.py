"""Exercises as a deck of Anki: one note for each task, what is asked before what is right and why.

It is written by the library genanki (the extra `anki`). Ids are made of those of exercise and task, and all times are
fixed, so that a deck that is imported again brings no second copy, and the same exercises give the same content.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING

from comity.engine.report.export_bank import Question, listed, questions, sources
from comity.engine.report.export_zip import zipped
from comity.engine.report.markup import Html, html, join, tag
from comity.engine.report.sheet import Sheet

if TYPE_CHECKING:
    from genanki import Model, Note, Package

# Never to be changed: Anki knows decks, kinds of notes and notes by their ids.
_MODEL = 1_834_017_265
_DECK = 1_294_660_873
_WRITTEN = 1_385_856_000.0  # seconds; Anki refuses 0

_FIELDS = ("Task", "Front", "Back", "Sources")
_STYLE = """\
.card { max-width: 44em; margin: 0 auto; padding: 0 1em; font: 18px/1.5 system-ui, sans-serif; }
table { border-collapse: collapse; font-size: .9em; }
th, td { padding: .2em .8em .2em 0; text-align: left; vertical-align: top; }
.sources { font-size: .8em; }
"""


def to_anki(sheets: Sequence[Sheet]) -> bytes:
    """Return exercises as an .apkg file. Raises `ImportError` where genanki is not installed."""
    from genanki import Deck, Model, Package

    template = {
        "name": "Task",
        "qfmt": "{{Front}}",
        "afmt": '{{FrontSide}}<hr id="answer">{{Back}}<div class="sources">{{Sources}}</div>',
    }
    model = Model(_MODEL, "Comity task", fields=[{"name": name} for name in _FIELDS], templates=[template], css=_STYLE)
    deck = Deck(_DECK, "Comity")
    for question in questions(sheets):
        deck.add_note(_note(model, question))
    return _package(Package(deck))


def _note(model: "Model", question: Question) -> "Note":
    from genanki import Note, guid_for

    exercise = f"exercise::{question.exercise.id}"
    return Note(
        model=model,
        fields=[*map(_quiet, fields(question))],
        guid=guid_for("comity", question.exercise.id, question.entry.id),
        tags=["comity", exercise, *(name.replace(" ", "-") for name in question.tags)],
    )


def fields(question: Question) -> tuple[Html, Html, Html, Html]:
    """Return what a note holds: the id of its task, what is asked, what is right, and what that rests on."""
    back = join(_back(question))
    return html(question.id), join((question.stem, *_choices(question))), back, sources(question.entry.sources)


def _choices(question: Question) -> Iterator[Html]:
    entry = question.entry
    if entry.rows:
        answers = (" / ".join(choice.text for choice in row.choices) for row in entry.rows)
        rows = zip(entry.rows, answers, strict=True)
        yield tag("ul", *(tag("li", row.text, ": ", tag("em", said)) for row, said in rows))
    elif entry.choices:
        yield listed(choice.text for choice in entry.choices)


def _back(question: Question) -> Iterator[Html]:
    if question.essay:
        yield join((tag("p", tag("strong", "Read it for")), question.rubric))
    yield listed(question.entry.explanation)


def _quiet(field: Html) -> Html:
    """Return a field without brackets, which Anki reads as sounds to play and formulas to set."""
    return Html(field.replace("[", "&#91;"))


def _package(package: "Package") -> bytes:
    """Return the file: a database, and the list of the pictures and sounds that there are not."""
    with closing(sqlite3.connect(":memory:")) as database:
        package.write_to_db(database.cursor(), _WRITTEN, count(int(_WRITTEN * 1000)))
        database.commit()
        return zipped({"collection.anki2": database.serialize(), "media": "{}"})
