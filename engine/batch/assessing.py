"""Whole tables in, verdicts out, as data frames."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import narwhals as nw

from comity.engine.batch.frames import run
from comity.engine.batch.prepare import KEPT, ROW, Ready, Reject, Source, prepare
from comity.engine.batch.verdicts import in_words, named
from comity.engine.language.diagnostic import Diagnostic
from comity.engine.language.model import RuleSet
from comity.engine.translation.columns import Plan, plan
from comity.engine.translation.relations import Relation

Frame = nw.LazyFrame[Any]


class Batch(NamedTuple):
    """Verdicts of many situations, not worked out yet, with what cannot be said.

    `columns` has the column of each conclusion, by its id. `frame` holds truths: true, false, and null for unknown.
    `because` has, by context, the column with the criteria that decided it.
    """

    rules: RuleSet
    frame: Frame
    columns: Mapping[str, str]
    because: Mapping[str, str]
    ready: Ready
    diagnostics: tuple[Diagnostic, ...]

    def words(self, text: bool = False) -> Frame:
        """Return the verdicts in words."""
        return in_words(self.frame, self.rules, self.columns, text)

    def rejects(self) -> Iterator[Reject]:
        """Yield the rows that are not used, and why: another pass over the tables."""
        return self.ready.rejects()


def assess_tables(
    rules: RuleSet,
    situations: Source,
    companions: Mapping[str, Source],
    *,
    as_of: date | None = None,
    reading: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    wanted: Iterable[str] | None = None,
    explain: bool = False,
    keep: Iterable[str] = (),
    moved: Callable[[dict[str, Frame]], Mapping[str, Frame]] = dict,
) -> Batch:
    """Return the verdicts of situations in tables. `moved` may bring what is ready to another engine."""
    kept = tuple(keep)
    ready = prepare(rules, situations, companions, as_of, kept)
    made = plan(rules, ready.shape, reading, overrides, wanted, explain=explain)
    frame = run(_carrying(made, [f"{KEPT}{name}" for name in kept]), moved(dict(ready.sources)))
    because = {name: f"{made.columns[name]}_because" for name in made.because if name in made.columns}
    if because:
        frame = frame.with_columns(**{column: named(made.because[name]) for name, column in because.items()})
    named_ = {name: nw.col(f"{KEPT}{name}") for name in kept}
    frame = frame.select("id", *made.columns.values(), *because.values(), **named_)
    frame = frame.select("id", *kept, *made.columns.values(), *because.values())
    diagnostics = (*ready.diagnostics, *made.diagnostics)
    return Batch(rules, frame, made.columns, because, ready, diagnostics)


def _carrying(made: Plan, carried: list[str]) -> Relation:
    """Return a relation that carries columns of situations along."""
    relation = made.relation
    assert relation.keeps is not None
    return relation._replace(columns=(*relation.columns, *carried), keeps=(*relation.keeps, *carried))


def assess_frame(
    rules: RuleSet,
    frame: Any,
    tables: Mapping[str, Any] | None = None,
    *,
    as_of: date | None = None,
    reading: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    wanted: Iterable[str] | None = None,
    explain: bool = False,
    keep: Iterable[str] = (),
    verdicts: str = "words",
    rejects: list[Reject] | None = None,
) -> Any:
    """Return the verdicts of situations in a data frame, as a frame of the same library.

    A row is a situation; its columns are `id`, `as_of` (unless it is given here) and facts. `tables` are the rows of
    tables, and the entries of histories, by name. The verdicts are `words`, or `booleans` with null for unknown.
    Rows that cannot be used are left out; a list given as `rejects` is filled with them.

    Raises `Refused` where a table as a whole cannot be used.
    """
    sources = {name: _source(one, name) for name, one in {"situations": frame, **(tables or {})}.items()}
    situations = sources.pop("situations")
    found = assess_tables(
        rules,
        situations,
        sources,
        as_of=as_of,
        reading=reading,
        overrides=overrides,
        wanted=wanted,
        explain=explain,
        keep=keep,
    )
    if rejects is not None:
        rejects += found.rejects()
    text = not situations.frame.implementation.is_polars()
    return _as_given(found.frame if verdicts == "booleans" else found.words(text), frame)


def _source(native: Any, name: str) -> Source:
    """Return a frame as a source. What is in memory is worked on by Polars, which shares its memory where it can."""
    frame = nw.from_native(native)
    twin = None
    if isinstance(frame, nw.DataFrame):
        frame = twin = frame.lazy(backend="polars")
    if frame.implementation.is_polars():
        frame = nw.from_native(nw.to_native(frame).with_row_index(ROW, offset=1))
        return Source(frame, name, True, twin)
    return Source(frame, name, False)


def _as_given(found: Frame, native: Any) -> Any:
    """Return a frame of the library that the other one is of."""
    frame = nw.from_native(native)
    if isinstance(frame, nw.LazyFrame):
        return nw.to_native(found)
    if frame.implementation.is_pandas():
        return nw.to_native(found.collect("polars")).to_pandas()
    return nw.to_native(found.collect(frame.implementation))
