"""An entry that is set in YAML leaves all else as it stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from comity.engine.language.entering import with_entry
from comity.engine.language.source import Document, Mapping, Scalar, read
from comity.engine.language.writing import inline

SITUATIONS = sorted((Path(__file__).parents[1] / "scenarios" / "situations").glob("*.yaml"))
VALUES = ("true", "20000..30000", "6 years ago", '"a, b: c"', "{2009: 26000, 2010: 27500}", "unknown", "[]")
ROWS: tuple[list[str], ...] = ([], ["{a: 1}"], ["{a: 1, b: {2009: 1..2}}", '{a: "x # y"}'])


def _said(text: str) -> Any:
    document = read(text.encode(), "")
    assert isinstance(document, Document), text
    return document.root.json()


@pytest.mark.parametrize(
    ("text", "path", "value", "changed"),
    [
        ("facts: {}\n", ["facts", "a"], "1", "facts:\n  a: 1\n"),
        ("facts: {}  # none\nb: 1\n", ["facts", "a"], "1", "facts:\n  a: 1  # none\nb: 1\n"),
        ("x: {facts: {}}\n", ["x", "facts", "a"], "1", "x: {facts: {a: 1}}\n"),
        ("facts:\n    b: 1  # why\n\n# end\n", ["facts", "a"], "1", "facts:\n    b: 1  # why\n    a: 1\n\n# end\n"),
        ("facts:\n  b: 1", ["facts", "a"], "1", "facts:\n  b: 1\n  a: 1"),
        ("facts: {b: 1}  # c\n", ["facts", "a"], "1", "facts: {b: 1, a: 1}  # c\n"),
        ("facts: {b: 1,}\n", ["facts", "a"], "1", "facts: {b: 1, a: 1,}\n"),
        ("facts:\n  a: 1  # why\n  b: 2\n", ["facts", "a"], "2..", "facts:\n  a: 2..  # why\n  b: 2\n"),
        ("facts: {a: 1, b: 2}\n", ["facts", "a"], "2..", "facts: {a: 2.., b: 2}\n"),
        ('{"facts": {"a": 1}}', ["facts", "a"], "2", '{"facts": {"a": 2}}'),
        ('{"facts": {"a": 1}}', ["facts", "b"], "2", '{"facts": {"a": 1, b: 2}}'),
        ("{}\n", ["a"], "1", "{a: 1}\n"),
        (
            "facts:\n  a:  # rows\n    - {x: 1}\n    - {x: 2}\n  b: 2\n",
            ["facts", "a"],
            "[]",
            "facts:\n  a: []\n  b: 2\n",
        ),
        ("facts:\n  a: [1]\n  b: 2\n", ["facts", "a"], ["{x: 1}"], "facts:\n  a:\n    - {x: 1}\n  b: 2\n"),
        ("facts: {}\n", ["facts", "a"], ["{x: 1}", "{}"], "facts:\n  a:\n    - {x: 1}\n    - {}\n"),
        ("facts: {}\n", ["facts", "a"], [], "facts:\n  a: []\n"),
        ("facts: {b: 1}\n", ["facts", "a"], ["{x: 1}", "{}"], "facts: {b: 1, a: [{x: 1}, {}]}\n"),
        ("a: |\n  text\n\nfacts: {b: 1}\n", ["a"], "1", "a: 1\n\nfacts: {b: 1}\n"),
        ("b: |\n  text\n\n", ["a"], "1", "b: |\n  text\na: 1\n\n"),
        ("b: 1\n", ["r", "facts", "a"], "1", "b: 1\nr: {facts: {a: 1}}\n"),
        ("r:\n  title: x\nb: 1\n", ["r", "facts", "a"], "1", "r:\n  title: x\n  facts: {a: 1}\nb: 1\n"),
        ("b: 1\r\nfacts: {}\r\n", ["facts", "a"], "1", "b: 1\r\nfacts:\r\n  a: 1\r\n"),
        ("\ufefffacts: {}\n", ["facts", "a"], "1", "\ufefffacts:\n  a: 1\n"),
    ],
)
def test_where_an_entry_is_set(text: str, path: list[str], value: str | list[str], changed: str) -> None:
    assert with_entry(text, path, value) == changed


def test_a_new_entry_comes_behind_the_keys_that_are_named() -> None:
    text = "situation: s  # the id\ntitle: t\n# the facts\nfacts: {}\n"
    assert with_entry(text, ["as_of"], "2013-01-31", ("situation", "title")) == (
        "situation: s  # the id\ntitle: t\nas_of: 2013-01-31\n# the facts\nfacts: {}\n"
    )


@pytest.mark.parametrize(
    "text",
    ["facts: 1\n", "[1]\n", "facts: [1\n", "facts: &a {}\n", "", "facts:\n  ? b\n  : 1\n"],
    ids=[
        "no mapping",
        "a list",
        "no YAML",
        "an anchor",
        "nothing",
        "a key with its mark",
    ],
)
def test_what_is_written_in_a_strange_way_is_left_alone(text: str) -> None:
    assert with_entry(text, ["facts", "a"], "1") is None


@given(
    path=st.sampled_from(SITUATIONS),
    sets=st.lists(
        st.tuples(
            st.sampled_from(("facts", "response", "notes")),
            st.sampled_from(("arrivals", "populations", "emergency_needs", "newcomer", "returns_to_danger")),
            st.sampled_from((*VALUES, *ROWS)),
        ),
        max_size=6,
    ),
)
def test_in_every_stored_situation_nothing_else_changes(
    path: Path, sets: list[tuple[str, str, str | list[str]]]
) -> None:
    text = path.read_text(encoding="utf-8")
    expected = _said(text)
    for section, name, value in sets:
        keys = ["response", "facts", name] if section == "response" else [section, name]
        changed = with_entry(text, keys, value)
        assert changed is not None
        inner = expected
        for key in keys[:-1]:
            inner = inner.setdefault(key, {})
        inner[name] = _said(value if isinstance(value, str) else f"[{', '.join(value)}]")
        assert _said(changed) == expected
        text = changed
    kept = iter(text.split("\n"))
    assert all(line in kept for line in _outside(path.read_text(encoding="utf-8")))


def _outside(text: str) -> Iterator[str]:
    """Yield the lines of a situation that are outside what is changed, and so must stay in their order."""
    section = ""
    for line in text.split("\n"):
        section = line.partition(":")[0] if line[:1].isalpha() else section
        if section not in ("facts", "response"):
            yield line


@given(
    text=st.text(st.characters(exclude_categories=["Cs"])) | st.text("aé:#-'\"[]{}\\ ~&*!|>%@`,?.019", min_size=1),
    plain=st.booleans(),
)
def test_what_a_document_says_is_written_in_one_line_that_says_it_again(text: str, plain: bool) -> None:
    source = text if plain else Scalar(text, False, 1, 1)
    document = read((source if isinstance(source, str) else inline(source)).encode(), "")
    if not isinstance(document, Document):
        return
    written = inline(document.root)
    assert "\n" not in written
    assert _said(written) == document.root.json()
    inner = read(f"a: {written}\nb: [{written}, 1]\n".encode(), "")
    assert isinstance(inner, Document)
    assert isinstance(inner.root, Mapping)
    assert inner.root.json() == {"a": document.root.json(), "b": [document.root.json(), 1]}
