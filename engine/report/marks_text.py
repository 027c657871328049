"""Marks as text: the score of each task, what is said of each answer, sources, and essays beside their rubric."""

from collections.abc import Iterable, Iterator

from comity.engine.report.exercise_text import ExerciseText
from comity.engine.report.feedback import Remark, points, remark, remarks
from comity.engine.report.sheet import Entry, Sheet
from comity.engine.report.view import printable
from comity.engine.training.marking import Mark, Marks

UNMARKED = "Not marked by machine: a person reads it, beside what follows."


def marks_text(sheet: Sheet, marks: Marks, *, width: int = 100, colour: bool = False, brief: bool = False) -> str:
    """Return the marks of one trainee; with `brief`, without what is said of answers that are right in every part."""
    lines = MarksText(sheet, width, colour).lines(marks, brief)
    return "\n".join(line.rstrip() for line in lines) + "\n"


class MarksText(ExerciseText):
    """Lays marks out."""

    def lines(self, marks: Marks, brief: bool) -> Iterator[str]:
        scored = len(marks.scores)
        for line in self.wrapped(f"{self.sheet.title} ({self.sheet.id})", 0, 2):
            yield self.paint(line, "bold")
        if marks.answers.trainee:
            yield from self.labelled("Trainee", " ".join(printable(marks.answers.trainee).split()), 0)
        yield from self.wrapped(f"Score: {points(marks.total)} of {scored}", 0, 2)
        for entry, mark in zip(self.sheet.entries, marks.marks, strict=True):
            yield from self.marked(entry, mark, brief)

    def marked(self, entry: Entry, mark: Mark, brief: bool) -> Iterator[str]:
        """Yield one task with its score and what is said of the answer."""
        yield ""
        for line in self.wrapped(f"{self.numbers[entry.id]}. {entry.prompt}", 0, 3):
            yield self.paint(line, "bold")
        if mark.score is not None:
            yield from self.wrapped(f"Score: {points(mark.score)} of 1", 2, 4)
        if mark.score is None:
            yield from self.essay(entry, mark)
        elif mark.score < 1 or not brief:
            if not mark.answered:
                yield from self.wrapped("Not answered.", 2, 4)
            for one in remarks(entry, mark):
                yield from self.said(one)
            yield from self.sources(entry.sources)

    def essay(self, entry: Entry, mark: Mark) -> Iterator[str]:
        """Yield what was written, and beside it the rubric and what the rules say."""
        yield from self.written(mark.words)
        yield from self.wrapped(UNMARKED, 2, 2)
        yield from self.rubric(entry)
        yield self.paint("  What the rules say", "bold")
        for line in entry.explanation:
            yield from self.wrapped(line, 4, 6)
        yield from self.sources(entry.sources)

    def written(self, words: str) -> Iterator[str]:
        """Yield what was written."""
        for text in printable(words).splitlines() or ["Not answered."]:
            yield from self.wrapped(text, 4, 4) if text.strip() else ("",)

    def said(self, one: Remark) -> Iterator[str]:
        """Yield what is said of one thing, under a sign: + right, - wrong, . missed or not answered."""
        sign, style = {True: ("+", "green"), False: ("-", "red"), None: (".", "yellow")}[one.right]
        for line in self.wrapped(f"{sign} {one.text}", 2, 4):
            yield self.paint(line, style)

    def at_once(self, entry: Entry, mark: Mark, row: str | None, whole: bool) -> Iterator[str]:
        """Yield what is said right after an answer; once the `whole` task has one, also its score and sources."""
        for one in (remark(entry, mark, row),) if row is not None else remarks(entry, mark):
            yield from self.said(one)
        if whole and mark.score is not None:
            yield from self.wrapped(f"Score: {points(mark.score)} of 1", 2, 4)
            yield from self.sources(entry.sources)


def essays_text(sheet: Sheet, every: Iterable[Marks], *, width: int = 100, colour: bool = False) -> str:
    """Return what each trainee wrote, after what it is read for and what the rules say."""
    text, found = MarksText(sheet, width, colour), tuple(every)
    lines: list[str] = []
    for place, entry in enumerate(sheet.entries):
        if entry.choose == "words":
            lines += [*text.task(entry), *text.wrapped(UNMARKED, 0, 0), *text.model(entry)]
            for marks in found:
                name = " ".join(printable(marks.answers.trainee).split())
                lines += ["", text.paint(name, "bold"), *text.written(marks.marks[place].words)]
    return "\n".join(line.rstrip() for line in lines[1:]) + "\n"
