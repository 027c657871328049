"""Relations in the making: rows to which columns are added, and what groups of rows come to."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from comity.engine.language.model import Fact
from comity.engine.translation.ends import End, weigh
from comity.engine.translation.figures import Figure
from comity.engine.translation.relations import (
    Column,
    Expr,
    Group,
    Join,
    Relation,
    Scan,
    columns_in,
)

Read = Callable[[str, Iterable[str]], None]
KEYS = ("id", "row", "as_of", "first", "last", "low", "high", "year")  # of situations, rows, entries and series


def columns_of(known: Mapping[str, str]) -> Iterator[str]:
    """Yield the columns of facts, each of which is a `point` or a `range`."""
    for name, mode in known.items():
        yield from (name,) if mode == "point" else (f"{name}_low", f"{name}_high")


class Frame:
    """Rows with columns. Each stage holds columns made from those before it, so that nothing is worked out twice.

    `read` is told which columns of which source are taken.
    """

    def __init__(self, name: str, source: str, reserved: Iterable[str], read: Read, names: "Names") -> None:
        self.name = name
        self.source = source
        self.read = read
        self.taken: dict[str, None] = {"id": None}
        self.outer: dict[str, None] = {}  # columns of the situation, in the rows of a table or history
        self.joins: dict[str, tuple[Groups, tuple[str, ...]]] = {}
        self.stages: list[dict[str, Expr]] = []
        self.depth: dict[str, int] = {}
        self.known: dict[Expr, str] = {}  # the column that an expression is already
        self.names = set(reserved)
        self.others = names
        self.spread = 0  # over so many years

    def raw(self, name: str) -> Column:
        """Return a column of the rows themselves."""
        self.taken[name] = None
        return Column(name)

    def of_situation(self, name: str) -> Column:
        """Return a column of the situation that the row belongs to."""
        if self.source == "situations":
            return self.raw(name)
        self.outer[name] = None
        return Column(f"situation_{name}")

    def of_one_situation(self, expr: Expr) -> bool:
        """Return whether an expression is the same in all rows of a situation."""
        outer = {f"situation_{name}" for name in self.outer}
        made = {name: one for stage in self.stages for name, one in stage.items()}
        return all(
            column in outer or (column in made and self.of_one_situation(made[column])) for column in columns_in(expr)
        )

    def joined(self, groups: "Groups", name: str) -> Column:
        """Return a column of the groups that stand for this row."""
        self.joins[groups.name] = (groups, groups.keys)
        self.taken |= dict.fromkeys(groups.keys)
        return Column(name)

    def put(self, name: str, expr: Expr) -> Expr:
        """Return an expression as a column of its own."""
        if not weigh(expr):
            return expr
        if expr in self.known:
            return Column(self.known[expr])
        while name in self.names or name in self.taken or name in self.others.grouped:
            name += "_"
        self.names.add(name)
        self.others.made.add(name)
        depth = self.after(expr)
        while len(self.stages) <= depth:
            self.stages.append({})
        self.stages[depth][name] = expr
        self.known[expr] = name
        self.depth[name] = depth + 1
        return Column(name)

    def after(self, expr: Expr) -> int:
        """Return how many stages have to come before a column with this expression."""
        return max((self.depth.get(column, 0) for column in columns_in(expr)), default=0)

    def put_figure(self, name: str, figure: Figure) -> Figure:
        """Return a figure whose ends are columns of their own."""
        if figure.point:
            end = self._end(name, figure.low)
            return figure._replace(low=end, high=end)
        low, high = self._end(f"{name}_low", figure.low), self._end(f"{name}_high", figure.high)
        return figure._replace(low=low, high=high)

    def _end(self, name: str, end: End) -> End:
        return End(self.put(name, end.over), self.put(f"{name}_under", end.under), end.most, end.below)

    def relation(self, last: dict[str, Expr] | None = None, group: Group | None = None) -> Relation:
        """Return the relation; with `last`, those columns and the id are all that it has in the end."""
        self.read(self.source, self.taken)
        joins = []
        if self.outer:
            self.read("situations", ("id", *self.outer))
            renamed = {f"situation_{name}": Column(name) for name in self.outer}
            columns, kept = ("id", *self.outer), ("id", *renamed)
            beside = Relation(f"{self.name}_situations", Scan("situations"), columns, (), (renamed,), None, kept)
            joins.append(Join(beside, ("id",)))
        joins += [Join(groups.relation(), keys) for groups, keys in self.joins.values()]
        stages = tuple(self.stages) if last is None else self.used(last)
        keeps = None if last is None else ("id", *last)
        return Relation(
            self.name, Scan(self.source), tuple(self.taken), tuple(joins), stages, group, keeps, self.spread
        )

    def used(self, last: dict[str, Expr]) -> tuple[dict[str, Expr], ...]:
        """Return the stages up to the `last`, without columns that nothing looks at."""
        needed = {name for expr in last.values() for name in columns_in(expr)}
        stages = [last] if last else []
        for stage in reversed(self.stages):
            kept = {name: expr for name, expr in stage.items() if name in needed}
            needed |= {name for expr in kept.values() for name in columns_in(expr)}
            if kept:
                stages.append(kept)
        return tuple(reversed(stages))


class Names:
    """Names of columns that were `made` in any rows, or are given; and of those with what is `grouped`.

    The latter are joined to rows of which it is not known yet what they hold: none is the name of another column.
    """

    def __init__(self, given: Iterable[str]) -> None:
        self.made = set(given)
        self.grouped: set[str] = set()


class Groups:
    """What the rows of a frame come to, for each value of some keys; or such groups again, by fewer keys."""

    def __init__(self, name: str, rows: "Frame | Groups", keys: tuple[str, ...], names: Names) -> None:
        self.name = name
        self.names = names
        self.rows = rows
        self.keys = keys
        self.aggregates: dict[str, tuple[str, Expr]] = {}
        self.stage: dict[str, Expr] = {}

    def add(self, name: str, how: str, expr: Expr) -> str:
        """Return the column with a sum, or the least or greatest value: `sum`, `min` or `max`."""
        for known, aggregate in self.aggregates.items():
            if aggregate == (how, expr):
                return known
        name = f"{self.name}_{name}"
        while name in self.names.grouped or name in self.names.made:
            name += "_"
        self.names.grouped.add(name)
        self.aggregates[name] = (how, expr)
        return name

    def relation(self) -> Relation:
        """Return the relation."""
        group = Group(self.keys, dict(self.aggregates))
        if isinstance(self.rows, Frame):
            return self.rows.relation(None, group)._replace(name=self.name)
        inner = self.rows.relation()
        columns = (*self.rows.keys, *self.rows.aggregates)
        return Relation(self.name, inner, columns, (), (self.stage,) if self.stage else (), group)


class Scope:
    """The names that a term may mention: the columns of a table's row before the facts of its situation."""

    def __init__(self, frame: Frame, table: Fact | None = None) -> None:
        self.frame = frame
        self.table = table
        self.done: dict[Any, Any] = {}  # of this scope, what each term came to
        self.outside = self if table is None else Scope(frame)

    def own(self, name: str) -> bool:
        """Return whether a name is a column of the row."""
        return self.table is not None and name in self.table.columns

    def raw(self, name: str) -> Column:
        """Return a column with what was given: of the row, or of the situation."""
        return self.frame.of_situation(name) if self.table is None else self.frame.raw(name)
