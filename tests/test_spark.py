"""The same corpus on Spark: in this process, and on a cluster of two workers; as data frames and as printed SQL."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from comity.engine import load_rules, load_situation
from comity.engine.assessment.assess import program
from comity.engine.batch.frames import run
from comity.engine.batch.sql import to_sql
from comity.engine.builtin import rule_set_ids, situation_ids
from comity.engine.language.model import RuleSet
from comity.engine.translation.columns import plan
from tests import spark
from tests.strategies import picking
from tests.tabled import Tables, Told, tabled, tell
from tests.test_columns import batch, told

pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Py4J's sockets
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.xdist_group("spark"),
]
GENERATED = 8
ON_CLUSTER = 2  # rule sets: what differs there is where the work is done, not what it is


def placed(session: Any, frame: pl.DataFrame) -> Any:
    return session.createDataFrame(frame.to_arrow())


def as_frames(session: Any, made: Any, tables: Tables, _: str) -> pl.DataFrame:
    sources = {name: nw.from_native(placed(session, one)) for name, one in tables.frames.items()}
    found: pl.DataFrame = run(made.relation, sources).collect("polars").to_native()
    return found


def as_sql(session: Any, _: Any, tables: Tables, query: str) -> pl.DataFrame:
    for name, one in tables.frames.items():
        placed(session, one).createOrReplaceTempView(name.replace(".", "_"))
    found = pl.from_arrow(session.sql(query).toArrow())
    assert isinstance(found, pl.DataFrame)
    return found


def differences(
    session: Any, rules: RuleSet, situations: list[Told], ask: Any, reading: str | None, bare: bool
) -> Iterator[str]:
    """Yield where Spark and the evaluator say different things of situations."""
    tables = tabled(rules, situations, bare)
    made = plan(rules, tables.shape, reading, None, rules.conditions(reading or rules.default_reading))
    query = to_sql(rules, tables.shape, made, "spark", reading=reading, prepared=True)
    found = ask(session, made, tables, query).sort("id")
    assert found["id"].to_list() == [*range(len(situations))]
    known = program(rules, reading, None)
    for row, (facts, day) in zip(found.to_dicts(), situations, strict=True):
        ran = known.start(facts, day)
        for name, column in made.columns.items():
            if row[column] is not ran.truth(name):
                yield f"{name} of situation {row['id']}: {row[column]} on Spark, {ran.truth(name)} in the evaluator"


def stored(rules: RuleSet) -> list[Told]:
    course = load_rules("oas-2013")
    every: list[tuple[Mapping[str, Any], date]] = [tell(load_situation(one, course)) for one in situation_ids()]
    return [({name: one for name, one in facts.items() if name in rules.facts}, day) for facts, day in every]


@pytest.fixture(scope="module")
def local() -> Iterator[Any]:
    with spark.session("local[2]") as one:
        yield one


@pytest.mark.parametrize("ask", [as_frames, as_sql])
def test_generated_rule_sets_in_this_process(local: Any, ask: Any) -> None:
    for seed in range(GENERATED):
        one = batch(picking(seed), 6, seed % 4 == 0)
        rules = one.world.load()
        assert [*differences(local, rules, told(one, rules), ask, None, seed % 2 == 0)] == []


@pytest.mark.parametrize("ask", [as_frames, as_sql])
@pytest.mark.parametrize("rule_set", rule_set_ids())
def test_stored_situations_in_this_process(local: Any, rule_set: str, ask: Any) -> None:
    rules = load_rules(rule_set)
    # A reading is chosen by the plan, of which frames and SQL are made alike; SQL is read in a tenth of the time.
    readings = (*rules.readings,) if ask is as_sql else (rules.default_reading,)
    for reading in readings or (None,):
        assert [*differences(local, rules, stored(rules), ask, reading, False)] == []


def test_the_same_on_a_cluster_of_two_workers(local: Any) -> None:  # stored situations as frames: test_batch_spark
    local.stop()  # a process has one session
    with spark.cluster() as (address, _), spark.session(address) as session:
        assert session.sparkContext.master == address
        rules = load_rules("oas-2013")
        assert [*differences(session, rules, stored(rules), as_sql, None, False)] == []
        for seed in range(ON_CLUSTER):
            one = batch(picking(seed), 6, False)
            rules = one.world.load()
            assert [*differences(session, rules, told(one, rules), as_frames, None, False)] == []
        executors = session.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1  # the driver is one of them
        assert executors == 2
