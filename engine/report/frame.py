"""What every page has around its sections: head, heading, contents, the line that it is no advice."""

from collections.abc import Sequence
from typing import NamedTuple

from comity.engine.report.markup import Html, page_head, pairs, tag
from comity.engine.report.style import SHAPES, STYLE, running_heads
from comity.engine.report.view import printable


class Frame(NamedTuple):
    """What a page is about. `kind` is what it is, in a word or two; `about` has the as-of date first."""

    kind: str
    title: str
    id: str
    about: Sequence[tuple[str, str]]
    disclaimer: str
    language: str  # of the rule set, since most of the words are
    style: str = ""  # in addition to that of all pages
    label: str = "Situation"  # of what `id` names


class Section(NamedTuple):
    """A section of a page, under a key that links can name."""

    key: str
    title: str
    content: Html


def framed(frame: Frame, sections: Sequence[Section]) -> str:
    """Return a whole HTML document; it ends with a line break. Contents are listed where there are several sections."""
    heads = running_heads(printable(frame.title), ": ".join(frame.about[0]), frame.disclaimer)
    head = page_head(f"{frame.title}: {frame.kind[0].lower()}{frame.kind[1:]}", STYLE + frame.style + heads)
    return f"<!DOCTYPE html>\n{tag('html', head, _body(frame, sections), lang=frame.language)}"


def _body(frame: Frame, sections: Sequence[Section]) -> Html:
    links = [tag("li", tag("a", one.title, href=f"#{one.key}")) for one in sections]
    several = len(links) > 1
    first = sections[0]
    return tag(
        "body",
        tag("a", f"Skip to the {first.title.lower()}", class_="skip", href=f"#{first.key}") if several else None,
        Html(SHAPES),
        tag(
            "header",
            tag("p", frame.kind, class_="kicker"),
            tag("h1", frame.title, dir="auto"),
            pairs(((frame.label, frame.id), *frame.about), "about"),
        ),
        tag("nav", tag("ul", *links), aria_label="Contents") if several else None,
        tag("main", *map(_section, sections)),
        tag("footer", tag("p", frame.disclaimer)),
    )


def _section(one: Section) -> Html:
    heading = tag("h2", one.title, id=one.key)
    return tag("section", heading, one.content, class_=one.key, aria_labelledby=one.key)
