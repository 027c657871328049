"""What the commands of the classify wing print as JSON is what their published schemas say, and nothing more."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator

from comity.cli import main
from comity.engine.builtin import find_situation, situation_ids
from tests.test_sweep import SITUATIONS
from tests.test_unhcr import ARGUMENTS as STATISTICS

GOLDEN = Path(__file__).parent / "golden" / "compare"
IDS = situation_ids()
MEASURE = "emergency-assistance"


@cache
def schema(kind: str) -> Any:
    return json.loads(CliRunner().invoke(main, ["schema", kind]).stdout)


def printed(*arguments: str) -> Any:
    return json.loads(CliRunner().invoke(main, [*arguments, "--format", "json"]).stdout)


def complaints(kind: str, document: Any) -> list[str]:
    return [f"{one.json_path}: {one.message}" for one in Draft7Validator(schema(kind)).iter_errors(document)]


def without_one(document: Any) -> Iterator[Any]:
    """Yield the document without one of its keys, and with a key too many."""
    for key in document:
        yield {other: value for other, value in document.items() if other != key}
    yield {**document, "more": 1}


@pytest.mark.parametrize("id_", IDS)
def test_what_would_turn_a_verdict(id_: str) -> None:
    for conclusion in ("mass-influx", "protracted", "irregular-secondary-movement", MEASURE):
        document = printed("what-if", id_, conclusion)
        assert complaints("what-if", document) == []
    assert all(complaints("what-if", one) for one in without_one(document))


def test_what_is_not_known_is_null(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("situation: s\nas_of: 2015-06-30\nfacts: {}\n", encoding="utf-8")
    document = printed("what-if", str(tmp_path / "s.yaml"), "protracted")
    assert complaints("what-if", document) == []
    changes = document["conclusions"]["protracted"]["targets"][0]["known"]["sets"][0]
    assert changes == [{"fact": "populations", "from": None, "to": None}]


@pytest.mark.parametrize("id_", IDS)
def test_open_questions(id_: str) -> None:
    document = printed("ask", str(find_situation(id_)))
    assert complaints("questions", document) == []
    assert all(complaints("questions", one) for one in without_one(document))


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_every_comparison(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    assert complaints("compare", document) == []
    assert all(complaints("compare", one) for one in without_one(document))


@pytest.mark.parametrize("id_", IDS)
def test_a_comparison_of_rule_sets(id_: str) -> None:
    assert complaints("compare", printed("compare", id_, "--rules", "oas-2013", "--rules", "excom-100-109")) == []


@pytest.mark.parametrize("id_", IDS)
def test_several_assessors(tmp_path: Path, id_: str) -> None:
    file = tmp_path / "other.yaml"
    text = Path(str(find_situation(id_))).read_text(encoding="utf-8")
    file.write_text(text.replace("true", "false"), encoding="utf-8")
    document = printed("merge", str(find_situation(id_)), str(file))
    assert complaints("merge", document) == []
    assert all(complaints("merge", one) for one in without_one(document))


@pytest.mark.parametrize("arguments", [["--years", "2020..2023"], ["--year", "2022", "--list"]])
def test_statistics(arguments: list[str]) -> None:
    document = printed("statistics", "protracted", *STATISTICS, *arguments)
    assert complaints("statistics", document) == []
    assert all(complaints("statistics", one) for one in without_one(document))


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("sweep", ["--over", "protracted_duration=1y..3y:1y", "--over", "rapid_arrivals_per_day=100, 500"]),
        ("sweep", ["--over", "considerable_arrivals=5000..15000:5000", "--set", "rapid_arrivals_per_day=100"]),
        ("draws", ["--draws", "5", "--leave", "all", "--distribution", "arrivals=lognormal(800, 0.5)"]),
        ("draws", ["--draws", "5", "--leave", "all", "--distribution", "border_policy=choice(open: 0.5, closed: 0.5)"]),
    ],
)
def test_sweeps_and_draws(kind: str, arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(SITUATIONS)
    document = printed("sweep", str(tmp_path / "in.csv"), *arguments)
    assert complaints(kind, document) == []
    assert all(complaints(kind, one) for one in without_one(document))


@pytest.mark.parametrize("kind", ["what-if", "questions", "compare", "merge", "statistics", "sweep", "draws", "marks"])
def test_no_other_key_is_admitted(kind: str) -> None:
    definitions = [schema(kind), *schema(kind)["definitions"].values()]
    closed = [one for one in definitions if "properties" in one]
    assert len(closed) >= 4
    assert all(one["additionalProperties"] is False for one in closed)
