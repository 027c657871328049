"""What a situation has in common with the precedents: elements, never a bare score."""

from typing import NamedTuple

from comity.engine.assessment.evaluate import Run
from comity.engine.language.history import History
from comity.engine.language.model import Given, Precedent, ValueType
from comity.engine.language.quantity import ends, same


class Similarity(NamedTuple):
    """A precedent beside a situation: its contexts, their criteria and its facts, by how they compare.

    A criterion is an element if the facts stated of the precedent settle it. `compared` is False for forums, meetings
    and plans: they are cited, not compared as responses, and only their contexts count as elements.
    """

    precedent: str
    compared: bool
    shared: tuple[str, ...]
    differing: tuple[str, ...]
    unknown: tuple[str, ...]


def compare_precedents(run: Run) -> tuple[Similarity, ...]:
    """Return the precedents of the rule set that share or may share a context with the run's situation.

    Frameworks come first, each as declared: how near they are is no number, and `likeness` says it for each context.
    """
    found = []
    for precedent in run.program.rules.precedents.values():
        compared = precedent.type == "framework"
        elements: dict[str, bool | None] = {context: run.truth(context) for context in precedent.contexts}
        if all(truth is False for truth in elements.values()):
            continue
        if compared:
            elements |= _criteria(run, precedent)
            for fact, value in precedent.facts.items():
                elements[fact] = _alike(run, fact, value)
        by_truth = {
            truth: tuple(name for name, one in elements.items() if one is truth) for truth in (True, False, None)
        }
        found.append(Similarity(precedent.id, compared, by_truth[True], by_truth[False], by_truth[None]))
    return tuple(sorted(found, key=lambda one: not one.compared))


def _criteria(run: Run, precedent: Precedent) -> dict[str, bool | None]:
    """Tell, of each criterion that the precedent's facts settle, whether it comes out the same in the situation."""
    rules = run.program.rules
    theirs = run.program.start(precedent.facts, run.as_of)
    criteria = [criterion for context in precedent.contexts for criterion in rules.contexts[context].criteria]
    settled = [criterion for criterion in criteria if theirs.truth(criterion) is not None]
    return {
        criterion: None if run.truth(criterion) is None else run.truth(criterion) is theirs.truth(criterion)
        for criterion in settled
    }


def _alike(run: Run, fact: str, value: Given) -> bool | None:
    """Tell whether the situation's value of `fact` agrees with the precedent's, a value or a range."""
    own = run.value(fact)
    if own.__class__ is History or value.__class__ is History:
        return None  # figures over time are not compared
    match run.program.rules.facts[fact].value_type:
        case ValueType.BOOLEAN | ValueType.CHOICE | ValueType.TEXT:
            return None if own is None else bool(own == value)
        case ValueType.TABLE:
            return None
        case _:
            (low, high), (own_low, own_high) = ends(value), ends(own)
            return True if low <= own_low and own_high <= high else False if same(own, value) is False else None
