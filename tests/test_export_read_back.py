"""Exports read back by programs that others wrote: every text comes back equal, every share, and every score.

moodle-xml-parser reads Moodle XML, gift-pegjs GIFT, Anki's own importer decks; qti-convert and qti-components read QTI,
and qti-components marks answers in a browser. `docs/exports.md` says what each was asked. `tests/npm_packages.py` says
where those of npm are found, `tests/browser.py` which browser is.
"""

import html
import json
import os
import random
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import normalize
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Page

from comity.engine.report.export_anki import fields, to_anki
from comity.engine.report.export_bank import Question, questions
from comity.engine.report.export_gift import to_gift
from comity.engine.report.export_moodle import percent, plain_name, to_moodle_xml
from comity.engine.report.export_qti import identifier, to_qti
from comity.engine.report.sheet import Sheet
from comity.engine.training.items import score
from tests.browser import chromium
from tests.exporting import bank, everywhere, sheet, text_of, words
from tests.npm_packages import node, package


@cache
def exercises() -> tuple[Sheet, ...]:
    return (*bank(), *everywhere())


@cache
def every() -> tuple[Question, ...]:
    return tuple(questions(exercises()))


def read_as(found: str, question: str) -> bool:
    """Tell whether a text came back as it was, but for runs of blanks, which HTML does not tell apart."""
    return words(found) == words(question)


# --- Moodle XML ---


def test_moodle_xml_comes_back_equal() -> None:
    from moodle_xml_parser.parser import parse_bytes

    choices = [one for one in every() if not one.essay]
    found = parse_bytes(to_moodle_xml(exercises()).encode())["multichoice"]
    assert len(found) == len(choices) > 1500
    for question, one in zip(choices, found, strict=True):
        assert (one.single, one.penalty) == (question.single, pytest.approx(1 / 3, abs=1e-7))
        # The reader takes character references for characters once more, so that what was text is text again.
        assert one.name == html.unescape(plain_name(question.name))
        assert read_as(one.text_pre_parse, html.unescape(question.stem))
        assert read_as(one.general_feedback, html.unescape(question.explanation))
        for answer, option in zip(question.answers, one.options, strict=True):
            assert read_as(option.answer, answer.text)
            assert read_as(option.feedback, answer.feedback)
            assert option.score_fraction == float(percent(answer.share))


# --- GIFT ---

_GIFT = """
const {readFileSync} = require("fs");
const {parse} = require(process.argv[1]);
console.log(JSON.stringify(parse(readFileSync(process.argv[2], "utf8"))));
"""


def test_gift_comes_back_equal(tmp_path: Path) -> None:
    file = tmp_path / "bank.gift"
    file.write_text(to_gift(exercises()), encoding="utf-8")
    printed = json.loads(node(_GIFT, package("gift-pegjs"), str(file)))
    found = [one for one in printed if one["type"] != "Category"]
    for question, one in zip(every(), found, strict=True):
        assert one["type"] == ("Essay" if question.essay else "MC")
        assert (one["id"], tuple(one["tags"])) == (question.id, question.tags)
        assert read_as(one["title"], plain_name(question.name))
        assert read_as(one["stem"]["text"], question.stem)
        assert read_as(one["globalFeedback"]["text"], question.explanation)
        for answer, choice in zip(question.answers, one.get("choices", ()), strict=True):
            assert read_as(text_of(choice["text"]["text"]), answer.text)
            assert read_as(text_of(choice["feedback"]["text"]), answer.feedback)
            if question.single:
                assert (choice["isCorrect"], choice["weight"]) == (answer.right, None)
            else:
                assert choice["weight"] == float(percent(answer.share))


# --- Anki ---


def read_into(folder: Path, *decks: bytes) -> tuple[list[Any], dict[str, tuple[list[str], list[str]]]]:
    """Return what Anki's importer says of each deck, and the notes of the collection then: fields and tags by guid."""
    from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

    collection = Collection(str(folder / "collection.anki2"))
    try:
        logs = []
        for number, deck in enumerate(decks):
            file = folder / f"{number}.apkg"
            file.write_bytes(deck)
            request = ImportAnkiPackageRequest(package_path=str(file), options=ImportAnkiPackageOptions())
            logs.append(collection.import_anki_package(request).log)
        notes = [collection.get_note(one) for one in collection.find_notes("")]
        return logs, {note.guid: (note.fields, note.tags) for note in notes}
    finally:
        collection.close()


def test_anki_comes_back_equal_and_a_second_time_brings_nothing(tmp_path: Path) -> None:
    deck = to_anki(exercises())
    logs, notes = read_into(tmp_path, deck, deck)
    assert [(len(log.new), len(log.duplicate), len(log.conflicting)) for log in logs] == [
        (len(every()), 0, 0),
        (0, len(every()), 0),
    ]
    by_task = {held[0]: (held, tags) for held, tags in notes.values()}
    assert len(by_task) == len(every())
    for question in every():
        held, tags = by_task[question.id]
        written = [normalize("NFC", field) for field in fields(question)]  # as Anki writes all text
        assert [html.unescape(one) for one in held] == [html.unescape(one) for one in written]
        assert set(tags) == {"comity", f"exercise::{question.exercise.id}", *question.tags}


def test_decks_written_apart_do_not_mix(tmp_path: Path) -> None:
    one, other = (sheet(name, lambda: "T") for name in ("one", "other"))
    logs, notes = read_into(tmp_path, to_anki([one]), to_anki([other]), to_anki([one, other]))
    assert [(len(log.new), len(log.duplicate)) for log in logs] == [(4, 0), (4, 0), (0, 8)]
    assert len(notes) == 8


# --- QTI ---


def package_of(sheets: tuple[Sheet, ...]) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(to_qti(sheets))) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def test_a_package_holds_what_its_manifest_and_its_test_name() -> None:
    parts = package_of(exercises())
    space = {"p": "http://www.imsglobal.org/xsd/imscp_v1p1", "q": "http://www.imsglobal.org/xsd/imsqti_v2p1"}
    manifest, test = ET.fromstring(parts["imsmanifest.xml"]), ET.fromstring(parts["test.xml"])
    resources = {one.get("identifier"): one.get("href") for one in manifest.iterfind(".//p:resource", space)}
    assert ["imsmanifest.xml", *resources.values()] == [*parts]
    assert [resources[one.get("identifierref")] for one in manifest.iterfind(".//p:dependency", space)] == [
        one.get("href") for one in test.iterfind(".//q:assessmentItemRef", space)
    ]
    assert [one.get("href") for one in test.iterfind(".//q:assessmentItemRef", space)] == [
        f"items/{identifier(question.id)}.xml" for question in every()
    ]


def test_qti_is_converted_and_comes_back_equal() -> None:
    from qti_convert import upgrade_qti2_to_qti3

    parts = package_of(exercises())
    for question in every():
        root = ET.fromstring(upgrade_qti2_to_qti3(parts[f"items/{identifier(question.id)}.xml"]))
        space = {"q": root.tag.removeprefix("{").partition("}")[0]}
        assert root.get("identifier") == identifier(question.id)
        body = root.find("q:qti-item-body", space)
        assert body is not None
        found = body.findall(".//q:qti-simple-choice", space)
        if question.essay:
            notes = body.find(".//q:qti-rubric-block", space)
            assert notes is not None
            for line in question.entry.rubric:
                assert words(line) in words("".join(notes.itertext()))
        for answer, choice in zip(question.answers, found, strict=True):
            (said,) = choice.iterfind("q:qti-feedback-inline", space)
            assert said.get("identifier") == choice.get("identifier") == identifier(answer.id)
            assert read_as("".join(said.itertext()), answer.feedback)
            assert read_as("".join(choice.itertext()), f"{answer.text} {answer.feedback}")
        names = [choice.get("identifier") for choice in found]
        assert len(set(names)) == len(names)
        assert words("".join(body.itertext())).startswith(words(text_of(question.stem)))


_ITEM = """
const within = node => {
    if (node.localName === "qti-assessment-item") return node;
    for (const one of [...(node.shadowRoot?.children ?? []), ...node.children]) {
        const found = within(one);
        if (found) return found;
    }
};
window.shown = async text => {
    document.body.innerHTML = "<qti-item><item-container></item-container></qti-item>";
    const container = document.querySelector("item-container");
    await container.updateComplete;
    container.itemXML = text;
    for (let tries = 0; tries < 200; tries++) {
        await new Promise(done => setTimeout(done, 5));
        window.item = within(document.body);
        if (window.item?.querySelector("qti-simple-choice")) return true;
    }
    return false;
};
window.marked = answer => {
    window.item.updateResponseVariable("RESPONSE", answer);
    window.item.processResponse();
    return Number(window.item.variables.find(one => one.identifier === "SCORE").value);
};
"""


@pytest.fixture(scope="module")
def player() -> Iterator[Page]:
    """Return a page that shows items of QTI 3 and marks them."""
    script = (package("@citolab/qti-components") / "cdn" / "index.global.js").read_text(encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page()
        page.set_content("<!DOCTYPE html><title>QTI</title>")
        page.add_script_tag(content=script)
        page.add_script_tag(content=_ITEM)
        yield page


def test_qti_components_mark_as_we_do(player: Page) -> None:
    from qti_convert import upgrade_item

    draw = random.Random(2013)
    parts = package_of(bank())
    for question in questions(bank()):
        if question.essay:
            continue
        text = upgrade_item(parts[f"items/{identifier(question.id)}.xml"])
        assert player.evaluate("text => window.shown(text)", text), question.id
        for chosen in _answers(question, draw):
            names = [identifier(one) for one in chosen]
            answer = (names[0] if names else None) if question.single else names
            found = player.evaluate("answer => window.marked(answer)", answer)
            ours = float(score(question.entry.item, chosen))
            assert found == pytest.approx(ours, abs=5e-4), (question.id, chosen)  # it gives three decimals


def _answers(question: Question, draw: random.Random) -> Iterator[list[str]]:
    """Yield answers: none, the right one, each alone, and some at random."""
    whole = [answer.id for answer in question.answers]
    yield []
    yield from ([one] for one in whole)
    if not question.single:
        yield [answer.id for answer in question.answers if answer.right]
        yield whole
        yield from (draw.sample(whole, draw.randint(2, len(whole))) for _ in range(10))


def test_qti_is_valid_by_the_schema_of_1edtech() -> None:
    place = os.environ.get("COMITY_QTI_XSD")
    if not place:
        pytest.skip("no XSD of QTI 2.1, which may not be passed on: name yours in COMITY_QTI_XSD (docs/exports.md)")
    etree = import_module("lxml.etree")

    schema = etree.XMLSchema(etree.parse(place))
    for name, text in package_of(exercises()).items():
        if name != "imsmanifest.xml":
            schema.assertValid(etree.fromstring(text.encode()))
