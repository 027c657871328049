"""What open conclusions can turn out to be: held to the enumeration of all completions, by the evaluator alone."""

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given

from comity.engine.assessment.assess import program
from comity.engine.assessment.cones import is_open
from comity.engine.assessment.evaluate import Run
from comity.engine.assessment.prospects import Case, Certainty, Prospects
from comity.engine.assessment.questions import every_question, questions
from comity.engine.language.model import Given, RuleSet, ValueType
from comity.engine.language.quantity import Range
from comity.engine.language.truth import Kleene
from tests.brute import AS_OF, FLAVOURS, completions, evaluator, finite, make, rows, statements
from tests.strategies import Choose, randoms

MOST = 3_000  # completions to walk through


class Small(NamedTuple):
    """A small rule set, and a situation with few completions."""

    rules: RuleSet
    reading: str | None
    facts: dict[str, Given]

    @property
    def run(self) -> Run:
        return program(self.rules, self.reading).start(self.facts, AS_OF)


def small(choose: Choose) -> Small | None:
    """Return a rule set and a situation; None if it has too many completions."""
    found = make(choose, kinds=(), flavours=FLAVOURS)
    rules = found.rules
    facts: dict[str, Given] = {}
    for name, fact in rules.facts.items():
        if fact.value_type is ValueType.TABLE:
            each = rows(fact, ranges=True)
            count = choose((None, 1, 0, 2))
            value: Any = None if count is None else tuple(choose(each) for _ in range(count))
        else:
            # What is derived is seldom given.
            nothing = (None, None, None) if fact.derive is not None else (None,)
            value = choose([*nothing, choose(statements(fact, ranges=True)), None])
        if value is not None:
            facts[name] = value
    count = prod(len(completions(fact, facts.get(name))) for name, fact in rules.facts.items())
    reading = choose([None, *rules.readings])
    return Small(rules, reading, facts) if 0 < count <= MOST else None


class Walked:
    """All completions of a situation, with how its conclusions come out in each."""

    def __init__(self, one: Small) -> None:
        rules = one.rules
        conditions = rules.conditions(one.reading or rules.default_reading)
        self.names = [*rules.contexts, *rules.measures]
        truths = evaluator(rules, one.reading, [conditions[name] for name in self.names])
        self.facts = [*rules.facts]
        each = [completions(fact, one.facts.get(name)) for name, fact in rules.facts.items()]
        self.filled: dict[tuple[int, ...], Mapping[str, Given]] = {}
        self.found: dict[tuple[int, ...], Mapping[str, Kleene]] = {}
        for numbers in product(*(range(len(values)) for values in each)):
            filled = {
                name: values[number]
                for name, values, number in zip(self.facts, each, numbers, strict=True)
                if values[number] is not None
            }
            came = truths(filled)
            if not came.impossible:
                self.filled[numbers] = filled
                self.found[numbers] = dict(zip(self.names, came.of, strict=True))

    def outcomes(self, conclusion: str) -> set[bool]:
        return {truth for truths in self.found.values() if (truth := truths[conclusion]) is not None}

    def within(self, certainty: Certainty) -> bool:
        """Tell whether every completion is one of the cases that show what is certain."""

        def both(case: Case) -> Iterator[tuple[str, Given]]:
            return zip(certainty.facts, case.values, strict=True)

        return not certainty.facts or all(
            any(
                case.because is not None
                and all(
                    _holds(value, facts.get(name)) for name, value in zip(certainty.facts, case.values, strict=True)
                )
                for case in certainty.cases
            )
            for facts in self.filled.values()
        )

    def matters(self, fact: str, conclusion: str) -> bool:
        """Tell whether two completions differ in a fact alone, and in a conclusion."""
        place = self.facts.index(fact)
        seen: dict[tuple[int, ...], set[bool]] = {}
        for numbers, truths in self.found.items():
            if (truth := truths[conclusion]) is not None:
                seen.setdefault((*numbers[:place], *numbers[place + 1 :]), set()).add(truth)
        return any(len(outcomes) == 2 for outcomes in seen.values())


def _holds(cell: Given, value: Given) -> bool:
    if cell.__class__ is Range:
        return bool(cell.low <= value <= cell.high)
    return bool(cell == value)


def hold(one: Small) -> None:
    """Assert that prospects are what walking through all completions shows."""
    walked = Walked(one)
    prospects = Prospects(one.run)
    facts = one.rules.facts
    whole = finite(facts) and all(name in one.facts for name, fact in facts.items() if fact.columns)
    asked = {question.fact: question for question in questions(prospects)}
    for name in prospects.open:
        outcomes = walked.outcomes(name)
        certainty = prospects.certainty(name)
        if len(outcomes) == 2:
            assert certainty is None, name
        elif certainty is None:
            assert not (whole and outcomes) or name in prospects.undecided, name
        elif outcomes:
            assert {certainty.met} == outcomes, name
            assert walked.within(certainty), name
        for fact in one.rules.facts:
            shown = walked.matters(fact, name)
            found = prospects.matters(fact, name)
            assert found or not shown, (fact, name)
            assert not found or not whole or shown or prospects.undecided, (fact, name)
    for fact in one.rules.facts:
        bears_on = {name for name in prospects.open if prospects.matters(fact, name)}
        question = asked.get(fact)
        if (question is not None and question.instead != ()) or bears_on:
            assert question is not None
            assert {*question.settles, *question.measures} == bears_on


@given(randoms())
def test_a_fact_is_asked_where_two_completions_show_that_it_matters(choose: Choose) -> None:
    one = small(choose)
    assume(one is not None)
    assert one is not None
    hold(one)


@given(randoms())
def test_the_same_where_each_conclusion_is_looked_at_alone(choose: Choose) -> None:
    """As in a large rule set."""
    one = small(choose)
    assume(one is not None)
    assert one is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("comity.engine.assessment.evaluate._LARGE", 0)
        hold(one)


@given(randoms())
def test_the_question_first_asked_is_the_first_of_all(choose: Choose) -> None:
    one = small(choose)
    assume(one is not None)
    assert one is not None
    assert next(questions(Prospects(one.run)), None) == next(iter(every_question(Prospects(one.run))), None)


@given(randoms())
def test_what_a_completion_shows_holds_whatever_else_is_so(choose: Choose) -> None:
    """A completion that is tried leaves out facts that nothing waits for: to fill them in changes nothing."""
    one = small(choose)
    assume(one is not None)
    assert one is not None
    prospects = Prospects(one.run)
    tried = prospects.tried
    for name in prospects.open:
        for found in (found for examples in tried.examples(name).values() for found in examples):
            whole = {fact for fact in one.rules.facts if is_open(one.run, fact)}
            filled = {**tried.completer.completed({}, whole), **found.facts}
            assert one.run.program.start(filled, AS_OF).truth(name) is found.truth


@given(randoms())
def test_the_order_of_questions_hangs_on_nothing_that_was_asked_before(choose: Choose) -> None:
    one = small(choose)
    assume(one is not None)
    assert one is not None
    fresh = [*questions(Prospects(one.run))]
    used = Prospects(one.run)
    for name in used.open:
        used.certainty(name)
        used.hangs_on(name)
    [*questions(used, skip=[question.fact for question in fresh])]
    assert [*questions(used)] == fresh
