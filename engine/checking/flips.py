"""Stored situations and cases under two rule sets: those that come out otherwise."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from comity.engine.assessment.assess import program
from comity.engine.checking.claims import Under
from comity.engine.checking.difference import WORDS, kinds
from comity.engine.language.diagnostic import Diagnostic, Span, is_error
from comity.engine.language.model import RuleSet, Situation
from comity.engine.language.situation import load_cases
from comity.engine.language.source import Document, Mapping, Node, Scalar, Sequence


class Told(NamedTuple):
    """A situation or case as its file tells it, its name, and where it stands."""

    name: str
    at: Span
    case: Mapping


class Flip(NamedTuple):
    """A situation or case that comes out otherwise: by context and measure, the word under the old rules and now."""

    name: str
    at: Span
    as_of: date
    words: dict[str, tuple[str, str]]


class Unread(NamedTuple):
    """A situation or case that one rule set cannot take, or neither: what is wrong with it there."""

    name: str
    at: Span
    old: Diagnostic | None
    new: Diagnostic | None


class Flips(NamedTuple):
    """What was compared: how many situations and cases, those that come out otherwise, and those that cannot be."""

    compared: int
    flips: tuple[Flip, ...]
    unread: tuple[Unread, ...]


def told(documents: Iterable[Document], as_of: date | None = None) -> list[Told]:
    """Return the situations and cases in some documents, each once, however many files tell it.

    `as_of` is the day to take where a situation names none. What a file expects, plans and explains is left out: it may
    name what only one of two rule sets has, and bears on no verdict.
    """
    found: dict[tuple[str, str], Told] = {}
    for document in documents:
        for node in _nodes(document.root):
            case = _bare(node, as_of)
            name = case.entries["name"]
            title = name.text if isinstance(name, Scalar) else ""
            found.setdefault((title, repr(case.json())), Told(title, document.at(node), case))
    return [*found.values()]


def _nodes(root: Node) -> Iterator[Mapping]:
    if isinstance(root, Mapping):
        cases = root.entries.get("cases")
        every = cases.items if isinstance(cases, Sequence) else [root] if "situation" in root.entries else []
        yield from (node for node in every if isinstance(node, Mapping))


def _bare(node: Mapping, as_of: date | None) -> Mapping:
    """Return a situation or case as a case with facts alone."""
    kept: dict[str, Node] = {
        key: node.entries[key] for key in ("as_of", "facts", "reading", "set") if key in node.entries
    }
    kept["name"] = node.entries.get("name") or node.entries.get("situation") or _scalar("", node)
    if as_of is not None:
        kept.setdefault("as_of", _scalar(as_of.isoformat(), node))
    response = node.entries.get("response")
    if isinstance(response, Mapping) and "facts" in response.entries:
        kept["response"] = _mapping({"facts": response.entries["facts"]}, response)
    return _mapping(kept, node)


def _mapping(entries: dict[str, Node], at: Node) -> Mapping:
    mapping = Mapping(at.line, at.column)
    for key, value in entries.items():
        mapping.entries[key] = value
        mapping.keys[key] = _scalar(key, value)
    return mapping


def _scalar(text: str, at: Node) -> Scalar:
    return Scalar(text, True, at.line, at.column)


def flips(situations: Iterable[Told], old: Under, new: Under) -> Flips:
    """Return which situations and cases come out otherwise: in a context or measure that both rule sets have.

    A reading of the rule sets that is asked for goes before the one that a case names, as everywhere.
    """
    every = [*situations]
    answered = {*old.rules.contexts, *old.rules.measures}
    shared = [name for name in (*new.rules.contexts, *new.rules.measures) if name in answered]
    if not shared:
        return Flips(0, (), ())
    before, after = _read(every, old.rules), _read(every, new.rules)  # in turn: what is learnt of a rule set stays
    found: list[Flip] = []
    unread: list[Unread] = []
    for one, first, second in zip(every, before, after, strict=True):
        if isinstance(first, Diagnostic) or isinstance(second, Diagnostic):
            complaints = (each if isinstance(each, Diagnostic) else None for each in (first, second))
            unread.append(Unread(one.name, one.at, *complaints))
            continue
        assert second.as_of is not None
        words = [_outcome(under, each) for under, each in ((old, first), (new, second))]
        changed = {name: (words[0][name], words[1][name]) for name in shared if words[0][name] != words[1][name]}
        if changed:
            found.append(Flip(one.name, one.at, second.as_of, changed))
    return Flips(len(every) - len(unread), tuple(found), tuple(unread))


def _outcome(under: Under, situation: Situation) -> dict[str, str]:
    assert situation.as_of is not None
    compiled = program(under.rules, under.reading or situation.reading, {**situation.set, **under.set})
    return compiled.outcome(situation.all_facts, situation.as_of)


def _read(situations: Iterable[Told], rules: RuleSet) -> list[Situation | Diagnostic]:
    """Return each as a rule set takes it, or the first thing that is wrong with it there."""
    name, kind = next(iter(kinds(rules).items()))
    found: list[Situation | Diagnostic] = []
    for one in situations:
        expect = _mapping({name: _scalar(WORDS[kind][True], one.case)}, one.case)  # a case has to expect something
        cases = Sequence(one.case.line, one.case.column)
        cases.items.append(_mapping({**one.case.entries, "expect": expect}, one.case))
        loaded = load_cases(Document(one.at.file, _mapping({"cases": cases}, one.case)), rules)
        found.append(loaded.value[0] if loaded.value else next(filter(is_error, loaded.diagnostics)))
    return found
