"""The judgements of `check`, each held against another way to find the same; what is accepted; and baselines.

The exact reports are in `tests/diagnostics/judged/`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings, strategies as st

from comity.cli import main
from comity.engine.assessment.evaluate import compile_rules
from comity.engine.checking import judge as judge_module
from comity.engine.checking.baseline import read_baseline, without_baseline, write_baseline
from comity.engine.checking.bounds import threshold_out_of_range
from comity.engine.checking.collect import collect
from comity.engine.checking.contradictions import contradictory_tests
from comity.engine.checking.judge import CHECKS, Judged, complaints, judge
from comity.engine.checking.tested import never_tested
from comity.engine.checking.usage import unused_column, unused_criterion, unused_fact, unused_parameter
from comity.engine.language.condition import ParameterValue, walk
from comity.engine.language.diagnostic import (
    JUDGEMENTS,
    SUPPRESSIBLE,
    Code,
    Diagnostic,
    Severity,
    Span,
    accept,
    is_error,
)
from comity.engine.language.load import build_rule_set, load_rule_set
from comity.engine.language.model import Locale, Passage, RuleSet, Suppression
from comity.engine.language.references import check_references
from comity.engine.language.source import Document, read
from comity.engine.language.wording import wording_digest, wordings
from tests.strategies import DAYS_OF_ASSESSMENT, Choose, Maker, randoms

ROOT = Path(__file__).parents[1]
JUDGED = ROOT / "tests" / "diagnostics" / "judged"
HEADER = "rule_set: tried\nversion: 1.0.0\ntitle: Tried\n"
MANY = settings(max_examples=300, deadline=None)
SOME = settings(max_examples=50, deadline=None)  # of what runs every check of a rule set


def loaded(text: str) -> RuleSet:
    document = read((HEADER + text).encode(), "tried.yaml")
    assert isinstance(document, Document)
    return accept(build_rule_set([document], "tried"))


@cache
def shipped() -> Judged:
    home = ROOT / "rules" / "oas-2013"
    cases = tuple(case for each in collect([home], None) for case in each.situations)
    return Judged(accept(load_rule_set(home)), cases)


@cache
def faulty() -> tuple[Judged, ...]:
    """Return the rule sets of `tests/diagnostics/judged/`."""
    found: list[Judged] = []
    for path in sorted(JUDGED.iterdir()):
        if path.is_dir():
            each = [*collect([path], None)]
            cases = tuple(case for one in each for case in one.situations)
            found.append(Judged(accept(load_rule_set(path)), cases))
        elif path.suffix == ".yaml":
            document = read(path.read_bytes(), path.name)
            assert isinstance(document, Document)
            found.append(Judged(accept(build_rule_set([document], path.name)), None))
    return tuple(found)


def generated(choose: Choose) -> RuleSet:
    return Maker(choose, choose(DAYS_OF_ASSESSMENT)).world().load()


def subjects(found: Iterator[Diagnostic]) -> set[str]:
    return {one.subject for one in found if one.subject is not None}


# --- what is not used -------------------------------------------------------------------------------------------------


def needless(rules: RuleSet, **changes: Any) -> bool:
    """Tell whether the rules still stand with something left out."""
    return not [*check_references(rules.but(impossible=(), implausible=(), precedents={}, properties={}, **changes))]


@MANY
@given(randoms())
def test_what_is_not_used_can_be_left_out_and_nothing_else(choose: Choose) -> None:
    rules = generated(choose).but(precedents={})
    judged = Judged(rules, None)

    def without(things: Mapping[str, Any], name: str) -> dict[str, Any]:
        return {key: thing for key, thing in things.items() if key != name}

    facts = {name for name in rules.facts if needless(rules, facts=without(rules.facts, name))}
    assert subjects(unused_fact(judged)) == facts
    told = {name for reading in rules.readings.values() for name in reading.set}
    told |= {term.name for one in rules.impossible for term in walk(one.when) if isinstance(term, ParameterValue)}
    parameters = {name for name in rules.parameters if needless(rules, parameters=without(rules.parameters, name))}
    assert subjects(unused_parameter(judged)) == parameters - told
    criteria = {name for name in rules.criteria if needless(rules, criteria=without(rules.criteria, name))}
    assert subjects(unused_criterion(judged)) == {name for name in criteria if rules.criteria[name].context is None}
    columns = {
        f"{table.name}.{name}"
        for table in rules.facts.values()
        if table.name not in facts
        for name in table.columns
        if name != "since"  # what a history needs is nowhere written
        and needless(rules, facts={**rules.facts, table.name: table.but(columns=without(table.columns, name))})
    }
    assert {name for name in subjects(unused_column(judged)) if not name.endswith(".since")} == columns


# --- tests that leave no choice ---------------------------------------------------------------------------------------

AS_OF = date(2013, 6, 30)


class Kind(NamedTuple):
    """A kind of fact: how it is declared, which literals it is compared with by which tests, and what it can be."""

    declared: str
    literals: Sequence[str]
    tests: Sequence[str]
    values: Sequence[Any]
    given: str = "x"  # the fact that is given the value


def quarters(low: int, high: int) -> list[Any]:
    return [Fraction(step, 4) for step in range(4 * low, 4 * high + 1)]


_BOUNDS = ("at_least", "more_than", "at_most", "less_than")
_EQUAL = ("is", "is_not", "in")
_NUMBERS = ("0", "1", "1.5", "2", "3", "4")
_DATES = [AS_OF - timedelta(days=back) for back in range(-1, 8)]
KINDS = {
    "count": Kind("{type: count}", _NUMBERS, (*_BOUNDS, *_EQUAL), range(6)),
    "few": Kind("{type: count, min: 1, max: 3}", _NUMBERS, (*_BOUNDS, *_EQUAL), range(1, 4)),
    "number": Kind("{type: number, min: 1, max: 3}", _NUMBERS, (*_BOUNDS, *_EQUAL), quarters(1, 3)),
    "open number": Kind("{type: number}", _NUMBERS, (*_BOUNDS, *_EQUAL), quarters(0, 5)),
    "share": Kind("{type: share}", ("0", "0.5", "1", "2"), (*_BOUNDS, *_EQUAL), quarters(0, 1)),
    "months": Kind("{type: duration}", ("0 months", "1 month", "2 months"), (*_BOUNDS, *_EQUAL), range(4)),
    "derived": Kind("{type: count, derive: {fact: base}}", _NUMBERS, (*_BOUNDS, *_EQUAL), quarters(-1, 5), "base"),
    "date": Kind("{type: date}", [str(day) for day in _DATES[2:5]], ("before", "after", *_EQUAL), _DATES),
    "days back": Kind(
        "{type: date}", ("0 days", "1 day", "2 days", "3 days"), ("elapsed_at_least", "elapsed_less_than"), _DATES
    ),
    "months back": Kind(
        "{type: date}",
        ("1 month", "2 months", "1 year"),
        ("elapsed_at_least", "elapsed_less_than"),
        [AS_OF - timedelta(days=20 * back) for back in range(-1, 25)],
    ),
    "choice": Kind("{type: choice, options: [a, b, c]}", ("a", "b", "c"), _EQUAL, ("a", "b", "c")),
    "boolean": Kind("{type: boolean}", ("true", "false"), _EQUAL, (True, False)),
    "text": Kind("{type: text}", ("a", "b", "c"), _EQUAL, ("a", "b", "c", "another")),
}


def tried(kind: Kind, tests: Sequence[tuple[str, Sequence[str]]], nested: bool) -> RuleSet:
    """Return a rule set with a criterion for each test, and the form `all` over the tests together."""
    bounds = [f"[{', '.join(bounds)}]" if test == "in" else bounds[0] for test, bounds in tests]
    written = [f"{{fact: x, {test}: {bound}}}" for (test, _), bound in zip(tests, bounds, strict=True)]
    criteria = "".join(f"  c-{number}: {{title: C, when: {one}}}\n" for number, one in enumerate(written))
    joined = f"[{written[0]}, {{all: [{', '.join(written[1:])}]}}]" if nested else f"[{', '.join(written)}]"
    facts = f"facts: {{x: {kind.declared}, base: {{type: number, min: -10}}}}\n"
    return loaded(f"{facts}criteria:\n{criteria}forms: {{together: {{title: T, when: {{all: {joined}}}}}}}\n")


def truths(rules: RuleSet, kind: Kind, number: int) -> list[tuple[Any, ...]]:
    """Return how each test comes out, for every value that the fact can have."""
    program = compile_rules(rules)
    runs = (program.start({kind.given: value}, AS_OF) for value in kind.values)
    return [tuple(run.truth(f"c-{one}") for one in range(number)) for run in runs]


@st.composite
def some_tests(draw: st.DrawFn, least: int, most: int) -> tuple[str, list[tuple[str, list[str]]], bool]:
    name = draw(st.sampled_from([*KINDS]))
    kind = KINDS[name]
    bounds = st.lists(st.sampled_from(kind.literals), min_size=1, max_size=3)
    tests = st.lists(st.tuples(st.sampled_from(kind.tests), bounds), min_size=least, max_size=most)
    return name, draw(tests), draw(st.booleans())


@MANY
@given(some_tests(2, 4))
def test_tests_contradict_each_other_if_no_value_meets_those_that_one_can_meet(
    chosen: tuple[str, list[tuple[str, list[str]]], bool],
) -> None:
    name, tests, nested = chosen
    rules = tried(KINDS[name], tests, nested)
    came = truths(rules, KINDS[name], len(tests))
    fitting = [number for number in range(len(tests)) if any(row[number] is True for row in came)]
    together = any(all(row[number] is True for number in fitting) for row in came)
    assert bool([*contradictory_tests(Judged(rules, None))]) is (not together)


@MANY
@given(some_tests(1, 1).filter(lambda chosen: chosen[1][0][0] != "in"))
def test_a_threshold_is_out_of_range_if_it_makes_no_difference(
    chosen: tuple[str, list[tuple[str, list[str]]], bool],
) -> None:
    name, tests, _ = chosen
    rules = tried(KINDS[name], tests, False)
    came = {row[0] for row in truths(rules, KINDS[name], 1)}
    sized = name in ("count", "few", "number", "open number", "share", "months")
    found = [one for one in threshold_out_of_range(Judged(rules, None)) if one.subject == "c-0"]
    assert bool(found) is (sized and len(came) == 1)
    assert [" always holds: " in one.message for one in found] == [True in came] * len(found)


# --- translations, passages, cases ------------------------------------------------------------------------------------


def translated(rules: RuleSet) -> Locale:
    """Return a locale with every wording, as fresh as can be."""
    words = wordings(rules)
    return Locale(
        language="xx",
        **words,
        made_from={section: {name: wording_digest(text) for name, text in words[section].items()} for section in words},
        at=Span("xx.yaml", 1, 1),
        places={f"{section}.{name}": Span("xx.yaml", 2, 1) for section in words for name in words[section]},
    )


TRANSLATING = [Code.MISSING_TRANSLATION.value, Code.STALE_TRANSLATION.value]


def test_a_full_and_fresh_locale_is_right() -> None:
    rules = shipped().rules
    assert judge(Judged(rules.but(locales={"xx": translated(rules)}), None), TRANSLATING) == ()


@MANY
@given(st.data())
def test_what_is_missing_or_stale_in_a_locale_is_found_and_nothing_else(data: st.DataObject) -> None:
    rules = shipped().rules
    whole = translated(rules)
    section = data.draw(st.sampled_from(("titles", "asks", "texts")))
    name = data.draw(st.sampled_from([*getattr(whole, section)]))
    change = data.draw(st.sampled_from(("gone", "undated", "changed", "spaced")))
    entries, digests = dict(getattr(whole, section)), {one: dict(made) for one, made in whole.made_from.items()}
    if change == "gone":
        del entries[name], digests[section][name]
    elif change == "undated":
        del digests[section][name]
    else:
        text = wordings(rules)[section][name]
        digests[section][name] = wording_digest(f"{text}." if change == "changed" else f" {text}\n".replace(" ", "  "))
    locale = whole.but(**{section: entries}, made_from=digests)
    found = judge(Judged(rules.but(locales={"xx": locale}), None), TRANSLATING)
    expected = {
        "gone": [] if section == "texts" else ["missing-translation"],
        "undated": ["stale-translation"],
        "changed": ["stale-translation"],
        "spaced": [],
    }
    assert [(one.code.value, one.subject) for one in found] == [(code, name) for code in expected[change]]


def test_every_passage_is_cited_once_it_is_listed_as_it_is_cited() -> None:
    """Of a source of the shipped rules: with the places that are cited it is right, with one more or less it is not."""
    rules = shipped().rules
    codes = [Code.PASSAGE_NOT_ENCODED.value, Code.UNKNOWN_PASSAGE.value, Code.UNNEEDED_EXCUSE.value]
    places = sorted(set(re.findall(r"Citation\(source='slides', place='([^']+)'", repr(vars(rules)))))
    assert len(places) > 20

    def found(passages: Mapping[str, Passage]) -> list[tuple[str, str | None]]:
        source = rules.sources["slides"].but(passages=passages)
        judged = Judged(rules.but(sources={**rules.sources, "slides": source}), None)
        return [(one.code.value, one.subject) for one in judge(judged, codes)]

    listed = {place: Passage(place) for place in places}
    assert found(listed) == []
    assert found({**listed, "Nowhere": Passage("Nowhere")}) == [("passage-not-encoded", "slides Nowhere")]
    assert found({**listed, "Nowhere": Passage("Nowhere", None, "why")}) == []
    for place in places:
        excused = found({**listed, place: Passage(place, None, "why")})
        assert excused == [("unneeded-excuse", f"slides {place}")]
        gone = found({name: one for name, one in listed.items() if name != place})
        assert gone
        assert {code for code, _ in gone} == {"unknown-passage"}


def test_each_conclusion_needs_its_three_answers() -> None:
    rules, cases = shipped()
    assert cases is not None
    assert [*never_tested(Judged(rules, cases))] == []
    assert subjects(never_tested(Judged(rules, ()))) == {*rules.criteria, *rules.contexts}
    assert [*never_tested(Judged(rules, None))] == []
    for name, word in product(("mass-influx", "rapid-arrival"), ("met", "not-met", "unknown")):
        left = tuple(case for case in cases if all((one.id, one.word) != (name, word) for one in case.expect))
        (found,) = [one for one in never_tested(Judged(rules, left)) if one.subject == name]
        assert found.message.endswith(f"`{name}` to come out {word}")


# --- the whole --------------------------------------------------------------------------------------------------------


@SOME
@given(randoms())
def test_any_rule_set_can_be_judged(choose: Choose) -> None:
    rules = generated(choose)
    found = judge(Judged(rules, ()))
    assert list(found) == sorted(found, key=lambda one: one.at)
    for one in found:
        assert one.severity is Severity.WARNING
        assert one.subject
        assert one.at.file.endswith(".yaml")


@SOME
@given(st.data(), st.sets(st.sampled_from(JUDGEMENTS)), st.sets(st.sampled_from(JUDGEMENTS)))
def test_selecting_and_ignoring_only_leave_out(data: st.DataObject, select: set[Code], ignore: set[Code]) -> None:
    judged = data.draw(st.sampled_from(faulty()))
    wanted = [one for one in judge(judged) if (not select or one.code in select) and one.code not in ignore]
    assert [*judge(judged, select, ignore)] == [
        one for one in wanted if one.code is not Code.UNUSED_SUPPRESSION or accepted_code(one) not in ignore
    ]


def accepted_code(one: Diagnostic) -> str:
    """Return the code that an entry of `suppress` accepts, of which `one` says that it is not there."""
    return one.message.split("`")[1]


def test_there_is_no_other_code() -> None:
    for judged in faulty():
        with pytest.raises(ValueError, match=r"^there is no judgement `unknown-fact`$"):
            judge(judged, ["unknown-fact"])
        with pytest.raises(ValueError, match=r"^there is no judgement `x`$"):
            judge(judged, [], ["unused-fact", "x"])


@SOME
@given(st.data())
def test_what_is_accepted_is_left_out_and_nothing_else(data: st.DataObject) -> None:
    judged = data.draw(st.sampled_from(faulty()))
    everything = [one for one in judge(judged) if one.code.value in SUPPRESSIBLE]
    names = sorted({(one.code.value, one.subject or "") for one in everything})
    chosen = data.draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    entries = tuple(Suppression(code=code, of=of, reason="why") for code, of in chosen)
    rules = judged.rules.but(suppressions=(*judged.rules.suppressions, *entries))
    found = [one for one in judge(judged._replace(rules=rules)) if one.code.value in SUPPRESSIBLE]
    assert found == [one for one in everything if (one.code.value, one.subject) not in chosen]
    spare = Suppression(code="unused-fact", of="nobody", reason="why", at=Span("a.yaml", 1, 1))
    (unused,) = [
        one
        for one in judge(judged._replace(rules=rules.but(suppressions=(*rules.suppressions, spare))))
        if one.subject == "nobody"
    ]
    assert str(unused) == (
        "a.yaml:1:1: warning[unused-suppression]: the finding `unused-fact` of `nobody` is not there to accept\n"
        "    hint: leave the entry out"
    )


def test_of_a_code_only_so_many_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = loaded("facts:\n" + "".join(f"  f{number}: {{type: count}}\n" for number in range(5)))
    assert len(judge(Judged(rules, None))) == 5
    monkeypatch.setattr(judge_module, "MAX_FOUND", 3)
    assert [one.subject for one in judge(Judged(rules, None))] == ["f0", "f1", "f2"]


def test_a_contradiction_of_thousands_of_tests_is_found_at_once() -> None:
    """Each value is excluded by a test of its own: no two contradict each other, all together do."""
    options = [f"o{number}" for number in range(5000)]
    tests = ", ".join(f"{{fact: x, is_not: {option}}}" for option in options)
    rules = loaded(
        f"facts: {{x: {{type: choice, options: [{', '.join(options)}]}}}}\n"
        f"forms: {{none: {{title: None, when: {{all: [{tests}]}}}}}}\n"
    )
    (found,) = contradictory_tests(Judged(rules, None))
    assert found.message == (
        "no value of `x` is not `o0` and is not `o1` and is not `o2` and is not `o3` and is not `o4` and so on"
    )


def test_each_check_is_called_by_its_code() -> None:
    for judged in faulty():
        for check in CHECKS:
            assert {one.code.value for one in check(judged)} <= {check.__name__.replace("_", "-")}


# --- baselines --------------------------------------------------------------------------------------------------------

# What a document can hold, and so a message: nothing hidden, no control characters.
TEXTS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=20).filter(
    lambda text: bool(text.strip())
)
WARNINGS = st.builds(
    Diagnostic,
    st.builds(Span, st.sampled_from(["a.yaml", "rules/b.yaml"]), st.integers(1, 9), st.integers(1, 9)),
    st.sampled_from([Code.UNUSED_FACT, Code.NO_SOURCE, Code.PROFILES_ALIKE]),
    st.sampled_from(["one", "another"]) | TEXTS,
    st.none() | TEXTS,
    st.sampled_from([Severity.WARNING, Severity.WARNING, Severity.ERROR]),
    st.none() | st.sampled_from(["x", "y"]) | TEXTS,
)


def read_again(text: str) -> Any:
    document = read(text.encode(), "baseline.json")
    assert isinstance(document, Document), document
    return accept(read_baseline(document, Path()))


def moved(one: Diagnostic) -> Diagnostic:
    return one._replace(at=Span(one.at.file, one.at.line + 7, one.at.column + 1), hint="another")


@MANY
@given(st.lists(WARNINGS, max_size=8), st.randoms(use_true_random=False))
def test_a_baseline_passes_over_what_it_lists_wherever_it_stands(found: list[Diagnostic], chance: Any) -> None:
    text = write_baseline(found, Path())
    assert text == write_baseline(chance.sample(found, len(found)), Path())
    assert json.loads(text)["format"] == "comity-baseline/1"
    baseline = read_again(text)
    left = without_baseline([*map(moved, found)], baseline, ["a.yaml", "rules/b.yaml"], [*Code])
    assert left == [moved(one) for one in found if is_error(one)]


@MANY
@given(st.lists(WARNINGS, max_size=6), st.lists(WARNINGS, max_size=6))
def test_a_baseline_counts(listed: list[Diagnostic], found: list[Diagnostic]) -> None:
    def names(those: Sequence[Diagnostic]) -> Counter[Any]:
        return Counter((one.at.file, one.code, one.subject, one.message) for one in those if not is_error(one))

    def left(those: list[Diagnostic]) -> list[Diagnostic]:
        return without_baseline(those, read_again(write_baseline(listed, Path())), ["a.yaml", "rules/b.yaml"], [*Code])

    warnings = [one for one in found if not is_error(one)]
    reported = [one for one in left(warnings) if one.code is not Code.UNUSED_BASELINE]
    assert names(reported) == names(found) - names(listed)
    gone = [one for one in left(warnings) if one.code is Code.UNUSED_BASELINE]
    assert len(gone) == (names(listed) - names(found)).total()
    if len(warnings) < len(found):
        assert [one for one in left(found) if one.code is Code.UNUSED_BASELINE] == []


# --- the command ------------------------------------------------------------------------------------------------------

RULES = """\
rule_set: small
version: 1.0.0
title: Small
facts:
  people: {type: count}
  rains: {type: boolean}
forms:
  joint: {title: Joint, when: {fact: people, more_than: 0}}
"""
RAINS = (
    "rules/rule-set.yaml:6:10: warning[unused-fact]: no rule asks for the fact `rains`\n"
    "    hint: use it, or leave it out\n"
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, which is the current one, with a rule set in `rules/` that has one fault."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rule-set.yaml").write_text(RULES, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", *arguments], prog_name="comity")


@pytest.mark.usefixtures("here")
def test_a_judgement_fails_the_check() -> None:
    result = run("rules")
    assert (result.exit_code, result.output) == (1, f"{RAINS}checked 1 rule set: 1 warning\n")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--ignore", "unused-fact"], 0),
        (["--ignore", "no-source,unused-fact"], 0),
        (["--ignore", "no-source", "--ignore", "unused-fact,"], 0),
        (["--ignore", "no-source"], 1),
        (["--select", "no-source,no-basis"], 0),
        (["--select", "no-source", "--select", "unused-fact"], 1),
        (["--select", "unused-fact", "--ignore", "unused-fact"], 0),
    ],
)
def test_select_and_ignore(options: list[str], code: int) -> None:
    result = run("rules", *options)
    clean = "checked 1 rule set: nothing to complain about\n"
    assert (result.exit_code, result.output) == (code, f"{RAINS}checked 1 rule set: 1 warning\n" if code else clean)


@pytest.mark.usefixtures("here")
def test_a_code_that_there_is_not() -> None:
    for option in ("--select", "--ignore"):
        result = run("rules", option, "no-source,unused-facts")
        assert result.exit_code == 2
        said = f"Error: Invalid value for '{option}': no check has the code `unused-facts`; did you mean `unused-fact`?"
        assert result.output.splitlines()[-1] == said


def test_an_error_keeps_a_rule_set_from_being_judged(here: Path) -> None:
    (here / "rules" / "rule-set.yaml").write_text(f"{RULES}sources: {{}}\n", encoding="utf-8")
    assert run("rules").output.splitlines()[::2] == [
        "rules/rule-set.yaml:9:10: error[empty-value]: `sources` is empty",
        "checked 1 rule set: 1 error",
    ]


def test_cases_are_those_in_the_folder_if_all_can_be_read(here: Path) -> None:
    criteria = "parameters: {one: {value: 1, basis: editorial, note: ours}}\ncriteria:\n  many:\n    title: Many\n" + (
        "    basis: editorial\n    note: ours\n    when: {fact: people, at_least: {parameter: one}}\n"
    )
    text = RULES.replace("  rains: {type: boolean}\n", "").replace("{fact: people, more_than: 0}", "{criterion: many}")
    (here / "rules" / "rule-set.yaml").write_text(text + criteria, encoding="utf-8")
    cases = here / "rules" / "deep" / "many.cases.yaml"
    cases.parent.mkdir()
    lines = [
        f"  - {{name: {word}, as_of: 2013-01-31, facts: {{people: {value}}}, expect: {{many: {word}}}}}\n"
        for word, value in (("met", "1"), ("not-met", "0"), ("unknown", "unknown"))
    ]
    for number in range(1, 4):
        cases.write_text("cases:\n" + "".join(lines[:number]), encoding="utf-8")
        missing = ["not-met or unknown", "unknown"][number - 1 :]
        told = re.findall(r"warning\[never-tested\]: .* to come out (.*)", run("rules").output)
        assert told == missing[:1]
    assert run("rules").exit_code == 0
    cases.write_text("cases:\n" + lines[0] + lines[1].replace("people", "poeple"), encoding="utf-8")
    assert re.findall(r"(?:error|warning)\[(.*?)\]", run("rules").output) == ["unknown-fact"]


def test_a_baseline_for_adoption(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = run("rules", "--write-baseline", "baseline.json")
    assert (written.exit_code, written.output) == (0, "checked 1 rule set: nothing to complain about\n")
    assert (here / "baseline.json").read_text(encoding="utf-8") == (
        '{\n  "format": "comity-baseline/1",\n  "findings": [\n'
        '    {"file": "rules/rule-set.yaml", "code": "unused-fact", "subject": "rains", '
        '"message": "no rule asks for the fact `rains`"}\n  ]\n}\n'
    )
    rules = here / "rules" / "rule-set.yaml"
    rules.write_text(f"# moved\n{RULES}", encoding="utf-8")
    assert run("rules", "--baseline", "baseline.json").exit_code == 0
    monkeypatch.chdir(here / "rules")
    assert run(".", "--baseline", "../baseline.json").exit_code == 0
    monkeypatch.chdir(here)

    rules.write_text(RULES.replace("rains", "snows"), encoding="utf-8")
    result = run("rules", "--baseline", "baseline.json")
    gone = (
        "baseline.json:4:5: warning[unused-baseline]: the finding `unused-fact` of `rains` in `rules/rule-set.yaml` no "
        "longer occurs\n    hint: leave it out, or write the baseline anew with --write-baseline\n"
    )
    summary = "checked 1 rule set: 2 warnings\n"
    assert (result.exit_code, result.output) == (1, RAINS.replace("rains", "snows") + gone + summary)
    assert run("rules", "--baseline", "baseline.json", "--ignore", "unused-fact").exit_code == 0
    (here / "one.yaml").write_text("situation: one\nas_of: 2013-01-31\nfacts: {people: 1}\n", encoding="utf-8")
    assert run("one.yaml", "--rules", "rules", "--baseline", "baseline.json").exit_code == 0


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[", "error[not-yaml]: this is not well-formed YAML: a value is missing here"),
        ("{}", "error[missing-key]: the baseline lacks `format`, `findings`"),
        ('{"format": "x", "findings": []}', "error[unknown-word]: `format` of the baseline cannot be `x`"),
        (
            '{"format": "comity-baseline/1", "findings": [{"file": "a"}]}',
            "error[missing-key]: a finding of the baseline lacks `code`, `message`",
        ),
    ],
)
def test_a_baseline_that_is_none_hides_nothing(here: Path, text: str, complaint: str) -> None:
    (here / "baseline.json").write_text(text, encoding="utf-8")
    result = run("rules", "--baseline", "baseline.json")
    assert result.exit_code == 1
    assert complaint in [line.partition(": ")[2] for line in result.output.splitlines()]
    assert RAINS in result.output


def test_an_error_is_never_put_into_a_baseline(here: Path) -> None:
    (here / "broken.yaml").write_text("situation: one\nas_of: 2013-01-31\nfacts: {nobody: 1}\n", encoding="utf-8")
    result = run("rules", "broken.yaml", "--rules", "rules", "--write-baseline", "baseline.json")
    assert result.exit_code == 1
    assert re.findall(r"(?:error|warning)\[(.*?)\]", result.output) == ["unknown-fact"]
    assert [one["code"] for one in json.loads(Path("baseline.json").read_text("utf-8"))["findings"]] == ["unused-fact"]


@pytest.mark.usefixtures("here")
def test_nothing_to_check_is_a_failure_with_a_baseline_too() -> None:
    Path("empty").mkdir()
    result = run("empty", "--write-baseline", "baseline.json")
    assert result.exit_code == 1
    assert re.findall(r"error\[(.*?)\]", result.output) == ["nothing-to-check"]


def test_everything_collected_is_judged_with_its_own_cases() -> None:
    home = ROOT / "rules" / "oas-2013"
    assert complaints([*collect([home], None)]) == [*judge(shipped())]
