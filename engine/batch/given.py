"""What the columns of a table give: which facts, whether as points or ranges, and which of their cells are wrong.

A column is called as its fact, or `x_low` and `x_high` hold the two ends of `x`. The names that preparing adds begin
with `__`, which no fact does.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import narwhals as nw

from comity.engine.batch.cells import PLAIN, columns_of, read_text, read_typed
from comity.engine.language.diagnostic import Code, Diagnostic, Refused, Severity, Span, did_you_mean
from comity.engine.language.model import Fact, ValueType
from comity.engine.translation.column_facts import most_of, scale

SIDES = ("low", "high")


class Cells(NamedTuple):
    """A column of a table that gives a fact, or one end (`side`) of it. `sound` is one of which no cell is wrong."""

    name: str
    fact: Fact
    kind: Any  # its type
    side: str | None = None
    sound: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it holds what a situation file would, and must be read as that."""
        return self.kind == nw.String and self.fact.value_type not in (ValueType.CHOICE, ValueType.TEXT)

    def value(self, cell: Any, as_of: date | None) -> Any:
        """Return what one of its cells says, or `Wrong`."""
        if isinstance(cell, str):
            return read_text(cell, self.fact, self.name, as_of)
        return read_typed(cell, self.fact, self.name)


def match_columns(
    schema: Mapping[str, Any], facts: Mapping[str, Fact], file: str, others: Iterable[str]
) -> tuple[list[Cells], tuple[str, ...]]:
    """Return the columns that give facts, and those that mean nothing here.

    `others` are names that mean something else. Raises `Refused` where a column cannot be what its name says.
    """
    found: list[Cells] = []
    strangers: list[str] = []
    wrong: list[Diagnostic] = []
    known = set(others)
    for name, kind in schema.items():
        side = next((one for one in SIDES if name.endswith(f"_{one}") and name not in facts), None)
        fact = facts.get(name if side is None else name[: -len(side) - 1])
        if name in known or kind == nw.Unknown:
            continue
        if fact is None or fact.columns or (side and fact.value_type in PLAIN):
            strangers.append(name)
            continue
        if not _fits(fact, kind):
            words = "a number with at most 6 digits after the point" if kind == nw.Decimal else f"a {fact.type}"
            wrong.append(_refused(file, Code.WRONG_TYPE, f"the column `{name}` is {kind}, not {words}", None))
        found.append(Cells(name, fact, kind, side))
    lower: dict[str, str] = {}
    for name in schema:
        other = lower.setdefault(name.lower(), name)
        if other != name:
            text = f"the columns `{other}` and `{name}` differ only in capitals"
            wrong.append(_refused(file, Code.DUPLICATE_KEY, text, "rename one: some engines take them for one"))
    for one in found:
        if one.side and one.fact.name in schema:
            text = f"there are columns `{one.fact.name}` and `{one.name}`"
            wrong.append(_refused(file, Code.DUPLICATE_KEY, text, "give the value, or its two ends"))
    if wrong:
        raise Refused(wrong)
    return found, tuple(strangers)


def stranger(name: str, facts: Mapping[str, Fact], file: str) -> Diagnostic:
    """Return a warning about a column that gives no fact."""
    known = [*facts, *(f"{one}_{side}" for one in facts for side in SIDES)]
    text, hint = f"there is no fact `{name}`: the column is left out", did_you_mean(name, known)
    return _refused(file, Code.UNKNOWN_FACT, text, hint)._replace(severity=Severity.WARNING)


def _refused(file: str, code: Code, message: str, hint: str | None) -> Diagnostic:
    return Diagnostic(Span(file, 1, 1), code, message, hint)


def _fits(fact: Fact, kind: Any) -> bool:
    """Tell whether a column of a type can hold what its fact says."""
    if kind == nw.String:
        return True
    match fact.value_type:
        case ValueType.BOOLEAN:
            return bool(kind == nw.Boolean)
        case ValueType.CHOICE | ValueType.TEXT:
            return kind in (nw.Categorical, nw.Enum)
        case ValueType.DATE:
            return kind in (nw.Date, nw.Datetime)
    return bool(kind.is_integer() or kind.is_float() or (kind.is_decimal() and getattr(kind, "scale", 0) <= 6))


def looked_at(frame: nw.LazyFrame[Any], cells: Iterable[Cells]) -> list[Cells]:
    """Return columns of what is stored, with those that are sound: what their least and greatest values tell.

    An engine that keeps those, and the different texts of a column, answers without reading the rows.
    """
    cells = [*cells]
    whole = [one for one in cells if one.kind.is_integer()]
    ends = {f"{end}_{one.name}": getattr(nw.col(one.name), end)() for one in whole for end in ("min", "max")}
    told = frame.select(**ends).collect("polars").to_dict(as_series=False) if ends else {}
    sound = set()
    for one in whole:
        low, high = _room(one)
        least, most = told[f"min_{one.name}"][0], told[f"max_{one.name}"][0]
        if least is not None and low <= least and most <= high:
            sound.add(one.name)
    for one in cells:
        if one.fact.value_type is ValueType.CHOICE and one.kind == nw.String:
            strange = frame.filter(~nw.col(one.name).is_in(one.fact.options)).select(rows=nw.len()).collect("polars")
            if not strange["rows"][0]:
                sound.add(one.name)
    return [one._replace(sound=one.name in sound) for one in cells]


class Prepared(NamedTuple):
    """Columns in the form that a plan reads, and whether a cell of each given column is wrong."""

    values: Mapping[str, nw.Expr]
    bad: Mapping[str, nw.Expr]
    mode: str  # point or range


def prepared(fact: Fact, cells: list[Cells]) -> Prepared:
    """Return the columns of one fact, from those that give it. Text has been decoded to a struct beside it."""
    if cells[0].side is None:
        (one,) = cells
        if one.is_text:
            return _decoded(fact, one)
        value, bad = _typed(one)
        return (
            Prepared({fact.name: value}, {one.name: bad}, "point")
            if bad is not None
            else Prepared({fact.name: value}, {}, "point")
        )
    bounds = dict(zip(SIDES, columns_of(fact, None), strict=True))
    values: dict[str, nw.Expr] = {}
    wrong: dict[str, nw.Expr] = {}
    for side in SIDES:
        one_side = next((one for one in cells if one.side == side), None)
        name, bound = f"{fact.name}_{side}", bounds[side]
        kind = nw.Date if fact.value_type is ValueType.DATE else nw.Int64
        if one_side is None:
            values[name] = nw.lit(bound, kind)
            continue
        value, bad = (
            (nw.col(f"__{one_side.name}_{side}"), nw.col(f"__{one_side.name}_bad"))
            if one_side.is_text
            else _typed(one_side)
        )
        values[name] = value if bound is None else value.fill_null(bound)
        if bad is not None:
            wrong[one_side.name] = bad
    last = cells[-1].name
    reversed_ = values[f"{fact.name}_low"] > values[f"{fact.name}_high"]
    wrong[last] = wrong[last] | reversed_ if last in wrong else reversed_
    return Prepared(values, wrong, "range")


def _decoded(fact: Fact, one: Cells) -> Prepared:
    bad = {one.name: nw.col(f"__{one.name}_bad")}
    if fact.value_type in PLAIN:
        return Prepared({fact.name: nw.col(f"__{one.name}_value")}, bad, "point")
    return Prepared({f"{fact.name}_{side}": nw.col(f"__{one.name}_{side}") for side in SIDES}, bad, "range")


def _typed(one: Cells) -> tuple[nw.Expr, nw.Expr | None]:
    """Return the values of a column, and which of its cells are wrong."""
    raw, fact, kind = nw.col(one.name), one.fact, one.kind
    match fact.value_type:
        case ValueType.BOOLEAN:
            return raw, None
        case ValueType.CHOICE:
            text = raw if kind == nw.String else raw.cast(nw.String)
            if one.sound:
                return text, None
            inside = text.is_in(fact.options)
            return nw.when(inside).then(text), ~(inside | (text == "") | (text == "unknown"))
        case ValueType.TEXT:
            text = raw if kind == nw.String else raw.cast(nw.String)
            return nw.when((text != "") & (text != "unknown")).then(text), (text != "") & ~text.str.contains(r"\S")
        case ValueType.DATE:
            if kind == nw.Date:
                return raw, None
            return raw.cast(nw.Date), raw != raw.cast(nw.Date).cast(nw.Datetime)
    return _figure(one, raw)


def _ends(fact: Fact) -> tuple[int, int]:
    """Return the least and the most that a column holds of a figure, in its parts."""
    most = most_of(fact)
    low, high = columns_of(fact, None)
    return -most if low is None else low, most if high is None else high


def _room(one: Cells) -> tuple[int, int]:
    """Return the least and the most that a column of whole numbers may hold."""
    parts = scale(one.fact)
    low, high = _ends(one.fact)
    return -(-low // parts), high // parts


def _figure(one: Cells, raw: nw.Expr) -> tuple[nw.Expr, nw.Expr | None]:
    parts = scale(one.fact)
    low, high = _ends(one.fact)
    if one.sound:
        value = raw if one.kind == nw.Int64 else raw.cast(nw.Int64)
        return (value if parts == 1 else value * parts), None
    if one.kind.is_integer():
        least, most = _room(one)
        bad = (raw < least) | (raw > most)
        # What is too large is nulled first: to bring it into a column of 64 bits, or into parts, could fail or wrap.
        value = raw if one.kind == nw.Int64 and parts == 1 else nw.when(~bad).then(raw).cast(nw.Int64)
        return (value if parts == 1 else value * parts), bad
    number = raw.cast(nw.Float64)
    outside = number.is_nan() | (number < low / parts) | (number > high / parts)
    scaled = nw.when(~outside).then(number * parts).round()
    fine = scaled / parts != number
    return scaled.cast(nw.Int64), outside | fine


def given_facts(cells: Iterable[Cells]) -> Iterator[tuple[Fact, list[Cells]]]:
    """Yield each fact with the columns that give it."""
    found: dict[str, list[Cells]] = {}
    for one in cells:
        found.setdefault(one.fact.name, []).append(one)
    for own in found.values():
        yield own[0].fact, own
