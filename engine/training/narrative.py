"""A situation as a briefing: sentences from the templates of the rule set, one for each fact that is told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from math import inf

from comity.engine.assessment.cones import needs
from comity.engine.language.history import History
from comity.engine.language.model import Fact, Given, RuleSet, Tell, ValueType
from comity.engine.language.quantity import Range
from comity.engine.language.telling import GAP
from comity.engine.language.writing import duration, written
from comity.engine.training.names import Cast
from comity.engine.training.wishes import Wishes

OPENINGS = (
    "This briefing describes {host} as of {day}.",
    "The following is known of {host} on {day}.",
    "Briefing on {host}, as of {day}.",
)
CLOSING = "All names and figures are invented."
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NOT_KNOWN = "not known"


def narrate(
    rules: RuleSet,
    reading: str | None,
    facts: Mapping[str, Given],
    as_of: date,
    players: Cast,
    wishes: Wishes,
    asked: Iterable[str] = (),
) -> str:
    """Return a briefing that tells some facts, and says of those `asked` that nobody knows them; it tells nothing else.

    What belongs to one context stands together, in the order in which facts are declared. The seed chooses the words.
    """
    stated = {**dict.fromkeys(asked), **facts}
    about = topics(rules, reading)
    paragraphs: dict[str | None, list[str]] = {}
    for name, fact in rules.facts.items():
        if name in stated:
            paragraphs.setdefault(about.get(name), []).extend(sentences(rules, fact, stated[name], players, wishes))
    opening = filled(wishes.pick(OPENINGS), {"host": players.host, "day": day(as_of)})
    order = [*rules.contexts, None]
    told = [" ".join(paragraphs[topic]) for topic in order if topic in paragraphs]
    return "\n\n".join([opening, *told, CLOSING]) + "\n"


@lru_cache(maxsize=8)
def topics(rules: RuleSet, reading: str | None) -> Mapping[str, str]:
    """Return the first context that rests on each fact, by the fact's name."""
    mentioned = needs(rules, reading)
    found: dict[str, str] = {}
    for context in rules.contexts:
        waiting, seen = [context], {context}
        while waiting:
            for name in mentioned.get(waiting.pop(), ()):
                if name not in seen:
                    seen.add(name)
                    waiting.append(name)
                    found.setdefault(name, context)
    return found


def sentences(rules: RuleSet, fact: Fact, value: Given, players: Cast, wishes: Wishes) -> Iterator[str]:
    """Yield what tells a fact: a sentence, or of a table one for each row."""
    tell = fact.tell or Tell()
    cast = {"host": players.host, "origin": players.origin, "people": players.people, "third": players.third}
    if value is None:
        yield filled(wishes.pick(tell.unknown or (plainly(rules, fact, NOT_KNOWN),)), cast)
    elif fact.columns:
        if not value:
            yield filled(wishes.pick(tell.none or (plainly(rules, fact, "none"),)), cast)
        for row in value:
            yield _row(rules, fact, row, cast, wishes)
    else:
        template, gaps = _single(rules, fact, tell, value, wishes)
        yield filled(template, {**cast, **gaps})


def _single(rules: RuleSet, fact: Fact, tell: Tell, value: Given, wishes: Wishes) -> tuple[str, dict[str, str]]:
    if fact.value_type is ValueType.BOOLEAN:
        return wishes.pick((tell.affirm if value else tell.deny) or (plainly(rules, fact, phrase(fact, value)),)), {}
    if fact.value_type is ValueType.CHOICE:
        return wishes.pick(tell.options.get(value) or (plainly(rules, fact, phrase(fact, value)),)), {}
    if isinstance(value, Range) and tell.range and not _is_open(value):
        return wishes.pick(tell.range), {"low": phrase(fact, value.low), "high": phrase(fact, value.high)}
    if isinstance(value, Range) or not tell.value:
        return plainly(rules, fact, "{value}"), {"value": phrase(fact, value)}
    return wishes.pick(tell.value), {"value": phrase(fact, value)}


def _is_open(value: Range) -> bool:
    return bool(value.low == -inf or value.high == inf)


def _row(rules: RuleSet, table: Fact, row: Mapping[str, Given], cast: Mapping[str, str], wishes: Wishes) -> str:
    """Return the sentence for a row: a template with just the columns that are given, or else all of them in a list."""
    cells = {name: phrase(table.columns[name], value) for name, value in row.items()}
    rows = table.tell.row if table.tell is not None else ()
    fitting = [one for one in rows if {gap for gap in GAP.findall(one) if gap in table.columns} == cells.keys()]
    if fitting:
        return filled(wishes.pick(fitting), {**cast, **cells})
    listed = "; ".join(f"{title(table.columns[name])} {text}" for name, text in cells.items())
    return plainly(rules, table, listed or "a row of which nothing is known")


def plainly(rules: RuleSet, fact: Fact, said: str) -> str:
    """Return the sentence for a fact without a template. A title that two facts have comes with the fact's name."""
    own = title(fact)
    several = sum(title(other) == own for other in rules.facts.values()) > 1
    return f"{own} ({fact.name}): {said}." if several else f"{own}: {said}."


def title(fact: Fact) -> str:
    """Return what a fact is called."""
    return fact.title or fact.name


def filled(template: str, gaps: Mapping[str, str]) -> str:
    """Return a template with its gaps filled; braces that are no gap stay."""
    return GAP.sub(lambda found: gaps.get(found[1], found[0]), template)


# --- values in words ---


def phrase(fact: Fact, value: Given) -> str:
    """Return a value as a briefing has it.

    >>> from fractions import Fraction
    >>> fact = Fact(name="n", type="number", value_type=ValueType.NUMBER, low=0, high=inf)
    >>> phrase(fact, 54000), phrase(fact, Range(2, Fraction(5, 2))), phrase(fact, Range(2, inf))
    ('54,000', 'between 2 and 2.5', 'at least 2')
    """
    match value:
        case None:
            return NOT_KNOWN
        case bool():
            return "yes" if value else "no"
        case int() if fact.value_type is ValueType.NUMBER:
            return f"{value:,}"
        case int():
            return duration(value, fact.value_type)
        case date():
            return day(value)
        case str():
            return value
        case History():
            return _listed([f"{phrase(fact, one.value)} {_period(one.first, one.last)}" for one in value.entries])
        case Range(low, high):
            if high == inf:
                return f"at least {phrase(fact, low)}"
            return (
                f"at most {phrase(fact, high)}"
                if low == -inf
                else f"between {phrase(fact, low)} and {phrase(fact, high)}"
            )
    return written(fact.but(history=False), value)


def day(value: date) -> str:
    """Return a date in words.

    >>> day(date(2013, 1, 31))
    '31 January 2013'
    """
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def _period(first: date, last: date) -> str:
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return f"in {first.year}"
    return f"from {day(first)}" if last == date.max else f"from {day(first)} to {day(last)}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
