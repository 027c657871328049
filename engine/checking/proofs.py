"""The properties that a rule set states about itself: proved, refuted, or not decided."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from comity.engine.assessment.assess import program
from comity.engine.assessment.evaluate import Run
from comity.engine.checking.claims import (
    Answer,
    Question,
    Side,
    Under,
    days,
    decide,
    holds,
    possible,
    something_possible,
)
from comity.engine.checking.polarity import polarity
from comity.engine.checking.witness import Witness
from comity.engine.language.condition import AllOf, Condition
from comity.engine.language.model import Exclusion, Property, RuleSet
from comity.engine.language.truth import Kleene
from comity.engine.translation.formulas import FALSE, Formula, conj, disj, neg
from comity.engine.translation.solver import LIMIT
from comity.engine.translation.space import Twin
from comity.engine.translation.truths import Truths


class Proof(NamedTuple):
    """What became of a property: an answer for each day that it was asked on.

    `vacuous` tells that it holds only because what it starts from is never met.
    """

    of: Property
    answers: tuple[Answer, ...]
    vacuous: bool = False

    @property
    def result(self) -> str:
        """proved if it was on every day, refuted if it was on some day, else undecided."""
        results = [answer.result for answer in self.answers]
        return "refuted" if "refuted" in results else "undecided" if "undecided" in results else "proved"


def prove(rules: RuleSet, property_: Property, as_of: date | None = None, limit: int = LIMIT) -> Proof:
    """Return whether a property of a rule set holds, on `as_of` or on the days that `days` gives."""
    answers = []
    for day in days([rules], as_of):
        answer = _by_polarity(rules, property_, day)
        answers.append(answer or _decided(decide(one, day, limit) for one in _questions(rules, property_)))
    return Proof(property_, tuple(answers), _vacuous(rules, property_, answers, limit))


def _decided(answers: Iterable[Answer]) -> Answer:
    """Return one answer for several: the first refutation, else the first that is undecided, else a proof."""
    found: list[Answer] = []
    for answer in answers:
        if answer.result == "refuted":
            return answer
        found.append(answer)
    for answer in found:
        if answer.result == "undecided":
            return answer
    used = dict.fromkeys(exclusion for answer in found for exclusion in answer.used)
    rows = max((answer.rows for answer in found if answer.rows is not None), default=None)
    return found[0]._replace(rows=rows, used=tuple(used))


def _by_polarity(rules: RuleSet, property_: Property, day: date) -> Answer | None:
    """Return the proof that a fact moves a condition one way only, wherever it is mentioned; None if there is none."""
    if property_.kind != "stays-met" or property_.fact is None:
        return None
    (condition,) = property_.conditions
    signs = polarity(rules, property_.reading, condition, property_.fact, property_.column)
    wanted = 1 if property_.direction == "rises" else -1
    if signs <= {wanted} and something_possible(Under(rules, property_.reading), day):
        return Answer("proved", day)
    return None


def _vacuous(rules: RuleSet, property_: Property, answers: list[Answer], limit: int) -> bool:
    if property_.kind not in ("implies", "guarantees", "excludes") or any(one.result != "proved" for one in answers):
        return False
    first = property_.conditions[0]
    under = Under(rules, property_.reading)
    never = Question(
        (under,),
        lambda side, _: side.of(under).condition(first).met,
        lambda _: True,
        (first,),
    )
    return all(holds(never, one.as_of, limit) for one in answers)


def _questions(rules: RuleSet, property_: Property) -> list[Question]:
    """Return what would refute a property, each by itself."""
    under = Under(rules, property_.reading)
    match property_.kind:
        case "readings":
            one, other = (Under(rules, reading) for reading in property_.readings)
            names = [name for name in rules.conditions(None) if name not in property_.ids]
            return [difference(one, other, name) for name in names] or [_nothing(one, other)]
        case "stays-met":
            return [_stays_met(under, property_)]
        case _:
            return [_between(under, property_)]


def _nothing(*unders: Under) -> Question:
    """Return what nothing would refute, unless nothing is possible."""
    return Question(unders, lambda *_: FALSE, lambda _: True)


def _between(under: Under, property_: Property) -> Question:
    """Return what would refute a claim about two conditions."""
    kind = property_.kind
    first, second = property_.conditions

    def counter(side: Side, _: Twin | None) -> Formula:
        translation = side.of(under)
        return _refutes(kind, translation.condition(first), translation.condition(second))

    def confirm(witness: Witness) -> bool:
        truths = truths_of(under, property_.conditions, witness.facts, witness.as_of)
        return truths is not None and _contradicts(kind, *truths)

    return Question((under,), counter, confirm, property_.conditions, ranges=kind == "guarantees")


def _refutes(kind: str, a: Truths, b: Truths) -> Formula:
    if a == b and kind != "excludes":
        return FALSE  # the same formula is the same condition
    match kind:
        case "implies":
            return conj([a.met, b.not_met])
        case "excludes":
            return conj([a.met, b.met])
        case "equals":
            return disj([conj([a.met, b.not_met]), conj([a.not_met, b.met])])
        case _:
            return conj([a.met, neg(b.met)])


def _contradicts(kind: str, a: Kleene, b: Kleene) -> bool:
    match kind:
        case "implies":
            return a is True and b is False
        case "excludes":
            return a is True and b is True
        case "equals":
            return a is not None and b is not None and a is not b
        case _:
            return a is True and b is not True


def _stays_met(under: Under, property_: Property) -> Question:
    (condition,) = property_.conditions
    assert property_.fact is not None

    def counter(side: Side, twin: Twin | None) -> Formula:
        before, after = side.of(under).condition(condition), side.of(under, twin).condition(condition)
        return conj([before.met, after.not_met])

    def confirm(witness: Witness) -> bool:
        assert witness.changed is not None
        before = truths_of(under, (condition,), witness.facts, witness.as_of)
        after = truths_of(under, (condition,), witness.changed, witness.as_of)
        return before == (True,) and after == (False,)

    return Question(
        (under,),
        counter,
        confirm,
        (condition,),
        changed=(property_.fact, property_.column),
        rises=property_.direction == "rises",
    )


def difference(one: Under, other: Under, *names: str) -> Question:
    """Return what would refute that conclusions come out alike under two rule sets or readings, wherever settled."""

    def counter(side: Side, _: Twin | None) -> Formula:
        return disj(
            _refutes("equals", side.of(one).conclusion(name), side.of(other).conclusion(name)) for name in names
        )

    def confirm(witness: Witness) -> bool:
        return any(a is not None and b is not None and a is not b for a, b in both(one, other, names, witness))

    return Question((one, other), counter, confirm)


def partial_difference(one: Under, other: Under, *names: str) -> Question:
    """Return what would refute the same of every situation: whether conclusions are settled alike too."""

    def counter(side: Side, _: Twin | None) -> Formula:
        return disj(_unlike(side.of(one).conclusion(name), side.of(other).conclusion(name)) for name in names)

    def confirm(witness: Witness) -> bool:
        return any(a is not b for a, b in both(one, other, names, witness))

    return Question((one, other), counter, confirm, ranges=True)


def _unlike(a: Truths, b: Truths) -> Formula:
    pairs = [(mine, its) for mine, its in zip(a, b, strict=True) if mine != its]
    return disj(disj([conj([mine, neg(its)]), conj([neg(mine), its])]) for mine, its in pairs)


def both(one: Under, other: Under, names: Iterable[str], witness: Witness) -> Iterator[tuple[Kleene, Kleene]]:
    """Yield how conclusions come out under each; nothing if one of them says that the situation is impossible."""
    if all(possible(under, witness.facts, witness.as_of) for under in (one, other)):
        runs = [started(under, witness.facts, witness.as_of) for under in (one, other)]
        for name in names:
            yield runs[0].truth(name), runs[1].truth(name)


def truths_of(under: Under, conditions: tuple[Condition, ...], facts: Any, as_of: date) -> tuple[Kleene, ...] | None:
    """Return how conditions come out in a situation; None if the rule set says that it is impossible."""
    if not possible(under, facts, as_of):
        return None
    rules = with_condition(under.rules, AllOf(conditions))
    run = started(Under(rules, under.reading, under.set), facts, as_of)
    return tuple(run.memory[run.program.slots[condition]] for condition in conditions)


def with_condition(rules: RuleSet, condition: Condition) -> RuleSet:
    """Return a rule set with one exclusion more, so that its condition is evaluated with all others."""
    return rules.but(implausible=(), impossible=(*rules.impossible, Exclusion(when=condition)))


def started(under: Under, facts: Any, as_of: date) -> Run:
    """Return a run of a rule set over a situation."""
    return program(under.rules, under.reading, under.set).start(facts, as_of)
