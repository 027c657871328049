"""Handouts and keys in a browser: they fetch nothing, fit, print well, and everybody can read them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from comity.engine.report.export_html import handout_html, key_html
from comity.engine.report.sheet import Sheet
from tests.browser import Screen, chromium, complaints, cut_off, opened
from tests.exporting import bank, everywhere, sheet

DAY, NIGHT, HAND, PAPER = Screen(1200), Screen(1200, "dark"), Screen(360), Screen(673, medium="print")
WRITERS = {"handout": handout_html, "key": key_html}
NOT_ASKED = {"screen": (), "print": ("target-size",)}  # nobody taps on paper

Writer = Callable[[Sequence[Sheet]], str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


def write(folder: Path, page: str) -> Path:
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("sheets", [bank()[:1], everywhere()[::25]], ids=["one of the bank", "hostile texts"])
def test_a_page_asks_for_nothing_and_fits(
    browser: Browser, tmp_path: Path, name: str, sheets: tuple[Sheet, ...]
) -> None:
    with opened(browser, write(tmp_path, WRITERS[name](sheets)), DAY, lenient=True) as one:
        for screen in (DAY, HAND):
            one.page.set_viewport_size({"width": screen.width, "height": 900})
            assert cut_off(one.page) == []
    assert one.events == ["the page"]


@pytest.mark.parametrize("screen", [DAY, NIGHT, HAND, PAPER], ids=["day", "night", "hand", "paper"])
@pytest.mark.parametrize("name", WRITERS)
def test_everybody_can_read_it(browser: Browser, tmp_path: Path, name: str, screen: Screen) -> None:
    sheets = (*bank()[:1], sheet("other", lambda: "Some words."))
    with opened(browser, write(tmp_path, WRITERS[name](sheets)), screen) as one:
        assert complaints(one.page, NOT_ASKED[screen.medium]) == []


def test_each_exercise_and_each_later_stage_begins_a_page(browser: Browser, tmp_path: Path) -> None:
    sheets = [sheet(name, lambda: "Some words.") for name in ("one", "other")]
    breaks = "[...document.querySelectorAll('main > section, .stage')].map(one => getComputedStyle(one).breakBefore)"
    with opened(browser, write(tmp_path, handout_html(sheets)), PAPER) as one:
        assert one.page.evaluate(breaks) == ["auto", "auto", "page", "page", "auto", "page"]
