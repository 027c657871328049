"""Mutants: which changes are made, in what order and in what words, and that each of them is a rule set."""

import pytest
from hypothesis import HealthCheck, given, settings

from comity.engine.assessment.evaluate import compile_rules
from comity.engine.language.condition import AllOf, Constant, Term, Test
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import RuleSet
from comity.engine.language.mutants import Mutant, mutants, mutated, phrase
from comity.engine.language.operators import Operator
from comity.engine.language.places import places
from comity.engine.language.references import check_references
from comity.engine.language.source import Document, read
from comity.engine.language.truth import negate
from tests.strategies import Case, cases, load

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

FACTS = """\
  a: {type: boolean}
  b: {type: boolean}
  n: {type: count}
  m: {type: count}
  q: {type: number}
  fine: {type: number, step: 0.5}
  d: {type: date}
  age: {type: duration}
  stay: {type: duration, unit: days}
  colour: {type: choice, options: [red, green]}
  t: {type: table, columns: {x: {type: count, history: true}, y: {type: boolean}}}
"""
PARAMETERS = """\
  limit: {value: 20}
  share: {value: 1.5}
  least: {value: 2}
  twice: {values: {2000-01-01: 1, 2010-01-01: 2}}
  five: {value: 5 years}
  odd: {value: 18 months}
  short: {value: 90 days}
  moving: {values: {2000-01-01: 5 years, 2010-01-01: 2 years}}
  start: {value: 2013-01-31}
"""


def rule_set(text: str, facts: str = "", context: str = "") -> RuleSet:
    main = f"rule_set: r\nversion: 1.0.0\ntitle: R\nparameters:\n{PARAMETERS}facts:\n{FACTS}{facts}{text}"
    documents = [read(one.encode(), name) for one, name in ((main, "r.yaml"), (context, "c.yaml")) if one]
    whole = [one for one in documents if isinstance(one, Document)]
    assert whole == documents
    loaded = build_rule_set(whole, "rules")
    assert loaded.value is not None, loaded.diagnostics
    return loaded.value


def of_criterion(condition: str) -> list[Mutant]:
    """Return the mutants of a criterion beside two that it can name."""
    others = "p: {title: P, when: {fact: a, is: true}}, q-r: {title: Q, when: {fact: b, is: true}}"
    rules = rule_set(f"criteria: {{c: {{title: C, when: {condition}}}, {others}}}\n")
    return [one for one in mutants(rules) if one.place == "c"]


P, Q = "{criterion: p}", "{criterion: q-r}"


@pytest.mark.parametrize(
    ("condition", "changes"),
    [
        (P, ["negate: `p` is negated -> not p"]),
        (f"{{not: {P}}}", ["negate: without the `not` before `p` -> p"]),
        (
            f"{{all: [{P}, {Q}]}}",
            [
                "negate: `p and q-r` is negated -> not (p and q-r)",
                "join: `all` becomes `any` -> p or q-r",
                "drop: without `p` -> q-r",
                "drop: without `q-r` -> p",
                "negate: `p` is negated -> not p and q-r",
                "negate: `q-r` is negated -> p and not q-r",
            ],
        ),
        (
            f"{{not: {{any: [{P}, {Q}, {P}]}}}}",
            [
                "negate: without the `not` before `p or q-r or p` -> p or q-r or p",
                "join: `any` becomes `all` -> not (p and q-r and p)",
                "drop: without `p` -> not (q-r or p)",
                "drop: without `q-r` -> not (p or p)",
                "drop: without `p` -> not (p or q-r)",
                "negate: `p` is negated -> not (not p or q-r or p)",
                "negate: `q-r` is negated -> not (p or not q-r or p)",
                "negate: `p` is negated -> not (p or q-r or not p)",
            ],
        ),
        (f"{{all: [{P}]}}", ["negate: `p` is negated -> not p"]),
        (f"{{not: {{any: [{P}]}}}}", ["negate: without the `not` before `p` -> p"]),
        (
            f"{{all: [{P}, {P}]}}",
            [
                "negate: `p and p` is negated -> not (p and p)",
                "join: `all` becomes `any` -> p or p",
                "drop: without `p` -> p",
                "negate: `p` is negated -> not p and p",
                "negate: `p` is negated -> p and not p",
            ],
        ),
        (
            f"{{at_least: 1, of: [{P}, {Q}]}}",
            [
                "negate: `at least 1 of: p, q-r` is negated -> not (at least 1 of: p, q-r)",
                "count-up: `at least 1 of` becomes `at least 2 of` -> at least 2 of: p, q-r",
                "drop: without `p` -> at least 1 of: q-r",
                "drop: without `q-r` -> at least 1 of: p",
                "negate: `p` is negated -> at least 1 of: not p, q-r",
                "negate: `q-r` is negated -> at least 1 of: p, not q-r",
            ],
        ),
        (
            f"{{at_least: {{parameter: least}}, of: [{P}, {Q}]}}",
            [
                "negate: `at least least of: p, q-r` is negated -> not (at least least of: p, q-r)",
                "count-down: `at least least of` becomes `at least least - 1 of` -> at least least - 1 of: p, q-r",
                "drop: without `p` -> at least least of: q-r",
                "drop: without `q-r` -> at least least of: p",
                "negate: `p` is negated -> at least least of: not p, q-r",
                "negate: `q-r` is negated -> at least least of: p, not q-r",
            ],
        ),
        ("{fact: a, is: true}", ["negate: `a`: `is true` becomes `is not true` -> a is not true"]),
        ("{fact: a, is_not: {fact: b}}", ["negate: `a`: `is not b` becomes `is b` -> a is b"]),
        (
            "{fact: n, at_least: 25000}",
            [
                "negate: `n`: `at least 25,000` becomes `less than 25,000` -> n is less than 25,000",
                "bound: `n`: `at least 25,000` becomes `more than 25,000` -> n is more than 25,000",
                "threshold-up: `n`: `at least 25,000` becomes `at least 25,001` -> n is at least 25,001",
                "threshold-down: `n`: `at least 25,000` becomes `at least 24,999` -> n is at least 24,999",
            ],
        ),
        (
            "{fact: n, less_than: {fact: m}}",
            [
                "negate: `n`: `less than m` becomes `at least m` -> n is at least m",
                "bound: `n`: `less than m` becomes `at most m` -> n is at most m",
                "threshold-up: `n`: `less than m` becomes `less than m + 1` -> n is less than (m + 1)",
                "threshold-down: `n`: `less than m` becomes `less than m - 1` -> n is less than (m - 1)",
            ],
        ),
        (
            "{fact: q, more_than: {parameter: limit}}",
            [
                "negate: `q`: `more than limit` becomes `at most limit` -> q is at most limit",
                "bound: `q`: `more than limit` becomes `at least limit` -> q is at least limit",
                "threshold-up: `q`: `more than limit` becomes `more than limit + 0.01`"
                " -> q is more than (limit + 0.01)",
                "threshold-down: `q`: `more than limit` becomes `more than limit - 0.01`"
                " -> q is more than (limit - 0.01)",
            ],
        ),
        (
            "{fact: fine, at_most: 1.5}",
            [
                "negate: `fine`: `at most 1.5` becomes `more than 1.5` -> fine is more than 1.5",
                "bound: `fine`: `at most 1.5` becomes `less than 1.5` -> fine is less than 1.5",
                "threshold-up: `fine`: `at most 1.5` becomes `at most 2` -> fine is at most 2",
                "threshold-down: `fine`: `at most 1.5` becomes `at most 1` -> fine is at most 1",
            ],
        ),
        (
            "{fact: d, before: 2013-01-31}",
            [
                "negate: `d is before 2013-01-31` is negated -> not d is before 2013-01-31",
                "threshold-up: `d`: `before 2013-01-31` becomes `before 2013-02-01` -> d is before 2013-02-01",
                "threshold-down: `d`: `before 2013-01-31` becomes `before 2013-01-30` -> d is before 2013-01-30",
            ],
        ),
        (
            "{fact: d, after: 9999-12-31}",
            [
                "negate: `d is after 9999-12-31` is negated -> not d is after 9999-12-31",
                "threshold-down: `d`: `after 9999-12-31` becomes `after 9999-12-30` -> d is after 9999-12-30",
            ],
        ),
        (
            "{fact: d, after: {parameter: start}}",
            ["negate: `d is after start` is negated -> not d is after start"],
        ),
        (
            "{fact: d, elapsed_at_least: 5 years}",
            [
                "negate: `d`: `lies back at least 5 years` becomes `lies back less than 5 years`"
                " -> d lies back less than 5 years",
                "threshold-up: `d`: `lies back at least 5 years` becomes `lies back at least 61 months`"
                " -> d lies back at least 61 months",
                "threshold-down: `d`: `lies back at least 5 years` becomes `lies back at least 59 months`"
                " -> d lies back at least 59 months",
                "unit: `d`: `lies back at least 5 years` becomes `lies back at least 5 months`"
                " -> d lies back at least 5 months",
            ],
        ),
        (
            "{fact: d, elapsed_less_than: 1 day}",
            [
                "negate: `d`: `lies back less than 1 day` becomes `lies back at least 1 day`"
                " -> d lies back at least 1 day",
                "threshold-up: `d`: `lies back less than 1 day` becomes `lies back less than 2 days`"
                " -> d lies back less than 2 days",
                "threshold-down: `d`: `lies back less than 1 day` becomes `lies back less than 0 days`"
                " -> d lies back less than 0 days",
                "unit: `d`: `lies back less than 1 day` becomes `lies back less than 1 month`"
                " -> d lies back less than 1 month",
            ],
        ),
        (
            "{fact: age, is: 0 months}",
            [
                "negate: `age`: `is 0 months` becomes `is not 0 months` -> age is not 0 months",
                "threshold-up: `age`: `is 0 months` becomes `is 1 month` -> age is 1 month",
            ],
        ),
        (
            "{fact: age, at_least: 18 months}",
            [
                "negate: `age`: `at least 18 months` becomes `less than 18 months` -> age is less than 18 months",
                "bound: `age`: `at least 18 months` becomes `more than 18 months` -> age is more than 18 months",
                "threshold-up: `age`: `at least 18 months` becomes `at least 19 months` -> age is at least 19 months",
                "threshold-down: `age`: `at least 18 months` becomes `at least 17 months` -> age is at least 17 months",
                "unit: `age`: `at least 18 months` becomes `at least 18 years` -> age is at least 18 years",
            ],
        ),
        (
            "{fact: age, at_most: {parameter: moving}}",
            [
                "negate: `age`: `at most moving` becomes `more than moving` -> age is more than moving",
                "bound: `age`: `at most moving` becomes `less than moving` -> age is less than moving",
                "threshold-up: `age`: `at most moving` becomes `at most moving + 1 month`"
                " -> age is at most (moving + 1 month)",
                "threshold-down: `age`: `at most moving` becomes `at most moving - 1 month`"
                " -> age is at most (moving - 1 month)",
                "unit: `age`: `at most moving` becomes `at most moving / 12` -> age is at most (moving / 12)",
            ],
        ),
        (
            "{fact: stay, at_most: {parameter: short}}",
            [
                "negate: `stay`: `at most short` becomes `more than short` -> stay is more than short",
                "bound: `stay`: `at most short` becomes `less than short` -> stay is less than short",
                "threshold-up: `stay`: `at most short` becomes `at most short + 1 day`"
                " -> stay is at most (short + 1 day)",
                "threshold-down: `stay`: `at most short` becomes `at most short - 1 day`"
                " -> stay is at most (short - 1 day)",
            ],
        ),
        (
            "{fact: colour, in: [red, green]}",
            [
                "negate: `colour is red or colour is green` is negated -> not (colour is red or colour is green)",
                "join: `any` becomes `all` -> colour is red and colour is green",
                "drop: without `colour is red` -> colour is green",
                "drop: without `colour is green` -> colour is red",
                "negate: `colour`: `is red` becomes `is not red` -> colour is not red or colour is green",
                "negate: `colour`: `is green` becomes `is not green` -> colour is red or colour is not green",
            ],
        ),
        (
            "{some: t, where: {fact: y, is: true}}",
            [
                "negate: `some row of t where y is true` is negated -> not (some row of t where y is true)",
                "join: `some row of t` becomes `every row of t` -> every row of t where y is true",
                "negate: `y`: `is true` becomes `is not true` -> some row of t where y is not true",
            ],
        ),
        (
            "{every: t, where: {fact: y, is: {fact: a}}}",
            [
                "negate: `every row of t where y is a` is negated -> not (every row of t where y is a)",
                "join: `every row of t` becomes `some row of t` -> some row of t where y is a",
                "negate: `y`: `is a` becomes `is not a` -> every row of t where y is not a",
            ],
        ),
        (
            "{fact: n, at_most: {count: t, where: {fact: y, is: true}}}",
            [
                "negate: `n`: `at most the rows of t where y is true` becomes `more than the rows of t where y is true`"
                " -> n is more than (the rows of t where y is true)",
                "bound: `n`: `at most the rows of t where y is true` becomes `less than the rows of t where y is true`"
                " -> n is less than (the rows of t where y is true)",
                "threshold-up: `n`: `at most the rows of t where y is true` becomes"
                " `at most (the rows of t where y is true) + 1` -> n is at most ((the rows of t where y is true) + 1)",
                "threshold-down: `n`: `at most the rows of t where y is true` becomes"
                " `at most (the rows of t where y is true) - 1` -> n is at most ((the rows of t where y is true) - 1)",
                "negate: `y`: `is true` becomes `is not true` -> n is at most (the rows of t where y is not true)",
            ],
        ),
    ],
)
def test_each_part_of_a_condition_is_changed_in_turn(condition: str, changes: list[str]) -> None:
    assert [f"{one.kind}: {one.change} -> {phrase(one.after)}" for one in of_criterion(condition)] == changes


def of_fact(derive: str, kind: str = "number") -> list[str]:
    """Return the changes of the derivation of a fact."""
    found = [*mutants(rule_set("", f"  f: {{type: {kind}, derive: {derive}}}\n"))]
    assert {one.place for one in found} <= {"f"}
    return [f"{one.kind}: {one.change}" for one in found]


@pytest.mark.parametrize(
    ("derive", "changes"),
    [
        ("{divide: [{fact: n}, {fact: m}]}", []),
        (
            "{product: [{fact: n}, 1000]}",
            ["threshold-up: `n × 1,000` becomes `n × 1,001`", "threshold-down: `n × 1,000` becomes `n × 999`"],
        ),
        (
            "{sum: [{parameter: share}, {fact: n}]}",
            [
                "threshold-up: `share + n` becomes `(share + 0.01) + n`",
                "threshold-down: `share + n` becomes `(share - 0.01) + n`",
            ],
        ),
        ("{divide: [{fact: n}, 1]}", ["threshold-up: `n / 1` becomes `n / 2`"]),
        ("{divide: [{fact: n}, {parameter: twice}]}", ["threshold-up: `n / twice` becomes `n / (twice + 1)`"]),
        (
            "{divide: [1, {fact: n}]}",
            ["threshold-up: `1 / n` becomes `2 / n`", "threshold-down: `1 / n` becomes `0 / n`"],
        ),
        (
            "{total: x, of: t, where: {fact: x, more_than: 0}, per: [y], take: largest}",
            [
                "negate: `x`: `more than 0` becomes `at most 0`",
                "bound: `x`: `more than 0` becomes `at least 0`",
                "threshold-up: `x`: `more than 0` becomes `more than 1`",
                "threshold-down: `x`: `more than 0` becomes `more than -1`",
            ],
        ),
    ],
)
def test_arithmetic_is_changed_in_its_literals_and_parameters(derive: str, changes: list[str]) -> None:
    assert of_fact(derive) == changes


def of_window(over: str) -> list[str]:
    """Return the changes of a column that is the lowest of another over a window."""
    derive = f"{{lowest: {{fact: w}}, over: {over}}}"
    columns = f"{{w: {{type: count, history: true}}, z: {{type: count, derive: {derive}}}}}"
    found = [*mutants(rule_set("", f"  rows: {{type: table, columns: {columns}}}\n"))]
    assert {one.place for one in found} == {"rows.z"}
    return [f"{one.kind}: {one.change}" for one in found]


@pytest.mark.parametrize(
    ("over", "windows"),
    [
        ("1 year", ["13 months", "11 months", "1 month"]),
        ("18 months", ["19 months", "17 months", "18 years"]),
        ("0 days", ["1 day"]),
        ("{parameter: five}", ["(five + 1 month)", "(the largest of (five - 1 month), 0 months)", "5 months"]),
        ("{parameter: odd}", ["(odd + 1 month)", "(the largest of (odd - 1 month), 0 months)", "18 years"]),
        ("{parameter: short}", ["(short + 1 day)", "(the largest of (short - 1 day), 0 days)", "90 months"]),
        ("{parameter: moving}", ["(moving + 1 month)", "(the largest of (moving - 1 month), 0 months)"]),
    ],
)
def test_a_window_stays_a_whole_number_of_months_or_days(over: str, windows: list[str]) -> None:
    before = over.removeprefix("{parameter: ").removesuffix("}")
    extreme, *others = of_window(over)
    assert extreme == f"extreme: `the lowest w over {before}` becomes `the highest w over {before}`"
    assert [one.partition(" becomes ")[2] for one in others] == [f"`the lowest w over {one}`" for one in windows]


CONTEXT = "{context: con-text, title: X, when: {criterion: c}}"
EVERYWHERE = """\
criteria: {c: {title: C, when: {fact: a, is: true}}}
forms: {f: {title: F, when: {fact: a, is: true}}}
principles: {w: {title: W, breached_when: {fact: a, is: true}}}
measures:
  always: {title: A, for: {con-text: {}}}
  wanted: {title: M, for: {con-text: {}}, need: {fact: a, is: true}}
readings:
  one: {title: One, default: true}
  two: {title: Two, define: {c: {fact: b, is: true}, con-text: {fact: b, is: true}}}
"""
DERIVED = """\
  e: {type: boolean, derive: {fact: a, is: true}}
  u: {type: table, columns: {v: {type: boolean}, z: {type: boolean, derive: {fact: v, is: true}}}}
"""


@pytest.fixture
def everywhere() -> RuleSet:
    return rule_set(EVERYWHERE, DERIVED, CONTEXT)


def test_every_place_that_holds_a_condition_is_changed_in_order(everywhere: RuleSet) -> None:
    found = [*mutants(everywhere)]
    places = [("c", None), ("con-text", None), ("wanted", None), ("f", None), ("w", None), ("e", None), ("u.z", None)]
    assert [(one.place, one.reading) for one in found] == [*places, ("c", "two"), ("con-text", "two")]
    assert [str(one.at) for one in found if one.reading] == ["r.yaml:36:40", "r.yaml:36:71"]
    assert [one.place for one in found if one.of_column] == ["u.z"]


def test_a_changed_need_changes_when_a_measure_is_called_for(everywhere: RuleSet) -> None:
    mutant = next(one for one in mutants(everywhere) if one.place == "wanted")
    measure = mutated(everywhere, mutant).measures["wanted"]
    assert measure.need == mutant.after == Test("a", Operator.IS_NOT, Constant("boolean", True))
    assert isinstance(measure.called_for, AllOf)
    grounds, need = measure.called_for.parts
    assert phrase(grounds) == "con-text"
    assert need == mutant.after


def test_a_place_must_be_there(everywhere: RuleSet) -> None:
    mutant = next(mutants(everywhere))._replace(place="gone")
    with pytest.raises(ValueError, match=r"^the rule set has no place `gone`$"):
        mutated(everywhere, mutant)


@SLOW
@given(cases())
def test_a_mutant_is_a_rule_set_with_one_place_changed(case: Case) -> None:
    rules = case.world.load()
    situation = load(case.world, rules, case.given)
    before = {(place, reading): term for place, reading, term, _ in places(rules)}
    found = [*mutants(rules)]
    assert found == [*mutants(rules)]
    assert len({(one.place, one.reading, one.after) for one in found}) == len(found)
    for one in found[:: max(1, len(found) // 20)]:
        changed = mutated(rules, one)
        assert [*check_references(changed)] == []
        after: dict[tuple[str, str | None], Term] = {
            (place, reading): term for place, reading, term, _ in places(changed)
        }
        key = (one.place, one.reading)
        assert after == {**before, key: one.after}
        assert before[key] == one.before != one.after
        for reading in (None, *rules.readings):
            run = compile_rules(changed, reading).start(situation.all_facts, case.world.as_of)
            assert run.truth(next(iter(rules.contexts))) in (True, False, None)


@SLOW
@given(cases())
def test_the_first_mutant_of_a_conclusion_turns_every_answer_round(case: Case) -> None:
    rules = case.world.load().but(readings={})
    facts = load(case.world, rules, case.given).all_facts
    run = compile_rules(rules).start(facts, case.world.as_of)
    first: dict[str, Mutant] = {}
    for one in mutants(rules):
        if one.place in {*rules.criteria, *rules.contexts}:
            first.setdefault(one.place, one)
    assert first.keys() == {*rules.criteria, *rules.contexts}
    for name, mutant in first.items():
        other = compile_rules(mutated(rules, mutant)).start(facts, case.world.as_of)
        assert other.truth(name) is negate(run.truth(name))
