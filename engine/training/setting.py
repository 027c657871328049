"""What all drafts of situations under one rule set share: its rules, compiled, and the values to wish for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from math import ceil, floor, inf
from typing import Any, NamedTuple

from comity.engine.assessment.cones import Cones
from comity.engine.assessment.evaluate import Memory, Program, Run, compile_rules, held
from comity.engine.assessment.explain import result
from comity.engine.assessment.samples import Sampler
from comity.engine.language.condition import Condition, Elapsed, FactValue, Term, Test, Total, walk
from comity.engine.language.model import Criterion, Exclusion, Fact, Given, RuleSet, ValueType
from comity.engine.language.operators import ELAPSED
from comity.engine.language.quantity import Range, completed_months, ends, exact, months_before
from comity.engine.language.references import type_of
from comity.engine.language.truth import Kleene
from comity.engine.training.wishes import ROUND_DAYS, round_months, two_digits

_LONGEST = 240  # months that a story looks back
_FEW = 20  # values from which on figures are told apart: a State or two may well be as many as the days


class Measure(NamedTuple):
    """How a test of a figure came out, and how many times what it is compared with the figure is, if that is known."""

    truth: Kleene
    ratio: float | None
    tie: bool
    excluded: bool  # whether anything stated of the same facts is impossible or implausible
    small: bool = False  # whether nothing but 0 is below what it is compared with


_PROBED = "the test"  # no id has a space


class Probe(NamedTuple):
    """The rules as far as one test, and what is impossible or implausible of its facts, rest on them."""

    program: Program
    test: Condition
    as_of: date

    def excluded(self, facts: Mapping[str, Given]) -> bool:
        """Tell whether anything that is stated is impossible or implausible."""
        return self._excluded(self.program.run(facts, self.as_of))

    def _excluded(self, memory: Memory) -> bool:
        slots = self.program.slots
        return any(memory[slots[one.when]] is True for one in self.program.rules.impossible)

    def measure(self, facts: Mapping[str, Given]) -> Measure:
        """Return how the test comes out, and how near it is."""
        run = self.program.start(facts, self.as_of)
        truth = result(run, self.test)
        excluded = self._excluded(run.memory)
        if not isinstance(self.test, Test):
            return Measure(truth, None, False, excluded)
        figure, bound = self._sides(run, self.test)
        if not isinstance(figure, int | Fraction) or not isinstance(bound, int | Fraction):
            return Measure(truth, None, figure == bound and figure.__class__ is not Range, excluded)
        ratio = float(figure / bound) if bound > 0 and figure >= 0 else None
        return Measure(truth, ratio, figure == bound and bound != 0, excluded, bound <= 1)

    def _sides(self, run: Run, test: Test) -> tuple[Given, Given]:
        """Return what a test compares: the figure, and what it is compared with."""
        rules = self.program.rules
        figure: Term = FactValue(test.fact)
        if test.operator in ELAPSED:
            unit = type_of(rules, test.bound, None)
            figure = Elapsed(FactValue(test.fact), "days" if unit is ValueType.DAYS else "months")
        return result(run, figure), result(run, held(rules.facts[test.fact], test.bound))


class Setting:
    """A rule set under one reading on one day. What it says is implausible is impossible here."""

    def __init__(self, rules: RuleSet, reading: str | None, as_of: date) -> None:
        self.rules = rules
        self.as_of = as_of
        self.exclusions: tuple[Exclusion, ...] = (*rules.impossible, *rules.implausible)
        self.program = compile_rules(rules.but(impossible=self.exclusions), reading)
        self.reading = self.program.reading
        self.conclusions = self.program.conclusions
        self.nothing = self.start({})
        self.cones = Cones(self.nothing)
        self._probes: dict[Condition, Probe] = {}
        self._inputs: dict[Term, tuple[str, ...]] = {}
        self._values: dict[tuple[str, str], tuple[Any, ...]] = {}

    def start(self, facts: Mapping[str, Given]) -> Run:
        """Return a run over some facts."""
        return self.program.start(facts, self.as_of)

    def excluded(self, run: Run) -> Exclusion | None:
        """Return what is impossible or implausible of a situation, if anything is."""
        slots = self.program.slots
        return next((one for one in self.exclusions if run.memory[slots[one.when]] is True), None)

    def inputs(self, term: Term) -> tuple[str, ...]:
        """Return the facts that are asked for below a condition or an expression, in declared order."""
        if term not in self._inputs:
            below = self.cones.below(term)
            self._inputs[term] = tuple(
                name for name, fact in self.rules.facts.items() if name in below and fact.derive is None
            )
        return self._inputs[term]

    def verdicts(self, facts: Mapping[str, Given]) -> dict[str, Kleene]:
        """Return how every context comes out."""
        names = tuple(self.rules.contexts)
        return dict(zip(names, self.program.part(names)(facts, self.as_of), strict=True))

    def probe(self, test: Condition) -> "Probe":
        """Return what finds out how one test comes out, and nothing else."""
        if test not in self._probes:
            self._probes[test] = self._probe(test)
        return self._probes[test]

    def _probe(self, test: Condition) -> "Probe":
        inputs = set(self.inputs(test))
        related = tuple(one for one in self.exclusions if inputs & set(self.inputs(one.when)))
        needed = {name for term in (test, *(one.when for one in related)) for name in self.cones.below(term)}
        own = self.program.rules
        readings = {
            name: one.but(define={key: when for key, when in one.define.items() if key in needed})
            for name, one in own.readings.items()
        }
        part = own.but(
            facts={name: fact for name, fact in own.facts.items() if name in needed},
            criteria={
                **{name: one for name, one in own.criteria.items() if name in needed},
                _PROBED: Criterion(id=_PROBED, title="", when=test),
            },
            contexts={name: one for name, one in own.contexts.items() if name in needed},
            measures={name: one for name, one in own.measures.items() if name in needed},
            readings=readings,
            forms={},
            principles={},
            impossible=related,
        )
        return Probe(compile_rules(part, self.reading), test, self.as_of)

    @cached_property
    def groups(self) -> Mapping[str, frozenset[str]]:
        """The columns by which the rows of each table are added up."""
        found: dict[str, frozenset[str]] = {}
        for fact in self.rules.facts.values():
            for term in walk(fact.derive) if fact.derive is not None else ():
                if isinstance(term, Total):
                    found[term.table] = found.get(term.table, frozenset()) | {*term.per}
        return found

    def looks_back(self, table: str) -> int:
        """Return how many months the rules look back on the figures of a table ("" for none); five years, if none."""
        firsts = [
            day for (home, _), days in self.sampler.windows.items() if home == table for day in days if day > date.min
        ]
        return min(_LONGEST, max((completed_months(first, self.as_of) + 1 for first in firsts), default=60))

    # --- values to wish for ---

    @cached_property
    def sampler(self) -> Sampler:
        """What the rules compare facts with."""
        return Sampler(self.rules, self.reading, self.as_of)

    def values(self, fact: Fact, table: str = "") -> tuple[Any, ...]:
        """Return the values of a fact, or of a column, for a story, in order: round ones of those plausible."""
        key = (table, fact.name)
        if key not in self._values:
            self._values[key] = tuple(self._all_values(fact, table))
        return self._values[key]

    def is_figure(self, fact: Fact, table: str = "") -> bool:
        """Tell whether a fact can have so many values that two figures that are equal would look like a riddle."""
        return fact.value_type is ValueType.NUMBER and len(self.values(fact, table)) > _FEW

    def many(self, names: Iterable[str]) -> bool:
        """Tell whether some of these facts can have so many values that there is one for every purpose."""
        return any(
            self.is_figure(one, table)
            for fact in (self.rules.facts[name] for name in names)
            for table, ones in (("", [fact]), (fact.name, fact.columns.values()))
            for one in ones
            if one.derive is None
        )

    def _all_values(self, fact: Fact, table: str) -> Sequence[Any]:
        plausible = fact.plausible
        match fact.value_type:
            case ValueType.BOOLEAN:
                return [plausible] if plausible is not None else [False, True]
            case ValueType.CHOICE:
                return [plausible] if plausible is not None else fact.options
            case ValueType.TEXT:
                return [one for one in self.sampler.pool(fact, table) if isinstance(one, str)]
            case ValueType.DATE:
                return self._dates(fact, table)
        low: Any
        high: Any
        low, high = ends(fact.unknown if plausible is None else plausible)
        noted: list[Any] = [
            one
            for one in self.sampler.pools.get((table, fact.name), ())
            if isinstance(one, int | Fraction) and not isinstance(one, bool)
        ]
        low = min((-10 * abs(one) for one in noted), default=0) if low == -inf else low
        high = max([low, 1 if noted else 100, *(3 * one for one in noted)]) if high == inf else high
        if fact.low is not None:
            low, high = max(low, fact.low), min(high, fact.high)
        return self._figures(fact, low, high)

    def _figures(self, fact: Fact, low: Any, high: Any) -> Sequence[Any]:
        step = Fraction(1) if fact.type in ("count", "duration") else Fraction(fact.step or Fraction(1, 100))
        first, last = ceil(low / step), floor(high / step)
        if fact.value_type is ValueType.MONTHS:
            return round_months(first, last) or (first,)
        if fact.value_type is ValueType.DAYS or (fact.unit == "days" and last > _FEW):
            return [days for days in ROUND_DAYS if first <= days <= last] or (first,)
        if first >= 0:
            steps: Sequence[int] = two_digits(first, last)
        else:
            steps = sorted({*(-one for one in two_digits(0, -first)), *two_digits(0, max(last, 0))})
        return [exact(step * one) for one in steps if first <= one <= last] or [exact(step * first)]

    def _dates(self, fact: Fact, table: str) -> Sequence[date]:
        first, last = (date.min, date.max) if fact.plausible is None else ends(fact.plausible)
        noted = {one for one in self.sampler.pool(fact, table) if isinstance(one, date)}
        starts = {months_before(self.as_of, months).replace(day=day) for months in range(240) for day in (1, 15)}
        around = {day + timedelta(days=shift) for day in noted for shift in (-400, -90, -20, 20, 90, 400) if _far(day)}
        return sorted(day for day in {*starts, *around, *noted} if first <= day <= last and day <= self.as_of) or [
            first
        ]


def _far(day: date) -> bool:
    """Tell whether a day has some years before and after it."""
    return 2 < day.year < 9990


@lru_cache(maxsize=8)
def setting(rules: RuleSet, reading: str | None, as_of: date) -> Setting:
    """Return the setting of a rule set, made at most once."""
    return Setting(rules, reading, as_of)
