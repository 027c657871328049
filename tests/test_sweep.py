"""Sweeps: every setting comes out as it does alone, and what is drawn is drawn alike wherever it stands."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings, strategies as st

from comity.cli import main
from comity.engine import load_rules, load_situation
from comity.engine.batch.chance import distribution
from comity.engine.batch.draws import Draws, NotStatedError, draw
from comity.engine.batch.grid import axis
from comity.engine.batch.sweep import Axis, Counts, Sweep, sweep
from comity.engine.batch.sweep_plan import dependent
from comity.engine.builtin import situation_ids
from comity.engine.language.model import RuleSet
from comity.engine.translation.columns import Shape, plan
from tests.strategies import Choose, randoms
from tests.tabled import Tables, Told, tabled, tell, truths
from tests.test_columns import batch, told

FEW = settings().max_examples // 5


def lazily(tables: Tables) -> dict[str, nw.LazyFrame[Any]]:
    return {name: nw.from_native(frame.lazy()) for name, frame in tables.frames.items()}


def counted(found: Iterable[Mapping[str, Any]], name: str) -> Counts:
    values = [one[name] for one in found]
    return Counts(*(sum(one is truth for one in values) for truth in (True, False, None)))


def moved(rules: RuleSet, choose: Choose) -> list[Axis]:
    """Return one or two parameters, with their values and some beside them."""
    names = list(dict.fromkeys(choose([*rules.parameters]) for _ in range(2)))
    axes = []
    for name in names:
        kind = rules.parameters[name].value_type
        alike = [value for one in rules.parameters.values() if one.value_type is kind for _, value in one.values]
        beside = [alike[0] + by for by in (-1, 1, 2, 3)] if type(alike[0]) is int else []
        axes.append(Axis(name, tuple(dict.fromkeys([*alike, *(one for one in beside if one >= 0)]))))
    return axes


@settings(max_examples=FEW)
@given(choose=randoms(), bare=st.booleans())
def test_each_setting_comes_out_as_it_does_alone(choose: Choose, bare: bool) -> None:
    one = batch(choose, 8, False)
    rules = one.world.load()
    if not rules.parameters:
        return
    axes, tables = moved(rules, choose), tabled(rules, told(one, rules), bare)
    reading = choose([*rules.readings, None]) or rules.default_reading
    found = sweep(rules, lazily(tables), tables.shape, axes, rules.conditions(reading), reading)
    assert found.situations == 8
    names = [one.parameter for one in axes]
    for at, values in enumerate(product(*(one.values for one in axes))):
        made = plan(rules, tables.shape, reading, dict(zip(names, values, strict=True)), found.counts)
        alone = truths(made, tables, "polars")
        assert {name: counts[at] for name, counts in found.counts.items()} == {
            name: counted(alone, name) for name in found.counts
        }
    varied = {name for name, counts in found.counts.items() if len({*counts}) > 1}
    assert varied <= {*dependent(rules, reading, names)}


def course() -> tuple[RuleSet, list[Told]]:
    rules = load_rules("oas-2013")
    return rules, [tell(load_situation(one, rules)) for one in situation_ids()]


def protracted(order: tuple[int, int], connection: Any = None) -> Sweep:
    rules, every = course()
    tables = tabled(rules, every)
    axes = [
        axis(rules.parameters["protracted_population"], "5000..50000:5000"),
        axis(rules.parameters["protracted_duration"], "1y..10y:1y"),
    ]
    sources = lazily(tables)
    if connection is not None:
        sources = {name: nw.from_native(connection.from_arrow(one.to_arrow())) for name, one in tables.frames.items()}
    return sweep(rules, sources, tables.shape, [axes[at] for at in order], ["protracted"])


def test_the_order_of_parameters_and_the_engine_change_nothing() -> None:
    found = protracted((0, 1))
    turned = protracted((1, 0))
    assert found.counts["protracted"] == tuple(
        turned.counts["protracted"][column * 10 + row] for row in range(10) for column in range(10)
    )
    with duckdb.connect() as connection:
        assert protracted((0, 1), connection).counts == found.counts
    assert found.groups < found.situations
    met = [one.met for one in found.counts["protracted"]]
    assert met[0] > met[-1]


# --- draws ----------------------------------------------------------------------------------------------------------


def drawn(tables: Tables, rules: RuleSet, number: int = 200, seed: int = 1, **options: Any) -> Draws:
    options = {"distributions": {}, "leave": _everything(rules), **options}
    return draw(rules, lazily(tables), tables.shape, number, seed, **options)


def _everything(rules: RuleSet) -> list[str]:
    columns = [f"{name}.{column}" for name, fact in rules.facts.items() for column in fact.columns]
    return [*rules.facts, *columns]


@settings(max_examples=FEW)
@given(choose=randoms(), bare=st.booleans())
def test_what_is_settled_comes_out_in_every_draw(choose: Choose, bare: bool) -> None:
    one = batch(choose, 4, False)
    rules = one.world.load()
    tables = tabled(rules, told(one, rules), bare)
    found = drawn(tables, rules, 5, wanted=rules.conditions(None))
    made = plan(rules, tables.shape, None, None, found.counts)
    for row, known in zip(found.situations.to_dicts(), truths(made, tables, "polars"), strict=True):
        for name in found.counts:
            if known[name] is not None:
                assert row[f"{name}_{'met' if known[name] else 'not_met'}"] == 5


def of_arrivals(values: Mapping[str, list[Any]], **options: Any) -> list[int]:
    """Return in how many of 10,000 draws each situation has at least 10,000 arrivals."""
    rules = load_rules("oas-2013")
    rows = len(next(iter(values.values())))
    mode = "point" if "arrivals" in values else "range"
    frame = pl.DataFrame({"id": values.get("id", [*range(rows)]), **values})
    source = {"situations": nw.from_native(frame.lazy())}
    shape = Shape({"arrivals": mode}, {}, frozenset(), date(2013, 1, 31))
    settings_ = {"considerable_ratio": 10**6}
    found = draw(
        rules,
        source,
        shape,
        10_000,
        7,
        **{"distributions": {}, "leave": ["host_population"], "wanted": ["considerable-numbers"], **options},
        overrides=settings_,
    )
    return found.situations["considerable-numbers_met"].to_list()


def test_a_range_is_drawn_evenly() -> None:
    low, high = [1, 9_001, 10_000, 0], [20_000, 10_000, 10_000, 9_999]
    met = of_arrivals({"arrivals_low": low, "arrivals_high": high})
    assert [round(one, -2) for one in met] == [5_000, 0, 10_000, 0]
    assert 0 < met[1] < 40


def test_an_unknown_is_drawn_from_what_is_plausible() -> None:
    [met] = of_arrivals({"arrivals": [None]})
    assert abs(met / 10_000 - 1_990_001 / 1_999_901) < 0.002
    [met] = of_arrivals({"arrivals": [None]}, distributions={"arrivals": distribution("uniform(0, 19999)")})
    assert abs(met - 5_000) < 150
    [met] = of_arrivals({"arrivals": [None]}, distributions={"arrivals": distribution("lognormal(10000, 0.5)")})
    assert abs(met - 5_000) < 150
    [met] = of_arrivals(
        {"arrivals_low": [0], "arrivals_high": [20_000]}, distributions={"arrivals": distribution("triangular(20000)")}
    )
    assert abs(met - 7_500) < 150


def test_the_same_situation_is_drawn_alike_in_every_table() -> None:
    ranges: dict[str, list[Any]] = {"id": ["a", "b", "c"]}
    ranges |= {"arrivals_low": [1, 5_000, 9_000], "arrivals_high": [20_000, 11_000, 30_000]}
    turned = {name: [*reversed(values)] for name, values in ranges.items()}
    alone = {name: values[1:2] for name, values in ranges.items()}
    met = of_arrivals(ranges)
    assert of_arrivals(turned) == [*reversed(met)]
    assert of_arrivals(alone) == met[1:2]
    assert len({*met}) == 3


def test_an_unknown_without_a_distribution_is_refused() -> None:
    rules, every = course()
    tables = tabled(rules, every)
    with pytest.raises(NotStatedError) as caught:
        drawn(tables, rules, leave=[], wanted=["mass-influx"])
    assert "crosses_border" not in rules.contexts
    assert set(caught.value.names) <= {*_everything(rules)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("normal(1, 2)", "`normal(1, 2)` is no distribution: uniform, triangular, lognormal, chance, choice"),
        ("uniform(2, 1)", "`uniform(2, 1)` does not have the figures of `uniform`, or `uniform(lowest, highest)`"),
        ("chance(2)", "`chance(2)` does not have the figures of `chance(p)`, from 0 to 1"),
        (
            "lognormal(1, nan)",
            "`lognormal(1, nan)` does not have the figures of `lognormal(median, sigma)`, both above 0",
        ),
        ("choice(a)", "`choice(a)` is no choice: write it like choice(open: 0.5, closed: 0.5)"),
        ("uniform(1", "`uniform(1` is not closed: write it like uniform(100, 2000)"),
    ],
)
def test_what_is_no_distribution(text: str, message: str) -> None:
    with pytest.raises(ValueError, match="`") as caught:
        distribution(text)
    assert str(caught.value) == message


# --- the command ----------------------------------------------------------------------------------------------------


SITUATIONS = """\
id,as_of,crosses_border,arrivals,arrival_days,host_population,reception_capacity,individual_procedure_exists
a,2013-01-31,true,5000..20000,30,10000000,8000,false
b,2013-01-31,true,12000,60,20000000,20000,false
c,2013-01-31,false,40000,10,5000000,1000,false
"""


def ran(folder: Path, *arguments: str, code: int = 0) -> Result:
    (folder / "in.csv").write_text(SITUATIONS)
    done = CliRunner().invoke(main, ["sweep", str(folder / "in.csv"), *arguments])
    assert done.exit_code == code, done.output
    return done


def test_a_sweep_as_text(tmp_path: Path) -> None:
    done = ran(
        tmp_path, "--over", "considerable_arrivals=5000..15000:5000", "--over", "rapid_arrivals_per_day=100, 500"
    )
    assert done.stdout == (Path(__file__).parent / "printed" / "sweep.txt").read_text()


def test_a_sweep_as_csv_and_json(tmp_path: Path) -> None:
    over = ("--over", "considerable_arrivals=5000..15000:5000", "--set", "rapid_arrivals_per_day=100")
    assert ran(tmp_path, *over, "--format", "csv").stdout == (
        "considerable_arrivals,conclusion,met,not_met,unknown\n"
        "5000,mass-influx,2,1,0\n10000,mass-influx,1,1,1\n15000,mass-influx,0,2,1\n"
    )
    told = json.loads(ran(tmp_path, *over, "--format", "json").stdout)
    assert (told["format"], told["set"]) == ("comity-sweep/1", {"rapid_arrivals_per_day": 100})
    assert told["axes"] == [{"parameter": "considerable_arrivals", "values": [5000, 10000, 15000]}]
    assert [one["met"] for one in told["conclusions"][0]["settings"]] == [2, 1, 0]


def test_draws_as_text_csv_and_json(tmp_path: Path) -> None:
    only = ("--draws", "100", "--only", "mass-influx")
    text = ran(tmp_path, *only, "--leave", "procedures_overwhelmed").stdout
    assert text.startswith("3 situations, 100 draws of each, seed 1\noas-2013 1.0.0, reading some-or-all\n")
    assert text == ran(tmp_path, *only).stdout
    lines = ran(tmp_path, *only, "--format", "csv").stdout.splitlines()
    assert lines[0] == "id,conclusion,met,not_met,unknown"
    assert lines[3] == "c,mass-influx,0,100,0"
    told = json.loads(ran(tmp_path, *only, "--format", "json").stdout)
    assert told["situations"][2] == {
        "id": "c",
        "conclusions": {"mass-influx": {"met": 0, "not_met": 100, "unknown": 0}},
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Error: give --over, to move parameters, or --draws, to draw what is not known\n"),
        (["--over", "x=1"], "--over: there is no `x`; there are: "),
        (["--over", "considerable_arrivals"], "--over: `considerable_arrivals` is not NAME=LOW..HIGH:STEP\n"),
        (["--over", "considerable_arrivals=9..1:1"], "`9..1:1` goes nowhere: write it like 5000..50000:5000\n"),
        (["--over", "protracted_duration=5"], "`protracted_duration` is a duration in months or years, not `5`\n"),
        (
            ["--over", "considerable_arrivals=1..99999:1"],
            "`1..99999:1` has too many values: up to 10,000 settings are tried\n",
        ),
        (["--over", "protracted_population=1,2", "--over", "protracted_population=1,2"], "is given twice\n"),
        (
            ["--draws", "5", "--distribution", "arrivals=chance(1)"],
            "`arrivals` is a count, which takes uniform or triangular or lognormal\n",
        ),
        (
            ["--draws", "5", "--distribution", "border_policy=choice(shut: 1)"],
            "`shut` is no option of `border_policy`\n",
        ),
    ],
)
def test_wrong_use(tmp_path: Path, arguments: list[str], message: str) -> None:
    assert message in ran(tmp_path, *arguments, code=2).stderr


def test_the_page_has_the_figures_in_a_picture_and_a_table(tmp_path: Path) -> None:
    over = ("--over", "considerable_arrivals=5000..15000:5000", "--over", "rapid_arrivals_per_day=100, 500")
    page = ran(tmp_path, *over, "--format", "html").stdout
    assert page.count('role="img"') == 1
    assert "considerable_arrivals" not in page
    assert "\u201cArrivals that count as considerable\u201d from " in page
    assert "<title>Mass influx: situations in which it is met</title>" in page
    assert page.count(">1 (1)</text>") == page.count("</span>1 (1)</td>") > 0


def test_the_page_of_draws_has_the_figures_of_the_text(tmp_path: Path) -> None:
    only = ("--draws", "100", "--only", "mass-influx", "--distribution", "arrivals=lognormal(8000, 0.5)")
    page = ran(tmp_path, *only, "--leave", "all", "--format", "html").stdout
    *_, line = ran(tmp_path, *only, "--leave", "all").stdout.splitlines()
    figures = re.findall(r"[0-9.]+ %", line)
    assert len(figures) == 3
    assert re.findall(r"</span>([0-9.]+ %)</td>", page) == figures
    met, not_met, unknown = figures
    assert f"<title>Mass influx: met {met}, not met {not_met}, cannot tell {unknown}</title>" in page
    assert re.search(r">Arrivals</dt>\s*<dd>lognormal\(8000, 0\.5\)", page)
    assert page.count('role="img"') == 1
