"""Texts that try to be more than text, and an assessment that holds them wherever a person may write."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import cycle
from typing import Any

from comity.engine.assessment.assess import Assessment, assess
from comity.engine.builtin import find_rule_set, find_situation, situation_ids
from comity.engine.language import model
from comity.engine.language.diagnostic import accept
from comity.engine.language.files import read_file
from comity.engine.language.load import build_rule_set, load_rule_set
from comity.engine.language.model import RuleSet, Situation
from comity.engine.language.record import Record
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document, read

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script src=//example.test/x.js></script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<b>x</b>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<base href='//example.test/'>",
    "<meta http-equiv=refresh content='0;url=//example.test'>",
    "<link rel=stylesheet href=//example.test/x.css>",
    "<style>*{display:none}</style>",
    "</style><b>",
    "</title><b>",
    "</td></tr></table><h1>",
    "</details></section></main>",
    "<!-- x",
    "--> x <!--",
    "<![CDATA[ x ]]>",
    "<?php x ?>",
    "<!DOCTYPE html>",
    "< b >",
    "a < b > c & d",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    "` onclick=`x",
    "&lt;b&gt;",
    "&amp;amp;",
    "&#60;b&#62;",
    "&#x3c;b&#x3E;",
    "&notit; &copy &amp",
    "&",
    "<",
    "\\",
    "\\3c b\\3e ",
    "\\u003cb\\u003e",
    "{{7*7}} ${7*7} #{7*7} <%= 7 %>",
    "%s %(x)s {0} {x!r}",
    "| a | b |",
    "a\\|b",
    "\\| --- \\|",
    "|---|---|",
    "[x](javascript:alert(1))",
    "![x](//example.test/x.png)",
    "[x]: //example.test 'y'",
    "[^1]: x",
    "<//example.test>",
    "https://example.test/?a=b&c=d#e",
    "www.example.test and http://www.example.test",
    "*a* **b** ***c***",
    "_a_ __b__ a_b_c",
    "~~a~~ ~b~",
    "`a` ``b`` ```",
    "~~~",
    "# a #",
    "## a",
    "> a",
    "- a",
    "+ a",
    "* a",
    "- [ ] a",
    "1. a",
    "12) a",
    "2013. a",
    "---",
    "===",
    "***",
    "a\n---",
    "a\n===",
    "a\nb\tc",
    "$a$ $$b$$",
    ":smile: @everyone #1",
    "é e\u0301 \U0001f600 \U0001f469\U0001f3fd 漢字 ﬁ ß İ",
    "\u00a0x\u3000y\u2009z",
    "DROP TABLE x; --",
    "x" * 3000,
    "<b>" * 300,
    "[" * 200,
    "&" * 200,
)
_FRAMES = ("{}", "x {}", "{} x", "“{}”", "a: {}; b", "({})", "<i>{}", "\\{}", "*{}*")
TEXTS = tuple(dict.fromkeys(frame.replace("{}", payload).strip() for frame in _FRAMES for payload in PAYLOADS))[:500]
AT_ONCE = 10
BATCHES = tuple(TEXTS[start : start + AT_ONCE] for start in range(0, len(TEXTS), AT_ONCE))

_WRITTEN = frozenset(
    ("title", "note", "short", "author", "symbol", "url", "place", "quote", "outcome", "region", "text", "unit", "ask")
)


def tokens() -> tuple[str, ...]:
    """Return texts that mean nothing to anybody, to stand in the places of others."""
    return tuple(f"⦃{number}⦄" for number in range(AT_ONCE))


@cache
def rule_set() -> RuleSet:
    return accept(load_rule_set(find_rule_set("oas-2013")))


@cache
def stored(name: str) -> Situation:
    """Return a built-in situation."""
    document = read_file(find_situation(name))
    assert isinstance(document, Document)
    return accept(load_situation(document, rule_set()))


def cases() -> list[Situation]:
    """Return the built-in situations that are not made up."""
    return [one for one in map(stored, situation_ids()) if not one.hypothetical]


def situation(name: str, **changes: Any) -> Assessment:
    """Return the assessment of a built-in situation, beside the others."""
    return assess(rule_set(), stored(name), **{"cases": cases(), **changes})


@cache
def _plain() -> Assessment:
    few = [stored("goma-1994"), stored("zambia-2002")]
    return situation("dadaab-2011", as_of=date(2012, 12, 31), overrides={"considerable_arrivals": 20_000}, cases=few)


def assessment(texts: Sequence[str]) -> Assessment:
    """Return an assessment that has `texts`, one after the other, wherever somebody may write what they like."""
    turn = cycle(texts)
    one = _plain()
    rules = _written(one.rules, lambda: next(turn))
    given = one.situation
    populations = [
        {key: next(turn) if isinstance(value, str) else value for key, value in row.items()}
        for row in given.facts["populations"]
    ]
    assert given.response is not None
    changed = given.but(
        title=next(turn),
        narrative=next(turn),
        sources={fact: next(turn) for fact in rules.facts},
        facts={**given.facts, "populations": populations},
        response=given.response.but(title=next(turn)),
    )
    others = {name: case.but(title=next(turn), narrative=next(turn)) for name, case in one.cases.items()}
    return one._replace(rules=rules, situation=changed, cases=others)


def _written(value: Any, text: Callable[[], str]) -> Any:
    """Return a part of a rule set with every text that its author chose freely replaced."""
    if type(value).__module__ == model.__name__ and isinstance(value, Record):
        changes = {}
        for name in value.__match_args__:
            held = getattr(value, name)
            free = name in _WRITTEN and (held is None or isinstance(held, str))
            changes[name] = text() if free else _written(held, text)
        if isinstance(value, model.Source):
            changes["short"] = f"{changes['title']}; short"  # never the same as the title
        return value.but(**changes)
    if type(value) is tuple:
        return tuple(_written(part, text) for part in value)
    if isinstance(value, Mapping):
        return {key: _written(part, text) for key, part in value.items()}
    return value


# --- one text in every field that takes any ---------------------------------------------------------------------------


def everywhere(text: str) -> Assessment:
    """Return an assessment under a rule set of its own: `text` stands in every field of both whose words are free."""
    documents = [_document(one, f"{number}.json") for number, one in enumerate(_rules(text))]
    rules = accept(build_rule_set(documents, "everywhere"))
    return assess(rules, accept(load_situation(_document(_situation(text), "situation.json"), rules)))


def _document(content: Mapping[str, Any], name: str) -> Document:
    document = read(json.dumps(content, ensure_ascii=False).encode(), name)
    assert isinstance(document, Document), document
    return document


def _rules(text: str) -> list[dict[str, Any]]:
    cited = {"source": {"cite": "slides", "at": text, "quote": text, "note": text}, "basis": "course", "note": text}
    titled = {"title": text, **cited}
    asked = {"ask": text, **titled}
    met, unsure = {"fact": "given", "is": True}, {"fact": "open", "is": True}
    slides = dict.fromkeys(("title", "author", "symbol", "url", "note"), text)
    passages = {"1": {"text": text}, "2": {"text": text, "excused": text}}
    precedent = {"years": "1989..1996", "region": text, "type": "framework", "outcome": text}
    return [
        {
            "rule_set": "everywhere",
            "version": "1.0.0",
            "title": text,
            "note": text,
            "contexts": ["first", "second"],
            "sources": {
                "slides": {**slides, "short": f"{text}; short", "verified": False},
                "covered": {**slides, "passages": passages},
            },
            "parameters": {
                "needed": {"value": 1, "unit": text, **titled},
                "many": {"values": {"2000-01-01": 1, "2010-01-01": 2}, "unit": text, **titled},
                "named": {"value": text, **titled},
            },
            "readings": {
                "usual": {"default": True, **titled},
                "strict": {"set": {"many": 500}, "define": {"certain": unsure}, **titled},
            },
            "facts": {
                "given": {"type": "boolean", **asked},
                "open": {"type": "boolean", **asked},
                "judged": {"type": "boolean", "kind": "judgement", "derive": met, **asked},
                "breach": {"type": "boolean", "about": "response", "kind": "judgement", **asked},
                "people": {"type": "count", "unit": text, **asked},
                "choice": {"type": "choice", "options": [text, "other"], **asked},
                "words": {"type": "text", **asked},
                "groups": {
                    "type": "table",
                    **asked,
                    "columns": {
                        "name": {"type": "text", **titled},
                        "size": {"type": "count", "unit": text, "history": True, **titled},
                    },
                },
                "total": {"type": "count", "unit": text, "derive": {"total": "size", "of": "groups"}, **titled},
            },
            "impossible": [{"when": {"all": [met, {"fact": "people", "at_least": 1}]}, **cited}],
            "implausible": [{"when": {"fact": "people", "at_most": 0}, **cited}],
            "measures": {
                "help": {"serves": ["relief"], "for": {"first": cited}, **titled},
                "talk": {"serves": ["relief"], "for": {"second": cited}, **titled},
                "move": {"serves": ["relief"], "for": {"second": cited}, "need": {"not": met}, **titled},
            },
            "purposes": {"relief": titled},
            "principles": {"kept": {"breached_when": {"fact": "breach", "is": True}, **titled}},
            "forms": {"together": {"text": text, "when": {"measure": "help"}, **titled}},
            "themes": {
                "why": {"text": text, "group": "importance", **titled, "source": {"cite": "covered", "at": "1"}}
            },
            "precedents": {
                "before": {
                    **precedent,
                    **titled,
                    "contexts": ["first"],
                    "measures": ["help"],
                    "facts": {"choice": text, "words": "other", "open": True},
                },
            },
            "properties": {"apart": {"title": text, "excludes": [met, {"not": met}], **cited}},
        },
        {
            "context": "first",
            "when": {"at_least": {"parameter": "needed"}, "of": [{"criterion": "said"}, {"criterion": "certain"}]},
            **titled,
            "criteria": {
                "large": {"when": {"fact": "total", "at_least": {"parameter": "many"}}, **titled},
                "chosen": {"when": {"fact": "choice", "in": [text, "other"]}, **titled},
                "said": {"when": {"fact": "words", "is": text}, **titled},
                "same": {"when": {"fact": "words", "is": {"parameter": "named"}}, **titled},
                "certain": {"when": {"fact": "judged", "is": True}, **titled},
            },
        },
        {
            "context": "second",
            "when": {"all": [{"criterion": "unsure"}, {"criterion": "row"}]},
            **titled,
            "criteria": {
                "unsure": {"when": unsure, **titled},
                "row": {"when": {"some": "groups", "where": {"fact": "name", "is": text}}, **titled},
            },
        },
    ]


def _situation(text: str) -> dict[str, Any]:
    facts = {"given": True, "people": 5, "choice": text, "words": text, "judged": False}
    names = (*facts, "groups", "breach")
    return {
        "situation": "everywhere",
        "title": text,
        "as_of": "2013-01-31",
        "narrative": text,
        "note": text,
        "facts": {**facts, "groups": [{"name": text, "size": {"2011": 5, "2012": 7}}, {"name": f"{text}, too"}]},
        "sources": dict.fromkeys(names, text),
        "response": {"title": text, "measures": ["help", "move"], "facts": {"breach": True}},
    }
