"""Remarks as SARIF 2.1.0, which code scanning services and editors read."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from comity.engine.language.diagnostic import NOWHERE, Severity, Span
from comity.engine.report.diagnostics import Remark, absolute, relative
from comity.engine.report.json_text import json_text
from comity.engine.report.meanings import MEANINGS

_UNESCAPED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
_ROOT = "%SRCROOT%"
_OTHERS = {
    "failed-expectation": "A situation or case did not come out as it expects. Either the rules are not what their "
    "authors think, or the expectation is wrong: find out which before changing one of them.",
    "refuted-property": "A property that the rule set claims does not hold: the situation that is told refutes it. "
    "Either a rule is not what its authors think, or the claim is wrong: find out which before changing one of them.",
    "undecided-property": "A property that the rule set claims was neither proved nor refuted. A higher --limit may "
    "decide it, or a simpler claim.",
    "vacuous-property": "A property that the rule set claims holds only because what it starts from is never met, so "
    "that it says nothing. The claim, or a rule that it mentions, is not what its authors think.",
}
_LINE = re.compile(r"\bin line \d+")


def sarif(remarks: Iterable[Remark], command: str, version: str, root: str) -> str:
    """Return the log of one run of a command of this version.

    Paths are given from the folder `root` down, and as URIs of files where they lie elsewhere, so that the log is the
    same on every machine. A fingerprint names no line: a remark that has only moved keeps it.
    """
    found = [*remarks]
    codes = sorted({one.code for one in found})
    seen: Counter[str] = Counter()
    results = [_result(one, codes.index(one.code), root, seen) for one in found]
    levels = {one.code: one.severity for one in found}
    run = {
        "tool": {
            "driver": {"name": "comity", "version": version, "rules": [_rule(code, levels[code]) for code in codes]}
        },
        "automationDetails": {"id": f"comity-{command}/"},  # so that the logs of two commands stand side by side
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder in which the command was run."}}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json_text(log)


def _rule(code: str, level: Severity) -> dict[str, Any]:
    meaning = _OTHERS.get(code) or MEANINGS[code]
    first, stop, _ = meaning.partition(". ")
    return {
        "id": code,
        "shortDescription": {"text": _text(first + stop.rstrip())},
        "fullDescription": {"text": _text(meaning)},
        "help": {"text": _text(meaning), "markdown": _text(meaning)},
        "defaultConfiguration": {"level": level.value},
    }


def _result(one: Remark, index: int, root: str, seen: Counter[str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": one.severity.value,
        "message": {"text": _text(one.text)},
    }
    location = _location(one.at, root)
    if location:
        result["locations"] = [{"physicalLocation": location}]
    told = [one.code, one.subject, location.get("artifactLocation"), _LINE.sub("in line", one.message)]
    digest = sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
    seen[digest] += 1
    result["partialFingerprints"] = {"remark/v1": f"{digest}:{seen[digest]}"}
    return result


def _location(at: Span, root: str) -> Mapping[str, Any]:
    if at == NOWHERE:
        return {}
    path = relative(at.file, root)
    if path is None:
        artifact = {"uri": f"file://{_uri(absolute(at.file, root))}"}
    else:
        artifact = {"uri": _uri(path), "uriBaseId": _ROOT}
    return {"artifactLocation": artifact, "region": {"startLine": at.line, "startColumn": at.column}}


def _uri(path: str) -> str:
    """Return a path as a part of a URI.

    >>> _uri("año 1/a:b.yaml")
    'a%C3%B1o%201/a%3Ab.yaml'
    """
    name = path.encode("utf-8", "surrogateescape")  # a name that is not UTF-8 comes through as the bytes that it is
    return "".join(chr(byte) if byte in _UNESCAPED else f"%{byte:02X}" for byte in name)


def _text(text: str) -> str:
    """Return a text as SARIF wants it: braces stand for what is filled in, unless they are doubled."""
    return text.replace("{", "{{").replace("}", "}}")
