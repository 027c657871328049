"""The manual of a rule set: its decision tables say what the evaluator says, and everything is there to be found.

The manuals in `tests/golden/` are of the rule set below. After a wanted change, regenerate and read the difference:

    COMITY_REGENERATE=1 python -m pytest tests/test_manual.py -k golden
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any, assert_never

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, strategies as st

from comity.cli import main
from comity.engine.assessment.aggregates import at_least
from comity.engine.assessment.assess import program
from comity.engine.assessment.evaluate import Run
from comity.engine.checking.decisions import MOST_PARTS, MOST_PATTERNS, Decision, Part, Stretch, decision
from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    AtLeast,
    Conclusion,
    Condition,
    Constant,
    Every,
    Not,
    ParameterValue,
    Some,
    Test,
)
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import RuleSet
from comity.engine.language.source import Document, read
from comity.engine.language.truth import Kleene, all_of, any_of, negate
from comity.engine.report.diagram import MOST_NODES, STAGES, WIDTH, Diagram, Node as Box, draw, to_mermaid
from comity.engine.report.manual import manual
from comity.engine.report.manual_markdown import to_markdown
from comity.engine.report.manual_page import MANUAL_STYLE, to_page
from comity.engine.report.manual_parts import SECTIONS, Entry, Listed, Picture, Table
from comity.engine.report.manual_uses import Uses
from comity.engine.report.view import printable
from tests import hostile
from tests.strategies import Case, cases, load
from tests.test_report_html import Node, Tree

GOLDEN = Path(__file__).parent / "golden"

RULES = {
    "main.yaml": """\
rule_set: small
version: 1.2.0
title: A small rule set, with *everything* in it
note: |
  The first paragraph of a note.

  The second one.
contexts: [inflow, long-stay]
sources:
  slides:
    title: Slides of a course
    short: course
    author: Somebody
    date: 2013-01-31
    passages:
      "1": {text: "Many arrive, & fast"}
      "2": {}
      "3": {text: A greeting, excused: it says nothing of refugees}
      "4": {text: Nobody took this up}
  treaty: {title: A treaty, symbol: A/1, date: 1951, verified: false, note: It binds.}
parameters:
  many: {title: Arrivals that are many, value: 100, unit: people, basis: course, source: {cite: slides, at: "1"}}
  needed: {values: {2000-01-01: 1, 2010-01-01: 2}, basis: editorial, note: Nobody says how many.}
  long: {value: 5 years, basis: instrument, source: {cite: treaty, at: art. 1, quote: "five years", note: by some}}
readings:
  usual: {title: As written, default: true, basis: course, source: {cite: slides}}
  strict:
    title: Strictly
    basis: editorial
    set: {many: 500}
    define: {fast: {all: [{fact: rate, at_least: 10}, {fact: border, is_not: closed}]}}
impossible:
  - when: {all: [{fact: turned_back, is: true}, {fact: border, is: open}]}
    note: Nobody is turned back here.
    basis: editorial
implausible:
  - {when: {fact: arrivals, at_most: 0}, note: Nobody came., source: {cite: slides, at: "2"}}
principles:
  no-return:
    title: Nobody is sent back
    breached_when: {fact: sent_back, is: true}
    basis: instrument
    source: {cite: treaty, at: art. 33, quote: "No <State> shall"}
forms:
  together: {title: Together, text: States do it together., when: {measure: help}, basis: editorial, note: ours}
themes:
  why: {title: Why it matters, text: It does., group: importance, basis: course, source: {cite: slides}}
purposes:
  relief: {title: Relief, basis: course, source: {cite: slides}}
  peace: {title: Peace, basis: editorial, note: ours}
measures:
  help:
    title: Help
    basis: course
    source: {cite: slides}
    serves: [relief]
    for:
      inflow: {basis: editorial, note: our link}
      long-stay: {basis: instrument, source: {cite: treaty, at: art. 2}}
    need: {any: [{criterion: fast}, {fact: border, in: [restricted, closed]}]}
  talk: {title: Talk, basis: editorial, note: ours, for: {inflow: {basis: editorial}}}
precedents:
  before:
    title: Before
    years: 1989..1996
    region: Somewhere
    type: framework
    facts: {arrivals: 200.., border: open}
    contexts: [inflow]
    measures: [help]
    outcome: It ended.
    source: {cite: treaty}
  planned-one: {title: Planned, years: 2011, region: Elsewhere, type: planned, outcome: Open., source: {cite: slides}}
properties:
  more-people: {title: More never ends it, stays_met: {criterion: large}, rises: arrivals, basis: editorial, note: ours}
  settled-more: {title: Nor more of a row, stays_met: {context: long-stay}, rises: groups.people, basis: editorial}
  needs-many: {title: It needs many, implies: [{context: inflow}, {any: [{criterion: large}, {criterion: fast}]}]}
  known: {title: Known from the start, guarantees: [{criterion: large}, {fact: arrivals, at_least: 100}]}
  apart: {title: Apart, excludes: [{criterion: fast}, {not: {criterion: fast}}], reading: strict}
  alike: {title: Alike, equals: [{criterion: fast}, {criterion: fast}]}
  only-fast: {title: Only the pace, readings: [usual, strict], differ_only_in: [fast, large, inflow, help, together]}
""",
    "facts.yaml": """\
facts:
  arrivals:
    {type: count, title: Arrivals, unit: people, ask: How many?, changeable: never, source: {cite: slides, at: "1"}}
  days: {type: count, min: 1, max: 365, ask: Over how many days?}
  rate:
    type: number
    unit: people/day
    derive: {divide: [{product: [{fact: arrivals}, 1]}, {fact: days}]}
    basis: editorial
  border: {type: choice, options: [open, restricted, closed], kind: documented, changeable: up}
  overwhelmed:
    type: boolean
    kind: judgement
    title: Judged overwhelmed
    derive: {fact: arrivals, more_than: {fact: days}}
    note: Until somebody judges.
  turned_back: {type: boolean, changeable: down}
  sent_back: {type: boolean, about: response, kind: judgement}
  stay: {type: duration, unit: months}
  part: {type: share}
  fled: {type: date}
  place: {type: text}
  groups:
    type: table
    title: Groups
    columns:
      profile: {type: text, title: Profile}
      people: {type: count, history: true, unit: refugees}
      since: {type: date}
      settled: {type: count, derive: {lowest: {fact: people}, over: {parameter: long}}, basis: editorial, note: by row}
  largest:
    type: count
    derive: {total: settled, of: groups, where: {fact: profile, is_not: A}, per: [profile], take: largest}
""",
    "inflow.yaml": """\
context: inflow
title: Inflow
source: {cite: slides, at: "1", quote: "Many arrive, & fast"}
basis: course
note: A note on the whole.
when:
  all:
    - {not: {fact: turned_back, is: true}}
    - at_least: {parameter: needed}
      of: [{criterion: large}, {criterion: fast}, {fact: border, in: [restricted, closed]}]
criteria:
  large:
    title: Large
    when: {fact: arrivals, at_least: {parameter: many}}
    source: {cite: slides, at: "1"}
    basis: course
  fast:
    title: Fast
    when:
      any:
        - {fact: rate, more_than: 5, at_most: 1000}
        - {fact: overwhelmed, is: true}
        - {fact: stay, less_than: 2 months}
    basis: editorial
    note: The pace is ours.
  busy:
    title: Busy
    basis: editorial
    note: Beside the verdict.
    when:
      every: groups
      where: {any: [{fact: people, at_least: 1}, {fact: since, elapsed_at_least: {parameter: long}}]}
""",
    "long-stay.yaml": """\
context: long-stay
title: Long stay
when: {fact: largest, at_least: {parameter: many}}
source: {cite: treaty}
basis: instrument
""",
    "loose.yaml": """\
criteria:
  alone:
    title: Alone
    when:
      any:
        - some: groups
          where:
            at_least: 1
            of:
              - all:
                  - {fact: settled, at_least: {parameter: many}}
                  - {any: [{fact: profile, is: A}, {fact: people, less_than: 3}]}
              - {not: {fact: profile, is: B}}
        - {fact: fled, before: 2000-01-01}
    basis: editorial
    note: In no context.
""",
}
FORMATS = {"md": to_markdown, "html": to_page}


def rules_of(documents: Mapping[str, str]) -> RuleSet:
    found = [read(text.encode(), name) for name, text in documents.items()]
    return accept(build_rule_set([one for one in found if isinstance(one, Document)], "small"))


@cache
def small() -> RuleSet:
    return rules_of(RULES)


def wide(parts: str) -> RuleSet:
    """Return a rule set of one criterion, which joins facts `a` to `l` as `parts` says."""
    names = "abcdefghijkl"
    facts = ", ".join(f"{name}: {{type: boolean}}" for name in names)
    tests = {name: f"{{fact: {name}, is: true}}" for name in names}
    condition = re.sub(r"\b[a-l]\b", lambda name: tests[name[0]], parts)
    return rules_of(
        {
            "rules.yaml": f"rule_set: wide\nversion: 1.0.0\ntitle: Wide\nfacts: {{{facts}}}\n"
            "parameters: {needed: {values: {2000-01-01: 1, 2010-01-01: 1, 2020-01-01: 2}}}\n"
            f"criteria: {{wide: {{title: Wide, when: {condition}}}}}\n"
        }
    )


# --- decision tables say what the evaluator says --------------------------------------------------------------


def said(stretch: Stretch, truths: Sequence[Kleene]) -> Kleene:
    """Return what a decision table says of parts that came out so."""
    outcomes = {
        pattern.met
        for pattern in stretch.patterns
        if all(wanted is None or wanted is truth for wanted, truth in zip(pattern.parts, truths, strict=True))
    }
    assert len(outcomes) < 2
    return outcomes.pop() if outcomes else None


def part_truth(run: Run, part: Part) -> Kleene:
    if part.fact is not None:
        truth: Kleene = run.value(part.fact)
        return truth
    return run.memory[run.program.slots[part.condition]]  # type: ignore[no-any-return]  # a truth stands there


def stretch_of(found: Decision, day: date) -> Stretch:
    return [stretch for stretch in found.stretches if stretch.since <= day][-1]


@given(cases(), st.booleans())
def test_a_table_says_of_any_situation_what_the_evaluator_says(case: Case, second: bool) -> None:
    rules = case.world.load()
    reading = [*rules.readings, None][-2 if second and rules.readings else 0]
    for given_ in (case.given, case.refined):
        situation = load(case.world, rules, given_)
        assert situation.as_of is not None
        run = program(rules, reading).start(situation.all_facts, situation.as_of)
        for name, condition in rules.conditions(reading).items():
            found = decision(rules, condition, reading)
            if found.stretches:
                truths = [part_truth(run, part) for part in found.parts]
                assert said(stretch_of(found, situation.as_of), truths) is run.truth(name)


def worked_out(condition: Condition, truths: Mapping[Part, Kleene], k: Mapping[str, Any]) -> Kleene:
    """Return what a condition comes to, by the truth tables alone."""
    if Part(condition) in truths:
        return truths[Part(condition)]
    match condition:
        case AllOf(parts):
            return all_of([worked_out(part, truths, k) for part in parts])
        case AnyOf(parts):
            return any_of([worked_out(part, truths, k) for part in parts])
        case Not(part):
            return negate(worked_out(part, truths, k))
        case AtLeast(number, parts):
            needed = k[number.name] if isinstance(number, ParameterValue) else getattr(number, "value", None)
            return at_least(needed, [worked_out(part, truths, k) for part in parts])
        case Test(fact, operator, Constant(value=value)):
            (truth,) = [truth for part, truth in truths.items() if part.fact == fact]
            return truth if value is (operator == "is") else negate(truth)
        case Test() | Conclusion() | Some() | Every():
            raise AssertionError("it is a part")
        case _:
            assert_never(condition)


@given(cases())
def test_a_table_is_whole_and_as_short_as_may_be(case: Case) -> None:
    rules = case.world.load()
    changed = rules.readings["as-written"].set if rules.readings else {}
    for condition in rules.conditions(None).values():
        found = decision(rules, condition)
        for stretch in found.stretches:
            k = {name: changed.get(name, one.on(stretch.since)) for name, one in rules.parameters.items()}
            kept = [{at for at, part in enumerate(pattern.parts) if part is not None} for pattern in stretch.patterns]
            for one, other in combinations(range(len(kept)), 2):
                same = [
                    at
                    for at in kept[one] & kept[other]
                    if stretch.patterns[one].parts[at] is stretch.patterns[other].parts[at]
                ]
                assert {*same} not in (kept[one], kept[other])
            if len(found.parts) <= 5:
                for truths in product((True, False, None), repeat=len(found.parts)):
                    known = dict(zip(found.parts, truths, strict=True))
                    assert said(stretch, truths) is worked_out(condition, known, k)


def test_a_table_of_some_of_several_parts() -> None:
    rules = small()
    found = decision(rules, rules.contexts["inflow"].when)
    heads = [part.fact or getattr(part.condition, "id", None) for part in found.parts]
    assert heads == ["turned_back", "large", "fast", None]
    assert [stretch.since for stretch in found.stretches] == [date.min, date(2000, 1, 1), date(2010, 1, 1)]
    shown = [
        ["".join({True: "+", False: "-", None: "."}[part] for part in pattern.parts) for pattern in stretch.patterns]
        for stretch in found.stretches
    ]
    assert shown[0] == ["+..."]  # before the first date the number is not known
    assert shown[1] == ["-+..", "-.+.", "-..+", "+...", ".---"]
    assert shown[2] == ["-++.", "-+.+", "-.++", "+...", ".--.", ".-.-", "..--"]
    assert [pattern.met for pattern in found.stretches[2].patterns] == [True] * 3 + [False] * 4


def test_stretches_that_say_the_same_are_one() -> None:
    rules = wide("{at_least: {parameter: needed}, of: [a, b]}")
    found = decision(rules, rules.criteria["wide"].when)
    assert [stretch.since for stretch in found.stretches] == [date.min, date(2000, 1, 1), date(2020, 1, 1)]


@pytest.mark.parametrize(
    ("parts", "rows", "words"),
    [
        (f"{{all: [{', '.join('abcdefgh')}]}}", MOST_PARTS + 1, None),
        (
            f"{{all: [{', '.join('abcdefghi')}]}}",
            0,
            "It is met once all of the 9 parts are, and not met as soon as one of them is not.",
        ),
        (
            f"{{any: [{', '.join('abcdefghi')}]}}",
            0,
            "It is met as soon as one of the 9 parts is, and not met once none of them can be.",
        ),
        ("{at_least: 2, of: [a, b, c, d, e, f]}", 21, None),
        (
            "{at_least: 3, of: [a, b, c, d, e, f]}",
            0,
            "It is met as soon as 3 of the 6 parts are, and not met once so many cannot be.",
        ),
        (
            f"{{not: {{any: [{', '.join('abcdefghi')}]}}}}",
            0,
            "It is met once its part is not, and not met once that is.",
        ),
    ],
)
def test_what_is_too_large_for_a_table_is_said_in_words(parts: str, rows: int, words: str | None) -> None:
    rules = wide(parts)
    found = decision(rules, rules.criteria["wide"].when)
    assert sum(len(stretch.patterns) for stretch in found.stretches) == rows <= MOST_PATTERNS
    blocks = entries(rules)["criterion-wide"].blocks
    shown = [block for block in blocks if isinstance(block, Table)]
    told = [text for block in blocks for text in _texts(block) if text.startswith("It is met")]
    rest = " Until then it cannot be told. A table of all the ways would be too long to read."
    assert (len(shown), told) == ((1, []) if words is None else (0, [words + rest]))


def _texts(block: object) -> Iterator[str]:
    yield "".join(piece.text for piece in getattr(block, "words", ()))


def test_what_is_always_so_leaves_nothing_else() -> None:
    rules = wide("{at_least: 0, of: [a, b]}")
    (table,) = [block for block in entries(rules)["criterion-wide"].blocks if isinstance(block, Table)]
    assert [[cell[0][0].text for cell in row.cells] for row in table.rows] == [["met", "–", "–"]]


# --- everything is there --------------------------------------------------------------------------------------


def entries(rules: RuleSet, reading: str | None = None) -> dict[str, Entry]:
    """Return the entries of a manual by their anchor."""

    def inside(some: Sequence[Entry]) -> Iterator[Entry]:
        for entry in some:
            yield entry
            yield from inside(entry.entries)

    return {entry.anchor: entry for section in manual(rules, reading).sections for entry in inside(section.entries)}


@pytest.mark.parametrize("form", FORMATS)
def test_golden_manual(form: str) -> None:
    found = FORMATS[form](manual(small()))
    file = GOLDEN / f"manual-small.{form}"
    if os.environ.get("COMITY_REGENERATE"):
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


def whole(rules: RuleSet, reading: str | None = None) -> None:
    """Assert that the manual holds everything, and that everything in it leads somewhere and is well formed."""
    one = manual(rules, reading)
    page, text = to_page(one), to_markdown(one)
    anchors = [*Uses(rules, reading).things]
    root = Tree(page).root
    ids = [str(node.attribute("id")) for node in root.all() if node.attribute("id")]
    assert len(ids) == len(set(ids))
    assert [anchor for anchor in anchors if anchor not in ids] == []
    for node in root.all():
        href, label = node.attribute("href"), node.attribute("aria-labelledby")
        assert href is None or (href.startswith("#") and href[1:] in ids)
        assert label is None or label in ids
        assert node.tag not in {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
        assert not any(key.startswith("on") or key in ("src", "style") for key, _ in node.attributes)
    levels = [int(node.tag[1]) for node in root.find("h1", "h2", "h3", "h4", "h5")]
    assert levels.count(1) == 1 == levels[0]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in root.find("table"):
        heads = table.find("thead")[0].find("th")
        assert table.parts[0].tag == "caption"
        assert all(head.attribute("scope") == "col" for head in heads)
        assert table.find("tbody")[0].find("tr")
        for row in table.find("tbody")[0].find("tr"):
            assert sum(int(cell.attribute("colspan") or 1) for cell in row.parts) == len(heads)
            assert [cell.attribute("scope") for cell in row.find("th")] == ["row"]
    for drawing in root.find("svg"):
        if drawing.attribute("role") == "img":
            assert [node.tag for node in drawing.parts[:2]] == ["title", "desc"]
            assert all(node.text.strip() for node in drawing.parts[:2])
    marks = re.findall('<a id="([^"]+)"></a>', text)
    assert sorted(marks) == sorted(id_ for id_ in ids if not id_.startswith("shape-"))
    assert {*re.findall(r"\]\(#([^)]+)\)", text)} <= {*marks}
    assert {*re.findall("<[^>]*>", re.sub(r"\\[<>]|```.*?```", "", text, flags=re.S))} <= {
        *(f'<a id="{mark}">' for mark in marks),
        *("</a>", "<br>", "<details>", "</details>", "<summary>", "</summary>"),
    }
    assert not re.search(r"\n{3}|[ \t]\n", text)
    for block in text.split("\n\n"):
        if block.startswith("|"):
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


@given(cases(), st.booleans())
def test_any_rule_set_has_a_manual_with_everything_in_it(case: Case, second: bool) -> None:
    rules = case.world.load()
    whole(rules, [*rules.readings][-1] if second and rules.readings else None)


@pytest.mark.parametrize("reading", [None, "strict"])
def test_the_small_manual_is_whole(reading: str | None) -> None:
    whole(small(), reading)


@pytest.mark.parametrize("reading", ["some-or-all", "all"])
def test_the_manual_of_the_course_is_whole(reading: str) -> None:
    whole(hostile.rule_set(), reading)


def test_a_manual_stands_under_one_reading() -> None:
    found = entries(small(), "strict")
    (listed,) = [block for block in found["criterion-fast"].blocks if isinstance(block, Listed)]
    assert ["".join(piece.text for piece in item.words) for item in listed.items] == [
        "all of:",
        "rate is at least 10 people/day",
        "border is not closed",
    ]
    (large,) = [block for block in found["criterion-large"].blocks if isinstance(block, Listed)]
    assert "".join(piece.text for piece in large.items[0].words) == "Arrivals is at least 500 people (many)"
    assert manual(small(), "strict").about[-1] == ("Reading", "strict, Strictly")


def test_sections_with_nothing_to_say_are_left_out() -> None:
    one = manual(wide("a"))
    assert [section.key for section in one.sections] == ["how-to-read", "overview", "criteria", "thresholds", "facts"]
    assert [section.key for section in manual(small()).sections] == [*SECTIONS]


# --- what a person wrote stays text ---------------------------------------------------------------------------

IN_BATCHES = pytest.mark.parametrize(
    "texts", hostile.BATCHES[::10], ids=[f"{number}0" for number in range(0, len(hostile.BATCHES), 10)]
)


def _pieces(texts: Sequence[str]) -> list[tuple[str, object]]:
    """Return the pieces of a page, but for the style and for drawings, which break and cut what they show."""
    page = to_page(manual(hostile.assessment(texts).rules))
    return Tree(re.sub(r'<style>.*?</style>|<svg role="img".*?</svg>', "", page, flags=re.S)).pieces


@cache
def _expected() -> tuple[list[tuple[str, object]], str]:
    return _pieces(hostile.tokens()), _told(hostile.tokens())


def _told(texts: Sequence[str]) -> str:
    text = to_markdown(manual(hostile.assessment(texts).rules))
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", re.sub("```.*?```", "", text, flags=re.S))


@IN_BATCHES
def test_a_text_reads_back_as_it_was_written_and_adds_no_element(texts: Sequence[str]) -> None:
    stand_ins = dict(zip(hostile.tokens(), texts, strict=True))
    found, (expected, _) = _pieces(texts), _expected()
    assert len(found) == len(expected)
    for piece, (kind, wanted) in zip(found, expected, strict=True):
        shown = re.sub("⦃[0-9]⦄", lambda token: stand_ins[token[0]], str(wanted)) if kind == "text" else wanted
        assert piece == (kind, shown)


@IN_BATCHES
def test_a_text_reads_back_from_markdown_too(texts: Sequence[str]) -> None:
    folded = [" ".join(re.split("[ \t\n\v\f\u2028\u2029]+", printable(text))).strip() for text in texts]
    stand_ins = dict(zip(hostile.tokens(), folded, strict=True))
    assert _told(texts) == re.sub("⦃[0-9]⦄", lambda token: stand_ins[token[0]], _expected()[1])


def test_every_text_that_an_author_may_write_is_in_the_manual() -> None:
    pieces, text = _expected()
    assert sum(str(value).count("⦃") for kind, value in pieces if kind == "text") > 500
    assert all(token in text for token in hostile.tokens())
    assert not any("⦃" in str(value) for kind, value in pieces if kind != "text")


@given(st.text() | st.sampled_from(hostile.TEXTS))
def test_a_label_of_a_flow_chart_is_one_string(text: str) -> None:
    _, line = to_mermaid(Diagram("x", (Box("fact-x", "fact", text),), ()))
    found = re.fullmatch(r'  n0\("((?:\w|[ ,.-]|#[0-9]+;)*)"\)', line)
    assert found is not None
    assert re.sub("#([0-9]+);", lambda code: chr(int(code[1])), found[1]) == " ".join(printable(text).split())


# --- diagrams -------------------------------------------------------------------------------------------------


@st.composite
def diagrams(draw: st.DrawFn) -> Diagram:
    """Return boxes of any kinds and titles, with lines that make no circle."""
    kinds = draw(st.lists(st.sampled_from([*STAGES]), max_size=12))
    titles = st.text(alphabet="ab 漢-", max_size=120)
    nodes = tuple(Box(f"{kind}-{at}", kind, draw(titles)) for at, kind in enumerate(kinds))
    pairs = [(one.id, other.id) for one, other in combinations(nodes, 2)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=20)) if pairs else []
    return Diagram("x", nodes, tuple(edges))


@given(diagrams())
def test_boxes_stand_apart_and_lines_run_from_left_to_right(diagram: Diagram) -> None:
    drawn = draw(diagram)
    assert draw(diagram) == drawn
    for box in drawn.boxes:
        assert 0 <= box.x <= drawn.width - WIDTH
        assert 0 <= box.y <= drawn.height - box.height
    for one, other in combinations(drawn.boxes, 2):
        assert one.x != other.x or one.y + one.height <= other.y or other.y + other.height <= one.y
    places = {box.node.id: box for box in drawn.boxes}
    for (start, end), path in zip(diagram.edges, drawn.paths, strict=True):
        assert path[0][0] == places[start].x + WIDTH
        assert path[-1][0] == places[end].x
        assert all(before[0] < after[0] for before, after in pairwise(path))
        for (left, before), (right, after) in zip(path[1:-1:2], path[2:-1:2], strict=True):
            assert before == after
            passed = [box for box in drawn.boxes if box.x == left and right == left + WIDTH]
            assert not any(box.y < before < box.y + box.height for box in passed)


def pictures(rules: RuleSet) -> dict[str, Diagram]:
    """Return the diagrams of a manual by their titles."""
    one = manual(rules)
    blocks = [block for section in one.sections for block in section.blocks]
    blocks += [block for entry in entries(rules).values() for block in entry.blocks]
    return {block.diagram.title: block.diagram for block in blocks if isinstance(block, Picture)}


def test_a_diagram_joins_what_is_asked_to_what_is_called_for() -> None:
    (diagram,) = pictures(small()).values()
    lines = {f"{one} > {other}" for one, other in diagram.edges}
    assert {
        "fact-arrivals > criterion-large",
        "criterion-large > context-inflow",
        "context-inflow > measure-help",
    } <= lines
    assert {"fact-overwhelmed > criterion-fast", "fact-arrivals > fact-overwhelmed"} <= lines
    assert {"fact-groups > context-long-stay", "fact-days > criterion-fast"} <= lines  # through what is derived
    assert not any(node.id in ("fact-rate", "fact-largest", "fact-part") for node in diagram.nodes)


def test_no_two_columns_of_a_diagram_have_the_same_head() -> None:
    (diagram,) = pictures(small()).values()
    assert [head for _, head in draw(diagram).heads] == [
        "Facts behind facts",
        "Facts",
        "Criteria",
        "Contexts",
        "Measures",
    ]
    chain = tuple(Box(f"fact-{at}", "fact", "x") for at in range(4))
    lines = tuple((one.id, other.id) for one, other in pairwise(chain))
    drawn = draw(Diagram("x", chain, lines))
    assert [(x // WIDTH, head) for x, head in drawn.heads] == [(0, "Facts behind facts"), (3, "Facts")]


def test_a_large_rule_set_has_a_diagram_for_each_context() -> None:
    names = [f"f{number}" for number in range(MOST_NODES)]
    facts = ", ".join(f"{name}: {{type: boolean}}" for name in names)
    tests = ", ".join(f"{{fact: {name}, is: true}}" for name in names[2:])
    head = "version: 1.0.0\ntitle: Large\n"
    rules = rules_of(
        {
            "rules.yaml": f"rule_set: large\n{head}facts: {{{facts}}}\n"
            "measures: {help: {title: Help, for: {one: {}, two: {}}, need: {fact: f1, is: true}}}\n",
            "one.yaml": "context: one\ntitle: One\nwhen: {criterion: c}\n"
            "criteria: {c: {title: C, when: {fact: f0, is: true}}}\n",
            "two.yaml": f"context: two\ntitle: Two\nwhen: {{all: [{tests}]}}\n",
            "three.yaml": f"context: three\ntitle: Too large\nwhen: {{any: [{tests}, {{fact: f0, is: true}}, "
            "{fact: f1, is: true}]}\n",
        }
    )
    found = pictures(rules)
    assert {
        title: [node.id for node in diagram.nodes] for title, diagram in found.items() if title != "What Two rests on"
    } == {
        "What rests on what": ["criterion-c", "context-one", "context-two", "context-three", "measure-help"],
        "What One rests on": ["fact-f0", "criterion-c", "context-one", "measure-help"],
    }
    assert len(found["What Two rests on"].nodes) == MOST_NODES
    assert ("fact-f1", "measure-help") not in found["What Two rests on"].edges
    whole(rules)


# --- a page by itself, the same each time ---------------------------------------------------------------------


def test_a_page_stands_alone() -> None:
    page = to_page(manual(small()))
    assert not re.search(r"url\(|@import|src\s*=", MANUAL_STYLE)
    assert re.search('<html lang="en"><head><meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy"', page)
    body = Tree(page).root.find("body")[0]
    assert [node.tag for node in body.parts] == ["a", "svg", "header", "nav", "main", "footer"]
    assert [node.attribute("aria-labelledby") for node in _sections(body)] == [*SECTIONS]
    assert page.endswith("</html>\n")


def _sections(body: Node) -> list[Node]:
    return [node for node in body.find("main")[0].parts if node.tag == "section"]


def test_a_manual_does_not_depend_on_the_hash_seed() -> None:
    for form, expected in (("markdown", to_markdown), ("html", to_page)):
        code = f"from comity.cli import main; main(['docs', '--format', '{form}'])"
        found = {
            subprocess.run(
                [sys.executable, "-c", code],
                capture_output=True,
                check=True,
                env={**os.environ, "PYTHONHASHSEED": seed},
            ).stdout
            for seed in ("1", "2")
        }
        assert found == {expected(manual(hostile.rule_set())).encode("utf-8")}


# --- the command ----------------------------------------------------------------------------------------------


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["docs", *arguments], prog_name="comity")


def test_docs_of_what_is_built_in_and_of_a_folder(tmp_path: Path) -> None:
    for name, text in RULES.items():
        (tmp_path / ("rule-set.yaml" if name == "main.yaml" else name)).write_text(text, encoding="utf-8")
    assert _run().stdout == to_markdown(manual(hostile.rule_set())) == _run("oas-2013").stdout
    file = tmp_path / "manual.html"
    result = _run(str(tmp_path), "--format", "html", "--reading", "strict", "-o", str(file))
    assert (result.exit_code, result.output) == (0, "")
    assert file.read_text(encoding="utf-8") == to_page(manual(small(), "strict"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["oas"],
            "Invalid value for [ID|PATH]: there is no rule set `oas`; built in: "
            "excom-100-109, oas-2013, unhcr-global-trends",
        ),
        (["--reading", "al"], "Invalid value for --reading: there is no reading `al`; did you mean `all`?"),
    ],
)
def test_what_is_not_there_is_wrong_use(arguments: list[str], message: str) -> None:
    result = _run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == f"Error: {message}"
