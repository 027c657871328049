"""Complete situations that a situation can turn out to be, to try before anything is proved."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain
from math import inf
from typing import Any, NamedTuple

from comity.engine.assessment.cones import Cones
from comity.engine.assessment.evaluate import Memory, Run
from comity.engine.assessment.samples import DEEPEST, Pools, Sampler
from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    Arithmetic,
    AtLeast,
    Conclusion,
    Condition,
    Elapsed,
    FactValue,
    Not,
    Term,
    Test,
)
from comity.engine.language.history import Entry, History, stretches
from comity.engine.language.model import Fact, Given, RuleSet
from comity.engine.language.operators import Operator
from comity.engine.language.quantity import Range, ends
from comity.engine.language.truth import Kleene

_TRIES = 24  # completions for each outcome that is looked for
_UP = (Operator.AT_LEAST, Operator.MORE_THAN)
_DOWN = (Operator.AT_MOST, Operator.LESS_THAN)
_ENOUGH = 3  # of each outcome
_LATEST = 6  # completions in which something turned that are looked at again
_OTHERS = 8  # values of a fact that are tried beside one
_DEEP = 3  # conclusions that rest on one another, to look through for what is the easiest
_PIVOTS = 3  # completions for a fact that should turn an outcome
_MANY_PIVOTS = 12  # the same, where a solver would have to be set up for one conclusion alone


class _Untold(Sampler):
    """Values worth trying, where nothing is known."""

    def __init__(self, *of: Any) -> None:
        super().__init__(*of)
        self.choices = self.all_pools()


@lru_cache(maxsize=8)
def _untold(rules: RuleSet, reading: str | None, as_of: date, overrides: tuple[tuple[str, Any], ...]) -> _Untold:
    return _Untold(rules, reading, as_of, dict(overrides))


class Completer(Sampler):
    """Makes completions of the situation of a run. What it states is kept; what it derives stays derived.

    A completion for some facts leaves all others as they are: it is complete for what waits for those alone.
    """

    def __init__(self, run: Run, cones: Cones) -> None:
        program = run.program
        overrides = tuple(sorted(program.set.items()))
        like = _untold(program.rules, program.reading, run.as_of, overrides)
        super().__init__(program.rules, program.reading, run.as_of, program.set, like)
        self.run = run
        self.giving = 0.0
        self._came: dict[int, tuple[Kleene, Condition]] = {}  # by identity, which is looked up the fastest
        told = {
            ("", name): within(given, like.choices["", name])
            for name, given in run.facts.items()
            if given.__class__ is Range
        }
        self.choices: Pools = {**like.choices, **told}
        if not told:
            self.fitting = like.fitting
        self.below = cones.below

    def aimed(self, conclusion: str, met: bool, facts: Collection[str]) -> dict[str, Given]:
        """Return a completion in which a conclusion may be met, or not: a guess."""
        chosen: dict[str, Given] = {}
        self.wanted.clear()
        self.steer(self.conclusions[conclusion], met, chosen, self.choices)
        return self.completed(chosen, facts)

    def pivotal(
        self, conclusion: str, fact: str, facts: Collection[str], known: Mapping[str, Given]
    ) -> dict[str, Given]:
        """Return a completion in which a conclusion may hang on one fact: a guess, that keeps to what is `known`."""
        chosen: dict[str, Given] = {**known}
        self.wanted.clear()
        self.turn_on(Conclusion("context", conclusion), fact, chosen)
        return self.completed(chosen, facts)

    # --- aiming, where something is known ---

    def steer(self, condition: Condition, met: bool, given: dict[str, Given], pools: Pools) -> None:
        """Choose values that should meet a condition, or should not, as far as nothing was chosen and it is open."""
        if self.settled(condition) is not None:
            return
        match condition:
            case AllOf(parts) | AnyOf(parts) if isinstance(condition, AllOf) is not met:
                best = self.best(parts, met, given, pools)
                if best is not None:
                    super().steer(best, met, given, pools)
            case Test(name, operator) if self.is_figured(name) and (operator in _UP or operator in _DOWN):
                self.push(FactValue(name), (operator in _UP) is met, given, pools)
            case _:
                super().steer(condition, met, given, pools)

    def is_figured(self, name: str) -> bool:
        """Tell whether a fact is a figure that is derived."""
        fact = self.rules.facts.get(name)
        return fact is not None and fact.value_type.ordered and fact.derive is not None and name not in self.run.facts

    def push(self, expression: Term, up: bool, given: dict[str, Given], pools: Pools, depth: int = 0) -> None:
        """Choose values that should make a figure high, or low."""
        match expression:
            case FactValue(name) if name in self.rules.facts:
                fact = self.rules.facts[name]
                if self.is_figured(name) and fact.derive is not None:
                    if depth < DEEPEST:
                        self.push(fact.derive, up, given, pools, depth + 1)
                elif name not in given and not fact.history and fact.value_type.ordered:
                    values = [one for one in pools["", name] if one != 0] or pools["", name]  # it may be divided by
                    given[name] = max(values) if up else min(values)
            case Arithmetic("divide" | "difference", (first, *others)):
                self.push(first, up, given, pools, depth)
                for part in others:
                    self.push(part, not up, given, pools, depth)
            case Arithmetic(parts=parts):
                for part in parts:
                    self.push(part, up, given, pools, depth)
            case Elapsed(since):
                self.push(since, not up, given, pools, depth)
            case _:
                return

    def settled(self, condition: Condition) -> Kleene:
        """Return how a condition has come out already."""
        known = self._came.get(id(condition))
        if known is None:  # with the condition, so that no other one gets its identity
            slot = self.run.program.slots.get(condition)
            known = self._came[id(condition)] = (None if slot is None else self.run.memory[slot], condition)
        return known[0]

    def best(self, parts: Sequence[Condition], met: bool, given: Mapping[str, Given], pools: Pools) -> Condition | None:
        """Return the part that is the easiest to make come out so; of those as easy, any."""
        found: list[Condition] = []
        most = -1
        for part in parts:
            if self.settled(part) is None:
                ease = self.ease(part, met, given, pools)
                if ease > most:
                    found, most = [], ease
                if ease == most:
                    found.append(part)
        return self.random.choice(found) if found else None

    def ease(self, condition: Condition, met: bool, given: Mapping[str, Given], pools: Pools, depth: int = 0) -> int:
        """Return how easy it looks to make a condition come out so: 3 if it does, 2 if it can, 1 by luck, else 0."""
        truth = self.settled(condition)
        if truth is not None:
            return 3 if truth is met else 0
        if depth > _DEEP:
            return 1
        match condition:
            case AllOf(parts) | AnyOf(parts):
                least = isinstance(condition, AllOf) is met
                each = (self.ease(part, met, given, pools, depth) for part in parts)
                return min(each, default=3) if least else max(each, default=0)
            case Not(part):
                return self.ease(part, not met, given, pools, depth)
            case Conclusion(id=name):
                return self.ease(self.conclusions[name], met, given, pools, depth + 1)
            case Test(name, operator, bound) if name in self.rules.facts:
                fact = self.rules.facts[name]
                key = (name, operator, bound, met)
                if fact.derive is not None and name not in self.run.facts:
                    return 2 if operator in _UP or operator in _DOWN else 1
                if fact.history:
                    return 1
                if key not in self.fitting:
                    self.fitting[key] = self.fits(operator, bound, met, pools["", name])
                if name in given:
                    return 3 if given[name] in self.fitting[key] else 0
                return 2 if self.fitting[key] else 0
            case _:
                return 1

    def turn_on(self, condition: Condition, fact: str, chosen: dict[str, Given], depth: int = 0) -> None:
        """Choose values so that what does not rest on a fact leaves a condition to what does."""
        match condition:
            case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts):
                through = [part for part in parts if fact in self.below(part) and self.settled(part) is None]
                if not through:
                    return
                pivot = self.random.choice(through)
                others = [part for part in parts if part is not pivot]
                if not isinstance(condition, AtLeast):
                    for part in others:  # what the others want is known before anything is chosen
                        if isinstance(part, Conclusion):
                            self.wanted.setdefault(part.id, 1 if isinstance(condition, AllOf) else -1)
                self.turn_on(pivot, fact, chosen, depth)
                if isinstance(condition, AtLeast):
                    needed = next((k for k in self.constants(condition.k) if isinstance(k, int)), 1)
                    met = sum(self.settled(part) is True for part in others)
                    self.some(
                        [part for part in others if self.settled(part) is None], needed - 1 - met, chosen, self.choices
                    )
                    return
                for part in others:
                    self.steer(part, isinstance(condition, AllOf), chosen, self.choices)
            case Not(part):
                self.turn_on(part, fact, chosen, depth)
            case Conclusion(id=name) if depth < DEEPEST:
                self.turn_on(self.conclusions[name], fact, chosen, depth + 1)
            case Test(fact=name) if name in self.rules.facts and depth < DEEPEST:
                derive = self.rules.facts[name].derive
                if isinstance(derive, Condition):
                    self.turn_on(derive, fact, chosen, depth + 1)
                elif derive is not None and name != fact:
                    # Whatever else the figure is made of is as high, or as low, as can be.
                    free = {fact: None, **chosen}
                    self.push(FactValue(name), self.random.random() < 0.5, free, self.choices)
                    chosen |= {one: value for one, value in free.items() if one != fact}
            case _:
                return

    def completed(self, aimed: Mapping[str, Given], facts: Collection[str]) -> dict[str, Given]:
        """Return a completion for some facts: the values aimed at, and some value for the others."""
        declared = self.rules.facts
        values = {name: aimed[name] if name in aimed else self.whole(declared[name]) for name in facts}
        return {**self.run.facts, **values}

    def trials(self, fact: Fact, count: int) -> tuple[Given, ...]:
        """Return values that complete what is given of a fact: the same, whatever was made before."""
        kept, self.random = self.random, self.afresh()
        try:
            return tuple(self.whole(fact) for _ in range(count))
        finally:
            self.random = kept

    def whole(self, fact: Fact) -> Given:
        """Return a value that completes what is given of a fact."""
        given = self.run.facts.get(fact.name)
        if fact.columns:
            if given is None:
                return tuple(self.whole_row(fact, {}) for _ in range(self.random.choice((1, 2, 0, 3))))
            return tuple(self.whole_row(fact, row) for row in given)
        if fact.history:
            return self.whole_history(fact, "", given)
        return self.random.choice(self.choices["", fact.name])

    def whole_row(self, table: Fact, row: Mapping[str, Given]) -> dict[str, Given]:
        """Return a completion of a row."""
        found: dict[str, Given] = {}
        for name, column in sorted(table.columns.items(), key=lambda item: item[0] != table.since):
            given = row.get(name)
            if given is None and column.derive is not None:
                continue
            dated = table.since is not None and (given is not None or self.random.random() < 0.5)
            if column.history and not (dated and given.__class__ is not History and table.since in found):
                found[name] = self.whole_history(column, table.name, given)
                continue
            values = self.choices[table.name, name]
            found[name] = self.random.choice(values if given is None else within(given, values))
            if name == table.since and (given is None or ends(given)[0] <= self.as_of):
                found[name] = min(found[name], self.as_of)
        return {name: found[name] for name in table.columns if name in found}

    def whole_history(self, fact: Fact, table: str, given: Given) -> History:
        """Return a history with a value on every day that a rule looks at."""
        values = self.choices[table, fact.name]
        entries: list[Entry] = []
        for first, last, period in stretches(given, self.windows.get((table, fact.name), ()), self.as_of):
            told = None if given is None else given.entries[period].value if period is not None else None
            if given is not None and given.__class__ is not History and first == self.as_of:
                told = given
            choices = values if told is None else within(told, values)
            entries.append(Entry(first, last, self.random.choice(choices)))
        return History(tuple(reversed(entries)))


def within(given: Given, values: Iterable[Any]) -> list[Any]:
    """Return the values that what is given can turn out to be, the ends of an estimate among them."""
    if given.__class__ is not Range:
        return [given]
    low, high = ends(given)
    found = {value for value in values if low <= value <= high} | {low}
    return sorted(found if high == inf else found | {high})


class Tried(NamedTuple):
    """A possible completion, how the conclusion that it was made for comes out, and all else if that is at hand."""

    facts: Mapping[str, Given]
    truth: Kleene
    memory: Memory | None


class Completions:
    """What the evaluator shows of the completions of a run's situation.

    Whatever is found here is so; what is not found may be so all the same. `open` are the conclusions of interest.
    """

    def __init__(self, run: Run, open_: Sequence[str], cones: Cones) -> None:
        self.run = run
        self.open = open_
        self.cones = cones
        self.completer = Completer(run, cones)
        self.found: dict[str, dict[bool, list[Tried]]] = {}
        self.turned: dict[tuple[str, str], Tried] = {}  # where a conclusion was seen to turn on a fact
        self.latest: dict[str, deque[Tried]] = {}  # the last of those, by conclusion where each is looked at alone
        self.missed: set[str] = set()  # conclusions of which too little was found
        self.narrow = run.program.large and not run.program.rules.impossible  # one conclusion at a time

    def facts(self, conclusion: str) -> Collection[str]:
        """Return the facts that a completion has to be complete for, where it is about a conclusion."""
        return self.cones.of(conclusion) if self.narrow else self._every

    @cached_property
    def _every(self) -> Collection[str]:
        cones = [*(self.cones.of(name) for name in self.open), self.cones.of_exclusions()]
        return dict.fromkeys(name for cone in cones for name in cone)

    def tried(self, conclusion: str, facts: Mapping[str, Given]) -> Tried | None:
        """Return what becomes of a conclusion in a complete situation; None where that is, or may be, impossible."""
        program = self.run.program
        if self.narrow:
            return Tried(facts, program.part((conclusion,))(facts, self.run.as_of)[0], None)
        run = program.start(facts, self.run.as_of)
        if any(run.memory[program.slots[one.when]] is not False for one in program.rules.impossible):
            return None
        return Tried(facts, run.truth(conclusion), run.memory)

    def examples(self, conclusion: str) -> Mapping[bool, Sequence[Tried]]:
        """Return some completions in which a conclusion is met, and some in which it is not met."""
        if conclusion not in self.found:
            found: dict[bool, list[Tried]] = {True: [], False: []}
            needed = self.facts(conclusion)
            for number in range(2 * _TRIES):
                aim = number % 2 == 0
                if len(found[aim]) < _ENOUGH:
                    one = self.tried(conclusion, self.completer.aimed(conclusion, aim, needed))
                    if one is not None and one.truth is not None and len(found[one.truth]) < _ENOUGH:
                        found[one.truth].append(one)
            self.found[conclusion] = found
        return self.found[conclusion]

    def differ(self, fact: str, conclusion: str) -> bool:
        """Tell whether two completions were found that differ in one fact alone, and in a conclusion."""
        declared = self.run.program.rules.facts[fact]
        latest = self.latest.setdefault(conclusion if self.narrow else "", deque(maxlen=_LATEST))
        for one in chain(latest.copy(), self._hopeful(fact, conclusion)):
            if (fact, conclusion) in self.turned:
                break
            self.turn(conclusion, declared, one)
        shown = self.turned.get((fact, conclusion))
        if shown is None:
            self.missed.add(conclusion)
            return False
        if all(one is not shown for one in latest):
            latest.append(shown)
        return True

    def _hopeful(self, fact: str, conclusion: str) -> Iterator[Tried]:
        """Yield completions in which a conclusion may turn on a fact."""
        needed = self.facts(conclusion)
        for number in range(_MANY_PIVOTS if self.narrow and conclusion not in self.missed else _PIVOTS):
            facts = self.completer.pivotal(
                conclusion, fact, needed, self._below(fact, conclusion) if number % 2 else {}
            )
            if (one := self.tried(conclusion, facts)) is not None:
                yield one
        if not self.narrow:  # else they are found for this conclusion alone
            yield from chain(*self.examples(conclusion).values())

    def _below(self, fact: str, conclusion: str) -> Mapping[str, Given]:
        """Return values with which a part of a conclusion turns on a fact."""
        condition = self.run.program.conclusions[conclusion]
        parts = condition.parts if isinstance(condition, AllOf | AnyOf) else ()
        for part in parts:
            if isinstance(part, Conclusion) and (shown := self.turned.get((fact, part.id))) is not None:
                return {name: shown.facts[name] for name in self.cones.of(part.id)}
        return {}

    def turn(self, conclusion: str, fact: Fact, one: Tried) -> None:
        """Give a fact other values in a completion, and note what turns."""
        program = self.run.program
        day = self.run.as_of
        if one.memory is None:
            part = program.part((conclusion,))
            for value in () if one.truth is None else self.others(fact, one.facts[fact.name]):
                if part({**one.facts, fact.name: value}, day)[0] is (not one.truth):
                    self.turned[fact.name, conclusion] = one
                    return
            return
        turning = program.turning(fact.name)
        truths = [one.memory[program.slots[program.conclusions[name]]] for name in turning.conclusions]
        for value in self.others(fact, one.facts[fact.name]):
            after = turning.run({**one.facts, fact.name: value}, day, one.memory)
            if any(truth is not False for truth in after[len(truths) :]):
                continue
            for name, was, is_ in zip(turning.conclusions, truths, after, strict=False):
                if was is not is_ and was is not None and is_ is not None:
                    self.turned.setdefault((fact.name, name), one)
            if (fact.name, conclusion) in self.turned:
                return

    def differ_by(self, judgement: str, values: Iterable[Given], conclusion: str) -> bool:
        """Tell whether in some completion that was found, values of a judgement make a conclusion come out apart."""
        for one in chain(*self.examples(conclusion).values()):
            others = (self.tried(conclusion, {**one.facts, judgement: value}) for value in values)
            if {True, False} <= {other.truth for other in others if other is not None}:
                return True
        return False

    def others(self, fact: Fact, value: Given) -> Iterator[Given]:
        """Yield other values that a fact can have."""
        if fact.columns or fact.history:
            yield from (self.completer.whole(fact) for _ in range(6))
        else:
            values = [one for one in self.completer.choices["", fact.name] if one != value]
            if len(values) > _OTHERS:  # the first and the last are those that turn the most
                values = [values[0], values[-1], *self.completer.random.sample(values[1:-1], _OTHERS - 2)]
            yield from values
