"""Which one belief would explain what a learner got wrong, and silence where the answers do not say enough."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from math import log
from typing import NamedTuple, TypeAlias

from comity.engine.training.beliefs import GAPS, Belief, Beliefs, Key
from comity.engine.training.items import Item
from comity.engine.training.keys import Told
from comity.engine.training.marking import Marks
from comity.engine.training.points import answered, points

Answer: TypeAlias = tuple[Told, Item, Collection[str]]  # what was chosen at a task; nothing, if it was not answered

LEAST = 3  # points that a belief explains beyond those it gets wrong
LEAST_TASKS = 2  # in which they lie
SURE = 7.5  # how much likelier than chance, as a logarithm: a thousand to one, as some two hundred beliefs are tried
_SLIP = 0.1  # how often a learner answers otherwise than they believe
_NO_GUESS = 3.0  # how much likelier than guessing, as a logarithm: twenty times
_USUAL = (  # what is believed, the most usual first
    *("bound", "together", "apart", "newest", "extreme", "unit", "reading", *GAPS),
    *("count-up", "count-down", "join", "drop", "threshold-up", "threshold-down", "negate"),
)


class Evidence(NamedTuple):
    """A point of a task: what was answered, and what is right. `about` is empty for a task with one answer."""

    told: Told
    item: Item
    about: str
    answer: str
    right: str


class Explanation(NamedTuple):
    """Beliefs that give the same answers to every point answered, so that these cannot tell them apart.

    The more usual stand first. `explains` are the wrong answers that they would have given, `against` the right ones
    that they would not.
    """

    beliefs: tuple[Belief, ...]
    explains: tuple[Evidence, ...]
    against: tuple[Evidence, ...]


class Diagnosis(NamedTuple):
    """What explains a learner's wrong answers best: several explanations where as good, none where too little is known.

    `points` are those answered, `wrong` those of them answered wrongly.
    """

    explanations: tuple[Explanation, ...]
    points: int
    wrong: int

    @property
    def beliefs(self) -> tuple[Belief, ...]:
        """Every belief of every explanation."""
        return tuple(belief for one in self.explanations for belief in one.beliefs)


def diagnose(beliefs: Beliefs, answers: Iterable[Answer]) -> Diagnosis:
    """Return what explains the wrong answers of one learner best.

    A belief counts for itself every answer that it alone explains, and against itself every one that the rules alone
    explain. Nothing is said unless the best has `LEAST` points more for it than against it, and those for it lie in
    `LEAST_TASKS` tasks; nor where that many could agree by chance, as often as the learner errs otherwise; nor where a
    slip about one thing would do as well, since all of them lie at one stage; nor where guessing is about as likely.
    """
    tasks = [task for task in (_Task(beliefs, *one) for one in answers) if task.given]
    count = sum(len(task.given) for task in tasks)
    wrong = sum(len(task.wrong) for task in tasks)
    if wrong < LEAST:
        return Diagnosis((), count, wrong)
    totals = [sum(task.scores[task.which[number]] for task in tasks) for number in range(len(beliefs.every))]
    best = max(totals)
    chance = (wrong - best + 1) / count / 2  # of erring at a point in the one way that the belief would
    if best < LEAST or best * log((1 - _SLIP) / chance) < SURE:
        return Diagnosis((), count, wrong)
    alike: dict[tuple[frozenset[tuple[str, str]], ...], list[int]] = {}
    for number, total in enumerate(totals):
        if total == best:
            alike.setdefault(tuple(task.seen[task.which[number]] for task in tasks), []).append(number)
    found = (_explanation(beliefs, tasks, numbers) for numbers in alike.values())
    return Diagnosis(tuple(one for one in found if one is not None), count, wrong)


def by_trainee(beliefs: Beliefs, sat: Iterable[tuple[Sequence[Told], Marks]]) -> dict[str, Diagnosis]:
    """Return what explains the wrong answers of each trainee, over all exercises that they answered."""
    answers: dict[str, list[Answer]] = {}
    for stages, marks in sat:
        given = answers.setdefault(marks.answers.trainee, [])
        given += [(stages[one.item.stage], one.item, marks.answers.chosen(one.item.task.id)) for one in marks.marks]
    return {name: diagnose(beliefs, given) for name, given in answers.items()}


def common(diagnoses: Iterable[Diagnosis]) -> list[tuple[tuple[Belief, ...], int]]:
    """Return how many learners of a class each belief may explain, the most first.

    Beliefs that explain the same learners stand together, the more usual first.
    """
    learners: dict[Belief, list[int]] = {}
    for number, one in enumerate(diagnoses):
        for belief in one.beliefs:
            learners.setdefault(belief, []).append(number)
    together: dict[tuple[int, ...], list[Belief]] = {}
    for belief, numbers in learners.items():
        together.setdefault(tuple(numbers), []).append(belief)
    found = [(tuple(beliefs), len(numbers)) for numbers, beliefs in together.items()]
    return sorted(found, key=lambda one: (-one[1], _USUAL.index(one[0][0].kind)))


class _Task:
    """What was answered to one task, and how well each key to it explains that."""

    def __init__(self, beliefs: Beliefs, told: Told, item: Item, chosen: Collection[str]) -> None:
        self.told = told
        self.item = item
        self.points = points(item) if item.options else {}
        self.given = answered(item, chosen)
        self.wrong = [name for name, answer in self.given.items() if answer != self.points[name].right]
        if self.given:
            self.keys, self.which = beliefs.keys(told, item)
            self.scores = [sum(map(self.score, key.items())) for key in self.keys]

    def score(self, point: tuple[str, str]) -> int:
        """Return 1 for an answer that a belief alone explains, and -1 for one that the rules alone explain."""
        name, believed = point
        answer = self.given.get(name)
        return (answer == believed) - (answer == self.points[name].right)

    @cached_property
    def seen(self) -> list[frozenset[tuple[str, str]]]:
        """What each key says otherwise of the points answered: beliefs that agree there cannot be told apart."""
        return [frozenset((name, one) for name, one in key.items() if name in self.given) for key in self.keys]

    def likelier(self, key: Key) -> float:
        """Return how much likelier the answers are for who believes this key than for who guesses, as a logarithm."""
        found = 0.0
        for name, answer in self.given.items():
            right, answers = self.points[name]
            agrees = answer == key.get(name, right)
            found += log(answers) + (log(1 - _SLIP) if agrees else log(_SLIP / (answers - 1)))
        return found

    def evidence(self, names: Iterable[str]) -> Iterator[Evidence]:
        for name in names:
            yield Evidence(self.told, self.item, name, self.given[name], self.points[name].right)


def _explanation(beliefs: Beliefs, tasks: Sequence[_Task], numbers: Sequence[int]) -> Explanation | None:
    """Return what some beliefs that give the same answers explain; None if that is not enough to say so."""
    explains: list[Evidence] = []
    against: list[Evidence] = []
    likelier = 0.0
    for task in tasks:
        key = task.keys[task.which[numbers[0]]]
        likelier += task.likelier(key)
        explains += task.evidence(name for name in task.wrong if task.given[name] == key.get(name))
        against += task.evidence(name for name in key if task.given.get(name) == task.points[name].right)
    alike = tuple(sorted((beliefs.every[number] for number in numbers), key=lambda one: _USUAL.index(one.kind)))
    stages = {id(one.told) for one in explains}
    asked = {(id(one.told), one.item.task.id) for one in explains}
    slip = len(stages) < 2 and any(belief.kind == "negate" for belief in alike)
    if slip or len(asked) < LEAST_TASKS or likelier < _NO_GUESS:
        return None
    return Explanation(alike, tuple(explains), tuple(against))
