"""The key of every task, worked out from the rules and from what is told at its stage."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from comity.engine.assessment.assess import Assessment, assess
from comity.engine.assessment.cells import cells
from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS
from comity.engine.assessment.explain import grounds
from comity.engine.assessment.questions import Question, settling
from comity.engine.language.diagnostic import Code, Diagnostic, Loaded, one_of
from comity.engine.language.model import RuleSet
from comity.engine.training.exercise import KINDS, Exercise, Task
from comity.engine.training.items import Item, Option
from comity.engine.training.pivots import pivots
from comity.engine.training.single_changes import facts_below, single_changes

_CORRECT = "correct the expectation, or the exercise"
_FEWEST_WRONG = 3
_MOST_RIGHT = 10  # what a learning platform can share out exactly


class Told:
    """What is told at one stage of an exercise, assessed: the ground of every key there."""

    def __init__(self, rules: RuleSet, exercise: Exercise, stage: int) -> None:
        self.rules = rules
        self.stage = stage
        self.situation = exercise.told(stage)
        self.assessment: Assessment = assess(rules, self.situation, reading=exercise.reading)
        self.run = self.assessment.run

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What can be asked next, the most settling first; not what was asked already, and nobody knows."""
        return tuple(one for one in self.assessment.questions if one.fact not in self.situation.asked)

    def outcome(self, conclusion: str) -> str:
        """Return how a criterion or context comes out: met, not-met or unknown."""
        return VERDICTS[self.run.truth(conclusion)]

    def standing(self, principle: str) -> str:
        """Return how the response stands with a principle: consistent, in-conflict or undetermined."""
        return STANDINGS[self.run.truth(principle)]

    def below(self, conclusion: str) -> tuple[str, ...]:
        """Return the facts that a conclusion looks at, in whatever situation, in the order of the rule set."""
        return facts_below(self.assessment, conclusion)


def told(rules: RuleSet, exercise: Exercise) -> tuple[Told, ...]:
    """Return every stage of an exercise, assessed."""
    return tuple(Told(rules, exercise, stage) for stage in range(len(exercise.stages)))


def items(rules: RuleSet, exercise: Exercise, stages: Iterable[Told] | None = None) -> Loaded[tuple[Item, ...]]:
    """Return every task with its options and key, or why a task cannot be answered, or is not what its author expects.

    `stages` are those of `told`, where they were assessed already.
    """
    found: list[Item] = []
    wrong: list[Diagnostic] = []
    for one in stages or told(rules, exercise):
        for task in exercise.stages[one.stage].tasks:
            item = _item(one, task)
            if isinstance(item, Item):
                found.append(item)
                wrong.extend(_unexpected(item))
            else:
                wrong.append(Diagnostic(task.at, Code.UNANSWERABLE_TASK, f"`{task.id}` {item[0]}", item[1]))
    return Loaded(None if wrong else tuple(found), tuple(wrong))


def _item(one: Told, task: Task) -> Item | tuple[str, str]:
    """Return the task with its key, or what is wrong with it, and what to do."""
    found = _Keys(one, task)
    if task.choose == "words":
        return Item(task, one.stage, ())
    if problem := found.problem():
        return problem
    if task.choose == "each":
        outcomes = found.outcomes()
        options = tuple(
            Option(f"{row}={answer}", row, answer, outcome == answer)
            for row, outcome in outcomes.items()
            for answer in found.answers
        )
        item = Item(task, one.stage, options, tuple(outcomes))
    else:
        item = Item(task, one.stage, tuple(found.listed()))
    right = len(item.right)
    if not right:
        return "has no right answer here", "ask something else, or tell other facts"
    if right > _MOST_RIGHT:
        return (
            f"has {right} right answers",
            f"ask about less: {_MOST_RIGHT} is the most that every format can share out",
        )
    if len(item.options) < 2 * right:
        return (
            f"has {right} right answers and {len(item.options) - right} wrong ones, so that guessing pays",
            "tell more facts, or ask something else",
        )
    return item


def _unexpected(item: Item) -> Iterator[Diagnostic]:
    """Complain where the key is not what the author expects."""
    task, expected = item.task, item.task.expect
    if expected is None:
        return
    if isinstance(expected, Mapping):
        key = {option.about: option.answer for option in item.options if option.right}
        for name, answer in expected.items():
            if name not in key:
                hint = one_of(tuple(key))
                yield Diagnostic(task.at, Code.UNKNOWN_ID, f"`{task.id}` does not ask about `{name}`", hint)
            elif key[name] != answer:
                message = f"`{task.id}` expects `{answer}` for `{name}`; by the rules it is `{key[name]}`"
                yield Diagnostic(task.at, Code.KEY_DIFFERS, message, _CORRECT, subject=task.id)
    elif set(expected) != set(item.right):
        message = f"`{task.id}` expects {_listed(expected)}; by the rules it is {_listed(item.right)}"
        yield Diagnostic(task.at, Code.KEY_DIFFERS, message, _CORRECT, subject=task.id)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"


class _Keys:
    """The key of one task: to each thing its answer (`outcomes`), or a list of which some are right (`listed`)."""

    def __init__(self, one: Told, task: Task) -> None:
        self.one = one
        self.rules = one.rules
        self.run = one.run
        self.task = task
        self.about = task.about or ""

    @property
    def answers(self) -> tuple[str, ...]:
        return KINDS[self.task.kind].answers

    def problem(self) -> tuple[str, str] | None:
        match self.task.kind:
            case "principles" if self.one.situation.response is None:
                return "asks about a response, and there is none", "give the situation a `response`"
            case "change" if self.run.truth(self.about) is None:
                return "asks what would turn a verdict that is open", "ask `next`, or tell more facts"
            case "near-miss" if self.run.truth(self.about) is not False:
                return "asks what a context lacks that is not `not-met`", "ask about another context"
            case "next" if not self.one.questions:
                return "asks for the next question, and none is open", "tell fewer facts, or ask something else"
            case "contexts" | "measures" if certain := self.certain():
                return (
                    f"asks about `{certain}`, which is open by the rules and yet certain by reasoning",
                    "tell more facts",
                )
        return None

    def certain(self) -> str | None:
        """Return a conclusion that the rules leave open although whatever is untold comes to the same."""
        prospects = self.one.assessment.prospects
        asked = self.rules.contexts if self.task.kind == "contexts" else self.rules.measures
        return next((name for name in asked if name in prospects.open and prospects.certainty(name)), None)

    def outcomes(self) -> dict[str, str]:
        match self.task.kind:
            case "contexts":
                return {name: VERDICTS[self.run.truth(name)] for name in self.rules.contexts}
            case "criteria":
                return {name: VERDICTS[self.run.truth(name)] for name in self.run.program.criteria(self.about)}
            case "measures":
                return {name: STATUSES[self.run.truth(name)] for name in self.rules.measures}
            case "principles":
                return {name: STANDINGS[self.run.truth(name)] for name in self.rules.principles}
        lacking = pivots(self.run, self.about)
        return {name: "yes" if name in lacking else "no" for name in self.run.program.criteria(self.about)}

    def listed(self) -> Iterator[Option]:
        match self.task.kind:
            case "deciding":
                return self.deciding()
            case "purposes":
                serves = self.rules.measures[self.about].serves
                return _chosen(serves, self.rules.purposes, self.rules.purposes)
            case "next":
                return self.next()
        return self.changes()

    def deciding(self) -> Iterator[Option]:
        """Yield the facts that a verdict rests on, or waits for, among others that it looks at or that are told."""
        told = [name for name in self.rules.facts if name in self.run.facts or name in self.one.situation.asked]
        cone = self.one.below(self.about)
        near = [name for name in told if name in cone]
        if self.run.truth(self.about) is None:
            right = list(self.one.assessment.prospects.hangs_on(self.about))
            told = [name for name in told if name in self.run.facts]
            near = [*self.untold(cone), *(name for name in told if name in cone)]
        else:
            rests_on = grounds(self.run, self.run.program.conclusions[self.about]).facts
            right = [name for name in told if name in rests_on]
        return _chosen(right, [*near, *told], self.rules.facts)

    def next(self) -> Iterator[Option]:
        """Yield the fact to ask for, among those that settle less, or that cannot matter, or that are known."""
        prospects, questions = self.one.assessment.prospects, self.one.questions
        best = questions[0]
        less = [one.fact for one in questions if self.beats(best, one)]
        left_out = {one.fact for one in questions}.union(*(one.instead for one in questions))
        cones = {name for open_ in prospects.open for name in self.one.below(open_)}
        known = [name for name in self.rules.facts if name in self.run.facts and name not in left_out]
        known.sort(key=lambda name: name not in cones)
        untold = [name for name in self.untold(self.rules.facts) if name not in left_out]
        return _chosen([best.fact], [*less[:2], *untold[:1], *known[:1], *less[2:], *untold, *known], self.rules.facts)

    def beats(self, best: Question, other: Question) -> bool:
        """Tell whether a question settles more than another: with its least telling answer, or else with its best."""
        prospects = self.one.assessment.prospects
        (least, average), (other_least, other_average) = settling(prospects, best), settling(prospects, other)
        if least != other_least:
            return bool(least < other_least)
        most, other_most = (max((len(one.settles) for one in each.answers), default=0) for each in (best, other))
        return bool(average < other_average) and (not best.answers or most >= other_most)

    def untold(self, names: Iterable[str]) -> list[str]:
        """Return the facts of which nothing is known, and none of whose values would settle anything by itself."""
        facts = self.rules.facts
        return [
            name
            for name in names
            if name not in self.run.facts
            and facts[name].derive is None
            and facts[name].about == "situation"
            and not self.settles(name)
        ]

    def settles(self, name: str) -> bool:
        """Tell whether some value of an open fact may settle a verdict or measure by itself."""
        prospects = self.one.assessment.prospects
        values = cells(self.run, prospects.tried.completer, name)
        return not values or any(prospects.settled_by(name, value) for value in values)

    def changes(self) -> Iterator[Option]:
        """Yield the single changes that turn a verdict, among as many others."""
        found = [
            Option(
                "-".join(str(part) for part in one.statement if part is not None), one.statement.fact, None, turns, one
            )
            for one, turns in single_changes(self.one.assessment, self.about)
        ]
        right = [one for one in found if one.right]
        wrong = [one for one in found if not one.right]
        shown = {one.id for one in (*right, *wrong[: max(len(right), _FEWEST_WRONG)])}
        return (one for one in found if one.id in shown)


def _chosen(right: Iterable[str], others: Iterable[str], order: Iterable[str]) -> Iterator[Option]:
    """Yield what is right among as many others, three at the least, in the order of the rule set."""
    right = dict.fromkeys(right)
    wrong = list(dict.fromkeys(name for name in others if name not in right))[: max(len(right), _FEWEST_WRONG)]
    shown = {*right, *wrong}
    return (Option(name, name, None, name in right) for name in order if name in shown)
