"""The verdicts as the as-of date moves: the days on which they turn, held against assessing day by day."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from comity.engine import load_rules, load_situation
from comity.engine.assessment.assess import assess, program
from comity.engine.assessment.timeline import Course, timeline
from comity.engine.builtin import situation_ids
from comity.engine.language.history import Entry, History
from comity.engine.language.model import RuleSet, Situation
from comity.engine.language.quantity import Range
from comity.engine.language.truth import Truth
from tests.strategies import DAYS_OF_ASSESSMENT, Case, Giver, Length, World, cases, drawing, load, shift

DAY = timedelta(days=1)
RULES = load_rules("oas-2013")


def by_day(rules: RuleSet, facts: Mapping[str, Any], first: date, last: date) -> dict[str, list[tuple[date, Truth]]]:
    """Return, by conclusion, the days on which it comes out otherwise than on the day before, and the first day."""
    compiled = program(rules)
    names = (*rules.contexts, *rules.measures)
    found: dict[str, list[tuple[date, Truth]]] = {name: [] for name in names}
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        run = compiled.start(facts, day)
        for name in names:
            truth = Truth.of(run.truth(name))
            if not found[name] or found[name][-1][1] is not truth:
                found[name].append((day, truth))
    return found


def of_course(course: Course) -> dict[str, list[tuple[date, Truth]]]:
    return {name: [(span.first, span.truth) for span in spans] for name, spans in course.spans.items()}


def held(situation: Situation) -> dict[str, Any]:
    """Return the facts with the newest figure of each history held for good."""

    def hold(value: Any) -> Any:
        if isinstance(value, History) and value.entries:
            newest = value.entries[-1]
            return History((*value.entries[:-1], Entry(newest.first, date.max, newest.value)))
        return tuple({k: hold(v) for k, v in row.items()} for row in value) if value.__class__ is tuple else value

    return {name: hold(value) for name, value in situation.all_facts.items()}


@settings(max_examples=800)
@given(cases(), st.integers(-900, 500), st.integers(0, 900))
def test_the_turns_are_those_of_assessing_every_single_day(case: Case, offset: int, length: int) -> None:
    rules = case.world.load()
    situation = load(case.world, rules, case.given)
    first = shift(case.world.as_of, offset)
    last = shift(first, length)
    found = timeline(rules, situation, first=first, last=last)
    assert of_course(found.told) == by_day(rules, situation.all_facts, first, last)
    if found.held is not None:
        assert of_course(found.held) == by_day(rules, held(situation), first, last)
    else:
        assert of_course(found.told) == by_day(rules, held(situation), first, last)


@pytest.mark.parametrize("edge", [date.min, shift(date.max, -400)])
@settings(max_examples=200)
@given(case=cases(wild=True))
def test_the_turns_are_right_at_the_ends_of_time(edge: date, case: Case) -> None:
    rules = case.world.load()
    situation = load(case.world, rules, case.given)
    last = shift(edge, 400)
    found = timeline(rules, situation, first=edge, last=last)
    assert of_course(found.told) == by_day(rules, situation.all_facts, edge, last)


# --- everything that time reaches, in every form --------------------------------------------------------------------


def _where(table: str, when: dict[str, Any]) -> dict[str, Any]:
    return {"some": table, "where": when}


def _lasting(which: str, fact: str, over: Any) -> dict[str, Any]:
    return {which: {"fact": fact}, "over": over}


_DATED = {
    "rule_set": "dated",
    "version": "1.0.0",
    "title": "Dated",
    "parameters": {
        "limit": {"values": {"2012-06-30": 1, "2013-03-01": 3}, "basis": "editorial"},
        "months": {
            "values": {"2012-12-31": Length(2, "months"), "2013-02-28": Length(13, "months")},
            "basis": "course",
        },
        "days": {"value": Length(30, "days"), "basis": "editorial"},
        "start": {"values": {"2012-02-29": date(2012, 2, 29), "2013-01-31": date(2012, 12, 31)}, "basis": "course"},
    },
    "facts": {
        "h": {"type": "count", "history": True},
        "d": {"type": "date"},
        "e": {"type": "date"},
        "m": {"type": "duration"},
        "n": {"type": "duration", "unit": "days"},
        "t": {
            "type": "table",
            "columns": {
                "since": {"type": "date"},
                "until": {"type": "date"},
                "c": {"type": "count", "history": True},
                "low": {"type": "count", "derive": _lasting("lowest", "c", Length(3, "months"))},
                "high": {"type": "count", "derive": _lasting("highest", "c", {"parameter": "days"})},
                "mid": {"type": "count", "derive": _lasting("lowest", "c", {"parameter": "months"})},
                "age": {"type": "duration", "unit": "days", "derive": {"elapsed": {"fact": "since"}, "unit": "days"}},
            },
        },
        "r": {
            "type": "table",
            "columns": {
                "since": {"type": "date", "derive": {"smallest": [{"fact": "d"}, {"parameter": "start"}]}},
                "c": {"type": "count", "history": True},
                "low": {"type": "count", "derive": _lasting("lowest", "c", Length(31, "days"))},
            },
        },
        "h_low": {"type": "count", "derive": _lasting("lowest", "h", Length(1, "months"))},
        "h_high": {"type": "count", "derive": _lasting("highest", "h", {"parameter": "months"})},
        "first_age": {"type": "duration", "derive": {"elapsed": {"smallest": [{"fact": "d"}, {"fact": "e"}]}}},
        "all_low": {"type": "count", "derive": {"total": "low", "of": "t"}},
        "old": {
            "type": "count",
            "derive": {"count": "t", "where": {"fact": "until", "elapsed_at_least": {"fact": "m"}}},
        },
    },
}
_TURNING: dict[str, dict[str, Any]] = {
    "now": {"fact": "h", "at_least": 2},
    "limited": {"fact": "h", "less_than": {"parameter": "limit"}},
    "lowest": {"fact": "h_low", "at_least": 1},
    "highest": {"fact": "h_high", "more_than": {"parameter": "limit"}},
    "elapsed": {"fact": "d", "elapsed_at_least": Length(12, "months")},
    "elapsed-days": {"fact": "d", "elapsed_less_than": Length(31, "days")},
    "elapsed-parameter": {"fact": "e", "elapsed_at_least": {"parameter": "months"}},
    "elapsed-fact": {"fact": "e", "elapsed_less_than": {"fact": "n"}},
    "elapsed-elapsed": {"fact": "d", "elapsed_at_least": {"product": [{"elapsed": {"fact": "e"}}, 2]}},
    "age": {"fact": "m", "at_most": {"fact": "first_age"}},
    "age-sum": {"fact": "first_age", "is": {"sum": [{"fact": "m"}, Length(1, "months")]}},
    "row-now": _where("t", {"fact": "c", "at_least": 1}),
    "row-low": _where("t", {"fact": "low", "at_least": 2}),
    "row-high": _where("t", {"fact": "high", "at_most": {"parameter": "limit"}}),
    "row-mid": _where("t", {"fact": "mid", "is": {"fact": "c"}}),
    "row-age": _where("t", {"fact": "age", "at_least": {"fact": "n"}}),
    "row-elapsed": _where("t", {"fact": "until", "elapsed_at_least": Length(1, "months")}),
    "row-outside": _where("t", {"fact": "d", "elapsed_at_least": Length(30, "days")}),
    "row-derived": _where("r", {"fact": "low", "at_least": 1}),
    "total": {"fact": "all_low", "at_least": 3},
    "count": {"fact": "old", "more_than": 0},
}
_WORLDS = {
    name: World(
        (_DATED, {"context": "turning", "title": "Turning", "when": when}),
        DAYS_OF_ASSESSMENT[0],
    )
    for name, when in _TURNING.items()
}
_LOADED = {name: world.load() for name, world in _WORLDS.items()}


@st.composite
def dated_facts(draw: st.DrawFn) -> tuple[date, dict[str, Any], tuple[date, date]]:
    """Return a day of assessment, facts whose dates lie around it, and a span of days to look at."""
    choose = drawing(draw)
    as_of = choose(DAYS_OF_ASSESSMENT)
    spans = ((shift(as_of, -500), shift(as_of, 450)), (date.min, shift(date.min, 40)))
    return as_of, Giver(choose, as_of).situation(_WORLDS["now"]), choose((*spans[:1] * 3, spans[1]))


@pytest.mark.parametrize("name", _TURNING)
@settings(max_examples=12)
@given(drawn=dated_facts())
def test_whatever_time_reaches_turns_on_the_right_day(
    name: str, drawn: tuple[date, dict[str, Any], tuple[date, date]]
) -> None:
    as_of, facts, (first, last) = drawn
    world, rules = World(_WORLDS[name].documents, as_of), _LOADED[name]
    situation = load(world, rules, facts)
    found = timeline(rules, situation, first=first, last=last)
    assert of_course(found.told) == by_day(rules, situation.all_facts, first, last)
    for turn in found.told.turns:
        assert turn.cause.figures or turn.cause.moments


def _since(value: date | Range | None, first: date, last: date) -> list[list[tuple[Any, ...]]]:
    """Return for each turn of `elapsed-days` the dates that turned it, each with the days since."""
    rules = _LOADED["elapsed-days"]
    situation = load(World(_WORLDS["elapsed-days"].documents, last), rules, {}).but(facts={"d": value} if value else {})
    turns = timeline(rules, situation, first=first, last=last).told.turns
    return [[(turn.day, one.date, one.duration) for one in turn.cause.moments] for turn in turns]


def test_the_end_of_a_range_that_lies_ahead_turns_nothing() -> None:
    year = Range(date(2012, 1, 1), date(2012, 12, 31))
    assert _since(year, date(2011, 1, 1), date(2013, 6, 1)) == [
        [(date(2012, 2, 1), date(2012, 1, 1), 31)],
        [(date(2013, 1, 31), date(2012, 12, 31), 31), (date(2013, 1, 31), date(2012, 1, 1), 396)],
    ]


@pytest.mark.parametrize("value", [None, date.min, Range(date.min, date(2012, 12, 31))])
def test_in_the_first_year_time_counts_from_the_first_day_there_is(value: date | Range | None) -> None:
    assert _since(value, date.min, date(1, 12, 31)) == [[(date(1, 2, 1), date.min, 31)]]


@pytest.mark.parametrize("name", situation_ids())
def test_the_dates_of_a_stored_situation_agree_with_assessing_on_the_day_and_the_day_before(name: str) -> None:
    situation = load_situation(name, RULES)
    found = timeline(RULES, situation)
    for course, facts in ((found.told, situation.all_facts), (found.held, held(situation))):
        if course is None:
            continue
        assert of_course(course) == by_day(RULES, facts, found.first, found.last)
        one = situation.but(facts=facts, response=None)
        days = {day for turn in course.turns for day in (turn.day, turn.day - DAY)}
        assessed = {day: assess(RULES, one, as_of=day) for day in sorted(days)}
        words = {
            day: {
                **{verdict.context: verdict.truth for verdict in found.contexts},
                **{measure.measure: measure.trace.truth for measure in found.measures},
                **{finding.id: finding.truth for verdict in found.contexts for finding in verdict.findings},
            }
            for day, found in assessed.items()
        }
        for turn in course.turns:
            assert (words[turn.day - DAY][turn.conclusion], words[turn.day][turn.conclusion]) == (
                turn.before,
                turn.after,
            )
            for element in turn.cause.elements:
                assert (words[turn.day - DAY][element.id], words[turn.day][element.id]) == (
                    element.before,
                    element.after,
                )
