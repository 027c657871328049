"""Whole tables from Python: what cells say, which rows are rejected, and that verdicts are those of the evaluator."""

import doctest
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, strategies as st

from comity.engine import load_rules, load_situation
from comity.engine.assessment.assess import assess, program
from comity.engine.batch import assess_frame
from comity.engine.batch.assessing import assess_tables
from comity.engine.batch.cells import Wrong, columns_of, read_text
from comity.engine.batch.files import Files, place
from comity.engine.batch.given import Cells
from comity.engine.batch.job import names, read_names
from comity.engine.batch.prepare import Reject
from comity.engine.batch.texts import decoded
from comity.engine.builtin import situation_ids
from comity.engine.language.diagnostic import Refused
from comity.engine.language.model import Fact, RuleSet, Situation, ValueType
from tests.strategies import UNKNOWN, Tree, load, write
from tests.tabled import fits, tabled, tell
from tests.test_columns import Batch, batches, rules_with

DAY = date(2013, 1, 31)


# --- text -----------------------------------------------------------------------------------------------------------


def cell(value: Tree) -> str:
    """Return a value as a cell of CSV has it."""
    return value if isinstance(value, str) else write(value)


def expressible(value: Tree) -> Tree:
    """Return a value without what no cell can say: the text `unknown`."""
    if isinstance(value, list):
        return [{name: expressible(one) for name, one in row.items()} for row in value]
    return UNKNOWN if value == "unknown" else value


def texts(one: Batch, situations: list[Mapping[str, Tree]]) -> dict[str, pl.DataFrame]:
    """Return situations as tables of text, as their users write them."""
    rows: dict[str, list[dict[str, str]]] = {"situations": []}
    for number, ((_, day), facts) in enumerate(zip(one.given, situations, strict=True)):
        own = {"id": str(number), "as_of": str(day)}
        for name, value in facts.items():
            if isinstance(value, list):
                own[name] = "true"
                for index, row in enumerate(value):
                    keys = {"id": str(number), "row": str(index)}
                    entries = rows.setdefault(name, [])
                    entries.append(keys | _cells(rows, name, row, keys))
            else:
                own |= _cells(rows, "", {name: value}, {"id": str(number)})
        rows["situations"].append(own)
    for name in [name for name in rows if "." in name]:
        rows.setdefault(name.partition(".")[0], [])
    return {name: _frame(entries) for name, entries in rows.items() if entries}


def _cells(rows: dict[str, Any], table: str, values: Mapping[str, Tree], keys: dict[str, str]) -> dict[str, str]:
    found = {}
    for name, value in values.items():
        if isinstance(value, dict):
            entries = rows.setdefault(f"{table}.{name}" if table else name, [])
            entries += [{**keys, "period": period, "value": cell(told)} for period, told in value.items()]
        else:
            found[name] = cell(value)
    return found


def _frame(rows: list[dict[str, str]]) -> pl.DataFrame:
    names = dict.fromkeys(name for row in rows for name in row)
    frame = pl.DataFrame([{name: row.get(name) for name in names} for row in rows], dict.fromkeys(names, pl.String))
    return frame.with_columns(pl.col("row").cast(pl.Int64)) if "row" in names else frame


@given(one=batches())
def test_text_says_what_a_situation_file_says(one: Batch) -> None:
    rules = one.world.load()
    given_ = [{name: expressible(value) for name, value in facts.items()} for facts, _ in one.given]
    told = [tell(load(one.world, rules, facts, day)) for facts, (_, day) in zip(given_, one.given, strict=True)]
    tables = texts(one, [*given_])
    situations = tables.pop("situations")
    rejects: list[Reject] = []
    wanted = [*rules.conditions(rules.default_reading)]
    found = assess_frame(rules, situations, tables, wanted=wanted, verdicts="booleans", rejects=rejects)
    assert rejects == []
    for row in found.sort("id").to_dicts():
        facts, day = told[int(row["id"])]
        ran = program(rules).start(facts, day)
        for name in wanted:
            column = name.replace("-", "_")
            assert column not in row or row[column] is ran.truth(name), (name, row["id"])


NUMBERS = ("0", "1", "-1", "12", "00", "+1", " 1", "1 ", "1.0", "0.1", "1.5", "-0.000001", "0.0000001", "1e3", "1,000")
RANGES = ("1..2", "2..1", "..2", "1..", "..", "1...2", "0.1..0.2", "-1..1", "1..1", "0..", "..1")
WORDS = ("true", "false", "True", "yes", "unknown", "", " ", "n/a", "-", "NaN", "inf", "none", "open", "Open", "shut")
DAYS = (
    "2013-01-31",
    "2013-02-30",
    "2013-1-3",
    "2013",
    "2013-02",
    "0999-01-01",
    "0000-01-01",
    "2013-01-31\n",
    "٢٠١٣-٠١-٣١",
)
LENGTHS = ("5 years", "1 month", "90 days", "1 year..2 years", "5", "5 yrs", "6 years ago", "1 month ago..2013-01-31")
LARGE = (
    "99999999999",
    "100000000000",
    "100000000001",
    "999999999999999",
    "9" * 16,
    "1000000000",
    "9" * 30,
    "١٢",
    "12\n",
)
TEXTS = (*NUMBERS, *RANGES, *WORDS, *DAYS, *LENGTHS, *LARGE)


def _facts() -> dict[str, Fact]:
    rules = rules_with(
        "count: {type: count}, few: {type: count, max: 10}, number: {type: number}, share: {type: share}, "
        "months: {type: duration}, days: {type: duration, unit: days}, day: {type: date}, yes: {type: boolean}, "
        "policy: {type: choice, options: [open, shut]}, word: {type: text}, above: {type: number, min: 1, max: 2}",
        "{fact: count, at_least: 1}",
    )
    return dict(rules.facts)


@pytest.mark.parametrize("name", _facts())
def test_a_column_of_text_says_what_each_of_its_cells_says(name: str) -> None:
    fact = _facts()[name]
    frame = pl.DataFrame({name: [*TEXTS, None]}).select(decoded(name, fact, DAY)).to_series()
    for text, found in zip([*TEXTS, None], frame, strict=True):
        value = read_text(text or "", fact, name, DAY)
        bad = isinstance(value, Wrong)
        assert found["bad"] is bad, text
        if "value" in found:
            assert found["value"] == (None if bad else value), text
        elif not bad:
            assert (found["low"], found["high"]) == columns_of(fact, value), text


# --- what is rejected -----------------------------------------------------------------------------------------------

_TOO_LARGE = "`count` is beyond what a column holds, 100000000000"
CELLS: dict[str, tuple[str, Any, tuple[str, str, str | None]]] = {
    "an option that there is not": (
        "policy",
        "closed",
        ("not-an-option", "`policy` cannot be `closed`", "one of: open, shut"),
    ),
    "a truth as a word": (
        "yes",
        "yes",
        ("not-a-boolean", "`yes` must be true or false, not the text `yes`", "write true"),
    ),
    "a figure with a mark of thousands": (
        "count",
        "25,000",
        ("not-a-number", "`count` must be a number, not the text `25,000`", "write 25000"),
    ),
    "a count below 0": (
        "count",
        -1,
        ("out-of-range", "`count` must be at least 0, not -1", "correct the value, or leave it out"),
    ),
    "a count beyond what a column holds": ("count", 10**11 + 1, ("out-of-range", _TOO_LARGE, "correct the value")),
    "a count that is no whole number": (
        "count",
        2.7,
        ("not-a-number", "`count` must be a whole number, not 2.7", "round it"),
    ),
    "no number": (
        "number",
        float("nan"),
        ("not-a-number", "`number` must be a number, not nan", "leave it empty if it is unknown"),
    ),
    "no end": (
        "number",
        float("inf"),
        ("not-a-number", "`number` must be a number, not inf", "leave it empty if it is unknown"),
    ),
    "a number finer than a millionth": (
        "number",
        0.1234567,
        ("too-many-digits", "`number` has more than 6 digits after the point", "round it"),
    ),
    "a text finer than a millionth": (
        "number",
        "0.1234567",
        ("too-many-digits", "`number` has more than 6 digits after the point", "round it"),
    ),
    "a share of a hundred": (
        "share",
        25,
        ("out-of-range", "`share` must be from 0 to 1, not 25", "write 0.25 for 25 %"),
    ),
    "a range that ends before it begins": (
        "count",
        "3..2",
        ("range-reversed", "`count` is a range that ends before it begins: `3..2`", "the lower end comes first"),
    ),
    "a day that there is not": (
        "day",
        "2013-02-30",
        ("not-a-date", "`day` names no day: there is no 2013-02-30", "correct the month or the day"),
    ),
    "a time of day": (
        "day",
        datetime(2013, 1, 31, 12),
        ("not-a-date", "`day` must be a date, not 2013-01-31 12:00:00", "write the day alone"),
    ),
    "a duration without a unit": (
        "months",
        "18",
        ("not-a-duration", "`months` must be a duration, not `18`", "write it like `5 years` or `18 months`"),
    ),
    "months below 0": ("months", -1, ("out-of-range", "`months` must be at least 0, not -1", "correct the value")),
    "digits of another script": (
        "count",
        "١٢",
        (
            "not-a-number",
            "`count` must be a number, not the text `١٢`",
            "write plain digits, like 25000 or 2.5, or a range, like 20000..30000",
        ),
    ),
}


@pytest.mark.parametrize("case", CELLS)
def test_a_cell_that_is_wrong_rejects_its_row(case: str) -> None:
    name, value, (code, message, hint) = CELLS[case]
    rules = rules_with(
        ", ".join(f"{one}: {_declared(fact)}" for one, fact in _facts().items()), "{fact: count, at_least: 1}"
    )
    frame = pl.DataFrame({"id": [7, 8], name: [value, None]})
    rejects: list[Reject] = []
    found = assess_frame(rules, frame, as_of=DAY, wanted=["asked"], rejects=rejects)
    assert found["id"].to_list() == [8]
    assert rejects == [Reject("situations", 1, 7, name, code, message, hint)]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("size", [2, 1, 0], ids=["more", "one", "none"])
@pytest.mark.parametrize(
    ("name", "wrong", "kind"),
    [
        ("count", 10**11 + 1, pl.Int64),
        ("count", -1, pl.Int32),
        ("share", 2, pl.UInt8),
        ("number", -(10**9) - 1, pl.Int64),
        ("months", -1, pl.Int64),
        ("policy", "closed", pl.String),
        ("policy", "unknown", pl.String),
        ("policy", "", pl.String),
    ],
)
def test_cells_are_looked_at_one_by_one_only_where_one_is_odd(
    name: str, wrong: Any, kind: Any, size: int, engine: str, tmp_path: Path
) -> None:
    facts = ", ".join(f"{one}: {_declared(fact)}" for one, fact in _facts().items())
    test = {"policy": "is: open", "months": "at_least: 3 months", "share": "at_least: 1"}.get(name, "at_least: 5")
    rules = rules_with(facts, f"{{fact: {name}, {test}}}")
    good: dict[str, list[Any]] = {"policy": ["open", "shut", None], "share": [0, 1, None], "number": [0, 10, None]}
    values = [*good.get(name, [0, 3, None]), *[wrong] * size]
    frame = pl.DataFrame({"id": range(len(values)), name: pl.Series(values, dtype=kind)})
    frame.write_parquet(tmp_path / "in.parquet")
    with duckdb.connect(str(tmp_path / "in.duckdb")) as connection:
        connection.execute("CREATE TABLE given AS SELECT * FROM frame")
    wanted = assess_frame(rules, frame, as_of=DAY, wanted=["asked"], verdicts="booleans")
    assert wanted.height == (3 if wrong not in ("unknown", "") else 3 + size)
    for at in (place(str(tmp_path / "in.parquet")), place(f"{tmp_path}/in.duckdb::given")):
        files = Files(engine, tmp_path, names(rules), read_names(rules))
        found = assess_tables(rules, files.open(at), {}, as_of=DAY, wanted=["asked"], moved=files.moved)
        assert found.frame.collect("polars").to_native().sort("id").equals(wanted)
        assert (found.ready.parts[0].bad == ()) is (not size)
        assert [one.id for one in found.rejects()] == [*range(3, 3 + len(values) - wanted.height)]
        files.close()


def _declared(fact: Fact) -> str:
    more = f", options: [{', '.join(fact.options)}]" if fact.options else ""
    more += ", unit: days" if fact.value_type is ValueType.DAYS else ""
    return f"{{type: {fact.type}{more}}}"


_ROWS = (
    "n: {type: count}, s: {type: count, history: true}, t: {type: table, "
    "columns: {since: {type: date}, h: {type: count, history: true}, c: {type: count}}}"
)


def _rejected(frame: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> tuple[list[Any], list[str]]:
    rules = rules_with(_ROWS, "{some: t, where: {fact: c, at_least: 1}}")
    rejects: list[Reject] = []
    found = assess_frame(rules, frame, tables, as_of=DAY, wanted=["asked"], rejects=rejects)
    return found["id"].sort().to_list(), [
        f"{one.table} {one.row} {one.column}: {one.code}: {one.message}" for one in rejects
    ]


def test_ids_that_are_missing_or_stand_twice() -> None:
    twice = "situations {} id: duplicate-name: another situation has the same `id`"
    for ids, wanted in (([1, 2, 2, None, 3], [1, 3]), (["a", "b", "b", None, "c"], ["a", "c"])):
        left, told = _rejected(pl.DataFrame({"id": ids}), {})
        assert left == wanted
        assert told == [twice.format(2), twice.format(3), "situations 4 id: empty-value: `id` has no value"]


def test_rows_that_belong_to_no_situation() -> None:
    left, told = _rejected(pl.DataFrame({"id": [1, 2]}), {"t": pl.DataFrame({"id": [1, 3, None], "c": [1, 1, 1]})})
    assert left == [1, 2]
    assert told == [
        "t 2 id: unknown-id: there is no situation with the `id` of this row of `t`",
        "t 3 id: empty-value: `id` has no value",
    ]


def test_a_situation_goes_with_a_row_of_it_that_is_rejected() -> None:
    left, told = _rejected(pl.DataFrame({"id": [1, 2]}), {"t": pl.DataFrame({"id": [1, 1, 2], "c": [1, -1, 1]})})
    assert left == [2]
    assert told == [
        "situations 1 t: rejected-row: a row of `t` is rejected",
        "t 2 c: out-of-range: `c` must be at least 0, not -1",
    ]


def test_periods_that_overlap_or_are_none() -> None:
    entries = pl.DataFrame(
        {
            "id": [1, 1, 2, 3, 4, 4, 5],
            "period": ["2008", "2008-05", "2008-13", "2008-05-17", "2008-05-17", "2008-05-17", "2007"],
            "value": ["1", "2", "1", "1", "1", "2", "x"],
        }
    )
    left, told = _rejected(pl.DataFrame({"id": [1, 2, 3, 4, 5]}), {"s": entries})
    assert left == [3]
    assert told[4:] == [
        "s 2 period: periods-overlap: it has days of the period before it",
        "s 3 period: not-a-date: `period` is not a year, month or date",
        "s 6 period: periods-overlap: it has days of the period before it",
        "s 7 value: not-a-number: `value` must be a number, not the text `x`",
    ]


def test_entries_before_the_row_begins() -> None:
    rows = pl.DataFrame({"id": [1, 2], "row": [0, 0], "since": ["2009", "2009-06"], "c": [1, 1]})
    entries = pl.DataFrame({"id": [1, 2, 2], "row": [0, 0, 0], "period": [2008, 2008, 2009], "value": [5, None, 5]})
    left, told = _rejected(pl.DataFrame({"id": [1, 2]}), {"t": rows, "t.h": entries})
    assert left == [2]
    assert told[1:] == ["t.h 1 period: before-since: it ends before the row's own `since`"]


REFUSED: dict[str, tuple[pl.DataFrame, dict[str, pl.DataFrame], str]] = {
    "a number where a truth is meant": (
        pl.DataFrame({"id": [1], "t": [1]}),
        {},
        "situations:1:1: error[wrong-type]: the column `t` is Int64, not a boolean",
    ),
    "a truth where a count is meant": (
        pl.DataFrame({"id": [1], "n": [True]}),
        {},
        "situations:1:1: error[wrong-type]: the column `n` is Boolean, not a count",
    ),
    "columns that differ only in capitals": (
        pl.DataFrame({"id": [1], "n": [1], "N": [2]}),
        {},
        "situations:1:1: error[duplicate-key]: the columns `n` and `N` differ only in capitals\n"
        "    hint: rename one: some engines take them for one",
    ),
    "a value beside its ends": (
        pl.DataFrame({"id": [1], "n": [1], "n_low": [2]}),
        {},
        "situations:1:1: error[duplicate-key]: there are columns `n` and `n_low`\n"
        "    hint: give the value, or its two ends",
    ),
    "a table that there is not": (
        pl.DataFrame({"id": [1]}),
        {"villages": pl.DataFrame({"id": [1]})},
        "villages:1:1: error[unknown-fact]: there is no table or history `villages`\n    hint: there are: t, s, t.h",
    ),
    "ids of two types": (
        pl.DataFrame({"id": [1]}),
        {"t": pl.DataFrame({"id": ["1"], "c": [1]})},
        "t:1:1: error[wrong-type]: `id` is String, and Int64 in the situations\n    hint: write alike",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_table_that_is_refused_as_a_whole(case: str) -> None:
    frame, tables, message = REFUSED[case]
    with pytest.raises(Refused) as caught:
        _rejected(frame, tables)
    assert str(caught.value) == message


def test_days_that_are_no_as_of_dates() -> None:
    rules = rules_with("n: {type: count}", "{fact: n, at_least: 1}")
    days = ["2013-01-31", "2013-1-31", None, "0999-12-31", "2013"]
    rejects: list[Reject] = []
    found = assess_frame(rules, pl.DataFrame({"id": range(5), "as_of": days}), wanted=["asked"], rejects=rejects)
    assert found["id"].to_list() == [0]
    assert [(one.row, one.code) for one in rejects] == [
        (2, "not-a-date"),
        (3, "as-of-missing"),
        (4, "not-a-date"),
        (5, "not-a-date"),
    ]


# --- values with types ----------------------------------------------------------------------------------------------

TYPED: tuple[tuple[str, pl.Series], ...] = (
    ("count", pl.Series([3, None], dtype=pl.UInt8)),
    ("count", pl.Series([3, None], dtype=pl.Float64)),
    ("count", pl.Series([Decimal(3), None], dtype=pl.Decimal(10, 2))),
    ("number", pl.Series([Decimal("3.000"), None], dtype=pl.Decimal(10, 3))),
    ("number", pl.Series([3, None], dtype=pl.Int32)),
    ("number", pl.Series([3.0, None], dtype=pl.Float32)),
)


@pytest.mark.parametrize(("fact", "values"), TYPED)
def test_figures_of_any_type(fact: str, values: pl.Series) -> None:
    rules = rules_with(f"x: {{type: {fact}}}", "{fact: x, is: 3}")
    found = assess_frame(rules, pl.DataFrame({"id": [1, 2], "x": values}), as_of=DAY, wanted=["asked"])
    assert found["asked"].to_list() == ["met", "unknown"]


@given(st.integers(0, 10**15))
def test_every_millionth_is_read_as_it_is(parts: int) -> None:
    rules = rules_with("x: {type: number}, y: {type: number}", "{fact: x, is: {fact: y}}")
    exact = Decimal(parts) / 10**6
    frame = pl.DataFrame({"id": [1], "x": [float(exact)], "y": [f"{exact:f}"]})
    rejects: list[Reject] = []
    found = assess_frame(rules, frame, as_of=DAY, wanted=["asked"], rejects=rejects)
    assert rejects == []
    assert found["asked"].to_list() == ["met"]


# --- libraries ------------------------------------------------------------------------------------------------------

_FRAME = pl.DataFrame({"id": [1, 2, 3], "n": [1, 0, None], "who": ["a", "b", "c"]})


def _asked(found: Any) -> list[tuple[Any, ...]]:
    return sorted(zip(*(found[name].to_list() for name in ("id", "who", "asked")), strict=True))


def test_frames_of_every_library_come_back_as_what_they_were() -> None:
    rules = rules_with("n: {type: count}", "{fact: n, at_least: 1}")
    wanted = [(1, "a", "met"), (2, "b", "not-met"), (3, "c", "unknown")]

    def asked(frame: Any) -> Any:
        return assess_frame(rules, frame, as_of=DAY, wanted=["asked"], keep=["who"])

    eager, lazy, arrow = asked(_FRAME), asked(_FRAME.lazy()), asked(_FRAME.to_arrow())
    panda = asked(_FRAME.to_pandas())
    assert (type(eager), type(lazy), type(arrow), type(panda)) == (pl.DataFrame, pl.LazyFrame, pa.Table, pd.DataFrame)
    assert _asked(eager) == _asked(lazy.collect()) == wanted
    assert _asked(pl.DataFrame(pl.from_arrow(arrow))) == _asked(pl.from_pandas(panda)) == wanted
    with duckdb.connect() as connection:
        relation = asked(connection.from_arrow(_FRAME.to_arrow()))
        assert isinstance(relation, duckdb.DuckDBPyRelation)
        assert _asked(relation.pl()) == wanted


# --- what decided ---------------------------------------------------------------------------------------------------


def _because(rules: RuleSet, situations: list[Situation]) -> None:
    told = [tell(one) for one in situations]
    tables = tabled(rules, told)
    frame = tables.frames["situations"]
    others = {name: one for name, one in tables.frames.items() if name != "situations" and one.height}
    frame = in_units(frame, rules)
    others = {name: in_units(one, rules, name) for name, one in others.items()}
    rejects: list[Reject] = []
    found = assess_frame(rules, frame, others, explain=True, rejects=rejects).sort("id")
    assert rejects == []
    for situation, row in zip(situations, found.to_dicts(), strict=True):
        for verdict in assess(rules, situation).contexts:
            column = verdict.context.replace("-", "_")
            if f"{column}_because" in row:
                assert row[f"{column}_because"] == ", ".join(verdict.because), (verdict.context, row["id"])


def in_units(frame: pl.DataFrame, rules: RuleSet, path: str = "") -> pl.DataFrame:
    """Return a frame whose numbers are no longer counted in millionths."""
    table, _, column = path.partition(".")
    facts = rules.facts if not path else rules.facts[table].columns or {table: rules.facts[table]}
    names = {
        f"{name}{side}" for name, one in facts.items() if one.type in ("number", "share") for side in ("_low", "_high")
    }
    one = facts.get(column or table)
    if {"first", "low"} <= {*frame.columns} and one is not None and one.type in ("number", "share"):
        names |= {"low", "high"}
    return frame.with_columns(pl.col(name) / 1_000_000 for name in names & {*frame.columns})


@given(one=batches())
def test_the_criteria_that_decided_are_those_of_an_assessment(one: Batch) -> None:
    rules = one.world.load()
    given_ = [({name: expressible(value) for name, value in facts.items()}, day) for facts, day in one.given]
    _because(rules, [load(one.world, rules, facts, day) for facts, day in given_])


def test_the_criteria_that_decided_stored_situations() -> None:
    rules = load_rules("oas-2013")
    stored = [load_situation(one, rules) for one in situation_ids()]
    assert all(fits(rules.facts, one.all_facts) for one in stored)
    _because(rules, stored)


def test_the_names_of_columns_say_what_they_give() -> None:
    fact = _facts()["count"]
    assert Cells("count", fact, pl.String).value("3..4", DAY) == read_text("3..4", fact, "count", DAY)


def test_the_examples_of_the_page_say_what_they_show() -> None:
    page = Path(__file__).parents[1] / "docs" / "batch.md"
    found = doctest.testfile(str(page), module_relative=False)
    assert found.attempted > 10
    assert found.failed == 0
