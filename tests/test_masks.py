"""Masks: whatever they say of many situations, the evaluator says of each; and cases kill what they kill one by one."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS, Memory, Program, compile_rules
from comity.engine.builtin import find_rule_set, situations_folder
from comity.engine.checking.cases import run_case
from comity.engine.checking.collect import collect
from comity.engine.checking.masks import Masks, Pair, kills, letters, pair
from comity.engine.language.condition import Constant, Test
from comity.engine.language.load import build_rule_set, load_rule_set
from comity.engine.language.model import Expectation, RuleSet, Situation
from comity.engine.language.mutants import Mutant, changed_condition, mutants, mutated
from comity.engine.language.operators import Operator
from comity.engine.language.source import Document, read
from comity.engine.language.truth import Kleene
from tests.strategies import DAYS_OF_ASSESSMENT, Case, Choose, Giver, Refiner, cases, load, randoms

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def situations(case: Case, rules: RuleSet, choose: Choose) -> list[Situation]:
    """Return the situations of a case, some others, and the same at other dates."""
    world = case.world
    given = [case.given, case.refined]
    given += [Giver(choose, world.as_of).situation(world) for _ in range(3)]
    given.append(Refiner(choose, world.as_of, complete=True).situation(world, given[-1]))
    found = [load(world, rules, facts) for facts in given]
    return [
        one.but(id=str(number)) for number, one in enumerate([*found, found[0].but(as_of=choose(DAYS_OF_ASSESSMENT))])
    ]


def some(choose: Choose, found: Sequence[Mutant], limit: int) -> list[Mutant]:
    return [choose(found) for _ in range(min(limit, len(found)))]


def masks_of(rules: RuleSet, reading: str | None, found: Sequence[Situation]) -> Masks:
    return Masks(compile_rules(rules, reading), [(one.all_facts, day(one)) for one in found])


def day(situation: Situation) -> date:
    assert situation.as_of is not None
    return situation.as_of


def truths(rules: RuleSet, reading: str | None, found: Sequence[Situation]) -> dict[str, Pair]:
    """Return what the evaluator says of each conclusion, one situation after the other."""
    compiled = compile_rules(rules, reading)
    runs = [compiled.start(one.all_facts, day(one)) for one in found]
    return {name: pair(letters(run.truth(name) for run in runs)) for name in compiled.conclusions}


@SLOW
@given(cases(), randoms())
def test_masks_are_what_the_evaluator_says(case: Case, choose: Choose) -> None:
    rules = case.world.load()
    found = situations(case, rules, choose)
    for reading in (None, *rules.readings):
        masks = masks_of(rules, reading, found)
        assert {name: masks.conclusion(name) for name in masks.program.conclusions} == truths(rules, reading, found)


@SLOW
@given(cases(), randoms())
def test_a_changed_condition_comes_to_what_the_evaluator_says_of_the_mutant(case: Case, choose: Choose) -> None:
    rules = case.world.load()
    found = situations(case, rules, choose)
    for reading in rules.readings or (None,):
        masks = masks_of(rules, reading, found)
        defined = {} if reading is None else rules.readings[reading].define
        run = [
            one
            for one in mutants(rules)
            if one.place in masks.program.conclusions
            and (one.reading == reading if one.reading else one.place not in defined)
        ]
        for mutant in some(choose, run, 6):
            changed = masks.of(changed_condition(rules, mutant))
            assert changed == truths(mutated(rules, mutant), reading, found)[mutant.place]


@SLOW
@given(cases(), randoms())
def test_all_that_rests_on_a_change_comes_to_what_the_evaluator_says(case: Case, choose: Choose) -> None:
    rules = case.world.load()
    found = situations(case, rules, choose)
    for reading in rules.readings or (None,):
        masks = masks_of(rules, reading, found)
        before = truths(rules, reading, found)
        for mutant in some(choose, [*mutants(rules)], 8):
            after = truths(mutated(rules, mutant), reading, found)
            assert masks.under(mutant) == {name: one for name, one in after.items() if one != before[name]}


# --- cases that kill mutants ----------------------------------------------------------------------------------------


def first_failure(rules: RuleSet, found: Sequence[Situation]) -> Situation | None:
    return next((one for one in found if run_case(rules, one).failures), None)


def expecting(rules: RuleSet, situation: Situation, choose: Choose) -> Situation:
    """Return a situation with expectations, most of which are true; some under a reading, some with a parameter set."""
    kinds: dict[str, tuple[Mapping[str, Any], Mapping[Kleene, str]]] = {
        "criterion": (rules.criteria, VERDICTS),
        "context": (rules.contexts, VERDICTS),
        "measure": (rules.measures, STATUSES),
        "form": (rules.forms, VERDICTS),
        "principle": (rules.principles, STANDINGS),
    }
    values = {name: one.values[0][1] for name, one in rules.parameters.items()}
    sets: bool = choose((False, True))
    name = choose([*values]) if values and sets else None
    changed = {} if name is None else {name: values[name]}
    situation = situation.but(reading=choose((None, *rules.readings)), set=changed)
    found: list[Expectation] = []
    for _ in range(choose((0, 1, 2, 4))):
        kind = choose([kind for kind, (things, _) in kinds.items() if things])
        things, words = kinds[kind]
        one = Expectation(kind=kind, id=choose([*things]), word=choose([*words.values()]))
        if kind == "criterion" and choose((False, True)):
            one = one.but(kind="because", word="", because=choose([*rules.contexts]))
        found.append(one)
    if choose((True, True, False)):
        failed = [one.expectation for one in run_case(rules, situation.but(expect=tuple(found))).failures]
        found = [one for one in found if one not in failed]
    return situation.but(expect=tuple(found))


@SLOW
@given(cases(), randoms())
def test_the_case_that_kills_a_mutant_is_the_first_that_fails_under_it(case: Case, choose: Choose) -> None:
    rules = case.world.load()
    found = [expecting(rules, one, choose) for one in situations(case, rules, choose)]
    tried = some(choose, [*mutants(rules)], 10)
    assert kills(rules, tried, found) == {one: first_failure(mutated(rules, one), found) for one in tried}


def test_the_built_in_cases_kill_one_by_one_what_they_kill_together() -> None:
    rules = load_rule_set(find_rule_set("oas-2013")).value
    assert rules is not None
    collected = collect([find_rule_set("oas-2013"), situations_folder()], rules)
    found = [one for each in collected for one in each.situations if one.expect]
    every = [*mutants(rules)]
    together = kills(rules, every, found)
    assert [*together] == every
    for mutant in every[::6]:
        assert first_failure(mutated(rules, mutant), found) is together[mutant]


def test_without_situations_nothing_is_killed_and_a_day_is_needed() -> None:
    rules = load_rule_set(find_rule_set("oas-2013")).value
    assert rules is not None
    mutant = next(mutants(rules))
    assert kills(rules, [mutant], []) == {mutant: None}
    undated = Situation(id="some", title=None, as_of=None, facts={})
    with pytest.raises(ValueError, match=r"^`some` has no as-of date$"):
        kills(rules, [mutant], [undated])


def test_a_case_that_fails_anyway_kills_every_mutant() -> None:
    rules = load_rule_set(find_rule_set("oas-2013")).value
    assert rules is not None
    wrong = Expectation(kind="context", id="protracted", word="met")
    case = Situation(id="wrong", title=None, as_of=date(2013, 1, 31), facts={}, expect=(wrong,))
    every = [one for one in mutants(rules) if one.place == "trafficking"]
    assert kills(rules, every, [case]) == dict.fromkeys(every, case)


@given(st.lists(st.sampled_from([True, False, None])))
def test_masks_hold_a_truth_in_each_place(row: list[Kleene]) -> None:
    met, not_met = pair(letters(row))
    came = [True if met >> place & 1 else False if not_met >> place & 1 else None for place in range(len(row))]
    assert came == row
    assert max(met, not_met) >> len(row) == 0
    assert met & not_met == 0


def test_along_many_values_a_test_is_made_only_around_where_it_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "rule_set: r\nversion: 1.0.0\ntitle: R\nfacts: {n: {type: number}}\n"
    text += "criteria: {c: {title: C, when: {fact: n, at_least: 500}}}\n"
    document = read(text.encode(), "r.yaml")
    assert isinstance(document, Document)
    rules = build_rule_set([document], "r").value
    assert rules is not None
    figures = [{"n": Fraction(number * 7919 % 2000, 2)} for number in range(2000)]
    masks = Masks(compile_rules(rules), [*((one, date(2013, 1, 31)) for one in figures), ({}, date(2013, 1, 31))])
    made: list[int] = []

    def counting(*arguments: Any) -> Program:
        compiled = compile_rules(*arguments)

        def run(facts: Mapping[str, Any], as_of: date) -> Memory:
            made.append(1)
            return compiled.run(facts, as_of)

        return compiled._replace(run=run)

    monkeypatch.setattr("comity.engine.checking.masks.compile_rules", counting)
    tests = [Test("n", Operator.LESS_THAN, Constant("number", limit)) for limit in (1, 700, 999, 5000)]
    masks.prepare(tests)
    assert [masks.of(test) for test in tests] == [
        pair(letters([*(one["n"] < limit for one in figures), None])) for limit in (1, 700, 999, 5000)
    ]
    assert len(made) < 40
