"""Marks: what of an answer is right, wrong and missed, and what it scores. An essay has no mark."""

from collections.abc import Collection, Iterable
from fractions import Fraction
from typing import NamedTuple

from comity.engine.training.answers import Answers
from comity.engine.training.items import Item, score


class Mark(NamedTuple):
    """How one task was answered. `right`, `wrong` and `missed` are ids of options, each in the order of the task.

    `score` is from 0 to 1, and None for an essay, of which `words` are what was written. In a grid the right option of
    a row that was answered wrongly is missed, too.
    """

    item: Item
    score: Fraction | None
    right: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    words: str = ""

    @property
    def answered(self) -> bool:
        """Whether anything was answered."""
        return bool(self.right or self.wrong or self.words)


class Marks(NamedTuple):
    """How one trainee answered an exercise: a mark for each task, in the order of the exercise."""

    answers: Answers
    marks: tuple[Mark, ...]

    @property
    def scores(self) -> tuple[Fraction, ...]:
        """The scores of the tasks that are marked: all but essays."""
        return tuple(one.score for one in self.marks if one.score is not None)

    @property
    def total(self) -> Fraction:
        """The sum of the scores."""
        return sum(self.scores, Fraction(0))


def mark(item: Item, chosen: Collection[str]) -> Mark:
    """Return how a task was answered by the options that were chosen."""
    picked = [option for option in item.options if option.id in chosen]
    return Mark(
        item,
        score(item, chosen),
        tuple(option.id for option in picked if option.right),
        tuple(option.id for option in picked if not option.right),
        tuple(one for one in item.right if one not in chosen),
    )


def marks(items: Iterable[Item], answers: Answers) -> Marks:
    """Return how an exercise was answered. What is not answered scores 0."""
    return Marks(answers, tuple(_mark(item, answers) for item in items))


def _mark(item: Item, answers: Answers) -> Mark:
    if item.choose == "words":
        return Mark(item, None, words=answers.words(item.task.id))
    return mark(item, answers.chosen(item.task.id))
