"""The smallest situation in which something is met, place by place of the order that makes it the only one."""

from datetime import date
from fractions import Fraction
from math import inf
from typing import Any

import pytest

from comity.engine.checking.claims import Answer
from comity.engine.checking.proofs import prove
from comity.engine.checking.witness import Witness
from comity.engine.language.history import Entry, History
from comity.engine.language.model import Property
from comity.engine.language.quantity import Range
from tests.brute import AS_OF, Claim, reread, rules_of

FACTS = """
parameters: {place: {value: north, basis: editorial}}
facts:
  a: {type: boolean}
  b: {type: boolean}
  people: {type: count}
  pace: {type: number, min: -2}
  part: {type: share, step: 0.25}
  stay: {type: duration}
  wait: {type: duration, unit: days}
  day: {type: date}
  border: {type: choice, options: [shut, open, ajar]}
  origin: {type: text}
  refuge: {type: text}
  reach: {type: count, history: true}
  groups:
    type: table
    columns:
      profile: {type: text}
      since: {type: date}
      number: {type: count, history: true}
      old: {type: boolean}
  lists: {type: table, columns: {length: {type: count, history: true}, width: {type: count}}}
  crowded: {type: boolean, derive: {fact: people, at_least: 100}}
  grouped: {type: count, derive: {count: groups}}
  largest: {type: count, derive: {total: number, of: groups, per: [profile], take: largest}}
"""


def smallest(condition: str, kind: Any = "excludes", **more: Any) -> Answer:
    """Return the answer to the claim that a condition excludes itself: it is met in the witness."""
    rules = rules_of(f"{FACTS}\ncriteria: {{c: {{title: C, when: {condition}}}}}")
    when = rules.criteria["c"].when
    conditions = (when,) if kind == "stays-met" else (when, when)
    claim = Property(id="claim", title="Claim", kind=kind, conditions=conditions, **more)
    (answer,) = prove(rules, claim, AS_OF).answers
    if answer.witness is not None:
        facts, changed = answer.witness.facts, answer.witness.changed
        assert reread(rules, facts) == facts
        assert changed is None or reread(rules, changed) == changed
        assert Claim(rules, claim).refuted(facts, changed)
    return answer


def on(year: int, month: int, day: int, value: Any) -> Entry:
    return Entry(date(year, month, day), date(year, month, day), value)


@pytest.mark.parametrize(
    ("condition", "facts"),
    [
        # fewest facts, then the later ones left out
        ("{at_least: 0, of: [{fact: a, is: true}]}", {}),
        ("{any: [{all: [{fact: a, is: true}, {fact: b, is: true}]}, {fact: origin, is: x}]}", {"origin": "x"}),
        ("{any: [{fact: border, is: open}, {fact: people, at_least: 7}]}", {"people": 7}),
        ("{fact: crowded, is: true}", {"people": 100}),
        ("{all: [{fact: crowded, is: true}, {fact: people, at_most: 1}]}", {"people": 0, "crowded": True}),
        # values: false before true, options in order, the lowest number
        ("{any: [{fact: a, is: true}, {fact: a, is: false}]}", {"a": False}),
        ("{fact: border, is_not: shut}", {"border": "open"}),
        ("{fact: border, in: [ajar, open]}", {"border": "open"}),
        ("{fact: people, more_than: 10.5}", {"people": 11}),
        ("{fact: pace, less_than: 5}", {"pace": -2}),
        ("{fact: pace, more_than: 0}", {"pace": Fraction(1, 100)}),
        ("{fact: part, more_than: 0.5}", {"part": Fraction(3, 4)}),
        ("{fact: stay, more_than: 1 year}", {"stay": 13}),
        ("{fact: stay, more_than: 999999 months}", {"stay": 1_000_008}),
        ("{fact: wait, more_than: 30 days}", {"wait": 31}),
        # a value between two steps only where no step will do
        ("{fact: pace, more_than: 0.5, less_than: 0.51}", {"pace": Fraction(501, 1000)}),
        ("{fact: part, more_than: 0.5, less_than: 0.75}", {"part": Fraction(21, 40)}),
        ("{fact: pace, is: 0.00125}", {"pace": Fraction(1, 800)}),
        # the lower one of two falls on the fact that is declared first
        ("{fact: people, more_than: {sum: [{fact: pace}, 5]}}", {"people": 4, "pace": -2}),
        # texts: those that the rules name, then others
        ("{fact: origin, is: {parameter: place}}", {"origin": "north"}),
        ("{fact: origin, is_not: {parameter: place}}", {"origin": "A"}),
        ("{fact: origin, is_not: {fact: refuge}}", {"origin": "A", "refuge": "B"}),
        ("{all: [{fact: origin, is_not: A}, {fact: origin, is_not: C}]}", {"origin": "B"}),
        # dates: the nearest to the as-of date, earlier ones first, and days that there are
        ("{any: [{fact: day, before: 2014-01-01}, {fact: day, after: 2013-01-01}]}", {"day": AS_OF}),
        ("{fact: day, elapsed_at_least: 5 years}", {"day": date(2008, 6, 30)}),
        ("{fact: day, elapsed_at_least: 31 days}", {"day": date(2013, 5, 30)}),
        ("{fact: day, after: 2013-06-30}", {"day": date(2013, 7, 1)}),
        ("{any: [{fact: day, after: 2013-07-03}, {fact: day, before: 2013-06-01}]}", {"day": date(2013, 5, 31)}),
        ("{fact: day, before: 2013-03-01}", {"day": date(2013, 2, 28)}),
        ("{fact: day, before: 2012-03-01}", {"day": date(2012, 2, 29)}),
        ("{fact: day, before: 1900-03-01}", {"day": date(1900, 2, 28)}),
        ("{fact: day, before: 2000-03-01}", {"day": date(2000, 2, 29)}),
        ("{fact: day, after: 1900-02-28, before: 1900-03-01}", None),
        ("{fact: day, before: 0001-01-01}", None),
        ("{fact: day, after: 9999-12-30}", {"day": date(9999, 12, 31)}),
        # histories: the fewest pieces, the newest first
        ("{fact: reach, at_least: 3}", {"reach": 3}),
        ("{fact: people, less_than: {highest: {fact: reach}, over: 2 days}}", {"people": 0, "reach": 1}),
        (
            "{fact: people, more_than: {highest: {fact: reach}, over: 2 days}}",
            {"people": 1, "reach": History((on(2013, 6, 29, 0), on(2013, 6, 30, 0)))},
        ),
        (
            "{all: [{fact: people, less_than: {highest: {fact: reach}, over: 2 days}}, {fact: reach, is: 0}]}",
            {"people": 0, "reach": History((on(2013, 6, 29, 1), on(2013, 6, 30, 0)))},
        ),
        # tables: the fewest rows, by period only where it must be, the fewest cells, the later ones left out
        ("{every: groups, where: {fact: old, is: true}}", {"groups": ()}),
        ("{some: groups, where: {not: {fact: old, is: true}}}", {"groups": ({"old": False},)}),
        ("{fact: grouped, is: 2}", {"groups": ({}, {})}),
        ("{all: [{fact: grouped, is: 0}, {not: {fact: grouped, is: 2}}]}", {"groups": ()}),
        (
            "{some: groups, where: {any: [{fact: old, is: true}, {fact: number, at_least: 1}]}}",
            {"groups": ({"number": 1},)},
        ),
        (
            "{some: groups, where: {fact: number, more_than: {lowest: {fact: number}, over: 5 years}}}",
            {"groups": ({"since": AS_OF, "number": 1},)},
        ),
        (
            "{fact: largest, is: 7}",
            {"groups": ({"number": 7},)},
        ),
        (
            "{all: [{fact: largest, at_least: 5}, {every: groups, where: {fact: number, at_most: 3}}]}",
            {"groups": ({"profile": "A", "number": 2}, {"profile": "A", "number": 3})},
        ),
        (
            "{some: lists, where: {fact: width, less_than: {lowest: {fact: length}, over: 2 days}}}",
            {"lists": ({"length": History((on(2013, 6, 29, 1), on(2013, 6, 30, 1))), "width": 0},)},
        ),
    ],
)
def test_the_smallest_situation(condition: str, facts: dict[str, Any] | None) -> None:
    answer = smallest(condition)
    assert (answer.result, answer.witness) == (
        ("proved", None) if facts is None else ("refuted", Witness(facts, AS_OF))
    )


@pytest.mark.parametrize(
    ("condition", "moved", "before", "after"),
    [
        ("{fact: people, at_most: 5}", ("people", None, "rises"), {"people": 0}, {"people": 6}),
        ("{fact: people, at_least: 5}", ("people", None, "falls"), {"people": 5}, {"people": 0}),
        ("{fact: pace, less_than: 0}", ("pace", None, "rises"), {"pace": -2}, {"pace": 0}),
        ("{fact: pace, at_most: 0}", ("pace", None, "rises"), {"pace": -2}, {"pace": Fraction(1, 100)}),
        ("{fact: part, is: 0.5}", ("part", None, "falls"), {"part": Fraction(1, 2)}, {"part": 0}),
        ("{fact: day, before: 2013-03-01}", ("day", None, "rises"), {"day": date(2013, 2, 28)}, {"day": AS_OF}),
        ("{fact: day, after: 2013-03-01}", ("day", None, "falls"), {"day": AS_OF}, {"day": date(2013, 3, 1)}),
        (
            "{all: [{fact: people, at_most: {fact: wait}}, {fact: a, is: true}]}".replace(
                "{fact: wait}", "{fact: grouped}"
            ),
            ("people", None, "rises"),
            {"a": True, "people": 0, "groups": ()},
            {"a": True, "people": 1, "groups": ()},
        ),
        (
            "{every: groups, where: {fact: number, at_most: 1}}",
            ("groups", "number", "rises"),
            {"groups": ({"number": 0},)},
            {"groups": ({"number": 2},)},
        ),
        (
            "{some: groups, where: {fact: number, at_least: 1}}",
            ("groups", "since", "rises"),
            {"groups": ({"since": AS_OF, "number": 1},)},
            {"groups": ({"since": date(2013, 7, 1), "number": 1},)},
        ),
    ],
)
def test_the_smallest_pair(
    condition: str, moved: tuple[str, str | None, str], before: dict[str, Any], after: dict[str, Any]
) -> None:
    fact, column, direction = moved
    answer = smallest(condition, "stays-met", fact=fact, column=column, direction=direction)
    assert (answer.result, answer.witness) == ("refuted", Witness(before, AS_OF, after))


@pytest.mark.parametrize(
    ("first", "second", "facts"),
    [
        ("{fact: people, at_least: 5}", "{fact: people, at_least: 7}", {"people": 5}),
        ("{fact: people, at_least: 5}", "{not: {fact: people, is: 7}}", {"people": Range(5, 7)}),
        (
            "{fact: people, at_least: 5}",
            "{any: [{fact: people, at_most: 8}, {fact: people, at_least: 9}]}",
            {"people": Range(5, 9)},
        ),
        # an open end is the last resort: no situation gives more digits
        ("{fact: people, at_least: 5}", "{fact: people, at_most: 999999999999999}", {"people": Range(5, inf)}),
        ("{fact: a, is: true}", "{any: [{fact: b, is: true}, {fact: b, is: false}]}", {"a": True}),
        (
            "{fact: day, before: 2013-01-01}",
            "{any: [{fact: day, before: 2012-12-31}, {fact: day, is: 2012-12-31}]}",
            {"day": Range(date(2012, 12, 30), date(2012, 12, 31))},
        ),
        (
            "{all: [{fact: a, is: true}, {not: {fact: people, at_most: 3}}]}",
            "{any: [{fact: people, at_least: 4}, {fact: b, is: true}]}",
            None,
        ),
        (
            "{some: groups, where: {fact: number, at_least: 2}}",
            "{some: groups, where: {fact: old, is: true}}",
            {"groups": ({"number": 2},)},
        ),
    ],
)
def test_the_smallest_situation_with_ranges(first: str, second: str, facts: dict[str, Any] | None) -> None:
    rules = rules_of(f"{FACTS}\nproperties: {{guarantees-x: {{title: P, guarantees: [{first}, {second}]}}}}")
    claim = rules.properties["guarantees-x"]
    (answer,) = prove(rules, claim, AS_OF).answers
    if facts is None:
        assert (answer.result, answer.witness) == ("proved", None)
    else:
        assert (answer.result, answer.witness) == ("refuted", Witness(facts, AS_OF))
        assert reread(rules, facts) == facts
        assert Claim(rules, claim).refuted(facts)
