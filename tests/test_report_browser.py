"""The HTML report and the manual in a browser: they fetch nothing, everybody can read them, and text stays text.

`tests/browser.py` says which browser.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from comity.engine.assessment.assessors import merge
from comity.engine.builtin import situation_ids
from comity.engine.language.diagnostic import accept
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document, read
from comity.engine.report.manual import manual
from comity.engine.report.manual_page import to_page
from comity.engine.report.merge_page import to_html as merge_page
from comity.engine.report.page import to_html
from tests import hostile, test_merge_command as merging
from tests.browser import MISSING, Screen, chromium, complaints, cut_off, opened, path_of, understood
from tests.test_manual import rules_of, small

DAY, NIGHT, HAND, HAND_BY_NIGHT = Screen(1200), Screen(1200, "dark"), Screen(360), Screen(360, "dark")
PAPER = Screen(800, medium="print")
# What axe-core is not asked, by medium, and why.
NOT_ASKED = {"screen": (), "print": ("target-size",)}  # nobody taps on paper


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Page:
    """Return a page that reads documents without showing them."""
    return browser.new_page()


@cache
def report(name: str) -> str:
    return to_html(hostile.situation(name))


@cache
def book(name: str) -> str:
    return to_page(manual(small() if name == "small" else hostile.rule_set()))


@cache
def assessors() -> str:
    rules = rules_of({"rule-set.yaml": merging.RULES, "crowd.yaml": merging.CROWD})
    found = {name: read(text.encode(), f"{name}.yaml") for name, text in merging.FILES.items()}
    told = {name: accept(load_situation(one, rules)) for name, one in found.items() if isinstance(one, Document)}
    return merge_page(merge(rules, told))


def write(folder: Path, page: str) -> Path:
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    return file


# --- it fetches nothing, says nothing, and fits -----------------------------------------------------------------------


@pytest.mark.parametrize("name", situation_ids())
def test_a_report_asks_for_nothing_and_fits(browser: Browser, tmp_path: Path, name: str) -> None:
    assert_alone_and_whole(browser, write(tmp_path, report(name)))


@pytest.mark.parametrize("name", ["small", "oas-2013"])
def test_a_manual_asks_for_nothing_and_fits(browser: Browser, tmp_path: Path, name: str) -> None:
    assert_alone_and_whole(browser, write(tmp_path, book(name)))


def test_what_several_assessors_say_asks_for_nothing_and_fits(browser: Browser, tmp_path: Path) -> None:
    assert_alone_and_whole(browser, write(tmp_path, assessors()))


@pytest.mark.parametrize("lenient", [False, True], ids=["as it is", "where nothing is forbidden"])
def test_a_page_of_hostile_texts_asks_for_nothing_and_fits(browser: Browser, tmp_path: Path, lenient: bool) -> None:
    texts = hostile.assessment(hostile.TEXTS)
    for page in (to_html(texts), to_page(manual(texts.rules))):
        assert_alone_and_whole(browser, write(tmp_path, page), lenient=lenient)


def assert_alone_and_whole(browser: Browser, file: Path, *, lenient: bool = False) -> None:
    with opened(browser, file, DAY, lenient=lenient) as one:
        for screen in (DAY, HAND):
            one.page.set_viewport_size({"width": screen.width, "height": 900})
            assert cut_off(one.page) == []
    assert one.events == ["the page"]


# --- on paper ---------------------------------------------------------------------------------------------------------

A4 = Screen(688, medium="print")  # what the margins leave: 182 mm, at 96 dots an inch
A4_HEIGHT = 1009  # 267 mm


@pytest.mark.parametrize("name", situation_ids())
def test_the_summary_is_whole_on_the_first_page(browser: Browser, tmp_path: Path, name: str) -> None:
    with opened(browser, write(tmp_path, report(name)), A4) as one:
        bottom = one.page.evaluate("document.querySelector('section.summary').getBoundingClientRect().bottom")
    assert 0 < bottom <= A4_HEIGHT


def test_what_is_folded_away_is_on_paper(browser: Browser, tmp_path: Path) -> None:
    shown = "[...document.querySelectorAll('details > :not(summary)')].map(one => one.checkVisibility())"
    with opened(browser, write(tmp_path, report("dadaab-2011")), DAY) as one:
        one.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = false)")
        assert set(one.page.evaluate(shown)) == {False}
        one.page.emulate_media(media="print")
        assert set(one.page.evaluate(shown)) == {True}


def test_a_report_is_short_enough_to_bring_to_a_meeting(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, write(tmp_path, report("dadaab-2011")), PAPER) as one:
        pages = [re.findall(rb"/Type /Page\b", one.page.pdf(format=size)) for size in ("A4", "Letter")]
    assert all(10 < len(found) <= 16 for found in pages), [len(found) for found in pages]  # 15 and less, if fonts allow


# --- everybody can read it --------------------------------------------------------------------------------------------

READ = {
    "dadaab-2011 by day": ("dadaab-2011", DAY),
    "dadaab-2011 in the hand, by night": ("dadaab-2011", HAND_BY_NIGHT),
    "dadaab-2011 on paper": ("dadaab-2011", PAPER),
    "ukraine-poland-2022 by night": ("ukraine-poland-2022", NIGHT),
    "rohingya-2017 in the hand": ("rohingya-2017", HAND),
    "child-without-means on paper": ("child-without-means", PAPER),
    "straddling-estimate by day": ("straddling-estimate", DAY),
}
MANUALS = {
    "small by day": ("small", DAY),
    "small in the hand": ("small", HAND),
    "small on paper": ("small", PAPER),
    "oas-2013 by night": ("oas-2013", NIGHT),
}


@pytest.mark.parametrize(("name", "screen"), READ.values(), ids=READ)
def test_axe_finds_nothing_in_a_report(browser: Browser, tmp_path: Path, name: str, screen: Screen) -> None:
    with opened(browser, write(tmp_path, report(name)), screen) as one:
        assert complaints(one.page, NOT_ASKED[screen.medium]) == []


@pytest.mark.parametrize(("name", "screen"), MANUALS.values(), ids=MANUALS)
def test_axe_finds_nothing_in_a_manual(browser: Browser, tmp_path: Path, name: str, screen: Screen) -> None:
    with opened(browser, write(tmp_path, book(name)), screen) as one:
        assert complaints(one.page, NOT_ASKED[screen.medium]) == []


@pytest.mark.parametrize("screen", [DAY, HAND_BY_NIGHT, PAPER], ids=["by day", "in the hand, by night", "on paper"])
def test_axe_finds_nothing_in_what_several_assessors_say(browser: Browser, tmp_path: Path, screen: Screen) -> None:
    with opened(browser, write(tmp_path, assessors()), screen) as one:
        assert complaints(one.page, NOT_ASKED[screen.medium]) == []


# --- text stays text --------------------------------------------------------------------------------------------------

TOKEN = hostile.tokens()[0]
FIFTIES = [hostile.TEXTS[start : start + 50] for start in range(0, 500, 50)]


def pages(text: str) -> tuple[str, str]:
    """Return the report and the manual that have `text` wherever text may stand."""
    one = hostile.everywhere(text)
    return to_html(one), to_page(manual(one.rules))


@pytest.fixture(scope="module")
def expected(blank: Page) -> list[str]:
    return [understood(blank, page) for page in pages(TOKEN)]


@pytest.mark.parametrize("texts", FIFTIES, ids=[f"from {start}" for start in range(0, 500, 50)])
def test_a_text_in_any_place_stays_text(blank: Page, expected: list[str], texts: Sequence[str]) -> None:
    for text in texts:
        for page, wanted in zip(pages(text), expected, strict=True):
            found, written = understood(blank, page), wanted.replace(TOKEN, json.dumps(text, ensure_ascii=False)[1:-1])
            if found != written:  # to compare the strings is fast, to compare the pieces says where
                assert json.loads(found) == json.loads(written)


def test_every_text_that_somebody_may_write_is_looked_at(expected: list[str]) -> None:
    for found in expected:
        pieces = json.loads(found)
        assert sum(piece.count(TOKEN) for piece in pieces if isinstance(piece, str)) > 150
        assert not any(TOKEN in part for piece in pieces if isinstance(piece, list) for part in piece)


# --- what the tests above can see -------------------------------------------------------------------------------------

BAD = """<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><main><h1>x</h1>
<p style="color: #999">Pale</p><p style="width: 500px">Broad</p><img src="https://example.test/x.png">
<script>alert(1); console.log("said"); open("about:blank")</script></main></body></html>"""


def test_what_is_wrong_is_seen(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, write(tmp_path, BAD), HAND) as one:
        found = {complaint.split(":")[0] for complaint in complaints(one.page)}
        assert cut_off(one.page) == ["<p> Broad", "the page, by 148 pixels"]
        assert {"color-contrast", "image-alt"} <= found
        assert "color-contrast" not in {line.split(":")[0] for line in complaints(one.page, ("color-contrast",))}
    assert sorted(one.events) == [
        *(
            "GET https://example.test/x.png",
            "dialog: 1",
            "error: Failed to load resource: net::ERR_FAILED",
            "log: said",
        ),
        *("the page", "window: about:blank"),
    ]


def test_what_the_policy_of_a_page_forbids_is_seen(browser: Browser, tmp_path: Path) -> None:
    spoilt = report("dadaab-2011").replace("</main>", "<img src='https://example.test/x.png' alt='x'></main>")
    with opened(browser, write(tmp_path, spoilt), DAY) as one:
        pass
    said = "error: Loading the image 'https://example.test/x.png' violates the following Content Security Policy"
    assert [event[: len(said)] for event in sorted(one.events)] == ["GET https://example.test/x.png", said, "the page"]


def test_where_a_browser_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, other, named = (tmp_path / name for name in ("own", "google-chrome", "named"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("COMITY_CHROMIUM", raising=False)
    own.touch()
    assert path_of(own) == str(own)
    other.touch(0o755)
    assert path_of(own) == str(other)
    named.touch(0o755)
    monkeypatch.setenv("COMITY_CHROMIUM", "named")
    assert path_of(own) == "named"


def test_a_browser_that_is_promised_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("COMITY_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(pytest.fail.Exception, match="COMITY_CHROMIUM is `/nowhere/chromium`, and no program is there"):
        path_of(Path("/nowhere"))
    monkeypatch.delenv("COMITY_CHROMIUM")
    with pytest.raises(pytest.skip.Exception, match=re.escape(MISSING)):
        path_of(Path("/nowhere"))
