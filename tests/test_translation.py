"""The translations of a rule say what the evaluator says."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from comity.engine.assessment.evaluate import compile_rules
from comity.engine.language.model import RuleSet
from comity.engine.language.truth import Kleene
from comity.engine.translation.extent import windows
from comity.engine.translation.formulas import Formula, conj, neg
from comity.engine.translation.smt import Translation
from comity.engine.translation.solver import Solver
from comity.engine.translation.space import Script, Space
from comity.engine.translation.truths import Truths, View
from tests.solving import Drawn, encoded
from tests.strategies import Case, Choose, cases, load, randoms


def _same(space: Space, situation: Iterable[Formula], told: Mapping[str, Truths], truths: Mapping[str, Kleene]) -> None:
    """Assert that formulas hold in a situation just where the evaluator says so.

    Where the solver has no form for something, more counts as possible than is; what is must still be possible.
    """
    alike = []
    for name, (met, not_met) in told.items():
        truth = truths[name]
        alike.append(conj([met if truth is True else neg(met), not_met if truth is False else neg(not_met)]))
    space.finish()
    formulas = {"here": conj(situation), "alike": conj(alike), "apart": neg(conj(alike))}
    solver = Solver(space.script, formulas)
    assert solver.possible("here", "alike") is True
    assert space.script.approximate or solver.possible("here", "apart") is False


def _agree(rules: RuleSet, reading: str | None, facts: dict[str, Any], as_of: date) -> None:
    run = compile_rules(rules, reading).start(facts, as_of)
    rows = max([3, *(len(value) for value in facts.values() if value.__class__ is tuple)])
    space = Space(Script(), as_of, rows, windows(rules, reading, None, as_of), ranges=True)
    translation = Translation(space, rules, reading, view="partial")
    told = {name: translation.conclusion(name) for name in translation.conclusions}
    _same(space, [*encoded(space, facts)], told, {name: run.truth(name) for name in told})


@given(cases(wild=True))
def test_formulas_over_ranges_agree_with_the_evaluator(case: Case) -> None:
    rules = case.world.load()
    for facts in (case.given, case.refined):
        situation = load(case.world, rules, facts)
        for reading in (None, *rules.readings):
            _agree(rules, reading, situation.all_facts, case.world.as_of)


@pytest.mark.parametrize("view", ["partial", "complete"])
@given(case=cases(wild=True), choose=randoms())
def test_formulas_over_points_agree_with_the_evaluator(view: View, case: Case, choose: Choose) -> None:
    rules = case.world.load()
    for reading in (None, *rules.readings):
        script = Script()
        space = Space(script, case.world.as_of, 3, windows(rules, reading, None, case.world.as_of))
        translation = Translation(space, rules, reading, view=view)
        told = {name: translation.conclusion(name) for name in translation.conclusions}
        drawn = Drawn(space, choose, complete=view == "complete")
        run = compile_rules(rules, reading).start(drawn.facts, case.world.as_of)
        truths = {name: run.truth(name) for name in told}
        if view == "complete" and script.approximate and None in truths.values():
            continue  # a divisor is 0, or a parameter has not begun: it is not complete
        _same(space, drawn.formulas, told, truths)
