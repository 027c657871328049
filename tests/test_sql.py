"""The SQL that is printed says what the evaluator says, on DuckDB and on a real PostgreSQL."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import sqlglot
from click.testing import CliRunner
from hypothesis import given, settings, strategies as st

from comity.cli import main
from comity.engine import load_rules, load_situation
from comity.engine.assessment.assess import program
from comity.engine.batch.sql import to_sql
from comity.engine.batch.sql_names import RESERVED
from comity.engine.builtin import rule_set_ids, situation_ids
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import RuleSet
from comity.engine.translation.columns import plan
from tests import postgres
from tests.extremes import extreme
from tests.strategies import Choose, randoms
from tests.tabled import Tables, Told, fits, tabled, tell
from tests.test_columns import TRAPS, _document, _trap, batch, called_alike, overridden, rules_with, told
from tests.test_conformance import ITEMS, Item, rules_of, situation_of

FEW = settings().max_examples // 4
MILLION = 1_000_000
Ask = Callable[[str, Mapping[str, pl.DataFrame], Mapping[str, str]], pl.DataFrame]


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.server() as one:
        yield one


def on_duckdb(query: str, frames: Mapping[str, pl.DataFrame], types: Mapping[str, str]) -> pl.DataFrame:
    with duckdb.connect() as connection:
        for name, frame in frames.items():
            columns = ", ".join(
                f'CAST("{one}" AS {types[f"{name}/{one}"]}) AS "{one}"' if f"{name}/{one}" in types else f'"{one}"'
                for one in frame.columns
            )
            connection.register("given", frame.to_arrow())
            connection.execute(f'CREATE TABLE "{name.replace(".", "_")}" AS SELECT {columns} FROM given')
            connection.unregister("given")
        asked = connection.execute(query)
        names = [column[0] for column in asked.description]
        return pl.DataFrame(
            asked.fetchall(), {name: pl.Int64 if name == "id" else pl.Boolean for name in names}, orient="row"
        )


def as_decimals(rules: RuleSet, tables: Tables) -> tuple[dict[str, pl.DataFrame], dict[str, str]]:
    """Return tables whose numbers and shares are decimals, as a warehouse has them, and the types of those columns."""
    frames, types = dict(tables.frames), {}
    for name, frame in tables.frames.items():
        table, _, inner = name.partition(".")
        for column in frame.columns:
            plain = column.removesuffix("_low").removesuffix("_high")
            facts = rules.facts if table == "situations" else (rules.facts[table].columns or {})
            fact = facts.get(plain) or facts.get(column)
            if name in tables.shape.histories:
                own = rules.facts[table].columns[inner] if inner else rules.facts[table]
                fact = own if column in ("low", "high") else None
            if fact is None or fact.type not in ("number", "share"):
                continue
            types[f"{name}/{column}"] = "DECIMAL(38, 6)"
            whole = pl.col(column)
            text = pl.format(
                "{}{}.{}",
                pl.when(whole < 0).then(pl.lit("-")).otherwise(pl.lit("")),
                whole.abs() // MILLION,
                (whole.abs() % MILLION).cast(pl.String).str.zfill(6),
            )
            frames[name] = frames[name].with_columns(pl.when(whole.is_not_null()).then(text).alias(column))
    return frames, types


def differences(
    rules: RuleSet,
    situations: Sequence[Told],
    dialect: str,
    ask: Ask,
    reading: str | None = None,
    changed: Mapping[str, Any] | None = None,
    bare: bool = False,
    prepared: bool = True,
) -> Iterator[str]:
    """Yield where the query and the evaluator say different things of situations."""
    tables = tabled(rules, situations, bare)
    made = plan(rules, tables.shape, reading, changed, rules.conditions(reading or rules.default_reading))
    query = to_sql(rules, tables.shape, made, dialect, reading=reading, settings=changed, prepared=prepared)
    frames, types = (dict(tables.frames), {}) if prepared else as_decimals(rules, tables)
    found = ask(query, frames, types).sort("id")
    assert found.columns == ["id", *made.columns.values()]
    assert found["id"].to_list() == [*range(len(situations))]
    known = program(rules, reading, changed)
    for row, (facts, day) in zip(found.to_dicts(), situations, strict=True):
        ran = known.start(facts, day)
        for name, column in made.columns.items():
            if row[column] is not ran.truth(name):
                yield f"{name} of situation {row['id']}: {row[column]} in SQL, {ran.truth(name)} in the evaluator"


# --- generated rule sets, stored situations, the clauses of the language, traps ---------------------------------------


def agree(choose: Choose, wild: bool, bare: bool, prepared: bool, dialect: str, ask: Ask) -> None:
    one = batch(choose, 8, wild)
    rules = one.world.load()
    changed = overridden(rules, choose)
    reading = choose([*rules.readings, None])
    assert [*differences(rules, told(one, rules), dialect, ask, reading, changed, bare, prepared)] == []


@settings(max_examples=FEW)
@given(choose=randoms(), wild=st.booleans(), bare=st.booleans(), prepared=st.booleans())
def test_duckdb_says_what_the_evaluator_says(choose: Choose, wild: bool, bare: bool, prepared: bool) -> None:
    agree(choose, wild, bare, prepared, "duckdb", on_duckdb)


def test_postgres_says_what_the_evaluator_says(server: postgres.Server) -> None:
    @settings(max_examples=FEW)
    @given(choose=randoms(), wild=st.booleans(), bare=st.booleans(), prepared=st.booleans())
    def every(choose: Choose, wild: bool, bare: bool, prepared: bool) -> None:
        agree(choose, wild, bare, prepared, "postgres", server.ask)

    every()


@settings(max_examples=FEW)
@given(choose=randoms(), bare=st.booleans(), prepared=st.booleans())
def test_figures_at_the_ends_of_columns_on_duckdb(choose: Choose, bare: bool, prepared: bool) -> None:
    rules, situations = extreme(choose, 12, rules_with)
    assert [*differences(rules, situations, "duckdb", on_duckdb, bare=bare, prepared=prepared)] == []


def test_figures_at_the_ends_of_columns_on_postgres(server: postgres.Server) -> None:
    @settings(max_examples=FEW)
    @given(choose=randoms(), bare=st.booleans(), prepared=st.booleans())
    def every(choose: Choose, bare: bool, prepared: bool) -> None:
        rules, situations = extreme(choose, 12, rules_with)
        assert [*differences(rules, situations, "postgres", server.ask, bare=bare, prepared=prepared)] == []

    every()


@pytest.fixture(params=["duckdb", "postgres"])
def database(request: pytest.FixtureRequest) -> tuple[str, Ask]:
    return request.param, on_duckdb if request.param == "duckdb" else request.getfixturevalue("server").ask


@pytest.mark.parametrize("bare", [False, True], ids=["ranges", "points"])
def test_conclusions_that_are_called_as_facts(bare: bool, database: tuple[str, Ask]) -> None:
    rules, situations = called_alike()
    assert [*differences(rules, situations, *database, bare=bare)] == []


@pytest.mark.parametrize("rule_set", rule_set_ids())
def test_stored_situations_come_out_as_they_are_assessed(rule_set: str, database: tuple[str, Ask]) -> None:
    rules, course = load_rules(rule_set), load_rules("oas-2013")
    every = [tell(load_situation(one, course)) for one in situation_ids()]
    stored = [({name: one for name, one in facts.items() if name in rules.facts}, day) for facts, day in every]
    for reading in (*rules.readings,) or (None,):
        assert [*differences(rules, stored, *database, reading)] == []
    day = date(2013, 1, 31)
    assert [*differences(rules, [(facts, day) for facts, _ in stored], *database, bare=True, prepared=False)] == []


@pytest.mark.parametrize("bare", [False, True], ids=["ranges", "points"])
@pytest.mark.parametrize("name", TRAPS)
def test_trap(name: str, bare: bool, database: tuple[str, Ask]) -> None:
    rules, situations = _trap(name)
    assert [*differences(rules, situations, *database, bare=bare, prepared=False)] == []


@pytest.mark.parametrize(
    "item", [pytest.param(item, id=item.identity(item.node)) for item in ITEMS if item.entries("cases")]
)
def test_clauses_of_the_language_hold_in_sql(item: Item) -> None:
    rules = rules_of(item)
    alike: dict[tuple[Any, ...], list[Told]] = {}
    for case in item.entries("cases"):
        situation = situation_of(item, case)
        if fits(rules.facts, situation.all_facts):
            alike.setdefault((situation.reading, *sorted(situation.set.items())), []).append(tell(situation))
    for (reading, *changed), situations in alike.items():
        assert [*differences(rules, situations, "duckdb", on_duckdb, reading, dict(changed))] == []


# --- names and texts ------------------------------------------------------------------------------------------------


def test_all_that_a_database_keeps_for_itself_is_quoted(server: postgres.Server) -> None:
    with duckdb.connect() as connection:
        kept = connection.execute("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'")
        words = {word for (word,) in kept.fetchall()}
    words |= set(server.told("COPY (SELECT word FROM pg_get_keywords() WHERE catcode <> 'U') TO STDOUT;").split())
    assert words - RESERVED == set()


_HOSTILE = """
rule_set: hostile
version: 1.0.0
title: "Words; DROP TABLE situations; -- and a
  */ comment"
facts:
  order: {type: boolean}
  end: {type: count}
  criteria: {type: table, columns: {user: {type: text}, select: {type: count}}}
  facts: {type: text}
  window: {type: choice, options: [group, rows]}
criteria:
  where: {title: Where, when: {fact: order, is: true}}
  from: {title: From, when: {fact: facts, is: "it's \\\\ \\"quoted\\" -- ; é"}}
  table: {title: Table, when: {some: criteria, where: {fact: user, is: "'"}}}
  then: {title: Then, when: {all: [{fact: end, at_least: 3}, {fact: window, is: rows}]}}
"""


def test_names_and_texts_of_every_kind(database: tuple[str, Ask]) -> None:
    rules = accept(build_rule_set([_document(_HOSTILE)], "hostile"))
    odd = 'it\'s \\ "quoted" -- ; é'
    situations: list[Told] = [
        (
            {"order": True, "facts": odd, "criteria": ({"user": "'", "select": 1},), "end": 3, "window": "rows"},
            date(2013, 1, 31),
        ),
        ({"order": False, "facts": "its", "criteria": ({"user": "''", "select": 1},), "end": 2}, date(2013, 1, 31)),
        ({}, date(2013, 1, 31)),
    ]
    assert [*differences(rules, situations, *database)] == []


# --- what is printed ------------------------------------------------------------------------------------------------


def printed(*arguments: str) -> str:
    done = CliRunner().invoke(main, ["sql", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


PRINTED = Path(__file__).parent / "printed"


@pytest.mark.parametrize("dialect", ["duckdb", "spark", "postgres"])
def test_the_protracted_context_as_it_is_printed(dialect: str) -> None:
    assert printed("--only", "protracted", "--dialect", dialect) == (PRINTED / f"protracted.{dialect}.sql").read_text()


@pytest.mark.parametrize("dialect", ["duckdb", "spark", "postgres"])
@pytest.mark.parametrize("rule_set", rule_set_ids())
def test_a_whole_rule_set_is_a_query_that_a_person_can_read(rule_set: str, dialect: str) -> None:
    text = printed(rule_set, "--dialect", dialect)
    lines = text.splitlines()
    assert len(lines) <= 175
    assert max(map(len, lines)) <= 120
    body = [line for line in lines if not line.startswith("--")]
    assert not any(re.search(r"__|/", line) for line in body)
    assert len(sqlglot.parse(text, dialect=dialect)) == 1


def test_what_has_no_form_over_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rule-set.yaml").write_text(
        "rule_set: r\nversion: 1.0.0\ntitle: R\nfacts: {a: {type: number}}\n"
        "criteria: {c: {title: C, when: {fact: a, at_least: {product: [{fact: a}, {fact: a}, {fact: a}]}}}}\n"
    )
    done = CliRunner().invoke(main, ["sql", str(tmp_path), "--only", "c"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.endswith(
        "error[not-over-columns]: `c` has no form over columns: its figures could be too large for a column\n"
        "    hint: declare a `max` of the facts that it looks at\n"
    )


def test_where_tables_are_and_which_columns_there_are() -> None:
    text = printed("--only", "protracted", "--table", "situations=reporting.case", "--table", "populations=p.order")
    assert '  FROM reporting."case"\n' in text
    assert '  FROM p."order" AS r\n' in text
    ranged = printed("--only", "protracted", "--range", "populations.refugees", "--as-of", "2013-01-31")
    assert "As of 2013-01-31." in ranged
    assert "COALESCE(r.refugees_low, 0) AS refugees_low" in ranged
    assert "DATE '2008-02-01'" in ranged
    given = printed("--only", "mass-influx", "--given", "arrival_rapid")
    assert "      WHEN arrival_rapid IS NOT NULL THEN arrival_rapid\n" in given
    assert "arrival_days" not in printed("--only", "mass-influx", "--without", "arrival_days")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--only", "protractd"],
            "Invalid value for --only: `protractd` is not among them; did you mean `protracted`?",
        ),
        (["--range", "border_policy"], "Invalid value for --range: `border_policy` is not among them; there are: "),
        (["--table", "situations"], "Invalid value for --table: `situations` is not NAME=TABLE"),
        (["--table", "situations=a; b"], "Invalid value for --table: `situations=a; b` is not NAME=TABLE"),
        (["--table", "x=y"], "Invalid value for --table: `x` is not among them; there are: situations, populations"),
    ],
)
def test_wrong_use(arguments: list[str], message: str) -> None:
    done = CliRunner().invoke(main, ["sql", *arguments])
    assert done.exit_code == 2
    assert message in done.stderr


def test_without_sqlglot_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.engine.batch.find_spec", lambda name: None if name == "sqlglot" else name)
    done = CliRunner().invoke(main, ["sql"])
    assert done.exit_code == 2
    assert done.stderr.endswith("Error: this needs sqlglot: install it with `pip install 'comity[sql]'`\n")


def test_the_page_on_sql_shows_what_is_printed() -> None:
    page = (Path(__file__).parent.parent / "docs" / "sql.md").read_text()
    assert "WITH" + printed("--only", "protracted").partition("\nWITH")[2] + "```" in page
