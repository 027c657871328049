"""Conclusions over columns are what the evaluator says, on every engine.

The traps are those into which column engines lead: nulls in aggregates and in `else`, years that a calendar counts,
NaN beside every number, sums that wrap. Those of reading are in `test_batch.py`.
"""

from datetime import date
from functools import cache
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings, strategies as st

from comity.engine import load_rules, load_situation
from comity.engine.assessment.assess import program
from comity.engine.builtin import rule_set_ids, situation_ids
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import RuleSet
from comity.engine.language.situation import load_situation as read_situation
from comity.engine.language.source import Document, read
from comity.engine.translation.columns import plan
from tests.extremes import extreme
from tests.strategies import DAYS_OF_ASSESSMENT, Choose, Giver, Maker, Tree, World, drawing, load, randoms, write
from tests.tabled import Told, differences, fits, tabled, tell, truths
from tests.test_conformance import ITEMS, Item, rules_of, situation_of

ENGINES = ("polars", "duckdb")
FEW = settings().max_examples // 16  # DuckDB takes a second to plan what Polars plans in a hundredth
LONG = settings().max_examples > 1000


# --- generated rule sets --------------------------------------------------------------------------------------------


class Batch(NamedTuple):
    """A rule set, and situations of it, each on a day of its own."""

    world: World
    given: tuple[tuple[dict[str, Tree], date], ...]

    def __repr__(self) -> str:
        situations = [f"as of {day}: {write(facts)}" for facts, day in self.given]
        return "\n".join([*map(write, self.world.documents), *situations])


def batch(choose: Choose, situations: int, wild: bool) -> Batch:
    """Return a rule set with situations: half of the time all of one day."""
    world = Maker(choose, choose(DAYS_OF_ASSESSMENT), 3, wild).world()
    alike = choose((True, False))
    days = [world.as_of if alike else choose(DAYS_OF_ASSESSMENT) for _ in range(situations)]
    return Batch(world, tuple((Giver(choose, day).situation(world), day) for day in days))


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    return batch(drawing(draw), 3, draw(st.booleans()))


def told(one: Batch, rules: RuleSet) -> list[Told]:
    return [tell(load(one.world, rules, facts, day)) for facts, day in one.given]


def overridden(rules: RuleSet, choose: Choose) -> dict[str, Any]:
    """Return parameters set to values that other parameters have."""
    found = {}
    for name, parameter in rules.parameters.items():
        alike = [one for one in rules.parameters.values() if one.value_type is parameter.value_type]
        if choose((False, True)):
            found[name] = choose(alike).values[-1][1]
    return found


@given(one=batches(), bare=st.booleans(), choose=randoms())
def test_polars_says_what_the_evaluator_says(one: Batch, bare: bool, choose: Choose) -> None:
    rules = one.world.load()
    reading, changed = choose([*rules.readings, None]), choose(({}, overridden(rules, choose)))
    assert [*differences(rules, told(one, rules), "polars", reading, changed, bare)] == []


@settings(max_examples=FEW)
@given(choose=randoms(), wild=st.booleans(), bare=st.booleans())
def test_duckdb_says_what_the_evaluator_says(choose: Choose, wild: bool, bare: bool) -> None:
    one = batch(choose, 12, wild)
    rules = one.world.load()
    assert [*differences(rules, told(one, rules), "duckdb", choose([*rules.readings, None]), None, bare)] == []


@settings(max_examples=2 * FEW)
@given(choose=randoms(), bare=st.booleans())
def test_figures_at_the_ends_of_columns_on_polars(choose: Choose, bare: bool) -> None:
    for _ in range(5):
        rules, situations = extreme(choose, 12, rules_with)
        assert [*differences(rules, situations, "polars", None, None, bare)] == []


@settings(max_examples=FEW)
@given(choose=randoms(), bare=st.booleans())
def test_figures_at_the_ends_of_columns_on_duckdb(choose: Choose, bare: bool) -> None:
    rules, situations = extreme(choose, 30, rules_with)
    assert [*differences(rules, situations, "duckdb", None, None, bare)] == []


# --- stored situations and the clauses of the language ---------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rule_set", rule_set_ids())
def test_stored_situations_come_out_as_they_are_assessed(rule_set: str, engine: str) -> None:
    rules = load_rules(rule_set)
    course = load_rules("oas-2013")  # whose facts the situations give: other rules have some of them
    every = [tell(load_situation(one, course)) for one in situation_ids()]
    stored = [({name: one for name, one in facts.items() if name in rules.facts}, day) for facts, day in every]
    every_one = [(reading, bare) for reading in (*rules.readings,) or (None,) for bare in (False, True)]
    if engine == "duckdb" and not LONG:  # each of both, not all of each: which is what Polars is asked
        every_one = every_one[:: 3 if len(every_one) > 2 else 1]
    for reading, bare in every_one:
        assert [*differences(rules, stored, engine, reading, None, bare)] == []
    assert plan(rules, tabled(rules, stored).shape, None, None, rules.conditions(None)).diagnostics == ()


@pytest.mark.parametrize(
    "item", [pytest.param(item, id=item.identity(item.node)) for item in ITEMS if item.entries("cases")]
)
def test_clauses_of_the_language_hold_over_columns(item: Item) -> None:
    rules = rules_of(item)
    alike: dict[tuple[Any, ...], list[Told]] = {}
    for case in item.entries("cases"):
        situation = situation_of(item, case)
        if not fits(rules.facts, situation.all_facts):
            continue  # reading them as columns is refused: test_batch.py
        alike.setdefault((situation.reading, *sorted(situation.set.items())), []).append(tell(situation))
    for (reading, *changed), situations in alike.items():
        for bare in (False, True):
            assert [*differences(rules, situations, "polars", reading, dict(changed), bare)] == []


# --- traps ----------------------------------------------------------------------------------------------------------


class Trap(NamedTuple):
    """A condition over facts, and situations (facts, and the as-of date) with what must come out."""

    facts: str
    when: str
    cases: tuple[tuple[str, str, bool | None], ...]


_DAY = "2013-01-31"
_STOCK = "stock: {type: count, history: true}"
_ROWS = "rows: {type: table, columns: {n: {type: count}, who: {type: text}, ok: {type: boolean}}}"
TRAPS = {
    # engineering notes, section B
    "a fact that is missing is unknown, and decides nothing but what the others settle": Trap(
        "refugees: {type: count}, years: {type: count}",
        "{all: [{fact: refugees, at_least: 25000}, {fact: years, at_least: 5}]}",
        (("years: 6", _DAY, None), ("years: 4", _DAY, False), ("refugees: 25000, years: 5", _DAY, True)),
    ),
    "the opposite of what is unknown is unknown": Trap(
        "refugees: {type: count}",
        "{not: {fact: refugees, at_least: 25000}}",
        (("", _DAY, None), ("refugees: 24999", _DAY, True), ("refugees: 20000..30000", _DAY, None)),
    ),
    "what may or may not be is no `else`": Trap(
        "a: {type: boolean}, b: {type: boolean}, c: {type: boolean}",
        "{at_least: 2, of: [{fact: a, is: true}, {fact: b, is: true}, {fact: c, is: true}]}",
        (("a: true", _DAY, None), ("a: true, b: false", _DAY, None), ("a: false, b: false", _DAY, False)),
    ),
    "a year without a figure is not passed over in a window": Trap(
        _STOCK,
        "{all: [{fact: stock, at_least: 0}, {fact: stock, at_least: {lowest: {fact: stock}, over: 5 years}}]}",
        (("stock: {2008: 9, 2009: 9, 2010: 9, 2011: 9, 2012: 9, 2013: 9}", _DAY, True),),
    ),
    "five years of which one is unknown": Trap(
        f"{_STOCK}, least: {{type: count, derive: {{lowest: {{fact: stock}}, over: 5 years}}}}",
        "{fact: least, at_least: 25000}",
        (
            ("stock: {2008: 25000, 2009: 25000, 2010: 25000, 2011: 25000, 2012: 25000, 2013: 25000}", _DAY, True),
            ("stock: {2008: 25000, 2009: 25000, 2010: unknown, 2011: 25000, 2012: 25000, 2013: 25000}", _DAY, None),
            ("stock: {2008: 25000, 2009: 25000, 2011: 25000, 2012: 25000, 2013: 25000}", _DAY, None),
            ("stock: {2008: 25000, 2009: 25000, 2011: 24999, 2012: 25000, 2013: 25000}", _DAY, False),
            ("stock: 25000", _DAY, None),
        ),
    ),
    "years are completed, not counted by the calendar": Trap(
        "since: {type: date}",
        "{fact: since, elapsed_at_least: 1 years}",
        (
            ("since: 2019-12-31", "2020-01-01", False),
            ("since: 2012-02-29", "2013-02-28", False),
            ("since: 2012-02-29", "2013-03-01", True),
            ("since: 2011-02-28", "2012-02-28", True),
            ("since: 2012-02", "2013-02-15", None),
            ("since: ..2012-01-31", "2013-01-31", True),
        ),
    ),
    "months at the ends of short months": Trap(
        "since: {type: date}",
        "{fact: since, elapsed_at_least: 1 months}",
        (
            ("since: 2013-01-31", "2013-02-28", False),
            ("since: 2013-01-28", "2013-02-28", True),
            ("since: 2013-01-29", "2013-02-28", False),
            ("since: 2013-02-28", "2013-03-28", True),
        ),
    ),
    "months that are worked out, at the ends of short months": Trap(
        "since: {type: date}, long: {type: duration}",
        "{fact: since, elapsed_at_least: {fact: long}}",
        (
            ("since: 2012-02-29, long: 12 months", "2013-02-28", False),
            ("since: 2012-02-29, long: 11 months", "2013-02-28", True),
            ("since: 2013-01-31, long: 0 months..2 months", "2013-02-28", None),
        ),
    ),
    "longer ago than the calendar is": Trap(
        "since: {type: date}",
        "{any: [{fact: since, elapsed_at_least: {product: [100000, 31 days]}},"
        " {fact: since, elapsed_at_least: {product: [100000000000000, 31 days]}},"
        " {fact: since, elapsed_at_least: {product: [100000000, 12 months]}}]}",
        (("", _DAY, False), ("since: 0001-01-01", _DAY, False), ("since: ..2013", "9999-01-01", None)),
    ),
    "less long ago than any day to come": Trap(
        "since: {type: date}",
        "{all: [{fact: since, elapsed_at_least: {product: [-100000000000000, 31 days]}},"
        " {fact: since, elapsed_at_least: {product: [-1, 1 months]}}]}",
        (("", _DAY, None), ("since: 2013-02-28", _DAY, True), ("since: 2014", _DAY, False)),
    ),
    # column notes, section 6
    "a product that no whole number of 32 bits holds": Trap(
        "a: {type: count}, b: {type: count}",
        "{fact: a, at_least: {product: [{fact: b}, 3]}}",
        (("a: 3000000000, b: 1000000000", _DAY, True), ("a: 2999999999, b: 1000000000", _DAY, False)),
    ),
    "a sum that no whole number of 32 bits holds": Trap(
        f"{_ROWS}, all_of_them: {{type: count, derive: {{total: n, of: rows}}}}",
        "{fact: all_of_them, at_least: 4000000000}",
        (
            ("rows: [{n: 2000000000}, {n: 2000000000}]", _DAY, True),
            ("rows: [{n: 2000000000}, {n: 1999999999}]", _DAY, False),
            ("rows: [{n: 2000000000}, {}]", _DAY, None),
        ),
    ),
    "a decimal that no double holds": Trap(
        "x: {type: number}",
        "{fact: x, is: {product: [0.1, 3]}}",
        (("x: 0.3", _DAY, True), ("x: 0.300001", _DAY, False)),
    ),
    "decimals added up in any order": Trap(
        "rows: {type: table, columns: {x: {type: number, min: 0, max: 1000}}}, "
        "all_of_them: {type: number, derive: {total: x, of: rows}}",
        "{fact: all_of_them, is: 0.6}",
        (("rows: [{x: 0.1}, {x: 0.2}, {x: 0.3}]", _DAY, True), ("rows: [{x: 0.3}, {x: 0.2}, {x: 0.1}]", _DAY, True)),
    ),
    "a division by nothing is anything": Trap(
        "a: {type: count, max: 1000000000}, b: {type: count, max: 1000000000}",
        "{fact: a, at_least: {divide: [{fact: a}, {fact: b}]}}",
        (
            ("a: 5, b: 0", _DAY, None),
            ("a: 0, b: 0", _DAY, None),
            ("a: 5, b: 1", _DAY, True),
            ("a: 5, b: 0..2", _DAY, None),
        ),
    ),
    "a division by a nought that the rules write down": Trap(
        "a: {type: count}, b: {type: count, derive: {divide: [{fact: a}, 0]}}",
        "{fact: b, at_least: 5}",
        (("a: 5", _DAY, None), ("a: 5, b: 6", _DAY, True), ("b: 4..6", _DAY, None), ("b: 3..4", _DAY, False)),
    ),
    "a quotient that is not whole": Trap(
        "a: {type: count, max: 1000000000}, b: {type: count, max: 1000000}",
        "{fact: a, at_least: 1, less_than: {divide: [10, {fact: b}]}}",
        (("a: 3, b: 3", _DAY, True), ("a: 4, b: 3", _DAY, False)),
    ),
    "a divisor that may be below 0": Trap(
        "a: {type: count}, b: {type: number, min: -5}",
        "{fact: a, less_than: {divide: [6, {fact: b}]}}",
        (
            ("a: 1, b: 2", _DAY, True),
            ("a: 3, b: 2", _DAY, False),
            ("a: 0, b: -2", _DAY, False),
            ("a: 0, b: 1..3", _DAY, True),
            ("a: 2, b: 2..", _DAY, None),
            ("a: 0, b: -3..-1", _DAY, False),
            ("a: 0, b: -1..1", _DAY, None),
            ("a: 0, b: 0", _DAY, None),
            ("a: 0", _DAY, None),
        ),
    ),
    "a divisor that is always below 0": Trap(
        "a: {type: number, min: -9}, b: {type: number, min: -4, max: -1}",
        "{fact: a, at_least: {divide: [{fact: a}, {fact: b}]}}",
        (
            ("a: 1", _DAY, True),
            ("a: -1", _DAY, False),
            ("a: 0", _DAY, True),
            ("a: -1..1", _DAY, None),
            ("", _DAY, None),
        ),
    ),
    "a product of figures that may be below 0": Trap(
        "a: {type: number, min: -9}, b: {type: number, min: -9}",
        "{fact: a, at_most: {product: [{fact: a}, {fact: b}]}}",
        (
            ("a: -2, b: -3", _DAY, True),
            ("a: -2, b: 3", _DAY, False),
            ("a: -2..-1, b: -3..-2", _DAY, True),
            ("a: -2..1, b: 3", _DAY, None),
            ("a: 2..3, b: 2..", _DAY, True),
            ("a: 2..3, b: ..0", _DAY, False),
            ("a: 2.., b: ..0", _DAY, False),
            ("a: ..-1, b: ..-1", _DAY, True),
            ("a: 0", _DAY, True),
            ("b: 0", _DAY, None),
            ("", _DAY, None),
        ),
    ),
    "nothing times what is unknown is nothing": Trap(
        "a: {type: number, min: -9}, b: {type: number, min: -9, max: 9}",
        "{fact: a, is: {product: [{fact: a}, {divide: [1, {fact: b}]}]}}",
        (("a: 0", _DAY, True), ("a: 0, b: 0", _DAY, True), ("a: 1, b: 0", _DAY, None), ("a: 1, b: 1", _DAY, True)),
    ),
    "a product that no whole number of 64 bits holds": Trap(
        "a: {type: count}, b: {type: count}, c: {type: count}",
        "{fact: a, less_than: {divide: [{product: [{fact: a}, {fact: b}, {fact: c}]}, {product: [{fact: b}, 3]}]}}",
        (
            ("a: 100000000000, b: 100000000000, c: 3", _DAY, False),
            ("a: 99999999999, b: 100000000000, c: 4", _DAY, True),
            ("a: 99999999999, b: 99999999999, c: 100000000000", _DAY, True),
            ("a: 100000000000, b: 99999999999..100000000000, c: 3", _DAY, None),
        ),
    ),
    "quotients of large figures": Trap(
        "a: {type: number}, b: {type: number}, c: {type: number}",
        "{fact: c, at_least: 0.5, less_than: {divide: [{fact: a}, {fact: b}]}}",
        (
            ("a: 1000000000, b: 999999999.999999, c: 1", _DAY, True),
            ("a: 999999999.999999, b: 999999999.999999, c: 1", _DAY, False),
            ("a: 999999999.999998, b: 999999999.999999, c: 1", _DAY, False),
            ("a: 999999999.999998, b: 999999999.999999, c: 0.999999", _DAY, True),
        ),
    ),
    "a sum of decimals that no whole number of 64 bits holds": Trap(
        "rows: {type: table, columns: {x: {type: number}}}, all_of_them: {type: number, derive: {total: x, of: rows}}",
        "{fact: all_of_them, more_than: {sum: [2000000000, 999999999.999998]}}",
        (
            ("rows: [{x: 1000000000}, {x: 1000000000}, {x: 999999999.999999}]", _DAY, True),
            ("rows: [{x: 1000000000}, {x: 1000000000}, {x: 999999999.999998}]", _DAY, False),
            ("rows: [{x: 1000000000}, {x: 1000000000}, {x: 999999999..}]", _DAY, None),
            ("rows: []", _DAY, False),
        ),
    ),
    "a total of quotients by a figure of the situation": Trap(
        "n: {type: count}, rows: {type: table, columns: {x: {type: count}, "
        "y: {type: number, derive: {divide: [{fact: x}, {fact: n}]}}}}, "
        "all_of_them: {type: number, derive: {total: y, of: rows}}",
        "{fact: all_of_them, at_least: 1}",
        (
            ("n: 3, rows: [{x: 1}, {x: 1}, {x: 1}]", _DAY, True),
            ("n: 3, rows: [{x: 1}, {x: 1}, {x: 0}]", _DAY, False),
            ("n: 2..3, rows: [{x: 1}, {x: 1}]", _DAY, None),
            ("n: 0, rows: [{x: 1}]", _DAY, None),
            ("n: 0, rows: []", _DAY, False),
            ("rows: [{x: 1}]", _DAY, None),
        ),
    ),
    "a total of quotients by a small figure of each row": Trap(
        "rows: {type: table, columns: {x: {type: count}, n: {type: count, max: 12}, "
        "y: {type: number, derive: {divide: [{fact: x}, {fact: n}]}}}}, "
        "all_of_them: {type: number, derive: {total: y, of: rows, where: {fact: x, at_least: 1}}}",
        "{fact: all_of_them, at_least: 1}",
        (
            ("rows: [{x: 1, n: 3}, {x: 1, n: 6}, {x: 5, n: 10}]", _DAY, True),
            ("rows: [{x: 1, n: 3}, {x: 1, n: 6}, {x: 5, n: 11}]", _DAY, False),
            ("rows: [{x: 1, n: 3}, {x: 1, n: 0}]", _DAY, None),
            ("rows: [{x: 1, n: 1}, {x: 0, n: 0}]", _DAY, True),
            ("rows: [{x: 1, n: 1..2}, {x: 1, n: 2}]", _DAY, True),
            ("rows: [{x: 0..1, n: 1}]", _DAY, None),
        ),
    ),
    "the largest of quotients by the same figure": Trap(
        "n: {type: count}, rows: {type: table, columns: {who: {type: text}, x: {type: count}, "
        "y: {type: number, derive: {divide: [{fact: x}, {fact: n}]}}}}, "
        "most: {type: number, derive: {total: y, of: rows, per: [who], take: largest}}",
        "{fact: most, at_least: 1}",
        (
            ("n: 3, rows: [{x: 2, who: A}, {x: 1, who: A}, {x: 2, who: B}]", _DAY, True),
            ("n: 3, rows: [{x: 2, who: A}, {x: 1, who: C}, {x: 2, who: B}]", _DAY, False),
            ("n: 3, rows: [{x: 2, who: A}, {x: 1}]", _DAY, None),
        ),
    ),
    "the largest of sums that may be below 0": Trap(
        "rows: {type: table, columns: {who: {type: text}, ok: {type: boolean}, x: {type: number, min: -9}}}, "
        "most: {type: number, derive: {total: x, of: rows, where: {fact: ok, is: true}, per: [who], take: largest}}",
        "{fact: most, at_least: -2}",
        (
            ("rows: [{who: A, x: -3, ok: true}, {who: B, x: -2, ok: true}]", _DAY, True),
            ("rows: [{who: A, x: -3, ok: true}, {who: A, x: 0.5, ok: true}]", _DAY, False),
            ("rows: [{who: A, x: -3, ok: true}, {x: 1, ok: true}]", _DAY, True),
            ("rows: [{who: A, x: -4, ok: true}, {x: -3, ok: true}]", _DAY, False),
            ("rows: [{who: A, x: -3, ok: true}, {who: B, x: 5}]", _DAY, None),
            ("rows: [{who: A, x: -3}]", _DAY, None),
            ("rows: [{who: A, ok: true}]", _DAY, None),
            ("rows: [{who: A, x: ..-3, ok: true}]", _DAY, False),
            ("rows: []", _DAY, True),
            ("", _DAY, None),
        ),
    ),
    "groups that nothing tells apart, and of which nothing is known": Trap(
        "rows: {type: table, columns: {x: {type: count}, who: {type: text}, one: {type: count, derive: 1}}}, "
        "most: {type: count, derive: {total: x, of: rows, per: [one], take: largest}}, "
        "other: {type: count, derive: {total: x, of: rows, per: [who, one], take: largest}}",
        "{all: [{fact: most, at_least: 3}, {fact: other, at_least: 2}]}",
        (
            ("rows: [{x: 1}, {x: 2}]", _DAY, True),
            ("rows: [{x: 1}, {x: 1}, {x: 1}]", _DAY, None),
            ("rows: [{x: 1}, {x: 1}]", _DAY, False),
        ),
    ),
    "the smallest of what is known and what is not": Trap(
        "a: {type: count}, b: {type: count}",
        "{fact: a, is: {smallest: [{fact: a}, {fact: b}]}}",
        (("a: 5, b: 6", _DAY, True), ("a: 5", _DAY, None), ("a: 5, b: 4", _DAY, False)),
    ),
    "the largest of what is known and what is not": Trap(
        "a: {type: count}, b: {type: count}",
        "{fact: a, at_least: 3, less_than: {largest: [{fact: b}, 3]}}",
        (("a: 3", _DAY, None), ("a: 3, b: 4", _DAY, True), ("a: 3, b: 3", _DAY, False)),
    ),
    "one of many rows that are all unknown": Trap(
        _ROWS,
        "{some: rows, where: {fact: ok, is: true}}",
        (
            ("rows: [{n: 1}, {n: 2}]", _DAY, None),
            ("rows: [{ok: false}, {n: 2}]", _DAY, None),
            ("rows: [{ok: false}]", _DAY, False),
            ("rows: []", _DAY, False),
            ("", _DAY, None),
            ("rows: [{ok: true}, {n: 2}]", _DAY, True),
        ),
    ),
    "every one of rows that are not there, or not known": Trap(
        _ROWS,
        "{every: rows, where: {fact: ok, is: true}}",
        (
            ("rows: []", _DAY, True),
            ("", _DAY, None),
            ("rows: [{ok: true}, {}]", _DAY, None),
            ("rows: [{ok: false}, {}]", _DAY, False),
        ),
    ),
    "rows whose group is unknown may belong to any": Trap(
        f"{_ROWS}, most: {{type: count, derive: {{total: n, of: rows, per: [who], take: largest}}}}",
        "{fact: most, at_least: 25}",
        (
            ("rows: [{n: 20, who: A}, {n: 10}]", _DAY, None),
            ("rows: [{n: 20, who: A}, {n: 10, who: B}]", _DAY, False),
            ("rows: [{n: 20, who: A}, {n: 10, who: A}]", _DAY, True),
            ("rows: [{n: 20}, {n: 10}]", _DAY, None),
            ("rows: [{n: 30}]", _DAY, True),
        ),
    ),
    "how many rows, of a table that is empty, and of none": Trap(
        f"{_ROWS}, many: {{type: count, derive: {{count: rows, where: {{fact: ok, is: true}}}}}}",
        "{fact: many, at_least: 1}",
        (("rows: []", _DAY, False), ("", _DAY, None), ("rows: [{}]", _DAY, None), ("rows: [{ok: true}]", _DAY, True)),
    ),
    "a given figure beats the derived one whole, not end by end": Trap(
        "a: {type: count}, b: {type: count, derive: {product: [{fact: a}, 2]}}",
        "{fact: b, at_least: 10}",
        (
            ("a: 4..6, b: 9..", _DAY, None),
            ("a: 4, b: 9..20", _DAY, None),
            ("a: 6, b: 3", _DAY, False),
            ("a: 6", _DAY, True),
        ),
    ),
    "a text is no truth and no number": Trap(
        "word: {type: text}",
        '{any: [{fact: word, is: "true"}, {fact: word, is: "12"}]}',
        (('word: "true"', _DAY, True), ('word: "12"', _DAY, True), ("word: other", _DAY, False), ("", _DAY, None)),
    ),
    "a condition that looks at nothing": Trap(
        "a: {type: boolean}",
        "{at_least: 0, of: [{fact: a, is: true}]}",
        (("", _DAY, True), ("a: false", _DAY, True)),
    ),
    "time since a day that nobody knows": Trap(
        "since: {type: date}, long: {type: duration}",
        "{fact: since, elapsed_at_least: {product: [{fact: long}, 2]}}",
        (
            ("long: 600000 months", _DAY, False),
            ("long: 6000 months", _DAY, None),
            ("since: 2000.., long: 79 months", _DAY, False),
            ("since: ..2000, long: 72 months", _DAY, True),
        ),
    ),
    "longer than the calendar": Trap(
        f"since: {{type: date}}, {_STOCK}, "
        "least: {type: count, derive: {lowest: {fact: stock}, over: 30000 years}}",
        "{any: [{fact: since, elapsed_at_least: {product: [100000 days, 200000]}}, {fact: least, at_least: 1}]}",
        (
            ("since: 2012", _DAY, None),
            ("stock: {2012: 1, 2013: 0}", _DAY, False),
            ("stock: {2012: 1, 2013: 1}", _DAY, None),
        ),
    ),
    "a window whose first day is the last of a short month": Trap(
        f"{_STOCK}, least: {{type: count, derive: {{lowest: {{fact: stock}}, over: 1 months}}}}",
        "{fact: least, at_least: 5}",
        (
            ("stock: {2013-02-28: 1, 2013-03-01: 5}", "2013-03-31", True),
            ("stock: {2013-02-28: 1, 2013-03-02: 5}", "2013-03-31", False),
        ),
    ),
}


@cache
def _trap(name: str) -> tuple[RuleSet, list[Told]]:
    trap = TRAPS[name]
    rules = rules_with(trap.facts, trap.when)
    situations = [f"{{situation: one, as_of: {day}, facts: {{{facts}}}}}" for facts, day, _ in trap.cases]
    return rules, [tell(accept(read_situation(_document(one), rules))) for one in situations]


def rules_with(facts: str, when: str) -> RuleSet:
    """Return a rule set with one criterion, `asked`."""
    text = (
        f"rule_set: small\nversion: 1.0.0\ntitle: Small\nfacts: {{{facts}}}\n"
        f"criteria: {{asked: {{title: Asked, when: {when}}}}}\n"
    )
    return accept(build_rule_set([_document(text)], "small"))


def _document(text: str) -> Document:
    found = read(text.encode(), "trap.yaml")
    assert isinstance(found, Document), [*map(str, found)]
    return found


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("bare", [False, True], ids=["ranges", "points"])
@pytest.mark.parametrize("name", TRAPS)
def test_trap(name: str, bare: bool, engine: str) -> None:
    rules, situations = _trap(name)
    assert asked(rules, situations, engine, bare) == [wanted for *_, wanted in TRAPS[name].cases]


def asked(rules: RuleSet, situations: list[Told], engine: str, bare: bool) -> list[bool | None]:
    """Return how `asked` comes out over columns, which is how it comes out in the evaluator."""
    tables = tabled(rules, situations, bare)
    made = plan(rules, tables.shape, None, None, ["asked"])
    assert made.diagnostics == ()
    found = [one["asked"] for one in truths(made, tables, engine)]
    known = program(rules, None, None)
    assert found == [known.start(facts, day).truth("asked") for facts, day in situations]
    return found


# --- lengths by date, names -------------------------------------------------------------------------------------------


def dated(when: str) -> RuleSet:
    text = (
        "rule_set: small\nversion: 1.0.0\ntitle: Small\n"
        "parameters: {long: {values: {2000-01-01: 1 months, 2013-01-01: 1 years}, basis: editorial}}\n"
        "facts: {stock: {type: count, history: true}}\n"
        f"criteria: {{asked: {{title: Asked, when: {when}}}}}\n"
    )
    return accept(build_rule_set([_document(text)], "small"))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_window_whose_length_depends_on_the_day(engine: str) -> None:
    rules = dated("{fact: stock, at_least: {highest: {fact: stock}, over: {parameter: long}}}")
    facts = "stock: {2012-02: 8, 2012-03: 9, 2012-04: 6, 2012-05: 6, 2012-06: 6, 2012-07: 6, 2012-08: 6, 2012-09: 6, "
    facts += "2012-10: 6, 2012-11: 6, 2012-12: 8, 2013-01: 8, 2013-02: 9}"
    cases = {"2012-12-31": True, "2013-01-31": False, "2013-02-28": True, "2012-03-31": True, "1999-12-31": None}
    texts = [f"{{situation: one, as_of: {day}, facts: {{{facts}}}}}" for day in cases]
    told_ = [tell(accept(read_situation(_document(one), rules))) for one in texts]
    assert asked(rules, told_, engine, True) == [*cases.values()]


NAMES = (
    # table `a` with a column `b_c` totalled, and table `a_b` with `c`: sums of the same name
    "a: {type: table, columns: {b_c: {type: count}}}, a_b: {type: table, columns: {c: {type: count}}}, "
    "one: {type: count, derive: {total: b_c, of: a}}, two: {type: count, derive: {total: c, of: a_b}}, "
    # a fact that is called as what rows come to, and as a column that is worked out
    "a_met: {type: count}, shown: {type: count}, figure_low: {type: count}, entries: {type: count}, "
    "a_rows_1: {type: table, columns: {low: {type: count}, counts: {type: boolean}, adrift: {type: count}}}"
)
WHENS = (
    "{fact: one, more_than: {product: [{fact: two}, 2]}}",
    "{all: [{some: a, where: {fact: b_c, at_least: 2}}, {fact: a_met, at_most: {product: [{fact: shown}, 2]}}]}",
    "{some: a_rows_1, where: {all: [{fact: low, at_least: 2}, {fact: counts, is: true}, {fact: adrift, at_most: 1}]}}",
    "{fact: entries, at_least: {sum: [{fact: figure_low}, {total: low, of: a_rows_1, per: [adrift], take: largest}]}}",
    "{some: a, where: {some: a_rows_1, where: {fact: low, at_least: {count: a, where: {fact: b_c, at_least: 2}}}}}",
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("when", WHENS)
def test_names_of_what_is_worked_out_are_no_names_of_facts(when: str, engine: str) -> None:
    rules = rules_with(NAMES, when)
    facts = (
        "a: [{b_c: 1}, {b_c: 2}], a_b: [{c: 1}], a_met: 5, shown: 2, figure_low: 3, entries: 4, "
        "a_rows_1: [{low: 2, counts: true, adrift: 1}]",
        "a: [{b_c: 5}], a_b: [{c: 3}], a_met: 0, shown: 0, figure_low: 1, entries: 9, "
        "a_rows_1: [{low: 1, counts: true, adrift: 3}, {low: 1, counts: false, adrift: 3}]",
        "a: [], a_b: [{c: 0..2}], a_met: 1..2, shown: 0..2, a_rows_1: [{low: 1..3, counts: true}]",
    )
    texts = [f"{{situation: one, as_of: {_DAY}, facts: {{{one}}}}}" for one in facts]
    told_ = [tell(accept(read_situation(_document(one), rules))) for one in texts]
    for bare in (False, True):
        asked(rules, told_, engine, bare)


def called_alike() -> tuple[RuleSet, list[Told]]:
    """Return a rule set whose conclusions and tables are called as facts and stages are, with situations."""
    text = (
        "rule_set: small\nversion: 1.0.0\ntitle: Small\nfacts: {big_one: {type: boolean}, n: {type: count}, "
        "facts: {type: count}, criteria: {type: table, columns: {select: {type: count}}}}\ncriteria:\n"
        "  big-one: {title: A, when: {not: {fact: big_one, is: true}}}\n"
        "  other: {title: B, when: {any: [{criterion: big-one}, {fact: n, at_least: 3}, {fact: facts, at_least: 3}]}}\n"
        "  third: {title: C, when: {all: [{fact: big_one, is: true}, {some: criteria, where: {fact: select, is: 1}}]}}"
    )
    given_ = [{"big_one": big, "n": n, "criteria": ({"select": n},)} for big in (True, False) for n in (1, 4)]
    return accept(build_rule_set([_document(text)], "small")), [(one, date(2013, 1, 31)) for one in (*given_, {})]


@pytest.mark.parametrize("engine", ENGINES)
def test_conclusions_that_are_called_as_facts(engine: str) -> None:
    rules, situations = called_alike()
    for bare in (False, True):
        assert [*differences(rules, situations, engine, None, None, bare)] == []
    assert plan(rules, tabled(rules, situations).shape, None, None, rules.conditions(None)).diagnostics == ()


@pytest.mark.parametrize(
    ("facts", "when", "problem"),
    [
        (
            "id: {type: text}",
            "{fact: id, is: A}",
            "the fact `id` has the name of the column `id` that rows are told by",
        ),
        (
            "as_of: {type: date}",
            "{fact: as_of, before: 2013-01-31}",
            None,  # as a range it has two columns, of other names
        ),
        (
            "x: {type: count}, x_low: {type: boolean}",
            "{fact: x, at_least: 1}",
            "the fact `x` and `x_low` would share the column `x_low`",
        ),
        (
            "x: {type: count}, x_low: {type: boolean}",
            "{fact: x_low, is: true}",
            "the fact `x_low` and `x` would share the column `x_low`",
        ),
        (
            "t: {type: table, columns: {row: {type: text}}}",
            "{some: t, where: {fact: row, is: A}}",
            "the column `row` of `t` has the name of the column `row` that rows are told by",
        ),
        (
            "x: {type: boolean}, t: {type: table, columns: {situation_x: {type: boolean}}}",
            "{some: t, where: {fact: situation_x, is: {fact: x}}}",
            "the column `situation_x` of `t` has the name of `x` beside its rows",
        ),
        (
            "situations: {type: table, columns: {x: {type: count}}}",
            "{some: situations, where: {fact: x, is: 1}}",
            "`situations` is the name of other rows",
        ),
    ],
)
def test_columns_that_would_be_one_are_refused(facts: str, when: str, problem: str | None) -> None:
    rules = rules_with(facts, when)
    found = plan(rules, tabled(rules, []).shape, None, None, ["asked"]).diagnostics
    said = [] if problem is None else [f"`asked` has no form over columns: {problem}"]
    assert [one.message for one in found] == said


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("id", "it has the name of the column `id` that rows are told by"),
        ("as-of", "it has the name of the column `as_of` that rows are told by"),
    ],
)
def test_a_conclusion_whose_column_would_be_another_is_refused(name: str, problem: str) -> None:
    text = "rule_set: small\nversion: 1.0.0\ntitle: Small\nfacts: {a_b: {type: boolean}}\n"
    text += f"criteria: {{{name}: {{title: A, when: {{fact: a_b, is: true}}}}}}\n"
    rules = accept(build_rule_set([_document(text)], "small"))
    [found] = plan(rules, tabled(rules, []).shape, None, None, [name]).diagnostics
    assert found.message == f"`{name}` has no form over columns: {problem}"


@pytest.mark.parametrize(
    ("columns", "term", "problem"),
    [
        (
            "q: {type: number, derive: {divide: [{fact: n}, {fact: m}]}}",
            "{total: q, of: t}",
            "a total of quotients whose divisor is of each row, and may be more than 40",
        ),
        (
            "q: {type: number, derive: {divide: [{fact: n}, {fact: m}]}}",
            "{total: n, of: t, per: [q], take: largest}",
            "groups by a quotient whose divisor is of each row, and may be more than 40",
        ),
        (
            "q: {type: number, derive: {product: [{fact: n}, {fact: n}, {fact: n}, {fact: n}]}}",
            "{total: q, of: t}",
            "its figures could be too large for a column",
        ),
    ],
)
def test_what_is_beyond_any_column_is_refused(columns: str, term: str, problem: str) -> None:
    facts = f"t: {{type: table, columns: {{n: {{type: count}}, m: {{type: count}}, {columns}}}}}"
    rules = rules_with(f"{facts}, s: {{type: number, derive: {term}}}", "{fact: s, at_least: 1}")
    [found] = plan(rules, tabled(rules, []).shape, None, None, ["asked"]).diagnostics
    assert found.message == f"`asked` has no form over columns: {problem}"
