"""Lines of CSV that have fewer cells than there are columns: a reader takes what they lack for empty cells."""

import csv
from collections.abc import Iterable, Iterator

import polars as pl

_QUOTED = r'(^|,)"(?:[^"]|"")*"'  # a cell that begins and ends with a quotation mark
_OPEN = r'(^|,)"'


def short_lines(paths: Iterable[str], columns: int) -> list[int]:
    """Return which rows of CSV files have fewer cells than `columns`, counted from 1 over all files.

    The lines are looked at all at once, but where a cell goes over several of them.
    """
    found: list[int] = []
    before = 0
    for path in paths:
        line = pl.col("line")
        plain = pl.when(line.str.contains('"', literal=True)).then(line.str.replace_all(_QUOTED, "$1")).otherwise(line)
        lines = pl.scan_lines(path, row_index_name="row", glob=False).slice(1).with_columns(plain.alias("line"))
        told = lines.select(
            rows=pl.len(),
            open=line.str.contains(_OPEN).any(),
            short=pl.col("row").filter(line.str.count_matches(",", literal=True) < columns - 1).implode(),
        ).collect(engine="streaming")
        rows, open_, short = told.row(0)
        if open_:
            rows, short = _one_by_one(path, columns)
        found += [before + row for row in short]
        before += rows
    return found


def _one_by_one(path: str, columns: int) -> tuple[int, list[int]]:
    rows, short = 0, []
    for cells in _records(path):
        rows += 1
        if len(cells) < columns:
            short.append(rows)
    return rows, short


def _records(path: str) -> Iterator[list[str]]:
    with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
        records = csv.reader(file)
        next(records, None)
        yield from records
