"""`comity exercise run` as trainees meet it: at a terminal, and over answers that stand in a file."""

import os
import signal
import sys
import time
from pathlib import Path

import pexpect
import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from tests import drills

ALL = ("2", "3", "rain", "stay", "1 3", "The crowd.", "It rains.", ".")
WHOLE = """\
exercise: square
answers:
  contexts:
    camp: not-met
    crowd: unknown
  next: rain
  change-camp: [stay]
  deciding-crowd: [people, rain]
  essay: "The crowd.\\nIt rains."
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, in which `small` is a rule set and `square.yaml` an exercise."""
    monkeypatch.chdir(tmp_path)
    drills.write(tmp_path)
    return tmp_path


def _run(*arguments: str, answers: tuple[str, ...] = (), exercise: str = "square.yaml") -> Result:
    text = "".join(f"{line}\n" for line in answers)
    env = {"COLUMNS": "80", "NO_COLOR": None, "FORCE_COLOR": None}
    command = ("exercise", "run", exercise, "--rules", "small", *arguments)
    return CliRunner().invoke(main, command, input=text, env=env, prog_name="comity")


def _shows(shown: str, expected: str) -> None:
    assert shown == expected


def _read(name: str = "square.answers.yaml") -> str:
    return Path(name).read_text(encoding="utf-8")


# --- answers in a file ------------------------------------------------------------------------------------------------


def test_an_exercise_over_standard_input(here: Path) -> None:
    result = _run(answers=("1", "hint", "back", *ALL))
    assert (result.exit_code, result.stderr) == (0, "")
    assert _read() == WHOLE
    assert sorted(path.name for path in here.iterdir()) == ["plain.yaml", "small", "square.answers.yaml", "square.yaml"]
    _shows(
        result.stdout,
        """\
contexts.camp: 1
  - A camp, you chose “applies”. No: does not apply. They stay long: not met.
    Stay: 2 months (asked for: at least 1 year). It would apply if this alone
    were otherwise: Stay: 2 months → 1 year.
contexts.crowd: hint
  A crowd: How many people came? Does it rain?
contexts.crowd: back
contexts.camp: 2
  + A camp. Yes: does not apply. They stay long: not met. Stay: 2 months (asked
    for: at least 1 year). It would apply if this alone were otherwise: Stay: 2
    months → 1 year.
contexts.crowd: 3
  + A crowd. Yes: cannot tell. It waits for: Rain.
  Score: 1 of 1
    Sources:
      The law of crowds, 2
      The law of crowds, 1
next: rain
  + Right: Does it rain? It bears on “A crowd” and 1 measure; “yes” would
    settle: A crowd met; “no” would settle: A crowd not met, 1 measure not
    called for.
  Score: 1 of 1
    Sources:
      The law of crowds, 1(b)
change-camp: stay
  + Right: Stay: 2 months → 1 year. “A camp” would apply then.
  Score: 1 of 1
    Sources:
      The law of crowds, 2
deciding-crowd: 1 3
  + Right: People: 120 people. “A crowd” rests on it.
  + Right: Rain: yes. “A crowd” rests on it.
  Score: 1 of 1
    Sources:
      The law of crowds, 1
      The law of crowds, 1(a)
      The law of crowds, 1(b)
essay: The crowd.
essay: It rains.
essay: .

The square (square)
Score: 4 of 4

1. Which contexts apply to this situation?
  Score: 1 of 1

2. What should be asked next? Choose the question whose answers settle most.
  Score: 1 of 1

3. Which of these changes, each made alone, would turn the verdict on “A camp”
   to the opposite?
  Score: 1 of 1

4. Which of these facts does the verdict on “A crowd” rest on, or wait for?
  Score: 1 of 1

5. What would you do first?
    The crowd.
    It rains.
  Not marked by machine: a person reads it, beside what follows.
  Read for
    - Names the crowd
    - Asks for tents
  What the rules say
    A camp: does not apply. They stay long: not met. Stay: 2 months (asked for:
      at least 1 year). It would apply if this alone were otherwise: Stay: 2
      months → 1 year.
    A crowd: applies. People are many: met. People: 120 people (asked for: at
      least 100 people). They stand in the rain: met. Rain: yes.
    Sources:
      The law of crowds, 2
      The law of crowds, 1

Your answers are in square.answers.yaml.
""",
    )


def test_feedback_at_the_end() -> None:
    result = _run("--feedback", "final", answers=("1", "3", "tents", "people", "1 2 3", "x", "."))
    assert (result.exit_code, result.stderr) == (0, "")
    _shows(
        result.stdout,
        """\
contexts.camp: 1
contexts.crowd: 3
next: tents
change-camp: people
deciding-crowd: 1 2 3
essay: x
essay: .

The square (square)
Score: 0.5 of 4

1. Which contexts apply to this situation?
  Score: 0 of 1
  - A camp, you chose “applies”. No: does not apply. They stay long: not met.
    Stay: 2 months (asked for: at least 1 year). It would apply if this alone
    were otherwise: Stay: 2 months → 1 year.
  + A crowd. Yes: cannot tell. It waits for: Rain.
    Sources:
      The law of crowds, 2
      The law of crowds, 1

2. What should be asked next? Choose the question whose answers settle most.
  Score: 0 of 1
  . Missed: Does it rain? It bears on “A crowd” and 1 measure; “yes” would
    settle: A crowd met; “no” would settle: A crowd not met, 1 measure not
    called for.
  - Wrong: Are there tents? It bears on 1 measure; “yes” would settle: 1 measure
    not called for. Another question settles more.
    Sources:
      The law of crowds, 1(b)

3. Which of these changes, each made alone, would turn the verdict on “A camp”
   to the opposite?
  Score: 0 of 1
  . Missed: Stay: 2 months → 1 year. “A camp” would apply then.
  - Wrong: People: 120 people → 240 people. “A camp” would still not apply.
    Sources:
      The law of crowds, 2

4. Which of these facts does the verdict on “A crowd” rest on, or wait for?
  Score: 0.5 of 1
  + Right: People: 120 people. “A crowd” rests on it.
  - Wrong: Stay: 2 months. “A crowd” does not look at it.
  + Right: Rain: yes. “A crowd” rests on it.
    Sources:
      The law of crowds, 1
      The law of crowds, 1(a)
      The law of crowds, 1(b)

5. What would you do first?
    x
  Not marked by machine: a person reads it, beside what follows.
  Read for
    - Names the crowd
    - Asks for tents
  What the rules say
    A camp: does not apply. They stay long: not met. Stay: 2 months (asked for:
      at least 1 year). It would apply if this alone were otherwise: Stay: 2
      months → 1 year.
    A crowd: applies. People are many: met. People: 120 people (asked for: at
      least 100 people). They stand in the rain: met. Rain: yes.
    Sources:
      The law of crowds, 2
      The law of crowds, 1

Your answers are in square.answers.yaml.
""",
    )


def test_answers_that_end_early_lose_nothing() -> None:
    for cut in range(1, len(ALL)):
        result = _run("-o", "mine.yaml", answers=ALL[:cut])
        assert (result.exit_code, result.stderr) == (int(cut < len(ALL) - 2), "")
        told = "Your answers are in mine.yaml.\n"
        again = "To go on: comity exercise run square.yaml --rules small -o mine.yaml\n"
        assert result.stdout.endswith(told if cut == len(ALL) else told + again)
        rest = ("back", *ALL[5:]) if cut > 5 else ALL[cut:]
        assert _run("-o", "mine.yaml", answers=rest).exit_code == 0
        assert _read("mine.yaml") == WHOLE
        Path("mine.yaml").unlink()


def test_without_an_answer_nothing_is_written(here: Path) -> None:
    result = _run()
    assert (result.exit_code, result.stdout) == (1, "Nothing was answered, and nothing was written.\n")
    assert not (here / "square.answers.yaml").exists()


def test_an_answer_that_is_refused_ends_it() -> None:
    result = _run("--trainee", 'Ana "A" B.', answers=("1", "# a remark", "", "9", "1"))
    assert result.exit_code == 1
    assert result.stderr == (
        "<standard input>:4:1: error[unknown-word]: there is no choice `9`\n"
        "    hint: type a number from 1 to 3; `skip` passes over it\n"
    )
    assert _read() == 'exercise: square\ntrainee: "Ana \\"A\\" B."\nanswers:\n  contexts:\n    camp: met\n'
    assert "To go on: comity exercise run square.yaml --rules small\n" in result.stdout
    assert _run(answers=("1",)).exit_code == 1
    assert _read().startswith(
        'exercise: square\ntrainee: "Ana \\"A\\" B."\nanswers:\n  contexts:\n    camp: met\n    crowd: met\n'
    )


def test_a_stage_ends_with_what_was_passed_over() -> None:
    result = _run(answers=("2", "skip", "3", "next", "stay"))
    assert result.exit_code == 1
    assert "contexts.crowd: skip\nnext: 3\n" in result.stdout
    assert "\nend of the stage: next\nchange-camp: stay\n" in result.stdout


def test_a_file_that_cannot_be_gone_on_with_stays() -> None:
    for text, complaint in (
        (
            "exercise: plain\nanswers: {}\n",
            "1:11: error[unknown-id]: there is no exercise `plain`\n    hint: one of: square\n",
        ),
        (
            "situation: s\n",
            "1:1: error[missing-key]: the file of answers lacks `exercise`, `answers`\n    hint: add them\n",
        ),
    ):
        Path("square.answers.yaml").write_text(text, encoding="utf-8")
        result = _run(answers=("1",))
        assert result.exit_code == 1
        assert complaint in result.stderr
        assert _read() == text


def test_wrong_use() -> None:
    Path("both.yaml").write_text(
        "exercises:\n"
        + "".join("  - " + text.replace("\n", "\n    ").rstrip() + "\n" for text in (drills.SQUARE, drills.PLAIN)),
        encoding="utf-8",
    )
    for exercise, more, message in (
        ("-", (), "answers are read from standard input: give the exercise as an id or a file"),
        ("both.yaml", (), "`both.yaml` holds 2 exercises: choose one with --id, like square"),
        ("both.yaml", ("--id", "plan"), "there is no exercise `plan` in `both.yaml`; did you mean `plain`?"),
    ):
        result = _run(*more, exercise=exercise)
        assert result.exit_code == 2
        assert message in result.stderr
    result = _run("--id", "plain", answers=("1",), exercise="both.yaml")
    assert (result.exit_code, _read("plain.answers.yaml")) == (
        1,
        "exercise: plain\nanswers:\n  contexts:\n    camp: met\n",
    )
    assert result.stdout.endswith("To go on: comity exercise run both.yaml --rules small --id plain\n")


# --- a terminal -------------------------------------------------------------------------------------------------------


class Terminal:
    """A terminal of 80 columns in which `comity exercise run` runs."""

    def __init__(self, *arguments: str) -> None:
        kept = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "FORCE_COLOR")}
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "comity.cli", "exercise", "run", "square.yaml", "--rules", "small", *arguments],
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

    def until(self, prompt: str = "answer") -> str:
        """Return what is shown until a prompt."""
        self.child.expect_exact(f"\n{prompt}> ")
        return str(self.child.before).replace("\r", "")

    def type(self, line: str, prompt: str = "answer") -> str:
        """Type a line; return what is shown until the next prompt, but for the line itself."""
        self.child.sendline(line)
        return self.until(prompt).partition("\n")[2]

    def end(self) -> tuple[str, int]:
        """Return what is shown until the end, and the exit code."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return str(self.child.before).replace("\r", ""), self.child.exitstatus


@pytest.mark.filterwarnings("ignore:.*forkpty.*:DeprecationWarning")  # the tests' workers have threads; the child execs
def test_an_exercise_at_a_terminal() -> None:
    terminal = Terminal()
    _shows(
        terminal.until(),
        """\
The square (square)
Level: 1; As of: 30 June 2013; Rule set: small 1.0.0
5 tasks in 2 stages. `hint` helps, `help` shows what else you may type.
Everything is saved after each answer, in square.answers.yaml.

STAGE 1 OF 2: Noon

Some 120 people have come to the square, most of them two months ago.

Told:
  People: 120 people
  Stay: 2 months
  Border kept open: yes

TASK 1 OF 5
Which contexts apply to this situation?
Choose one answer for each; “cannot tell” is right where what is told does not
settle it.

  1/2  A camp
       1 applies  2 does not apply  3 cannot tell""",
    )
    _shows(
        terminal.type("maybe"),
        """\
  there is no choice `maybe`
  hint: type a number from 1 to 3; `skip` passes over it""",
    )
    _shows(terminal.type("hint"), "  A camp: How long have they stayed?")
    _shows(terminal.type("hint"), "  A camp looks at: They stay long.")
    _shows(
        terminal.type("1"),
        """\
  - A camp, you chose “applies”. No: does not apply. They stay long: not met.
    Stay: 2 months (asked for: at least 1 year). It would apply if this alone
    were otherwise: Stay: 2 months → 1 year.

  2/2  A crowd
       1 applies  2 does not apply  3 cannot tell""",
    )
    _shows(
        terminal.type("back"),
        """\

  1/2  A camp
       1 applies  2 does not apply  3 cannot tell
  Your answer: applies""",
    )
    _shows(
        terminal.type("2"),
        """\
  + A camp. Yes: does not apply. They stay long: not met. Stay: 2 months (asked
    for: at least 1 year). It would apply if this alone were otherwise: Stay: 2
    months → 1 year.

  2/2  A crowd
       1 applies  2 does not apply  3 cannot tell""",
    )
    _shows(
        terminal.type("skip"),
        """\

TASK 2 OF 5
What should be asked next? Choose the question whose answers settle most.
Choose one.
   1  How many people came?
   2  How long have they stayed?
   3  Does it rain?
   4  Are there tents?""",
    )
    _shows(
        terminal.type("3", "done"),
        """\
  + Right: Does it rain? It bears on “A crowd” and 1 measure; “yes” would
    settle: A crowd met; “no” would settle: A crowd not met, 1 measure not
    called for.
  Score: 1 of 1
    Sources:
      The law of crowds, 1(b)

1 question passed over; `resume` returns to it. Enter goes on to the next stage,
and leaves that open.""",
    )
    _shows(
        terminal.type("help", "done"),
        """\
Type the number of a choice, or its word; or:
  hint    the next hint, which never is the answer
  skip    pass over the question
  back    return to the question before
  resume  return to what was passed over
  quit    stop here; so does Ctrl-C
Where several can be right, type their numbers with spaces between: 1 3. An
essay is written line by line, and ends with a line that is a single full stop.
Everything is saved after each answer.""",
    )
    _shows(
        terminal.type("resume"),
        """\

TASK 1 OF 5
Which contexts apply to this situation?
Choose one answer for each; “cannot tell” is right where what is told does not
settle it.

  2/2  A crowd
       1 applies  2 does not apply  3 cannot tell""",
    )
    _shows(
        terminal.type("cannot tell"),
        """\
  + A crowd. Yes: cannot tell. It waits for: Rain.
  Score: 1 of 1
    Sources:
      The law of crowds, 2
      The law of crowds, 1

STAGE 2 OF 2: Night

It rains.

Told:
  Rain: yes

TASK 3 OF 5
Which of these changes, each made alone, would turn the verdict on “A camp” to
the opposite?
Choose all that are right; a wrong one costs as much as a right one earns.
   1  Stay: 2 months → 1 year
   2  People: 120 people → 240 people
   3  Rain: yes → no
   4  Border kept open: yes → no""",
    )
    terminal.child.send("half an ans")
    terminal.interrupt()
    shown, code = terminal.end()
    assert code == 130
    assert shown.endswith(
        "\nYour answers are in square.answers.yaml.\nTo go on: comity exercise run square.yaml --rules small\n"
    )
    assert _read() == WHOLE.partition("  change-camp")[0]

    terminal = Terminal()
    _shows(
        terminal.until(),
        """\
The square (square)
Level: 1; As of: 30 June 2013; Rule set: small 1.0.0
You go on where you stopped. `hint` helps, `help` shows what else you may type.
Everything is saved after each answer, in square.answers.yaml.

STAGE 1 OF 2: Noon

Some 120 people have come to the square, most of them two months ago.

Told:
  People: 120 people
  Stay: 2 months
  Border kept open: yes

STAGE 2 OF 2: Night

It rains.

Told:
  Rain: yes

TASK 3 OF 5
Which of these changes, each made alone, would turn the verdict on “A camp” to
the opposite?
Choose all that are right; a wrong one costs as much as a right one earns.
   1  Stay: 2 months → 1 year
   2  People: 120 people → 240 people
   3  Rain: yes → no
   4  Border kept open: yes → no""",
    )
    _shows(
        terminal.type("1"),
        """\
  + Right: Stay: 2 months → 1 year. “A camp” would apply then.
  Score: 1 of 1
    Sources:
      The law of crowds, 2

TASK 4 OF 5
Which of these facts does the verdict on “A crowd” rest on, or wait for?
Choose all that are right; a wrong one costs as much as a right one earns.
   1  People: 120 people
   2  Stay: 2 months
   3  Rain: yes
   4  Border kept open: yes""",
    )
    _shows(
        terminal.type("1 2"),
        """\
  + Right: People: 120 people. “A crowd” rests on it.
  - Wrong: Stay: 2 months. “A crowd” does not look at it.
  . Missed: Rain: yes. “A crowd” rests on it.
  Score: 0 of 1
    Sources:
      The law of crowds, 1
      The law of crowds, 1(a)
      The law of crowds, 1(b)

TASK 5 OF 5
What would you do first?
Answer in your own words; a person will read it.
  Write line by line; end with a line that is a single full stop.""",
    )
    _shows(terminal.type("The crowd."), "")
    terminal.interrupt()
    assert terminal.end()[1] == 130

    terminal = Terminal()
    _shows(
        terminal.until("done").partition("It rains.\n")[2],
        """\

Told:
  Rain: yes

That was all. `back` still works; Enter finishes.""",
    )
    _shows(
        terminal.type("back"),
        """\

TASK 5 OF 5
What would you do first?
Answer in your own words; a person will read it.
  Write line by line; end with a line that is a single full stop.
  What you wrote stays if you end at once; to write is to begin anew:
    The crowd.""",
    )
    terminal.type("The crowd.")
    terminal.type("It rains.")
    _shows(
        terminal.type(".", "done"),
        """\

That was all. `back` still works; Enter finishes.""",
    )
    terminal.child.sendline("")
    shown, code = terminal.end()
    assert code == 0
    _shows(
        shown,
        """\


The square (square)
Score: 3 of 4

1. Which contexts apply to this situation?
  Score: 1 of 1

2. What should be asked next? Choose the question whose answers settle most.
  Score: 1 of 1

3. Which of these changes, each made alone, would turn the verdict on “A camp”
   to the opposite?
  Score: 1 of 1

4. Which of these facts does the verdict on “A crowd” rest on, or wait for?
  Score: 0 of 1
  + Right: People: 120 people. “A crowd” rests on it.
  - Wrong: Stay: 2 months. “A crowd” does not look at it.
  . Missed: Rain: yes. “A crowd” rests on it.
    Sources:
      The law of crowds, 1
      The law of crowds, 1(a)
      The law of crowds, 1(b)

5. What would you do first?
    The crowd.
    It rains.
  Not marked by machine: a person reads it, beside what follows.
  Read for
    - Names the crowd
    - Asks for tents
  What the rules say
    A camp: does not apply. They stay long: not met. Stay: 2 months (asked for:
      at least 1 year). It would apply if this alone were otherwise: Stay: 2
      months → 1 year.
    A crowd: applies. People are many: met. People: 120 people (asked for: at
      least 100 people). They stand in the rain: met. Rain: yes.
    Sources:
      The law of crowds, 2
      The law of crowds, 1

Your answers are in square.answers.yaml.
""",
    )
    assert _read() == WHOLE.replace("[people, rain]", "[people, stay]")


@pytest.mark.filterwarnings("ignore:.*forkpty.*:DeprecationWarning")  # the tests' workers have threads; the child execs
def test_leaving_a_terminal() -> None:
    terminal = Terminal()
    terminal.until()
    terminal.child.sendeof()
    shown, code = terminal.end()
    assert (shown.splitlines()[-1], code) == ("Nothing was answered, and nothing was written.", 1)
    terminal = Terminal("--feedback", "final")
    terminal.until()
    assert terminal.type("1") == "\n  2/2  A crowd\n       1 applies  2 does not apply  3 cannot tell"
    terminal.child.sendline("quit")
    shown, code = terminal.end()
    assert code == 1
    assert shown.endswith(
        "\nYour answers are in square.answers.yaml.\n"
        "To go on: comity exercise run square.yaml --rules small --feedback final\n"
    )
    terminal = Terminal()
    terminal.until()
    terminal.type("1")
    terminal.child.kill(signal.SIGHUP)
    terminal.child.expect(pexpect.EOF)
    assert _read() == "exercise: square\nanswers:\n  contexts:\n    camp: met\n    crowd: met\n"


@pytest.mark.filterwarnings("ignore:.*forkpty.*:DeprecationWarning")  # the tests' workers have threads; the child execs
def test_a_file_that_somebody_else_changes_meanwhile_is_not_written_over() -> None:
    terminal = Terminal()
    terminal.until()
    terminal.type("1")
    Path("square.answers.yaml").write_text("precious", encoding="utf-8")
    terminal.child.sendline("1")
    shown, code = terminal.end()
    assert code == 1
    assert " ".join(shown.split()).endswith(
        "Error: `square.answers.yaml` has changed since it was read, and stays as it is now: "
        "to go on with it, comity exercise run square.yaml --rules small"
    )
    assert _read() == "precious"
