"""A table that is being filled, row by row and column by column, and how it is kept until it is whole.

A table that a situation gives is complete, so one that is not stays out of the facts: it is kept as a comment.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from comity.engine.language.model import Fact, RuleSet
from comity.engine.language.source import Document, Mapping as Entries, Node, Sequence, read
from comity.engine.language.writing import inline

UNKNOWN = "unknown"
_UNFINISHED = "# comity ask, unfinished: "

Row: TypeAlias = Mapping[str, str]  # cells as they are typed, by column


class Draft(NamedTuple):
    """The rows of a table so far. The first that lacks a column is being filled; what nobody knows says so."""

    table: Fact
    rows: tuple[Row, ...] = ()

    @property
    def cell(self) -> tuple[int, str] | None:
        """Where the next value goes: the row, counted from 1, and the column; None where every row is whole."""
        for number, row in enumerate(self.rows, 1):
            for name in _asked(self.table):
                if name not in row:
                    return number, name
        return None

    @property
    def items(self) -> list[str]:
        """The rows as a situation gives them: what nobody knows is left out."""
        return [_written({name: value for name, value in row.items() if value != UNKNOWN}) for row in self.rows]

    @property
    def comment(self) -> str:
        """The line that keeps them."""
        return f"{_UNFINISHED}{self.table.name}: [{', '.join(map(_written, self.rows))}]\n"

    def with_cell(self, value: str) -> "Draft":
        """Return the draft with the next value."""
        assert self.cell is not None
        number, name = self.cell
        return self.with_row(number, {**self.rows[number - 1], name: value})

    def with_row(self, number: int, row: Row) -> "Draft":
        """Return the draft with another row in the place of one, or behind the last."""
        return self._replace(rows=(*self.rows[: number - 1], row, *self.rows[number:]))


def draft_of(table: Fact, node: Node | None) -> Draft | None:
    """Return the rows that a situation gives of a table, to go on with; None if it gives none."""
    rows = _rows(node)
    return Draft(table, tuple({**dict.fromkeys(_asked(table), UNKNOWN), **row} for row in rows)) if rows else None


def unfinished(text: str, rules: RuleSet) -> tuple[str, Draft | None]:
    """Return the text of a situation without the comment that keeps a table, and that table."""
    found = re.search(rf"(?m)^{_UNFINISHED}([a-z0-9_]+): (.*)\r?\n?\Z", text)
    if found is None:
        return text, None
    table, document = rules.facts.get(found[1]), read(found[2].encode(), "")
    if table is None or not table.columns or not isinstance(document, Document):
        return text[: found.start()], None
    rows = tuple({name: value for name, value in row.items() if name in table.columns} for row in _rows(document.root))
    return text[: found.start()], Draft(table, rows)


def _asked(table: Fact) -> list[str]:
    return [name for name, column in table.columns.items() if column.derive is None]


def _rows(node: Node | None) -> list[Row]:
    items = node.items if isinstance(node, Sequence) else []
    return [
        {name: inline(value) for name, value in item.entries.items()} for item in items if isinstance(item, Entries)
    ]


def _written(row: Row) -> str:
    return f"{{{', '.join(f'{name}: {value}' for name, value in row.items())}}}"
