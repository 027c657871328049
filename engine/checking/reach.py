"""What each conclusion rests on, all the way down: nothing else can make it come out otherwise."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeAlias

from comity.engine.checking.claims import Under
from comity.engine.language.condition import Term
from comity.engine.language.model import Fact, RuleSet
from comity.engine.language.places import needs

Node: TypeAlias = tuple[str, ...]
"""A `conclusion`, `fact`, `parameter` or `column` by its kind and its name; before a column's, that of its table."""


class Reach:
    """What the conclusions, facts and parameters of a rule set say, and what each needs to say it."""

    def __init__(self, under: Under) -> None:
        self.under = under
        self.rules = under.rules
        reading = under.reading or self.rules.default_reading
        changed = {**(self.rules.readings[reading].set if reading else {}), **under.set}
        self.says: dict[Node, Any] = {}
        self.needs: dict[Node, tuple[Node, ...]] = {}
        for name, condition in self.rules.conditions(reading).items():
            self._add(("conclusion", name), condition, self._named(condition))
        for name, fact in self.rules.facts.items():
            self._add(("fact", name), _meaning(fact), self._named(fact.derive))
            for column in fact.columns.values():
                self._add(("column", name, column.name), _meaning(column), self._named(column.derive, fact))
        for name, parameter in self.rules.parameters.items():
            value = changed.get(name, parameter.values)
            self._add(("parameter", name), (parameter.value_type, value), ())

    def _add(self, node: Node, says: Any, needs: Iterable[Node]) -> None:
        self.says[node] = says
        self.needs[node] = tuple(dict.fromkeys(needs))

    def _named(self, term: Term | None, table: Fact | None = None) -> Iterator[Node]:
        """Yield all that a term names; inside a row, of a `table`."""
        for one in () if term is None else needs(self.rules, term, table):
            if one.table is not None:
                yield "column", one.table, one.name
            else:
                yield one.kind if one.kind in ("fact", "parameter") else "conclusion", one.name

    def node(self, place: str) -> Node:
        """Return the conclusion, fact or column that a place of the rule set is about: `table.column` for a column."""
        name, _, column = place.partition(".")
        return ("column", name, column) if column else ("fact" if name in self.rules.facts else "conclusion", name)

    def excluded(self) -> set[Node]:
        """Return all that what is impossible rests on."""
        return self._closed(node for one in self.rules.impossible for node in self._named(one.when))

    def of(self, names: Iterable[str]) -> set[Node]:
        """Return all that conclusions rest on, themselves included."""
        return self._closed({("conclusion", name) for name in names})

    def _closed(self, nodes: Iterable[Node]) -> set[Node]:
        found: set[Node] = set()
        waiting = [*nodes]
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting += self.needs[node]
        return found

    def part(self, names: Iterable[str]) -> RuleSet:
        """Return as much of the rule set as conclusions rest on, and what it says is impossible."""
        rules = self.rules
        kept = self.of(names) | self.excluded()

        def conclusions(some: Mapping[str, Any]) -> dict[str, Any]:
            return {name: one for name, one in some.items() if ("conclusion", name) in kept}

        def parameters(some: Mapping[str, Any]) -> dict[str, Any]:
            return {name: one for name, one in some.items() if ("parameter", name) in kept}

        return rules.but(
            parameters=parameters(rules.parameters),
            readings={
                name: one.but(set=parameters(one.set), define=conclusions(one.define))
                for name, one in rules.readings.items()
            },
            facts={
                name: fact.but(columns=_columns(fact, kept))
                for name, fact in rules.facts.items()
                if ("fact", name) in kept
            },
            criteria=conclusions(rules.criteria),
            contexts=conclusions(rules.contexts),
            measures=conclusions(rules.measures),
            forms=conclusions(rules.forms),
            principles=conclusions(rules.principles),
            implausible=(),
            precedents={},
            properties={},
        )


def _columns(table: Fact, kept: Collection[Node]) -> dict[str, Fact]:
    """Return the columns that are kept; a table of which only the rows matter keeps one, for a table has some."""
    found = {name: one for name, one in table.columns.items() if ("column", table.name, name) in kept}
    return found or {name: one.but(derive=None) for name, one in islice(table.columns.items(), 1)}


def _meaning(fact: Fact) -> tuple[Any, ...]:
    """Return what of a declaration can bear on a conclusion."""
    table = fact.since if fact.columns else None
    whole = fact.type == "count"
    return fact.value_type, whole, fact.low, fact.high, fact.option_set, fact.history, fact.derive, table


def differing(one: Reach, other: Reach) -> Collection[Node]:
    """Return what does not say the same in two rule sets, or rests on something that does not. Linear in their size."""
    found = {*(one.says.keys() ^ other.says.keys())}
    for node in one.says.keys() & other.says.keys():
        if one.says[node] != other.says[node] or one.needs[node] != other.needs[node]:
            found.add(node)
    resting: dict[Node, list[Node]] = {}
    for each in (one, other):
        for node, below in each.needs.items():
            for needed in below:
                resting.setdefault(needed, []).append(node)
    waiting = [*found]
    while waiting:
        for node in resting.get(waiting.pop(), ()):
            if node not in found:
                found.add(node)
                waiting.append(node)
    return found
