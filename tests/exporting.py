"""Exercises to export: those that are built in, and made-up ones with a text of one's own wherever words stand."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from html.parser import HTMLParser

from comity.cli.exercises import load_sheets
from comity.engine.report.sheet import Choice, Entry, Page, Row, Sheet, Telling
from comity.engine.report.view import Table
from comity.engine.training.exercise import Task
from comity.engine.training.items import Item, Option
from tests import hostile


@cache
def bank() -> tuple[Sheet, ...]:
    """Return the built-in exercises in words."""
    return load_sheets((), hostile.rule_set())


def words(text: str) -> str:
    """Return a text with every run of blanks as one space."""
    return " ".join(text.split())


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(content: str) -> str:
    """Return what a reader sees of HTML."""
    parser = _Text()
    parser.feed(content)
    parser.close()
    return "".join(parser.parts)


def item(kind: str, options: Iterable[tuple[str, str, str | None, bool]], rows: tuple[str, ...] = ()) -> Item:
    """Return a task with its options: id, what it is about, answer, and whether it is right."""
    return Item(Task(id=kind, kind=kind), 0, tuple(Option(*one) for one in options), rows)


def sheet(id_: str, text: Callable[[], str], flip: bool = False) -> Sheet:
    """Return an exercise of one task of each way to answer, with a text in every place that has words.

    What is right is the other way round if it is to `flip`.
    """

    def choices(names: Sequence[str], right: str) -> tuple[Choice, ...]:
        return tuple(Choice(name, text(), (name == right) is not flip, text()) for name in names)

    def entry(kind: str, choose: str, task: Item, **more: object) -> Entry:
        given = {
            "id": kind,
            "kind": kind,
            "choose": choose,
            "prompt": text(),
            "way": text(),
            "rows": (),
            "choices": (),
            "hints": ((text(), text()), (text(),)),
            "explanation": (text(), text()),
            "sources": (text(),),
            "rubric": (),
            "item": task,
        }
        return Entry(**{**given, **more})  # type: ignore[arg-type]

    answers = ("met", "not-met")
    options = [(f"a={answer}", "a", answer, (answer == "met") is not flip) for answer in answers]
    row = Row("a", text(), choices([f"a={answer}" for answer in answers], "a=met"), text())
    several = [(name, name, None, (name == "one") is not flip) for name in ("one", "two")]
    entries = (
        entry("contexts", "each", item("contexts", options, ("a",)), rows=(row,)),
        entry("deciding", "any", item("deciding", several), choices=choices(("one", "two"), "one")),
        entry("next", "one", item("next", several), choices=choices(("one", "two"), "one")),
        entry("essay", "words", item("essay", ()), rubric=(text(), text())),
    )
    facts = (Telling(text(), text()), Telling(text(), text(), Table((text(), text()), ((text(), text()),), text())))
    pages = (
        Page(text(), (text(), text()), facts, entries[:2]),
        Page(None, (text(),), (), entries[2:]),
    )
    about = (("As of", text()), ("Rule set", text()))
    return Sheet(id_, text(), 2, (1,), about, pages, ("oas-2013", "level-2", "contexts", "next"), "en")


@cache
def everywhere() -> tuple[Sheet, ...]:
    """Return an exercise for each hostile text, which stands in every place of it."""
    return tuple(
        sheet(f"exercise-{number}", lambda text=text: text)  # type: ignore[misc]
        for number, text in enumerate(hostile.TEXTS)
    )
