"""Exercises as a package of QTI 2.1: an item for each task, a test that asks them in order, and a manifest.

Shares stand in a mapping that is held between 0 and 1; what is said to each answer is feedback within the choice. QTI
has no place for hints outside adaptive items: they are left out.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from comity.engine.report.export_bank import Answer, Question, questions
from comity.engine.report.export_zip import zipped
from comity.engine.report.markup import Html, join, tag
from comity.engine.report.sheet import Sheet
from comity.engine.report.view import printable

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

_SCHEMA = "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]")


def to_qti(sheets: Sequence[Sheet]) -> bytes:
    """Return exercises as a zip file: `imsmanifest.xml`, `test.xml`, and an item for each task in `items/`."""
    found = [*questions(sheets)]
    items = {f"items/{identifier(one.id)}.xml": item(one) for one in found}
    return zipped({"imsmanifest.xml": _manifest([*items]), "test.xml": _test(found), **items})


def identifier(text: str) -> str:
    """Return an id that QTI takes.

    >>> identifier("mass-influx=met"), identifier("2013")
    ('mass-influx.met', '_2013')
    """
    name = _NOT_IN_NAMES.sub("_", text.replace("=", "."))
    return name if re.match("[A-Za-z_]", name) else f"_{name}"


def item(question: Question) -> str:
    """Return one task as an item."""
    root = ET.Element(
        "assessmentItem",
        {
            "xmlns": QTI,
            "xmlns:xsi": _INSTANCE,
            "xsi:schemaLocation": f"{QTI} {_SCHEMA}",
            "identifier": identifier(question.id),
            "title": _line(question.name),
            "label": _line(question.id),
            "xml:lang": question.exercise.language,
            "adaptive": "false",
            "timeDependent": "false",
        },
    )
    (_essay if question.essay else _choices)(root, question)
    return _document(root)


# --- an item ---


def _choices(root: ET.Element, question: Question) -> None:
    many = "single" if question.single else "multiple"
    names = {answer.id: identifier(answer.id) for answer in question.answers}
    response = _declaration(root, "responseDeclaration", "RESPONSE", many, "identifier")
    correct = ET.SubElement(response, "correctResponse")
    for answer in question.answers:
        if answer.right:
            ET.SubElement(correct, "value").text = names[answer.id]
    mapping = ET.SubElement(response, "mapping", lowerBound="0", upperBound="1", defaultValue="0")
    for answer in question.answers:
        ET.SubElement(mapping, "mapEntry", mapKey=names[answer.id], mappedValue=repr(float(answer.share)))
    _score(root)
    _declaration(root, "outcomeDeclaration", "FEEDBACK", many, "identifier")
    _declaration(root, "outcomeDeclaration", "ANSWERED", "single", "identifier")

    body = _body(root, question)
    interaction = ET.SubElement(
        body,
        "choiceInteraction",
        responseIdentifier="RESPONSE",
        shuffle="false",
        maxChoices="1" if question.single else "0",
    )
    for answer in question.answers:
        interaction.append(_choice(answer, names[answer.id]))
    _processing(root)
    _feedback(root, question)


def _choice(answer: Answer, name: str) -> ET.Element:
    choice = ET.Element("simpleChoice", identifier=name, fixed="true")
    choice.text = printable(answer.text)
    said = ET.SubElement(choice, "feedbackInline", outcomeIdentifier="FEEDBACK", identifier=name, showHide="show")
    said.text = f" {printable(answer.feedback)}"
    return choice


def _essay(root: ET.Element, question: Question) -> None:
    _declaration(root, "responseDeclaration", "RESPONSE", "single", "string")
    _score(root)
    body = _body(root, question)
    block = ET.SubElement(body, "rubricBlock", view="scorer")
    notes = (tag("p", tag("strong", "Read it for")), question.rubric, question.explanation)
    block.extend(_pieces(join(notes)))
    ET.SubElement(body, "extendedTextInteraction", responseIdentifier="RESPONSE", expectedLines="15")


def _body(root: ET.Element, question: Question) -> ET.Element:
    body = ET.SubElement(root, "itemBody")
    body.extend(_pieces(question.stem))
    return body


def _declaration(root: ET.Element, kind: str, name: str, cardinality: str, type_: str) -> ET.Element:
    return ET.SubElement(root, kind, identifier=name, cardinality=cardinality, baseType=type_)


def _score(root: ET.Element) -> None:
    score = _declaration(root, "outcomeDeclaration", "SCORE", "single", "float")
    score.set("normalMaximum", "1")
    _value(ET.SubElement(score, "defaultValue"), "0")


def _value(parent: ET.Element, text: str) -> None:
    ET.SubElement(parent, "value").text = text


def _processing(root: ET.Element) -> None:
    """Add what is done with an answer: its shares are added up, its feedback is shown, and that of the whole."""
    processing = ET.SubElement(root, "responseProcessing")
    condition = ET.SubElement(processing, "responseCondition")
    nothing = ET.SubElement(condition, "responseIf")
    ET.SubElement(ET.SubElement(nothing, "isNull"), "variable", identifier="RESPONSE")
    ET.SubElement(_set(nothing, "SCORE"), "baseValue", baseType="float").text = "0"
    something = ET.SubElement(condition, "responseElse")
    ET.SubElement(_set(something, "SCORE"), "mapResponse", identifier="RESPONSE")
    ET.SubElement(_set(something, "FEEDBACK"), "variable", identifier="RESPONSE")
    ET.SubElement(_set(processing, "ANSWERED"), "baseValue", baseType="identifier").text = "answered"


def _set(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, "setOutcomeValue", identifier=name)


def _feedback(root: ET.Element, question: Question) -> None:
    feedback = ET.SubElement(
        root, "modalFeedback", outcomeIdentifier="ANSWERED", identifier="answered", showHide="show"
    )
    feedback.extend(_pieces(question.explanation))


def _pieces(content: Html) -> list[ET.Element]:
    """Return pieces of HTML, which is written so that it is XML as well."""
    return [*ET.fromstring(f"<div>{content}</div>")]


# --- the package ---


def _test(found: Iterable[Question]) -> str:
    root = ET.Element(
        "assessmentTest",
        {
            "xmlns": QTI,
            "xmlns:xsi": _INSTANCE,
            "xsi:schemaLocation": f"{QTI} {_SCHEMA}",
            "identifier": "comity",
            "title": "Comity",
        },
    )
    part = ET.SubElement(root, "testPart", identifier="part", navigationMode="nonlinear", submissionMode="individual")
    for exercise, asked in groupby(found, lambda one: one.exercise):
        section = ET.SubElement(
            part, "assessmentSection", identifier=identifier(exercise.id), title=_line(exercise.title), visible="true"
        )
        for question in asked:
            name = identifier(question.id)
            ET.SubElement(section, "assessmentItemRef", identifier=name, href=f"items/{name}.xml")
    return _document(root)


def _manifest(items: Sequence[str]) -> str:
    root = ET.Element("manifest", {"xmlns": _PACKAGE, "identifier": "comity-exercises"})
    metadata = ET.SubElement(root, "metadata")
    ET.SubElement(metadata, "schema").text = "QTIv2.1 Package"
    ET.SubElement(metadata, "schemaversion").text = "1.0.0"
    ET.SubElement(root, "organizations")
    resources = ET.SubElement(root, "resources")
    test = _resource(resources, "test.xml", "imsqti_test_xmlv2p1")
    for name in items:
        ET.SubElement(test, "dependency", identifierref=_resource_id(name))
    for name in items:
        _resource(resources, name, "imsqti_item_xmlv2p1")
    return _document(root)


def _resource(resources: ET.Element, name: str, type_: str) -> ET.Element:
    resource = ET.SubElement(resources, "resource", identifier=_resource_id(name), type=type_, href=name)
    ET.SubElement(resource, "file", href=name)
    return resource


def _resource_id(name: str) -> str:
    return f"resource-{name.removeprefix('items/').removesuffix('.xml')}"


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", printable(text)).strip()


def _document(root: ET.Element) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'
