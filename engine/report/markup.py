"""The pieces of a page: elements, words with their shapes, lists, tables. All that is text becomes HTML in `html`."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from comity.engine.report.view import Line, SourceView, printable
from comity.engine.report.words import TRUTH

# How a word looks: its colour, and the shape beside it, so that nothing hangs on colour alone.
TONES = {
    **dict.fromkeys(("met", "called for", "consistent", "covered", "served"), "yes"),
    **dict.fromkeys(("not met", "not called for", "not needed on these facts"), "no"),
    **dict.fromkeys(("cannot tell", "conditional", "undetermined"), "open"),
    **dict.fromkeys(("in conflict", "missing", "unserved"), "alarm"),
}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
# Elements that end their line, so that the file can be read and compared.
_ENDS_LINE = re.compile(
    "article|body|caption|d[dlt]|details|div|footer|h[1-4]|head|header|html|li|main|meta|nav|p|section|style|summary"
    "|t[dhr]|table|tbody|thead|title|ul"
)


class Html(str):
    """A string that is HTML already. Every other string is text, and becomes HTML in `html` alone."""

    __slots__ = ()


def html(text: str) -> Html:
    """Return `text` as HTML that shows it as it is, in an element or in a quoted attribute.

    >>> html('<b title="x">R&D</b>')
    '&lt;b title=&quot;x&quot;&gt;R&amp;D&lt;/b&gt;'
    """
    return text if isinstance(text, Html) else Html(escape(printable(text), quote=True))


def tag(name: str, /, *children: str | None, **attributes: str | None) -> Html:
    """Return an element. Children that are not `Html` are text; an attribute that is None is left out.

    >>> tag("p", "R&D", class_="x")
    '<p class="x">R&amp;D</p>\\n'
    """
    written = (
        f' {key.rstrip("_").replace("_", "-")}="{html(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(html(child) for child in children if child is not None)
    return Html(f"<{name}{''.join(written)}>{inner}</{name}>" + ("\n" if _ENDS_LINE.fullmatch(name) else ""))


def void(name: str, /, **attributes: str) -> Html:
    """Return an element that has no content."""
    return Html(tag(name, **attributes).replace(f"</{name}>", ""))


def join(parts: Iterable[str | None]) -> Html:
    """Return parts one after the other."""
    return Html("".join(html(part) for part in parts if part is not None))


def page_head(title: str, style: str) -> Html:
    """Return the head of a page that fetches nothing and runs nothing."""
    return tag(
        "head",
        void("meta", charset="utf-8"),
        void("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        void("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Html(f"\n{style}")),
    )


# --- lists and lines ---


def mark(word: str) -> Html:
    """Return a word with its shape and colour."""
    tone = TONES.get(word, "plain")
    use = tag("use", href=f"#shape-{tone}") if tone != "plain" else None
    shape = tag("svg", use, class_="shape", aria_hidden="true", focusable="false") if use else None
    return tag("span", shape, word, class_=f"mark {tone}")


def passages(sources: Sequence[SourceView]) -> Html:
    """Return citations, each with its passage if the wording matters."""
    return tag("ul", *(tag("li", *_passage(source)) for source in sources), class_="passages") if sources else Html()


def _passage(source: SourceView) -> Iterator[Html | str]:
    if source.quote:
        yield tag("q", source.quote)
        yield " "
    yield tag("cite", source.short)
    yield join((" ", tag("span", f"({source.note})", class_="note"))) if source.note else ""


def pairs(labelled: Iterable[tuple[str, str]], class_: str) -> Html:
    """Return labels and what they say; a label that comes again stands once."""
    grouped: dict[str, list[str]] = {}
    for label, text in labelled:
        grouped.setdefault(label, []).append(text)
    lines = (tag("div", tag("dt", label), *(tag("dd", text) for text in texts)) for label, texts in grouped.items())
    return tag("dl", *lines, class_=class_) if grouped else Html()


def noted(text: str | None) -> Html:
    """Return a note, or nothing."""
    return tag("p", text, class_="note") if text else Html()


def tree(lines: Iterable[Line]) -> Html:
    """Return lines as lists in lists: each below the last line before it that stands less deep."""
    parts: list[str] = []
    depths: list[int] = []
    for line in lines:
        while depths and depths[-1] > line.depth:
            parts.append("</li></ul>\n")
            depths.pop()
        if depths and depths[-1] == line.depth:
            parts.append("</li>\n")
        else:
            parts.append("<ul>\n")
            depths.append(line.depth)
        word = join((mark(TRUTH[line.word]), " ")) if line.word else None
        parts.append(f"<li>{join((word, line.text))}")
    parts += ["</li></ul>\n"] * len(depths)
    return tag("div", Html("".join(parts)), class_="trace")


# Tables say their roles, for a narrow screen lays their cells out as blocks, and that would take the roles away.


def html_table(caption: str, heads: Sequence[str], groups: Iterable[Html], class_: str, **attributes: str) -> Html:
    """Return a table with a caption and column heads; it stays readable where it does not fit side by side."""
    columns = (tag("th", head, scope="col", role="columnheader") for head in heads)
    head = tag("thead", table_row(*columns), role="rowgroup")
    return tag("table", tag("caption", caption), head, *groups, class_=class_, role="table", **attributes)


def group(*rows: Html) -> Html:
    """Return a group of rows."""
    return tag("tbody", *rows, role="rowgroup")


def table_row(*cells: Html) -> Html:
    """Return a row of cells."""
    return tag("tr", *cells, role="row")


def row_head(*children: str, **attributes: str) -> Html:
    """Return the cell that names its row."""
    return tag("th", *children, scope="row", role="rowheader", **attributes)


def cell(*children: str | None, label: str | None = None, **attributes: str | None) -> Html:
    """Return a cell. `label` stands before what it says where there is no room for column heads."""
    if label is not None:
        children = (tag("span", f"{label}: ", class_="label", aria_hidden="true"), *children)
    return tag("td", *children, role="cell", **attributes)
