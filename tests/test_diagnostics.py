"""Every diagnostic as its reader meets it: documents with mistakes, each with the exact report expected.

The inputs are in `tests/diagnostics/`: rule sets (a file or a folder each), rule sets that load and are judged (called
by the code of what is found), and situations, cases and exercises, which are read under the rule set in `rules/`; the
situation that exercises find is `stored` below. The report
stands beside each input in `NAME.expected.txt`. After a wanted change, regenerate the reports and read the difference:

    COMITY_REGENERATE=1 python -m pytest tests/test_diagnostics.py
"""

import json
import os
import re
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from comity.engine.batch import assess_frame
from comity.engine.batch.prepare import Reject
from comity.engine.checking.baseline import read_baseline, without_baseline
from comity.engine.checking.collect import collect
from comity.engine.checking.judge import CHECKS, Check, Judged, code_of, complaints, judge
from comity.engine.language import files, load
from comity.engine.language.diagnostic import JUDGEMENTS, Code, Diagnostic, accept
from comity.engine.language.files import read_bytes, read_file
from comity.engine.language.load import build_rule_set, load_rule_set
from comity.engine.language.model import RuleSet, Situation
from comity.engine.language.situation import load_cases, load_situation
from comity.engine.language.source import MAX_BYTES, MAX_VALUES, Document, read
from comity.engine.training.exercise import load_exercises
from comity.engine.training.keys import items
from comity.engine.translation.columns import plan
from tests.tabled import tabled
from tests.test_columns import rules_with

HERE = Path(__file__).parent / "diagnostics"
PAGE = Path(__file__).parents[1] / "docs" / "diagnostics.md"
KINDS = ("rule-sets", "judged", "situations", "cases", "exercises")
INPUTS = sorted(
    path.relative_to(HERE).as_posix()
    for kind in KINDS
    for path in (HERE / kind).iterdir()
    if path.is_dir() or path.suffix == ".yaml"
)


@cache
def rules() -> RuleSet:
    return accept(load_rule_set(HERE / "rules"))


def report(name: str) -> tuple[Diagnostic, ...]:
    """Return what there is to say about one input, which is given relative to the current folder."""
    path = Path(name)
    if path.is_dir():
        judged = path.parts[0] == "judged"
        return (*complaints([*collect([path], None)], [path.name]),) if judged else load_rule_set(path).diagnostics
    document = read_file(path)
    if not isinstance(document, Document):
        return tuple(document)
    match path.parts[0]:
        case "rule-sets":
            return build_rule_set([document], name).diagnostics
        case "judged":
            return judge(Judged(accept(build_rule_set([document], name)), None), [path.stem])
        case "situations":
            return load_situation(document, rules()).diagnostics
        case "exercises":
            return exercises(document)
        case _:
            return load_cases(document, rules()).diagnostics


def exercises(document: Document) -> tuple[Diagnostic, ...]:
    """Return what there is to say about exercises and their keys."""
    loaded = load_exercises(document, rules(), {"stored": stored()}.get)
    keyed = [one for exercise in loaded.value or () for one in items(rules(), exercise).diagnostics]
    return (*loaded.diagnostics, *keyed)


STORED = """
situation: stored
as_of: 2013-01-31
facts: {arrivals: 25000, crosses_border: true, border_policy: open, transit: 3 days, began: 2012-05-01, stay: unknown}
"""


@cache
def stored() -> Situation:
    document = read(STORED.encode(), "stored.yaml")
    assert isinstance(document, Document)
    return accept(load_situation(document, rules()))


def expected(name: str) -> Path:
    path = HERE / name
    return path.with_name(f"{path.stem}.expected.txt")


@pytest.mark.parametrize("name", INPUTS)
def test_report(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rules()
    monkeypatch.chdir(HERE)
    found = report(name)
    text = "".join(f"{one}\n" for one in found)
    if os.environ.get("COMITY_REGENERATE"):
        expected(name).write_text(text, encoding="utf-8")
    assert text == expected(name).read_text(encoding="utf-8")
    assert found, "an input with nothing wrong shows nothing"


@pytest.mark.parametrize("name", [name for name in INPUTS if name.startswith("judged/")])
def test_what_is_judged_can_be_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    codes = {one.code.value for one in report(name)}
    assert Path(name).stem in codes
    # A fault has consequences: what nothing can contradict is always met, what repeats another part is useless.
    consequences = {"never-met", "always-met", "same-condition", "useless-part"}
    assert codes - {Path(name).stem} <= (set() if Path(name).stem in consequences else consequences)


def test_every_judgement_is_shown() -> None:
    assert sorted(Path(name).stem for name in INPUTS if name.startswith("judged/")) == sorted(JUDGEMENTS)


def test_every_report_belongs_to_an_input() -> None:
    reports = {path for kind in KINDS for path in (HERE / kind).rglob("*.expected.txt")}
    assert reports == {expected(name) for name in INPUTS}


def test_the_rules_beside_the_inputs_are_right() -> None:
    assert load_rule_set(HERE / "rules").diagnostics == ()


# --- what cannot be kept as a text file ------------------------------------------------------------------------------

# Each is the whole file, and the report about it. `\N{...}` and escapes show what an editor would not.
FILES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "Latin-1": (
        b"rule_set: latin\ntitle: Libert\xe9\n",
        ("2:14: error[not-utf8]: byte 30 of the file is not UTF-8", "    hint: save the file as UTF-8"),
    ),
    "Latin-1 after a byte order mark": (
        b"\xef\xbb\xbftitle: \xc3\xa9\xff\n",
        ("1:9: error[not-utf8]: byte 13 of the file is not UTF-8", "    hint: save the file as UTF-8"),
    ),
    "Latin-1 after old line ends": (
        b"rule_set: latin\rnote: a\r\ntitle: \xe9\n",
        ("3:8: error[not-utf8]: byte 33 of the file is not UTF-8", "    hint: save the file as UTF-8"),
    ),
    "half a character at the end": (
        "title: \N{EURO SIGN}".encode()[:-1],
        ("1:8: error[not-utf8]: byte 8 of the file is not UTF-8", "    hint: save the file as UTF-8"),
    ),
    "a surrogate in UTF-8": (
        b"title: \xed\xa0\x80\n",
        ("1:8: error[not-utf8]: byte 8 of the file is not UTF-8", "    hint: save the file as UTF-8"),
    ),
    "UTF-16 with its mark": (
        "rule_set: wide\n".encode("utf-16"),
        ("1:1: error[not-utf8]: the file looks like UTF-16, not UTF-8", "    hint: save the file as UTF-8"),
    ),
    "UTF-16 without its mark": (
        "rule_set: wide\n".encode("utf-16-be"),
        ("1:1: error[not-utf8]: the file looks like UTF-16, not UTF-8", "    hint: save the file as UTF-8"),
    ),
    "control characters": (
        "title: a\0b\nnote: \N{REGIONAL INDICATOR SYMBOL LETTER U}\x1b[31m\x85\u2028\n".encode(),
        (
            "1:9: error[control-character]: the control character U+0000 is not allowed",
            "    hint: remove it",
            "2:8: error[control-character]: the control character U+001B is not allowed",
            "    hint: remove it",
            "2:13: error[control-character]: the control character U+0085 is not allowed",
            "    hint: remove it",
            "2:14: error[control-character]: the control character U+2028 is not allowed",
            "    hint: remove it",
        ),
    ),
    "hidden characters": (
        "title: a\u202eb\u2066\n# \u200b\n\ufeffnote: x\n".encode(),
        (
            "1:9: error[hidden-character]: the invisible character U+202E is not allowed",
            "    hint: remove it: it can make a text read as another",
            "1:11: error[hidden-character]: the invisible character U+2066 is not allowed",
            "    hint: remove it: it can make a text read as another",
            "2:3: error[hidden-character]: the invisible character U+200B is not allowed",
            "    hint: remove it: it can make a text read as another",
            "3:1: error[hidden-character]: the invisible character U+FEFF is not allowed",
            "    hint: remove it: it can make a text read as another",
        ),
    ),
    "a byte order mark, which is allowed": (
        "\ufeffrule_set: mark\nversion: 1.0.0\ntitle: Mark\n".encode(),
        (),
    ),
    "a space that only looks plain": (
        "rule_set: space\n\N{NO-BREAK SPACE} title: Space\n".encode(),
        (
            "2:1: error[hidden-character]: the key `  title` holds the space U+00A0, which only looks like a plain one",
            "    hint: replace it by a plain space, or remove it",
        ),
    ),
    "characters that an escape makes": (
        rb'{title: "a\u202e", note: "\0", "\e": x}',
        (
            "1:9: error[hidden-character]: the text holds the character U+202E, which is not allowed",
            "    hint: remove it",
            "1:26: error[control-character]: the text holds the character U+0000, which is not allowed",
            "    hint: remove it",
            "1:32: error[control-character]: the text holds the character U+001B, which is not allowed",
            "    hint: remove it",
        ),
    ),
    "nothing": (
        b"",
        (
            "1:1: error[empty-document]: the file holds nothing but spaces or comments",
            "    hint: write its content, or remove it",
        ),
    ),
    "a file that is too large": (
        b" " * (MAX_BYTES + 1),
        (
            "1:1: error[file-too-large]: the file is larger than 2 000 000 bytes",
            "    hint: split it, or leave out what no rule needs",
        ),
    ),
    "too many values": (
        b"note: [" + b"1," * MAX_VALUES + b"]",
        ("1:200002: error[too-many-values]: the file holds more than 100 000 values", "    hint: split it"),
    ),
}


def _file(data: bytes) -> list[Diagnostic]:
    document = read(data, "file.yaml")
    return [*build_rule_set([document], "rules").diagnostics] if isinstance(document, Document) else document


@pytest.mark.parametrize("name", FILES)
def test_file(name: str) -> None:
    data, lines = FILES[name]
    found = [line.removeprefix("file.yaml:") for one in _file(data) for line in str(one).splitlines()]
    assert tuple(found) == lines


def test_only_the_first_hidden_characters_are_reported() -> None:
    found = _file(b"\0" * 1000 + "\u200b".encode() * 1000 + b"x" * 9000)
    assert [one.code for one in found] == [Code.CONTROL_CHARACTER] * 20 + [Code.HIDDEN_CHARACTER] * 20


def _folder(folder: Path) -> list[str]:
    return [line for one in load_rule_set(folder).diagnostics for line in str(one).splitlines()]


HEADER = "rule_set: {}\nversion: 1.0.0\ntitle: Title\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, which is the current one, in which `rules/` is a rule set without anything."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rule-set.yaml").write_text(HEADER.format("here"), encoding="utf-8")
    return tmp_path


def test_a_folder_that_is_right(here: Path) -> None:
    (here / "rules" / ".hidden.yaml").write_text("]", encoding="utf-8")
    (here / "rules" / "notes.txt").write_text("]", encoding="utf-8")
    assert _folder(Path("rules")) == []


def test_nothing_to_check(here: Path) -> None:
    (here / "empty").mkdir()
    assert _folder(Path("empty")) == [
        "empty:1:1: error[nothing-to-check]: `empty` holds no rule set: there is no `*.yaml` file in it",
        "    hint: give the folder of one rule set",
    ]


@pytest.mark.usefixtures("here")
def test_unreadable() -> None:
    hint = "    hint: check the path and its permissions"
    for name in ("nowhere", "rules/rule-set.yaml"):
        message = f"{name}:1:1: error[unreadable-file]: `{name}` is not a folder with a rule set"
        assert _folder(Path(name)) == [message, hint]
    assert [str(read_bytes(Path(name))) for name in ("nowhere.yaml", "rules")] == [
        "nowhere.yaml:1:1: error[unreadable-file]: `nowhere.yaml` cannot be read: no such file or directory\n" + hint,
        "rules:1:1: error[unreadable-file]: `rules` is not a file\n" + hint,
    ]


def test_what_is_no_file_or_leads_out_of_the_folder(here: Path) -> None:
    (here / "outside.yaml").write_text("facts: {secret: {type: count}}\n", encoding="utf-8")
    (here / "rules" / "a-link.yaml").symlink_to(here / "outside.yaml")
    (here / "rules" / "b-link.yaml").symlink_to("b-link.yaml")
    (here / "rules" / "c-pipe.yaml").mkdir()
    os.mkfifo(here / "rules" / "d-pipe.yaml")
    (here / "rules" / "e\n.yaml").symlink_to("nowhere.yaml")
    loop = "too many levels of symbolic links"
    hint = "    hint: check the path and its permissions"
    assert _folder(Path("rules")) == [
        "rules/a-link.yaml:1:1: error[unreadable-file]: `rules/a-link.yaml` is a link that leads out of the folder",
        "    hint: put the file itself into the folder",
        f"rules/b-link.yaml:1:1: error[unreadable-file]: `rules/b-link.yaml` cannot be read: {loop}",
        hint,
        "rules/d-pipe.yaml:1:1: error[unreadable-file]: `rules/d-pipe.yaml` is not a file",
        hint,
        r"rules/e\n.yaml:1:1: error[unreadable-file]: `rules/e\n.yaml` cannot be read: no such file or directory",
        hint,
    ]


def test_too_many_files(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 3)
    for number in range(3):
        (here / "rules" / f"{number}.yaml").touch()
    assert _folder(Path("rules")) == [
        "rules:1:1: error[too-many-files]: the folder holds more than 3 files that end in `.yaml`",
        "    hint: give the folder of one rule set",
    ]


def test_too_large_together(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 20)
    (here / "rules" / "more.yaml").write_text(" " * 100, encoding="utf-8")
    assert _folder(Path("rules")) == [
        "rules:1:1: error[file-too-large]: the files of the folder are larger than 100 bytes together",
        "    hint: give the folder of one rule set",
    ]


def test_a_baseline_that_lists_too_much(here: Path) -> None:
    finding = {"file": "rules/rule-set.yaml", "code": "unused-fact", "subject": "weather", "message": "nobody asks"}
    text = json.dumps({"format": "comity-baseline/1", "findings": [finding]}, indent=1)
    (here / "baseline.json").write_text(text, encoding="utf-8")
    document = read_file(Path("baseline.json"))
    assert isinstance(document, Document)
    baseline = accept(read_baseline(document, Path()))
    looked_at = ["rules/rule-set.yaml"]
    assert [str(one) for one in without_baseline([], baseline, looked_at, ["unused-fact"])] == [
        "baseline.json:4:3: warning[unused-baseline]: the finding `unused-fact` of `weather` in `rules/rule-set.yaml` "
        "no longer occurs\n    hint: leave it out, or write the baseline anew with --write-baseline"
    ]


@pytest.mark.usefixtures("here")
def test_too_many_values_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "MAX_VALUES", 1)
    assert _folder(Path("rules")) == [
        "rules:1:1: error[too-many-values]: the rule set holds more than 5 values",
        "    hint: split it",
    ]


def test_too_many_readings() -> None:
    readings = "".join(
        f"  r-{number}: {{title: Reading, default: {str(not number).lower()}}}\n" for number in range(101)
    )
    found = _file(f"{HEADER.format('readings')}readings:\n{readings}".encode())
    assert [str(one) for one in found] == [
        "file.yaml:105:10: error[too-many-values]: the rule set has more than 100 readings\n"
        "    hint: keep those that somebody would choose"
    ]


def test_what_has_no_form_over_columns() -> None:
    text = """\
parameters: {long: {values: {2000-01-01: 1 month, 2010-01-01: 2 months}, basis: editorial}}
facts:
  a: {type: count}
  x: {type: number, min: -9, max: 9}
  x_low: {type: boolean}
  s: {type: count, history: true}
  t:
    type: table
    columns: {n: {type: count}, m: {type: count}, q: {type: number, derive: {divide: [{fact: n}, {fact: m}]}}}
  all_of_them: {type: number, derive: {total: q, of: t}}
criteria:
  large: {title: A, when: {fact: a, at_least: {product: [{fact: a}, {fact: a}, {fact: a}, {fact: a}]}}}
  names: {title: B, when: {fact: x, at_least: 1}}
  quotients: {title: C, when: {fact: all_of_them, at_least: 1}}
  window: {title: D, when: {fact: a, at_least: {lowest: {fact: s}, over: {parameter: long}}}}
"""
    header = HEADER.format("columns").encode()
    whole = read(header, "rule-set.yaml"), read(text.encode(), "rules.yaml")
    found = _over_columns(accept(build_rule_set([one for one in whole if isinstance(one, Document)], "columns")))
    assert [*map(str, found)] == [
        "rules.yaml:12:34: error[not-over-columns]: `large` has no form over columns: its figures could be too large "
        "for a column\n    hint: declare a `max` of the facts that it looks at",
        "rules.yaml:13:34: error[not-over-columns]: `names` has no form over columns: the fact `x` and `x_low` would "
        "share the column `x_low`",
        "rules.yaml:14:38: error[not-over-columns]: `quotients` has no form over columns: a total of quotients whose "
        "divisor is of each row, and may be more than 40",
    ]


def test_a_row_that_takes_its_situation_with_it() -> None:
    facts = "n: {type: count}, t: {type: table, columns: {c: {type: count}}}"
    small = rules_with(facts, "{some: t, where: {fact: c, at_least: 1}}")
    rejects: list[Reject] = []
    tables = {"t": pl.DataFrame({"id": [1], "c": ["25,000"]})}
    assess_frame(small, pl.DataFrame({"id": [1]}), tables, as_of=date(2013, 1, 31), rejects=rejects)
    assert [*map(str, rejects)] == [
        "situations, row 1: error[rejected-row]: a row of `t` is rejected\n    hint: correct that row",
        "t, row 1: error[not-a-number]: `c` must be a number, not the text `25,000`\n    hint: write 25000",
    ]


# --- the page and the codes ------------------------------------------------------------------------------------------

SECTIONS = {
    match[1]: match[2]
    for match in re.finditer(r"^### `([a-z0-9-]+)`\n(.*?)(?=^##|\Z)", PAGE.read_text(encoding="utf-8"), re.M | re.S)
}
EXAMPLE = re.compile(r"^(Wrong|Right):\n\n```(yaml|text)\n(.*?)^```", re.M | re.S)
TOLD = {
    "unreadable-file",
    "too-many-files",
    "file-too-large",
    "not-utf8",
    "too-many-values",
    "rejected-row",
}  # not shown as YAML


def _judged(text: str, code: str) -> tuple[Diagnostic, ...]:
    """Return what a check says of an example: files of a rule set, and its cases if there are any."""
    first, *rest = re.split(r"^# (\S+\.yaml)\n", text, flags=re.M)
    files = {"example.yaml": first, **dict(zip(rest[::2], rest[1::2], strict=True))}
    documents = {"rule-set.yaml": read(HEADER.format("example").encode(), "rule-set.yaml")}
    documents |= {name: read(content.encode(), name) for name, content in files.items()}
    whole = {name: one for name, one in documents.items() if isinstance(one, Document)}
    assert documents == whole
    cases = [one for name, one in whole.items() if name.endswith(".cases.yaml")]
    own = accept(build_rule_set([one for one in whole.values() if one not in cases], "example"))
    known = tuple(case for one in cases for case in accept(load_cases(one, own)))
    return judge(Judged(own, known if cases else None), [code])


def _passed_over(text: str) -> tuple[Diagnostic, ...]:
    """Return what there is to say about an example of a baseline, where nothing is wrong any more."""
    document = read(text.encode(), "baseline.json")
    assert isinstance(document, Document)
    return tuple(without_baseline([], accept(read_baseline(document, Path("nowhere"))), [], [*JUDGEMENTS]))


def _over_columns(rules: RuleSet) -> tuple[Diagnostic, ...]:
    """Return what of a rule set has no form over columns."""
    return plan(rules, tabled(rules, []).shape, wanted=rules.conditions(None)).diagnostics


def _example(text: str, code: str) -> tuple[Diagnostic, ...]:
    """Return what there is to say about an example: a situation, cases, a rule set, or a file of one."""
    if code in JUDGEMENTS:
        return _judged(text, code)
    if code == Code.UNUSED_BASELINE:
        return _passed_over(text)
    document = read(text.encode(), "example.yaml")
    if not isinstance(document, Document):
        return tuple(document)
    if text.startswith("situation:"):
        return load_situation(document, rules()).diagnostics
    if text.startswith("cases:"):
        return load_cases(document, rules()).diagnostics
    if text.startswith("exercise:"):
        return exercises(document)
    header = read(HEADER.format("example").encode(), "rule-set.yaml")
    assert isinstance(header, Document)
    loaded = build_rule_set([document] if text.startswith("rule_set:") else [header, document], "example")
    return _over_columns(accept(loaded)) if code == Code.NOT_OVER_COLUMNS else loaded.diagnostics


def test_the_page_has_a_section_for_every_code() -> None:
    assert [*SECTIONS] == [code.value for code in Code]


@pytest.mark.parametrize("code", SECTIONS)
def test_section(code: str) -> None:
    text, *_ = SECTIONS[code].strip().split("\n\n")
    assert text.endswith(".")
    assert text.count(". ") >= 1, "what it says, and why"
    examples = EXAMPLE.findall(SECTIONS[code])
    assert [kind for kind, _, _ in examples] == ["Wrong", "Right"]
    assert {language for _, language, _ in examples} == {"text" if code in TOLD else "yaml"}
    if code not in TOLD:
        (_, _, wrong), (_, _, right) = examples
        assert {one.code.value for one in _example(wrong, code)} == {code}
        assert _example(right, code) == ()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_check_says_what_its_section_says(check: Check) -> None:
    """The first sentence of the section of a judgement is the docstring of its check."""
    assert check.__doc__ is not None
    assert " ".join(SECTIONS[code_of(check)].split()).startswith(f"{check.__doc__} ")


def test_every_judgement_has_a_check() -> None:
    assert {*map(code_of, CHECKS)} == {*JUDGEMENTS} - {Code.UNUSED_SUPPRESSION}


def test_every_code_is_exercised() -> None:
    """Every code stands in an exact report: in a file beside an input, or in this module."""
    reports = [expected(name).read_text(encoding="utf-8") for name in INPUTS]
    text = "\n".join((*reports, Path(__file__).read_text(encoding="utf-8")))
    assert set(re.findall(r"(?:error|warning)\[([a-z0-9-]+)\]: ", text)) == {code.value for code in Code}


def test_words() -> None:
    """Messages and hints are one line, lower case, without a final stop."""
    for name in INPUTS:
        for line in expected(name).read_text(encoding="utf-8").splitlines():
            message = line.removeprefix("    hint: ") if line.startswith("    hint: ") else line.partition("]: ")[2]
            assert message, line
            assert not message.endswith((".", "!")) or message.endswith("..."), line
            assert not message[0].isupper(), line
            assert message.count("`") % 2 == 0, line
