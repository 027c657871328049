"""A timeline as a picture: a band of verdicts for each context, and figures that turn them against their thresholds.

Everything stands at a share of the width and at a fixed height, so that the picture fits a narrow screen and a sheet of
paper with letters of one size; what there is room for on a wide one only is marked `wide`.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from math import inf
from typing import Any, NamedTuple

from comity.engine.assessment.timeline import Series, Span, Step, Timeline
from comity.engine.language.model import ValueType
from comity.engine.language.operators import TABLE
from comity.engine.language.quantity import Range
from comity.engine.report.markup import Html, tag
from comity.engine.report.timeline_scale import Scale, scale_of, thinned, ticks
from comity.engine.report.timeline_view import HOLDING, TimelineView, bound_words, timeline_view, together
from comity.engine.report.words import NOT_KNOWN, TRUTH, day, duration, number

_STYLE = """
.over-time-chart { display: block; font: 12px var(--sans, system-ui, "Segoe UI", Roboto, Arial, sans-serif); }
.over-time-chart text { fill: var(--ink, #1e2329); }
.over-time-chart .head { font-weight: 600; }
.over-time-chart .quiet { fill: var(--quiet, #59606a); font-size: 11px; }
.over-time-chart .halo { paint-order: stroke; stroke: var(--paper, #fdfcf9); stroke-width: 4px; }
.over-time-chart .met { fill: var(--yes, #17594f); }
.over-time-chart text.on-met { fill: var(--paper, #fdfcf9); font-weight: 600; }
.over-time-chart .not-met { fill: var(--paper, #fdfcf9); }
.over-time-chart .unknown { fill: url(#over-time-unknown); }
.over-time-chart .edge { fill: none; stroke: var(--strong, #8d8775); stroke-width: 1; }
.over-time-chart .stripe { stroke: var(--open, #7d5200); stroke-width: 1.2; stroke-opacity: .55; }
.over-time-chart .grid { stroke: var(--rule, #d8d3c6); stroke-width: 1; }
.over-time-chart .as-of { stroke: var(--ink, #1e2329); stroke-width: 1; stroke-dasharray: 2 3; }
.over-time-chart .bound { stroke: var(--alarm, #962a20); stroke-width: 1.5; stroke-dasharray: 7 4; }
.over-time-chart text.bound-words { fill: var(--alarm, #962a20); font-weight: 600; }
.over-time-chart .figure { stroke: var(--link, #1c4f72); stroke-width: 2.5; }
.over-time-chart .range { fill: var(--link, #1c4f72); fill-opacity: .2; }
.over-time-chart .range-edge { stroke: var(--link, #1c4f72); stroke-width: 1; }
.over-time-chart .held { stroke-dasharray: 5 3; }
.over-time-chart rect.held { fill-opacity: .1; }
.over-time-chart .narrow { display: none; }
@media (max-width: 34rem) {
  .over-time-chart .wide { display: none; }
  .over-time-chart .narrow { display: inline; }
}
"""
_WIDE, _NARROW = 500, 310  # the least width of the picture, in pixels, where it is wide, and where it is narrow
_LETTER, _BOLD = 6.4, 7.2  # pixels that a letter takes, on the average
_THIN = 0.6  # of the width in hundredths: what is narrower is drawn three pixels wide
_BAND, _HELD_BAND, _PLOT = 22, 16, 150
_FILE, _MARGIN = 768, 16  # the width of the picture in a file, and what is around it


class _Drawn(NamedTuple):
    """What is drawn, and how far down it goes."""

    parts: list[Html]
    bottom: int


def chart(timeline: Timeline) -> Html:
    """Return the picture, as an element for an HTML page; its title and description say what it shows."""
    one = _Chart(timeline)
    return one.svg(one.drawn(), width="100%")


def to_svg(timeline: Timeline) -> str:
    """Return the picture under its title as an SVG file; it ends with a line break."""
    one = _Chart(timeline)
    drawn = one.drawn()
    picture = one.svg(drawn, x=str(_MARGIN), y="48", width=str(_FILE))
    title = _cut(f"{one.view.title}: verdicts over time", round(_FILE / 9))
    whole = tag(
        "svg",
        tag("rect", fill="#fdfcf9", width="100%", height="100%"),
        tag("text", title, x=str(_MARGIN), y="31", fill="#1e2329", font_family="Georgia, serif", font_size="17"),
        picture,
        xmlns="http://www.w3.org/2000/svg",
        width=str(_FILE + 2 * _MARGIN),
        height=str(48 + drawn.bottom + _MARGIN),
    )
    return f"{whole}\n"


class _Chart:
    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.view: TimelineView = timeline_view(timeline)
        self.start = timeline.first.toordinal()
        self.days = timeline.last.toordinal() + 1 - self.start

    def drawn(self) -> _Drawn:
        """Return the whole picture, with all letters before all that is drawn."""
        bands = self.bands(24)
        panels = [*self.panels(bands.bottom)]
        bottom = panels[-1].bottom if panels else bands.bottom
        legend = self.legend(bottom + 26)
        below = [*self.back(bottom), *bands.parts, *(part for panel in panels for part in panel.parts)]
        parts = sorted((*below, *self.as_of(bottom), *legend.parts), key=lambda part: part.startswith("<text"))
        return _Drawn(parts, legend.bottom)

    def svg(self, drawn: _Drawn, **attributes: str) -> Html:
        said = [
            f"{context.title}: {context.told}"
            + (f"; {HOLDING[0].lower()}{HOLDING[1:]}: {context.if_held}" if context.if_held else "")
            for context in self.view.contexts
        ]
        return tag(
            "svg",
            tag("title", f"{self.view.title}: verdicts over time"),
            tag("desc", " ".join([self.view.lead, *(f"{one}." for one in said)])),
            Html(f"<style>{_STYLE}</style>"),
            Html(_STRIPES),
            *drawn.parts,
            class_="over-time-chart",
            role="img",
            height=str(drawn.bottom),
            **attributes,
        )

    def x(self, day_: date, further: int = 0) -> float:
        """Return where a day begins, in hundredths of the width; with `further`, where so many days later do."""
        return (day_.toordinal() + further - self.start) / self.days * 100

    # --- what is behind ---

    def back(self, bottom: int) -> Iterator[Html]:
        yield tag("rect", fill="var(--paper, #fdfcf9)", width="100%", height="100%")
        for tick in ticks(self.timeline.first, self.timeline.last):
            where = self.x(tick.day)
            yield _line(where, 24, where, bottom, "grid")
            near = "start" if where < 4 else "end" if where > 96 else "middle"
            yield _text(where, bottom + 14, tick.label, f"quiet{' wide' if tick.wide else ''}", near)

    def as_of(self, bottom: int) -> Iterator[Html]:
        one = self.timeline
        if not one.first <= one.as_of <= one.last:
            return
        where = self.x(one.as_of)
        yield _line(where, 18, where, bottom, "as-of")
        near = "start" if where < 30 else "end" if where > 70 else "middle"
        yield _text(where, 12, f"as of {day(one.as_of)}", "quiet halo", near)

    # --- verdicts ---

    def bands(self, top: int) -> _Drawn:
        parts: list[Html] = []
        for context in self.view.contexts:
            parts += _heading(top + 13, context.title)
            parts += self.band(context.spans, top + 19, _BAND)
            top += 19 + _BAND
            if context.held:
                parts.append(_text(0, top + 12, f"{HOLDING}:", "quiet halo"))
                parts += self.band(context.held, top + 16, _HELD_BAND)
                top += 16 + _HELD_BAND
            top += 12
        return _Drawn(parts, top)

    def band(self, spans: Sequence[Span], top: int, height: int) -> Iterator[Html]:
        for number_, span in sorted(enumerate(spans), key=lambda one: one[1].last - one[1].first, reverse=True):
            left, right = self.x(span.first), self.x(span.last, 1)
            for class_ in (span.truth.value, "edge"):
                yield _rect(left, right, top, height, class_)
            word = TRUTH[span.truth.value]
            class_ = "on-met" if span.truth.value == "met" else "halo"
            texts = [word] if number_ == 0 else [f"{word} from {day(span.first)}", word]
            yield from self.fitting(left, right, top + height / 2 + 4, texts, class_)

    def fitting(self, left: float, right: float, y: float, texts: Sequence[str], class_: str) -> Iterator[Html]:
        """Yield the longest of `texts` that fits between two places, on a wide and on a narrow screen."""
        wide, narrow = (
            next((one for one in texts if len(one) * _LETTER + 14 < (right - left) / 100 * width), None)
            for width in (_WIDE, _NARROW)
        )
        if wide == narrow:
            yield from (_text(left, y, wide, class_, dx=7),) if wide else ()
            return
        for text, shown in ((wide, "wide"), (narrow, "narrow")):
            if text:
                yield _text(left, y, text, f"{class_} {shown}", dx=7)

    # --- figures ---

    def panels(self, top: int) -> Iterator[_Drawn]:
        one = self.timeline
        for number_, told in enumerate(one.told.series):
            held = one.held.series[number_] if one.held else None
            scale = scale_of(told, held)
            if scale is not None:
                panel = self.panel(told, held, scale, self.view.figures[number_].title, top)
                top = panel.bottom
                yield panel

    def panel(self, told: Series, held: Series | None, scale: "Scale", title: str, top: int) -> _Drawn:
        kind = self.timeline.rules.facts[told.test.fact].value_type
        parts = [*_heading(top + 13, title)]
        plot = _Plot(self, scale, top + 34)
        for level in scale.levels:
            y = plot.y(level)
            parts.append(_line(0, y, 100, y, "grid"))
        parts += plot.steps(thinned(told.figure), "")
        if held is not None:
            for first, last, (own, other) in together((thinned(told.figure), thinned(held.figure))):
                if own != other:
                    parts += plot.step(Step(first, last, other), " held")
        for level in scale.levels[1:]:
            words = duration(level, kind) if kind in (ValueType.MONTHS, ValueType.DAYS) else number(level)
            parts.append(_text(0, plot.y(level) - 3, words, "quiet halo"))
        parts += self.bound(told, plot)
        return _Drawn(parts, plot.top + _PLOT + 8)

    def bound(self, series: Series, plot: "_Plot") -> Iterator[Html]:
        """Yield the threshold, and its words where it stands last."""
        known = [step for step in thinned(series.bound) if not isinstance(step.value, Range)]
        for step in known:
            y = plot.y(step.value)
            yield _line(self.x(step.first), y, self.x(step.last, 1), y, "bound")
        if known:
            words = TABLE[series.test.operator].words.removeprefix("is ")
            text = f"{words} {bound_words(self.timeline, series, known[-1].value)}"
            y = plot.y(known[-1].value)
            yield _text(self.x(known[-1].last, 1), y - 5, text, "bound-words halo", "end")

    # --- the key ---

    def legend(self, top: int) -> _Drawn:
        parts: list[Html] = []
        left = 0
        for word, text in TRUTH.items():
            parts += [
                tag("rect", class_=class_, x=str(left + 0.5), y=str(top - 0.5), width="18", height="12")
                for class_ in (word, "edge")
            ]
            parts.append(_text(0, top + 10, text, "quiet", dx=left + 24))
            left += 24 + round(len(text) * _LETTER) + 16
        series = [*self.timeline.told.series]
        if not series:
            return _Drawn(parts, top + 18)
        top, left = top + 20, 0
        keys = [("figure", "figure")]
        if any(isinstance(step.value, Range) and _finite(step.value) for one in series for step in one.figure):
            keys.append(("range", "range"))
        if self.timeline.held is not None and self.timeline.held.series != self.timeline.told.series:
            keys.append(("figure held", "if held"))
        keys.append(("bound", "threshold"))
        for class_, text in keys:
            if class_ == "range":
                parts.append(tag("rect", class_="range", x=str(left), y=str(top), width="18", height="12"))
            else:
                ends = {"x1": str(left), "x2": str(left + 18), "y1": str(top + 6), "y2": str(top + 6)}
                parts.append(tag("line", class_=class_, **ends))
            parts.append(_text(0, top + 10, text, "quiet", dx=left + 24))
            left += 24 + round(len(text) * _LETTER) + 12
        return _Drawn(parts, top + 18)


_STRIPES = (
    '<defs><pattern id="over-time-unknown" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--paper, #fdfcf9)"></rect>'
    '<line class="stripe" x1="1" x2="1" y1="0" y2="6"></line></pattern></defs>'
)


# --- scales ---------------------------------------------------------------------------------------------------------


class _Plot:
    """The place of one figure."""

    def __init__(self, chart_: _Chart, scale: Scale, top: int) -> None:
        self.chart = chart_
        self.low, self.high = scale.levels[0], scale.levels[-1]
        self.top = top

    def y(self, level: Any) -> float:
        return round(self.top + _PLOT * float((self.high - level) / (self.high - self.low)), 1)

    def steps(self, steps: Sequence[Step], held: str) -> Iterator[Html]:
        for step in steps:
            yield from self.step(step, held)
        for one, other in pairwise(steps):
            if not isinstance(one.value, Range) and not isinstance(other.value, Range):
                where = self.chart.x(other.first)
                yield _line(where, self.y(one.value), where, self.y(other.value), f"figure{held}")

    def step(self, step: Step, held: str) -> Iterator[Html]:
        """Yield one step: a line, a band for a range, stripes where nothing is known."""
        left, right = self.chart.x(step.first), self.chart.x(step.last, 1)
        value = step.value
        if not isinstance(value, Range):
            yield _line(left, self.y(value), right, self.y(value), f"figure{held}")
            return
        low, high = max(value.low, self.low), min(value.high, self.high)
        top, bottom = self.y(high), self.y(low)
        if not _finite(value):
            yield _rect(left, right, top, bottom - top, "unknown")
            yield from self.chart.fitting(left, right, (top + bottom) / 2 + 4, [NOT_KNOWN], "quiet halo")
            return
        yield _rect(left, right, top, bottom - top, f"range{held}")
        for y in (top, bottom):
            yield _line(left, y, right, y, f"range-edge{held}")


def _finite(value: Range) -> bool:
    return bool(value.low != -inf and value.high != inf)


# --- pieces ---------------------------------------------------------------------------------------------------------


def _share(where: float) -> str:
    return f"{where:.3f}".rstrip("0").rstrip(".") + "%"


def _pixels(where: float) -> str:
    return f"{where:.1f}".removesuffix(".0")


def _rect(left: float, right: float, top: float, height: float, class_: str) -> Html:
    return tag(
        "rect",
        class_=class_,
        x=_share(left),
        width=_share(right - left) if right - left > _THIN else "3",
        y=_pixels(top),
        height=_pixels(height),
    )


def _line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Html:
    return tag("line", class_=class_, x1=_share(x1), y1=_pixels(y1), x2=_share(x2), y2=_pixels(y2))


def _text(x: float, y: float, text: str, class_: str, anchor: str = "start", dx: float = 0) -> Html:
    return tag(
        "text",
        text,
        class_=class_,
        x=_share(x),
        y=_pixels(y),
        dx=_pixels(dx) if dx else None,
        text_anchor=None if anchor == "start" else anchor,
    )


def _heading(y: int, title: str) -> Iterator[Html]:
    """Yield a heading, cut to what there is room for."""
    wide, narrow = (_cut(title, round(width / _BOLD)) for width in (_WIDE, _NARROW))
    if wide == narrow:
        yield _text(0, y, wide, "head halo")
    else:
        yield _text(0, y, wide, "head halo wide")
        yield _text(0, y, narrow, "head halo narrow")


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"
