"""Where rule sets, or readings of one, part: the smallest situations that show it, and what they say otherwise."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from comity.engine.assessment.carrying import unlike
from comity.engine.checking.claims import Under
from comity.engine.checking.difference import Change, Comparison
from comity.engine.checking.reach import Node, Reach
from comity.engine.language.model import Fact
from comity.engine.language.references import type_words
from comity.engine.translation.solver import LIMIT


def partings(one: Under, other: Under, as_of: date | None = None, limit: int = LIMIT) -> Iterator[Change]:
    """Yield what sets each context that both have apart: `only_old` is met under `one` alone, `only_new` under `other`.

    Raises `KeyboardInterrupt` if the search was interrupted.
    """
    both = Comparison(one, other)
    for name in both.kinds:
        if both.kinds[name] == "context":
            why = _apart(both, name)
            yield both.unasked(name, why) if why is not None else both.change(name, as_of, limit)


def _apart(both: Comparison, name: str) -> str | None:
    """Return why no situation can be told to both rule sets alike; None if nothing speaks against it."""
    for place, one, other in _facts(both, name):
        match unlike(one, other):
            case "other-type":
                return f"`{place}` is {_held(one)} under one of them and {_held(other)} under the other"
            case "other-unit":
                return f"`{place}` is counted in {one.unit or 'no unit'} under one of them and in " + (
                    f"{other.unit or 'no unit'} under the other"
                )
    return None


def _held(fact: Fact) -> str:
    return f"a {type_words(fact.value_type)}{' over time' if fact.history else ''}"


def _facts(both: Comparison, name: str) -> Iterator[tuple[str, Fact, Fact]]:
    """Yield the facts and columns that both have a context, or what is impossible, rest on."""
    reaches = (both.before, both.after)
    old, new = ({*reach.of([name]), *reach.excluded()} for reach in reaches)
    for fact in both.old.rules.facts.values():
        if ("fact", fact.name) in old & new:
            yield fact.name, fact, both.new.rules.facts[fact.name]
        for column in fact.columns.values():
            if ("column", fact.name, column.name) in old & new:
                yield f"{fact.name}.{column.name}", column, both.new.rules.facts[fact.name].columns[column.name]


def rephrased(columns: Sequence[Under], name: str) -> list[Node]:
    """Return what a context rests on that several columns have, and that does not say the same in all of those.

    The context comes first, then other conclusions, parameters, facts and columns, in the order of the first column.
    """
    reaches = [Reach(under) for under in columns]
    found: dict[Node, list[Any]] = {}
    for reach in reaches:
        nodes = reach.of([name]) if name in reach.rules.contexts else set[Node]()
        for node in [one for one in reach.says if one in nodes]:
            found.setdefault(node, []).append(reach.says[node])
    other = [node for node, said in found.items() if any(each != said[0] for each in said)]
    return sorted(other, key=lambda node: (node != ("conclusion", name), _KINDS.index(node[0])))


_KINDS = ("conclusion", "parameter", "fact", "column")
