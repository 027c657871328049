"""UNHCR's population statistics as situations: the people of one origin in one host country at the end of one year.

What is taken for what:

- The figures are stocks at the end of a year. A pair of countries without a row in a year had nobody then; years
  outside the file are unknown. A figure of refugees that is missing in a row is unknown; one of others is 0.
- Rows whose origin is the host country are dropped. Where the origin is unknown or various (`UNK`) or the people are
  stateless (`XXA`), no nationality is shared: there is no situation, but the people count in the total of a year.
- The code of a new State begins in the midst of things: what it was before is part of what its predecessor's code
  counts. So for the years before, it is anything from nobody to all of those (`SUCCESSORS`). A code that goes on is
  left as it is.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import narwhals as nw
import polars as pl

from comity.engine.batch.frames import YEARS, Frame
from comity.engine.batch.income_groups import FIRST
from comity.engine.batch.unhcr_layouts import POPULATION, Cell, read
from comity.engine.translation.columns import Series, Shape

NO_NATIONALITY = ("UNK", "XXA")
REFUGEES, WITH_OTHERS = "refugees", "refugees_and_others"
HISTORIES = (REFUGEES, WITH_OTHERS)
WINDOW = 100  # years that a situation may look back


class Successor(NamedTuple):
    """A code that began after its predecessor's: as an origin and as a host country, from the year on."""

    code: str
    predecessor: str
    origin: int
    host: int


_SOVIET = ("ARM", "AZE", "BLR", "EST", "GEO", "KAZ", "KGZ", "LTU", "LVA", "MDA", "TJK", "TKM", "UKR", "UZB")
SUCCESSORS = (
    Successor("SSD", "SDN", 2012, 2011),  # South Sudan
    Successor("ERI", "ETH", 1979, 1993),  # Eritrea
    Successor("MNE", "SRB", 2006, 2006),  # Montenegro; before 1992 SRB stands for Yugoslavia
    *(Successor(code, "SRB", 1992, 1992) for code in ("BIH", "HRV", "MKD", "SVN")),
    Successor("SVK", "CZE", 1993, 1993),  # before 1993 CZE stands for Czechoslovakia
    *(
        Successor(code, "RUS", 1992, 1992)  # before 1992 RUS stands for the Soviet Union
        for code in _SOVIET
    ),
)


class Population(NamedTuple):
    """The figures of a file, one row for an origin, host country and year.

    `rows` has `origin` and `host` (codes), `year`, `refugees` (or null) and `others`; `names` what the codes stand for.
    """

    rows: pl.DataFrame
    names: Mapping[str, str]
    first: int
    last: int
    has_others: bool
    bad: Sequence[Cell]
    dropped: int  # rows whose origin is the host country

    @property
    def years(self) -> range:
        """Years of which the five year-ends are in the file."""
        return range(self.first + 4, self.last + 1)


class Prepared(NamedTuple):
    """What conclusions are worked out from.

    `identity` are the columns of situations that say which each is; `key` is what its id is made of them.
    """

    shape: Shape
    sources: Mapping[str, Frame]
    identity: tuple[str, ...]
    key: pl.Expr


def read_population(path: Path, *, names: bool = True) -> Population:
    """Return the figures of a download of population statistics. Raises `Refused`.

    Without `names` those of countries are not read, which takes less time.
    """
    columns = ["year", "origin", "host", "refugees", "others"]
    needed = ["origin", "host", "refugees"]
    named = [*columns, "origin_name", "host_name"]
    table = read(path, POPULATION, named if names else columns, needed)
    if not names and table.rows.select(pl.any_horizontal(pl.col("origin", "host").is_null()).any()).item():
        table = read(path, POPULATION, named, needed)
    rows = _coded(table.rows)
    bad = [*table.bad]
    has_others = "others" in rows.columns
    rows = rows.with_columns(pl.col("others").fill_null(0) if has_others else pl.lit(None, pl.Int64).alias("others"))
    found = _names(rows)
    rows = rows.select("origin", "host", "year", "refugees", "others")
    counted = rows.height
    rows = rows.filter(pl.col("origin") != pl.col("host"))
    dropped = counted - rows.height
    rows = _once(rows)
    first, last = (rows["year"].min(), rows["year"].max()) if rows.height else (0, 0)
    assert isinstance(first, int)
    assert isinstance(last, int)
    return Population(rows, found, first, last, has_others, tuple(bad), dropped)


def _coded(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows with the codes of countries as an enumeration, and names without spaces around them."""
    codes = pl.concat([rows["origin"], rows["host"]]).unique()
    if codes.has_nulls() or any(code != code.strip() for code in codes if code is not None):
        rows = rows.with_columns(
            pl.when(pl.col(code).str.strip_chars() != "")
            .then(pl.col(code).str.strip_chars())
            .when(pl.col(name).str.strip_chars() == "Unknown")
            .then(pl.lit("UNK"))
            .alias(code)
            for code, name in (("origin", "origin_name"), ("host", "host_name"))
            if name in rows.columns
        )
        rows = rows.filter(pl.col("origin").is_not_null() & pl.col("host").is_not_null())
        codes = pl.concat([rows["origin"], rows["host"]]).unique()
    return rows.with_columns(pl.col("origin", "host").cast(pl.Enum(codes.sort())))


def _names(rows: pl.DataFrame) -> Mapping[str, str]:
    """Return the name of each code, as the last year that has it writes it."""
    found: dict[str, str] = {}
    for code in ("origin", "host"):
        name = f"{code}_name"
        if name in rows.columns:
            told = rows.filter(pl.col(name).is_not_null()).group_by(code).agg(pl.col(name).sort_by("year").last())
            found |= {one: text.strip() for one, text in told.iter_rows()}
    return dict(sorted(found.items()))


def _key() -> pl.Expr:
    origin, host = (pl.col(one).to_physical().cast(pl.Int64) for one in ("origin", "host"))
    return ((origin * 1000 + host) * 10_000 + pl.col("year")).alias("id")


def _once(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row for a pair of countries in a year, with the sum of those there are."""
    if rows.select(_key()).to_series().n_unique() == rows.height:
        return rows
    known = pl.when(pl.col("refugees").is_null().any()).then(None).otherwise(pl.col("refugees").sum())
    return rows.group_by("origin", "host", "year", maintain_order=True).agg(
        known.alias("refugees"), pl.col("others").sum()
    )


def prepare(population: Population, income: pl.DataFrame | None = None) -> Prepared:
    """Return the situations of a file, for the facts of the rule set `unhcr-global-trends`.

    `income` is what `income_groups.read_groups` returns. The id of a situation ends with its year, in four digits.
    """
    rows = population.rows.with_columns(_key())
    sharing = ~pl.col("origin").is_in(NO_NATIONALITY)
    situations = rows.filter(sharing).select(
        "id",
        "year",
        pl.date(pl.col("year"), 12, 31).alias("as_of"),
        "origin",
        "host",
    )
    facts: dict[str, str] = {}
    if income is not None:
        situations = _with_groups(situations, income)
        facts["host_income_group"] = "point"
    histories = HISTORIES if population.has_others else (REFUGEES,)
    shape = Shape(facts, series=Series(dict.fromkeys(histories, "range"), population.first, population.last, absent=0))
    years = pl.DataFrame({"offset": pl.int_range(WINDOW, eager=True)})
    figures = _figures(rows.filter(sharing), histories)
    frames = {"situations": situations, "series": figures, YEARS: years}
    return Prepared(shape, {name: _lazy(frame) for name, frame in frames.items()}, ("origin", "host", "year"), _key())


def _lazy(frame: pl.DataFrame) -> Frame:
    return nw.from_native(frame.lazy())


def _figures(rows: pl.DataFrame, histories: Sequence[str]) -> pl.DataFrame:
    """Return the least and the most of each history, by series and year."""
    known = rows.select(
        "id",
        pl.col("refugees").fill_null(0).alias("refugees_low"),
        pl.col("refugees").alias("refugees_high"),
        (pl.col("refugees").fill_null(0) + pl.col("others")).alias("refugees_and_others_low"),
        (pl.col("refugees") + pl.col("others")).alias("refugees_and_others_high"),
    )
    before = _before(rows)
    if before.height:
        both = pl.concat([known.join(before, on="id", how="semi"), before.select(known.columns)])
        both = both.group_by("id").agg(
            *(pl.col(name).sum() for name in known.columns if name.endswith("_low")),
            *(
                pl.when(pl.col(name).is_null().any()).then(None).otherwise(pl.col(name).sum()).alias(name)
                for name in known.columns
                if name.endswith("_high")
            ),
        )
        known = pl.concat([known.join(before, on="id", how="anti"), both.select(known.columns)])
    return known.select("id", *(f"{name}_{side}" for name in histories for side in ("low", "high")))


def _before(rows: pl.DataFrame) -> pl.DataFrame:
    """Return what series whose code is new can have been before: part of what the predecessor's code counted."""
    codes = rows.schema["origin"]
    assert isinstance(codes, pl.Enum)
    there = {*codes.categories}
    known = [one for one in SUCCESSORS if one.code in there and one.predecessor in there]
    if not known:
        return rows.clear().with_columns()
    table = pl.DataFrame(known, schema=["code", "predecessor", "origin_since", "host_since"], orient="row")
    table = table.with_columns(pl.col("code", "predecessor").cast(codes))
    found = rows.select("origin", "host", "year", "refugees", "others")
    as_origin = _renamed(found, table, "origin")
    as_host = _renamed(pl.concat([found, as_origin]), table, "host")
    new = pl.concat([as_origin, as_host]).filter(pl.col("origin") != pl.col("host")).with_columns(_key())
    series = pl.col("id") // 10_000
    new = new.filter(series.is_in(rows.select(series.unique()).to_series().implode()))
    return new.group_by("id").agg(
        pl.lit(0, pl.Int64).alias("refugees_low"),
        _sum(pl.col("refugees")).alias("refugees_high"),
        pl.lit(0, pl.Int64).alias("refugees_and_others_low"),
        _sum(pl.col("refugees") + pl.col("others")).alias("refugees_and_others_high"),
    )


def _sum(values: pl.Expr) -> pl.Expr:
    return pl.when(values.is_null().any()).then(None).otherwise(values.sum())


def _renamed(rows: pl.DataFrame, table: pl.DataFrame, side: str) -> pl.DataFrame:
    """Return the rows of predecessors, in the years before their successors had a code, with that code."""
    since = f"{side}_since"
    found = rows.join(table.select(pl.col("predecessor").alias(side), "code", since), on=side, how="inner")
    return found.filter(pl.col("year") < pl.col(since)).with_columns(pl.col("code").alias(side)).select(rows.columns)


def _with_groups(situations: pl.DataFrame, income: pl.DataFrame) -> pl.DataFrame:
    """Return situations with the income group of the host country on the last day of the year.

    A host country that the table does not name in a year that it covers was in no group; nor was any before the first
    classification. Years that the table does not cover are unknown.
    """
    codes = situations.schema["host"]
    assert isinstance(codes, pl.Enum)
    groups = income.filter(pl.col("country").is_in(codes.categories.implode())).select(
        pl.col("country").cast(codes).alias("host"), "year", pl.col("group").alias("host_income_group")
    )
    first, last = income["year"].min(), income["year"].max()
    covered = (pl.col("year") < FIRST) | pl.col("year").is_between(pl.lit(first), pl.lit(last))
    other = pl.when(covered).then(pl.lit("not-classified"))
    return situations.join(groups, on=["host", "year"], how="left").with_columns(
        pl.col("host_income_group").fill_null(other)
    )
