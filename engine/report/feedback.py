"""What is said to somebody about an answer: of each thing chosen or missed whether it is right, and why."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from comity.engine.report.sheet import Choice, Entry, Row
from comity.engine.training.marking import Mark


class Remark(NamedTuple):
    """What is said of one thing: of `about`, a row or an entry, whether the answer is right (None: there is none)."""

    about: str
    right: bool | None
    text: str


def remarks(entry: Entry, mark: Mark) -> tuple[Remark, ...]:
    """Return what is said of an answer, row by row, or of each entry that was chosen or should have been."""
    chosen = {*mark.right, *mark.wrong}
    if entry.rows:
        return tuple(_of_row(row, chosen) for row in entry.rows)
    return tuple(_of_choices(entry, mark, chosen))


def remark(entry: Entry, mark: Mark, row: str) -> Remark:
    """Return what is said of the answer to one row."""
    one = next(one for one in entry.rows if one.id == row)
    return _of_row(one, {*mark.right, *mark.wrong})


def points(score: Fraction) -> str:
    """Return a score in at most two decimals.

    >>> points(Fraction(2, 3)), points(Fraction(5, 2)), points(Fraction(4))
    ('0.67', '2.5', '4')
    """
    return f"{float(score):.2f}".rstrip("0").rstrip(".")


def _of_row(row: Row, chosen: set[str]) -> Remark:
    picked = next((choice for choice in row.choices if choice.id in chosen), None)
    if picked is None:
        right = next(choice for choice in row.choices if choice.right)
        return Remark(row.id, None, f"{row.text}, not answered: {right.text}. {row.why}".rstrip())
    said = row.text if picked.right else f"{row.text}, you chose “{picked.text}”"
    return Remark(row.id, picked.right, f"{said}. {picked.feedback}")


def _of_choices(entry: Entry, mark: Mark, chosen: set[str]) -> Iterator[Remark]:
    for choice in entry.choices:
        if choice.id in chosen:
            yield Remark(choice.id, choice.right, f"{'Right' if choice.right else 'Wrong'}: {_told(choice)}")
        elif choice.id in mark.missed:
            yield Remark(choice.id, None, f"Missed: {_told(choice)}")


def _told(choice: Choice) -> str:
    """Return a choice as a sentence, and why it is right or wrong."""
    text = choice.text if choice.text.endswith(("?", ".", "!")) else f"{choice.text}."
    return f"{text} {choice.feedback.removeprefix('Yes. ').removeprefix('No. ')}"
