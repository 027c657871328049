"""What the marks of a class say: figures counted anew, and discriminations that the standard library agrees with."""

from fractions import Fraction
from statistics import StatisticsError, correlation as known_correlation

import pytest
from hypothesis import given, strategies as st

from comity.engine.training.answers import Answers
from comity.engine.training.classes import BINS, FEWEST, class_of, correlation, histogram, mean
from comity.engine.training.marking import marks
from tests.test_answers import EXERCISES, answers

SCORES = st.lists(st.fractions(0, 1, max_denominator=12), min_size=2, max_size=30)


@given(SCORES, st.data())
def test_a_correlation_is_that_of_the_standard_library(one: list[Fraction], data: st.DataObject) -> None:
    other = data.draw(st.lists(st.fractions(0, 8, max_denominator=12), min_size=len(one), max_size=len(one)))
    try:
        known = known_correlation([*map(float, one)], [*map(float, other)])
    except StatisticsError:
        known = None
    found = correlation(one, other)
    if len({*one}) == 1 or len({*other}) == 1:
        assert found is None
    else:
        assert found is not None
        assert found == pytest.approx(known)
        assert -1.000001 <= found <= 1.000001


CLASSES = st.lists(answers(), min_size=1, max_size=2 * FEWEST, unique_by=lambda one: one.trainee)


@given(CLASSES, st.sampled_from(sorted(EXERCISES)))
def test_the_figures_of_a_class_are_those_of_its_marks(every: list[Answers], exercise: str) -> None:
    items = EXERCISES[exercise]
    found = [marks(items, one.but(exercise=exercise, answers=_of(exercise, one))) for one in every]
    one = class_of(items, found)
    assert sorted(one.marks, key=str) == sorted(found, key=str)
    assert one.of == sum(item.choose != "words" for item in items)
    for place, figures in enumerate(one.tasks):
        column = [each.marks[place] for each in found]
        assert figures.open == sum(not mark.answered for mark in column)
        if figures.mean is None:
            assert (figures.item.choose, figures.full, figures.discrimination) == ("words", 0, None)
            continue
        scores = [mark.score for mark in column if mark.score is not None]
        assert figures.mean == mean(scores)
        assert figures.full == sum(score == 1 for score in scores)
        if len(found) < FEWEST:
            assert figures.discrimination is None
        else:
            rest = [each.total - score for each, score in zip(found, scores, strict=True)]
            assert figures.discrimination == correlation(scores, rest)
    chosen = [(item, option, one_) for item in items for option in item.options for one_ in found]
    for taken in one.taken:
        option = f"{taken.row}={taken.answered}"
        assert taken.answered != taken.right
        assert f"{taken.row}={taken.right}" in taken.item.right
        assert taken.times == sum(option in each.answers.chosen(taken.item.task.id) for each in found)
        given_ = [option.id for option in taken.item.of_row(taken.row)]
        assert taken.of == sum(bool({*given_} & each.answers.chosen(taken.item.task.id)) for each in found)
    wrong = sum(
        option.id in each.answers.chosen(item.task.id)
        for item, option, each in chosen
        if not option.right and item.rows
    )
    assert sum(taken.times for taken in one.taken) == wrong
    missed = sum(option.id not in each.answers.chosen(item.task.id) for item, option, each in chosen if option.right)
    assert sum(each.times for each in one.missed) == missed
    for counted in (one.taken, one.swapped, one.missed):
        times = [each.times for each in counted]
        assert times == sorted(times, reverse=True)
        assert all(0 < each <= len(found) for each in times)


def _of(exercise: str, one: Answers) -> dict[str, frozenset[str] | str]:
    """Return those of somebody's answers that an exercise can have."""
    ids = {item.task.id: {option.id for option in item.options} for item in EXERCISES[exercise]}
    return {
        task: given
        for task, given in one.answers.items()
        if task in ids and (given <= ids[task] if isinstance(given, frozenset) else not ids[task])
    }


def test_contexts_that_are_taken_for_each_other() -> None:
    """In `plain` it is a camp, and no crowd."""
    told = {
        "a": ("crowd=met", "camp=not-met"),
        "b": ("crowd=met", "camp=unknown"),
        "c": ("crowd=met",),  # the camp was not answered
        "d": ("crowd=unknown", "camp=not-met"),
        "e": ("crowd=met", "camp=met"),
    }
    every = [
        Answers(exercise="plain", trainee=name, answers={"contexts": frozenset(one)}) for name, one in told.items()
    ]
    found = class_of(EXERCISES["plain"], [marks(EXERCISES["plain"], one) for one in every])
    assert [(one.taken, one.right, one.times) for one in found.swapped] == [("crowd", "camp", 2)]
    assert [(one.row, one.answered, one.right, one.times, one.of) for one in found.taken] == [
        ("crowd", "met", "not-met", 4, 5),
        ("camp", "not-met", "met", 2, 4),
        ("camp", "unknown", "met", 1, 4),
        ("crowd", "unknown", "not-met", 1, 5),
    ]


def test_trainees_stand_by_their_names() -> None:
    names = ["b", "Ä", "a", "B", "A"]
    every = [marks(EXERCISES["plain"], Answers(exercise="plain", trainee=name, answers={})) for name in names]
    found = class_of(EXERCISES["plain"], every).marks
    assert [one.answers.trainee for one in found] == ["A", "a", "B", "b", "Ä"]


@given(st.lists(st.fractions(0, 1)))
def test_every_share_is_in_one_bin(shares: list[Fraction]) -> None:
    bins = histogram(shares)
    assert (len(bins), sum(bins)) == (BINS, len(shares))
    assert sum(bins[:5]) == sum(share < Fraction(1, 2) for share in shares)
