"""The elements of a context in one run: what its verdict can rest on, how each came out, and which way it pulls.

An element is a criterion or another context that the context's condition names, or a criterion that stands with it, or
a fact that one of them tests. Below a fact that is given there is nothing more: it is not derived, so nothing else
bears through it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from comity.engine.assessment.evaluate import Run
from comity.engine.assessment.explain import result
from comity.engine.language.condition import AllOf, AnyOf, AtLeast, Conclusion, Condition, Constant, Not, Test
from comity.engine.language.model import ValueType
from comity.engine.language.operators import Operator
from comity.engine.language.truth import Kleene

Pulls = frozenset[int]  # 1: the context is nearer to being met where this is met; -1: farther; both, or neither

_NEITHER: Pulls = frozenset()
_TOWARDS: Pulls = frozenset((1,))
_EITHER: Pulls = frozenset((1, -1))


class Part(NamedTuple):
    """How a conclusion, or one test of a fact, came out, and which way it pulls."""

    truth: Kleene
    pulls: Pulls


class Element(NamedTuple):
    """A criterion or context, which is its only part; or a fact, whose parts are the tests of it.

    `held` says whether the situation has it: the conclusion is met, or the truth holds. It is None where that is
    unknown, and of a figure, choice, date or text, of which only the tests can tell.
    """

    parts: Mapping[Condition, Part]
    held: Kleene


def elements(run: Run, context: str, recorded: Mapping[str, bool]) -> dict[str, Element]:
    """Return the elements of `context` by name: contexts, criteria, then facts, each in declared order.

    `recorded` are verdicts that hold whatever the facts say, by the id of the context.
    """
    rules = run.program.rules
    walk = _Walk(run)
    walk.down(run.program.conclusions[context], _TOWARDS)
    for name in rules.contexts[context].criteria:
        walk.conclusion(name, _NEITHER)
        walk.down(run.program.conclusions[name], _NEITHER)
    found: dict[str, Element] = {}
    for name in (*rules.contexts, *rules.criteria):
        if name in walk.conclusions:
            truth = recorded.get(name, run.truth(name))
            found[name] = Element({run.program.conclusions[name]: Part(truth, walk.conclusions[name])}, truth)
    for name, fact in rules.facts.items():
        if name in walk.tests:
            parts: dict[Condition, Part] = {
                test: Part(result(run, test), pulls) for test, pulls in walk.tests[name].items()
            }
            found[name] = Element(parts, run.value(name) if fact.value_type is ValueType.BOOLEAN else None)
    return found


def tested(run: Run, conclusion: str) -> tuple[str, ...]:
    """Return the facts that a conclusion tests, its own conclusions included, in declared order."""
    walk = _Walk(run)
    walk.down(run.program.conclusions[conclusion], _TOWARDS)
    return tuple(name for name in run.program.rules.facts if name in walk.tests)


class _Walk:
    """Collects the conclusions and the tests below a condition, each with the ways in which it pulls."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.conclusions: dict[str, Pulls] = {}
        self.tests: dict[str, dict[Test, Pulls]] = {}
        self.seen: set[tuple[Condition, Pulls]] = set()
        self.waiting: list[tuple[Condition, Pulls]] = []

    def down(self, condition: Condition, pulls: Pulls) -> None:
        """Collect what is below `condition`."""
        self.add(condition, pulls)
        while self.waiting:
            condition, pulls = self.waiting.pop()
            match condition:
                case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts):
                    for part in parts:
                        self.add(part, pulls)
                case Not(part):
                    self.add(part, _turned(pulls))
                case Conclusion(id=name):
                    self.conclusion(name, pulls)
                    self.add(self.run.program.conclusions[name], pulls)
                case Test():
                    self.test(condition, pulls)
                case _:
                    pass  # what is said of the rows of a table shows in the criterion

    def add(self, condition: Condition, pulls: Pulls) -> None:
        if (condition, pulls) not in self.seen:
            self.seen.add((condition, pulls))
            self.waiting.append((condition, pulls))

    def conclusion(self, name: str, pulls: Pulls) -> None:
        self.conclusions[name] = self.conclusions.get(name, _NEITHER) | pulls

    def test(self, test: Test, pulls: Pulls) -> None:
        """Note a test; go on with the condition that its fact is derived from, if it is."""
        tests = self.tests.setdefault(test.fact, {})
        tests[test] = tests.get(test, _NEITHER) | pulls
        fact = self.run.program.rules.facts[test.fact]
        if isinstance(fact.derive, Condition) and test.fact not in self.run.facts:
            if not isinstance(test.bound, Constant):
                pulls = _EITHER if pulls else _NEITHER
            elif test.bound.value is not (test.operator is Operator.IS):
                pulls = _turned(pulls)
            self.add(fact.derive, pulls)


def _turned(pulls: Pulls) -> Pulls:
    return frozenset(-one for one in pulls)
