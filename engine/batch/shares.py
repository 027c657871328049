"""Situations with tables, a range of ids at a time, so that joining them takes no more memory for more of them."""

from collections.abc import Mapping
from typing import TypeAlias

import narwhals as nw

from comity.engine.batch.polars_frames import is_polars
from comity.engine.batch.prepare import Source

MANY = 500_000  # situations at a time
Ends: TypeAlias = tuple[int | None, int | None]  # from, and up to


def shares_of(situations: Source, companions: Mapping[str, Source], rows: int) -> list[Ends]:
    """Return ranges of ids that together are all ids: one if there are no tables, or the ids are no whole numbers.

    Files that are in the order of their ids are read once in all; others once for each range.
    """
    frames = [situations.frame, *(one.frame for one in companions.values())]
    schema = situations.frame.collect_schema()
    whole = "id" in schema and schema["id"].is_integer()
    if not companions or rows <= MANY or not whole or not all(map(is_polars, frames)):
        return [(None, None)]
    ids = nw.to_native(situations.frame).select("id").drop_nulls().collect(engine="streaming").to_series()
    if not ids.is_sorted():
        ids = ids.sort()
    turns = [*dict.fromkeys(ids.gather_every(MANY)[1:])]
    return list(zip([None, *turns], [*turns, None], strict=True))


def share(
    situations: Source, companions: Mapping[str, Source], start: int | None, end: int | None
) -> tuple[Source, dict[str, Source]]:
    """Return the situations of a range of ids with what belongs to them. Rows without an id are in the first."""
    return _within(situations, start, end), {name: _within(one, start, end) for name, one in companions.items()}


def _within(source: Source, start: int | None, end: int | None) -> Source:
    own = nw.col("id")
    frames = [source.frame] if source.twin is None else [source.frame, source.twin]
    if end is not None:
        within = (own < end) if start is not None else (own < end) | own.is_null()
        frames = [frame.filter(within) for frame in frames]
    if start is not None:
        frames = [frame.filter(own >= start) for frame in frames]
    return source._replace(frame=frames[0], twin=frames[-1] if source.twin is not None else None)
