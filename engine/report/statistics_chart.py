"""Protracted situations by year as a picture: a bar a year, for people, and for situations and host countries.

As in the chart of a timeline, everything stands at a share of the width and at a fixed height.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from comity.engine.batch.protracted_years import Statistics, Year
from comity.engine.report.markup import Html, tag
from comity.engine.report.statistics_text import SOURCE, lead, title
from comity.engine.report.timeline_scale import round_step
from comity.engine.report.words import number

_STYLE = """
.by-year-chart { display: block; font: 12px var(--sans, system-ui, "Segoe UI", Roboto, Arial, sans-serif); }
.by-year-chart text { fill: var(--ink, #1e2329); }
.by-year-chart .head { font-weight: 600; }
.by-year-chart .quiet { fill: var(--quiet, #59606a); font-size: 11px; }
.by-year-chart .halo { paint-order: stroke; stroke: var(--paper, #fdfcf9); stroke-width: 4px; }
.by-year-chart .grid { stroke: var(--rule, #d8d3c6); stroke-width: 1; }
.by-year-chart .bar { fill: var(--link, #1c4f72); }
.by-year-chart .hosts { stroke: var(--alarm, #962a20); stroke-width: 2.5; }
.by-year-chart .turn { stroke: var(--ink, #1e2329); stroke-width: 1; stroke-dasharray: 2 3; }
@media (max-width: 600px) { .by-year-chart .wide { display: none; } }
"""
_FILE, _MARGIN = 960, 24  # pixels: how wide the chart of a file is, and what is around it
_PLOT, _TOP = 150, 34  # pixels: how high a plot is, and its heading with what is above
_LEFT = 9  # hundredths of the width, for the words of the levels
_MOST_LABELS = 12


class _Panel(NamedTuple):
    title: str
    bars: Sequence[int]
    marks: Sequence[int] = ()


def to_svg(one: Statistics) -> str:
    """Return the chart as a file; it ends with a line break."""
    picture, height = _picture(one, x=str(_MARGIN), y="48", width=str(_FILE))
    whole = tag(
        "svg",
        tag("rect", fill="#fdfcf9", width="100%", height="100%"),
        tag(
            "text",
            title(one, False),
            x=str(_MARGIN),
            y="31",
            fill="#1e2329",
            font_family="Georgia, serif",
            font_size="17",
        ),
        picture,
        xmlns="http://www.w3.org/2000/svg",
        width=str(_FILE + 2 * _MARGIN),
        height=str(48 + height + _MARGIN),
    )
    return f"{whole}\n"


def chart(one: Statistics) -> Html:
    """Return the chart for a page."""
    return _picture(one, width="100%")[0]


def _picture(one: Statistics, **attributes: str) -> tuple[Html, int]:
    years = one.years
    others = any(year.with_others for year in years)
    panels = [
        _Panel(
            "People in protracted situations" if others else "Refugees in protracted situations",
            [y.people for y in years],
        ),
        _Panel("Situations (bars) and host countries (lines)", [y.situations for y in years], [y.hosts for y in years]),
    ]
    parts = [tag("rect", fill="var(--paper, #fdfcf9)", width="100%", height="100%")]
    top = 0
    for panel in panels:
        parts += _panel(panel, years, top)
        top += _TOP + _PLOT + 34
    words = f"Reading {one.reading} of {one.rules.id} {one.rules.version}. {SOURCE}"
    parts.append(_text(0, top + 2, words, "quiet"))
    height = top + 12
    shown = sorted(parts, key=lambda part: part.startswith("<text"))
    said = " ".join(lead(year) for year in (years[0], years[-1])) if years else ""
    svg = tag(
        "svg",
        tag("title", title(one, False)),
        tag("desc", said),
        Html(f"<style>{_STYLE}</style>"),
        *shown,
        class_="by-year-chart",
        role="img",
        height=str(height),
        **attributes,
    )
    return svg, height


def _panel(panel: _Panel, years: Sequence[Year], top: int) -> Iterator[Html]:
    yield _text(0, top + 14, panel.title, "head")
    base = top + _TOP + _PLOT
    step = max(1, int(round_step(max([*panel.bars, *panel.marks, 1]))))
    levels = range(0, (-(-max([*panel.bars, *panel.marks, 1]) // step) + 1) * step, step)
    for level in levels:
        y = _height(level, levels[-1], base)
        yield _line(_LEFT, y, 100, y, "grid")
        yield _text(_LEFT - 1, y + 4, _short(level), "quiet", "end")
    width = (100 - _LEFT) / max(len(years), 1)
    every = -(-len(years) // _MOST_LABELS) if years else 1
    for at, year in enumerate(years):
        left = _LEFT + at * width
        y = _height(panel.bars[at], levels[-1], base)
        yield tag(
            "rect",
            tag("title", f"{year.year}: {number(panel.bars[at])}"),
            class_="bar",
            x=_share(left + width * 0.12),
            width=_share(width * 0.76),
            y=_pixels(y),
            height=_pixels(base - y),
        )
        if panel.marks:
            y = _height(panel.marks[at], levels[-1], base)
            yield _line(left + width * 0.06, y, left + width * 0.94, y, "hosts")
        if (len(years) - 1 - at) % every == 0:
            wide = (len(years) - 1 - at) % (2 * every) != 0
            place = (left + width, "end") if at == len(years) - 1 else (left + width / 2, "middle")
            yield _text(place[0], base + 16, str(year.year), "quiet wide" if wide else "quiet", place[1])
    turn = next(
        (at for at, year in enumerate(years) if year.with_others and at and not years[at - 1].with_others), None
    )
    if turn is not None and not panel.marks:
        x = _LEFT + turn * width
        yield _line(x, top + _TOP - 8, x, base, "turn")
        yield _text(x, top + _TOP - 12, "others count too", "quiet halo", "end" if turn > len(years) / 2 else "start")


def _short(level: int) -> str:
    return f"{number(level // 1_000_000)} million" if level and level % 1_000_000 == 0 else number(level)


def _height(level: int, most: int, base: int) -> float:
    return base - _PLOT * level / most


def _share(where: float) -> str:
    return f"{where:.3f}".rstrip("0").rstrip(".") + "%"


def _pixels(where: float) -> str:
    return f"{where:.1f}".removesuffix(".0")


def _line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Html:
    return tag("line", class_=class_, x1=_share(x1), y1=_pixels(y1), x2=_share(x2), y2=_pixels(y2))


def _text(x: float, y: float, text: str, class_: str, anchor: str = "start") -> Html:
    return tag(
        "text", text, class_=class_, x=_share(x), y=_pixels(y), text_anchor=None if anchor == "start" else anchor
    )
