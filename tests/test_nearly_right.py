"""Documents that are nearly right: refused with reasons, or else assessed, also at the ends of time and of the numbers.

They are the project's own documents with parts replaced by other parts of theirs or by odd ones, so that many still
load. Whatever loads can be assessed under every reading, on the first and the last day that there is.
"""

import json
import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from comity.engine.assessment.assess import assess
from comity.engine.builtin import find_rule_set, find_situation, situation_ids
from comity.engine.language.diagnostic import Diagnostic, Loaded, accept, is_error
from comity.engine.language.load import build_rule_set, load_rule_set
from comity.engine.language.model import RuleSet, Situation
from comity.engine.language.situation import load_cases, load_situation
from comity.engine.language.source import Document, read

Tree: TypeAlias = Any
FOLDER = find_rule_set("oas-2013")
FILES = {path.name: path for path in sorted(FOLDER.glob("*.yaml")) if not path.name.endswith(".cases.yaml")}
CASES = {path.name: path for path in sorted(FOLDER.glob("*.cases.yaml"))}
SITUATIONS = {name: find_situation(name) for name in situation_ids()}
DAYS = (date.min, date(2013, 1, 31), date.max)
ODD: list[Tree] = [
    *(None, True, False, "", " ", [], {}, [[]], [{}], {"": ""}, 0, 1, 2, -1, Fraction(1, 2), 999_999_999_999_999),
    *("unknown", "..", "..5", "5..", "2..1", "1..2..3", "...", "010", "25,000", "9" * 20, "-999999999999999"),
    *("0001-01-01", "9999-12-31", "0001", "9999", "0001..9999", "9999-12", "2013-02-30", "2008..", "0000"),
    *("999999 years", "999999 months", "999999 days", "0 years", "0 days", "1 month", "1 day..2 days", "5 years"),
    *("999999 years ago", "0 days ago", "1 year ago", "x ago", "é", "a\nb", "x" * 200, "ſ", "İ", "`", "{0}", "%s"),
    *({"0001-01-01": 1, "9999-12-31": 2}, {"0001": 5, "9999": 6}, {"9999-12-31": 5}, {"2008": 1, "2008-05": 2}),
    *({"fact": "arrivals"}, {"parameter": "protracted_duration"}, {"not": {"context": "mass-influx"}}, {"all": []}),
]


def document(text: str) -> Document:
    found = read(text.encode(), "text")
    assert isinstance(found, Document), found
    return found


def check(found: Iterable[Diagnostic]) -> None:
    """Hold diagnostics to what every reader of them relies on."""
    found = [*found]
    for one in found:
        assert one.at.file
        assert min(one.at.line, one.at.column) >= 1
        for text in (one.message, one.hint or "x"):
            assert text.strip()
            assert text.splitlines() == [text]
            assert len(text) < 1000
    assert [one.at for one in found] == sorted(one.at for one in found)


def checked(loaded: Loaded[Any]) -> Any:
    """Return the value of what was loaded, which is None exactly if there is an error."""
    check(loaded.diagnostics)
    assert (loaded.value is None) == any(map(is_error, loaded.diagnostics))
    return loaded.value


@cache
def rules() -> RuleSet:
    return accept(load_rule_set(FOLDER))


@cache
def text_of(name: str) -> str:
    return {**FILES, **CASES, **SITUATIONS}[name].read_text(encoding="utf-8")


@cache
def tree_of(name: str) -> Tree:
    return document(text_of(name)).root.json()


def use(rule_set: RuleSet, situation: Situation) -> None:
    """Assess at the ends of time and in between, under every reading."""
    for day in DAYS:
        for reading in rule_set.readings or (None,):
            assess(rule_set, situation, as_of=day, reading=reading)


# --- changes ----------------------------------------------------------------------------------------------------------


_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./ -]{0,80}(?<! )")
_WORDS = {None: "~", True: "true", False: "false"}


def written(tree: Tree) -> str:
    """Return a tree as YAML in one line, in which a text that can stand plain does."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{written(key)}: {written(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(written, tree)) + "]"
    if isinstance(tree, str):
        return tree if _PLAIN.fullmatch(tree) else json.dumps(tree)
    if tree is None or isinstance(tree, bool):
        return _WORDS[tree]
    return str(float(tree)) if isinstance(tree, Fraction) else str(tree)


def copied(tree: Tree) -> Tree:
    if isinstance(tree, dict):
        return {key: copied(part) for key, part in tree.items()}
    return [copied(part) for part in tree] if isinstance(tree, list) else tree


def inside(tree: Tree) -> list[tuple[Any, Tree]]:
    """Return what a tree holds, each with its key or number."""
    return [*tree.items()] if isinstance(tree, dict) else [*enumerate(tree)] if isinstance(tree, list) else []


def spots(tree: Tree) -> list[tuple[Tree, Any]]:
    """Return every place in a tree: what holds it, and its key or number there."""
    return [spot for key, part in inside(tree) for spot in ((tree, key), *spots(part))]


@cache
def words_and_parts() -> tuple[list[str], list[Tree]]:
    """Return the keys and the small parts of all documents."""
    words: dict[str, None] = {}
    parts: dict[str, Tree] = {}

    def walk(tree: Tree) -> None:
        if len(text := written(tree)) < 300:
            parts.setdefault(text, tree)
        for key, part in inside(tree):
            words.update({key: None} if isinstance(key, str) else {})
            walk(part)

    for name in (*FILES, *CASES, *SITUATIONS):
        walk(tree_of(name))
    return [*words], [*parts.values()]


def change(draw: st.DrawFn, tree: Tree) -> None:
    """Change one place in a tree: replace, drop, rename, double or trade what stands there, or add something."""
    places = spots(tree)
    if not places:
        return
    holder, key = places[draw(st.integers(0, len(places) - 1))]
    words, parts = words_and_parts()
    match draw(st.sampled_from(["odd", "part", "drop", "rename", "add", "trade"])):
        case "odd":
            holder[key] = copied(draw(st.sampled_from(ODD)))
        case "part":
            holder[key] = copied(draw(st.sampled_from(parts)))
        case "drop":
            del holder[key]
        case "rename" if isinstance(holder, dict):
            held = holder.pop(key)
            holder[draw(st.sampled_from(words))] = held
        case "add" if isinstance(holder, dict):
            holder[draw(st.sampled_from(words))] = copied(draw(st.sampled_from(parts)))
        case "rename" | "add":
            holder.insert(key, copied(holder[key]))
        case _:
            other, there = places[draw(st.integers(0, len(places) - 1))]
            mine, theirs = copied(holder[key]), copied(other[there])
            holder[key] = theirs
            if other is not holder or there != key:
                other[there] = mine


@st.composite
def nearly_right(draw: st.DrawFn, names: Iterable[str]) -> tuple[str, str]:
    """Return the name and the text of a document that has been changed in a few places."""
    name = draw(st.sampled_from(sorted(names)))
    tree = copied(tree_of(name))
    for _ in range(draw(st.integers(1, 3))):
        change(draw, tree)
    return name, written(tree)


SLOW = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SLOW
@given(nearly_right(FILES))
def test_rule_sets(changed: tuple[str, str]) -> None:
    name, text = changed
    documents: list[Document] = []
    found: list[Diagnostic] = []
    for file in FILES:
        one = read((text if file == name else text_of(file)).encode(), file)
        if isinstance(one, Document):
            documents.append(one)
        else:
            found += one
    loaded = checked(build_rule_set(documents, "folder", found))
    if loaded is not None:
        for situation in ("dadaab-2011", "rohingya-2017"):
            whole = checked(load_situation(document(text_of(situation)), loaded))
            if whole is not None:
                use(loaded, whole)


@SLOW
@given(nearly_right((*SITUATIONS, *CASES)))
def test_situations_and_cases(changed: tuple[str, str]) -> None:
    found = read(changed[1].encode(), changed[0])
    if not isinstance(found, Document):
        check(found)
    elif changed[0] in CASES:
        for situation in checked(load_cases(found, rules())) or ():
            use(rules(), situation)
    else:
        loaded = checked(load_situation(found, rules()))
        if loaded is not None:
            use(rules(), loaded)


_WORDS_ANYWHERE = st.deferred(lambda: st.sampled_from(words_and_parts()[0]))


@SLOW
@given(
    st.recursive(
        st.sampled_from(ODD) | _WORDS_ANYWHERE,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS_ANYWHERE, inner, max_size=4),
        max_leaves=25,
    )
)
def test_the_right_words_in_the_wrong_places(tree: Tree) -> None:
    found = read(written(tree).encode(), "text")
    if isinstance(found, Document):
        checked(build_rule_set([found], "folder"))
        checked(load_situation(found, rules()))
        checked(load_cases(found, rules()))
    else:
        check(found)


# --- the ends of the scales -------------------------------------------------------------------------------------------

EXTREMES = """
rule_set: extremes
version: 1.0.0
title: Extremes
parameters:
  window: {values: {0001-01-01: 999999 years, 2013-01-31: 0 months, 9999-12-31: 999999 months}}
facts:
  n: {type: number, min: -999999999999999}
  began: {type: date}
  stay: {type: duration}
  large: {type: number, derive: {product: [BIG, {fact: n}]}}
  small: {type: number, derive: {divide: [{fact: n}, {product: [BIG]}]}}
  sum_of: {type: number, derive: {sum: [{fact: large}, {product: [BIG]}]}}
  less: {type: number, derive: {difference: [{product: [BIG]}, {fact: large}]}}
  times: {type: number, derive: {product: [{fact: small}, {fact: large}]}}
  most: {type: number, derive: {largest: [{fact: times}, {fact: less}]}}
  long: {type: duration, derive: {sum: [{elapsed: {fact: began}}, {fact: stay}, 999999 years]}}
  longer: {type: duration, derive: {product: [{fact: long}, 999999999999999]}}
  rows:
    type: table
    columns:
      people: {type: count, history: true}
      since: {type: date}
      low: {type: count, derive: {lowest: {fact: people}, over: {parameter: window}}}
      high: {type: count, derive: {highest: {fact: people}, over: 999999 days}}
  total_of: {type: number, derive: {total: low, of: rows}}
criteria:
  a: {title: A, when: {fact: sum_of, at_least: 1, less_than: {fact: less}}}
  b: {title: B, when: {fact: most, more_than: {fact: small}}}
  c: {title: C, when: {fact: began, elapsed_at_least: 999999 years}}
  d: {title: D, when: {fact: began, elapsed_less_than: {fact: longer}}}
  e: {title: E, when: {fact: began, elapsed_at_least: 999999 days}}
  f: {title: F, when: {some: rows, where: {all: [{fact: low, at_least: 1}, {fact: high, at_least: 1}]}}}
  g: {title: G, when: {fact: total_of, at_least: 1}}
"""


@pytest.mark.parametrize(
    "facts",
    [
        "{}",
        "{n: 0, began: 0001-01-01, stay: 0 years}",
        "{n: 999999999999999, began: 9999-12-31, stay: 999999 years}",
        "{n: -999999999999999..0.00000000000001, began: 0001..9999, stay: 0 months..999999 months}",
        "{n: 0.00000000000001.., began: 999999 years ago, stay: 1 month..}",
        "{rows: [{people: 5, since: 0001-01-01}, {people: 5, since: 9999-12-31}, {people: 5..7, since: 0001..9999}]}",
        "{rows: [{people: {0001: 5, 9999: 6}}, {people: {0001-01-01: 5}}, {people: {9999-12-31: 999999999999999}}]}",
    ],
)
def test_nothing_overflows(facts: str) -> None:
    big = ", ".join(["999999999999999"] * 25)
    whole = accept(build_rule_set([document(EXTREMES.replace("BIG", big))], "extremes"))
    use(whole, accept(load_situation(document(f"{{situation: x, as_of: 2013-01-31, facts: {facts}}}"), whole)))
