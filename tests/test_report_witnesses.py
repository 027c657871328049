"""A situation in words, and as a case to paste: what is pasted is the situation that was meant, and comes out so."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from math import inf
from typing import Any

from hypothesis import given, settings

from comity.engine.assessment.assess import program
from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS
from comity.engine.builtin import rules_folder
from comity.engine.checking.cases import run_case
from comity.engine.language.diagnostic import accept
from comity.engine.language.history import Entry, History
from comity.engine.language.load import build_rule_set, load_rule_set
from comity.engine.language.model import RuleSet, Situation
from comity.engine.language.quantity import Range
from comity.engine.language.situation import load_cases
from comity.engine.language.source import Document, read
from comity.engine.report.witnesses import case_lines, described
from tests.strategies import Case, cases, load

DAY = date(2013, 1, 31)
OAS = accept(load_rule_set(rules_folder() / "oas-2013"))


def _document(text: str) -> Document:
    document = read(text.encode(), "pasted.yaml")
    assert isinstance(document, Document), text
    return document


def _rules(text: str) -> RuleSet:
    return accept(build_rule_set([_document(f"rule_set: r\nversion: 1.0.0\ntitle: R\n{text}")], "r"))


def _pasted(rules: RuleSet, *cases_: list[str]) -> tuple[Situation, ...]:
    text = "\n".join(["cases:", *(line for lines in cases_ for line in lines), ""])
    loaded = load_cases(_document(text), rules)
    assert loaded.value is not None, "\n".join([*map(str, loaded.diagnostics), text])
    return loaded.value


# --- as a case ------------------------------------------------------------------------------------------------------


def _words(rules: RuleSet, run: Any) -> dict[str, str]:
    """Return how every conclusion comes out, as a case expects it."""
    kinds = ((rules.measures, STATUSES), (rules.principles, STANDINGS))
    found: dict[str, str] = {}
    for name in rules.conditions(None):
        words: Mapping[Any, str] = next((words for things, words in kinds if name in things), VERDICTS)
        found[name] = words[run.truth(name)]
    return found


@settings(max_examples=60, deadline=None)
@given(cases())
def test_what_is_pasted_is_what_was_meant(case: Case) -> None:
    rules = case.world.load()
    facts = load(case.world, rules, case.given).all_facts
    for reading in (None, *rules.readings):
        run = program(rules, reading).start(facts, case.world.as_of)
        expect = _words(rules, run)
        lines = case_lines(rules, facts, case.world.as_of, "a: case", expect, reading)
        (situation,) = _pasted(rules, lines)
        assert situation.all_facts == facts
        assert (situation.id, situation.as_of, situation.reading) == ("a: case", case.world.as_of, reading)
        assert {one.id: one.word for one in situation.expect} == expect
        assert run_case(rules, situation).failures == ()


def test_a_case_stands_as_the_others_do() -> None:
    facts = {
        "returns_to_danger": False,
        "arrivals": 12_000,
        "crosses_border": True,
        "populations": ({"profile": "A", "refugees": 25_000, "since": date(2008, 1, 31)}, {"profile": "B"}),
    }
    settings_ = {"protracted_duration": 60, "considerable_ratio": Fraction(1, 2)}
    lines = case_lines(
        OAS, facts, DAY, "more refugees", {"protracted": "met", "mass-influx": "unknown"}, "all", settings_
    )
    assert lines == [
        "  - name: more refugees",
        "    as_of: 2013-01-31",
        "    reading: all",
        "    set: {protracted_duration: 5 years, considerable_ratio: 0.5}",
        "    facts:",
        "      crosses_border: true",
        "      arrivals: 12000",
        "      populations: [{profile: A, refugees: 25000, since: 2008-01-31}, {profile: B}]",
        "    response:",
        "      facts:",
        "        returns_to_danger: false",
        "    expect: {protracted: met, mass-influx: unknown}",
    ]
    (situation,) = _pasted(OAS, lines)
    assert (situation.all_facts, situation.set) == (facts, settings_)


def test_without_facts_a_case_says_that_there_are_none() -> None:
    lines = case_lines(OAS, {}, DAY, "nothing", {"protracted": "unknown"})
    assert lines == [
        "  - name: nothing",
        "    as_of: 2013-01-31",
        "    facts: {}",
        "    expect: {protracted: unknown}",
    ]
    assert _pasted(OAS, lines)[0].all_facts == {}


def test_a_long_list_of_expectations_is_written_a_line_each() -> None:
    expect = dict.fromkeys(OAS.contexts, "unknown")
    lines = case_lines(OAS, {}, DAY, "nothing", expect)
    assert lines[3:] == ["    expect:", *(f"      {name}: unknown" for name in OAS.contexts)]
    assert run_case(OAS, _pasted(OAS, lines)[0]).failures == ()


def test_any_name_comes_through() -> None:
    names = ["plain", "true", "12", "a: b", "a #b", " a", "a ", "- a", "it's", 'say "so"', "año", "2013-01-31", "null"]
    names += ["{a}", "Nobody knows, (yet)", "1a", "a\\b", "unknown"]
    expect = {"protracted": "unknown"}
    pasted = _pasted(OAS, *(case_lines(OAS, {}, DAY, name, expect) for name in names))
    assert [one.id for one in pasted] == names


# --- in words -------------------------------------------------------------------------------------------------------

WORDS = _rules("""
facts:
  people: {type: count, unit: people, title: People}
  rate: {type: number, unit: people/day}
  stay: {type: duration, title: Stay}
  since_when: {type: date, title: Begun}
  policy: {type: choice, options: [open, closed], title: Policy}
  border: {type: boolean, title: Border crossed}
  stock: {type: count, unit: people, history: true, title: Stock}
  groups:
    type: table
    title: Groups
    columns:
      who: {type: text, title: Who}
      size: {type: count, unit: people, history: true, title: Size}
  others: {type: table, columns: {n: {type: count}}}
criteria:
  c: {title: C, when: {fact: people, at_least: 5}}
""")


def test_facts_are_told_in_the_order_in_which_they_are_declared() -> None:
    facts = {
        "others": (),
        "groups": ({"size": 25_000, "who": "A"}, {}, {"size": None}),
        "border": False,
        "policy": "open",
        "since_when": date(2008, 6, 30),
        "stay": 18,
        "rate": Range(Fraction(5, 2), inf),
        "people": Range(20_000, 30_000),
    }
    assert described(WORDS, facts) == [
        "People: 20,000 to 30,000 people",
        "rate: at least 2.5 people/day",
        "Stay: 18 months",
        "Begun: 30 June 2008",
        "Policy: open",
        "Border crossed: no",
        "Groups, row 1: Who: A; Size: 25,000 people",
        "Groups, row 2: nothing is stated",
        "Groups, row 3: Size: not known",
        "others: no rows",
    ]
    assert described(WORDS, {}) == []
    assert described(WORDS, {"groups": None}) == ["Groups: not known"]


def _history(*entries: tuple[date, date, Any]) -> History:
    return History(tuple(Entry(*one) for one in entries))


def test_histories_are_told_by_period() -> None:
    stock = _history(
        (date(2009, 1, 1), date(2009, 12, 31), 5),
        (date(2010, 2, 1), date(2010, 2, 28), Range(5, 7)),
        (date(2010, 3, 1), date(2010, 3, 1), 8),
        (date(2010, 3, 2), date(2010, 6, 30), 9),
        (date(2010, 7, 1), date.max, 0),
    )
    assert described(WORDS, {"stock": stock}) == [
        "Stock: 5 people in 2009, 5 to 7 people in February 2010, 8 people on 1 March 2010, "
        "9 people from 2 March 2010 to 30 June 2010, 0 people from 1 July 2010"
    ]


def test_equal_values_that_follow_each_other_are_told_as_one() -> None:
    stock = _history(
        (date(2009, 1, 1), date(2009, 6, 30), 5),
        (date(2009, 7, 1), date(2009, 12, 31), 5),
        (date(2010, 1, 2), date(2010, 1, 2), 5),
    )
    assert described(WORDS, {"stock": stock}) == ["Stock: 5 people in 2009, 5 people on 2 January 2010"]
    assert described(WORDS, {"stock": History(())}) == ["Stock: not known"]


@settings(max_examples=60, deadline=None)
@given(cases())
def test_every_fact_and_every_row_has_its_line(case: Case) -> None:
    rules = case.world.load()
    facts = load(case.world, rules, case.given).all_facts
    lines = described(rules, facts)
    rows = [max(1, len(value)) if rules.facts[name].columns else 1 for name, value in facts.items()]
    assert len(lines) == sum(rows)
    assert all(line == line.strip() and "\n" not in line for line in lines)
