"""An exercise as text for a terminal: what is told, what is asked, hints; and, on demand, the key."""

from collections.abc import Iterable, Iterator

from comity.engine.report.sheet import Choice, Entry, Page, Row, Sheet
from comity.engine.report.text import Lines
from comity.engine.report.words import counted

HELP = """\
Type the number of a choice, or its word; or:
  hint    the next hint, which never is the answer
  skip    pass over the question
  back    return to the question before
  resume  return to what was passed over
  quit    stop here; so does Ctrl-C
Where several can be right, type their numbers with spaces between: 1 3. An essay
is written line by line, and ends with a line that is a single full stop. At the
end of a stage, next goes on. Everything is saved after each answer."""
_WIDE = 2  # columns between choices in one line


def sheet_text(sheet: Sheet, *, width: int = 100, colour: bool = False, key: bool = False) -> str:
    """Return an exercise as its trainees read it; with `key`, also what is right, why, and the rubrics."""
    text = ExerciseText(sheet, width, colour)
    lines = [*text.opening(), *(line for page in sheet.pages for line in text.whole(page, key))]
    return "\n".join(line.rstrip() for line in lines) + "\n"


class ExerciseText(Lines):
    """Lays the parts of an exercise out."""

    def __init__(self, sheet: Sheet, width: int, colour: bool) -> None:
        super().__init__(width, colour)
        self.sheet = sheet
        self.numbers = {entry.id: number for number, entry in enumerate(sheet.entries, 1)}

    def opening(self) -> Iterator[str]:
        """Yield the title, and what the exercise is about."""
        for line in self.wrapped(f"{self.sheet.title} ({self.sheet.id})", 0, 2):
            yield self.paint(line, "bold")
        about = (("Level", str(self.sheet.level)), *self.sheet.about)
        yield from self.wrapped("; ".join(f"{label}: {text}" for label, text in about), 0, 2)

    def whole(self, page: Page, key: bool) -> Iterator[str]:
        """Yield a stage with all of its tasks."""
        yield from self.page(page)
        for entry in page.entries:
            yield from self.task(entry)
            for row in entry.rows:
                yield from self.row(entry, row)
            yield from self.choices(entry.choices)
            if key:
                yield from self.model(entry)

    def page(self, page: Page) -> Iterator[str]:
        """Yield what is told at a stage."""
        if len(self.sheet.pages) > 1:
            number = self.sheet.pages.index(page) + 1
            head = f"STAGE {number} OF {len(self.sheet.pages)}" + (f": {page.title}" if page.title else "")
            yield ""
            for line in self.wrapped(head, 0, 2):
                yield self.paint(line, "bold")
        for text in page.narrative:
            yield ""
            yield from self.wrapped(text, 0, 0)
        if page.facts:
            yield ""
            yield self.paint("Told:", "bold")
        for told in page.facts:
            if told.table is None:
                yield from self.labelled(told.fact, told.value, 2)
                continue
            yield from self.labelled(told.fact, told.table.size, 2)
            for row in told.table.rows:
                cells = (f"{head}: {cell}" for head, cell in zip(told.table.heads, row, strict=True) if cell)
                yield from self.wrapped("; ".join(cells), 4, 6)

    def task(self, entry: Entry) -> Iterator[str]:
        """Yield what a task asks, and how it is answered."""
        yield ""
        yield self.paint(f"TASK {self.numbers[entry.id]} OF {len(self.numbers)}", "bold")
        yield from self.wrapped(entry.prompt, 0, 0)
        yield from self.wrapped(entry.way, 0, 0)

    def row(self, entry: Entry, row: Row) -> Iterator[str]:
        """Yield one thing that a grid asks about, and the answers in one line."""
        yield ""
        yield from self.wrapped(f"{entry.rows.index(row) + 1}/{len(entry.rows)}  {row.text}", 2, 7)
        answers = (" " * _WIDE).join(f"{number} {one.text}" for number, one in enumerate(row.choices, 1))
        yield from self.wrapped(answers, 7, 7)

    def choices(self, choices: Iterable[Choice]) -> Iterator[str]:
        """Yield what can be chosen, a line for each."""
        for number, one in enumerate(choices, 1):
            yield from self.wrapped(f"{number:>2}  {one.text}", 2, 6)

    def hint(self, entry: Entry, number: int, row: str | None = None) -> Iterator[str]:
        """Yield a hint, counted from 0; of one that has a line for each row, the line of that row."""
        lines = entry.hints[number]
        ids = [one.id for one in entry.rows]
        if row is not None and len(lines) == len(ids):
            lines = (lines[ids.index(row)],)
        for line in lines:
            yield from self.wrapped(line, 2, 4)

    def model(self, entry: Entry) -> Iterator[str]:
        """Yield the model answer, what it rests on, and what an essay is read for."""
        yield ""
        yield self.paint("  Key" if entry.choose != "words" else "  What the rules say", "bold")
        for line in entry.explanation:
            yield from self.wrapped(line, 4, 6)
        yield from self.sources(entry.sources)
        yield from self.rubric(entry)

    def sources(self, sources: Iterable[str]) -> Iterator[str]:
        """Yield what an answer rests on."""
        if found := tuple(sources):
            yield from self.wrapped(f"Source{'s' if len(found) > 1 else ''}: {'; '.join(found)}.", 4, 6)

    def rubric(self, entry: Entry) -> Iterator[str]:
        """Yield the points that an essay is read for."""
        if entry.rubric:
            yield self.paint("  Read for", "bold")
        for point in entry.rubric:
            yield from self.wrapped(f"- {point}", 4, 6)


def stage_end(sheet: Sheet, open_: int, last: bool) -> str:
    """Return what is said at the end of a stage where something was passed over, and at the end of all."""
    left = f"{counted(open_, 'question')} passed over; `resume` returns to {'it' if open_ == 1 else 'them'}."
    if last:
        return f"{left} Enter finishes." if open_ else "That was all. `back` still works; Enter finishes."
    return f"{left} `next` goes on to the next stage, after which they stay open."
