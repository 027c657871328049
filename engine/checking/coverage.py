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
from comity.engine.checking.mutants import quoted, written
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
from comity.engine.language.operators import ELAPSED, Operator
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


class _Aim:
    """Several goals that one look at a few results can reach, each by a key of its own."""

    kind: Kind

    def __init__(
        self,
        place: str,
        reading: str | None,
        scope: _Scope = None,
        around: tuple[_Rows, ...] = (),
        derives: str | None = None,
    ) -> None:
        self.place = place
        self.reading = reading
        self.scope = scope
        self.around = around  # the terms whose rows the scope stands in: without a row, nothing rests on it
        self.derives = derives  # the fact or column that the place derives: a given value goes before it
        self.wanted: dict[Any, tuple[Span, str]] = {}
        self.reached: set[Any] = set()

    @property
    def where(self) -> str:
        """The place in words."""
        return f"`{self.place}`" + ("" if self.reading is None else f" in the reading `{self.reading}`")

    def places(self, compiled: Program, slots: _Slots) -> Sequence[int]:
        """Return where a memory holds the results to look at; nothing where the program does not make them."""
        raise NotImplementedError

    def look(self, compiled: Program, results: Sequence[Any], as_of: date) -> Iterable[Any]:
        """Return what the results reach, by key."""
        raise NotImplementedError

    def goals(self) -> Iterator[Goal]:
        for key, (at, missing) in self.wanted.items():
            yield Goal(self.kind, self.place, self.reading, at, missing, key in self.reached)


class _Verdict(_Aim):
    kind = "verdict"

    def __init__(self, what: str, thing: Any, words: Mapping[Kleene, str]) -> None:
        super().__init__(thing.id, None)
        for truth, word in words.items():
            self.wanted[truth] = (thing.at, f"{what} `{thing.id}` never comes out {word}")

    def places(self, compiled: Program, slots: _Slots) -> Sequence[int]:
        return (slots[compiled.conclusions[self.place]],)

    def look(self, compiled: Program, results: Sequence[Any], as_of: date) -> Iterable[Any]:  # noqa: ARG002  # as above
        return results


class _Join(_Aim):
    kind = "branch"

    def __init__(self, term: AllOf | AnyOf | AtLeast, rules: RuleSet, table: Fact | None, **place: Any) -> None:
        super().__init__(**place)
        self.term = term
        kinds = [_unordered(part, rules, table) for part in term.parts]
        for index, part in enumerate(term.parts):
            for truth, word in VERDICTS.items():
                if truth is None and kinds[index] is not None and kinds.count(kinds[index]) > 1:
                    continue  # while its fact is unknown, so is another part
                missing = f"in {self.where}, nothing turns on {quoted(part)} being {word.replace('-', ' ')}"
                self.wanted[index, truth] = (part.at, missing)

    def places(self, compiled: Program, slots: _Slots) -> Sequence[int]:  # noqa: ARG002  # as above
        return [slots[part] for part in self.term.parts] if self.term in slots else ()

    def look(self, compiled: Program, results: Sequence[Any], as_of: date) -> Iterable[Any]:
        needed = self.needed(compiled, as_of)
        met, unknown = results.count(True), results.count(None)
        if (met, unknown) == (needed, 0):
            decisive: Kleene = True
        elif met == needed - 1 and unknown < 2:
            decisive = None if unknown else False
        else:
            return ()
        return [(index, truth) for index, truth in enumerate(results) if truth is decisive]

    def needed(self, compiled: Program, as_of: date) -> int:
        """Return how many parts must be met; none can be as many as -1."""
        match self.term:
            case AllOf(parts):
                return len(parts)
            case AnyOf():
                return 1
            case AtLeast(k):
                number = _constant(compiled, k, as_of)
                return -1 if number.__class__ is Range else ceil(number)
            case _:
                assert_never(self.term)


class _Threshold(_Aim):
    kind = "boundary"

    def __init__(self, test: Test, rules: RuleSet, table: Fact | None, **place: Any) -> None:
        super().__init__(**place)
        self.test = test
        self.left: Expression = FactValue(test.fact)
        fact = _declared(test.fact, rules, table)
        self.step = DAY if fact.value_type is ValueType.DATE else fact.step
        if test.operator in ELAPSED:
            unit: Literal["months", "days"] = "months"
            if type_of(rules, test.bound, table) is ValueType.DAYS:
                unit = "days"
            self.left, self.step = Elapsed(self.left, unit), 1
        elsewhere = {-1: "within one step below", 0: "at", 1: "within one step above"}
        for key, words in elsewhere.items():
            if _can_lie(key, test, fact, rules):
                missing = f"in {self.where}, no value lies {words} the threshold of {quoted(test)}"
                self.wanted[key] = (test.at, missing)

    def places(self, compiled: Program, slots: _Slots) -> Sequence[int]:  # noqa: ARG002  # as above
        value, limit = slots.get(self.left), slots.get(self.test.bound)
        if value is None or limit is not None:
            return () if value is None or limit is None else (value, limit)
        return (value,) if isinstance(self.test.bound, Constant | ParameterValue) else ()

    def look(self, compiled: Program, results: Sequence[Any], as_of: date) -> Iterable[Any]:
        value, limit = results if len(results) > 1 else (*results, _constant(compiled, self.test.bound, as_of))
        if value.__class__ is Range or limit.__class__ is Range:
            return ()
        if value == limit:
            return (0,)
        if value > limit:
            return (1,) if value - limit <= self.step else ()
        return (-1,) if limit - value <= self.step else ()


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
                if aim.derives is not None or aim.around:
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
        if aim.kind != "verdict" and (aim.reading != reading if aim.reading else aim.place in defined):
            return []
        if isinstance(aim.scope, str):
            return [rows for rows in self.compiled.rows if isinstance(rows, _Rows) and rows.table == aim.scope]
        return [aim.scope] if aim.scope is None or aim.scope in self.compiled.rows else []


class _Seen(NamedTuple):
    """The memory of a run, or that of a row after that of its run; and the facts or columns that are given."""

    run: Run
    memory: Memory
    given: Mapping[str, Given]

    def counts_for(self, aim: _Aim) -> bool:
        """Tell whether the place rests on what is seen: on its derivation, and on rows around it."""
        if aim.derives is not None and not (self.given.get(aim.derives) is self.run.facts.get(aim.derives) is None):
            return False
        return all(self.run.memory[self.run.program.rows[rows].slot] for rows in aim.around)


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
            yield _Verdict(what, thing, words)
    for place, reading, term, table in written(rules):
        name, _, column = place.partition(".")
        derives = (column or name) if name in rules.facts else None
        scope = None if table is None else table.name
        yield from _inside(term, rules, table, place=place, reading=reading, scope=scope, derives=derives)


def _inside(term: Term, rules: RuleSet, table: Fact | None, **place: Any) -> Iterator[_Aim]:
    """Yield what there is to reach in a condition or an expression."""
    match term:
        case AllOf() | AnyOf() | AtLeast():
            yield _Join(term, rules, table, **place)
        case Test(operator=operator) if operator not in (Operator.IS, Operator.IS_NOT):
            yield _Threshold(term, rules, table, **place)
        case Some() | Every() | Count() | Total():
            around = place.get("around", ())
            if isinstance(place["scope"], _Rows):
                around = (*around, place["scope"])
            place |= {"scope": term, "around": around}
            table = rules.facts[term.table]
        case _:
            pass
    for child in children(term):
        yield from _inside(child, rules, table, **place)


def _declared(name: str, rules: RuleSet, table: Fact | None) -> Fact:
    return table.columns[name] if table is not None and name in table.columns else rules.facts[name]


def _unordered(part: Term, rules: RuleSet, table: Fact | None) -> str | None:
    """Return the fact of a test that is unknown exactly while the fact is; None of anything else."""
    if not isinstance(part, Test) or not isinstance(part.bound, Constant):
        return None
    kind = _declared(part.fact, rules, table).value_type
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
