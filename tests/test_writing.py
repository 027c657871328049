"""What is written of a value is read again as that value."""

import json
from datetime import date
from fractions import Fraction
from math import inf
from typing import Any

import pytest
from hypothesis import assume, given, strategies as st

from comity.engine.language.history import Entry, History
from comity.engine.language.model import RuleSet
from comity.engine.language.quantity import Range
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document, read
from comity.engine.language.writing import facts_lines, written
from tests.brute import reread, rules_of
from tests.strategies import EDGES_OF_TIME, Case, cases, load


@given(cases(wild=True))
def test_a_situation_that_is_written_is_read_again(case: Case) -> None:
    rules = case.world.load()
    for given_facts in (case.given, case.refined):
        facts = load(case.world, rules, given_facts).all_facts
        assert reread(rules, facts, case.world.as_of) == facts


@given(cases(days=EDGES_OF_TIME, wild=True))
def test_so_is_one_at_the_edges_of_time(case: Case) -> None:
    rules = case.world.load()
    facts = load(case.world, rules, case.given).all_facts
    assert reread(rules, facts, case.world.as_of) == facts


EVERYTHING = """
facts:
  said: {type: text}
  is_so: {type: boolean}
  people: {type: count}
  pace: {type: number, min: -2}
  part: {type: share}
  stay: {type: duration}
  wait: {type: duration, unit: days}
  day: {type: date}
  border: {type: choice, options: [open, "true", "12", 5 days, "a: b", "été"]}
  reach: {type: count, history: true}
  planned: {type: boolean, about: response}
  groups:
    type: table
    columns: {profile: {type: text}, since: {type: date}, number: {type: count, history: true}}
"""


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return rules_of(EVERYTHING)


def _texts(rules: RuleSet, text: str) -> Any:
    """Return the text that a situation gives with every letter escaped; None if it can give no such text."""
    document = read(f"situation: s\nas_of: 2013-06-30\nfacts: {{said: {json.dumps(text)}}}".encode(), "s.yaml")
    loaded = load_situation(document, rules).value if isinstance(document, Document) else None
    return None if loaded is None else loaded.facts.get("said")


@given(
    text=st.text(st.characters(exclude_categories=["Cs"])) | st.text("aé:#-'\"[]{}\\ \t\n~&*!|>%@`,?.019", min_size=1)
)
def test_every_text_that_a_situation_can_give_is_written_so_that_it_is_read_again(rules: RuleSet, text: str) -> None:
    assume(_texts(rules, text) == text)
    facts = {"said": text, "groups": ({"profile": text}, {"profile": text, "number": 1})}
    assert reread(rules, facts) == facts


def test_every_option_is_written_so_that_it_is_read_again(rules: RuleSet) -> None:
    for option in rules.facts["border"].options:
        assert reread(rules, {"border": option}) == {"border": option}


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("said", "north", "north"),
        ("said", "North of here", '"North of here"'),
        ("said", "unknown", '"unknown"'),
        ("said", "25000", '"25000"'),
        ("said", "2008-05-17", "2008-05-17"),
        ("said", None, "unknown"),
        ("is_so", True, "true"),
        ("people", 25_000, "25000"),
        ("people", Range(1, inf), "1.."),
        ("people", Range(1, 2), "1..2"),
        ("people", 999_999_999_999_999, "999999999999999"),
        ("pace", Fraction(-3, 2), "-1.5"),
        ("pace", Fraction(1, 100), "0.01"),
        ("pace", Range(Fraction(-1, 1000), Fraction(5, 4)), "-0.001..1.25"),
        ("part", Range(0, Fraction(1, 2)), "0..0.5"),
        ("stay", 0, "0 months"),
        ("stay", 1, "1 month"),
        ("stay", 12, "1 year"),
        ("stay", 18, "18 months"),
        ("stay", 12 * 999_999, "999999 years"),
        ("stay", Range(18, 60), "18 months..5 years"),
        ("stay", Range(18, inf), "18 months.."),
        ("wait", 1, "1 day"),
        ("wait", Range(0, 90), "0 days..90 days"),
        ("day", date(2008, 5, 17), "2008-05-17"),
        ("day", date(1, 1, 1), "0001-01-01"),
        ("day", Range(date(2008, 1, 1), date(2008, 12, 31)), "2008-01-01..2008-12-31"),
        ("border", "open", "open"),
        ("border", "5 days", '"5 days"'),
        ("border", "true", '"true"'),
        ("reach", 5, "5"),
        (
            "reach",
            History(
                (
                    Entry(date(2009, 1, 1), date(2009, 12, 31), 5),
                    Entry(date(2011, 1, 1), date(9999, 12, 31), Range(1, 2)),
                )
            ),
            "{2009: 5, 2011-01-01: 1..2}",
        ),
        (
            "reach",
            History((Entry(date(2009, 1, 1), date(2009, 11, 30), 5), Entry(date(2010, 2, 1), date(2010, 2, 28), 6))),
            "{2009-01-01: 5, 2009-12-01: unknown, 2010-02: 6}",
        ),
        ("reach", History((Entry(date(2009, 1, 1), date(2009, 1, 1), 5),)), "{2009-01-01: 5, 2009-01-02: unknown}"),
        ("groups", (), "[]"),
        ("groups", ({},), "[{}]"),
        (
            "groups",
            ({"profile": "a, b", "since": date(2008, 5, 17)}, {"number": 3}),
            '[{profile: "a, b", since: 2008-05-17}, {number: 3}]',
        ),
    ],
)
def test_how_a_value_is_written(rules: RuleSet, name: str, value: Any, text: str) -> None:
    assert written(rules.facts[name], value) == text
    if value is not None:
        assert reread(rules, {name: value}) == {name: value}


def test_a_history_of_which_nothing_is_known_is_read_again_as_one(rules: RuleSet) -> None:
    """Found: it was written as `{}`, which no situation can say. Of values by period, `since` says nothing."""
    for facts in ({"reach": History(())}, {"groups": ({"since": date(2014, 1, 1), "number": History(())},)}):
        assert reread(rules, facts) == facts


def test_facts_come_in_the_order_in_which_they_are_declared(rules: RuleSet) -> None:
    given_facts = {"day": date(2008, 5, 17), "planned": False, "said": "north"}
    assert facts_lines(rules.facts, given_facts, "  ") == ["  said: north", "  day: 2008-05-17", "  planned: false"]
    assert reread(rules, given_facts) == given_facts
