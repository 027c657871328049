"""What is exported: marks as everywhere, what each format's importer asks for, nothing of the key on a handout."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import count
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st

from comity.cli import exercise_export
from comity.cli.exercise_export import command
from comity.engine.language.diagnostic import Span
from comity.engine.report.export_bank import SHARED_OUT, Question, questions, refused, short_id
from comity.engine.report.export_gift import to_gift
from comity.engine.report.export_html import handout_html, key_html
from comity.engine.report.export_markdown import handout_markdown, key_markdown
from comity.engine.report.export_moodle import percent, plain_name, to_moodle_xml
from comity.engine.report.export_qti import identifier, item as qti_item
from comity.engine.report.sheet import Choice, Entry, Sheet
from comity.engine.training.exercise import Task
from comity.engine.training.items import Item, Option, score
from tests.exporting import bank, everywhere, sheet, text_of, words

# The shares that Moodle's importer knows, in percent; a share must be within 0.00001 of one, or of its negative.
MOODLE = (
    *(0, 5, 10, 11.11111, 12.5, 14.28571, 16.66667, 20, 25, 30, 33.33333),
    *(40, 50, 60, 66.66667, 70, 75, 80, 83.33333, 90, 100),
)
EXACT = [Fraction(0), *(Fraction(1, k) for k in (20, *range(10, 0, -1)))]  # what it then takes them for


def asked(right: int, wrong: int, choose: str = "any") -> Question:
    """Return a question with so many right and wrong answers."""
    options = [Option(f"o{number}", f"o{number}", None, number < right) for number in range(right + wrong)]
    kind = {"any": "deciding", "one": "next"}[choose]
    found = Item(Task(id="task", kind=kind, at=Span("a.yaml", 3, 5)), 0, tuple(options))
    choices = tuple(Choice(option.id, option.id, option.right, "Why.") for option in options)
    entry = Entry("task", kind, choose, "What?", "Choose.", (), choices, (), (), (), (), found)
    one = bank()[0]
    page = one.pages[0]._replace(entries=(entry,))
    return next(questions([one._replace(pages=(page,))]))


# --- one scoring rule ---


def by_moodle(question: Question, chosen: Sequence[str]) -> float:
    """Return the mark that Moodle gives: shares from its list added up, and held between 0 and 1."""
    shares = ET.fromstring(to_moodle_xml([question.exercise])).iterfind("question/answer")
    known = {
        answer.id: _taken(float(share.get("fraction", "")))
        for answer, share in zip(question.answers, shares, strict=True)
    }
    total = sum(known[one] for one in chosen)
    if question.single:
        return total
    return min(1.0, max(0.0, total))


def _taken(share: float) -> float:
    """Return the share that Moodle's importer takes one in percent for."""
    near = [one for one in EXACT if abs(float(one * 100) - abs(share)) < 0.00001]
    return float(near[0]) * (1 if share >= 0 else -1)


def by_qti(question: Question, chosen: Sequence[str]) -> float:
    """Return the score that QTI's mapping gives."""
    space = {"q": "http://www.imsglobal.org/xsd/imsqti_v2p1"}
    mapping = ET.fromstring(qti_item(question)).find(".//q:mapping", space)
    assert mapping is not None
    values = {one.get("mapKey"): float(one.get("mappedValue", "")) for one in mapping}
    total = sum(values[identifier(one)] for one in chosen)
    low, high = float(mapping.get("lowerBound", "")), float(mapping.get("upperBound", ""))
    return total if question.single else min(high, max(low, total))


@given(st.data())
def test_moodle_and_qti_mark_as_we_do_whatever_is_chosen(data: st.DataObject) -> None:
    right = data.draw(st.sampled_from(sorted(SHARED_OUT)))
    question = asked(right, data.draw(st.integers(1, right + 3)))
    chosen = data.draw(st.lists(st.sampled_from([answer.id for answer in question.answers]), unique=True))
    ours = float(score(question.entry.item, chosen))
    assert by_moodle(question, chosen) == pytest.approx(ours, abs=1e-9)
    assert by_qti(question, chosen) == pytest.approx(ours, abs=1e-9)


def test_one_answer_is_marked_as_we_do() -> None:
    question = asked(1, 3, "one")
    for answer in question.answers:
        ours = float(score(question.entry.item, [answer.id]))
        assert (by_moodle(question, [answer.id]), by_qti(question, [answer.id])) == (ours, ours)


def test_every_choice_of_the_bank_is_marked_as_we_do() -> None:
    for question in questions(bank()):
        if not question.essay:
            assert [answer.id for answer in question.answers] == [one.id for one in question.entry.item.options]
            assert sum(answer.share for answer in question.answers if answer.right) == 1
            for answer in question.answers:
                alone = max(Fraction(0), answer.share)
                assert alone == score(question.entry.item, [answer.id])


# --- what Moodle's importer asks for ---


def test_moodle_knows_every_share() -> None:
    for share in (Fraction(sign, right) for right in sorted(SHARED_OUT) for sign in (1, -1)):
        written = percent(share)
        assert re.fullmatch(r"-?\d{1,3}(\.\d{1,5})?", written)
        assert min(abs(abs(float(written)) - known) for known in MOODLE) < 0.00001


def test_right_shares_add_up_to_all() -> None:
    for right in SHARED_OUT:
        assert round(right * float(percent(Fraction(1, right))), 2) == 100


@pytest.mark.parametrize("right", [11, 12, 19, 21])
def test_what_cannot_be_shared_out_is_refused(right: int) -> None:
    one = asked(10, 3).exercise
    entry = asked(10, 3).entry
    more = tuple(Choice(f"m{number}", "m", True, "Why.") for number in range(right - 10))
    page = one.pages[0]._replace(entries=(entry._replace(choices=(*entry.choices, *more)),))
    assert [str(found) for found in refused([one._replace(pages=(page,))])] == [
        f"a.yaml:3:5: error[unanswerable-task]: `task` has {right} right answers, "
        "which no learning platform can share out exactly\n"
        "    hint: ask about less: 1 to 10 right answers can be, and 20"
    ]


def test_what_can_be_shared_out_is_not_refused() -> None:
    assert not refused([asked(right, right).exercise for right in SHARED_OUT])
    assert not refused(bank())
    assert not refused(everywhere())


def test_names_are_short_plain_and_in_one_line() -> None:
    for question in questions(everywhere()):
        name = plain_name(question.name)
        assert len(name) <= 255
        assert name == words(name)
        assert not re.search("[<>\n]", name)
    assert plain_name("x" * 255) == "x" * 255
    assert plain_name("x" * 256) == "x" * 254 + "…"


def test_ids_stay_and_are_short_and_different() -> None:
    assert short_id("dadaab-first-look", "contexts") == "dadaab-first-look.contexts"
    longest = {short_id("x" * 60, f"{'y' * 58}-{number}") for number in range(9)}
    assert len(longest) == 9
    assert {len(one) for one in longest} == {100}
    ids = [question.id for question in questions((*bank(), *everywhere()))]
    assert len(set(ids)) == len(ids)


def test_the_xml_begins_the_file_and_holds_no_character_that_it_may_not() -> None:
    written = to_moodle_xml([sheet("a", lambda: "a\x00b\x0bc\ufffe\ud800d\r\ne")])
    assert written.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n')
    assert text_of(ET.fromstring(written).findtext("question/answer/text") or "") == "abcd\ne: abcd\ne"


def test_a_question_of_moodle_has_all_its_parts() -> None:
    first, *_, last = ET.fromstring(to_moodle_xml([sheet("a", lambda: "T")])).iterfind("question")
    category, grid = first, ET.fromstring(to_moodle_xml([sheet("a", lambda: "T")])).findall("question")[1]
    assert (category.get("type"), category.findtext("category/text")) == ("category", "$course$/top/Comity/a")
    told = "<p>As of: T. Rule set: T.</p>|<p><strong>T</strong></p>|<p>T</p>|<p>T</p>"
    stem = (grid.findtext("questiontext/text") or "").split("\n")
    assert "|".join(stem[:4]) == told
    assert stem[-2:] == [
        "<p><strong>T</strong></p>",
        "<p><em>Choose one answer for each; a wrong one costs as much as a right one earns.</em></p>",
    ]
    plain = {name: grid.findtext(name) for name in ("single", "shuffleanswers", "penalty", "idnumber")}
    assert plain == {"single": "false", "shuffleanswers": "false", "penalty": "0.3333333", "idnumber": "a.contexts"}
    assert [one.get("fraction") for one in grid.findall("answer")] == ["100", "-100"]
    assert [one.findtext("text") for one in grid.findall("hint")] == [
        "<ul><li>T</li>\n<li>T</li>\n</ul>",
        "<ul><li>T</li>\n</ul>",
    ]
    assert [one.findtext("text") for one in grid.findall("tags/tag")] == ["oas-2013", "level-2", "contexts"]
    assert grid.find("shownumcorrect") is not None
    assert (last.get("type"), last.findtext("responsetemplate/text")) == (
        "essay",
        "<p>What I would say:</p>\n<p>The facts that this rests on:</p>\n<p>What is not known yet:</p>",
    )
    notes = last.findtext("graderinfo/text") or ""
    assert notes.startswith("<p><strong>Read it for</strong></p>\n<ul><li>T</li>\n<li>T</li>\n</ul>")


# --- GIFT as Moodle reads it ---

_MARKS = {f"\\{mark}": f"\x00{ord(mark)}\x00" for mark in ":#={}~"} | {"\\n": "\x0010\x00"}


def gift(text: str) -> Iterator[dict[str, object]]:
    """Yield the questions of a file by the rules of Moodle's importer: a model of it, which has its traps."""
    for lines in (part.split("\n") for part in re.split(r"\n\s*\n", text)):
        kept = [line for line in lines if not line.strip().startswith("//")]
        whole = "\n".join(kept).strip()
        whole = whole.replace("\\\\", "\x00slash\x00")
        for mark, place in _MARKS.items():
            whole = whole.replace(mark, place)
        whole = whole.replace("\x00slash\x00", "\\")
        if not whole or whole.startswith("$CATEGORY:"):
            continue
        assert whole.startswith("::")
        name, _, whole = whole[2:].partition("::")
        stem, _, rest = whole.partition("{")
        answers, _, after = rest.partition("}")
        assert not after.strip(), "text after the answers makes a blank to fill in"
        answers, _, general = answers.rpartition("####")
        found = [part.strip() for part in answers.replace("=", "~=").split("~") if part.strip()]
        yield {
            "name": _field(name),
            "stem": _field(stem),
            "general": _field(general),
            "single": "=" in answers,
            "answers": [_answer(part) for part in found],
        }


def _answer(text: str) -> tuple[float, str, str]:
    weight = 1.0 if text.startswith("=") else 0.0
    if match := re.match(r"%(-*[0-9]{1,2}\.?[0-9]*)%", text):
        weight, text = float(match[1]) / 100, text[match.end() :]
    said, _, feedback = text.removeprefix("=").partition("#")
    return weight, _field(said), _field(feedback)


def _field(text: str) -> str:
    text = text.strip()
    if text.startswith("[") and "]" in text:
        format_, _, rest = text[1:].partition("]")
        text = rest if format_ in ("html", "plain", "moodle", "markdown") else text
    return re.sub("\x00(\\d+)\x00", lambda match: chr(int(match[1])), text).strip()


def test_gift_comes_back_equal_by_the_rules_of_moodle() -> None:
    exercises = (*bank(), *everywhere())
    read = [*gift(to_gift(exercises))]
    for question, found in zip(questions(exercises), read, strict=True):
        assert found["name"] == plain_name(question.name)
        assert found["stem"] == question.stem.strip()
        assert found["general"] == question.explanation.strip()
        assert found["single"] is question.single
        answers = found["answers"]
        assert isinstance(answers, list)
        for answer, (weight, said, feedback) in zip(question.answers, answers, strict=True):
            assert weight == float(percent(answer.share)) / 100
            assert words(text_of(said)) == words(answer.text)
            assert words(text_of(feedback)) == words(answer.feedback)


def test_gift_keeps_a_field_on_one_line_and_says_its_format() -> None:
    for question in to_gift(everywhere()).split("\n\n")[1:40]:
        assert "" not in question.strip("\n").split("\n")
        for line in question.strip().split("\n")[1:]:
            assert re.match(r"::.*?::\[html\]|[~=](%-?[0-9.]+%)?\[html\]|####\[html\]", line)


# --- nothing of the key on a handout ---


def test_a_handout_holds_nothing_of_the_key() -> None:
    numbers = count()
    one = sheet("a", lambda: f"⦃{next(numbers)}⦄")
    secret = {text for entry in one.entries for text in _secrets(entry)}
    assert len(secret) == 6 + 6 + 6 + 6 + 2 + 2 * 3 + 1
    for handout, key in ((handout_markdown, key_markdown), (handout_html, key_html)):
        assert not [text for text in secret if text in handout([one])]
        assert not [text for text in secret if text not in key([one]) and text not in _said([one])]


def _secrets(entry: Entry) -> Iterator[str]:
    yield from (line for hint in entry.hints for line in hint)
    yield from (*entry.explanation, *entry.sources, *entry.rubric)
    yield from (choice.feedback for choice in entry.every_choice)
    yield from (row.why for row in entry.rows)


def _said(sheets: Sequence[Sheet]) -> set[str]:
    """Return what the key says in other words: of rows the reason once, of lists each reason, not the summary."""
    rows = {choice.feedback for one in sheets for entry in one.entries for row in entry.rows for choice in row.choices}
    lines = {line for one in sheets for entry in one.entries if entry.choose != "words" for line in entry.explanation}
    return rows | lines


def test_a_handout_is_the_same_whatever_the_key_is() -> None:
    one, other = (sheet("a", lambda: "T", flip) for flip in (False, True))
    assert one != other
    for handout, key in ((handout_markdown, key_markdown), (handout_html, key_html)):
        assert handout([one]) == handout([other])
        assert key([one]) != key([other])


def test_the_handouts_of_the_bank_are_the_same_whatever_the_key_is() -> None:
    def without(one: Sheet) -> Sheet:
        return one._replace(pages=tuple(page._replace(entries=(*map(blank, page.entries),)) for page in one.pages))

    def blank(entry: Entry) -> Entry:
        def choices(found: Sequence[Choice]) -> tuple[Choice, ...]:
            return tuple(choice._replace(right=False, feedback="", id="") for choice in found)

        rows = tuple(row._replace(choices=choices(row.choices), why="", id="") for row in entry.rows)
        none = Item(Task(id="", kind="essay"), 0, ())
        plain = entry._replace(rows=rows, choices=choices(entry.choices), item=none)
        return plain._replace(hints=(), explanation=(), sources=(), rubric=())

    for handout in (handout_markdown, handout_html):
        assert handout(bank()) == handout([*map(without, bank())])


# --- the same bytes each time ---

_DIGESTS = """
from hashlib import sha256
from comity.engine.report import export_anki, export_gift, export_html, export_markdown, export_moodle, export_qti
from tests.exporting import bank
for write in (export_moodle.to_moodle_xml, export_gift.to_gift, export_anki.to_anki, export_qti.to_qti,
              export_markdown.handout_markdown, export_markdown.key_markdown,
              export_html.handout_html, export_html.key_html):
    content = write(bank())
    print(write.__name__, sha256(content if isinstance(content, bytes) else content.encode()).hexdigest())
"""


def test_the_same_exercises_give_the_same_bytes() -> None:
    def run(seed: str) -> str:
        given = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[1])}
        command = [sys.executable, "-c", _DIGESTS]
        return subprocess.run(command, env=given, capture_output=True, text=True, check=True).stdout

    first, second = run("1"), run("2")
    assert first == second
    assert len(first.splitlines()) == 8


# --- the command ---


def export(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(command, arguments)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("to", ["moodle-xml", "gift", "markdown", "html"])
def test_text_goes_to_standard_output_or_a_file(tmp_path: Path, to: str) -> None:
    code, printed, complaints = export("--to", to)
    assert (code, complaints) == (0, "")
    assert export("--to", to, "-o", str(tmp_path / "out")) == (0, "", "")
    assert (tmp_path / "out").read_bytes() == printed.encode()


@pytest.mark.parametrize("to", ["qti", "anki"])
def test_what_is_not_text_goes_to_a_file(tmp_path: Path, to: str) -> None:
    assert export("dadaab-first-look", "--to", to, "-o", str(tmp_path / "out")) == (0, "", "")
    assert (tmp_path / "out").read_bytes().startswith(b"PK")
    code, printed, complaints = export("--to", to)
    assert (code, printed) == (2, "")
    assert complaints.endswith(
        f"Invalid value for -o: `--to {to}` makes a file that is not text: say where to write it\n"
    )


@pytest.mark.parametrize(("to", "key"), [("markdown", key_markdown), ("html", key_html)])
def test_the_key_is_written_apart(tmp_path: Path, to: str, key: object) -> None:
    assert callable(key)
    code, printed, _ = export("--to", to, "--key", str(tmp_path / "key"))
    assert code == 0
    assert (tmp_path / "key").read_text(encoding="utf-8") == key(bank())
    assert printed != key(bank())


def test_wrong_use_says_what_to_do(tmp_path: Path) -> None:
    same = str(tmp_path / "same")
    for arguments, said in (
        (("--to", "gift", "--key", "k"), "--key: the key stands in the file itself with `--to gift`"),
        (
            ("--to", "html", "-o", same, "--key", same),
            "--key: the key would take the place of the handout; name another file",
        ),
        (
            ("dadab-first-look", "--to", "gift"),
            "PATH: there is no exercise or file `dadab-first-look`; did you mean `dadaab-first-look`?",
        ),
    ):
        code, printed, complaints = export(*arguments)
        assert (code, printed) == (2, "")
        assert complaints.splitlines()[-1] == f"Error: Invalid value for {said}"
    assert not (tmp_path / "same").exists()


def test_without_genanki_the_command_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "genanki", None)
    code, _, complaints = export("--to", "anki", "-o", str(tmp_path / "out"))
    assert code == 2
    assert complaints.splitlines()[-1] == (
        "Error: Invalid value for --to: decks are written by genanki, which is not installed: "
        'pip install "comity[anki]"'
    )


def test_nothing_is_written_where_something_cannot_be_shared_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one = asked(11, 12).exercise
    monkeypatch.setattr(exercise_export, "load_sheets", lambda *_: (one,))
    for to in ("moodle-xml", "gift", "qti"):
        code, printed, complaints = export("--to", to, "-o", str(tmp_path / "out"))
        assert (code, printed) == (1, "")
        assert complaints.startswith("a.yaml:3:5: error[unanswerable-task]: `task` has 11 right answers")
    assert not [*tmp_path.iterdir()]


def test_a_file_with_a_mistake_is_refused_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text("exercise: one\ntitle: One\nlevel: 1\nsituation: dadab-2011\ntasks: [{kind: contexts}]\n")
    code, printed, complaints = export(str(file), "--to", "gift")
    assert (code, printed) == (1, "")
    assert complaints == (
        f"{file}:4:12: error[unknown-id]: there is no stored situation `dadab-2011`\n"
        "    hint: `comity list` shows them; or write the situation out\n"
    )


def test_two_exercises_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        text = "exercise: one\ntitle: One\nlevel: 1\nsituation: dadaab-2011\ntasks: [{kind: contexts}]\n"
        (tmp_path / name).write_text(text)
    code, printed, complaints = export(str(tmp_path), "--to", "gift")
    assert (code, printed) == (1, "")
    assert complaints == (
        f"{tmp_path}/b.yaml:1:1: error[duplicate-name]: a second exercise is called `one`; "
        f"the first is in {tmp_path}/a.yaml\n    hint: give each a name of its own\n"
    )


def test_standard_input_and_a_file_twice() -> None:
    file = Path(__file__).parents[1] / "scenarios" / "exercises" / "dadaab-first-look.yaml"
    result = CliRunner().invoke(command, ["-", "--to", "gift"], input=file.read_text(encoding="utf-8"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == export(str(file), str(file), "--to", "gift")[1]
