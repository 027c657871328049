"""Every built-in situation loads, says where its figures come from, and comes out as it expects."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from comity.engine.builtin import rules_folder, situations_folder
from comity.engine.checking.cases import run_case
from comity.engine.language.diagnostic import Diagnostic, accept
from comity.engine.language.files import read_file
from comity.engine.language.load import load_rule_set
from comity.engine.language.model import RuleSet, Situation, ValueType
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document, read

FILES = sorted(situations_folder().glob("*.yaml"))


@cache
def _rules() -> RuleSet:
    return accept(load_rule_set(rules_folder() / "oas-2013"))


@cache
def _document(file: Path) -> Document | Sequence[Diagnostic]:
    return read_file(file)


@cache
def _load(file: Path) -> tuple[Situation | None, Sequence[Diagnostic]]:
    document = _document(file)
    if not isinstance(document, Document):
        return None, document
    loaded = load_situation(document, _rules())
    return loaded.value, loaded.diagnostics


def _situation(file: Path) -> Situation:
    situation, found = _load(file)
    assert situation is not None, "\n".join(map(str, found))
    return situation


def _id(file: Path) -> str:
    document = _document(file)
    line = document.root.line if isinstance(document, Document) else 1
    return f"{file.name}:{line}"


each = pytest.mark.parametrize("file", FILES, ids=_id)


@each
def test_it_loads_without_a_complaint(file: Path) -> None:
    situation, found = _load(file)
    assert [str(one) for one in found] == []
    assert situation is not None


@each
def test_it_comes_out_as_it_expects(file: Path) -> None:
    result = run_case(_rules(), _situation(file))
    assert [f"{failure.at}: {failure}" for failure in result.failures] == []
    assert result.expectations > 0


@each
def test_it_expects_every_verdict_and_a_reason_for_what_is_settled(file: Path) -> None:
    situation = _situation(file)
    verdicts = {one.id: one.word for one in situation.expect if one.kind == "context"}
    assert set(verdicts) == set(_rules().contexts)
    explained = {one.because for one in situation.expect if one.kind == "because"}
    assert {id_ for id_, word in verdicts.items() if word == "met"} <= explained


@each
def test_it_says_what_it_is(file: Path) -> None:
    situation = _situation(file)
    assert situation.id == file.stem
    assert situation.title
    assert isinstance(situation.as_of, date)
    assert situation.narrative
    assert len(situation.narrative.split()) >= 25


@each
def test_a_real_one_says_who_gives_its_figures(file: Path) -> None:
    situation = _situation(file)
    facts = _rules().facts
    plain = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT)
    figures = {name for name in situation.all_facts if facts[name].value_type not in plain}
    if situation.hypothetical:
        assert set(situation.sources) <= set(situation.all_facts) | situation.asked
    else:
        assert figures - set(situation.sources) == set()
        assert set(situation.sources) - set(situation.all_facts) - situation.asked == set()


@each
def test_a_hypothetical_one_admits_it(file: Path) -> None:
    situation = _situation(file)
    if situation.hypothetical:
        assert "invented" in (situation.narrative or "")


@each
def test_nothing_is_dated_after_the_day_of_the_assessment(file: Path) -> None:
    """A history may say more than the day sees; a row's `since` may not begin later."""
    situation = _situation(file)
    assert situation.as_of is not None
    for row in situation.facts.get("populations", ()):
        since = row.get("since")
        assert since is None or getattr(since, "low", since) <= situation.as_of


# --- the set as a whole -------------------------------------------------------------------------------------

REAL = (
    "goma-1994",
    "kosovo-albania-1999",
    "kosovo-fyrom-1999",
    "rohingya-2017",
    "rohingya-2022",
    "dadaab-2011",
    "tindouf-2022",
    "afghans-pakistan-2014",
    "afghans-iran-2014",
    "bhutanese-nepal-2008",
    "ukraine-poland-2022",
    "ukraine-moldova-2022",
    "venezuela-colombia-2018",
    "andaman-sea-2015",
)
NEAR_MISSES = (
    "two-profiles",
    "newcomers",
    "a-dip-in-the-middle",
    "straddling-estimate",
    "child-without-means",
    "internal-displacement",
)


def test_there_are_enough_of_both_kinds() -> None:
    hypothetical = [file.stem for file in FILES if _situation(file).hypothetical]
    real = [file.stem for file in FILES if not _situation(file).hypothetical]
    assert len(FILES) >= 18
    assert len(real) >= 12
    assert len(hypothetical) >= 6
    assert set(REAL) <= set(real)
    assert set(NEAR_MISSES) <= set(hypothetical)


def test_every_context_comes_out_every_way_somewhere() -> None:
    seen: dict[str, set[str]] = {name: set() for name in _rules().contexts}
    for file in FILES:
        for one in _situation(file).expect:
            if one.kind == "context":
                seen[one.id].add(one.word)
    assert seen == {name: {"met", "not-met", "unknown"} for name in _rules().contexts}


def test_every_measure_is_called_for_and_is_not_somewhere() -> None:
    seen: dict[str, set[str]] = {name: set() for name in _rules().measures}
    for file in FILES:
        for one in _situation(file).expect:
            if one.kind == "measure":
                seen[one.id].add(one.word)
    lacking = {name: words for name, words in seen.items() if not {"called-for", "not-called-for"} <= words}
    assert lacking == {}


def test_titles_differ() -> None:
    titles = [_situation(file).title for file in FILES]
    assert len(set(titles)) == len(titles)


# --- a wrong expectation is caught --------------------------------------------------------------------------

_SEEDED = """\
situation: seeded
as_of: 2011-12-31
facts:
  crosses_border: true
  arrivals: 160000
  arrival_days: 365
  reception_capacity: 90000
response:
  measures: [emergency-assistance]
  facts: {returns_to_danger: false}
expect:
  contexts:
    mass-influx: not-met
    protracted: unknown
  criteria: {rapid-arrival: met}
  measures:
    called-for: [civilian-character, emergency-assistance]
    not-called-for: [emergency-assistance]
  forms: {comprehensive-regional-approach: not-met}
  principles: {customary-law: in-conflict}
  because:
    mass-influx: [considerable-numbers, rapid-arrival]
"""


def test_a_wrong_expectation_is_caught_where_it_stands() -> None:
    document = read(_SEEDED.encode(), "seeded.yaml")
    assert isinstance(document, Document)
    loaded = load_situation(document, _rules())
    assert loaded.diagnostics == ()
    result = run_case(_rules(), accept(loaded))
    assert (result.file, result.name, result.expectations) == ("seeded.yaml", "seeded", 10)
    assert sorted(f"{failure.at}: {failure}" for failure in result.failures) == [
        "seeded.yaml:13:18: context `mass-influx` came out met, expected not-met",
        "seeded.yaml:15:29: criterion `rapid-arrival` came out not-met, expected met",
        "seeded.yaml:17:18: measure `civilian-character` came out conditional, expected called-for",
        "seeded.yaml:18:22: measure `emergency-assistance` came out called-for, expected not-called-for",
        "seeded.yaml:19:44: form `comprehensive-regional-approach` came out unknown, expected not-met",
        "seeded.yaml:20:31: principle `customary-law` came out consistent, expected in-conflict",
        "seeded.yaml:22:41: `rapid-arrival` is no reason for `mass-influx`: "
        "it came out not-met, and the verdict is met",
    ]
