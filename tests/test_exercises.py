"""Exercises: what ships, how keys are worked out, and what they are held against."""

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from comity.engine.assessment.assess import assess
from comity.engine.builtin import exercise_ids, exercises_folder, find_exercise, find_rule_set, find_situation
from comity.engine.language.diagnostic import accept
from comity.engine.language.files import read_file
from comity.engine.language.load import build_rule_set, load_rule_set
from comity.engine.language.model import RuleSet, Situation, ValueType
from comity.engine.language.quantity import Range
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document, read
from comity.engine.language.statements import Statement, changed
from comity.engine.report.sheet import Sheet, sheet
from comity.engine.training.exercise import KINDS, Exercise, Stage, Task, load_exercises
from comity.engine.training.items import Item, Option, raw_score, score
from comity.engine.training.keys import Told, items, told
from comity.engine.training.pivots import pivots
from comity.engine.training.single_changes import single_changes
from tests import brute
from tests.brute import AS_OF, FLAVOURS, Small
from tests.strategies import Case, Choose, Giver, Tree, World, cases, load, randoms

CONTEXTS = ("mass-influx", "protracted", "irregular-secondary-movement", "trafficking-and-smuggling")


@cache
def shipped_rules() -> RuleSet:
    return accept(load_rule_set(find_rule_set("oas-2013")))


def stored(name: str) -> Situation | None:
    document = read_file(find_situation(name))
    return accept(load_situation(document, shipped_rules())) if isinstance(document, Document) else None


@cache
def shipped(name: str) -> tuple[Exercise, tuple[Told, ...], tuple[Item, ...]]:
    """Return a built-in exercise with its assessed stages and its tasks with keys."""
    document = read_file(find_exercise(name))
    assert isinstance(document, Document)
    (exercise,) = accept(load_exercises(document, shipped_rules(), stored))
    stages = told(shipped_rules(), exercise)
    return exercise, stages, accept(items(shipped_rules(), exercise, stages))


def shipped_tasks() -> Iterator[tuple[Exercise, Told, Item]]:
    for name in exercise_ids():
        exercise, stages, found = shipped(name)
        yield from ((exercise, stages[item.stage], item) for item in found)


# --- what ships -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", exercise_ids())
def test_a_built_in_exercise(name: str) -> None:
    exercise, _, _ = shipped(name)
    assert exercise.id == name
    assert any(task.expect for task in exercise.tasks), "its author worked out at least one key by hand"
    assert all(stage.narrative for stage in exercise.stages), "it is told in words of its own"
    assert exercise.points
    named = {title.lower() for title in (one.title for one in shipped_rules().contexts.values()) if title}
    text = " ".join([exercise.title, *(stage.narrative or "" for stage in exercise.stages)]).lower()
    assert not [title for title in named if title in text], "what is told names no context"


def test_what_the_built_in_exercises_practise() -> None:
    exercises = [shipped(name)[0] for name in exercise_ids()]
    assert len(exercises) >= 15
    assert {path.stem for path in exercises_folder().iterdir()} == {*exercise_ids()}
    practised = Counter(point for one in exercises for point in one.points)
    assert all(practised[point] >= 2 for point in range(1, 9)), practised
    assert {task.kind for one in exercises for task in one.tasks} == {*KINDS}
    levels = {(task.about, one.level) for one in exercises for task in one.tasks}
    assert {(context, level) for context in CONTEXTS for level in (1, 2, 3)} <= levels
    staged = [one for one in exercises if len(one.stages) > 1]
    assert len(staged) >= 4
    assert all(3 <= len(one.stages) <= 4 for one in staged)
    assert all(len({one.tells for one in each.stages}) == len(each.stages) for each in staged), "each stage tells more"


def test_a_context_that_stays_open_and_one_that_turns_are_among_them() -> None:
    outcomes = {(one.id, stage.outcome(context)) for one, stage, _ in shipped_tasks() for context in CONTEXTS}
    for context in CONTEXTS:
        seen = {stage.outcome(context) for _, stage, _ in shipped_tasks()}
        assert seen == {"met", "not-met", "unknown"}, context
    assert ("census-and-ration-lists", "unknown") in outcomes


# --- keys -----------------------------------------------------------------------------------------------------------


def exercise_of(situation: Situation, *tasks: Task, tells: frozenset[str] | None = None) -> Exercise:
    every = frozenset((*situation.facts, *situation.asked))
    stage = Stage(title=None, narrative=None, tells=every if tells is None else tells, tasks=tasks)
    return Exercise(id="drawn", title="Drawn", level=1, points=(), reading=None, situation=situation, stages=(stage,))


def keyed(rules: RuleSet, situation: Situation, *tasks: Task) -> dict[str, Item]:
    """Return those of the tasks that can be answered, by id."""
    found = (items(rules, exercise_of(situation, task)).value for task in tasks)
    return {one.task.id: one for each in found if each is not None for one in each}


def grids(rules: RuleSet) -> list[Task]:
    return [
        Task(id="contexts", kind="contexts"),
        Task(id="measures", kind="measures"),
        *(Task(id=f"criteria-{name}", kind="criteria", about=name) for name in rules.contexts),
    ]


def answers(item: Item) -> dict[str, str]:
    """Return the key of a grid: to each thing its one right answer."""
    found = {row: [one.answer for one in item.of_row(row) if one.right] for row in item.rows}
    assert all(len(right) == 1 for right in found.values()), found
    return {row: str(right[0]) for row, right in found.items()}


@given(cases(size=2))
def test_the_key_of_a_grid_is_what_an_assessment_says(case: Case) -> None:
    rules = case.world.load()
    situation = load(case.world, rules, case.given)
    assessment = assess(rules, situation.but(response=None))  # no task asks about it: it is not told
    said = {one.context: one.truth.value for one in assessment.contexts}
    said |= {one.id: one.trace.truth.value for verdict in assessment.contexts for one in verdict.findings}
    said |= {one.measure: one.status for one in assessment.measures}
    for name, item in keyed(rules, situation, *grids(rules)).items():
        key = answers(item)
        assert {row: said.get(row, answer) for row, answer in key.items()} == key
        assert {*key} == {*item.rows}
        kind = item.task.kind
        assert [one.answer for one in item.of_row(item.rows[0])] == [*KINDS[kind].answers], name


@given(cases(size=2, complete=True))
def test_whatever_is_untold_a_settled_key_stays(case: Case) -> None:
    rules = case.world.load()
    before = keyed(rules, load(case.world, rules, case.given), *grids(rules))
    after = keyed(rules, load(case.world, rules, case.refined), *grids(rules))
    for name in before.keys() & after.keys():
        later = answers(after[name])
        assert {
            row: one for row, one in answers(before[name]).items() if one not in ("unknown", "conditional")
        }.items() <= (later.items())


def drawn_small(choose: Choose) -> tuple[World, RuleSet, Situation]:
    world = Small(choose, choose(FLAVOURS)).world()
    rules = world.load()
    return world, rules, load(world, rules, Giver(choose, AS_OF).situation(world))


def with_a_switch(world: World, criterion: str) -> World:
    """Return a rule set in which one criterion is met where the fact `switch` is true."""
    documents = deepcopy(world.documents)
    documents[0].setdefault("facts", {})["switch"] = {"type": "boolean"}
    switch: Tree = {"fact": "switch", "is": True}
    for one in documents:
        if criterion in one.get("criteria", {}):
            one["criteria"][criterion]["when"] = switch
    for reading in documents[0].get("readings", {}).values():
        if criterion in reading.get("define", {}):
            reading["define"][criterion] = switch
    return World(documents, world.as_of)


@settings(max_examples=60)
@given(randoms())
def test_a_pivot_is_what_a_context_alone_lacks(choose: Choose) -> None:
    world, rules, situation = drawn_small(choose)
    run = assess(rules, situation).run
    for context in rules.contexts:
        lacking = []
        for criterion in run.program.criteria(context) if run.truth(context) is False else ():
            other = with_a_switch(world, criterion).load()
            facts = {**situation.facts, "switch": True}
            would = assess(other, situation.but(facts=facts)).run.truth(context)
            if run.truth(criterion) is False and would is True:
                lacking.append(criterion)
        assert [*pivots(run, context)] == lacking


@settings(max_examples=60)
@given(randoms())
def test_a_single_change_is_found_wherever_there_is_one(choose: Choose) -> None:
    _, rules, situation = drawn_small(choose)
    assessment = assess(rules, situation)
    run = assessment.run
    for context in rules.contexts:
        truth = run.truth(context)
        if truth is None:
            continue
        found = {one.statement: (one, turns) for one, turns in single_changes(assessment, context)}
        for one, turns in found.values():
            came = run.program.start(changed(run.facts, one.statement, one.after), run.as_of).truth(context)
            assert (one.outcome, turns) == ({True: "met", False: "not-met", None: "unknown"}[came], came is (not truth))
            assert one.after != one.before
        for name, fact in rules.facts.items():
            if name not in run.facts or fact.columns or fact.history or fact.value_type is ValueType.TEXT:
                continue
            turning = [
                value
                for value in brute.points(fact)
                if value != run.facts[name]
                and not _within(value, run.facts[name])
                and run.program.start({**run.facts, name: value}, run.as_of).truth(context) is (not truth)
            ]
            if turning and fact.derive is None:
                assert found[Statement(name)][1], f"{name} turns {context}: {turning}"


def _within(value: Any, known: Any) -> bool:
    return isinstance(known, Range) and not isinstance(value, bool | str) and known.low <= value <= known.high


@settings(max_examples=60)
@given(randoms())
def test_what_cannot_decide_settles_nothing(choose: Choose) -> None:
    """No value of a fact that is offered as a wrong answer settles an open verdict."""
    _, rules, situation = drawn_small(choose)
    run = assess(rules, situation).run
    tasks = [Task(id=name, kind="deciding", about=name) for name in rules.contexts if run.truth(name) is None]
    for name, item in keyed(rules, situation, *tasks).items():
        for option in item.options:
            fact = rules.facts[option.about]
            if not option.right and option.about not in run.facts and not fact.columns:
                for value in brute.points(fact):
                    assert run.program.start({**run.facts, option.about: value}, run.as_of).truth(name) is None


def test_what_is_certain_by_reasoning_is_no_task() -> None:
    """A trainee who sees that it cannot be otherwise is right, and the rules alone would say that nobody can tell."""
    context = "context: sure\ntitle: Sure\nwhen: {any: [{criterion: one}, {fact: open, is: false}]}\n"
    document = read(context.encode(), "context.yaml")
    main = read(b"rule_set: sure\nversion: 1.0.0\ntitle: Sure\n", "main.yaml")
    facts = read(
        b"facts: {open: {type: boolean}, other: {type: boolean}}\n"
        b"criteria: {one: {title: One, when: {fact: open, is: true}}}\n",
        "facts.yaml",
    )
    assert isinstance(document, Document)
    assert isinstance(main, Document)
    assert isinstance(facts, Document)
    rules = accept(build_rule_set([main, facts, document], "sure"))
    situation = Situation(id="one", title=None, as_of=AS_OF, facts={"other": True})
    found = items(rules, exercise_of(situation, Task(id="contexts", kind="contexts")))
    assert [one.message for one in found.diagnostics] == [
        "`contexts` asks about `sure`, which is open by the rules and yet certain by reasoning"
    ]


def test_what_would_settle_a_verdict_by_ruling_it_out_is_no_wrong_answer() -> None:
    """Who moved on had found a host, so that the host alone decides nothing; but to learn of none would settle all."""
    situation = stored("greece-2015")
    assert situation is not None
    task = Task(id="deciding", kind="deciding", about="irregular-secondary-movement")
    item = keyed(shipped_rules(), situation, task)["deciding"]
    assert item.right == ("moved_to_third_country",)
    assert "found_host_country" not in [one.about for one in item.options]


@settings(max_examples=60)
@given(randoms())
def test_a_question_that_is_wrong_settles_less_than_the_right_one(choose: Choose) -> None:
    _, rules, situation = drawn_small(choose)
    found = keyed(rules, situation, Task(id="next", kind="next"))
    for item in found.values():
        assert len(item.right) == 1
        stage = Told(rules, exercise_of(situation), 0)
        asked = {one.fact: one for one in stage.questions}
        best = asked[item.right[0]]
        assert best == stage.questions[0]
        for option in item.options:
            if not option.right and option.about in asked:
                least, best_least = (
                    min((len(one.settles) for one in each.answers), default=0) for each in (asked[option.about], best)
                )
                assert not best.answers or least <= best_least


def test_a_fact_that_nobody_knows_is_not_the_next_to_ask() -> None:
    exercise, stages, found = shipped("former-yugoslavia-in-stages")
    item = next(one for one in found if one.task.kind == "next")
    assert "arrival_days" in stages[item.stage].situation.asked
    assert item.right != ("arrival_days",)
    assert exercise.told(0).asked == {"arrival_days"}


@pytest.mark.parametrize("name", exercise_ids())
def test_the_options_of_every_task(name: str) -> None:
    _, stages, found = shipped(name)
    for item in found:
        if item.choose == "words":
            assert item.options == ()
            continue
        assert len({one.id for one in item.options}) == len(item.options)
        assert 1 <= len(item.right) <= 10
        assert len(item.options) >= 2 * len(item.right), "guessing must not pay"
        assert item.choose != "one" or len(item.right) == 1
        if item.task.kind == "purposes":
            serves = shipped_rules().measures[item.task.about or ""].serves
            assert {*item.right} == {*serves}
        if item.task.kind == "principles":
            run = stages[item.stage].run
            standings = {True: "in-conflict", False: "consistent", None: "undetermined"}
            assert answers(item) == {one: standings[run.truth(one)] for one in shipped_rules().principles}


# --- scores ---------------------------------------------------------------------------------------------------------


def guesses(item: Item) -> list[frozenset[str]]:
    """Return every way in which a task can be answered without leaving anything out, or, of a list, at all."""
    ids = [one.id for one in item.options]
    if item.choose == "one":
        return [frozenset((one,)) for one in ids]
    if item.choose == "any":
        return [
            frozenset(one for one, chosen in zip(ids, picks, strict=True) if chosen)
            for picks in product((True, False), repeat=len(ids))
        ]
    rows = [[one.id for one in item.of_row(row)] for row in item.rows]
    return [frozenset(picks) for picks in product(*rows)]


@st.composite
def drawn_items(draw: st.DrawFn) -> Item:
    """Return tasks of every way of answering, with at least as many wrong options as right ones."""
    kind = draw(st.sampled_from(["contexts", "near-miss", "deciding", "next"]))
    task = Task(id="drawn", kind=kind)
    if KINDS[kind].choose == "each":
        rows = tuple(f"row-{number}" for number in range(draw(st.integers(1, 5))))
        words = KINDS[kind].answers
        right = {row: draw(st.sampled_from(words)) for row in rows}
        options = (Option(f"{row}={word}", row, word, right[row] == word) for row in rows for word in words)
        return Item(task, 0, tuple(options), rows)
    rights = 1 if kind == "next" else draw(st.integers(1, 4))
    wrong = rights + draw(st.integers(0, 4))
    marks = draw(st.permutations([True] * rights + [False] * wrong))
    return Item(task, 0, tuple(Option(f"o{at}", f"o{at}", None, mark) for at, mark in enumerate(marks)))


@given(drawn_items(), st.data())
def test_a_score_lies_between_0_and_1_and_only_what_is_right_scores_1(item: Item, data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.sampled_from([one.id for one in item.options])))
    assert 0 <= score(item, chosen) <= 1
    assert score(item, item.right) == 1
    assert (score(item, chosen) == 1) == (chosen == {*item.right})
    assert score(item, ()) == 0
    wrong = next(one.id for one in item.options if not one.right)
    fewer = chosen - {wrong}
    assert raw_score(item, fewer | {wrong}) < raw_score(item, fewer)


@given(drawn_items())
def test_guessing_does_not_pay(item: Item) -> None:
    found = [raw_score(item, one) for one in guesses(item)]
    assert sum(found, Fraction(0)) <= 0


def test_an_essay_has_no_score() -> None:
    item = Item(Task(id="why", kind="essay", prompt="Why?", rubric=("Says why",)), 0, ())
    with pytest.raises(ValueError, match="`why` is answered in words, and read by a person"):
        score(item, ())


# --- the loader -----------------------------------------------------------------------------------------------------

STAGED = """\
exercise: staged
title: Staged
level: 3
situation: rohingya-2017
stages:
  - {tells: [crosses_border], tasks: [{kind: contexts, task: first}]}
  - {title: Then, narrative: More came., tells: [arrivals], tasks: [{kind: contexts, task: second}]}
  - {tasks: [{kind: contexts, task: third}]}
"""


def loaded(text: str) -> Any:
    document = read(text.encode(), "own.yaml")
    assert isinstance(document, Document)
    return load_exercises(document, shipped_rules(), stored)


def test_stages_tell_more_and_more_and_the_last_tells_all_that_is_left() -> None:
    (exercise,) = accept(loaded(STAGED))
    first, second, third = exercise.stages
    assert first.tells == {"crosses_border"}
    assert second.tells == {"crosses_border", "arrivals"}
    assert third.tells == {*exercise.situation.facts, *exercise.situation.asked}
    assert {*exercise.told(0).facts} == {"crosses_border"}
    assert exercise.told(2).facts == exercise.situation.facts
    assert (second.title, second.narrative) == ("Then", "More came.")


def test_an_exercise_without_a_narrative_takes_that_of_its_situation() -> None:
    text = "exercise: own\ntitle: Own\nlevel: 1\nsituation: rohingya-2017\ntasks: [{kind: contexts}]\n"
    (exercise,) = accept(loaded(text))
    assert exercise.stages[0].narrative == exercise.situation.narrative
    (exercise,) = accept(loaded(f"{text}narrative: My own.\n"))
    assert exercise.stages[0].narrative == "My own."
    (exercise,) = accept(loaded(f"{text}tells: [arrivals]\n"))
    assert exercise.stages[0].narrative is None, "it would tell more"


def test_a_bank_holds_up_to_500_exercises() -> None:
    one = "  - {{exercise: e{}, title: E, level: 1, situation: rohingya-2017, tasks: [{{kind: contexts}}]}}\n"
    whole = "".join(map(one.format, range(500)))
    assert len(accept(loaded(f"exercises:\n{whole}"))) == 500
    assert [str(found) for found in loaded(f"exercises:\n{whole}{one.format('x')}").diagnostics] == [
        "own.yaml:2:3: error[too-many-values]: the file holds 501 exercises; at most 500 can stand in one\n"
        "    hint: split it"
    ]


def test_tasks_are_named_by_kind_and_by_what_they_are_about() -> None:
    exercise, _, _ = shipped("census-and-ration-lists")
    assert [task.id for task in exercise.tasks] == [
        *("criteria-protracted", "contexts", "deciding-protracted", "next", "measures"),
    ]


def test_a_built_in_exercise_is_found_by_its_id_and_any_other_by_its_path() -> None:
    assert find_exercise("three-camps") == exercises_folder() / "three-camps.yaml"
    assert find_exercise("./three-camps.yaml") == Path("three-camps.yaml")
    assert find_exercise("no-such-exercise") == Path("no-such-exercise")


# --- the page for instructors ---------------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[1] / "docs" / "teaching.md").read_text(encoding="utf-8")


def test_the_outline_has_every_exercise_at_each_of_its_points_and_at_its_level() -> None:
    shown: set[tuple[int, int, str]] = set()
    for point, *levels in re.findall(r"^\| (\d)[^|]*\|[^|]*\|([^|]*)\|([^|]*)\|([^|]*)\|$", PAGE, re.MULTILINE):
        for level, cell in enumerate(levels, 1):
            shown |= {(int(point), level, name) for name in re.findall(r"`([a-z0-9-]+)`", cell)}
    exercises = [shipped(name)[0] for name in exercise_ids()]
    assert shown == {(point, one.level, one.id) for one in exercises for point in one.points}


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_what_the_page_shows_is_right(text: str) -> None:
    for exercise in accept(loaded(text)):
        assert items(shipped_rules(), exercise).diagnostics == ()


def test_the_page_says_what_is_right_in_each_kind_of_task() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE) == [*KINDS]


# --- sheets ---------------------------------------------------------------------------------------------------------


def said(page: Sheet) -> Iterator[str]:
    """Yield every text of a sheet, those of its key too."""
    for one in page.pages:
        yield from (*one.narrative, *(telling.value for telling in one.facts))
        for entry in one.entries:
            yield from (entry.prompt, entry.way, *entry.explanation, *(line for hint in entry.hints for line in hint))
            yield from (text for row in entry.rows for text in (row.text, row.why))
            yield from (text for choice in entry.every_choice for text in (choice.text, choice.feedback))


@pytest.mark.parametrize("name", exercise_ids())
def test_what_a_sheet_says(name: str) -> None:
    page = sheet(*shipped(name))
    for text in said(page):
        assert text == text.strip(), text
        assert not re.search(
            r"\b(\w+) \1\b|  |(?<![.,])\b1 (people|refugees|States|rows)\b|[a-z]_[a-z]|:;|\.\.|\bNone[,)]", text
        ), text
    for entry in page.entries:
        for choice in entry.every_choice:
            assert choice.feedback.startswith(
                ("Yes", "That is right") if choice.right else ("No", "It is the other")
            ), choice
        right = {choice.text for choice in entry.choices if choice.right}
        assert not right & {line for hint in entry.hints for line in hint}, "a hint gives no answer"


def test_a_response_is_told_where_it_is_asked_about() -> None:
    told_of = [[one.fact for one in each.facts] for each in sheet(*shipped("dadaab-in-stages")).pages]
    assert ["Response" in facts for facts in told_of] == [False, False, False, True]
    assert told_of[3][-2:] == ["Response", "Return to danger"]
    assert "Response" not in [one.fact for one in sheet(*shipped("tindouf-how-many")).pages[0].facts]


def test_a_response_is_unknown_until_it_is_told() -> None:
    exercise, stages, tasks = shipped("dadaab-in-stages")
    assert exercise.responds == 3
    assert [one.situation.response is None for one in stages] == [True, True, True, False]
    about = {name for name, fact in shipped_rules().facts.items() if fact.about == "response"}
    assert [sorted(about & one.run.facts.keys()) for one in stages] == [[], [], [], ["returns_to_danger"]]
    offered = {
        option.about for item in tasks if item.task.kind in ("deciding", "next", "change") for option in item.options
    }
    assert not offered & about


@pytest.mark.parametrize(("name", "told"), [("dadaab-in-stages", True), ("camps-in-nepal-2008", False)])
def test_the_model_answer_to_an_essay_speaks_of_the_response_only_once_it_is_told(name: str, told: bool) -> None:
    exercise, stages, tasks = shipped(name)
    assert exercise.situation.response is not None
    (essay,) = (entry for entry in sheet(exercise, stages, tasks).entries if entry.kind == "essay")
    titles = [one.title for one in shipped_rules().contexts.values()]
    titles += [one.title for one in shipped_rules().principles.values()] if told else []
    assert [line.partition(":")[0] for line in essay.explanation] == titles


def test_a_sheet_in_words() -> None:
    page = sheet(*shipped("census-and-ration-lists"))
    entries = {entry.id: entry for entry in page.entries}
    assert [(one.text, one.feedback) for one in entries["next"].choices if one.right] == [
        (
            "Refugee populations, more exactly than it is known now",
            "Yes. It bears on “Protracted refugee situation” and 6 measures.",
        )
    ]
    (settled, *_) = entries["criteria-protracted"].rows
    assert [choice.text for choice in settled.choices] == ["met", "not met", "cannot tell"]
    assert settled.choices[2].feedback == (
        "Yes: cannot tell. Refugees of one profile throughout the period: 24,000 to 26,000 refugees (asked for: "
        "at least 25,000 refugees, from the course)."
    )
    assert entries["measures"].hints[1][0] == (
        "Emergency funds and technical help: for “Mass influx” and “Protracted refugee situation”. "
        "Needed if: Mass influx or emergency needs."
    )
    change = {entry.id: entry for entry in sheet(*shipped("letters-at-the-police-station")).entries}[
        "change-mass-influx"
    ]
    assert [choice.text for choice in change.choices if choice.right] == [
        "Arrivals: 12,000 people → 15,001 people",
        "Days of arrival: 60 days → 24 days",
        "Reception capacity: 15,000 people → 11,999 people",
        "Individual asylum procedures: no → yes",
    ]
