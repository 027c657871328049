"""Files and tables of answers: what they say, written and read back, and what is wrong with them."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, strategies as st

from comity.engine.language.diagnostic import Loaded
from comity.engine.language.source import Document, allowed, read
from comity.engine.report.sheet import sheet
from comity.engine.training.answers import Answers, Given, answers_text, grid_answer, load_answers
from comity.engine.training.answers_table import load_table, read_table
from comity.engine.training.exercise import KINDS
from comity.engine.training.items import Item
from comity.engine.training.marking import marks
from tests import drills

EXERCISES = {"square": drills.tasks(drills.SQUARE), "plain": drills.tasks(drills.PLAIN)}

# A document holds no control characters, and nothing that cannot be seen.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Cn"]), min_size=1, max_size=40)
NAMES = TEXTS.map(allowed).filter(str.strip)
LINES = st.lists(NAMES, min_size=1, max_size=3).map("\n".join)


@st.composite
def given_to(draw: st.DrawFn, item: Item) -> Given:
    """Draw an answer to a task."""
    ids = [option.id for option in item.options]
    match item.choose:
        case "each":
            rows = draw(st.lists(st.sampled_from(item.rows), unique=True, min_size=1))
            return frozenset(draw(st.sampled_from([one.id for one in item.of_row(row)])) for row in rows)
        case "any":
            return frozenset(draw(st.lists(st.sampled_from(ids), unique=True, min_size=1)))
        case "one":
            return frozenset((draw(st.sampled_from(ids)),))
    return draw(LINES)


@st.composite
def answers(draw: st.DrawFn, trainees: st.SearchStrategy[str] = NAMES) -> Answers:
    name = draw(st.sampled_from(sorted(EXERCISES)))
    answered = draw(st.lists(st.sampled_from(EXERCISES[name]), unique_by=lambda item: item.task.id))
    told = {item.task.id: draw(given_to(item)) for item in answered}
    return Answers(exercise=name, trainee=draw(trainees), answers=told)


def loaded(text: str, trainee: str = "") -> Loaded[Answers]:
    document = read(text.encode(), "a.yaml")
    assert isinstance(document, Document), document
    return load_answers(document, EXERCISES.get, EXERCISES, trainee)


# --- files ------------------------------------------------------------------------------------------------------------


@given(answers())
def test_what_is_written_reads_back(one: Answers) -> None:
    text = answers_text(one, EXERCISES[one.exercise])
    assert loaded(text) == Loaded(one)
    assert answers_text(one.but(answers=dict(reversed([*one.answers.items()]))), EXERCISES[one.exercise]) == text


def test_a_file() -> None:
    given: Mapping[str, Given] = {
        "contexts": frozenset(("crowd=unknown", "camp=not-met")),
        "next": frozenset(("rain",)),
        "deciding-crowd": frozenset(("rain", "people")),
        "essay": "Names the crowd:\nit is “a crowd”.",
    }
    one = Answers(exercise="square", trainee='O"Neill', answers=given)
    text = """\
exercise: square
trainee: "O\\"Neill"
answers:
  contexts:
    camp: not-met
    crowd: unknown
  next: rain
  deciding-crowd: [people, rain]
  essay: "Names the crowd:\\nit is “a crowd”."
"""
    assert answers_text(one, EXERCISES["square"]) == text
    json = (
        '{"exercise": "square", "trainee": "O\\"Neill", "answers": {"contexts": {"crowd": "unknown", "camp": "not-met"}'
        ', "next": "rain", "deciding-crowd": ["rain", "people"], "essay": "Names the crowd:\\nit is “a crowd”."}}'
    )
    assert loaded(json) == loaded(text) == Loaded(one)


def test_words_that_other_readers_of_yaml_take_for_truths_are_quoted() -> None:
    one = Answers(exercise="plain", trainee="", answers={"near-miss-crowd": frozenset(("many=no", "wet=yes"))})
    text = 'exercise: plain\nanswers:\n  near-miss-crowd:\n    many: "no"\n    wet: "yes"\n'
    assert answers_text(one, EXERCISES["plain"]) == text
    assert loaded(text.replace('"', "")) == Loaded(one)


def test_a_file_that_names_nobody_is_of_whom_its_name_says() -> None:
    found = loaded("exercise: square\nanswers: {}\n", "ana").value
    assert found == Answers(exercise="square", trainee="ana", answers={})


WRONG = {
    "exercise: sqare\nanswers: {}\n": [
        "a.yaml:1:11: error[unknown-id]: there is no exercise `sqare`",
        "    hint: did you mean `square`?",
    ],
    "exercise: square\nname: Ana\n": [
        "a.yaml:1:1: error[missing-key]: the file of answers lacks `answers`",
        "    hint: add `answers: ...`",
        "a.yaml:2:1: error[unknown-key]: the file of answers has the unknown key `name`",
        "    hint: one of: exercise, trainee, answers",
    ],
    """\
exercise: square
answers:
  context: {crowd: met}
  contexts: {crowd: yes, camps: met, camp: [met]}
  next: [rain]
  deciding-crowd: [people, people, rian]
  change-camp: stay
  essay: 12
""": [
        "a.yaml:3:3: error[unknown-id]: the exercise has no task `context`",
        "    hint: did you mean `contexts`?",
        "a.yaml:4:21: error[unknown-word]: the answer to `crowd` cannot be `yes`",
        "    hint: one of: met, not-met, unknown",
        "a.yaml:4:26: error[unknown-id]: `contexts` does not ask about `camps`",
        "    hint: did you mean `camp`?",
        "a.yaml:4:44: error[wrong-shape]: the answer to `camp` must be one word, not a list",
        "    hint: one of: met, not-met, unknown",
        "a.yaml:5:9: error[wrong-shape]: an answer to `next` must be one word, not a list",
        "    hint: one of: people, stay, rain, tents",
        "a.yaml:6:28: error[duplicate-name]: `people` is chosen twice",
        "    hint: name each once",
        "a.yaml:6:36: error[unknown-id]: `deciding-crowd` has no answer `rian`",
        "    hint: did you mean `rain`?",
        "a.yaml:7:16: error[wrong-shape]: the answer to `change-camp` must be a list, not the text `stay`",
        "    hint: write [stay]",
        "a.yaml:8:10: error[not-text]: the answer to `essay` must be a text, not the number 12",
        '    hint: write "12", with quotes',
    ],
    "exercise: square\nanswers: {contexts: {camp: met, camp: met}}\n": [
        "a.yaml:2:33: error[duplicate-key]: the key `camp` stands twice; first in line 2",
        "    hint: keep one of them",
    ],
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_with_a_file(text: str) -> None:
    document = read(text.encode(), "a.yaml")
    found = (
        load_answers(document, EXERCISES.get, EXERCISES, "").diagnostics if isinstance(document, Document) else document
    )
    assert [line for one in found for line in str(one).splitlines()] == WRONG[text]


def test_every_answer_of_a_grid_can_be_given_in_the_words_that_trainees_read() -> None:
    for text in (drills.SQUARE, drills.PLAIN):
        for entry in sheet(*drills.loaded(text)).entries:
            for row in entry.rows:
                for choice in row.choices:
                    answer = grid_answer(choice.text.title(), KINDS[entry.kind].answers)
                    assert f"{row.id}={answer}" == choice.id


# --- tables -----------------------------------------------------------------------------------------------------------

CELLS = st.text(st.sampled_from('ab ";,\t\n=é'), max_size=6)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_a_table_reads_back(rows: Sequence[Sequence[str]], end: str) -> None:
    rows = [["first", "head"], *rows]
    text = end.join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    found = read_table(text, "a.csv")
    assert isinstance(found, list)
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    assert [[cell.text for cell in row] for row in found] == kept
    lines = text.split("\n")
    for row in found:
        for cell in row:
            assert lines[cell.at.line - 1][cell.at.column - 1] == '"'


def table(*every: Answers, separator: str = ",") -> str:
    """Return answers as a form would write them."""
    columns = ["trainee", "exercise"]
    for items in EXERCISES.values():
        columns += [f"{item.task.id}.{row}" if row else item.task.id for item in items for row in item.rows or ("",)]
    columns = [*dict.fromkeys(columns)]
    rows = [columns]
    for one in every:
        cells = {"trainee": one.trainee, "exercise": one.exercise}
        for task, told in one.answers.items():
            if isinstance(told, str):
                cells[task] = told
            elif any("=" in option for option in told):
                cells |= {f"{task}.{option.partition('=')[0]}": option.partition("=")[2] for option in told}
            else:
                cells[task] = "; ".join(sorted(told))
        rows.append([cells.get(column, "") for column in columns])
    return "".join(separator.join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in rows)


@given(st.lists(answers(NAMES.map(str.strip)), min_size=1, max_size=3), st.sampled_from([",", ";", "\t"]))
def test_a_table_has_the_marks_of_its_rows_as_files(every: list[Answers], separator: str) -> None:
    found = load_table(table(*every, separator=separator), "a.csv", EXERCISES.get, tuple(EXERCISES))
    assert [one.diagnostics for one in found] == [()] * len(every)
    for one, answered in zip(found, every, strict=True):
        items = EXERCISES[answered.exercise]
        again = loaded(answers_text(answered, items)).value
        assert one.value == answered == again
        assert one.value is not None
        assert marks(items, one.value).marks == marks(items, answered).marks


FORM = """\
Timestamp;Trainee;Contexts.Crowd;contexts.camp;next;Deciding Crowd;essay
1 May;Ana;cannot tell;Does not apply;;rain, PEOPLE;"Two
lines; one ""crowd""\"
2 May;Ben;Met;;rain;people;
"""


def test_a_form() -> None:
    found = load_table(FORM.replace("\n", "\r\n"), "form.csv", EXERCISES.get, ("square",))
    assert [str(one) for each in found for one in each.diagnostics] == [
        "form.csv:1:1: warning[unknown-key]: the column `Timestamp` is no task, and is not read\n"
        "    hint: one of: trainee, exercise, contexts.camp, contexts.crowd, next, change-camp, deciding-crowd, essay"
    ]
    ana, ben = (one.value for one in found)
    assert ana == Answers(
        exercise="square",
        trainee="Ana",
        answers={
            "contexts": frozenset(("crowd=unknown", "camp=not-met")),
            "deciding-crowd": frozenset(("rain", "people")),
            "essay": 'Two\nlines; one "crowd"',
        },
    )
    assert ben is not None
    assert ben.answers == {
        "contexts": frozenset(("crowd=met",)),
        "next": frozenset(("rain",)),
        "deciding-crowd": frozenset(("people",)),
    }


HEAD = "trainee,contexts.crowd,next,deciding-crowd\n"
WRONG_TABLES: dict[str, list[str]] = {
    "": ["1:1: error[empty-document]: the table is empty", "    hint: write the names of the columns in the first row"],
    "name,next\nAna,rain\n": [
        "1:1: error[missing-key]: the table has no column `trainee`",
        "    hint: name it in the first row",
        "1:1: warning[unknown-key]: the column `name` is no task, and is not read",
        "    hint: one of: trainee, exercise, contexts.camp, contexts.crowd, next, change-camp, deciding-crowd, essay",
    ],
    "trainee,contexts,contexts.crowds,next,Next,contexts.x\nAna,met,met,rain,rain,\n": [
        "1:9: error[unknown-key]: the column `contexts` is no task, and is not read",
        "    hint: write a column for each: contexts.camp, contexts.crowd",
        "1:18: error[unknown-key]: the column `contexts.crowds` is no task, and is not read",
        "    hint: did you mean `contexts.crowd`?",
        "1:39: error[duplicate-name]: a second column is called `next`",
        "    hint: leave one out",
        "1:44: error[unknown-key]: the column `contexts.x` is no task, and is not read",
        "    hint: one of: trainee, exercise, contexts.camp, contexts.crowd, next, change-camp, deciding-crowd, essay",
    ],
    HEAD + "Ana,mett,snow,people;snow;people\n,met,,\nBen,met,rain;stay,people,stay\n": [
        "2:5: error[unknown-word]: the answer to `crowd` cannot be `mett`",
        "    hint: did you mean `met`?",
        "2:10: error[unknown-id]: `next` has no answer `snow`",
        "    hint: one of: people, stay, rain, tents",
        "2:15: error[duplicate-name]: `people` is chosen twice",
        "    hint: name each once",
        "2:15: error[unknown-id]: `deciding-crowd` has no answer `snow`",
        "    hint: one of: people, stay, rain, kept",
        "3:1: error[empty-value]: the row names no trainee",
        "    hint: fill it in",
        "4:9: error[wrong-shape]: `next` takes one answer, not 2",
        "    hint: keep one",
        "4:26: error[wrong-shape]: `stay` stands under no column",
        "    hint: put a cell that holds the separator in quotes, or name the column",
    ],
    "," * 2000 + "trainee\n": [
        "1:1: error[too-many-values]: the table has 2001 columns; at most 2000 are read",
        "    hint: split it",
    ],
    HEAD + 'Ana,met,"rain\nBen,met,rain\n': [
        "2:9: error[wrong-shape]: the quote is never closed",
        '    hint: end the cell with `"`',
    ],
    HEAD + '"Ana\nB."x,met\n': [
        "3:4: error[wrong-shape]: `x` stands after a closing quote",
        '    hint: write `""` for a quote within quotes',
    ],
}


@pytest.mark.parametrize("text", WRONG_TABLES)
def test_what_is_wrong_with_a_table(text: str) -> None:
    found = [one for each in load_table(text, "a.csv", EXERCISES.get, ("square",)) for one in each.diagnostics]
    lines = [line.removeprefix("a.csv:") for one in sorted(found) for line in str(one).splitlines()]
    assert lines == WRONG_TABLES[text]


def test_a_row_that_is_wrong_leaves_the_others() -> None:
    found = load_table(HEAD + "Ana,met,,\nBen,wet,,\n\nCoe,,rain,\n", "a.csv", EXERCISES.get, ("square",))
    assert [one.value and one.value.trainee for one in found] == ["Ana", None, "Coe"]


def test_the_exercise_of_a_row() -> None:
    both = tuple(EXERCISES)
    (found,) = load_table("trainee,next\nAna,rain\n", "a.csv", EXERCISES.get, both)
    assert [str(one) for one in found.diagnostics] == [
        "a.csv:1:1: error[missing-key]: the table has no column `exercise`, and there are 2 exercises\n"
        "    hint: add it, or name the one exercise with --exercises"
    ]
    text = "exercise,trainee,next,measures.roofs\nsquare,Ana,rain,\nplain,Ben,rain,conditional\nplan,Coe,,\n,Dee,,\n"
    found_ = load_table(text, "a.csv", EXERCISES.get, both)
    assert [str(one) for each in found_ for one in each.diagnostics] == [
        "a.csv:3:11: error[unknown-id]: the exercise has no task `next`\n"
        "    hint: one of: contexts, criteria-crowd, near-miss-crowd, measures, purposes-roofs",
        "a.csv:4:1: error[unknown-id]: there is no exercise `plan`\n    hint: did you mean `plain`?",
        "a.csv:5:1: error[empty-value]: the row names no exercise\n    hint: one of: square, plain",
    ]
    assert [one.value and one.value.trainee for one in found_] == ["Ana", None, None, None]
