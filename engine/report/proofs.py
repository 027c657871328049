"""What became of the properties of rule sets: as text, as JSON, as JUnit XML, and as remarks."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from comity.engine.checking.claims import Answer
from comity.engine.checking.proofs import Proof
from comity.engine.checking.refutations import Scene
from comity.engine.language.condition import Condition
from comity.engine.language.diagnostic import Diagnostic
from comity.engine.language.model import Exclusion, RuleSet
from comity.engine.language.writing import written
from comity.engine.report.diagnostics import Remark, listed
from comity.engine.report.json_text import json_text
from comity.engine.report.junit import add_case, add_complaints, add_unusable, junit_text
from comity.engine.report.manual_uses import Uses, anchors
from comity.engine.report.manual_words import Clauses
from comity.engine.report.witnesses import case_lines, described
from comity.engine.report.words import STANDING, STATUS, TRUTH, day

WORDS = ("proved", "vacuous", "refuted", "undecided")
_CAME = {**TRUTH, **STATUS, **STANDING}
_INDENT = " " * 11


class Shown(NamedTuple):
    """A property of a rule set, what became of it, and for each answer the situations that refute it."""

    rules: RuleSet
    proof: Proof
    scenes: tuple[tuple[Scene, ...], ...]

    @property
    def title(self) -> str:
        """What the property claims, in one line."""
        return " ".join(self.proof.of.title.split())

    @property
    def word(self) -> str:
        """proved, refuted or undecided; vacuous if it is proved only because what it starts from is never met."""
        return "vacuous" if self.proof.vacuous else self.proof.result


# --- text -----------------------------------------------------------------------------------------------------------


def proofs_text(rule_sets: Sequence[RuleSet], found: Sequence[Shown]) -> Iterator[str]:
    """Yield a line for each property of each rule set, and below it what the answer covers, or what refutes it."""
    for rules in rule_sets:
        own = [one for one in found if one.rules is rules]
        if own or not rules.properties:
            yield f"{rules.id} {rules.version}: {rules.title if own else 'it states no properties'}"
        for one in own:
            yield from _lines(one)


def counts(found: Sequence[Shown]) -> str:
    """Return how many properties came out how, as `3 properties: 2 proved, 1 refuted`."""
    words = [one.word for one in found]
    told = [f"{words.count(word)} {word}" for word in WORDS if word in words]
    return f"{len(words)} propert{'y' if len(words) == 1 else 'ies'}: {', '.join(told)}"


def _lines(one: Shown) -> Iterator[str]:
    of = one.proof.of
    yield f"{one.word:<10} {of.id}: {one.title}"
    if one.word != "proved":
        yield f"{_INDENT}{of.at}"
    yield from (f"{_INDENT}{line}" for line in detail(one))
    cases = [*_cases(one)]
    if cases:
        yield f"{_INDENT}{'as cases, which expect' if cases[1:] else 'as a case, which expects'} what comes out now:"
    for case in cases:
        yield from case


def detail(one: Shown) -> Iterator[str]:
    """Yield what an answer covers, why there is none, or the situation that refutes the property, in words."""
    proof = one.proof
    for result, same in groupby(sorted(proof.answers, key=_order), key=lambda answer: answer.result):
        answers = [*same]
        match result:
            case "proved" if proof.result == "proved":
                yield from _proved(one, answers)
            case "refuted":
                yield from _refuted(one, answers)
            case "undecided":
                for why, alike in groupby(answers, key=lambda answer: answer.why):
                    yield f"undecided {_days([*alike])}: {why}"
            case _:
                yield f"proved {_days(answers)}"


def _order(answer: Answer) -> tuple[int, date]:
    return ("refuted", "undecided", "proved").index(answer.result), answer.as_of


def _proved(one: Shown, answers: Sequence[Answer]) -> Iterator[str]:
    if one.proof.vacuous:
        clauses = _clauses(one)
        yield f"it says nothing, since this is never met: {clauses.inline(one.proof.of.conditions[0])}"
    partial = one.proof.of.kind == "guarantees"
    covered = ["in every situation, complete or not" if partial else "in every complete situation"]
    rows = _rows(one, answers)
    if rows is not None:
        covered.append(f"in tables of {'any number of' if rows == 'any' else f'up to {rows}'} rows")
    yield f"{', '.join(covered)}{_under(one)}, {_days(answers)}"
    for exclusion in _used(answers):
        yield f"leaving out what is impossible: {exclusion}"


def _refuted(one: Shown, answers: Sequence[Answer]) -> Iterator[str]:
    """Yield the first refutation in full, and the days of the others."""
    scenes = next(scenes for scenes in one.scenes if scenes)
    first, rules = scenes[0], one.rules
    stated = described(rules, first.facts)
    where = "in this situation" if stated else "in a situation of which nothing is stated"
    yield f"{where}, {_days(answers[:1])}:"
    yield from (f"  {line}" for line in stated)
    for scene in scenes:
        if scene.facts != first.facts:
            yield "with this instead:"
            yield from (f"  {line}" for line in described(rules, scene.facts) if line not in stated)
        several = one.proof.of.kind == "readings" or one.proof.of.reading is not None
        under = f" under the reading `{scene.reading}`" if several else ""
        clauses = Clauses(rules, scene.reading or rules.default_reading)
        yield from (f"{_CAME[word]}{under}: {_named(clauses, what)}" for what, word in scene.came)
    if len(answers) > 1:
        yield f"refuted too {_days(answers[1:])}"


def _named(clauses: Clauses, what: Condition | str) -> str:
    return clauses.conclusion(what) if isinstance(what, str) else clauses.inline(what)


def _clauses(one: Shown) -> Clauses:
    return Clauses(one.rules, one.proof.of.reading or one.rules.default_reading)


def _under(one: Shown) -> str:
    reading = one.proof.of.reading
    return "" if reading is None else f", under the reading `{reading}`"


def _days(answers: Sequence[Answer]) -> str:
    days = [day(answer.as_of) for answer in answers]
    return f"as of {' and '.join([', '.join(days[:-1]), days[-1]] if days[1:] else days)}"


def _rows(one: Shown, answers: Iterable[Answer]) -> int | str | None:
    """Return for tables of how many rows a property is proved: `any` number; None if it speaks of no table."""
    rows = [answer.rows for answer in answers if answer.rows is not None]
    if rows:
        return max(rows)
    rules, of = one.rules, one.proof.of
    tables = {f"fact-{fact.name}" for fact in rules.facts.values() if fact.columns}
    if of.column is not None or not tables:
        return "any" if tables else None
    for reading in of.readings or (of.reading or rules.default_reading,):
        uses = _uses(rules, reading)
        if of.kind == "readings":
            starts = [anchor for anchor in uses.named if anchor.partition("-")[2] not in of.ids and _concludes(anchor)]
        else:
            starts = [anchor for condition in of.conditions for anchor in anchors(rules, condition)]
        if any(tables & {anchor, *uses.below(anchor)} for anchor in starts):
            return "any"
    return None


@lru_cache(maxsize=2)  # every property of a rule set asks
def _uses(rules: RuleSet, reading: str | None) -> Uses:
    return Uses(rules, reading)


def _concludes(anchor: str) -> bool:
    return anchor.partition("-")[0] in ("criterion", "context", "measure", "form", "principle")


def _used(answers: Iterable[Answer]) -> Iterator[str]:
    used: dict[Exclusion, None] = dict.fromkeys(one for answer in answers for one in answer.used)
    return (one.note or str(one.at) for one in used)


# --- cases ----------------------------------------------------------------------------------------------------------


def _cases(one: Shown) -> Iterator[list[str]]:
    """Yield the first refutation as cases to paste."""
    for scenes in one.scenes:
        if scenes:
            yield from _as_cases(one, scenes)
            return


def _as_cases(one: Shown, scenes: Sequence[Scene]) -> Iterator[list[str]]:
    """Yield situations as cases, which expect what comes out now; none where no conclusion is named."""
    of = one.proof.of
    marks = of.readings or ("before", "after")
    names = [of.id] if len(scenes) == 1 else [f"{of.id}, {mark}" for mark in marks]
    for name, scene in zip(names, scenes, strict=True):
        if scene.expect:
            yield case_lines(one.rules, scene.facts, scene.as_of, name, scene.expect, scene.reading)


# --- for programs ---------------------------------------------------------------------------------------------------


def proofs_json(rule_sets: Sequence[RuleSet], found: Sequence[Shown], diagnostics: Iterable[Diagnostic]) -> str:
    """Return the document `comity-prove/1`."""
    words = [one.word for one in found]
    told = [
        {
            "id": rules.id,
            "version": rules.version,
            "properties": [_property(one) for one in found if one.rules is rules],
        }
        for rules in rule_sets
    ]
    counted = {word: words.count(word) for word in WORDS}
    return json_text({"format": "comity-prove/1", **counted, "rule_sets": told, "diagnostics": listed(diagnostics)})


def _property(one: Shown) -> dict[str, Any]:
    of = one.proof.of
    return {
        "id": of.id,
        "title": of.title,
        "kind": of.kind,
        "reading": of.reading,
        **of.at._asdict(),
        "result": one.proof.result,
        "vacuous": one.proof.vacuous,
        "answers": [
            {
                "as_of": answer.as_of.isoformat(),
                "result": answer.result,
                "rows": _rows(one, [answer]) if answer.result == "proved" else None,
                "leaving_out": [*_used([answer])],
                "why": answer.why,
                "situations": [_situation(one, scene) for scene in scenes],
                "cases": "".join(f"{line}\n" for case in _as_cases(one, scenes) for line in case) if scenes else None,
            }
            for answer, scenes in zip(one.proof.answers, one.scenes, strict=True)
        ],
    }


def _situation(one: Shown, scene: Scene) -> dict[str, Any]:
    facts = one.rules.facts
    clauses = Clauses(one.rules, scene.reading or one.rules.default_reading)
    return {
        "reading": scene.reading,
        "facts": {name: written(facts[name], scene.facts[name]) for name in facts if name in scene.facts},
        "came": [{"of": _named(clauses, what), "as": word} for what, word in scene.came],
        "expect": dict(scene.expect),
    }


def proof_remarks(found: Iterable[Shown]) -> Iterator[Remark]:
    """Yield a remark for each property that is refuted, undecided, or proved of nothing."""
    for one in found:
        if one.word != "proved":
            yield Remark(
                one.proof.of.at, f"{one.word}-property", _message(one), "\n".join(detail(one)), subject=one.proof.of.id
            )


def _message(one: Shown) -> str:
    says = {"refuted": "does not hold", "undecided": "is not decided", "vacuous": "says nothing"}
    return f"the property `{one.proof.of.id}` {says[one.word]}: {one.title}"


def junit_of_proofs(found: Iterable[Shown], diagnostics: Iterable[Diagnostic], root: str) -> str:
    """Return a test case for each property, and one with an error for each file that cannot be used."""
    suite = Element("testsuite", name="comity prove")
    add_unusable(suite, "comity.prove", sorted(diagnostics, key=lambda one: one.at.file), root)
    for one in found:
        at = one.proof.of.at
        case = add_case(suite, at.file, at.line, one.proof.of.id, root)
        if one.word != "proved":
            lines = [f"{at}: {_message(one)}", *detail(one), *(line for case in _cases(one) for line in case)]
            add_complaints(case, "failure", [(_message(one), "\n".join(lines))])
    return junit_text(suite)
