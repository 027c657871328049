"""What is said about a mistake: in words of ours whichever parser reads, once, and with a hint that fits."""

import re
from typing import TypeAlias

import pytest
import yaml
from hypothesis import given, strategies as st

from comity.engine.language import source
from comity.engine.language.diagnostic import Code, Diagnostic, Suggestions, _distance, clip, did_you_mean, one_of
from comity.engine.language.source import read

PARSERS = {"libyaml": getattr(yaml, "CSafeLoader", None), "Python": yaml.SafeLoader}
ENDS = pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
Place: TypeAlias = tuple[int, int]


@pytest.fixture(params=PARSERS)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read with each of PyYAML's two parsers."""
    loader = PARSERS[request.param]
    if loader is None:
        pytest.skip("PyYAML was built without libyaml")
    monkeypatch.setattr(source, "_Loader", loader)


def complaints(text: str) -> list[Diagnostic]:
    found = read(text.encode(), "text")
    assert isinstance(found, list)
    return found


# --- text that is no YAML ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says", "at"),
    [
        ("a: b: c", "a `:` stands where no value can begin", (1, 5)),
        ("a: 1\n  b: 2", "a `:` stands where no value can begin", (2, 4)),
        ("a: 1\nb\nc: 2", "a key has no `:` after it", (2, 1)),
        ('a: 1\nb: "c\nd: e\n', "a text that begins with a quotation mark is never closed", (2, 4)),
        ("a: 1\nb: 'c\n", "a text that begins with a quotation mark is never closed", (2, 4)),
        ('a: "b\n---\nc"', "a text that begins with a quotation mark is never closed", (1, 4)),
        ("a: [b, c\nd: e", "the list that begins in line 1 lacks a `,` or its `]`", (2, 2)),
        ("a: {b: c\nd: e", "the mapping that begins in line 1 lacks a `,` or its `}`", (2, 2)),
        ("a:\n  - b\n  c: d", "this does not fit into the list that begins in line 2", (3, 3)),
        ("a:\n    b: c\n  d: e", "this does not fit into the mapping that begins in line 1", (3, 3)),
        ('a: "b" c', "this does not fit into the mapping that begins in line 1", (1, 8)),
        ("a: @b", "no value can begin with `@`", (1, 4)),
        ("a: %b", "no value can begin with `%`", (1, 4)),
        ("a: & b", "no value can begin with `&`", (1, 4)),
        ("a: * b", "no value can begin with `*`", (1, 4)),
        ("a: !<b", "no value can begin with `!`", (1, 4)),
        ("a:\n\tb: c", "a tab cannot indent", (2, 1)),
        (r'a: "\xZZ"', "an escape in the text names no character", (1, 7)),
        ('"a" b', "this stands after the end of the document", (1, 5)),
        ("a: - b", "a `-` stands where no list can begin", (1, 4)),
        ("[a,, b]", "a value is missing here", (1, 4)),
        ("a: ]", "a value is missing here", (1, 4)),
        ("a: > b", "a text that begins with `|` or `>` starts on the next line", (1, 6)),
        ("%YAML 2.0\n---\na: b", "a line that begins with `%` is not understood", (1, 1)),
    ],
)
@pytest.mark.usefixtures("parser")
def test_both_parsers_stop_at_the_same_place_and_say_the_same(text: str, says: str, at: Place) -> None:
    (one,) = complaints(text)
    assert one.code is Code.NOT_YAML
    assert one.message == f"this is not well-formed YAML: {says}"
    assert (one.at.line, one.at.column) == at
    assert one.hint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (r'"\UFFFFFFFF"', "an escape"),
        (r'"\ud800"', r"an escape|U\+D800"),
        ("%YAML 1." + "9" * 5000 + "\n--- a", "`%`|a directive"),
        (r'"C:\dir"', r"`\\` begins an escape"),
        ("!<x%FF> a", "an escape"),
    ],
)
@pytest.mark.usefixtures("parser")
def test_what_each_parser_refuses_in_its_own_way(text: str, says: str) -> None:
    (one,) = complaints(text)
    assert re.search(says, one.message)


@pytest.mark.usefixtures("parser")
def test_a_problem_without_words_of_ours_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_PROBLEMS", ())
    (one,) = complaints("a: [b")
    assert "expected" in one.message
    assert one.hint is None


@pytest.mark.parametrize("text", ["a: *b c*", "a: &b& c", "a: !b [c"])
@pytest.mark.usefixtures("parser")
def test_a_text_that_begins_with_a_special_character_is_one_mistake(text: str) -> None:
    (one,) = complaints(text)
    assert one.code in (Code.ALIAS, Code.ANCHOR, Code.TAG, Code.NOT_YAML)
    assert one.hint
    assert "quot" in one.hint or "close" in one.hint


@pytest.mark.usefixtures("parser")
def test_complaints_about_one_file_come_to_an_end() -> None:
    assert len(complaints("[" + "&a 1," * 20_000 + "]")) == 100


@ENDS
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "after a byte order mark"])
@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("é: 1\n😀: \u200b", Code.HIDDEN_CHARACTER, (2, 4)),
        ("é: 1\n\n😀: \x07", Code.CONTROL_CHARACTER, (3, 4)),
        ("é: 1\n😀: &x y", Code.ANCHOR, (2, 4)),
        ("é: 1\n😀: {é: 1, é: 2}", Code.DUPLICATE_KEY, (2, 11)),
        ("é: 1\n😀: b: c", Code.NOT_YAML, (2, 5)),
        ("é: 1\n😀: @", Code.NOT_YAML, (2, 4)),
        ("é: 1\n--- 2", Code.SEVERAL_DOCUMENTS, (2, 1)),
    ],
)
@pytest.mark.usefixtures("parser")
def test_columns_of_complaints_count_characters(text: str, code: Code, at: Place, end: str, mark: str) -> None:
    found = complaints(mark + text.replace("\n", end))
    assert [(one.code, (one.at.line, one.at.column)) for one in found] == [(code, at)]


# --- did you mean -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        # up to four letters: one edit
        ("al", "all", True),
        ("anny", "any", True),
        ("nto", "not", True),
        ("any", "all", False),
        ("low", "high", False),
        ("met", "not-met", False),
        # up to eight: two
        ("titel", "title", True),
        ("fcats", "facts", True),
        ("close", "closed", True),
        ("arivels", "arrivals", True),
        ("shut", "closed", False),
        ("weather", "arrivals", False),
        ("notmet", "not-met", True),
        # more: three
        ("refug_same_profil", "refugees_same_profile", False),
        ("refugee_same_profil", "refugees_same_profile", True),
        ("settled_refugees", "refugees_settled", False),
        # capitals do not count; hyphens and underscores are letters like others
        ("ARRIVALS", "arrivals", True),
        ("rapid_arrival", "rapid-arrival", True),
        ("x" * 81, "x" * 80, False),
        ("", "a", True),
        ("", "all", False),
    ],
)
def test_did_you_mean(word: str, known: str, near: bool) -> None:
    assert did_you_mean(word, [known]) == (f"did you mean `{clip(known)}`?" if near else None)


def test_the_nearest_is_meant_and_the_first_of_equals() -> None:
    assert did_you_mean("arrival", ["arrivals_per_day", "arrivals", "arrivel"]) == "did you mean `arrivals`?"
    assert did_you_mean("arrival", []) is None


@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.integers(1, 3))
def test_the_distance_is_that_of_a_plain_table(a: str, b: str, limit: int) -> None:
    table = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (x != y))
            if i > 1 and j > 1 and (x, y) == (b[j - 2], a[i - 2]):
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    exact = table[len(a), len(b)]
    found = _distance(a, b, limit)
    assert found == exact if exact <= limit else found > limit


def test_suggestions_come_to_an_end() -> None:
    near = Suggestions().near
    known = [f"name_{number}" for number in range(9_000)]
    assert [near("nam_1", known) is not None for _ in range(4)] == [True, True, True, False]


def test_hints_are_short() -> None:
    assert one_of([]) == "there is none"
    assert one_of(["a", "b\nc"]) == "one of: a, b c"
    assert one_of([str(number) for number in range(21)]).endswith(" 18, 19, ... (21 in all)")
    assert clip("a\n b  c") == "a b c"
    assert clip("x" * 61) == "x" * 59 + "…"
    assert clip(" " * 10_000 + "x") == ""
