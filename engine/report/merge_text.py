"""Several assessors as text: what matters first, what is agreed last."""

from collections.abc import Iterator

from comity.engine.assessment.assessors import Merger
from comity.engine.report.merge_view import (
    KINDS,
    MERGED,
    ORIGINS,
    ORIGINS_NOTE,
    SECTIONS,
    WORDS,
    FactView,
    MergeView,
    Origin,
    RowView,
    merge_view,
    set_words,
    turn_words,
)
from comity.engine.report.text import STYLES, Lines

_TITLE = 30  # the least room for a title beside the words of the assessors


def to_text(merger: Merger, *, width: int = 100, colour: bool = False) -> str:
    """Return the report on several assessors; it ends with a line break."""
    return "\n".join(line.rstrip() for line in _Text(width, colour).lines(merge_view(merger))) + "\n"


class _Text(Lines):
    def lines(self, one: MergeView) -> Iterator[str]:
        yield self.paint(f"{one.title} ({one.id})" if one.title != one.id else one.title, "bold")
        for label, text in one.facts:
            yield from self.labelled(label, text, 0)
        yield ""
        for text in one.summary:
            yield from self.wrapped(text, 0, 0)
        yield from self.verdicts(one)
        if one.origins:
            yield from self.heading(ORIGINS)
            yield from self.wrapped(ORIGINS_NOTE, 2, 2)
        for origin in one.origins:
            yield from self.origin(origin)
        for key, title in SECTIONS.items():
            accounts = one.section(key)
            if accounts:
                yield from self.heading(title)
            for account in accounts:
                yield from self.agreed(account) if key == "agreed" else self.account(account)
        if one.planned:
            yield from self.heading("Response")
        for label, text in one.planned:
            yield from self.labelled(label, text, 2)
        if one.notes:
            yield from self.heading("Notes")
        for note in one.notes:
            yield from self.wrapped(note, 2, 4)
        yield ""
        yield from self.wrapped(one.disclaimer, 0, 0)

    # --- verdicts ---

    def verdicts(self, one: MergeView) -> Iterator[str]:
        yield from self.heading("Verdicts")
        heads = (*one.names, MERGED)
        widths = [
            max(len(text) for text in (head, *(WORDS[row.words[place]] for row in one.rows)))
            for place, head in enumerate(heads)
        ]
        room = self.width - 2 - sum(2 + each for each in widths)
        if room < _TITLE:
            yield from self.listed(one)
        else:
            room = min(room, max((len(_title(row)) for row in one.rows), default=0))
            cells = "".join(f"  {head.ljust(each)}" for head, each in zip(heads, widths, strict=True))
            yield self.paint(f"  {''.ljust(room)}{cells}", "dim")
            kind = "context"
            for row in one.rows:
                if row.kind in KINDS and row.kind != kind:
                    kind = row.kind
                    yield self.paint(f"  {KINDS[kind].lower()}", "dim")
                yield from self.row(row, room, widths)
        for label, titles in one.same:
            yield from self.labelled(label, "; ".join(titles), 2)

    def row(self, row: RowView, room: int, widths: list[int]) -> Iterator[str]:
        """Yield a row of the table; a long title goes on below."""
        indent = 2 if row.kind == "criterion" else 0
        first, *rest = (line.strip() for line in self.folded(row.title, room - indent))
        cells = (
            f"  {self.paint(WORDS[word].ljust(each), STYLES.get(word, 'dim'))}"
            for word, each in zip(row.words, widths, strict=True)
        )
        yield f"  {' ' * indent}{first.ljust(room - indent)}{''.join(cells)}"
        yield from (f"  {' ' * indent}  {line}" for line in rest)

    def folded(self, text: str, width: int) -> list[str]:
        return [*Lines(width, False).wrapped(text, 0, 0)] if len(text) > width else [text]

    def listed(self, one: MergeView) -> Iterator[str]:
        """Yield how everything comes out where the assessors do not fit side by side."""
        for row in one.rows:
            indent = 4 if row.kind == "criterion" else 2
            yield from self.wrapped(row.title, indent, indent + 2)
            for word in dict.fromkeys(row.words):
                who = [name for name, own in zip((*one.names, MERGED), row.words, strict=True) if own == word]
                yield from self.wrapped(f"{WORDS[word]}: {', '.join(who)}", indent + 2, indent + 4)

    def origin(self, origin: Origin) -> Iterator[str]:
        yield from self.wrapped("; ".join(origin.splits), 2, 4)
        if origin.sets is None:
            yield from self.wrapped("not searched: too many combinations", 4, 6)
        for number, some in enumerate(origin.sets or ()):
            yield from self.wrapped(f"{'or from' if number else 'from'} {set_words(some)}", 4, 6)

    # --- facts ---

    def account(self, one: FactView) -> Iterator[str]:
        yield from self.wrapped(f"{one.title} [{', '.join(one.marks)}]", 2, 4)
        for said in one.said:
            who = ", ".join(said.who)
            if len(said.lines) == 1:
                yield from self.wrapped(f"{who}: {said.lines[0]}", 4, 6)
            else:
                yield from self.wrapped(f"{who}:", 4, 6)
                for line in said.lines:
                    yield from self.wrapped(line, 6, 8)
        for where, text in one.parts:
            yield from self.wrapped(f"{where}: {text}", 4, 6)
        if not one.parts:
            common = f"; in common: {one.common}" if one.common else ""
            yield from self.wrapped(f"{MERGED}: {one.merged}{common}", 4, 6)
        for turn in one.turns:
            yield from self.wrapped(turn_words(turn), 4, 6)
        if one.with_others:
            yield from self.wrapped(f"together with other differences it turns: {'; '.join(one.with_others)}", 4, 6)
        if one.untried:
            yield from self.wrapped(f"not decided for: {'; '.join(one.untried)}", 4, 6)

    def agreed(self, one: FactView) -> Iterator[str]:
        yield from self.labelled(one.title, one.merged, 2)


def _title(row: RowView) -> str:
    return f"  {row.title}" if row.kind == "criterion" else row.title
