"""`comity exercise grade`, `list` and `show`: marks in every form, the report on a class, and what is refused."""

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from jsonschema import Draft7Validator

from comity.cli import main
from comity.engine.report.class_csv import class_csv
from comity.engine.report.class_view import class_view
from comity.engine.training.answers import Answers, answers_text
from comity.engine.training.classes import class_of
from comity.engine.training.marking import marks
from tests import drills, hostile
from tests.test_answers import EXERCISES, NAMES, answers

ANA = """\
exercise: square
answers:
  contexts: {camp: met, crowd: unknown}
  next: rain
  change-camp: [stay, people]
  deciding-crowd: [people]
  essay: "Names the crowd.\\n\\nAnd tents."
"""
BEN = """\
exercise: square
trainee: Ben
answers:
  contexts: {camp: met, crowd: not-met}
  next: tents
"""
COE = """\
{"exercise": "plain", "trainee": "Ben", "answers": {"contexts": {"camp": "not-met", "crowd": "met"},
 "measures": {"roofs": "not-called-for"}, "purposes-roofs": ["shelter"]}}
"""
FORM = "trainee,next,deciding-crowd\nDee,rain,people; rain\n=Eve(),,\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with a rule set, its exercises, and answers to them."""
    monkeypatch.chdir(tmp_path)
    drills.write(tmp_path)
    (tmp_path / "answers" / "more").mkdir(parents=True)
    (tmp_path / "answers" / ".hidden").mkdir()
    for name, text in (
        ("ana.answers.yaml", ANA),
        ("ben.yml", BEN),
        ("more/ben.json", COE),
        ("notes.txt", "]"),
        (".hidden/x.yaml", "]"),
    ):
        (tmp_path / "answers" / name).write_text(text, encoding="utf-8")
    (tmp_path / "form.csv").write_bytes(b"\xef\xbb\xbf" + FORM.replace("\n", "\r\n").encode())
    return tmp_path


def _run(*arguments: str, input_: str = "") -> Result:
    env = {"COLUMNS": "100", "NO_COLOR": None, "FORCE_COLOR": None}
    return CliRunner().invoke(main, ("exercise", *arguments), input=input_, env=env, prog_name="comity")


def _grade(*arguments: str, exercises: Sequence[str] = ("square.yaml", "plain.yaml"), input_: str = "") -> Result:
    named = [part for name in exercises for part in ("--exercises", name)]
    return _run("grade", "--rules", "small", *named, *arguments, input_=input_)


def _shows(shown: str, expected: str) -> None:
    assert shown == expected


# --- marks ------------------------------------------------------------------------------------------------------------


def test_one_trainee() -> None:
    result = _grade("answers/ana.answers.yaml")
    assert (result.exit_code, result.stderr) == (0, "")
    _shows(
        result.stdout,
        """\
The square (square)
Trainee: ana
Score: 1.5 of 4

1. Which contexts apply to this situation?
  Score: 0 of 1
  - A camp, you chose “applies”. No: does not apply. They stay long: not met. Stay: 2 months (asked
    for: at least 1 year). It would apply if this alone were otherwise: Stay: 2 months → 1 year.
  + A crowd. Yes: cannot tell. It waits for: Rain.
    Sources:
      The law of crowds, 2
      The law of crowds, 1

2. What should be asked next? Choose the question whose answers settle most.
  Score: 1 of 1
  + Right: Does it rain? It bears on “A crowd” and 1 measure; “yes” would settle: A crowd met; “no”
    would settle: A crowd not met, 1 measure not called for.
    Sources:
      The law of crowds, 1(b)

3. Which of these changes, each made alone, would turn the verdict on “A camp” to the opposite?
  Score: 0 of 1
  + Right: Stay: 2 months → 1 year. “A camp” would apply then.
  - Wrong: People: 120 people → 240 people. “A camp” would still not apply.
    Sources:
      The law of crowds, 2

4. Which of these facts does the verdict on “A crowd” rest on, or wait for?
  Score: 0.5 of 1
  + Right: People: 120 people. “A crowd” rests on it.
  . Missed: Rain: yes. “A crowd” rests on it.
    Sources:
      The law of crowds, 1
      The law of crowds, 1(a)
      The law of crowds, 1(b)

5. What would you do first?
    Names the crowd.

    And tents.
  Not marked by machine: a person reads it, beside what follows.
  Read for
    - Names the crowd
    - Asks for tents
  What the rules say
    A camp: does not apply. They stay long: not met. Stay: 2 months (asked for: at least 1 year). It
      would apply if this alone were otherwise: Stay: 2 months → 1 year.
    A crowd: applies. People are many: met. People: 120 people (asked for: at least 100 people).
      They stand in the rain: met. Rain: yes.
    Sources:
      The law of crowds, 2
      The law of crowds, 1
""",
    )


def test_one_trainee_with_two_exercises() -> None:
    result = _grade("answers/ben.yml", "answers/more")
    assert (result.exit_code, result.stderr) == (0, "")
    heads = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
    _shows(
        "\n".join(heads),
        """\
In words (plain)
Trainee: Ben
Score: 2 of 5

1. Which contexts apply to this situation?

2. How does each criterion of “A crowd” come out?

3. If this criterion were met, and all else were as it is, would “A crowd” apply?

4. Which measures of international cooperation are called for?

5. Which purposes does the measure “Roofs” serve, as the rule set sees it?

The square (square)
Trainee: Ben
Score: 0 of 4

1. Which contexts apply to this situation?

2. What should be asked next? Choose the question whose answers settle most.

3. Which of these changes, each made alone, would turn the verdict on “A camp” to the opposite?

4. Which of these facts does the verdict on “A crowd” rest on, or wait for?

5. What would you do first?""",
    )


def test_a_class() -> None:
    result = _grade("answers/ana.answers.yaml", "answers/ben.yml", "--essays")
    assert (result.exit_code, result.stderr) == (0, "")
    _shows(
        result.stdout,
        """\
The square (square)
Trainees: 2
Points: 4 at most
Mean: 0.75
Median: 0.75
Lowest to highest: 0 to 1.5

Tasks
  Task                                                Mean  Full marks  Not answered  Discrimination
  1. Which contexts apply to this situation?          0     0           0             none
  2. What should be asked next? Choose the question   0.5   1           0             none
    whose answers settle most.
  3. Which of these changes, each made alone, would   0     0           1             none
    turn the verdict on “A camp” to the opposite?
  4. Which of these facts does the verdict on “A      0.25  0           1             none
    crowd” rest on, or wait for?
  5. What would you do first?                                           1

Mean: of the scores, from 0 (hard) to 1 (easy). Discrimination: how a task's score goes along with
the sum of the other tasks' (Pearson's r, from -1 to 1); below 10 trainees there is none.

Contexts taken wrongly
  Context  Answered        Right           Trainees
  A camp   applies         does not apply  2 of 2
  A crowd  does not apply  cannot tell     1 of 2

Missed by most
  Right answer             Task    Trainees
  A camp: does not apply   Task 1  2 of 2
  Rain: yes                Task 4  2 of 2
  A crowd: cannot tell     Task 1  1 of 2
  Does it rain?            Task 2  1 of 2
  Stay: 2 months → 1 year  Task 3  1 of 2
  People: 120 people       Task 4  1 of 2

Trainees
  Trainee  Score  1  2  3  4    5
  ana      1.5    0  1  0  0.5
  Ben      0      0  0  0  0

Marks follow from a rule set, for study; essays are read by a person. This is not legal advice.

TASK 5 OF 5
What would you do first?
Answer in your own words; a person will read it.
Not marked by machine: a person reads it, beside what follows.

  What the rules say
    A camp: does not apply. They stay long: not met. Stay: 2 months (asked for: at least 1 year). It
      would apply if this alone were otherwise: Stay: 2 months → 1 year.
    A crowd: applies. People are many: met. People: 120 people (asked for: at least 100 people).
      They stand in the rain: met. Rain: yes.
    Sources:
      The law of crowds, 2
      The law of crowds, 1
  Read for
    - Names the crowd
    - Asks for tents

ana
    Names the crowd.

    And tents.

Ben
    Not answered.
""",
    )


def test_a_class_with_two_exercises() -> None:
    result = _grade("answers")
    assert (result.exit_code, result.stderr) == (0, "")
    _shows(
        result.stdout[result.stdout.index("\nTrainees") :],
        """\

Trainees: 1
Points: 5 at most
Mean: 2
Median: 2
Lowest to highest: 2 to 2

Tasks
  Task                                                Mean  Full marks  Not answered  Discrimination
  1. Which contexts apply to this situation?          0     0           0             none
  2. How does each criterion of “A crowd” come out?   0     0           1             none
  3. If this criterion were met, and all else were    0     0           1             none
    as it is, would “A crowd” apply?
  4. Which measures of international cooperation are  1     1           0             none
    called for?
  5. Which purposes does the measure “Roofs” serve,   1     1           0             none
    as the rule set sees it?

Mean: of the scores, from 0 (hard) to 1 (easy). Discrimination: how a task's score goes along with
the sum of the other tasks' (Pearson's r, from -1 to 1); below 10 trainees there is none.

Contexts taken wrongly
  Context  Answered        Right           Trainees
  A camp   does not apply  applies         1 of 1
  A crowd  applies         does not apply  1 of 1

One context for another
  Taken    For     Trainees
  A crowd  A camp  1 of 1

Missed by most
  Right answer                     Task    Trainees
  A camp: applies                  Task 1  1 of 1
  A crowd: does not apply          Task 1  1 of 1
  People are many: met             Task 2  1 of 1
  They stand in the rain: not met  Task 2  1 of 1
  People are many: no              Task 3  1 of 1
  They stand in the rain: yes      Task 3  1 of 1

The square (square)
Trainees: 2
Points: 4 at most
Mean: 0.75
Median: 0.75
Lowest to highest: 0 to 1.5

Tasks
  Task                                                Mean  Full marks  Not answered  Discrimination
  1. Which contexts apply to this situation?          0     0           0             none
  2. What should be asked next? Choose the question   0.5   1           0             none
    whose answers settle most.
  3. Which of these changes, each made alone, would   0     0           1             none
    turn the verdict on “A camp” to the opposite?
  4. Which of these facts does the verdict on “A      0.25  0           1             none
    crowd” rest on, or wait for?
  5. What would you do first?                                           1

Mean: of the scores, from 0 (hard) to 1 (easy). Discrimination: how a task's score goes along with
the sum of the other tasks' (Pearson's r, from -1 to 1); below 10 trainees there is none.

Contexts taken wrongly
  Context  Answered        Right           Trainees
  A camp   applies         does not apply  2 of 2
  A crowd  does not apply  cannot tell     1 of 2

Missed by most
  Right answer             Task    Trainees
  A camp: does not apply   Task 1  2 of 2
  Rain: yes                Task 4  2 of 2
  A crowd: cannot tell     Task 1  1 of 2
  Does it rain?            Task 2  1 of 2
  Stay: 2 months → 1 year  Task 3  1 of 2
  People: 120 people       Task 4  1 of 2

Trainees
  Trainee  plain  square
  ana             1.5
  Ben      2      0

Marks follow from a rule set, for study; essays are read by a person. This is not legal advice.
""",
    )
    assert _grade("answers", "--class").stdout == result.stdout


def test_a_form() -> None:
    result = _grade("form.csv", "--format", "csv", exercises=["square.yaml"])
    assert (result.exit_code, result.stderr) == (0, "")
    _shows(
        result.stdout,
        """\
trainee,exercise,score,of,contexts,next,change-camp,deciding-crowd
'=Eve(),square,0,4,0,0,0,0
Dee,square,2,4,0,1,0,1
""",
    )


def test_tables() -> None:
    (Path("answers") / "more" / "form.csv").write_text(
        FORM.replace("trainee", "exercise,trainee").replace("Dee", "square,Dee").replace("=Eve", "square,=Eve"),
        encoding="utf-8",
    )
    for table, expected in TABLES.items():
        result = _grade("answers", "--format", "csv", "--table", table)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == expected


TABLES = {
    "trainees": """\
trainee,exercise,score,of,contexts,criteria-crowd,near-miss-crowd,measures,purposes-roofs,next,change-camp,\
deciding-crowd
Ben,plain,2,5,0,0,0,1,1,,,
'=Eve(),square,0,4,0,,,,,0,0,0
ana,square,1.5,4,0,,,,,1,0,0.5
Ben,square,0,4,0,,,,,0,0,0
Dee,square,2,4,0,,,,,1,0,1
""",
    "tasks": """\
exercise,task,kind,trainees,mean,full marks,not answered,discrimination
plain,contexts,contexts,1,0,0,0,
plain,criteria-crowd,criteria,1,0,0,1,
plain,near-miss-crowd,near-miss,1,0,0,1,
plain,measures,measures,1,1,1,0,
plain,purposes-roofs,purposes,1,1,1,0,
square,contexts,contexts,4,0,0,2,
square,next,next,4,0.5,2,1,
square,change-camp,change,4,0,0,3,
square,deciding-crowd,deciding,4,0.375,1,2,
square,essay,essay,4,,,3,
""",
    "confused": """\
exercise,task,about,answered,right,trainees,of
plain,contexts,camp,not-met,met,1,1
plain,contexts,crowd,met,not-met,1,1
square,contexts,camp,met,not-met,2,2
square,contexts,crowd,not-met,unknown,1,2
""",
    "essays": """\
trainee,exercise,task,text
'=Eve(),square,essay,
ana,square,essay,"Names the crowd.

And tents."
Ben,square,essay,
Dee,square,essay,
""",
}


def test_json() -> None:
    document: Any = json.loads(_grade("answers/ana.answers.yaml", "--format", "json").stdout)
    (one,) = document["exercises"]
    assert {key: one[key] for key in ("exercise", "title", "about", "of", "taken", "swapped", "missed")} == {
        "exercise": "square",
        "title": "The square",
        "about": {"As of": "30 June 2013", "Rule set": "small 1.0.0"},
        "of": 4,
        "taken": [{"task": "contexts", "about": "camp", "answered": "met", "right": "not-met", "trainees": 1, "of": 1}],
        "swapped": [],
        "missed": [
            {"task": "contexts", "answer": "camp=not-met", "trainees": 1},
            {"task": "deciding-crowd", "answer": "rain", "trainees": 1},
        ],
    }
    (ana,) = one["trainees"]
    assert (ana["trainee"], ana["score"]) == ("ana", 1.5)
    assert ana["tasks"]["essay"] == {"score": None, "text": "Names the crowd.\n\nAnd tents."}
    assert ana["tasks"]["deciding-crowd"] == {
        "score": 0.5,
        "right": ["people"],
        "wrong": [],
        "missed": ["rain"],
        "feedback": [
            {"about": "people", "right": True, "text": "Right: People: 120 people. “A crowd” rests on it."},
            {"about": "rain", "right": None, "text": "Missed: Rain: yes. “A crowd” rests on it."},
        ],
    }
    assert one["tasks"][3] == {
        "task": "deciding-crowd",
        "kind": "deciding",
        "prompt": "Which of these facts does the verdict on “A crowd” rest on, or wait for?",
        "mean": 0.5,
        "full_marks": 0,
        "not_answered": 0,
        "discrimination": None,
        "explanation": ["People: 120 people. “A crowd” rests on it.", "Rain: yes. “A crowd” rests on it."],
        "sources": ["The law of crowds, 1", "The law of crowds, 1(a)", "The law of crowds, 1(b)"],
        "rubric": [],
    }
    assert (document["format"], one["tasks"][4]["rubric"]) == ("comity-marks/1", ["Names the crowd", "Asks for tents"])
    schema = json.loads(CliRunner().invoke(main, ["schema", "marks"]).stdout)
    assert [*Draft7Validator(schema).iter_errors(document)] == []
    for key in one:
        odd = {**document, "exercises": [{name: value for name, value in one.items() if name != key}]}
        assert [*Draft7Validator(schema).iter_errors(odd)]


def test_html_is_written_to_a_file() -> None:
    result = _grade("answers", "--format", "html", "-o", "class.html")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    page = Path("class.html").read_text(encoding="utf-8")
    assert page.startswith('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n')
    assert "And tents." not in page
    assert "And tents." in _grade("answers", "--format", "html", "--essays").stdout


def test_each_trainee_gets_a_file(here: Path) -> None:
    (here / "answers" / "more" / "odd.csv").write_text(
        'trainee,exercise\n"../a b/",plain\nA B,plain\n"<x>",plain\nLucía,plain\n...,plain\nben,plain\n',
        encoding="utf-8",
    )
    result = _grade("../" + here.name + "/answers", "--format", "csv", "--each", "out/each")
    assert (result.exit_code, result.stderr) == (0, "")
    files = {path.name: path for path in (here / "out" / "each").iterdir()}
    assert sorted(files) == sorted(
        ["a-b.txt", "A-B-2.txt", "x.txt", "Lucía.txt", "trainee.txt", "Ben.txt", "ben-2.txt", "ana.txt"]
    )
    own = _grade("answers/ben.yml", "answers/more/ben.json").stdout
    assert files["Ben.txt"].read_text(encoding="utf-8") == own
    assert _grade("answers/ana.answers.yaml", "--format", "html", "--each", "pages", "-o", "x.html").exit_code == 0
    page = Path("pages/ana.html").read_text(encoding="utf-8")
    assert page == Path("x.html").read_text(encoding="utf-8")
    assert '<h2 id="exercise-1">Score: 1.5 of 4</h2>' in page


def test_what_cannot_be_read_is_said_and_the_rest_is_marked() -> None:
    (Path("answers") / "more" / "ana.yaml").write_text(ANA, encoding="utf-8")
    (Path("answers") / "bad.csv").write_text(
        "trainee,exercise,next\nFay,square,snow\nGus,square,rain\n", encoding="utf-8"
    )
    (Path("answers") / "no.json").write_text('{"exercise": "squares", "answers": {}}', encoding="utf-8")
    (Path("answers") / "latin.csv").write_bytes(b"trainee\nJos\xe9\n")
    result = _grade("answers", "--format", "csv")
    assert result.exit_code == 1
    _shows(
        result.stderr,
        """\
answers/bad.csv:2:12: error[unknown-id]: `next` has no answer `snow`
    hint: one of: people, stay, rain, tents
answers/latin.csv:2:4: error[not-utf8]: byte 12 of the file is not UTF-8
    hint: save the file as UTF-8
answers/more/ana.yaml:1:1: error[duplicate-name]: `ana` has answered `square` before, in answers/ana.answers.yaml:1:1
    hint: leave one out, or give them different names
answers/no.json:1:14: error[unknown-id]: there is no exercise `squares`
    hint: did you mean `square`?
""",
    )
    assert [line.split(",")[0] for line in result.stdout.splitlines()] == ["trainee", "Ben", "ana", "Ben", "Gus"]


def test_answers_from_standard_input() -> None:
    result = _grade("-", input_=BEN)
    assert result.exit_code == 0
    assert result.stdout.startswith("The square (square)\nTrainee: Ben\nScore: 0 of 4\n")


def test_wrong_use(here: Path) -> None:
    (here / "empty").mkdir()
    result = _grade("empty")
    assert (result.exit_code, "there are no answers: no file in YAML, JSON or CSV" in result.stderr) == (2, True)
    result = _grade("nowhere.yaml")
    assert (result.exit_code, "nowhere.yaml' does not exist" in result.stderr) == (2, True)
    (here / "bad.yaml").write_text("exercise: none\nanswers: {}\n", encoding="utf-8")
    result = _grade("bad.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "bad.yaml:1:11: error[unknown-id]: there is no exercise `none`\n    hint: one of: square, plain\n"
    )


def test_built_in_exercises_are_found_by_what_the_answers_name() -> None:
    found = json.loads(_run("list", "--format", "json").stdout)["exercises"]
    assert "dadaab-first-look" in [one["id"] for one in found]
    text = "exercise: dadaab-first-look\nanswers: {contexts: {mass-influx: met}}\n"
    assert _run("grade", "-", input_=text).stdout.startswith("Dadaab, 2011: a first look (dadaab-first-look)\n")
    result = _run("grade", "-", input_=text.replace("dadaab", "dadab"))
    assert result.stderr == (
        "<standard input>:1:11: error[unknown-id]: there is no exercise `dadab-first-look`\n"
        "    hint: did you mean `dadaab-first-look`?\n"
    )


# --- CSV --------------------------------------------------------------------------------------------------------------

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@given(answers(NAMES))
@settings(max_examples=50)
def test_no_cell_is_a_formula_and_all_read_back(one: Answers) -> None:
    _holds(one)


@pytest.mark.parametrize("start", range(0, 500, 50))
def test_no_hostile_name_is_a_formula(start: int) -> None:
    for text in hostile.TEXTS[start : start + 50]:
        _holds(Answers(exercise="square", trainee=text, answers={"essay": text}))
    for sign in _FORMULAS:
        _holds(Answers(exercise="square", trainee=f'{sign}cmd|" /C calc"!A0', answers={"essay": f"{sign}1"}))


def _holds(one: Answers) -> None:
    items = EXERCISES[one.exercise]
    sheet = drills.words(drills.SQUARE if one.exercise == "square" else drills.PLAIN)
    class_ = class_of(items, [marks(items, one)])
    reports = [(sheet, class_, class_view(sheet, class_))]
    for table, texts in (
        ("trainees", [one.trainee]),
        ("essays", [one.trainee, one.words("essay")] if one.exercise == "square" else []),
    ):
        _, *rows = csv.reader(io.StringIO(class_csv(reports, table), newline=""))
        for row in rows:
            assert not any(cell.startswith(_FORMULAS) for cell in row)
            found = [row[0], *([row[-1]] if table == "essays" else [])]
            assert found == [f"'{text}" if text.startswith((*_FORMULAS, "\n")) else text for text in texts]


# --- list and show ----------------------------------------------------------------------------------------------------


def test_list() -> None:
    _shows(
        _run("list", "--rules", "small", "square.yaml", "plain.yaml").stdout,
        """\
square  level 1, 5 tasks, 2 stages  The square
plain   level 2, 5 tasks            In words
""",
    )


def test_show() -> None:
    shown = _run("show", "--rules", "small", "square.yaml").stdout
    _shows(
        shown,
        """\
The square (square)
Level: 1; As of: 30 June 2013; Rule set: small 1.0.0

STAGE 1 OF 2: Noon

Some 120 people have come to the square, most of them two months ago.

Told:
  People: 120 people
  Stay: 2 months
  Border kept open: yes

TASK 1 OF 5
Which contexts apply to this situation?
Choose one answer for each; “cannot tell” is right where what is told does not settle it.

  1/2  A camp
       1 applies  2 does not apply  3 cannot tell

  2/2  A crowd
       1 applies  2 does not apply  3 cannot tell

TASK 2 OF 5
What should be asked next? Choose the question whose answers settle most.
Choose one.
   1  How many people came?
   2  How long have they stayed?
   3  Does it rain?
   4  Are there tents?

STAGE 2 OF 2: Night

It rains.

Told:
  Rain: yes

TASK 3 OF 5
Which of these changes, each made alone, would turn the verdict on “A camp” to the opposite?
Choose all that are right; a wrong one costs as much as a right one earns.
   1  Stay: 2 months → 1 year
   2  People: 120 people → 240 people
   3  Rain: yes → no
   4  Border kept open: yes → no

TASK 4 OF 5
Which of these facts does the verdict on “A crowd” rest on, or wait for?
Choose all that are right; a wrong one costs as much as a right one earns.
   1  People: 120 people
   2  Stay: 2 months
   3  Rain: yes
   4  Border kept open: yes

TASK 5 OF 5
What would you do first?
Answer in your own words; a person will read it.
""",
    )
    key = _run("show", "--rules", "small", "square.yaml", "--key").stdout
    left = iter(key.splitlines())
    assert all(line in left for line in shown.splitlines()), "the key adds lines to what trainees read"


def test_the_key_alone_says_what_is_right() -> None:
    shown = _run("show", "--rules", "small", "square.yaml", "plain.yaml").stdout
    key = _run("show", "--rules", "small", "square.yaml", "plain.yaml", "--key").stdout
    for sheet in (drills.words(drills.SQUARE), drills.words(drills.PLAIN)):
        for entry in sheet.entries:
            for line in (*entry.explanation, *entry.rubric, *(choice.feedback for choice in entry.every_choice)):
                assert line not in " ".join(shown.split())
            for line in entry.explanation:
                assert line in " ".join(key.split())


def test_columns() -> None:
    shown = _run("show", "--rules", "small", "square.yaml", "--columns").stdout
    _shows(
        shown,
        """\
trainee,exercise,contexts.camp,contexts.crowd,next,change-camp,deciding-crowd,essay

trainee         a name
exercise        square
contexts.camp   met | not-met | unknown
contexts.crowd  met | not-met | unknown
next            one of: people | stay | rain | tents
change-camp     any of, with ; between: stay | people | rain | kept
deciding-crowd  any of, with ; between: people | stay | rain | kept
essay           a text
""",
    )
    head = shown.partition("\n")[0]
    Path("filled.csv").write_text(f"{head}\nAna,square,,,,,,\n", encoding="utf-8")
    assert _grade("filled.csv").stderr == ""


def test_the_group() -> None:
    _shows(
        _run("--help").stdout,
        """\
Usage: comity exercise [OPTIONS] COMMAND [ARGS]...

  Exercises whose keys are worked out from the rules.

  comity exercise list
  comity exercise run dadaab-first-look
  comity exercise grade answers/ --format html -o class.html

Options:
  -h, --help  Show this message and exit.

Commands:
  list      The built-in exercises, or those of files.
  show      An exercise as its trainees read it, or its key.
  run       Do an exercise here: answers are saved, and can be gone on with.
  grade     Mark answers: what is right and why, and a report on a class.
  generate  New exercises, with keys that are proved.
  export    Exercises for learning platforms, flash cards and paper.
""",
    )
    result = _run("lst")
    assert (result.exit_code, "there is no command `lst`: did you mean `list`?" in result.stderr) == (2, True)


def test_a_file_of_answers_is_what_run_writes() -> None:
    one = Answers(exercise="square", trainee="", answers={"next": frozenset(("rain",))})
    Path("own.yaml").write_text(answers_text(one, EXERCISES["square"]), encoding="utf-8")
    assert "\nTrainee: own\nScore: 1 of 4\n" in _grade("own.yaml").stdout


# --- the page of documentation ----------------------------------------------------------------------------------------

PAGE = Path(__file__).parents[1] / "docs" / "exercises.md"


def test_the_answers_that_the_page_shows_can_be_marked() -> None:
    found = re.findall(
        r"^```(?:yaml|text)\n((?:exercise: |trainee,).*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S
    )
    file, table = found
    Path("shown.yaml").write_text(file, encoding="utf-8")
    Path("shown.csv").write_text(table, encoding="utf-8")
    for name in ("shown.yaml", "shown.csv"):
        result = _run("grade", name, "--exercises", "dadaab-first-look", "--format", "csv")
        assert (result.exit_code, result.stderr) == (0, "")
