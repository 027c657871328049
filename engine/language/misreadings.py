"""Ways to misread a rule set: every small mistake, those that a reader makes and an author hardly, and habits."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from comity.engine.language.condition import (
    Extreme,
    FactValue,
    ParameterValue,
    Term,
    Test,
    Total,
    children,
    walk,
)
from comity.engine.language.model import RuleSet, ValueType
from comity.engine.language.mutants import BESIDE, Kind, Mutant, mutants, quoted, with_child
from comity.engine.language.operators import TABLE, Operator
from comity.engine.language.places import Place, places


class Misreading(NamedTuple):
    """One way to read the rules otherwise: a change in each place that it touches.

    `of` says of which parameter or columns it is, for a habit or a figure; None for a mutant, and for a habit of all.
    """

    changes: tuple[Mutant, ...]
    habit: Operator | None = None  # read as the one beside it
    of: tuple[str, ...] | None = None

    @property
    def kind(self) -> Kind:
        """The kind of change, the same in every place."""
        return self.changes[0].kind


def misreadings(rules: RuleSet) -> Iterator[Misreading]:
    """Yield every way to misread `rules`: each mutant, each other reading of a figure of a table, and each habit.

    A habit is one change that is made in several places at once; what touches one place alone is a mutant.
    """
    for mutant in mutants(rules):
        yield Misreading((mutant,))
    found = tuple(places(rules))
    figures: dict[tuple[Kind, tuple[str, ...]], list[Mutant]] = {}
    for place in found:
        for term in dict.fromkeys(walk(place.term)):
            for kind, of, other in _figures(rules, term):
                words = f"{quoted(term)} becomes {quoted(other)}"
                one = _change(place, kind, {term: other}, words)
                figures.setdefault((kind, of), []).append(one)
                yield Misreading((one,), of=of)
    for (_, of), changes in figures.items():
        if len({(one.place, one.reading) for one in changes}) == len(changes) > 1:
            yield Misreading(tuple(changes), of=of)
    for operator in BESIDE:
        for parameter in (None, *rules.parameters):
            yield from _habit(found, operator, parameter)


def _figures(rules: RuleSet, term: Term) -> Iterator[tuple[Kind, tuple[str, ...], Term]]:
    """Yield other figures that may be taken for the one that an expression gives: rows together, rows apart, now."""
    match term:
        case Total(_, name, _, per):
            if per:
                yield "together", per, term.but(per=())
            for column in rules.facts[name].columns.values():
                if column.value_type in (ValueType.TEXT, ValueType.CHOICE) and column.name not in per:
                    yield "apart", (column.name,), term.but(per=(*per, column.name))
        case Extreme(_, fact):
            yield "newest", (fact,), FactValue(fact, term.at)
        case _:
            return


def _habit(found: tuple[Place, ...], operator: Operator, parameter: str | None) -> Iterator[Misreading]:
    """Yield the habit of reading an operator as the one beside it, everywhere or before one parameter."""
    changes = []
    tests = 0
    words = f"`{TABLE[operator].words}` becomes `{TABLE[BESIDE[operator]].words}`"
    for place in found:
        read: dict[Term, Term] = {
            one: one.but(operator=BESIDE[operator])
            for one in walk(place.term)
            if isinstance(one, Test)
            and one.operator is operator
            and (parameter is None or one.bound == ParameterValue(parameter))
        }
        tests += len(read)
        if read:
            changes.append(_change(place, "bound", read, words))
    if tests > 1:
        yield Misreading(tuple(changes), operator, None if parameter is None else (parameter,))


def _change(place: Place, kind: Kind, others: Mapping[Term, Term], words: str) -> Mutant:
    after = _rewritten(place.term, others)
    return Mutant(place.name, place.reading, kind, place.term, after, next(iter(others)).at, words)


def _rewritten(term: Term, others: Mapping[Term, Term]) -> Term:
    """Return `term` with other terms in the place of some in it."""
    if term in others:
        return others[term]
    for index, child in enumerate(children(term)):
        other = _rewritten(child, others)
        if other is not child:
            term = with_child(term, index, other)
    return term
