"""Nodes to conditions and expressions (docs/language.md, `conditions`)."""

from collections.abc import Callable
from typing import Literal, TypeVar, cast

from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    Arithmetic,
    AtLeast,
    Conclusion,
    Condition,
    Constant,
    Count,
    Elapsed,
    Every,
    Expression,
    Extreme,
    FactValue,
    Not,
    ParameterValue,
    Some,
    Test,
    Total,
)
from comity.engine.language.diagnostic import Code, clip, one_of
from comity.engine.language.operators import Operator
from comity.engine.language.shape import FILL, NAME, Reader
from comity.engine.language.source import MAX_DIGITS, NUMBER, Mapping, Node, Scalar, Sequence, digits
from comity.engine.language.values import date_span, literal

T = TypeVar("T")

_TESTS = {operator.value: operator for operator in Operator}
_TEST_KEYS = ("fact", *_TESTS, "in")
CONDITION_KEYS = ("criterion", "context", "measure", "all", "any", "not", "at_least", "fact", "some", "every")
_JOIN = dict.fromkeys(CONDITION_KEYS, "a condition says one thing: join several by {all: [...]} or {any: [...]}")
EXPRESSION_KEYS = (
    "fact",
    "parameter",
    "sum",
    "product",
    "difference",
    "divide",
    "smallest",
    "largest",
    "elapsed",
    "lowest",
    "highest",
    "count",
    "total",
)


def condition(reader: Reader, node: Node, what: str = "a condition") -> Condition | None:
    """Return the condition that `node` says, or None if it is none."""
    mapping = reader.mapping(node, what, "write {criterion: ID}, or {fact: NAME, is: true}")
    if mapping is None:
        return None
    keys = mapping.entries
    if "fact" in keys:
        return _test(reader, mapping)
    for key, read in _CONDITIONS.items():
        if key in keys:
            return read(reader, mapping)
    _no_such(reader, mapping, what, CONDITION_KEYS)
    return None


def expression(reader: Reader, node: Node, what: str = "a value") -> Expression | None:
    """Return the expression that `node` says, or None if it is none."""
    if isinstance(node, Scalar):
        return constant(reader, node, what)
    if isinstance(node, Sequence):
        reader.error(
            node, Code.WRONG_SHAPE, f"{what} must be one value, not a list", "write a literal, or {fact: NAME}"
        )
        return None
    mapping = node
    for key, read in _EXPRESSIONS.items():
        if key in mapping.entries:
            return read(reader, mapping)
    _no_such(reader, mapping, what, EXPRESSION_KEYS)
    return None


def _no_such(reader: Reader, mapping: Mapping, what: str, known: tuple[str, ...]) -> None:
    first = next(iter(mapping.keys.values()), None)
    if first is None:
        reader.error(mapping, Code.EMPTY_VALUE, f"{what} is empty", one_of(known))
    else:
        hint = reader.near(first.text, known) or one_of(known)
        if isinstance(mapping.entries.get(first.text), Mapping) and NAME.fullmatch(first.text):
            hint = f"write {{fact: {clip(first.text)}, ...}}" if known is CONDITION_KEYS else hint
        reader.error(first, Code.UNKNOWN_KEY, f"{what} cannot begin with `{clip(first.text)}`", hint)


def constant(reader: Reader, node: Scalar, what: str) -> Constant | None:
    """Return the literal that `node` is: one point, never a range or `unknown`."""
    text = node.text
    if node.json() is None or not text.strip():
        reader.error(node, Code.EMPTY_VALUE, f"{what} is empty", FILL)
        return None
    if node.plain and text == "unknown":
        reader.error(node, Code.NOT_A_POINT, f"{what} cannot be unknown", "write one value")
        return None
    if node.plain and NUMBER.fullmatch(text) and digits(text) > MAX_DIGITS:
        reader.error(
            node, Code.TOO_MANY_DIGITS, f"{what} has {digits(text)} digits; the limit is {MAX_DIGITS}", "round it"
        )
        return None
    if node.plain and _is_range(text):
        reader.error(node, Code.NOT_A_POINT, f"{what} cannot be the range `{clip(text)}`", "write one value")
        return None
    kind, value = literal(text, node.plain)
    return Constant(kind, value, text if isinstance(node.json(), str) else None, reader.at(node))


def _is_range(text: str) -> bool:
    """Tell whether `text` is a range of numbers, dates or durations, open at one end or not."""
    ends = [end for end in text.split("..") if end]
    return (
        ".." in text and len(ends) in (1, 2) and all(literal(end, True)[0] != "text" or date_span(end) for end in ends)
    )


def _parts(reader: Reader, node: Node, what: str, read: Callable[[Reader, Node], T | None]) -> tuple[T, ...] | None:
    """Return what `read` makes of every item of a list, or None if one of them is wrong."""
    items = reader.sequence(node, what)
    parts = [read(reader, item) for item in items]
    if isinstance(node, Sequence) and not items:
        reader.error(node, Code.EMPTY_VALUE, f"{what} is empty", FILL)
        return None
    whole = tuple(part for part in parts if part is not None)
    return whole if parts and len(whole) == len(parts) else None


def _conclusion(kind: Literal["criterion", "context", "measure"]) -> Callable[[Reader, Mapping], Condition | None]:
    def read(reader: Reader, mapping: Mapping) -> Condition | None:
        fields = reader.fields(mapping, f"a reference to a {kind}", (kind,), hints=_JOIN)
        name = fields and reader.name(fields.entries[kind], f"a {kind}")
        return Conclusion(kind, name, reader.at(mapping.entries[kind])) if name else None

    return read


def _all(reader: Reader, mapping: Mapping) -> Condition | None:
    reader.fields(mapping, "`all`", ("all",), hints=_JOIN)
    parts: tuple[Condition, ...] | None = _parts(reader, mapping.entries["all"], "`all`", condition)
    return AllOf(parts, reader.at(mapping)) if parts else None


def _any(reader: Reader, mapping: Mapping) -> Condition | None:
    reader.fields(mapping, "`any`", ("any",), hints=_JOIN)
    parts: tuple[Condition, ...] | None = _parts(reader, mapping.entries["any"], "`any`", condition)
    return AnyOf(parts, reader.at(mapping)) if parts else None


def _not(reader: Reader, mapping: Mapping) -> Condition | None:
    reader.fields(mapping, "`not`", ("not",), hints=_JOIN)
    part = condition(reader, mapping.entries["not"], "`not`")
    return Not(part, reader.at(mapping)) if part else None


def _at_least(reader: Reader, mapping: Mapping) -> Condition | None:
    if reader.fields(mapping, "`at_least`", ("at_least", "of"), ("of",)) is None or "of" not in mapping.entries:
        return None
    k = _literal_or_parameter(reader, mapping.entries["at_least"], "the number of `at_least`")
    parts: tuple[Condition, ...] | None = _parts(reader, mapping.entries["of"], "`of`", condition)
    return AtLeast(k, parts, reader.at(mapping)) if k and parts else None


def _literal_or_parameter(reader: Reader, node: Node, what: str) -> Expression | None:
    value = expression(reader, node, what)
    if value is None or isinstance(value, Constant | ParameterValue):
        return value
    reader.error(
        node, Code.WRONG_SHAPE, f"{what} must be a literal or a parameter", "write a literal, or {parameter: NAME}"
    )
    return None


def _quantified(kind: Literal["some", "every"]) -> Callable[[Reader, Mapping], Condition | None]:
    def read(reader: Reader, mapping: Mapping) -> Condition | None:
        if reader.fields(mapping, f"`{kind}`", (kind, "where"), ("where",)) is None or "where" not in mapping.entries:
            return None
        table = reader.name(mapping.entries[kind], "a table", NAME)
        where = condition(reader, mapping.entries["where"], "`where`")
        if table is None or where is None:
            return None
        return (Some if kind == "some" else Every)(table, where, reader.at(mapping))

    return read


_CONDITIONS: dict[str, Callable[[Reader, Mapping], Condition | None]] = {
    "criterion": _conclusion("criterion"),
    "context": _conclusion("context"),
    "measure": _conclusion("measure"),
    "all": _all,
    "any": _any,
    "not": _not,
    "at_least": _at_least,
    "some": _quantified("some"),
    "every": _quantified("every"),
}


def _test(reader: Reader, mapping: Mapping) -> Condition | None:
    """Return the tests of one fact: they join like `all`, and the values of `in` like `any` of `is`."""
    reader.fields(mapping, "a test", _TEST_KEYS)
    fact = reader.name(mapping.entries["fact"], "a fact", NAME)
    at = reader.at(mapping.entries["fact"])
    tests: list[Condition | None] = []
    for key, node in mapping.entries.items():
        if key == "in":
            values: tuple[Expression, ...] | None = _parts(reader, node, "`in`", expression)
            tests.append(
                AnyOf(tuple(Test(fact or "", Operator.IS, value, at) for value in values), at) if values else None
            )
        elif key in _TESTS:
            bound = expression(reader, node, f"the value of `{key}`")
            tests.append(Test(fact or "", _TESTS[key], bound, at) if bound else None)
    if not tests:
        if len(mapping.keys) == 1:
            hint = f"for example {{fact: {fact or 'x'}, is: true}}; tests: {', '.join(_TEST_KEYS[1:])}"
            reader.error(mapping, Code.MISSING_KEY, "a test does not say what the fact must be", hint)
        return None
    whole = tuple(test for test in tests if test is not None)
    if fact is None or len(whole) < len(tests):
        return None
    return whole[0] if len(whole) == 1 else AllOf(whole, at)


def _fact(reader: Reader, mapping: Mapping) -> Expression | None:
    reader.fields(mapping, "the value of a fact", ("fact",))
    name = reader.name(mapping.entries["fact"], "a fact", NAME)
    return FactValue(name, reader.at(mapping.entries["fact"])) if name else None


def _parameter(reader: Reader, mapping: Mapping) -> Expression | None:
    reader.fields(mapping, "the value of a parameter", ("parameter",))
    name = reader.name(mapping.entries["parameter"], "a parameter", NAME)
    return ParameterValue(name, reader.at(mapping.entries["parameter"])) if name else None


def _arithmetic(operation: str) -> Callable[[Reader, Mapping], Expression | None]:
    binary = operation in ("difference", "divide")

    def read(reader: Reader, mapping: Mapping) -> Expression | None:
        reader.fields(mapping, f"`{operation}`", (operation,))
        node = mapping.entries[operation]
        parts: tuple[Expression, ...] | None = _parts(reader, node, f"`{operation}`", expression)
        if parts is None:
            return None
        if binary and len(parts) != 2:
            reader.error(
                node,
                Code.WRONG_SHAPE,
                f"`{operation}` needs two parts, not {len(parts)}",
                f"write {{{operation}: [x, y]}}",
            )
            return None
        return Arithmetic(cast(Literal["sum"], operation), parts, reader.at(mapping))

    return read


def _elapsed(reader: Reader, mapping: Mapping) -> Expression | None:
    reader.fields(mapping, "`elapsed`", ("elapsed", "unit"))
    since = expression(reader, mapping.entries["elapsed"], "`elapsed`")
    unit: str | None = "months"
    if "unit" in mapping.entries:
        unit = reader.word(mapping.entries["unit"], "the unit of `elapsed`", ("months", "days"))
    return Elapsed(since, cast(Literal["months"], unit), reader.at(mapping)) if since and unit else None


def _extreme(which: Literal["lowest", "highest"]) -> Callable[[Reader, Mapping], Expression | None]:
    def read(reader: Reader, mapping: Mapping) -> Expression | None:
        if reader.fields(mapping, f"`{which}`", (which, "over"), ("over",)) is None or "over" not in mapping.entries:
            return None
        inner = mapping.entries[which]
        fact = expression(reader, inner, f"`{which}`")
        over = _literal_or_parameter(reader, mapping.entries["over"], "`over`")
        if fact is None or over is None:
            return None
        if not isinstance(fact, FactValue):
            reader.error(
                inner,
                Code.WRONG_SHAPE,
                f"`{which}` must be of a fact with a history",
                f"write {{{which}: {{fact: NAME}}, over: 5 years}}",
            )
            return None
        return Extreme(which, fact.name, over, reader.at(mapping))

    return read


def _count(reader: Reader, mapping: Mapping) -> Expression | None:
    reader.fields(mapping, "`count`", ("count", "where"))
    table = reader.name(mapping.entries["count"], "a table", NAME)
    where = condition(reader, mapping.entries["where"], "`where`") if "where" in mapping.entries else None
    if table is None or ("where" in mapping.entries and where is None):
        return None
    return Count(table, where, reader.at(mapping))


def _total(reader: Reader, mapping: Mapping) -> Expression | None:
    if (
        reader.fields(mapping, "`total`", ("total", "of", "where", "per", "take"), ("of",)) is None
        or "of" not in mapping.entries
    ):
        return None
    entries = mapping.entries
    column = reader.name(entries["total"], "a column", NAME)
    table = reader.name(entries["of"], "a table", NAME)
    where = condition(reader, entries["where"], "`where`") if "where" in entries else None
    if ("per" in entries) != ("take" in entries):
        reader.error(
            mapping, Code.MISSING_KEY, "`per` and `take` come together", "write `per: [column], take: largest`"
        )
        return None
    per: tuple[str, ...] = ()
    if "per" in entries:
        per = reader.names(entries["per"], "column", NAME)
        if reader.word(entries["take"], "`take`", ("largest",)) is None:
            return None
        if not per:
            if isinstance(entries["per"], Sequence) and not entries["per"].items:
                reader.error(
                    entries["per"], Code.EMPTY_VALUE, "`per` is empty", "name the columns that tell groups apart"
                )
            return None
    if column is None or table is None or ("where" in entries and where is None):
        return None
    return Total(column, table, where, per, reader.at(mapping))


_EXPRESSIONS: dict[str, Callable[[Reader, Mapping], Expression | None]] = {
    "fact": _fact,
    "parameter": _parameter,
    **{name: _arithmetic(name) for name in ("sum", "product", "difference", "divide", "smallest", "largest")},
    "elapsed": _elapsed,
    "lowest": _extreme("lowest"),
    "highest": _extreme("highest"),
    "count": _count,
    "total": _total,
}
