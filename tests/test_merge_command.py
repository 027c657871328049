"""`comity merge`: what is printed, what is written, and what is refused."""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from comity.engine.assessment import splits
from comity.engine.assessment.assessors import Merger, merge
from comity.engine.builtin import find_rule_set
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import load_rule_set
from comity.engine.language.model import Situation
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document, read
from comity.engine.report.merge_page import to_html
from comity.engine.report.view import printable
from tests.hostile import BATCHES, tokens
from tests.test_report_html import Tree

RULES = """\
rule_set: crowds
version: 1.0.0
title: Crowds
facts:
  people: {type: count, title: People, unit: people}
  rush: {type: boolean, title: Rush, kind: judgement, derive: {fact: people, at_least: 10}}
  roofs: {type: boolean, title: Roofs for all, kind: judgement}
  income: {type: choice, title: Income, options: [low, high]}
  groups:
    type: table
    title: Groups
    columns:
      profile: {type: text, title: Profile}
      number: {type: count, title: Number, unit: people, history: true}
  safe: {type: boolean, title: Safety, about: response, kind: judgement}
principles:
  safety: {title: Nobody is put in danger, breached_when: {fact: safe, is: false}}
forms:
  shared: {title: Shared by several, when: {fact: income, is: low}}
measures:
  aid: {title: Aid, for: {crowd: {basis: editorial}}}
  tents: {title: Tents, for: {crowd: {basis: editorial}}, need: {fact: roofs, is: false}}
"""
CROWD = """\
context: crowd
title: A crowd
when: {any: [{criterion: rushed}, {criterion: many}]}
criteria:
  rushed: {title: People rush, when: {fact: rush, is: true}}
  many: {title: People are many, when: {fact: people, at_least: 100}}
"""
ANA = """\
situation: square
title: The square
as_of: 2013-06-30
facts:
  people: 40..60
  rush: true
  roofs: false
  income: low
  groups: [{profile: A, number: {2011: 5, 2012: 7}}, {profile: B, number: 4}]
response: {measures: [aid], facts: {safe: true}}
"""
BEN = """\
situation: square
as_of: 2013-06-30
facts:
  people: 50
  rush: false
  roofs: false
  groups: [{profile: B, number: 4}, {profile: A, number: {2011: 5, 2012: 9}}]
response: {measures: [aid, tents]}
"""
CHI = """\
situation: square
as_of: 2013-06-30
facts: {people: 70, roofs: false, income: unknown}
"""
FILES = {"ana": ANA, "ben": BEN, "chi": CHI}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, which holds the rule set `rules` and the files of three assessors."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rule-set.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "rules" / "crowd.yaml").write_text(CROWD, encoding="utf-8")
    for name, text in FILES.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def _run(*arguments: str, text: str | None = None, columns: str = "100") -> Result:
    env = {"COLUMNS": columns, "NO_COLOR": None, "FORCE_COLOR": None}
    return CliRunner().invoke(main, ["merge", *arguments], input=text, env=env, prog_name="comity")


def _merge(*files: str, form: str = "text", columns: str = "100") -> str:
    result = _run(*(f"{file}.yaml" for file in files), "--rules", "rules", "--format", form, columns=columns)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


THREE = """\
The square (square)
As of: 30 June 2013
Rule set: crowds 1.0.0, Crowds
Assessors: ana, ben, chi

3 assessors, who agree on 1 fact and differ on 3 (1 judgement among them), of which 1 matters: Rush.
2 facts are given by some only, all of which matter: Income; Safety.
The same for all: 0 of 1 verdict, 0 of 2 measures, 0 of 1 form, 0 of 1 principle.

VERDICTS
                           ana         ben             chi           merged
  A crowd                  met         not met         met           cannot tell
    People rush            met         not met         met           cannot tell
  measures
  Aid                      called for  not called for  called for    conditional
  Tents                    called for  not called for  called for    conditional
  forms
  Shared by several        met         cannot tell     cannot tell   met
  principles
  Nobody is put in danger  consistent  undetermined    undetermined  consistent

Where the splits come from
  If all took the same position on the facts of one line, whichever of theirs, and kept the rest of
  what they say, it would come out the same for all.
  A crowd; Aid; Tents
    from Rush
  Shared by several
    from Income
  Nobody is put in danger
    from Safety

What differs and matters
  Rush [judgement, contested]
    ana: yes
    ben: no
    chi: left out; its indicator says yes
    merged: not known
    met as ana and chi have it, not met as ben has it: A crowd
    called for as ana and chi have it, not called for as ben has it: Aid; Tents

Given by some only, and it matters
  Income [given by some only]
    ana: low
    ben: left out
    chi: asked, not known
    merged: low
    met as ana has it, cannot tell as ben and chi have it: Shared by several
  Safety [judgement, given by some only]
    ana: yes
    ben, chi: left out
    merged: yes
    consistent as ana has it, undetermined as ben and chi have it: Nobody is put in danger

What differs and turns nothing
  People [differing figures that have nothing in common]
    ana: 40 to 60 people
    ben: 50 people
    chi: 70 people
    merged: 40 to 70 people
  Groups [differing figures that have nothing in common]
    chi: left out
    A, Number, in 2012: 7 people (ana); 9 people (ben); merged: 7 to 9 people

AGREED
  Roofs for all: no

RESPONSE
  Planned by all who describe a response: Aid
  Planned by ben only: Tents

NOTES
  Rush is contested. Here it is held open; in the merged situation as a file its indicator says yes.
  So the merged situation as a file comes out otherwise than what is told here. A crowd: met; Aid,
    Tents: called for.
  In the merged situation: The figures of Groups end on 31 December 2012; the days since are not
    known. --as-of 2012-12-31 fits them.

This is an assessment under a rule set, for study and preparation; it is not legal advice.
"""
AGREED = """\
square
As of: 30 June 2013
Rule set: crowds 1.0.0, Crowds
Assessors: chi, chi (2)

2 assessors, who agree on everything: 2 facts.
The same for all: 1 of 1 verdict, 2 of 2 measures.

VERDICTS
           chi  chi (2)  merged
  A crowd  met  met      met
  Measures on which all agree, called for: Aid; Tents
  Forms on which all agree, cannot tell: Shared by several
  Principles on which all agree, undetermined: Nobody is put in danger

AGREED
  People: 70 people
  Roofs for all: no

This is an assessment under a rule set, for study and preparation; it is not legal advice.
"""
NARROW = """\
VERDICTS
  A crowd
    met: ana, chi
    not met: ben
    cannot tell: merged
    People rush
      met: ana, chi
      not met: ben
      cannot tell: merged
  Aid
"""
MERGED = """\
situation: square
title: "The square"
as_of: 2013-06-30
facts:
  people: 40..70
  rush: unknown
  roofs: false
  income: low
  groups:
    - {profile: A, number: {2011: 5, 2012: 7..9}}
    - {profile: B, number: 4}
response:
  measures: [aid, tents]
  facts:
    safe: true
"""


@pytest.mark.usefixtures("here")
def test_three_assessors() -> None:
    assert _merge("ana", "ben", "chi") == THREE


@pytest.mark.usefixtures("here")
def test_who_says_the_same_agrees_on_everything() -> None:
    assert _merge("chi", "chi") == AGREED


@pytest.mark.usefixtures("here")
def test_assessors_that_do_not_fit_side_by_side_stand_below_each_other() -> None:
    printed = _merge("ana", "ben", "chi", columns="60")
    assert printed[printed.index("VERDICTS") :].startswith(NARROW)
    assert max(map(len, printed.splitlines())) <= 60


@pytest.mark.usefixtures("here")
def test_the_merged_situation_is_written_as_a_file_that_can_be_assessed(here: Path) -> None:
    files = ("ana.yaml", "ben.yaml", "chi.yaml")
    result = _run(*files, "--rules", "rules", "--format", "yaml", "-o", "merged.yaml")
    assert (result.exit_code, result.output) == (0, "")
    assert (here / "merged.yaml").read_text(encoding="utf-8") == MERGED
    again = CliRunner().invoke(main, ["assess", "merged.yaml", "--rules", "rules", "--format", "json"])
    assert json.loads(again.stdout)["contexts"]["crowd"]["verdict"] == "met"  # its indicator stands in


@pytest.mark.usefixtures("here")
def test_as_json() -> None:
    document = json.loads(_merge("ana", "ben", "chi", form="json"))
    assert [*document] == [
        *("format", "situation", "as_of", "rule_set", "assessors", "conclusions", "criteria", "facts"),
        *("planned", "merged", "notes"),
    ]
    assert document["format"] == "comity-merge/1"
    assert document["assessors"] == ["ana", "ben", "chi"]
    assert document["conclusions"]["crowd"] == {
        "kind": "context",
        "own": {"ana": "met", "ben": "not-met", "chi": "met"},
        "merged": "unknown",
        "split": True,
        "comes_from": [["rush"]],
    }
    assert document["criteria"]["rushed"]["own"] == {"ana": "met", "ben": "not-met", "chi": "met"}
    rush = document["facts"]["rush"]
    assert rush["turns"].pop("aid") == rush["turns"].pop("tents")
    assert rush == {
        "how": "contested",
        "judgement": True,
        "given": {"ana": "true", "ben": "false", "chi": None},
        "asked": [],
        "merged": None,
        "common": None,
        "parts": [],
        "matters": True,
        "turns": {
            "crowd": [
                {"as": ["ana"], "comes_out": "met"},
                {"as": ["ben"], "comes_out": "not-met"},
                {"as": ["chi"], "comes_out": "met"},
            ]
        },
        "turns_with_others": [],
        "not_decided": [],
    }
    assert document["facts"]["groups"]["parts"] == [
        {
            "row": 1,
            "column": "number",
            "first": "2012-01-01",
            "last": "2012-12-31",
            "how": "apart",
            "given": {"ana": "7", "ben": "9", "chi": None},
            "merged": "7..9",
        }
    ]
    assert document["facts"]["roofs"]["matters"] is False
    assert document["planned"] == {
        "aid": {"ana": True, "ben": True, "chi": None},
        "tents": {"ana": False, "ben": True, "chi": None},
    }
    assert document["merged"] == MERGED


@pytest.mark.parametrize("form", ["markdown", "html"])
@pytest.mark.usefixtures("here")
def test_every_form_says_the_same(form: str) -> None:
    printed = _merge("ana", "ben", "chi", form=form)
    shown = Tree(printed).root.text if form == "html" else printed.replace("\\", "")
    for line in THREE.splitlines()[5:8]:
        assert line in shown
    for text in (
        "met as ana and chi have it, not met as ben has it: A crowd",
        "left out; its indicator says yes",
        "7 people (ana); 9 people (ben); merged: 7 to 9 people",
        "Planned by ben only",
        "A crowd: met; Aid, Tents: called for.",
    ):
        assert text in shown


# --- what is wrong ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ana.yaml",), "give the files of two assessors or more"),
        (("-", "ana.yaml", "-"), "standard input can be read once: give `-` for one assessor only"),
        (
            ("ana.yaml", "dan.yaml"),
            "Invalid value: there is no situation or file `dan.yaml`; `comity list` shows what is built in",
        ),
        (
            ("ana.yaml", "ben.yaml", "--reading", "all"),
            "Invalid value for --reading: there is no reading `all`; readings: none",
        ),
        (("ana.yaml", "ben.yaml", "--set", "x"), "Invalid value for --set: `x` is not NAME=VALUE"),
        (
            ("ana.yaml", "later.yaml"),
            "the files are as of different dates: ana 2013-06-30, later 2014-06-30; "
            "give --as-of to take them all as of one",
        ),
    ],
)
def test_wrong_use(here: Path, arguments: Sequence[str], message: str) -> None:
    (here / "later.yaml").write_text(BEN.replace("2013", "2014"), encoding="utf-8")
    result = _run(*arguments, "--rules", "rules", text="")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == f"Error: {message}"


def test_bad_input_gets_a_diagnostic_and_nothing_is_merged(here: Path) -> None:
    (here / "dan.yaml").write_text("situation: square\nas_of: 2013-06-30\nfacts: {poeple: 15}\n", encoding="utf-8")
    result = _run("ana.yaml", "dan.yaml", "--rules", "rules")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "dan.yaml:3:9: error[unknown-fact]: there is no fact `poeple`",
        "    hint: did you mean `people`?",
    ]


def test_another_date_is_taken_for_all_and_said(here: Path) -> None:
    (here / "later.yaml").write_text(BEN.replace("as_of: 2013", "as_of: 2014"), encoding="utf-8")
    printed = _run("ana.yaml", "later.yaml", "--rules", "rules", "--as-of", "2013-06-30").stdout
    assert "As of: 30 June 2013\n" in printed
    said = " ".join(printed.split())
    note = "later describes the situation as of 30 June 2014; the as-of date was moved to 30 June 2013"
    assert said.count("the as-of date was moved") == said.count(note) == 1


def test_situations_of_different_names_are_pointed_out(here: Path) -> None:
    (here / "round.yaml").write_text(BEN.replace("situation: square", "situation: circle"), encoding="utf-8")
    printed = _run("ana.yaml", "round.yaml", "--rules", "rules").stdout
    assert "  The assessors call the situation by different names: square, circle.\n" in printed


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (("ana.yaml", "-"), "ana, standard input"),
        (("a/s.yaml", "b/s.yaml"), "a, b"),
        (("a/s.yaml", "b/s.yaml", "ana.yaml"), "a/s, b/s, ana"),
        (("a/s.yaml", "./a/s.yaml", "c/a/s.yaml"), "s, s (2), s (3)"),
    ],
)
def test_what_assessors_are_called(here: Path, files: Sequence[str], names: str) -> None:
    for folder in ("a", "b", "c/a"):
        (here / folder).mkdir(parents=True)
        (here / folder / "s.yaml").write_text(BEN, encoding="utf-8")
    printed = _run(*files, "--rules", "rules", text=BEN).stdout
    assert f"\nAssessors: {names}\n" in printed


def test_what_was_not_tried_is_said(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splits, "LIMIT", 2)
    (here / "dan.yaml").write_text(BEN.replace("roofs: false", "roofs: true"), encoding="utf-8")
    printed = _run("ana.yaml", "dan.yaml", "--rules", "rules").stdout
    assert "    not searched: too many combinations\n" in printed
    assert "    not decided for: " in printed


# --- what a person wrote stays text -----------------------------------------------------------------------------------


def _hostile(texts: Sequence[str]) -> Merger:
    """Return two assessors who wrote `texts` wherever they may write what they like."""
    rules = accept(load_rule_set(find_rule_set("oas-2013")))
    situations: dict[str, Situation] = {}
    for name, word in (("ana", "kept"), ("ben", "left")):
        crossed = "true" if name == "ana" else "false"
        document = read(f"situation: s\nas_of: 2013-06-30\nfacts: {{crosses_border: {crossed}}}".encode(), "s")
        assert isinstance(document, Document)
        one = accept(load_situation(document, rules))
        rows = tuple({"profile": f"{text} {word}", "refugees": 5} for text in texts)
        situations[name] = one.but(
            title=texts[0],
            narrative=texts[1],
            facts={**one.facts, "populations": rows},
            sources={"populations": texts[2]},
        )
    return merge(rules, situations)


@pytest.mark.parametrize("texts", BATCHES[:12], ids=range(12))
def test_a_text_reads_back_as_it_was_written_and_adds_no_element(texts: Sequence[str]) -> None:
    plain, told = Tree(to_html(_hostile(tokens()))).root, Tree(to_html(_hostile(texts))).root
    assert [node.tag for node in told.all()] == [node.tag for node in plain.all()]
    for text in texts:
        assert f"Profile: {printable(text)} kept" in told.text


def test_the_page_stands_alone_and_can_be_read_by_everybody() -> None:
    root = Tree(to_html(_hostile(tokens()))).root
    for node in root.all():
        assert node.tag not in {"script", "link", "img", "iframe", "object", "embed", "form", "base", "font"}
        assert str(node.attribute("href") or "#").startswith("#")
    ids = [str(node.attribute("id")) for node in root.all() if node.attribute("id") is not None]
    assert len(ids) == len({*ids})
    for node in root.all():
        assert node.attribute("aria-labelledby") in (None, *ids)
        assert str(node.attribute("href") or "#")[1:] in ("", *ids)
    levels = [int(node.tag[1]) for node in root.find("h1", "h2", "h3")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in root.find("table"):
        heads = table.find("thead")[0].find("th")
        assert all(head.text.strip() for head in heads)
        assert {len(row.parts) for row in table.find("tr")} == {len(heads)}
