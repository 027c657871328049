"""The timeline as text, Markdown, JSON, a page and a picture, and the command that prints it."""

import json
import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from jsonschema import Draft7Validator

from comity.cli import main
from comity.engine import load_rules, load_situation
from comity.engine.assessment.assess import assess
from comity.engine.assessment.timeline import Timeline, timeline
from comity.engine.builtin import situation_ids
from comity.engine.report.page import to_html as assessment_html
from comity.engine.report.timeline import to_document, to_json, to_markdown, to_text
from comity.engine.report.timeline_chart import to_svg
from comity.engine.report.timeline_page import to_html
from comity.engine.report.timeline_scale import round_step, ticks
from comity.engine.report.timeline_schema import timeline_schema
from comity.engine.report.timeline_view import timeline_view
from tests.hostile import TEXTS
from tests.strategies import Case, cases, load
from tests.test_report_html import Tree

RULES = load_rules("oas-2013")
EVERY = pytest.mark.parametrize("name", situation_ids())


@cache
def over_time(name: str) -> Timeline:
    return timeline(RULES, load_situation(name, RULES))


# --- words ----------------------------------------------------------------------------------------------------------

ROHINGYA = """\
Rohingya who fled to Bangladesh from 25 August 2017 (rohingya-2017)
Looked at: 1 January 2017 to 25 November 2027
As of: 25 November 2017
Rule set: oas-2013 1.0.0, International cooperation to protect refugees (OAS course, 31 January
  2013)
Reading: some-or-all, Some or all of the characteristics

Protracted refugee situation becomes “met” on 25 August 2022 if nothing else changes.

VERDICTS OVER TIME
  Mass influx: met throughout
  Protracted refugee situation: not met to 24 August 2022; met from 25 August 2022
  Irregular secondary movement: cannot tell throughout
  Trafficking in persons and smuggling of migrants: cannot tell throughout

AFTER THE AS-OF DATE (if nothing else changes)
  25 August 2022     Protracted refugee situation: met (before: not met)
                       Refugees of one profile reach both the scale and the duration of a protracted
                         situation: met
                       Refugees of one profile throughout the period: 624,000 refugees (before: 0
                         refugees)
                       Date of displacement: 5 years since 25 August 2017
                     Measures called for: Aid in money and in kind to refugees and host communities,
                       towards self-reliance

REFUGEES OF ONE PROFILE THROUGHOUT THE PERIOD (at least 25,000 refugees)
  Days                                Figure
  1 January 2017 to 24 August 2022    0 refugees
  25 August 2022 to 25 November 2027  624,000 refugees

Only the date moves. A fact without a date, and a figure without a period, say the same on every
day: before the as-of date that may be wrong, and after it that is an assumption.
This is an assessment under a rule set, for study and preparation; it is not legal advice.
"""


def test_text() -> None:
    assert to_text(over_time("rohingya-2017")) == ROHINGYA


@EVERY
def test_text_keeps_to_its_width(name: str) -> None:
    assert max(len(line) for line in to_text(over_time(name), width=80).splitlines()) <= 80


@pytest.mark.parametrize(
    ("name", "lead"),
    [
        (
            "dadaab-2011",
            "Protracted refugee situation becomes “met” on 31 December 2011 and “cannot tell” on 1 January 2012; if "
            "the newest figures hold, it stays “met”.",
        ),
        (
            "syrians-turkey-2015",
            "Protracted refugee situation becomes “cannot tell” on 31 December 2016; if the newest figures hold, it "
            "becomes “met” on 31 December 2016.",
        ),
        (
            "tindouf-2022",
            "Protracted refugee situation becomes “cannot tell” on 1 January 1980 and “met” on 31 December 1981.",
        ),
        ("onward-from-a-host", "Nothing turns between 1 January 2015 and 31 October 2034."),
        ("yugoslavia-1992", "Protracted refugee situation becomes “cannot tell” on 1 January 1996."),
    ],
)
def test_the_first_sentence(name: str, lead: str) -> None:
    assert timeline_view(over_time(name)).lead == lead


def test_what_comes_out_if_the_newest_figures_hold_is_told_apart() -> None:
    phases = {phase.title: phase for phase in timeline_view(over_time("syrians-turkey-2015")).phases}
    assert list(phases) == ["After the as-of date", "If the newest figures hold"]
    (open_,), (held,) = (phase.days for phase in phases.values())
    assert (open_.date, held.date) == (date(2016, 12, 31), date(2016, 12, 31))
    assert held.turnings[0].because == (
        "Refugees of one profile reach both the scale and the duration of a protracted situation: met",
        "Refugees of one profile throughout the period: 248,466 refugees (before: 19 refugees)",
        "Refugees: the 5 years up to this day now begin on 1 January 2012",
    )


def test_an_unknown_figure_is_none_that_could_be_held() -> None:
    figures = "{2009: 30000, 2010: 31000, 2011: unknown}"
    rows = f"facts: {{populations: [{{profile: A, host: X, refugees: {figures}}}]}}"
    assert (
        "Protracted refugee situation stays “cannot tell”; if the newest figures hold, it becomes “met” on "
        "31 December 2013."
    ) in " ".join(run("-", input_=f"situation: x\nas_of: 2012-06-30\n{rows}\n")[1].split())


def test_a_row_is_named_where_there_are_others() -> None:
    phase = timeline_view(over_time("one-profile-two-hosts")).phases[0]
    rows = {text for when in phase.days for turning in when.turnings for text in turning.because}
    assert any(re.search(r" \([A-Z][a-z]+, [A-Z][a-z]+", text) for text in rows), rows


def test_markdown() -> None:
    text = to_markdown(over_time("rohingya-2017"))
    assert (
        "| 25 August 2022 | Protracted refugee situation: met (before: not met) | Refugees of one profile reach both "
        "the scale and the duration of a protracted situation: met<br>Refugees of one profile throughout the period: "
        "624,000 refugees (before: 0 refugees)<br>Date of displacement: 5 years since 25 August 2017 |\n"
    ) in text
    for table in re.findall(r"(?:^\|.*\n)+", text, re.M):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


# --- JSON -----------------------------------------------------------------------------------------------------------


@EVERY
def test_schema_accepts_every_timeline(name: str) -> None:
    assert [*_violations(to_document(over_time(name)))] == []


@settings(max_examples=20)
@given(cases(wild=True))
def test_any_timeline_can_be_written(case: Case) -> None:
    rules = case.world.load()
    found = timeline(rules, load(case.world, rules, case.given))
    assert [*_violations(json.loads(to_json(found)))] == []
    assert to_text(found).endswith("it is not legal advice.\n")
    assert to_markdown(found)
    Tree(to_html(found))
    ElementTree.fromstring(to_svg(found))


@cache
def _validator() -> Draft7Validator:
    return Draft7Validator(timeline_schema())


def _violations(document: Any) -> Iterator[str]:
    for error in _validator().iter_errors(document):
        yield f"{error.json_path}: {error.message}"


def test_schema_refuses_a_timeline_with_one_mistake() -> None:
    whole = json.loads(to_json(over_time("dadaab-2011")))
    for key in whole:
        assert [*_violations({other: value for other, value in whole.items() if other != key})]
    turn = whole["told"]["turns"][0]
    changes: tuple[dict[str, Any], ...] = (
        {"day": "31 December"},
        {"after": "called"},
        {"figures": None},
        {"dates": [{}]},
        {"more": 1},
    )
    for change in changes:
        told = {**whole["told"], "turns": [{**turn, **change}]}
        assert [*_violations({**whole, "told": told})], change


def test_json_says_what_turned_and_why() -> None:
    told = to_document(over_time("rohingya-2017"))["told"]
    assert told["contexts"]["protracted"] == [
        {"first": "2017-01-01", "last": "2022-08-24", "verdict": "not-met"},
        {"first": "2022-08-25", "last": "2027-11-25", "verdict": "met"},
    ]
    assert told["turns"][0] == {
        "day": "2022-08-25",
        "conclusion": "protracted",
        "before": "not-met",
        "after": "met",
        "elements": [{"id": "settled-population", "before": "not-met", "after": "met"}],
        "figures": [
            {"fact": "settled_refugees", "table": None, "row": None, "before": 0, "after": 624000},
            {"fact": "settled", "table": "populations", "row": 1, "before": 0, "after": 624000},
        ],
        "dates": [
            {
                "kind": "elapsed",
                "fact": "since",
                "table": "populations",
                "row": 1,
                "date": "2017-08-25",
                "duration": "60 months",
            }
        ],
    }
    assert (told["turns"][1]["before"], told["turns"][1]["after"]) == ("conditional", "called-for")


# --- the picture and the page ---------------------------------------------------------------------------------------


@EVERY
def test_the_picture_fetches_nothing_and_says_in_words_what_it_shows(name: str) -> None:
    root = ElementTree.fromstring(to_svg(over_time(name)))
    svg = "{http://www.w3.org/2000/svg}"
    assert {node.tag.removeprefix(svg) for node in root.iter()} <= {
        *("svg", "title", "desc", "style", "defs", "pattern", "rect", "line", "text")
    }
    assert not re.search(r"url\((?!#)|@import", to_svg(over_time(name)))
    title, described = root.find(f".//{svg}title"), root.find(f".//{svg}desc")
    one = timeline_view(over_time(name))
    assert title is not None
    assert title.text == f"{one.title}: verdicts over time"
    assert described is not None
    assert str(described.text).startswith(one.lead)
    for context in one.contexts:
        assert f"{context.title}: {context.told}" in str(described.text)


@EVERY
def test_bands_cover_the_whole_time_and_nothing_stands_outside(name: str) -> None:
    root = ElementTree.fromstring(to_svg(over_time(name)))
    for node in root.iter():
        for key in ("x", "x1", "x2"):
            place = node.get(key, "")
            assert not place.endswith("%") or 0 <= float(place[:-1]) <= 100
        if node.get("width", "").endswith("%"):
            assert float(node.get("x", "0%").rstrip("%")) + float(node.get("width", "")[:-1]) <= 100.01


def test_a_single_day_can_be_seen() -> None:
    assert 'class="met" x="' in to_svg(over_time("dadaab-2011"))
    assert re.search(r'<rect class="met" x="[0-9.]+%" width="3" ', to_svg(over_time("dadaab-2011")))


def test_figures_go_up_in_round_steps() -> None:
    for size in (Fraction(1, 10), 1, 2, 3, 4, 5, 17, 100, 173_600, 10**14):
        step = round_step(size)
        assert step * 4 >= size
        assert step * 4 / Fraction(5, 2) <= size
        assert str(step * 100).rstrip("0") in ("1", "2", "5")


_MONTHS = [f"{month} 2022" for month in ("Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")]


@pytest.mark.parametrize(
    ("first", "last", "wide", "narrow"),
    [
        ("2017-01-01", "2027-11-25", [2018, 2020, 2022, 2024, 2026], [2018, 2020, 2022, 2024, 2026]),
        ("1975-01-01", "2032-12-31", [1980, 1990, 2000, 2010, 2020, 2030], [1980, 2000, 2020]),
        ("2022-03-05", "2022-12-31", _MONTHS, _MONTHS[1::2]),
        ("2022-03-05", "2022-03-09", ["5 March 2022", "9 March 2022"], ["5 March 2022", "9 March 2022"]),
        ("2022-03-05", "2022-03-05", ["5 March 2022"], ["5 March 2022"]),
    ],
)
def test_the_axis_of_time(first: str, last: str, wide: list[Any], narrow: list[Any]) -> None:
    found = ticks(date.fromisoformat(first), date.fromisoformat(last))
    assert [tick.label for tick in found] == [*map(str, wide)]
    assert [tick.label for tick in found if not tick.wide] == [*map(str, narrow)]


@EVERY
def test_the_section_stands_in_the_report_after_the_measures(name: str) -> None:
    situation = load_situation(name, RULES)
    page = assessment_html(assess(RULES, situation), timeline=over_time(name))
    root = Tree(page).root
    keys = [str(node.attribute("aria-labelledby")) for node in root.find("section")]
    assert keys[keys.index("measures") + 1] == "over-time"
    assert [node.attribute("href") for node in root.find("nav")[0].find("a")] == [f"#{key}" for key in keys]
    ids = [str(node.attribute("id")) for node in root.all() if node.attribute("id") is not None]
    assert len(ids) == len(set(ids))
    assert "over-time" not in [
        node.attribute("aria-labelledby")
        for node in Tree(assessment_html(assess(RULES, situation))).root.find("section")
    ]


@EVERY
def test_the_page_says_all_that_the_view_says(name: str) -> None:
    text = Tree(to_html(over_time(name))).root.text
    one = timeline_view(over_time(name))
    said = [one.lead, *one.notes, one.disclaimer, *(pair[1] for pair in one.about)]
    said += [part for context in one.contexts for part in (context.title, context.told, context.if_held)]
    for phase in one.phases:
        for when in phase.days:
            said += [part for turning in when.turnings for part in (turning.title, turning.after, *turning.because)]
            said += [part for pair in when.measures for part in pair]
    said += [part for table in one.figures for row in table.rows for part in row]
    assert [part for part in said if part not in text] == []


def test_what_a_person_wrote_stays_text() -> None:
    plain = Tree(to_html(over_time("one-profile-two-hosts"))).root
    situation = load_situation("one-profile-two-hosts", RULES)
    rows = situation.facts["populations"]
    for text in TEXTS:
        told = {
            **situation.facts,
            "populations": tuple(
                {**row, "profile": text, "host": f"{number}{text}"} for number, row in enumerate(rows)
            ),
        }
        found = timeline(RULES, situation.but(title=text, facts=told))
        page = Tree(to_html(found)).root
        assert [node.tag for node in page.all()] == [node.tag for node in plain.all()]
        ElementTree.fromstring(to_svg(found))
        to_markdown(found)


# --- the command ----------------------------------------------------------------------------------------------------


def run(*arguments: str, input_: str | None = None) -> tuple[int, str, str]:
    done = CliRunner(env={"COLUMNS": "100"}).invoke(main, ["timeline", *arguments], input=input_)
    return done.exit_code, done.stdout, done.stderr


def test_the_command_prints_the_text() -> None:
    assert run("rohingya-2017") == (0, ROHINGYA, "")


@pytest.mark.parametrize(
    ("format_", "start"),
    [("json", "{"), ("markdown", "# Rohingya"), ("html", "<!DOCTYPE html>"), ("svg", "<svg")],
)
def test_every_format_to_a_file(tmp_path: Path, format_: str, start: str) -> None:
    file = tmp_path / "out"
    assert run("rohingya-2017", "--format", format_, "-o", str(file)) == (0, "", "")
    assert file.read_text("utf-8").startswith(start)


def test_the_span_and_a_parameter_can_be_set() -> None:
    code, out, _ = run(
        "rohingya-2017", "--from", "2020-01-01", "--to", "2021-01-01", "--set", "protracted_duration=3 years"
    )
    assert code == 0
    assert "Looked at: 1 January 2020 to 1 January 2021\n" in out
    assert "Protracted refugee situation becomes “met” on 25 August 2020 if nothing else changes.\n" in out


def test_a_span_that_lies_elsewhere_is_ten_years_long() -> None:
    assert "Looked at: 1 January 1980 to 1 January 1990\n" in run("rohingya-2017", "--to", "1990-01-01")[1]
    assert "Looked at: 1 January 2040 to 1 January 2050\n" in run("rohingya-2017", "--from", "2040-01-01")[1]


def test_a_span_that_ends_before_it_begins_is_wrong_use() -> None:
    code, out, err = run("rohingya-2017", "--from", "2030-01-01", "--to", "2020-01-01")
    assert (code, out) == (2, "")
    assert "--to: 2020-01-01 is before 2030-01-01" in err


def test_what_is_wrong_with_a_situation_is_said() -> None:
    code, out, err = run("-", input_="situation: x\nas_of: 2013-01-31\nfacts: {arivals: 3}\n")
    assert (code, out) == (1, "")
    assert err.startswith("<standard input>:3:9: error[unknown-fact]: there is no fact `arivals`")


DAYS = """\
rule_set: days
version: 0.1.0
title: Days
sources: {text: {title: A text}}
facts:
  d: {type: date, title: Flight}
  n: {type: duration, unit: days, title: Wait, ask: "How long?"}
"""
AGE = """\
context: age
title: Age
source: {cite: text}
basis: editorial
when: {fact: d, elapsed_at_least: {fact: n}}
"""


def test_days_that_are_too_many_to_look_at_are_refused(tmp_path: Path) -> None:
    rules = tmp_path / "days"
    rules.mkdir()
    (rules / "rule-set.yaml").write_text(DAYS, "utf-8")
    (rules / "age.yaml").write_text(AGE, "utf-8")
    facts = "situation: x\nas_of: 2013-01-31\nfacts: {d: 2012-12-31, n: 40 days}\n"
    code, out, err = run("-", "--rules", str(rules), "--from", "0001-01-01", input_=facts)
    assert (code, out) == (2, "")
    assert (
        "--from: the days from 0001-01-01 to 2023-01-31 on which something can change are too many: "
        "give a later --from or an earlier --to"
    ) in " ".join(err.split())
    code, out, err = run("-", "--rules", str(rules), input_=facts)
    assert (code, err) == (0, "")
    assert "Age becomes “met” on 9 February 2013 if nothing else changes.\n" in out
    assert "Flight: 40 days since 31 December 2012\n" in out
