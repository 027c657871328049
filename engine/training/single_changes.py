"""What one other value of one fact would make of a verdict, whether or not the fact may change in life."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from comity.engine.assessment.assess import Assessment
from comity.engine.assessment.cells import cells
from comity.engine.assessment.changes import margins
from comity.engine.assessment.evaluate import VERDICTS, Run
from comity.engine.assessment.prospects import Prospects
from comity.engine.language.model import Given, ValueType
from comity.engine.language.quantity import ends
from comity.engine.language.statements import Statement, changed, stated


class Changed(NamedTuple):
    """One statement of a situation with another value, and the verdict that comes out then: met, not-met or unknown."""

    statement: Statement
    before: Given
    after: Given
    outcome: str


def single_changes(assessment: Assessment, context: str) -> Iterator[tuple[Changed, bool]]:
    """Yield for each statement one change, and whether it turns the settled verdict of a context to the opposite.

    That is the nearest value that turns it, if there is one, else the nearest of those that tests tell from what is
    stated. Facts that the context is about come first; of a table, figures and dates by which the verdict can turn.
    """
    run = assessment.run
    opposite = VERDICTS[not run.truth(context)]
    for statement, values in _movable(assessment, context):
        before = stated(run.facts, statement)
        tried = (Changed(statement, before, one, _verdict(run, statement, one, context)) for one in values)
        first: Changed | None = None
        for one in tried:
            if one.outcome == opposite:
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


def _verdict(run: Run, statement: Statement, value: Given, context: str) -> str:
    facts = changed(run.facts, statement, value)
    return VERDICTS[run.program.start(facts, run.as_of).truth(context)]


def _movable(assessment: Assessment, context: str) -> Iterator[tuple[Statement, list[Given]]]:
    """Yield the statements that can be otherwise, each with other values, the nearest first."""
    run, rules = assessment.run, assessment.rules
    cone = facts_below(assessment, context)
    given = [fact for fact in rules.facts.values() if fact.name in run.facts and fact.about == "situation"]
    for fact in sorted(given, key=lambda fact: fact.name not in cone):
        if not fact.columns and not fact.history and fact.value_type is not ValueType.TEXT:
            yield Statement(fact.name), _others(run, fact.name)
    for margin in margins(run, context) or ():
        if margin.statement.row is not None:
            yield margin.statement, [value for value in (margin.below, margin.above) if value is not None]


def _others(run: Run, name: str) -> list[Given]:
    """Return other values of a fact, the nearest first: of each part of its domain on which all tests of it agree."""
    value, fact = run.facts[name], run.program.rules.facts[name]
    without = Prospects(run.program.start({**run.facts, name: fact.unknown}, run.as_of))
    parts = cells(without.run, without.tried.completer, name)
    if not fact.value_type.ordered:
        return [part for part in parts if part != value]
    low, high = ends(value)
    near = [one for part in parts if (one := _nearest(part, low, high)) is not None]
    return sorted(near, key=lambda one: _distance(one, low, high))


def _nearest(part: Given, low: Any, high: Any) -> Given:
    """Return the value of a part that is nearest to what is known; None if the part is what is known."""
    first, last = ends(part)
    if first > high:
        return first
    if last < low:
        return last
    return None


def _distance(value: Any, low: Any, high: Any) -> Any:
    gap = value - high if value > high else low - value
    return getattr(gap, "days", gap)
