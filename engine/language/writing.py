"""Values as a situation writes them: what `values` reads, the other way round."""

import json
import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from comity.engine.language.history import History
from comity.engine.language.model import Fact, Given, RuleSet, Situation, ValueType
from comity.engine.language.quantity import DAY, Range
from comity.engine.language.source import NUMBER, Mapping as Entries, Node, Scalar, Sequence


def written(fact: Fact, value: Given) -> str:
    """Return a value of `fact` as YAML writes it in one line.

    >>> from math import inf
    >>> fact = Fact(name="stay", type="duration", value_type=ValueType.MONTHS, low=0, high=inf)
    >>> written(fact, 60), written(fact, Range(18, inf)), written(fact, None)
    ('5 years', '18 months..', 'unknown')
    """
    if value is None:
        return "unknown"
    if fact.value_type is ValueType.TABLE:
        return f"[{', '.join(_row(fact, row) for row in value)}]"
    if isinstance(value, History):
        return _history(fact, value)
    if isinstance(value, Range):
        low, high = (_end(fact, end) for end in value)
        return f"{low}..{high}"
    return _end(fact, value)


def facts_lines(facts: Mapping[str, Fact], given: Mapping[str, Given], indent: str = "") -> list[str]:
    """Return given facts as lines of YAML, one for each in the order in which they are declared."""
    return [f"{indent}{name}: {written(facts[name], given[name])}" for name in facts if name in given]


def situation_lines(rules: RuleSet, one: Situation) -> list[str]:
    """Return a situation as the lines of its file, without what it expects.

    What was asked and is not known stands there as `unknown`.
    """
    lines = [f"situation: {one.id if Scalar(one.id, True, 1, 1).json() == one.id else _text(one.id)}"]
    lines += [f"title: {_text(one.title)}"] if one.title else []
    lines += [f"as_of: {one.as_of.isoformat()}"] if one.as_of else []
    lines += ["hypothetical: true"] if one.hypothetical else []
    lines += _narrative(one.narrative) if one.narrative else []
    lines += _section("facts", _given(rules, one, "situation"), "")
    lines += _by_fact("sources", {name: _text(text) for name, text in one.sources.items()})
    lines += _by_fact("kinds", one.kinds)
    if one.response is not None:
        lines.append("response:")
        lines += [f"  title: {_text(one.response.title)}"] if one.response.title else []
        lines.append(f"  measures: [{', '.join(one.response.measures)}]")
        lines += _section("facts", _given(rules, one, "response"), "  ")
    return lines


def _given(rules: RuleSet, one: Situation, about: str) -> list[str]:
    """Return the facts of a situation about itself or about its response; a table has a line for each row."""
    given = {**dict.fromkeys(one.asked), **one.all_facts}
    lines: list[str] = []
    for name, fact in rules.facts.items():
        if name not in given or fact.about != about:
            continue
        if fact.value_type is ValueType.TABLE and given[name]:
            lines += [f"{name}:", *(f"  - {_row(fact, row)}" for row in given[name])]
        else:
            lines.append(f"{name}: {written(fact, given[name])}")
    return lines


def _section(head: str, lines: list[str], indent: str) -> list[str]:
    return [f"{indent}{head}:", *(f"{indent}  {line}" for line in lines)] if lines else [f"{indent}{head}: {{}}"]


def _by_fact(head: str, texts: Mapping[str, str]) -> list[str]:
    return _section(head, [f"{name}: {text}" for name, text in texts.items()], "") if texts else []


def _narrative(text: str) -> list[str]:
    """Return a narrative as it was most likely written: line by line, where that says the same."""
    lines = text.removesuffix("\n").split("\n")
    if not lines[0] or not lines[-1] or any(line != line.strip() for line in lines) or "\n" not in text:
        return [f"narrative: {_text(text)}"]
    block = "|" if text.endswith("\n") else "|-"
    return [f"narrative: {block}", *(f"  {line}".rstrip() for line in lines)]


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_PLAIN = re.compile(r"-?[A-Za-z0-9.](?:[A-Za-z0-9 ._()/'+-]*[A-Za-z0-9._()/'+-])?")


def inline(node: Node) -> str:
    r"""Return what `node` says as YAML in one line that fits into another: as it was typed, if that is plain.

    >>> inline(Scalar("6 years ago", True, 1, 1)), inline(Scalar("Dadaab, Kenya", True, 1, 1))
    ('6 years ago', '"Dadaab, Kenya"')
    """
    if isinstance(node, Sequence):
        return f"[{', '.join(inline(item) for item in node.items)}]"
    if isinstance(node, Entries):
        return f"{{{', '.join(f'{inline(key)}: {inline(node.entries[name])}' for name, key in node.keys.items())}}}"
    if node.plain and node.json() is None:
        return "null"
    return node.text if node.plain and _PLAIN.fullmatch(node.text) else json.dumps(node.text, ensure_ascii=False)


def _row(table: Fact, row: Mapping[str, Given]) -> str:
    cells = [f"{name}: {written(column, row[name])}" for name, column in table.columns.items() if name in row]
    return f"{{{', '.join(cells)}}}"


def _history(fact: Fact, history: History) -> str:
    """Return values by period: a year or a month where an entry is one, else the day from which on it holds.

    What begins on a day holds until the next entry, so that a gap after it is an entry too.
    """
    if not history.entries:
        return "{2000: unknown}"  # of no day is anything known, and yet it is a history
    entries: list[str] = []
    until: date | None = None  # the day on which what began on a day has to end
    for entry in history.entries:
        if until is not None and entry.first > until:
            entries.append(f"{until.isoformat()}: unknown")
        period = _period(entry.first, entry.last)
        entries.append(f"{period or entry.first.isoformat()}: {written(fact, entry.value)}")
        until = entry.last + DAY if period is None and entry.last < date.max else None
    if until is not None:
        entries.append(f"{until.isoformat()}: unknown")
    return f"{{{', '.join(entries)}}}"


def _period(first: date, last: date) -> str | None:
    """Return the year or month of which two days are the first and the last, if there is one."""
    if first.day != 1 or last == date.max or (last + DAY).day != 1:
        return None
    if (first.month, last.month, first.year) == (1, 12, last.year):
        return f"{first.year:04}"
    return f"{first.year:04}-{first.month:02}" if (first.year, first.month) == (last.year, last.month) else None


def _end(fact: Fact, value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case str():
            plain = value.isascii() and value.replace("-", "").isalnum() and not NUMBER.fullmatch(value)
            alone = plain and Scalar(value, True, 1, 1).json() == value != "unknown"
            return value if alone else json.dumps(value, ensure_ascii=False)
        case float():
            return ""  # an open end
    return duration(value, fact.value_type) if fact.value_type in _UNITS else _decimal(value)


_UNITS = {ValueType.MONTHS: "month", ValueType.DAYS: "day"}


def duration(amount: int, kind: ValueType) -> str:
    """Return a number of months or of days as it is written, in years where it is some.

    >>> duration(60, ValueType.MONTHS), duration(1, ValueType.MONTHS), duration(365, ValueType.DAYS)
    ('5 years', '1 month', '365 days')
    """
    unit = _UNITS[kind]
    if kind is ValueType.MONTHS and amount and amount % 12 == 0:
        amount, unit = amount // 12, "year"
    return f"{amount} {unit}{'' if amount == 1 else 's'}"


def _decimal(value: int | Fraction) -> str:
    if isinstance(value, int):
        return str(value)
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    whole = f"{abs(int(value * 10**places)):0{places + 1}}"
    return f"{'-' if value < 0 else ''}{whole[:-places]}.{whole[-places:]}"
