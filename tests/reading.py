"""Reads a narrative back: the templates of a rule set, turned around. Nothing here is shared with what writes it."""

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from comity.engine.language.history import Entry, History
from comity.engine.language.model import Fact, RuleSet, ValueType
from comity.engine.language.quantity import Range
from comity.engine.training.names import PLACES

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_PLACE = "|".join(place for place, _ in PLACES)
_PEOPLE = "|".join(people for _, people in PLACES)
_CAST = {"host": _PLACE, "origin": _PLACE, "third": _PLACE, "people": _PEOPLE}
_NUMBER = r"-?[0-9]{1,3}(?:,[0-9]{3})+|-?[0-9]+(?:[.][0-9]+)?"
_DAY = rf"[0-9]{{1,2}} (?:{'|'.join(_MONTHS)}) [0-9]{{4}}"
_LENGTH = r"[0-9]+ (?:day|month|year)s?"
_OPENINGS = (
    rf"This briefing describes (?:{_PLACE}) as of {_DAY}[.]",
    rf"The following is known of (?:{_PLACE}) on {_DAY}[.]",
    rf"Briefing on (?:{_PLACE}), as of {_DAY}[.]",
)


class Sentence(NamedTuple):
    """A sentence that a fact can be told with: which answer it gives, and what it looks like."""

    fact: Fact
    answer: str
    pattern: re.Pattern[str]


def sentences(rules: RuleSet) -> list[Sentence]:
    """Return every sentence with which the facts of a rule set can be told."""
    return [one for fact in rules.facts.values() for one in _sentences(rules, fact)]


def _sentences(rules: RuleSet, fact: Fact) -> Iterator[Sentence]:
    told = set()
    if (tell := fact.tell) is not None:
        by_answer = {key: getattr(tell, key) for key in ("value", "range", "affirm", "deny", "row", "none", "unknown")}
        by_answer |= {f"is {option}": texts for option, texts in tell.options.items()}
        for answer, texts in by_answer.items():
            for text in texts:
                told.add(answer)
                yield Sentence(fact, answer, re.compile(_turned(fact, text)))
    title = fact.title or fact.name
    if [one.title or one.name for one in rules.facts.values()].count(title) > 1:
        title += f" ({fact.name})"
    plain = {"affirm": "yes", "deny": "no", "none": "none", "unknown": "not known"}
    plain |= {f"is {option}": re.escape(option) for option in fact.options}
    if fact.columns:
        cells = (
            f"(?:{re.escape(one.title or one.name)} (?P<{one.name}>{_phrase(one)}))?(?:; )?"
            for one in fact.columns.values()
        )
        plain["row"] = "".join(cells)
    elif fact.value_type not in (ValueType.BOOLEAN, ValueType.CHOICE):
        plain["value"] = f"(?P<value>{_phrase(fact)})"
    for answer, said in plain.items():
        if answer not in told or answer in ("row", "value"):
            yield Sentence(fact, answer, re.compile(f"{re.escape(title)}: {said}[.]"))


def _turned(fact: Fact, template: str) -> str:
    """Return the pattern of what a template can become."""
    found = ""
    for place, part in enumerate(re.split(r"\{([a-z_]+)\}", template)):
        if place % 2 == 0:
            found += re.escape(part)
        elif part in fact.columns:
            found += f"(?P<{part}>{_phrase(fact.columns[part])})"
        elif part in ("value", "low", "high"):
            found += f"(?P<{part}>{_phrase(fact) if fact.history else _point(fact)})"
        else:
            found += f"(?:{_CAST[part]})"
    return found


def _point(fact: Fact) -> str:
    match fact.value_type:
        case ValueType.BOOLEAN:
            return "yes|no"
        case ValueType.DATE:
            return _DAY
        case ValueType.MONTHS | ValueType.DAYS:
            return _LENGTH
        case ValueType.NUMBER:
            return _NUMBER
        case ValueType.CHOICE:
            return "|".join(map(re.escape, fact.options))
    return f"{_PLACE}|{_PEOPLE}|[A-Za-z0-9 -]+"


def _phrase(fact: Fact) -> str:
    point = _point(fact)
    if not fact.value_type.ordered:
        return point
    ranged = f"{point}|between (?:{point}) and (?:{point})"
    if not fact.history:
        return ranged
    yearly = f"(?:{ranged}) in [0-9]{{4}}"
    return f"(?:{yearly}, )*(?:{yearly} and )?{yearly}|{ranged}"


class MisreadError(AssertionError):
    """A narrative says something that is no sentence of the rule set, or that could mean two things."""


def read_back(rules: RuleSet, narrative: str) -> dict[str, Any]:
    """Return the facts that a narrative tells. Raises `MisreadError` where a sentence is none, or more than one."""
    opening, *told, closing = narrative.rstrip("\n").split("\n\n")
    if not any(re.fullmatch(one, opening) for one in _OPENINGS) or closing != "All names and figures are invented.":
        raise MisreadError(narrative)
    known = sentences(rules)
    facts: dict[str, Any] = {}
    for paragraph in told:
        at = 0
        while at < len(paragraph):
            fact, value, at = _next(known, paragraph, at)
            if fact.columns:
                facts[fact.name] = (*facts.get(fact.name, ()), *value)
            elif fact.name in facts:
                raise MisreadError(f"`{fact.name}` is told twice")
            else:
                facts[fact.name] = value
    return facts


def _next(known: list[Sentence], paragraph: str, at: int) -> tuple[Fact, Any, int]:
    """Return the fact that the next sentence tells, its value, and where the sentence after it begins."""
    readings = []
    for one in known:
        found = one.pattern.match(paragraph, at)
        if found and (found.end() == len(paragraph) or paragraph[found.end()] == " "):
            readings.append((one.fact, _value(one, found), found.end() + 1))
    if not readings or any(other[0].name != readings[0][0].name or other[1:] != readings[0][1:] for other in readings):
        raise MisreadError(f"{[(fact.name, value) for fact, value, _ in readings]}: {paragraph[at:]}")
    return readings[0]


def _value(one: Sentence, found: re.Match[str]) -> Any:
    gaps = {name: text for name, text in found.groupdict().items() if text is not None}
    match one.answer:
        case "affirm" | "deny":
            return one.answer == "affirm"
        case "none":
            return ()
        case "unknown":
            return None
        case "range":
            return Range(_parsed(one.fact, gaps["low"]), _parsed(one.fact, gaps["high"]))
        case "value":
            return _parsed(one.fact, gaps["value"])
        case "row":
            return ({name: _parsed(one.fact.columns[name], text) for name, text in gaps.items()},)
    return one.answer.removeprefix("is ")


def _parsed(fact: Fact, text: str) -> Any:
    if fact.history and re.search(r" in [0-9]{4}$", text):
        years = re.split(
            r"(?<=[0-9]{4}), | and (?=(?:between )?(?:" + _point(fact) + r")(?: and [^ ]+)? in [0-9]{4}$)", text
        )
        pairs = [part.rsplit(" in ", 1) for part in years]
        return History(
            tuple(
                Entry(date(int(year), 1, 1), date(int(year), 12, 31), _parsed(fact.but(history=False), value))
                for value, year in pairs
            )
        )
    if text.startswith("between ") and fact.value_type.ordered:
        low, high = text.removeprefix("between ").split(" and ")
        return Range(_parsed(fact, low), _parsed(fact, high))
    match fact.value_type:
        case ValueType.BOOLEAN:
            return text == "yes"
        case ValueType.DATE:
            day, month, year = text.split()
            return date(int(year), _MONTHS.index(month) + 1, int(day))
        case ValueType.MONTHS | ValueType.DAYS:
            amount, unit = text.split()
            return int(amount) * (12 if unit.startswith("year") else 1)
        case ValueType.NUMBER:
            plain = text.replace(",", "")
            return int(plain) if plain.lstrip("-").isdigit() else Fraction(plain)
    return text
