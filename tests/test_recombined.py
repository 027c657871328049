"""Situations put together from others show nothing that no situation shows."""

from datetime import date

from hypothesis import HealthCheck, given, settings

from comity.engine.assessment.assess import program
from comity.engine.assessment.samples import samples
from comity.engine.checking.claims import Under, days, decide
from comity.engine.checking.masks import Masks
from comity.engine.checking.proofs import difference
from comity.engine.checking.reach import Reach
from comity.engine.checking.recombined import Recombined
from comity.engine.language.condition import AllOf, AnyOf
from comity.engine.language.mutants import changed_condition, mutants, mutated
from tests.brute import rules_of
from tests.strategies import Case, cases

RULES = """\
facts:
  a: {type: boolean}
  b: {type: boolean}
  both: {type: boolean, derive: {all: [{fact: a, is: true}, {fact: b, is: true}]}}
criteria:
  one: {title: T, when: {fact: a, is: true}}
  other: {title: T, when: {fact: b, is: true}}
  joined: {title: T, when: {fact: both, is: true}}
"""
IMPOSSIBLE = "impossible: [{when: {all: [{fact: a, is: true}, {fact: b, is: true}]}, note: so says the test}]\n"
DAY = date(2013, 1, 31)
TRIED = [({"a": True, "b": False}, DAY), ({"a": False, "b": True}, DAY)]
NEVER = AnyOf(())


def recombined(text: str) -> Recombined:
    masks = Masks(program(rules_of(text)), TRIED)
    return Recombined(masks)


def test_what_rests_on_different_facts_is_put_together() -> None:
    found = recombined(RULES)
    one, other, joined = (found.masks.program.conclusions[name] for name in ("one", "other", "joined"))
    assert found.tell_apart(AllOf((one, other)), NEVER)
    assert found.tell_apart(AnyOf((one, other)), AnyOf((one,)))
    assert not found.tell_apart(joined, NEVER)  # it rests on both, and no situation tried meets it
    assert not found.tell_apart(AllOf((one, joined)), NEVER)
    assert not found.tell_apart(one, one)


def test_what_impossible_speaks_of_stays_as_it_was_tried() -> None:
    found = recombined(RULES + IMPOSSIBLE)
    one, other = (found.masks.program.conclusions[name] for name in ("one", "other"))
    assert not found.tell_apart(AllOf((one, other)), NEVER)
    assert found.tell_apart(one, other)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(wild=False))
def test_what_is_told_apart_is_not_proved_to_be_the_same(case: Case) -> None:
    rules = case.world.load()
    day = days([rules])[-1]
    compiled = program(rules)
    masks = Masks(compiled, [(facts, day) for facts in samples(rules, None, day, 16)])
    found, reach = Recombined(masks), Reach(Under(rules))
    for mutant in mutants(rules, drops=True):
        defined = compiled.reading is not None and mutant.place in rules.readings[compiled.reading].define
        if mutant.place not in compiled.conclusions or mutant.reading is not None or defined:
            continue
        if reach.node(mutant.place) in reach.excluded():  # the mutant calls something else impossible
            continue
        if found.tell_apart(compiled.conclusions[mutant.place], changed_condition(rules, mutant)):
            question = difference(Under(rules), Under(mutated(rules, mutant)), mutant.place)
            assert decide(question, day).result != "proved"
