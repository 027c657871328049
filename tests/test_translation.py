"""The translations of a rule say what the evaluator says."""

from datetime import date
from typing import Any

from hypothesis import given

from comity.engine.assessment.evaluate import Run, compile_rules
from comity.engine.language.history import History
from comity.engine.language.model import RuleSet
from comity.engine.language.quantity import Range
from comity.engine.translation.formulas import conj, neg
from comity.engine.translation.smt import Translation, windows
from comity.engine.translation.solver import Solver
from comity.engine.translation.space import Script, Space
from tests import test_properties  # noqa: F401  # which sets the profile
from tests.solving import encoded
from tests.strategies import Case, cases, load


def _agree(rules: RuleSet, reading: str | None, facts: dict[str, Any], as_of: date, ranges: bool, view: Any) -> None:
    run = compile_rules(rules, reading).start(facts, as_of)
    rows = max([3, *(len(value) for value in facts.values() if value.__class__ is tuple)])
    script = Script()
    space = Space(script, as_of, rows, windows(rules, reading, None, as_of), ranges)
    translation = Translation(space, rules, reading, view=view)
    wrong = []
    for name in translation.conclusions:
        met, not_met = translation.conclusion(name)
        truth = run.truth(name)
        same = conj([met if truth is True else neg(met), not_met if truth is False else neg(not_met)])
        wrong.append((name, neg(same)))
    space.finish()
    situation = [*encoded(space, facts)]
    assert space.script is script
    solver = Solver(script, {"here": conj(situation), **dict(wrong)})
    assert solver.possible("here") is True
    for name, _ in wrong:
        answer = solver.possible("here", name)
        if answer and script.approximate:
            # More is possible than is: but what is must be possible too.
            more = Solver(script, {"here": conj([*situation, *(neg(one) for _, one in wrong)])})
            assert more.possible("here") is not False
            return
        assert answer is False, (name, Run)


@given(cases(wild=False))
def test_formulas_over_ranges_agree_with_the_evaluator(case: Case) -> None:
    rules = case.world.load()
    for facts in (case.given, case.refined):
        situation = load(case.world, rules, facts)
        for reading in (None, *rules.readings):
            _agree(rules, reading, situation.all_facts, case.world.as_of, True, "partial")


def _is_point(value: Any) -> bool:
    if value.__class__ is tuple:
        return all(_is_point(one) for row in value for one in row.values())
    return value.__class__ is not Range and value.__class__ is not History


@given(cases())
def test_formulas_over_points_agree_with_the_evaluator(case: Case) -> None:
    rules = case.world.load()
    for facts in (case.given, case.refined):
        given = {name: one for name, one in load(case.world, rules, facts).all_facts.items() if _is_point(one)}
        _agree(rules, None, given, case.world.as_of, False, "partial")
