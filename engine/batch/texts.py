"""Columns of text as columns of values, on Polars: plain figures all at once, the rest cell by cell."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import polars as pl

from comity.engine.batch.cells import PLAIN, Wrong, columns_of, read_day, read_text
from comity.engine.language.model import Fact, ValueType
from comity.engine.translation.column_facts import EARLIEST, scale

_REMEMBERED = 100_000  # texts of a column that are not read again
_FIGURE = {
    "count": r"\A(?:0|[1-9][0-9]{0,9})\z",
    "number": r"\A-?(?:0|[1-9][0-9]{0,7})(?:\.[0-9]{1,6})?\z",
    "share": r"\A(?:0|1)(?:\.[0-9]{1,6})?\z",
}
_DAY = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z"


def decoded(name: str, fact: Fact, as_of: date | str | None) -> pl.Expr:
    """Return a column of text as a struct: `low` and `high`, or `value`; and whether it is `bad`.

    `as_of` is the day from which `ago` counts, or the column with it.
    """
    plain = fact.value_type in PLAIN
    kind = _kind(fact)
    fields: dict[str, Any] = {"value": kind} if plain else {"low": kind, "high": kind}
    fields["bad"] = pl.Boolean
    with_day = fact.value_type is ValueType.DATE and isinstance(as_of, str)
    taken = [name, as_of] if with_day else [name]
    remembered: dict[tuple[str, date | None], Any] = {}

    def decode(cells: pl.Series) -> pl.Series:
        texts = cells.struct.field(name)
        days = cells.struct.field(str(as_of)) if with_day else None
        fixed = as_of if isinstance(as_of, date) else None

        def read(row: int) -> Any:
            key = (texts[row], days[row] if days is not None else fixed)
            if key not in remembered:
                if len(remembered) > _REMEMBERED:
                    remembered.clear()
                value = read_text(key[0], fact, name, key[1])
                bad = isinstance(value, Wrong)
                told = None if bad else value
                remembered[key] = (*((told,) if plain else columns_of(fact, told)), bad)
            return remembered[key]

        return _read(texts, fast(texts, fact), read, fields, None if plain else columns_of(fact, None))

    return pl.struct(taken).map_batches(decode, return_dtype=pl.Struct(fields), is_elementwise=True)


def decoded_day(name: str) -> pl.Expr:
    """Return a column of text as a struct: `value`, a full date, and whether it is `bad`. Nothing is no date."""

    def decode(texts: pl.Series) -> pl.Series:
        days = _days(texts)
        return _read(texts, days, lambda row: _day(texts[row], name), {"value": pl.Date, "bad": pl.Boolean}, None)

    return pl.col(name).map_batches(
        decode, return_dtype=pl.Struct({"value": pl.Date, "bad": pl.Boolean}), is_elementwise=True
    )


def _day(text: str, name: str) -> tuple[date | None, bool]:
    day = read_day(text, name)
    return (None, True) if isinstance(day, Wrong) or day < EARLIEST else (day, False)


def _kind(fact: Fact) -> Any:
    match fact.value_type:
        case ValueType.BOOLEAN:
            return pl.Boolean
        case ValueType.CHOICE | ValueType.TEXT:
            return pl.String
        case ValueType.DATE:
            return pl.Date
    return pl.Int64


def fast(texts: pl.Series, fact: Fact) -> pl.Series:
    """Return the values of the cells that are plainly right, and null for the others."""
    frame = pl.DataFrame({"x": texts})
    x = pl.col("x")
    match fact.value_type:
        case ValueType.BOOLEAN:
            found = x.replace_strict(["true", "false"], [True, False], default=None, return_dtype=pl.Boolean)
        case ValueType.CHOICE:
            found = pl.when(x.is_in(fact.options)).then(x)
        case ValueType.TEXT:
            found = pl.when(x.str.contains(r"\S") & (x != "unknown")).then(x)
        case ValueType.DATE:
            return _days(texts)
        case ValueType.NUMBER:
            plain = pl.when(x.str.contains(_FIGURE[fact.type])).then(x)
            parts = scale(fact)
            value = plain.cast(pl.Int64) if parts == 1 else (plain.cast(pl.Float64) * parts).round().cast(pl.Int64)
            low, high = columns_of(fact, None)
            inside = [value >= low] if low is not None else []
            inside += [value <= high] if high is not None else []
            found = pl.when(*inside).then(value) if inside else value
        case _:
            return pl.Series([None], dtype=pl.Int64).new_from_index(0, len(texts))
    return frame.select(found.alias("x")).to_series()


def _days(texts: pl.Series) -> pl.Series:
    x = pl.col("x")
    day = pl.when(x.str.contains(_DAY)).then(x).str.to_date("%Y-%m-%d", strict=False)
    return pl.DataFrame({"x": texts}).select(pl.when(day >= EARLIEST).then(day).alias("x")).to_series()


def _read(
    texts: pl.Series,
    values: pl.Series,
    read: Callable[[int], tuple[Any, ...]],
    fields: Mapping[str, Any],
    unknown: tuple[Any, ...] | None,
) -> pl.Series:
    """Return cells as a struct: `values` where there are, and what `read` says of the other texts."""
    told = texts.is_not_null() & (texts != "") & (texts != "unknown")
    rest = (told & values.is_null()).arg_true()
    names = [name for name in fields if name != "bad"]
    columns = {}
    for number, name in enumerate(names):
        column = values if unknown is None else _filled(values, ~told, unknown[number])
        columns[name] = column.cast(fields[name])
    bad = pl.Series([False]).new_from_index(0, len(texts))
    if len(rest):
        found = [read(row) for row in rest]
        for number, name in enumerate(names):
            given = pl.Series([one[number] for one in found], dtype=fields[name])
            columns[name] = columns[name].scatter(rest, given)
        bad = bad.scatter(rest, pl.Series([one[-1] for one in found]))
    return pl.DataFrame({**columns, "bad": bad}).to_struct("cells")


def _filled(values: pl.Series, untold: pl.Series, bound: Any) -> pl.Series:
    if bound is None:
        return values
    frame = pl.DataFrame({"x": values, "untold": untold})
    return frame.select(
        pl.when(pl.col("untold").fill_null(True)).then(pl.lit(bound)).otherwise(pl.col("x"))
    ).to_series()
