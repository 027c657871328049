"""Situation files and cases to `Situation`s, or diagnostics."""

from collections import ChainMap
from collections.abc import Mapping as MappingType
from datetime import date
from functools import lru_cache
from typing import Any

from comity.engine.language.condition import Total, walk
from comity.engine.language.diagnostic import Code, Loaded, clip, is_error, one_of
from comity.engine.language.facts import read_facts
from comity.engine.language.grammar import constant
from comity.engine.language.load import in_order
from comity.engine.language.model import Expectation, Response, RuleSet, Situation, ValueType
from comity.engine.language.references import own_conditions, type_words
from comity.engine.language.shape import Reader, lacks, shape
from comity.engine.language.source import Document, Mapping, Node, Scalar, Sequence
from comity.engine.language.values import full_date

_SITUATION = (
    *("situation", "title", "as_of", "narrative", "hypothetical", "facts", "sources", "kinds", "response", "expect"),
    "note",
)
_RESPONSE = ("title", "measures", "facts", "note")
_CASE = ("name", "as_of", "facts", "response", "reading", "set", "expect", "note")

TRUTHS = ("met", "not-met", "unknown")
STATUSES = ("called-for", "conditional", "not-called-for")
STANDINGS = ("consistent", "in-conflict", "undetermined")


def load_situation(document: Document, rules: RuleSet, as_of: date | None = None) -> Loaded[Situation]:
    """Return the situation that a file describes in the terms of `rules`, or everything that is wrong with it.

    `as_of` is the day to take where the file names none.
    """
    reader = Reader(document)
    situation = read_situation(reader, document.root, rules, as_of)
    return _loaded(reader, situation)


def load_response(document: Document, rules: RuleSet, day: date) -> Loaded[Response]:
    """Return the response that a file of its own describes, or everything that is wrong with it.

    It has the keys of a situation's `response`. `day` is the as-of date of the situation, from which dates count back.
    """
    reader = Reader(document)
    hint = f"the file holds a response alone: {', '.join(_RESPONSE)}"
    return _loaded(reader, _response(reader, document.root, rules, day, {"response": hint, "situation": hint}))


def load_cases(document: Document, rules: RuleSet) -> Loaded[tuple[Situation, ...]]:
    """Return the cases in a `.cases.yaml` file, or everything that is wrong with them."""
    reader = Reader(document)
    root = reader.fields(document.root, "the file", ("cases",), ("cases",))
    if root is None or "cases" not in root.entries:
        return _loaded(reader, None)
    cases = [_case(reader, item, rules) for item in reader.sequence(root.entries["cases"], "`cases`")]
    whole = tuple(case for case in cases if case is not None)
    if not cases and not reader.found:
        reader.error(
            root.entries["cases"],
            Code.NOTHING_TO_CHECK,
            "the file holds no cases",
            "write at least one, or remove the file",
        )
    names: dict[str, Situation] = {}
    for case in whole:
        first = names.setdefault(case.id, case)
        if first is not case and case.id:
            message = f"a second case is called `{clip(case.id)}`; the first is in line {first.at.line}"
            reader.error(
                Scalar("", False, case.at.line, case.at.column), Code.DUPLICATE_NAME, message, "say what sets it apart"
            )
    return _loaded(reader, whole)


def _loaded(reader: Reader, value: Any) -> Loaded[Any]:
    return Loaded(None if any(map(is_error, reader.found)) else value, in_order(reader.found))


def read_situation(reader: Reader, node: Node, rules: RuleSet, as_of: date | None) -> Situation | None:
    """Return the situation that `node` describes, or None."""
    mapping = reader.fields(node, "the situation", _SITUATION, ("situation", "facts"))
    if mapping is None:
        return None
    name = reader.optional(mapping, "situation", lambda node, _: reader.name(node, "a situation"), "the situation")
    reader.optional(mapping, "note", reader.text, "the situation")
    own = _as_of(reader, mapping, "the situation")
    if own is None and as_of is None and lacks(mapping, "as_of", _SITUATION):
        reader.error(
            mapping, Code.AS_OF_MISSING, "the situation has no `as_of`", "add `as_of: 2013-01-31`, or give --as-of"
        )
    day = own or as_of or date.min  # without one, which has been complained about: a day that no value lies before
    facts, asked = _facts(reader, mapping, rules, "situation", day)
    return Situation(
        id=name or "",
        title=reader.optional(mapping, "title", reader.text, "the situation"),
        as_of=own,
        narrative=reader.optional(mapping, "narrative", reader.text, "the situation"),
        hypothetical=bool(reader.optional(mapping, "hypothetical", reader.flag, "the situation")),
        facts=facts,
        asked=asked,
        sources=_by_fact(reader, mapping, "sources", rules, None),
        kinds=_by_fact(reader, mapping, "kinds", rules, ("measured", "documented", "judgement")),
        response=reader.optional(mapping, "response", lambda node, _: _response(reader, node, rules, day), ""),
        expect=_nested(reader, mapping, rules),
        at=reader.at(mapping),
    )


def _case(reader: Reader, node: Node, rules: RuleSet) -> Situation | None:
    mapping = reader.fields(node, "a case", _CASE, ("name", "as_of", "facts", "expect"))
    if mapping is None:
        return None
    day = _as_of(reader, mapping, "the case")
    reader.optional(mapping, "note", reader.text, "the case")
    facts, asked = _facts(reader, mapping, rules, "situation", day or date.min)
    reading = reader.optional(mapping, "reading", lambda node, _: reader.name(node, "a reading"), "a case")
    if reading is not None and reading not in rules.readings:
        reader.error(
            mapping.entries["reading"],
            Code.UNKNOWN_ID,
            f"there is no reading `{reading}`",
            reader.near(reading, rules.readings) or one_of(rules.readings),
        )
    return Situation(
        id=reader.optional(mapping, "name", reader.text, "a case") or "",
        title=None,
        as_of=day,
        facts=facts,
        asked=asked,
        response=reader.optional(
            mapping, "response", lambda node, _: _response(reader, node, rules, day or date.min), ""
        ),
        expect=_flat(reader, mapping, rules),
        reading=reading,
        set=_set(reader, mapping, rules),
        at=reader.at(mapping),
    )


def _as_of(reader: Reader, mapping: Mapping, what: str) -> date | None:
    return reader.optional(mapping, "as_of", lambda node, what: full_date(reader, node, what), what)


def _facts(
    reader: Reader, mapping: Mapping, rules: RuleSet, about: str, day: date | None
) -> tuple[dict[str, Any], frozenset[str]]:
    node = mapping.entries.get("facts")
    if node is None:
        return {}, frozenset()
    if isinstance(node, Mapping) and not node.keys:
        return {}, frozenset()
    before = len(reader.found)
    given, asked = read_facts(reader, node, rules.facts, "`facts`", day)
    if isinstance(node, Mapping):
        for name, key in node.keys.items():
            fact = rules.facts.get(name)
            if fact is not None and fact.about != about:
                where = "`facts` of `response`" if fact.about == "response" else "`facts`"
                reader.error(
                    key,
                    Code.MISPLACED_FACT,
                    f"`{name}` is about the {fact.about}",
                    f"it belongs in {where} of the situation",
                )
        if len(reader.found) == before and any(value.__class__ is tuple and len(value) > 1 for value in given.values()):
            _alike(reader, node, rules)
    return given, asked


def _exactly(text: str) -> str:
    """Return `text` in one short line that keeps its spaces."""
    line = "".join(char if char.isprintable() else " " for char in text[:60])
    return line if len(text) <= 60 else line[:59] + "…"


def _alike(reader: Reader, node: Mapping, rules: RuleSet) -> None:
    """Warn where two texts that tell groups apart differ only in case or spaces."""
    for table, columns in _grouping_columns(rules).items():
        for column in columns:
            seen: dict[str, set[str]] = {}
            rows = node.entries.get(table)
            for item in rows.items if isinstance(rows, Sequence) else ():
                value = item.entries.get(column) if isinstance(item, Mapping) else None
                text = value.json() if isinstance(value, Scalar) else None
                if not isinstance(value, Scalar) or not isinstance(text, str) or (value.plain and text == "unknown"):
                    continue
                others = seen.setdefault("".join(text.split()).casefold(), set())
                if text not in others and others:
                    both = f"`{_exactly(min(others))}` and `{_exactly(text)}`"
                    message = f"`{column}` in `{table}` is both {both}: they count as two"
                    reader.warn(value, Code.PROFILES_ALIKE, message, "write them alike if they are the same")
                others.add(text)


@lru_cache(maxsize=1)  # a file of cases asks for every case
def _grouping_columns(rules: RuleSet) -> dict[str, set[str]]:
    return grouping_columns(rules)


def grouping_columns(rules: RuleSet) -> dict[str, set[str]]:
    """Return, by table, the text columns by which the rules group its rows."""
    found: dict[str, set[str]] = {}
    derived = (fact.derive for fact in rules.facts.values() if fact.derive is not None)
    for term in (inner for outer in (*own_conditions(rules), *derived) for inner in walk(outer)):
        if isinstance(term, Total):
            table = rules.facts[term.table]
            texts = {name for name in term.per if table.columns[name].value_type is ValueType.TEXT}
            found.setdefault(term.table, set()).update(texts)
    return dict(sorted(found.items()))


def _by_fact(
    reader: Reader, mapping: Mapping, key: str, rules: RuleSet, words: tuple[str, ...] | None
) -> dict[str, str]:
    node = mapping.entries.get(key)
    inner = None if node is None else reader.mapping(node, f"`{key}`")
    found: dict[str, str] = {}
    for name, value in inner.entries.items() if inner else ():
        if name not in rules.facts and inner is not None:
            reader.error(
                inner.keys[name],
                Code.UNKNOWN_FACT,
                f"there is no fact `{clip(name)}`",
                reader.near(name, rules.facts) or "leave it out: no rule asks for it",
            )
            continue
        what = f"`{name}` of `{key}`"
        text = reader.text(value, what) if words is None else reader.word(value, what, words)
        if text is not None:
            found[name] = text
    return found


def _response(
    reader: Reader, node: Node, rules: RuleSet, day: date, hints: MappingType[str, str] = {}
) -> Response | None:
    inner = reader.fields(node, "the response", _RESPONSE, hints=hints)
    if inner is None:
        return None
    reader.optional(inner, "note", reader.text, "the response")
    return read_response(reader, inner, rules, day)


def read_response(reader: Reader, inner: Mapping, rules: RuleSet, day: date | None) -> Response:
    """Return the response that `inner` describes."""
    measures: list[str] = []
    if "measures" in inner.entries:
        for item in reader.sequence(inner.entries["measures"], "`measures` of the response"):
            name = _known(reader, item, rules.measures, "measure")
            if name is not None and name not in measures:
                measures.append(name)
    facts, _ = _facts(reader, inner, rules, "response", day)
    title = reader.optional(inner, "title", reader.text, "the response")
    return Response(title=title, measures=tuple(measures), facts=facts, at=reader.at(inner))


def _known(reader: Reader, node: Node, known: MappingType[str, Any], what: str) -> str | None:
    """Return the id that `node` is, if there is such a thing."""
    if not isinstance(node, Scalar):
        reader.error(
            node, Code.WRONG_SHAPE, f"a {what} must be given by its id, not {shape(node)}", "write the id alone"
        )
        return None
    if node.text in known:
        return node.text
    reader.error(
        node, Code.UNKNOWN_ID, f"there is no {what} `{clip(node.text)}`", reader.near(node.text, known) or one_of(known)
    )
    return None


def _set(reader: Reader, mapping: Mapping, rules: RuleSet) -> dict[str, Any]:
    node = mapping.entries.get("set")
    inner = None if node is None else reader.mapping(node, "`set`")
    if inner is None:
        return {}
    found: dict[str, Any] = {}
    for name, value in inner.entries.items():
        parameter = rules.parameters.get(name)
        if parameter is None:
            hint = reader.near(name, rules.parameters) or one_of(rules.parameters)
            reader.error(inner.keys[name], Code.UNKNOWN_PARAMETER, f"there is no parameter `{clip(name)}`", hint)
            continue
        if isinstance(value, Scalar):
            point = constant(reader, value, f"the parameter `{name}`")
            if point is None or point.type == parameter.value_type:
                found[name] = None if point is None else point.value
                continue
        message = f"the parameter `{name}` is a {type_words(parameter.value_type)}, not {shape(value)}"
        reader.error(value, Code.WRONG_TYPE, message, f"write a {type_words(parameter.value_type)}")
    return found


# --- expectations ---------------------------------------------------------------------------------------------------


def _kinds(rules: RuleSet) -> dict[str, tuple[MappingType[str, Any], tuple[str, ...]]]:
    """Return, by kind of conclusion, the ids and the words that can be expected of them."""
    return {
        "context": (rules.contexts, TRUTHS),
        "criterion": (rules.criteria, TRUTHS),
        "measure": (rules.measures, STATUSES),
        "form": (rules.forms, TRUTHS),
        "principle": (rules.principles, STANDINGS),
    }


def _flat(reader: Reader, mapping: Mapping, rules: RuleSet) -> tuple[Expectation, ...]:
    """Return the expectations of a case: by id, since every id is unique."""
    node = mapping.entries.get("expect")
    inner = None if node is None else reader.mapping(node, "`expect`")
    if inner is None:
        return ()
    found: list[Expectation] = []
    if not inner.keys:
        reader.error(inner, Code.EMPTY_VALUE, "`expect` is empty", "name what must come out, like {protracted: met}")
    kinds = _kinds(rules)
    known = ChainMap(*(dict(ids) for ids, _ in kinds.values()))
    for id_, value in inner.entries.items():
        kind = next((kind for kind, (ids, _) in kinds.items() if id_ in ids), None)
        if kind is None:
            hint = reader.near(id_, known) or "name a criterion, context, measure, form or principle"
            reader.error(inner.keys[id_], Code.UNKNOWN_ID, f"nothing is called `{clip(id_)}`", hint)
            continue
        word = reader.word(value, f"the {kind} `{id_}`", kinds[kind][1])
        if word is not None:
            found.append(Expectation(kind=kind, id=id_, word=word, at=reader.at(value)))
    return tuple(found)


def _nested(reader: Reader, mapping: Mapping, rules: RuleSet) -> tuple[Expectation, ...]:
    """Return the expectations of a situation file: by kind, with reasons."""
    node = mapping.entries.get("expect")
    keys = ("contexts", "criteria", "measures", "forms", "principles", "because")
    inner = None if node is None else reader.fields(node, "`expect`", keys)
    if inner is None:
        return ()
    found: list[Expectation] = []
    kinds = _kinds(rules)
    for key, kind in (
        ("contexts", "context"),
        ("criteria", "criterion"),
        ("forms", "form"),
        ("principles", "principle"),
    ):
        value = inner.entries.get(key)
        section = None if value is None else reader.mapping(value, f"`{key}` of `expect`")
        for id_, word_node in section.entries.items() if section else ():
            known, words = kinds[kind]
            name = section and _known(reader, section.keys[id_], known, kind)
            word = reader.word(word_node, f"the {kind} `{id_}`", words)
            if name and word:
                found.append(Expectation(kind=kind, id=name, word=word, at=reader.at(word_node)))
    if "measures" in inner.entries:
        section = reader.fields(inner.entries["measures"], "`measures` of `expect`", STATUSES)
        for word, items in section.entries.items() if section else ():
            if word in STATUSES:
                for item in reader.sequence(items, f"`{word}`"):
                    name = _known(reader, item, rules.measures, "measure")
                    if name:
                        found.append(Expectation(kind="measure", id=name, word=word, at=reader.at(item)))
    if "because" in inner.entries:
        section = reader.mapping(inner.entries["because"], "`because` of `expect`")
        for context, items in section.entries.items() if section else ():
            known_context = section and _known(reader, section.keys[context], rules.contexts, "context")
            for item in reader.sequence(items, f"the reasons for `{context}`") if known_context else ():
                name = _known(reader, item, rules.criteria, "criterion")
                if name:
                    found.append(Expectation(kind="because", id=name, word="", because=context, at=reader.at(item)))
    return tuple(found)
