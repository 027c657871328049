"""Headless Chromium: a page is opened from a file as a reader would, and says what it asks for and how it looks.

The browser is the one that the environment variable COMITY_CHROMIUM names, else a Chromium or Chrome on the PATH, else
one that `playwright install chromium` has fetched. Where there is none, the tests that need it are skipped and say how
to get one; where COMITY_CHROMIUM is set, as `.ci/run` sets it, they fail.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, sync_playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "chrome-headless-shell")
MISSING = (
    "no Chromium: install Debian's `chromium`, run `playwright install chromium`, "
    "or name one in the environment variable COMITY_CHROMIUM"
)
_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


class Screen(NamedTuple):
    """What a page is shown on."""

    width: int  # pixels
    scheme: Literal["light", "dark"] = "light"
    medium: Literal["screen", "print"] = "screen"


def path_of(own: Path) -> str:
    """Return the browser to start: the one that is promised, one on the PATH, or Playwright's `own`.

    Without one the test is skipped; if one was promised, it fails.
    """
    promised = os.environ.get("COMITY_CHROMIUM")
    if promised and shutil.which(promised) is None:
        pytest.fail(f"COMITY_CHROMIUM is `{promised}`, and no program is there", pytrace=False)
    found = next(filter(None, map(shutil.which, COMMANDS)), None) or (str(own) if own.exists() else None)
    return promised or found or pytest.skip(MISSING)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser."""
    with sync_playwright() as playwright:
        kind = playwright.chromium
        with kind.launch(executable_path=path_of(Path(kind.executable_path))) as browser:
            yield browser


class Opened(NamedTuple):
    """A page, and all that happened since it was asked for: requests, messages of the console, dialogs, windows."""

    page: Page
    events: list[str]


@contextmanager
def opened(browser: Browser, file: Path, screen: Screen, *, lenient: bool = False) -> Iterator[Opened]:
    """Open a file, with everything unfolded. Nothing but the file is ever fetched; a `lenient` browser lets all run."""
    address = file.as_uri()
    events: list[str] = []
    with browser.new_context(
        viewport={"width": screen.width, "height": 900}, color_scheme=screen.scheme, bypass_csp=lenient
    ) as context:
        context.route("**/*", lambda route: route.continue_() if route.request.url == address else route.abort())
        page = context.new_page()
        context.on("request", lambda request: events.append(_asked(request, address)))
        context.on("page", lambda other: events.append(f"window: {other.url}"))
        context.on("console", lambda message: events.append(f"{message.type}: {message.text}"))
        context.on("weberror", lambda error: events.append(f"error: {error.error}"))
        context.on("dialog", lambda dialog: events.append(_dismissed(dialog)))
        page.on("websocket", lambda socket: events.append(f"socket: {socket.url}"))
        page.emulate_media(media=screen.medium)
        page.goto(address, wait_until="load")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        yield Opened(page, events)


def _asked(request: Request, address: str) -> str:
    return "the page" if request.url == address else f"{request.method} {request.url}"


def _dismissed(dialog: Dialog) -> str:
    dialog.dismiss()
    return f"dialog: {dialog.message}"


# --- what is wrong with a page ----------------------------------------------------------------------------------------


def complaints(page: Page, without: tuple[str, ...] = ()) -> list[str]:
    """Return what axe-core finds wrong: all of its rules are asked, those that are off by default too."""
    page.evaluate(_AXE)
    found: list[dict[str, Any]] = page.evaluate(
        """async without => {
            const rules = axe.getRules().map(({ruleId}) => [ruleId, {enabled: !without.includes(ruleId)}]);
            const options = {resultTypes: ["violations"], rules: Object.fromEntries(rules)};
            return (await axe.run(document, options)).violations;
        }""",
        list(without),
    )
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {' '.join(node['failureSummary'].split())}"
        for rule in found
        for node in rule["nodes"]
    ]


def cut_off(page: Page) -> list[str]:
    """Return what cannot be seen without scrolling sideways; what is hidden on purpose is no part of it."""
    found: list[str] = page.evaluate(
        """() => [...document.body.querySelectorAll("*")].filter(one => {
            const {width, right, left} = one.getBoundingClientRect();
            const hidden = one.closest("thead, caption, .skip, .shapes, [aria-hidden]");
            return width > 1 && !hidden && (right > innerWidth + 1 || left < -1);
        }).map(one => `<${one.tagName.toLowerCase()}> ${one.textContent.trim().slice(0, 60)}`)"""
    )
    wide: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, *([f"the page, by {wide} pixels"] if wide > 0 else [])]


# --- what a page holds ------------------------------------------------------------------------------------------------

# Elements with their attributes, and the texts between, in order: `[name, attribute, value, ...]`, `text`, `["/"]`. Of
# a style only its rules are told, and of a picture what kinds of elements it has, for pictures cut and break lines.
_HELD = """text => {
    const found = [];
    const attributes = node => [...node.attributes];
    const walk = node => {
        if (node.nodeType === Node.TEXT_NODE) {
            found.push(node.data);
        } else if (node.nodeType !== Node.ELEMENT_NODE) {
            found.push([`node of type ${node.nodeType}`, node.data]);
        } else if (node.localName === "svg" && node.role === "img") {
            const kinds = [...node.querySelectorAll("*")].map(
                one => [one.localName, ...attributes(one).map(each => each.name)].join(" "));
            found.push(["picture", ...new Set(kinds.sort())]);
            node.querySelectorAll(":scope > title, :scope > desc").forEach(walk);
        } else {
            found.push([node.localName, ...attributes(node).flatMap(one => [one.name, one.value])]);
            if (node.localName === "style") {
                const sheet = new CSSStyleSheet();
                sheet.replaceSync(node.textContent);
                const inner = rule => [...rule.cssRules ?? []].map(one => one.name ?? one.selectorText ?? "at");
                [...sheet.cssRules].forEach(one => found.push([one.selectorText ?? "at", ...inner(one)]));
            } else {
                node.childNodes.forEach(walk);
            }
            found.push(["/"]);
        }
    };
    walk(new DOMParser().parseFromString(text, "text/html").documentElement);
    return JSON.stringify(found);
}"""


def understood(page: Page, text: str) -> str:
    """Return every element, attribute and text of a document, as the browser reads it: JSON, a list of pieces."""
    found: str = page.evaluate(_HELD, text)
    return found
