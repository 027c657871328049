"""The JSON Schema of marks, `comity-marks/1`.

Importing this module imports pydantic, so only `comity schema` does.
"""

from typing import Literal

from pydantic import Field

from comity.engine.language.documents import Id, Model, Text, optional
from comity.engine.language.literals import Schema
from comity.engine.language.schema import draft_07


def marks_schema() -> Schema:
    """Return the schema of marks as JSON."""
    return draft_07(Marks, "marks", "Comity: marks of exercises")


class Remark(Model):
    """What is said of one answer."""

    about: str
    """The option or the row that it is about; empty for the whole task."""
    right: bool | None
    """Whether the answer is right; null for what was missed, and for what is neither."""
    text: str
    """What is said."""


class Mark(Model):
    """How one trainee answered one task."""

    score: float | None = Field(ge=0, le=1)
    """From 0 to 1; null of an essay, which has no mark."""
    text: str = optional()
    """Of an essay, what was written."""
    right: list[Text] = optional()
    """The right options that were chosen; with `wrong`, `missed` and `feedback` left out of an essay."""
    wrong: list[Text] = optional()
    """The wrong options that were chosen."""
    missed: list[Text] = optional()
    """The right options that were not chosen."""
    feedback: list[Remark] = optional()
    """What is said of the answer."""


class Trainee(Model):
    """How one trainee answered an exercise."""

    trainee: Text
    """The name of the trainee."""
    score: float = Field(ge=0)
    """The sum of the scores."""
    tasks: dict[Id, Mark]
    """The mark of each task, by id."""


class Task(Model):
    """What a class made of one task."""

    task: Id
    """The task."""
    kind: Id
    """What kind of task it is."""
    prompt: Text
    """What is asked."""
    mean: float | None = Field(ge=0, le=1)
    """The mean score: near 1 if it was easy; null of an essay."""
    full_marks: int | None = Field(ge=0)
    """How many scored 1; null of an essay."""
    not_answered: int = Field(ge=0)
    """How many did not answer."""
    discrimination: float | None = Field(ge=-1, le=1)
    """How its score goes along with that of the other tasks, from -1 to 1; null where too few handed in to tell."""
    explanation: list[Text]
    """The model answer."""
    sources: list[Text]
    """What it rests on."""
    rubric: list[Text]
    """The points that an essay is read for."""


class Taken(Model):
    """A wrong answer to a row, and how many gave it."""

    task: Id
    """The task."""
    about: Text
    """The row."""
    answered: Text
    """What was answered."""
    right: Text
    """What is right."""
    trainees: int = Field(ge=0)
    """How many answered so."""
    of: int = Field(ge=0)
    """How many answered the row at all."""


class Swapped(Model):
    """A context that was taken for another, and by how many."""

    task: Id
    """The task."""
    taken: Text
    """The context that was let apply wrongly."""
    for_: Text = Field(alias="for")
    """The context that does apply."""
    trainees: int = Field(ge=0)
    """How many answered so."""


class Missed(Model):
    """A right answer that was missed, and by how many."""

    task: Id
    """The task."""
    answer: Text
    """The answer."""
    trainees: int = Field(ge=0)
    """How many missed it."""


class Exercise(Model):
    """How a class did one exercise. What is counted is in descending order."""

    exercise: Id
    """The exercise."""
    title: Text
    """Its title."""
    about: dict[str, str]
    """Its as-of date, rule set and reading, in words."""
    of: int = Field(ge=0)
    """The highest score that there can be."""
    trainees: list[Trainee]
    """The marks of each trainee, by name."""
    tasks: list[Task]
    """What the class made of each task."""
    taken: list[Taken]
    """Wrong answers to rows."""
    swapped: list[Swapped]
    """Contexts that were taken for others."""
    missed: list[Missed]
    """Right answers that were missed."""


class Evidence(Model):
    """An answer that speaks for an explanation, or against it."""

    situation: Text
    """The situation."""
    stage: int = Field(ge=1)
    """The stage of the exercise, counted from 1."""
    task: Id
    """The task."""
    about: str
    """The row or the option that the answer is about; empty for a task with one answer."""
    answered: str
    """The answer."""
    right: str
    """The right answer."""


class Belief(Model):
    """What a trainee may believe."""

    kind: Text
    """What kind of misunderstanding it is."""
    places: list[Text]
    """The places in the rules that are read otherwise; none where it is about no one place."""
    text: Text
    """The belief, in words."""


class Explanation(Model):
    """What would explain answers."""

    beliefs: list[Belief]
    """What may be believed: any of these explains the same."""
    explains: list[Evidence]
    """The answers that it explains."""
    against: list[Evidence]
    """The answers that speak against it."""


class Misunderstanding(Model):
    """What the answers of one trainee may say of a misunderstanding."""

    points: int = Field(ge=0)
    """How many answers were looked at."""
    wrong: int = Field(ge=0)
    """How many of them are wrong."""
    explanations: list[Explanation]
    """What would explain them; none where they do not say enough."""


class Marks(Model):
    """The marks of a class, what is said of each answer, and the figures of the class."""

    format: Literal["comity-marks/1"]
    """The format of this document."""
    exercises: list[Exercise]
    """The exercises."""
    misunderstandings: dict[str, Misunderstanding] = optional()
    """What the answers of each trainee may say of a misunderstanding; only where that is asked for."""
