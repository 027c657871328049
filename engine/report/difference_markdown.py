"""What a change of rules changes, as Markdown for a pull request: CommonMark, with the tables of GitHub."""

import html
import re
from collections.abc import Iterable, Iterator

from comity.engine.checking.difference import Change, Shown
from comity.engine.checking.flips import Flip
from comity.engine.report.difference import (
    Difference,
    both,
    case,
    change_word,
    edit_line,
    extent,
    meaning,
    named,
    shown,
    summary,
    turns,
    unread_line,
)
from comity.engine.report.markdown import plain
from comity.engine.report.view import printable
from comity.engine.report.witnesses import described
from comity.engine.report.words import Phrases

_TICKS = re.compile("`+")
_Block = list[str]


def to_markdown(one: Difference) -> str:
    """Return the report as Markdown; it ends with a line break."""
    return "\n\n".join("\n".join(block) for block in _Page(one).blocks()) + "\n"


class _Page:
    def __init__(self, one: Difference) -> None:
        self.one = one
        self.rules = both(one)

    def blocks(self) -> Iterator[_Block]:
        one = self.one
        yield ["## What the change of rules changes"]
        yield [f"- old: {plain(named(one.old_name, one.old))}", f"- new: {plain(named(one.new_name, one.new))}"]
        yield [_sentence(summary(one))]
        different = [change for change in one.changes if change.differs]
        if different:
            rows = [self.cells(change) for change in different]
            heads = ["conclusion", "change", "first met only now", "no longer met"]
            yield [_row(heads), _row(["---"] * len(heads)), *map(_row, rows)]
        if len(different) < len(one.changes):
            yield [f"Unchanged: {len(one.changes) - len(different)} of {len(one.changes)} conclusions."]
        for change in different:
            yield from _details(f"{self.title(change)}: {change_word(change)}", self.change(change))
        flips = one.flips
        if flips.flips:
            heading = f"Situations and cases that come out otherwise: {len(flips.flips)} of {flips.compared}"
            yield from _details(heading, [[line for flip in flips.flips for line in self.flip(flip)]])
        if flips.unread:
            lines = [f"- {plain(f'{each.name} ({each.at}): {unread_line(each)}')}" for each in flips.unread]
            yield from _details(f"Situations and cases that were not compared: {len(lines)}", [lines])
        if one.edits:
            lines = [f"- {plain(edit_line(one, edit))}" for edit in one.edits]
            yield from _details(f"Written otherwise: {len(lines)}", [lines])

    def title(self, change: Change) -> str:
        return Phrases(self.rules).conclusion(change.id)

    def cells(self, change: Change) -> list[str]:
        situations = (change.only_new, change.only_old)
        return [
            f"{plain(self.title(change))} (`{change.id}`)",
            plain(change_word(change)),
            *("<br>".join(self.facts(one)) if one else "" for one in situations),
        ]

    def facts(self, situation: Shown) -> list[str]:
        return [plain(line) for line in described(self.rules, situation.facts)]

    def change(self, change: Change) -> Iterator[_Block]:
        yield [_sentence(meaning(change))]
        notes = [f"- {plain(text)}" for text in extent(change)]
        if notes:
            yield notes
        for what, situation in shown(change):
            yield [f"{_sentence(what).removesuffix('.')}:"]
            yield [f"- {line}" for line in self.facts(situation)]
            yield ["As a case:"]
            yield fenced(case(self.one, change, situation))

    def flip(self, flip: Flip) -> Iterator[str]:
        yield f"- {plain(flip.name)} ({plain(str(flip.at))})"
        yield from (f"  - {plain(text)}" for text in turns(flip))


def _sentence(text: str) -> str:
    return f"{plain(text[:1].upper() + text[1:])}."


def _details(summary_: str, blocks: Iterable[_Block]) -> Iterator[_Block]:
    yield ["<details>", f"<summary>{html.escape(printable(summary_))}</summary>"]
    yield from blocks
    yield ["</details>"]


def fenced(lines: list[str]) -> _Block:
    """Return lines as they are, between fences that none of them can close."""
    longest = max((len(run) for line in lines for run in _TICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}yaml", *lines, fence]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
