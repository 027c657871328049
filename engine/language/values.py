"""How a value is written: numbers, ranges, dates, durations, histories (docs/language.md, `values`).

Nothing is coerced. What is not a value of the type that its place wants gets a diagnostic that says what to write.
"""

import re
from datetime import date
from math import inf
from typing import Any

from comity.engine.language.diagnostic import Code, clip, one_of
from comity.engine.language.history import Entry, History
from comity.engine.language.model import Fact, ValueType
from comity.engine.language.quantity import (
    DAY,
    days_before,
    days_in_month,
    ends,
    months_before,
    span,
)
from comity.engine.language.shape import Reader, boolean_hint, shape
from comity.engine.language.source import MAX_DIGITS, NUMBER, Mapping, Node, Scalar, Sequence, digits, number

DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII)
DURATION = re.compile(r"(0|[1-9][0-9]{0,5}) (year|years|month|months|day|days)", re.ASCII)
_NOT_KNOWN = ("unknown", "not known", "n/a", "na", "none", "?", "-", "desconocido", "inconnu", "desconhecido")
AGO = re.compile(r"(.+) ago", re.ASCII)


class _Bad(Exception):  # noqa: N818  # a jump inside this module
    def __init__(self, code: Code, message: str, hint: str | None) -> None:
        self.code, self.message, self.hint = code, message, hint


UNKNOWN_VALUE = object()  # "asked, nobody knows", as `read_value` returns it


def read_value(reader: Reader, node: Node, fact: Fact, what: str, as_of: date | None) -> Any:
    """Return the value of `fact` that `node` gives: None if it is wrong, `UNKNOWN_VALUE` if it adds no knowledge.

    `as_of` is the day from which `ago` counts. A table comes as a tuple of rows.
    """
    if isinstance(node, Scalar) and node.plain and node.text == "unknown":
        return UNKNOWN_VALUE
    if isinstance(node, Scalar) and (node.json() is None or not node.text.strip()):
        reader.error(node, Code.EMPTY_VALUE, f"{what} has no value", "write `unknown`, or leave it out")
        return None
    if fact.value_type is ValueType.TABLE:
        return _read_table(reader, node, fact, what, as_of)
    if fact.history and isinstance(node, Mapping):
        return _read_history(reader, node, fact, what, as_of)
    if not isinstance(node, Scalar):
        hint = (
            "write one value: only a history has values by period" if isinstance(node, Mapping) else "write one value"
        )
        reader.error(node, Code.WRONG_SHAPE, f"{what} must be one value, not {shape(node)}", hint)
        return None
    return _read_scalar(reader, node, fact, what, as_of)


def _read_scalar(reader: Reader, node: Scalar, fact: Fact, what: str, as_of: date | None) -> Any:
    try:
        match fact.value_type:
            case ValueType.BOOLEAN:
                if not isinstance(value := node.json(), bool):
                    raise _Bad(
                        Code.NOT_A_BOOLEAN, f"{what} must be true or false, not {shape(node)}", boolean_hint(node)
                    )
                return value
            case ValueType.CHOICE:
                return _choice(reader, node, fact, what)
            case ValueType.TEXT:
                return reader.text(node, what)
            case _:
                value = _quantity(node, fact, what, as_of)
                return UNKNOWN_VALUE if value == fact.unknown else value
    except _Bad as bad:
        hint = bad.hint
        if node.text.strip().lower() in _NOT_KNOWN:
            hint = "write unknown" if node.plain else "write unknown, without quotes"
        reader.error(node, bad.code, bad.message, hint)
        return None


def _choice(reader: Reader, node: Scalar, fact: Fact, what: str) -> str:
    if node.text in fact.option_set:
        return node.text
    hint = reader.near(node.text, fact.options) or one_of(fact.options)
    raise _Bad(Code.NOT_AN_OPTION, f"{what} cannot be `{clip(node.text)}`", hint)


def _quantity(node: Scalar, fact: Fact, what: str, as_of: date | None) -> Any:
    """Return the point or range of numbers, dates or durations that `node` gives."""
    text = node.text
    if ".." not in text:
        low, high = _ends(node, text, fact, what, as_of)
    else:
        left, _, right = text.partition("..")
        if not left and not right:
            raise _Bad(_wanted(fact), f"{what} is a range without ends", "write `unknown`, or leave it out")
        plain = f"{left.strip()}..{right.lstrip('.').strip()}"
        if plain != text:
            hint = f"write {clip(plain)}" if plain != ".." else "write `unknown`, or leave it out"
            raise _Bad(_wanted(fact), f"{what} is no range: `{clip(text)}`", hint)
        unknown_low, unknown_high = ends(fact.unknown)
        low = _ends(node, left, fact, what, as_of)[0] if left else unknown_low
        high = _ends(node, right, fact, what, as_of)[1] if right else unknown_high
        if low > high:
            raise _Bad(
                Code.RANGE_REVERSED,
                f"{what} is a range that ends before it begins: `{clip(text)}`",
                "the lower end comes first",
            )
    return span(low, high)


def _wanted(fact: Fact) -> Code:
    durations = (ValueType.MONTHS, ValueType.DAYS)
    return (
        Code.NOT_A_DATE
        if fact.value_type is ValueType.DATE
        else Code.NOT_A_DURATION
        if fact.value_type in durations
        else Code.NOT_A_NUMBER
    )


def _ends(node: Scalar, text: str, fact: Fact, what: str, as_of: date | None) -> tuple[Any, Any]:
    match fact.value_type:
        case ValueType.DATE:
            return _date(text, what, as_of)
        case ValueType.MONTHS | ValueType.DAYS:
            low = high = _duration(text, fact.value_type, what)
        case _:
            low = high = _number(node, text, fact, what)
    if low < fact.low or high > fact.high:
        limits = (
            f"at least {_shown(fact.low)}" if fact.high == inf else f"from {_shown(fact.low)} to {_shown(fact.high)}"
        )
        percent = fact.type == "share" and 1 < low <= 100
        hint = f"write {float(low) / 100:g} for {_shown(low)} %" if percent else "correct the value, or leave it out"
        raise _Bad(Code.OUT_OF_RANGE, f"{what} must be {limits}, not {clip(text)}", hint)
    return low, high


def _shown(end: Any) -> str:
    return str(end) if end.__class__ is int else f"{float(end):g}"


def _number(node: Scalar, text: str, fact: Fact, what: str) -> Any:
    ranged = text != node.text
    if not NUMBER.fullmatch(text) or (not node.plain and not ranged):
        hint = "write it without quotes" if NUMBER.fullmatch(text) else number_hint(text)
        percent = re.fullmatch(r"([0-9]{1,3}) ?%", text, re.ASCII) if fact.type == "share" else None
        hint = f"write {int(percent[1]) / 100:g}" if percent else hint
        found = f"`{clip(text)}`" if ranged else shape(node)
        raise _Bad(Code.NOT_A_NUMBER, f"{what} must be a number, not {found}", hint)
    if digits(text) > MAX_DIGITS:
        raise _Bad(Code.TOO_MANY_DIGITS, f"{what} has {digits(text)} digits; the limit is {MAX_DIGITS}", "round it")
    if fact.type == "count" and "." in text:
        whole = text.replace(".", "")
        hint = (
            f"write {whole} if the point separates thousands"
            if re.fullmatch(r"[1-9][0-9]{0,2}(\.[0-9]{3})+", text)
            else "round it"
        )
        raise _Bad(Code.NOT_A_NUMBER, f"{what} must be a whole number, not {clip(text)}", hint)
    return number(text)


def number_hint(text: str, more: str = ", or a range, like 20000..30000") -> str:
    """Return what to write instead of `text` where a number (and `more`) is expected.

    >>> number_hint("25,000"), number_hint("010"), number_hint("1e3")
    ('write 25000', 'write 10', 'write 1000')
    """
    plain = re.sub(r"(?<=[0-9])[,_'  \u202f](?=[0-9]{3}(?![0-9]))", "", text.strip()).removeprefix("+")
    plain = re.sub(r"^(-?)0+(?=[0-9])", r"\1", plain)
    plain = re.sub(r"^(-?)\.(?=[0-9])", r"\g<1>0.", plain)
    if NUMBER.fullmatch(plain) and digits(plain) <= MAX_DIGITS:
        return f"write {plain}"
    ends_ = re.fullmatch(r"([0-9]{1,15}) ?(?:-|–|—|to) ?([0-9]{1,15})", plain, re.ASCII)
    if ends_ and more:
        return f"write {ends_[1]}..{ends_[2]}"
    scientific = re.fullmatch(r"([1-9])(?:\.([0-9]+))?[eE]\+?([0-9]{1,2})", plain, re.ASCII)
    if scientific and int(scientific[3]) < MAX_DIGITS and len(scientific[2] or "") <= int(scientific[3]):
        return f"write {scientific[1]}{(scientific[2] or '').ljust(int(scientific[3]), '0')}"
    return f"write plain digits, like 25000 or 2.5{more}"


def _duration(text: str, unit: str, what: str) -> int:
    value = duration(text)
    if value is None:
        raise _Bad(Code.NOT_A_DURATION, f"{what} must be a duration, not `{clip(text)}`", _duration_hint(unit))
    if value[1] is not unit:
        raise _Bad(Code.NOT_A_DURATION, f"{what} is counted in {unit}, not in {value[1]}", _duration_hint(unit))
    return value[0]


def _duration_hint(unit: str) -> str:
    return "write it like `5 years` or `18 months`" if unit == ValueType.MONTHS else "write it like `90 days`"


def duration(text: str) -> tuple[int, ValueType] | None:
    """Return the months or days that `text` says, with the unit; None if it is no duration.

    >>> duration("5 years"), duration("90 days")[0], duration("5 yrs")
    ((60, <ValueType.MONTHS: 'months'>), 90, None)
    """
    found = DURATION.fullmatch(text)
    if found is None:
        return None
    if found[2].startswith("day"):
        return int(found[1]), ValueType.DAYS
    return int(found[1]) * (12 if found[2].startswith("year") else 1), ValueType.MONTHS


def _date(text: str, what: str, as_of: date | None) -> tuple[date, date]:
    """Return the first and the last day of a date, a month, a year, or of a time `ago`."""
    ago = AGO.fullmatch(text)
    if ago:
        value = duration(ago[1])
        if value is None:
            raise _Bad(
                Code.NOT_A_DATE,
                f"{what} must be a date, not `{clip(text)}`",
                "write it like `6 years ago`, or like 2008-05-17, 2008-05 or 2008",
            )
        if as_of is None:
            raise _Bad(
                Code.AS_OF_MISSING,
                f"{what} counts back from the as-of date, but there is none",
                "write the date itself",
            )
        day = months_before(as_of, value[0]) if value[1] is ValueType.MONTHS else days_before(as_of, value[0])
        return day, day
    days = date_span(text)
    if days is None and DATE.fullmatch(text):
        hint = "correct the year" if text.startswith("0000") else "correct the month or the day"
        raise _Bad(Code.NOT_A_DATE, f"{what} names no day: there is no {text}", hint)
    if days is None and duration(text):
        raise _Bad(
            Code.NOT_A_DATE, f"{what} must be a date, not `{text}`", f"write `{text} ago`, or a date like 2008-05-17"
        )
    if days is None:
        raise _Bad(
            Code.NOT_A_DATE, f"{what} must be a date, not `{clip(text)}`", "write it like 2008-05-17, 2008-05 or 2008"
        )
    return days


def date_span(text: str) -> tuple[date, date] | None:
    """Return the first and the last day of a full date, a month or a year; None if `text` is none of them.

    >>> date_span("2008-02")
    (datetime.date(2008, 2, 1), datetime.date(2008, 2, 29))
    >>> date_span("2013-02-30") is None
    True
    """
    found = DATE.fullmatch(text)
    if found is None:
        return None
    year, months, days = int(found[1]), found[2], found[3]
    if year < 1:
        return None
    if months is None:
        return date(year, 1, 1), date(year, 12, 31)
    month = int(months)
    if not 1 <= month <= 12:
        return None
    if days is None:
        return date(year, month, 1), date(year, month, days_in_month(year, month))
    if not 1 <= int(days) <= days_in_month(year, month):
        return None
    return date(year, month, int(days)), date(year, month, int(days))


def full_date(reader: Reader, node: Node, what: str) -> date | None:
    """Return the date that `node` gives in full."""
    if isinstance(node, Scalar) and DATE.fullmatch(node.text) and len(node.text) == 10:
        days = date_span(node.text)
        if days:
            return days[0]
        hint = "correct the year" if node.text.startswith("0000") else "correct the month or the day"
        reader.error(node, Code.NOT_A_DATE, f"{what} names no day: there is no {node.text}", hint)
        return None
    reader.error(node, Code.NOT_A_DATE, f"{what} must be a full date, not {shape(node)}", "write it like 2013-01-31")
    return None


def _read_history(reader: Reader, node: Mapping, fact: Fact, what: str, as_of: date | None) -> Any:
    """Return values by period. An entry that says `unknown` is a gap."""
    periods: list[tuple[date, date, bool, Scalar, Any]] = []
    for text, key in node.keys.items():
        days = date_span(text)
        if days is None:
            reader.error(
                key,
                Code.NOT_A_DATE,
                f"the period `{clip(text)}` of {what} is not a year, month or date",
                "write it like 2008, 2008-05 or 2008-05-17",
            )
            continue
        entry = read_value(reader, node.entries[text], _pointwise(fact), f"{what} in {text}", as_of)
        periods.append((*days, len(text) == 10, key, entry))
    if not node.keys:
        reader.error(node, Code.EMPTY_VALUE, f"{what} has no values", "write `unknown`, or leave it out")
        return None
    periods.sort(key=lambda period: period[:2])
    entries = []
    widest: tuple[date, Scalar] | None = (
        None  # of the periods so far, the last day and the key of the one that ends last
    )
    for index, (first, own_last, open_ended, key, value) in enumerate(periods):
        last = own_last
        if widest is not None and first <= widest[0]:
            message = f"{what} has two values for days of `{key.text}`: the other is in `{widest[1].text}`"
            reader.error(key, Code.PERIODS_OVERLAP, message, "periods may touch, not overlap")
        if open_ended:  # a full date holds until the day before the next entry
            following = next((later[0] for later in periods[index + 1 : index + 2] if later[0] > first), None)
            last = date.max if index + 1 == len(periods) else first if following is None else following - DAY
        if widest is None or last > widest[0]:
            widest = (last, key)
        if value is not None and value is not UNKNOWN_VALUE:
            entries.append(Entry(first, last, value))
    if any(value is None for *_, value in periods):
        return None
    return History(tuple(entries))  # also without entries: of values by period, `since` says nothing


def _pointwise(fact: Fact) -> Fact:
    return fact.but(history=False)


def _read_table(
    reader: Reader, node: Node, fact: Fact, what: str, as_of: date | None
) -> tuple[dict[str, Any], ...] | None:
    """Return the rows of a table. A table that is given is complete: no rows means that there are none."""
    if not isinstance(node, Sequence):
        reader.error(
            node,
            Code.WRONG_SHAPE,
            f"{what} must be a list of rows, not {shape(node)}",
            "write each row as `- {column: value}`",
        )
        return None
    before = len(reader.found)
    rows: list[dict[str, Any]] = []
    for index, item in enumerate(node.items, 1):
        row: dict[str, Any] = {}
        rows.append(row)
        mapping = reader.fields(item, f"row {index} of {what}", fact.columns)
        if mapping is None:
            continue
        for name, value_node in mapping.entries.items():
            column = fact.columns.get(name)
            if column is None:
                continue
            value = read_value(reader, value_node, column, f"`{name}` in row {index} of {what}", as_of)
            if value is not None and value is not UNKNOWN_VALUE:
                row[name] = value
        _check_since(reader, mapping, row, fact, f"row {index} of {what}")
    return None if any(found.severity == "error" for found in reader.found[before:]) else tuple(rows)


def _check_since(reader: Reader, mapping: Mapping, row: dict[str, Any], table: Fact, what: str) -> None:
    """Complain about values by period that lie before the row's own `since`."""
    since = row.get(table.since) if table.since else None
    if since is None:
        return
    for name, value in row.items():
        if value.__class__ is History and value.entries and value.entries[0].last < ends(since)[0]:
            node = mapping.entries[name]
            message = f"{what} gives `{name}` for days before its `since`"
            reader.error(node, Code.BEFORE_SINCE, message, "correct `since`, or leave the earlier values out")


def literal(text: str, plain: bool) -> tuple[ValueType, Any]:
    """Return the type and the value of a literal in a rule: a truth, a number, a duration, a full date, or a text."""
    if plain and text in ("true", "false"):
        return ValueType.BOOLEAN, text == "true"
    if plain and NUMBER.fullmatch(text) and digits(text) <= MAX_DIGITS:
        return ValueType.NUMBER, number(text)
    length = duration(text)
    if length is not None:
        return length[1], length[0]
    if len(text) == 10 and (days := date_span(text)):
        return ValueType.DATE, days[0]
    return ValueType.TEXT, text
