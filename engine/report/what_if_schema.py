"""The JSON Schemas of what would turn verdicts, `comity-what-if/1`, and of open questions, `comity-questions/1`.

Importing this module imports pydantic, so only `comity schema` does.
"""

from typing import Literal

from pydantic import Field

from comity.engine.language.documents import FullDate, Id, Model, Name, Text, optional
from comity.engine.language.literals import Schema
from comity.engine.language.schema import draft_07
from comity.engine.report.schema import Judgement, Question, RulesUsed, Written
from comity.engine.report.timeline_schema import Word


def what_if_schema() -> Schema:
    """Return the schema of what would turn verdicts as JSON."""
    return draft_07(WhatIf, "what-if", "Comity: what would turn verdicts")


def questions_schema() -> Schema:
    """Return the schema of open questions as JSON."""
    return draft_07(Questions, "questions", "Comity: open questions")


class _Place(Model):
    fact: Name
    """The fact."""
    row: int = optional(ge=1)
    """The row of a table, counted from 1; left out where the whole fact is meant."""
    column: Name = optional()
    """The column of that row; there with `row`."""
    period: int = optional(ge=1)
    """The figure of a history, counted from 1; left out where there is none."""


class Change(_Place):
    """A statement with another value."""

    from_: Written | None = Field(alias="from")
    """What is stated; null where nothing is known."""
    to: Written | None
    """The value instead; null for what becomes known and has no single value to show, such as a table."""


class Sets(Model):
    """All smallest sets of changes that have one effect."""

    extent: Literal["all", "up-to", "none", "unfinished"]
    """What was found: all there are; all up to a number of changes; none, for there are none; or some, unfinished."""
    sets: list[list[Change]]
    """The sets; of none of them does a part do."""


class Target(Model):
    """What would make the conclusion come out in one way."""

    to: Word
    """How it would come out."""
    changes: Sets
    """Changes of what is known."""
    known: Sets | None
    """What only needs to become known, with examples of values; null for a conclusion that is settled."""


class Margin(_Place):
    """How far a figure can be wrong before the conclusion is no longer what it is."""

    value: Written | None
    """What is stated; null where nothing is known."""
    below: Written | None
    """The nearest lower value at which it is not; null where there is none."""
    above: Written | None
    """The nearest higher value at which it is not; null where there is none."""


class Turning(Model):
    """What would turn one context or measure."""

    is_: Word = Field(alias="is")
    """How it comes out."""
    targets: list[Target]
    """What would turn it, for each other way in which it can come out."""
    margins: list[Margin] | None
    """The margins of its figures; null where they were not found within the limit, or the conclusion is open."""
    judgements: list[Judgement]
    """The judgements that it rests on."""


class WhatIf(Model):
    """What would turn contexts and measures of one situation."""

    format: Literal["comity-what-if/1"]
    """The format of this document."""
    situation: Text
    """The id of the situation."""
    as_of: FullDate
    """The day as of which it is assessed."""
    rule_set: RulesUsed
    """The rules under which it is assessed."""
    conclusions: dict[Id, Turning]
    """What would turn each context or measure that was asked about, by id."""


class OpenQuestion(Question):
    """A fact that is still open, and how it is answered."""

    type: Literal["boolean", "count", "number", "share", "duration", "date", "choice", "text", "table"]
    """The type of the fact."""
    unit: Text | None
    """What it is counted in; null without a unit."""
    options: list[Text]
    """The options of a choice."""
    stated: bool
    """Whether something is known of it already."""


class Questions(Model):
    """The questions that are open in one situation, the most settling first."""

    format: Literal["comity-questions/1"]
    """The format of this document."""
    situation: Text
    """The id of the situation."""
    as_of: FullDate
    """The day as of which it is assessed."""
    rule_set: RulesUsed
    """The rules under which it is assessed."""
    questions: list[OpenQuestion]
    """The questions."""
