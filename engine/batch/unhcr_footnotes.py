"""The footnotes of UNHCR's downloads: what they say, of which years, countries and populations."""

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import polars as pl

from comity.engine.batch.unhcr_layouts import refuse
from comity.engine.batch.unhcr_packed import footnotes_in, is_zip
from comity.engine.language.diagnostic import Code

POPULATIONS = {"unhcr": ("REF", "ROC", "OIP"), "unhcr-asylum": ("ASY",)}  # of which a kind of download speaks
_MOST = 10_000_000
_COLUMNS = {
    "footnote": "text",
    "year": "years",
    "country of origin (iso)": "origin",
    "country of asylum (iso)": "host",
    "population type": "population",
}
_YEARS = re.compile(r"\s*([0-9]{4})(?:\s*-\s*([0-9]{4}))?\s*", re.ASCII)


class Footnote(NamedTuple):
    """A footnote: of these years, of one origin and host country, or of any."""

    text: str
    years: tuple[range, ...]
    origin: str
    host: str
    population: str

    def concerns(self, origin: bool) -> pl.Expr:
        """Return whether it concerns the situation of a row; where rows have an `origin`, by that too."""
        found = pl.any_horizontal(pl.col("year").is_between(one[0], one[-1]) for one in self.years)
        if self.host:
            found &= pl.col("host").cast(pl.String) == self.host
        if self.origin and origin:
            found &= pl.col("origin").cast(pl.String) == self.origin
        return found


def read_footnotes(path: Path) -> tuple[Footnote, ...]:
    """Return the footnotes of a file, or of a zip; none where a zip has none. Raises `Refused`."""
    try:
        data = footnotes_in(path) if is_zip(path) else _plain(path)
    except OSError as error:
        refuse(path, Code.UNREADABLE_FILE, f"the file cannot be read: {error.strerror or error}")
    if data is None:
        return ()
    if len(data) > _MOST:
        refuse(path, Code.FILE_TOO_LARGE, f"the footnotes have more than {_MOST // 1_000_000} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse(path, Code.NOT_UTF8, "the footnotes are no text in UTF-8")
    return tuple(_rows(path, text))


def _plain(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST + 1)


def _rows(path: Path, text: str) -> Iterable[Footnote]:
    lines = csv.reader(io.StringIO(text, newline=""))
    header = [_COLUMNS.get(" ".join(name.split()).lower(), "") for name in next(lines, [])]
    missing = next((name for name, plain in _COLUMNS.items() if plain not in header), None)
    if missing is not None:
        refuse(
            path, Code.MISSING_KEY, f"these are no footnotes of UNHCR's: there is no column `{missing.capitalize()}`"
        )
    for line in lines:
        if not line:
            continue
        row = {name: cell.strip() for name, cell in zip(header, line, strict=False)}
        years = [_YEARS.fullmatch(part) for part in row.get("years", "").split(",")]
        if not all(years) or not row["text"]:
            refuse(path, Code.WRONG_SHAPE, "a footnote has no text or no years", None, lines.line_num)
        ends = [(int(one[1]), int(one[2] or one[1])) for one in years if one is not None]
        yield Footnote(
            " ".join(row["text"].split()),
            tuple(range(first, last + 1) for first, last in ends if first <= last),
            *(row.get(name, "") for name in ("origin", "host", "population")),
        )


def with_footnotes(situations: pl.LazyFrame, notes: Iterable[Footnote], kind: str) -> pl.LazyFrame | None:
    """Return situations with a column `footnotes`, one after the other; None where none speaks of them."""
    spoken = [one for one in notes if one.population in POPULATIONS[kind] and one.years]
    if not spoken:
        return None
    origin = "origin" in situations.collect_schema()
    parts = [pl.when(one.concerns(origin)).then(pl.lit(one.text)) for one in spoken]
    return situations.with_columns(pl.concat_str(parts, separator=" | ", ignore_nulls=True).alias("footnotes"))
