"""The figures of a class as tables for a spreadsheet: CSV in which no cell is a formula."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from comity.engine.report.class_view import ClassView
from comity.engine.report.sheet import Sheet
from comity.engine.training.classes import Class

# What a spreadsheet takes for the beginning of a formula, in full-width forms too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TABLES = ("trainees", "tasks", "confused", "essays")


def class_csv(reports: Sequence[tuple[Sheet, Class, ClassView]], table: str) -> str:
    """Return one of `TABLES`: the scores, the figures of tasks, what was taken for what, or the essays."""
    found = {"trainees": _trainees, "tasks": _tasks, "confused": _confused, "essays": _essays}[table](reports)
    return "".join(f"{','.join(map(_cell, row))}\r\n" for row in found)


def _cell(value: object) -> str:
    """Return a cell: a number as it is, a text so that it stays one."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Fraction | float):
        return f"{float(value):.5f}".rstrip("0").rstrip(".")
    text = "" if value is None else str(value)
    text = f"'{text}" if text.startswith(_FORMULA) else text
    return (
        '"' + text.replace('"', '""') + '"' if any(one in text for one in ',;"\r\n\t') or text != text.strip() else text
    )


def _trainees(reports: Sequence[tuple[Sheet, Class, ClassView]]) -> Iterator[Iterable[object]]:
    tasks = [*dict.fromkeys(item.task.id for _, one, _ in reports for item in one.items if item.choose != "words")]
    yield ("trainee", "exercise", "score", "of", *tasks)
    for sheet, one, _ in reports:
        for marks in one.marks:
            scores = {mark.item.task.id: mark.score for mark in marks.marks}
            yield (marks.answers.trainee, sheet.id, marks.total, one.of, *(scores.get(task) for task in tasks))


def _tasks(reports: Sequence[tuple[Sheet, Class, ClassView]]) -> Iterator[Iterable[object]]:
    yield ("exercise", "task", "kind", "trainees", "mean", "full marks", "not answered", "discrimination")
    for sheet, one, _ in reports:
        for each in one.tasks:
            task = each.item.task
            full = None if each.mean is None else each.full
            yield (sheet.id, task.id, task.kind, len(one.marks), each.mean, full, each.open, each.discrimination)


def _confused(reports: Sequence[tuple[Sheet, Class, ClassView]]) -> Iterator[Iterable[object]]:
    yield ("exercise", "task", "about", "answered", "right", "trainees", "of")
    for sheet, one, _ in reports:
        for each in one.taken:
            yield (sheet.id, each.item.task.id, each.row, each.answered, each.right, each.times, each.of)


def _essays(reports: Sequence[tuple[Sheet, Class, ClassView]]) -> Iterator[Iterable[object]]:
    yield ("trainee", "exercise", "task", "text")
    for sheet, one, _ in reports:
        for marks in one.marks:
            for mark in marks.marks:
                if mark.score is None:
                    yield (marks.answers.trainee, sheet.id, mark.item.task.id, mark.words)
