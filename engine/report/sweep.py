"""A sweep as text, CSV and JSON: how counts and verdicts respond when parameters move."""

from collections.abc import Callable, Iterator
from csv import writer
from types import SimpleNamespace
from typing import Any

from comity.engine.batch.sweep import Axis, Counts, Sweep
from comity.engine.batch.verdicts import words_of
from comity.engine.language.model import RuleSet, ValueType
from comity.engine.language.writing import duration
from comity.engine.report.json_text import json_text
from comity.engine.report.words import counted, of_parameter, value

_LENGTHS = (ValueType.MONTHS, ValueType.DAYS)
NOTE = "Figures in brackets are situations in which it cannot be told."


def title_of(rules: RuleSet, name: str) -> str:
    """Return the title of a conclusion, parameter, fact or column (`table.column`); its name where it has none."""
    conclusions = (rules.contexts, rules.measures, rules.criteria, rules.forms, rules.principles)
    table, dot, column = name.partition(".")
    if dot:
        return f"{title_of(rules, table)}: {rules.facts[table].columns[column].title or column}"
    return next(kind[name].title or name for kind in (*conclusions, rules.parameters, rules.facts) if name in kind)


def value_words(sweep: Sweep, axis: Axis, at: Any) -> str:
    """Return a value that a parameter takes, without its unit where it has one of its own."""
    parameter = sweep.rules.parameters[axis.parameter]
    return value(at, parameter.value_type)


def lead(sweep: Sweep, called: Callable[[str], str] = "`{}`".format) -> str:
    """Return what was swept, in a sentence in which parameters are `called` so."""
    axes = " and ".join(
        f"{called(axis.parameter)} from {of_parameter(sweep.rules.parameters[axis.parameter], axis.values[0])} to "
        f"{of_parameter(sweep.rules.parameters[axis.parameter], axis.values[-1])}"
        for axis in sweep.axes
    )
    return f"{counted(sweep.situations, 'situation')}, {counted(len(sweep.settings()), 'setting')}: {axes}."


def source_line(sweep: Sweep) -> str:
    """Return the rule set, its version and reading, and what was set."""
    told = f"{sweep.rules.id} {sweep.rules.version}"
    told += f", reading {sweep.reading}" if sweep.reading else ""
    return told + "".join(f", {name} = {plain(held)}" for name, held in sweep.overrides.items())


def cell_text(counts: Counts) -> str:
    """Return how many situations meet a conclusion, and in brackets in how many it cannot be told."""
    return f"{counts.met:,}" + (f" ({counts.unknown:,})" if counts.unknown else "")


def grid(sweep: Sweep, conclusion: str) -> list[list[Counts]]:
    """Return counts as a grid: a row for each value of all axes but the last, a column for each of the last."""
    width = len(sweep.axes[-1].values) if len(sweep.axes) > 1 else 1
    counts = sweep.counts[conclusion]
    return [list(counts[at : at + width]) for at in range(0, len(counts), width)]


def row_names(sweep: Sweep) -> list[str]:
    """Return the names of the rows of a grid."""
    axes = sweep.axes[:-1] if len(sweep.axes) > 1 else sweep.axes
    names = [""]
    for axis in axes:
        names = [f"{name}, {value_words(sweep, axis, at)}".removeprefix(", ") for name in names for at in axis.values]
    return names


def to_text(sweep: Sweep) -> str:
    """Return a table for each conclusion."""
    return "\n".join(_text(sweep)) + "\n"


def _text(sweep: Sweep) -> Iterator[str]:
    yield lead(sweep)
    yield source_line(sweep)
    for conclusion in sweep.counts:
        words = words_of(sweep.rules, conclusion)
        yield ""
        yield f"{title_of(sweep.rules, conclusion)} ({conclusion}): situations in which it is {words[True]}"
        rows = [[cell_text(one) for one in row] for row in grid(sweep, conclusion)]
        heads = [words[True]]
        if len(sweep.axes) > 1:
            heads = [value_words(sweep, sweep.axes[-1], at) for at in sweep.axes[-1].values]
            yield f"  across: {sweep.axes[-1].parameter}"
        down = ", ".join(axis.parameter for axis in (sweep.axes[:-1] or sweep.axes))
        names = row_names(sweep)
        first = max(map(len, [down, *names]))
        widths = [max(len(text) for text in column) for column in zip(heads, *rows, strict=True)]
        yield "  " + "  ".join([f"{down:<{first}}", *(f"{text:>{w}}" for text, w in zip(heads, widths, strict=True))])
        for name, row in zip(names, rows, strict=True):
            yield "  " + "  ".join([f"{name:>{first}}", *(f"{text:>{w}}" for text, w in zip(row, widths, strict=True))])
    if any(one.unknown for counts in sweep.counts.values() for one in counts):
        yield ""
        yield NOTE


def to_csv(sweep: Sweep) -> str:
    """Return a line for each setting and conclusion."""
    text: list[str] = []
    lines = writer(SimpleNamespace(write=text.append), lineterminator="\n")
    lines.writerow([*(axis.parameter for axis in sweep.axes), "conclusion", "met", "not_met", "unknown"])
    for conclusion, counts in sweep.counts.items():
        for setting, one in zip(sweep.settings(), counts, strict=True):
            lines.writerow([*map(plain, _written(sweep, setting)), conclusion, *one])
    return "".join(text)


def to_json(sweep: Sweep) -> str:
    """Return the sweep as JSON, `comity-sweep/1`."""
    return json_text(
        {
            "format": "comity-sweep/1",
            "rule_set": {"id": sweep.rules.id, "version": sweep.rules.version},
            "reading": sweep.reading,
            "set": {name: plain(held) for name, held in sweep.overrides.items()},
            "situations": sweep.situations,
            "axes": [
                {"parameter": axis.parameter, "values": [plain(_one(sweep, axis, at)) for at in axis.values]}
                for axis in sweep.axes
            ],
            "conclusions": [
                {
                    "id": name,
                    "title": title_of(sweep.rules, name),
                    "settings": [
                        {
                            "set": {
                                axis.parameter: plain(at)
                                for axis, at in zip(sweep.axes, _written(sweep, setting), strict=True)
                            },
                            **one._asdict(),
                        }
                        for setting, one in zip(sweep.settings(), counts, strict=True)
                    ],
                }
                for name, counts in sweep.counts.items()
            ],
        }
    )


def _written(sweep: Sweep, setting: tuple[Any, ...]) -> list[Any]:
    return [_one(sweep, axis, at) for axis, at in zip(sweep.axes, setting, strict=True)]


def _one(sweep: Sweep, axis: Axis, at: Any) -> Any:
    kind = sweep.rules.parameters[axis.parameter].value_type
    return duration(at, kind) if kind in _LENGTHS else at


def plain(held: Any) -> Any:
    """Return a value as JSON and CSV write it: a fraction as a decimal."""
    if held is None or isinstance(held, bool | int | str):
        return held
    return float(held) if hasattr(held, "denominator") else str(held)
