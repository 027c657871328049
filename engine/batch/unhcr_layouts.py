"""UNHCR's downloads as tables: which of the layouts a file has, and its cells as values, bad ones told apart.

Layouts: the website with lines before the header and without them, the API, and UNHCR's R package with its own names of
columns or the plain ones. Everything else about the figures is in `unhcr`.
"""

import csv
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

import polars as pl

from comity.engine.batch.unhcr_packed import is_zip, table_in
from comity.engine.language.diagnostic import Code, Diagnostic, Refused, Severity, Span

MOST = 10**11  # what a figure may be
_HEAD = 64 * 1024  # of a file, in which its header has to stand
_PLACES = {
    "year": "year",
    "country of origin (iso)": "origin",
    "origin_iso": "origin",
    "coo_iso": "origin",
    "country of origin": "origin_name",
    "origin_name": "origin_name",
    "coo_name": "origin_name",
    "country of asylum (iso)": "host",
    "asylum_iso": "host",
    "coa_iso": "host",
    "country of asylum": "host_name",
    "asylum_name": "host_name",
    "coa_name": "host_name",
}
POPULATION = _PLACES | {
    "refugees under unhcr's mandate": "refugees",
    "refugees": "refugees",
    "other people in need of international protection": "others",
    "venezuelans displaced abroad": "others",
    "oip": "others",
}
APPLICATIONS = _PLACES | {
    "authority": "procedure",
    "procedure_type": "procedure",
    "procedure type": "procedure",
    "app_type": "type",
    "application type": "type",
    "dec_level": "level",
    "stage of procedure": "level",
    "app_pc": "unit",
    "cases / persons": "unit",
    "applied": "number",
}
DECISIONS = _PLACES | {
    "authority": "procedure",
    "procedure_type": "procedure",
    "procedure type": "procedure",
    "dec_level": "level",
    "stage of procedure": "level",
    "dec_pc": "unit",
    "cases / persons": "unit",
    "dec_total": "number",
    "total decisions": "number",
}
_FIGURES = ("year", "refugees", "others", "number")


class Cell(NamedTuple):
    """A value that is none of its column: the line of the file counts its header and what stands before it."""

    line: int
    column: str
    value: str

    @property
    def message(self) -> str:
        """What is wrong, in the words of a diagnostic."""
        return f"`{self.value}` is no figure of `{self.column}`" if self.value else f"`{self.column}` has no value"

    def diagnostic(self, path: Path) -> Diagnostic:
        """Return the complaint about it, whose row is left out."""
        text = f"{self.message}; the row is left out"
        return Diagnostic(Span(str(path), self.line, 1), Code.NOT_A_NUMBER, text, None, Severity.WARNING)


def refuse(path: Path, code: Code, message: str, hint: str | None = None, line: int = 1) -> NoReturn:
    """Refuse a file as a whole."""
    raise Refused([Diagnostic(Span(str(path), line, 1), code, message, hint)])


class Table(NamedTuple):
    """A download: its columns by their plain names, its bad cells, whose rows are left out."""

    rows: pl.DataFrame
    bad: Sequence[Cell]


class Layout(NamedTuple):
    """Where a table begins in a file, and what its columns are called there."""

    before: int  # lines before the header
    columns: Mapping[str, str]  # plain name: name in the file


def layout(path: Path, start: str, names: Mapping[str, str], needed: Sequence[str]) -> Layout:
    """Return the layout of a file that starts so and has columns of `names`. Raises `Refused`."""
    found = _found(start, names)
    if found is not None:
        missing = [one for one in needed if one not in found.columns]
        if missing:
            at = found.before + 1
            refuse(path, Code.MISSING_KEY, f"there is no column `{_called(missing[0], names)}`", None, at)
        return found
    text = "no line names the columns `Year`, `Country of origin (ISO)` and `Country of asylum (ISO)`"
    refuse(path, Code.WRONG_SHAPE, f"this is none of UNHCR's downloads: {text}")


def _found(start: str, names: Mapping[str, str]) -> Layout | None:
    for before, fields in enumerate(csv.reader([line]) for line in start.splitlines()[:200]):
        header = next(fields, [])
        found: dict[str, str] = {}
        for column in header:
            plain = names.get(_plain(column))
            if plain is not None:
                found.setdefault(plain, column)
        if "year" in found and len(found) > 2:
            return Layout(before, found)
    return None


def _called(plain: str, names: Mapping[str, str]) -> str:
    return next(name for name, one in names.items() if one == plain)


def _plain(column: str) -> str:
    return " ".join(column.replace("’", "'").split()).lower()


def _contents(path: Path, names: Mapping[str, str], needed: Sequence[str]) -> Path | bytes:
    """Return a file, or of a zip the table that has columns of `names`."""

    def fits(start: bytes) -> bool:
        found = _found(start.decode("utf-8", "ignore").removeprefix("\ufeff"), names)
        return found is not None and all(one in found.columns for one in needed)

    try:
        return table_in(path, fits) if is_zip(path) else path
    except OSError as error:
        refuse(path, Code.UNREADABLE_FILE, f"the file cannot be read: {error.strerror or error}")


def _head(path: Path, contents: Path | bytes) -> str:
    try:
        if isinstance(contents, bytes):
            start = contents[:_HEAD]
        else:
            with contents.open("rb") as file:
                start = file.read(_HEAD)
        if start[:2] == b"\x1f\x8b":
            start = zlib.decompressobj(31).decompress(start, _HEAD)
        return start.decode("utf-8", "strict" if len(start) < _HEAD else "ignore").removeprefix("\ufeff")
    except OSError as error:
        refuse(path, Code.UNREADABLE_FILE, f"the file cannot be read: {error.strerror or error}")
    except (UnicodeDecodeError, zlib.error):
        refuse(path, Code.NOT_UTF8, "the file is no text in UTF-8, packed with gzip or not")


def read(path: Path, names: Mapping[str, str], wanted: Sequence[str], needed: Sequence[str]) -> Table:
    """Return the columns `wanted` of a download, as far as it has them. Raises `Refused`.

    A figure is a whole number from 0 on, or null: `-` and an empty cell are missing. The code `NA` is a code.
    """
    contents = _contents(path, names, needed)
    where = layout(path, _head(path, contents), names, needed)
    columns = {where.columns[one]: one for one in wanted if one in where.columns}
    try:
        rows = _read(contents, where, columns, typed=True)
        if not _beyond(rows):
            return Table(rows, ())
    except pl.exceptions.PolarsError:
        pass  # a cell is none of its column: look for all of them, cell by cell
    try:
        texts = _read(contents, where, columns, typed=False)
        return _told_apart(texts, where, {two: one for one, two in columns.items()})
    except pl.exceptions.PolarsError as error:
        refuse(path, Code.WRONG_SHAPE, f"the file is no table: {str(error).splitlines()[0]}")


def _read(contents: Path | bytes, where: Layout, columns: Mapping[str, str], *, typed: bool) -> pl.DataFrame:
    types = {name: pl.Int64() if typed and plain in _FIGURES else pl.String() for name, plain in columns.items()}
    rows = pl.read_csv(
        contents,
        columns=list(columns),
        schema_overrides=types,
        skip_lines=where.before,
        null_values=["-", ""],
        infer_schema=False,
        truncate_ragged_lines=not typed,
    )
    return rows.rename(columns)


def _beyond(rows: pl.DataFrame) -> bool:
    figures = [pl.col(name) for name in rows.columns if name in _FIGURES]
    odd = pl.any_horizontal(*((one < 0) | (one > MOST) for one in figures), pl.col("year").is_null()).any()
    return bool(rows.select(odd).item())


def _told_apart(rows: pl.DataFrame, where: Layout, called: Mapping[str, str]) -> Table:
    """Return the rows whose figures are figures, and the cells of the others."""
    rows = rows.with_row_index("line", where.before + 2)
    bad: list[Cell] = []
    for name in (one for one in rows.columns if one in _FIGURES):
        value = pl.col(name)
        number = value.cast(pl.Int64, strict=False)
        wrong = value.is_not_null() & ~(
            value.str.contains(r"\A[0-9]+\z") & number.is_not_null() & (number <= MOST).fill_null(False)
        )
        if name == "year":
            wrong = wrong | value.is_null()
        found = rows.filter(wrong).select("line", name)
        bad += [Cell(line, called[name], text or "") for line, text in found.iter_rows()]
    lines = {one.line for one in bad}
    kept = rows.filter(~pl.col("line").is_in(list(lines))).drop("line")
    figures = [pl.col(one).cast(pl.Int64) for one in kept.columns if one in _FIGURES]
    return Table(kept.with_columns(*figures), tuple(sorted(bad)))
