"""Tables as their users have them, in the form that a plan reads; and the rows that are rejected, with the reasons.

A row with a cell that cannot be read is rejected, and so is the situation that it belongs to: what would be said of it
without the row could be wrong. Rejecting stops nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, NoReturn

import narwhals as nw

from comity.engine.batch.cells import PLAIN, Wrong, columns_of, read_day
from comity.engine.batch.given import Cells, given_facts, match_columns, odd, prepared, stranger
from comity.engine.batch.polars_frames import doubles, is_polars, with_days, with_periods, with_texts
from comity.engine.batch.spark_frames import is_spark, with_marks
from comity.engine.language.diagnostic import Code, Diagnostic, Refused, Span, did_you_mean
from comity.engine.language.model import Fact, RuleSet, ValueType
from comity.engine.translation.column_facts import EARLIEST
from comity.engine.translation.columns import Shape

Frame = nw.LazyFrame[Any]
ROW = "__row"  # the number of a row in its table, from 1, where it is known
KEPT = "__kept_"  # before the names of columns of situations to carry along
MORE = "__more"  # of a line of CSV, what stands behind its last column
SHORT = "__short"  # whether a line of CSV has fewer cells than there are columns
FOREVER = date.max


class Reject(NamedTuple):
    """A row that is not used. `row` is its number in its table, from 1, where the engine has such numbers."""

    table: str
    row: int | None
    id: Any
    column: str
    code: str
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        place = f"id {self.id}" if self.row is None else f"row {self.row}"
        text = f"{self.table}, {place}: error[{self.code}]: {self.message}"
        return text if self.hint is None else f"{text}\n    hint: {self.hint}"


class Source(NamedTuple):
    """A table as it comes, and what to call it.

    `numbered` says whether a column `__row` counts its rows; `twin` is the same table where to look at a few columns
    more than once costs little.
    """

    frame: Frame
    file: str
    numbered: bool
    twin: Frame | None = None


class Part(NamedTuple):
    """A table, what becomes of its columns (`values`), and how to tell what is wrong with a row."""

    name: str
    source: Source
    cells: tuple[Cells, ...]
    values: Mapping[str, nw.Expr]
    bad: tuple[nw.Expr, ...]
    reasons: tuple[tuple[str, nw.Expr, Wrong], ...]  # about whole rows: the column to blame, when, and why
    as_of: date | str | None

    def wrong(self) -> nw.Expr | None:
        """Return whether a row is rejected."""
        found = [*self.bad, *(one for _, one, _ in self.reasons)]
        return reduce(or_, found).fill_null(False) if found else None

    def good(self) -> Frame:
        """Return the rows that are used, ready for a plan."""
        return self.used().select(**self.values)

    def used(self) -> Frame:
        """Return the rows that are used, as they came."""
        wrong = self.wrong()
        if wrong is None:
            return self.source.frame
        # Some reasons look at the rows before and behind: whole columns first, and then the filter. To filter at the
        # end of all would take twice the memory on Polars.
        return self.source.frame.with_columns(__wrong=wrong).filter(~nw.col("__wrong"))

    def begun(self) -> Frame | None:
        """Return from when on the rows of a table have held, if they say so: `__since`, by `id` and `row`."""
        since = self.values.get("since_low", self.values.get("since"))
        derived = any(one.fact.derive is not None for one in self.cells if one.fact.name == "since")
        if since is None or derived or "row" not in self.values:
            return None
        return self.used().select("id", "row", __since=since)

    def bad_ids(self) -> list[Any]:
        """Return the ids of rejected rows."""
        wrong = self.wrong()
        if wrong is None:
            return []
        rows = self.source.frame.with_columns(__wrong=wrong).filter(nw.col("__wrong"))
        found = rows.select("id").unique().collect("polars")
        return [one for one in found["id"].to_list() if one is not None]

    def rejects(self) -> Iterator[Reject]:
        """Yield what is wrong, row by row."""
        wrong = self.wrong()
        if wrong is None:
            return
        flags = {f"__flag_{number}": one.fill_null(False) for number, (_, one, _) in enumerate(self.reasons)}
        columns = [*([ROW] if self.source.numbered else []), "id", *(one.name for one in self.cells)]
        columns += [self.as_of] if isinstance(self.as_of, str) else []
        rows = self.source.frame.with_columns(**flags, __wrong=wrong).filter(nw.col("__wrong"))
        found = rows.select(*dict.fromkeys(columns), *flags).collect("polars")
        if self.source.numbered:
            found = found.sort(ROW)
        for row in found.iter_rows(named=True):
            yield from self._of_row(row)

    def _of_row(self, row: Mapping[str, Any]) -> Iterator[Reject]:
        number, own = row.get(ROW), row["id"]
        for index, (column, _, wrong) in enumerate(self.reasons):
            if row[f"__flag_{index}"]:
                yield Reject(self.name, number, own, column, wrong.code.value, wrong.message, wrong.hint)
        day = row.get(self.as_of) if isinstance(self.as_of, str) else self.as_of
        day = read_day(day, "as_of") if isinstance(day, str) else day
        for fact, cells in given_facts(self.cells):
            told = {one.side: one.value(row[one.name], day if isinstance(day, date) else None) for one in cells}
            wrongs = [(one.name, told[one.side]) for one in cells if isinstance(told[one.side], Wrong)]
            if not wrongs and {*told} == {"low", "high"} and None not in told.values():
                low, high = told["low"], told["high"]
                if (low > high) is True:
                    message = f"`{fact.name}` is a range that ends before it begins: `{low}..{high}`"
                    wrong = Wrong(Code.RANGE_REVERSED, message, "the lower end comes first")
                    wrongs = [(f"{fact.name}_high", wrong)]
            for name, why in wrongs:
                yield Reject(self.name, number, own, name, why.code.value, why.message, why.hint)


class Ready(NamedTuple):
    """Situations and what belongs to them, in the form that a plan reads."""

    sources: Mapping[str, Frame]
    shape: Shape
    parts: tuple[Part, ...]
    diagnostics: tuple[Diagnostic, ...]

    def rejects(self) -> Iterator[Reject]:
        """Yield all rows that are rejected, table by table."""
        for part in self.parts:
            yield from part.rejects()


def prepare(
    rules: RuleSet,
    situations: Source,
    companions: Mapping[str, Source],
    as_of: date | None,
    keep: Iterable[str] = (),
) -> Ready:
    """Return tables in the form that a plan reads. `keep` are columns of situations to carry along.

    Raises `Refused` where a table as a whole cannot be used.
    """
    return _Preparing(rules, as_of).ready(situations, companions, tuple(keep))


def refuse(file: str, code: Code, message: str, hint: str | None = None) -> NoReturn:
    """Refuse a table as a whole."""
    raise Refused([Diagnostic(Span(file, 1, 1), code, message, hint)])


class _Preparing:
    def __init__(self, rules: RuleSet, as_of: date | None) -> None:
        self.rules = rules
        self.as_of = as_of
        self.tables = {name: one for name, one in rules.facts.items() if one.columns}
        self.diagnostics: list[Diagnostic] = []

    def ready(self, source: Source, companions: Mapping[str, Source], keep: tuple[str, ...]) -> Ready:
        self.check(companions)
        schema = source.frame.collect_schema()
        if "id" not in schema:
            if companions or not source.numbered:
                refuse(source.file, Code.MISSING_KEY, "there is no column `id`", "add one: rows are known by it")
            source = source._replace(frame=source.frame.with_columns(id=nw.col(ROW).cast(nw.Int64)))
        facts = {name: one for name, one in self.rules.facts.items() if not one.columns}
        # A table that is given without rows has a column that says so.
        facts |= {name: Fact(name=name, type="boolean", value_type=ValueType.BOOLEAN) for name in self.tables}
        reasons: list[tuple[str, nw.Expr, Wrong]] = []
        own = {"id": nw.col("id"), **{f"{KEPT}{name}": nw.col(name) for name in keep}}
        if self.as_of is None:
            source, own["as_of"], reasons = self.days(source)
        for name in keep:
            if name not in schema:
                refuse(
                    source.file, Code.UNKNOWN_KEY, f"there is no column `{name}` to keep", did_you_mean(name, schema)
                )
        others = ["as_of", *(name for name in keep if name.removesuffix("_low").removesuffix("_high") not in facts)]
        shape, part = self.part("situations", source, facts, others, own, reasons)
        shapes: dict[str, Mapping[str, str]] = {}
        parts: list[Part] = []
        for name, one in companions.items():
            if name in self.tables:
                beside = any(other.startswith(f"{name}.") for other in companions)
                shapes[name], made = self.table(name, one, beside, source)
                parts.append(made)
        tables = {one.name: one for one in parts}
        histories = [name for name in companions if name not in self.tables]
        parts += [self.history(name, companions[name], source, tables) for name in histories]
        part = self.without_suspects(part, parts, "id" in schema)
        everything = (part, *parts)
        full = Shape(shape, shapes, frozenset(histories), self.as_of)
        return Ready({one.name: one.good() for one in everything}, full, everything, tuple(self.diagnostics))

    def check(self, companions: Mapping[str, Source]) -> None:
        for name, one in companions.items():
            if name in self.tables or self.fact(name) is not None:
                if "." in name and name.partition(".")[0] not in companions:
                    refuse(one.file, Code.MISSING_KEY, f"there are no rows beside `{name}`", "give those of the table")
                continue
            known = [*self.tables, *(name for name, one in self.rules.facts.items() if one.history)]
            known += [f"{table}.{n}" for table, t in self.tables.items() for n, c in t.columns.items() if c.history]
            text = f"there is no table or history `{name}`"
            refuse(one.file, Code.UNKNOWN_FACT, text, did_you_mean(name, known) or f"there are: {', '.join(known)}")

    def fact(self, history: str) -> Fact | None:
        table, dot, column = history.partition(".")
        fact = self.rules.facts.get(table)
        if dot and fact is not None:
            fact = fact.columns.get(column)
        return fact if fact is not None and fact.history else None

    def days(self, source: Source) -> tuple[Source, nw.Expr, list[tuple[str, nw.Expr, Wrong]]]:
        """Return the as-of dates of situations."""
        schema = source.frame.collect_schema()
        if "as_of" not in schema:
            refuse(source.file, Code.AS_OF_MISSING, "there is no column `as_of`", "add one, or give --as-of")
        day = nw.col("as_of")
        bad: list[tuple[str, nw.Expr, Wrong]] = []
        if schema["as_of"] == nw.String and is_polars(source.frame):
            source = source._replace(frame=with_days(source.frame, "as_of"))
            day = nw.col("__as_of_value")
            wrong = Wrong(Code.NOT_A_DATE, "`as_of` must be a full date, not before the year 1000", _AS_OF)
            bad.append(("as_of", nw.col("__as_of_bad"), wrong))
        elif schema["as_of"] == nw.Datetime:
            day = day.cast(nw.Date)
        elif schema["as_of"] != nw.Date:
            refuse(source.file, Code.WRONG_TYPE, f"the column `as_of` is {schema['as_of']}, not a date", _AS_OF)
        if not bad:
            bad.append(("as_of", day < nw.lit(EARLIEST), Wrong(Code.OUT_OF_RANGE, "`as_of` is before the year 1000")))
        missing = day.is_null() if schema["as_of"] != nw.String else day.is_null() & ~nw.col("__as_of_bad")
        bad.append(("as_of", missing, Wrong(Code.AS_OF_MISSING, "`as_of` has no value", _AS_OF)))
        return source, day, bad

    def part(
        self,
        name: str,
        source: Source,
        facts: Mapping[str, Fact],
        others: Iterable[str],
        own: Mapping[str, nw.Expr],
        reasons: list[tuple[str, nw.Expr, Wrong]],
    ) -> tuple[dict[str, str], Part]:
        """Return which facts a table gives, and how; and its part."""
        schema = source.frame.collect_schema()
        known = {"id", *others}
        named = {one: kind for one, kind in schema.items() if not one.startswith("__")}
        cells, strangers = match_columns(named, facts, source.file, known)
        self.diagnostics += [stranger(one, facts, source.file) for one in strangers]
        day = self.as_of if self.as_of is not None else "as_of" if name == "situations" else None
        reading = "__as_of_value" if day == "as_of" and "__as_of_value" in schema else day
        if any(one.is_text for one in cells):
            if not is_polars(source.frame):
                text = next(one.name for one in cells if one.is_text)
                hint = "text is read on Polars only: give figures, or `x_low` and `x_high`"
                refuse(source.file, Code.WRONG_TYPE, f"the column `{text}` is text", hint)
            source = source._replace(frame=with_texts(source.frame, cells, reading))
        shape: dict[str, str] = {}
        values = dict(own)
        bad: list[nw.Expr] = []
        plain = plain_columns(source.twin, cells)
        for fact, given in given_facts(cells):
            made = prepared(fact, given, plain)
            shape[fact.name] = made.mode
            values |= made.values
            bad += made.bad.values()
        if "id" not in plain:
            no_id = Wrong(Code.EMPTY_VALUE, "`id` has no value", "give it one: rows are known by it")
            reasons = [("id", nw.col("id").is_null(), no_id), *reasons]
        if MORE in schema:
            reasons.append(("", ~nw.col(MORE).is_null(), _TOO_LONG))
        if SHORT in schema:
            reasons.append(("", nw.col(SHORT), _TOO_SHORT))
        return shape, Part(name, source, tuple(cells), values, tuple(bad), tuple(reasons), day)

    def table(self, name: str, source: Source, beside: bool, situations: Source) -> tuple[dict[str, str], Part]:
        """Return the rows of a table. Those with histories beside them have a number of their own, `row`."""
        own = {"id": nw.col("id"), **({"row": nw.col("row")} if beside else {})}
        source, reasons = self.belonging(name, source, situations)
        if beside:
            self.need(source, ("row",))
            twice = nw.len().over("id", "row") > 1
            reasons.append(("row", nw.col("row").is_null(), Wrong(Code.EMPTY_VALUE, "`row` has no value")))
            reasons.append(("row", twice, Wrong(Code.DUPLICATE_NAME, "another row of this `id` has the same `row`")))
        shape, part = self.part(name, source, self.tables[name].columns, ("row",), own, reasons)
        return shape, part

    def need(self, source: Source, names: tuple[str, ...]) -> None:
        schema = source.frame.collect_schema()
        for name in names:
            if name not in schema:
                refuse(source.file, Code.MISSING_KEY, f"there is no column `{name}`", "add it")

    def belonging(
        self, name: str, source: Source, situations: Source
    ) -> tuple[Source, list[tuple[str, nw.Expr, Wrong]]]:
        """Return why a row that belongs to no situation is rejected."""
        self.need(source, ("id",))
        kinds = [one.frame.collect_schema()["id"] for one in (source, situations)]
        if kinds[0].is_integer() is not kinds[1].is_integer() or (kinds[0] == nw.String) is not (kinds[1] == nw.String):
            refuse(source.file, Code.WRONG_TYPE, f"`id` is {kinds[0]}, and {kinds[1]} in the situations", "write alike")
        known = situations.frame.select("id")
        lost = source.frame.select("id").unique().join(known, on="id", how="anti").collect("polars")["id"].to_list()
        lost = [one for one in lost if one is not None]
        why = Wrong(Code.UNKNOWN_ID, f"there is no situation with the `id` of this row of `{name}`")
        if not lost:
            return source, []
        source, among = _among(source, lost)
        return source, [("id", among, why)]

    def history(self, name: str, source: Source, situations: Source, tables: Mapping[str, Part]) -> Part:
        """Return the entries of a history."""
        fact = self.fact(name)
        assert fact is not None
        keys = ("id", "row") if "." in name else ("id",)
        self.need(source, keys)
        schema = source.frame.collect_schema()
        frame, bad_period = self.periods(source, schema)
        named = {side: f"value_{side}" for side in ("low", "high") if side in schema}
        twin = None if source.twin is None else source.twin.rename(named)
        source = source._replace(frame=frame.rename(named), twin=twin)
        source, reasons = self.belonging(name, source, situations)
        first, last = nw.col("__first"), nw.col("__last")
        reasons += [
            ("period", first.is_null() | last.is_null(), bad_period),
            ("last", last < first, Wrong(Code.RANGE_REVERSED, "the period ends before it begins", _PERIOD)),
            (
                "period",
                first <= last.shift(1).over(*keys, order_by="__first"),
                Wrong(Code.PERIODS_OVERLAP, "it has days of the period before it", "periods may touch, not overlap"),
            ),
        ]
        value = fact.but(name="value", history=False)
        others = ("row", "period", "first", "last")
        own = {key: nw.col(key) for key in keys}
        shape, part = self.part(name, source, {"value": value}, others, own, reasons)
        if not shape:
            refuse(source.file, Code.MISSING_KEY, "there is no column `value`", "add it, or `low` and `high`")
        values = dict(part.values)
        low, high = (
            (values.pop("value"),) * 2
            if shape["value"] == "point"
            else (
                values.pop("value_low"),
                values.pop("value_high"),
            )
        )
        unknown = columns_of(fact, None)
        gap = _is(low, unknown[0]) & _is(high, unknown[1])
        if shape["value"] == "point":
            gap = low.is_null()
        rows = tables.get(name.partition(".")[0])
        days = None if rows is None else rows.begun()
        if days is not None:
            part = part._replace(
                source=part.source._replace(frame=part.source.frame.join(days, on=["id", "row"], how="left")),
                reasons=(*part.reasons, ("period", ~gap & (last < nw.col("__since")), _BEFORE_SINCE)),
            )
        never = nw.lit(FOREVER)  # an entry that says nothing is one of no day
        values |= {
            "first": nw.when(gap).then(never).otherwise(first),
            "last": nw.when(gap).then(never).otherwise(last),
            "low": low if unknown[0] is None else low.fill_null(unknown[0]),
            "high": high if unknown[1] is None else high.fill_null(unknown[1]),
        }
        return part._replace(values=values)

    def periods(self, source: Source, schema: Mapping[str, Any]) -> tuple[Frame, Wrong]:
        """Return entries with their days; a full date holds until the next entry."""
        keys = ("id", "row") if "row" in schema else ("id",)
        wrong = Wrong(Code.NOT_A_DATE, "`period` is not a year, month or date", _PERIOD)
        frame = source.frame
        if "period" not in schema:
            self.need(source, ("first", "last"))
            for name in ("first", "last"):
                if schema[name] not in (nw.Date, nw.String):
                    refuse(source.file, Code.WRONG_TYPE, f"the column `{name}` is {schema[name]}, not a date", _PERIOD)
            if nw.String in (schema["first"], schema["last"]):
                frame = nw.from_native(
                    with_periods(frame, "first").rename({"__first": "__a"}).drop("__last", "__open").to_native()
                )
                frame = with_periods(frame, "last").drop("__first", "__open").rename({"__a": "__first"})
            else:
                frame = frame.with_columns(__first=nw.col("first"), __last=nw.col("last"))
            return frame, Wrong(Code.NOT_A_DATE, "`first` and `last` are not both dates", _PERIOD)
        kind = schema["period"]
        if kind == nw.Date:
            day = nw.col("period")
            frame = frame.with_columns(__first=day, __last=day, __open=~day.is_null())
        elif kind.is_integer():
            year = nw.when(nw.col("period").is_between(1000, 9999)).then(nw.col("period")).cast(nw.String)
            ends = {"__first": "-01-01", "__last": "-12-31"}
            days = {name: nw.concat_str(year, nw.lit(end)).str.to_date("%Y-%m-%d") for name, end in ends.items()}
            return frame.with_columns(**days), wrong
        elif kind == nw.String and is_polars(frame):
            frame = with_periods(frame, "period")
        else:
            refuse(source.file, Code.WRONG_TYPE, f"the column `period` is {kind}, not a year, month or date", _PERIOD)
        following = nw.col("__first").shift(-1).over(*keys, order_by="__first")
        before = following.dt.offset_by("-1d").cast(nw.Date)
        held = nw.when(following.is_null()).then(nw.lit(FOREVER)).otherwise(before)
        held = nw.when(following == nw.col("__first")).then(nw.col("__first")).otherwise(held)
        return frame.with_columns(__last=nw.when(nw.col("__open")).then(held).otherwise(nw.col("__last"))), wrong

    def without_suspects(self, part: Part, companions: list[Part], id_given: bool) -> Part:
        """Return situations without those whose id stands twice, or of which a row elsewhere is rejected."""
        reasons, source = list(part.reasons), part.source
        if id_given:
            found = _doubles(source.frame if source.twin is None else source.twin)
            if found:
                why = Wrong(Code.DUPLICATE_NAME, "another situation has the same `id`", "give each its own")
                source, among = _among(source, found)
                reasons.append(("id", among, why))
        for one in companions:
            found = one.bad_ids()
            if found:
                why = Wrong(Code.REJECTED_ROW, f"a row of `{one.name}` is rejected", "correct that row")
                source, among = _among(source, found)
                reasons.append((one.name, among, why))
        return part._replace(source=source, reasons=tuple(reasons))


def _among(source: Source, ids: list[Any]) -> tuple[Source, nw.Expr]:
    """Return whether the id of a row is one of some."""
    if not is_spark(source.frame):
        return source, nw.col("id").is_in(ids)
    name = f"__among_{len(source.frame.collect_schema())}"
    return source._replace(frame=with_marks(source.frame, name, ids)), nw.col(name).fill_null(False)


def plain_columns(twin: Frame | None, cells: Iterable[Cells]) -> set[str]:
    """Return the columns, `id` among them, of which a look at the whole table says that no cell is `odd`.

    That the file's own statistics say so is enough for engines that know them.
    """
    if twin is None:
        return set()
    odds = {one.name: odd(one) for one in cells if not one.is_text}
    words = [one.name for one in cells if one.name in odds and one.fact.value_type in PLAIN]
    if "id" in twin.collect_schema():
        odds["id"] = nw.col("id").is_null()
    others = [name for name in odds if name not in words]
    plain: set[str] = set()
    for names in (words, others):
        parts = [part for part in map(odds.get, names) if part is not None]
        if not parts or not _has_rows(twin.filter(reduce(or_, parts))):
            plain.update(names)
    return plain


def _has_rows(frame: Frame) -> bool:
    rows = frame.select(rows=nw.len())
    if is_polars(frame):
        return bool(nw.to_native(rows).collect(engine="streaming").item())
    return bool(rows.collect("polars")["rows"][0])


def _doubles(frame: Frame) -> list[Any]:
    if is_polars(frame):
        return doubles(frame)
    counted = frame.group_by("id").agg(nw.len().alias("rows")).filter(nw.col("rows") > 1)
    return [one for one in counted.select("id").collect("polars")["id"].to_list() if one is not None]


def _is(value: nw.Expr, bound: Any) -> nw.Expr:
    return value.is_null() if bound is None else (value == bound).fill_null(True)


_TOO_LONG = Wrong(Code.WRONG_SHAPE, "the line has more cells than there are columns", "quote a cell that holds a comma")
_TOO_SHORT = Wrong(
    Code.WRONG_SHAPE, "the line has fewer cells than there are columns", "put a comma for each empty cell"
)
_BEFORE_SINCE = Wrong(Code.BEFORE_SINCE, "it ends before the row's own `since`", "correct `since`, or leave it out")
_AS_OF = "write it like 2013-01-31"
_PERIOD = "write it like 2008, 2008-05 or 2008-05-17"
