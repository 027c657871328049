"""What `prove` says of a property is what walking through all situations shows."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import pytest
import z3
from hypothesis import event, given, strategies as st

from comity.engine.builtin import rules_folder
from comity.engine.checking.claims import Answer
from comity.engine.checking.proofs import Proof, prove
from comity.engine.checking.witness import Witness
from comity.engine.language.condition import Conclusion, Condition
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import load_rule_set
from comity.engine.language.model import Property, RuleSet, ValueType
from comity.engine.language.quantity import Range
from comity.engine.translation.smt import Translation
from comity.engine.translation.solver import Solver
from comity.engine.translation.space import Script, Space
from tests.brute import (
    AS_OF,
    KINDS,
    Claim,
    Claims,
    Facts,
    claims,
    domain,
    finite,
    make,
    reread,
    rules_of,
    size,
    stating,
)
from tests.strategies import DAYS_OF_ASSESSMENT, Giver, Maker, Refiner, drawing, load, picking

LIMIT = 3_000_000
EMPTY = "no situation is possible: what is `impossible` leaves none"
UNWRITTEN = "the situation that was found cannot be written down"


# --- small rule sets, against all their situations ------------------------------------------------------------------


def approximate(rules: RuleSet, of: Property) -> str | None:
    """Return what the solver has no form for, in a property or in what is impossible."""
    script = Script()
    space = Space(script, AS_OF)
    for reading in of.readings or (of.reading,):
        translation = Translation(space, rules, reading)
        translation.impossible()
        for condition in of.conditions:
            translation.condition(condition)
        for name in translation.conclusions if of.kind == "readings" else ():
            translation.conclusion(name)
    return next(iter(script.approximate), None)


def judge(rules: RuleSet, of: Property) -> str:
    """Return what became of a property, having held it to brute force; its result, and why it is undecided."""
    (answer,) = prove(rules, of, AS_OF, LIMIT).answers
    claim = Claim(rules, of)
    unclear = approximate(rules, of)
    within = domain(rules, ranges=of.kind == "guarantees")
    if answer.witness is not None:
        confirm(claim, answer.witness)
        assert claim.allowed(answer.witness.facts, answer.witness.changed)
    if within is None:
        return f"{answer.result}, too large"
    if answer.why == EMPTY:
        assert not claim.possible(within)
        return "empty"
    if answer.why == UNWRITTEN:  # a third, say: no decimal
        assert claim.smallest(within) is None
        return "unwritten"
    if answer.result == "undecided":
        assert unclear is not None
        assert answer.why is not None
        assert answer.why.startswith("the solver has no form for ")
        return "no form"
    if unclear is None and finite(rules.facts):
        assert claim.possible(within)
    least = claim.smallest(within)
    if answer.result == "proved":
        assert least is None
        return "proved"
    assert answer.witness is not None
    if unclear is not None:
        return "refuted, approximately"
    if finite(rules.facts) and all(
        len(answer.witness.facts.get(name, ())) <= within.rows
        for name, fact in rules.facts.items()
        if fact.value_type is ValueType.TABLE
    ):
        assert answer.witness == least
    else:
        assert least is None or size(rules, answer.witness) <= size(rules, least)
    return "refuted"


def confirm(claim: Claim, witness: Witness) -> None:
    """Assert that what a file says of a witness refutes a claim, and is possible."""
    facts = reread(claim.rules, witness.facts, claim.as_of)
    changed = None if witness.changed is None else reread(claim.rules, witness.changed, claim.as_of)
    assert (facts, changed) == (witness.facts, witness.changed)
    assert any(claim.refuted(facts, changed, part) for part in claim.parts)
    assert not claim.excluded(facts)
    assert changed is None or not claim.excluded(changed)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_what_becomes_of_a_property_is_what_all_situations_show(kind: str, data: st.DataObject) -> None:
    rules = data.draw(claims(kinds=[kind])).rules
    for of in rules.properties.values():
        event(judge(rules, of))


def test_little_is_left_undecided_of_small_rule_sets() -> None:
    results: Counter[str] = Counter()
    for seed in range(60):
        rules = make(picking(seed)).rules
        for of in rules.properties.values():
            (answer,) = prove(rules, of, AS_OF, LIMIT).answers
            results[answer.result if answer.why != EMPTY else EMPTY] += 1
    assert min(results["proved"], results["refuted"], results[EMPTY]) > 10
    assert results["undecided"] * 10 < results["proved"] + results["refuted"]


@given(st.data(), st.integers(1, 2**30))
def test_answers_do_not_depend_on_the_seeds_of_the_solver(data: st.DataObject, seed: int) -> None:
    rules = data.draw(claims(kinds=[data.draw(st.sampled_from(KINDS))])).rules

    def answers() -> list[Proof]:
        return [prove(rules, of, AS_OF, LIMIT) for of in rules.properties.values()]

    before = answers()
    for name in ("smt.random_seed", "sat.random_seed"):
        z3.set_param(name, seed)
    try:
        assert answers() == before
    finally:
        for name in ("smt.random_seed", "sat.random_seed"):
            z3.set_param(name, 0)


# --- large rule sets, against some of their situations --------------------------------------------------------------


class _Large(NamedTuple):
    """A rule set with a property, and situations on the day for which it was made."""

    claims: Claims
    as_of: date
    complete: list[Facts]

    def __repr__(self) -> str:
        return f"{self.claims!r}\nas of {self.as_of}"


@st.composite
def _large(draw: st.DrawFn) -> _Large:
    choose = drawing(draw)
    as_of = choose(DAYS_OF_ASSESSMENT)
    found = stating(Maker(choose, as_of, size=2), [choose(KINDS)])
    complete: list[Facts] = []
    for some in map(picking, range(8)):
        given_facts = Giver(some, as_of).situation(found.world)
        refined = Refiner(some, as_of, complete=True).situation(found.world, given_facts)
        complete.append(load(found.world, found.rules, refined).all_facts)
    return _Large(found, as_of, complete)


@given(_large())
def test_no_situation_refutes_what_is_proved_and_each_refutation_can_be_read_back(large: _Large) -> None:
    rules = large.claims.rules
    for of in rules.properties.values():
        (answer,) = prove(rules, of, large.as_of, LIMIT).answers
        claim = Claim(rules, of, large.as_of)
        if answer.witness is not None:
            confirm(claim, answer.witness)
        elif answer.result == "proved" and of.kind != "stays-met":
            for facts in large.complete:
                assert claim.excluded(facts) or not any(claim.refuted(facts, part=part) for part in claim.parts)


# --- one by one -----------------------------------------------------------------------------------------------------


def proofs(text: str, as_of: date | None = AS_OF) -> dict[str, Proof]:
    """Return what becomes of the properties of a rule set."""
    rules = rules_of(text)
    return {name: prove(rules, of, as_of, LIMIT) for name, of in rules.properties.items()}


def answers(text: str) -> dict[str, tuple[str, Any]]:
    """Return the result of each property, and the facts of its witness, or else why it is undecided."""
    found: dict[str, tuple[str, Any]] = {}
    for name, proof in proofs(text).items():
        (answer,) = proof.answers
        found[name] = (answer.result, answer.witness.facts if answer.witness else answer.why)
    return found


FACTS = (
    "facts: {a: {type: boolean}, b: {type: boolean}, n: {type: count}, x: {type: number, max: 3}, day: {type: date}}"
)
CLAIMED = """
properties:
  implies-x: {title: P, implies: [{fact: a, is: true}, {fact: b, is: true}]}
  equals-x: {title: P, equals: [{fact: a, is: true}, {fact: a, is: true}]}
  guarantees-x: {title: P, guarantees: [{fact: a, is: true}, {fact: a, is: true}]}
  moves-x: {title: P, stays_met: {fact: n, at_least: 1}, rises: n}
"""


@pytest.mark.parametrize(
    "impossible",
    [
        "[{when: {any: [{fact: a, is: true}, {not: {fact: a, is: true}}]}, note: N}]",  # unknown while `a` is
        "[{when: {fact: a, is: true}, note: N}, {when: {fact: a, is: false}, note: N}]",
        "[{when: {fact: n, at_least: 0}, note: N}]",
    ],
)
def test_nothing_is_proved_where_nothing_is_possible(impossible: str) -> None:
    found = answers(f"{FACTS}\nimpossible: {impossible}{CLAIMED}")
    assert found == dict.fromkeys(found, ("undecided", EMPTY))


def test_what_is_possible_is_asked_of_each_day() -> None:
    found = proofs(
        """
parameters: {p: {values: {2000-01-01: 5, 2010-01-01: 0}, basis: editorial}}
facts: {n: {type: count}, m: {type: count}}
impossible: [{when: {fact: m, at_least: {parameter: p}}, note: N}]
properties:
  moves-x: {title: P, stays_met: {fact: n, at_least: 1}, rises: n}
  implies-x: {title: P, implies: [{fact: n, at_least: 2}, {fact: n, at_least: 1}]}
""",
        as_of=None,
    )
    first, second = date(2000, 1, 1), date(2010, 1, 1)
    expected = (Answer("proved", first), Answer("undecided", second, why=EMPTY))
    assert {name: proof.answers for name, proof in found.items()} == {"moves-x": expected, "implies-x": expected}
    assert {proof.result for proof in found.values()} == {"undecided"}


def test_what_is_possible_is_asked_under_both_readings() -> None:
    found = answers(
        """
parameters: {p: {value: 5, basis: editorial}}
readings: {one: {title: One, default: true}, two: {title: Two, set: {p: 0}}}
facts: {n: {type: count}}
impossible: [{when: {fact: n, at_least: {parameter: p}}, note: N}]
criteria: {c: {title: C, when: {fact: n, at_least: 1}}}
properties:
  readings-x: {title: P, readings: [one, two]}
  readings-y: {title: P, readings: [one, two], differ_only_in: [c]}
"""
    )
    assert found == {"readings-x": ("undecided", EMPTY), "readings-y": ("undecided", EMPTY)}


def test_a_partial_situation_that_no_possible_one_completes_refutes_nothing() -> None:
    found = proofs(
        f"""{FACTS}
impossible:
  - {{when: {{all: [{{fact: a, is: true}}, {{fact: b, is: false}}]}}, note: N}}
  - {{when: {{all: [{{fact: a, is: true}}, {{fact: b, is: true}}]}}, note: N}}
properties:
  guarantees-x: {{title: P, guarantees: [{{fact: a, is: true}}, {{fact: b, is: true}}]}}
"""
    )
    assert [answer.result for answer in found["guarantees-x"].answers] == ["proved"]
    assert found["guarantees-x"].vacuous


def test_a_proof_names_the_exclusions_that_it_needs_and_says_when_it_is_vacuous() -> None:
    text = f"""{FACTS}
impossible:
  - {{when: {{fact: n, at_least: 7}}, note: Not needed}}
  - {{when: {{all: [{{fact: a, is: true}}, {{fact: b, is: false}}]}}, note: Needed}}
properties:
  implies-x: {{title: P, implies: [{{fact: a, is: true}}, {{fact: b, is: true}}]}}
  excludes-x: {{title: P, excludes: [{{fact: n, at_least: 8}}, {{fact: b, is: true}}]}}
"""
    found = proofs(text)
    rules = rules_of(text)
    assert [proof.answers for proof in found.values()] == [
        (Answer("proved", AS_OF, used=rules.impossible[1:]),),
        (Answer("proved", AS_OF, used=rules.impossible[:1]),),
    ]
    assert [proof.vacuous for proof in found.values()] == [False, True]


def test_a_figure_that_moves_is_one_that_can_be_written() -> None:
    """Found: the other value of a pair was any fraction, or a 30 February."""
    found = proofs(
        f"""{FACTS}
properties:
  figure: {{title: P, stays_met: {{fact: x, at_most: 1}}, rises: x}}
  dates: {{title: P, stays_met: {{fact: day, before: 2013-03-01}}, rises: day}}
  always:
    title: P
    stays_met:
      any:
        - {{fact: day, before: 2013-02-28}}
        - {{fact: day, after: 2013-03-01}}
        - {{fact: day, in: [2013-02-28, 2013-03-01]}}
    rises: day
"""
    )
    day_before = date(2013, 2, 28)
    assert {name: [answer.witness for answer in proof.answers] for name, proof in found.items()} == {
        "figure": [Witness({"x": 0}, AS_OF, {"x": rules_of(FACTS).facts["x"].step + 1})],
        "dates": [Witness({"day": day_before}, AS_OF, {"day": AS_OF})],
        "always": [None],
    }
    assert found["always"].result == "proved"


def test_days_that_do_not_exist_refute_nothing() -> None:
    found = answers(
        f"""{FACTS}
properties:
  implies-x: {{title: P, implies: [{{fact: day, after: 2013-02-28}}, {{not: {{fact: day, before: 2013-03-01}}}}]}}
"""
    )
    assert found == {"implies-x": ("proved", None)}


def test_histories_of_a_table_without_since_are_written_by_period() -> None:
    found = answers(
        """
facts: {t: {type: table, columns: {m: {type: count}, n: {type: count, history: true}}}}
criteria:
  c:
    title: C
    when: {some: t, where: {all: [{fact: m, at_most: {lowest: {fact: n}, over: 2 days}}, {fact: m, at_least: 1}]}}
properties: {implies-x: {title: P, implies: [{criterion: c}, {some: t, where: {fact: m, at_least: 2}}]}}
"""
    )
    result, facts = found["implies-x"]
    assert result == "refuted"
    (row,) = facts["t"]
    assert row["m"] == 1
    assert [(entry.first, entry.last, entry.value) for entry in row["n"].entries] == [
        (date(2013, 6, 29), date(2013, 6, 29), 1),
        (AS_OF, AS_OF, 1),
    ]


def test_what_is_left_open_of_tables_follows_every_column() -> None:
    """Found: of two columns of one name, only one was followed, and so one parameter was missed."""
    found = answers(
        """
parameters: {p: {value: 1, basis: editorial}}
readings: {one: {title: One, default: true}, two: {title: Two, set: {p: 2}}}
facts:
  t: {type: table, columns: {a: {type: count, max: 3}, shared: {type: count, derive: {fact: a}}}}
  u:
    type: table
    columns:
      b: {type: count, max: 3}
      shared: {type: count, derive: {product: [{fact: b}, {parameter: p}]}}
  n: {type: count, derive: {total: shared, of: u}}
criteria: {c: {title: C, when: {some: t, where: {fact: shared, at_least: {fact: n}}}}}
properties: {readings-x: {title: P, readings: [one, two]}}
"""
    )
    assert found == {"readings-x": ("refuted", {"t": ({"a": 1},), "u": ({"b": 1},)})}


def test_a_count_that_is_compared_with_much_is_answered_too() -> None:
    found = answers(
        """
facts: {t: {type: table, columns: {a: {type: boolean}}}, n: {type: count, derive: {count: t}}}
properties: {implies-x: {title: P, implies: [{fact: n, at_least: 100000}, {fact: n, at_least: 99999}]}}
"""
    )
    assert found == {"implies-x": ("proved", None)}


def test_what_is_stated_as_anything_at_all_overrides_nothing() -> None:
    found = answers(
        """
facts: {d: {type: number, max: 1, step: 0.5, derive: -1.5}}
impossible: [{when: {fact: d, is_not: 1}, note: N}]
properties: {guarantees-x: {title: P, guarantees: [{not: {fact: d, more_than: 2}}, {fact: d, at_least: 1}]}}
"""
    )
    assert found["guarantees-x"] == ("refuted", {"d": Range(Fraction(1, 2), 1)})


def test_a_row_begins_on_or_before_the_as_of_date_unless_it_says_otherwise() -> None:
    """Found: the completion of a witness let a row begin later, which makes its figures 0 and is a correction."""
    found = answers(
        """
facts:
  t: {type: table, columns: {since: {type: date}, n: {type: count, history: true}}}
  a: {type: boolean}
  b: {type: boolean}
impossible: [{when: {some: t, where: {fact: n, at_least: 1}}, note: N}]
properties:
  excludes-x:
    title: P
    excludes: [{any: [{some: t, where: {fact: n, at_least: 1}}, {fact: a, is: true}]}, {fact: b, is: true}]
"""
    )
    assert found == {"excludes-x": ("refuted", {"a": True, "b": True})}


def test_a_witness_is_possible_also_where_the_solver_has_no_form_for_what_is_impossible() -> None:
    rules = rules_of(
        """
facts:
  t: {type: table, columns: {k: {type: boolean}, v: {type: number, min: -1, max: 1, step: 1}}}
  m: {type: count, max: 1}
  a: {type: boolean}
impossible:
  - when:
      all:
        - {fact: m, at_least: {total: v, of: t, per: [k], take: largest}}
        - {any: [{fact: a, is: true}, {fact: a, is: false}]}
    note: N
properties: {excludes-x: {title: P, excludes: [{every: t, where: {fact: v, at_least: 1}}, {fact: m, at_most: 0}]}}
"""
    )
    assert judge(rules, rules.properties["excludes-x"]) == "no form"


def test_a_row_that_begins_after_the_as_of_date_has_nothing_by_period() -> None:
    """Found: undecided, since the solver gave such a row values by period, which cannot be written down."""
    found = answers(
        """
facts:
  t: {type: table, columns: {since: {type: date}, n: {type: count, history: true, max: 1}}}
  a: {type: boolean}
properties:
  implies-x:
    title: P
    implies:
      - {some: t, where: {all: [{fact: n, at_least: 1}, {fact: since, after: 2013-06-30}]}}
      - {fact: a, is: true}
"""
    )
    assert found == {"implies-x": ("proved", None)}


def test_what_divides_by_zero_is_neither_possible_nor_impossible() -> None:
    """Found: proved, since the solver gave a figure to what has none, and so called every situation impossible."""
    found = answers(
        """
facts:
  a: {type: boolean}
  n: {type: count, max: 1}
  q: {type: count, derive: {sum: [{divide: [1, {fact: n}]}]}}
impossible: [{when: {all: [{fact: q, at_least: {fact: q}}, {fact: a, is: false}]}, note: N}]
properties:
  implies-x: {title: P, implies: [{any: [{fact: a, is: true}, {fact: a, is: false}]}, {fact: a, is: true}]}
"""
    )
    assert found == {"implies-x": ("undecided", "the solver has no form for the arithmetic at small.yaml:8:28")}


# --- the course -----------------------------------------------------------------------------------------------------

SEMINAR = date(2013, 1, 31)


@cache
def _course() -> RuleSet:
    return accept(load_rule_set(rules_folder() / "oas-2013"))


def _of_the_course(kind: Any, *conditions: Condition, limit: int = LIMIT, **more: Any) -> Answer:
    claim = Property(id="claim", title="Claim", kind=kind, conditions=conditions, **more)
    (answer,) = prove(_course(), claim, SEMINAR, limit).answers
    if answer.witness is not None:
        confirm(Claim(_course(), claim, SEMINAR), answer.witness)
    return answer


PROTRACTED, INFLUX = Conclusion("context", "protracted"), Conclusion("context", "mass-influx")


def test_a_situation_can_be_protracted_and_a_mass_influx() -> None:
    """One of two characteristics is cheaper to state than the other two: two facts, and the earliest."""
    found = {
        "crosses_border": True,
        "arrivals": 10_000,
        "arrival_days": 1,
        "populations": ({"settled": 25_000},),
    }
    assert _of_the_course("excludes", PROTRACTED, INFLUX) == Answer("refuted", SEMINAR, Witness(found, SEMINAR), 3)


def test_the_scale_alone_does_not_make_a_situation_protracted() -> None:
    scale = Conclusion("criterion", "same-profile-scale")
    found = {"populations": ({"refugees": 25_000, "since": SEMINAR},)}
    assert _of_the_course("implies", scale, PROTRACTED) == Answer("refuted", SEMINAR, Witness(found, SEMINAR), 3)
    assert _of_the_course("implies", PROTRACTED, scale) == Answer("proved", SEMINAR, used=_course().impossible[2:3])


def test_a_slower_arrival_can_end_a_mass_influx() -> None:
    fast = {
        "crosses_border": True,
        "arrivals": 10_000,
        "arrival_days": 1,
        "reception_capacity": 10_000,
        "individual_procedure_exists": False,
    }
    witness = Witness(fast, SEMINAR, {**fast, "arrival_days": 21})
    found = _of_the_course("stays-met", INFLUX, fact="arrival_days", direction="rises")
    assert found == Answer("refuted", SEMINAR, witness, 3)


def test_a_later_flight_can_end_a_protracted_situation_and_more_refugees_cannot() -> None:
    row = {"refugees": 25_000, "since": date(2008, 1, 31)}
    witness = Witness({"populations": (row,)}, SEMINAR, {"populations": ({**row, "since": SEMINAR},)})
    later = _of_the_course("stays-met", PROTRACTED, fact="populations", column="since", direction="rises")
    more = _of_the_course("stays-met", PROTRACTED, fact="populations", column="refugees", direction="rises")
    assert (later, more) == (Answer("refuted", SEMINAR, witness, 3), Answer("proved", SEMINAR))


# --- what is not finished -------------------------------------------------------------------------------------------


def test_a_limit_that_is_reached_is_said() -> None:
    why = f"the limit of 1 steps was reached (z3 {z3.get_version_string()})"
    found = _of_the_course("excludes", PROTRACTED, INFLUX, limit=1)
    assert found == Answer("undecided", SEMINAR, why=why)


class _Stopped:
    """Stands for the solver's own solver, which takes some steps at each question and stops for a reason."""

    def __init__(self, reason: str, steps: int) -> None:
        self.reason = reason
        self.steps = steps
        self.taken = 0

    def check(self, *_: Any) -> Any:
        self.taken += self.steps
        return z3.unknown

    def reason_unknown(self) -> str:
        return self.reason

    def statistics(self) -> Any:
        return self

    def get_key_value(self, _: str) -> int:
        return self.taken


@pytest.mark.parametrize(
    ("reason", "steps"), [("max. resource limit exceeded", 100), ("canceled", 100), ("canceled", 101)]
)
def test_a_search_that_reaches_its_limit_has_no_answer(reason: str, steps: int) -> None:
    solver = Solver(Script(), {}, limit=100)
    solver.solver = _Stopped(reason, steps)
    assert [solver.check([]), solver.check([])] == [None, None]
    assert not solver.finished


@pytest.mark.parametrize(("reason", "steps"), [("interrupted from keyboard", 100), ("canceled", 99)])
def test_a_search_that_is_interrupted_ends_all(reason: str, steps: int) -> None:
    solver = Solver(Script(), {}, limit=100)
    solver.solver = _Stopped(reason, steps)
    with pytest.raises(KeyboardInterrupt):
        solver.check([])


FERMAT = """
from datetime import date
from comity.engine.checking.proofs import prove
from tests.brute import rules_of

rules = rules_of('''
facts: {a: {type: count, min: 1}, b: {type: count, min: 1}, c: {type: count, min: 1}, n: {type: count}}
properties:
  fermat:
    title: No cube is the sum of two
    excludes:
      - {fact: n, is: {product: [{fact: c}, {fact: c}, {fact: c}]}}
      - fact: n
        is: {sum: [{product: [{fact: a}, {fact: a}, {fact: a}]}, {product: [{fact: b}, {fact: b}, {fact: b}]}]}
''')
print("asking", flush=True)
print(prove(rules, rules.properties["fermat"], date(2013, 6, 30), 2**32 - 1).result, flush=True)
"""


def test_an_interrupt_ends_the_search_at_once() -> None:
    command = [sys.executable, "-c", FERMAT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "asking\n"
        time.sleep(1)  # so that it is the search that is interrupted
        os.kill(running.pid, signal.SIGINT)
        said, complaint = running.communicate(timeout=20)
    assert said == ""
    assert complaint.splitlines()[-1] == "KeyboardInterrupt"
    assert running.returncode == -signal.SIGINT
