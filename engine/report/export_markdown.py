"""Exercises as Markdown: a handout for trainees, which holds nothing of the key, and the key for the instructor."""

from collections.abc import Iterable, Iterator, Sequence

from comity.engine.report.markdown import plain
from comity.engine.report.sheet import Entry, Page, Sheet
from comity.engine.report.view import DISCLAIMER

BOX, CHOSEN = "☐", "☑"

_ABOUT = {
    "contexts": "Context",
    "criteria": "Criterion",
    "measures": "Measure",
    "principles": "Principle",
    "near-miss": "Criterion",
}

_Block = list[str]


def handout_markdown(sheets: Sequence[Sheet]) -> str:
    """Return what trainees are told and asked; it ends with a line break."""
    return _document("Exercises", (_handout(one) for one in sheets))


def key_markdown(sheets: Sequence[Sheet]) -> str:
    """Return what is right and why, with the hints and what an essay is read for; it ends with a line break."""
    return _document("Exercises: the key, for the instructor", (_key(one) for one in sheets))


def _document(title: str, exercises: Iterable[Iterable[_Block]]) -> str:
    blocks = [[f"# {title}"], *(block for exercise in exercises for block in exercise), ["---"], [plain(DISCLAIMER)]]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _head(one: Sheet) -> Iterator[_Block]:
    yield [f"## {plain(one.title)}"]
    about = (("Exercise", one.id), ("Level", f"{one.level} of 3"), *one.about)
    yield [f"- **{plain(label)}:** {plain(text)}" for label, text in about]


def stage_title(page: Page, number: int, pages: int) -> str | None:
    """Return the heading of a stage; there is none where nothing but one stage is told."""
    if pages == 1:
        return page.title
    return f"Stage {number}: {page.title}" if page.title else f"Stage {number}"


def about_each(entry: Entry) -> str:
    """Return what the rows of a task are, in a word."""
    return _ABOUT.get(entry.kind, "Of each")


def _tasks(one: Sheet, told: bool) -> Iterator[tuple[int, Entry] | _Block]:
    """Yield the heading of each stage, with what is `told` if wanted, and its tasks with their numbers."""
    number = 0
    for stage, page in enumerate(one.pages, 1):
        title = stage_title(page, stage, len(one.pages))
        if title:
            yield [f"### {plain(title)}"]
        if told:
            yield from _told(page)
        for entry in page.entries:
            number += 1
            yield number, entry


# --- the handout ---


def _handout(one: Sheet) -> Iterator[_Block]:
    yield from _head(one)
    yield [r"Name: \_\_\_\_\_\_\_\_\_\_\_\_\_\_\_\_\_\_\_\_ Date: \_\_\_\_\_\_\_\_\_\_"]
    for part in _tasks(one, told=True):
        if isinstance(part, list):
            yield part
        else:
            yield from _asked(*part)


def _told(page: Page) -> Iterator[_Block]:
    yield from ([plain(text)] for text in page.narrative)
    if page.facts:
        rows = ((fact.fact, fact.table.size if fact.table else fact.value) for fact in page.facts)
        yield _table(("Fact", "What is known"), rows)
    for fact in page.facts:
        if fact.table:
            yield [f"**{plain(fact.fact)}**"]
            yield _table(fact.table.heads, fact.table.rows)


def _asked(number: int, entry: Entry) -> Iterator[_Block]:
    yield [f"### {number}\\. {plain(entry.prompt)}"]
    yield [f"*{plain(entry.way)}*"]
    if entry.rows:
        heads = [choice.text for choice in entry.rows[0].choices]
        yield _table((about_each(entry), *heads), ((row.text, *(BOX for _ in row.choices)) for row in entry.rows))
    elif entry.choices:
        yield [f"- {BOX} {plain(choice.text)}" for choice in entry.choices]


# --- the key ---


def _key(one: Sheet) -> Iterator[_Block]:
    yield from _head(one)
    for part in _tasks(one, told=False):
        if isinstance(part, list):
            yield part
        else:
            yield from _answered(*part)


def _answered(number: int, entry: Entry) -> Iterator[_Block]:
    yield [f"### {number}\\. {plain(entry.prompt)}"]
    if entry.rows:
        right = ((row, choice.text) for row in entry.rows for choice in row.choices if choice.right)
        yield _table((about_each(entry), "Right", "Why"), ((row.text, text, row.why) for row, text in right))
    elif entry.choices:
        yield [
            f"- {CHOSEN if choice.right else BOX} {plain(choice.text)}: {plain(choice.feedback)}"
            for choice in entry.choices
        ]
    else:
        yield from _listed("Read it for", entry.rubric)
        yield from _listed("By the rules", entry.explanation)
    for level, hint in enumerate(entry.hints, 1):
        yield from _listed(f"Hint {level}", hint)
    yield from _listed("Sources", entry.sources)


def _listed(label: str, lines: Sequence[str]) -> Iterator[_Block]:
    if lines:
        yield [f"**{label}**"]
        yield [f"- {plain(line)}" for line in lines]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> _Block:
    lines = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(cell if cell == '---' else plain(cell) for cell in line)} |" for line in lines]
