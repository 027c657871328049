"""The JSON Schema of a timeline as JSON, `comity-timeline/1`, for whoever reads one by machine.

The models have the shape of what `timeline` writes; `tests/test_timeline_report.py` holds the two together. Importing
this module imports pydantic, so only `comity schema` does.
"""

from typing import Literal, TypeAlias

from pydantic import Field

from comity.engine.language.documents import FullDate, Id, Model, Name, Status, Text, Truth
from comity.engine.language.literals import Schema
from comity.engine.language.operators import Operator
from comity.engine.language.schema import draft_07
from comity.engine.report.schema import RulesUsed, Written


def timeline_schema() -> Schema:
    """Return the schema of a timeline as JSON."""
    return draft_07(Timeline, "timeline", "Comity: a timeline")


Word: TypeAlias = Literal[Truth, Status]


class _Days(Model):
    first: FullDate
    """The first of the days."""
    last: FullDate
    """The last of the days."""


class VerdictSpan(_Days):
    """Days in a row on which a context comes out the same."""

    verdict: Truth
    """How it comes out."""


class StatusSpan(_Days):
    """Days in a row on which a measure has the same status."""

    status: Status
    """Whether it is called for."""


class Step(_Days):
    """Days in a row on which a figure is the same."""

    value: Written
    """The figure."""


class Element(Model):
    """A criterion, context or measure that turned with what rests on it."""

    id: Id
    """Which."""
    before: Word
    """How it came out on the day before."""
    after: Word
    """How it comes out on the day."""


class Figure(Model):
    """A figure that is another on the day than on the day before."""

    fact: Name
    """The fact, or the column."""
    table: Name | None
    """The table of the column; null for a fact."""
    row: int | None = Field(ge=1)
    """The row, counted from 1; null for a fact."""
    before: Written
    """The figure on the day before."""
    after: Written
    """The figure on the day."""


class Reached(Model):
    """A date that the day, or the period that ends on it, has come to."""

    kind: Literal["begins", "ends", "date", "elapsed", "window", "parameter"]
    """What is reached: a period of a figure, or the day after its last; a date given; a time since a date; the day
    with which a period of so much time up to the day begins; another value of a parameter."""
    fact: Name | None
    """The fact, column or parameter; null where the time is counted from what is worked out."""
    table: Name | None
    """The table of the column; null for a fact or a parameter."""
    row: int | None = Field(ge=1)
    """The row, counted from 1; null for a fact or a parameter."""
    date: FullDate
    """The date."""
    duration: Written | None
    """The time since then, or up to the day; null where none is counted."""


class Turn(Model):
    """A day on which a context or measure comes out otherwise than on the day before, and why."""

    day: FullDate
    """The day."""
    conclusion: Id
    """The context or measure."""
    before: Word
    """How it came out on the day before."""
    after: Word
    """How it comes out on the day."""
    elements: list[Element]
    """What it rests on that turned with it."""
    figures: list[Figure]
    """The figures below that are others."""
    dates: list[Reached]
    """The dates that were reached."""


class Series(Model):
    """A figure over time, and what it is held against."""

    fact: Name
    """The fact."""
    test: Operator
    """How it is compared."""
    conclusion: Id
    """What rests on that."""
    figure: list[Step]
    """The figure, day by day."""
    bound: list[Step]
    """What it is compared with, day by day."""


class Course(Model):
    """How contexts and measures come out, day by day."""

    contexts: dict[str, list[VerdictSpan]]
    """The verdicts of each context, by id."""
    measures: dict[str, list[StatusSpan]]
    """Whether each measure is called for, by id."""
    turns: list[Turn]
    """The days on which one of them turns, in order."""
    series: list[Series]
    """The figures that turn them."""


class Timeline(Model):
    """What the rules say of one situation on each day of a time, all else held still."""

    format: Literal["comity-timeline/1"]
    """The format of this document."""
    situation: Text
    """The id of the situation."""
    as_of: FullDate
    """The day as of which it is described."""
    first: FullDate
    """The first day looked at."""
    last: FullDate
    """The last day looked at."""
    rule_set: RulesUsed
    """The rules under which it was assessed."""
    told: Course
    """What an assessment says on each day."""
    held_from: FullDate | None
    """The first day on which a figure by period has ended; null if none does."""
    held: Course | None
    """The same if the newest figures hold from then on; null if no figure by period ends."""
