"""What can be answered to a task, and what of it is right: the key, and the one rule by which answers are scored."""

from collections.abc import Collection
from fractions import Fraction
from typing import NamedTuple

from comity.engine.training.exercise import Task
from comity.engine.training.single_changes import Changed


class Option(NamedTuple):
    """One thing that can be chosen: of a row one of its answers, or of a list one entry.

    `id` is `ROW=ANSWER`, or what the entry is about: the id of a criterion or purpose, the name of a fact. `about` is
    that, without the answer.
    """

    id: str
    about: str
    answer: str | None
    right: bool
    changed: Changed | None = None


class Item(NamedTuple):
    """A task with everything that can be answered to it. An essay has no options.

    `rows` are what is asked about, each with one answer to choose; there are none where a list is chosen from.
    """

    task: Task
    stage: int
    options: tuple[Option, ...]
    rows: tuple[str, ...] = ()

    @property
    def right(self) -> tuple[str, ...]:
        """The ids of the options that are right: the key."""
        return tuple(option.id for option in self.options if option.right)

    @property
    def choose(self) -> str:
        """How it is answered: `each`, `any`, `one` or `words`."""
        return self.task.choose

    def of_row(self, row: str) -> tuple[Option, ...]:
        """Return the options of a row."""
        return tuple(option for option in self.options if option.about == row and option.answer is not None)


def raw_score(item: Item, chosen: Collection[str]) -> Fraction:
    """Return the score before it is held between 0 and 1: +1/k for each right option chosen, -1/k for each wrong one.

    k is the number of right options. Answering at random gives at most 0 on average.
    """
    right = set(item.right)
    good = sum(1 for one in set(chosen) if one in right)
    return Fraction(2 * good - len(set(chosen)), len(right))


def score(item: Item, chosen: Collection[str]) -> Fraction:
    """Return the score of an answer, from 0 to 1: 1 if exactly what is right was chosen, and never less than 0.

    The same rule marks answers here and in every export. Raises `ValueError` for an essay: no machine marks it.
    """
    if item.choose == "words":
        raise ValueError(f"`{item.task.id}` is answered in words, and read by a person")
    return max(Fraction(0), raw_score(item, chosen))
