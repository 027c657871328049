"""UNHCR's downloads as input of a run: which situations they hold, what is carried along, what is left out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import narwhals as nw

from comity.engine.batch import unhcr, unhcr_asylum
from comity.engine.batch.assessing import Batch
from comity.engine.batch.frames import Frame, run
from comity.engine.batch.income_groups import read_groups
from comity.engine.batch.prepare import Reject
from comity.engine.batch.unhcr_footnotes import read_footnotes, with_footnotes
from comity.engine.batch.unhcr_layouts import Cell
from comity.engine.batch.unhcr_packed import is_zip
from comity.engine.batch.verdicts import named
from comity.engine.language.diagnostic import Code
from comity.engine.language.model import RuleSet
from comity.engine.translation.columns import Shape, plan

RULES = {"unhcr": "unhcr-global-trends", "unhcr-asylum": "oas-2013"}  # under which a kind is assessed, if not said

SHOWN = {"unhcr": (), "unhcr-asylum": ("overwhelmed-procedures",)}  # criteria that are shown with the verdicts


class Download(NamedTuple):
    """Files of UNHCR's: `unhcr` for population statistics, `unhcr-asylum` for applications (and decisions)."""

    kind: str
    path: Path
    income: Path | None = None
    decisions: Path | None = None
    footnotes: Path | None = None


class Left(NamedTuple):
    """Rows that are left out, because of a cell."""

    cells: Sequence[Cell]

    def rejects(self) -> Iterator[Reject]:
        """Yield them; the row is the line of the file."""
        for cell in self.cells:
            yield Reject("situations", cell.line, None, cell.column, Code.NOT_A_NUMBER, cell.message)


def assess_download(
    rules: RuleSet,
    download: Download,
    reading: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    *,
    explain: bool = False,
    moved: Callable[[dict[str, Frame]], Mapping[str, Frame]] = dict,
) -> tuple[Batch, int]:
    """Return the verdicts of the situations in a download, and how many rows are read: situations, and those left out.

    Columns beside the verdicts say which origin, host country and year a situation is of, and `footnotes` what UNHCR
    says of its figures, where there are any. Raises `Refused`.
    """
    shape, sources, identity, bad = _read(download)
    sources, shown = _with_notes(download, sources)
    wanted = (*rules.contexts, *rules.measures, *(one for one in SHOWN[download.kind] if one in rules.criteria))
    made = plan(rules, shape, reading, overrides, wanted, explain=explain)
    assert made.relation.keeps is not None
    columns = dict.fromkeys((*made.relation.columns, *identity, *shown))
    relation = made.relation._replace(columns=tuple(columns), keeps=(*made.relation.keeps, *identity, *shown))
    frame = run(relation, moved(dict(sources)))
    because = {name: f"{made.columns[name]}_because" for name in made.because if name in made.columns}
    words = [nw.col(name).cast(nw.String) for name in identity]
    decided = {column: named(made.because[name]) for name, column in because.items()}
    frame = frame.with_columns(id=nw.concat_str(*words, separator="-"), **decided)
    frame = frame.select("id", *identity, *made.columns.values(), *because.values(), *shown)
    left: Any = Left(bad)  # it says which rows are left out, and that is all that is asked of what was ready
    batch = Batch(rules, frame, made.columns, because, left, made.diagnostics)
    situations = sources["situations"].select(nw.len().alias("rows")).collect("polars")["rows"][0]
    return batch, int(situations) + len(bad)


def _read(download: Download) -> tuple[Shape, Mapping[str, Frame], tuple[str, ...], Sequence[Cell]]:
    if download.kind == "unhcr":
        population = unhcr.read_population(download.path, names=False)
        income = read_groups(download.income) if download.income is not None else None
        prepared = unhcr.prepare(population, income)
        return prepared.shape, prepared.sources, prepared.identity, population.bad
    asylum = unhcr_asylum.read_asylum(download.path, download.decisions)
    shape, sources, identity = unhcr_asylum.prepare(asylum)
    return shape, sources, identity, asylum.bad


def _with_notes(download: Download, sources: Mapping[str, Frame]) -> tuple[Mapping[str, Frame], tuple[str, ...]]:
    """Return sources whose situations have footnotes: those that are given, else those of the zip; and their column."""
    path = download.footnotes or download.path
    notes = read_footnotes(path) if download.footnotes is not None or is_zip(path) else ()
    found = with_footnotes(nw.to_native(sources["situations"]), notes, download.kind)
    if found is None:
        return sources, ()
    return {**sources, "situations": nw.from_native(found)}, ("footnotes",)
