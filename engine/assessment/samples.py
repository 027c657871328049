"""Situations to try before anything is proved: values at each threshold, one step below, one above.

In each, some conclusions are aimed at: all that they ask for is so but one thing. That is a guess and no second reading
of the rules: what a situation shows, the evaluator says, and then it needs no proof. They are the same each time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, inf
from operator import eq, ge, gt, le, lt, ne
from random import Random
from typing import Any, TypeAlias

from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    AtLeast,
    Conclusion,
    Condition,
    Constant,
    Expression,
    Not,
    ParameterValue,
    Term,
    Test,
    walk,
)
from comity.engine.language.history import Entry, History
from comity.engine.language.model import Fact, Given, RuleSet, ValueType
from comity.engine.language.operators import ELAPSED, TABLE, Operator
from comity.engine.language.quantity import DAY, months_before
from comity.engine.translation.extent import Windows, windows

COUNT = 256
_GIVEN = 0.15  # of the facts that could be derived
_ROWS = (1, 2, 0, 3)
_AIMS = 25  # conclusions aimed at in one situation
DEEPEST = 60  # conclusions and derived facts that rest on one another, to look through for what to aim at
_PAIRS = 8  # of conditions that should come out differently in one
_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": eq,
    "!=": ne,
    ">=": ge,
    ">": gt,
    "<=": le,
    "<": lt,
}


def samples(
    rules: RuleSet, reading: str | None, as_of: date, count: int = COUNT, aims: Sequence[str] = ()
) -> list[dict[str, Given]]:
    """Return situations, as facts by name: nearly all that is known of each fact is known to the point.

    `aims` are the conclusions to aim at, by default all of them in turn.
    """
    return [*Sampler(rules, reading, as_of).situations(count, aims)]


def samples_apart(
    rules: RuleSet, reading: str | None, as_of: date, pairs: Sequence[tuple[Condition, Condition]]
) -> list[dict[str, Given]]:
    """Return situations in which the conditions of each pair may come out differently, some pairs in each situation.

    The second condition of a pair is the first with one change in it.
    """
    return [*Sampler(rules, reading, as_of).apart(pairs)]


Pools: TypeAlias = Mapping[tuple[str, str], Sequence[Any]]  # values to choose from, by table ("" for none) and name


class Sampler:
    """Makes situations on one day, under a reading and parameters that are set.

    `like` is another one for the same, which has read the rules.
    """

    def __init__(
        self,
        rules: RuleSet,
        reading: str | None,
        as_of: date,
        overrides: Mapping[str, Any] | None = None,
        like: "Sampler | None" = None,
    ) -> None:
        self.rules = rules
        self.as_of = as_of
        self.random = self.afresh()
        name = reading or rules.default_reading
        self.set = {**(rules.readings[name].set if name else {}), **(overrides or {})}
        self.conclusions: Mapping[str, Condition] = rules.conditions(name) if like is None else like.conclusions
        self.windows: Windows = windows(rules, reading, overrides, as_of) if like is None else like.windows
        self.fitting: dict[Any, list[Any]] = {}
        self.depth = 0
        self.giving = 2 * _GIVEN  # of the figures aimed at that could be derived
        self.wanted: dict[str, int] = {}  # the conclusions that should be met (1) or not (-1) for what is aimed at
        self.pools: dict[tuple[str, str], dict[Any, None]] = {}  # by table ("" for none) and name
        if like is not None:
            self.pools = like.pools
            return
        self.homes = {column: fact for fact in reversed([*rules.facts.values()]) for column in fact.columns}
        for term in self.terms(name):
            self.read(term, None)
        for fact in rules.facts.values():
            for column in fact.columns.values():
                if column.derive is not None:
                    self.read(column.derive, fact)

    @staticmethod
    def afresh() -> Random:
        """Return the source of chance as it is at the start: the same each time."""
        return Random(20130131)

    def terms(self, reading: str | None) -> Iterator[Term]:
        yield from self.rules.conditions(reading).values()
        yield from (exclusion.when for exclusion in self.rules.impossible)
        yield from (fact.derive for fact in self.rules.facts.values() if fact.derive is not None)

    # --- values worth trying ---

    def read(self, term: Term, table: Fact | None) -> None:
        """Note what the tests in a term compare facts with."""
        for inner in walk(term):
            if not isinstance(inner, Test):
                continue
            home = self.homes.get(inner.fact, table)
            for key in self.reached(inner.fact, home):
                values = [*self.constants(inner.bound)]
                if inner.operator in ELAPSED:
                    values = [months_before(self.as_of, value) if isinstance(value, int) else value for value in values]
                self.pools.setdefault(key, {}).update(dict.fromkeys(values))

    def reached(self, name: str, table: Fact | None) -> Iterator[tuple[str, str]]:
        """Yield the given facts that a fact's value rests on, itself among them: a threshold concerns them all."""
        seen: set[tuple[str, str]] = set()
        waiting = [(table.name if table is not None and name in table.columns else "", name)]
        while waiting:
            key = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            yield key
            home = self.rules.facts[key[0]] if key[0] else None
            fact = home.columns[key[1]] if home else self.rules.facts.get(key[1])
            derive = fact.derive if fact is not None else None
            for inner in walk(derive) if derive is not None else ():
                named = getattr(inner, "fact", None) or getattr(inner, "name", None) or getattr(inner, "column", None)
                of = getattr(inner, "table", None) or (home.name if home else "")
                if isinstance(named, str) and not isinstance(inner, ParameterValue):
                    inside = of and named in self.rules.facts[of].columns
                    if inside or named in self.rules.facts:
                        waiting.append((of if inside else "", named))

    def constants(self, expression: Expression) -> Iterator[Any]:
        for inner in walk(expression):
            if isinstance(inner, Constant):
                yield inner.value if inner.text is None or inner.type != "text" else inner.text
            elif isinstance(inner, ParameterValue):
                value = (
                    self.set[inner.name] if inner.name in self.set else self.rules.parameters[inner.name].on(self.as_of)
                )
                if isinstance(value, int | Fraction | date | str):
                    yield value

    def pool(self, fact: Fact, table: str) -> list[Any]:
        """Return the values of a fact to choose from."""
        noted = [*self.pools.get((table, fact.name), ())]
        match fact.value_type:
            case ValueType.BOOLEAN:
                return [True, False]
            case ValueType.CHOICE:
                return [*fact.options]
            case ValueType.TEXT:
                return [*(value for value in noted if isinstance(value, str)), "A", "B"]
            case ValueType.DATE:
                dates = [value for value in noted if isinstance(value, date)]
                firsts = [day for days in self.windows.values() for day in days]
                near = {day + timedelta(days=shift) for day in (*dates, *firsts, self.as_of) for shift in _shifts(day)}
                return sorted(near)
            case _:
                step = fact.step or 1
                numbers = [
                    value for value in noted if isinstance(value, int | Fraction) and not isinstance(value, bool)
                ]
                near_numbers = {value + shift for value in numbers for shift in (-step, 0, step)}
                low = 0 if fact.low is None or fact.low == -inf else fact.low
                high = inf if fact.high is None else fact.high
                near_numbers |= {low, low + step} if high == inf else {low, high, (Fraction(low) + high) / 2}
                if not numbers and high == inf:
                    near_numbers |= {10, 100, 1000, 100_000}
                whole = fact.type in ("count", "duration")
                fitting = (value for value in near_numbers if low <= value <= high)
                return sorted({int(value) if whole else value for value in fitting})

    # --- situations ---

    def situations(self, count: int, aims: Sequence[str]) -> Iterator[dict[str, Given]]:
        pools = self.all_pools()
        names = aims or [*self.conclusions]
        for number in range(count):
            aimed: dict[str, Given] = {}
            start = number * _AIMS
            for index in range(start, start + min(_AIMS, len(names))):
                self.aim(self.conclusions[names[index % len(names)]], aimed, pools)
            yield self.filled(aimed, pools)

    def apart(self, pairs: Sequence[tuple[Condition, Condition]]) -> Iterator[dict[str, Given]]:
        pools = self.all_pools()
        count = ceil(len(pairs) / _PAIRS)
        self.giving = 0.9
        for number in range(count):
            aimed: dict[str, Given] = {}
            for one, other in pairs[number::count]:  # what stands side by side is about the same facts
                self.wanted.clear()
                self.part(one, other, aimed, pools)
            yield self.filled(aimed, pools)

    def all_pools(self) -> Pools:
        return {
            (table, fact.name): self.pool(fact, table)
            for table, facts in self.tables()
            for fact in facts
            if fact.value_type is not ValueType.TABLE
        }

    def filled(self, aimed: Mapping[str, Given], pools: Pools) -> dict[str, Given]:
        """Return a situation with the facts aimed at, and some value for the others."""
        return {
            fact.name: aimed[fact.name]
            if fact.name in aimed
            else self.table(fact, pools)
            if fact.columns
            else self.value(fact, "", pools)
            for fact in self.rules.facts.values()
            if fact.derive is None or fact.name in aimed or self.random.random() < _GIVEN
        }

    # --- aiming ---

    def aim(self, condition: Condition, given: dict[str, Given], pools: Pools) -> None:
        """Choose values so that one part of a condition decides it, as far as nothing was chosen yet."""
        match condition:
            case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts):
                pivot = self.random.randrange(len(parts))
                others = [part for index, part in enumerate(parts) if index != pivot]
                met = len(others) if isinstance(condition, AllOf) else 0
                if isinstance(condition, AtLeast):
                    needed = next((k for k in self.constants(condition.k) if isinstance(k, int)), 1)
                    met = max(0, min(needed - 1, len(others)))
                    self.random.shuffle(others)
                for index, part in enumerate(others):
                    self.steer(part, index < met, given, pools)
                if self.random.random() < 0.3:
                    self.steer(parts[pivot], isinstance(condition, AllOf), given, pools)
                elif self.random.random() < 0.5:
                    self.aim(parts[pivot], given, pools)
                else:
                    self.steer(parts[pivot], not isinstance(condition, AllOf), given, pools)
            case Not(part):
                self.aim(part, given, pools)
            case Conclusion(id=name):
                self.aim(self.conclusions[name], given, pools)
            case _:
                self.steer(condition, self.random.random() < 0.5, given, pools)

    def steer(self, condition: Condition, met: bool, given: dict[str, Given], pools: Pools) -> None:
        """Choose values that should meet a condition, or should not, as far as nothing was chosen yet."""
        match condition:
            case AllOf(parts) | AnyOf(parts):
                if isinstance(condition, AllOf) is met:
                    for part in parts:
                        self.steer(part, met, given, pools)
                else:
                    self.steer(self.random.choice(parts), met, given, pools)
            case AtLeast(_, parts):
                for part in parts:
                    self.steer(part, met, given, pools)
            case Not(part):
                self.steer(part, not met, given, pools)
            case Conclusion(id=name) if self.depth < DEEPEST:
                self.wanted.setdefault(name, 1 if met else -1)
                self.depth += 1
                self.steer(self.conclusions[name], met, given, pools)
                self.depth -= 1
            case Test(name, operator, bound):
                self.test(name, operator, bound, met, given, pools)
            case _:
                return  # rows are left to chance

    def part(self, one: Condition, other: Condition, given: dict[str, Given], pools: Pools) -> None:
        """Choose values by which a condition and a changed one should come out differently."""
        match one, other:
            case (AllOf(parts), AllOf(others)) | (AnyOf(parts), AnyOf(others)) if len(parts) == len(others):
                pairs = [*zip(parts, others, strict=True)]
                # What is changed comes last: a part of it may be wanted by the others.
                for part, changed in sorted(pairs, key=lambda pair: pair[0] != pair[1]):
                    if part == changed:
                        self.steer(part, isinstance(one, AllOf), given, pools)
                    else:
                        self.part(part, changed, given, pools)
            case AtLeast(k, parts), AtLeast(k_, others) if len(parts) == len(others):
                same = [part for part, changed in zip(parts, others, strict=True) if part == changed]
                counts = [value for value in (*self.constants(k), *self.constants(k_)) if isinstance(value, int)]
                for part, changed in zip(parts, others, strict=True):
                    if part != changed:
                        self.part(part, changed, given, pools)
                self.some(same, min(counts, default=1) - (len(same) < len(parts)), given, pools)
            case ((AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts)), _) if (gone := _gone(parts, other)) is not None:
                left = [*parts[:gone], *parts[gone + 1 :]]
                self.steer(parts[gone], not isinstance(one, AllOf), given, pools)
                count = len(left) if isinstance(one, AllOf) else 0
                if isinstance(one, AtLeast):
                    count = next((value for value in self.constants(one.k) if isinstance(value, int)), 1) - 1
                self.some(left, count, given, pools)
            case (AllOf(parts), AnyOf()) | (AnyOf(parts), AllOf()):
                self.some([*parts], self.random.randrange(1, max(2, len(parts))), given, pools)
            case Not(part), Not(changed):
                self.part(part, changed, given, pools)
            case Test(name, operator, bound), Test(name_, operator_, bound_) if name == name_:
                self.between(name, (operator, bound), (operator_, bound_), given, pools)
            case _:
                met = self.random.random() < 0.5
                self.steer(one, met, given, pools)
                self.steer(other, not met, given, pools)

    def some(self, parts: list[Condition], count: int, given: dict[str, Given], pools: Pools) -> None:
        """Choose values that should meet so many of some conditions, and not the others: first those wanted anyway."""
        self.random.shuffle(parts)
        parts.sort(key=lambda part: -self.wanted.get(part.id, 0) if isinstance(part, Conclusion) else 0)
        for index, part in enumerate(parts):
            self.steer(part, index < count, given, pools)

    def between(
        self,
        name: str,
        one: tuple[Operator, Expression],
        other: tuple[Operator, Expression],
        given: dict[str, Given],
        pools: Pools,
    ) -> None:
        """Choose a value that meets one of two tests of a fact, and not the other."""
        fact = self.rules.facts.get(name)
        key = (name, one, other)
        if fact is None or name in given or fact.history:
            return
        if key not in self.fitting:
            values = [*self.constants(other[1])]
            more = [value for value in values if _like(value, pools["", name]) and _givable(fact, value)]
            wide = [*dict.fromkeys((*pools["", name], *more))]
            met, met_ = (self.fits(*test, True, wide) for test in (one, other))
            self.fitting[key] = [value for value in wide if (value in met) is not (value in met_)]
        if self.fitting[key]:
            given[name] = self.random.choice(self.fitting[key])

    def test(
        self, name: str, operator: Operator, bound: Expression, met: bool, given: dict[str, Given], pools: Pools
    ) -> None:
        fact = self.rules.facts.get(name)
        if fact is None or name in given or fact.history:
            return
        if fact.derive is not None and isinstance(fact.derive, Condition) and self.random.random() > _GIVEN:
            if self.depth < DEEPEST:
                wanted = met is ((operator is Operator.IS) is (getattr(bound, "value", True) is not False))
                self.depth += 1
                self.steer(fact.derive, wanted, given, pools)
                self.depth -= 1
            return
        key = (name, operator, bound, met)
        if key not in self.fitting:
            self.fitting[key] = self.fits(operator, bound, met, pools["", name])
        fitting = self.fitting[key]
        if fitting and (fact.derive is None or self.random.random() < self.giving):
            given[name] = self.random.choice(fitting)

    def fits(self, operator: Operator, bound: Expression, met: bool, pool: Sequence[Any]) -> list[Any]:
        """Return the values that meet a test, or do not, by the look of it."""
        values = [*self.constants(bound)]
        if len(values) != 1 or operator in ELAPSED:
            return []
        holds = _HOLDS[TABLE[operator].python]
        return [value for value in pool if _comparable(value, values[0]) and holds(value, values[0]) is met]

    def tables(self) -> Iterator[tuple[str, Iterable[Fact]]]:
        yield "", self.rules.facts.values()
        for fact in self.rules.facts.values():
            yield fact.name, fact.columns.values()

    def table(self, table: Fact, pools: Pools) -> tuple[dict[str, Given], ...]:
        return tuple(self.row(table, pools) for _ in range(self.random.choice(_ROWS)))

    def row(self, table: Fact, pools: Pools) -> dict[str, Given]:
        row = {
            column.name: self.value(column, table.name, pools)
            for column in table.columns.values()
            if column.derive is None or self.random.random() < _GIVEN
        }
        if table.since in row and any(value.__class__ is History for value in row.values()):
            del row[table.since]  # of values by period it says nothing, and none may lie before it
        return row

    def value(self, fact: Fact, table: str, pools: Pools) -> Given:
        choose = self.random.choice
        pool = pools[table, fact.name]
        home = self.rules.facts[table] if table else None
        if not fact.history or (home is not None and home.since is not None and self.random.random() < 0.5):
            return choose(pool)
        firsts = sorted({date.min, self.as_of, *self.windows.get((table, fact.name), ())})
        lasts = [*(day - DAY for day in firsts[1:]), date.max]
        return History(tuple(Entry(first, last, choose(pool)) for first, last in zip(firsts, lasts, strict=True)))


def _shifts(day: date) -> tuple[int, ...]:
    """Return by how many days to go from a day, within the calendar."""
    return tuple(
        shift for shift in (-1, 0, 1) if date.min.toordinal() <= day.toordinal() + shift <= date.max.toordinal()
    )


def _gone(parts: Sequence[Condition], other: Condition) -> int | None:
    """Return which of some joined parts `other` lacks, if it lacks just one."""
    left: tuple[Condition, ...] = (other,)
    if isinstance(other, AllOf | AnyOf | AtLeast) and len(other.parts) == len(parts) - 1:
        left = other.parts
    return next((index for index in range(len(parts)) if (*parts[:index], *parts[index + 1 :]) == left), None)


def _like(value: Any, pool: Sequence[Any]) -> bool:
    return bool(pool) and _comparable(value, pool[0])


def _givable(fact: Fact, value: Any) -> bool:
    """Tell whether a value that a fact is compared with can be its own."""
    if fact.value_type not in (ValueType.NUMBER, ValueType.MONTHS, ValueType.DAYS):
        return True
    low, high = -inf if fact.low is None else fact.low, inf if fact.high is None else fact.high
    return low <= value <= high and (fact.type not in ("count", "duration") or value % 1 == 0)


def _comparable(one: Any, other: Any) -> bool:
    return isinstance(one, str | bool | date) is isinstance(other, str | bool | date)
