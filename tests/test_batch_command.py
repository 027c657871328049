"""`comity batch`: files in, a file out, whole or not at all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from tests.tiny import RULES

CSV = """\
id,as_of,people,town
a,2013-01-31,10,X
b,2013-01-31,9,Y
c,2013-01-31,,Z
d,2013-01-31,5..15,Z
e,2013-01-31,-4,Z
f,2013-1-31,4,Z
g,2013-01-31,4,Z,more
"""
VERDICTS = [("a", "met"), ("b", "not-met"), ("c", "unknown"), ("d", "unknown")]
LEFT_OUT = "4 situations assessed, 3 left out (not-a-date 1, out-of-range 1, wrong-shape 1; {})\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules").mkdir()
    for name, text in RULES.items():
        (tmp_path / "rules" / name).write_text(text, encoding="utf-8")
    (tmp_path / "in.csv").write_text(CSV, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def batch(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["batch", "--rules", "rules", *arguments], input=stdin)


def verdicts(path: str) -> list[tuple[str | int, str]]:
    frames: dict[str, Callable[[], pl.DataFrame]] = {
        ".csv": lambda: pl.read_csv(path),
        ".parquet": lambda: pl.read_parquet(path),
        ".jsonl": lambda: pl.read_ndjson(path),
    }
    found = frames[Path(path).suffix]()
    return sorted(found.select("id", pl.col("crowd").cast(pl.String)).rows())


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
@pytest.mark.usefixtures("here")
def test_every_form_and_engine_gives_the_same(form: str, engine: str) -> None:
    first = batch("in.csv", "-o", f"out.{form}", "--engine", engine, "--keep", "town", "--keep", "people")
    assert first.exit_code == 1
    assert verdicts(f"out.{form}") == VERDICTS
    again = batch(f"out.{form}", "-o", "again.csv", "--engine", engine, "--as-of", "2013-01-31")
    assert again.exit_code == 0, again.output
    assert verdicts("again.csv") == VERDICTS


@pytest.mark.usefixtures("here")
def test_what_it_prints() -> None:
    done = batch("in.csv", "--summary", "--explain", "--rejects", "left.csv")
    assert done.stdout == ("id,crowd,crowd_because\na,met,many\nb,not-met,many\nc,unknown,many\nd,unknown,many\n")
    assert done.stderr == (
        "in.csv:1:1: warning[unknown-fact]: there is no fact `town`: the column is left out\n"
        + LEFT_OUT.format("in left.csv")
        + "  crowd  met 1, unknown 2, not-met 1\n"
    )
    assert Path("left.csv").read_text(encoding="utf-8") == (
        "table,row,id,column,code,message,hint\n"
        'situations,5,e,people,out-of-range,"`people` must be at least 0, not -4",'
        '"correct the value, or leave it out"\n'
        'situations,6,f,as_of,not-a-date,"`as_of` must be a full date, not before the year 1000",'
        "write it like 2013-01-31\n"
        "situations,7,g,,wrong-shape,the line has more cells than there are columns,quote a cell that holds a comma\n"
    )


SHORT = """id,as_of,town,people
a,2013-01-31,,10
b,2013-01-31,
"c, d",2013-01-31,"e ""f"", g",9
"h, i",2013-01-31,"e, f"
j,2013-01-31,5" by 6",
k
l,2013-01-31,,
"""
_LINE = "the line has fewer cells than there are columns,put a comma for each empty cell\n"


@pytest.mark.parametrize("several", [False, True], ids=["lines", "cells over several lines"])
@pytest.mark.usefixtures("here")
def test_lines_that_are_too_short(several: bool) -> None:
    text = SHORT.replace("e, f", "e,\nf") if several else SHORT
    Path("one.csv").write_text(text, encoding="utf-8")
    Path("two.csv").write_text("id,as_of,town,people\r\nm,2013-01-31,x\r\nn,2013-01-31,,3\r\n", encoding="utf-8")
    done = batch("one.csv", "--rejects", "left.csv")
    assert done.stdout.splitlines() == ["id,crowd", "a,met", '"c, d",not-met', "j,unknown", "l,unknown"]
    rows = [(2, "b"), (4, '"h, i"'), (6, "k")]
    lines = [f"situations,{row},{id_},,wrong-shape,{_LINE}" for row, id_ in rows]
    assert [one for one in Path("left.csv").read_text(encoding="utf-8").splitlines(True) if "fewer" in one] == lines
    batch("[ot][nw]?.csv", "-o", "out.csv", "--rejects", "left.csv")
    told = Path("left.csv").read_text(encoding="utf-8")
    assert f"situations,8,m,,wrong-shape,{_LINE}" in told
    assert told.count("fewer") == 4


@pytest.mark.usefixtures("here")
def test_rejects_as_json_lines() -> None:
    done = batch("in.csv", "-o", "out.csv", "--rejects", "left.jsonl")
    assert done.exit_code == 1
    first, *_ = Path("left.jsonl").read_text(encoding="utf-8").splitlines()
    assert first == (
        '{"table": "situations", "row": 5, "id": "e", "column": "people", "code": "out-of-range", '
        '"message": "`people` must be at least 0, not -4", "hint": "correct the value, or leave it out"}'
    )


@pytest.mark.usefixtures("here")
def test_standard_input_and_output() -> None:
    lines = b'{"id": 1, "as_of": "2013-01-31", "people": 10}\n{"id": 2, "as_of": "2013-01-31", "people": "9..11"}\n'
    done = batch("-", "--format", "jsonl", stdin=lines)
    assert done.stdout == '{"id":"1","crowd":"met"}\n{"id":"2","crowd":"unknown"}\n'
    assert done.stderr == "2 situations assessed\n"


@pytest.mark.usefixtures("here")
def test_json_lines_may_give_a_fact_late() -> None:
    lines = [f'{{"id": {number}, "as_of": "2013-01-31"}}' for number in range(2_000)]
    Path("in.jsonl").write_text("\n".join([*lines, '{"id": 2000, "as_of": "2013-01-31", "people": 10}\n']))
    assert batch("in.jsonl", "-o", "out.parquet").exit_code == 0
    assert pl.read_parquet("out.parquet")["crowd"].cast(pl.String).value_counts(sort=True).rows() == [
        ("unknown", 2000),
        ("met", 1),
    ]


@pytest.mark.usefixtures("here")
def test_many_files_and_a_row_number_for_an_id() -> None:
    for number in range(3):
        pl.DataFrame({"people": [number * 10]}).write_parquet(f"part-{number}.parquet")
    done = batch("part-*.parquet", "--as-of", "2013-01-31", "--verdicts", "booleans")
    assert done.stdout == "id,crowd\n1,false\n2,true\n3,true\n"


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.usefixtures("here")
def test_tables_of_a_database(engine: str) -> None:
    with duckdb.connect("figures.duckdb") as connection:
        connection.execute("CREATE TABLE s AS SELECT 1 AS id, DATE '2013-01-31' AS as_of, 10 AS people")
    for _ in range(2):
        done = batch("figures.duckdb::s", "-o", "figures.duckdb::v", "--engine", engine)
        assert (done.exit_code, done.stderr) == (0, "1 situation assessed\n")
    with duckdb.connect("figures.duckdb") as connection:
        assert connection.sql("SELECT id, crowd FROM v").fetchall() == [(1, "met")]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_tables_of_several_forms(here: Path, engine: str) -> None:
    rules = here / "rules" / "rule-set.yaml"
    rules.write_text(f"{rules.read_text().rstrip()}\n  rows: {{type: table, columns: {{n: {{type: count}}}}}}\n")
    pl.DataFrame({"id": [1, 2], "people": [10, 9]}).write_parquet("in.parquet")
    Path("rows.csv").write_text("id,n\n1,2..3\n2,x\n", encoding="utf-8")
    done = batch("in.parquet", "--table", "rows=rows.csv", "--engine", engine, "--as-of", "2013-01-31")
    assert done.stdout == "id,crowd\n1,met\n"
    assert done.stderr.startswith("1 situation assessed, 1 left out (not-a-number 1, rejected-row 1;")


@pytest.mark.usefixtures("here")
def test_verdicts_of_parquet_are_of_a_set_of_words() -> None:
    batch("in.csv", "-o", "out.parquet")
    assert pl.scan_parquet("out.parquet").collect_schema()["crowd"] == pl.Enum(["met", "unknown", "not-met"])


WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "a format that cannot be told": (
        ("in.txt",),
        "Error: Invalid value for IN: the format of `in.txt` cannot be told from its name: end it in .csv, .parquet or "
        ".jsonl, or name a table of a database, as in file.duckdb::situations\n",
    ),
    "a table without a file": (
        ("in.csv", "--table", "rows"),
        "Error: Invalid value for --table: `rows` is not NAME=FILE\n",
    ),
    "a table that stands twice": (
        ("in.csv", "--table", "t=a.csv", "--table", "t=b.csv"),
        "Error: Invalid value for --table: `t` is given twice\n",
    ),
    "rejects as Parquet": (
        ("in.csv", "--rejects", "left.parquet"),
        "Error: Invalid value for --rejects: `left.parquet` is no file of CSV or JSON Lines\n",
    ),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.usefixtures("here")
def test_wrong_use(case: str) -> None:
    arguments, message = WRONG[case]
    done = batch(*arguments)
    assert done.exit_code == 2
    assert done.stderr.endswith(message)


REFUSED = {
    "nothing": (None, "nowhere.csv:1:1: error[unreadable-file]: there is no file `nowhere.csv`\n"),
    "empty": (
        b"",
        "nowhere.csv:1:1: error[empty-document]: the file is empty\n    hint: the first line names the columns\n",
    ),
    "Latin-1": (
        b"id,as_of,lib\xe9\n",
        "nowhere.csv:1:1: error[not-utf8]: the file is not UTF-8\n    hint: save it as UTF-8\n",
    ),
    "a column twice": (
        b"id,people,people\n",
        "nowhere.csv:1:1: error[duplicate-key]: there are two columns `people`\n"
        "    hint: rename one, or leave it out\n",
    ),
    "no as-of date": (
        b"id,people\n1,2\n",
        "nowhere.csv:1:1: error[as-of-missing]: there is no column `as_of`\n    hint: add one, or give --as-of\n",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.usefixtures("here")
def test_files_that_cannot_be_used(case: str) -> None:
    content, message = REFUSED[case]
    if content is not None:
        Path("nowhere.csv").write_bytes(content)
    done = batch("nowhere.csv", "-o", "out.csv")
    assert (done.exit_code, done.stderr) == (1, message)
    assert not Path("out.csv").exists()


def test_an_output_that_cannot_be_written(here: Path) -> None:
    done = batch("in.csv", "-o", str(here / "nowhere" / "out.csv"))
    assert done.exit_code == 2
    assert done.stderr.endswith("cannot be written: No such file or directory\n")


def test_whoever_ends_it_finds_the_old_output_or_the_new_one(here: Path) -> None:
    pl.DataFrame({"people": range(400_000)}).write_parquet("in.parquet")
    arguments = [sys.executable, "-m", "comity.cli", "batch", "in.parquet", "-o", "out.parquet", "--rules", "rules"]
    arguments += ["--as-of", "2013-01-31"]
    found = set()
    for moment in (0.0, 0.3, 0.5, 0.7, 0.9, 1.2, None):
        (here / "out.parquet").write_text("old", encoding="utf-8")
        running = subprocess.Popen(arguments, stderr=subprocess.DEVNULL)
        if moment is None:
            assert running.wait() == 0
        else:
            time.sleep(moment)
            running.send_signal(signal.SIGKILL)
            running.wait()
        whole = (here / "out.parquet").read_bytes()
        found.add("old" if whole == b"old" else f"new, {pl.read_parquet(here / 'out.parquet').height}")
    assert {"new, 400000"} <= found <= {"old", "new, 400000"}


def test_what_is_interrupted_leaves_nothing_behind(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_from: str, _to: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stop)
    before = {*here.iterdir()}
    assert batch("in.csv", "-o", "out.csv").exit_code == 130
    assert {*here.iterdir()} == before


def test_situations_with_tables_are_taken_a_range_of_ids_at_a_time(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = (here / "rules" / "rule-set.yaml").read_text(encoding="utf-8")
    table = "\n  rows: {type: table, columns: {n: {type: count}}}\n"
    (here / "rules" / "rule-set.yaml").write_text(f"{rules.rstrip()}{table}", encoding="utf-8")
    crowd = (here / "rules" / "crowd.yaml").read_text(encoding="utf-8")
    counted = "when: {some: rows, where: {fact: n, at_least: {parameter: enough}}}"
    crowd = crowd.replace("when: {fact: people, at_least: {parameter: enough}}", counted)
    (here / "rules" / "crowd.yaml").write_text(crowd, encoding="utf-8")
    ids = [7, 3, 3, None, 9, 1, 5, 12]
    pl.DataFrame({"id": ids, "people": range(8)}).write_parquet("in.parquet")
    rows = pl.DataFrame({"id": [1, 7, 7, 9, 20, None, 12], "n": [10, 3, 12, -1, 5, 5, 9]})
    rows.write_parquet("rows.parquet")
    arguments = ("in.parquet", "--as-of", "2013-01-31", "--table", "rows=rows.parquet", "--rejects", "left.csv")
    once = batch(*arguments, "-o", "once.csv")
    left = sorted(Path("left.csv").read_text(encoding="utf-8").splitlines())
    monkeypatch.setattr("comity.engine.batch.shares.MANY", 2)
    again = batch(*arguments, "-o", "again.csv")
    assert (once.exit_code, once.stderr) == (again.exit_code, again.stderr)
    assert verdicts("once.csv") == [(1, "met"), (5, "unknown"), (7, "met"), (12, "not-met")]
    assert verdicts("again.csv") == verdicts("once.csv")
    assert sorted(Path("left.csv").read_text(encoding="utf-8").splitlines()) == left
    assert len(left) == 8
