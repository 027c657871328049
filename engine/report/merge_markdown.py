"""Several assessors as Markdown: CommonMark, with the tables of GitHub."""

from collections.abc import Iterable, Iterator, Sequence

from comity.engine.assessment.assessors import Merger
from comity.engine.report.markdown import plain
from comity.engine.report.merge_view import (
    MERGED,
    ORIGINS,
    ORIGINS_NOTE,
    SECTIONS,
    WORDS,
    FactView,
    MergeView,
    RowView,
    merge_view,
    set_words,
    turn_words,
)

_Block = list[str]


def to_markdown(merger: Merger) -> str:
    """Return the report on several assessors as Markdown; it ends with a line break."""
    return "\n\n".join("\n".join(block) for block in _blocks(merge_view(merger)) if block) + "\n"


def _blocks(one: MergeView) -> Iterator[_Block]:
    yield [f"# {plain(one.title)}"]
    yield _pairs((("Situation", one.id), *one.facts))
    yield ["## Summary"]
    yield [plain(" ".join(one.summary))]
    yield _table(("Conclusion", *map(plain, one.names), MERGED), map(_row, one.rows))
    yield _pairs((label, "; ".join(titles)) for label, titles in one.same)
    if one.origins:
        yield [f"## {ORIGINS}"]
        yield [plain(ORIGINS_NOTE)]
    for origin in one.origins:
        told = [f"{'or from' if place else 'from'} {set_words(some)}" for place, some in enumerate(origin.sets or ())]
        told = told or ["not searched: too many combinations"]
        yield [f"- {plain('; '.join(origin.splits))}", *(f"  - {plain(text)}" for text in told)]
    for key, title in SECTIONS.items():
        accounts = one.section(key)
        if accounts:
            yield [f"## {title}"]
        if key == "agreed":
            yield _pairs((account.title, account.merged) for account in accounts)
            continue
        for account in accounts:
            yield [f"### {plain(account.title)} ({plain(', '.join(account.marks))})"]
            yield [f"- {plain(text)}" for text in account_lines(account)]
    if one.planned:
        yield ["## Response"]
        yield _pairs(one.planned)
    if one.notes:
        yield ["## Notes"]
        yield [f"- {plain(note)}" for note in one.notes]
    yield ["---"]
    yield [plain(one.disclaimer)]


def account_lines(one: FactView) -> Iterator[str]:
    """Yield what is said of a fact, what is merged and what it turns, line by line."""
    for said in one.said:
        yield f"{', '.join(said.who)}: {' | '.join(said.lines)}"
    yield from (f"{where}: {text}" for where, text in one.parts)
    if not one.parts:
        yield f"{MERGED}: {one.merged}" + (f"; in common: {one.common}" if one.common else "")
    yield from (turn_words(turn) for turn in one.turns)
    if one.with_others:
        yield f"together with other differences it turns: {'; '.join(one.with_others)}"
    if one.untried:
        yield f"not decided for: {'; '.join(one.untried)}"


def _row(row: RowView) -> list[str]:
    title = plain(row.title)
    return [f"*{title}*" if row.kind == "criterion" else title, *(WORDS[word] for word in row.words)]


def _pairs(pairs: Iterable[tuple[str, str]]) -> _Block:
    return [f"- **{plain(label)}:** {plain(text)}" for label, text in pairs]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> _Block:
    return [_line(heads), _line(["---"] * len(heads)), *map(_line, rows)]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
