"""The pictures of a report on a class: how many scored how much, and a bar beside a figure."""

from collections.abc import Sequence
from fractions import Fraction

from comity.engine.report.feedback import points
from comity.engine.report.markup import Html, tag
from comity.engine.report.words import counted

_STYLE = """
.scores-chart { display: block; overflow: visible; }
.scores-chart text { fill: var(--ink, #1e2329); font: 12px system-ui, sans-serif; }
.scores-chart .quiet { fill: var(--quiet, #4a515b); }
.scores-chart rect { fill: var(--link, #1c4f72); }
.scores-chart line { stroke: var(--strong, #8d8775); }
"""
_HIGH, _TOP = 120, 18  # pixels of the highest bar, and above it


def histogram_chart(bins: Sequence[int], of: int) -> Html:
    """Return how many trainees scored how much, in tenths of the highest total, as an element for an HTML page."""
    most = max([*bins, 1])
    base = _TOP + _HIGH
    parts, told = [], []
    wide = 100 / len(bins)
    for place, count in enumerate(bins):
        first, last = (points(Fraction(of * edge, len(bins))) for edge in (place, place + 1))
        told.append(f"{first} to {last}: {counted(count, 'trainee')}")
        height = round(_HIGH * count / most, 1)
        left = wide * place
        if count:
            bar = {"x": f"{left + 0.6:.1f}%", "width": f"{wide - 1.2:.1f}%", "y": f"{base - height:.1f}"}
            parts.append(tag("rect", height=f"{height:.1f}", **bar))
            middle = f"{left + wide / 2:.1f}%"
            parts.append(tag("text", str(count), x=middle, y=f"{base - height - 5:.1f}", text_anchor="middle"))
    parts.append(tag("line", x1="0", x2="100%", y1=str(base + 0.5), y2=str(base + 0.5)))
    for share, anchor in ((0, "start"), (50, "middle"), (100, "end")):
        label = points(Fraction(of * share, 100))
        parts.append(tag("text", label, class_="quiet", x=f"{share}%", y=str(base + 17), text_anchor=anchor))
    return tag(
        "svg",
        tag("title", "How many trainees scored how much"),
        tag("desc", "; ".join(told) + "."),
        Html(f"<style>{_STYLE}</style>"),
        *parts,
        class_="scores-chart",
        role="img",
        width="100%",
        height=str(base + 24),
    )


def bar(share: Fraction) -> Html:
    """Return a bar for a share from 0 to 1, beside a figure that says the same."""
    width = f"{float(share) * 100:.1f}".removesuffix(".0")
    filled = tag("rect", class_="filled", width=f"{width}%", height="100%") if share else None
    track = tag("rect", class_="track", width="100%", height="100%")
    return tag("svg", track, filled, class_="bar", aria_hidden="true", focusable="false", width="100%", height="7")
