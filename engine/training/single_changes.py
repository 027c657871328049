"""What one other value of one fact would make of a verdict, whether or not the fact may change in life."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from typing import Any, NamedTuple

from comity.engine.assessment.assess import Assessment
from comity.engine.assessment.changes import margins
from comity.engine.assessment.evaluate import VERDICTS, Run
from comity.engine.language.model import Fact, Given, ValueType
from comity.engine.language.quantity import ends
from comity.engine.language.statements import Statement, changed, declaration, is_newest, stated, statements

_YEAR = timedelta(days=365)


class Changed(NamedTuple):
    """One statement of a situation with another value, and the verdict that comes out then: met, not-met or unknown."""

    statement: Statement
    before: Given
    after: Given
    outcome: str


def single_changes(assessment: Assessment, context: str) -> Iterator[tuple[Changed, bool]]:
    """Yield for each statement one change, and whether it turns the settled verdict of a context to the opposite.

    That is the nearest value that turns it, if there is any; else one that does not. What the context is about comes
    first.
    """
    found = _Changes(assessment, context)
    for statement in found.statements():
        first: Changed | None = None
        for value in found.values(statement):
            one = found.change(statement, value)
            if one.outcome == found.opposite:
                yield one, True
                break
            first = first or one
        else:
            if first is not None:
                yield first, False


def facts_below(assessment: Assessment, conclusion: str) -> tuple[str, ...]:
    """Return the facts that a conclusion looks at, in whatever situation, in the order of the rule set."""
    below = assessment.prospects.cones.below(assessment.run.program.conclusions[conclusion])
    return tuple(name for name in assessment.rules.facts if name in below)


class _Changes:
    def __init__(self, assessment: Assessment, context: str) -> None:
        self.run: Run = assessment.run
        self.rules = assessment.rules
        self.context = context
        self.opposite = VERDICTS[not self.run.truth(context)]
        self.cone = facts_below(assessment, context)

    def statements(self) -> Iterator[Statement]:
        """Yield the statements that can be otherwise: those the context looks at, then the others."""
        facts, rules = self.run.facts, self.rules
        every = [
            one
            for one in statements(rules, facts)
            if rules.facts[one.fact].about == "situation" and declaration(rules, one).type != "text"
        ]
        yield from (one for one in every if one.fact in self.cone)
        plain = (one for one in every if one.fact not in self.cone)
        yield from (one for one in plain if one.row is None and one.period is None)

    @cached_property
    def turning(self) -> dict[Statement, list[Given]]:
        """The values of each figure that are nearest to what is stated and turn the verdict, the nearer one first."""
        if not any(self.rules.facts[name].columns or self.rules.facts[name].value_type.ordered for name in self.cone):
            return {}
        found: dict[Statement, list[Given]] = {}
        for one in margins(self.run, self.context, opposite=True) or ():
            low, high = ends(one.before)
            values = [value for value in (one.below, one.above) if value is not None]
            found[one.statement] = sorted(values, key=lambda value: _distance(value, low, high))
        return found

    def values(self, statement: Statement) -> Iterator[Given]:
        """Yield other values of a statement: those that may turn the verdict, then some that do not look it."""
        fact, before = declaration(self.rules, statement), stated(self.run.facts, statement)
        if fact.value_type.ordered and statement.fact in self.cone:
            yield from self.turning.get(statement, ())
            if not is_newest(self.run.facts, statement, self.run.as_of):
                return
        yield from _elsewhere(fact, before)

    def change(self, statement: Statement, value: Given) -> Changed:
        """Return a change with what comes of it."""
        run = self.run
        outcome = run.program.start(changed(run.facts, statement, value), run.as_of).truth(self.context)
        return Changed(statement, stated(run.facts, statement), value, VERDICTS[outcome])


def _elsewhere(fact: Fact, before: Given) -> Iterator[Given]:
    """Yield values well away from what is stated: the other options, twice as much or half, a year earlier or later."""
    match fact.value_type:
        case ValueType.BOOLEAN:
            yield not before
        case ValueType.CHOICE:
            yield from (option for option in fact.options if option != before)
        case _:
            low, high = ends(before)
            bottom, top = ends(fact.unknown)
            if fact.value_type is ValueType.DATE:
                tried = [low - _YEAR if low - bottom > _YEAR else bottom, high + _YEAR if top - high > _YEAR else top]
            else:
                tried = [_round(2 * high) if high < top else top, _round(low / 2) if low > bottom else bottom]
            yield from (value for value in tried if bottom <= value < low or high < value <= top)


def _round(value: Any) -> Any:
    """Return a figure to two digits, as people say figures."""
    whole = int(value)
    return round(whole, 2 - len(str(abs(whole))))


def _distance(value: Any, low: Any, high: Any) -> Any:
    gap = value - high if value > high else low - value
    return getattr(gap, "days", gap)
