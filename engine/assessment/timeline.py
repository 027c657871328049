"""The verdicts as the as-of date moves and all else is held still: when each turns, and what turned it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from comity.engine.assessment.assess import program
from comity.engine.assessment.evaluate import Program, Run
from comity.engine.assessment.explain import grounds, result
from comity.engine.assessment.moments import moments
from comity.engine.assessment.turning import Cause, cause
from comity.engine.language.condition import Test
from comity.engine.language.history import Entry, History
from comity.engine.language.model import Given, RuleSet, Situation, ValueType
from comity.engine.language.operators import ELAPSED
from comity.engine.language.places import terms
from comity.engine.language.quantity import DAY, ends, months_before
from comity.engine.language.truth import Kleene, Truth

YEARS_BACK = 100  # at most, unless asked for
YEARS = 10  # ahead; and back, where nothing is dated
MOST_SERIES = 3


class Span(NamedTuple):
    """Days in a row, both ends included, on which a conclusion comes out the same."""

    first: date
    last: date
    truth: Truth


class Turn(NamedTuple):
    """A day on which a conclusion comes out otherwise than on the day before, and what turned it."""

    day: date
    conclusion: str
    before: Truth
    after: Truth
    cause: Cause


class Step(NamedTuple):
    """Days in a row on which a figure is the same."""

    first: date
    last: date
    value: Any


class Series(NamedTuple):
    """A figure over time, against what `test` compares it with. The criterion or context named rests on it."""

    conclusion: str
    test: Test
    figure: tuple[Step, ...]
    bound: tuple[Step, ...]


class Course(NamedTuple):
    """How contexts and measures come out, day by day. `turns` are in order of time, contexts before measures."""

    spans: Mapping[str, tuple[Span, ...]]
    turns: tuple[Turn, ...]
    series: tuple[Series, ...]


class Timeline(NamedTuple):
    """The verdicts from `first` to `last`.

    `told` is what an assessment says on each day. `held` is the same if the newest figure of each history is held from
    `held_from` on, where its period has ended; None if all figures last. Both have the same series, in the same order.
    """

    rules: RuleSet
    situation: Situation
    as_of: date
    reading: str | None
    set: Mapping[str, Any]
    first: date
    last: date
    told: Course
    held: Course | None
    held_from: date | None


def timeline(
    rules: RuleSet,
    situation: Situation,
    *,
    first: date | None = None,
    last: date | None = None,
    as_of: date | None = None,
    reading: str | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Timeline:
    """Return the verdicts on each day from `first` to `last`, exactly.

    By default from the start of the year of the earliest date in the situation (of the last hundred years), or from
    ten years before the as-of date where nothing is dated, to ten years after it. Raises `ValueError` if there is no
    as-of date or `first` is after `last`, and `TooManyDaysError` if the days between are too many to look at.
    """
    day = as_of or situation.as_of
    if day is None:
        raise ValueError("the situation has no as-of date, and none was given")
    facts = situation.all_facts
    start, end = first or _start(facts, day), last or _years_after(day, YEARS)
    if first is None and start > end:
        start = months_before(end, 12 * YEARS)
    elif last is None and start > end:
        end = _years_after(start, YEARS)
    if start > end:
        raise ValueError(f"the first day, {start}, is after the last, {end}")
    changed = {**situation.set, **(overrides or {})}
    compiled = program(rules, reading or situation.reading, changed)
    held, held_from = _held(facts)
    told = _Course(compiled, facts, start, end)
    projected = _Course(compiled, held, start, end) if held_from is not None and held_from <= end else None
    both = [told, projected] if projected else [told]
    tests = _tests(compiled.start(facts, day), both)
    courses = [one.course(series) for one, series in zip(both, _series(both, tests), strict=True)]
    return Timeline(
        rules=rules,
        situation=situation,
        as_of=day,
        reading=compiled.reading,
        set=changed,
        first=start,
        last=end,
        told=courses[0],
        held=courses[1] if projected else None,
        held_from=max(held_from, start) if held_from is not None and projected else None,
    )


class _Course:
    """One run of time over one set of facts."""

    def __init__(self, compiled: Program, facts: Mapping[str, Given], first: date, last: date) -> None:
        self.program = compiled
        self.facts = facts
        self.reached = moments(compiled, facts, first, last)
        self.days = (first, *self.reached)
        self.lasts = (*(day - DAY for day in self.days[1:]), last)
        self.names = (*compiled.rules.contexts, *compiled.rules.measures)
        self.truths = [compiled.truths(self.names, facts, day) for day in self.days]
        self.turns = tuple(self.turned())

    def turned(self) -> Iterator[Turn]:
        for index, (one, other) in enumerate(pairwise(self.truths), 1):
            if one == other:
                continue
            day = self.days[index]
            before, after = self.run(day - DAY), self.run(day)
            for name, old, new in zip(self.names, one, other, strict=True):
                if old is not new:
                    why = cause(before, after, name, self.reached[day])
                    yield Turn(day, name, Truth.of(old), Truth.of(new), why)

    def run(self, day: date) -> Run:
        return self.program.start(self.facts, day)

    def course(self, series: tuple[Series, ...]) -> Course:
        columns: Iterable[tuple[Kleene, ...]] = zip(*self.truths, strict=True)
        spans = {
            name: tuple(Span(first, last, Truth.of(truth)) for first, last, truth in self.steps(column))
            for name, column in zip(self.names, columns, strict=True)
        }
        return Course(spans, self.turns, series)

    def steps(self, values: Iterable[Any]) -> tuple[Step, ...]:
        """Return the values on the days of this course, those that stay the same joined."""
        found: list[Step] = []
        for first, last, value in zip(self.days, self.lasts, values, strict=True):
            if found and found[-1].value == value:
                found[-1] = found[-1]._replace(last=last)
            else:
                found.append(Step(first, last, value))
        return tuple(found)


# --- what the figures are held to -----------------------------------------------------------------------------------


def _held(facts: Mapping[str, Given]) -> tuple[dict[str, Given], date | None]:
    """Return the facts with the newest figure of each history held for good, and the first day that this tells of."""
    started: list[date] = []

    def hold(value: Given) -> Given:
        if isinstance(value, History) and value.entries and value.entries[-1].last < date.max:
            *others, newest = value.entries
            started.append(newest.last + DAY)
            return History((*others, Entry(newest.first, date.max, newest.value)))
        if value.__class__ is tuple:
            return tuple({name: hold(one) for name, one in row.items()} for row in value)
        return value

    return {name: hold(value) for name, value in facts.items()}, min(started, default=None)


def _start(facts: Mapping[str, Given], as_of: date) -> date:
    """Return the first day of the year of the earliest date given, within the last hundred years."""
    dates = [day for value in facts.values() for day in _dates(value) if day > date.min]
    if not dates:
        return months_before(as_of, 12 * YEARS)
    return max(min(*dates, as_of).replace(month=1, day=1), months_before(as_of, 12 * YEARS_BACK))


def _dates(value: Given) -> Iterator[date]:
    if isinstance(value, History):
        yield from (entry.first for entry in value.entries)
    elif value.__class__ is tuple:
        for row in value:
            for one in row.values():
                yield from _dates(one)
    else:
        yield from (end for end in ends(value) if isinstance(end, date))


def _years_after(day: date, years: int) -> date:
    return date.max if day.year + years > date.max.year else months_before(day, -12 * years)


# --- figures over time ----------------------------------------------------------------------------------------------


def _tests(run: Run, courses: Iterable[_Course]) -> dict[Test, str]:
    """Return the tests of figures that the contexts which turn rest on, else all contexts, each with its conclusion."""
    contexts = run.program.rules.contexts
    turned = {turn.conclusion: None for one in courses for turn in one.turns if turn.conclusion in contexts}
    found: dict[Test, str] = {}
    for context in turned or contexts:
        elements = {
            element.id: None
            for one in courses
            for turn in one.turns
            if turn.conclusion == context
            for element in turn.cause.elements
        }
        for name in elements or (context, *grounds(run, run.program.conclusions[context]).conclusions):
            for test in _figures(run.program, name):
                found.setdefault(test, name)
    return found


def _figures(compiled: Program, conclusion: str) -> Iterator[Test]:
    """Yield the tests of figures in a conclusion's own condition, and in the indicators of its judgements."""
    rules = compiled.rules
    waiting = [compiled.conclusions[conclusion]]
    seen: set[str] = set()
    while waiting:
        for term, table in terms(rules, waiting.pop()):
            if not isinstance(term, Test) or table is not None:
                continue
            fact = rules.facts[term.fact]
            if fact.value_type in (ValueType.NUMBER, ValueType.MONTHS, ValueType.DAYS) and term.operator not in ELAPSED:
                yield term
            elif fact.value_type is ValueType.BOOLEAN and fact.derive is not None and fact.name not in seen:
                seen.add(fact.name)
                waiting.append(fact.derive)  # type: ignore[arg-type]  # a boolean is derived by a condition


def _series(courses: list[_Course], tests: Mapping[Test, str]) -> list[tuple[Series, ...]]:
    """Return for each course the series of those figures that move in any, as many as there is room for."""
    found: list[list[Series]] = [[] for _ in courses]
    figures = [_over_time(course, tests) for course in courses] if tests else []
    for number, (test, conclusion) in enumerate(tests.items()):
        told = [
            Series(conclusion, test, *(course.steps(pair[side] for pair in own[number]) for side in (0, 1)))
            for course, own in zip(courses, figures, strict=True)
        ]
        if len(found[0]) < MOST_SERIES and any(len(one.figure) > 1 for one in told):
            for series, one in zip(found, told, strict=True):
                series.append(one)
    return [tuple(series) for series in found]


def _over_time(course: _Course, tests: Iterable[Test]) -> list[tuple[tuple[Any, Any], ...]]:
    """Return, for each test, its figure and its bound on each of the days of a course."""
    runs = map(course.run, course.days)
    days = [tuple((run.value(test.fact), result(run, test.bound)) for test in tests) for run in runs]
    return [*zip(*days, strict=True)]
