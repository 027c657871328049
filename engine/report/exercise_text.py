"""An exercise as text for a terminal: what is told, what is asked, hints; and, on demand, the key."""

from collections.abc import Collection, Iterable, Iterator

from comity.engine.report.sheet import Entry, Page, Sheet
from comity.engine.report.text import Lines
from comity.engine.report.words import counted

HELP = """\
Type the number of a choice, or its word; or:
  hint    the next hint, which never is the answer
  skip    pass over the question
  back    return to the question before
  resume  return to what was passed over
  quit    stop here; so does Ctrl-C
Where several can be right, type their numbers with spaces between: 1 3. An
essay is written line by line, and ends with a line that is a single full stop.
Everything is saved after each answer."""
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
                yield from self.asked(entry, row.id)
            if not entry.rows:
                yield from self.asked(entry)
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

    def tasks(self) -> str:
        """Return how much there is to do."""
        stages = f" in {counted(len(self.sheet.pages), 'stage')}" if len(self.sheet.pages) > 1 else ""
        return f"{counted(len(self.numbers), 'task')}{stages}"

    def asked(self, entry: Entry, row: str | None = None) -> Iterator[str]:
        """Yield what can be chosen: of a grid one row, with its answers in one line; of a list a line for each."""
        if row is not None:
            number, one = next((number, one) for number, one in enumerate(entry.rows, 1) if one.id == row)
            yield ""
            yield from self.wrapped(f"{number}/{len(entry.rows)}  {one.text}", 2, 7)
            answers = (" " * _WIDE).join(f"{place} {choice.text}" for place, choice in enumerate(one.choices, 1))
            yield from self.wrapped(answers, 7, 7)
        for place, choice in enumerate(entry.choices, 1):
            yield from self.wrapped(f"{place:>2}  {choice.text}", 2, 6)

    def so_far(self, entry: Entry, chosen: Collection[str], words: str) -> Iterator[str]:
        """Yield how an essay is written, and what was answered before, if anything was."""
        texts = [one.text for one in entry.every_choice if one.id in chosen]
        if texts:
            yield from self.wrapped(f"Your answer: {'; '.join(texts)}", 2, 4)
        if entry.choose == "words":
            yield from self.wrapped("Write line by line; end with a line that is a single full stop.", 2, 2)
        if words:
            yield from self.wrapped("What you wrote stays if you end at once; to write is to begin anew:", 2, 2)
            for line in words.splitlines():
                yield from self.wrapped(line, 4, 4)

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
        for number, source in enumerate(sources):
            if not number:
                yield "    Sources:"
            yield from self.wrapped(source, 6, 8)

    def rubric(self, entry: Entry) -> Iterator[str]:
        """Yield the points that an essay is read for."""
        if entry.rubric:
            yield self.paint("  Read for", "bold")
        for point in entry.rubric:
            yield from self.wrapped(f"- {point}", 4, 6)


def stage_end(open_: int, last: bool) -> str:
    """Return what is said at the end of a stage where something was passed over, and at the end of all."""
    if not open_:
        return "That was all. `back` still works; Enter finishes."
    left = f"{counted(open_, 'question')} passed over; `resume` returns to {'it' if open_ == 1 else 'them'}."
    return f"{left} Enter finishes." if last else f"{left} Enter goes on to the next stage, and leaves that open."


def columns_text(sheet: Sheet) -> str:
    """Return the columns of a table of answers, as its first row, and what each takes."""
    told: dict[str, str] = {"trainee": "a name", "exercise": sheet.id}
    for entry in sheet.entries:
        for row in entry.rows:
            told[f"{entry.id}.{row.id}"] = " | ".join(one.id.removeprefix(f"{row.id}=") for one in row.choices)
        if not entry.rows:
            how = {"any": "any of, with ; between: ", "one": "one of: ", "words": "a text"}[entry.choose]
            told[entry.id] = how + " | ".join(one.id for one in entry.choices)
    wide = max(map(len, told))
    lines = [",".join(told), "", *(f"{name.ljust(wide)}  {takes}" for name, takes in told.items())]
    return "\n".join(lines) + "\n"
