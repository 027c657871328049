"""How everything in a report was worked out: the traces, folded away on a screen, and an annex on paper."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from comity.engine.report.markup import Html, join, noted, tag, tree
from comity.engine.report.view import SECTIONS, Item, Line, View


class _Part(NamedTuple):
    """A trace, with what it is of and what there is to note of that."""

    title: str | None
    note: str | None
    trace: Sequence[Line]


def workings(one: View) -> Html:
    """Return every trace of a report: those of a context in one fold, and those of each section that has any."""
    return join(_folded(key, title, parts) for key, (title, parts) in _groups(one).items())


def way_to(key: str, title: str) -> Html:
    """Return a link to the traces under `key`, which is `context-` and an id, or a section."""
    return tag("p", tag("a", f"{SECTIONS['workings']}: {title}", href=f"#worked-{key}"), class_="way")


def _groups(one: View) -> dict[str, tuple[str, list[_Part]]]:
    groups: dict[str, tuple[str, list[_Part]]] = {}
    for context in one.contexts:
        parts = [_Part(element.title, element.note, element.trace) for element in context.elements]
        groups[f"context-{context.id}"] = context.title, [*parts, _Part("The context itself", None, context.trace)]
    groups["measures"] = (
        SECTIONS["measures"],
        [_Part(measure.title, measure.note, measure.trace) for measure in one.measures],
    )
    groups["principles"] = SECTIONS["principles"], _of_items(one.principles)
    groups["forms"] = SECTIONS["forms"], _of_items(one.forms)
    groups["facts"] = SECTIONS["derived"], [_Part(None, None, one.derivations)]
    return {key: group for key, group in groups.items() if any(part.trace for part in group[1])}


def _of_items(items: Sequence[Item]) -> list[_Part]:
    return [_Part(item.title, None, item.trace) for item in items if item.trace]


def _folded(key: str, title: str, parts: Sequence[_Part]) -> Html:
    return tag("details", tag("summary", title), *_unfolded(parts), id=f"worked-{key}")


def _unfolded(parts: Sequence[_Part]) -> Iterator[Html]:
    for title, note, trace in parts:
        if trace or note:
            yield join((tag("h3", title) if title else None, noted(note), tree(trace)))
