"""Marks: the one rule by which every answer is scored, and what is said of answers."""

from fractions import Fraction
from itertools import combinations, product
from math import comb

import pytest
from hypothesis import given, strategies as st

from comity.engine.report.feedback import remarks
from comity.engine.training.answers import Answers
from comity.engine.training.exercise import Task
from comity.engine.training.items import Item, Option, raw_score, score
from comity.engine.training.marking import mark, marks
from tests import drills
from tests.test_answers import EXERCISES, answers

TASKS = [item for items in EXERCISES.values() for item in items if item.choose != "words"]


def listed(right: int, wrong: int) -> Item:
    """Return a task with so many right and wrong entries to choose from."""
    options = [Option(f"o{place}", f"o{place}", None, place < right) for place in range(right + wrong)]
    return Item(Task(id="t", kind="deciding", about="crowd"), 0, tuple(options))


SIZES = st.integers(1, 6).flatmap(lambda right: st.tuples(st.just(right), st.integers(right, 8)))


@given(st.sampled_from(TASKS), st.data())
def test_a_score_is_from_0_to_1_and_1_for_the_key_alone(item: Item, data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.sampled_from([option.id for option in item.options])))
    found = score(item, chosen)
    assert 0 <= found <= 1
    assert (found == 1) == (chosen == {*item.right})
    assert score(item, item.right) == 1
    assert score(item, ()) == 0


@given(SIZES, st.data())
def test_one_more_right_choice_is_worth_what_one_more_wrong_one_costs(
    size: tuple[int, int], data: st.DataObject
) -> None:
    right, wrong = size
    item = listed(right, wrong)
    good = data.draw(st.integers(0, right))
    bad = data.draw(st.integers(0, wrong))
    chosen = [*item.right[:good], *[option.id for option in item.options if not option.right][:bad]]
    assert raw_score(item, chosen) == Fraction(good - bad, right)
    assert score(item, chosen) == max(Fraction(0), Fraction(good - bad, right))


@given(SIZES)
def test_guessing_at_random_earns_nothing_before_the_floor(size: tuple[int, int]) -> None:
    """Whatever number of entries is ticked at random, the mean is at most 0: there are no fewer wrong ones."""
    item = listed(*size)
    ids = [option.id for option in item.options]
    for count in range(len(ids) + 1):
        every = [raw_score(item, chosen) for chosen in combinations(ids, count)]
        assert sum(every) / len(every) <= 0


def test_guessing_at_random_tends_to_0_as_there_is_more_to_know() -> None:
    """With the floor a guess earns a little by luck: the less, the more right answers there are."""
    for wrong in (1, 2, 3):  # as many wrong ones to each right one
        means = [_guessed(right, wrong * right) for right in (1, 2, 4, 8, 16, 32, 64)]
        assert means == sorted(means, reverse=True)
        assert means[-1] < Fraction(1, 25)


def _guessed(right: int, wrong: int) -> Fraction:
    """Return the mean score of ticking each of the entries by the toss of a coin."""
    every = 2 ** (right + wrong)
    return sum(
        (
            Fraction(comb(right, good) * comb(wrong, bad), every) * max(Fraction(0), Fraction(good - bad, right))
            for good in range(right + 1)
            for bad in range(wrong + 1)
        ),
        Fraction(0),
    )


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 8])
def test_guessing_in_a_grid_of_three_answers_earns_less_than_nothing_before_the_floor(rows: int) -> None:
    options = [
        Option(f"r{row}={answer}", f"r{row}", answer, answer == "met")
        for row in range(rows)
        for answer in ("met", "not-met", "unknown")
    ]
    item = Item(Task(id="t", kind="contexts"), 0, tuple(options), tuple(f"r{row}" for row in range(rows)))
    by_row = [item.of_row(row) for row in item.rows]
    every = [raw_score(item, [one.id for one in chosen]) for chosen in product(*by_row)]
    assert sum(every) / len(every) == Fraction(-1, 3)


@given(answers())
def test_marks_say_of_each_task_what_was_right_wrong_and_missed(one: Answers) -> None:
    items = EXERCISES[one.exercise]
    found = marks(items, one)
    assert [each.item for each in found.marks] == [*items]
    for each in found.marks:
        chosen = one.chosen(each.item.task.id)
        if each.item.choose == "words":
            assert (each.score, each.words) == (None, one.words(each.item.task.id))
            continue
        assert each == mark(each.item, chosen)
        assert {*each.right, *each.wrong} == chosen
        assert {*each.right, *each.missed} == {*each.item.right}
        assert each.answered == bool(chosen)
        assert each.score == score(each.item, chosen)
    assert found.total == sum(found.scores) <= len(found.scores) == sum(item.choose != "words" for item in items)


def test_an_essay_has_no_score() -> None:
    essay = next(item for item in EXERCISES["square"] if item.choose == "words")
    with pytest.raises(ValueError, match="`essay` is answered in words, and read by a person"):
        score(essay, ())


SAID = {
    ("contexts", ("crowd=met", "camp=not-met")): [
        "camp True A camp. Yes: does not apply. They stay long: not met. Stay: 2 months (asked for: at least 1 year). "
        "It would apply if this alone were otherwise: Stay: 2 months → 1 year.",
        "crowd False A crowd, you chose “applies”. No: cannot tell. It waits for: Rain.",
    ],
    ("contexts", ("camp=unknown",)): [
        "camp False A camp, you chose “cannot tell”. No: does not apply. They stay long: not met. Stay: 2 months "
        "(asked for: at least 1 year). It would apply if this alone were otherwise: Stay: 2 months → 1 year.",
        "crowd None A crowd, not answered: cannot tell. It waits for: Rain.",
    ],
    ("next", ("tents",)): [
        "rain None Missed: Does it rain? It bears on “A crowd” and 1 measure; “yes” would settle: A crowd met; “no” "
        "would settle: A crowd not met, 1 measure not called for.",
        "tents False Wrong: Are there tents? It bears on 1 measure; “yes” would settle: 1 measure not called for. "
        "Another question settles more.",
    ],
    ("change-camp", ("stay", "people")): [
        "stay True Right: Stay: 2 months → 1 year. “A camp” would apply then.",
        "people False Wrong: People: 120 people → 240 people. “A camp” would still not apply.",
    ],
    ("deciding-crowd", ("rain",)): [
        "people None Missed: People: 120 people. “A crowd” rests on it.",
        "rain True Right: Rain: yes. “A crowd” rests on it.",
    ],
}


@pytest.mark.parametrize(("task", "chosen"), SAID)
def test_what_is_said_of_an_answer(task: str, chosen: tuple[str, ...]) -> None:
    entry = next(one for one in drills.words().entries if one.id == task)
    said = [f"{one.about} {one.right} {one.text}" for one in remarks(entry, mark(entry.item, chosen))]
    assert said == SAID[task, chosen]
