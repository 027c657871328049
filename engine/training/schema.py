"""The JSON Schemas of exercises and of answers, draft-07: for editors, and for other people's CI.

The models have the shape of what `exercise` and `answers` read and nothing more; no document is read through them.
Importing this module imports pydantic, so only `comity schema` does.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, RootModel

from comity.engine.language.documents import (
    Id,
    MeasureId,
    Model,
    Name,
    ReadingId,
    Situation,
    Standing,
    Status,
    Text,
    Truth,
    optional,
)
from comity.engine.language.literals import Schema
from comity.engine.language.model import RuleSet
from comity.engine.language.schema import draft_07, in_terms_of
from comity.engine.training.exercise import MOST_EXERCISES


def exercise_schema(rules: RuleSet | None = None) -> Schema:
    """Return the schema of a file of exercises; with `rules`, it knows every fact and conclusion by its name."""
    return in_terms_of(rules, draft_07(ExerciseFile, "exercise", "Comity: exercises"))


def answers_schema() -> Schema:
    """Return the schema of a file of answers to an exercise."""
    return draft_07(AnswersFile, "answers", "Comity: answers to an exercise")


_Filled: Any = {"minProperties": 1}


class ContextId(RootModel[Id]):
    """The id of a context."""


class PurposeId(RootModel[Id]):
    """The id of a purpose."""


class FactName(RootModel[Name]):
    """The name of a fact."""


class ExpectedContexts(RootModel[Annotated[dict[str, Truth], Field(json_schema_extra=_Filled)]]):
    """How contexts are expected to come out, by id."""


class ExpectedCriteria(RootModel[Annotated[dict[str, Truth], Field(json_schema_extra=_Filled)]]):
    """How criteria are expected to come out, by id."""


class ExpectedMeasures(RootModel[Annotated[dict[str, Status], Field(json_schema_extra=_Filled)]]):
    """Which measures are expected to be called for, by id."""


class ExpectedPrinciples(RootModel[Annotated[dict[str, Standing], Field(json_schema_extra=_Filled)]]):
    """How the response is expected to stand with principles, by id."""


class ExpectedNearMisses(RootModel[Annotated[dict[str, Literal["yes", "no"]], Field(json_schema_extra=_Filled)]]):
    """Whether criteria are expected to be what a context lacks, by id."""


# --- tasks --------------------------------------------------------------------------------------------------


class _Task(Model):
    task: Id = optional("first-criteria")
    """The id of the task; by default its kind, and what it is about."""


class _Keyed(_Task):
    prompt: Text = optional()
    """The words of the question, in place of those that the kind has."""


class Contexts(_Keyed):
    """Which contexts apply, each with an answer."""

    kind: Literal["contexts"]
    """Which contexts apply: met, not met, or unknown, for each."""
    expect: ExpectedContexts = optional()
    """The key that the author expects; the rules work it out."""


class Criteria(_Keyed):
    """How each criterion of a context comes out."""

    kind: Literal["criteria"]
    """How each criterion of a context comes out: met, not met, or unknown."""
    about: ContextId
    """The context whose criteria are asked about."""
    expect: ExpectedCriteria = optional()
    """The key that the author expects; the rules work it out."""


class Deciding(_Keyed):
    """The facts that the verdict on a context rests on, or waits for."""

    kind: Literal["deciding"]
    """Which facts the verdict on a context rests on, or, while it is open, can still decide it."""
    about: ContextId
    """The context whose verdict is asked about."""
    expect: list[FactName] = optional(min_length=1)
    """The key that the author expects; the rules work it out."""


class Measures(_Keyed):
    """Which measures are called for, each with an answer."""

    kind: Literal["measures"]
    """Which measures are called for: called for, conditional, or not called for, for each."""
    expect: ExpectedMeasures = optional()
    """The key that the author expects; the rules work it out."""


class Purposes(_Keyed):
    """The purposes that a measure serves."""

    kind: Literal["purposes"]
    """Which purposes a measure serves."""
    about: MeasureId
    """The measure whose purposes are asked about."""
    expect: list[PurposeId] = optional(min_length=1)
    """The key that the author expects; the rules work it out."""


class Principles(_Keyed):
    """How the response stands with each principle."""

    kind: Literal["principles"]
    """How the response stands with each principle: consistent, in conflict, or undetermined."""
    expect: ExpectedPrinciples = optional()
    """The key that the author expects; the rules work it out."""


class Change(_Keyed):
    """The single changes that turn the verdict on a context."""

    kind: Literal["change"]
    """Which single changes turn the verdict on a context to the opposite."""
    about: ContextId
    """The context whose verdict is to be turned."""
    expect: list[Text] = optional(["arrivals", "populations-0-since"], min_length=1)
    """The changes that the author expects, by their facts: in a table with the row, counted from 0, and the column."""


class NearMiss(_Keyed):
    """Whether each criterion of a context, if it alone were met, would make it apply."""

    kind: Literal["near-miss"]
    """Whether a context that does not apply would apply if one criterion were met: yes or no, for each."""
    about: ContextId
    """The context, which does not apply."""
    expect: ExpectedNearMisses = optional()
    """The key that the author expects; the rules work it out."""


class Next(_Keyed):
    """The question to ask next."""

    kind: Literal["next"]
    """Which question settles most."""
    expect: FactName = optional()
    """The fact that the author expects to be asked for; the rules work it out."""


class Essay(_Task):
    """A question that is answered in words and read by a person."""

    kind: Literal["essay"]
    """A question that is answered in words; a person reads it."""
    prompt: Text
    """The question."""
    rubric: list[Text] = Field(min_length=1)
    """The points that an answer is read for."""


class Task(
    RootModel[Contexts | Criteria | Deciding | Measures | Purposes | Principles | Change | NearMiss | Next | Essay]
):
    """One thing that an exercise asks. Its `kind` says what."""


# --- exercises ----------------------------------------------------------------------------------------------


class Stage(Model):
    """What is told at one moment, and what is asked then."""

    title: Text = optional("The second file")
    """What a trainee calls the stage."""
    narrative: Text = optional()
    """What is told, in words."""
    tells: list[FactName] = optional(["arrivals", "arrival_days"])
    """The facts that are told now; all that are left, if it is left out."""
    tasks: list[Task] = Field(min_length=1)
    """What is asked now."""


class _Exercise(Model):
    exercise: Id = Field(examples=["dadaab-in-stages"])
    """The id of the exercise."""
    title: Text
    """What a trainee calls it; it gives nothing away."""
    level: Literal[1, 2, 3]
    """How hard it is: 1 first steps, 2 several contexts or an estimate, 3 stages, boundaries, open verdicts."""
    situation: Id | Situation
    """The situation with every fact that is told in the end: a stored one by its id, or written out."""
    points: list[Literal[1, 2, 3, 4, 5, 6, 7, 8]] = optional([2, 5])
    """The content points of the course that it practises."""
    reading: ReadingId = optional()
    """The reading under which the keys are worked out; the default one, if it is left out."""
    listed: bool = optional(default=True)
    """Whether the facts that are told are also listed one by one beside the narrative."""
    note: Text = optional()
    """What an instructor should know; trainees do not see it."""


class _Asking(Model):
    tasks: list[Task] = Field(min_length=1)
    """What is asked."""


class _Staged(Model):
    stages: list[Stage] = Field(min_length=1)
    """The stages, in order."""


class PlainExercise(_Exercise, _Asking):  # what tells them apart comes first
    """An exercise that tells everything at once."""

    tells: list[FactName] = optional(["arrivals", "arrival_days"])
    """The facts that are told; all of them, if it is left out."""
    narrative: Text = optional()
    """What is told, in words; the narrative of the situation, if it is left out."""


class StagedExercise(_Exercise, _Staged):
    """An exercise that tells the facts step by step."""


class Exercise(RootModel[StagedExercise | PlainExercise]):
    """A situation, told in one stage or several, and what is asked about it."""


class Bank(Model):
    """Several exercises in one file."""

    exercises: list[Exercise] = Field(min_length=1, max_length=MOST_EXERCISES)
    """The exercises."""


class ExerciseFile(RootModel[Bank | StagedExercise | PlainExercise]):
    """A file of exercises: one, or a list of them under `exercises`."""


# --- answers ------------------------------------------------------------------------------------------------


class Row(RootModel[dict[str, Text]]):
    """The answer to each thing, by its id."""


class AnswersFile(Model):
    """What one trainee answered to an exercise."""

    exercise: Id = Field(examples=["dadaab-in-stages"])
    """The id of the exercise."""
    trainee: Text = optional("Ana")
    """Who answered; the name of the file, if it is left out."""
    answers: dict[str, Row | list[Text] | Text] = Field(
        examples=[{"contexts": {"mass-influx": "met"}, "deciding-protracted": ["populations"], "next": "arrivals"}]
    )
    """The answer to each task by its id: to each thing an answer, a list of what is right, or a text."""
