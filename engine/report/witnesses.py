"""A situation that shows something: in words, and as a case to paste."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from comity.engine.language.history import History
from comity.engine.language.model import Fact, Given, RuleSet, ValueType
from comity.engine.language.source import Scalar
from comity.engine.language.writing import facts_lines, written
from comity.engine.report.words import Phrases, of_fact, period_words

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ,.()/'-]*")  # what YAML takes as it is, if it is no value of another kind
_WIDTH = 110
_NONE: Mapping[str, Any] = MappingProxyType({})


def described(rules: RuleSet, facts: Mapping[str, Given]) -> list[str]:
    """Return what a situation states, in the order of the declarations: a line a fact, and of a table a line a row."""
    return [line for name, fact in rules.facts.items() if name in facts for line in _stated(rules, fact, facts[name])]


def case_lines(
    rules: RuleSet,
    facts: Mapping[str, Given],
    as_of: date,
    name: str,
    expect: Mapping[str, str],
    reading: str | None = None,
    set: Mapping[str, Any] = _NONE,  # noqa: A002  # as a case calls it
) -> list[str]:
    """Return a case as it stands below `cases:`, which expects the words `expect` of conclusions by id.

    `reading` and `set`, the values of parameters, are those under which it is run.
    """
    lines = [f"  - name: {_text(name)}", f"    as_of: {as_of.isoformat()}"]
    if reading is not None:
        lines.append(f"    reading: {_text(reading)}")
    if set:
        lines += _mapping("    set:", {one: _parameter(rules, one, value) for one, value in set.items()})
    return [*lines, *_told("    ", rules, facts), *_mapping("    expect:", expect)]


def situation_lines(rules: RuleSet, facts: Mapping[str, Given], as_of: date, name: str, title: str) -> list[str]:
    """Return the file of a hypothetical situation, whose facts `rules` all declare."""
    head = [f"situation: {name}", f"title: {_text(title)}", f"as_of: {as_of.isoformat()}", "hypothetical: true"]
    return [*head, *_told("", rules, facts)]


# --- in words -------------------------------------------------------------------------------------------------------


def _stated(rules: RuleSet, fact: Fact, held: Given) -> Iterator[str]:
    title = Phrases(rules).fact(fact.name)
    if fact.value_type is not ValueType.TABLE or held is None:
        yield f"{title}: {held_words(fact, held)}"
        return
    phrases = Phrases(rules, fact)
    for index, row in enumerate(held, 1):
        cells = [
            f"{phrases.fact(name)}: {held_words(one, row[name])}" for name, one in fact.columns.items() if name in row
        ]
        yield f"{title}, row {index}: {'; '.join(cells) or 'nothing is stated'}"
    if not held:
        yield f"{title}: no rows"


def held_words(fact: Fact, held: Given) -> str:
    """Return what is known of a fact that is no table, in words: values over time each with its period."""
    if not isinstance(held, History):
        return of_fact(fact, held)
    told = [f"{of_fact(fact, value)} {period_words(first, last)}" for first, last, value in _stretches(held)]
    return ", ".join(told) or of_fact(fact, fact.unknown)


def _stretches(history: History) -> list[tuple[date, date, Any]]:
    """Return the values by period, equal ones that follow each other as one."""
    found: list[tuple[date, date, Any]] = []
    for entry in history.entries:
        first = entry.first
        if found and found[-1][2] == entry.value and found[-1][1] + timedelta(days=1) == first:
            first, _, _ = found.pop()
        found.append((first, entry.last, entry.value))
    return found


# --- as a case ------------------------------------------------------------------------------------------------------


def _told(indent: str, rules: RuleSet, facts: Mapping[str, Given]) -> list[str]:
    """Return facts about a situation, and about the response if there are any."""
    about = {
        where: {name: fact for name, fact in rules.facts.items() if name in facts and fact.about == where}
        for where in ("situation", "response")
    }
    lines = _facts(indent, about["situation"], facts)
    if about["response"]:
        lines += [f"{indent}response:", *_facts(f"{indent}  ", about["response"], facts)]
    return lines


def _facts(indent: str, some: Mapping[str, Fact], facts: Mapping[str, Given]) -> list[str]:
    lines = facts_lines(some, facts, f"{indent}  ")
    return [f"{indent}facts:", *lines] if lines else [f"{indent}facts: {{}}"]


def _mapping(head: str, entries: Mapping[str, str]) -> list[str]:
    """Return a mapping in one line if it fits."""
    inner = [f"{key}: {value}" for key, value in entries.items()]
    line = f"{head} {{{', '.join(inner)}}}"
    indent = " " * (len(head) - len(head.lstrip()) + 2)
    return [line] if len(line) <= _WIDTH else [head, *(f"{indent}{one}" for one in inner)]


def _parameter(rules: RuleSet, name: str, value: Any) -> str:
    return written(Fact(name=name, type="", value_type=rules.parameters[name].value_type), value)


def _text(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text == text.rstrip() and Scalar(text, True, 1, 1).json() == text
    return text if plain else json.dumps(text, ensure_ascii=False)
