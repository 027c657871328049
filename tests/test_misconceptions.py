"""A possible misunderstanding in words, of one learner and of a class, and in `comity exercise grade`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft7Validator

from comity.cli import main
from comity.engine import load_rules
from comity.engine.report.misconceptions import BeliefWords
from comity.engine.training.beliefs import Beliefs

RULES = load_rules("oas-2013")
WORDS = BeliefWords(RULES)
BANK = """\
exercises:
  - {exercise: profiles, title: Profiles, level: 1, situation: two-profiles,
     tasks: [{kind: contexts}, {kind: criteria, about: protracted}]}
  - {exercise: hosts, title: Hosts, level: 1, situation: one-profile-two-hosts,
     tasks: [{kind: contexts}, {kind: criteria, about: protracted}]}
"""
ADDS = """\
exercise: profiles
trainee: {who}
answers:
  contexts: {{mass-influx: not-met, protracted: met}}
  criteria-protracted: {{settled-population: met, same-profile-scale: met, long-exile: met}}
"""
RIGHT = """\
exercise: hosts
trainee: {who}
answers:
  contexts: {{protracted: met}}
  criteria-protracted: {{settled-population: met, same-profile-scale: met, long-exile: met}}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with exercises and answers to them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bank.yaml").write_text(BANK, encoding="utf-8")
    for folder, who in (("one", "Ana"), ("class", "Ana"), ("class", "Ben"), ("class", "Coe")):
        (tmp_path / folder).mkdir(exist_ok=True)
        if who != "Coe":
            (tmp_path / folder / f"{who}-1.yaml").write_text(ADDS.format(who=who), encoding="utf-8")
        (tmp_path / folder / f"{who}-2.yaml").write_text(RIGHT.format(who=who), encoding="utf-8")
    return tmp_path


def grade(*arguments: str) -> Result:
    env = {"COLUMNS": "100", "NO_COLOR": None, "FORCE_COLOR": None}
    result = CliRunner().invoke(main, ("exercise", "grade", "--exercises", "bank.yaml", *arguments), env=env)
    assert (result.exit_code, result.stderr) == (0, "")
    return result


@pytest.mark.parametrize(
    ("kind", "place", "words"),
    [
        (
            "bound",
            "numbers_considerable",
            "“Arrivals: at least 10,000 people” read as “more than 10,000 people” in “Numbers judged considerable”",
        ),
        (
            "threshold-up",
            "settled-population",
            "“Refugees of one profile throughout the period: at least 25,000 refugees” read as “at least 25,001 "
            "refugees” in “Refugees of one profile reach both the scale and the duration of a protracted situation”",
        ),
        (
            "threshold-down",
            "arrivals_per_1000_inhabitants",
            "“1,000” read as “999” in “Arrivals per 1,000 inhabitants”",
        ),
        ("join", "trafficking", "“and” read as “or” in “Trafficking in persons”"),
        (
            "join",
            "trafficking-and-smuggling",
            "“or” read as “and” in “Trafficking in persons and smuggling of migrants”",
        ),
        (
            "join",
            "long-exile",
            "“in at least one row of Refugee populations” read as “in every row of Refugee populations” in “Some "
            "refugees reach the duration, whatever their number or profile”",
        ),
        ("drop", "smuggling", "“Illegal entry procured” left out of “Smuggling of migrants”"),
        (
            "drop",
            "irregular-secondary-movement",
            "“The refugees had found a host country” left out of “Irregular secondary movement”",
        ),
        ("count-up", "mass-influx", "“2 characteristics” read as “3 characteristics” in “Mass influx”"),
        ("unit", "populations.settled", "“5 years” read as “5 months” in “Refugees throughout the period”"),
        (
            "extreme",
            "populations.settled",
            "the highest figure of a period taken, where the lowest counts, in “Refugees throughout the period”",
        ),
        (
            "newest",
            "populations.settled",
            "the present figure taken, where the lowest of a period counts, in “Refugees throughout the period”",
        ),
        (
            "together",
            "settled_refugees",
            "figures of a different “Profile” added up in “Refugees of one profile throughout the period”",
        ),
        (
            "apart",
            "refugees_same_profile",
            "figures of a different “Host State” not added up in “Refugees of one profile at present”",
        ),
        ("negate", "smuggling", "“Smuggling of migrants” taken the other way round"),
        (
            "negate",
            "overwhelmed-procedures",
            "“Individual asylum procedures cannot deal with such numbers” taken the other way round",
        ),
    ],
)
def test_a_misreading_in_words(kind: str, place: str, words: str) -> None:
    every = Beliefs(RULES).every
    first = next(
        one for one in every if one.misreading and (one.kind, one.misreading.changes[0].place) == (kind, place)
    )
    assert WORDS.belief(first) == words


def test_habits_readings_and_gaps_in_words() -> None:
    every = Beliefs(RULES).every
    habits = [one for one in every if one.misreading and len(one.misreading.changes) > 1]
    assert [WORDS.belief(one) for one in (*habits, *every[-7:])] == [
        "figures of a different “Profile” added up throughout",
        "figures of a different “Host State” not added up throughout",
        "“at least” read as “more than” throughout",
        "“at least” read as “more than” before “Refugees of one profile who make a situation protracted”",
        "“more than” read as “at least” throughout",
        "the reading “Some or all of the characteristics”",
        "the reading “All characteristics that apply”",
        "what is not told taken for no, or for none",
        "“cannot tell” taken for “no”",
        "every estimate taken at its lowest value",
        "every estimate taken at its middle value",
        "every estimate taken at its highest value",
    ]


def test_a_number_one_off_goes_without_saying_beside_its_bound() -> None:
    scale = [
        one
        for one in Beliefs(RULES).every
        if one.misreading
        and one.kind in ("bound", "threshold-up")
        and one.misreading.changes[0].place == "arrival_rapid"
    ]
    assert [one.kind for one in scale] == ["bound", "threshold-up"]
    assert WORDS.beliefs(scale) == [WORDS.belief(scale[0])]
    assert WORDS.beliefs(scale[1:]) == [WORDS.belief(scale[1])]


def test_every_belief_has_words_of_its_own_or_of_its_reading() -> None:
    for name in ("oas-2013", "excom-100-109"):
        words = BeliefWords(load_rules(name))
        for one in Beliefs(words.rules).every:
            assert words.belief(one)


TOLD = """\
A possible misunderstanding
The answers fit figures of a different “Profile” added up throughout. That explains 3 of 3 answers
that differ from the key.

  Two nationalities that do not add up: Protracted refugee situation: “met”, where the key says “not
    met”
  Two nationalities that do not add up: Refugees of one profile reach both the scale and the
    duration of a protracted situation: “met”, where the key says “not met”
  Two nationalities that do not add up: Refugees of one profile reach the scale now, whatever the
    duration: “met”, where the key says “not met”

That is read off the pattern of the answers alone: something to talk about, not a mark.
"""
COMMON = """\
Possible misunderstandings
  The answers fit                                       Trainees
  figures of a different “Profile” added up throughout  2 of 3

That is read off the pattern of the answers alone: something to talk about, not a mark.

Marks follow from a rule set, for study; essays are read by a person. This is not legal advice.
"""


def test_one_learner() -> None:
    assert grade("one").stdout.endswith("\n" + TOLD)
    assert "misunderstanding" not in grade("one", "--no-diagnose").stdout
    assert "misunderstanding" not in grade("one/Ana-2.yaml").stdout


def test_one_learner_on_a_page(here: Path) -> None:
    page = grade("one", "--format", "html").stdout
    assert "The answers fit figures of a different “Profile” added up throughout." in page
    assert "A possible misunderstanding" not in grade("one", "--format", "html", "--no-diagnose").stdout
    grade("class", "--format", "html", "--each", "pages")
    found = {file.stem: "A possible misunderstanding" in file.read_text("utf-8") for file in (here / "pages").iterdir()}
    assert found == {"Ana": True, "Ben": True, "Coe": False}
    grade("class", "--format", "csv", "--each", "texts")
    assert (here / "texts" / "Ben.txt").read_text("utf-8").endswith("\n" + TOLD)


def test_a_class() -> None:
    assert grade("class").stdout.endswith("\n" + COMMON)
    page = grade("class", "--format", "html").stdout
    assert page.count("Possible misunderstandings") >= 1
    assert "figures of a different “Profile” added up throughout" in page
    for format_ in ("text", "html"):
        assert "misunderstandings" not in grade("class", "--no-diagnose", "--format", format_).stdout
    assert grade("class", "--format", "csv").stdout == grade("class", "--format", "csv", "--no-diagnose").stdout


def test_json() -> None:
    document = json.loads(grade("class", "--format", "json").stdout)
    schema = json.loads(CliRunner().invoke(main, ["schema", "marks"]).stdout)
    assert [*Draft7Validator(schema).iter_errors(document)] == []
    found = document["misunderstandings"]
    assert {who: len(one["explanations"]) for who, one in found.items()} == {"Ana": 1, "Ben": 1, "Coe": 0}
    assert found["Coe"] == {"points": 4, "wrong": 0, "explanations": []}
    (one,) = found["Ana"]["explanations"]
    assert one == {
        "beliefs": [
            {
                "kind": "together",
                "places": ["settled_refugees", "refugees_same_profile"],
                "text": "figures of a different “Profile” added up throughout",
            }
        ],
        "explains": [
            {
                "situation": "two-profiles",
                "stage": 1,
                "task": task,
                "about": about,
                "answered": "met",
                "right": "not-met",
            }
            for task, about in (
                ("contexts", "protracted"),
                ("criteria-protracted", "settled-population"),
                ("criteria-protracted", "same-profile-scale"),
            )
        ],
        "against": [],
    }
    assert "misunderstandings" not in json.loads(grade("class", "--format", "json", "--no-diagnose").stdout)
