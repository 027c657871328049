"""Many rule sets that differ in a few places, as one program: one run over a situation says how all of them come out.

Each variant has copies of what it changes and of all that rests on that, under names of their own; the rest is shared.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from comity.engine.assessment.evaluate import Program, Run, compile_rules
from comity.engine.language.condition import (
    Conclusion,
    Count,
    Every,
    Extreme,
    FactValue,
    Some,
    Term,
    Test,
    Total,
    children,
)
from comity.engine.language.model import Criterion, Fact, Given, RuleSet
from comity.engine.language.mutants import with_child
from comity.engine.language.places import needs

Changes: TypeAlias = Mapping[str, Term]  # by place: the id of a conclusion, a derived fact, or `table.column`

_MARK = "~"  # stands in no name that a rule set can give


class Forks(NamedTuple):
    """The variants of a rule set, by number, in one program. `copied` are the places of which each has its own."""

    program: Program
    copied: Sequence[frozenset[str]]

    def start(self, facts: Mapping[str, Given], as_of: date) -> Run:
        """Return a run of every variant over the given facts. What is given takes the place of every derivation."""
        own: dict[str, Any] = dict(facts)
        for name, fact in self.program.rules.facts.items():
            original, mark, _ = name.partition(_MARK)
            if mark and original in facts:
                own[name] = facts[original]
            copies = [column for column in fact.columns if _MARK in column]
            if copies and facts.get(name) is not None:
                own[name] = tuple(_row(row, copies) for row in own[name])
        return self.program.start(own, as_of)

    def name(self, number: int, conclusion: str) -> str:
        """Return the id under which the program has a conclusion of a variant."""
        return _copy(conclusion, number) if conclusion in self.copied[number] else conclusion


def original(name: str) -> str:
    """Return what a name is a copy of: itself, if it is none."""
    return name.partition(_MARK)[0]


def fork(
    rules: RuleSet,
    reading: str | None,
    settings: Mapping[str, Any],
    variants: Iterable[Changes],
    wanted: Iterable[str],
) -> Forks:
    """Return `rules` under a reading with each of the `variants`, compiled together, for what is `wanted` of them.

    A variant that changes since when rows hold, or what that rests on, is left as it is.
    """
    terms = dict(_terms(rules, reading))
    uses: dict[str, set[str]] = {}
    users: dict[str, set[str]] = defaultdict(set)
    for place, (term, table) in terms.items():
        uses[place] = {
            one.name if one.table is None else f"{one.table}.{one.name}" for one in needs(rules, term, table)
        }
        for one in uses[place]:
            users[one].add(place)
    below = _reached(wanted, uses)
    criteria, facts = dict(rules.criteria), dict(rules.facts)
    copied = []
    for number, changes in enumerate(variants):
        own = _reached((place for place in changes if place in terms), users) & below
        if any(place.endswith(".since") for place in own):
            own = frozenset()
        copied.append(own)
        for place in own:
            before, table = terms[place]
            term = _renamed(rules, changes.get(place, before), table, own, number)
            name, _, column = place.partition(".")
            if column:
                columns, copy = facts[name].columns, _copy(column, number)
                facts[name] = facts[name].but(columns={**columns, copy: columns[column].but(name=copy, derive=term)})
            elif name in rules.facts:
                facts[_copy(name, number)] = rules.facts[name].but(name=_copy(name, number), derive=term)
            else:
                copy = _copy(name, number)
                criteria[copy] = Criterion(id=copy, title=copy, when=term)  # type: ignore[arg-type]  # a conclusion's term is a condition
    whole = rules.but(criteria=criteria, facts=facts, impossible=(), implausible=())
    return Forks(compile_rules(whole, reading, settings), tuple(copied))


def _terms(rules: RuleSet, reading: str | None) -> Iterator[tuple[str, tuple[Term, Fact | None]]]:
    """Yield every place with its term under a reading, and the table of its row."""
    for name, condition in rules.conditions(reading).items():
        yield name, (condition, None)
    for fact in rules.facts.values():
        if fact.derive is not None:
            yield fact.name, (fact.derive, None)
        for column in fact.columns.values():
            if column.derive is not None:
                yield f"{fact.name}.{column.name}", (column.derive, fact)


def _reached(places: Iterable[str], edges: Mapping[str, set[str]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(places)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting.extend(edges.get(place, ()))
    return frozenset(found)


def _renamed(rules: RuleSet, term: Term, table: Fact | None, own: frozenset[str], number: int) -> Term:
    """Return `term` with the copies of a variant in the place of what it has of its own."""

    def name(one: str, of: Fact | None) -> str:
        place = f"{of.name}.{one}" if of is not None and one in of.columns else one
        return _copy(one, number) if place in own else one

    inner = table
    match term:
        case Conclusion(_, one) if one in own:
            return Conclusion("criterion", _copy(one, number), term.at)
        case Test(fact=one) | Extreme(fact=one):
            term = term.but(fact=name(one, table))
        case FactValue(one):
            return term.but(name=name(one, table))
        case Total():
            inner = rules.facts[term.table]
            column, per = name(term.column, inner), tuple(name(one, inner) for one in term.per)
            term = term.but(column=column, per=per)
        case Some() | Every() | Count():
            inner = rules.facts[term.table]
        case _:
            pass
    for index, child in enumerate(children(term)):
        other = _renamed(rules, child, inner, own, number)
        if other is not child and other != child:
            term = with_child(term, index, other)
    return term


def _copy(name: str, number: int) -> str:
    return f"{name}{_MARK}{number}"


def _row(row: Mapping[str, Given], copies: Iterable[str]) -> Mapping[str, Given]:
    """Return a row with what it gives of a column given of its copies too."""
    return {**row, **{copy: row[original(copy)] for copy in copies if original(copy) in row}}
