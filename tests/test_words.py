"""Values and conditions in words: what a report says of a figure must be what is known of it."""

from datetime import date
from fractions import Fraction
from functools import cache
from math import inf
from typing import Any

import pytest

from comity.engine.builtin import find_rule_set
from comity.engine.language.condition import Condition, Constant, FactValue, Test
from comity.engine.language.diagnostic import accept
from comity.engine.language.history import Entry, History
from comity.engine.language.load import build_rule_set, load_rule_set
from comity.engine.language.model import Fact, Parameter, RuleSet, ValueType
from comity.engine.language.operators import TABLE, Operator
from comity.engine.language.quantity import ANY_DATE, WIDEST, Range
from comity.engine.language.source import Document, read
from comity.engine.report.manual_words import Clauses
from comity.engine.report.words import Phrases, day, duration, number, of_fact, of_parameter, value

NUMBER, DATE, MONTHS, DAYS = ValueType.NUMBER, ValueType.DATE, ValueType.MONTHS, ValueType.DAYS


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (0, "0"),
        (999, "999"),
        (25000, "25,000"),
        (-25000, "-25,000"),
        (10**18 - 1, "999,999,999,999,999,999"),
        (Fraction(5, 2), "2.5"),
        (Fraction(-5, 2), "-2.5"),
        (Fraction("0.1"), "0.1"),
        (Fraction("1234.5678"), "1,234.5678"),
        (Fraction("123456789012345.6789"), "123,456,789,012,345.6789"),
        (Fraction(1, 3), "about 0.3333"),
        (Fraction(-1, 3), "about -0.3333"),
        (Fraction(10, 3), "about 3.33"),
        (Fraction(300, 7), "about 42.86"),
        (Fraction(1000, 3), "about 333.3"),
        (Fraction(10_000_000, 3), "about 3,333,333.3"),
        (Fraction(1, 10_000), "0.0001"),
        (Fraction(1, 30_000), "about 3.3 × 10^-5"),
        (10**18, "about 1.0 × 10^18"),
        (-3 * 10**20, "about -3.0 × 10^20"),
        (10**5000, "about 1.0 × 10^5000"),
        (Fraction(10**500, 3), "about 3.3 × 10^499"),
        (Fraction(1, 10**5000), "about 1.0 × 10^-5000"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",  # the numbers may be longer than Python writes out
)
def test_numbers(held: Any, words: str) -> None:
    assert number(held) == words


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (date(2013, 1, 31), "31 January 2013"),
        (date(2008, 2, 29), "29 February 2008"),
        (date(2012, 12, 1), "1 December 2012"),
        (date(994, 8, 9), "9 August 994"),
    ],
)
def test_days(held: date, words: str) -> None:
    assert day(held) == words


@pytest.mark.parametrize(
    ("held", "unit", "words"),
    [
        (60, MONTHS, "5 years"),
        (12, MONTHS, "1 year"),
        (18, MONTHS, "18 months"),
        (1, MONTHS, "1 month"),
        (0, MONTHS, "0 months"),
        (Fraction(5, 2), MONTHS, "2.5 months"),
        (365, DAYS, "365 days"),
        (12, DAYS, "12 days"),
        (1, DAYS, "1 day"),
        (0, DAYS, "0 days"),
        (12000, MONTHS, "1,000 years"),
    ],
)
def test_durations(held: Any, unit: ValueType, words: str) -> None:
    assert duration(held, unit) == words


ONE_ENTRY = History((Entry(date(2012, 1, 1), date(2012, 12, 31), 5),))
TWO_ENTRIES = History((*ONE_ENTRY.entries, Entry(date(2013, 1, 1), date(2013, 12, 31), 6)))


@pytest.mark.parametrize(
    ("held", "kind", "unit", "words"),
    [
        (None, ValueType.BOOLEAN, None, "not known"),
        (True, ValueType.BOOLEAN, None, "yes"),
        (False, ValueType.BOOLEAN, None, "no"),
        ("open", ValueType.CHOICE, None, "open"),
        ("Somali", ValueType.TEXT, "people", "Somali"),
        ((), ValueType.TABLE, None, "0 rows"),
        (({},), ValueType.TABLE, None, "1 row"),
        (({}, {}), ValueType.TABLE, None, "2 rows"),
        (ONE_ENTRY, NUMBER, "refugees", "1 figure"),
        (TWO_ENTRIES, NUMBER, "refugees", "2 figures"),
        (0, NUMBER, None, "0"),
        (25000, NUMBER, "refugees", "25,000 refugees"),
        (Fraction(1, 3), NUMBER, "people/day", "about 0.3333 people/day"),
        (Range(20000, 30000), NUMBER, "people", "20,000 to 30,000 people"),
        (Range(Fraction(1, 3), Fraction(2, 3)), NUMBER, None, "about 0.3333 to 0.6667"),
        (Range(5, inf), NUMBER, "States", "at least 5 States"),
        (Range(-inf, 5), NUMBER, None, "at most 5"),
        (Range(0, 5), NUMBER, None, "0 to 5"),
        (Range(0, inf), NUMBER, "people", "not known"),
        (WIDEST, NUMBER, None, "not known"),
        (Range(Fraction(5, 2), inf), NUMBER, None, "at least 2.5"),
        (60, MONTHS, "months", "5 years"),
        (Range(12, 36), MONTHS, None, "1 year to 3 years"),
        (Range(60, inf), MONTHS, None, "at least 5 years"),
        (Range(0, inf), DAYS, None, "not known"),
        (Range(0, 30), DAYS, None, "0 days to 30 days"),
        (date(2008, 5, 17), DATE, None, "17 May 2008"),
        (Range(date(2008, 1, 1), date(2008, 12, 31)), DATE, None, "between 1 January 2008 and 31 December 2008"),
        (Range(date.min, date(2008, 12, 31)), DATE, None, "not after 31 December 2008"),
        (Range(date(2008, 1, 1), date.max), DATE, None, "not before 1 January 2008"),
        (ANY_DATE, DATE, None, "not known"),
    ],
)
def test_values(held: Any, kind: ValueType, unit: str | None, words: str) -> None:
    assert value(held, kind, Parameter(name="p", value_type=kind, values=(), unit=unit)) == words


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (0, "0 people"),
        (1, "1 person"),
        (2, "2 people"),
        (Fraction(1, 2), "0.5 people"),
        (Range(1, inf), "at least 1 person"),
        (Range(-inf, 1), "at most 1 person"),
        (Range(2, inf), "at least 2 people"),
        (Range(0, 1), "0 to 1 people"),
    ],
)
def test_a_single_one_has_its_own_word(held: Any, words: str) -> None:
    fact = Fact(name="n", type="number", value_type=NUMBER, unit="people", unit_one="person", low=-inf, high=inf)
    assert of_fact(fact, held) == words
    assert of_fact(fact.but(unit_one=None), held) == words.replace("person", "people")


@pytest.mark.parametrize("id_", ["oas-2013", "excom-100-109"])
def test_the_rule_sets_have_a_word_for_one(id_: str) -> None:
    rules = accept(load_rule_set(find_rule_set(id_)))
    columns = [column for fact in rules.facts.values() for column in fact.columns.values()]
    counted: list[Fact | Parameter] = [*rules.parameters.values(), *rules.facts.values(), *columns]
    assert [one.name for one in counted if one.unit and not one.unit_one] == []


RULES = """\
rule_set: tiny
version: 1.0.0
title: Tiny
parameters:
  limit: {value: 25000, unit: refugees, title: The limit}
  years: {value: 5 years}
facts:
  people: {type: count, unit: people, title: Refugees present}
  part: {type: share, title: The share}
  warm: {type: number, min: -40, unit: degrees}
  first_day: {type: date}
  stay: {type: duration, unit: days}
  policy: {type: choice, options: [open, closed], title: Border policy}
  profile: {type: text}
  camp: {type: boolean, title: A camp}
  over_time: {type: count, history: true}
  rows:
    type: table
    title: The groups
    columns: {size: {type: count, unit: refugees}, group: {type: text, title: Group}}
criteria:
  many: {title: Many people, when: {fact: people, at_least: 5}}
purposes: {relief: {title: Relief}}
measures: {help: {title: Help, for: {crowded: {}}, serves: [relief]}}
principles: {fair: {title: Fairness, breached_when: {fact: camp, is: true}}}
forms: {joint: {title: Joint, when: {fact: camp, is: true}}}
precedents: {old: {title: Old, years: 1989, region: R, type: forum, outcome: O}}
"""


@cache
def _rules(when: str = "{fact: camp, is: true}") -> RuleSet:
    documents = []
    for name, text in (("rules.yaml", RULES), ("crowded.yaml", f"context: crowded\ntitle: Crowded\nwhen: {when}\n")):
        document = read(text.encode(), name)
        assert isinstance(document, Document), document
        documents.append(document)
    return accept(build_rule_set(documents, "tiny"))


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        ("{one: person}", "`unit` of the fact `people` lacks `other`"),
        ("{one: person, other: people, few: x}", "`unit` of the fact `people` has the unknown key `few`"),
        ("{one: '', other: people}", "`one` of `unit` of the fact `people` is empty"),
    ],
)
def test_a_unit_in_two_words_has_both(unit: str, message: str) -> None:
    text = RULES[: RULES.index("purposes:")].replace("unit: people", f"unit: {unit}")
    document = read(text.encode(), "rules.yaml")
    assert isinstance(document, Document)
    found = build_rule_set([document], "tiny")
    assert [one.message for one in found.diagnostics] == [message]


@pytest.mark.parametrize(
    ("fact", "held", "words"),
    [
        ("people", 5, "5 people"),
        ("people", Range(0, inf), "not known"),
        ("people", Range(1, inf), "at least 1 people"),
        ("part", Fraction(1, 4), "0.25"),
        ("part", Range(0, 1), "not known"),
        ("part", Range(0, Fraction(1, 2)), "0 to 0.5"),
        ("warm", Range(-40, inf), "not known"),
        ("warm", Range(-40, 0), "-40 to 0 degrees"),
        ("first_day", ANY_DATE, "not known"),
        ("stay", 30, "30 days"),
        ("policy", None, "not known"),
        ("policy", "open", "open"),
        ("rows", None, "not known"),
    ],
)
def test_of_a_fact_all_that_it_can_be_is_not_known(fact: str, held: Any, words: str) -> None:
    assert of_fact(_rules().facts[fact], held) == words


def test_parameters_come_with_their_unit() -> None:
    parameters = _rules().parameters
    assert of_parameter(parameters["limit"], 25000) == "25,000 refugees"
    assert of_parameter(parameters["years"], 60) == "5 years"
    assert of_parameter(parameters["limit"], parameters["limit"].unknown) == "not known"


def _condition(when: str) -> Condition:
    return _rules(when).contexts["crowded"].when


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("{all: [{fact: camp, is: true}]}", "all of:"),
        ("{any: [{fact: camp, is: true}]}", "any of:"),
        ("{not: {fact: camp, is: true}}", "not:"),
        ("{at_least: 2, of: [{fact: camp, is: true}, {fact: people, at_least: 5}]}", "at least 2 of:"),
        ("{at_least: {parameter: limit}, of: [{fact: camp, is: true}]}", "at least limit of:"),
        ("{criterion: many}", "criterion: Many people"),
        ("{fact: camp, is: true}", "A camp is yes"),
        ("{fact: camp, is_not: true}", "A camp is not yes"),
        ("{fact: people, at_least: 5000}", "Refugees present is at least 5,000 people"),
        ("{fact: people, more_than: {parameter: limit}}", "Refugees present is more than limit"),
        ("{fact: part, at_most: 0.25}", "The share is at most 0.25"),
        ("{fact: part, less_than: {divide: [{fact: people}, 3]}}", "The share is less than Refugees present ÷ 3"),
        ("{fact: first_day, before: 2013-01-31}", "first day is before 31 January 2013"),
        ("{fact: first_day, after: 2013-01-31}", "first day is after 31 January 2013"),
        ("{fact: first_day, elapsed_at_least: 5 years}", "first day lies back at least 5 years"),
        ("{fact: first_day, elapsed_less_than: {parameter: years}}", "first day lies back less than years"),
        ("{fact: stay, at_least: 30 days}", "stay is at least 30 days"),
        ("{fact: policy, is: open}", "Border policy is open"),
        ("{fact: profile, is_not: Somali}", "profile is not Somali"),
        ("{some: rows, where: {fact: size, at_least: 5}}", "in at least one row of The groups:"),
        ("{every: rows, where: {fact: size, at_least: 5}}", "in every row of The groups:"),
    ],
)
def test_conditions(when: str, words: str) -> None:
    assert Phrases(_rules(when)).condition(_condition(when)) == words


SOME = "{some: rows, where: {fact: size, at_least: 5}}"
CAMP = "{fact: camp, is: true}"


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (
            f"{{all: [{CAMP}, {{any: [{CAMP}, {{criterion: many}}]}}]}}",
            "A camp is yes and (A camp is yes or Many people)",
        ),
        (f"{{not: {{all: [{CAMP}, {CAMP}]}}}}", "not (A camp is yes and A camp is yes)"),
        (f"{{at_least: 1, of: [{CAMP}, {{criterion: many}}]}}", "at least 1 of (A camp is yes; Many people)"),
        (SOME, "in at least one row of The groups: size is at least 5 refugees"),
        (
            f"{{all: [{SOME}, {CAMP}]}}",
            "(in at least one row of The groups: size is at least 5 refugees) and A camp is yes",
        ),
        (
            f"{{some: rows, where: {{all: [{{fact: size, at_least: 5}}, {CAMP}]}}}}",
            "in at least one row of The groups: size is at least 5 refugees and A camp is yes",
        ),
    ],
)
def test_conditions_in_one_line(when: str, words: str) -> None:
    assert Clauses(_rules(when), None).inline(_condition(when)) == words


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("{fact: people}", "Refugees present"),
        ("{parameter: limit}", "limit"),
        ("{sum: [{fact: people}, 5]}", "Refugees present + 5"),
        ("{product: [{fact: people}, {parameter: limit}]}", "Refugees present × limit"),
        ("{difference: [{fact: people}, 5]}", "Refugees present − 5"),
        ("{divide: [{fact: people}, 5]}", "Refugees present ÷ 5"),
        ("{smallest: [{fact: people}, 5]}", "the smallest of Refugees present, 5"),
        ("{largest: [{fact: people}, 5000]}", "the largest of Refugees present, 5,000"),
        ("{lowest: {fact: over_time}, over: 5 years}", "the lowest over time over 5 years"),
        ("{highest: {fact: over_time}, over: {parameter: years}}", "the highest over time over years"),
        ("{count: rows}", "the rows of The groups"),
        ("{total: size, of: rows}", "the total size in The groups"),
        (
            "{total: size, of: rows, per: [group], take: largest}",
            "the total size in The groups, the largest by Group",
        ),
        ("{divide: [{elapsed: {fact: first_day}}, {parameter: years}]}", "months since first day ÷ years"),
        ("{divide: [{elapsed: {fact: first_day}, unit: days}, 30 days]}", "days since first day ÷ 30 days"),
        ("{difference: [{fact: people}, {difference: [{fact: warm}, 5]}]}", "Refugees present − (warm − 5)"),
        ("{difference: [{difference: [{fact: people}, {fact: warm}]}, 5]}", "Refugees present − warm − 5"),
        ("{product: [{sum: [{fact: people}, 1]}, 5]}", "(Refugees present + 1) × 5"),
        ("{sum: [{product: [{fact: people}, 1]}, 5]}", "Refugees present × 1 + 5"),
        ("{product: [{sum: [{fact: people}]}, 5]}", "Refugees present × 5"),
        ("{product: [{fact: people}, {divide: [{fact: warm}, 5]}]}", "Refugees present × (warm ÷ 5)"),
        ("{product: [2, {product: [{divide: [{fact: warm}, 5]}, 3]}]}", "2 × (warm ÷ 5 × 3)"),
        ("{product: [2, {product: [{fact: warm}, 3]}]}", "2 × warm × 3"),
        ("{divide: [2, {product: [{fact: warm}, 3]}]}", "2 ÷ (warm × 3)"),
        ("{sum: [{smallest: [{fact: people}, 1]}, 5]}", "(the smallest of Refugees present, 1) + 5"),
        ("{smallest: [{sum: [{fact: people}, 1]}, 5]}", "the smallest of Refugees present + 1, 5"),
        (
            "{divide: [{elapsed: {largest: [{fact: first_day}, 2013-01-31]}}, 12 months]}",
            "(months since the largest of first day, 31 January 2013) ÷ 1 year",
        ),
        (
            "{largest: [{total: size, of: rows, per: [group], take: largest}, 5]}",
            "the largest of (the total size in The groups, the largest by Group), 5",
        ),
    ],
)
def test_expressions(expression: str, words: str) -> None:
    when = f"{{fact: warm, at_least: {expression}}}"
    condition = _condition(when)
    assert isinstance(condition, Test)
    assert Phrases(_rules(when)).expression(condition.bound) == words


def test_titles_of_everything_with_an_id() -> None:
    phrases = Phrases(_rules())
    titles = {
        "many": "Many people",
        "crowded": "Crowded",
        "help": "Help",
        "joint": "Joint",
        "fair": "Fairness",
        "relief": "Relief",
        "old": "Old",
        "nothing-of-the-kind": "nothing-of-the-kind",
    }
    assert {name: phrases.conclusion(name) for name in titles} == titles


def test_columns_are_found_beside_facts() -> None:
    phrases = Phrases(_rules()).inside(_rules().facts["rows"])
    assert [phrases.fact(name) for name in ("people", "group", "size")] == ["Refugees present", "Group", "size"]
    assert phrases.expression(FactValue("group")) == "Group"
    five = Constant(NUMBER, 5)
    assert phrases.condition(Test("size", Operator.AT_LEAST, five)) == "size is at least 5 refugees"


def test_every_operator_has_words() -> None:
    phrases = Phrases(_rules())
    said = {phrases.condition(Test("people", operator, Constant(NUMBER, 5))) for operator in Operator}
    assert len(said) == len(TABLE)
