"""`comity batch --engine spark`: the same verdicts and rejects as on Polars, in this process and on a cluster."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from comity.engine import load_rules, load_situation
from comity.engine.batch import assess_frame
from comity.engine.batch.folders import put
from comity.engine.batch.prepare import Reject
from comity.engine.builtin import situation_ids
from tests import spark
from tests.tabled import tabled, tell
from tests.test_batch import in_units
from tests.test_columns import rules_with
from tests.tiny import RULES

pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Py4J's sockets
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.xdist_group("spark"),
]
SITUATION, ENTRY = 2, 3  # which of them get a wrong cell, by number of the situation
REASONS = {"out-of-range", "duplicate-name", "empty-value", "unknown-id", "rejected-row"}
MORE = ("--reading", "all", "--keep", "id_of", "--set", "considerable_arrivals=12000")


@pytest.fixture(scope="module")
def local() -> Iterator[Any]:
    """A Spark that the command finds running, so that it need not start one each time; its days are not UTC's."""
    with spark.session("local[2]", compiled=True) as one:
        yield one


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stored situations as files, with rows that are rejected among them."""
    made = tmp_path_factory.mktemp("tables")
    rules = load_rules("oas-2013")
    tables = tabled(rules, [tell(load_situation(one, rules)) for one in situation_ids()])
    for name, frame in tables.frames.items():
        rows = in_units(frame, rules, "" if name == "situations" else name)
        if name == "situations":
            low = pl.when(pl.col("id") == SITUATION).then(-4).otherwise("arrivals_low")
            rows = rows.with_columns(low.alias("arrivals_low"), id_of=pl.lit("no. ") + pl.col("id").cast(pl.String))
            twice, nameless = rows.tail(1), rows.head(1).with_columns(id=pl.lit(None, pl.Int64))
            rows = pl.concat([rows, twice, nameless])
            (made / "situations").mkdir()
            for number in (0, 1):  # a folder of two files
                rows[number::2].write_parquet(made / "situations" / f"{number}.parquet")
        elif rows.height:
            if name == "populations":
                low = pl.when(pl.col("id") == ENTRY).then(-1).otherwise("refugees_low")
                lost = rows.head(1).with_columns(id=pl.lit(99_999, pl.Int64))
                rows = pl.concat([rows.with_columns(refugees_low=low), lost])
            rows.write_parquet(made / f"{name}.parquet")
    return made


def given(folder: Path) -> list[str]:
    """Return the arguments that say where the tables are."""
    others = sorted(path for path in folder.glob("*.parquet") if path.is_file())
    return [str(folder / "situations" / "*.parquet"), *(f"--table={path.stem}={path}" for path in others)]


def batch(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["batch", *arguments])


def verdicts(path: Path) -> list[tuple[Any, ...]]:
    """Return the rows of a table, of which nothing says in which order they stand."""
    found = pl.read_parquet(path)
    return [tuple(found.columns), *sorted(found.with_columns(pl.col(pl.Enum).cast(pl.String)).rows())]


def rejects(path: Path) -> list[tuple[Any, ...]]:
    """Return what is rejected, without the numbers of rows, which Spark does not have."""
    return sorted(pl.read_csv(path, infer_schema=False).drop("row").rows(), key=str)


def both(output: Path, spark_there: Callable[..., Result], arguments: list[str]) -> list[tuple[Any, ...]]:
    """Hold that Spark says of tables what Polars says; return what is rejected."""
    told, engines = {}, {"polars": batch, "spark": spark_there}
    for engine, run in engines.items():
        left = output / f"{engine}.csv"
        done = run(*arguments, "-o", str(output / f"{engine}.parquet"), "--rejects", str(left), "--summary")
        assert (done.exit_code, done.stdout) == (1, ""), done.output
        told[engine] = done.stderr.replace(str(left), "")
    assert told["spark"] == told["polars"]
    assert " left out (" in told["spark"], told["spark"]
    assert verdicts(output / "spark.parquet") == verdicts(output / "polars.parquet")
    assert rejects(output / "spark.csv") == rejects(output / "polars.csv")
    return rejects(output / "spark.csv")


def here(*arguments: str) -> Result:
    return batch(*arguments, "--engine", "spark")


@pytest.mark.usefixtures("local")
def test_files_come_out_as_on_polars(folder: Path, tmp_path: Path) -> None:
    found = both(tmp_path, here, [*given(folder), *MORE])
    assert {one[3] for one in found} == REASONS


def test_frames_of_spark_come_back_as_such(local: Any) -> None:
    rules = rules_with("n: {type: count}", "{fact: n, at_least: 1}")
    frame = local.createDataFrame(pl.DataFrame({"id": [1, 2, 3, 3], "n": [1, 0, 1, 1]}).to_arrow())
    left: list[Reject] = []
    found = assess_frame(rules, frame, as_of=date(2013, 1, 31), wanted=["asked"], rejects=left)
    assert type(found) is type(frame)
    assert sorted(map(tuple, found.collect())) == [(1, "met"), (2, "not-met")]
    assert [str(one) for one in left] == [
        "situations, id 3: error[duplicate-name]: another situation has the same `id`\n    hint: give each its own"
    ] * 2


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules").mkdir()
    for name, text in RULES.items():
        (tmp_path / "rules" / name).write_text(text, encoding="utf-8")
    pl.DataFrame({"id": [1, 2], "people": [10, 9]}).write_parquet(tmp_path / "in.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def crowds(*arguments: str) -> Result:
    return batch("--rules", "rules", "--as-of", "2013-01-31", "--engine", "spark", *arguments)


@pytest.mark.usefixtures("local", "tiny")
def test_text_is_read_as_elsewhere_and_has_row_numbers() -> None:
    Path("in.csv").write_text("id,people\na,10\nb,9..11\nc,ten\n", encoding="utf-8")
    done = crowds("in.csv", "-o", "out.parquet", "--rejects", "left.csv")
    assert (done.exit_code, done.stderr) == (
        1,
        "2 situations assessed, 1 left out (not-a-number 1; in left.csv)\n",
    )
    assert verdicts(Path("out.parquet")) == [("id", "crowd"), ("a", "met"), ("b", "unknown")]
    assert pl.read_csv("left.csv").select("row", "id", "column").rows() == [(3, "c", "people")]


@pytest.mark.usefixtures("local", "tiny")
def test_what_was_there_is_replaced_and_can_be_read_again() -> None:
    Path("out [1]{2}.parquet").write_text("a file of before", encoding="utf-8")
    for _ in range(2):  # in place of a file, and of a folder
        assert crowds("in.parquet", "-o", "out [1]{2}.parquet", "--keep", "people").exit_code == 0
        assert [path.name[:5] for path in Path("out [1]{2}.parquet").iterdir()] == ["part-"]
    done = crowds("out [[]1]{2}.parquet", "-o", "out [1]{2}.parquet")  # in place of what it reads
    assert done.stderr.endswith("there is no fact `crowd`: the column is left out\n2 situations assessed\n")
    assert verdicts(Path("out [1]{2}.parquet")) == [("id", "crowd"), (1, "met"), (2, "not-met")]
    assert sorted(path.name for path in Path().iterdir()) == ["in.parquet", "out [1]{2}.parquet", "rules"]


@pytest.mark.usefixtures("local")
def test_what_is_interrupted_leaves_nothing_behind(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_from: Path, _to: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "rename", stop)
    before = {*tiny.iterdir()}
    assert crowds("in.parquet", "-o", "out.parquet").exit_code == 130
    assert {*tiny.iterdir()} == before


REFUSED: dict[str, tuple[bytes | pl.DataFrame, str]] = {
    "no Parquet": (
        b"id",
        "error[unreadable-file]: `bad.parquet` cannot be read: file:{}/bad.parquet is not a Parquet file "
        "(length is too low: 2)\n",
    ),
    "columns that differ in capitals": (
        pl.DataFrame({"id": [1], "ID": [1]}),
        "error[duplicate-key]: the columns `id` and `ID` differ only in capitals\n"
        "    hint: rename one: some engines take them for one\n",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.usefixtures("local")
def test_files_that_cannot_be_used(tiny: Path, case: str) -> None:
    content, message = REFUSED[case]
    if isinstance(content, pl.DataFrame):
        content.write_parquet(tiny / "bad.parquet")
    else:
        (tiny / "bad.parquet").write_bytes(content)
    done = crowds("bad.parquet", "-o", "out.parquet")
    assert (done.exit_code, done.stderr) == (1, f"bad.parquet:1:1: {message.format(tiny)}")
    assert not Path("out.parquet").exists()


WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "a file to write that is no folder": (
        ("-o", "out.csv"),
        "Invalid value for -o: Spark writes a folder of Parquet: end its name in .parquet",
    ),
    "standard output": ((), "Invalid value for -o: Spark writes a folder of Parquet: end its name in .parquet"),
    "a folder of other things": (
        ("-o", "rules", "--format", "parquet"),
        "Invalid value for -o: `rules` cannot be written: it is a folder that holds more than the parts of a table",
    ),
    "a folder that is not there": (
        ("-o", "nowhere/out.parquet"),
        "Invalid value for -o: `nowhere/out.parquet` cannot be written: No such file or directory",
    ),
    "a name that Spark reads otherwise": (
        ("-o", "out.parquet", "--keep", "a.b"),
        "Invalid value for --keep: Spark cannot name `a.b`: rename the column",
    ),
    "another Spark than the one that runs": (
        ("-o", "out.parquet", "--master", "local[7]"),
        "Invalid value for --master: Spark does not start: a Spark on `local[2]` runs already",
    ),
    "a master of another engine": (
        ("-o", "out.parquet", "--engine", "duckdb", "--master", "local[7]"),
        "--master goes with --engine spark",
    ),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.usefixtures("local", "tiny")
def test_wrong_use(case: str) -> None:
    arguments, message = WRONG[case]
    done = crowds("in.parquet", *arguments)
    assert done.exit_code == 2
    assert done.stderr.endswith(f"Error: {message}\n")


def test_a_master_that_there_is_not(tiny: Path) -> None:
    spark.java()
    command = [sys.executable, "-m", "comity.cli", "batch", "in.parquet", "-o", "out.parquet", "--rules", "rules"]
    command += ["--as-of", "2013-01-31", "--engine", "spark", "--master", "nowhere"]
    before = {*tiny.iterdir()}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(
        "Error: Invalid value for --master: Spark does not start: Master must either be yarn or start with spark, k8s, "
        "or local\n"
    )
    assert {*tiny.iterdir()} == before


@pytest.mark.usefixtures("tiny")
def test_without_java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    done = crowds("in.parquet", "-o", "out.parquet")
    assert done.exit_code == 2
    assert done.stderr.endswith(
        "Error: Spark needs Java 17 or later, and there is none in JAVA_HOME, `/nowhere`: install it (Debian: "
        "`openjdk-17-jre-headless`), or name its folder in JAVA_HOME\n"
    )


@pytest.mark.usefixtures("tiny")
def test_without_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.engine.batch.find_spec", lambda name: None if name == "pyspark" else name)
    done = crowds("in.parquet", "-o", "out.parquet")
    assert done.exit_code == 2
    assert done.stderr.endswith("Error: this needs pyspark: install it with `pip install 'comity[spark]'`\n")


_PUT = """
import shutil, sys
from pathlib import Path
from comity.engine.batch.folders import put
here = Path(sys.argv[1])
for number in range(1_000_000):
    made = here / "made"
    made.mkdir()
    (made / "part-0").write_text(str(number))
    (made / "part-1").write_text(str(number))
    put(made, here / "table")
    shutil.rmtree(made, ignore_errors=True)
    print(number, flush=True)
"""


def test_whoever_ends_it_finds_the_old_folder_or_the_new_one(tmp_path: Path) -> None:
    """All that Spark writes goes elsewhere first; this is how it gets to its place."""
    for moment in (0.0, 0.013, 0.029):
        here = tmp_path / str(moment)
        here.mkdir()
        running = subprocess.Popen([sys.executable, "-c", _PUT, str(here)], stdout=subprocess.PIPE, text=True)
        assert running.stdout is not None
        done = int(running.stdout.readline())
        time.sleep(moment)
        running.send_signal(signal.SIGKILL)
        done = max([done, *map(int, running.stdout.read().split())])
        running.wait()
        running.stdout.close()
        found = [(here / "table" / part).read_text() for part in ("part-0", "part-1")]
        assert found in ([str(number)] * 2 for number in (done, done + 1))


def test_a_folder_that_cannot_be_exchanged_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("made", "table"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "part-0").write_text(name)
    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: object())
    with pytest.raises(OSError, match=r"^it is there already, and cannot be replaced at once: remove it first$"):
        put(tmp_path / "made", tmp_path / "table")
    assert (tmp_path / "table" / "part-0").read_text() == "table"


@pytest.fixture
def small(tiny: Path) -> list[str]:
    """Ranges, a table, several files and wrong rows, under a rule set of two contexts; as arguments."""
    write = (tiny / "rules" / "rule-set.yaml").write_text
    table = "  rows: {type: table, columns: {n: {type: count}, of: {type: text}}}\n"
    table += "  largest: {type: count, derive: {total: n, of: rows, per: [of], take: largest}}\n"
    write(f"{RULES['rule-set.yaml'].rstrip()}\n{table}", encoding="utf-8")
    named = RULES["crowd.yaml"].replace("context: crowd", "context: many-rows").replace("  many:", "  summed:")
    named = named.replace("criterion: many}", "criterion: summed}").replace("fact: people,", "fact: largest,")
    (tiny / "rules" / "many-rows.yaml").write_text(named, encoding="utf-8")
    (tiny / "situations").mkdir()
    for part in range(4):
        ids = [*range(part * 100, part * 100 + 100)]
        low = [None if one % 7 == 0 else -1 if one % 50 == 0 else one % 15 for one in ids]
        high = [None if one % 11 == 0 or end is None else end + one % 3 for one, end in zip(ids, low, strict=True)]
        columns = {"id": [f"no. {one % 390}" for one in ids], "people_low": low, "people_high": high}
        pl.DataFrame(columns).write_parquet(tiny / "situations" / f"{part}.parquet")
    ids = [one % 350 for one in range(1000)]
    names = [None if row % 300 == 0 else "no. 999" if row == 500 else f"no. {one}" for row, one in enumerate(ids)]
    columns = {
        "id": names,
        "n": [None if row % 13 == 0 else -1 if row % 400 == 1 else row % 9 for row in range(1000)],
        "of": [None if row % 17 == 0 else "abc"[row % 3] for row in range(1000)],
    }
    pl.DataFrame(columns).write_parquet("rows.parquet")
    words = ["--rules", "rules", "--as-of", "2013-01-31", "--table", "rows=rows.parquet"]
    return ["situations/*.parquet", *words, "--verdicts", "booleans"]


@pytest.mark.usefixtures("local")
def test_truths_of_tables_in_several_files(small: list[str], tmp_path: Path) -> None:
    found = both(tmp_path, here, [*small, "--explain"])
    assert {one[3] for one in found} == REASONS


def test_the_same_on_a_cluster_of_two_workers(small: list[str], tmp_path: Path) -> None:
    """In a process of its own, as a user starts it: nothing but the count comes to the terminal."""
    settings = {**spark.BRIEF, "spark.executor.memory": "768m", "spark.sql.shuffle.partitions": "4"}
    words = " ".join(f"--conf '{name}={value}'" for name, value in settings.items())
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_SUBMIT_ARGS": f"{words} pyspark-shell"}

    def there(*arguments: str) -> Result:
        command = [sys.executable, "-m", "comity.cli", "batch", *arguments, "--engine", "spark", "--master", address]
        done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=300)
        return Result(CliRunner(), done.stdout, done.stderr, done.stderr, None, done.returncode, None)

    with spark.cluster() as (address, workers):
        found = both(tmp_path, there, small)
        assert all([*worker.glob("app-*/*")] for worker in workers)
    assert {one[3] for one in found} == REASONS
