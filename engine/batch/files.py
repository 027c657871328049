"""Files of tables: CSV, Parquet, JSON Lines, and tables of a DuckDB file; read lazily, written whole or not at all."""

import csv
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from glob import glob
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeAlias

import narwhals as nw
import polars as pl

from comity.engine.batch.polars_frames import is_polars
from comity.engine.batch.prepare import MORE, ROW, SHORT, Source, refuse
from comity.engine.batch.short_lines import short_lines
from comity.engine.language.diagnostic import Code

BROKEN = (pl.exceptions.PolarsError, nw.exceptions.NarwhalsError)  # what engines raise while they read
Frame: TypeAlias = "nw.LazyFrame[Any]"
FORMATS = {".csv": "csv", ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_WHOLE = r"\A-?(?:0|[1-9][0-9]{0,17})\z"


class Place(NamedTuple):
    """Where a table is, or goes: a path (`-` is standard input or output), its format, and the table of a database."""

    path: str
    format: str
    table: str | None = None

    def __str__(self) -> str:
        return self.path if self.table is None else f"{self.path}::{self.table}"


def place(text: str, format_: str | None = None) -> Place:
    """Return the place that a text means: `file.csv`, `data/*.parquet`, `file.duckdb::table`, `-`.

    Raises `ValueError` where its format cannot be told.
    """
    path, _, table = text.partition("::")
    if table:
        return Place(path, "duckdb", table)
    told = format_ or ("csv" if path == "-" else FORMATS.get(Path(path).suffix.lower()))
    if told is None:
        hint = "end it in .csv, .parquet or .jsonl, or name a table of a database, as in file.duckdb::situations"
        raise ValueError(f"the format of `{text}` cannot be told from its name: {hint}")
    return Place(path, told)


class Files:
    """Opens tables for one run.

    `folder` is for what stands in files in passing; `columns` are names that JSON may give, and `read` those whose text
    has to be read as figures, dates and truths, which Polars does whatever the engine is.
    """

    def __init__(self, engine: str, folder: Path, columns: Iterable[str], read: Iterable[str]) -> None:
        self.engine = engine
        self.read = {*read}
        self.folder = folder
        self.columns = [*columns]
        self.connection: Any = None
        self.made = 0
        self.broken: tuple[type[Exception], ...] = BROKEN  # what is raised while tables are read

    def passing(self, suffix: str) -> Path:
        """Return a new path for a file in passing."""
        self.made += 1
        return self.folder / f"{self.made}{suffix}"

    def duckdb(self) -> Any:
        """Return the one connection of this run."""
        if self.connection is None:
            import duckdb

            self.connection = duckdb.connect(config={"temp_directory": str(self.folder)})
            self.connection.execute("SET enable_progress_bar = false")
        return self.connection

    def close(self) -> None:
        """Let go of all databases."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def open_all(self, *places: Place) -> list[Source]:
        """Return tables as sources, all on one engine: where Polars has to read one of them, it reads all.

        Raises `Refused` where one cannot be read.
        """
        found = [self.open(at) for at in places]
        if not any(is_polars(one.frame) for one in found):
            return found
        pairs = zip(found, places, strict=True)
        return [one if is_polars(one.frame) else self.open(at, False) for one, at in pairs]

    def open(self, at: Place, typed: bool = True) -> Source:
        """Return a table as a source; if it is `typed`, on the engine of this run."""
        broken: tuple[type[Exception], ...] = (OSError, *self.broken)
        try:
            return self._open(at, typed)
        except broken as error:
            self.unreadable(at, error)

    def _open(self, at: Place, typed: bool) -> Source:
        if at.table is not None:
            return self.from_database(at, typed)
        if at.path == "-":
            path = self.passing(f".{at.format}")
            with path.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
            at = at._replace(path=str(path))
        elif not glob(at.path):
            refuse(str(at), Code.UNREADABLE_FILE, f"there is no file `{at.path}`")
        source = self.typed(at.path) if typed and at.format == "parquet" else None
        twin = _twin(at.path) if at.format == "parquet" else None
        return source or Source(nw.from_native(_SCANS[at.format](self, at.path)), at.path, True, twin)

    def typed(self, path: str) -> Source | None:
        """Return files of Parquet as a source on the engine of this run, unless they have text that is to be read."""
        if self.engine != "duckdb":
            return None
        frame = nw.from_native(self.duckdb().read_parquet(path))
        return None if has_text(frame, self.read) else Source(frame, path, False, _twin(path))

    def from_database(self, at: Place, typed: bool) -> Source:
        connection = self.duckdb()
        if not Path(at.path).is_file():
            refuse(str(at), Code.UNREADABLE_FILE, f"there is no file `{at.path}`")
        import duckdb

        name = f"file_{self.made}"
        self.made += 1
        try:
            connection.execute(f"ATTACH {_quoted(at.path, chr(39))} AS {name} (READ_ONLY)")
            relation = connection.sql(f"SELECT * FROM {name}.{_quoted(at.table or '')}")
        except duckdb.Error as error:
            self.unreadable(at, error)
        if self.engine == "duckdb" and typed and not has_text(nw.from_native(relation), self.read):
            return Source(nw.from_native(relation), str(at), False, nw.from_native(relation))
        path = self.passing(".parquet")
        relation.write_parquet(str(path))
        return Source(nw.from_native(_parquet(self, str(path))), str(at), True, _twin(str(path)))

    def moved(self, sources: dict[str, Frame]) -> dict[str, Frame]:
        """Return frames for the engine of this run: those of Polars go to another by way of files."""
        if self.engine == "polars":
            return sources
        found = {}
        for name, frame in sources.items():
            if not frame.implementation.is_polars():
                found[name] = frame
                continue
            path = self.passing(".parquet")
            nw.to_native(frame).sink_parquet(path, engine="streaming")
            found[name] = self.lent(path)
        return found

    def lent(self, path: Path) -> Frame:
        """Return what Polars wrote as a frame of the engine of this run."""
        found: Frame = nw.from_native(self.duckdb().read_parquet(str(path)))
        return found

    def unreadable(self, at: Place, error: Exception) -> NoReturn:
        """Refuse a file that cannot be read."""
        text = self.reason(error)
        first = text[0] if text[1:2].isupper() else text[0].lower()  # CSV stays CSV
        refuse(str(at), Code.UNREADABLE_FILE, f"`{at}` cannot be read: {first}{text[1:].rstrip('.')}")

    def reason(self, error: Exception) -> str:
        """Return in one line why an engine failed."""
        return next(iter(str(error).strip().splitlines()), type(error).__name__)

    def output(self, at: Place) -> "Output":
        """Return what writes the verdicts of this run."""
        return Output(at, self)


def has_text(frame: Frame, read: Iterable[str]) -> bool:
    """Tell whether a column is text that has to be read as a figure, a date or a truth."""
    schema = frame.collect_schema()
    return any(schema.get(name) == nw.String for name in read)


def _quoted(name: str, mark: str = '"') -> str:
    return f"{mark}{name.replace(mark, 2 * mark)}{mark}"


def _csv(_: Files, path: str) -> pl.LazyFrame:
    paths = sorted(glob(path))
    first = paths[0]
    with open(first, encoding="utf-8-sig", newline="") as file:
        try:
            header = next(csv.reader(file), [])
        except UnicodeDecodeError:
            refuse(first, Code.NOT_UTF8, "the file is not UTF-8", "save it as UTF-8")
    if not header:
        refuse(first, Code.EMPTY_DOCUMENT, "the file is empty", "the first line names the columns")
    for name in header:
        if header.count(name) > 1:
            refuse(first, Code.DUPLICATE_KEY, f"there are two columns `{name}`", "rename one, or leave it out")
    schema = dict.fromkeys([*header, MORE], pl.String)
    frame = pl.scan_csv(
        path,
        schema=schema,
        missing_columns="insert",
        truncate_ragged_lines=True,
        row_index_name=ROW,
        row_index_offset=1,
    )
    short = short_lines(paths, len(header))
    if not short:
        return frame
    rows = pl.lit(pl.Series(short, dtype=pl.UInt32)).implode()
    return frame.with_columns(pl.col(ROW).is_in(rows).alias(SHORT))


def _parquet(_: Files, path: str) -> pl.LazyFrame:
    return pl.scan_parquet(path, row_index_name=ROW, row_index_offset=1)


def _twin(path: str) -> Frame:
    frame: Frame = nw.from_native(pl.scan_parquet(path))
    return frame


def _jsonl(files: Files, path: str) -> pl.LazyFrame:
    seen = pl.scan_ndjson(path, infer_schema_length=1_000).collect_schema().names()
    schema = dict.fromkeys([*seen, *files.columns], pl.String)
    whole = pl.scan_ndjson(path, schema=schema, row_index_name=ROW, row_index_offset=1)
    there = whole.select(pl.all().is_not_null().any()).collect(engine="streaming").row(0, named=True)
    return whole.select(name for name, given in there.items() if given or name in seen)


_SCANS: dict[str, Callable[[Files, str], pl.LazyFrame]] = {"csv": _csv, "parquet": _parquet, "jsonl": _jsonl}


def alike(source: Source, situations: Source) -> Source:
    """Return a companion whose ids and rows are of the type that those of the situations are."""
    schema, kind = source.frame.collect_schema(), situations.frame.collect_schema().get("id")
    native = nw.to_native(source.frame)
    if not source.frame.implementation.is_polars():
        return source
    if kind is not None and kind.is_integer() and schema.get("id") == nw.String:
        native = native.with_columns(_whole("id"))
    if kind == nw.String and schema.get("id") is not None and schema["id"].is_integer():
        native = native.with_columns(pl.col("id").cast(pl.String))
    if schema.get("row") == nw.String:
        native = native.with_columns(_whole("row"))
    return source._replace(frame=nw.from_native(native))


def _whole(name: str) -> pl.Expr:
    text = pl.col(name)
    return pl.when(text.str.contains(_WHOLE)).then(text).cast(pl.Int64).alias(name)


# --- writing --------------------------------------------------------------------------------------------------------


class Output:
    """A file in the making, beside the one that it will be."""

    def __init__(self, at: Place, files: Files) -> None:
        self.at = at
        self.files = files
        self.format = "parquet" if at.table is not None else at.format
        passing = at.table is not None or at.path == "-" or (os.path.exists(at.path) and not os.path.isfile(at.path))
        if passing:
            self.path = files.passing(f".{self.format}")
        else:
            target = Path(os.path.realpath(at.path))
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
            os.close(handle)
            self.path = Path(name)
        self.beside = not passing

    def write(self, frame: Frame, seen: Callable[[int], None] | None) -> None:
        """Write a frame; `seen` is told how many more rows are done."""
        native = nw.to_native(frame)
        if not frame.implementation.is_polars():
            _COPIES[self.format](native, str(self.path))
            return
        if seen is not None:
            native = native.map_batches(_counting(seen), streamable=True)
        _SINKS[self.format](native, self.path)

    def count(self) -> int:
        """Return how many rows were written."""
        return int(self.rows().select(pl.len()).collect().item())

    def tally(self, columns: Iterable[str]) -> dict[str, dict[str | None, int]]:
        """Return how often each text stands in columns of what was written."""
        found = {}
        for column in columns:
            counted = self.rows().group_by(pl.col(column).cast(pl.String)).len().collect(engine="streaming")
            found[column] = dict(counted.iter_rows())
        return found

    def rows(self) -> pl.LazyFrame:
        """Return what was written."""
        if self.format == "parquet":
            return pl.scan_parquet(self.path)
        return pl.scan_csv(self.path, infer_schema=False) if self.format == "csv" else pl.scan_ndjson(self.path)

    def done(self) -> None:
        """Put what was written in its place, all at once."""
        if self.beside:
            target = os.path.realpath(self.at.path)
            with open(self.path, "rb") as file:
                os.fsync(file.fileno())
            os.chmod(self.path, os.stat(target).st_mode & 0o777 if os.path.exists(target) else new_mode(0o666))
            os.replace(self.path, target)
        elif self.at.table is not None:
            self.into_database()
        else:
            with self.path.open("rb") as file:
                if self.at.path == "-":
                    shutil.copyfileobj(file, sys.stdout.buffer)
                    sys.stdout.buffer.flush()
                else:
                    with open(self.at.path, "wb") as device:
                        shutil.copyfileobj(file, device)

    def into_database(self) -> None:
        self.files.close()  # what was read may stand in the same file
        import duckdb

        try:
            with duckdb.connect(self.at.path) as connection:
                rows = f"SELECT * FROM read_parquet({_quoted(str(self.path), chr(39))})"
                connection.execute(f"CREATE OR REPLACE TABLE {_quoted(self.at.table or '')} AS {rows}")
        except duckdb.Error as error:
            raise OSError(str(error)) from error

    def dropped(self) -> None:
        """Leave nothing behind."""
        if self.beside:
            self.path.unlink(missing_ok=True)


def _counting(seen: Callable[[int], None]) -> Callable[[pl.DataFrame], pl.DataFrame]:
    def count(rows: pl.DataFrame) -> pl.DataFrame:
        seen(rows.height)
        return rows

    return count


def new_mode(whole: int) -> int:
    """Return the mode of something new, of which `whole` is all that it could be."""
    mask = os.umask(0)
    os.umask(mask)
    return whole & ~mask


_SINKS: dict[str, Callable[[pl.LazyFrame, Path], Any]] = {
    "csv": lambda frame, path: frame.sink_csv(path, engine="streaming"),
    "parquet": lambda frame, path: frame.sink_parquet(path, engine="streaming"),
    "jsonl": lambda frame, path: frame.sink_ndjson(path, engine="streaming"),
}
_COPIES: dict[str, Callable[[Any, str], Any]] = {
    "csv": lambda relation, path: relation.write_csv(path),
    "parquet": lambda relation, path: relation.write_parquet(path),
    "jsonl": lambda relation, path: relation.query(
        "found", f"COPY (SELECT * FROM found) TO {_quoted(path, chr(39))} (FORMAT json)"
    ),
}


def whole_lines(rows: Iterable[NamedTuple], format_: str) -> Iterator[str]:
    """Yield the lines of a file of records: CSV with a header, or JSON Lines."""
    import io
    import json

    names: tuple[str, ...] | None = None
    for row in rows:
        if format_ == "jsonl":
            yield json.dumps(row._asdict(), ensure_ascii=False, default=str) + "\n"
            continue
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if names is None:
            names = row._fields
            writer.writerow(names)
        writer.writerow(["" if cell is None else cell for cell in row])
        yield text.getvalue()
