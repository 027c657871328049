"""Complete situations that a situation can turn out to be, to try before anything is proved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import inf
from typing import Any

from comity.engine.assessment.evaluate import Run
from comity.engine.assessment.samples import DEEPEST, Pools, Sampler
from comity.engine.language.condition import AllOf, AnyOf, AtLeast, Conclusion, Condition, Not, Term, Test
from comity.engine.language.history import Entry, History, stretches
from comity.engine.language.model import Fact, Given
from comity.engine.language.quantity import Range, ends
from comity.engine.language.references import dependencies, names_in
from comity.engine.language.truth import Kleene

_TRIES = 24  # completions for each outcome that is looked for
_ENOUGH = 3  # of each outcome
_OTHERS = 8  # values of a fact that are tried beside one
_PIVOTS = 6  # completions for a fact that should turn an outcome


class Completer(Sampler):
    """Makes completions of the situation of a run. What it states is kept; what it derives stays derived."""

    def __init__(self, run: Run) -> None:
        program = run.program
        super().__init__(program.rules, program.reading, run.as_of, program.set)
        self.run = run
        self.giving = 0.0
        self.choices: Pools = self.all_pools()
        self.needs = dependencies(program.rules, program.reading)
        self._below: dict[Term, frozenset[str]] = {}

    def pool(self, fact: Fact, table: str) -> list[Any]:
        values = super().pool(fact, table)
        given = None if table else self.run.facts.get(fact.name)
        if given is None or given.__class__ is History:
            return values
        return within(given, values)

    def aimed(self, conclusion: str, met: bool) -> dict[str, Given]:
        """Return a completion in which a conclusion may be met, or not: a guess."""
        chosen: dict[str, Given] = {}
        self.steer(self.conclusions[conclusion], met, chosen, self.choices)
        return self.completed(chosen)

    def pivotal(self, conclusion: str, fact: str) -> dict[str, Given]:
        """Return a completion in which a conclusion may hang on one fact: a guess."""
        chosen: dict[str, Given] = {}
        self.turn_on(Conclusion("context", conclusion), fact, chosen)
        return self.completed(chosen)

    def turn_on(self, condition: Condition, fact: str, chosen: dict[str, Given], depth: int = 0) -> None:
        """Choose values so that what does not rest on a fact leaves a condition to what does."""
        match condition:
            case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts):
                through = [part for part in parts if fact in self.below(part)]
                if not through:
                    return
                pivot = self.random.choice(through)
                others = [part for part in parts if part is not pivot]
                self.turn_on(pivot, fact, chosen, depth)
                if isinstance(condition, AtLeast):
                    needed = next((k for k in self.constants(condition.k) if isinstance(k, int)), 1)
                    self.some(others, needed - 1, chosen, self.choices)
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
            case _:
                return

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

    def completed(self, aimed: Mapping[str, Given]) -> dict[str, Given]:
        """Return a completion with the values aimed at, and some value for every other fact."""
        found = {}
        for name, fact in self.rules.facts.items():
            given = self.run.facts.get(name)
            if given is None and fact.derive is not None:
                continue
            found[name] = aimed[name] if name in aimed else self.whole(fact)
        return found

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


class Completions:
    """What the evaluator shows of the completions of a run's situation.

    Whatever is found here is so; what is not found may be so all the same. `open` are the conclusions of interest.
    """

    def __init__(self, run: Run, open_: tuple[str, ...]) -> None:
        self.run = run
        self.open = open_
        self.completer = Completer(run)
        self.found: dict[str, dict[bool, list[dict[str, Given]]]] = {}
        self.turned: set[tuple[str, str]] = set()  # facts, each with a conclusion that was seen to turn on it

    def truths(self, conclusion: str, facts: Mapping[str, Given]) -> Mapping[str, Kleene]:
        """Return how a conclusion comes out in a complete situation, and others that cost no more.

        None come out where the situation is impossible.
        """
        program = self.run.program
        if program.large and not program.rules.impossible:
            return {conclusion: program.truths((conclusion,), facts, self.run.as_of)[0]}
        run = program.start(facts, self.run.as_of)
        if any(run.memory[program.slots[one.when]] is not False for one in program.rules.impossible):
            return {}
        return {name: run.truth(name) for name in self.open}

    def examples(self, conclusion: str) -> Mapping[bool, Sequence[dict[str, Given]]]:
        """Return some completions in which a conclusion is met, and some in which it is not met."""
        if conclusion not in self.found:
            found: dict[bool, list[dict[str, Given]]] = {True: [], False: []}
            for number in range(2 * _TRIES):
                aim = number % 2 == 0
                if len(found[aim]) < _ENOUGH:
                    facts = self.completer.aimed(conclusion, aim)
                    truth = self.truths(conclusion, facts).get(conclusion)
                    if truth is not None and len(found[truth]) < _ENOUGH:
                        found[truth].append(facts)
            self.found[conclusion] = found
        return self.found[conclusion]

    def differ(self, fact: str, conclusion: str) -> bool:
        """Tell whether two completions were found that differ in one fact alone, and in a conclusion."""
        declared = self.run.program.rules.facts[fact]
        wanted = (fact, conclusion)
        pivots = (self.completer.pivotal(conclusion, fact) for _ in range(_PIVOTS))
        for facts in chain(pivots, *self.examples(conclusion).values()):
            if wanted in self.turned:
                return True
            self.turn(conclusion, declared, facts)
        return wanted in self.turned

    def turn(self, conclusion: str, fact: Fact, facts: Mapping[str, Given]) -> None:
        """Give a fact other values in a completion, and note what turns."""
        before = self.truths(conclusion, facts)
        for value in self.others(fact, facts[fact.name]) if before else ():
            after = self.truths(conclusion, {**facts, fact.name: value})
            for name, truth in after.items():
                if truth is not None and before[name] is (not truth):
                    self.turned.add((fact.name, name))
            if (fact.name, conclusion) in self.turned:
                return

    def differ_by(self, judgement: str, values: Iterable[Given], conclusion: str) -> bool:
        """Tell whether in some completion that was found, values of a judgement make a conclusion come out apart."""
        for examples in self.examples(conclusion).values():
            for facts in examples:
                truths = {self.truths(conclusion, {**facts, judgement: value}).get(conclusion) for value in values}
                if {True, False} <= truths:
                    return True
        return False

    def others(self, fact: Fact, value: Given) -> Iterator[Given]:
        """Yield other values that a fact can have."""
        if fact.columns or fact.history:
            yield from (self.completer.whole(fact) for _ in range(6))
        else:
            values = [one for one in self.completer.choices["", fact.name] if one != value]
            yield from values if len(values) <= _OTHERS else self.completer.random.sample(values, _OTHERS)


def is_open(run: Run, fact: str) -> bool:
    """Tell whether something may still be learnt of a fact; of one that is derived, only if an estimate is given."""
    declared = run.program.rules.facts[fact]
    given = run.facts.get(fact)
    if given is None:
        return declared.derive is None
    return declared.history or bool(declared.columns) or given.__class__ is Range
