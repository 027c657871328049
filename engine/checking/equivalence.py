"""Whether a mutant says anything else than the rule set that it was made from, and in which situation."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from comity.engine.checking.claims import Answer, Under, days, decide
from comity.engine.checking.proofs import difference, partial_difference
from comity.engine.checking.reach import Reach
from comity.engine.language.model import RuleSet
from comity.engine.language.mutants import Mutant, mutated
from comity.engine.language.references import names_in
from comity.engine.translation.solver import LIMIT


class Comparison(NamedTuple):
    """How a mutant compares: it `differs` in a complete situation; `partly`, only where facts are missing or ranges;
    it is `equivalent` in every situation; or that is `undecided`. `answer` holds the situation, or why.

    `names` are the conclusions that were compared, `reading` the reading under which they were.
    """

    result: Literal["differs", "partly", "equivalent", "undecided"]
    answer: Answer
    names: tuple[str, ...]
    reading: str | None


def compare(
    rules: RuleSet, mutant: Mutant, as_of: date | None = None, limit: int = LIMIT, any_size: bool = False
) -> Comparison:
    """Return how the finding of the mutated conclusion compares with the original's, in every situation.

    Of a mutated derivation these are the conclusions that mention the fact, themselves or through other derived facts.
    """
    reading = reading_of(rules, mutant)
    names = tuple(compared(rules, mutant, reading))
    reach = reached(rules, reading)
    if reach.node(mutant.place) not in reach.of(names):
        return Comparison("equivalent", Answer("proved", days([rules], as_of)[-1]), names, reading)
    part = reach.part(names)  # what they rest on, so that a question is as small as it can be
    # What cannot be is what the rules say themselves: a case of anything else notices what the mutant makes of it.
    one, other = Under(part, reading), Under(mutated(part, mutant).but(impossible=()), reading)
    found: Answer | None = None
    for day in days([rules], as_of):
        answer = decide(difference(one, other, *names), day, limit, any_size)
        if answer.result == "refuted":
            return Comparison("differs", answer, names, reading)
        found = answer if found is None or answer.result == "undecided" else found
    assert found is not None
    if found.result == "undecided":
        return Comparison("undecided", found, names, reading)
    for day in days([rules], as_of):
        answer = decide(partial_difference(one, other, *names), day, limit, any_size)
        if answer.result != "proved":
            result: Literal["partly", "undecided"] = "partly" if answer.result == "refuted" else "undecided"
            return Comparison(result, answer, names, reading)
    return Comparison("equivalent", found, names, reading)


@lru_cache(maxsize=4)
def reached(rules: RuleSet, reading: str | None) -> Reach:
    """Return what each conclusion rests on, found out at most once."""
    return Reach(Under(rules, reading))


def reading_of(rules: RuleSet, mutant: Mutant) -> str | None:
    """Return a reading under which what the mutant changes is in use: the default one, if it is."""
    if mutant.reading is not None:
        return mutant.reading
    readings = sorted(rules.readings.values(), key=lambda reading: not reading.default)
    return next((reading.id for reading in readings if mutant.place not in reading.define), rules.default_reading)


def compared(rules: RuleSet, mutant: Mutant, reading: str | None) -> Iterator[str]:
    """Yield the conclusions whose findings are compared."""
    conditions = rules.conditions(reading or rules.default_reading)
    if mutant.place in conditions:
        yield mutant.place
        return
    reached = {mutant.place.partition(".")[0]}
    while True:
        more = {
            fact.name
            for fact in rules.facts.values()
            if fact.name not in reached
            for one in (fact, *fact.columns.values())
            if one.derive is not None and not reached.isdisjoint(names_in(one.derive))
        }
        if not more:
            break
        reached |= more
    for name, condition in conditions.items():
        if not reached.isdisjoint(names_in(condition)):
            yield name
