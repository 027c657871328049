"""A response beside what is called for: what it leaves unserved, lacks and breaches; and a plan kept apart."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, strategies as st

from comity.cli import main
from comity.engine.assessment.assess import Assessment, Note, assess
from comity.engine.assessment.response import Bearing, Gap, ResponseCheck, Service
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import RuleSet, Situation
from comity.engine.language.situation import load_response, load_situation
from comity.engine.language.source import Document, read
from comity.engine.report.text import TextReport
from tests.hostile import situation as built_in

# --- measures that hang on a fact each ------------------------------------------------------------------------------

MEASURES = tuple("abcd")
PURPOSES = tuple("pqr")


def _document(text: str, name: str = "one.yaml") -> Document:
    document = read(text.encode(), name)
    assert isinstance(document, Document), document
    return document


def _plain(serves: Mapping[str, Sequence[str]]) -> RuleSet:
    """Return rules under which each measure is called for as a fact of its own says."""
    lines = ["rule_set: plain", "version: 1.0.0", "title: Plain", "facts:", "  always: {type: boolean}"]
    lines += [f"  need_{name}: {{type: boolean}}" for name in MEASURES]
    lines += ["purposes:", *(f"  {name}: {{title: {name.upper()}}}" for name in PURPOSES), "measures:"]
    for name in MEASURES:
        purposes = serves[name]
        need = f"need: {{fact: need_{name}, is: true}}"
        lines.append(
            f"  {name}: {{title: {name.upper()}, serves: [{', '.join(purposes)}], for: {{ctx: {{}}}}, {need}}}"
        )
    context = "context: ctx\ntitle: C\nwhen: {fact: always, is: true}\n"
    return accept(build_rule_set([_document("\n".join(lines)), _document(context, "c.yaml")], "plain"))


def _check(
    serves: Mapping[str, Sequence[str]], needs: Mapping[str, bool | None], planned: Sequence[str]
) -> ResponseCheck:
    facts = ", ".join(["always: true", *(f"need_{n}: {str(v).lower()}" for n, v in needs.items() if v is not None)])
    text = f"situation: one\nas_of: 2013-01-31\nfacts: {{{facts}}}\nresponse: {{measures: [{', '.join(planned)}]}}\n"
    rules = _plain(serves)
    found = assess(rules, accept(load_situation(_document(text), rules))).response
    assert found is not None
    return found


SERVES = st.fixed_dictionaries(
    {name: st.lists(st.sampled_from(PURPOSES), min_size=1, unique=True) for name in MEASURES}
)
NEEDS = st.fixed_dictionaries({name: st.sampled_from((True, False, None)) for name in MEASURES})
PLANNED = st.lists(st.sampled_from(MEASURES), unique=True)


def _completions(needs: Mapping[str, bool | None]) -> Iterator[dict[str, bool]]:
    for values in product(*([need] if need is not None else [True, False] for need in needs.values())):
        yield dict(zip(needs, values, strict=True))


@given(SERVES, NEEDS, PLANNED)
def test_a_purpose_is_served_or_unserved_if_it_is_so_whatever_the_unknowns_are(
    serves: Mapping[str, Sequence[str]], needs: Mapping[str, bool | None], planned: Sequence[str]
) -> None:
    found = _check(serves, needs, planned)
    by_purpose = {service.purpose: service.standing for service in found.purposes}
    for purpose in PURPOSES:
        outcomes = set()
        for complete in _completions(needs):
            wanted = [name for name in MEASURES if complete[name] and purpose in serves[name]]
            outcomes.add((bool(wanted), any(name in planned for name in wanted)))
        assert (by_purpose.get(purpose) == "served") is (outcomes == {(True, True)})
        assert (by_purpose.get(purpose) == "unserved") is (outcomes == {(True, False)})
        assert (purpose not in by_purpose) is (outcomes == {(False, False)})


@given(SERVES, NEEDS, PLANNED)
def test_measures_stand_in_one_place_each(
    serves: Mapping[str, Sequence[str]], needs: Mapping[str, bool | None], planned: Sequence[str]
) -> None:
    found = _check(serves, needs, planned)
    assert found.covered == tuple(name for name in MEASURES if needs[name] is True and name in planned)
    assert found.missing == tuple(name for name in MEASURES if needs[name] is True and name not in planned)
    assert found.open == tuple(name for name in MEASURES if needs[name] is None and name in planned)
    assert found.not_needed == tuple(name for name in MEASURES if needs[name] is False and name in planned)
    for service in found.purposes:
        groups = (service.covered, service.missing, service.open, service.conditional)
        assert sorted(name for group in groups for name in group) == [
            name for name in MEASURES if needs[name] is not False and service.purpose in serves[name]
        ]


@given(SERVES, NEEDS, PLANNED)
def test_a_gap_fills_what_planning_the_measure_would_serve(
    serves: Mapping[str, Sequence[str]], needs: Mapping[str, bool | None], planned: Sequence[str]
) -> None:
    found = _check(serves, needs, planned)
    assert sorted(gap.measure for gap in found.gaps) == sorted(found.missing)

    def unserved(more: Sequence[str]) -> set[str]:
        purposes = _check(serves, needs, [*planned, *more]).purposes
        return {service.purpose for service in purposes if service.standing == "unserved"}

    now = unserved(())
    for gap in found.gaps:
        assert {*gap.fills} == now - unserved([gap.measure])
        others = [name for name in found.missing if name != gap.measure]
        assert {*gap.alone} == unserved(others)
        assert gap.contexts == ("ctx",)
    order = [(not gap.fills, MEASURES.index(gap.measure)) for gap in found.gaps]
    assert order == sorted(order)


# --- a rule set to read ---------------------------------------------------------------------------------------------

RULES = """\
rule_set: plans
version: 1.0.0
title: Plans
sources: {law: {title: The law, short: Law}}
facts:
  flood: {type: boolean, title: Flood}
  drought: {type: boolean, title: Drought}
  armed: {type: boolean, title: Armed}
  sends_back: {type: boolean, about: response, title: Sending back}
  shifts: {type: boolean, about: response, title: Shifting}
  started: {type: date, about: response, title: Start}
  late: {type: boolean, about: response, title: Late, derive: {fact: started, elapsed_less_than: 30 days}}
purposes:
  food: {title: Food}
  safety: {title: Safety}
  shelter: {title: Shelter}
measures:
  relief: {title: Relief, serves: [food], for: {wet: {}}}
  seeds: {title: Seeds, serves: [food], for: {wet: {}, dry: {}}}
  tents: {title: Tents, serves: [shelter], for: {wet: {}}}
  guards: {title: Guards, serves: [safety], for: {wet: {}}, need: {fact: armed, is: true}}
  wells: {title: Wells, serves: [food, safety], for: {dry: {}}}
principles:
  non-return:
    title: Nobody is sent back
    source: [{cite: law, at: "art. 1", quote: "shall not be sent back"}]
    breached_when: {any: [{fact: sends_back, is: true}, {fact: shifts, is: true}]}
  no-delay:
    title: Help is not late
    source: {cite: law, at: "art. 2"}
    breached_when: {fact: late, is: true}
"""
DAY = date(2013, 6, 30)
WET = "context: wet\ntitle: Wet\nwhen: {fact: flood, is: true}\n"
DRY = "context: dry\ntitle: Dry\nwhen: {fact: drought, is: true}\n"


@cache
def _rules() -> RuleSet:
    return accept(build_rule_set([_document(RULES), _document(WET, "wet.yaml"), _document(DRY, "dry.yaml")], "plans"))


def _situation(facts: str, more: str = "") -> Situation:
    return accept(load_situation(_document(f"situation: one\nas_of: 2013-06-30\nfacts: {{{facts}}}\n{more}"), _rules()))


def _assessed(facts: str, response: str) -> ResponseCheck:
    found = assess(_rules(), _situation(facts, f"response: {response}")).response
    assert found is not None
    return found


def test_what_a_response_covers_lacks_and_leaves_unserved() -> None:
    found = _assessed("flood: true, drought: true", "{measures: [relief], facts: {sends_back: true}}")
    assert found == ResponseCheck(
        covered=("relief",),
        missing=("seeds", "tents", "wells"),
        open=(),
        not_needed=(),
        gaps=(
            Gap("tents", ("wet",), ("shelter",), ("shelter",)),
            Gap("wells", ("dry",), ("safety",), ("safety",)),
            Gap("seeds", ("wet", "dry"), (), ()),
        ),
        purposes=(
            Service("food", ("relief",), ("seeds", "wells"), (), ()),
            Service("safety", (), ("wells",), (), ("guards",)),
            Service("shelter", (), ("tents",), (), ()),
        ),
        conflicts=(Bearing("non-return", ("sends_back",)),),
        undetermined=(Bearing("no-delay", ("started",)),),
    )
    assert [service.standing for service in found.purposes] == ["served", "unserved", "unserved"]


def test_what_more_contexts_call_for_goes_first() -> None:
    found = _assessed("flood: true, drought: true", "{measures: []}")
    assert [(gap.measure, gap.contexts) for gap in found.gaps] == [
        ("seeds", ("wet", "dry")),
        ("relief", ("wet",)),
        ("tents", ("wet",)),
        ("wells", ("dry",)),
    ]


def test_a_measure_that_is_not_called_for_serves_nothing() -> None:
    found = _assessed("flood: true, drought: false, armed: true", "{measures: [wells, relief, tents]}")
    assert found.not_needed == ("wells",)
    assert [gap.measure for gap in found.gaps] == ["guards", "seeds"]
    assert found.gaps[0].alone == ("safety",)


def test_what_hangs_on_the_unknown_is_open() -> None:
    found = _assessed("flood: true, drought: false", "{measures: [guards, relief, tents]}")
    assert [(service.purpose, service.standing) for service in found.purposes] == [
        ("food", "served"),
        ("safety", "open"),
        ("shelter", "served"),
    ]
    assert [gap.fills for gap in found.gaps] == [()]


PRINTED = """\
RESPONSE
  A plan
  covered         Relief
  missing         Tents
                  Why: alone serves: Shelter; called for by Wet
  missing         Seeds
                  Why: called for by Wet, Dry
  missing         Wells
                  Why: called for by Dry
  conditional     Guards

PURPOSES
  unserved        Shelter
  cannot tell     Safety
                  Would be served by: Wells
                  Planned, and conditional: Guards

PRINCIPLES
  in conflict     Nobody is sent back
                  Breached by: Shifting: yes
                  Source: “shall not be sent back”, The law, art. 1
  undetermined    Help is not late
                  Waits for: Start
                  Source: The law, art. 2
"""


def _section(one: Assessment, first: str, after: str) -> str:
    text = TextReport(one).render()
    return text[text.index(first) : text.index(after)].rstrip() + "\n"


def test_the_report_as_it_is_printed() -> None:
    response = "response: {title: A plan, measures: [guards, relief], facts: {shifts: true, sends_back: false}}"
    one = assess(_rules(), _situation("flood: true, drought: true", response))
    assert _section(one, "RESPONSE", "\nStill unknown") == PRINTED


# --- a response kept apart ------------------------------------------------------------------------------------------


def test_a_plan_takes_the_place_of_the_response_and_of_what_is_said_of_it() -> None:
    own = _situation(
        "flood: true",
        "sources: {flood: seen, sends_back: told}\nkinds: {sends_back: documented}\n"
        "response: {title: Own, measures: [relief], facts: {sends_back: false}}\n",
    )
    text = "title: Plan\nmeasures: [tents]\nfacts: {shifts: true}\n"
    plan = accept(load_response(_document(text), _rules(), DAY))
    found = assess(_rules(), own, response=plan)
    assert found.situation.response == plan
    assert found.situation.all_facts == {"flood": True, "shifts": True}
    assert (found.situation.sources, found.situation.kinds) == ({"flood": "seen"}, {})
    assert found.response is not None
    assert found.response.covered == ("tents",)
    assert found.notes == (Note("response-replaced", "response", {"value": "Plan", "instead": "Own"}),)
    assert assess(_rules(), own.but(response=None), response=plan).notes == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "measures: [reliefs]\n",
            ["plan.yaml:1:12: error[unknown-id]: there is no measure `reliefs`", "did you mean `relief`?"],
        ),
        (
            "facts: {flood: true}\n",
            [
                "plan.yaml:1:9: error[misplaced-fact]: `flood` is about the situation",
                "it belongs in `facts` of the situation",
            ],
        ),
        (
            "response: {measures: [relief]}\n",
            [
                "plan.yaml:1:1: error[unknown-key]: the response has the unknown key `response`",
                "the file holds a response alone: title, measures, facts, note",
            ],
        ),
        (
            "- relief\n",
            ["plan.yaml:1:1: error[wrong-shape]: the response must be a mapping (`key: value`), not a list", None],
        ),
        ("title: A plan\nmeasures: []\nnote: for later\n", []),
    ],
)
def test_a_plan_that_is_wrong_is_complained_about_where_it_stands(text: str, said: list[str | None]) -> None:
    loaded = load_response(_document(text, "plan.yaml"), _rules(), DAY)
    assert [line for one in loaded.diagnostics for line in (str(one._replace(hint=None)), one.hint)] == said


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, which is the current one, with the rules, a situation and a plan."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    files = {
        "rules/rule-set.yaml": RULES,
        "rules/wet.yaml": WET,
        "rules/dry.yaml": DRY,
        "one.yaml": "situation: one\nas_of: 2013-06-30\nfacts: {flood: true, drought: false}\n",
        "two.yaml": "situation: two\nas_of: 2013-12-31\nfacts: {flood: true, drought: true}\n",
        "plan.yaml": "title: Plan\nmeasures: [relief]\nfacts: {shifts: false, started: 20 days ago}\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def _run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(
        main, ["assess", *arguments, "--rules", "rules"], input=text, env={"COLUMNS": "100"}, prog_name="comity"
    )


@pytest.mark.usefixtures("here")
def test_one_plan_for_several_situations() -> None:
    """A date that counts back does so from each situation's own day."""
    result = _run("one.yaml", "two.yaml", "--response", "plan.yaml")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.count("  covered         Relief\n") == 2
    assert result.stdout.count("  in conflict     Help is not late\n") == 2
    assert "Breached by: Start: 10 June 2013; Late: yes" in result.stdout
    assert "Breached by: Start: 11 December 2013; Late: yes" in result.stdout


@pytest.mark.usefixtures("here")
def test_a_plan_or_a_situation_from_standard_input() -> None:
    plan = Path("plan.yaml").read_text(encoding="utf-8")
    wanted = _run("one.yaml", "--response", "plan.yaml").stdout
    assert _run("one.yaml", "--response", "-", text=plan).stdout == wanted
    assert _run("-", "--response", "plan.yaml", text=Path("one.yaml").read_text(encoding="utf-8")).stdout == wanted
    result = _run("-", "--response", "-", text=plan)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(
        "Error: standard input holds one document: give the situation or the response as a file\n"
    )


@pytest.mark.usefixtures("here")
def test_a_plan_that_cannot_be_used_stops_everything() -> None:
    result = _run("one.yaml", "--response", "nowhere.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("Error: Invalid value for --response: there is no file `nowhere.yaml`\n")
    Path("wrong.yaml").write_text("measures: [reliefs]\n", encoding="utf-8")
    result = _run("one.yaml", "two.yaml", "--response", "wrong.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "wrong.yaml:1:12: error[unknown-id]: there is no measure `reliefs`\n    hint: did you mean `relief`?\n"
    )
    Path("broken.yaml").write_text("measures: [relief\n", encoding="utf-8")
    result = _run("one.yaml", "--response", "broken.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("broken.yaml:")


# --- cases to compare with ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_situations_of_a_folder_are_cases() -> None:
    Path("shelf").mkdir()
    told = {
        "a.yaml": "situation: a\ntitle: A flood\nas_of: 2012-06-30\nfacts: {flood: true}\n"
        "response: {measures: [tents, wells]}\n",
        "b.yaml": "situation: b\nas_of: 2012-06-30\nhypothetical: true\nfacts: {flood: true}\n",
        "one.yaml": "situation: one\nas_of: 2012-06-30\nfacts: {flood: true}\n",
        "plan.yaml": "measures: [relief]\n",
    }
    for name, text in told.items():
        Path("shelf", name).write_text(text, encoding="utf-8")
    result = _run("one.yaml", "--cases", "shelf")
    assert (result.exit_code, result.stderr) == (0, "")
    start = result.stdout.index("PRECEDENTS")
    assert result.stdout[start : result.stdout.index("\nStill unknown")] == (
        "PRECEDENTS\n"
        "  Wet (here: met)\n"
        "    met          A flood (a, 30 June 2012)\n"
        "                 most on point\n"
        "                 Shares: Flood\n"
        "                 Used, and called for here: Tents\n"
    )
    assert "PRECEDENTS" not in _run("one.yaml").stdout
    assert "PRECEDENTS" not in _run("one.yaml", "--cases", "none").stdout


@pytest.mark.usefixtures("here")
def test_cases_that_cannot_be_read_stop_everything() -> None:
    result = _run("one.yaml", "--cases", "nowhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(
        "Error: Invalid value for --cases: there is no folder `nowhere`; give one, `built-in` or `none`\n"
    )
    Path("shelf").mkdir()
    Path("shelf/a.yaml").write_text("situation: a\nas_of: 2012-06-30\nfacts: {flod: true}\n", encoding="utf-8")
    result = _run("one.yaml", "--cases", "shelf")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "shelf/a.yaml:3:9: error[unknown-fact]: there is no fact `flod`\n    hint: did you mean `flood`?\n"
    )
    result = _run("one.yaml", "--cases", "built-in")  # of those built in, what these rules cannot read is left out
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_page_compares_with_what_is_built_in_and_a_text_only_if_asked() -> None:
    def run(*arguments: str) -> str:
        return CliRunner().invoke(main, ["assess", "dadaab-2011", *arguments], env={"COLUMNS": "100"}).stdout

    for form in ("html", "markdown"):
        assert "goma-1994" in run("--format", form)
        assert "goma-1994" not in run("--format", form, "--cases", "none")
    for form in ("text", "json"):
        assert "goma-1994" not in run("--format", form)
        assert "goma-1994" in run("--format", form, "--cases", "built-in")
    assert run("--format", "html") == run("--format", "html", "--cases", "built-in")


def test_the_built_in_response_in_words() -> None:
    """A plan that closes the camps is in conflict, and the report names the fact and quotes the passage."""
    one = built_in("dadaab-2011")
    assert one.response is not None
    assert [gap.measure for gap in one.response.gaps] == list(one.response.missing)
    assert [service.purpose for service in one.response.purposes if service.standing == "unserved"] == [
        *("peace-and-dialogue", "durable-solution", "predictable-responses"),
    ]
