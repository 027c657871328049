"""Ranges, time and records, down to the ends: what the conformance cases reach only in passing."""

from datetime import date
from fractions import Fraction
from itertools import product
from math import inf
from typing import Any

import pytest

from comity.engine.assessment.evaluate import compile_rules
from comity.engine.language.diagnostic import Code, Diagnostic, Loaded, Refused, Severity, Span, accept
from comity.engine.language.history import Entry, History, current, highest, lowest
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import RuleSet
from comity.engine.language.quantity import (
    WIDEST,
    Range,
    add,
    completed_months,
    days_before,
    days_in_month,
    divide,
    elapsed_days,
    elapsed_months,
    ends,
    hull,
    largest,
    months_before,
    multiply,
    same,
    smallest,
    span,
    subtract,
)
from comity.engine.language.record import Record
from comity.engine.language.source import Document, read
from comity.engine.language.truth import Truth, all_of, any_of, negate

POINTS: list[Any] = [-3, -1, 0, 1, 2, Fraction(1, 2), Fraction(-1, 2)]
FINITE: list[Any] = [*POINTS, *(Range(low, high) for low, high in product(POINTS, POINTS) if low < high)]


def inside(value: Any, whole: Any) -> bool:
    low, high = ends(whole)
    return bool(low <= value <= high)


def samples(value: Any) -> list[Any]:
    low, high = ends(value)
    return [low, high, *(point for point in POINTS if low < point < high)]


@pytest.mark.parametrize("a", FINITE)
def test_arithmetic_spans_exactly_what_the_ends_allow(a: Any) -> None:
    for b in FINITE:
        corners = [(x, y) for x in ends(a) for y in ends(b)]
        assert multiply(a, b) == span(min(x * y for x, y in corners), max(x * y for x, y in corners))
        assert add([a, b]) == span(ends(a)[0] + ends(b)[0], ends(a)[1] + ends(b)[1])
        assert subtract(a, b) == span(ends(a)[0] - ends(b)[1], ends(a)[1] - ends(b)[0])
        if inside(0, b):
            assert divide(a, b) == WIDEST
        else:
            quotients = [Fraction(x) / y for x, y in corners]
            assert divide(a, b) == span(min(quotients), max(quotients))
        assert smallest([a, b]) == span(min(ends(a)[0], ends(b)[0]), min(ends(a)[1], ends(b)[1]))
        assert largest([a, b]) == span(max(ends(a)[0], ends(b)[0]), max(ends(a)[1], ends(b)[1]))
        assert hull([a, b]) == span(min(ends(a)[0], ends(b)[0]), max(ends(a)[1], ends(b)[1]))


def test_whole_results_are_whole_numbers() -> None:
    for value in (
        add([Fraction(1, 2)] * 2),
        multiply(Fraction(1, 2), 2),
        divide(Fraction(1, 2), Fraction(1, 2)),
        divide(6, 3),
    ):
        assert value.__class__ is int
    assert subtract(Fraction(3, 2), Fraction(1, 2)).__class__ is int


def test_an_open_end_stays_open() -> None:
    assert multiply(Range(2, inf), 1) == Range(2, inf)
    assert multiply(Range(2, inf), -1) == Range(-inf, -2)
    assert multiply(Range(2, inf), 0) == 0
    assert multiply(Range(-inf, 2), Range(3, inf)) == WIDEST
    assert divide(Range(1, inf), -2) == Range(-inf, Fraction(-1, 2))
    assert divide(Range(1, inf), Fraction(-1, 2)) == Range(-inf, -2)
    assert divide(Range(-inf, -1), Range(2, 4)) == Range(-inf, Fraction(-1, 4))
    assert divide(5, Range(2, inf)) == Range(0, Fraction(5, 2))
    assert divide(-5, Range(2, inf)) == Range(Fraction(-5, 2), 0)
    assert divide(5, Range(-inf, -2)) == Range(Fraction(-5, 2), 0)
    assert add([Range(1, inf), 10**400]) == Range(1 + 10**400, inf)
    assert subtract(10**400, Range(1, inf)) == Range(-inf, 10**400 - 1)
    assert multiply(Range(2, inf), 10**400) == Range(2 * 10**400, inf)
    half = Fraction(1, 2)
    assert multiply(1, Range(2, inf)) == Range(2, inf)
    assert multiply(-half, Range(2, inf)) == multiply(Range(2, inf), -half) == Range(-inf, -1)
    assert multiply(half, Range(2, inf)) == multiply(Range(2, inf), half) == Range(1, inf)
    assert divide(Range(1, inf), 1) == Range(1, inf)
    assert divide(Range(1, inf), half) == Range(2, inf)
    assert add([]) == 0


@pytest.mark.parametrize("a", FINITE)
def test_a_comparison_is_settled_if_it_holds_everywhere_or_nowhere(a: Any) -> None:
    for b in FINITE:
        if a.__class__ is not Range and b.__class__ is not Range:
            continue
        pairs = [(x, y) for x in samples(a) for y in samples(b)]
        for three_valued, plain in (
            (a >= b, [x >= y for x, y in pairs]),
            (a > b, [x > y for x, y in pairs]),
            (a <= b, [x <= y for x, y in pairs]),
            (a < b, [x < y for x, y in pairs]),
        ):
            assert three_valued is (True if all(plain) else None if any(plain) else False)
        apart = ends(a)[1] < ends(b)[0] or ends(b)[1] < ends(a)[0]
        assert same(a, b) is (False if apart else None)


def test_equality_of_points() -> None:
    assert same(1, 1) is True
    assert same(1, 2) is False
    assert same(Range(1, 3), 1) is None


# --- time -----------------------------------------------------------------------------------------------------------


def test_every_month_has_its_days() -> None:
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert [days_in_month(2013, month) for month in range(1, 13)] == days
    assert [days_in_month(year, 2) for year in (1900, 2000, 2012, 2100)] == [28, 29, 29, 28]


def test_going_back_stops_at_the_end_of_the_month_and_at_the_first_day_of_all() -> None:
    assert months_before(date(2012, 3, 31), 1) == date(2012, 2, 29)
    assert months_before(date(2013, 1, 15), 1) == date(2012, 12, 15)
    assert months_before(date(1, 1, 31), 1) == date.min
    assert days_before(date(1, 1, 2), 1) == date.min
    assert days_before(date(1, 1, 1), 1) == date.min
    assert days_before(date(2013, 1, 1), 1) == date(2012, 12, 31)


def test_elapsed_time_runs_from_the_latest_to_the_earliest_day() -> None:
    since = Range(date(2008, 1, 1), date(2008, 12, 31))
    assert elapsed_months(since, date(2013, 6, 30)) == Range(53, 65)
    assert elapsed_days(since, date(2009, 1, 1)) == Range(1, 366)
    assert completed_months(date(2013, 6, 30), date(2013, 6, 29)) == -1


AS_OF = date(2013, 6, 30)
YEARS = History(tuple(Entry(date(year, 1, 1), date(year, 12, 31), year - 2000) for year in range(2009, 2014)))
ANY = Range(0, inf)


def test_a_window_of_unknown_length_spans_the_shortest_and_the_longest() -> None:
    assert lowest(YEARS, None, Range(12, 24), "months", AS_OF, ANY) == Range(11, 12)
    assert highest(YEARS, None, Range(12, 24), "months", AS_OF, ANY) == 13
    falling = History(tuple(Entry(one.first, one.last, -one.value) for one in YEARS.entries))
    assert highest(falling, None, Range(12, 24), "months", AS_OF, WIDEST) == Range(-12, -11)
    assert lowest(falling, None, Range(12, 24), "months", AS_OF, WIDEST) == -13
    values = {2011: 20, 2012: Range(12, 15), 2013: Range(11, 13)}
    wide = History(tuple(Entry(date(year, 1, 1), date(year, 12, 31), value) for year, value in values.items()))
    assert highest(wide, None, Range(12, 24), "months", AS_OF, ANY) == Range(12, 20)
    values[2011] = 5
    wide = History(tuple(Entry(date(year, 1, 1), date(year, 12, 31), value) for year, value in values.items()))
    assert lowest(wide, None, Range(12, 24), "months", AS_OF, ANY) == Range(5, 13)
    assert lowest(YEARS, None, Range(0, inf), "months", AS_OF, ANY) == Range(0, 13)
    assert highest(YEARS, None, Range(0, inf), "months", AS_OF, ANY) == Range(13, inf)
    assert lowest(YEARS, None, Range(0, 200), "days", AS_OF, ANY) == Range(12, 13)


def test_a_single_value_from_a_day_on() -> None:
    assert lowest(7, AS_OF, 1, "months", AS_OF, ANY) == 0
    assert lowest(7, AS_OF, 0, "months", AS_OF, ANY) == 7
    assert current(7, AS_OF, AS_OF, ANY) == 7
    assert current(7, date(2013, 7, 1), AS_OF, ANY) == 0
    assert lowest(7, date(2013, 5, 30), 1, "months", AS_OF, ANY) == 7
    assert lowest(7, date(2013, 5, 31), 1, "months", AS_OF, ANY) == 0
    assert lowest(7, Range(date(2013, 6, 28), date(2013, 6, 29)), 2, "days", AS_OF, ANY) == Range(0, 7)
    assert lowest(7, Range(date(2013, 6, 29), date(2013, 7, 9)), 2, "days", AS_OF, ANY) == 0
    assert lowest(7, Range(date(2013, 6, 28), date(2013, 7, 9)), 1, "days", AS_OF, ANY) == 7
    assert lowest(7, date.max, 60, "months", date.max, ANY) == 0
    assert lowest(7, None, 60, "months", date.min, ANY) == 7
    first = History((Entry(date.min, date.min, 0), Entry(date(1, 1, 2), date.max, 5)))
    assert lowest(first, None, 60, "months", date(2, 1, 1), ANY) == 0
    assert lowest(first, None, 12, "months", date(2, 1, 1), ANY) == 5
    assert lowest(first, None, 13, "months", date(2, 1, 1), ANY) == 0
    assert lowest(first, None, 364, "days", date(1, 12, 31), ANY) == 5
    assert lowest(first, None, 365, "days", date(1, 12, 31), ANY) == 0


# --- rules that reach where no course does ----------------------------------------------------------------------


def loaded(text: str) -> Loaded[RuleSet]:
    document = read(text.encode(), "rules.yaml")
    assert isinstance(document, Document)
    return build_rule_set([document], "rules")


def rules(text: str) -> RuleSet:
    return accept(loaded(text))


def test_a_row_can_look_at_the_history_of_a_fact_outside_its_table() -> None:
    program = compile_rules(
        rules("""
            rule_set: a
            version: 1.0.0
            title: A
            facts:
              stock: {type: count, history: true}
              groups:
                type: table
                columns: {size: {type: count}, low: {type: count, derive: {lowest: {fact: stock}, over: 1 year}}}
            criteria:
              c: {title: C, when: {some: groups, where: {fact: size, more_than: {lowest: {fact: stock}, over: 1 year}}}}
              d: {title: D, when: {some: groups, where: {fact: low, at_least: 12}}}
            """)
    )
    facts = {"stock": YEARS, "groups": ({"size": 13},)}
    assert [program.start(facts, AS_OF).truth(name) for name in ("c", "d")] == [True, True]
    assert program.start({**facts, "groups": ({"size": 12},)}, AS_OF).truth("c") is False


QUOTIENTS = """
    rule_set: a
    version: 1.0.0
    title: A
    facts:
      rows:
        type: table
        columns:
          a: {{type: count}}
          b: {{type: count}}
          c: {{type: number, derive: {{divide: [{{fact: a}}, {{fact: b}}]}}}}
          d: {{type: number, derive: {{sum: [{{fact: c}}, 1]}}}}
      s: {{type: number, derive: {{total: d, of: rows}}}}
      p: {{type: number, derive: {{product: [{}]}}}}
    """


def test_totals_of_quotients_are_not_multiplied_without_end() -> None:
    assert rules(QUOTIENTS.format("{fact: s}, {fact: s}")).id == "a"
    five = loaded(QUOTIENTS.format(", ".join(["{fact: s}"] * 5)))
    assert [one.code for one in five.diagnostics] == [Code.TOO_MANY_DIGITS]


def test_of_many_circles_the_first_twenty_are_reported() -> None:
    head = "rule_set: a\nversion: 1.0.0\ntitle: A\ncriteria:\n"
    pairs = [(f"a{number}", f"b{number}") for number in range(25)]
    lines = [f"  {one}: {{title: T, when: {{criterion: {two}}}}}\n" for a, b in pairs for one, two in ((a, b), (b, a))]
    circles = loaded(head + "".join(lines))
    assert circles.value is None
    assert [one.code for one in circles.diagnostics] == [Code.CYCLE] * 20


SINCE = """
    rule_set: a
    version: 1.0.0
    title: A
    facts:
      groups: {type: table, columns: {size: {type: number, min: 5, history: true}, since: {type: date}}}
    criteria:
      never-low: {title: A, when: {every: groups, where: {some: groups, where: {fact: size, at_least: 5}}}}
      settled: {title: B, when: {every: groups, where: {fact: size, at_least: {lowest: {fact: size}, over: 5 days}}}}
      low: {title: C, when: {some: groups, where: {fact: size, at_least: 1}}}
    """


def test_a_day_of_which_nothing_is_told_may_lie_before_a_since_that_is_not_known_yet() -> None:
    program = compile_rules(
        rules(
            SINCE.replace("{fact: size, at_least: {lowest: {fact: size}, over: 5 days}}", "{fact: size, at_least: 5}")
        )
    )
    assert program.start({"groups": ({"size": 7},)}, AS_OF).truth("settled") is True
    text = SINCE.replace("{fact: size, at_least: {lowest: {fact: size}, over: 5 days}}", "{fact: low, at_least: 5}")
    text = text.replace(
        "since: {type: date}", "since: {type: date}, low: {type: number, derive: {lowest: {fact: size}, over: 5 days}}"
    )
    program = compile_rules(rules(text.replace("      low: {title", "      any-low: {title")))
    assert program.start({"groups": ({"size": 7},)}, AS_OF).truth("settled") is None
    assert program.start({"groups": ({"size": 7, "since": date(2013, 6, 28)},)}, AS_OF).truth("settled") is False
    assert program.start({"groups": ({"size": 7, "since": date(2013, 6, 25)},)}, AS_OF).truth("settled") is True


def test_values_by_period_that_are_all_unknown_are_values_by_period() -> None:
    program = compile_rules(rules(SINCE))
    late = date(2013, 8, 1)
    assert program.start({"groups": ({"size": History(()), "since": late},)}, AS_OF).truth("low") is None
    assert program.start({"groups": ({"since": late},)}, AS_OF).truth("low") is False


def test_the_total_of_a_table_that_is_not_given_may_be_negative_if_its_values_may() -> None:
    program = compile_rules(
        rules("""
            rule_set: a
            version: 1.0.0
            title: A
            facts:
              below: {type: table, columns: {size: {type: number, min: -1}}}
              above: {type: table, columns: {size: {type: number}}}
              least: {type: number, min: -9, derive: {total: size, of: below}}
              most: {type: number, min: -9, derive: {total: size, of: above}}
            criteria:
              c: {title: C, when: {fact: least, at_least: 0}}
              d: {title: D, when: {fact: most, at_least: 0}}
            """)
    )
    run = program.start({}, AS_OF)
    assert [run.truth(name) for name in ("c", "d")] == [None, True]


# --- truths, records, diagnostics -------------------------------------------------------------------------------


def test_a_truth_is_compared_and_never_tested() -> None:
    with pytest.raises(TypeError, match=r"^a Truth has three values: compare it, do not test it$"):
        bool(Truth.MET)


def test_kleene_tables() -> None:
    for a, b in product([True, False, None], repeat=2):
        assert all_of([a, b]) is (False if a is False or b is False else None if a is None or b is None else True)
        assert any_of([a, b]) is negate(all_of([negate(a), negate(b)]))
    assert [negate(truth) for truth in (True, False, None)] == [False, True, None]


class Pair(Record):
    left: int
    right: int = 0
    at: int = 0


class Other(Record):
    left: int
    right: int = 0


def test_a_record_is_frozen_and_equal_by_what_it_says() -> None:
    one = Pair(1, 2, at=3)
    same_one = one
    assert one == same_one
    assert one == Pair(1, right=2, at=4)
    assert hash(one) == hash(Pair(1, 2)) == hash(one)
    assert one != Pair(1)
    assert one != Other(1, 2)
    assert one != (1, 2)
    assert repr(one) == "Pair(left=1, right=2)"
    assert one.but(left=5) == Pair(5, 2)
    with pytest.raises(AttributeError, match=r"^a Pair is frozen$"):
        one.left = 2  # type: ignore[misc]  # what it refuses
    with pytest.raises(AttributeError, match=r"^a Pair is frozen$"):
        del one.left
    with pytest.raises(TypeError, match=r"^Pair lacks left$"):
        Pair(right=1)  # type: ignore[call-arg]  # what it refuses


def test_what_is_refused_says_everything() -> None:
    error = Diagnostic(Span("a.yaml", 1, 2), Code.TAG, "the tag `!a` is not allowed", "leave it out")
    warning = Diagnostic(Span("a.yaml", 3, 4), Code.PROFILES_ALIKE, "alike", severity=Severity.WARNING)
    assert accept(Loaded(5, (warning,))) == 5
    with pytest.raises(Refused) as caught:
        accept(Loaded(None, (error, warning)))
    assert caught.value.diagnostics == (error, warning)
    assert str(caught.value) == (
        "a.yaml:1:2: error[tag]: the tag `!a` is not allowed\n    hint: leave it out\n"
        "a.yaml:3:4: warning[profiles-alike]: alike"
    )
