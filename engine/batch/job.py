"""One run over files: tables in, a table of verdicts out, and what was rejected."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import narwhals as nw
import polars as pl

from comity.engine.batch.assessing import Batch, Frame, assess_tables
from comity.engine.batch.downloads import Download, assess_download
from comity.engine.batch.files import Files, Output, Place, alike
from comity.engine.batch.given import SIDES
from comity.engine.batch.prepare import Reject, Source
from comity.engine.batch.shares import share, shares_of
from comity.engine.batch.verdicts import words_of
from comity.engine.language.diagnostic import Diagnostic
from comity.engine.language.model import Fact, RuleSet, ValueType


class Report(NamedTuple):
    """What a run did: how many situations it read and assessed, what it rejected, and how the verdicts came out."""

    read: int
    assessed: int
    rejected: Mapping[str, int]  # how often each code was given
    counts: Mapping[str, Mapping[str, int]]  # by conclusion, how often each word came out
    diagnostics: tuple[Diagnostic, ...]


class Job(NamedTuple):
    """What to do: from where, under which rules, to where, in which form."""

    rules: RuleSet
    situations: Place
    companions: Mapping[str, Place]
    output: Place
    engine: str = "polars"
    master: str | None = None  # of Spark
    as_of: date | None = None
    reading: str | None = None
    overrides: Mapping[str, Any] = {}
    verdicts: str = "words"
    explain: bool = False
    summary: bool = False
    keep: tuple[str, ...] = ()
    download: Download | None = None  # instead of tables

    def run(
        self,
        tell: Callable[[Iterable[Diagnostic]], None],
        reject: Callable[[Iterable[Reject]], Counter[str]],
        seen: Callable[[int, int], None] | None = None,
    ) -> Report:
        """Do it.

        `tell` hears what cannot be said, `reject` takes what is rejected, `seen` the rows done, and of how many.

        Raises `Refused` where a table as a whole cannot be used, and `OSError` where the output cannot be written.
        """
        with self.files() as files:
            if self.download is not None:
                return self._downloaded(self.download, files, tell, reject)
            return self._run(files, tell, reject, seen)

    @contextmanager
    def files(self) -> Iterator[Files]:
        """Return what opens and writes tables."""
        known, read = names(self.rules), read_names(self.rules)
        if self.engine == "spark":
            from comity.engine.batch.spark_files import spark_files

            with spark_files(self.output, self.master, known, read) as files:
                yield files
        else:
            with TemporaryDirectory(prefix="comity-") as folder:
                yield Files(self.engine, Path(folder), known, read)

    def _downloaded(
        self,
        download: Download,
        files: Files,
        tell: Callable[[Iterable[Diagnostic]], None],
        reject: Callable[[Iterable[Reject]], Counter[str]],
    ) -> Report:
        found, read = assess_download(
            self.rules, download, self.reading, self.overrides, explain=self.explain, moved=files.moved
        )
        tell(found.diagnostics)
        output = files.output(self.output)
        try:
            output.write(self.whole(files, [found], None), None)
            assessed = output.count()
            counts = self.counts(output, found.columns) if self.summary else {}
            rejected = reject(found.rejects()) if assessed < read else Counter()
            output.done()
        finally:
            output.dropped()
        return Report(read, assessed, rejected, counts, found.diagnostics)

    def _run(
        self,
        files: Files,
        tell: Callable[[Iterable[Diagnostic]], None],
        reject: Callable[[Iterable[Reject]], Counter[str]],
        seen: Callable[[int, int], None] | None,
    ) -> Report:
        situations, *others = files.open_all(self.situations, *self.companions.values())
        companions = {name: alike(one, situations) for name, one in zip(self.companions, others, strict=True)}
        try:
            read = _rows(situations)
            more = None if seen is None else _progress(seen, read)
            shares = shares_of(situations, companions, read) if self.engine == "polars" else [(None, None)]
            output = files.output(self.output)
            try:
                found = [self.assess(files, *share(situations, companions, *ends)) for ends in shares]
                tell(found[0].diagnostics)
                output.write(self.whole(files, found, more), more if len(found) == 1 else None)
                assessed = output.count()
                counts = self.counts(output, found[0].columns) if self.summary else {}
                left = chain.from_iterable(one.rejects() for one in found)
                rejected = reject(left) if assessed < read or companions else Counter()
                output.done()
            finally:
                output.dropped()
        except files.broken as error:
            files.unreadable(self.situations, error)
        return Report(read, assessed, rejected, counts, found[0].diagnostics)

    def assess(self, files: Files, situations: Source, companions: Mapping[str, Source]) -> Batch:
        """Return the verdicts of situations."""
        return assess_tables(
            self.rules,
            situations,
            companions,
            as_of=self.as_of,
            reading=self.reading,
            overrides=self.overrides,
            explain=self.explain,
            keep=self.keep,
            moved=files.moved,
        )

    def whole(self, files: Files, found: list[Batch], more: Callable[[int], None] | None) -> Frame:
        """Return the verdicts of all shares, each worked out before the next."""
        text = self.output.format != "parquet" or self.engine == "spark"
        frames = [one.frame if self.verdicts == "booleans" else one.words(text) for one in found]
        if len(frames) == 1:
            return frames[0]
        paths = []
        for frame in frames:
            paths.append(files.passing(".parquet"))
            nw.to_native(frame).sink_parquet(paths[-1], engine="streaming")
            if more is not None:
                more(int(pl.scan_parquet(paths[-1]).select(pl.len()).collect().item()))
        return nw.from_native(pl.scan_parquet(paths))

    def counts(self, output: Output, columns: Mapping[str, str]) -> dict[str, dict[str, int]]:
        """Return how often each verdict stands in what was written."""
        found = {}
        tallied = output.tally(columns.values())
        for name, column in columns.items():
            words = words_of(self.rules, name)
            by_word = tallied[column]
            spelt: dict[str | None, bool | None] = {"true": True, "false": False, None: None, "": None}
            named = {words[spelt[word]] if word in spelt else word: number for word, number in by_word.items()}
            found[name] = {words[one]: named.get(words[one], 0) for one in (True, None, False)}
        return found


def read_names(rules: RuleSet) -> list[str]:
    """Return the names of columns whose text is more than text."""
    texts = {one.name for one in _facts(rules) if one.value_type in (ValueType.CHOICE, ValueType.TEXT)}
    return [name for name in names(rules) if name not in texts and name != "id"]


def _facts(rules: RuleSet) -> list[Fact]:
    return [*rules.facts.values(), *(column for one in rules.facts.values() for column in one.columns.values())]


def names(rules: RuleSet) -> list[str]:
    """Return all names that a column can have."""
    own = ["id", "as_of", "row", "period", "first", "last", "value", *SIDES]
    return [*own, *(name for one in _facts(rules) for name in (one.name, *(f"{one.name}_{side}" for side in SIDES)))]


def _progress(seen: Callable[[int, int], None], whole: int) -> Callable[[int], None]:
    done = 0

    def more(rows: int) -> None:
        nonlocal done
        done += rows
        seen(done, whole)

    return more


def _rows(source: Source) -> int:
    return int(source.frame.select(nw.len().alias("rows")).collect("polars")["rows"][0])
