"""The language, clause by clause: `docs/language.md` says what it means, `tests/conformance/*.yaml` holds the cases.

A conformance file is a document like any other, read by the project's own reader. It has `items`, and may `declare`
what they share. An item names its `clause` and holds one or more of three lists:

`cases`     a situation in, an answer out. `when` is the condition that is asked (`expect` is then met, not-met or
            unknown), `value` the expression (`expect` is then a value: `5`, `10/3`, `3..7`, `unknown` for anything at
            all; `result` is the type it has, a number if not said). With neither, `expect` names conclusions that the
            item declares. `open` are the facts that an unknown waits for, `notes` the codes of the assessment's notes,
            `verdicts` what a context rests on, `precedents` what they share with the situation.
`refused`   a text in, the codes of all its errors out: `facts` (of a situation), `rules` (one more file of the rule
            set; the only one if `alone`), `situation`, `cases`, or any `document`, as text, as pairs of a text and how
            often it stands, or as `hex`. `hint` and `at` (line:column) are those of the first (its exact words are kept
            elsewhere: a part of them is enough).
`accepted`  the same, of texts that must load; `warnings` are the codes of the warnings.

`declare` holds sections of a rule set, and `contexts` by id. `as_of` stands in a case, an item or the file.
"""

import re
from collections.abc import Callable, Iterator, Mapping as MappingType, Sequence as SequenceType
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

import pytest

from comity.engine.assessment.assess import Assessment, Verdict, assess
from comity.engine.assessment.evaluate import STANDINGS, STATUSES
from comity.engine.assessment.explain import open_facts
from comity.engine.language import files, load, shape, size, source
from comity.engine.language.diagnostic import Diagnostic, Severity, accept
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import Expectation, RuleSet, Situation
from comity.engine.language.operators import TABLE
from comity.engine.language.quantity import ANY_DATE, ends
from comity.engine.language.shape import Reader
from comity.engine.language.situation import load_cases, load_situation
from comity.engine.language.source import NUMBER, Document, Mapping, Node, Scalar, Sequence, read
from comity.engine.language.truth import Truth
from comity.engine.language.values import literal

FOLDER = Path(__file__).parent / "conformance"
SPEC = Path(__file__).parent.parent / "docs" / "language.md"
ASKED = "asked"  # the criterion that an item's `when` becomes
RESULT = "result"  # the derived fact that an item's `value` becomes

_FILE = ("declare", "as_of", "items")
_LISTS = ("cases", "refused", "accepted")
_ITEM = ("name", "clause", "when", "value", "result", "declare", "as_of", *_LISTS)
_OUTCOME = ("expect", "open", "notes", "verdicts", "precedents")
_CASE = ("facts", "as_of", "run_on", "set", "reading", "response", *_OUTCOME)
_TEXTS = ("facts", "rules", "situation", "cases", "document", "hex")
_REFUSED = (*_TEXTS, "alone", "codes", "hint", "at")
_ACCEPTED = (*_TEXTS, "alone", "warnings")
_DECLARED = (
    *("facts", "impossible", "parameters", "sources", "readings", "criteria", "contexts", "purposes", "measures"),
    *("forms", "principles", "precedents"),
)


# --- reading the files ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Item:
    """One item of a conformance file."""

    file: str
    name: str
    clause: str
    node: Mapping
    declared: tuple[Mapping, ...]
    as_of: Node

    def entries(self, key: str) -> list[Mapping]:
        """Return the entries of one of the item's lists."""
        node = self.node.entries.get(key)
        items = node.items if isinstance(node, Sequence) else []
        return [item for item in items if isinstance(item, Mapping)]

    def identity(self, entry: Node) -> str:
        """Return how a test of `entry` is called: file, line, and what it is about."""
        return f"{self.file.removesuffix('.yaml')}:{entry.line} {self.name}"


def _load() -> list[Item]:
    return [item for path in sorted(FOLDER.glob("*.yaml")) for item in _items(path)]


def _items(path: Path) -> Iterator[Item]:
    document = read(path.read_bytes(), path.name)
    assert isinstance(document, Document), "\n".join(map(str, document))
    reader = Reader(document)
    root = reader.fields(document.root, "the file", _FILE, ("items",))
    assert root is not None
    for node in reader.sequence(root.entries["items"], "`items`"):
        item = reader.fields(node, "an item", _ITEM, ("name", "clause"))
        if item is None:
            continue
        for key, known in zip(_LISTS, (_CASE, _REFUSED, _ACCEPTED), strict=True):
            for entry in reader.sequence(item.entries[key], f"`{key}`") if key in item.entries else []:
                reader.fields(entry, f"an entry of `{key}`", known)
        declared = [outer.entries["declare"] for outer in (root, item) if "declare" in outer.entries]
        sections = [reader.fields(one, "`declare`", _DECLARED) for one in declared]
        yield Item(
            file=path.name,
            name=reader.text(item.entries["name"], "`name`") or "",
            clause=reader.text(item.entries["clause"], "`clause`") or "",
            node=item,
            declared=tuple(section for section in sections if section is not None),
            as_of=item.entries.get("as_of") or root.entries.get("as_of") or _scalar("2013-06-30"),
        )
    assert not reader.found, "\n".join(map(str, reader.found))


def _scalar(text: str, plain: bool = True) -> Scalar:
    return Scalar(text, plain, 1, 1)


def _mapping(entries: MappingType[str, Node], at: Node | None = None) -> Mapping:
    line, column = (at.line, at.column) if at else (1, 1)
    mapping = Mapping(line, column)
    mapping.entries.update(entries)
    mapping.keys.update({key: Scalar(key, True, node.line, node.column) for key, node in entries.items()})
    return mapping


def _sequence(items: SequenceType[Node]) -> Sequence:
    sequence = Sequence(1, 1)
    sequence.items.extend(items)
    return sequence


def _text(node: Node | None) -> str:
    assert isinstance(node, Scalar)
    return node.text


def _texts(node: Node | None) -> list[str]:
    assert isinstance(node, Sequence)
    return [_text(item) for item in node.items]


# --- building what a case needs -------------------------------------------------------------------------------------


def _documents(item: Item) -> list[Document]:
    """Return the files of the rule set in which the item's cases live."""
    sections: dict[str, Node] = {}
    for declared in item.declared:
        for key, node in declared.entries.items():
            earlier = sections.get(key)
            if isinstance(node, Mapping) and isinstance(earlier, Mapping):
                sections[key] = _mapping({**earlier.entries, **node.entries}, node)
            else:
                sections[key] = node
    asked = _asked(item)
    if asked is not None:
        key, node, criterion = asked
        if key == "facts":
            earlier = sections.get(key, _mapping({}))
            assert isinstance(earlier, Mapping)
            sections[key] = _mapping({**earlier.entries, RESULT: node})
        criteria = sections.get("criteria", _mapping({}))
        assert isinstance(criteria, Mapping)
        sections["criteria"] = _mapping({**criteria.entries, ASKED: criterion})
    contexts = sections.pop("contexts", _mapping({}))
    assert isinstance(contexts, Mapping)
    header = {"rule_set": _scalar("conformance"), "version": _scalar("1.0.0"), "title": _scalar("Conformance")}
    roots = [_mapping({**header, **sections})]
    for name, context in contexts.entries.items():
        assert isinstance(context, Mapping)
        roots.append(_mapping({"context": _scalar(name), **context.entries}, context))
    return [Document(item.file, root) for root in roots]


def _asked(item: Item) -> tuple[str, Node, Mapping] | None:
    """Return the section and node that the item's question adds to the rule set, and the criterion that asks it."""
    title = _scalar("What the item asks")
    when = item.node.entries.get("when")
    if when is not None:
        return "criteria", when, _mapping({"title": title, "when": when}, when)
    value = item.node.entries.get("value")
    if value is None:
        return None
    result = item.node.entries.get("result", _mapping({"type": _scalar("number")}))
    assert isinstance(result, Mapping)
    itself = _mapping({"fact": _scalar(RESULT), "is": _mapping({"fact": _scalar(RESULT)})})
    return "facts", _mapping({**result.entries, "derive": value}, value), _mapping({"title": title, "when": itself})


@cache
def rules_of(item: Item) -> RuleSet:
    return accept(build_rule_set(_documents(item), item.file))


def situation_of(item: Item, case: Mapping) -> Situation:
    """Return the case as the situation that `load_cases` makes of it."""
    expect = case.entries.get("expect")
    dummy = _mapping({ASKED: _scalar("met")})
    entries: dict[str, Node] = {
        "name": _scalar("the case"),
        "as_of": case.entries.get("as_of", item.as_of),
        "facts": case.entries.get("facts", _mapping({})),
        "expect": expect if isinstance(expect, Mapping) else dummy,
        **{key: case.entries[key] for key in ("set", "reading", "response") if key in case.entries},
    }
    if not _asked(item) and not isinstance(expect, Mapping):
        first = next(iter([*rules_of(item).contexts, *rules_of(item).criteria]))
        entries["expect"] = _mapping({first: _scalar("met")})
    root = _mapping({"cases": _sequence([_mapping(entries, case)])})
    (situation,) = accept(load_cases(Document(item.file, root), rules_of(item)))
    return situation


# --- the cases ------------------------------------------------------------------------------------------------------

ITEMS = _load()


def _entries(key: str) -> list[Any]:
    return [pytest.param(item, entry, id=item.identity(entry)) for item in ITEMS for entry in item.entries(key)]


@pytest.mark.parametrize(("item", "case"), _entries("cases"))
def test_case(item: Item, case: Mapping) -> None:
    situation = situation_of(item, case)
    moved = case.entries.get("run_on")
    found = assess(rules_of(item), situation, as_of=None if moved is None else date.fromisoformat(_text(moved)))
    expect = case.entries.get("expect")
    if isinstance(expect, Mapping):
        for expectation in situation.expect:
            assert _word(found, expectation) == expectation.word, f"{expectation.id}, line {expectation.at.line}"
    elif "when" in item.node.entries:
        assert Truth.of(found.run.truth(ASKED)).value == _text(expect)
    elif "value" in item.node.entries:
        assert ends(found.run.value(RESULT)) == _expected(_text(expect), item)
    for key, compare in _COMPARE.items():
        if key in case.entries:
            compare(found, case.entries[key])


def _word(found: Assessment, expectation: Expectation) -> str:
    truth = found.run.truth(expectation.id)
    match expectation.kind:
        case "measure":
            return STATUSES[truth]
        case "principle":
            return STANDINGS[truth]
        case _:
            return Truth.of(truth).value


def _expected(text: str, item: Item) -> tuple[Any, Any]:
    """Return the ends of the value that a case expects."""
    if text == "unknown":
        result = item.node.entries.get("result")
        is_date = isinstance(result, Mapping) and _text(result.entries["type"]) == "date"
        return ends(ANY_DATE) if is_date else (-inf, inf)
    if ".." not in text:
        return _point(text), _point(text)
    low, _, high = text.partition("..")
    return _point(low) if low else -inf, _point(high) if high else inf


def _point(text: str) -> Any:
    if NUMBER.fullmatch(text) or "/" in text:
        return Fraction(text)
    return literal(text, True)[1]


def _open(found: Assessment, node: Node) -> None:
    assert list(open_facts(found.run, found.run.program.conclusions[ASKED])) == sorted(_texts(node))


def _notes(found: Assessment, node: Node) -> None:
    assert sorted(note.code for note in found.notes) == sorted(_texts(node))


def _verdicts(found: Assessment, node: Node) -> None:
    by_id = {verdict.context: verdict for verdict in found.contexts}
    for name, wanted in node.json().items():
        verdict = by_id[name]
        facets: dict[str, Callable[[Verdict], Any]] = {
            "because": lambda one: list(one.because),
            "findings": lambda one: {finding.id: finding.truth.value for finding in one.findings},
            "open": lambda one: list(one.open_facts),
            "judgements": lambda one: {judgement.fact: judgement.survives for judgement in one.judgements},
            "editorial": lambda one: list(one.editorial),
            "readings": lambda one: {reading: truth.value for reading, truth in one.readings.items()},
        }
        assert {key: facets[key](verdict) for key in wanted} == wanted


def _precedents(found: Assessment, node: Node) -> None:
    answers = {
        one.precedent: {"shared": list(one.shared), "differing": list(one.differing), "unknown": list(one.unknown)}
        for one in found.precedents
    }
    assert answers == node.json()


_COMPARE = {"open": _open, "notes": _notes, "verdicts": _verdicts, "precedents": _precedents}


# --- texts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("item", "entry"), _entries("refused"))
def test_refused(item: Item, entry: Mapping) -> None:
    found = [one for one in _complaints(item, entry) if one.severity is Severity.ERROR]
    assert [one.code.value for one in found] == _texts(entry.entries["codes"]), "\n".join(map(str, found))
    if "hint" in entry.entries:
        assert _text(entry.entries["hint"]) in (found[0].hint or "")
    if "at" in entry.entries:
        assert f"{found[0].at.line}:{found[0].at.column}" == _text(entry.entries["at"])


@pytest.mark.parametrize(("item", "entry"), _entries("accepted"))
def test_accepted(item: Item, entry: Mapping) -> None:
    found = _complaints(item, entry)
    wanted = _texts(entry.entries["warnings"]) if "warnings" in entry.entries else []
    assert [one.code.value for one in found] == wanted, "\n".join(map(str, found))


def _complaints(item: Item, entry: Mapping) -> SequenceType[Diagnostic]:
    """Return all that the loader says of the text that an entry holds."""
    (key,) = (key for key in _TEXTS if key in entry.entries)
    document = read(_bytes(key, entry.entries[key]), "text.yaml")
    if not isinstance(document, Document):
        return document
    match key:
        case "facts":
            whole = {"situation": _scalar("a-text"), "as_of": item.as_of, "facts": document.root}
            return load_situation(Document("text.yaml", _mapping(whole)), rules_of(item)).diagnostics
        case "situation":
            return load_situation(document, rules_of(item)).diagnostics
        case "cases":
            return load_cases(document, rules_of(item)).diagnostics
        case "rules":
            base = [] if "alone" in entry.entries else _documents(item)
            return build_rule_set([*base, document], "the rule set").diagnostics
        case _:
            return []


def _bytes(key: str, node: Node) -> bytes:
    if key == "hex":
        return bytes.fromhex(_text(node))
    if isinstance(node, Scalar):
        return node.text.encode()
    pairs = [_texts(pair) for pair in node.items] if isinstance(node, Sequence) else []
    return "".join(text * int(times) for text, times in pairs).encode()


# --- the page and the files -----------------------------------------------------------------------------------------


def _clauses() -> dict[str, str]:
    """Return the text of every clause by its anchor."""
    parts = re.split(r"^(#{2,3}) (.+)$", SPEC.read_text(encoding="utf-8"), flags=re.MULTILINE)
    clauses: dict[str, str] = {}
    for level, heading, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        if level == "###":
            anchor = re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")
            assert anchor not in clauses, f"two clauses have the anchor `{anchor}`"
            clauses[anchor] = text.strip()
    return clauses


CLAUSES = _clauses()


@pytest.mark.parametrize("anchor", CLAUSES)
def test_clause_names_the_files_that_hold_its_cases(anchor: str) -> None:
    holding = sorted({item.file for item in ITEMS if item.clause == f"language.md#{anchor}" if _has_entries(item)})
    assert holding, "a clause without a case says nothing that anybody holds"
    assert CLAUSES[anchor].splitlines()[-1] == f"Cases: {', '.join(holding)}"


def _has_entries(item: Item) -> bool:
    return any(item.entries(key) for key in _LISTS)


def test_every_item_names_a_clause_and_holds_cases() -> None:
    strangers = [
        item.identity(item.node)
        for item in ITEMS
        if item.clause.removeprefix("language.md#") not in CLAUSES or not _has_entries(item)
    ]
    assert strangers == []


def test_every_condition_is_tried_met_not_met_and_unknown() -> None:
    by_clause: dict[str, set[str]] = {}
    for item in ITEMS:
        if "when" in item.node.entries:
            words = {_text(case.entries["expect"]) for case in item.entries("cases")}
            by_clause.setdefault(item.clause, set()).update(words)
    lacking = {clause: words for clause, words in by_clause.items() if words != {truth.value for truth in Truth}}
    assert lacking == {}


def _rows(heading: str) -> list[list[str]]:
    """Return the cells of the table in a clause, its head apart."""
    lines = [line for line in CLAUSES[heading].splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_operators_are_those_of_the_page() -> None:
    names = {"number": "number", "months": "duration", "days": "duration"}
    table = [
        [operator.value, row.words, row.symbol, ", ".join(sorted({names.get(one, one) for one in row.types}))]
        for operator, row in TABLE.items()
    ]
    assert _rows("operators") == table


def test_the_limits_are_those_of_the_page() -> None:
    stated = {what: int(limit.replace(" ", "")) for what, limit, _ in _rows("limits")}
    assert stated == {
        "bytes in a file": source.MAX_BYTES,
        "bytes in the files of a rule set": files.WHOLE * source.MAX_BYTES,
        "levels of nesting": source.MAX_DEPTH,
        "values in a file": source.MAX_VALUES,
        "values in a rule set": files.WHOLE * source.MAX_VALUES,
        "digits in a number": source.MAX_DIGITS,
        "characters in a name": shape.MAX_NAME,
        "files in a folder": files.MAX_FILES,
        "readings in a rule set": load.MAX_READINGS,
        "digits of a number that the rules can make": size.MAX_SIZE,
    }
