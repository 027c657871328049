"""What `comity diff` says of a change of rules is what walking through all situations shows, and what is printed runs.

The reports in `tests/golden/diff/` are of the two rule sets below, and of the course's rules with a lower threshold.
After a wanted change, regenerate them and read the difference:

    COMITY_REGENERATE=1 python -m pytest tests/test_difference.py -k golden
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result
from hypothesis import event, given, strategies as st

from comity.cli import main
from comity.engine.builtin import rules_folder
from comity.engine.checking import difference
from comity.engine.checking.cases import run_case
from comity.engine.checking.claims import Under, decide
from comity.engine.checking.difference import WORDS, Change, Comparison, Shown
from comity.engine.checking.edits import edits
from comity.engine.checking.flips import Flips
from comity.engine.checking.reach import Reach
from comity.engine.checking.witness import Witness
from comity.engine.language.diagnostic import accept
from comity.engine.language.model import Property, RuleSet, ValueType
from comity.engine.language.situation import load_cases
from comity.engine.language.source import Document, read
from comity.engine.language.truth import Kleene
from comity.engine.report.difference import Difference, case
from comity.engine.translation.smt import Translation
from comity.engine.translation.space import Script, Space
from tests.brute import AS_OF, FLAVOURS, Claim, Small, domain, evaluator, finite, reread, rules_of, size
from tests.strategies import Choose, Scope, Tree, World, drawing, picking, write

GOLDEN = Path(__file__).parent / "golden" / "diff"
LIMIT = 3_000_000
MOST = 3_000
EMPTY = "no situation is possible: what is `impossible` leaves none"
UNWRITTEN = "the situation that was found cannot be written down"


# --- small rule sets, against all their situations ------------------------------------------------------------------


class Pair(NamedTuple):
    """Two rule sets: the second is the first with a few things written otherwise."""

    worlds: tuple[World, World]
    old: RuleSet
    new: RuleSet

    def __repr__(self) -> str:
        return "\n---\n".join("\n".join(map(write, world.documents)) for world in self.worlds)


def pair(choose: Choose) -> Pair:
    """Return a small rule set, and the same with other conditions, and perhaps another parameter or exclusion."""
    maker = Small(choose, choose(FLAVOURS))
    old = maker.world()
    documents = deepcopy(old.documents)
    sections = [one["criteria"] for one in documents if "criteria" in one]
    every = [(section, name) for section in sections for name in section]
    given = {
        name: fact
        for name, fact in maker.scope.facts.items()
        if not any("derive" in one for one in (fact, *fact.get("columns", {}).values()))
    }
    scope = Scope(facts=given, parameters=maker.scope.parameters)
    for _ in range(choose((1, 2))):
        section, name = choose(every)
        section[name]["when"] = _rewritten(maker, section[name]["when"], scope)
    if "p" in maker.scope.parameters and choose((False, True)):
        documents[0]["parameters"]["p"] = {"value": maker.literal("number"), "basis": "editorial"}
    if maker.chance(4):
        documents[0]["impossible"] = [{"when": maker.condition(2, scope), "note": "it cannot be either"}]
    new = World(documents, old.as_of)
    return Pair((old, new), old.load(), new.load())


def _rewritten(maker: Small, when: Tree, scope: Scope) -> Tree:
    other = maker.condition(2, scope)
    return maker.choose(
        (
            other,
            {"all": [when, other]},
            {"any": [when, other]},
            {"not": {"not": when}},
            {"all": [when, {"any": [other, {"not": other}]}]},
        )
    )


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    return pair(drawing(draw))


def _met_now(old: Kleene, new: Kleene) -> bool:
    return old is False and new is True


def _met_before(old: Kleene, new: Kleene) -> bool:
    return old is True and new is False


def _unlike(old: Kleene, new: Kleene) -> bool:
    return old is not new


class Alike(Claim):
    """The claim that a conclusion never comes out as `shows` says, and how the evaluator sees it."""

    def __init__(self, one: Pair, name: str, shows: Callable[[Kleene, Kleene], bool]) -> None:
        both = (*one.old.impossible, *one.new.impossible)
        super().__init__(one.new.but(impossible=both), Property(id="alike", title="Alike", kind="equals"))
        self.shows = shows
        self.sides = [
            evaluator(rules, None, [rules.conditions(rules.default_reading)[name]]) for rules in (one.old, one.new)
        ]

    def refuted(self, facts: Tree, changed: Tree = None, part: int = 0) -> bool:  # noqa: ARG002  # as it is inherited
        return self.shows(*(side(facts).of[0] for side in self.sides))


def approximate(one: Pair, name: str) -> bool:
    """Tell whether the solver has no form for something of a conclusion, or of what is impossible."""
    script = Script()
    space = Space(script, AS_OF)
    for rules in (one.old, one.new):
        translation = Translation(space, rules)
        translation.conclusion(name)
        translation.impossible()
    return bool(script.approximate)


def judge(one: Pair, name: str, change: Change) -> str:
    """Return what became of a conclusion, having held it to brute force."""
    if change.change == "undecided":
        assert change.why in (EMPTY, UNWRITTEN) or (change.why or "").startswith("the solver has no form for ")
        return "undecided"
    ways = [(_met_now, change.only_new), (_met_before, change.only_old)]
    words = {(False, False): "same", (True, False): "more", (False, True): "less", (True, True): "incomparable"}
    assert change.change == words[change.only_new is not None, change.only_old is not None]
    if change.change == "same" and change.why is None:
        ways.append((_unlike, change.missing))
    else:
        assert change.missing is None
    open_ended = any(one.old.impossible + one.new.impossible) and any(_tables(one.new))  # a completion may need rows
    exact = finite(one.new.facts) and not approximate(one, name) and not open_ended
    for shows, shown in ways:
        claim = Alike(one, name, shows)
        if shown is not None:
            confirm(claim, one.new, change, shown)
            assert open_ended or claim.allowed(shown.facts)
        within = domain(one.new, ranges=shows is _unlike, most=MOST)
        if within is None:
            return f"{change.change}, too large"
        least = claim.smallest(within)
        if shown is None:
            assert least is None
        elif exact and all(len(shown.facts.get(table, ())) <= within.rows for table in _tables(one.new)):
            assert Witness(shown.facts, AS_OF) == least
        elif not approximate(one, name):
            assert least is None or size(one.new, Witness(shown.facts, AS_OF)) <= size(one.new, least)
    return change.change if change.missing is None else "same, but differs where facts are missing"


def _tables(rules: RuleSet) -> Iterator[str]:
    return (name for name, fact in rules.facts.items() if fact.value_type is ValueType.TABLE)


def confirm(claim: Alike, rules: RuleSet, change: Change, shown: Shown) -> None:
    """Assert that what a file says of a situation shows what it is said to show, and is possible."""
    facts = reread(rules, shown.facts)
    assert facts == shown.facts
    words = WORDS[change.kind]
    assert (shown.old, shown.new) == tuple(words[side(facts).of[0]] for side in claim.sides)
    assert claim.refuted(facts)
    assert not claim.excluded(facts)


def comparison(one: Pair) -> Comparison:
    return Comparison(Under(one.old), Under(one.new))


@given(pairs())
def test_what_becomes_of_a_conclusion_is_what_all_situations_show(one: Pair) -> None:
    both = comparison(one)
    for name in both.kinds:
        event(judge(one, name, both.change(name, AS_OF, LIMIT)))


def test_little_is_left_undecided_of_small_rule_sets() -> None:
    results: Counter[str] = Counter()
    for seed in range(60):
        both = comparison(pair(picking(seed)))
        for name in both.touched:
            change = both.change(name, AS_OF, LIMIT)
            results[EMPTY if change.why == EMPTY else "missing" if change.missing else change.change] += 1
    assert min(results[word] for word in ("same", "more", "less", "incomparable", "missing", EMPTY)) > 3
    assert results["undecided"] * 10 < results.total()


_TURNED = {"more": "less", "less": "more"}


@given(pairs())
def test_the_other_way_round_more_is_less(one: Pair) -> None:
    there, back = comparison(one), comparison(Pair(one.worlds[::-1], one.new, one.old))
    assert there.touched == back.touched
    for name in there.touched:
        change = there.change(name, AS_OF, LIMIT)
        shown = [
            each and each._replace(old=each.new, new=each.old)
            for each in (change.only_old, change.only_new, change.missing)
        ]
        turned = back.change(name, AS_OF, LIMIT)
        assert turned.change == _TURNED.get(change.change, change.change)
        assert [turned.only_new, turned.only_old, turned.missing, turned.rows] == [*shown, change.rows]


def test_rows_matter_neither_way() -> None:
    """Found: any number of rows one way, up to 3 the other: it mattered what was asked for first."""
    facts = "facts: {n: {type: count}, t: {type: table, columns: {v: {type: count}}}}\n"
    when = "{some: t, where: {fact: v, at_least: {fact: n}}}"
    more = f"{{all: [{when}, {{any: [{{fact: n, at_least: 1}}, {{fact: n, less_than: 1}}]}}]}}"
    one, other = (rules_of(f"{facts}criteria: {{c: {{title: C, when: {text}}}}}\n") for text in (when, more))
    changes = [Comparison(Under(a), Under(b)).change("c", AS_OF) for a, b in ((one, other), (other, one))]
    assert [(change.change, change.rows) for change in changes] == [("same", None), ("same", None)]


@given(pairs())
def test_a_rule_set_compared_with_itself_does_not_differ(one: Pair) -> None:
    again = one.worlds[0].load()
    both = Comparison(Under(one.old), Under(again))
    assert (both.touched, both.added, both.removed, edits(one.old, again)) == ([], {}, {}, [])
    assert [both.change(name) for name in both.kinds] == [Change(name, kind) for name, kind in both.kinds.items()]


@given(pairs())
def test_a_part_of_a_rule_set_says_what_the_whole_says(one: Pair) -> None:
    within = domain(one.new, most=50_000)
    if within is None:
        return
    reading = one.new.default_reading
    conditions = one.new.conditions(reading)
    reach = Reach(Under(one.new))
    for name, condition in conditions.items():
        part = reach.part([name])
        assert part.conditions(reading)[name] == condition
        sides = [evaluator(rules, None, [condition]) for rules in (one.new, part)]
        for facts in islice(within.situations(), 0, None, 97):
            assert sides[0](facts) == sides[1](facts)


@given(pairs())
def test_every_case_that_is_printed_comes_out_as_it_says(one: Pair) -> None:
    both = comparison(one)
    changes = tuple(both.change(name, AS_OF, LIMIT) for name in both.touched)
    found = Difference("old", "new", both.old, both.new, changes, Flips(0, (), ()), ())
    for change in changes:
        for shown in filter(None, (change.only_new, change.only_old, change.missing)):
            (read_again,) = _cases(one.new, case(found, change, shown))
            assert read_again.all_facts == shown.facts
            assert run_case(one.new, read_again).failures == ()


def _cases(rules: RuleSet, lines: list[str]) -> Tree:
    document = read("\n".join(["cases:", *lines]).encode(), "printed.cases.yaml")
    assert isinstance(document, Document)
    return accept(load_cases(document, rules))


# --- what is printed ------------------------------------------------------------------------------------------------

OLD = {
    "rule-set.yaml": """\
rule_set: reception
version: 1.0.0
title: Reception
sources:
  handbook: {title: A handbook, date: 2012-05-01}
  leaflet: {title: A leaflet}
parameters:
  many: {value: 100, unit: people, basis: editorial, note: ours}
  long: {value: 2 years, basis: course, source: {cite: handbook, at: p. 1}}
readings:
  usual: {title: As written, default: true}
  strict: {title: Strictly, set: {many: 500}}
facts:
  people: {type: count, unit: people, title: People}
  beds: {type: count, unit: people, title: Beds}
  tents: {type: boolean, title: Tents}
  stay: {type: duration, title: Stay}
  sent_back: {type: boolean, title: Sent back, about: response}
  groups:
    type: table
    title: Groups
    columns:
      name: {type: text}
      size: {type: count, title: Size}
criteria:
  crowd: {title: Many people, when: {fact: people, at_least: {parameter: many}}}
  short: {title: Too few beds, when: {fact: people, more_than: {fact: beds}}}
  tented: {title: There are tents, when: {fact: tents, is: true}}
  settled: {title: They stay, when: {fact: stay, at_least: {parameter: long}}}
  old-rule: {title: "*Old* rule", when: {fact: tents, is: false}}
principles:
  no-return: {title: Nobody is sent back, breached_when: {fact: sent_back, is: true}}
""",
    "contexts.yaml": """\
context: crowded
title: Crowded | full
when: {all: [{criterion: crowd}, {criterion: short}]}
""",
    "group.yaml": "context: grouped\ntitle: Groups\nwhen: {some: groups, where: {fact: size, at_least: 10}}\n",
    "stay.yaml": "context: long-stay\ntitle: A long stay\nwhen: {criterion: settled}\n",
    "measures.yaml": """\
purposes: {relief: {title: Relief}}
measures:
  help: {title: Help, serves: [relief], for: {crowded: {}}}
  advice: {title: Advice, serves: [relief], for: {grouped: {}}}
""",
    "crowded.cases.yaml": """\
cases:
  - {name: ninety, as_of: 2013-01-31, facts: {people: 90, beds: 10}, expect: {crowded: not-met}}
  - {name: with tents, as_of: 2013-01-31, facts: {people: 100, beds: 10, tents: true}, expect: {old-rule: not-met}}
  - {name: strictly, as_of: 2013-01-31, reading: strict, facts: {people: 90, beds: 10}, expect: {crowded: not-met}}
""",
}
CHANGED: dict[str, list[tuple[str, str]]] = {
    "rule-set.yaml": [
        ("version: 1.0.0", "version: 1.1.0"),
        ("title: A leaflet", "title: A better leaflet"),
        ("value: 100, unit: people", "value: 80, unit: people"),
        ("set: {many: 500}", "set: {many: 400}"),
        ("stay: {type: duration, title: Stay}", "stay: {type: count, unit: months, title: Stay}"),
        ("at_least: {parameter: long}", "at_least: 24"),
        ("beds: {type: count, ", "beds: {type: count, max: 1000, "),
        ("tents: {type: boolean, title: Tents}", "tents: {type: boolean, title: Tents}\n  huts: {type: boolean}"),
        ("{fact: tents, is: true}", "{all: [{fact: tents, is: true}, {any: [{fact: huts, is: true}, "
         "{fact: huts, is: false}]}]}"),
        ('  old-rule: {title: "*Old* rule", when: {fact: tents, is: false}}\n', ""),
        ("title: Nobody is sent back, breached_when: {fact: sent_back, is: true}", "title: Nobody is returned, "
         "breached_when: {any: [{fact: sent_back, is: true}, {fact: tents, is: false}]}"),
        ("      size:", "      here: {type: boolean, title: Here}\n      size:"),
    ],
    "group.yaml": [("{fact: size, at_least: 10}", "{any: [{fact: size, at_least: 20}, {fact: here, is: true}]}")],
    "crowded.cases.yaml": [("people: 100, beds: 10, tents: true}", "people: 100, beds: 10, tents: true, huts: true}")],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test begin in an empty folder."""
    monkeypatch.chdir(tmp_path)


def _write(folder: str, files: dict[str, str]) -> None:
    Path(folder).mkdir(parents=True)
    for name, text in files.items():
        Path(folder, name).write_text(text, encoding="utf-8")


def _new(changes: dict[str, list[tuple[str, str]]] = CHANGED) -> dict[str, str]:
    files = dict(OLD)
    for name, each in changes.items():
        for before, after in each:
            assert files[name].count(before) == 1, before
            files[name] = files[name].replace(before, after)
    return files


@pytest.fixture
def sides() -> None:
    _write("old", OLD)
    _write("new", _new())


def _run(*arguments: str) -> Result:
    env = {"COLUMNS": "100", "NO_COLOR": None, "FORCE_COLOR": None}
    return CliRunner().invoke(main, ["diff", *arguments], env=env, prog_name="comity")


def _told(*arguments: str) -> list[str]:
    """Return what is printed of a comparison that needs no complaint, line by line."""
    result = _run(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()


def _refused(*arguments: str) -> str:
    """Return why the command says that it was used wrongly."""
    result = _run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    return (
        result.stderr.splitlines()[-1].removeprefix("Error: Invalid value: ").removeprefix("Error: Invalid value for ")
    )


@pytest.mark.usefixtures("sides")
@pytest.mark.parametrize(("form", "ending"), [("text", "txt"), ("json", "json"), ("markdown", "md")])
def test_golden_reports(form: str, ending: str) -> None:
    _golden(f"reception.{ending}", _run("old", "new", "--format", form))


def _golden(name: str, result: Result) -> None:
    assert (result.exit_code, result.stderr) == (0, "")
    file = GOLDEN / name
    if os.environ.get("COMITY_REGENERATE"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(result.stdout, encoding="utf-8")
    assert result.stdout == file.read_text(encoding="utf-8")


def test_golden_report_of_a_lower_threshold() -> None:
    """The course's rules with 20,000 refugees for 25,000."""
    shutil.copytree(rules_folder() / "oas-2013", "lower")
    file = Path("lower", "rule-set.yaml")
    file.write_text(file.read_text(encoding="utf-8").replace("value: 25000", "value: 20000"), encoding="utf-8")
    _golden("oas-2013.txt", _run("oas-2013", "lower"))


@pytest.mark.usefixtures("sides")
@pytest.mark.parametrize(("form", "ending"), [("text", "txt"), ("json", "json"), ("markdown", "md")])
def test_a_report_goes_to_a_file(form: str, ending: str) -> None:
    result = _run("old", "new", "--format", form, "-o", "report")
    assert (result.exit_code, result.output) == (0, "")
    assert Path("report").read_text(encoding="utf-8") == (GOLDEN / f"reception.{ending}").read_text(encoding="utf-8")


def _few(change: list[tuple[str, str]], *arguments: str, file: str = "rule-set.yaml") -> list[str]:
    """Return what is printed of a few changes in one file, without the names of the sides."""
    _write("old", OLD)
    _write("new", _new({file: change}))
    return _told("old", "new", *arguments)[2:]


SAME = ["", "contexts", "  same: crowded, grouped, long-stay", "", "measures", "  same: help, advice"]


def test_what_only_reads_otherwise_is_listed_and_nothing_else() -> None:
    assert _few(
        [
            ("title: Many people", "title: A crowd"),
            ("basis: course, source: {cite: handbook, at: p. 1}", "basis: instrument, source: {cite: leaflet}"),
            ("note: ours", "note: still ours"),
        ]
    ) == [
        *SAME,
        "",
        "written otherwise",
        "  parameter many: note changed",
        "  parameter long: source handbook, p. 1 -> leaflet; basis course -> instrument",
        "  criterion crowd: title Many people -> A crowd",
        "",
        "3 things written otherwise",
    ]


def test_which_rows_are_counted_is_part_of_what_is_written() -> None:
    """Found: the same words before and after, where only what the rows have to meet was another."""

    def counted(size: int) -> dict[str, str]:
        where = f"where: {{any: [{{fact: size, at_least: {size}}}, {{fact: name, is: A}}]}}"
        return {**OLD, "count.yaml": f"facts:\n  large: {{type: count, derive: {{count: groups, {where}}}}}\n"}

    _write("old", counted(1))
    _write("new", counted(2))
    said = "the rows of Groups; of Groups, the rows where Size is at least {} or name is A"
    assert _told("old", "new")[-3:] == [
        f"  fact large: derive {said.format(1)} -> {said.format(2)}",
        "",
        "1 thing written otherwise",
    ]


def test_nothing_differs_where_only_comments_and_places_do() -> None:
    assert _few([("rule_set: reception", "# A comment.\n\nrule_set: reception")]) == [*SAME, "", "nothing differs"]


def test_nothing_is_solved_for_what_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def noted(question: Tree, as_of: date, limit: int) -> Tree:
        asked.extend(question.unders[1].rules.conditions(None))
        return decide(question, as_of, limit)

    monkeypatch.setattr(difference, "decide", noted)
    lines = _few([("value: 2 years", "value: 3 years")])
    assert [line for line in lines if line.endswith((": more", ": less"))] == [
        "  long-stay: less",
        "  criterion settled: less",
    ]
    assert Counter(asked) == {"settled": 4, "long-stay": 2}


def test_a_chain_of_any_length_is_followed() -> None:
    def chain(first: int) -> RuleSet:
        derived = (f"  f{n}: {{type: number, derive: {{fact: f{n - 1}}}}}\n" for n in range(1, 3000))
        return rules_of(
            f"facts:\n  f0: {{type: count, max: {first}}}\n{''.join(derived)}"
            "criteria: {last: {title: Last, when: {fact: f2999, at_least: 1}}}\n"
        )

    assert Comparison(Under(chain(1)), Under(chain(1))).touched == []
    assert Comparison(Under(chain(1)), Under(chain(2))).touched == ["last"]


SETTLED = "when: {fact: stay, at_least: {parameter: long}}"


def test_a_reading_is_compared_with_itself() -> None:
    assert _few([("set: {many: 500}", "set: {many: 400}")], "--reading", "strict")[:13] == [
        "",
        "contexts",
        "  crowded: more",
        "    Crowded | full: met wherever it was before, and in more situations",
        "    met only now: not met before, met now, on 31 December 2012:",
        "      People: 400 people",
        "      Beds: 0 people",
        "    as a case:",
        "      - name: crowded comes out met, before not met",
        "        as_of: 2012-12-31",
        "        reading: strict",
        "        facts:",
        "          people: 400",
    ]
    assert (
        _refused("old", "new", "--reading", "strct") == "--reading: OLD has no reading `strct`; did you mean `strict`?"
    )


def test_each_interval_between_dated_parameters_is_asked_about() -> None:
    _write("old", _new({"rule-set.yaml": [("value: 2 years", "values: {2000-01-01: 2 years, 2010-01-01: 3 years}")]}))
    _write("new", _new({"rule-set.yaml": [("value: 2 years", "values: {2000-01-01: 1 year, 2010-01-01: 4 years}")]}))
    lines = _told("old", "new")
    assert lines[4:21] == [
        "  long-stay: incomparable",
        "    A long stay: met in some situations only now, and in others no longer",
        "    met only now: not met before, met now, on 1 January 2000:",
        "      Stay: 1 year",
        "    as a case:",
        "      - name: long-stay comes out met, before not met",
        "        as_of: 2000-01-01",
        "        facts:",
        "          stay: 1 year",
        "        expect: {long-stay: met}",
        "    no longer met: met before, not met now, on 1 January 2010:",
        "      Stay: 3 years",
        "    as a case:",
        "      - name: long-stay comes out not met, before met",
        "        as_of: 2010-01-01",
        "        facts:",
        "          stay: 3 years",
    ]
    assert lines[-3] == (
        "  parameter long: value 2 years from 1 January 2000, 3 years from 1 January 2010 -> "
        "1 year from 1 January 2000, 4 years from 1 January 2010"
    )
    assert "  long-stay: less" in _told("old", "new", "--as-of", "2012-01-01")


def test_an_answer_that_is_not_finished_names_the_limit_and_the_solver() -> None:
    import z3

    lines = _few([("at_least: {parameter: long}", "more_than: {parameter: long}")], "--limit", "1")
    why = f"the limit of 1 steps was reached (z3 {z3.get_version_string()})"
    assert lines[2:4] == ["  long-stay: undecided", f"    A long stay: not decided: {why}"]
    assert f"  criterion settled: undecided ({why})" in lines
    assert _run("old", "new", "--limit", "1", "--exit-code").exit_code == 1


def test_what_is_claimed_of_tables_and_of_what_is_possible_says_so() -> None:
    impossible = "impossible: [{when: {fact: stay, less_than: 6 months}, note: Nobody leaves at once.}]\ncriteria:"
    _write("old", _new({"rule-set.yaml": [("criteria:", impossible)]}))
    _write(
        "new",
        _new(
            {
                "rule-set.yaml": [("criteria:", impossible), (SETTLED, f"{SETTLED[:6]}{{any: [{SETTLED[6:]}, "
                 "{fact: stay, at_most: 3 months}]}")],
                "group.yaml": [("at_least: 10}", "at_least: 20}")],
            }
        ),
    )  # fmt: skip
    lines = _told("old", "new")
    assert lines[4:8] == [
        "  grouped: less",
        "    Groups: met only where it was before, and in fewer situations",
        "    shown for tables of up to 3 rows",
        "    no longer met: met before, not met now, on 31 December 2012:",
    ]
    found = json.loads(_run("old", "new", "--format", "json").stdout)["conclusions"]["settled"]
    assert (found["change"], found["impossible"]) == ("same", ["Nobody leaves at once."])


# --- situations and cases as they stand -----------------------------------------------------------------------------

FEWER = [("value: 100, unit: people", "value: 80, unit: people")]


def _flips(lines: list[str]) -> list[str]:
    """Return what is printed of situations and cases."""
    start = lines.index("situations and cases") if "situations and cases" in lines else lines.index("not compared")
    end = lines.index("written otherwise") - 1
    return lines[start:end]


def test_cases_of_both_sides_are_compared_each_once() -> None:
    cases = OLD["crowded.cases.yaml"]
    _write("old", {**OLD, "crowded.cases.yaml": cases.replace("people: 100", "people: 99")})
    _write("new", {**_new({"rule-set.yaml": FEWER}), "moved.cases.yaml": cases, "crowded.cases.yaml": cases})
    assert _flips(_told("old", "new")) == [
        "situations and cases",
        "  new/crowded.cases.yaml:2:5: ninety",
        "    crowded: not met -> met",
        "    help: not called for -> called for",
        "  old/crowded.cases.yaml:3:5: with tents",
        "    crowded: not met -> met",
        "    help: not called for -> called for",
    ]


def test_a_case_that_one_side_cannot_take_says_why() -> None:
    _write("old", OLD)
    files = _new(
        {
            "rule-set.yaml": [
                ("tents: {type: boolean", "tents: {type: count"),
                ("{fact: tents, is: true}", "{fact: tents, at_least: 1}"),
                ("{fact: tents, is: false}", "{fact: tents, at_most: 0}"),
            ]
        }
    )
    files["crowded.cases.yaml"] = "cases:\n  - {name: bare, facts: {people: 90}, expect: {crowded: met}}\n"
    _write("new", files)
    assert _flips(_told("old", "new")) == [
        "not compared",
        "  new/crowded.cases.yaml:2:5: bare: it cannot be read under either rule set: a case lacks `as_of`",
        "  old/crowded.cases.yaml:3:5: with tents: it cannot be read under the new rules: "
        "`tents` must be a number, not `true`",
    ]


ONE = "situation: one\nfacts: {people: 90, beds: 1}\nsources: {nobody: x}\nresponse: {measures: [no-such]}\n"
TWO = "situation: two\nas_of: 2013-01-31\nfacts: {people: 20, beds: 1}\nexpect: {contexts: {gone: met}}\n"


def test_other_situations_can_be_named() -> None:
    """What they expect, cite and plan may name what only one rule set has: it bears on no verdict."""
    _write("old", OLD)
    _write("new", _new({"rule-set.yaml": FEWER}))
    _write("situations", {"one.yaml": ONE, "two.yaml": TWO, "note.yaml": "note: nothing\n"})
    turned = ["    crowded: not met -> met", "    help: not called for -> called for"]
    lines = _told("old", "new", "--situations", "situations", "--as-of", "2012-12-31")
    assert _flips(lines) == ["situations and cases", "  situations/one.yaml:1:1: one", *turned]
    assert lines[-1].split("; ")[1] == "1 of 2 situations and cases comes out otherwise"
    lines = _told("old", "new", "--situations", "situations/two.yaml", "--situations", "situations/one.yaml")
    lacking = "  situations/one.yaml:1:1: one: it cannot be read under either rule set: a case lacks `as_of`"
    assert _flips(lines) == ["not compared", lacking]
    named = ("old", "new", "--situations")
    assert _refused(*named, "no.yaml") == "--situations: there is no situation, file or folder `no.yaml`"
    nothing = "--situations: there is no situation and no case in what is named"
    assert _refused(*named, "situations/note.yaml") == nothing
    Path("situations", "broken.yaml").write_text("a: [", encoding="utf-8")
    result = _run(*named, "situations")
    assert (result.exit_code, result.stdout) == (1, "")
    assert [line.split(": ")[:2] for line in result.stderr.splitlines()] == [
        ["situations/broken.yaml:1:5", "error[not-yaml]"],
        ["    hint", "fill it in, and quote a text that begins with `,`, `]` or `}`"],
    ]


def test_the_built_in_situations_are_for_the_built_in_rule_sets() -> None:
    found = json.loads(_run("oas-2013", "oas-2013", "--format", "json").stdout)
    assert (found["differs"], found["situations"]["changed"], found["situations"]["not_compared"]) == (False, [], [])
    assert found["situations"]["compared"] > 40
    _write("old", OLD)
    assert json.loads(_run("old", "old", "--format", "json").stdout)["situations"]["compared"] == 3


# --- exit codes -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("sides")
def test_exit_codes() -> None:
    assert _run("old", "new").exit_code == 0
    assert _run("old", "new", "--exit-code").exit_code == 1
    assert _run("old", "old", "--exit-code").exit_code == 0
    Path("new", "rule-set.yaml").write_text("rule_set: x\n", encoding="utf-8")
    Path("old", "stay.yaml").write_text("context: x\n", encoding="utf-8")
    result = _run("old", "new")
    assert (result.exit_code, result.stdout) == (1, "")
    assert [line.split(": ")[0] for line in result.stderr.splitlines() if "error[missing-key]" in line] == [
        "old/stay.yaml:1:1",
        "new/rule-set.yaml:1:1",
    ]


# --- git ------------------------------------------------------------------------------------------------------------


def _git(*arguments: str) -> None:
    identity = {
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    env = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], check=True, capture_output=True, env=env)


@pytest.fixture
def repository() -> None:
    """Make the current folder a repository with two commits: `rules/ours`, old and new."""
    _git("init", "-b", "main")
    _write("rules/ours", OLD)
    _git("add", ".")
    _git("commit", "-m", "old")
    for name, text in _new().items():
        Path("rules", "ours", name).write_text(text, encoding="utf-8")
    _git("commit", "-am", "new")


def _sides(*arguments: str) -> tuple[list[str], list[str]]:
    """Return how the sides are called in a comparison, and what is printed of it."""
    lines = _told(*arguments)
    return lines[:2], lines[2:]


@pytest.mark.usefixtures("repository")
def test_revisions_are_compared_without_a_working_tree() -> None:
    _write("old", OLD)
    _write("new", _new())
    heads, lines = _sides("HEAD~1:rules/ours", "HEAD:rules/ours")
    assert heads == ["old: HEAD~1:rules/ours (reception 1.0.0)", "new: HEAD:rules/ours (reception 1.1.0)"]
    assert lines == [line.replace("new/", "HEAD:rules/ours/") for line in _told("old", "new")[2:]]
    shutil.rmtree("rules")
    before = subprocess.run(["git", "status", "--porcelain"], capture_output=True, check=True).stdout
    assert _sides("HEAD~1", "main:rules/ours/")[1] == [line.replace("HEAD:", "main:") for line in lines]
    assert subprocess.run(["git", "status", "--porcelain"], capture_output=True, check=True).stdout == before


@pytest.mark.usefixtures("repository")
def test_a_revision_alone_means_the_folder_of_the_other_side(monkeypatch: pytest.MonkeyPatch) -> None:
    heads, lines = _sides("HEAD~1", "rules/ours")
    assert heads == ["old: HEAD~1:rules/ours (reception 1.0.0)", "new: rules/ours (reception 1.1.0)"]
    assert _sides("HEAD", "rules/ours")[1] == [*SAME, "", "nothing differs"]
    assert _sides("rules/ours", "HEAD~1")[0] == [
        "old: rules/ours (reception 1.1.0)",
        "new: HEAD~1:rules/ours (reception 1.0.0)",
    ]
    monkeypatch.chdir("rules")
    assert _sides("HEAD~1:./ours", "HEAD:../rules/ours")[0] == [
        "old: HEAD~1:./ours (reception 1.0.0)",
        "new: HEAD:../rules/ours (reception 1.1.0)",
    ]
    monkeypatch.chdir("ours")
    assert _sides("HEAD~1", ".") == (
        ["old: HEAD~1:rules/ours (reception 1.0.0)", "new: . (reception 1.1.0)"],
        [line.replace("rules/ours/", "") for line in lines],
    )
    assert _sides("HEAD~1:./", "HEAD:rules/ours")[0][0] == "old: HEAD~1:. (reception 1.0.0)"


@pytest.mark.usefixtures("repository")
def test_a_folder_elsewhere_is_looked_up_in_its_own_repository(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A hook says which repository it runs in, which is not that of every folder."""
    folder = Path("rules", "ours").resolve()
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    monkeypatch.setenv("GIT_DIR", ".git")
    assert _sides("HEAD~1", str(folder))[0][0] == "old: HEAD~1:rules/ours (reception 1.0.0)"


@pytest.mark.usefixtures("repository")
def test_what_names_no_rule_set_is_told_in_plain_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ours = "rules/ours"
    builtin = "built in: excom-100-109, oas-2013, unhcr-global-trends"
    assert _refused("HEAD", "nowhere") == f"there is no rule set or revision `nowhere`; {builtin}"
    assert _refused("oas-2014", ours) == "there is no rule set or revision `oas-2014`; did you mean `oas-2013`?"
    assert _refused("gone:x", ours) == "there is no revision `gone` in this clone of the repository"
    assert _refused("HEAD:gone", ours) == "there is no folder `gone` in the revision `HEAD`"
    file = "rules/ours/stay.yaml"
    assert _refused(f"HEAD:{file}", ours) == f"`{file}` in the revision `HEAD` is a file, not a folder"
    assert _refused("HEAD", "main") == "`HEAD` is a revision: say of which folder, like `HEAD:rules/my-rules`"
    for name in (":rules/ours", "--", "-n:rules"):
        bad = f"`{name}` names no revision: write it like `main:rules/my-rules`"
        assert _refused("--", name, ours) == (
            bad if ":" in name else f"there is no rule set or revision `{name}`; {builtin}"
        )
    for name in ("^HEAD:rules/ours", "HEAD~1..HEAD:rules/ours"):
        revision = name.partition(":")[0]
        assert _refused(name, ours) == f"there is no revision `{revision}` in this clone of the repository"
    _write("rules/new", OLD)
    assert _refused("HEAD", "rules/new") == "there is no folder `rules/new` in the revision `HEAD`"
    monkeypatch.chdir(tmp_path.parent)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert _refused("HEAD:x", "oas-2013") == "`HEAD:x` names a revision, and this is no git repository"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert _refused("HEAD:x", "oas-2013") == "`HEAD:x` names a revision, and git is not installed"


def _commit(files: dict[str, str]) -> None:
    for name, text in files.items():
        path = Path("rules", "ours", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _git("add", "-A")
    _git("commit", "-m", "more")


@pytest.mark.usefixtures("repository")
def test_what_is_wrong_in_a_revision_is_told_with_its_place() -> None:
    _commit({"stay.yaml": "context: long-stay\nwhen: {criterion: setled}\n", "bad.cases.yaml": "cases: [\n"})
    result = _run("HEAD", "rules/ours")
    assert (result.exit_code, result.stdout) == (1, "")
    told = [line for line in result.stderr.splitlines() if "HEAD:" in line]
    assert told == [
        "HEAD:rules/ours/stay.yaml:1:1: error[missing-key]: the context `long-stay` lacks `title`",
        "HEAD:rules/ours/stay.yaml:2:19: error[unknown-conclusion]: there is no criterion `setled`",
        "HEAD:rules/ours/bad.cases.yaml:2:1: error[not-yaml]: this is not well-formed YAML: a value is missing here",
    ]


@pytest.mark.usefixtures("repository")
def test_a_revision_is_read_as_a_folder_is() -> None:
    _commit({".hidden/x.yaml": "nonsense", "notes.txt": "nonsense", "sub/form.yaml": FORM})
    os.rename("rules/ours/measures.yaml", "rules/ours/measures.txt")
    os.symlink("../measures.txt", "rules/ours/sub/measures.yaml")
    _commit({})
    assert _told("HEAD", "rules/ours")[-1] == "nothing differs"
    os.symlink("/etc/hostname", "rules/ours/out.yaml")
    _commit({"odd.yml": "nonsense"})
    for name in ("HEAD:rules/ours", "rules/ours"):
        result = _run(name, "rules/ours")
        assert result.exit_code == 1
        assert result.stderr.splitlines()[:4] == [
            f"{name}/odd.yml:1:1: error[unknown-kind-of-file]: `{name}/odd.yml` is not read: "
            "the names of a rule set's files end in `.yaml`",
            f"    hint: rename it to `{name}/odd.yaml`",
            f"{name}/out.yaml:1:1: error[unreadable-file]: `{name}/out.yaml` is a link that leads out of the folder",
            "    hint: put the file itself into the folder",
        ]


FORM = "forms: {together: {title: Together, when: {context: crowded}}}\n"


@pytest.mark.usefixtures("repository")
def test_a_revision_has_the_limits_of_a_folder() -> None:
    def told(name: str) -> list[str]:
        result = _run(name, "rules/ours")
        assert result.exit_code == 1
        told = (line.replace(name, "X") for line in result.stderr.splitlines() if line.startswith(name))
        return [*dict.fromkeys(told)]

    sides = ("HEAD:rules/ours", "rules/ours")
    _commit({"large.yaml": f"# {'x' * 2_000_000}\n"})
    assert told(sides[0]) == told(sides[1]) != []
    _commit({"large.yaml": "# x\n", **{f"{number}.yaml": f"# {number}\n" for number in range(500)}})
    assert told(sides[0]) == told(sides[1]) != []
    _git("rm", "-rq", "rules/ours")
    _commit({"notes.txt": "nothing"})
    assert told(sides[0]) == told(sides[1]) != []


@pytest.mark.usefixtures("repository")
def test_a_clone_that_lacks_a_file_says_so() -> None:
    command = ["git", "rev-parse", "HEAD:rules/ours/stay.yaml"]
    name = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout.strip()
    Path(".git", "objects", name[:2], name[2:]).unlink()
    result = _run("HEAD", "rules/ours")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "HEAD:rules/ours/stay.yaml:1:1: error[unreadable-file]: "
        "`HEAD:rules/ours/stay.yaml` is not in this clone of the repository",
        "    hint: fetch the revision",
    ]


# --- long work ------------------------------------------------------------------------------------------------------


def test_what_was_found_is_not_lost_when_somebody_interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Comparison.change

    def interrupted(self: Comparison, name: str, as_of: date | None, limit: int) -> Change:
        if name == "help":
            raise KeyboardInterrupt
        return whole(self, name, as_of, limit)

    monkeypatch.setattr(Comparison, "change", interrupted)
    _write("old", OLD)
    _write("new", _new({"rule-set.yaml": FEWER}))
    result = _run("old", "new", "-o", "report.txt")
    assert (result.exit_code, result.stderr) == (130, "")
    assert not Path("report.txt").exists()
    lines = result.stdout.splitlines()
    assert (lines[3:5], lines[18:24]) == (
        ["contexts", "  crowded: more"],
        ["measures", "  help: undecided", "    Help: not decided: interrupted", "  same: advice", "", "also"],
    )
    assert lines[-1] == "interrupted: 3 of 11 compared"
    result = _run("old", "new", "--format", "json")
    assert (result.exit_code, result.output) == (130, "")


@pytest.mark.usefixtures("sides")
def test_a_terminal_shows_what_is_being_compared() -> None:
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
    for term, names in (("xterm", ["crowded", "grouped", "long-stay", "help", "advice"]), ("dumb", [])):
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "comity.cli", "diff", "old", "new"]
        env = {**os.environ, "TERM": term}
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env=env, check=True, timeout=60)
        os.write(theirs, b".")
        told = ""
        while not told.endswith("."):  # a terminal hands it over piece by piece
            told += os.read(ours, 4096).decode()
        os.close(theirs)
        os.close(ours)
        start = "".join(f"\r\x1b[Kcomparing {number} of 10: {name}" for number, name in enumerate(names, 1))
        assert told[: len(start)] == start
        assert told[len(start) :].endswith("\r\x1b[K." if names else ".")
        assert done.stdout.decode() == (GOLDEN / "reception.txt").read_text(encoding="utf-8")


# --- texts that are markup elsewhere --------------------------------------------------------------------------------


def test_no_text_of_a_rule_set_becomes_markup() -> None:
    odd = "a | b </summary> <script>x</script> `c` *d* ``` e"
    named = ("old", "new", "--format", "markdown")
    files = _new({"rule-set.yaml": [("name: {type: text}", f"name: {{type: text, title: {json.dumps(odd)}}}")]})
    test = "{all: [{fact: size, at_least: %s}, {fact: name, is: %s}]}"
    for side, size_ in (("old", 10), ("new", 20)):
        group = files["group.yaml"].replace("{fact: size, at_least: 10}", test % (size_, json.dumps(odd)))
        _write(side, {**files, "group.yaml": group.replace("title: Groups", f"title: {json.dumps(odd)}")})
    lines = _told(*named)
    fences = [line for line in lines if line.startswith("```")]
    assert fences == ["````yaml", "````"] * 2
    assert "<summary>a | b &lt;/summary&gt; &lt;script&gt;x&lt;/script&gt; `c` *d* ``` e: less</summary>" in lines
    inside = False
    for line in lines:
        inside ^= line.startswith("````")
        if not inside and not line.startswith("<summary>"):
            assert "<script" not in line.replace("\\<", "")
            assert line.count("|") - line.count("\\|") in (0, 5)
