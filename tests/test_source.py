"""Text to trees: the same from both parsers, and nothing that a file may hold makes the loader raise."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings, strategies as st

from comity.engine.language import source
from comity.engine.language.diagnostic import Diagnostic, Loaded, accept, is_error
from comity.engine.language.load import build_rule_set, load_rule_set
from comity.engine.language.model import RuleSet
from comity.engine.language.situation import load_cases, load_situation
from comity.engine.language.source import Document, Mapping, Node, Scalar, read

ROOT = Path(__file__).parents[1]
RULES = ROOT / "rules" / "oas-2013"
RULE_FILES = [path for path in sorted(RULES.rglob("*.yaml")) if not path.name.endswith(".cases.yaml")]
CASES_FILES = sorted(RULES.rglob("*.cases.yaml"))
SITUATIONS = sorted((ROOT / "scenarios" / "situations").rglob("*.yaml"))
WRONG = sorted((ROOT / "tests" / "diagnostics").rglob("*.yaml"))

Plain: TypeAlias = Any


def tree(node: Node) -> Plain:
    """Return everything that a node says: its place, its values, its keys and their places.

    Of an empty value only the line counts: libyaml puts it before what follows, PyYAML's parser behind its key.
    """
    here = (type(node).__name__, node.line, node.column)
    if isinstance(node, Scalar):
        return (*here[: 3 if node.text or not node.plain else 2], node.text, node.plain)
    if isinstance(node, Mapping):
        assert list(node.keys) == list(node.entries)
        return (*here, [(tree(node.keys[key]), tree(value)) for key, value in node.entries.items()])
    return (*here, [tree(item) for item in node.items])


def seen(data: bytes) -> Plain:
    document = read(data, "x")
    return (tree(document.root), document.values) if isinstance(document, Document) else document


def both(data: bytes) -> tuple[Plain, Plain]:
    """Return what libyaml makes of `data`, and what PyYAML's own parser does."""
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for loader in (yaml.CSafeLoader, yaml.SafeLoader):
            patch.setattr(source, "_Loader", loader)
            found.append(seen(data))
    return found[0], found[1]


needs_libyaml = pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="PyYAML was built without libyaml")


# --- two parsers ---------------------------------------------------------------------------------------------


@needs_libyaml
def test_libyaml_is_used_where_it_is_there() -> None:
    assert source._Loader is yaml.CSafeLoader


@needs_libyaml
@pytest.mark.parametrize(
    "path",
    [*RULE_FILES, *CASES_FILES, *SITUATIONS, *WRONG],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_both_parsers_read_a_file_alike(path: Path) -> None:
    one, other = both(path.read_bytes())
    assert one == other


BEYOND = (
    '{"a": "\N{GRINNING FACE}", b: 1}',
    "\N{GRINNING FACE}: {\N{GRINNING FACE}: x, y: [\N{CJK UNIFIED IDEOGRAPH-20000}, z]}",
    "- \N{GRINNING FACE}\n- [\N{GRINNING FACE}, {\N{GRINNING FACE}: \N{GRINNING FACE}}]",
    "a: |\n  \N{GRINNING FACE}\n  b\nc: >-\n  \N{GRINNING FACE}\n\n  d\ne: f",
    '"\\U0001F600": "\\xe9\\u0301", b: c',
    '{"\\U0001F600": "\\xe9e\\u0301", b: c}',
    "\ufeff\N{GRINNING FACE}: x\r\ny: \N{GRINNING FACE} z\rw: v",
    "# \N{GRINNING FACE}\n\N{REGIONAL INDICATOR SYMBOL LETTER U}\N{REGIONAL INDICATOR SYMBOL LETTER A}: 'it''s'  # x",
    "\N{GRINNING FACE}: x\n\N{GRINNING FACE}: y",
    "\N{GRINNING FACE}: &a x\nb: [\N{GRINNING FACE}, *a, !t y]",
    "\N{GRINNING FACE} \N{GRINNING FACE}: [",
    "\N{GRINNING FACE}: 'x",
    "x: {\N{GRINNING FACE}: y z: w}",
    "\N{GRINNING FACE}: [a",
    "\N{GRINNING FACE}: {\n",
    '"\N{GRINNING FACE}',
)


@needs_libyaml
@pytest.mark.parametrize("text", BEYOND)
def test_both_parsers_count_characters_beyond_the_first_plane_alike(text: str) -> None:
    one, other = both(text.encode())
    assert one == other


@needs_libyaml
def test_what_only_libyaml_reads() -> None:
    """Known, and not ours to mend: within brackets, PyYAML's own parser wants a text with a `?` in quotes."""
    one, other = both(b"{ask: How many?}")
    assert isinstance(one, tuple)
    assert [str(found.code) for found in other] == ["not-yaml"]
    one, other = both(b'{ask: "How many?"}')
    assert one == other


def test_columns_count_characters() -> None:
    document = read('{"\N{GRINNING FACE}": e\u0301, b: c}'.encode(), "x")
    assert isinstance(document, Document)
    assert isinstance(document.root, Mapping)
    assert (document.root.keys["b"].line, document.root.keys["b"].column) == (1, 11)


SCALARS = st.one_of(
    st.sampled_from(("a", "a b", "true", "25000", "20..30", "5 years", "2013-01-31", "é", "\N{GRINNING FACE}", "~")),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), max_size=6).map(
        lambda text: "'" + text.replace("'", "''") + "'"
    ),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), max_size=6).map(
        lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    ),
)


def flow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    entries = st.lists(st.tuples(SCALARS, inner).map(": ".join), max_size=3)
    return st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]") | entries.map(
        lambda items: "{" + ", ".join(items) + "}"
    )


def block(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return mappings and lists over several lines, of values that are indented below them."""

    def indented(text: str) -> str:
        return "\n  " + text.replace("\n", "\n  ")

    entries = st.lists(st.tuples(SCALARS, inner), min_size=1, max_size=3)
    return entries.map(lambda items: "\n".join(f"{key}:{indented(value)}" for key, value in items)) | entries.map(
        lambda items: "\n".join(f"-{indented(value)}" for _, value in items)
    )


FLOWS = st.recursive(SCALARS, flow, max_leaves=8)
DOCUMENTS = st.recursive(FLOWS, block, max_leaves=4)


@needs_libyaml
@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.sampled_from(("\n", "\r\n", "\r")), st.sampled_from(("", "\ufeff")))
def test_both_parsers_read_well_formed_text_alike(text: str, ends: str, mark: str) -> None:
    one, other = both((mark + text.replace("\n", ends)).encode())
    assert one == other


# --- nothing raises ------------------------------------------------------------------------------------------


@cache
def rules() -> RuleSet:
    return accept(load_rule_set(RULES))


@cache
def rest(without: Path | None) -> tuple[Document, ...]:
    """Return the files of the rule set but one."""
    found = [read(path.read_bytes(), path.name) for path in RULE_FILES if path != without]
    return tuple(one for one in found if isinstance(one, Document))


def as_rule_set(document: Document, *others: Document) -> Loaded[Any]:
    return build_rule_set([document, *others], "x")


def as_situation(document: Document) -> Loaded[Any]:
    return load_situation(document, rules())


def as_cases(document: Document) -> Loaded[Any]:
    return load_cases(document, rules())


UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def sound(found: Iterable[Diagnostic]) -> None:
    for one in found:
        assert one.at.line >= 1
        assert one.at.column >= 1
        for text in (one.message, one.hint):
            assert text is None or (text.splitlines() == [text] and not UNSEEN.search(text)), one
        assert len(one.message) < 600
        assert not one.message.endswith(".") or one.message.endswith(".."), one


def check(data: bytes, *loads: Callable[[Document], Loaded[Any]]) -> None:
    """Check that `data` is refused with reasons, or else loaded."""
    document = read(data, "x")
    if not isinstance(document, Document):
        assert document
        assert all(map(is_error, document))
        sound(document)
        return
    lines = len(data.splitlines()) + 1
    for load in loads:
        loaded = load(document)
        assert (loaded.value is None) == any(map(is_error, loaded.diagnostics))
        sound(loaded.diagnostics)
        assert all(one.at.line <= lines for one in loaded.diagnostics if one.at.file == "x")


QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@settings(QUICK, max_examples=300)
@given(st.binary(max_size=200))
@example(b"\xff\xfe\x00")
@example(b"%YAML 1.1")
@example(b"? ? - : -")
@example(b"!<tag:x> &a *b")
def test_no_bytes_raise(data: bytes) -> None:
    check(data, as_rule_set, as_situation, as_cases)


INDICATORS = "{}[],:-?&*!|>'\"%@`#\\ \t\n\r~<=.ab10é\N{GRINNING FACE}\0\u200b\u2028"


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
@settings(QUICK, max_examples=300)
@given(text=st.text(st.sampled_from(INDICATORS), max_size=40) | DOCUMENTS)
@example(text='"\\ud800"')
@example(text='"\\U00110000"')
@example(text="%YAML 1." + "1" * 5000 + "\n---\na")
@example(text="%TAG ! !\n--- !<%> x")
@example(text="!<!%zz> x")
def test_no_text_raises(loader: Any, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "_Loader", loader)
        check(text.encode(), as_rule_set, as_situation, as_cases)


VALUES = st.sampled_from(
    (
        *("", "~", "unknown", "true", "yes", "0", "-1", "2.5", "25,000", "1e9", "9" * 20, "20..10", "..", "5..", "..5"),
        *("5 years", "90 days", "6 years ago", "2013", "2013-02-30", "0000-01-01", "[]", "{}", "[x]", "{x: y}", "*a"),
        *("{fact: arrivals}", "{parameter: x}", "{sum: []}", "{all: []}", "{any: [{fact: x}]}", "{not: {}}", "&a x"),
        *("{fact: arrivals, at_least: {sum: [1, 5 years]}}", "'", '"x"', "!x y", "<<", "a: b: c", "- x", "|", "\t"),
        *("arrivals", "mass-influx", "met", "text", "table", "{some: populations, where: {fact: host, is: x}}"),
        *("{2008: 5, 2009: 6..}", "[{profile: x, refugees: {2008: 5}}]", "é\N{GRINNING FACE}", "\ufeff", "x" * 2000),
    )
)


@st.composite
def mutants(draw: st.DrawFn, paths: list[Path]) -> tuple[Path, bytes]:
    """Return a shipped file of which a line or two have been changed."""
    path = draw(st.sampled_from(paths))
    lines = path.read_text(encoding="utf-8").split("\n")
    for _ in range(draw(st.integers(1, 2))):
        number = draw(st.integers(0, len(lines) - 1))
        line = lines[number]
        match draw(st.sampled_from(("value", "word", "drop", "copy", "cut", "indent"))):
            case "value":
                lines[number] = f"{line.partition(':')[0]}: {draw(VALUES)}"
            case "word":
                words = line.split(" ")
                words[draw(st.integers(0, len(words) - 1))] = draw(VALUES)
                lines[number] = " ".join(words)
            case "drop":
                lines[number] = ""
            case "copy":
                lines.insert(draw(st.integers(0, len(lines))), line)
            case "cut":
                lines[number] = line[: draw(st.integers(0, len(line)))]
            case _:
                lines[number] = f"  {line}"
    return path, "\n".join(lines).encode()


@QUICK
@given(mutants(RULE_FILES))
def test_no_mutated_rule_set_raises(mutant: tuple[Path, bytes]) -> None:
    path, data = mutant
    check(data, lambda document: as_rule_set(document, *rest(path)))


@QUICK
@given(mutants(SITUATIONS))
def test_no_mutated_situation_raises(mutant: tuple[Path, bytes]) -> None:
    check(mutant[1], as_situation)


@settings(QUICK, max_examples=60)
@given(mutants(CASES_FILES))
def test_no_mutated_cases_raise(mutant: tuple[Path, bytes]) -> None:
    check(mutant[1], as_cases)
