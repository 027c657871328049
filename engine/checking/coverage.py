"""What cases and situations reach of a rule set: verdicts, the parts that decide them, and thresholds.

Everything is read off the memories of the runs that give the verdicts.
"""

from collections import ChainMap
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import compress
from math import ceil
from operator import itemgetter
from typing import Any, Literal, NamedTuple, TypeAlias, assert_never

from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS, Memory, Program, Run
from comity.engine.checking.masks import CHUNK, by_program, given
from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    AtLeast,
    Constant,
    Count,
    Elapsed,
    Every,
    Expression,
    FactValue,
    ParameterValue,
    Some,
    Term,
    Test,
    Total,
    children,
)
from comity.engine.language.diagnostic import Span
from comity.engine.language.model import Fact, Given, RuleSet, Situation, ValueType
from comity.engine.language.mutants import quoted
from comity.engine.language.operators import ELAPSED, Operator
from comity.engine.language.places import named, places
from comity.engine.language.quantity import DAY, Range
from comity.engine.language.references import type_of
from comity.engine.language.truth import Kleene

Kind: TypeAlias = Literal["verdict", "branch", "boundary"]


class Goal(NamedTuple):
    """Something that a case can reach: `missing` says in words what none does, unless it is `reached`.

    A verdict is one of the three ways in which a conclusion can come out. A branch is a part of a join that came out
    so, and whose join would have come out otherwise with it. A boundary is a value at a threshold, or within one step
    below or above it.
    """

    kind: Kind
    place: str
    reading: str | None
    at: Span
    missing: str
    reached: bool


def coverage(rules: RuleSet, situations: Iterable[Situation]) -> tuple[Goal, ...]:
    """Return everything that cases can reach of `rules`, and whether `situations` do, in the order of the places.

    Raises `ValueError` if a situation has no as-of date.
    """
    aims = [*_aims(rules)]
    cases = [*situations]
    for compiled, numbers in by_program(rules, cases):
        look = _Look(compiled, aims)
        for start in range(0, len(numbers), CHUNK):
            look.at([compiled.start(*given(cases[number])) for number in numbers[start : start + CHUNK]])
    return tuple(goal for aim in aims for goal in aim.goals())


def percent(goals: Collection[Goal]) -> float:
    """Return how many of 100 goals are reached, rounded down to one decimal: 100 only if all are.

    >>> percent([])
    100.0
    """
    return sum(goal.reached for goal in goals) * 1000 // len(goals) / 10 if goals else 100.0


_Rows: TypeAlias = Some | Every | Count | Total
_Scope: TypeAlias = _Rows | str | None  # the rows of one term, those of a table, or the whole situation
_Slots: TypeAlias = Mapping[Term, int]
_Join: TypeAlias = AllOf | AnyOf | AtLeast


class _Limit(NamedTuple):
    """A test with a threshold: what it compares with it, and how far one step is."""

    test: Test
    value: Expression
    step: Any


class _Where(NamedTuple):
    """Where there is something to reach: at a conclusion or a derivation, or at a term inside one."""

    name: str
    reading: str | None = None
    scope: _Scope = None
    around: tuple[_Rows, ...] = ()  # the terms whose rows the scope stands in: without a row, nothing rests on it
    derives: str | None = None  # the fact or column that the place derives: a given value goes before it

    def __str__(self) -> str:
        return f"`{self.name}`" + ("" if self.reading is None else f" in the reading `{self.reading}`")


class _Aim:
    """Several goals that one look at a few results can reach, each by a key of its own: `wanted` holds them in words.

    It is about the verdict of a conclusion (None), the parts of a join, or a threshold.
    """

    def __init__(self, where: _Where, about: _Join | _Limit | None, wanted: Mapping[Any, tuple[Span, str]]) -> None:
        self.where = where
        self.about = about
        self.wanted = wanted
        self.reached: set[Any] = set()

    @property
    def kind(self) -> Kind:
        match self.about:
            case None:
                return "verdict"
            case _Limit():
                return "boundary"
            case AllOf() | AnyOf() | AtLeast():
                return "branch"
            case _:
                assert_never(self.about)

    def places(self, compiled: Program, slots: _Slots) -> Sequence[int]:
        """Return where a memory holds the results to look at; nothing where the program does not make them."""
        match self.about:
            case None:
                return (slots[compiled.conclusions[self.where.name]],)
            case _Limit(test, left, _):
                value, limit = slots.get(left), slots.get(test.bound)
                if value is None or limit is not None:
                    return () if value is None or limit is None else (value, limit)
                return (value,) if isinstance(test.bound, Constant | ParameterValue) else ()
            case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts):
                return [slots[part] for part in parts] if self.about in slots else ()
            case _:
                assert_never(self.about)

    def look(self, compiled: Program, results: Sequence[Any], as_of: date) -> Iterable[Any]:
        """Return what the results reach, by key."""
        match self.about:
            case None:
                return results
            case _Limit():
                return _near(self.about, compiled, results, as_of)
            case AllOf() | AnyOf() | AtLeast():
                return _decisive(self.about, compiled, results, as_of)
            case _:
                assert_never(self.about)

    def goals(self) -> Iterator[Goal]:
        for key, (at, missing) in self.wanted.items():
            yield Goal(self.kind, self.where.name, self.where.reading, at, missing, key in self.reached)


def _verdict(what: str, thing: Any, words: Mapping[Kleene, str]) -> _Aim:
    """Return the aim at each way in which a conclusion can come out."""
    wanted = {truth: (thing.at, f"{what} `{thing.id}` never comes out {word}") for truth, word in words.items()}
    return _Aim(_Where(thing.id), None, wanted)


def _join(join: _Join, rules: RuleSet, table: Fact | None, where: _Where) -> _Aim:
    """Return the aim at each part of a join that decides it."""
    wanted = {}
    kinds = [_unordered(part, rules, table) for part in join.parts]
    for index, part in enumerate(join.parts):
        for truth, word in VERDICTS.items():
            if truth is None and kinds[index] is not None and kinds.count(kinds[index]) > 1:
                continue  # while its fact is unknown, so is another part
            missing = f"in {where}, nothing turns on {quoted(part)} being {word.replace('-', ' ')}"
            wanted[index, truth] = (part.at, missing)
    return _Aim(where, join, wanted)


def _decisive(join: _Join, compiled: Program, truths: Sequence[Kleene], as_of: date) -> list[tuple[int, Kleene]]:
    """Return the parts that came out so, and whose join would have come out otherwise with each of them."""
    needed = _needed(join, compiled, as_of)
    met, unknown = truths.count(True), truths.count(None)
    if (met, unknown) == (needed, 0):
        decisive: Kleene = True
    elif met == needed - 1 and unknown < 2:
        decisive = None if unknown else False
    else:
        return []
    return [(index, truth) for index, truth in enumerate(truths) if truth is decisive]


def _needed(join: _Join, compiled: Program, as_of: date) -> int:
    """Return how many parts must be met; none can be as many as -1."""
    match join:
        case AllOf(parts):
            return len(parts)
        case AnyOf():
            return 1
        case AtLeast(k):
            number = _constant(compiled, k, as_of)
            return -1 if number.__class__ is Range else ceil(number)
        case _:
            assert_never(join)


def _threshold(test: Test, rules: RuleSet, table: Fact | None, where: _Where) -> _Aim:
    """Return the aim at the threshold of a test, and at what lies within one step of it."""
    fact = named(rules, test.fact, table)
    limit = _Limit(test, FactValue(test.fact), DAY if fact.value_type is ValueType.DATE else fact.step)
    if test.operator in ELAPSED:
        unit: Literal["months", "days"] = "months"
        if type_of(rules, test.bound, table) is ValueType.DAYS:
            unit = "days"
        limit = _Limit(test, Elapsed(limit.value, unit), 1)
    wanted = {}
    for key, words in {-1: "within one step below", 0: "at", 1: "within one step above"}.items():
        if _can_lie(key, test, fact, rules):
            wanted[key] = (test.at, f"in {where}, no value lies {words} the threshold of {quoted(test)}")
    return _Aim(where, limit, wanted)


def _near(limit: _Limit, compiled: Program, results: Sequence[Any], as_of: date) -> tuple[int, ...]:
    """Return whether the value lies at the threshold (0), or within one step below (-1) or above it (1)."""
    value, bound = results if len(results) > 1 else (*results, _constant(compiled, limit.test.bound, as_of))
    if value.__class__ is Range or bound.__class__ is Range:
        return ()
    if value == bound:
        return (0,)
    if value > bound:
        return (1,) if value - bound <= limit.step else ()
    return (-1,) if bound - value <= limit.step else ()


# For runs (None) or rows: what is aimed at, with what takes the results to look at from a memory.
_Waiting: TypeAlias = dict[_Rows | None, list[tuple[_Aim, Callable[[Memory], tuple[Any, ...]]]]]


class _Look:
    """Looks at runs of one program for what is aimed at."""

    def __init__(self, compiled: Program, aims: Sequence[_Aim]) -> None:
        self.compiled = compiled
        self.aims = aims
        self.waiting: _Waiting | None = None

    def at(self, runs: Sequence[Run]) -> None:
        """Note what runs reach: each set of results is looked at once."""
        if self.waiting is None:
            self.waiting = self.prepared(len(runs[0].memory))
        for rows, waiting in self.waiting.items():
            seen = [one for run in runs for one in _memories(run, rows)]
            memories, days = [one.memory for one in seen], [one.run.as_of for one in seen]
            for aim, results in waiting:
                found: Iterable[tuple[tuple[Any, ...], date]] = zip(map(results, memories), days, strict=True)
                if aim.where.derives is not None or aim.where.around:
                    found = compress(found, [one.counts_for(aim) for one in seen])
                for values, as_of in {*found}:
                    aim.reached.update(aim.look(self.compiled, values, as_of))
            waiting[:] = [one for one in waiting if not one[0].reached.issuperset(one[0].wanted)]

    def prepared(self, width: int) -> _Waiting:
        """Return what to look for in the memory of a run, and in those of rows, which follow one of `width`."""
        slots: dict[_Rows | None, _Slots] = {None: self.compiled.slots}
        for rows, found in self.compiled.rows.items():
            assert isinstance(rows, _Rows)
            slots[rows] = ChainMap({term: width + slot for term, slot in found.slots.items()}, dict(slots[None]))
        waiting: _Waiting = {}
        for aim in self.aims:
            for scope in self.scopes(aim):
                places = aim.places(self.compiled, slots[scope])
                if places:
                    waiting.setdefault(scope, []).append((aim, _taking(places)))
        return waiting

    def scopes(self, aim: _Aim) -> list[_Rows | None]:
        """Return whether to look at runs (None) or at which rows; nothing if the program does not run the place."""
        reading = self.compiled.reading
        defined = {} if reading is None else self.compiled.rules.readings[reading].define
        where, scope = aim.where, aim.where.scope
        if aim.about is not None and (where.reading != reading if where.reading else where.name in defined):
            return []
        if isinstance(scope, str):
            return [rows for rows in self.compiled.rows if isinstance(rows, _Rows) and rows.table == scope]
        return [scope] if scope is None or scope in self.compiled.rows else []


class _Seen(NamedTuple):
    """The memory of a run, or that of a row after that of its run; and the facts or columns that are given."""

    run: Run
    memory: Memory
    given: Mapping[str, Given]

    def counts_for(self, aim: _Aim) -> bool:
        """Tell whether the place rests on what is seen: on its derivation, and on rows around it."""
        derives = aim.where.derives
        if derives is not None and not (self.given.get(derives) is self.run.facts.get(derives) is None):
            return False
        return all(self.run.memory[self.run.program.rows[rows].slot] for rows in aim.where.around)


def _memories(run: Run, rows: _Rows | None) -> Iterator[_Seen]:
    if rows is None:
        yield _Seen(run, run.memory, run.facts)
        return
    memories = run.memory[run.program.rows[rows].slot]
    for row, memory in zip(run.facts.get(rows.table) or (), memories or (), strict=True):
        yield _Seen(run, (*run.memory, *memory), row)


def _taking(places: Sequence[int]) -> Callable[[Memory], tuple[Any, ...]]:
    """Return the function from a memory to what it holds at `places`."""
    if len(places) > 1:
        return itemgetter(*places)
    (place,) = places
    return lambda memory: (memory[place],)


def _aims(rules: RuleSet) -> Iterator[_Aim]:
    """Yield what there is to reach in `rules`, in the order of the places."""
    for what, things, words in (
        ("criterion", rules.criteria, VERDICTS),
        ("context", rules.contexts, VERDICTS),
        ("measure", rules.measures, STATUSES),
        ("form", rules.forms, VERDICTS),
        ("principle", rules.principles, STANDINGS),
    ):
        for thing in things.values():
            yield _verdict(what, thing, words)
    for place, reading, term, table in places(rules):
        name, _, column = place.partition(".")
        derives = (column or name) if name in rules.facts else None
        scope = None if table is None else table.name
        yield from _inside(term, rules, table, _Where(place, reading, scope, derives=derives))


def _inside(term: Term, rules: RuleSet, table: Fact | None, where: _Where) -> Iterator[_Aim]:
    """Yield what there is to reach in a condition or an expression."""
    match term:
        case AllOf() | AnyOf() | AtLeast():
            yield _join(term, rules, table, where)
        case Test(operator=operator) if operator not in (Operator.IS, Operator.IS_NOT):
            yield _threshold(term, rules, table, where)
        case Some() | Every() | Count() | Total():
            around = (*where.around, where.scope) if isinstance(where.scope, _Rows) else where.around
            where = where._replace(scope=term, around=around)
            table = rules.facts[term.table]
        case _:
            pass
    for child in children(term):
        yield from _inside(child, rules, table, where)


def _unordered(part: Term, rules: RuleSet, table: Fact | None) -> str | None:
    """Return the fact of a test that is unknown exactly while the fact is; None of anything else."""
    if not isinstance(part, Test) or not isinstance(part.bound, Constant):
        return None
    kind = named(rules, part.fact, table).value_type
    return part.fact if kind in (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT) else None


def _can_lie(side: int, test: Test, fact: Fact, rules: RuleSet) -> bool:
    """Tell whether the value of a fact can lie below (-1), at or above (1) the threshold of its test."""
    match test.bound:
        case Constant(value=value):
            limits = [value]
        case ParameterValue(name):
            limits = [value for _, value in rules.parameters[name].values]
            limits += [reading.set[name] for reading in rules.readings.values() if name in reading.set]
        case _:
            return True
    if test.operator in ELAPSED or fact.derive is not None or fact.history or fact.low is None:
        return True
    return any(
        fact.low < limit if side < 0 else limit < fact.high if side else fact.low <= limit <= fact.high
        for limit in limits
    )


def _constant(compiled: Program, bound: Constant | ParameterValue | Expression, as_of: date) -> Any:
    """Return the value of a literal or a parameter."""
    if isinstance(bound, Constant):
        return bound.value
    assert isinstance(bound, ParameterValue)
    return compiled.parameter(bound.name, as_of)
