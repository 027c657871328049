"""The Markdown report: what a person wrote stays text, in every place of every line."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, strategies as st

from comity.engine.assessment.prospects import Prospects
from comity.engine.builtin import situation_ids
from comity.engine.report.markdown import plain, to_markdown
from comity.engine.report.view import SECTIONS, printable, view
from tests.hostile import BATCHES, TEXTS, assessment, situation, tokens

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")  # as CommonMark has it: a backslash and ASCII punctuation
_SPECIAL = "\\`*_[]<>&|~#$"
_SPACE = re.compile("[ \t\n\v\f\u2028\u2029]+")
EVERY = pytest.mark.parametrize("name", situation_ids())
IN_BATCHES = pytest.mark.parametrize("texts", BATCHES, ids=[f"{number}0" for number in range(len(BATCHES))])


def _read(markdown: str) -> str:
    """Return what a reader of the text sees: escapes resolved."""
    return _ESCAPED.sub(r"\1", markdown)


def _folded(text: str) -> str:
    return _SPACE.sub(" ", printable(text)).strip()


@cache
def report(name: str) -> str:
    return to_markdown(situation(name))


# --- what a person wrote stays text ---------------------------------------------------------------------------


@given(st.text() | st.text(alphabet="\\`*_[]<>&|~#$!-+=.):/w1 \na") | st.sampled_from(TEXTS))
def test_plain_text_reads_as_it_was_written_and_means_nothing_else(text: str) -> None:
    written = plain(text)
    assert _read(written) == _folded(text)
    assert "\n" not in written
    bare = _ESCAPED.sub("", written)
    assert not set(bare) & set(_SPECIAL)
    assert not re.match(r"[-+=]|[0-9]{1,9}[.)](?: |$)", written)
    assert not re.search(r"://|www\.", bare)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("25,000 refugees (2.5 per cent)", "25,000 refugees (2.5 per cent)"),
        ("considerable_arrivals", r"considerable\_arrivals"),
        ("a | b", r"a \| b"),
        ("a\\| b", r"a\\\| b"),
        ("<b>", r"\<b\>"),
        ("R&amp;D", r"R\&amp;D"),
        ("- a", r"\- a"),
        ("2013. A year", r"2013\. A year"),
        ("2013.5", "2013.5"),
        ("# a", r"\# a"),
        ("===", r"\==="),
        ("a\n\n  b", "a b"),
        ("https://example.test", r"https\://example.test"),
        ("www.example.test", r"www\.example.test"),
        ("", ""),
    ],
)
def test_only_what_would_be_markup_is_escaped(text: str, written: str) -> None:
    assert plain(text) == written


@cache
def _expected() -> str:
    return to_markdown(assessment(tokens()))


@IN_BATCHES
def test_a_text_reads_back_as_it_was_written_and_adds_no_markup(texts: Sequence[str]) -> None:
    found = to_markdown(assessment(texts))
    stand_ins = {token: _folded(text) for token, text in zip(tokens(), texts, strict=True)}
    wanted = re.sub("⦃[0-9]⦄", lambda token: stand_ins[token[0]], _read(_expected()))
    assert _read(found) == wanted
    assert found.count("\n") == _expected().count("\n")
    special = set(_SPECIAL) - {"\\"}
    counts, expected = (Counter(_ESCAPED.sub("", text)) for text in (found, _expected()))
    assert {one: counts[one] for one in special} == {one: expected[one] for one in special}


@IN_BATCHES
def test_a_parser_of_commonmark_sees_the_same_structure(texts: Sequence[str]) -> None:
    parser = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed").MarkdownIt("commonmark")
    parser.enable("table")
    parser.enable("strikethrough")
    stand_ins = {token: _folded(text) for token, text in zip(tokens(), texts, strict=True)}
    found, expected = (list(_pieces(parser.parse(text))) for text in (to_markdown(assessment(texts)), _expected()))
    assert [kind for kind, _ in found] == [kind for kind, _ in expected]
    for (_, text), (_, wanted) in zip(found, expected, strict=True):
        assert text == re.sub("⦃[0-9]⦄", lambda token: stand_ins[token[0]], wanted)


def _pieces(tokens_: Any) -> Iterator[tuple[str, str]]:
    """Yield what a document is made of, and the text between, in one piece."""
    text = ""
    for token in tokens_:
        if token.type in ("text", "text_special"):
            text += token.content
        elif token.type == "inline":
            yield from _pieces(token.children)
        else:
            yield "text", text
            text = ""
            yield token.type, token.content if token.type == "html_inline" else ""
    yield "text", text


def test_every_text_that_somebody_may_write_is_in_the_report() -> None:
    assert all(token in _expected() for token in tokens())


# --- how it is laid out ---------------------------------------------------------------------------------------


@EVERY
def test_the_blocks_of_a_report(name: str) -> None:
    text = report(name)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\n\n\n" not in text
    assert not re.search(r"[ \t]+\n", text)
    assert text.startswith("# ")
    levels = [len(line) - len(line.lstrip("#")) for line in text.splitlines() if line.startswith("#")]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert set(re.findall("<[^>]*>", re.sub(r"\\<|\\>", "", text))) <= {"<br>"}


@EVERY
def test_tables_have_as_many_cells_in_each_row_as_heads(name: str) -> None:
    blocks = [block.splitlines() for block in report(name).split("\n\n") if block.startswith("|")]
    assert blocks
    for lines in blocks:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in lines}
        assert len(widths) == 1
        assert set(lines[1]) == set("| -")
        assert len(lines) > 2


def test_the_summary_comes_first_and_the_disclaimer_last() -> None:
    text = report("dadaab-2011")
    heads = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert heads == [
        SECTIONS[key]
        for key in (
            *("summary", "situation", "contexts", "measures", "response", "principles", "forms", "precedents"),
            *("questions", "facts", "sources", "reading"),
        )
    ]
    assert text.endswith(
        "\n---\n\nThis is an assessment under a rule set, for study and preparation; it is not legal advice.\n"
    )


def test_a_figure_stands_beside_its_threshold_and_its_passage() -> None:
    row = next(line for line in report("dadaab-2011").splitlines() if "They arrive at a rapid rate (" in line)
    assert row == (
        "| **not met** | They arrive at a rapid rate (editorial indicator) | Arrivals per day: **about 342.6 to 449.3 "
        r"people/day**; at least 500 people/day (rapid\_arrivals\_per\_day, editorial) | “rapid rate of arrival”, "
        "course, Context, 1<br>“a rapid rate of arrival”, ExCom 100 (2004), para. (a)(ii) |"
    )


def test_rows_of_a_table_of_facts_are_all_there() -> None:
    one = situation("dadaab-2011")
    row = one.situation.facts["populations"][0]
    rows = [{**row, "profile": f"Profile {number}"} for number in range(40)]
    changed = one.situation.but(facts={**one.situation.facts, "populations": rows})
    text = to_markdown(one._replace(situation=changed))
    assert "| 40 rows, below |" in text
    assert all(f"| Profile {number} |" in text for number in range(40))


def test_sections_with_nothing_to_say_are_left_out() -> None:
    one = situation("dadaab-2011")
    bare = one.situation.but(narrative=None, response=None, facts={}, sources={})
    nothing: dict[str, Any] = dict.fromkeys(("precedents", "comparisons", "forms", "measures"), ())
    settled = Prospects(one.run)
    settled.asked = ()
    text = to_markdown(one._replace(situation=bare, response=None, prospects=settled, **nothing))
    heads = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    left = ("summary", "contexts", "measures", "principles", "sources", "reading")
    assert heads == [SECTIONS[key] for key in left]
    assert "None is called for." in text


def test_a_contradiction_and_a_note_are_told() -> None:
    one = situation("dadaab-2011", overrides={"considerable_arrivals": 20_000})
    contradiction = one.notes[0]._replace(code="impossible", values={"text": "*X*"})
    text = to_markdown(one._replace(notes=(*one.notes, contradiction)))
    assert r"> **These facts contradict each other: \*X\***" in text
    assert "- considerable\\_arrivals was set to 20,000 people; the rule set says 10,000 people." in text


@EVERY
def test_two_runs_give_the_same_report(name: str) -> None:
    assert to_markdown(situation(name)) == report(name)


@EVERY
def test_it_says_what_the_view_says_in_the_same_words(name: str) -> None:
    one = view(situation(name))
    shown = _read(report(name)).replace("**", "")
    for context in one.contexts:
        said = [
            context.title,
            context.tally,
            context.reasons,
            *context.cautions,
            *(text for _, text in context.remarks),
        ]
        said += [element.title for element in context.elements]
        said += [line.figure.value if line.figure else line.text for e in context.elements for line in e.lines]
        said += [source.short for element in context.elements for source in element.sources]
        assert [text for text in said if _folded(text) not in shown] == []
    for measure in one.measures:
        assert all(_folded(text) in shown for _, text in measure.remarks)
    for items in (one.principles, one.forms, one.precedents, one.response):
        assert all(item.title in shown and item.word in shown for item in items)
    for question in one.questions:
        assert question.ask in shown
        assert question.bears_on in shown
        assert all(answer in shown and settles in shown for answer, settles in question.answers)
    assert all(given_.fact in shown and _folded(given_.source) in shown for given_ in one.given)
    assert all(note in shown for note in one.notes)
