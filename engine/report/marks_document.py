"""Marks as the document `comity-marks/1`."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from comity.engine.report.feedback import remarks
from comity.engine.report.json_text import json_text
from comity.engine.report.misconceptions import BeliefWords, diagnosis_document
from comity.engine.report.sheet import Entry, Sheet
from comity.engine.training.classes import Class, TaskFigures
from comity.engine.training.diagnosis import Diagnosis
from comity.engine.training.marking import Mark, Marks

FORMAT = "comity-marks/1"
_NONE: Mapping[str, Diagnosis] = MappingProxyType({})


def to_json(
    reports: Sequence[tuple[Sheet, Class]], words: BeliefWords | None = None, found: Mapping[str, Diagnosis] = _NONE
) -> str:
    """Return marks, what is said of each answer, and the figures of the class.

    With `words`, also what the answers of each trainee may say of a misunderstanding.
    """
    document: dict[str, Any] = {"format": FORMAT, "exercises": [_exercise(sheet, one) for sheet, one in reports]}
    if words is not None:
        document["misunderstandings"] = {name: diagnosis_document(words, one) for name, one in found.items()}
    return json_text(document)


def _exercise(sheet: Sheet, one: Class) -> dict[str, Any]:
    return {
        "exercise": sheet.id,
        "title": sheet.title,
        "about": dict(sheet.about),
        "of": one.of,
        "trainees": [_trainee(sheet, marks) for marks in one.marks],
        "tasks": [_task(entry, each) for entry, each in zip(sheet.entries, one.tasks, strict=True)],
        "taken": [
            {
                "task": each.item.task.id,
                "about": each.row,
                "answered": each.answered,
                "right": each.right,
                "trainees": each.times,
                "of": each.of,
            }
            for each in one.taken
        ],
        "swapped": [
            {"task": each.item.task.id, "taken": each.taken, "for": each.right, "trainees": each.times}
            for each in one.swapped
        ],
        "missed": [{"task": each.item.task.id, "answer": each.option, "trainees": each.times} for each in one.missed],
    }


def _trainee(sheet: Sheet, marks: Marks) -> dict[str, Any]:
    tasks = {entry.id: _mark(entry, mark) for entry, mark in zip(sheet.entries, marks.marks, strict=True)}
    return {"trainee": marks.answers.trainee, "score": _number(marks.total), "tasks": tasks}


def _mark(entry: Entry, mark: Mark) -> dict[str, Any]:
    if mark.score is None:
        return {"score": None, "text": mark.words}
    return {
        "score": _number(mark.score),
        "right": list(mark.right),
        "wrong": list(mark.wrong),
        "missed": list(mark.missed),
        "feedback": [{"about": one.about, "right": one.right, "text": one.text} for one in remarks(entry, mark)],
    }


def _task(entry: Entry, each: TaskFigures) -> dict[str, Any]:
    return {
        "task": entry.id,
        "kind": entry.kind,
        "prompt": entry.prompt,
        "mean": None if each.mean is None else _number(each.mean),
        "full_marks": None if each.mean is None else each.full,
        "not_answered": each.open,
        "discrimination": None if each.discrimination is None else round(each.discrimination, 5),
        "explanation": list(entry.explanation),
        "sources": list(entry.sources),
        "rubric": list(entry.rubric),
    }


def _number(score: Fraction) -> int | float:
    return score.numerator if score.denominator == 1 else round(float(score), 5)
