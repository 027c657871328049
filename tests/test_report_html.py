"""The HTML report: what a person wrote stays text, nothing is fetched, and everybody can read it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import given, strategies as st

from comity.engine.assessment.assess import Note
from comity.engine.assessment.prospects import Prospects
from comity.engine.builtin import situation_ids
from comity.engine.report.likeness import FURTHER, TOLD, CaseRow, CaseView, ComparisonView
from comity.engine.report.markup import TONES, html, tag
from comity.engine.report.page import BUILDERS, in_short, to_html
from comity.engine.report.style import SHAPES, STYLE, css_string
from comity.engine.report.view import (
    SECTIONS,
    SOURCE,
    ContextView,
    Element,
    GivenFact,
    Item,
    Line,
    MeasureView,
    SourceView,
    View,
    printable,
    view,
)
from comity.engine.report.words import PURPOSE, STANDING, STATUS, TRUTH
from tests.hostile import BATCHES, TEXTS, assessment, situation, tokens

_VOID = {"meta"}
_ATTRIBUTES = {
    *("aria-hidden", "aria-label", "aria-labelledby", "charset", "class", "colspan", "content", "d"),
    *("dir", "fill-rule", "focusable", "href", "http-equiv", "id", "lang", "name", "role", "rowspan", "scope"),
    "viewbox",
}


class Node(NamedTuple):
    """An element with its attributes, its parts, and its own text and that of its parts."""

    tag: str
    attributes: tuple[tuple[str, str | None], ...]
    parts: list["Node"]
    texts: list[str]

    def attribute(self, name: str) -> str | None:
        return dict(self.attributes).get(name)

    def all(self) -> Iterator["Node"]:
        yield self
        for part in self.parts:
            yield from part.all()

    def find(self, *tags: str) -> list["Node"]:
        return [node for node in self.all() if node.tag in tags]

    @property
    def text(self) -> str:
        return "".join(self.texts)


class Tree(HTMLParser):
    """Builds the tree of a page, strictly: every element is closed where it must be."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", (), [], [])
        self.stack = [self.root]
        self.pieces: list[tuple[str, object]] = []  # tags and the text between them, in order
        self.feed(page)
        self.close()
        assert self.stack == [self.root], "something is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, tuple(attrs), [], [])
        self.stack[-1].parts.append(node)
        self.pieces.append((tag, tuple(attrs)))
        if tag not in _VOID:
            self.stack.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop().tag == tag
        self.pieces.append(("/", tag))

    def handle_data(self, data: str) -> None:
        for node in self.stack:
            node.texts.append(data)
        if self.pieces and self.pieces[-1][0] == "text":
            data = f"{self.pieces.pop()[1]}{data}"
        self.pieces.append(("text", data))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


@cache
def page(name: str) -> str:
    return to_html(situation(name))


@cache
def tree(name: str) -> Node:
    return Tree(page(name)).root


SITUATIONS = situation_ids()
EVERY = pytest.mark.parametrize("name", SITUATIONS)


# --- what a person wrote stays text ---------------------------------------------------------------------------


def test_there_are_500_hostile_texts() -> None:
    assert len(TEXTS) == len(set(TEXTS)) == 500
    assert all(text == printable(text) for text in TEXTS)


@cache
def _expected() -> tuple[list[tuple[str, object]], list[tuple[str, object]]]:
    """Return the pieces of the page that has tokens where the others have hostile texts: its style, and the rest."""
    pieces = Tree(to_html(assessment(tokens()))).pieces
    style = pieces.index(("style", ()))
    return pieces[style : style + 3], pieces[:style] + pieces[style + 3 :]


@pytest.mark.parametrize("texts", BATCHES, ids=[f"{number}0" for number in range(len(BATCHES))])
def test_a_text_reads_back_as_it_was_written_and_adds_no_element(texts: Sequence[str]) -> None:
    pieces = Tree(to_html(assessment(texts))).pieces
    stand_ins = dict(zip(tokens(), texts, strict=True))
    style, expected = _expected()
    start = pieces.index(("style", ()))
    assert [kind for kind, _ in pieces[start : start + 3]] == [kind for kind, _ in style] == ["style", "text", "/"]
    rest = pieces[:start] + pieces[start + 3 :]
    assert len(rest) == len(expected)
    for found, wanted in zip(rest, expected, strict=True):
        kind, value = wanted
        if kind == "text":
            value = re.sub("⦃[0-9]⦄", lambda token: stand_ins[token[0]], str(value))
        assert found == (kind, value)


def test_every_text_that_somebody_may_write_is_on_the_page() -> None:
    _, expected = _expected()
    shown = "".join(str(value) for kind, value in expected if kind == "text")
    assert all(token in shown for token in tokens())
    assert shown.count("⦃") > 500


def test_an_attribute_never_holds_what_a_person_wrote() -> None:
    _, expected = _expected()
    assert all("⦃" not in str(value) for kind, value in expected if kind not in ("text", "/"))


def test_a_quotation_mark_cannot_leave_an_attribute() -> None:
    assert tag("p", class_="\"><b a='") == '<p class="&quot;&gt;&lt;b a=&#x27;"></p>\n'


@given(st.text())
def test_any_text_is_escaped_once(text: str) -> None:
    parsed = Tree(tag("p", text)).root
    assert [node.tag for node in parsed.all()] == ["", "p"]
    assert parsed.parts[0].text == printable(text)
    assert html(html(text)) == html(text)


@given(st.text())
def test_what_is_printable_stays_so(text: str) -> None:
    assert printable(printable(text)) == printable(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", printable(text))
    printable(text).encode("utf-8")


@given(st.text())
def test_a_running_head_is_one_string_of_the_style_sheet(text: str) -> None:
    written = css_string(printable(text))
    assert re.fullmatch(r'"(?:[A-Za-z0-9 ]|\\[0-9a-f]{1,6} )*"', written)
    assert re.sub(r"\\([0-9a-f]+) ", lambda code: chr(int(code[1], 16)), written[1:-1]) == printable(text)


def test_a_long_title_is_cut_over_the_page_and_nowhere_else() -> None:
    one = assessment(["x" * 3000])
    found = Tree(to_html(one)).root
    assert found.find("h1")[0].text == "x" * 3000
    assert f'"{"x" * 100}{css_string("…")[1:]}' in found.find("style")[0].text
    assert "x" * 101 not in found.find("style")[0].text


# --- nothing is fetched, nothing runs -------------------------------------------------------------------------


@EVERY
def test_a_page_stands_alone(name: str) -> None:
    assert "<script" not in page(name).lower()
    assert not re.search(r"url\(|@import|src\s*=", STYLE)
    for node in tree(name).all():
        assert node.tag not in {"script", "link", "img", "iframe", "object", "embed", "form", "base", "font"}
        assert {key for key, _ in node.attributes} <= _ATTRIBUTES
        assert node.attribute("href") is None or str(node.attribute("href")).startswith("#")


def test_the_policy_forbids_what_the_page_does_not_need() -> None:
    head = tree("dadaab-2011").find("head")[0]
    metas = head.find("meta")
    assert metas[0].attribute("charset") == "utf-8"
    assert page("dadaab-2011").index("charset") < 1024
    policy = [meta for meta in metas if meta.attribute("http-equiv") == "Content-Security-Policy"]
    assert len(policy) == 1
    assert str(policy[0].attribute("content")).startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert [node.tag for node in head.parts].index("style") > metas.index(policy[0])


# --- everybody can read it ------------------------------------------------------------------------------------


@EVERY
def test_every_id_is_there_once_and_every_reference_leads_somewhere(name: str) -> None:
    ids = [str(node.attribute("id")) for node in tree(name).all() if node.attribute("id") is not None]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch("[a-z0-9-]+", id_) for id_ in ids)
    for node in tree(name).all():
        href, label = node.attribute("href"), node.attribute("aria-labelledby")
        assert href is None or href[1:] in ids
        assert label is None or label in ids


@EVERY
def test_headings_are_in_order(name: str) -> None:
    levels = [int(node.tag[1]) for node in tree(name).find("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(node.text.strip() for node in tree(name).find("h1", "h2", "h3", "h4"))


@EVERY
def test_landmarks_language_and_title(name: str) -> None:
    root = tree(name)
    body = root.find("body")[0]
    assert [node.tag for node in body.parts] == ["a", "svg", "header", "nav", "main", "footer"]
    assert body.parts[0].attribute("class") == "skip"
    assert root.find("html")[0].attribute("lang") == "en"
    assert root.find("title")[0].text.strip()
    assert all(node.attribute("aria-labelledby") for node in root.find("section"))


@EVERY
def test_tables_say_what_their_cells_are(name: str) -> None:
    for table in tree(name).find("table"):
        assert table.parts[0].tag == "caption"
        assert table.parts[0].text.strip()
        heads = table.find("thead")[0].find("th")
        assert all(head.attribute("scope") == "col" and head.text.strip() for head in heads)
        roles = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
        for node in table.find(*roles):
            assert node.attribute("role") == roles[node.tag]
        for body in table.find("tbody"):
            assert all(head.attribute("scope") == "row" for head in body.find("th"))
            assert _columns(body) == [len(heads)] * len(body.find("tr"))


def _columns(body: Node) -> list[int]:
    """Return how many columns each row fills, those that reach down from above among them."""
    found: list[int] = []
    reaching: list[int] = []
    for row in body.find("tr"):
        cells = row.parts
        found.append(sum(int(cell.attribute("colspan") or 1) for cell in cells) + sum(left > 0 for left in reaching))
        reaching = [left - 1 for left in reaching if left > 1]
        reaching += [int(cell.attribute("rowspan") or 1) - 1 for cell in cells if cell.attribute("rowspan")]
    return found


@EVERY
def test_a_verdict_is_a_word_and_a_shape_and_never_colour_alone(name: str) -> None:
    marks = [node for node in tree(name).all() if str(node.attribute("class") or "").startswith("mark ")]
    assert marks
    for mark in marks:
        tone = TONES[mark.text]
        assert mark.attribute("class") == f"mark {tone}"
        assert [use.attribute("href") for use in mark.find("use")] == [f"#shape-{tone}"]
        assert all(shape.attribute("aria-hidden") == "true" for shape in mark.find("svg"))


def test_every_word_that_can_come_out_has_a_shape() -> None:
    answers = {"covered", "missing", "conditional", "not needed on these facts", *PURPOSE.values()}
    assert set(TONES) == {*TRUTH.values(), *STATUS.values(), *STANDING.values(), *answers}
    assert {f"shape-{tone}" for tone in TONES.values()} == set(re.findall('id="([^"]+)"', SHAPES))


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_stands_out_by_day_by_night_and_on_paper() -> None:
    schemes = [
        dict(re.findall(r"--([a-z]+): (#[0-9a-f]+);", block)) for block in re.findall(r":root \{(.*?)\}", STYLE, re.S)
    ]
    day = schemes[0]
    assert len(schemes) == 3
    for scheme in (day, {**day, **schemes[1]}, {**day, **schemes[2]}):
        for ground in ("paper", "raised"):
            for ink in ("ink", "quiet", "link", "yes", "no", "open", "alarm"):
                light, dark = sorted((_luminance(scheme[ground]), _luminance(scheme[ink])), reverse=True)
                assert (light + 0.05) / (dark + 0.05) >= 7, (ground, ink)


def test_what_is_folded_away_is_printed() -> None:
    paper = STYLE[STYLE.index("@media print") :]
    assert re.search(r"details::details-content \{[^}]*content-visibility: visible", paper)


# --- it says what the view says -------------------------------------------------------------------------------


def _said(one: View) -> Iterator[str]:
    """Yield every text of a view that a page shows: all but ids, keys, and the shorter forms of others."""

    def texts(*values: Any) -> Iterator[str]:
        for value in values:
            if isinstance(value, Line) and value.figure:
                yield from value.figure
            elif isinstance(value, Line):
                yield value.text
            elif isinstance(value, SourceView):
                yield from texts(value.short, value.quote, value.note)
            elif isinstance(value, Element):
                yield from texts(value.title, value.marks, value.lines, value.sources, value.trace, value.note)
            elif isinstance(value, ContextView):
                yield from texts(value.title, value.tally, value.reasons, value.cautions, value.note)
                yield from texts(value.sources, value.elements, value.remarks, value.trace)
            elif isinstance(value, MeasureView):
                yield from texts(value.title, value.remarks, value.sources, value.trace, value.note)
            elif isinstance(value, Item):
                yield from texts(value.word, value.title, value.sources, value.text, value.note, value.trace)
                yield from texts(*(remark for remark in value.remarks if remark[0] != SOURCE))
            elif isinstance(value, ComparisonView):
                yield from texts(value.title, TRUTH[value.word], value.nearest, value.rows)
                yield from texts(*(text for label, text in value.others if label != FURTHER))
            elif isinstance(value, CaseView | CaseRow):
                yield from texts(TRUTH[value.word], *(part for part in value if part != value.word))
            elif isinstance(value, GivenFact):
                yield from texts(value.fact, value.table or value.value, value.source, value.kind)
            elif isinstance(value, str):
                yield value
            elif isinstance(value, tuple):
                yield from texts(*value)

    for name, value in one._asdict().items():
        if name == "summary":
            yield from texts(*(text for _, text in value))
        elif name != "language":
            yield from texts(value)


@pytest.mark.parametrize("name", ["dadaab-2011", "child-without-means", "straddling-estimate"])
def test_nothing_of_the_view_is_left_out(name: str) -> None:
    shown = " ".join(tree(name).text.split())
    missing = [text for text in _said(in_short(view(situation(name)))) if " ".join(text.split()) not in shown]
    assert missing == []


def test_precedents_are_told_in_full_only_where_they_are_nearest() -> None:
    """Of those that compare alike the first few; what the others did is not told, nor cited."""
    whole = view(situation("dadaab-2011"))
    mass_influx, protracted = whole.comparisons[:2]
    assert [case.titles for case in mass_influx.nearest] == [
        ("Comprehensive Response to the Humanitarian Crisis in the former Yugoslavia (1992, Europe)",)
    ]
    distinguished = next(row for row in mass_influx.rows if row.role)
    assert (distinguished.word, distinguished.role, distinguished.differs) == (
        "met",
        "most on point",
        "They arrive at a rapid rate (there, not here)",
    )
    assert distinguished.cases[0] == (
        "Rwandan refugees around Goma, Zaire (goma-1994, 31 July 1994)",
        "7 shared, 3 differing",
    )
    first, tied = protracted.nearest
    told = [item.title for item in (*in_short(whole).precedents, *in_short(whole).stored)]
    assert (len(first.titles), len(tied.titles)) == (1, 7)
    assert told == [*mass_influx.nearest[0].titles, *first.titles, *tied.titles[:TOLD]]
    gone = {each.text for each in whole.references} - {each.text for each in in_short(whole).references}
    assert "Sixth Ministerial Conference of the Bali Process, 23 March 2016" in gone


@pytest.mark.parametrize("name", ["dadaab-2011", "rohingya-2017", "child-without-means", "straddling-estimate"])
def test_every_case_that_is_compared_is_in_full_or_in_a_row(name: str) -> None:
    for found, shown in zip(situation(name).comparisons, view(situation(name)).comparisons, strict=True):
        full = [title for case in shown.nearest for title in case.titles]
        short = [title for row in shown.rows for title, _ in row.cases]
        assert len(full) + len(short) == len(found.precedents) + len(found.situations)
        assert not set(full) & set(short)
        countered = [case.role for case in shown.nearest if "counter-example" in case.role]
        assert bool(countered) == any(one.counter for one in (*found.precedents, *found.situations))


def test_the_table_of_sections_is_in_the_order_of_their_titles() -> None:
    assert [key for key in SECTIONS if key in BUILDERS] == [*BUILDERS]


def test_the_summary_says_what_is_called_for_and_what_is_asked_first() -> None:
    summary = tree("dadaab-2011").find("section")[0].find("dl")[0]
    one = view(situation("dadaab-2011"))
    listed = [item.text.strip() for item in summary.find("li")]
    measures = [measure.title for status in STATUS for measure in one.measures if measure.word == status]
    asked = [question.ask for question in one.questions]
    assert listed == [*measures, *asked[:4], f"and {len(asked) - 4} more"]


def test_the_summary_comes_first_and_the_disclaimer_last() -> None:
    text = tree("dadaab-2011").find("body")[0].text
    main = tree("dadaab-2011").find("main")[0]
    assert [section.attribute("aria-labelledby") for section in main.parts] == [
        *("summary", "situation", "contexts", "measures", "response", "principles", "forms", "questions", "precedents"),
        *("facts", "workings", "reading", "sources"),
    ]
    assert text.strip().endswith("it is not legal advice.")


def test_a_figure_stands_beside_its_threshold_and_the_passage_below() -> None:
    tables = [node for node in tree("dadaab-2011").find("table") if node.attribute("class") == "elements"]
    rows = tables[0].find("tbody")[2].find("tr")
    cells = [cell.text.split() for cell in rows[0].parts]
    assert " ".join(cells[0]) == "not met"
    assert " ".join(cells[2]).startswith("Arrivals per day: about 342.6 to 449.3 people/day")
    assert " ".join(cells[3]).endswith("at least 500 people/day (rapid_arrivals_per_day, editorial)")
    assert "a rapid rate of arrival" in rows[1].text


def test_a_contradiction_is_in_the_summary() -> None:
    note = Note("impossible", "", {"text": "X"})
    section = Tree(to_html(situation("dadaab-2011")._replace(notes=(note,)))).root.find("section")[0]
    assert section.find("p")[0].text == "These facts contradict each other: X"


def test_sections_with_nothing_to_say_are_left_out() -> None:
    one = situation("dadaab-2011")
    bare = one.situation.but(narrative=None, response=None, facts={}, sources={})
    nothing: dict[str, Any] = dict.fromkeys(("precedents", "comparisons", "forms", "measures"), ())
    settled = Prospects(one.run)
    settled.asked = ()
    page = to_html(one._replace(situation=bare, response=None, prospects=settled, **nothing))
    root = Tree(page).root
    keys = [str(node.attribute("aria-labelledby")) for node in root.find("section")]
    assert keys == ["summary", "contexts", "measures", "principles", "facts", "workings", "reading", "sources"]
    assert "None is called for." in root.text
    links = {str(node.attribute("href")) for node in root.find("nav")[0].find("a")}
    assert links == {f"#{key}" for key in keys}


def test_paragraphs_of_a_narrative_are_set_apart() -> None:
    one = situation("dadaab-2011")
    told = one._replace(situation=one.situation.but(narrative="one\ntwo\n \n\nthree\r\n\r\nfour\n"))
    section = Tree(to_html(told)).root.find("section")[1]
    assert [node.text for node in section.find("p")] == ["one\ntwo", "three", "four"]


# --- it is the same each time ---------------------------------------------------------------------------------


@EVERY
def test_two_runs_give_the_same_page(name: str) -> None:
    assert to_html(situation(name)) == page(name)
    assert page(name).endswith("</html>\n")


def test_the_page_does_not_depend_on_the_hash_seed() -> None:
    code = "from comity.cli import main; main(['assess', 'dadaab-2011', '--format', 'html'])"
    pages = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(pages) == 1
