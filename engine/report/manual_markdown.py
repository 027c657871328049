"""The manual of a rule set as Markdown: as GitHub shows it, with its tables, its anchors and its diagrams."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import assert_never

from comity.engine.report.diagram import to_mermaid
from comity.engine.report.manual_parts import (
    SECTIONS,
    Block,
    Entry,
    Item,
    Listed,
    Manual,
    Pairs,
    Picture,
    Quote,
    Quotes,
    Row,
    Section,
    Table,
    Text,
    Words,
)
from comity.engine.report.markdown import plain
from comity.engine.report.view import SOURCE


def to_markdown(manual: Manual) -> str:
    """Return a manual as Markdown; it ends with a line break."""
    return "\n\n".join("\n".join(lines) for lines in _manual(manual) if lines) + "\n"


_Lines = Sequence[str]


def _manual(manual: Manual) -> Iterator[_Lines]:
    yield [f"# {plain(manual.title)}"]
    yield [f"- **{plain(label)}:** {plain(text)}" for label, text in manual.about]
    yield from ([plain(text)] for text in manual.note)
    yield ["## Contents"]
    yield [*_contents(manual.sections)]
    for section in manual.sections:
        yield [_heading(2, SECTIONS[section.key], section.key)]
        for block in section.blocks:
            yield from _block(block)
        for entry in section.entries:
            yield from _entry(entry, 3)
    yield ["---"]
    yield [plain(manual.disclaimer)]


def _contents(sections: Sequence[Section]) -> Iterator[str]:
    for section in sections:
        yield f"- [{plain(SECTIONS[section.key])}](#{section.key})"
        if section.key in ("contexts", "measures"):
            yield from (f"  - [{plain(entry.title)}](#{entry.anchor})" for entry in section.entries)


def _heading(level: int, title: str, anchor: str) -> str:
    return f'{"#" * level} <a id="{anchor}"></a>{plain(title)}'


def _entry(entry: Entry, level: int) -> Iterator[_Lines]:
    yield [_heading(level, entry.title, entry.anchor)]
    yield [" · ".join((*([f"`{entry.name}`"] if entry.name else []), *map(plain, entry.tags)))]
    for listed, blocks in groupby(entry.blocks, lambda block: isinstance(block, Listed | Pairs | Quotes)):
        told = [lines for block in blocks for lines in _block(block)]
        yield from [[line for lines in told for line in lines]] if listed else told
    for inner in entry.entries:
        yield from _entry(inner, level + 1)


def _block(block: Block) -> Iterator[_Lines]:
    match block:
        case Text(words, note):
            yield [f"*Note:* {_words(words)}" if note else _words(words)]
        case Listed(label, items):
            yield [f"- **{plain(label)}**", *_items(items, 1)]
        case Pairs(pairs):
            yield [f"- **{plain(label)}:** {_words(words)}" for label, words in pairs]
        case Quotes(quotes):
            yield [f"- **{SOURCE}:** {_quote(quote)}" for quote in quotes]
        case Table(caption, heads, rows, decides):
            yield [f"**{plain(caption)}**"]
            yield [
                _cells([plain(head) for head in heads]),
                _cells(["---"] * len(heads)),
                *(_row(row, len(heads), decides) for row in rows),
            ]
        case Picture(diagram, caption, items):
            yield [plain(caption)]
            yield ["```mermaid", *to_mermaid(diagram), "```"]
            yield ["<details><summary>The same as a list</summary>"]
            yield [*_items(items)]
            yield ["</details>"]
        case _:
            assert_never(block)


def _items(items: Sequence[Item], depth: int = 0) -> Iterator[str]:
    return (f"{'  ' * (depth + item.depth)}- {_words(item.words)}" for item in items)


def _words(words: Words) -> str:
    return "".join(f"[{plain(piece.text)}](#{piece.to})" if piece.to else _between(piece.text) for piece in words)


def _between(text: str) -> str:
    """Return the text of a piece with the spaces that set it apart from others."""
    before, after = (" " if text[:1].isspace() else ""), (" " if text[-1:].isspace() else "")
    return f"{before}{plain(text)}{after}" if text.strip() else before


def _quote(quote: Quote) -> str:
    said = f"“{plain(quote.quote)}”, " if quote.quote else ""
    return f"{said}{_words((quote.place,))}" + (f" ({plain(quote.note)})" if quote.note else "")


def _row(row: Row, width: int, decides: bool) -> str:
    first, *others = ("<br>".join(map(_words, lines)) for lines in row.cells)
    others += [""] * (width - len(row.cells))
    mark = f'<a id="{row.anchor}"></a>' if row.anchor else ""
    return _cells([f"{mark}**{first}**" if decides else f"{mark}{first}", *others])


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
