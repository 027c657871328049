"""Draws as a page: for each conclusion a bar of how often it came out how, and the same in a table."""

from collections.abc import Iterable

from comity.engine.batch.draws import Draws
from comity.engine.batch.sweep import Counts
from comity.engine.batch.verdicts import words_of
from comity.engine.report.draws import distribution_text, percent, source_line, varying
from comity.engine.report.markup import Html, cell, group, html_table, page_head, pairs, row_head, table_row, tag
from comity.engine.report.style import STYLE
from comity.engine.report.sweep import title_of

_WIDE, _TALL = 600, 26
_STYLE = """
.bar svg { display: block; width: 100%; max-width: 600px; }
.bar .met { fill: var(--link); } .bar .unknown { fill: var(--link); fill-opacity: 0.3; }
.bar rect { stroke: var(--rule); } .bar .not-met { fill: none; }
.wide { overflow-x: auto; }
"""


def to_html(found: Draws) -> str:
    """Return draws as a whole HTML document; it ends with a line break."""
    title = "How often each verdict comes out"
    about = [
        ("Rules", source_line(found)),
        ("Situations", f"{found.situations.height:,}"),
        ("Draws of each", f"{found.draws:,}, seed {found.seed}"),
        *((title_of(found.rules, name), distribution_text(one)) for name, one in found.stated.items()),
        *([("Drawn evenly", _listed(found, found.uniform))] if found.uniform else []),
        *([("Left unknown", _listed(found, found.left))] if found.left else []),
    ]
    body = tag(
        "body",
        tag("header", tag("p", "Draws", class_="kicker"), tag("h1", title), pairs(about, "about")),
        tag(
            "main",
            tag("p", _LEAD, class_="lead"),
            tag("div", _table(found), class_="wide"),
            tag("p", _LEGEND),
            *(_conclusion(found, name) for name in found.counts),
        ),
    )
    return f"<!DOCTYPE html>\n{tag('html', page_head(title, STYLE + _STYLE), body, lang=found.rules.language)}"


def _listed(found: Draws, names: Iterable[str]) -> str:
    return "; ".join(title_of(found.rules, name) for name in names)


def _shares(found: Draws, name: str) -> list[str]:
    one = found.counts[name]
    return [percent(found, share) for share in (one.met, one.not_met, one.unknown)]


def _table(found: Draws) -> Html:
    rows = [
        table_row(
            row_head(_title(found, name)),
            *(cell(text, label=head) for text, head in zip(_shares(found, name), _HEADS, strict=True)),
            cell(f"{varying(found, name):,}", label="situations that vary"),
        )
        for name in found.counts
    ]
    caption = "How often each verdict came out, over all situations and draws"
    return html_table(caption, ("", *_HEADS, "situations that vary"), [group(*rows)], "figures")


def _conclusion(found: Draws, name: str) -> Html:
    return tag(
        "section",
        tag("h2", _title(found, name), id=name),
        tag("div", _bar(found, name, found.counts[name]), class_="bar"),
        aria_labelledby=name,
    )


def _bar(found: Draws, name: str, counts: Counts) -> Html:
    whole = max(1, counts.met + counts.not_met + counts.unknown)
    told = ", ".join(f"{head} {share}" for head, share in zip(_HEADS, _shares(found, name), strict=True))
    parts, at = [tag("title", f"{_title(found, name)}: {told}")], 0.0
    for kind, number in (("met", counts.met), ("unknown", counts.unknown), ("not-met", counts.not_met)):
        width = _WIDE * number / whole
        if number:
            parts.append(tag("rect", x=f"{at:.1f}", y="1", width=f"{width:.1f}", height=str(_TALL - 2), class_=kind))
        at += width
    return tag("svg", *parts, role="img", viewBox=f"0 0 {_WIDE} {_TALL}")


def _title(found: Draws, name: str) -> str:
    word = words_of(found.rules, name)[True]
    return title_of(found.rules, name) + ("" if word == "met" else f" ({word})")


_LEAD = "What is not known of the situations was drawn by chance, again and again, and each completion was judged."
_LEGEND = "In the bars, dark is met or called for, light cannot be told, and empty is not met."
_HEADS = ("met", "not met", "cannot tell")
