"""`comity ask` as its users meet it: at a terminal, and over answers that stand in a file."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import pexpect
import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from tests.asking import CONTEXT, SMALL

START = "situation: border-2015\ntitle: The border\nas_of: 2015-06-30\n"
OPENING = ("border-2015", "The border", "2015-06-30")
ANSWERS = (
    *OPENING,
    *("y", "North, mostly", "{2014: 7, 2015: 8..9}", "?", "y", "South", "?", "6 years ago", "redo 1"),
    *("North", "7", "2008", "n"),
    *("2008-05", "open", "y", "y", "20000..30000", "?"),
)
WHOLE = f"""{START}facts:
  groups:
    - {{profile: North, number: 7, since: 2008}}
    - {{profile: South, since: 6 years ago}}
  day: 2008-05
  border: open
  calm: true
  people: 20000..30000
  stay: unknown
response: {{facts: {{kept: true}}}}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, in which `small` is a rule set."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "rule-set.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "small" / "context.yaml").write_text(CONTEXT, encoding="utf-8")
    return tmp_path


def _run(*arguments: str, answers: tuple[str, ...] | str = ()) -> Result:
    text = answers if isinstance(answers, str) else "".join(f"{line}\n" for line in answers)
    env = {"COLUMNS": "80", "NO_COLOR": None, "FORCE_COLOR": None}
    return CliRunner().invoke(main, arguments, input=text, env=env, prog_name="comity")


def _ask(*arguments: str, answers: tuple[str, ...] | str = ()) -> Result:
    return _run("ask", "--rules", "small", *arguments, answers=answers)


def _shows(shown: str, expected: str) -> None:
    assert shown == expected


def _read(name: str) -> str:
    return Path(name).read_text(encoding="utf-8")


# --- answers in a file ------------------------------------------------------------------------------------------------


def test_an_interview_over_standard_input(here: Path) -> None:
    result = _ask(answers=ANSWERS)
    assert (result.exit_code, result.stderr) == (0, "")
    assert _read("border-2015.yaml") == WHOLE
    assert sorted(path.name for path in here.iterdir()) == ["border-2015.yaml", "small"]
    _shows(
        result.stdout,
        """\
name: border-2015
title: The border
as-of: 2015-06-30
groups: y
profile: North, mostly
number: {2014: 7, 2015: 8..9}
since: ?
groups: another row: y
profile: South
number: ?
since: 6 years ago
groups: another row: redo 1
profile: North
number: 7
since: 2008
groups: another row: n
day: 2008-05
border: open
calm: y
kept: y
people: 20000..30000
stay: ?

VERDICTS
  cannot tell  All of it (waits for 1 fact)

What could still change a verdict or measure:
Not known, or only in part: stay.

Saved in border-2015.yaml.
For the reasons: comity assess border-2015.yaml --rules small
""",
    )


def test_answers_that_end_early_lose_nothing() -> None:
    result = _ask("-o", "mine.yaml", answers=(*OPENING, "skip", "2008", "open"))
    assert (result.exit_code, result.stderr) == (1, "")
    assert _read("mine.yaml") == f"{START}facts:\n  day: 2008\n  border: open\n"
    _shows(
        result.stdout.partition("\n\n")[2],
        """\
VERDICTS
  cannot tell  All of it (waits for 5 facts)

What could still change a verdict or measure:
Not answered yet: groups, calm, kept, people, stay.

Everything is in mine.yaml.
To go on: comity ask mine.yaml --rules small
""",
    )
    assert _ask("mine.yaml", answers=("n",)).exit_code == 0
    assert _read("mine.yaml") == f"{START}facts:\n  day: 2008\n  border: open\n  groups: []\n"


def test_without_an_answer_nothing_is_written(here: Path) -> None:
    result = _ask()
    assert (result.exit_code, result.stdout) == (1, "Nothing was answered, and nothing was written.\n")
    assert [path.name for path in here.iterdir()] == ["small"]


def test_an_answer_that_is_refused_ends_it() -> None:
    Path("answers.txt").write_text("# ours\nborder-2015\nskip\n\n2015-06-30\nten\n5\n", encoding="utf-8")
    result = _ask("--answers", "answers.txt")
    assert result.exit_code == 1
    assert result.stderr == (
        "answers.txt:6:1: error[not-a-boolean]: whether there is a row must be y or n, not `ten`\n"
        "    hint: y or n; ? if nobody knows\n"
    )
    assert _read("border-2015.yaml") == "situation: border-2015\nas_of: 2015-06-30\nfacts: {}\n"
    assert "\nEverything is in border-2015.yaml.\nTo go on: " in result.stdout


def test_an_answer_too_many_is_refused() -> None:
    result = _ask("--as-of", "2015-06-30", answers=("border-2015", "skip", "n", "back", "change people", "6", "7"))
    assert result.exit_code == 1
    assert result.stderr == (
        "<standard input>:7:1: error[unknown-word]: nothing is asked any more: `7`\n"
        "    hint: `back` takes the last answer back, `change FACT` asks for a fact again\n"
    )
    assert _read("border-2015.yaml") == "situation: border-2015\nas_of: 2015-06-30\nfacts:\n  people: 6\n"


def test_what_is_no_text_is_refused() -> None:
    Path("answers.txt").write_bytes(b"border-2015\n\xff\xfe\n")
    result = _ask("--answers", "answers.txt")
    assert result.stderr == "answers.txt:2:1: error[not-utf8]: the answer is not UTF-8\n    hint: type it again\n"
    missing = _ask("--answers", "none.txt")
    assert missing.exit_code == 1
    assert missing.stderr.startswith("none.txt:1:1: error[unreadable-file]: `none.txt` cannot be read: ")


def test_what_is_settled_is_said() -> None:
    assert "groups: n\n  Now: All of it is not met.\n" in _ask(answers=(*OPENING, "n")).stdout
    again = _ask("border-2015.yaml", answers=("change groups", "n", "change people", "5", "change groups", "n")).stdout
    assert "Now:" not in again


# --- replaying --------------------------------------------------------------------------------------------------------


def _assessed(name: str) -> str:
    result = _run("assess", name, "--rules", "small", "--format", "json")
    assert result.exit_code == 0
    return result.stdout


def test_a_record_replays_byte_for_byte() -> None:
    taken_back = (*ANSWERS[:6], "?", "back", *ANSWERS[6:])
    first = _ask("-o", "first.yaml", "--record", "first.txt", answers=taken_back)
    assert (first.exit_code, _read("first.yaml")) == (0, WHOLE)
    second = _ask("-o", "second.yaml", "--answers", "first.txt", "--record", "second.txt")
    assert second.exit_code == 0
    assert _read("second.yaml") == _read("first.yaml")
    assert _read("second.txt") == _read("first.txt")
    assert _assessed("second.yaml") == _assessed("first.yaml")
    assert second.stdout == first.stdout.replace("first.", "second.")
    assert _read("first.txt").startswith(
        "# name\nborder-2015\n# title\nThe border\n# as-of\n2015-06-30\n# groups: Which groups?\ny\n"
    )


def test_a_record_goes_on_where_the_interview_does() -> None:
    """Stopped after any answer, also in the middle of a table, both go on as if nothing had been."""
    for cut in range(3, len(ANSWERS)):
        _ask("-o", "a.yaml", "--record", "a.txt", answers=ANSWERS[:cut])
        _ask("a.yaml", "--record", "a.txt", answers=ANSWERS[cut:])
        assert _read("a.yaml") == WHOLE
        assert _ask("-o", "b.yaml", "--answers", "a.txt").exit_code == 0
        assert _read("b.yaml") == WHOLE
        for name in ("a.yaml", "a.txt", "b.yaml"):
            Path(name).unlink()


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_file_that_it_did_not_begin_from_is_never_written_over() -> None:
    Path("border-2015.yaml").write_text("precious", encoding="utf-8")
    result = _ask(answers=OPENING)
    assert result.stderr == (
        "<standard input>:1:1: error[duplicate-name]: `border-2015.yaml` is there already\n"
        "    hint: choose another name, or go on with `comity ask border-2015.yaml`\n"
    )
    for arguments, option in (
        (("-o", "border-2015.yaml"), "-o"),
        (("--record", "border-2015.yaml"), "--record"),
    ):
        result = _ask(*arguments, answers=OPENING)
        assert result.exit_code == 2
        assert f"Invalid value for {option}: `border-2015.yaml` is there already; " in result.stderr
    assert _read("border-2015.yaml") == "precious"


@pytest.mark.filterwarnings("ignore:.*forkpty.*:DeprecationWarning")  # as below
def test_a_file_that_somebody_else_changes_meanwhile_is_not_written_over() -> None:
    Path("s.yaml").write_text("situation: s\nas_of: 2015-06-30\nfacts: {}\n", encoding="utf-8")
    terminal = Terminal("s.yaml")
    terminal.until("groups")
    terminal.type("?", "day")
    Path("s.yaml").write_text("precious", encoding="utf-8")
    terminal.child.sendline("2008")
    shown, code = terminal.end()
    assert (code, shown.splitlines()[-1]) == (
        1,
        "Error: `s.yaml` has changed since it was read, and stays as it is now: ask again to go on with it",
    )
    assert _read("s.yaml") == "precious"


def test_another_name_moves_the_file(here: Path) -> None:
    result = _ask(answers=("border-2015", "back", "border-2016", "skip", "2015-06-30", "n"))
    assert result.exit_code == 0
    assert sorted(path.name for path in here.iterdir()) == ["border-2016.yaml", "small"]


def test_a_built_in_situation_is_copied() -> None:
    result = _run("ask", "bahamas-2022", answers=("?",))
    assert result.exit_code == 1
    assert "\nEverything is in bahamas-2022.yaml.\nTo go on: comity ask bahamas-2022.yaml\n" in result.stdout
    again = _run("ask", "bahamas-2022", answers=("?",))
    assert again.exit_code == 2
    assert "Invalid value for -o: `bahamas-2022.yaml` is there already; go on with" in again.stderr
    assert _run("ask", "bahamas-2022", "-o", "mine.yaml").exit_code == 1
    assert _run("assess", "mine.yaml").stdout == _run("assess", "bahamas-2022").stdout


def test_what_else_a_file_says_stays() -> None:
    text = (
        "# ours\nsituation: s  # the id\nas_of: 2015-06-30\n\nfacts: {people: 12}  # counted\nexpect:\n  contexts: {}\n"
    )
    Path("s.yaml").write_text(text, encoding="utf-8", newline="\r\n")
    assert _ask("s.yaml", answers=("change stay", "12 months", "back", "11 months")).exit_code == 0
    expected = text.replace("people: 12", "people: 12, stay: 11 months").replace("\n", "\r\n")
    assert Path("s.yaml").read_bytes().decode() == expected


def test_wrong_use() -> None:
    for arguments, message in (
        (("--next",), "--next needs a situation: give an id, a file, or `-` for standard input"),
        (("-",), "the situation is read from standard input: give the answers with --answers FILE"),
        (("no.yaml",), "there is no situation or file `no.yaml`; to begin one, `comity ask -o no.yaml`"),
        (("dadab-2011",), "there is no situation or file `dadab-2011`; did you mean `dadaab-2011`?"),
    ):
        result = _ask(*arguments)
        assert result.exit_code == 2
        assert message in result.stderr
    Path("s.yaml").write_text("situation: s\nfacts: {}\n", encoding="utf-8")
    result = _ask("s.yaml", "--next")
    assert (result.exit_code, "the situation has no as-of date: give --as-of" in result.stderr) == (2, True)
    Path("s.yaml").write_text("situation: s\nfacts: {poeple: 1}\n", encoding="utf-8")
    result = _ask("s.yaml")
    assert result.exit_code == 1
    assert result.stderr == (
        "s.yaml:2:9: error[unknown-fact]: there is no fact `poeple`\n    hint: did you mean `people`?\n"
    )


def test_a_situation_from_standard_input() -> None:
    Path("answers.txt").write_text("n\n", encoding="utf-8")
    result = _ask("-", "--answers", "answers.txt", answers="situation: s\nas_of: 2015-06-30\nfacts: {}\n")
    assert result.exit_code == 0
    assert _read("s.yaml") == "situation: s\nas_of: 2015-06-30\nfacts:\n  groups: []\n"


# --- what is open -----------------------------------------------------------------------------------------------------


def test_the_open_questions() -> None:
    Path("s.yaml").write_text("situation: s\nfacts: {people: 5..20, stay: 2 years, calm: true}\n", encoding="utf-8")
    result = _ask("s.yaml", "--next", "--as-of", "2015-06-30")
    assert result.exit_code == 0
    _shows(
        result.stdout,
        """\
1. Which groups? (groups)
  Matters  for All of it

2. When? (day)
  Matters  for All of it
  Settles  not before 1 January 2012: not met

3. Is the border open? (border)
  Matters  for All of it
  Settles  closed: not met

4. Is the border kept open? (kept)
  Matters  for All of it
  Settles  no: not met

5. How many people? (people)
  Matters  for All of it
  Settles  5 to 9 people: not met
  So far   5 to 20 people
""",
    )
    assert _ask("s.yaml", "--next", "--as-of", "2015-06-30", "-o", "list.txt").stdout == ""
    assert _read("list.txt") == result.stdout
    document = json.loads(_ask("s.yaml", "--format", "json", "--as-of", "2015-06-30").stdout)
    assert {key: document[key] for key in ("format", "situation", "as_of", "rule_set")} == {
        "format": "comity-questions/1",
        "situation": "s",
        "as_of": "2015-06-30",
        "rule_set": {"id": "small", "version": "1.0.0", "reading": None, "set": {}},
    }
    assert [(one["fact"], one["type"], one["stated"]) for one in document["questions"]] == [
        ("groups", "table", False),
        ("day", "date", False),
        ("border", "choice", False),
        ("kept", "boolean", False),
        ("people", "count", True),
    ]
    assert document["questions"][4]["answers"] == [
        {"value": "5..9", "settles": {"all-of-it": "not-met"}},
        {"value": "10..20", "settles": {}},
    ]
    assert document["questions"][2]["options"] == ["open", "closed"]
    assert _read("s.yaml") == "situation: s\nfacts: {people: 5..20, stay: 2 years, calm: true}\n"


def test_nothing_is_open() -> None:
    Path("s.yaml").write_text("situation: s\nas_of: 2015-06-30\nfacts: {people: 5}\n", encoding="utf-8")
    assert _ask("s.yaml", "--next").stdout == "Nothing relevant is open.\n"
    assert json.loads(_ask("s.yaml", "--format", "json").stdout)["questions"] == []
    assert _ask("s.yaml").exit_code == 0


# --- a terminal -------------------------------------------------------------------------------------------------------


class Terminal:
    """A terminal of 80 columns in which `comity ask` runs."""

    def __init__(self, *arguments: str) -> None:
        kept = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "FORCE_COLOR")}
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "comity.cli", "ask", "--rules", "small", *arguments],
            env={**kept, "TERM": "dumb", "NO_COLOR": "1", "PYTHONWARNINGS": "error"},
            dimensions=(24, 80),
            encoding="utf-8",
            timeout=60,
        )
        self.child.delaybeforesend = None

    def interrupt(self) -> None:
        """Press Ctrl-C, as a person would: not in the instant before Python waits for a key, when it hears it later."""
        time.sleep(0.5)
        self.child.sendintr()

    def until(self, prompt: str) -> str:
        """Return what is shown until a prompt."""
        self.child.expect_exact(f"\n{prompt}> ")
        return str(self.child.before).replace("\r", "")

    def type(self, line: str, prompt: str) -> str:
        """Type a line; return what is shown until the next prompt, but for the line itself."""
        self.child.sendline(line)
        return self.until(prompt).partition("\n")[2]

    def end(self) -> tuple[str, int]:
        """Return what is shown until the end, and the exit code."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return str(self.child.before).replace("\r", ""), self.child.exitstatus


@pytest.mark.filterwarnings("ignore:.*forkpty.*:DeprecationWarning")  # the tests' workers have threads; the child execs
def test_an_interview_at_a_terminal() -> None:
    terminal = Terminal("--record", "record.txt")
    _shows(
        terminal.until("name"),
        """\
An interview about one situation.
Answer what you know; ? says that nobody knows. Everything is saved after each
answer. `help` shows what else you may type.

What is the situation called, in short? Its file gets the same name.
  Type     lower-case words joined by hyphens, like border-2015""",
    )
    assert terminal.type("Border 2015", "name") == (
        "  `Border 2015` cannot name a situation\n  hint: write lower-case words joined by hyphens, like `border-2015`"
    )
    terminal.type("border-2015", "title")
    terminal.type("The border", "as-of")
    _shows(
        terminal.type("2015-06-30", "groups"),
        """\

Which groups?
  Matters  for All of it
  Type     y to give a first row, n if there are none; ? if nobody knows""",
    )
    assert terminal.type("two", "groups") == (
        "  whether there is a row must be y or n, not `two`\n  hint: y or n; ? if nobody knows"
    )
    terminal.type("skip", "day")
    assert terminal.type("6 years", "day") == (
        "  `day` must be a date, not `6 years`\n  hint: write `6 years ago`, or a date like 2008-05-17"
    )
    terminal.type("2009..2010", "border")
    terminal.type("back", "day")
    terminal.type("2008-05", "border")
    assert "  change FACT  answer any fact again, like change groups\n" in terminal.type("help", "border")
    assert terminal.type("", "border") == "  `border` has no value\n  hint: type ? if nobody knows, or skip"
    terminal.type("1", "calm")
    terminal.type("y", "kept")
    terminal.type("?", "people")
    _shows(
        terminal.type("20000..30000", "stay"),
        """\

How long?
  Matters  for All of it
  Settles  0 months to 11 months: not met
  Type     18 months, or a range: 1 year..3 years; ? if nobody knows""",
    )
    terminal.type("resume", "groups")
    _shows(
        terminal.type("y", "profile"),
        """\

Row 1, profile: Who?
  Type     a few words; ? if nobody knows""",
    )
    terminal.type("North", "number")
    terminal.type("{2013: 9, 2014: 7, 2015: 8..9}", "since")
    terminal.child.send("half an ans")
    terminal.interrupt()
    shown, code = terminal.end()
    assert code == 130
    assert shown.endswith("\nEverything is in border-2015.yaml.\nTo go on: comity ask border-2015.yaml --rules small\n")
    half = f"{START}facts:\n  day: 2008-05\n  border: open\n  calm: true\n  people: 20000..30000\n"
    kept = "response: {facts: {kept: unknown}}\n"
    assert _read("border-2015.yaml") == (
        f"{half}{kept}"
        "# comity ask, unfinished: groups: [{profile: North, number: {2013: 9, 2014: 7, 2015: 8..9}}]\n"
    )

    terminal = Terminal("border-2015.yaml", "--record", "record.txt")
    assert terminal.until("since").startswith("The border, as of 30 June 2015: 5 facts so far.\n")
    terminal.type("?", "groups: another row")
    terminal.type("n", "stay")
    _shows(
        terminal.type("11 months", "done"),
        """\
  Now: All of it is not met.

Nothing more is to be asked. Press Enter to finish; `back` and
`change FACT` still work.""",
    )
    _shows(terminal.type("back", "stay").partition("\n\n")[0], "  Now: All of it is open again.")
    terminal.type("12 months", "done")
    terminal.child.sendline("")
    shown, code = terminal.end()
    assert code == 0
    _shows(
        shown,
        """\


VERDICTS
  cannot tell  All of it (waits for 1 fact)

What could still change a verdict or measure:
Not known, or only in part: kept.

Saved in border-2015.yaml.
For the reasons: comity assess border-2015.yaml --rules small
""",
    )
    rows = "  groups:\n    - {profile: North, number: {2013: 9, 2014: 7, 2015: 8..9}}\n  stay: 12 months\n"
    assert _read("border-2015.yaml") == half + rows + kept

    assert _ask("-o", "again.yaml", "--answers", "record.txt").exit_code == 0
    assert _read("again.yaml") == _read("border-2015.yaml")
    assert _assessed("again.yaml") == _assessed("border-2015.yaml")


@pytest.mark.filterwarnings("ignore:.*forkpty.*:DeprecationWarning")  # the tests' workers have threads; the child execs
def test_leaving_a_terminal() -> None:
    terminal = Terminal("-o", "s.yaml")
    terminal.until("name")
    terminal.child.sendeof()
    assert terminal.end()[0].endswith("\nNothing was answered, and nothing was written.\n")
    terminal = Terminal("-o", "s.yaml")
    terminal.until("name")
    terminal.type("s", "title")
    terminal.child.sendline("quit")
    shown, code = terminal.end()
    assert code == 1
    assert shown.endswith("\nEverything is in s.yaml.\nTo go on: comity ask s.yaml --rules small\n")
    terminal = Terminal("s.yaml")
    terminal.until("as-of")
    terminal.child.kill(signal.SIGHUP)
    terminal.child.expect(pexpect.EOF)
    assert _read("s.yaml") == "situation: s\nfacts: {}\n"
