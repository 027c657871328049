"""How often verdicts come out, as text, CSV and JSON."""

from collections.abc import Iterator
from csv import writer
from types import SimpleNamespace

from comity.engine.batch.chance import Distribution
from comity.engine.batch.draws import Draws
from comity.engine.batch.verdicts import words_of
from comity.engine.report.json_text import json_text
from comity.engine.report.sweep import title_of
from comity.engine.report.words import counted


def to_text(found: Draws) -> str:
    """Return how often each conclusion came out over all situations, and of how many it is not always the same."""
    return "\n".join(_text(found)) + "\n"


def source_line(found: Draws) -> str:
    """Return the rule set, its version and reading."""
    return f"{found.rules.id} {found.rules.version}" + (f", reading {found.reading}" if found.reading else "")


def distribution_text(one: Distribution) -> str:
    """Return a distribution as it is stated."""
    parts = [f"{figure:g}" for figure in one.figures]
    parts += [f"{key}: {share:g}" for key, share in one.weights.items()]
    return one.kind + (f"({', '.join(parts)})" if parts else "")


def percent(found: Draws, number: int) -> str:
    """Return which part of all draws a number is."""
    whole = max(1, found.situations.height * found.draws)
    return f"{100 * number / whole:.1f} %"


def varying(found: Draws, name: str) -> int:
    """Return in how many situations a conclusion does not always come out the same."""
    rows = found.situations
    same = [rows[f"{name}_{side}"] == found.draws for side in ("met", "not_met", "unknown")]
    return rows.height - int((same[0] | same[1] | same[2]).sum())


def _text(found: Draws) -> Iterator[str]:
    yield (
        f"{counted(found.situations.height, 'situation')}, {counted(found.draws, 'draw')} of each, seed {found.seed}"
    )
    yield source_line(found)
    for name, stated in found.stated.items():
        yield f"  {name}: {distribution_text(stated)}"
    if found.uniform:
        yield f"  drawn evenly: {', '.join(found.uniform)}"
    if found.left:
        yield f"  left unknown: {', '.join(found.left)}"
    yield ""
    lines: list[tuple[str, ...]] = [("", "met", "not met", "cannot tell", "situations that vary")]
    for name, one in found.counts.items():
        words = words_of(found.rules, name)
        shares = (one.met, one.not_met, one.unknown)
        title = title_of(found.rules, name) + ("" if words[True] == "met" else f" ({words[True]})")
        lines.append((title, *(percent(found, share) for share in shares), f"{varying(found, name):,}"))
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
