"""The report on a class in a browser: it fetches nothing, everybody can read it, and names and essays stay text.

`tests/browser.py` says which browser.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from comity.engine.report.class_page import class_page
from comity.engine.report.class_view import class_view
from comity.engine.report.marks_page import marks_page
from comity.engine.training.answers import Answers
from comity.engine.training.classes import class_of
from comity.engine.training.marking import Marks, marks
from tests import drills, hostile
from tests.browser import Screen, chromium, complaints, cut_off, opened, understood
from tests.test_answers import EXERCISES

SCREENS = {
    "by day": Screen(1200),
    "by night": Screen(1200, "dark"),
    "in the hand": Screen(360),
    "in the hand, by night": Screen(360, "dark"),
    "on paper": Screen(800, medium="print"),
}
NAMES = ("Amina", "Bruno", "Chiara", "Dawit", "Elena", "Farah", "Gustavo", "Hana", "Ibrahim", "Joana", "Karim", "Lucía")
ESSAY = "The crowd.\n\nAnd tents."
TEXTS = {"square": drills.SQUARE, "plain": drills.PLAIN}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Page:
    """Return a page that reads documents without showing them."""
    return browser.new_page()


def handed_in(exercise: str, names: Sequence[str], essay: str) -> list[Marks]:
    """Return marks of trainees who have all answered, each a little differently."""
    items = EXERCISES[exercise]
    every = []
    for number, trainee in enumerate(names):
        told: dict[str, frozenset[str] | str] = {}
        for place, item in enumerate(items):
            ids = [option.id for option in item.options]
            right = (number + place) % 3 > 0
            if item.choose == "words":
                told[item.task.id] = essay
            elif item.rows:
                rows = [item.of_row(row) for row in item.rows]
                told[item.task.id] = frozenset(next(one.id for one in row if one.right == right) for row in rows)
            elif (number + place) % 5:
                told[item.task.id] = frozenset(item.right if right else ids[-1:])
        every.append(marks(items, Answers(exercise=exercise, trainee=trainee, answers=told)))
    return every


def page(exercises: Sequence[str], names: Sequence[str], essay: str = ESSAY) -> str:
    """Return a report on a class."""
    reports = []
    for name in exercises:
        one, sheet = class_of(EXERCISES[name], handed_in(name, names, essay)), drills.words(TEXTS[name])
        reports.append((sheet, one, class_view(sheet, one)))
    return class_page(reports, essays=True)


def own(exercises: Sequence[str], name: str, essay: str = ESSAY) -> str:
    """Return the marks of one trainee."""
    return marks_page([(drills.words(TEXTS[one]), handed_in(one, [name], essay)[0]) for one in exercises])


@cache
def whole(several: bool) -> str:
    return page(["plain", "square"] if several else ["square"], NAMES)


def write(folder: Path, text: str) -> Path:
    file = folder / "page.html"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("several", [False, True], ids=["one exercise", "two exercises"])
@pytest.mark.parametrize("screen", SCREENS.values(), ids=SCREENS)
def test_everybody_can_read_it(browser: Browser, tmp_path: Path, screen: Screen, several: bool) -> None:
    for text in (whole(several), own(["plain", "square"] if several else ["square"], "Amina")):
        with opened(browser, write(tmp_path, text), screen) as one:
            assert cut_off(one.page) == []
            assert complaints(one.page, ("target-size",) if screen.medium == "print" else ()) == []
        assert one.events == ["the page"]


def test_the_picture_says_in_words_what_it_shows(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, write(tmp_path, whole(False)), SCREENS["by day"]) as one:
        told = one.page.locator("svg[role=img] > desc").evaluate("one => one.textContent")
        drawn = one.page.locator("svg[role=img] > rect").count()
    counts = {"0.8 to 1.2": 2, "2 to 2.4": 6, "2.8 to 3.2": 4}
    edges = ("0", "0.4", "0.8", "1.2", "1.6", "2", "2.4", "2.8", "3.2", "3.6", "4")
    bins = [f"{low} to {high}" for low, high in pairwise(edges)]
    assert told == "; ".join(f"{one}: {counts.get(one, 0)} trainees" for one in bins) + "."
    assert drawn == len(counts)


# A page with a text as the name and the essay of somebody, and how often the text then stands there.
MADE: tuple[tuple[Callable[[str], str], int], ...] = (
    (lambda text: page(["square"], [text], text), 3),
    (lambda text: page(["square", "plain"], [text], text), 3),
    (lambda text: own(["square"], text, text), 2),
)
TOKEN = hostile.tokens()[0]
HUNDREDS = [hostile.TEXTS[start : start + 100] for start in range(0, 500, 100)]


@pytest.mark.parametrize("texts", HUNDREDS, ids=[f"from {start}" for start in range(0, 500, 100)])
def test_names_and_essays_stay_text(blank: Page, texts: Sequence[str]) -> None:
    for make, times in MADE:
        wanted = understood(blank, make(TOKEN))
        assert wanted.count(TOKEN) == times
        for text in texts:
            found = understood(blank, make(text))
            assert json.loads(found) == json.loads(wanted.replace(TOKEN, json.dumps(text, ensure_ascii=False)[1:-1]))


def test_hostile_names_and_essays_ask_for_nothing_and_fit(browser: Browser, tmp_path: Path) -> None:
    names = page(["square"], hostile.TEXTS, "x")
    essays = page(["square"], ["x"], "\n\n".join(hostile.TEXTS))
    for text in (names, essays, own(["square"], hostile.TEXTS[-1] * 9)):
        with opened(browser, write(tmp_path, text), SCREENS["by day"], lenient=True) as one:
            assert cut_off(one.page) == []
            one.page.set_viewport_size({"width": 360, "height": 900})
            assert cut_off(one.page) == []
        assert one.events == ["the page"]
