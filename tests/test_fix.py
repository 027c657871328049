"""What `--fix` takes out of a file, and that it leaves all else as it stands."""

from collections.abc import Iterator, Mapping as Texts
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import assume, event, given, settings, strategies as st

from comity.cli import main
from comity.engine.assessment.assess import program
from comity.engine.checking.collect import collect
from comity.engine.checking.fix import fix, fixable
from comity.engine.checking.judge import complaints
from comity.engine.language import source
from comity.engine.language.condition import AllOf, AnyOf, AtLeast, Condition, Some, Term, children, walk
from comity.engine.language.diagnostic import Code, Diagnostic, Severity, Span, accept
from comity.engine.language.editing import without_item
from comity.engine.language.load import build_rule_set, load_rule_set
from comity.engine.language.model import RuleSet
from comity.engine.language.mutants import mutants, mutated
from comity.engine.language.source import Document, Mapping, Node, Scalar, Sequence, read
from tests.brute import AS_OF, Small, domain, finite
from tests.strategies import drawing, write

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "rules").rglob("*.yaml")) + sorted((ROOT / "scenarios").rglob("*.yaml"))
LOADERS = [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)]

Trail: TypeAlias = tuple[int, ...]  # the way to a node: which item or entry at each level
Start: TypeAlias = tuple[int, int]


# --- what a document says ------------------------------------------------------------------------------------


def below(node: Node) -> list[tuple[Node, Node]]:
    """Return the items of a list, each twice, or the keys and values of a mapping."""
    if isinstance(node, Mapping):
        return [(node.keys[key], value) for key, value in node.entries.items()]
    return [(item, item) for item in node.items] if isinstance(node, Sequence) else []


def said(node: Node, gone: Node | None = None) -> Any:
    """Return what a node says but for the item or entry that begins with `gone`."""
    if isinstance(node, Scalar):
        return node.text, node.plain
    entries = [(said(head), said(value, gone)) for head, value in below(node) if head is not gone]
    return entries if isinstance(node, Mapping) else [value for _, value in entries]


def heads(node: Node) -> Iterator[tuple[Node, int]]:
    """Yield each item and key below `node`, the outer before the inner, with how many there are beside it."""
    for head, value in below(node):
        yield head, len(below(node)) - 1
        yield from heads(value)


def tree(text: str) -> Node:
    document = read(text.encode(), "x")
    assert isinstance(document, Document), document
    return document.root


# --- documents of all styles, written with or without one of their nodes ---------------------------------------


class Leaf(NamedTuple):
    """A value in one line, or (from the second on) the lines of a block of text."""

    lines: tuple[str, ...]


class Entry(NamedTuple):
    """An item or entry with what stands above it and what comes behind it in its line."""

    key: str
    value: "Written"
    above: tuple[str, ...]
    behind: str


class Block(NamedTuple):
    """A list or mapping of one line or more for each entry. `dash` is as wide as the items of a list are indented."""

    is_list: bool
    entries: tuple[Entry, ...]
    dash: str


class Flow(NamedTuple):
    """A list or mapping in brackets: in one line, or with a line for each entry."""

    is_list: bool
    entries: tuple[Entry, ...]
    in_lines: bool
    last_comma: bool


Written: TypeAlias = Leaf | Block | Flow


def written(node: Written, indent: str, gone: Trail | None) -> list[str]:
    """Return the lines of a node, the first of them to stand behind a key or a dash, without what is at `gone`."""
    if isinstance(node, Leaf):
        return [node.lines[0], *(f"{indent}  {line}" if line else "" for line in node.lines[1:])]
    kept = [i for i in range(len(node.entries)) if gone != (i,)]
    if isinstance(node, Block):
        return ["", *(line for i in range(len(node.entries)) for line in block_lines(node, i, indent, gone))]
    opening, closing = "[]" if node.is_list else "{}"
    items: dict[int, list[str]] = {}
    for i in kept:
        key, value, _, _ = node.entries[i]
        first, *rest = written(value, f"{indent}  ", gone[1:] if gone and gone[0] == i else None)
        items[i] = [first if node.is_list else f"{key}: {first}", *rest]
    if not node.in_lines:
        texts = [item for i in kept for item in items[i]]
        return [opening + ", ".join(texts) + (", " if node.last_comma else "") + closing]
    lines = [opening]
    for i, entry in enumerate(node.entries):
        lines += [f"{indent}  {line}" if line else "" for line in entry.above]
        if i in kept:
            comma = "," if i != kept[-1] or node.last_comma else ""
            first, *rest = items[i]
            body = [f"{indent}  {first}", *rest]
            lines += [*body[:-1], body[-1] + comma + entry.behind]
    return [*lines, f"{indent}{closing}"]


def block_lines(node: Block, i: int, indent: str, gone: Trail | None) -> list[str]:
    """Return the lines of one item or entry, and those above it."""
    entry = node.entries[i]
    above = [f"{indent}{line}" if line else "" for line in entry.above]
    if gone == (i,):
        return above
    inner = gone[1:] if gone and gone[0] == i else None
    opening = node.dash if node.is_list else f"{entry.key}: "
    deeper = indent + " " * (len(node.dash) if node.is_list else 2)
    first, *rest = written(entry.value, deeper if isinstance(entry.value, Block) else indent, inner)
    value = entry.value
    if isinstance(value, Block) and node.is_list and not value.entries[0].above:
        if inner != (0,):  # the first of what is inside stands behind the dash
            return [*above, indent + node.dash + rest[0].removeprefix(deeper), *rest[1:]]
        if rest[0].startswith(deeper) and not rest[0].lstrip().startswith("#"):
            return [*above, indent + node.dash + rest[0].removeprefix(deeper), *rest[1:]]
        return [*above, indent + node.dash.rstrip(), *rest]
    if isinstance(value, Leaf | Flow) and rest and isinstance(value, Flow):
        return [*above, indent + opening + first, *rest[:-1], rest[-1] + entry.behind]
    return [*above, (indent + opening + first).rstrip() + entry.behind, *rest]


COMMENTS = st.sampled_from(("# , ] } - a: b", "#", "# 'x", '# "'))
ABOVE = st.lists(COMMENTS | st.just(""), max_size=2).map(tuple)
BEHIND = st.just("") | COMMENTS.map(lambda comment: f"  {comment}")
PLAIN = ("a", "a b", "25000", "true", "2013-01-31", "a#b", "\N{GRINNING FACE}")
SCALARS = st.sampled_from((*PLAIN, '"a"', "'it''s, # b]'", '"\\" # c: d"')).map(lambda text: Leaf((text,)))
TEXTS = st.tuples(
    st.sampled_from(("|", ">", "|-", ">-")),
    st.lists(st.sampled_from(("a", "# no comment", "- a: b", "")), max_size=3).map(lambda lines: ["x", *lines, "y"]),
).map(lambda parts: Leaf((parts[0], *parts[1])))


def entries(values: st.SearchStrategy[Written]) -> st.SearchStrategy[tuple[Entry, ...]]:
    def keyed(items: list[tuple[Written, tuple[str, ...], str]]) -> tuple[Entry, ...]:
        return tuple(Entry(KEYS[i], *item) for i, item in enumerate(items))

    return st.lists(st.tuples(values, ABOVE, BEHIND), min_size=1, max_size=3).map(keyed)


KEYS = ("a", '"b: c"', "d e")


def flows(values: st.SearchStrategy[Any], in_lines: bool) -> st.SearchStrategy[Any]:
    return st.builds(Flow, st.booleans(), entries(values), st.just(in_lines), st.booleans())


INLINE = st.recursive(SCALARS, lambda inner: flows(inner, in_lines=False), max_leaves=5)
FLOWS: st.SearchStrategy[Any] = INLINE | flows(INLINE | flows(INLINE, in_lines=True), in_lines=True)


def blocks(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(Block, st.booleans(), entries(values), st.sampled_from(("- ", "-   ")))


DOCUMENTS: st.SearchStrategy[Written] = blocks(st.recursive(FLOWS | TEXTS, blocks, max_leaves=6))


def trails(node: Written) -> Iterator[tuple[Trail, Written]]:
    """Yield the way to each item and entry, with the list or mapping that it is in."""
    if not isinstance(node, Leaf):
        for i, entry in enumerate(node.entries):
            yield (i,), node
            yield from (((i, *trail), parent) for trail, parent in trails(entry.value))


def start(root: Node, trail: Trail) -> Start:
    """Return where the item or entry at `trail` begins."""
    head = root
    for i in trail:
        head, root = below(root)[i]
    return head.line, head.column


def text_of(node: Written, gone: Trail | None = None) -> str:
    return "".join(f"{line}\n" for line in written(node, "", gone)[1:])


@pytest.mark.parametrize("loader", LOADERS)
@settings(max_examples=150, deadline=None)
@given(st.data(), DOCUMENTS, st.sampled_from(("\n", "\r\n", "\r")), st.sampled_from(("", "\ufeff")))
def test_an_item_goes_and_nothing_else(loader: Any, data: st.DataObject, node: Written, ends: str, mark: str) -> None:
    def final(text: str) -> str:
        return mark + text.replace("\n", ends)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "_Loader", loader)
        text = text_of(node)
        root = tree(text)
        parents = dict(trails(node))
        place = start(root, data.draw(st.sampled_from(sorted(parents))))
        outer = next(trail for trail, _ in trails(node) if start(root, trail) == place)
        parent = parents[outer]
        assert not isinstance(parent, Leaf)
        less = without_item(final(text), *place)
        assert less == (final(text_of(node, outer)) if len(parent.entries) > 1 else None)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(FILES))
def test_an_item_of_a_shipped_file_goes_and_nothing_else(data: st.DataObject, file: Path) -> None:
    text = file.read_bytes().decode()
    root = tree(text)
    head, beside = data.draw(st.sampled_from([*heads(root)]))
    gone, others = next((one, others) for one, others in heads(root) if start_of(one) == start_of(head))
    less = without_item(text, *start_of(head))
    assert (less is None) == (others == 0)
    assert less is None or said(tree(less)) == said(root, gone)
    assert beside == others or gone is not head


def start_of(node: Node) -> Start:
    return node.line, node.column


def marked(text: str) -> tuple[str, Start]:
    """Return `text` without its mark `@`, and where that stood."""
    before, _, after = text.partition("@")
    lines = before.replace("\r\n", "\n").split("\n")
    return before + after, (len(lines), len(lines[-1]) + 1)


EXAMPLES = {
    "a last line without an end": ("- a\n- @b", "- a\n"),
    "a first line of its own": ("-\n  - @a\n  - b\n", "-\n  - b\n"),
    "the first behind a dash, then a comment": ("- - @a  # a\n  # b\n  - b\n", "-\n  # b\n  - b\n"),
    "the first behind a dash, then a blank line": ("- - @a\n\n  - b\n", "-\n\n  - b\n"),
    "the first behind two dashes": ("- - - @a\n    - b\n", "- - - b\n"),
    "an empty item": ("-@\n- b\n", "- b\n"),
    "an empty value": ("a: 1\n@b:\n# c\n", "a: 1\n# c\n"),
    "an empty value in brackets": ("{a: 1, @b: , c}\n", "{a: 1, c}\n"),
    "an empty value before a comment": ("{b: 1,\n  @a:  # a\n}\n", "{b: 1\n}\n"),
    "a key alone in brackets": ("{a: 1, @b}\n", "{a: 1}\n"),
    "a pair in a list": ("[@a: 1, b: 2]\n", "[b: 2]\n"),
    "JSON": ('{"a": 1,@"b": [2]}\n', '{"a": 1}\n'),
    "a list not indented": ("a:\n- @b # b\n- c\n", "a:\n- c\n"),
    "a value over several lines": ("- @a\n  b\n\n  c\n\n# d\n- e\n", "\n# d\n- e\n"),
    "blank lines after a text are not its own": ("- @|\n  a\n\n- b\n", "\n- b\n"),
    "unless it keeps them": ("- @|+\n  a\n\n- b\n", "- b\n"),
    "and says so after a comment": ("- @|2+ # x\n  a\n\n- b\n", "- b\n"),
    "blank lines alone": ("- @|\n\n- b\n", "\n- b\n"),
    "a section": ("a: 1\n@b:  # c\n  - x\n\n  - y\n# d\nc: 2\n", "a: 1\n# d\nc: 2\n"),
    "lines that begin with the comma": ("[ a\n, @b  # b\n, c\n]\n", "[ a\n, c\n]\n"),
    "the last of them": ("[ a\n, b\n, @c ]\n", "[ a\n, b\n ]\n"),
    "one of several in a line": ("[\n  a, b,\n  @c, d,\n]\n", "[\n  a, b,\n  d,\n]\n"),
    "the last of several in a line": ("[\n  a, @b,  # both\n  c]\n", "[\n  a,  # both\n  c]\n"),
    "the first behind the bracket": ("[@a,  # a list\n  b]\n", "[  # a list\n  b]\n"),
    "the last before the bracket": ("[a,\n  @b]\n", "[a]\n"),
    "the last in a line of its own": ("[\n  a,\n  @b  # b\n]\n", "[\n  a\n]\n"),
    "after a comma in a line of its own": ("[ a\n,\n# b\n@b\n]\n", "[ a\n\n# b\n]\n"),
    "after a comment": ("[a,  # a\n  @b]\n", "[a  # a\n  ]\n"),
    "over several lines": ("[{a: 1,\n  b: 2}, @{a: 1, # c\n  b: 2}, c]\n", "[{a: 1,\n  b: 2}, c]\n"),
}


@pytest.mark.parametrize(("text", "expected"), EXAMPLES.values(), ids=EXAMPLES)
@pytest.mark.parametrize("loader", LOADERS)
def test_what_goes_with_an_item(text: str, expected: str, loader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_Loader", loader)
    whole, place = marked(text)
    assert without_item(whole, *place) == expected


STAYS = {
    "the only item": "a: [@b]\n",
    "the only entry": "@a: b\n",
    "nothing starts here": "- a@b\n- c\n",
    "no YAML": "- a\n- @[\n",
    "nothing": "@",
    "two documents": "- a\n- @b\n--- c\n",
    "an anchor": "- &x a\n- @b\n",
    "an alias": "- a\n- @*b\n",
    "a tag": "- !x a\n- @b\n",
    "a key twice": "a: 1\na: 2\n@b: 3\n",
    "a key with a question mark": "? a\n: b\n@c: d\n",
    "a list behind its colon": "? a\n: - @b\n  - c\n",
    "and in brackets": "{? a : b, @c: d}\n",
    "behind the mark of a document": "--- {a: b,\n@c: d}\n...\nx",
    "a comment would become text": "- |\n  a\n- @b\n  # c\n",
    "a blank line would become text": "- |+\n  a\n- @b\n\n- c\n",
    "a comment would become part of a word": "[a,# a\n  @b\n]\n",
    "whose comment would it be": "[ @a\n# b\n, b ]\n",
}


@pytest.mark.parametrize("text", STAYS.values(), ids=STAYS)
def test_what_is_not_safe_stays(text: str) -> None:
    whole, place = marked(text)
    assert without_item(whole, *place) is None


# --- diagnostics -----------------------------------------------------------------------------------------------


def complaint(code: str, place: Start, file: str = "x.yaml") -> Diagnostic:
    return Diagnostic(Span(file, *place), cast(Code, code), "it is too much", None, Severity.WARNING)


SUPPRESSED = """\
contexts: [a]
# what we accept
suppress:
  # the first
  - {finding: unused-fact, of: a, reason: "# none"}  # one
  - finding: unused-fact
    of: b
    reason: |
      none

  # the third
  - {finding: unused-fact, of: c, reason: none}
# what we do not
sources: {}
"""


@given(st.sets(st.sampled_from((0, 1, 2))), st.sampled_from(("\n", "\r\n")))
def test_unused_suppressions_go_and_with_the_last_their_section(unused: set[int], ends: str) -> None:
    root = tree(SUPPRESSED)
    assert isinstance(root, Mapping)
    section = root.entries["suppress"]
    items = [item for item, _ in below(section)]
    text = SUPPRESSED.replace("\n", ends)
    many = [complaint("unused-suppression", start_of(items[i])) for i in sorted(unused)]
    changed, fixed = fix({"x.yaml": text, "y.yaml": text}, many)
    assert fixed == tuple(many)
    if not unused:
        assert changed == {}
        return
    kept = [said(item) for i, item in enumerate(items) if i not in unused]
    expected = [
        (said(key), kept if value is section else said(value))
        for key, value in below(root)
        if value is not section or kept
    ]
    assert [*changed] == ["x.yaml"]
    assert said(tree(changed["x.yaml"])) == expected
    first, last = "# what we accept" + ends, "# what we do not" + ends
    assert changed["x.yaml"].startswith("contexts: [a]" + ends + first)
    assert changed["x.yaml"].endswith(last + "sources: {}" + ends)
    assert ("  # the third" + ends in changed["x.yaml"]) == (len(unused) < 3)


@pytest.mark.parametrize("value", ["finding", "of", "reason"])
def test_an_unused_suppression_may_be_said_at_any_of_its_values(value: str) -> None:
    root = tree(SUPPRESSED)
    assert isinstance(root, Mapping)
    second = below(root.entries["suppress"])[1][0]
    assert isinstance(second, Mapping)
    one = complaint("unused-suppression", start_of(second.entries[value]))
    less = SUPPRESSED.replace("  - finding: unused-fact\n    of: b\n    reason: |\n      none\n", "")
    assert fix({"x.yaml": SUPPRESSED}, [one]) == ({"x.yaml": less}, (one,))


def test_a_file_of_suppressions_alone_keeps_the_last_of_them() -> None:
    text = "suppress:\n  - {of: a}\n  - {of: b}\n"
    both = [complaint("unused-suppression", (line, 5)) for line in (2, 3)]
    assert fix({"x.yaml": text}, both) == ({"x.yaml": "suppress:\n  - {of: b}\n"}, (both[0],))
    assert fix({"x.yaml": "suppress:\n  - {of: a}\n"}, both[:1]) == ({}, ())


def test_what_check_reports_as_fixable_it_reports_no_more(tmp_path: Path) -> None:
    file = tmp_path / "rule-set.yaml"
    kept = RULES + "suppress:\n# b\n- {finding: no-basis, of: c, reason: a test}\n# c\n"
    written = kept.replace("# b\n", "# a\n- {finding: no-basis, of: z, reason: none}  # z\n# b\n")
    file.write_bytes((written + "- {finding: no-basis, of: c, reason: twice}\n").replace("\n", "\r\n").encode())
    found = [*collect([tmp_path], None)]
    before = complaints(found)
    wanted = fixable(before, [accept(load_rule_set(tmp_path))])
    changed, fixed = fix({str(file): file.read_bytes().decode()}, wanted)
    assert [one.subject for one in fixed] == ["z", "c"]
    assert changed == {str(file): kept.replace("# b", "# a\n# b").replace("\n", "\r\n")}
    file.write_bytes(changed[str(file)].encode())
    after = complaints([*collect([tmp_path], None)])
    left = [one for one in before if one not in wanted]
    assert [(one.code, one.message) for one in after] == [(one.code, one.message) for one in left]


RULES = """\
rule_set: x
version: 1.0.0
title: X
parameters: {k: {value: 2}}
readings:
  one: {title: One, default: true}
  two:
    title: Two
    define:
      any:
        all: [{fact: a, is: true}, {not: {fact: b, is: true}}, {fact: n, is: 6}]
facts:
  a: {type: boolean}
  b:
    type: boolean
    derive:
      any: [{fact: a, is: true}, {fact: n, at_least: 3}, {not: {all: [{fact: a, is: true}, {fact: n, at_most: 1}]}}]
  n: {type: count}
  p:
    type: table
    columns: {x: {type: text}, y: {type: count}}
  m: {type: count, derive: {sum: [{count: p, where: {any: [{fact: y, is: 1}, {fact: x, is: q}]}}, 1]}}
criteria:
  any:  # an id like a word of the language
    title: A
    when:
      any:
        # the first
        - fact: a
          is: true

        - {fact: n, more_than: 1, less_than: 5}  # two tests of one fact
        - fact: n
          in: [7, 8]
        - some: p
          where:
            all:
            - {fact: x, is: q}
            - fact: y
              in: [1]
            # the last
            - {fact: y,
               at_most: 3}
  c:
    title: C
    when: {at_least: {parameter: k}, of: [{fact: n, at_least: 1}, {fact: a, is_not: true}, {criterion: any}]}
  d:
    title: D
    when:
      all:
        - not:
            any: [{criterion: c}, {fact: a, is: true}]
        - {fact: n, at_least: {largest: [{count: p, where: {all: [{fact: x, is: q}, {fact: y, is: 2}]}}, 1]}}
        -
          any:
            - {fact: n, is: 4}
            - all:
              - criterion: c
              - {fact: n, is: 5}
"""


def conditions(text: str) -> dict[str, Term]:
    """Return everything that a rule set has as a condition or derivation, by where it stands."""
    document = read(text.encode(), "x.yaml")
    assert isinstance(document, Document), document
    rules = accept(build_rule_set([document], "x"))
    criteria = {f"{id_} when": criterion.when for id_, criterion in rules.criteria.items()}
    derived = {f"{name} derive": fact.derive for name, fact in rules.facts.items() if fact.derive}
    return (
        criteria
        | derived
        | {f"{one.id} {id_}": when for one in rules.readings.values() for id_, when in one.define.items()}
    )


def joins(term: Term) -> Iterator[AllOf | AnyOf | AtLeast]:
    """Yield what joins parts in a list: not the tests of one fact, which all stand at the place of the fact."""
    for one in walk(term):
        if isinstance(one, AllOf | AnyOf | AtLeast) and any(part.at != one.at for part in one.parts):
            yield one


def without(term: Term, join: Term, part: Condition) -> Term:
    """Return `term` with `part` taken out of `join`, both given as they stand in it."""
    if term is join and isinstance(term, AllOf | AnyOf | AtLeast):
        return term.but(parts=tuple(one for one in term.parts if one is not part))
    changed: dict[str, Any] = {}
    for name in term.__match_args__:
        value = getattr(term, name)
        if isinstance(value, tuple) and value and all(one in children(term) for one in value):
            changed[name] = tuple(without(one, join, part) for one in value)
        elif any(value is one for one in children(term)):
            changed[name] = without(value, join, part)
    return term.but(**changed)


CONDITIONS = conditions(RULES)
PARTS = [(name, join, part) for name, term in CONDITIONS.items() for join in joins(term) for part in join.parts]


def several(part: Condition) -> bool:
    """Tell whether a part is several tests of one fact, of which any may be the one that stands at its place."""
    return isinstance(part, AllOf | AnyOf) and len(part.parts) > 1 and all(one.at == part.at for one in part.parts)


@pytest.mark.parametrize(("name", "join", "part"), PARTS, ids=[f"{part.at}" for _, _, part in PARTS])
def test_a_useless_part_goes_and_nothing_else(name: str, join: Term, part: Condition) -> None:
    one = complaint("useless-part", (part.at.line, part.at.column))
    changed, fixed = fix({"x.yaml": RULES}, [one])
    if several(part):
        assert (changed, fixed) == ({}, ())
        return
    assert fixed == (one,)
    assert conditions(changed["x.yaml"]) == {**CONDITIONS, name: without(CONDITIONS[name], join, part)}
    comments = [line for line in RULES.splitlines() if "#" in line]
    gone = [line.strip() for line in comments if line not in changed["x.yaml"].splitlines()]
    assert gone == (["# the last"] if isinstance(part, Some) else [])


def test_of_the_useless_parts_of_one_condition_only_the_last_goes_at_once() -> None:
    """Of two that say the same, each is useless only beside the other."""
    many = [complaint("useless-part", (part.at.line, part.at.column)) for _, _, part in PARTS if not several(part)]
    changed, fixed = fix({"x.yaml": RULES}, many)
    after = conditions(changed["x.yaml"])
    last = {name: part for name, _, part in PARTS}
    lasts = {name: without(CONDITIONS[name], join, part) for name, join, part in PARTS if part is last[name]}
    assert after == CONDITIONS | lasts
    assert {one.at for one in fixed} >= {part.at for part in last.values()}


@pytest.mark.parametrize(
    "text",
    [
        "not: {criterion: @a}",
        "when: {criterion: @a}",
        "all: [{not: {criterion: @a}}, b]",
        "all: [{criterion: @a}]",
        "criteria: {all: {title: b, when: {criterion: @a}}}",
        "serves: [@a, b]",
    ],
)
def test_what_is_no_part_of_several_stays(text: str) -> None:
    whole, place = marked(text)
    assert fix({"x.yaml": whole}, [complaint("useless-part", place)]) == ({}, ())


def test_what_it_can_do_nothing_about_it_leaves() -> None:
    text = "suppress:\n  - {of: a}\n  - {of: b}\n"
    strange = [complaint("unknown-fact", (2, 5)), complaint("unused-suppression", (2, 5), "y.yaml")]
    assert fixable(strange, []) == (strange[1],)
    assert fix({"x.yaml": text}, strange) == ({}, ())
    assert fix({"x.yaml": text + "["}, [complaint("unused-suppression", (2, 5))]) == ({}, ())


def test_what_was_fixed_comes_in_the_order_of_places() -> None:
    text = "suppress:\n- {of: a}\n- {of: b}\nall: [{criterion: a}, {criterion: b}]\n"
    many = [
        complaint(code, place, file)
        for file in ("y.yaml", "x.yaml")
        for code, place in (("useless-part", (4, 35)), ("unused-suppression", (2, 3)))
    ]
    changed, fixed = fix({"x.yaml": text, "y.yaml": text}, many)
    assert changed == dict.fromkeys(("x.yaml", "y.yaml"), "suppress:\n- {of: b}\nall: [{criterion: a}]\n")
    assert fixed == tuple(sorted(many, key=lambda one: one.at))


# --- what is safe to take out ----------------------------------------------------------------------------------


def parts_of(rules: RuleSet) -> list[Diagnostic]:
    """Return a complaint for each part that could be left out, be it useless or not."""
    conclusions = rules.conditions(None)
    return [
        Diagnostic(one.at, Code.USELESS_PART, "it is too much", severity=Severity.WARNING, subject=one.place)
        for one in mutants(rules)
        if one.kind == "drop" and one.place in conclusions
    ]


def differing(one: RuleSet, other: RuleSet) -> bool:
    """Tell whether any conclusion comes out otherwise in any situation that can be walked through."""
    within = domain(one, ranges=True, most=600)
    assert within is not None
    for reading in one.readings or (None,):
        for day in (AS_OF, date(2012, 2, 29)):
            programs = [program(rules, reading) for rules in (one, other)]
            for facts in within.situations():
                a, b = (each.start(facts, day) for each in programs)
                if any(a.truth(name) is not b.truth(name) for name in programs[0].conclusions):
                    return True
    return False


@st.composite
def documents(draw: st.DrawFn, *flavours: str) -> dict[str, str]:
    """Return the texts of a small rule set, by file."""
    world = Small(drawing(draw), draw(st.sampled_from(flavours))).world()
    return {f"{number}.yaml": write(one) for number, one in enumerate(world.documents)}


def loaded(texts: Texts[str, str]) -> RuleSet:
    read_ = [read(text.encode(), name) for name, text in texts.items()]
    return accept(build_rule_set([one for one in read_ if isinstance(one, Document)], "x"))


@settings(max_examples=40, deadline=None)
@given(documents("plain", "plain", "table", "text", "history", "date", "since"))
def test_what_is_taken_out_makes_no_difference_in_any_situation(texts: dict[str, str]) -> None:
    rules = loaded(texts)
    assume(domain(rules, ranges=True, most=600) is not None)
    for one in parts_of(rules):
        safe = fixable([one], [rules])
        event("safe" if safe else "not safe")
        changed, fixed = fix(texts, safe)
        assert not fixed or not differing(rules, loaded(texts | changed))


@settings(max_examples=40, deadline=None)
@given(documents("plain"))
def test_what_makes_no_difference_is_safe_to_take_out(texts: dict[str, str]) -> None:
    assume(not any(word in text for text in texts.values() for word in ("divide", "product")))  # not always decided
    rules = loaded(texts)
    assume(finite(rules.facts) and domain(rules, ranges=True, most=600) is not None)
    assume(all(start == date.min for one in rules.parameters.values() for start, _ in one.values))
    for one in parts_of(rules):
        # Several tests of one fact stand at one place.
        there = [mutant for mutant in mutants(rules) if mutant.kind == "drop" and mutant.at == one.at]
        useless = not any(differing(rules, mutated(rules, mutant)) for mutant in there)
        event("useless" if useless else "useful")
        assert bool(fixable([one], [rules])) == useless


# --- the command -----------------------------------------------------------------------------------------------

CROWD = """\
# the crowd\r
rule_set: crowd\r
version: 1.0.0\r
title: A crowd at a border\r
sources: {act: {title: An Act}}\r
parameters:\r
  enough: {value: 100, basis: instrument, source: {cite: act}}\r
  many: {value: 200, basis: instrument, source: {cite: act}}\r
facts:\r
  arrivals: {type: count}\r
  border: {type: choice, options: [open, closed]}\r
  closed_by_law: {type: boolean}\r
  left: {type: date}\r
impossible: [{when: {all: [{fact: closed_by_law, is: true}, {fact: border, is: open}]}, note: A law closes it.}]\r
suppress:\r
  - {finding: never-tested, of: closed, reason: a test}\r
  # no such thing\r
  - {finding: never-tested, of: opne, reason: a test}\r
  - {finding: never-tested, of: away, reason: a test}\r
  - {finding: never-tested, of: crowd, reason: a test}\r
criteria:\r
  crowd:\r
    title: A crowd\r
    basis: instrument\r
    source: {cite: act}\r
    when:\r
      all:\r
        - {fact: border, is: closed}  # shut\r
        - {fact: arrivals, at_least: {parameter: many}}  # many\r
        - {fact: arrivals, at_least: {parameter: enough}}  # enough\r
        - {fact: border, is_not: open}\r
  closed:\r
    title: Closed by law\r
    basis: instrument\r
    source: {cite: act}\r
    when: {all: [{fact: border, is: closed}, {fact: closed_by_law, is: true}]}\r
  away:\r
    title: Long away\r
    basis: instrument\r
    source: {cite: act}\r
    when: {any: [{fact: left, elapsed_at_least: 1 year}, {fact: left, elapsed_at_least: 0 years}]}\r
"""


def run(*arguments: str) -> tuple[int, list[str], list[str]]:
    result = CliRunner().invoke(main, ["check", *arguments], prog_name="comity")
    return result.exit_code, result.stdout.splitlines(), result.stderr.splitlines()


FIXED = [
    "rules/rule-set.yaml:18:5: fixed[unused-suppression]: the finding `never-tested` of `opne` is not there to accept",
    "rules/rule-set.yaml:31:18: fixed[useless-part]: `crowd` comes out the same without `border is not open`",
    "rules/rule-set.yaml:29:18: fixed[useless-part]: `crowd` comes out the same without `arrivals is at least enough`",
]
# Only what is impossible makes the first so, and the second hangs on the day.
LEFT = [
    "rules/rule-set.yaml:33:25: warning[useless-part]: `closed` comes out the same without `border is closed`",
    "    hint: leave that part out, or correct it",
    "rules/rule-set.yaml:38:25: warning[useless-part]: "
    "`away` comes out the same without `left lies back at least 1 year`",
    "    hint: leave that part out, or correct it",
    "checked 1 rule set: 2 warnings",
]
GONE = (
    "  - {finding: never-tested, of: opne",
    "        - {fact: arrivals, at_least: {parameter: enough}}",
    "is_not: open}",
)


def test_check_takes_out_what_is_too_much_and_reports_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "rules/rule-set.yaml"
    file.parent.mkdir()
    file.write_bytes(CROWD.encode())
    only = ("--select", "useless-part,unused-suppression")
    assert len(run("rules", *only)[1]) == 9
    assert file.read_bytes() == CROWD.encode()
    assert run("rules", *only, "--fix") == (1, LEFT, FIXED)
    kept = [line for line in CROWD.splitlines(keepends=True) if not any(part in line for part in GONE)]
    assert file.read_bytes() == "".join(kept).encode()
    assert run("rules", *only, "--fix") == (1, LEFT, [])
    assert run("rules", "--select", "unused-suppression", "--fix") == (
        0,
        ["checked 1 rule set: nothing to complain about"],
        [],
    )
    assert [path.name for path in file.parent.iterdir()] == ["rule-set.yaml"]


def test_what_a_baseline_passes_over_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rule-set.yaml").write_bytes(CROWD.encode())
    assert run(".", "--write-baseline", "known.json")[0] == 0
    result = run(".", "--baseline", "known.json", "--fix")
    assert result == (0, ["checked 1 rule set: nothing to complain about"], [])
    assert (tmp_path / "rule-set.yaml").read_bytes() == CROWD.encode()


def test_what_is_built_in_is_not_fixed_unasked() -> None:
    exit_code, out, err = run("--fix")
    assert (exit_code, out) == (2, [])
    assert err[-1] == "Error: Invalid value for --fix: name a PATH: what is built in is not changed unasked"


@pytest.mark.parametrize("loader", LOADERS)
@settings(max_examples=300, deadline=None)
@given(
    text=st.text(st.sampled_from("{}[],:-?|'\"# \n\rab"), max_size=25), line=st.integers(1, 4), column=st.integers(1, 9)
)
def test_no_text_makes_it_fail(loader: Any, text: str, line: int, column: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "_Loader", loader)
        less = without_item(text, line, column)
        assert less is None or len(list(heads(tree(less)))) < len(list(heads(tree(text))))
