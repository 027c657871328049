"""What only Polars can do for a table: read its text, number its rows, find ids that stand twice in little memory."""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeAlias

import narwhals as nw
import polars as pl

from comity.engine.batch.cells import PLAIN
from comity.engine.batch.given import SIDES, Cells
from comity.engine.batch.texts import decoded, decoded_day

Frame: TypeAlias = nw.LazyFrame[Any]


def is_polars(frame: Frame) -> bool:
    """Tell whether a frame is one of Polars."""
    return bool(frame.implementation.is_polars())


def _native(frame: Frame) -> pl.LazyFrame:
    native = nw.to_native(frame)
    assert isinstance(native, pl.LazyFrame)
    return native


def _wrapped(native: pl.LazyFrame) -> Frame:
    frame: Frame = nw.from_native(native)
    return frame


def with_texts(frame: Frame, cells: Iterable[Cells], as_of: date | str | None) -> Frame:
    """Return a frame with columns of text read: `__x_low` and `__x_high`, or `__x_value`, and `__x_bad`."""
    native = _native(frame)
    texts = [one for one in cells if one.is_text]
    if not texts:
        return frame
    native = native.with_columns(decoded(one.name, one.fact, as_of).alias(f"__{one.name}") for one in texts)
    fields = [
        pl.col(f"__{one.name}").struct.field(name).alias(f"__{one.name}_{name}")
        for one in texts
        for name in (("value",) if one.fact.value_type in PLAIN else SIDES) + ("bad",)
    ]
    return _wrapped(native.with_columns(fields).drop(f"__{one.name}" for one in texts))


def with_days(frame: Frame, name: str) -> Frame:
    """Return a frame with a column of text read as full dates: `__as_of_value` and `__as_of_bad`."""
    native = _native(frame).with_columns(decoded_day(name).alias("__day"))
    day = pl.col("__day").struct
    return _wrapped(
        native.with_columns(day.field("value").alias("__as_of_value"), day.field("bad").alias("__as_of_bad")).drop(
            "__day"
        )
    )


def with_periods(frame: Frame, name: str) -> Frame:
    """Return a frame with a column of years, months and days read as `__first`, `__last` and `__open`.

    A full date is open: it holds until the next entry. What is no period has no `__first`.
    """
    native = _native(frame)
    text = pl.col(name)
    length = text.str.len_bytes()
    written = pl.when(text.str.contains(r"\A[0-9]{4}(?:-[0-9]{2}){0,2}\z")).then(text)
    whole = pl.when(length == 4).then(written + "-01-01").when(length == 7).then(written + "-01").otherwise(written)
    first = whole.str.to_date("%Y-%m-%d", strict=False)
    first = pl.when(first >= date.min).then(first)
    after = pl.when(length == 4).then(first.dt.offset_by("1y")).otherwise(first.dt.offset_by("1mo"))
    last = pl.when(length == 10).then(first).otherwise(after.dt.offset_by("-1d"))
    return _wrapped(native.with_columns(first.alias("__first"), last.alias("__last"), (length == 10).alias("__open")))


def doubles(frame: Frame) -> list[Any]:
    """Return the ids that stand more than once in a column `id`: at most 16 bytes of memory a row."""
    native = _native(frame).select("id")
    kind = native.collect_schema()["id"]
    numbers = kind.is_integer()
    if kind.is_signed_integer() and native.select((pl.col("id").diff() > 0).all()).collect(engine="streaming").item():
        return []  # they rise from row to row
    own = pl.col("id") if numbers else pl.col("id").hash(seed=1)
    keys = native.filter(pl.col("id").is_not_null()).select(own.alias("key")).collect(engine="streaming").to_series()
    keys = keys.sort()
    twice = keys.filter(keys == keys.shift(1)).unique()
    if not len(twice) or numbers:
        return list(twice)
    suspected = native.filter(own.is_in(twice.implode())).group_by("id").len().filter(pl.col("len") > 1)
    return list(suspected.select("id").collect(engine="streaming").to_series())
