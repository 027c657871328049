"""The single points of an answer: of each row the answer chosen, of each entry of a list whether it was chosen."""

from collections.abc import Collection
from typing import NamedTuple

from comity.engine.training.items import Item

CHOSEN, LEFT = "chosen", "left"


class Point(NamedTuple):
    """One point that a task asks: its right answer, and among how many answers it is chosen."""

    right: str
    answers: int


def points(item: Item) -> dict[str, Point]:
    """Return the points of a task: by row, by entry of a list, or of a single choice the one."""
    if item.rows:
        right = {option.about: option.answer or "" for option in item.options if option.right}
        return {row: Point(right[row], len(item.of_row(row))) for row in item.rows}
    if item.choose == "one":
        return {"": Point(item.right[0], len(item.options))}
    return {option.id: Point(CHOSEN if option.right else LEFT, 2) for option in item.options}


def answered(item: Item, chosen: Collection[str]) -> dict[str, str]:
    """Return what was answered to each point; a row left blank is not there, nor is a task without any answer."""
    picked = [option for option in item.options if option.id in chosen]
    if item.rows:
        return {option.about: option.answer or "" for option in picked}
    if not picked:
        return {}
    if item.choose == "one":
        return {"": picked[0].id}
    return {option.id: CHOSEN if option in picked else LEFT for option in item.options}
