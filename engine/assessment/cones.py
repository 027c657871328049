"""The facts that open conclusions wait for."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from comity.engine.assessment.evaluate import Run
from comity.engine.assessment.explain import Grounds, grounds
from comity.engine.language.condition import Condition, Term
from comity.engine.language.model import RuleSet
from comity.engine.language.quantity import Range
from comity.engine.language.references import dependencies, evaluation_order, names_in

_DEEP = 3  # a measure, its contexts, their criteria: what lies deeper is not kept


@lru_cache(maxsize=8)
def needs(rules: RuleSet, reading: str | None) -> Mapping[str, Sequence[str]]:
    """Return the facts, tables and conclusions that each mentions, found out at most once."""
    return dependencies(rules, reading)


@lru_cache(maxsize=8)
def order(rules: RuleSet, reading: str | None) -> tuple[str, ...]:
    """Return the conclusions, each after those that it rests on."""
    conclusions = rules.conditions(reading)
    return tuple(name for name in evaluation_order(rules, reading) if name in conclusions)


class Cones:
    """What the conclusions of a run rest on and wait for, each found out at most once."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.needs = needs(run.program.rules, run.program.reading)
        self._grounds: dict[str, Grounds] = {}
        self._mentioned: dict[str, frozenset[str]] = {}
        self._cones: dict[str, tuple[str, ...]] = {}
        self._below: dict[Term, frozenset[str]] = {}

    def grounds(self, conclusion: str) -> Grounds:
        """Return what a conclusion rests on."""
        found = self._known(conclusion)
        assert found is not None  # nothing is deep yet
        return found

    def _known(self, conclusion: str, depth: int = 0) -> Grounds | None:
        """Return the same; None of what is so deep down that whoever asks should walk on."""
        if conclusion not in self._grounds:
            if depth == _DEEP:
                return None
            below = partial(self._known, depth=depth + 1)
            self._grounds[conclusion] = grounds(self.run, self.run.program.conclusions[conclusion], below)
        return self._grounds[conclusion]

    def mentioned(self, conclusion: str) -> frozenset[str]:
        """Return the facts that a conclusion rests on or waits for."""
        if conclusion not in self._mentioned:
            found = self._grounds.get(conclusion) or grounds(
                self.run, self.run.program.conclusions[conclusion], self._grounds.get
            )
            self._mentioned[conclusion] = frozenset(found.open) | found.facts.keys()
        return self._mentioned[conclusion]

    def of(self, conclusion: str) -> tuple[str, ...]:
        """Return the facts that an open conclusion waits for: all that matter to it, and perhaps more."""
        if conclusion not in self._cones:
            condition = self.run.program.conclusions[conclusion]
            self._cones[conclusion] = self._open(condition, self.grounds(conclusion))
        return self._cones[conclusion]

    def of_exclusions(self) -> tuple[str, ...]:
        """Return the facts that decide whether the situation is impossible, as far as that is open."""
        run = self.run
        conditions = [one.when for one in run.program.rules.impossible]
        open_ = [one for one in conditions if run.memory[run.program.slots[one]] is None]
        found = {name: None for one in open_ for name in self._open(one, grounds(run, one, self._known))}
        return tuple(found)

    def _open(self, condition: Condition, found: Grounds) -> tuple[str, ...]:
        facts = self.run.program.rules.facts
        names: dict[str, Any] = found.open
        if any(facts[name].columns and name not in self.run.facts for name in names):
            # What would be asked of the rows of a table that is not given, nobody has come to yet.
            more = (name for name in self.below(condition) if name in facts and is_open(self.run, name))
            names = {**names, **dict.fromkeys(more)}
        return tuple(name for name in facts if name in names)

    def below(self, term: Term) -> frozenset[str]:
        """Return all that a condition or an expression rests on, by name; of columns, their table."""
        if term not in self._below:
            found: set[str] = set()
            waiting = [*names_in(term)]
            while waiting:
                name = waiting.pop()
                if name not in found:
                    found.add(name)
                    waiting += self.needs.get(name, ())
            self._below[term] = frozenset(found)
        return self._below[term]


def is_open(run: Run, fact: str) -> bool:
    """Tell whether something may still be learnt of a fact; of one that is derived, only if an estimate is given."""
    declared = run.program.rules.facts[fact]
    given = run.facts.get(fact)
    if given is None:
        return declared.derive is None
    return declared.history or bool(declared.columns) or given.__class__ is Range
