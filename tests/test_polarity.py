"""Which way a fact moves a condition is never told in too few ways."""

from collections.abc import Iterator

import pytest
from hypothesis import event, given

from comity.engine.checking.polarity import polarity
from comity.engine.language.condition import Condition
from comity.engine.language.model import Property, RuleSet
from tests.brute import ORDERED, Claim, Claims, claims, domain, evaluator, rules_of


def _ordered(rules: RuleSet) -> Iterator[tuple[str, str | None]]:
    """Yield the facts and columns that can rise."""
    for name, fact in rules.facts.items():
        if fact.value_type in ORDERED:
            yield name, None
        yield from ((name, column.name) for column in fact.columns.values() if column.value_type in ORDERED)


@given(claims(kinds=["stays-met"]))
def test_a_condition_only_moves_in_ways_that_are_told(few: Claims) -> None:
    rules = few.rules
    within = domain(rules, most=3_000)
    if within is None:
        return
    told = [one for of in rules.properties.values() for one in of.conditions]
    for fact, column in _ordered(rules):
        ways = {one: polarity(rules, None, one, fact, column) for one in (*rules.conditions(None).values(), *told)}
        conditions = [one for one in ways if len(ways[one]) < 2]
        truths = evaluator(rules, None, conditions)
        moving = Claim(rules, Property(id="p", title="P", kind="stays-met", conditions=(), direction="rises"))
        seen: dict[Condition, set[int]] = {one: set() for one in conditions}
        for facts in within.situations():
            if not conditions or fact not in facts:
                continue
            before = truths(facts).of
            for value in moving.moved(rules.facts[fact], facts[fact], column):
                after = truths({**facts, fact: value}).of
                for one, was, now in zip(conditions, before, after, strict=True):
                    if was is not now and None not in (was, now):
                        seen[one].add(1 if now else -1)
        for one in conditions:
            assert seen[one] <= ways[one]
            event(f"{len(seen[one])} of {len(ways[one])} ways seen")


DAYS_OF_ROWS = """
facts:
  day: {type: date}
  capacity: {type: count}
  arrivals: {type: count}
  rate: {type: number, min: -1}
  judged: {type: boolean, derive: {fact: arrivals, more_than: {fact: capacity}}}
  groups:
    type: table
    columns:
      since: {type: date}
      people: {type: count, history: true}
      settled: {type: count, derive: {lowest: {fact: people}, over: 5 years}}
  derived:
    type: table
    columns:
      since: {type: date, derive: {fact: day}}
      people: {type: count, history: true}
      balance: {type: number, min: -5}
"""

UP, DOWN, BOTH, NONE = frozenset({1}), frozenset({-1}), frozenset({1, -1}), frozenset[int]()


@pytest.mark.parametrize(
    ("condition", "ways"),
    [
        ("{fact: arrivals, at_least: 5}", {"arrivals": UP, "capacity": NONE}),
        ("{fact: judged, is: true}", {"arrivals": UP, "capacity": DOWN}),
        ("{fact: judged, is: false}", {"arrivals": DOWN, "capacity": UP}),
        ("{not: {fact: judged, is_not: true}}", {"arrivals": UP, "capacity": DOWN}),
        ("{fact: arrivals, at_least: 5, less_than: 10}", {"arrivals": BOTH}),
        ("{fact: arrivals, in: [5, 6]}", {"arrivals": BOTH}),
        ("{fact: arrivals, at_least: {product: [{fact: capacity}, {fact: rate}]}}", {"capacity": BOTH, "rate": BOTH}),
        ("{fact: arrivals, at_least: {divide: [{fact: capacity}, 2]}}", {"arrivals": UP, "capacity": DOWN}),
        ("{fact: day, elapsed_at_least: 5 years}", {"day": DOWN}),
        ("{fact: day, elapsed_less_than: {elapsed: {fact: day}}}", {"day": BOTH}),
        ("{some: groups, where: {fact: settled, at_least: 5}}", {"groups.people": UP, "groups.since": DOWN}),
        (
            "{some: derived, where: {fact: people, at_least: 1}}",
            {"derived.people": UP, "derived.since": DOWN, "day": DOWN},
        ),
        ("{some: derived, where: {fact: balance, at_least: 1}}", {"derived.balance": UP, "day": NONE}),
        (
            "{fact: arrivals, at_most: {total: people, of: groups, where: {fact: since, before: 2013-01-01}}}",
            {"groups.people": UP, "groups.since": DOWN},
        ),
        (
            "{fact: arrivals, at_most: {total: balance, of: derived, where: {fact: people, at_least: 1}}}",
            {"derived.balance": UP, "derived.people": BOTH, "day": BOTH},
        ),
        (
            "{fact: arrivals, at_most: {total: people, of: groups, per: [since], take: largest}}",
            {"groups.people": UP, "groups.since": BOTH},
        ),
    ],
)
def test_the_ways_of_each_kind_of_mention(condition: str, ways: dict[str, frozenset[int]]) -> None:
    rules = rules_of(f"{DAYS_OF_ROWS}\ncriteria: {{c: {{title: C, when: {condition}}}}}")
    when = rules.criteria["c"].when
    found = {}
    for name in ways:
        fact, _, column = name.partition(".")
        found[name] = polarity(rules, None, when, fact, column or None)
    assert found == ways
