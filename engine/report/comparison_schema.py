"""The JSON Schemas of situations side by side, `comity-compare/1`, and of several assessors, `comity-merge/1`.

Importing this module imports pydantic, so only `comity schema` does.
"""

from typing import Literal

from pydantic import Field

from comity.engine.language.documents import FullDate, Id, Model, Name, Outcome, Status, Text, Truth, Version, optional
from comity.engine.language.literals import Schema
from comity.engine.language.schema import draft_07
from comity.engine.report.schema import RulesUsed, Written


def compare_schema() -> Schema:
    """Return the schema of a comparison as JSON."""
    return draft_07(Compared, "compare", "Comity: readings and rule sets side by side")


def merge_schema() -> Schema:
    """Return the schema of several assessors as JSON."""
    return draft_07(Merged, "merge", "Comity: several assessors")


# --- readings and rule sets side by side --------------------------------------------------------------------


class Column(Model):
    """A rule set under a reading, with its parameters."""

    id: Id
    """The rule set."""
    version: Version
    """Its version."""
    reading: Id | None
    """The reading; null if the rule set has none."""
    set: dict[str, Written]
    """The parameters that were given another value, with that value."""


class Reasons(Model):
    """What a verdict rests on, or waits for."""

    because: list[Id]
    """The criteria that decide it."""
    open_facts: list[Name]
    """The facts that it waits for."""


class Verdicts(Model):
    """How a context comes out in each column."""

    differs: bool
    """Whether it comes out otherwise in some column than in another that has it."""
    verdicts: dict[str, Truth | None]
    """The verdict by column; null where the rule set does not have the context."""
    reasons: dict[str, Reasons] = optional()
    """What the verdict rests on, by column; left out where situations are told in short."""


class Statuses(Model):
    """Whether a measure is called for in each column."""

    differs: bool
    """Whether it has another status in some column than in another that has it."""
    statuses: dict[str, Status | None]
    """The status by column; null where the rule set does not have the measure."""


class Left(Model):
    """Something of a situation that a column does not take."""

    what: Literal["fact", "column", "measure"]
    """What it is."""
    name: Text
    """Its name; of a column, `table.column`."""
    why: Literal["not-declared", "other-type", "other-unit", "not-possible", "since"]
    """Why it is left."""


class Situation(Model):
    """One situation in all columns."""

    situation: Text
    """Its id."""
    as_of: FullDate
    """The day as of which it is assessed."""
    described_for: Id
    """The rule set in the terms of which it is told."""
    differs: bool
    """Whether any context or measure differs."""
    contexts: dict[Id, Verdicts]
    """The contexts, by id."""
    measures: dict[Id, Statuses]
    """The measures, by id."""
    left: dict[str, list[Left]]
    """What each column does not take."""


class Agreement(Model):
    """How often two columns agree."""

    columns: list[Text] = Field(min_length=2, max_length=2)
    """The two."""
    same: int = Field(ge=0)
    """Verdicts that are the same."""
    opposed: int = Field(ge=0)
    """Verdicts that are met in one and not met in the other."""
    of: int = Field(ge=0)
    """All verdicts that both have."""


class Shown(Model):
    """A situation in which a context comes out otherwise in the two columns."""

    as_of: FullDate
    """The day as of which it is assessed."""
    verdicts: dict[str, Truth]
    """The verdicts, by column."""
    facts: dict[Name, Text]
    """The facts, written as a situation has them."""
    words: list[Text]
    """The facts in words."""
    file: Text | None
    """The situation as a file; null where it is none."""


class Parted(Model):
    """Where a context differs between two columns."""

    result: Literal["same", "differs", "undecided"]
    """Whether it does; what is not decided says why."""
    first: Shown | None
    """A situation in which it is met in the first column alone; null without one."""
    second: Shown | None
    """A situation in which it is met in the second column alone; null without one."""
    where_facts_are_missing: Shown | None
    """A situation that is not complete, in which it differs; null without one."""
    rows: int | None = Field(ge=0)
    """Tables of up to so many rows were looked at; null for any number."""
    impossible: list[Text | None]
    """The notes of what was held to be impossible; null for one without a note."""
    why: Text | None
    """Why it is not decided; null where it is."""


class Parting(Model):
    """The smallest situations on which two columns differ."""

    columns: list[Text] = Field(min_length=2, max_length=2)
    """The two."""
    as_of: list[FullDate]
    """The days that were looked at."""
    differs: bool
    """Whether they differ anywhere."""
    contexts: dict[Id, Parted]
    """Where, by context."""


class Compared(Model):
    """Situations under several readings or rule sets."""

    format: Literal["comity-compare/1"]
    """The format of this document."""
    differs: bool
    """Whether anything differs."""
    columns: dict[str, Column]
    """The columns, by name."""
    situations: list[Situation]
    """The situations."""
    agreement: list[Agreement]
    """How often each two columns agree."""
    partings: list[Parting]
    """Where two columns differ in any situation, as far as that was asked for."""


# --- several assessors --------------------------------------------------------------------------------------


class Conclusion(Model):
    """How a conclusion comes out for each assessor, and from the merged facts."""

    kind: Literal["context", "measure", "form", "principle", "criterion"]
    """What it is."""
    own: dict[str, Outcome]
    """How it comes out for each assessor, by name."""
    merged: Outcome
    """How it comes out from the merged facts."""
    split: bool
    """Whether it does not come out the same for all."""
    comes_from: list[list[Name]] | None
    """The smallest sets of facts that the split comes from; null where there are too many combinations to tell."""


class Part(Model):
    """One value of a table or history, in the accounts of all."""

    row: int | None
    """The row; null for a fact."""
    column: Name | None
    """The column; null for a fact."""
    first: FullDate | None
    """The first day of the period; null without one."""
    last: FullDate | None
    """The last day of the period; null without one."""
    how: Literal["agreed", "given-by-some", "overlapping", "apart", "contested"]
    """How the accounts stand to each other."""
    given: dict[str, Text | None]
    """What each assessor gives, by name; null where one gives nothing."""
    merged: Text | None
    """What is held of it together; null if nothing."""


class Turned(Model):
    """How a conclusion comes out if all took one account of a fact."""

    as_: list[Text] = Field(alias="as")
    """The assessors whose account it is."""
    comes_out: Outcome
    """How it comes out."""


class Account(Model):
    """What the assessors say of a fact, and whether that matters."""

    how: Literal["agreed", "given-by-some", "overlapping", "apart", "contested"]
    """How the accounts stand to each other."""
    judgement: bool
    """Whether it is a judgement."""
    given: dict[str, Text | None]
    """What each assessor gives, by name; null where one gives nothing."""
    asked: list[Text]
    """The assessors who asked, and do not know."""
    merged: Text | None
    """What is held of it together; null if nothing."""
    common: Text | None
    """What all accounts admit; null if nothing."""
    parts: list[Part]
    """The values of a table or history, one by one."""
    matters: bool
    """Whether the difference matters to any conclusion."""
    turns: dict[Id, list[Turned]]
    """The conclusions that it turns alone, by id."""
    turns_with_others: list[Id]
    """The conclusions that it turns with other facts."""
    not_decided: list[Id]
    """The conclusions of which that could not be told."""


class Merged(Model):
    """Several assessors of one situation."""

    format: Literal["comity-merge/1"]
    """The format of this document."""
    situation: Text
    """The id of the situation."""
    as_of: FullDate
    """The day as of which it is assessed."""
    rule_set: RulesUsed
    """The rules under which it is assessed."""
    assessors: list[Text]
    """The assessors."""
    conclusions: dict[Id, Conclusion]
    """Contexts, measures, forms and principles, by id."""
    criteria: dict[Id, Conclusion]
    """Criteria, by id."""
    facts: dict[Name, Account]
    """The facts that anybody gives, by name."""
    planned: dict[Id, dict[str, bool | None]]
    """Who plans each measure; null where one describes no response."""
    merged: Text
    """The merged situation as a file."""
    notes: list[Text]
    """What a reader should know."""
