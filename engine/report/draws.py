"""How often verdicts come out, as text, CSV and JSON."""

from collections.abc import Iterator
from csv import writer
from types import SimpleNamespace

from comity.engine.batch.draws import Draws
from comity.engine.batch.verdicts import words_of
from comity.engine.report.json_text import json_text
from comity.engine.report.sweep import title_of
from comity.engine.report.words import counted


def to_text(found: Draws) -> str:
    """Return how often each conclusion came out over all situations, and of how many it is not always the same."""
    return "\n".join(_text(found)) + "\n"


def _text(found: Draws) -> Iterator[str]:
    rows = found.situations.height
    yield f"{counted(rows, 'situation')}, {counted(found.draws, 'draw')} of each, seed {found.seed}"
    yield f"{found.rules.id} {found.rules.version}" + (f", reading {found.reading}" if found.reading else "")
    for name, stated in found.stated.items():
        parts = [f"{figure:g}" for figure in stated.figures]
        parts += [f"{key}: {share:g}" for key, share in stated.weights.items()]
        yield f"  {name}: {stated.kind}" + (f"({', '.join(parts)})" if parts else "")
    if found.uniform:
        yield f"  drawn evenly: {', '.join(found.uniform)}"
    if found.left:
        yield f"  left unknown: {', '.join(found.left)}"
    yield ""
    lines: list[tuple[str, ...]] = [("", "met", "not met", "cannot tell", "situations that vary")]
    whole = max(1, rows * found.draws)
    for name, one in found.counts.items():
        words = words_of(found.rules, name)
        same = found.situations.filter(
            (found.situations[f"{name}_met"] == found.draws)
            | (found.situations[f"{name}_not_met"] == found.draws)
            | (found.situations[f"{name}_unknown"] == found.draws)
        ).height
        shares = (one.met, one.not_met, one.unknown)
        title = title_of(found.rules, name) + ("" if words[True] == "met" else f" ({words[True]})")
        lines.append((title, *(f"{100 * share / whole:.1f} %" for share in shares), f"{rows - same:,}"))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for first, *others in lines:
        yield "  ".join([f"{first:<{widths[0]}}", *(f"{one:>{w}}" for one, w in zip(others, widths[1:], strict=True))])


def to_csv(found: Draws) -> str:
    """Return a line for each situation and conclusion: in how many draws it came out how."""
    text: list[str] = []
    lines = writer(SimpleNamespace(write=text.append), lineterminator="\n")
    lines.writerow(["id", "conclusion", "met", "not_met", "unknown"])
    for row in found.situations.iter_rows(named=True):
        for name in found.counts:
            lines.writerow([row["id"], name, *(row[f"{name}_{side}"] for side in ("met", "not_met", "unknown"))])
    return "".join(text)


def to_json(found: Draws) -> str:
    """Return all as JSON, `comity-draws/1`."""
    return json_text(
        {
            "format": "comity-draws/1",
            "rule_set": {"id": found.rules.id, "version": found.rules.version},
            "reading": found.reading,
            "draws": found.draws,
            "seed": found.seed,
            "distributions": {
                name: {"kind": one.kind, "figures": list(one.figures), "weights": dict(one.weights)}
                for name, one in found.stated.items()
            },
            "drawn_evenly": list(found.uniform),
            "left_unknown": list(found.left),
            "conclusions": [{"id": name, **one._asdict()} for name, one in found.counts.items()],
            "situations": [
                {
                    "id": row["id"],
                    "conclusions": {
                        name: {side: row[f"{name}_{side}"] for side in ("met", "not_met", "unknown")}
                        for name in found.counts
                    },
                }
                for row in found.situations.iter_rows(named=True)
            ],
        }
    )
